//! The board: where the cursor is, what is counted, the worst findings beside it.

use super::board::{ALL_LAYERS, ALL_SIDES, Board};
use super::query_text::{joined, with_term};
use crate::model::{Layer, Side, Timestamp};
use crate::query::{Query, View};
use crate::store::{Ingested, RowId, Store};

/// The part of the board's screen that has the keys.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Pane {
    /// Layers and sides.
    #[default]
    Board,
    /// The worst findings.
    Worst,
}

/// How many of the worst findings can be reached from here; all of them are one key away in the merged list.
pub const WORST: usize = 50;

/// The home screen.
#[derive(Debug)]
pub struct Home {
    /// What everything here is counted from: the query of the command line.
    pub text: String,
    /// The rows that it selects, worst first.
    pub view: View,
    /// The numbers.
    pub board: Board,
    /// Whether a finding counts in every layer that it touches.
    pub touches: bool,
    /// Which part has the keys.
    pub pane: Pane,
    /// The cursor's row: a layer, or all of them below.
    pub row: usize,
    /// The cursor's column: all sides, then each.
    pub column: usize,
    /// The cursor in the worst findings.
    pub worst: usize,
}

impl Home {
    /// An empty board of what `text` selects.
    #[must_use]
    pub fn new(text: &str, store: &Store, now: Timestamp) -> Self {
        let (query, _) = Query::parse(text);
        let view = View::new(store, &query, now);
        Self { text: text.to_owned(), view, board: Board::default(), touches: false, pane: Pane::Board, row: 0, column: 0, worst: 0 }
    }

    /// Findings arrived.
    pub fn update(&mut self, store: &Store, ingested: &Ingested) {
        self.view.update(store, ingested);
        self.count(store);
    }

    /// Counts anew.
    pub fn count(&mut self, store: &Store) {
        self.board = Board::tally(store, self.view.rows(), self.touches);
        self.worst = self.worst.min(self.worst_len().saturating_sub(1));
    }

    /// How many of the worst findings there are to walk through.
    #[must_use]
    pub fn worst_len(&self) -> usize {
        self.view.rows().len().min(WORST)
    }

    /// The finding that the cursor is on, if it is on one.
    #[must_use]
    pub fn selected(&self) -> Option<RowId> {
        (self.pane == Pane::Worst).then(|| self.view.rows().get(self.worst).copied()).flatten()
    }

    /// The layer and side that the cursor is on.
    #[must_use]
    pub fn cell(&self) -> (Option<Layer>, Option<Side>) {
        let layer = (self.row != ALL_LAYERS).then(|| Layer::ALL.get(self.row).copied()).flatten();
        let side = (self.column != ALL_SIDES).then(|| Side::ALL.get(self.column - 1).copied()).flatten();
        (layer, side)
    }

    /// The query of the cell that the cursor is on.
    #[must_use]
    pub fn cell_query(&self) -> String {
        let (layer, side) = self.cell();
        let field = if self.touches { "touches" } else { "layer" };
        let mut terms = String::new();
        if let Some(layer) = layer {
            terms = with_term(&terms, field, Some(layer.slug()));
        }
        if let Some(side) = side {
            terms = with_term(&terms, "side", Some(side.slug()));
        }
        joined(&self.text, &terms)
    }

    /// Moves the cursor, within the pane that has the keys.
    pub fn step(&mut self, rows: isize, columns: isize) {
        match self.pane {
            Pane::Board => {
                self.row = self.row.saturating_add_signed(rows).min(ALL_LAYERS);
                self.column = self.column.saturating_add_signed(columns).min(Side::ALL.len());
            }
            Pane::Worst => self.worst = self.worst.saturating_add_signed(rows).min(self.worst_len().saturating_sub(1)),
        }
    }
}
