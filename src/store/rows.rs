//! Rows by number, in pieces that never move: a list of a hundred thousand findings that doubles holds three times their memory.

use std::ops::{Index, IndexMut};

use super::RowId;
use crate::model::Finding;

/// Rows in a piece.
const PIECE: usize = 256;

/// A record, and whether it is shown.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) finding: Finding,
    pub(super) visible: bool,
    /// Whether it tells, or listens to, what is told of its resource.
    pub(super) entered: bool,
}

/// All rows.
#[derive(Debug, Default)]
pub(super) struct Rows {
    pieces: Vec<Vec<Row>>,
    len: usize,
}

impl Rows {
    /// Takes a visible row in; its number is the length before.
    pub(super) fn push(&mut self, finding: Finding) {
        if self.len.is_multiple_of(PIECE) {
            self.pieces.push(Vec::with_capacity(PIECE));
        }
        if let Some(piece) = self.pieces.last_mut() {
            piece.push(Row { finding, visible: true, entered: false });
            self.len += 1;
        }
    }

    pub(super) const fn len(&self) -> usize {
        self.len
    }

    pub(super) fn get(&self, id: RowId) -> Option<&Row> {
        self.pieces.get(id.0 as usize / PIECE)?.get(id.0 as usize % PIECE)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (RowId, &Row)> {
        (0..).map(RowId).zip(self.pieces.iter().flatten())
    }
}

impl Index<RowId> for Rows {
    type Output = Row;
    fn index(&self, id: RowId) -> &Row {
        &self.pieces[id.0 as usize / PIECE][id.0 as usize % PIECE]
    }
}

impl IndexMut<RowId> for Rows {
    fn index_mut(&mut self, id: RowId) -> &mut Row {
        &mut self.pieces[id.0 as usize / PIECE][id.0 as usize % PIECE]
    }
}
