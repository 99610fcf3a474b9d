//! The shape of a file of priority rules, as it is written; nothing in it is checked yet.

use serde::Deserialize;
use toml::Spanned;

use crate::lens::{WhenSpec, Words};

/// A whole file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FileSpec {
    #[serde(default, rename = "tell")]
    pub(super) tells: Vec<TellSpec>,
    #[serde(default, rename = "rule")]
    pub(super) rules: Vec<RuleSpec>,
}

/// A `[[tell]]`: which findings say what of their resources, beside what their sources say.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TellSpec {
    pub(super) id: Spanned<String>,
    #[serde(default)]
    pub(super) when: WhenSpec,
    pub(super) word: Option<Spanned<String>>,
    #[serde(default)]
    pub(super) off: bool,
    /// Why; for people who read the file.
    #[serde(rename = "because")]
    pub(super) _because: Option<String>,
}

/// A `[[rule]]`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct RuleSpec {
    pub(super) id: Spanned<String>,
    #[serde(default)]
    pub(super) when: WhenSpec,
    pub(super) traits: Option<Words>,
    pub(super) vulnerability: Option<VulnerabilitySpec>,
    pub(super) sample: Option<bool>,
    pub(super) elsewhere: Option<Words>,
    pub(super) at_least: Option<Spanned<String>>,
    pub(super) raise: Option<Spanned<u8>>,
    pub(super) up_to: Option<Spanned<String>>,
    pub(super) lower_to: Option<Spanned<String>>,
    pub(super) reason: Option<Words>,
    #[serde(default)]
    pub(super) off: bool,
    /// Why the step is what it is; for people who read the file.
    #[serde(rename = "because")]
    pub(super) _because: Option<String>,
}

/// What one of the finding's vulnerabilities must be.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct VulnerabilitySpec {
    pub(super) epss_at_least: Option<Spanned<f64>>,
    pub(super) cvss_at_least: Option<Spanned<f64>>,
    pub(super) network: Option<bool>,
    pub(super) exploit: Option<bool>,
    pub(super) fix: Option<bool>,
}
