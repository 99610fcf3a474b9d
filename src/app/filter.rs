//! The filter dialog: a field, its values with how many findings have each, and the term that they become.

use std::collections::HashMap;

use fuzzy_matcher::FuzzyMatcher;
use fuzzy_matcher::skim::SkimMatcherV2;
use tui_input::Input;

use super::list::List;
use super::query_text::{quoted, value, with_term};
use crate::model::{Finding, Timestamp};
use crate::query::{Query, View};
use crate::store::Store;

type Read = fn(&Finding) -> &str;

/// The fields that the dialog offers: the word of the query, what it means, and how it is read.
pub const FIELDS: [(&str, &str, Read); 10] = [
    ("sev", "Severity", |finding| finding.severity.slug()),
    ("source", "Source", |finding| finding.source.slug()),
    ("layer", "Layer", |finding| finding.placement.layer.slug()),
    ("side", "Side", |finding| finding.placement.side.slug()),
    ("account", "Account", |finding| finding.account.as_str()),
    ("region", "Region", |finding| finding.region.as_str()),
    ("type", "Type", |finding| &finding.kind),
    ("resource-type", "Resource type", |finding| finding.resource().map_or("", |resource| &resource.kind)),
    ("resource", "Resource", |finding| finding.resource_name()),
    ("status", "Status", |finding| finding.status.slug()),
];

/// A value of the field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Facet {
    /// The value.
    pub value: String,
    /// How many findings have it, under the rest of the query.
    pub count: usize,
    /// Whether it is chosen.
    pub chosen: bool,
}

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
    /// The query that it changes.
    pub text: String,
    /// Which column has the keys.
    pub column: Column,
    /// The cursor in the fields.
    pub fields: List,
    /// The values of the field that the cursor is on, the most frequent first.
    pub facets: Vec<Facet>,
    /// What narrows the values.
    pub input: Input,
    /// Places in `facets` that are shown.
    pub shown: Vec<usize>,
    /// The cursor in the values shown.
    pub values: List,
}

impl Filter {
    /// The dialog for a query.
    #[must_use]
    pub fn new(text: &str, store: &Store, now: Timestamp) -> Self {
        let mut filter = Self {
            text: text.to_owned(),
            column: Column::Fields,
            fields: List::default(),
            facets: Vec::new(),
            input: Input::default(),
            shown: Vec::new(),
            values: List::default(),
        };
        filter.count(store, now);
        filter
    }

    /// Counts the values of the field that the cursor is on, under all of the query but the field's own term.
    pub fn count(&mut self, store: &Store, now: Timestamp) {
        let (word, _, read) = FIELDS[self.fields.cursor];
        let (query, _) = Query::parse(&with_term(&self.text, word, None));
        let view = View::new(store, &query, now);
        let mut counts: HashMap<&str, usize> = HashMap::new();
        for finding in view.rows().iter().filter_map(|row| store.get(*row)) {
            *counts.entry(read(finding)).or_default() += 1;
        }
        let chosen: Vec<String> = value(&self.text, word)
            .map(|values| values.split(',').map(|value| value.trim_matches('"').to_owned()).collect())
            .unwrap_or_default();
        self.facets = counts
            .into_iter()
            .filter(|(value, _)| !value.is_empty())
            .map(|(value, count)| Facet { value: value.to_owned(), count, chosen: chosen.iter().any(|known| known == value) })
            .collect();
        self.facets.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.value.cmp(&b.value)));
        self.input.reset();
        self.narrow();
    }

    /// Shows the values that the typed text matches.
    pub fn narrow(&mut self) {
        let matcher = SkimMatcherV2::default().ignore_case();
        let typed = self.input.value().trim();
        let matches = |facet: &Facet| typed.is_empty() || matcher.fuzzy_match(&facet.value, typed).is_some();
        self.shown = (0..self.facets.len()).filter(|at| matches(&self.facets[*at])).collect();
        self.values = List::default();
    }

    /// Chooses the value that the cursor is on, or no longer.
    pub fn toggle(&mut self) {
        if let Some(facet) = self.shown.get(self.values.cursor).and_then(|at| self.facets.get_mut(*at)) {
            facet.chosen = !facet.chosen;
        }
    }

    /// The query with the chosen values; without any, with the one that the cursor is on.
    #[must_use]
    pub fn result(&self) -> String {
        let (word, ..) = FIELDS[self.fields.cursor];
        let mut chosen: Vec<String> = self.facets.iter().filter(|facet| facet.chosen).map(|facet| quoted(&facet.value)).collect();
        if chosen.is_empty() {
            chosen.extend(self.shown.get(self.values.cursor).map(|at| quoted(&self.facets[*at].value)));
        }
        let values = chosen.join(",");
        with_term(&self.text, word, (!values.is_empty()).then_some(&values))
    }
}
