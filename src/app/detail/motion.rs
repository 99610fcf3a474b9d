//! How the cursor and the screen move.

use super::rows::{Cursor, Row};
use super::{Detail, Shape};

impl Detail {
    pub(super) fn down(&mut self) {
        let rows = self.cursor_rows();
        if rows.len() > self.height && rows.end > self.top + self.height {
            self.top += 1;
        } else {
            self.step(1);
        }
    }

    pub(super) fn up(&mut self) {
        let rows = self.cursor_rows();
        if rows.len() > self.height && rows.start < self.top {
            self.top -= 1;
        } else {
            self.step(-1);
        }
    }

    fn step(&mut self, by: isize) {
        let json_shown = self.shown_json().is_some();
        match self.cursor {
            Cursor::Entry(entry) => match self.rows.neighbour(entry, by) {
                Some(next) => self.cursor = Cursor::Entry(next),
                None if by > 0 && json_shown => {
                    self.cursor = Cursor::Json;
                    if let Some(json) = self.json_mut() {
                        json.reveal(0);
                    }
                }
                None => {}
            },
            Cursor::Json => {
                let moved = self.json_mut().is_some_and(|json| json.step(by));
                if !moved && by < 0 && !self.raw {
                    self.cursor = Cursor::Entry(self.rows.shown_at_or_before(usize::MAX));
                }
            }
        }
        self.follow();
    }

    pub(super) fn scroll(&mut self, by: isize) {
        let last = self.row_count().saturating_sub(1);
        // From the part of the entry that is on the screen.
        let from = self.cursor_rows().start.max(self.top);
        let target = from.saturating_add_signed(by).min(last);
        self.top = self.top.saturating_add_signed(by).min(self.last_top());
        self.put_cursor_at(target);
        let rows = self.cursor_rows();
        if rows.len() <= self.height {
            self.follow();
        }
    }

    pub(super) fn go_to_row(&mut self, row: usize) {
        let last = self.row_count().saturating_sub(1);
        self.put_cursor_at(row.min(last));
        self.top = row.min(self.last_top());
    }

    fn put_cursor_at(&mut self, row: usize) {
        match self.row(row) {
            Some(Row::Entry(at)) => self.cursor = Cursor::Entry(at.entry),
            Some(Row::Json(_, at)) => {
                self.cursor = Cursor::Json;
                if let Some(json) = self.json_mut() {
                    json.reveal(at.line);
                }
            }
            None => {}
        }
    }

    fn last_top(&self) -> usize {
        self.row_count().saturating_sub(self.height)
    }

    /// Scrolls as little as brings the cursor's rows on the screen.
    pub(super) fn follow(&mut self) {
        let rows = self.cursor_rows();
        if rows.start < self.top {
            self.top = if rows.len() > self.height { rows.end - self.height } else { rows.start };
        } else if rows.end > self.top + self.height {
            self.top = rows.start.min(rows.end - self.height);
        }
        self.top = self.top.min(self.last_top());
    }

    pub(super) fn next_section(&mut self, forward: bool) {
        let is_heading = |at: &usize| self.entries[*at].shape == Shape::Heading;
        let target = match (self.cursor, forward) {
            (Cursor::Entry(entry), true) => (entry + 1..self.entries.len()).find(is_heading),
            (Cursor::Entry(entry), false) => (0..entry).rev().find(is_heading),
            (Cursor::Json, true) => None,
            (Cursor::Json, false) => Some(self.entries.len() - 1),
        };
        if let (Some(entry), false) = (target, self.raw) {
            self.cursor = Cursor::Entry(entry);
            self.follow();
        }
    }
}
