//! What is held: rows, groups of records of the same issue, raw JSON, coverage.
//! In come batches of placed findings with their raw JSON; out go rows by a stable number.
//! It knows the model only: no AWS, no query, no terminal.

mod merge;
mod raw;
mod rows;

use std::collections::HashMap;

use crate::model::{Coverage, Finding, MergeKey, RawRef};

pub use raw::{RawBlock, RawError};

/// A page of placed findings with their raw JSON: each finding's `raw` is its span in `raw`, block number 0.
#[derive(Debug)]
pub struct Batch {
    /// The findings.
    pub findings: Vec<Finding>,
    /// The JSON of all of them.
    pub raw: RawBlock,
}

/// A row's number: stable for the life of the store, also when the row is hidden behind another record of the same issue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RowId(pub u32);

/// What a batch changed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ingested {
    /// Rows that are new, or that changed: their content, what else has seen them, or whether they are visible. Ascending.
    pub rows: Vec<RowId>,
}

/// Everything that was fetched.
#[derive(Debug, Default)]
pub struct Store {
    rows: rows::Rows,
    by_key: HashMap<MergeKey, RowId>,
    groups: HashMap<MergeKey, Vec<RowId>>,
    raw: raw::RawStore,
    visible: usize,
    /// What became of the lanes.
    pub coverage: Coverage,
}

impl Store {
    /// An empty store.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes a batch in: a record that is known is replaced if the new one is newer; records of the same issue become one
    /// visible row. The result does not depend on the order of batches.
    pub fn ingest(&mut self, batch: Batch) -> Ingested {
        let block = self.raw.push(batch.raw);
        let mut touched = Vec::with_capacity(batch.findings.len());
        for mut finding in batch.findings {
            finding.raw.block = block;
            self.insert(finding, &mut touched);
        }
        touched.sort_unstable();
        touched.dedup();
        Ingested { rows: touched }
    }

    fn insert(&mut self, finding: Finding, touched: &mut Vec<RowId>) {
        if let Some(&id) = self.by_key.get(&finding.key) {
            let row = &mut self.rows[id];
            if merge::is_newer(&finding, &row.finding) {
                let seen = std::mem::take(&mut row.finding.also_seen);
                let (before, now) = (row.finding.group, finding.group);
                row.finding = Finding { also_seen: seen, ..finding };
                touched.push(id);
                if before == now {
                    self.regroup(id, touched);
                } else {
                    self.leave(id, before, touched);
                    self.join(id, now, touched);
                }
            }
            return;
        }
        let id = RowId(self.rows.len() as u32);
        self.by_key.insert(finding.key, id);
        let group = finding.group;
        self.rows.push(finding);
        self.visible += 1;
        touched.push(id);
        self.join(id, group, touched);
    }

    fn join(&mut self, id: RowId, group: Option<MergeKey>, touched: &mut Vec<RowId>) {
        if let Some(group) = group {
            self.groups.entry(group).or_insert_with(|| Vec::with_capacity(1)).push(id);
            self.regroup(id, touched);
        }
    }

    /// The record is of another issue than was thought: it stands for itself, and those that it leaves are judged without it.
    fn leave(&mut self, id: RowId, group: Option<MergeKey>, touched: &mut Vec<RowId>) {
        let row = &mut self.rows[id];
        self.visible += usize::from(!std::mem::replace(&mut row.visible, true));
        row.finding.also_seen.clear();
        let Some(members) = group.and_then(|group| self.groups.get_mut(&group)) else { return };
        members.retain(|member| *member != id);
        let members = members.clone();
        self.judge(&members, touched);
    }

    /// Decides anew which records of the row's group are visible, and who else has seen them.
    fn regroup(&mut self, id: RowId, touched: &mut Vec<RowId>) {
        let Some(members) = self.rows[id].finding.group.as_ref().and_then(|group| self.groups.get(group)) else { return };
        if members.len() < 2 {
            return;
        }
        let members = members.clone();
        self.judge(&members, touched);
    }

    fn judge(&mut self, members: &[RowId], touched: &mut Vec<RowId>) {
        let records: Vec<(RowId, &Finding)> = members.iter().map(|&id| (id, &self.rows[id].finding)).collect();
        let verdicts = merge::judge(&records);
        for verdict in verdicts {
            let row = &mut self.rows[verdict.row];
            if row.visible != verdict.visible || row.finding.also_seen != verdict.also_seen {
                self.visible =
                    if verdict.visible { self.visible + usize::from(!row.visible) } else { self.visible - usize::from(row.visible) };
                row.visible = verdict.visible;
                row.finding.also_seen = verdict.also_seen;
                touched.push(verdict.row);
            }
        }
    }

    /// The row's record, visible or not.
    #[must_use]
    pub fn get(&self, id: RowId) -> Option<&Finding> {
        self.rows.get(id).map(|row| &row.finding)
    }

    /// The row's record, if it is visible.
    #[must_use]
    pub fn visible(&self, id: RowId) -> Option<&Finding> {
        self.rows.get(id).filter(|row| row.visible).map(|row| &row.finding)
    }

    /// The row that holds the record with this key.
    #[must_use]
    pub fn find(&self, key: &MergeKey) -> Option<RowId> {
        self.by_key.get(key).copied()
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
}
