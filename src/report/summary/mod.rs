//! `summary`: is it bad, where, and did we really look everywhere?

mod text;

use std::io::{self, Write};

use serde::ser::SerializeSeq;
use serde::{Serialize, Serializer};

use super::Context;
use super::coverage::CoverageRecord;
use super::record::Record;
use super::worst::Worst;
use crate::model::{Finding, Layer, Severity, Side};
use crate::query::{Board, Counted};

pub use text::text;

/// How many of the worst findings the JSON names.
const WORST: usize = 10;

#[derive(Serialize)]
struct SummaryRecord<'a> {
    complete: bool,
    findings: usize,
    by_severity: BySeverity<'a>,
    board: Cells<'a>,
    worst: Vec<Record<'a>>,
    coverage: CoverageRecord<'a>,
}

struct BySeverity<'a>(&'a [usize; 6]);

impl Serialize for BySeverity<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(Severity::ALL.map(|severity| (severity.slug(), self.0[severity.index()])))
    }
}

/// Every combination, zeros too: a zero is said, not left out.
struct Cells<'a> {
    board: &'a Board,
    complete: bool,
}

#[derive(Serialize)]
struct Cell {
    layer: Layer,
    side: Side,
    severity: Severity,
    count: usize,
    complete: bool,
}

impl Serialize for Cells<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut list = serializer.serialize_seq(Some(Layer::ALL.len() * Side::ALL.len() * Severity::ALL.len()))?;
        for layer in Layer::ALL {
            for side in Side::ALL {
                for severity in Severity::ALL {
                    let count = self.board.count(layer, side, severity);
                    list.serialize_element(&Cell { layer, side, severity, count, complete: self.complete })?;
                }
            }
        }
        list.end()
    }
}

/// The board and the worst findings of the rows.
fn gather<'a>(rows: &mut dyn Iterator<Item = &'a Finding>, limit: usize) -> (Board, Worst<'a>) {
    let mut board = Board::default();
    let mut worst = Worst::new(limit);
    for finding in rows {
        board.add(finding, Counted::Primary);
        worst.add(finding);
    }
    (board, worst)
}

/// Writes the contract's JSON, and a line break. Any source can place a finding in any cell, so a cell is complete when
/// every lane is.
///
/// # Errors
/// When `out` fails.
pub fn json(out: &mut dyn Write, rows: &mut dyn Iterator<Item = &Finding>, context: &Context<'_>) -> io::Result<()> {
    let (board, worst) = gather(rows, WORST);
    let complete = context.coverage.is_complete();
    let record = SummaryRecord {
        complete,
        findings: board.total().iter().sum(),
        by_severity: BySeverity(board.total()),
        board: Cells { board: &board, complete },
        worst: worst.rows().iter().map(|finding| Record::new(finding, None)).collect(),
        coverage: CoverageRecord::new(context.coverage),
    };
    serde_json::to_writer_pretty(&mut *out, &record)?;
    out.write_all(b"\n")
}
