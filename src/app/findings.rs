//! The merged list: its query, its rows, its cursor.

use tui_input::Input;

use super::list::List;
use super::query_text::{value, with_term};
use crate::model::Timestamp;
use crate::query::{Problem, Query, View};
use crate::store::{Ingested, RowId, Store};

/// An open search box.
#[derive(Clone, Debug)]
pub struct SearchBox {
    /// What stands in it.
    pub input: Input,
    /// The query before it was opened: Esc goes back to it.
    pub before: String,
}

/// The findings screen.
#[derive(Debug)]
pub struct Findings {
    /// The query, as text: what is shown, exported and counted.
    pub text: String,
    /// What of it makes no sense, and is skipped.
    pub problems: Vec<Problem>,
    /// The query, as far as it was understood.
    pub query: Query,
    /// The rows that it selects, in its order.
    pub view: View,
    /// The cursor.
    pub list: List,
    /// The finding that the cursor stays on; none until the user has moved it: then it stays on the first row.
    pub anchor: Option<RowId>,
    /// The search box, while it is open.
    pub search: Option<SearchBox>,
}

impl Findings {
    /// What `text` selects.
    #[must_use]
    pub fn new(text: &str, store: &Store, now: Timestamp) -> Self {
        let (query, problems) = Query::parse(text);
        let view = View::new(store, &query, now);
        Self { text: text.to_owned(), problems, query, view, list: List::default(), anchor: None, search: None }
    }

    /// Shows what another query selects. The cursor stays on its finding if that is still there.
    pub fn set_text(&mut self, text: &str, store: &Store, now: Timestamp, height: usize) {
        let (query, problems) = Query::parse(text);
        self.view = View::new(store, &query, now);
        self.text = text.to_owned();
        self.query = query;
        self.problems = problems;
        self.follow(height);
    }

    /// Findings arrived.
    pub fn update(&mut self, store: &Store, ingested: &Ingested, height: usize) {
        self.view.update(store, ingested);
        self.follow(height);
    }

    /// Puts the cursor back on its finding.
    pub fn follow(&mut self, height: usize) {
        let len = self.view.rows().len();
        match self.anchor.map(|row| self.view.position(row)) {
            Some(Some(position)) => self.list.follow(position, len, height),
            Some(None) => self.list.settle(len, height),
            None => self.list = List::default(),
        }
    }

    /// Moves the cursor by rows.
    pub fn step(&mut self, rows: isize, height: usize) {
        self.list.step(rows, self.view.rows().len(), height);
        self.anchor = self.selected();
    }

    /// The finding that the cursor is on.
    #[must_use]
    pub fn selected(&self) -> Option<RowId> {
        self.view.rows().get(self.list.cursor).copied()
    }

    /// Opens the search box on the query, ready for another word.
    pub fn open_search(&mut self) {
        let mut text = self.text.trim().to_owned();
        if !text.is_empty() {
            text.push(' ');
        }
        self.search = Some(SearchBox { input: text.into(), before: self.text.clone() });
    }

    /// The query with the order turned round: `sort:key` and `sort:-key`.
    #[must_use]
    pub fn reversed(&self) -> String {
        let key = value(&self.text, "sort").unwrap_or("priority");
        let turned = key.strip_prefix('-').map_or_else(|| format!("-{key}"), ToOwned::to_owned);
        with_term(&self.text, "sort", Some(&turned))
    }
}
