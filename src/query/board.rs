//! Counting rows for the board: layers down, sides across, severities in each cell.

use crate::model::{Finding, Layer, Severity, Side};
use crate::store::{RowId, Store};

/// Which layers a finding counts for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Counted {
    /// Its primary layer: every finding counts once.
    #[default]
    Primary,
    /// Every layer that it touches: the cells add up to more than there are findings.
    Touches,
}

/// Counts by layer, side and severity.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Board {
    cells: [[[usize; 6]; 3]; 7],
    total: [usize; 6],
}

impl Board {
    /// Counts these rows by primary layer.
    #[must_use]
    pub fn of(store: &Store, rows: &[RowId]) -> Self {
        Self::counted(store, rows, Counted::Primary)
    }

    /// Counts these rows.
    #[must_use]
    pub fn counted(store: &Store, rows: &[RowId], counted: Counted) -> Self {
        let mut board = Self::default();
        for finding in rows.iter().filter_map(|row| store.get(*row)) {
            board.add(finding, counted);
        }
        board
    }

    /// Counts one finding.
    pub fn add(&mut self, finding: &Finding, counted: Counted) {
        let (place, severity) = (&finding.placement, finding.severity.index());
        self.total[severity] += 1;
        let also = if counted == Counted::Touches { place.also.as_slice() } else { &[] };
        for layer in std::iter::once(&place.layer).chain(also) {
            self.cells[*layer as usize][place.side as usize][severity] += 1;
        }
    }

    /// How many in a cell, by severity: indexed by [`Severity::index`], worst first.
    #[must_use]
    pub const fn cell(&self, layer: Layer, side: Side) -> &[usize; 6] {
        &self.cells[layer as usize][side as usize]
    }

    /// How many in a cell.
    #[must_use]
    pub fn count(&self, layer: Layer, side: Side, severity: Severity) -> usize {
        self.cell(layer, side)[severity.index()]
    }

    /// How many in a layer, by severity.
    #[must_use]
    pub fn layer(&self, layer: Layer) -> [usize; 6] {
        sum(Side::ALL.iter().map(|side| self.cell(layer, *side)))
    }

    /// How many on a side, by severity.
    #[must_use]
    pub fn side(&self, side: Side) -> [usize; 6] {
        sum(Layer::ALL.iter().map(|layer| self.cell(*layer, side)))
    }

    /// How many findings, by severity; each counts once, also when it touches several layers.
    #[must_use]
    pub const fn total(&self) -> &[usize; 6] {
        &self.total
    }

    /// The highest number in any cell: the scale of the bars.
    #[must_use]
    pub fn largest_cell(&self) -> usize {
        self.cells.iter().flatten().map(|cell| cell.iter().sum()).max().unwrap_or(0)
    }
}

fn sum<'a>(cells: impl Iterator<Item = &'a [usize; 6]>) -> [usize; 6] {
    cells.fold([0; 6], |sum, cell| std::array::from_fn(|severity| sum[severity] + cell[severity]))
}
