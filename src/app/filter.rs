//! The filter dialog: a field, its values with how many findings have each, and the query that they become.

use fuzzy_matcher::FuzzyMatcher;
use fuzzy_matcher::skim::SkimMatcherV2;
use tui_input::Input;

use super::list::List;
use crate::model::Timestamp;
use crate::query::{Field, Query, View, facets};
use crate::store::Store;

/// The fields that the dialog offers, with their titles.
pub const FIELDS: [(Field, &str); 17] = [
    (Field::Severity, "Severity"),
    (Field::Source, "Source"),
    (Field::Layer, "Layer"),
    (Field::Touches, "Layer touched"),
    (Field::Side, "Side"),
    (Field::Account, "Account"),
    (Field::Region, "Region"),
    (Field::Type, "Type"),
    (Field::ResourceType, "Resource type"),
    (Field::Resource, "Resource"),
    (Field::Tag, "Tag"),
    (Field::Principal, "Principal"),
    (Field::Ip, "IP address"),
    (Field::Cve, "Vulnerability"),
    (Field::Trait, "Trait"),
    (Field::Control, "Control"),
    (Field::Status, "Status"),
];

/// Which column has the keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Column {
    /// The fields.
    Fields,
    /// The values of the field.
    Values,
}

/// The dialog.
#[derive(Clone, Debug)]
pub struct Filter {
    /// The query, as it is being changed.
    pub query: Query,
    /// Which column has the keys.
    pub column: Column,
    /// The cursor in [`FIELDS`].
    pub fields: List,
    /// The values of the field that the cursor is on, with how many findings have each under the rest of the query.
    pub facets: Vec<(String, usize)>,
    /// What narrows the values.
    pub input: Input,
    /// Places in `facets` that are shown.
    pub shown: Vec<usize>,
    /// The cursor in the values shown.
    pub values: List,
    /// Whether a value was ticked or unticked since the dialog was opened.
    pub changed: bool,
}

impl Filter {
    /// The dialog for a query.
    #[must_use]
    pub fn new(query: Query, store: &Store, now: Timestamp) -> Self {
        let mut filter = Self {
            query,
            column: Column::Fields,
            fields: List::default(),
            facets: Vec::new(),
            input: Input::default(),
            shown: Vec::new(),
            values: List::default(),
            changed: false,
        };
        filter.count(store, now);
        filter
    }

    /// The field that the cursor is on.
    #[must_use]
    pub fn field(&self) -> Field {
        FIELDS[self.fields.cursor.min(FIELDS.len() - 1)].0
    }

    /// Counts the values of the field that the cursor is on, under all of the query but the field's own terms.
    pub fn count(&mut self, store: &Store, now: Timestamp) {
        let view = View::new(store, &self.query.without_field(self.field()), now);
        self.facets = facets(store, view.rows(), self.field());
        self.facets.retain(|(_, count)| *count > 0);
        self.input.reset();
        self.narrow();
    }

    /// Shows the values that the typed text matches.
    pub fn narrow(&mut self) {
        let matcher = SkimMatcherV2::default().ignore_case();
        let typed = self.input.value().trim();
        let is_shown = |value: &str| typed.is_empty() || matcher.fuzzy_match(value, typed).is_some();
        self.shown = (0..self.facets.len()).filter(|at| is_shown(&self.facets[*at].0)).collect();
        self.values = List::default();
    }

    /// The value that the cursor is on.
    #[must_use]
    pub fn value(&self) -> Option<&str> {
        self.shown.get(self.values.cursor).map(|at| self.facets[*at].0.as_str())
    }

    /// Ticks the value that the cursor is on, or no longer.
    pub fn toggle(&mut self) {
        if let Some(value) = self.value() {
            self.query = self.query.toggled(self.field(), value);
            self.changed = true;
        }
    }

    /// The query with the ticked values; if none was touched, with only the one that the cursor is on.
    #[must_use]
    pub fn result(&self) -> Query {
        match self.value() {
            Some(value) if !self.changed => self.query.with_only(self.field(), value),
            _ => self.query.clone(),
        }
    }
}
