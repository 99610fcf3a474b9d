//! Every rule that applies to a finding, lens by lens: more than a placement keeps, for people who ask.

use crate::model::{Finding, Layer, Side, Why};

use super::check::{LAYERS, SIDES};
use super::facts::{DeepFacts, Facts};
use super::rule::{Effect, Lens};
use super::set::LensSet;

/// A finding's places in one lens.
#[derive(Clone, Debug)]
pub struct Explained<'a> {
    /// The lens.
    pub lens: &'a Lens,
    /// Its places, in the lens's order; for layers the primary one first. None: the lens has nothing to say of it.
    pub places: Vec<Place>,
}

/// One place in a lens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The group's key.
    pub key: String,
    /// Whether the finding counts there; false for layers that it only touches.
    pub primary: bool,
    /// The rule, its reason and basis.
    pub why: Why,
}

impl LensSet {
    /// Where the finding stands in every lens, and why.
    #[must_use]
    pub fn explain(&self, finding: &Finding) -> Vec<Explained<'_>> {
        let facts = Facts::of(finding);
        let deep = DeepFacts::of(finding, self.marks());
        let explained = |lens| Explained { lens, places: places(lens, finding, &facts, &deep) };
        self.lenses().iter().map(explained).collect()
    }
}

fn places(lens: &Lens, finding: &Finding, facts: &Facts, deep: &DeepFacts) -> Vec<Place> {
    let decision = lens.decide(&lens.candidates(facts), Some(deep));
    let mut places: Vec<Place> = Vec::new();
    let mut add = |key: &str, primary: bool, why: Why| {
        if !places.iter().any(|known| known.key == key) {
            places.push(Place { key: key.to_owned(), primary, why });
        }
    };
    match lens.id.as_str() {
        LAYERS => {
            for rule in decision.placing.iter().chain(&decision.adding) {
                if let Effect::Layer(layer, _) = &rule.effect {
                    add(layer.slug(), true, rule.why(finding, Some(deep)));
                }
                if let Effect::Layer(_, also) | Effect::Also(also) = &rule.effect {
                    also.iter().copied().map(Layer::slug).for_each(|layer| add(layer, false, rule.why(finding, Some(deep))));
                }
            }
            places.sort_by_key(|place| (!place.primary, Layer::from_slug(&place.key)));
        }
        SIDES => {
            if let Some(rule) = decision.placing.first()
                && let Effect::Side(side) = rule.effect
            {
                add(Side::slug(side), true, rule.why(finding, Some(deep)));
            }
        }
        _ => {
            for group in &lens.groups {
                if let Some(rule) = decision.gives(group, finding) {
                    add(&group.key, true, rule.why(finding, Some(deep)));
                }
            }
        }
    }
    places
}

#[cfg(test)]
mod tests {
    use crate::lens::{LensSet, known};

    #[test]
    fn what_is_explained_is_what_is_placed() {
        let set = LensSet::builtin();
        let mut placer = set.placer();
        for known in known() {
            let mut finding = known.finding();
            placer.place(&mut finding);
            let explained = set.explain(&finding);
            let placement = &finding.placement;
            let keys = |at: usize, primary: bool| {
                explained[at].places.iter().filter(|place| place.primary == primary).map(|place| place.key.as_str()).collect::<Vec<_>>()
            };
            assert_eq!(keys(0, true), [placement.layer.slug()], "{}", known.id);
            assert_eq!(keys(0, false), placement.also.iter().map(|layer| layer.slug()).collect::<Vec<_>>(), "{}", known.id);
            assert_eq!(keys(1, true), [placement.side.slug()], "{}", known.id);
            let others: Vec<_> = explained[2..]
                .iter()
                .flat_map(|one| one.places.iter().map(|place| (one.lens.id(), place.key.as_str(), &place.why)))
                .collect();
            let placed: Vec<_> = placement.lenses.iter().map(|place| (&*place.lens, &*place.key, &place.why)).collect();
            assert_eq!(others, placed, "{}", known.id);
        }
    }
}
