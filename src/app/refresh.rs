//! Reading lanes again: which ones, what is said of it, and what it changed in the end.

use std::collections::BTreeSet;

use super::command::Command;
use super::message::{Effect, Tone};
use super::state::{Page, Progress, State};
use crate::model::Lane;
use crate::report::Counted;
use crate::store::RowId;

/// What a refresh changes, as home counts it.
#[derive(Clone, Debug, Default)]
pub(super) struct Tally {
    /// Rows that were there before, and rows that changed since.
    before: RowSet,
    touched: RowSet,
    /// The lanes that are read again.
    lanes: BTreeSet<usize>,
    /// Orders that the runner has not taken yet.
    ordered: usize,
}

/// A bit a row.
#[derive(Clone, Debug, Default)]
struct RowSet(Vec<u64>);

impl RowSet {
    fn of(rows: &[RowId]) -> Self {
        let mut set = Self::default();
        for row in rows {
            set.insert(*row);
        }
        set
    }

    fn insert(&mut self, row: RowId) {
        let word = row.0 as usize / 64;
        if word >= self.0.len() {
            self.0.resize(word + 1, 0);
        }
        self.0[word] |= 1 << (row.0 % 64);
    }

    fn has(&self, row: RowId) -> bool {
        self.0.get(row.0 as usize / 64).is_some_and(|bits| bits >> (row.0 % 64) & 1 == 1)
    }

    fn len(&self) -> usize {
        self.0.iter().map(|bits| bits.count_ones() as usize).sum()
    }
}

impl Tally {
    /// Whether the runner has still to say that it begins.
    pub(super) const fn waits(&self) -> bool {
        self.ordered > 0
    }

    pub(super) fn touch(&mut self, rows: &[RowId]) {
        for row in rows {
            self.touched.insert(*row);
        }
    }

    /// New, gone, changed.
    fn count(&self, now: &[RowId]) -> [usize; 3] {
        let new = now.iter().filter(|row| !self.before.has(**row)).count();
        let changed = now.iter().filter(|row| self.before.has(**row) && self.touched.has(**row)).count();
        [new, self.before.len() - (now.len() - new), changed]
    }
}

/// `r` and `R`.
pub(super) fn run(state: &mut State, command: Command) -> Vec<Effect> {
    match state.fetch.progress {
        Progress::Starting => {
            state.tell(Tone::Plain, "Nothing to refresh yet: the fetch is only starting");
            return Vec::new();
        }
        Progress::Cancelling => {
            state.tell(Tone::Plain, "The fetch is being cancelled; refresh when it has ended");
            return Vec::new();
        }
        Progress::Ended if state.fetch.fatal.is_some() => return from_the_beginning(state),
        Progress::Ended | Progress::Loading => {}
    }
    let lanes = if command == Command::RefreshAll { (0..state.coverage().lanes.len()).collect() } else { selected(state) };
    let lane = |number: &usize| &state.coverage().lanes[*number];
    let asked: Vec<usize> = lanes.iter().copied().filter(|number| lane(number).offered).collect();
    let (free, busy): (Vec<usize>, Vec<usize>) = asked.iter().copied().partition(|number| lane(number).state.is_final());
    if free.is_empty() {
        let why = if lanes.is_empty() {
            let all = state.keymap.first(Command::RefreshAll).map_or_else(String::new, |key| format!("; {key} refreshes all lanes"));
            format!("No finding is selected here, so no lane is either{all}")
        } else if busy.is_empty() {
            "Nothing to refresh: AWS does not offer this here".to_owned()
        } else {
            format!("Not refreshed: {}", still_loading(busy.len()))
        };
        state.tell(Tone::Plain, why);
        return Vec::new();
    }
    let mut told = format!("Refreshing {}", Counted(free.len(), "lane"));
    if !busy.is_empty() {
        told = format!("{told}; {}", still_loading(busy.len()));
    }
    state.tell(Tone::Plain, told);
    order(state, &free);
    vec![Effect::Refresh(Some(free))]
}

fn from_the_beginning(state: &mut State) -> Vec<Effect> {
    state.fetch.fatal = None;
    order(state, &[]);
    state.fetch.progress = Progress::Starting;
    state.tell(Tone::Plain, "Starting again from the beginning");
    vec![Effect::Refresh(None)]
}

/// Reads again what was not read to its end: somebody has logged in, or another key is in place.
pub(super) fn with_new_credentials(state: &mut State) -> Vec<Effect> {
    if state.fetch.fatal.is_some() {
        return from_the_beginning(state);
    }
    let lacking = |lane: &Lane| lane.state.is_final() && lane.offered && !lane.is_trusted();
    let lanes = &state.coverage().lanes;
    let lanes: Vec<usize> = (0..lanes.len()).filter(|number| lacking(&lanes[*number])).collect();
    if lanes.is_empty() {
        state.tell(Tone::Plain, "Every lane was read, or is being read: there is nothing to fetch again");
        return Vec::new();
    }
    order(state, &lanes);
    vec![Effect::Refresh(Some(lanes))]
}

fn still_loading(lanes: usize) -> String {
    format!("{} {} still being read", Counted(lanes, "lane"), if lanes == 1 { "is" } else { "are" })
}

fn order(state: &mut State, lanes: &[usize]) {
    if state.fetch.progress == Progress::Ended {
        (state.fetch.progress, state.fetch.started, state.fetch.ended) = (Progress::Loading, Some(state.now), None);
    }
    let before = || RowSet::of(state.home.view.rows());
    let tally = state.fetch.tally.get_or_insert_with(|| Tally { before: before(), ..Tally::default() });
    tally.lanes.extend(lanes);
    tally.ordered += 1;
}

/// The lanes of what is selected.
fn selected(state: &State) -> Vec<usize> {
    let of_rows = |rows: &[RowId]| state.store.lanes_of(rows).into_iter().filter(|lane| *lane < state.coverage().lanes.len()).collect();
    match state.pages.last() {
        Some(Page::Coverage(list)) => state.lane_numbers().get(list.cursor).copied().into_iter().collect(),
        None if state.home.selected().is_none() => of_rows(&state.home.cell_rows(&state.store)),
        _ => of_rows(state.selected().as_slice()),
    }
}

/// The runner takes an order.
pub(super) fn begun(state: &mut State) {
    if let Some(tally) = &mut state.fetch.tally {
        tally.ordered = tally.ordered.saturating_sub(1);
    }
}

/// Every lane has ended: tells what a refresh has changed, if there was one.
pub(super) fn ended(state: &mut State) {
    let Some(tally) = state.fetch.tally.take_if(|tally| !tally.waits()).filter(|tally| !tally.lanes.is_empty()) else { return };
    let words = ["new", "gone", "changed"];
    let counts = tally.count(state.home.view.rows());
    let parts: Vec<String> =
        counts.iter().zip(words).filter(|(count, _)| **count > 0).map(|(count, word)| format!("{count} {word}")).collect();
    let changes = if parts.is_empty() { "nothing changed".to_owned() } else { parts.join(", ") };
    let lanes = Counted(tally.lanes.len(), "lane");
    let kept: Vec<&Lane> =
        tally.lanes.iter().filter_map(|number| state.coverage().lanes.get(*number)).filter(|lane| lane.since.is_some()).collect();
    let text = match (kept.as_slice(), parts.is_empty()) {
        ([], _) => return state.tell(Tone::Good, format!("Refreshed {lanes}: {changes}")),
        // Nothing could be read: why is worth more than how many.
        ([first, ..], true) if kept.len() == tally.lanes.len() => {
            format!("Not refreshed: {}", first.reason.as_deref().unwrap_or_default())
        }
        ([_], _) => format!("Refreshed {lanes}: {changes}; 1 lane keeps older findings"),
        (many, _) => format!("Refreshed {lanes}: {changes}; {} lanes keep older findings", many.len()),
    };
    state.tell(Tone::Warning, text);
}
