//! The board: where the cursor is, what is counted, the worst findings beside it.

use crate::lens::LensSet;
use crate::model::{Layer, Severity, Side, Timestamp};
use crate::query::{Board, Counted, Field, GroupKey, Matrix, Query, View};
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

/// The board's row of all layers, below the seven.
pub const ALL_LAYERS: usize = 7;
/// The board's column of all sides, left of the three.
pub const ALL_SIDES: usize = 0;
/// How many of the worst findings can be reached from here; all of them are one key away in the merged list.
pub const WORST: usize = 50;

/// The home screen.
#[derive(Debug)]
pub struct Home {
    /// What everything here is counted from: the query of the command line.
    pub query: Query,
    /// The rows that it selects, worst first.
    pub view: View,
    board: Board,
    touched: Board,
    /// What the rows are, and the columns; layers and sides unless the user chose others.
    axes: (GroupKey, GroupKey),
    /// The counts, where the axes are others than layers and sides.
    matrix: Option<Matrix>,
    lenses: Option<LensSet>,
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
    /// An empty board of what the query selects.
    #[must_use]
    pub fn new(query: Query, store: &Store, now: Timestamp) -> Self {
        let view = View::new(store, &query.without_name("sort"), now);
        let mut home = Self {
            query,
            view,
            board: Board::default(),
            touched: Board::default(),
            axes: (GroupKey::Field(Field::Layer), GroupKey::Field(Field::Side)),
            matrix: None,
            lenses: None,
            touches: false,
            pane: Pane::Board,
            row: 0,
            column: ALL_SIDES,
            worst: 0,
        };
        home.count(store);
        home
    }

    /// Findings arrived.
    pub fn update(&mut self, store: &Store, ingested: &Ingested) {
        let selected = self.selected().filter(|_| self.worst > 0);
        self.view.update(store, ingested);
        self.count(store);
        // The cursor stays on its finding; on the first place where it was never moved.
        let follows = selected.and_then(|row| self.view.rows().iter().take(WORST).position(|known| *known == row));
        self.worst = follows.unwrap_or(self.worst).min(self.worst_len().saturating_sub(1));
    }

    fn count(&mut self, store: &Store) {
        self.board = Board::of(store, self.view.rows());
        self.touched = Board::counted(store, self.view.rows(), Counted::Touches);
        let is_plain = self.axes == (GroupKey::Field(Field::Layer), GroupKey::Field(Field::Side));
        let axis = |key: &GroupKey| match key {
            GroupKey::Field(Field::Layer) if self.touches => GroupKey::Field(Field::Touches),
            key => key.clone(),
        };
        let (down, across) = (axis(&self.axes.0), axis(&self.axes.1));
        self.matrix = (!is_plain).then(|| Matrix::of(store, self.view.rows(), &down, &across, self.lenses.as_ref()));
        (self.row, self.column) = (self.row.min(self.rows()), self.column.min(self.columns()));
    }

    /// The lenses were read: the groups of the axes are theirs.
    pub(super) fn set_lenses(&mut self, lenses: LensSet, store: &Store) {
        self.lenses = Some(lenses);
        if self.matrix.is_some() {
            self.count(store);
        }
    }

    /// What the rows are, and the columns.
    #[must_use]
    pub const fn axes(&self) -> (&GroupKey, &GroupKey) {
        (&self.axes.0, &self.axes.1)
    }

    /// The counts, where the axes are others than layers and sides.
    #[must_use]
    pub const fn matrix(&self) -> Option<&Matrix> {
        self.matrix.as_ref()
    }

    /// Shows other axes.
    pub(super) fn set_axes(&mut self, down: GroupKey, across: GroupKey, store: &Store) {
        if self.axes.0 != down {
            self.row = 0;
        }
        if self.axes.1 != across {
            self.column = ALL_SIDES;
        }
        self.axes = (down, across);
        self.pane = Pane::Board;
        self.count(store);
    }

    /// Counts by primary layer, or by every layer touched.
    pub(super) fn turn_touches(&mut self, store: &Store) {
        self.touches = !self.touches;
        if self.matrix.is_some() {
            self.count(store);
        }
    }

    /// Goes to a layer, or to all of them; the rows are layers then.
    pub(super) fn go_to_layer(&mut self, layer: Option<Layer>, store: &Store) {
        if self.axes.0 != GroupKey::Field(Field::Layer) {
            let mut across = self.axes.1.clone();
            if across == GroupKey::Field(Field::Layer) {
                across = GroupKey::Field(Field::Side);
            }
            self.set_axes(GroupKey::Field(Field::Layer), across, store);
        }
        self.pane = Pane::Board;
        self.row = layer.map_or(self.rows(), |layer| layer as usize);
    }

    /// How many rows there are above the sum.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.matrix.as_ref().map_or(ALL_LAYERS, |matrix| matrix.down().len())
    }

    /// How many columns there are right of the sum.
    #[must_use]
    pub fn columns(&self) -> usize {
        self.matrix.as_ref().map_or(Side::ALL.len(), |matrix| matrix.across().len())
    }

    /// Findings by severity, worst first, in a cell, or in a sum where layer or side is left open. A sum over layers counts each finding once.
    #[must_use]
    pub fn counts(&self, layer: Option<Layer>, side: Option<Side>) -> [usize; 6] {
        let cells = if self.touches { &self.touched } else { &self.board };
        match (layer, side) {
            (Some(layer), Some(side)) => *cells.cell(layer, side),
            (Some(layer), None) => cells.layer(layer),
            (None, Some(side)) => self.board.side(side),
            (None, None) => *self.board.total(),
        }
    }

    /// How many findings there are.
    #[must_use]
    pub fn total(&self) -> usize {
        self.board.total().iter().sum()
    }

    /// The highest severity that is there.
    #[must_use]
    pub fn worst_severity(&self) -> Option<Severity> {
        Severity::ALL.into_iter().filter(|severity| self.board.total()[severity.index()] > 0).max()
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

    /// The layer and side of a row and column of the board.
    #[must_use]
    pub fn cell(row: usize, column: usize) -> (Option<Layer>, Option<Side>) {
        (Layer::ALL.get(row).copied(), column.checked_sub(1).and_then(|side| Side::ALL.get(side).copied()))
    }

    /// The findings in the cell that the cursor is on.
    #[must_use]
    pub fn cell_rows(&self, store: &Store) -> Vec<RowId> {
        let (layer, side) = Self::cell(self.row, self.column);
        let is_in = |row: &&RowId| {
            store.get(**row).is_some_and(|finding| {
                let place = &finding.placement;
                let touches = |layer: Layer| place.layer == layer || self.touches && place.also.contains(&layer);
                layer.is_none_or(touches) && side.is_none_or(|side| place.side == side)
            })
        };
        self.view.rows().iter().filter(is_in).copied().collect()
    }

    /// The query of the cell that the cursor is on.
    #[must_use]
    pub fn cell_query(&self) -> Query {
        if let Some(matrix) = &self.matrix {
            let mut query = self.query.clone();
            let touched = GroupKey::Field(Field::Touches);
            let key = |key: &GroupKey| if self.touches && *key == GroupKey::Field(Field::Layer) { touched.clone() } else { key.clone() };
            if let Some(group) = matrix.down().get(self.row) {
                query = query.for_group(&key(&self.axes.0), &group.value);
            }
            if let Some(group) = self.column.checked_sub(1).and_then(|column| matrix.across().get(column)) {
                query = query.for_group(&key(&self.axes.1), &group.value);
            }
            return query;
        }
        let (layer, side) = Self::cell(self.row, self.column);
        let field = if self.touches { Field::Touches } else { Field::Layer };
        let mut query = self.query.clone();
        if let Some(layer) = layer {
            query = query.with_only(field, layer.slug());
        }
        if let Some(side) = side {
            query = query.with_only(Field::Side, side.slug());
        }
        query
    }

    /// Moves the cursor, within the pane that has the keys.
    pub fn step(&mut self, rows: isize, columns: isize) {
        match self.pane {
            Pane::Board => {
                self.row = self.row.saturating_add_signed(rows).min(self.rows());
                self.column = self.column.saturating_add_signed(columns).min(self.columns());
            }
            Pane::Worst => self.worst = self.worst.saturating_add_signed(rows).min(self.worst_len().saturating_sub(1)),
        }
    }

    /// Gives the keys to the other part of the screen.
    pub fn next_pane(&mut self) {
        self.pane = if self.pane == Pane::Board && self.worst_len() > 0 { Pane::Worst } else { Pane::Board };
    }
}
