//! One scale for the severities of all sources.

use std::fmt;

use serde::{Serialize, Serializer};

/// How bad a finding is. Ordered: `Unknown < Informational < ... < Critical`, so `max` is the worst.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// The source gives none, or one that we cannot read. Never counted as harmless.
    #[default]
    Unknown,
    /// For the record.
    Informational,
    /// Low.
    Low,
    /// Medium.
    Medium,
    /// High.
    High,
    /// Critical.
    Critical,
}

impl Severity {
    /// Every severity, worst first; unknown last.
    pub const ALL: [Self; 6] = [Self::Critical, Self::High, Self::Medium, Self::Low, Self::Informational, Self::Unknown];

    /// The word of the contract.
    #[must_use]
    pub const fn slug(self) -> &'static str {
        match self {
            Self::Critical => "critical",
            Self::High => "high",
            Self::Medium => "medium",
            Self::Low => "low",
            Self::Informational => "informational",
            Self::Unknown => "unknown",
        }
    }

    /// The severity that this word names, in any case; `info` is taken for informational.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        if word.eq_ignore_ascii_case("info") {
            return Some(Self::Informational);
        }
        Self::ALL.into_iter().find(|severity| severity.slug().eq_ignore_ascii_case(word))
    }

    /// An index into arrays of six, worst first: the position in [`Severity::ALL`].
    #[must_use]
    pub const fn index(self) -> usize {
        5 - self as usize
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.slug())
    }
}

impl Serialize for Severity {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.slug())
    }
}

#[cfg(test)]
mod tests {
    use super::Severity;

    #[test]
    fn index_is_the_position_in_all() {
        for (position, severity) in Severity::ALL.into_iter().enumerate() {
            assert_eq!(severity.index(), position);
        }
    }

    #[test]
    fn words_are_read_in_any_case() {
        assert_eq!(Severity::from_word("CRITICAL"), Some(Severity::Critical));
        assert_eq!(Severity::from_word("info"), Some(Severity::Informational));
        assert_eq!(Severity::from_word("UNTRIAGED"), None);
    }
}
