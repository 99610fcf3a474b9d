//! Lanes, and what became of them.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use serde::{Serialize, Serializer};

use super::{AccountId, AccountName, Region, Severity, Source, Text, Timestamp};

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

    /// Whether all that is there was read: what an earlier reading gave and this one did not is gone.
    #[must_use]
    pub const fn is_read(self) -> bool {
        matches!(self, Self::Complete | Self::NotEnabled)
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
    /// Why, in one sentence that also says what to do; when complete, what is worth knowing all the same, if anything.
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
    /// When the earlier reading ended whose findings stand until this one has come to its end; absent where there is none.
    pub since: Option<Timestamp>,
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
            since: None,
        }
    }

    /// Says in the reason that findings of an earlier reading are shown, and of when they are.
    pub fn tell_older(&mut self, since: Timestamp) {
        let reason = self.reason.as_deref().unwrap_or("it was not read to its end");
        let time = since.strftime("%Y-%m-%d %H:%M UTC");
        self.reason = Some(Text::from(format!("{reason}; older findings are shown too, as they were at {time}")));
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

/// How much of what there is has been read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Loaded {
    /// Findings that were read, before merging.
    pub read: u64,
    /// How many there are, as far as the services told.
    pub total: u64,
    /// Whether every lane told, or has ended well.
    pub is_exact: bool,
}

impl Loaded {
    /// Adds up lanes. A lane that was read to its end has as many as it gave, whatever was counted before.
    pub fn of<'a>(lanes: impl IntoIterator<Item = &'a Lane>) -> Self {
        let none = Self { is_exact: true, ..Self::default() };
        lanes.into_iter().fold(none, |sum, lane| {
            let total = if lane.is_trusted() { Some(lane.findings) } else { lane.total };
            Self {
                read: sum.read + lane.findings,
                total: sum.total + total.unwrap_or_default().max(lane.findings),
                is_exact: sum.is_exact && total.is_some(),
            }
        })
    }

    /// Whether the services told of more than was read.
    #[must_use]
    pub const fn is_behind(&self) -> bool {
        self.total > self.read
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
        let open = |lane: &Lane| matches!(lane.state, LaneState::Failed | LaneState::Pending | LaneState::Loading);
        self.lanes.iter().all(|lane| open(lane) && lane.pages == 0 && lane.since.is_none())
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
    pub fn of(&self, source: Source) -> impl Iterator<Item = &Lane> + Clone {
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

#[cfg(test)]
mod tests {
    use super::{Lane, LaneId, LaneState, Loaded};
    use crate::model::{AccountId, Region, Source};

    fn lane(state: LaneState, findings: u64, total: Option<u64>) -> Lane {
        let id = LaneId { account: AccountId::new("111122223333"), region: Region::new("eu-central-1"), source: Source::Macie };
        Lane { state, findings, total, ..Lane::pending(id) }
    }

    #[test]
    fn what_was_counted_adds_up_and_is_exact_only_where_every_lane_told() {
        let lanes = [lane(LaneState::Loading, 50, Some(101)), lane(LaneState::Complete, 7, Some(9)), lane(LaneState::NotEnabled, 0, None)];
        assert_eq!(Loaded::of(&lanes), Loaded { read: 57, total: 108, is_exact: true });
        let lanes = [lane(LaneState::Partial, 50, Some(101)), lane(LaneState::Loading, 100, None)];
        assert_eq!(Loaded::of(&lanes), Loaded { read: 150, total: 201, is_exact: false });
    }

    #[test]
    fn more_than_was_counted_is_never_more_than_all() {
        assert_eq!(Loaded::of(&[lane(LaneState::Loading, 5, Some(3))]), Loaded { read: 5, total: 5, is_exact: true });
    }
}
