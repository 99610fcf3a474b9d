//! The worst few of many findings.

use crate::model::Finding;
use crate::query::contract;

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
