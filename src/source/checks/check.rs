//! The table of checks: what each looks for, how bad it is and why, and what to do.

use serde::Deserialize;

use super::table::TABLE;
use crate::model::{Severity, Text};

/// One check, as `assets/checks.toml` states it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Check {
    /// Its id, which is the type of its findings: `ringfort/kms-rotation`.
    pub id: String,
    /// What is wrong where it fails, in one line.
    pub title: String,
    /// How bad that is: a severity of the export.
    pub severity: String,
    /// Why it is as bad as that.
    pub reason: String,
    /// What it means.
    pub text: String,
    /// What to do.
    pub fix: String,
    /// Where AWS writes about it.
    pub url: String,
    /// The Security Hub control that it equals, whose findings it is merged with.
    pub control: Option<String>,
    /// What kind of resource it is about, in Security Hub's words.
    pub resource: String,
    /// The IAM actions that it needs.
    pub needs: Vec<String>,
}

impl Check {
    /// The severity on the one scale.
    #[must_use]
    pub fn level(&self) -> Severity {
        Severity::from_word(&self.severity).unwrap_or_default()
    }

    /// The reason of the priority: it stands within a sentence.
    pub(super) fn why(&self) -> Text {
        Text::shared(self.reason.trim_end_matches('.'))
    }
}

/// Every check, by layer from the inside out.
#[must_use]
pub fn checks() -> &'static [Check] {
    &TABLE.check
}

/// The check with this id.
pub(super) fn find(id: &str) -> Option<&'static Check> {
    TABLE.check.iter().find(|check| check.id == id)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::checks;
    use crate::model::Severity;

    #[test]
    fn every_check_is_whole() {
        let mut ids = HashSet::new();
        for check in checks() {
            assert!(check.id.starts_with("ringfort/") && ids.insert(&check.id), "{}", check.id);
            assert!(Severity::from_word(&check.severity).is_some(), "{}", check.id);
            assert!(check.url.starts_with("https://docs.aws.amazon.com/"), "{}", check.id);
            for text in [&check.title, &check.reason, &check.text, &check.fix, &check.resource] {
                assert!(!text.is_empty() && text.trim() == text, "{}: {text:?}", check.id);
            }
            assert!(!check.title.ends_with('.') && check.title.chars().count() <= 72, "{}", check.title);
            assert!(!check.needs.is_empty(), "{}", check.id);
        }
    }
}
