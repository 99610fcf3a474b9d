//! How each lens places the types and controls that are known: by a rule that names it, by a wider rule, by a guess, or not at all.

use crate::model::Source;

use super::facts::{DeepFacts, Facts};
use super::known::{Known, known};
use super::rule::{Lens, Rule};
use super::set::LensSet;

/// By what kind of rule something is placed, the most telling first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reach {
    /// A rule that names this type or control.
    Exact,
    /// A wider rule: a pattern, the control's service, the kind of the resource, words of the title.
    Prefix,
    /// A rule that guesses by prefix or source, and says so.
    Fallback,
    /// No rule: the lens has no place for it.
    None,
}

impl Reach {
    /// Every kind.
    pub const ALL: [Self; 4] = [Self::Exact, Self::Prefix, Self::Fallback, Self::None];

    /// The word for it.
    #[must_use]
    pub const fn slug(self) -> &'static str {
        match self {
            Self::Exact => "exact",
            Self::Prefix => "prefix",
            Self::Fallback => "fallback",
            Self::None => "none",
        }
    }
}

/// How one lens places what is known.
#[derive(Clone, Debug)]
pub struct LensCoverage<'a> {
    /// The lens.
    pub lens: &'a Lens,
    /// Each type and control with what places it, in the order of the lists.
    pub placed: Vec<(&'static Known, Reach)>,
}

impl LensCoverage<'_> {
    /// How many of a source, or of all, are placed by each kind of rule, in the order of [`Reach::ALL`].
    #[must_use]
    pub fn counts(&self, source: Option<Source>) -> [usize; 4] {
        let mut counts = [0; 4];
        for (_, reach) in self.placed.iter().filter(|(known, _)| source.is_none_or(|source| source == known.source)) {
            counts[*reach as usize] += 1;
        }
        counts
    }
}

impl LensSet {
    /// How every lens places the types and controls that are known.
    #[must_use]
    pub fn coverage(&self) -> Vec<LensCoverage<'_>> {
        let all: Vec<_> = known().iter().map(|known| (known, known.finding())).collect();
        self.lenses()
            .iter()
            .map(|lens| {
                let reach = |(known, finding): &(&'static Known, _)| {
                    let facts = Facts::of(finding);
                    let decision = lens.decide(&lens.candidates(&facts), Some(&DeepFacts::of(finding, self.marks())));
                    let giving = decision
                        .placing
                        .iter()
                        .filter(|rule| lens.groups.iter().any(|group| rule.gives(&group.key, finding)) || !rule.is_grouping());
                    (*known, giving.map(|rule| by(rule, &facts)).min().unwrap_or(Reach::None))
                };
                LensCoverage { lens, placed: all.iter().map(reach).collect() }
            })
            .collect()
    }
}

fn by(rule: &Rule, facts: &Facts) -> Reach {
    if rule.why.is_fallback() {
        Reach::Fallback
    } else if rule.names(facts) {
        Reach::Exact
    } else {
        Reach::Prefix
    }
}
