//! What findings tell of the resources that they are about.

use crate::model::{Finding, Source, Text, Traits};

bitflags::bitflags! {
    /// A set of what a finding can tell of a resource.
    #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
    pub struct Told: u8 {
        /// It can be reached or read from the internet.
        const PUBLIC = 1;
        /// It holds sensitive data.
        const SENSITIVE = 1 << 1;
        /// An attack sequence runs over it.
        const SEQUENCE = 1 << 2;
        /// A grave threat is active on it.
        const THREAT = 1 << 3;
    }
}

impl Told {
    /// Nothing.
    pub const NONE: Self = Self::empty();

    /// Each, with its word in files.
    pub const ALL: [(Self, &'static str); 4] =
        [(Self::PUBLIC, "public"), (Self::SENSITIVE, "sensitive"), (Self::SEQUENCE, "sequence"), (Self::THREAT, "threat")];

    /// The one with this word.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|(_, known)| *known == word).map(|(one, _)| one)
    }

    /// What a finding's own traits tell. That a vulnerability is exploited is told of the vulnerability, not of the resource.
    #[must_use]
    pub fn of(traits: Traits) -> Self {
        traits.words().filter_map(Self::from_word).collect()
    }

    /// What is told of every resource of the finding: an attack concerns all that it names. Reach and data are told of the main
    /// resource only.
    #[must_use]
    pub const fn of_all_resources(self) -> Self {
        self.intersection(Self::SEQUENCE.union(Self::THREAT))
    }

    /// What a sentence about the resource says of it.
    pub(super) const fn sentence(self) -> &'static str {
        match self {
            Self::PUBLIC => "can be reached from the internet",
            Self::SENSITIVE => "holds sensitive data",
            Self::SEQUENCE => "is in an attack sequence",
            _ => "is under attack",
        }
    }
}

/// What findings of one source and type tell of a resource.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Teller {
    /// Whose findings.
    pub source: Source,
    /// Their control or type.
    pub label: Text,
    /// What they tell.
    pub told: Told,
}

impl Teller {
    /// What this finding tells.
    #[must_use]
    pub fn new(finding: &Finding, told: Told) -> Self {
        Self { told, source: finding.source, label: finding.control().unwrap_or(&finding.kind).clone() }
    }

    /// `Inspector, network reachability`.
    pub(super) fn who(&self) -> String {
        let is_shouted = self.label.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_');
        let label = match self.source {
            _ if is_shouted => self.label.to_ascii_lowercase().replace('_', " "),
            // The types of Security Hub are paths.
            Source::SecurityHub => self.label.rsplit('/').next().unwrap_or_default().to_owned(),
            _ => self.label.to_string(),
        };
        if label.is_empty() { self.source.title().to_owned() } else { format!("{}, {label}", self.source.title()) }
    }
}

#[cfg(test)]
mod tests {
    use super::{Teller, Told};
    use crate::model::{Source, Text, Traits};

    #[test]
    fn every_trait_of_a_resource_is_told_by_its_word_and_none_of_a_vulnerability() {
        assert_eq!(Told::of(Traits::PUBLIC | Traits::SEQUENCE), Told::PUBLIC | Told::SEQUENCE);
        assert_eq!(Told::of(Traits::SENSITIVE), Told::SENSITIVE);
        assert!(Told::of(Traits::KNOWN_EXPLOITED).is_empty());
    }

    #[test]
    fn who_tells_is_named_as_people_would() {
        for (source, label, who) in [
            (Source::Inspector, "NETWORK_REACHABILITY", "Inspector, network reachability"),
            (Source::GuardDuty, "Recon:EC2/Portscan", "GuardDuty, Recon:EC2/Portscan"),
            (Source::SecurityHub, "S3.8", "Security Hub, S3.8"),
            (Source::SecurityHub, "TTPs/Discovery/Recon:EC2-Portscan", "Security Hub, Recon:EC2-Portscan"),
            (Source::Macie, "", "Macie"),
        ] {
            assert_eq!(Teller { told: Told::PUBLIC, source, label: Text::new(label) }.who(), who);
        }
    }
}
