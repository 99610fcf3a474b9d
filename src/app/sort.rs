//! The sort dialog: what the merged list can be ordered by.

use super::list::List;
use crate::query::{Query, Sort, SortKey};

/// The dialog: its cursor, which starts on the order that is in force.
#[derive(Clone, Copy, Debug)]
pub struct SortDialog {
    /// The cursor in [`SortKey::ALL`].
    pub list: List,
    /// The order that is in force; none while a fuzzy search ranks.
    pub current: Option<Sort>,
}

impl SortDialog {
    /// The dialog for a query.
    #[must_use]
    pub fn new(query: &Query, height: usize) -> Self {
        let current = query.sort().or_else(|| query.words().is_empty().then(Sort::default));
        let place = current.and_then(|sort| SortKey::ALL.iter().position(|key| *key == sort.key)).unwrap_or(0);
        let mut list = List::default();
        list.go(place, SortKey::ALL.len(), height);
        Self { list, current }
    }

    /// The order that the cursor is on. Choosing the one in force turns it round.
    #[must_use]
    pub fn chosen(&self) -> Sort {
        let key = SortKey::ALL[self.list.cursor.min(SortKey::ALL.len() - 1)];
        let reversed = self.current.is_some_and(|sort| sort.key == key && !sort.reversed);
        Sort { key, reversed }
    }

    /// What a key means, in words.
    #[must_use]
    pub const fn meaning(key: SortKey) -> &'static str {
        match key {
            SortKey::Priority => "worst first, then newest",
            SortKey::Severity => "as the source gives it, worst first",
            SortKey::LastSeen | SortKey::FirstSeen => "newest first",
            SortKey::Title | SortKey::Type | SortKey::Account | SortKey::Region | SortKey::Resource => "A to Z",
            SortKey::Source => "in the order of the screen",
            SortKey::Layer => "innermost first",
            SortKey::Side => "customer, shared, AWS",
            SortKey::Status => "active first",
            SortKey::Cvss | SortKey::Epss => "highest first",
            SortKey::Count => "most often seen first",
        }
    }
}
