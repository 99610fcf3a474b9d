//! Search within the screen: in all entries, and in all of the JSON.

use std::ops::Range;

use super::rows::{Cursor, Row};
use super::sections::Entry;
use crate::app::flow;
use crate::app::json_view::JsonView;

/// Where a match stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// In an entry's label or value, in bytes.
    Entry { entry: usize, label: bool, range: Range<usize> },
    /// In a line of the JSON, in bytes of its unfolded content.
    Json { line: usize, range: Range<usize> },
}

/// A match in a row's entry or line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    /// In bytes of the label, of the value, or of the line's content.
    pub range: Range<usize>,
    /// Whether it is in the label.
    pub label: bool,
    /// Whether it is the match that was gone to.
    pub current: bool,
}

#[derive(Clone, Debug, Default)]
pub(super) struct Search {
    pub(super) text: String,
    /// All matches, in the order of the screen.
    places: Vec<Place>,
    current: Option<usize>,
}

impl Search {
    /// Finds all matches anew; the current one stays if it is still there.
    pub(super) fn run(&mut self, entries: &[Entry], json: Option<&JsonView>, json_only: bool) {
        let before = self.current.and_then(|at| self.places.get(at).cloned());
        self.places.clear();
        if !self.text.is_empty() {
            for (number, entry) in entries.iter().enumerate().filter(|_| !json_only) {
                for (label, text) in [(true, &entry.label), (false, &entry.value)] {
                    let found = flow::find(text, &self.text);
                    self.places.extend(found.map(|range| Place::Entry { entry: number, label, range }));
                }
            }
            let found = json.map(|json| json.find(&self.text)).unwrap_or_default();
            self.places.extend(found.into_iter().map(|(line, range)| Place::Json { line, range }));
        }
        self.current = before.and_then(|place| self.places.iter().position(|other| *other == place));
    }

    /// The first match from the cursor on; the first of all if there is none.
    pub(super) fn first_from(&mut self, cursor: Cursor, json_line: usize) -> Option<Place> {
        let is_ahead = |place: &Place| match (place, cursor) {
            (Place::Entry { entry, .. }, Cursor::Entry(at)) => *entry >= at,
            (Place::Json { line, .. }, Cursor::Json) => *line >= json_line,
            (Place::Entry { .. }, Cursor::Json) => false,
            (Place::Json { .. }, Cursor::Entry(_)) => true,
        };
        self.current = self.places.iter().position(is_ahead).or_else(|| (!self.places.is_empty()).then_some(0));
        self.place()
    }

    /// The next match, or the one before; around the end.
    pub(super) fn advance(&mut self, forward: bool) -> Option<Place> {
        let count = self.places.len();
        if count == 0 {
            return None;
        }
        self.current = Some(match (self.current, forward) {
            (None, true) => 0,
            (None, false) => count - 1,
            (Some(at), true) => (at + 1) % count,
            (Some(at), false) => (at + count - 1) % count,
        });
        self.place()
    }

    fn place(&self) -> Option<Place> {
        self.current.and_then(|at| self.places.get(at).cloned())
    }

    pub(super) fn status(&self) -> Option<(&str, usize, usize)> {
        let at = self.current.map_or(0, |at| at + 1);
        (!self.text.is_empty()).then_some((self.text.as_str(), at, self.places.len()))
    }

    pub(super) fn marks(&self, row: Row<'_>) -> Vec<Mark> {
        // Places are in the order of the screen: entries, then lines.
        let key = |place: &Place| match place {
            Place::Entry { entry, .. } => (0, *entry),
            Place::Json { line, .. } => (1, *line),
        };
        let wanted = match row {
            Row::Entry(row) => (0, row.entry),
            Row::Json(_, at) => (1, at.line),
        };
        let start = self.places.partition_point(|place| key(place) < wanted);
        let here = self.places[start..].iter().take_while(|place| key(place) == wanted).enumerate();
        here.map(|(at, place)| {
            let (label, range) = match place {
                Place::Entry { label, range, .. } => (*label, range.clone()),
                Place::Json { range, .. } => (false, range.clone()),
            };
            Mark { range, label, current: self.current == Some(start + at) }
        })
        .collect()
    }
}
