//! The rows that a query selects, in order.

use std::time::Duration;

use super::{Query, Sort};
use crate::model::{Finding, Text, Timestamp};
use crate::store::{Ingested, RowId, Store};

/// How far the ranking of a fuzzy search is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// Texts that have a score.
    pub done: usize,
    /// Texts that match.
    pub total: usize,
}

impl Progress {
    /// Whether the order is final.
    #[must_use]
    pub const fn is_done(self) -> bool {
        self.done >= self.total
    }
}

/// The rows that a query selects, in order, kept up to date as batches arrive.
#[derive(Clone, Debug, Default)]
pub struct View {
    query: Query,
    now: Timestamp,
    rows: Vec<RowId>,
}

impl View {
    /// All rows that `query` selects, in its order, ranking included.
    #[must_use]
    pub fn new(store: &Store, query: &Query, now: Timestamp) -> Self {
        let mut view = Self::default();
        view.set_query(store, query, now);
        view
    }

    /// Selects anew. The set of rows is exact at once; call [`View::advance`] until a fuzzy search is ranked.
    pub fn set_query(&mut self, store: &Store, query: &Query, now: Timestamp) {
        self.query = query.clone();
        self.now = now;
        self.rows =
            store.iter().filter(|(_, finding)| query.matches(finding, now) && has_words(query, finding)).map(|(row, _)| row).collect();
        let sort = query.sort().unwrap_or_default();
        self.rows.sort_by(|a, b| match (store.get(*a), store.get(*b)) {
            (Some(a), Some(b)) => Sort::compare(sort, a, b),
            _ => a.cmp(b),
        });
    }

    /// Ranks for about `budget`, and orders by what is known. Nothing to do without fuzzy words.
    pub fn advance(&mut self, _store: &Store, _budget: Duration) -> Progress {
        Progress::default()
    }

    /// Brings the view up to date after a batch.
    pub fn update(&mut self, store: &Store, _ingested: &Ingested) {
        let query = self.query.clone();
        self.set_query(store, &query, self.now);
    }

    /// The query that it shows.
    #[must_use]
    pub const fn query(&self) -> &Query {
        &self.query
    }

    /// The rows, in order.
    #[must_use]
    pub fn rows(&self) -> &[RowId] {
        &self.rows
    }

    /// Where the row stands now, if the view has it.
    #[must_use]
    pub fn position(&self, id: RowId) -> Option<usize> {
        self.rows.iter().position(|row| *row == id)
    }

    /// For rows on the screen: which characters of `field` the fuzzy words matched, as positions of `char`s.
    #[must_use]
    pub fn marks(&self, field: &Text) -> Vec<usize> {
        self.query.marks(field)
    }
}

fn has_words(query: &Query, finding: &Finding) -> bool {
    query.words().iter().all(|word| {
        super::fold::contains(&finding.title, word)
            || super::fold::contains(&finding.kind, word)
            || super::fold::contains(finding.resource_name(), word)
    })
}
