//! Where a finding stands: its layer, its side, and the rule that said so.

use std::fmt;
use std::sync::OnceLock;

use serde::{Serialize, Serializer};

use super::Text;

/// One of the seven layers of defense in depth, innermost first. The slugs are part of the contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Layer {
    /// Encryption, keys, certificates, private data paths, versions of data and models.
    DataProtection,
    /// Who may do what.
    IdentityAndAccess,
    /// The application's own edge: sign-in, denial of service, code.
    ApplicationProtection,
    /// VPCs, firewalls, the edge.
    NetworkAndEdge,
    /// Hosts, images, runtimes, NACLs, user groups.
    InfrastructureProtection,
    /// Active threats, and the means to see and answer them.
    ThreatDetectionAndResponse,
    /// Least privilege as a practice, ownership, awareness.
    PoliciesProceduresAwareness,
}

impl Layer {
    /// Every layer, innermost first.
    pub const ALL: [Self; 7] = [
        Self::DataProtection,
        Self::IdentityAndAccess,
        Self::ApplicationProtection,
        Self::NetworkAndEdge,
        Self::InfrastructureProtection,
        Self::ThreatDetectionAndResponse,
        Self::PoliciesProceduresAwareness,
    ];

    /// The slug of the contract.
    #[must_use]
    pub const fn slug(self) -> &'static str {
        match self {
            Self::DataProtection => "data-protection",
            Self::IdentityAndAccess => "identity-and-access",
            Self::ApplicationProtection => "application-protection",
            Self::NetworkAndEdge => "network-and-edge",
            Self::InfrastructureProtection => "infrastructure-protection",
            Self::ThreatDetectionAndResponse => "threat-detection-and-response",
            Self::PoliciesProceduresAwareness => "policies-procedures-awareness",
        }
    }

    /// The layer with this slug.
    #[must_use]
    pub fn from_slug(slug: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|layer| layer.slug() == slug)
    }

    /// The layer's number as the article counts, 1 (innermost) to 7.
    #[must_use]
    pub const fn number(self) -> usize {
        self as usize + 1
    }
}

/// Whose part of the shared responsibility model a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Side {
    /// Security in the cloud.
    Customer,
    /// AWS runs the component, the customer configures it.
    Shared,
    /// Security of the cloud.
    Aws,
}

impl Side {
    /// Every side, in the order of the board's columns.
    pub const ALL: [Self; 3] = [Self::Customer, Self::Shared, Self::Aws];

    /// The slug of the contract.
    #[must_use]
    pub const fn slug(self) -> &'static str {
        match self {
            Self::Customer => "customer",
            Self::Shared => "shared",
            Self::Aws => "aws",
        }
    }

    /// The side with this slug.
    #[must_use]
    pub fn from_slug(slug: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|side| side.slug() == slug)
    }
}

macro_rules! shown_by_slug {
    ($($name:ident),*) => {$(
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(self.slug())
            }
        }
        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.slug())
            }
        }
    )*};
}
shown_by_slug!(Layer, Side, Basis);

/// Whether AWS says it, or ringfort does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Basis {
    /// AWS's data or documentation says so.
    Stated,
    /// ringfort's rule says so.
    Derived,
}

impl Basis {
    /// The word of the contract.
    #[must_use]
    pub const fn slug(self) -> &'static str {
        match self {
            Self::Stated => "stated",
            Self::Derived => "derived",
        }
    }
}

/// The rule that placed a finding.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Why {
    /// The rule's id, such as `guardduty.s3`. Ids that start with `fallback.` are guesses by prefix or source.
    pub rule: Text,
    /// Why the rule places it there, one sentence.
    pub reason: Text,
    /// Stated by AWS (or by the article), or derived by us.
    pub basis: Basis,
}

impl Why {
    /// Whether no rule knew the finding, so that its place is a guess by prefix or by source.
    #[must_use]
    pub fn is_fallback(&self) -> bool {
        self.rule.starts_with("fallback.")
    }
}

/// A place in any other lens.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct LensPlace {
    /// The lens's id, such as `owasp-llm`.
    pub lens: Text,
    /// The group's key, such as `LLM01`.
    pub key: Text,
    /// The rule that placed it.
    pub why: Why,
}

/// Where a finding stands in every lens.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Placement {
    /// The primary layer: the row of the board.
    pub layer: Layer,
    /// The other layers that it touches, ascending, without the primary one.
    pub also: Vec<Layer>,
    /// The side: the column of the board.
    pub side: Side,
    /// Why this layer.
    pub why_layer: Why,
    /// Why this side.
    pub why_side: Why,
    /// Places in the other lenses, by lens and key.
    pub lenses: Vec<LensPlace>,
}

impl Placement {
    /// The place of a finding that no lens has seen yet; the lens engine replaces it.
    #[must_use]
    pub fn unplaced() -> Self {
        static WHY: OnceLock<Why> = OnceLock::new();
        let unplaced = || Why { rule: Text::new("fallback.unplaced"), reason: Text::new("not placed yet"), basis: Basis::Derived };
        let why = WHY.get_or_init(unplaced).clone();
        Self {
            layer: Layer::PoliciesProceduresAwareness,
            also: Vec::new(),
            side: Side::Customer,
            why_layer: why.clone(),
            why_side: why,
            lenses: Vec::new(),
        }
    }
}
