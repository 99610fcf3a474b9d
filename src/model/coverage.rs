//! Lanes, and what became of them.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use serde::{Serialize, Serializer};

use super::{AccountId, AccountName, Region, Severity, Source, Text};

/// The unit of fetching, of progress and of coverage.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LaneId {
    /// The account asked; empty until the identity is known.
    pub account: AccountId,
    /// The Region asked.
    pub region: Region,
    /// The source asked.
    pub source: Source,
}

impl fmt::Display for LaneId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}/{}", self.account, self.region, self.source)
    }
}

/// What became of a lane.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LaneState {
    /// Not begun.
    #[default]
    Pending,
    /// Under way.
    Loading,
    /// Read to the end.
    Complete,
    /// Broken off after something had arrived: timeout, cancellation, a failure in the middle, unreadable findings.
    Partial,
    /// The service is off here. An honest empty.
    NotEnabled,
    /// The credentials may not ask.
    Denied,
    /// The service is not offered in this Region, or the Region is not enabled for the account.
    Unavailable,
    /// It could not be read for any other reason.
    Failed,
}

impl LaneState {
    /// Every state.
    pub const ALL: [Self; 8] =
        [Self::Pending, Self::Loading, Self::Complete, Self::Partial, Self::NotEnabled, Self::Denied, Self::Unavailable, Self::Failed];

    /// The word of the contract.
    #[must_use]
    pub const fn slug(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Loading => "loading",
            Self::Complete => "complete",
            Self::Partial => "partial",
            Self::NotEnabled => "not-enabled",
            Self::Denied => "denied",
            Self::Unavailable => "unavailable",
            Self::Failed => "failed",
        }
    }

    /// Whether nothing more will come without a refresh.
    #[must_use]
    pub const fn is_final(self) -> bool {
        !matches!(self, Self::Pending | Self::Loading)
    }
}

impl fmt::Display for LaneState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.slug())
    }
}

impl Serialize for LaneState {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.slug())
    }
}

/// A lane and what became of it so far.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lane {
    /// Which lane.
    pub id: LaneId,
    /// What its account is called, as far as the plan knows.
    pub name: Option<AccountName>,
    /// Whether AWS offers the service in the Region at all, as far as ringfort's table of Regions knows.
    pub offered: bool,
    /// What became of it.
    pub state: LaneState,
    /// Why, in one sentence that also says what to do; absent when complete.
    pub reason: Option<Text>,
    /// The IAM action that was refused, such as `guardduty:ListDetectors`.
    pub action: Option<Text>,
    /// Findings that arrived and are kept (after the status filter, before merging).
    pub findings: u64,
    /// How many there are, where the service told before all arrived.
    pub total: Option<u64>,
    /// Pages of findings that arrived.
    pub pages: u32,
    /// Calls made, without retries.
    pub calls: u32,
    /// Retries made.
    pub retries: u32,
    /// Time from the lane's first call to its end, or until now.
    pub elapsed: Duration,
}

impl Lane {
    /// A lane that has not begun.
    #[must_use]
    pub fn pending(id: LaneId) -> Self {
        Self {
            id,
            name: None,
            offered: true,
            state: LaneState::Pending,
            reason: None,
            action: None,
            findings: 0,
            total: None,
            pages: 0,
            calls: 0,
            retries: 0,
            elapsed: Duration::ZERO,
        }
    }

    /// Whether the lane's number can be trusted: everything that is there was read. A service that is off, or that AWS
    /// does not offer in the Region, has nothing to read.
    #[must_use]
    pub const fn is_trusted(&self) -> bool {
        match self.state {
            LaneState::Complete | LaneState::NotEnabled => true,
            LaneState::Unavailable => !self.offered,
            _ => false,
        }
    }
}

/// All lanes of a fetch.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Coverage {
    /// The lanes, in the order of the plan: account, Region, source.
    pub lanes: Vec<Lane>,
    /// The names that accounts told of themselves when they were asked, such as their aliases.
    pub names: BTreeMap<AccountId, Text>,
}

impl Coverage {
    /// Whether every lane was read to its end, or had nothing to read: only then is a number exact. False for no lanes.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        !self.lanes.is_empty() && self.lanes.iter().all(Lane::is_trusted)
    }

    /// Whether every lane has ended, well or not.
    #[must_use]
    pub fn is_final(&self) -> bool {
        self.lanes.iter().all(|lane| lane.state.is_final())
    }

    /// Whether nothing at all could be read.
    #[must_use]
    pub fn nothing_read(&self) -> bool {
        self.lanes.iter().all(|lane| matches!(lane.state, LaneState::Failed | LaneState::Pending | LaneState::Loading) && lane.pages == 0)
    }

    /// What the lane's account is called: by its own name where that is known, else by the user's profile.
    #[must_use]
    pub fn name_of(&self, lane: &Lane) -> Option<AccountName> {
        let told = || self.names.get(&lane.id.account).cloned().map(AccountName::Own);
        match &lane.name {
            Some(AccountName::Own(_)) => lane.name.clone(),
            other => told().or_else(|| other.clone()),
        }
    }

    /// The lanes of one source.
    pub fn of(&self, source: Source) -> impl Iterator<Item = &Lane> {
        self.lanes.iter().filter(move |lane| lane.id.source == source)
    }

    /// The lanes in one state.
    pub fn in_state(&self, state: LaneState) -> impl Iterator<Item = &Lane> {
        self.lanes.iter().filter(move |lane| lane.state == state)
    }

    /// The exit code of the contract: `worst` is the highest severity found, `fail_on` the gate.
    #[must_use]
    pub fn exit_code(&self, worst: Option<Severity>, fail_on: Option<Severity>) -> u8 {
        let gate_hit = matches!((worst, fail_on), (Some(worst), Some(gate)) if worst >= gate);
        if gate_hit {
            1
        } else if self.nothing_read() {
            4
        } else if self.is_complete() {
            0
        } else {
            3
        }
    }
}
