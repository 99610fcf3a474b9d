//! What is held: rows, groups of records of the same issue, raw JSON, coverage.
//! In come batches of placed findings with their raw JSON; out go rows by a stable number, with their priorities.
//! It knows the model and the rules of the priority: no AWS, no query, no terminal.

mod holds;
mod merge;
mod neighbours;
mod page;
mod raw;
mod rows;
mod standing;
#[cfg(test)]
mod tests;

use std::collections::{BTreeSet, HashMap};

use crate::model::{Coverage, Finding, Lane, LaneId, MergeKey, RawRef};
use crate::priority::Rules;
use holds::{Given, Holds};
use page::Page;
use standing::Standing;

pub use raw::{RawBlock, RawError};

/// A page of placed findings with their raw JSON: each finding's `raw` is its span in `raw`, block number 0.
#[derive(Debug)]
pub struct Batch {
    /// The findings.
    pub findings: Vec<Finding>,
    /// The JSON of all of them.
    pub raw: RawBlock,
}

/// A row's number: stable for the life of the store, also when the row is hidden behind another record of the same issue, or
/// gone. A record that comes back has the number that it had.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RowId(pub u32);

/// What a batch changed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ingested {
    /// Rows that are new, or that changed: their content, their priority, what else has seen them, or whether they are visible.
    /// Ascending.
    pub rows: Vec<RowId>,
}

impl Ingested {
    fn of(mut rows: Vec<RowId>) -> Self {
        rows.sort_unstable();
        rows.dedup();
        Self { rows }
    }
}

/// Everything that was fetched.
#[derive(Debug, Default)]
pub struct Store {
    rows: rows::Rows,
    holds: Holds,
    by_key: HashMap<MergeKey, RowId>,
    groups: HashMap<MergeKey, Vec<RowId>>,
    raw: raw::RawStore,
    standing: Standing,
    visible: usize,
    /// What became of the lanes.
    pub coverage: Coverage,
}

impl Store {
    /// An empty store, with the embedded rules of the priority.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes these rules of the priority in place of those that it has; judges anew what is there.
    pub fn rank_by(&mut self, rules: Rules) -> Ingested {
        let mut touched: Vec<RowId> = self.rows.iter().map(|(id, _)| id).collect();
        for &id in &touched {
            self.standing.leave(id, &mut self.rows[id]);
        }
        self.standing = Standing::with(rules);
        self.standing.settle(&mut self.rows, &mut touched);
        Ingested::of(touched)
    }

    /// Takes a batch in that comes from no lane, such as findings from a file: see [`Store::take`]. They stay.
    pub fn ingest(&mut self, batch: Batch) -> Ingested {
        self.insert_all(None, batch)
    }

    /// Takes a batch of a lane in: a record that is known is replaced if the new one is newer, or if the same lane gives it
    /// again in a later reading; records of the same issue become one visible row. Within one reading of each lane the result
    /// does not depend on the order of batches.
    pub fn take(&mut self, lane: usize, batch: Batch) -> Ingested {
        self.insert_all(Some(lane), batch)
    }

    /// A lane is read again. What it gave before stays until [`Store::end`].
    pub fn begin(&mut self, lane: usize) {
        self.holds.begin(lane);
    }

    /// A lane was read to its end: what it gave before and did not give now goes, unless another lane holds it. Not to be
    /// called for a reading that broke off: then everything stays.
    pub fn end(&mut self, lane: usize) -> Ingested {
        let gone = self.holds.end(lane);
        let mut touched = Vec::with_capacity(gone.len());
        for id in gone {
            touched.push(id);
            self.drop_record(id, &mut touched);
        }
        self.standing.settle(&mut self.rows, &mut touched);
        Ingested::of(touched)
    }

    /// The lanes of a fetch that begins, in place of those that there were. What a lane of the same name held is older now; it
    /// stays until that lane was read to its end.
    pub fn plan(&mut self, lanes: Vec<Lane>) {
        let known = std::mem::replace(&mut self.coverage.lanes, lanes);
        let lanes = &mut self.coverage.lanes;
        // Until the identity is known, a lane has no account.
        let is_same = |a: &LaneId, b: &LaneId| {
            (&a.region, a.source) == (&b.region, b.source) && (a.account == b.account || a.account.is_empty() || b.account.is_empty())
        };
        let number = |(at, known): (usize, &Lane)| {
            let in_place = lanes.get(at).is_some_and(|lane| is_same(&lane.id, &known.id)).then_some(at);
            in_place.or_else(|| lanes.iter().position(|lane| is_same(&lane.id, &known.id)))
        };
        let numbers: Vec<Option<usize>> = known.iter().enumerate().map(number).collect();
        self.holds.renumber(lanes.len(), &numbers);
        for (number, lane) in lanes.iter_mut().enumerate() {
            lane.findings = self.holds.held_again(number).unwrap_or(lane.findings);
        }
    }

    /// A lane as it is now; tells which rows went because it was read to its end.
    pub fn lane(&mut self, number: usize, lane: Lane) -> Ingested {
        let Some(known) = self.coverage.lanes.get_mut(number) else { return Ingested::default() };
        let was_final = known.state.is_final();
        *known = lane;
        let state = known.state;
        let gone = match (was_final, state.is_final()) {
            (true, false) => {
                self.begin(number);
                Ingested::default()
            }
            (false, true) if state.is_read() => self.end(number),
            _ => Ingested::default(),
        };
        if let (Some(lane), Some(held)) = (self.coverage.lanes.get_mut(number), self.holds.held_again(number)) {
            lane.findings = held;
            if state.is_final() {
                lane.since = lane.since.filter(|_| self.holds.has_older(number));
                lane.since.into_iter().for_each(|since| lane.tell_older(since));
            }
        }
        gone
    }

    fn insert_all(&mut self, lane: Option<usize>, batch: Batch) -> Ingested {
        let is_again = lane.is_some_and(|lane| self.holds.held_again(lane).is_some());
        let mut page = if is_again { Page::to_pick_from(batch.raw, &self.raw) } else { Page::whole(batch.raw, &self.raw) };
        let mut touched = Vec::with_capacity(batch.findings.len());
        let mut released = Vec::new();
        for finding in batch.findings {
            released.extend(self.insert(lane, finding, &mut page, &mut touched));
        }
        page.store(&mut self.raw);
        for at in released {
            self.raw.release(at);
        }
        self.standing.settle(&mut self.rows, &mut touched);
        Ingested::of(touched)
    }

    /// Takes a record in. Returns where the JSON stands that it does not need any more: it may still be compared with.
    fn insert(&mut self, lane: Option<usize>, mut finding: Finding, page: &mut Page, touched: &mut Vec<RowId>) -> Option<RawRef> {
        let Some(&id) = self.by_key.get(&finding.key) else {
            let id = RowId(self.rows.len() as u32);
            self.by_key.insert(finding.key, id);
            self.holds.add(lane);
            finding.raw = page.keep(finding.raw);
            let group = finding.group;
            self.rows.push(finding);
            self.visible += 1;
            touched.push(id);
            self.join(id, group, touched);
            return None;
        };
        let given = self.holds.give(id, lane);
        let row = &mut self.rows[id];
        match given {
            Given::Too => {
                if merge::says_more(&finding, &row.finding) {
                    // What it told its neighbours with fewer traits, it takes back first.
                    self.standing.leave(id, row);
                    row.finding.traits |= finding.traits;
                    touched.push(id);
                }
                finding.traits |= row.finding.traits;
            }
            Given::Anew => merge::keep_exploited(&mut finding, &row.finding),
            Given::Back => {}
        }
        // Records are compared as their sources gave them.
        let priority = self.standing.take_down(id, &mut row.finding);
        let is_newer = given != Given::Too || merge::is_newer(&finding, &row.finding);
        if !is_newer {
            self.standing.put_up(id, &mut row.finding, priority);
            return None;
        }
        if given == Given::Back {
            finding.raw = page.keep(finding.raw);
            let group = finding.group;
            row.finding = finding;
            self.show(id, true);
            touched.push(id);
            self.join(id, group, touched);
            return None;
        }
        let known = row.finding.raw;
        let sent = std::mem::replace(&mut finding.raw, known);
        let seen = std::mem::take(&mut row.finding.also_seen);
        let is_same = given == Given::Anew && finding == row.finding && page.is_at(sent, known, &self.raw);
        finding.also_seen = seen;
        if is_same && !self.raw.is_sparse(known.block) {
            row.finding.also_seen = finding.also_seen;
            self.standing.put_up(id, &mut row.finding, priority);
            return None;
        }
        if !is_same {
            self.standing.leave(id, row);
        }
        finding.raw = page.keep(sent);
        let group = std::mem::replace(&mut row.finding, finding).group;
        if is_same {
            self.standing.put_up(id, &mut row.finding, priority);
        }
        self.holds.prefer(id, lane);
        if !is_same {
            touched.push(id);
        }
        let now = self.rows[id].finding.group;
        if group == now {
            self.regroup(now, touched);
        } else {
            // It stands for itself until the new group is judged.
            self.show(id, true);
            self.rows[id].finding.also_seen.clear();
            self.leave(id, group, touched);
            self.join(id, now, touched);
        }
        Some(known)
    }

    fn show(&mut self, id: RowId, visible: bool) {
        let row = &mut self.rows[id];
        self.visible = self.visible + usize::from(visible) - usize::from(row.visible);
        row.visible = visible;
    }

    /// Forgets a record that is gone, all but its key.
    fn drop_record(&mut self, id: RowId, touched: &mut Vec<RowId>) {
        self.standing.leave(id, &mut self.rows[id]);
        self.show(id, false);
        let row = &mut self.rows[id];
        let blank = Finding { key: row.finding.key, ..Finding::blank(row.finding.source, "") };
        let finding = std::mem::replace(&mut row.finding, blank);
        self.raw.release(finding.raw);
        self.leave(id, finding.group, touched);
    }

    fn join(&mut self, id: RowId, group: Option<MergeKey>, touched: &mut Vec<RowId>) {
        if let Some(key) = group {
            self.groups.entry(key).or_insert_with(|| Vec::with_capacity(1)).push(id);
            self.regroup(group, touched);
        }
    }

    fn leave(&mut self, id: RowId, group: Option<MergeKey>, touched: &mut Vec<RowId>) {
        let Some(key) = group else { return };
        let is_empty = self.groups.get_mut(&key).is_some_and(|members| {
            members.retain(|member| *member != id);
            members.is_empty()
        });
        if is_empty {
            self.groups.remove(&key);
        }
        self.regroup(group, touched);
    }

    /// Decides anew which records of a group are visible, and who else has seen them.
    fn regroup(&mut self, group: Option<MergeKey>, touched: &mut Vec<RowId>) {
        let Some(members) = group.as_ref().and_then(|group| self.groups.get(group)) else { return };
        if let [only] = members.as_slice() {
            let only = &self.rows[*only];
            if only.visible && only.finding.also_seen.is_empty() {
                return;
            }
        }
        let members = members.clone();
        let records: Vec<(RowId, &Finding)> = members.iter().map(|&id| (id, &self.rows[id].finding)).collect();
        for verdict in merge::judge(&records) {
            let row = &mut self.rows[verdict.row];
            // Where the others' JSON stands may change without anything to see.
            if row.visible != verdict.visible || !merge::is_same_view(&row.finding.also_seen, &verdict.also_seen) {
                touched.push(verdict.row);
            }
            row.finding.also_seen = verdict.also_seen;
            self.show(verdict.row, verdict.visible);
        }
    }

    /// The row's record, visible or not; none if it is gone.
    #[must_use]
    pub fn get(&self, id: RowId) -> Option<&Finding> {
        self.rows.get(id).filter(|row| row.visible || !self.holds.is_gone(id)).map(|row| &row.finding)
    }

    /// The row's record, if it is visible.
    #[must_use]
    pub fn visible(&self, id: RowId) -> Option<&Finding> {
        self.rows.get(id).filter(|row| row.visible).map(|row| &row.finding)
    }

    /// The row that holds the record with this key, or held it.
    #[must_use]
    pub fn find(&self, key: &MergeKey) -> Option<RowId> {
        self.by_key.get(key).copied()
    }

    /// The lanes that gave any of these rows, or another record of the same issue.
    #[must_use]
    pub fn lanes_of(&self, rows: &[RowId]) -> BTreeSet<usize> {
        let members = |id: &RowId| {
            let group = self.rows.get(*id).and_then(|row| row.finding.group);
            group.and_then(|group| self.groups.get(&group)).map_or(&[][..], Vec::as_slice)
        };
        self.holds.lanes_of(rows.iter().flat_map(|id| std::iter::once(*id).chain(members(id).iter().copied())))
    }

    /// All visible rows, in the order of arrival.
    pub fn iter(&self) -> impl Iterator<Item = (RowId, &Finding)> {
        self.rows.iter().filter(|(_, row)| row.visible).map(|(id, row)| (id, &row.finding))
    }

    /// How many rows are visible.
    #[must_use]
    pub fn len(&self) -> usize {
        self.visible
    }

    /// Whether no row is visible.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.visible == 0
    }

    /// One more than the highest row number: the length of tables that are indexed by row.
    #[must_use]
    pub fn capacity(&self) -> usize {
        self.rows.len()
    }

    /// The source's own JSON, byte for byte.
    ///
    /// # Errors
    /// When the span is not of this store.
    pub fn raw(&self, at: RawRef) -> Result<String, RawError> {
        self.raw.read(at)
    }

    /// The memory that is kept for the priorities, in bytes, without the reasons: what the benchmarks report.
    #[doc(hidden)]
    #[must_use]
    pub fn rank_bytes(&self) -> usize {
        self.standing.bytes()
    }

    /// The memory that the raw JSON takes, compressed, in bytes.
    #[must_use]
    pub fn raw_bytes(&self) -> usize {
        self.raw.bytes()
    }
}
