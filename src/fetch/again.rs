//! A lane that is read again: what it gave before stands until the new reading has come to its end.

use crate::model::{Lane, LaneState, Timestamp};

/// All lanes, by number.
pub(super) type Knowns = Vec<Known>;

/// A lane, and what is known of its earlier readings.
#[derive(Debug)]
pub(super) struct Known {
    lane: Lane,
    /// When the last reading ended that gave all that there was, or else the first that gave anything.
    read_at: Option<Timestamp>,
    /// Findings that the lane held before this reading.
    before: u64,
    /// Findings that this reading gave.
    arrived: u64,
}

impl Known {
    pub(super) const fn new(lane: Lane) -> Self {
        Self { lane, read_at: None, before: 0, arrived: 0 }
    }

    pub(super) const fn lane(&self) -> &Lane {
        &self.lane
    }

    /// Begins another reading. The count stays as it is.
    pub(super) fn again(&mut self) {
        let Lane { id, offered, findings, .. } = &self.lane;
        (self.before, self.arrived) = (*findings, 0);
        self.lane = Lane { offered: *offered, findings: *findings, since: self.read_at, ..Lane::pending(id.clone()) };
    }

    /// A page arrived.
    pub(super) fn count(&mut self, findings: u64) {
        self.arrived += findings;
        self.lane.pages += 1;
        self.lane.findings = self.before.max(self.arrived);
    }

    /// Changes the lane; where that ends the reading, what it held before goes or stays.
    pub(super) fn change(&mut self, change: impl FnOnce(&mut Lane)) {
        let was_final = self.lane.state.is_final();
        change(&mut self.lane);
        if !was_final && self.lane.state.is_final() {
            self.end(Timestamp::now());
        }
    }

    fn end(&mut self, now: Timestamp) {
        let lane = &mut self.lane;
        if lane.state.is_read() {
            lane.findings = self.arrived;
            (self.read_at, lane.since) = (Some(now), None);
        } else if lane.since.is_some() && self.before > 0 {
            lane.state = LaneState::Partial;
        } else {
            lane.since = None;
            if lane.pages > 0 {
                self.read_at.get_or_insert(now);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Known;
    use crate::model::{AccountId, Lane, LaneId, LaneState, Region, Source, Text};

    fn read(findings: u64) -> Known {
        let id = LaneId { account: AccountId::default(), region: Region::default(), source: Source::Macie };
        let mut known = Known::new(Lane::pending(id));
        known.count(findings);
        known.change(|lane| lane.state = LaneState::Complete);
        known
    }

    fn fails(known: &mut Known, state: LaneState) {
        known.again();
        known.change(|lane| (lane.state, lane.reason) = (state, Some(Text::new("so it is"))));
    }

    #[test]
    fn a_lane_that_fails_again_is_partial_as_long_as_it_holds_findings_from_before() {
        let mut known = read(3);
        for state in [LaneState::Failed, LaneState::Denied, LaneState::Unavailable, LaneState::Partial] {
            fails(&mut known, state);
            let lane = known.lane();
            assert_eq!((lane.state, lane.findings), (LaneState::Partial, 3));
            assert!(lane.since.is_some());
        }
    }

    #[test]
    fn a_lane_that_held_nothing_fails_as_it_fails() {
        let mut known = read(0);
        known.again();
        assert!(known.lane().since.is_some(), "it was read: the exit code must not say that nothing was");
        known.change(|lane| lane.state = LaneState::Denied);
        assert_eq!((known.lane().state, known.lane().since), (LaneState::Denied, None));
    }

    #[test]
    fn the_old_count_stands_until_the_lane_was_read_to_its_end() {
        let mut known = read(3);
        known.again();
        known.count(1);
        assert_eq!((known.lane().state, known.lane().findings, known.lane().pages), (LaneState::Pending, 3, 1));
        known.change(|lane| lane.state = LaneState::Complete);
        assert_eq!((known.lane().findings, known.lane().since), (1, None));
    }

    #[test]
    fn a_service_that_was_turned_off_holds_nothing() {
        let mut known = read(3);
        fails(&mut known, LaneState::NotEnabled);
        assert_eq!((known.lane().state, known.lane().findings), (LaneState::NotEnabled, 0));
    }
}
