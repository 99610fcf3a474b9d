//! The values that rows have in a field, with counts: for filter dialogs and groups.

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
    grouped(store, rows, &GroupKey::Field(field))
        .into_iter()
        .filter(|(value, _)| !value.is_empty())
        .map(|(value, rows)| (value, rows.len()))
        .collect()
}

/// The rows of each group, in their order: words in the order of the contract, texts by count, then by name, and last, with an
/// empty name, the rows without a value. A row stands in the group of each of its values.
#[must_use]
pub fn grouped(store: &Store, rows: &[RowId], key: &GroupKey) -> Vec<(String, Vec<RowId>)> {
    let mut groups: HashMap<String, (usize, Vec<RowId>)> = HashMap::new();
    let mut values = Vec::new();
    for (row, finding) in rows.iter().filter_map(|row| Some((*row, store.get(*row)?))) {
        values.clear();
        key.values(finding, &mut values);
        if values.is_empty() {
            values.push((0, String::new()));
        }
        for (position, value) in values.drain(..) {
            let group = &mut groups.entry(value).or_insert_with(|| (position, Vec::new())).1;
            if group.last() != Some(&row) {
                group.push(row);
            }
        }
    }
    let mut groups: Vec<_> = groups.into_iter().map(|(value, (position, rows))| (value, position, rows)).collect();
    groups.sort_unstable_by(|a, b| (a.0.is_empty(), a.1, b.2.len(), &a.0).cmp(&(b.0.is_empty(), b.1, a.2.len(), &b.0)));
    groups.into_iter().map(|(value, _, rows)| (value, rows)).collect()
}

impl GroupKey {
    /// The finding's values with their position in the order of the contract, where there is one.
    fn values(&self, finding: &Finding, values: &mut Vec<(usize, String)>) {
        match self {
            Self::Field(field) => match field.info().values {
                Values::Severity | Values::Words => {
                    let mask = words_of(*field, finding);
                    let has = words(*field).into_iter().enumerate().filter(|(position, _)| mask & 1 << position != 0);
                    values.extend(has.map(|(position, (word, _))| (position, word.to_owned())));
                }
                Values::YesNo if flag_of(*field, finding) => values.push((0, "yes".to_owned())),
                Values::YesNo => values.push((1, "no".to_owned())),
                Values::Text if *field == Field::Resource => {
                    values.extend(
                        finding
                            .resources
                            .iter()
                            .map(|resource| if resource.name.is_empty() { &resource.id } else { &resource.name })
                            .filter(|name| !name.is_empty())
                            .map(|name| (0, name.to_string())),
                    );
                }
                Values::Text if *field == Field::Principal => {
                    values.extend(finding.actors.principals.iter().map(|principal| (0, principal.to_string())));
                }
                Values::Tag => {
                    let tags = finding.resources.iter().flat_map(|resource| &resource.tags);
                    values.extend(tags.map(|(key, value)| (0, format!("{key}={value}"))));
                }
                Values::Text => {
                    field.any_text(finding, &mut |text| {
                        values.push((0, text.to_owned()));
                        false
                    });
                }
                Values::Duration | Values::Time | Values::Number => {}
            },
            Self::Tag(key) => {
                let tags = finding.resources.iter().flat_map(|resource| &resource.tags);
                values.extend(tags.filter(|(known, _)| known.eq_ignore_ascii_case(key)).map(|(_, value)| (0, value.to_string())));
            }
            Self::Lens(id) => {
                let places = finding.placement.lenses.iter().filter(|place| place.lens.eq_ignore_ascii_case(id));
                values.extend(places.map(|place| (0, place.key.to_string())));
            }
        }
    }
}
