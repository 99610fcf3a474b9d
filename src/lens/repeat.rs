//! Rules that repeat in their groups or their reason what a condition met: `{requirement}` stands for the requirement.

use std::fmt::Write as _;

use crate::model::{Finding, Text};

use super::condition::{Condition, Field};
use super::facts::met;

/// More than these are only counted: a control can serve dozens of requirements.
const MOST_TOLD: usize = 6;

/// A text with places for what conditions met.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Template {
    /// Text, and the field whose condition's facts follow it; the last one has none.
    parts: Vec<(Box<str>, Option<Field>)>,
}

impl Template {
    /// Reads a text; none if it has no `{`.
    ///
    /// # Errors
    /// A brace that is not closed, or a name between braces that is none of the `fields`.
    pub(super) fn read(text: &str, fields: &[Field]) -> Option<Result<Self, String>> {
        text.contains('{').then(|| {
            let mut parts = Vec::new();
            let mut rest = text;
            while let Some((before, after)) = rest.split_once('{') {
                let Some((name, behind)) = after.split_once('}') else {
                    return Err(format!("the brace of `{{{after}` is not closed; write `{{condition}}`"));
                };
                let Some(field) = fields.iter().find(|field| field.name() == name) else {
                    let known: Vec<String> = fields.iter().map(|field| format!("`{{{}}}`", field.name())).collect();
                    let way_out = if known.is_empty() {
                        "the rule has no condition that can be repeated".to_owned()
                    } else {
                        format!("it is one of {}", known.join(", "))
                    };
                    return Err(format!("`{{{name}}}` is no condition of the rule; {way_out}"));
                };
                parts.push((before.into(), Some(*field)));
                rest = behind;
            }
            parts.push((rest.into(), None));
            Ok(Self { parts })
        })
    }

    /// The text with what was met in its places: `AC-2, AC-3 and 4 more`. `marked` tells the marks that were met.
    pub(super) fn sentence(&self, finding: &Finding, conditions: &[Condition], marked: &str) -> Text {
        let mut text = String::new();
        for (before, field) in &self.parts {
            text.push_str(before);
            if *field == Some(Field::Marked) {
                text.push_str(marked);
                continue;
            }
            let all = facts(*field, finding, conditions);
            let told: Vec<&str> = all.iter().take(MOST_TOLD).map(|(fact, _)| *fact).collect();
            text.push_str(&told.join(", "));
            if all.len() > told.len() {
                // Writing to a String cannot fail.
                let _ = write!(text, " and {} more", all.len() - told.len());
            }
        }
        Text::new(&text)
    }

    /// The keys that it makes, one for each fact that was met: what a pattern's first star stands for, as a slug.
    pub(super) fn keys(&self, finding: &Finding, conditions: &[Condition]) -> Vec<String> {
        let mut keys = vec![String::new()];
        for (before, field) in &self.parts {
            for key in &mut keys {
                key.push_str(before);
            }
            if field.is_some() {
                let facts = facts(*field, finding, conditions);
                keys = keys.iter().flat_map(|key| facts.iter().map(move |(_, part)| format!("{key}{}", slug(part)))).collect();
            }
        }
        keys
    }
}

fn facts<'f>(field: Option<Field>, finding: &'f Finding, conditions: &[Condition]) -> Vec<(&'f str, String)> {
    let condition = conditions.iter().find(|condition| Some(condition.field) == field);
    condition.map(|condition| met(finding, condition)).unwrap_or_default()
}

/// `Initial Access` becomes `initial-access`.
fn slug(part: &str) -> String {
    let lower = part.to_ascii_lowercase();
    let words = lower.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join("-")
}

#[cfg(test)]
mod tests {
    use super::{Condition, Field, Template};
    use crate::model::{Compliance, Finding, Source, Text};

    fn of(requirements: &[&str]) -> Finding {
        let requirements = requirements.iter().map(|text| Text::new(text)).collect();
        let compliance = Compliance { requirements, ..Compliance::default() };
        Finding { compliance: Some(Box::new(compliance)), ..Finding::blank(Source::SecurityHub, "x") }
    }

    fn template(text: &str) -> Template {
        Template::read(text, &[Field::Requirement]).expect("it has braces").expect("well-formed")
    }

    #[test]
    fn a_reason_repeats_what_was_met_and_counts_what_is_too_much() {
        let conditions = [Condition::new(Field::Requirement, std::iter::once("NIST.800-53.r5 *"))];
        let text = template("AWS states {requirement} for it.");
        let few = of(&["NIST.800-53.r5 AC-2(1)", "PCI DSS 1", "NIST.800-53.r5 AC-3"]);
        assert_eq!(&*text.sentence(&few, &conditions, ""), "AWS states NIST.800-53.r5 AC-2(1), NIST.800-53.r5 AC-3 for it.");
        let many: Vec<String> = (0..9).map(|number| format!("NIST.800-53.r5 AC-{number}")).collect();
        let many: Vec<&str> = many.iter().map(String::as_str).collect();
        assert!(text.sentence(&of(&many), &conditions, "").ends_with("AC-5 and 3 more for it."));
    }

    #[test]
    fn a_group_is_made_of_what_the_star_stands_for() {
        let conditions = [Condition::new(Field::Requirement, std::iter::once("NIST.800-53.r5 *"))];
        let keys = template("nist-{requirement}").keys(&of(&["NIST.800-53.r5 AC-2(1)", "NIST.800-53.r5 SI-7", "other"]), &conditions);
        assert_eq!(keys, ["nist-ac-2-1", "nist-si-7"]);
    }

    #[test]
    fn a_template_names_only_conditions_of_its_rule() {
        assert!(Template::read("plain", &[]).is_none());
        for (text, wrong) in [("{tactic}", "no condition of the rule"), ("{requirement", "is not closed")] {
            let message = Template::read(text, &[Field::Requirement]).expect("braces").expect_err(text);
            assert!(message.contains(wrong), "{message}");
        }
    }
}
