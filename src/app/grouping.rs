//! The merged list under headings: the groups of a lens or a field, folded or open, and the line that the cursor is on.

use std::collections::HashSet;

use crate::lens::LensSet;
use crate::query::{GroupKey, NO_PLACE, axis_title, fixed_groups, grouped};
use crate::store::{RowId, Store};

/// A group, and the rows in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// The value, as a query has it; empty for findings that have none.
    pub value: String,
    /// What it is called.
    pub title: String,
    /// Its rows, in the view's order.
    pub rows: Vec<RowId>,
    /// How many, by severity, worst first.
    pub counts: [usize; 6],
    /// Whether its rows are shown.
    pub open: bool,
}

/// A line of the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Line {
    /// The heading of the group with this number.
    Heading(usize),
    /// A finding of that group.
    Row(usize, RowId),
}

/// The groups of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grouping {
    /// What the rows are grouped by.
    pub key: GroupKey,
    /// What that is called.
    pub title: String,
    /// The groups, in their order; of a lens and of words also those that nothing is in.
    pub groups: Vec<Group>,
    lines: Vec<Line>,
}

impl Grouping {
    /// The groups of these rows, all folded.
    #[must_use]
    pub fn new(key: GroupKey, store: &Store, rows: &[RowId], lenses: Option<&LensSet>) -> Self {
        let mut filled = grouped(store, rows, &key);
        let mut groups: Vec<Group> = Vec::new();
        let mut add = |value: String, title: String, rows: Vec<RowId>| {
            let mut counts = [0; 6];
            for finding in rows.iter().filter_map(|row| store.get(*row)) {
                counts[finding.severity.index()] += 1;
            }
            groups.push(Group { value, title, rows, counts, open: false });
        };
        for named in fixed_groups(&key, lenses) {
            let place = filled.iter().position(|(value, _)| *value == named.value);
            let rows = place.map(|place| filled.remove(place).1).unwrap_or_default();
            add(named.value, named.title, rows);
        }
        for (value, rows) in filled {
            let title = if value.is_empty() { NO_PLACE.to_owned() } else { value.clone() };
            add(value, title, rows);
        }
        let mut grouping = Self { title: axis_title(&key, lenses), key, groups, lines: Vec::new() };
        grouping.lay();
        grouping
    }

    /// Opens the groups that were open in another one.
    #[must_use]
    pub fn opened_like(mut self, other: &Self) -> Self {
        let open: HashSet<&str> = other.groups.iter().filter(|group| group.open).map(|group| group.value.as_str()).collect();
        if self.key == other.key {
            for group in &mut self.groups {
                group.open = open.contains(group.value.as_str());
            }
            self.lay();
        }
        self
    }

    fn lay(&mut self) {
        self.lines.clear();
        for (number, group) in self.groups.iter().enumerate() {
            self.lines.push(Line::Heading(number));
            if group.open {
                self.lines.extend(group.rows.iter().map(|row| Line::Row(number, *row)));
            }
        }
    }

    /// How many lines there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.lines.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    /// The line at this place.
    #[must_use]
    pub fn line(&self, at: usize) -> Option<Line> {
        self.lines.get(at).copied()
    }

    /// The group that the line at this place belongs to.
    #[must_use]
    pub fn group(&self, at: usize) -> Option<&Group> {
        let (Line::Heading(number) | Line::Row(number, _)) = self.line(at)?;
        self.groups.get(number)
    }

    /// Where the line that stood at `at` in `other` stands here: the same finding of the same group, else the group's heading.
    #[must_use]
    pub fn place_of(&self, other: &Self, at: usize) -> usize {
        let Some(group) = other.group(at) else { return at };
        let Some(number) = self.groups.iter().position(|known| known.value == group.value) else { return at };
        let exact = match other.line(at) {
            Some(Line::Row(_, row)) => self.lines.iter().position(|line| *line == Line::Row(number, row)),
            _ => None,
        };
        exact.or_else(|| self.lines.iter().position(|line| *line == Line::Heading(number))).unwrap_or(at)
    }

    /// Folds or opens the group of the line at this place; gives the place of its heading.
    pub fn set_open(&mut self, at: usize, open: Option<bool>) -> usize {
        let Some(Line::Heading(number) | Line::Row(number, _)) = self.line(at) else { return at };
        let group = &mut self.groups[number];
        group.open = open.unwrap_or(!group.open);
        self.lay();
        self.lines.iter().position(|line| *line == Line::Heading(number)).unwrap_or(at)
    }

    /// Folds or opens all groups.
    pub fn set_all(&mut self, open: bool) {
        self.groups.iter_mut().for_each(|group| group.open = open);
        self.lay();
    }
}
