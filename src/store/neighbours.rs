//! What findings tell of resources, and which rows would weigh more or less by it.
//!
//! Only rows that tell or listen are here: a chain of listeners for each resource takes eight bytes a row and one entry a resource;
//! what is told is counted by source and type, so that a bucket with a hundred thousand findings of one type has one entry.

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};

use super::RowId;
use crate::model::Finding;
use crate::priority::{Assessment, Teller, Told, resource_name};

/// A resource: a hash of its name, seeded anew in each store.
type Key = u64;

/// No row.
const NONE: u32 = u32::MAX;

/// What findings of one source and type tell, and how many of them.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Tally {
    teller: Teller,
    findings: u32,
}

/// A row's place in the chain of those that listen to the same resource.
#[derive(Clone, Copy, Debug)]
struct Link {
    before: u32,
    after: u32,
}

/// Who tells, and who listens.
#[derive(Debug, Default)]
pub(super) struct Neighbours {
    hasher: RandomState,
    told: HashMap<Key, Vec<Tally>>,
    /// By resource, the first of its chain.
    first: HashMap<Key, u32>,
    /// By row.
    links: Vec<Link>,
    /// Resources of which something else may be told now, with what was told of them before.
    changed: HashMap<Key, Vec<Tally>>,
}

impl Neighbours {
    fn key(&self, finding: &Finding, at: usize) -> Option<Key> {
        let resource = finding.resources.get(at)?;
        Some(self.hasher.hash_one(resource_name(resource, finding)?))
    }

    /// The resources that the finding tells something of, each once, with what.
    fn tellings(&self, finding: &Finding, told: Told) -> Vec<(Key, Told)> {
        let mut tellings: Vec<(Key, Told)> = Vec::new();
        for at in 0..finding.resources.len() {
            let told = if at == 0 { told } else { told.of_all_resources() };
            if told.is_empty() {
                break;
            }
            if let Some(key) = self.key(finding, at)
                && !tellings.iter().any(|(known, _)| *known == key)
            {
                tellings.push((key, told));
            }
        }
        tellings
    }

    /// The row tells and listens from now on.
    pub(super) fn enter(&mut self, row: RowId, finding: &Finding, assessment: &Assessment) {
        for (key, told) in self.tellings(finding, assessment.told) {
            self.note_change(key);
            let tallies = self.told.entry(key).or_default();
            let teller = Teller::new(finding, told);
            match tallies.binary_search_by(|tally| tally.teller.cmp(&teller)) {
                Ok(at) => tallies[at].findings += 1,
                Err(at) => tallies.insert(at, Tally { teller, findings: 1 }),
            }
        }
        if !assessment.listens.is_empty()
            && let Some(key) = self.key(finding, 0)
        {
            let after = self.first.insert(key, row.0).unwrap_or(NONE);
            let at = row.0 as usize;
            if at >= self.links.len() {
                self.links.resize(at + 1, Link { before: NONE, after: NONE });
            }
            self.links[at] = Link { before: NONE, after };
            if let Some(link) = self.links.get_mut(after as usize) {
                link.before = row.0;
            }
        }
    }

    /// The row tells and listens no more; finding and assessment are those with which it entered.
    pub(super) fn leave(&mut self, row: RowId, finding: &Finding, assessment: &Assessment) {
        for (key, told) in self.tellings(finding, assessment.told) {
            self.note_change(key);
            let Some(tallies) = self.told.get_mut(&key) else { continue };
            let teller = Teller::new(finding, told);
            if let Ok(at) = tallies.binary_search_by(|tally| tally.teller.cmp(&teller)) {
                tallies[at].findings -= 1;
                if tallies[at].findings == 0 {
                    tallies.remove(at);
                }
            }
            if tallies.is_empty() {
                self.told.remove(&key);
            }
        }
        if !assessment.listens.is_empty()
            && let Some(key) = self.key(finding, 0)
        {
            let Link { before, after } = self.links[row.0 as usize];
            if let Some(link) = self.links.get_mut(after as usize) {
                link.before = before;
            }
            match self.links.get_mut(before as usize) {
                Some(link) => link.after = after,
                None if after == NONE => drop(self.first.remove(&key)),
                None => drop(self.first.insert(key, after)),
            }
        }
    }

    /// The memory that it takes, in bytes.
    pub(super) fn bytes(&self) -> usize {
        let tallies: usize = self.told.values().map(|tallies| tallies.capacity() * size_of::<Tally>()).sum();
        let tables = self.told.capacity() * size_of::<(Key, Vec<Tally>)>() + self.first.capacity() * size_of::<(Key, u32)>();
        tallies + tables + self.links.capacity() * size_of::<Link>()
    }

    fn note_change(&mut self, key: Key) {
        let now = self.told.get(&key);
        self.changed.entry(key).or_insert_with(|| now.cloned().unwrap_or_default());
    }

    /// The rows that hear something else now than when this was asked before.
    pub(super) fn hearing(&mut self) -> Vec<RowId> {
        let mut rows = Vec::new();
        for (key, before) in std::mem::take(&mut self.changed) {
            let now = self.told.get(&key).map_or(&[][..], Vec::as_slice);
            if is_heard_alike(&before, now) {
                continue;
            }
            let mut row = self.first.get(&key).copied().unwrap_or(NONE);
            while let Some(link) = self.links.get(row as usize) {
                rows.push(RowId(row));
                row = link.after;
            }
        }
        rows
    }

    /// What other findings tell of this one's main resource, in the order in which they are to be named: as sources stand on the
    /// screen, then by type. The finding has entered.
    pub(super) fn around(&self, finding: &Finding, assessment: &Assessment) -> Vec<Teller> {
        if assessment.listens.is_empty() || self.told.is_empty() {
            return Vec::new();
        }
        let Some(tallies) = self.key(finding, 0).and_then(|key| self.told.get(&key)) else { return Vec::new() };
        let own = Teller::new(finding, assessment.told);
        let others = tallies.iter().filter(|tally| tally.findings > u32::from(tally.teller == own));
        others.map(|tally| tally.teller.clone()).collect()
    }
}

/// Whether every listener hears the same: of a finding that listens, one is its own.
fn is_heard_alike(before: &[Tally], now: &[Tally]) -> bool {
    before.len() == now.len()
        && before.iter().zip(now).all(|(before, now)| before.teller == now.teller && before.findings.min(2) == now.findings.min(2))
}
