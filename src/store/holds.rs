//! Which lanes gave which rows, and in which of their readings: eight bytes a row, and a side table for rows that more than one
//! lane gave. A row is gone when no lane holds it any more.

use std::collections::{BTreeSet, HashMap, HashSet};

use super::RowId;

/// A lane that holds a row, and the reading of the lane that gave it last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Hold {
    lane: u32,
    reading: u16,
}

/// In a lane's place: the row came from no lane, and stays.
const NO_LANE: u32 = u32::MAX;
/// In a lane's place: no lane holds the row any more.
const GONE: u32 = u32::MAX - 1;

/// One lane's readings.
#[derive(Clone, Copy, Debug, Default)]
struct Readings {
    /// The number of the reading that is under way, or the last one.
    number: u16,
    /// Rows that the lane holds.
    held: u32,
    /// Those of them that the reading has not given yet.
    older: u32,
}

/// What it means that a lane gives a row that is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Given {
    /// The lane whose record the row shows gives it in a later reading: this is how it is now.
    Anew,
    /// Another lane gives it, or the same reading once more: one of the two copies is newer.
    Too,
    /// The row was gone.
    Back,
}

/// Who holds what.
#[derive(Debug, Default)]
pub(super) struct Holds {
    /// By row: the lane whose record the row shows.
    first: Vec<Hold>,
    /// The readings of the other lanes that hold a row too.
    others: HashMap<(RowId, u32), u16>,
    lanes: Vec<Readings>,
}

impl Holds {
    fn lane(&mut self, lane: u32) -> Option<&mut Readings> {
        if lane >= GONE {
            return None;
        }
        let at = lane as usize;
        if at >= self.lanes.len() {
            self.lanes.resize(at + 1, Readings::default());
        }
        self.lanes.get_mut(at)
    }

    fn hold(&mut self, lane: u32) -> Hold {
        Hold { lane, reading: self.lane(lane).map_or(0, |readings| readings.number) }
    }

    /// The lane gives the next row.
    pub(super) fn add(&mut self, lane: Option<usize>) {
        let hold = self.hold(number(lane));
        self.first.push(hold);
        self.lane(hold.lane).into_iter().for_each(|readings| readings.held += 1);
    }

    /// The lane gives a row that is known.
    pub(super) fn give(&mut self, row: RowId, lane: Option<usize>) -> Given {
        let hold = self.hold(number(lane));
        let first = &mut self.first[row.0 as usize];
        let (known, given) = match *first {
            Hold { lane: GONE, .. } => {
                *first = hold;
                (None, Given::Back)
            }
            Hold { lane, reading } if lane == hold.lane => {
                *first = hold;
                (Some(reading), if reading == hold.reading { Given::Too } else { Given::Anew })
            }
            _ => (self.others.insert((row, hold.lane), hold.reading), Given::Too),
        };
        if let Some(readings) = self.lane(hold.lane) {
            match known {
                None => readings.held += 1,
                Some(reading) => readings.older = readings.older.saturating_sub(u32::from(reading != hold.reading)),
            }
        }
        given
    }

    /// The row shows the record of this lane from now on, which has just given it.
    pub(super) fn prefer(&mut self, row: RowId, lane: Option<usize>) {
        let lane = number(lane);
        let first = self.first[row.0 as usize];
        if first.lane != lane
            && let Some(reading) = self.others.remove(&(row, lane))
        {
            self.first[row.0 as usize] = Hold { lane, reading };
            self.others.insert((row, first.lane), first.reading);
        }
    }

    /// The lane is read again: what it holds is older now.
    pub(super) fn begin(&mut self, lane: usize) {
        let lane = number(Some(lane));
        let Some(readings) = self.lane(lane) else { return };
        readings.older = readings.held;
        if let Some(next) = readings.number.checked_add(1) {
            readings.number = next;
            return;
        }
        readings.number = 1;
        self.first.iter_mut().filter(|hold| hold.lane == lane).for_each(|hold| hold.reading = 0);
        self.others.iter_mut().filter(|((_, holder), _)| *holder == lane).for_each(|(_, reading)| *reading = 0);
    }

    /// The lane was read to its end: what this reading did not give, the lane holds no more. The rows that nobody holds now,
    /// ascending.
    pub(super) fn end(&mut self, lane: usize) -> Vec<RowId> {
        let lane = number(Some(lane));
        let Some(readings) = self.lane(lane).filter(|readings| readings.older > 0) else { return Vec::new() };
        readings.held = readings.held.saturating_sub(std::mem::take(&mut readings.older));
        let now = readings.number;
        self.others.retain(|(_, holder), reading| *holder != lane || *reading == now);
        let lost: Vec<RowId> =
            (0..).map(RowId).zip(&self.first).filter(|(_, hold)| hold.lane == lane && hold.reading != now).map(|(row, _)| row).collect();
        let heirs = self.heirs(&lost);
        let mut gone = Vec::new();
        for row in lost {
            self.first[row.0 as usize] = if let Some(heir) = heirs.get(&row) {
                self.others.remove(&(row, heir.lane));
                *heir
            } else {
                gone.push(row);
                Hold { lane: GONE, reading: 0 }
            };
        }
        gone
    }

    /// Of each row that another lane holds too, the lane with the lowest number.
    fn heirs(&self, rows: &[RowId]) -> HashMap<RowId, Hold> {
        let mut heirs: HashMap<RowId, Hold> = HashMap::new();
        if rows.is_empty() {
            return heirs;
        }
        for (&(row, lane), &reading) in self.others.iter().filter(|((row, _), _)| rows.binary_search(row).is_ok()) {
            let heir = heirs.entry(row).or_insert(Hold { lane, reading });
            if lane < heir.lane {
                *heir = Hold { lane, reading };
            }
        }
        heirs
    }

    pub(super) fn is_gone(&self, row: RowId) -> bool {
        self.first.get(row.0 as usize).is_none_or(|hold| hold.lane == GONE)
    }

    /// How many rows the lane holds, where it was read more than once.
    pub(super) fn held_again(&self, lane: usize) -> Option<u64> {
        self.lanes.get(lane).filter(|readings| readings.number > 0).map(|readings| u64::from(readings.held))
    }

    /// Whether the lane holds rows that its last reading did not give.
    pub(super) fn has_older(&self, lane: usize) -> bool {
        self.lanes.get(lane).is_some_and(|readings| readings.older > 0)
    }

    /// The lanes that hold any of these rows.
    pub(super) fn lanes_of(&self, rows: impl Iterator<Item = RowId>) -> BTreeSet<usize> {
        let rows: HashSet<RowId> = rows.collect();
        let first = rows.iter().filter_map(|row| self.first.get(row.0 as usize)).map(|hold| hold.lane);
        let others = self.others.keys().filter(|(row, _)| rows.contains(row)).map(|(_, lane)| *lane);
        first.chain(others).filter(|lane| *lane < GONE).map(|lane| lane as usize).collect()
    }

    /// The lanes are numbered anew; `now` tells the number of each lane there was. They are read again. What a lane held that is
    /// there no more stays.
    pub(super) fn renumber(&mut self, lanes: usize, now: &[Option<usize>]) {
        if self.first.is_empty() {
            self.lanes.clear();
            return;
        }
        let now = |lane: u32| if lane < GONE { number(now.get(lane as usize).copied().flatten()) } else { lane };
        let known = std::mem::take(&mut self.lanes);
        self.lanes.resize(lanes, Readings::default());
        for (lane, readings) in (0..).zip(known) {
            if let Some(at) = self.lanes.get_mut(now(lane) as usize) {
                *at = readings;
            }
        }
        self.first.iter_mut().for_each(|hold| hold.lane = now(hold.lane));
        self.others = self.others.drain().map(|((row, lane), reading)| ((row, now(lane)), reading)).collect();
        (0..lanes).for_each(|lane| self.begin(lane));
    }
}

fn number(lane: Option<usize>) -> u32 {
    lane.map_or(NO_LANE, |lane| lane as u32)
}
