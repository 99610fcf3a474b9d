//! Counting: findings by severity, and by layer, side and severity.

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use crate::model::{Finding, Layer, Severity, Side};
use crate::query::contract;

/// How many findings of each severity.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    counts: [u64; 6],
}

impl Tally {
    /// Counts one more.
    pub fn add(&mut self, severity: Severity) {
        self.counts[severity.index()] += 1;
    }

    /// How many of this severity.
    #[must_use]
    pub const fn of(&self, severity: Severity) -> u64 {
        self.counts[severity.index()]
    }

    /// How many of all severities.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.counts.iter().sum()
    }

    /// The worst severity that was counted.
    #[must_use]
    pub fn worst(&self) -> Option<Severity> {
        Severity::ALL.into_iter().find(|severity| self.of(*severity) > 0)
    }
}

impl Serialize for Tally {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(Severity::ALL.len()))?;
        for severity in Severity::ALL {
            map.serialize_entry(severity.slug(), &self.of(severity))?;
        }
        map.end()
    }
}

/// Layers down, sides across: findings by primary layer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Board {
    cells: [[Tally; Side::ALL.len()]; Layer::ALL.len()],
    total: Tally,
}

impl Board {
    /// Counts one more.
    pub fn add(&mut self, finding: &Finding) {
        let place = &finding.placement;
        self.cells[place.layer as usize][place.side as usize].add(finding.severity);
        self.total.add(finding.severity);
    }

    /// One cell.
    #[must_use]
    pub const fn cell(&self, layer: Layer, side: Side) -> &Tally {
        &self.cells[layer as usize][side as usize]
    }

    /// All findings.
    #[must_use]
    pub const fn total(&self) -> &Tally {
        &self.total
    }
}

/// The first `limit` findings in the contract's order, held while rows stream by.
pub(super) struct Worst<'a> {
    limit: usize,
    rows: Vec<&'a Finding>,
}

impl<'a> Worst<'a> {
    pub(super) fn new(limit: usize) -> Self {
        Self { limit, rows: Vec::with_capacity(limit + 1) }
    }

    pub(super) fn add(&mut self, finding: &'a Finding) {
        let at = self.rows.partition_point(|held| contract(held, finding).is_lt());
        if at < self.limit {
            self.rows.insert(at, finding);
            self.rows.truncate(self.limit);
        }
    }

    pub(super) fn rows(&self) -> &[&'a Finding] {
        &self.rows
    }
}
