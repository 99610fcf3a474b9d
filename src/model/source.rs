//! What gives findings.

use std::fmt;

use serde::{Serialize, Serializer};

/// What gives findings: a service, or ringfort itself. The order is the order of the screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Source {
    /// Amazon GuardDuty: active threats.
    GuardDuty,
    /// Amazon Inspector: vulnerabilities and network reachability.
    Inspector,
    /// IAM Access Analyzer: external, internal and unused access.
    AccessAnalyzer,
    /// Amazon Macie: sensitive data and bucket policies.
    Macie,
    /// AWS Security Hub CSPM: controls, and what other products send there.
    SecurityHub,
    /// ringfort's own direct checks: what no finding service covers when Security Hub is off.
    Checks,
}

impl Source {
    /// Every source, in the order of the screen.
    pub const ALL: [Self; 6] = [Self::GuardDuty, Self::Inspector, Self::AccessAnalyzer, Self::Macie, Self::SecurityHub, Self::Checks];

    /// The services that find something themselves, in the order of the screen.
    pub const SERVICES: [Self; 5] = [Self::GuardDuty, Self::Inspector, Self::AccessAnalyzer, Self::Macie, Self::SecurityHub];

    /// The name in the command line, in queries and in JSON.
    #[must_use]
    pub const fn slug(self) -> &'static str {
        match self {
            Self::GuardDuty => "guardduty",
            Self::Inspector => "inspector",
            Self::AccessAnalyzer => "access-analyzer",
            Self::Macie => "macie",
            Self::SecurityHub => "security-hub",
            Self::Checks => "checks",
        }
    }

    /// The service's own name.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::GuardDuty => "GuardDuty",
            Self::Inspector => "Inspector",
            Self::AccessAnalyzer => "Access Analyzer",
            Self::Macie => "Macie",
            Self::SecurityHub => "Security Hub",
            Self::Checks => "Direct checks",
        }
    }

    /// The source with this slug.
    #[must_use]
    pub fn from_slug(slug: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|source| source.slug() == slug)
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.slug())
    }
}

impl Serialize for Source {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.slug())
    }
}
