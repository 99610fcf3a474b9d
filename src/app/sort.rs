//! The sort dialog: what the merged list can be ordered by.

use super::list::List;
use super::query_text::value;

/// What can be sorted by: the word of the query, and what it means.
pub const KEYS: [(&str, &str); 11] = [
    ("priority", "Priority, worst first, then newest"),
    ("severity", "Severity as the source gives it"),
    ("last-seen", "Last seen, newest first"),
    ("first-seen", "First seen, newest first"),
    ("title", "Title"),
    ("type", "Type, in the source's words"),
    ("source", "Source"),
    ("layer", "Layer"),
    ("account", "Account"),
    ("region", "Region"),
    ("resource", "Resource"),
];

/// The dialog: its cursor, which starts on the order that is in force.
#[derive(Clone, Copy, Debug)]
pub struct Sort {
    /// The cursor.
    pub list: List,
    /// The line that is in force.
    pub current: usize,
}

impl Sort {
    /// The dialog for a query.
    #[must_use]
    pub fn new(text: &str) -> Self {
        let word = value(text, "sort").unwrap_or("priority").trim_start_matches('-');
        let current = KEYS.iter().position(|(key, _)| *key == word).unwrap_or(0);
        Self { list: List { cursor: current, top: 0 }, current }
    }

    /// The word that the cursor is on.
    #[must_use]
    pub fn chosen(&self) -> &'static str {
        KEYS[self.list.cursor.min(KEYS.len() - 1)].0
    }
}
