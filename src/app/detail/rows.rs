//! Entries laid out in rows of a width: beside their labels where there is room, under them where there is not.

use std::ops::Range;

use unicode_width::UnicodeWidthStr;

use super::Section;
use super::sections::{Entry, Shape};
use crate::app::flow;
use crate::app::json_view::{JsonView, RowRef};

/// The column where labels begin.
pub const LABEL: usize = 2;
/// How wide labels are, beside their values.
const LABELS: usize = 17;
/// How wide they become in a section with longer ones; what is longer still stands out of the column.
const LONG_LABELS: usize = 24;
/// Columns between a label and its value at least.
const GAP: usize = 2;
/// How wide they are on narrow screens.
const NARROW_LABELS: usize = 14;
/// Below this width a label stands beside its value only if the value then fits in one row.
const NARROW: usize = 56;
/// Sentences get no longer lines than this: the eye loses longer ones.
const MEASURE: usize = 110;

/// What the cursor is on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cursor {
    /// An entry.
    Entry(usize),
    /// The JSON, at its own cursor.
    Json,
}

/// A row of the screen.
#[derive(Clone, Copy, Debug)]
pub enum Row<'d> {
    /// A row of an entry.
    Entry(&'d EntryRow),
    /// A row of the JSON.
    Json(&'d JsonView, RowRef),
}

/// A row of an entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EntryRow {
    /// The entry.
    pub entry: usize,
    /// The columns before the value.
    pub indent: usize,
    /// The bytes of the label that stand in this row, from [`LABEL`] on.
    pub label: Option<Range<usize>>,
    /// The bytes of the value that stand in this row; empty in rows without.
    pub value: Range<usize>,
    /// Whether the value begins here, with its sign.
    pub first: bool,
    /// Nothing: the space before a heading.
    pub blank: bool,
}

/// All rows of the entries that are not folded away.
#[derive(Clone, Debug, Default)]
pub(super) struct Rows {
    rows: Vec<EntryRow>,
    /// The entries that are shown, with their first row.
    shown: Vec<(usize, usize)>,
}

/// How wide the labels of each section are, so that its values stand below each other.
fn labels(entries: &[Entry], width: usize) -> [usize; Section::COUNT] {
    if width < NARROW {
        return [NARROW_LABELS; Section::COUNT];
    }
    let mut labels = [LABELS; Section::COUNT];
    for entry in entries.iter().filter(|entry| entry.shape == Shape::Field) {
        let needed = entry.label.width() + GAP;
        let known = &mut labels[entry.section as usize];
        if needed <= LONG_LABELS {
            *known = needed.max(*known);
        }
    }
    labels
}

impl Rows {
    pub(super) fn new(entries: &[Entry], folded: &[bool; Section::COUNT], width: usize) -> Self {
        let mut all = Self::default();
        let labels = labels(entries, width);
        for (number, entry) in entries.iter().enumerate() {
            if entry.shape != Shape::Heading && folded[entry.section as usize] {
                continue;
            }
            all.shown.push((number, all.rows.len()));
            all.lay_out(number, entry, labels[entry.section as usize], width);
        }
        all
    }

    fn lay_out(&mut self, number: usize, entry: &Entry, labels: usize, width: usize) {
        let row = |indent, label, value, first| EntryRow { entry: number, indent, label, value, first, blank: false };
        if entry.shape == Shape::Heading && number > 0 {
            self.rows.push(EntryRow { blank: true, ..row(0, None, 0..0, false) });
        }
        let label_width = entry.label.width();
        let narrow = width < NARROW;
        let beside = match entry.shape {
            Shape::Prose => LABEL,
            Shape::Field => LABEL + labels.max(label_width + GAP),
            Shape::Heading | Shape::Item => LABEL + label_width + GAP,
        };
        // Where a label leaves too little of the row, it stands above its value.
        let breaks = || beside + entry.tone.sign_width() + entry.value.width() > width;
        let above =
            (narrow && entry.shape == Shape::Field && breaks()) || (beside * 2 > width && !entry.value.is_empty()) || beside > width;
        let indent = if above && entry.shape != Shape::Prose { LABEL + 2 } else { beside };
        let mut label = (!entry.label.is_empty()).then_some(0..entry.label.len());
        if above {
            for part in flow::wrap(&entry.label, width.saturating_sub(LABEL)) {
                self.rows.push(row(indent, Some(part), 0..0, false));
            }
            label = None;
            if entry.value.is_empty() {
                return;
            }
        }
        let indent = indent + entry.tone.sign_width();
        let longest = if entry.value.contains(' ') { MEASURE } else { usize::MAX };
        let room = width.saturating_sub(indent).clamp(2, longest);
        for (at, value) in flow::wrap(&entry.value, room).into_iter().enumerate() {
            self.rows.push(row(indent, label.take(), value, at == 0));
        }
    }

    pub(super) fn len(&self) -> usize {
        self.rows.len()
    }

    pub(super) fn get(&self, row: usize) -> Option<&EntryRow> {
        self.rows.get(row)
    }

    /// The rows of an entry that is shown.
    pub(super) fn of(&self, entry: usize) -> Range<usize> {
        let at = self.place(entry);
        let start = self.shown.get(at).map_or(0, |(_, row)| *row);
        start..self.shown.get(at + 1).map_or(self.rows.len(), |(_, row)| *row)
    }

    fn place(&self, entry: usize) -> usize {
        self.shown.partition_point(|(shown, _)| *shown <= entry).saturating_sub(1)
    }

    /// The entry, or the last one before it that is shown.
    pub(super) fn shown_at_or_before(&self, entry: usize) -> usize {
        self.shown.get(self.place(entry)).map_or(0, |(shown, _)| *shown)
    }

    /// The entry that is shown after (1) or before (-1) this one.
    pub(super) fn neighbour(&self, entry: usize, by: isize) -> Option<usize> {
        self.place(entry).checked_add_signed(by).and_then(|at| self.shown.get(at)).map(|(shown, _)| *shown)
    }
}
