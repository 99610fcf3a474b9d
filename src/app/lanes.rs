//! The lanes as the screens list and count them.

use super::state::{Page, State};
use crate::model::{Lane, LaneState};

impl State {
    /// How many rows the coverage screen lists: the lanes, and what the fetch told beside them.
    #[must_use]
    pub fn coverage_len(&self) -> usize {
        self.coverage().lanes.len() + self.fetch.notices.len()
    }

    /// The lanes' numbers as the coverage screen lists them: in the order of the plan while they are read for the first time, then
    /// those that could not be read before those that are off, and those before the rest. A refresh keeps the order until all have
    /// ended again.
    #[must_use]
    pub fn lane_numbers(&self) -> &[usize] {
        &self.order
    }

    /// The lanes as the coverage screen lists them.
    #[must_use]
    pub fn lanes_in_order(&self) -> Vec<&Lane> {
        self.order.iter().filter_map(|number| self.coverage().lanes.get(*number)).collect()
    }

    /// Brings the order up to date; cursors stay on their lanes.
    pub(super) fn settle_order(&mut self) {
        let lanes = &self.store.coverage.lanes;
        let is_new = self.order.len() != lanes.len();
        if !is_new && !self.store.coverage.is_final() {
            return;
        }
        let mut order: Vec<usize> = (0..lanes.len()).collect();
        if self.store.coverage.is_final() {
            order.sort_by_key(|number| kind_of(&lanes[*number]));
        }
        if order == self.order {
            return;
        }
        let (height, len) = (self.size.coverage_rows(), self.coverage_len());
        for page in &mut self.pages {
            let Page::Coverage(list) = page else { continue };
            let lane = self.order.get(list.cursor).filter(|_| list.cursor > 0 && !is_new);
            match lane.and_then(|lane| order.iter().position(|number| number == lane)) {
                Some(to) => list.follow(to, len, height),
                None => list.settle(len, height),
            }
        }
        self.order = order;
    }

    /// Where the next lanes of another account, or of another kind once all have ended, begin in [`State::lanes_in_order`];
    /// backwards, where those before begin. The place itself where there are none.
    #[must_use]
    pub fn other_lanes(&self, from: usize, forwards: bool) -> usize {
        let lanes = self.lanes_in_order();
        let by_kind = self.coverage().is_final();
        let group = |at: usize| lanes.get(at).map(|lane| (by_kind.then(|| kind_of(lane)), &lane.id.account));
        let begin = |at: usize| (0..=at).rev().take_while(|before| group(*before) == group(at)).last().unwrap_or(at);
        if forwards {
            return (from..lanes.len()).find(|at| group(*at) != group(from)).unwrap_or(from);
        }
        let first = begin(from);
        if first < from { first } else { first.checked_sub(1).map_or(from, begin) }
    }

    /// How many lanes have ended, and how many there are.
    #[must_use]
    pub fn lanes_ended(&self) -> (usize, usize) {
        let lanes = &self.coverage().lanes;
        (lanes.iter().filter(|lane| lane.state.is_final()).count(), lanes.len())
    }

    /// How many lanes are in a state that leaves a number uncertain although they have ended.
    #[must_use]
    pub fn lanes_in_trouble(&self) -> usize {
        self.coverage().lanes.iter().filter(|lane| lane.state.is_final() && !lane.is_trusted()).count()
    }
}

/// Lanes that could not be read, those that are off, and the rest.
fn kind_of(lane: &Lane) -> u8 {
    match lane.state {
        LaneState::Complete => 2,
        _ if lane.is_trusted() => 1,
        _ => 0,
    }
}
