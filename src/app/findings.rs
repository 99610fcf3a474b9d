//! The merged list: its query, its rows, its cursor.

use std::time::Duration;

use tui_input::Input;

use super::finding::Opened;
use super::list::List;
use crate::model::{Layer, Side, Timestamp};
use crate::query::{Field, Problem, Query, Sort, TermKind, View};
use crate::store::{Ingested, RowId, Store};

/// How long a slice of ranking may take: half a frame.
const SLICE: Duration = Duration::from_millis(8);

/// An open search box.
#[derive(Clone, Debug)]
pub struct SearchBox {
    /// What stands in it.
    pub input: Input,
    /// The query before it was opened: Esc goes back to it.
    pub before: Query,
}

/// The findings screen.
#[derive(Debug)]
pub struct Findings {
    /// What is shown, exported and counted, as far as it was understood.
    pub query: Query,
    /// What of its text makes no sense, and is skipped.
    pub problems: Vec<Problem>,
    /// The rows that it selects, in its order.
    pub view: View,
    /// The cursor.
    pub list: List,
    /// The finding that the cursor stays on; none until the user has moved it: then it stays on the first row.
    pub anchor: Option<RowId>,
    /// The search box, while it is open.
    pub search: Option<SearchBox>,
    /// Whether a fuzzy search is not ranked to its end.
    pub ranking: bool,
    /// On a wide screen, the finding that the cursor is on.
    pub preview: Option<Box<Opened>>,
    /// Whether that has the keys.
    pub preview_focus: bool,
}

impl Findings {
    /// What the query selects.
    #[must_use]
    pub fn new(query: Query, store: &Store, now: Timestamp) -> Self {
        let mut view = View::default();
        view.set_query(store, &query, now);
        let mut findings = Self {
            problems: query.problems(),
            query,
            view,
            list: List::default(),
            anchor: None,
            search: None,
            ranking: false,
            preview: None,
            preview_focus: false,
        };
        findings.rank(store, 0);
        findings
    }

    /// Shows what another query selects. The cursor stays on its finding if that is still there.
    pub fn set_query(&mut self, query: Query, store: &Store, now: Timestamp, height: usize) {
        self.view.set_query(store, &query, now);
        self.problems = query.problems();
        self.query = query;
        self.rank(store, height);
    }

    /// Ranks a fuzzy search a little further.
    pub fn rank(&mut self, store: &Store, height: usize) {
        self.ranking = !self.view.advance(store, SLICE).is_done();
        self.follow(height);
    }

    /// Findings arrived.
    pub fn update(&mut self, store: &Store, ingested: &Ingested, height: usize) {
        self.view.update(store, ingested);
        self.rank(store, height);
    }

    /// Puts the cursor back on its finding.
    fn follow(&mut self, height: usize) {
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
        self.anchor = if self.list.cursor == 0 { None } else { self.selected() };
    }

    /// The finding that the cursor is on.
    #[must_use]
    pub fn selected(&self) -> Option<RowId> {
        self.view.rows().get(self.list.cursor).copied()
    }

    /// Opens the search box on the query, ready for another word.
    pub fn open_search(&mut self) {
        let mut text = self.query.text.trim().to_owned();
        if !text.is_empty() {
            text.push(' ');
        }
        self.search = Some(SearchBox { input: text.into(), before: self.query.clone() });
    }

    /// The query with the order turned round.
    #[must_use]
    pub fn reversed(&self) -> Query {
        let sort = self.query.sort().unwrap_or_default();
        self.query.with_sort(Sort { reversed: !sort.reversed, ..sort })
    }

    /// The query for one layer, or for all of them.
    #[must_use]
    pub fn for_layer(&self, layer: Option<Layer>) -> Query {
        let touches = self.query.terms().iter().any(|term| term.kind == TermKind::Field(Field::Touches));
        let field = if touches { Field::Touches } else { Field::Layer };
        layer.map_or_else(|| self.query.without_field(field), |layer| self.query.with_only(field, layer.slug()))
    }

    /// The query of the cell to the left or right on the board: all sides, then each.
    #[must_use]
    pub fn next_side(&self, step: isize) -> Query {
        let now = Side::ALL.into_iter().find(|side| self.query.selects(Field::Side, side.slug())).map_or(0, |side| 1 + side as usize);
        match now.saturating_add_signed(step).min(Side::ALL.len()).checked_sub(1) {
            Some(side) => self.query.with_only(Field::Side, Side::ALL[side].slug()),
            None => self.query.without_field(Field::Side),
        }
    }
}
