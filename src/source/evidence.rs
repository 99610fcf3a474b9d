//! What the source saw, in words.

use crate::model::{Source, Text};

/// One thing that the source saw.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fact {
    /// What it is.
    pub label: Text,
    /// What was seen.
    pub value: Text,
}

/// What the source saw, read from the record's own JSON when a finding is opened.
#[must_use]
pub fn evidence(_source: Source, _raw: &str) -> Vec<Fact> {
    Vec::new()
}
