//! What a rule says to why it holds: text in which places stand for what other findings tell and for figures.

use super::told::{Teller, Told};
use crate::model::{Finding, Vulnerability};

/// A reason has so many parts at most: it has to fit on a screen and into a cell.
const MOST_PARTS: usize = 4;
/// A resource's name is cut after so many characters.
const NAME: usize = 40;

/// What stands in a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    /// What another finding tells of the resource, and which.
    Told(Told),
    /// The chance that EPSS gives, in per cent.
    Epss,
    /// The CVSS score.
    Cvss,
}

/// Figures of vulnerabilities: those that a rule asks for, or the highest that a finding has.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Figures {
    pub(super) epss: Option<f64>,
    pub(super) cvss: Option<f64>,
}

impl Figures {
    /// The highest of the finding.
    pub(super) fn of(finding: &Finding) -> Self {
        let highest = |figure: fn(&Vulnerability) -> Option<f64>| finding.vulnerabilities.iter().filter_map(figure).reduce(f64::max);
        Self { epss: highest(|one| one.epss), cvss: highest(|one| one.cvss) }
    }
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
    pub(super) fn read(text: &str, elsewhere: Told, asked: Figures) -> Result<Self, String> {
        let Some((before, rest)) = text.split_once('{') else {
            return Ok(Self { before: text.to_owned(), place: None, after: String::new() });
        };
        let Some((word, after)) = rest.split_once('}') else {
            return Err(format!("the brace of `{{{rest}` is not closed; write `{{public}}`"));
        };
        let place = match word {
            "epss" if asked.epss.is_some() => Place::Epss,
            "cvss" if asked.cvss.is_some() => Place::Cvss,
            "epss" | "cvss" => return Err(format!("`{{{word}}}` needs the condition `vulnerability.{word}-at-least`")),
            _ => match Told::from_word(word) {
                Some(told) if told.intersects(elsewhere) => Place::Told(told),
                Some(_) => return Err(format!("`{{{word}}}` needs the condition `elsewhere = \"{word}\"`")),
                None => return Err(format!("unknown place `{{{word}}}`; it is `{{epss}}`, `{{cvss}}` or a word of `elsewhere`")),
            },
        };
        Ok(Self { before: before.to_owned(), place: Some(place), after: after.to_owned() })
    }

    /// Whether there is something to say whatever others tell.
    pub(super) const fn is_always(&self) -> bool {
        !matches!(self.place, Some(Place::Told(_)))
    }

    /// The part for this finding; none where nobody tells what it is about.
    pub(super) fn part(&self, around: &[Teller], figures: Figures) -> Option<Part> {
        let (text, told) = match self.place {
            None => (String::new(), Told::NONE),
            Some(Place::Epss) => (percent(figures.epss?), Told::NONE),
            Some(Place::Cvss) => (format!("{:.1}", figures.cvss?), Told::NONE),
            Some(Place::Told(told)) => {
                let teller = around.iter().find(|teller| teller.told.intersects(told))?;
                (format!("{} ({})", told.sentence(), teller.who()), told)
            }
        };
        Some(Part { told, before: self.before.clone(), text, after: self.after.clone() })
    }
}

/// A part of a reason, its places filled in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Part {
    told: Told,
    before: String,
    text: String,
    after: String,
}

/// The parts as one sentence: the resource is named once, and an attack sequence is attack enough.
pub(super) fn sentence(finding: &Finding, mut parts: Vec<Part>) -> String {
    if parts.iter().any(|part| part.told == Told::SEQUENCE) {
        parts.retain(|part| part.told != Told::THREAT);
    }
    parts.truncate(MOST_PARTS);
    let mut name = Some(name(finding));
    let parts = parts.iter().map(|Part { told, before, text, after }| {
        let subject = if told.is_empty() { String::new() } else { name.take().unwrap_or_else(|| "it".to_owned()) + " " };
        [before.as_str(), &subject, text, after].concat()
    });
    parts.collect::<Vec<_>>().join("; ")
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
    use super::{Figures, Reason, sentence};
    use crate::model::{Finding, Resource, Source, Text};
    use crate::priority::{Teller, Told};

    fn teller(told: Told, source: Source, label: &str) -> Teller {
        Teller { told, source, label: Text::new(label) }
    }

    fn told(reasons: &[&str], finding: &Finding, around: &[Teller], epss: Option<f64>) -> String {
        let all = Told::ALL.iter().fold(Told::NONE, |all, (one, _)| all | *one);
        let figures = Figures { epss, cvss: Some(9.75) };
        let reasons =
            reasons.iter().map(|text| Reason::read(text, all, Figures { epss: Some(0.1), cvss: Some(7.0) }).expect("well-formed"));
        sentence(finding, reasons.filter_map(|reason| reason.part(around, figures)).collect())
    }

    #[test]
    fn a_reason_names_the_resource_once_and_who_tells() {
        let around = [teller(Told::PUBLIC, Source::Inspector, "NETWORK_REACHABILITY"), teller(Told::SENSITIVE, Source::Macie, "")];
        let mut finding = Finding::blank(Source::Inspector, "f");
        assert_eq!(
            told(&["an exploit is available", "{public}", "{sensitive}", "{threat}"], &finding, &around, None),
            "an exploit is available; its resource can be reached from the internet (Inspector, network reachability); it holds sensitive \
             data (Macie)"
        );
        finding.resources.push(Resource { name: Text::new(&"n".repeat(50)), ..Resource::default() });
        let long = told(&["{public}"], &finding, &around, None);
        assert!(long.starts_with(&format!("{}\u{2026} can be", "n".repeat(40))), "{long}");
    }

    #[test]
    fn an_attack_sequence_is_attack_enough() {
        let around = [teller(Told::THREAT, Source::GuardDuty, "a"), teller(Told::SEQUENCE, Source::GuardDuty, "b")];
        let finding = Finding::blank(Source::Inspector, "f");
        assert_eq!(told(&["{threat}", "{sequence}"], &finding, &around, None), "its resource is in an attack sequence (GuardDuty, b)");
        assert_eq!(told(&["{threat}"], &finding, &around, None), "its resource is under attack (GuardDuty, a)");
    }

    #[test]
    fn a_chance_is_told_in_per_cent_and_not_rounded_up() {
        let finding = Finding::blank(Source::Inspector, "f");
        assert_eq!(told(&["EPSS {epss}"], &finding, &[], Some(0.9999)), "EPSS 99 %");
        assert_eq!(told(&["EPSS {epss}"], &finding, &[], Some(0.125)), "EPSS 12 %");
        assert_eq!(told(&["CVSS {cvss}"], &finding, &[], None), "CVSS 9.8");
    }

    #[test]
    fn a_place_is_known_and_has_its_condition() {
        for (text, wrong) in [
            ("{public", "is not closed"),
            ("{public}", "elsewhere = \"public\""),
            ("{epss}", "epss-at-least"),
            ("{cvss}", "cvss-at-least"),
            ("{x}", "unknown place"),
        ] {
            let message = Reason::read(text, Told::NONE, Figures::default()).expect_err(text);
            assert!(message.contains(wrong), "{message}");
        }
    }
}
