//! The merged list: its query, its rows, its cursor.

use std::time::Duration;

use tui_input::Input;

use super::finding::Opened;
use super::grouping::{Grouping, Line};
use super::list::List;
use crate::lens::LensSet;
use crate::model::{Layer, Side, Timestamp};
use crate::query::{Completion, Field, Problem, Query, Sort, TermKind, View, complete};
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

impl SearchBox {
    /// What the word before the cursor may become.
    #[must_use]
    pub fn completion(&self, lenses: Option<&LensSet>) -> Option<Completion> {
        let value = self.input.value();
        let cursor = value.char_indices().nth(self.input.cursor()).map_or(value.len(), |(at, _)| at);
        complete(value, cursor, lenses)
    }
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
    /// The groups that its rows stand in, where the query asks for them.
    pub grouping: Option<Box<Grouping>>,
    /// Whether the groups are those of other rows or of another query.
    stale: bool,
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
            grouping: None,
            stale: true,
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
        self.stale = true;
        self.follow(height);
    }

    /// Findings arrived.
    pub fn update(&mut self, store: &Store, ingested: &Ingested, height: usize) {
        self.view.update(store, ingested);
        self.rank(store, height);
    }

    /// Brings the groups up to date with query and rows; the cursor stays on its line. Call it when both are.
    pub(super) fn regroup(&mut self, store: &Store, lenses: Option<&LensSet>, height: usize) {
        if !std::mem::take(&mut self.stale) {
            return;
        }
        self.problems = self.query.problems();
        self.problems.extend(lenses.map(|lenses| self.query.unknown_in(lenses)).unwrap_or_default());
        let Some(key) = self.query.group() else {
            if self.grouping.take().is_some() {
                self.list = List::default();
                self.anchor = None;
            }
            return;
        };
        let mut new = Grouping::new(key.clone(), store, self.view.rows(), lenses);
        match self.grouping.take().filter(|old| old.key == *key) {
            Some(old) => {
                new = new.opened_like(&old);
                self.list.follow(new.place_of(&old, self.list.cursor), new.len(), height);
            }
            None => self.list = List::default(),
        }
        self.anchor = None;
        self.grouping = Some(Box::new(new));
    }

    /// The lenses were read: their groups are named after them.
    pub(super) fn renamed(&mut self) {
        self.stale = true;
    }

    /// How many lines the list has.
    #[must_use]
    pub fn len(&self) -> usize {
        self.grouping.as_ref().map_or_else(|| self.view.rows().len(), |grouping| grouping.len())
    }

    /// Whether it has none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Folds or opens the group that the cursor is in.
    pub(super) fn fold(&mut self, open: Option<bool>, height: usize) {
        if let Some(grouping) = &mut self.grouping {
            let heading = grouping.set_open(self.list.cursor, open);
            self.list.go(heading, grouping.len(), height);
        }
    }

    /// Folds or opens all groups.
    pub(super) fn fold_all(&mut self, open: bool, height: usize) {
        if let Some(grouping) = &mut self.grouping {
            let old = grouping.clone();
            grouping.set_all(open);
            self.list.go(grouping.place_of(&old, self.list.cursor), grouping.len(), height);
        }
    }

    /// The query of the group whose heading the cursor is on.
    #[must_use]
    pub fn group_query(&self) -> Option<Query> {
        let grouping = self.grouping.as_ref()?;
        let Line::Heading(number) = grouping.line(self.list.cursor)? else { return None };
        Some(self.query.for_group(&grouping.key, &grouping.groups[number].value))
    }

    /// Puts the cursor back on its finding.
    fn follow(&mut self, height: usize) {
        if self.grouping.is_some() {
            return;
        }
        let len = self.view.rows().len();
        match self.anchor.map(|row| self.view.position(row)) {
            Some(Some(position)) => self.list.follow(position, len, height),
            Some(None) => self.list.settle(len, height),
            None => self.list = List::default(),
        }
    }

    /// Moves the cursor by rows.
    pub fn step(&mut self, rows: isize, height: usize) {
        self.list.step(rows, self.len(), height);
        self.anchor = if self.list.cursor == 0 || self.grouping.is_some() { None } else { self.selected() };
    }

    /// The finding that the cursor is on.
    #[must_use]
    pub fn selected(&self) -> Option<RowId> {
        match &self.grouping {
            Some(grouping) => match grouping.line(self.list.cursor)? {
                Line::Row(_, row) => Some(row),
                Line::Heading(_) => None,
            },
            None => self.view.rows().get(self.list.cursor).copied(),
        }
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
