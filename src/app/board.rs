//! The board's numbers: findings by layer, side and severity.

use crate::model::{Finding, Layer, Severity, Side};
use crate::store::{RowId, Store};

/// Findings by severity, worst first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts(pub [u32; 6]);

impl Counts {
    /// All of them.
    #[must_use]
    pub fn total(&self) -> u32 {
        self.0.iter().sum()
    }

    /// Those of one severity.
    #[must_use]
    pub fn of(&self, severity: Severity) -> u32 {
        self.0[severity.index()]
    }

    /// The highest severity that is there.
    #[must_use]
    pub fn worst(&self) -> Option<Severity> {
        Severity::ALL.into_iter().find(|severity| self.of(*severity) > 0)
    }
}

/// All cells, with sums: row 7 is all layers, column 0 is all sides.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Board {
    cells: [[Counts; 4]; 8],
}

/// The row of all layers.
pub const ALL_LAYERS: usize = 7;
/// The column of all sides.
pub const ALL_SIDES: usize = 0;

impl Board {
    /// Counts the rows, each in its primary layer or in every layer that it touches. The sums count each row once.
    #[must_use]
    pub fn tally(store: &Store, rows: &[RowId], touches: bool) -> Self {
        let mut board = Self::default();
        for finding in rows.iter().filter_map(|row| store.get(*row)) {
            let place = &finding.placement;
            board.add(place.layer as usize, finding);
            if touches {
                for layer in &place.also {
                    board.add(*layer as usize, finding);
                }
            }
            board.add(ALL_LAYERS, finding);
        }
        board
    }

    fn add(&mut self, row: usize, finding: &Finding) {
        let severity = finding.severity.index();
        self.cells[row][ALL_SIDES].0[severity] += 1;
        self.cells[row][1 + finding.placement.side as usize].0[severity] += 1;
    }

    /// A cell, a sum of a row or column, or everything.
    #[must_use]
    pub fn cell(&self, layer: Option<Layer>, side: Option<Side>) -> Counts {
        self.at(layer.map_or(ALL_LAYERS, |layer| layer as usize), side.map_or(ALL_SIDES, |side| 1 + side as usize))
    }

    /// The cell at a row and a column.
    #[must_use]
    pub fn at(&self, row: usize, column: usize) -> Counts {
        self.cells[row.min(7)][column.min(3)]
    }
}
