//! The small facts of each row side by side: what most terms ask and most orders compare, without a look at the findings.

use std::cmp::Ordering;

use super::condition::{flag_of, words_of};
use super::field::Field;
use super::sort::{contract, nanoseconds};
use crate::model::Finding;
use crate::store::{RowId, Store};

const WORDS: [Field; 9] = [
    Field::Severity,
    Field::Priority,
    Field::Source,
    Field::SeenBy,
    Field::Layer,
    Field::Touches,
    Field::Side,
    Field::Status,
    Field::Trait,
];
const FLAGS: [Field; 4] = [Field::Fixable, Field::Exploitable, Field::Damaged, Field::Sample];

/// The facts of one row.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Fact {
    /// The contract's order as a number, as far as 64 bits tell: priority, then last seen to 8 ns.
    key: u64,
    /// Bits by position among the words of [`WORDS`].
    words: [u8; 9],
    /// Bits by position in [`FLAGS`].
    flags: u8,
    pub(super) visible: bool,
}

impl Fact {
    pub(super) fn of(finding: &Finding) -> Self {
        // Newest first, and none (the least of all) last.
        let newest_first = !(nanoseconds(finding.last_seen) as u64 ^ 1 << 63);
        Self {
            key: (finding.priority.level.index() as u64) << 61 | newest_first >> 3,
            words: WORDS.map(|field| words_of(field, finding)),
            flags: FLAGS.iter().enumerate().fold(0, |flags, (bit, field)| flags | u8::from(flag_of(*field, finding)) << bit),
            visible: true,
        }
    }

    /// The place of the field among those that have few words.
    pub(super) fn words_place(field: Field) -> Option<usize> {
        WORDS.iter().position(|known| *known == field)
    }

    /// The bit of the field among those that are yes or no.
    pub(super) fn flag_place(field: Field) -> Option<usize> {
        FLAGS.iter().position(|known| *known == field)
    }

    pub(super) const fn words(&self, place: usize) -> u8 {
        self.words[place]
    }

    pub(super) const fn flag(&self, place: usize) -> bool {
        self.flags >> place & 1 == 1
    }
}

/// The facts of all rows, and the visible rows in the contract's order.
#[derive(Clone, Debug, Default)]
pub(super) struct Facts {
    of: Vec<Fact>,
    order: Vec<RowId>,
}

impl Facts {
    /// Reads all of the store.
    pub(super) fn new(store: &Store) -> Self {
        let mut facts = Self { of: vec![Fact::default(); store.capacity()], order: Vec::with_capacity(store.len()) };
        let mut keys: Vec<(u64, RowId)> = Vec::with_capacity(store.len());
        for (row, finding) in store.iter() {
            let fact = Fact::of(finding);
            keys.push((fact.key, row));
            facts.of[row.0 as usize] = fact;
        }
        keys.sort_unstable_by(|a, b| a.0.cmp(&b.0).then_with(|| by_contract(store, a.1, b.1)));
        facts.order.extend(keys.into_iter().map(|(_, row)| row));
        facts
    }

    /// Takes changed rows in; ascending.
    pub(super) fn update(&mut self, store: &Store, touched: &[RowId]) {
        self.of.resize(store.capacity(), Fact::default());
        let mut new = Vec::with_capacity(touched.len());
        for &row in touched {
            let fact = store.visible(row).map(Fact::of);
            new.extend(fact.map(|_| row));
            if let Some(known) = self.of.get_mut(row.0 as usize) {
                *known = fact.unwrap_or_default();
            }
        }
        let mut order = std::mem::take(&mut self.order);
        new.sort_unstable_by(|a, b| self.compare(store, *a, *b));
        splice(&mut order, touched, &new, |a, b| self.compare(store, a, b));
        self.order = order;
    }

    /// The contract's order.
    pub(super) fn compare(&self, store: &Store, a: RowId, b: RowId) -> Ordering {
        self.of(a).key.cmp(&self.of(b).key).then_with(|| by_contract(store, a, b))
    }

    pub(super) fn of(&self, row: RowId) -> Fact {
        self.of.get(row.0 as usize).copied().unwrap_or_default()
    }

    /// The visible rows in the contract's order.
    pub(super) fn order(&self) -> &[RowId] {
        &self.order
    }

    /// How many rows it knows, visible or not.
    pub(super) fn rows(&self) -> usize {
        self.of.len()
    }

    /// The memory that it takes, in bytes.
    pub(super) fn bytes(&self) -> usize {
        self.of.capacity() * size_of::<Fact>() + self.order.capacity() * 4
    }
}

fn by_contract(store: &Store, a: RowId, b: RowId) -> Ordering {
    match (store.get(a), store.get(b)) {
        (Some(first), Some(second)) => contract(first, second).then(a.cmp(&b)),
        _ => a.cmp(&b),
    }
}

/// Takes `touched` (ascending) out of `rows`, and puts `new` in; both are in the order of `compare`, and so is the result.
pub(super) fn splice(rows: &mut Vec<RowId>, touched: &[RowId], new: &[RowId], compare: impl Fn(RowId, RowId) -> Ordering) {
    let mut is_touched = vec![0_u64; touched.last().map_or(0, |last| last.0 as usize / 64 + 1)];
    for row in touched {
        is_touched[row.0 as usize / 64] |= 1 << (row.0 % 64);
    }
    rows.retain(|row| is_touched.get(row.0 as usize / 64).is_none_or(|bits| bits >> (row.0 % 64) & 1 == 0));
    if new.is_empty() {
        return;
    }
    let mut merged = Vec::with_capacity(rows.len() + new.len());
    let mut from = 0;
    for &row in new {
        let at = from + rows[from..].partition_point(|known| compare(*known, row).is_lt());
        merged.extend_from_slice(&rows[from..at]);
        merged.push(row);
        from = at;
    }
    merged.extend_from_slice(&rows[from..]);
    *rows = merged;
}
