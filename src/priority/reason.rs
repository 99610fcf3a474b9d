//! What a rule says to why it holds: text in which places stand for what other findings tell and for figures.

use super::told::{Teller, Told};
use crate::model::Finding;

/// A resource's name is cut after so many characters.
const NAME: usize = 40;

/// What stands in a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    /// What another finding tells of the resource, and which.
    Told(Told),
    /// The chance that EPSS gives, in per cent.
    Epss,
}

/// A part of a reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Reason {
    before: String,
    place: Option<Place>,
    after: String,
}

impl Reason {
    /// Reads `a text with one {place}`.
    ///
    /// # Errors
    /// What is wrong with the place, and what it may be.
    pub(super) fn read(text: &str, elsewhere: Told, has_epss: bool) -> Result<Self, String> {
        let Some((before, rest)) = text.split_once('{') else {
            return Ok(Self { before: text.to_owned(), place: None, after: String::new() });
        };
        let Some((word, after)) = rest.split_once('}') else {
            return Err(format!("the brace of `{{{rest}` is not closed; write `{{public}}`"));
        };
        let place = match word {
            "epss" if has_epss => Place::Epss,
            "epss" => return Err("`{epss}` needs the condition `vulnerability.epss-at-least`".to_owned()),
            _ => match Told::from_word(word) {
                Some(told) if !told.and(elsewhere).is_empty() => Place::Told(told),
                Some(_) => return Err(format!("`{{{word}}}` needs the condition `elsewhere = \"{word}\"`")),
                None => return Err(format!("unknown place `{{{word}}}`; it is `{{epss}}` or a word of `elsewhere`")),
            },
        };
        Ok(Self { before: before.to_owned(), place: Some(place), after: after.to_owned() })
    }

    /// Whether there is something to say whatever others tell.
    pub(super) const fn is_always(&self) -> bool {
        !matches!(self.place, Some(Place::Told(_)))
    }

    /// The part for this finding; none where nobody tells what it is about.
    pub(super) fn sentence(&self, finding: &Finding, around: &[Teller], epss: Option<f64>) -> Option<String> {
        let place = match self.place {
            None => String::new(),
            Some(Place::Epss) => percent(epss?),
            Some(Place::Told(told)) => {
                let teller = around.iter().find(|teller| !teller.told.and(told).is_empty())?;
                format!("{} ({})", told.sentence(&name(finding)), teller.who())
            }
        };
        Some([self.before.as_str(), &place, &self.after].concat())
    }
}

/// Never rounded up: 99.9 per cent is not certain.
fn percent(chance: f64) -> String {
    format!("{} %", (chance.clamp(0.0, 1.0) * 100.0) as u32)
}

fn name(finding: &Finding) -> String {
    let name = finding.resource_name();
    match name.char_indices().nth(NAME) {
        _ if name.is_empty() => "its resource".to_owned(),
        Some((end, _)) => format!("{}\u{2026}", &name[..end]),
        None => name.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::Reason;
    use crate::model::{Finding, Resource, Source, Text};
    use crate::priority::{Teller, Told};

    #[test]
    fn a_reason_names_the_resource_and_who_tells() {
        let reason = Reason::read("{public}", Told::PUBLIC, false).expect("well-formed");
        let teller = Teller { told: Told::PUBLIC, source: Source::Inspector, label: Text::new("NETWORK_REACHABILITY") };
        let mut finding = Finding::blank(Source::Inspector, "f");
        assert_eq!(
            reason.sentence(&finding, std::slice::from_ref(&teller), None).as_deref(),
            Some("its resource can be reached from the internet (Inspector, network reachability)")
        );
        finding.resources.push(Resource { name: Text::new(&"n".repeat(50)), ..Resource::default() });
        let long = reason.sentence(&finding, &[teller], None).expect("told");
        assert!(long.starts_with(&format!("{}\u{2026} can be", "n".repeat(40))), "{long}");
        assert_eq!(reason.sentence(&finding, &[], None), None, "nobody tells it");
    }

    #[test]
    fn a_chance_is_told_in_per_cent_and_not_rounded_up() {
        let reason = Reason::read("EPSS {epss}", Told::NONE, true).expect("well-formed");
        let told = |epss| reason.sentence(&Finding::blank(Source::Inspector, "f"), &[], Some(epss));
        assert_eq!(told(0.9999).as_deref(), Some("EPSS 99 %"));
        assert_eq!(told(0.125).as_deref(), Some("EPSS 12 %"));
    }

    #[test]
    fn a_place_is_known_and_has_its_condition() {
        for (text, wrong) in
            [("{public", "is not closed"), ("{public}", "elsewhere = \"public\""), ("{epss}", "epss-at-least"), ("{x}", "unknown place")]
        {
            let message = Reason::read(text, Told::NONE, false).expect_err(text);
            assert!(message.contains(wrong), "{message}");
        }
    }
}
