//! The view language: parse, evaluate, sort, fuzzy search. What the screen shows, `export` writes and `summary` counts is one [`View`].
//! In come the text of a query and the store's rows; out come row numbers in order.
//! It knows model, lens and store; no AWS, no terminal.

use std::ops::Range;

use crate::model::{Finding, Text, Timestamp};
use crate::store::{Ingested, RowId, Store};

/// A query that was understood, as far as it was.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Query {
    /// The text it came from.
    pub text: String,
}

/// A term that makes no sense; it is skipped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Where it stands in the query's text, in bytes.
    pub span: Range<usize>,
    /// What is wrong, and what would be right.
    pub message: String,
}

impl Query {
    /// Reads a query; bad terms are skipped and told.
    #[must_use]
    pub fn parse(text: &str) -> (Self, Vec<Problem>) {
        (Self { text: text.to_owned() }, Vec::new())
    }

    /// Whether the finding passes all typed terms and exact phrases (not the fuzzy words).
    #[must_use]
    pub fn matches(&self, _finding: &Finding, _now: Timestamp) -> bool {
        true
    }
}

/// What orders a view. The contract's order is `Priority`: priority, then last seen (newest first), then id.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SortKey {
    /// Priority, worst first, then newest, then id.
    #[default]
    Priority,
    /// Severity.
    Severity,
    /// Last seen.
    LastSeen,
    /// First seen.
    FirstSeen,
    /// Title.
    Title,
    /// Type.
    Type,
    /// Source.
    Source,
    /// Layer.
    Layer,
    /// Account.
    Account,
    /// Region.
    Region,
    /// The main resource's name.
    Resource,
}

/// The rows that a query selects, in order, kept up to date as batches arrive.
#[derive(Clone, Debug, Default)]
pub struct View {
    rows: Vec<RowId>,
}

impl View {
    /// All rows that `query` selects, in its order.
    #[must_use]
    pub fn new(store: &Store, _query: &Query, _now: Timestamp) -> Self {
        Self { rows: store.iter().map(|(id, _)| id).collect() }
    }

    /// Brings the view up to date after a batch.
    pub fn update(&mut self, store: &Store, _ingested: &Ingested) {
        self.rows = store.iter().map(|(id, _)| id).collect();
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

    /// For rows on the screen: which characters of `field` the fuzzy words matched.
    #[must_use]
    pub fn marks(&self, _field: &Text) -> Vec<usize> {
        Vec::new()
    }
}
