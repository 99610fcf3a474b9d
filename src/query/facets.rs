//! The values that rows have in a field, with counts: for filter dialogs and groups.

use std::cell::Cell;
use std::collections::HashMap;

use super::condition::{flag_of, words_of};
use super::field::{Field, Values, words};
use super::term::GroupKey;
use crate::model::Finding;
use crate::store::{RowId, Store};

/// The values of `field` among `rows` with how many rows have each: words in the order of the contract, texts by count, then by
/// name. A row counts for each of its values once; rows without a value are not counted.
#[must_use]
pub fn facets(store: &Store, rows: &[RowId], field: Field) -> Vec<(String, usize)> {
    let key = GroupKey::Field(field);
    // The last row that counted, and how many did.
    let mut counts: HashMap<String, (usize, RowId, usize)> = HashMap::new();
    // In the order in which they lie in memory.
    let mut rows = rows.to_vec();
    rows.sort_unstable();
    let words = words(field);
    for (row, finding) in rows.into_iter().filter_map(|row| Some((row, store.get(row)?))) {
        key.each_value(finding, &words, &mut |position, value| {
            if let Some((_, last, count)) = counts.get_mut(value) {
                *count += usize::from(*last != row);
                *last = row;
            } else {
                counts.insert(value.to_owned(), (position, row, 1));
            }
        });
    }
    let mut counts: Vec<_> = counts.into_iter().map(|(value, (position, _, count))| (position, value, count)).collect();
    counts.sort_unstable_by(|a, b| (a.0, b.2, &a.1).cmp(&(b.0, a.2, &b.1)));
    counts.into_iter().map(|(_, value, count)| (value, count)).collect()
}

/// The rows of each group, in their order: words in the order of the contract, texts by count, then by name, and last, with an
/// empty name, the rows without a value. A row stands in the group of each of its values.
#[must_use]
pub fn grouped(store: &Store, rows: &[RowId], key: &GroupKey) -> Vec<(String, Vec<RowId>)> {
    let mut groups: HashMap<String, (usize, Vec<RowId>)> = HashMap::new();
    let words = if let GroupKey::Field(field) = key { words(*field) } else { Vec::new() };
    for (row, finding) in rows.iter().filter_map(|row| Some((*row, store.get(*row)?))) {
        let has_any = Cell::new(false);
        let mut add = |position: usize, value: &str| {
            has_any.set(has_any.get() || !value.is_empty());
            match groups.get_mut(value) {
                Some((_, members)) if members.last() == Some(&row) => {}
                Some((_, members)) => members.push(row),
                None => {
                    groups.insert(value.to_owned(), (position, vec![row]));
                }
            }
        };
        key.each_value(finding, &words, &mut add);
        if !has_any.get() {
            add(0, "");
        }
    }
    let mut groups: Vec<_> = groups.into_iter().map(|(value, (position, rows))| (value, position, rows)).collect();
    groups.sort_unstable_by(|a, b| (a.0.is_empty(), a.1, b.2.len(), &a.0).cmp(&(b.0.is_empty(), b.1, a.2.len(), &b.0)));
    groups.into_iter().map(|(value, _, rows)| (value, rows)).collect()
}

impl GroupKey {
    /// Gives the finding's values with their position in the order of the contract, where there is one: among the field's `words`.
    /// None is empty.
    pub(super) fn each_value(&self, finding: &Finding, words: &[(&str, &str)], see: &mut dyn FnMut(usize, &str)) {
        let mut text = |text: &str| {
            if !text.is_empty() {
                see(0, text);
            }
        };
        let tags = || finding.resources.iter().flat_map(|resource| &resource.tags);
        match self {
            Self::Field(field) => match field.info().values {
                Values::Severity | Values::Words => {
                    let mask = words_of(*field, finding);
                    for (position, (word, _)) in words.iter().enumerate().filter(|(position, _)| mask & 1 << position != 0) {
                        see(position, word);
                    }
                }
                Values::YesNo if flag_of(*field, finding) => see(0, "yes"),
                Values::YesNo => see(1, "no"),
                Values::Text if *field == Field::Resource => {
                    for resource in &finding.resources {
                        text(if resource.name.is_empty() { &resource.id } else { &resource.name });
                    }
                }
                Values::Text if *field == Field::Principal => finding.actors.principals.iter().for_each(|principal| text(principal)),
                Values::Text => {
                    field.any_text(finding, &mut |value| {
                        text(value);
                        false
                    });
                }
                Values::Tag => tags().for_each(|(key, value)| text(&format!("{key}={value}"))),
                Values::Duration | Values::Time | Values::Number => {}
            },
            Self::Tag(key) => tags().filter(|(known, _)| known.eq_ignore_ascii_case(key)).for_each(|(_, value)| text(value)),
            Self::Lens(id) => {
                finding.placement.lenses.iter().filter(|place| place.lens.eq_ignore_ascii_case(id)).for_each(|place| text(&place.key));
            }
        }
    }
}
