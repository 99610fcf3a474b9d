//! Listings: the records that a filter admits, in the order asked for, page by page with tokens that are bound to the request.

use std::cmp::Ordering;
use std::collections::hash_map::Entry;
use std::sync::{Arc, PoisonError};

use serde_json::Value;

use super::answer::Answer;
use super::desk::Desk;
use super::filter::{Filter, number_of, text_of, values_at};
use super::world::fnv;
use super::{Record, Shelf};

/// By what a listing is ordered.
#[derive(Debug)]
pub(super) struct Sort {
    pub(super) path: String,
    pub(super) descending: bool,
}

/// One page of a listing.
pub(super) struct Page<'a> {
    pub(super) records: Vec<&'a Record>,
    pub(super) token: Option<String>,
}

impl Desk<'_> {
    /// All records of the shelf that the filter admits, in order. Made once for each distinct request.
    pub(super) fn listing(&self, from: &Shelf, filter: &Filter, sort: Option<&Sort>, key: u64) -> Arc<[u32]> {
        let mut listings = self.emulator.listings.lock().unwrap_or_else(PoisonError::into_inner);
        match listings.entry(key) {
            Entry::Occupied(entry) => Arc::clone(entry.get()),
            Entry::Vacant(entry) => Arc::clone(entry.insert(select(from, filter, sort))),
        }
    }

    /// What tells this request's listing from every other: all that is asked but the page.
    pub(super) fn listing_key(&self, from: &Shelf, criteria: &[&Value]) -> u64 {
        let criteria: Vec<String> = criteria.iter().map(|value| in_one_order(value).to_string()).collect();
        let mut parts: Vec<&[u8]> = vec![
            self.account.as_bytes(),
            self.region.as_bytes(),
            self.service.signing_name().as_bytes(),
            self.operation.as_bytes(),
            from.name.as_bytes(),
        ];
        parts.extend(criteria.iter().map(String::as_bytes));
        fnv(&parts)
    }

    /// The page that the token points at, the first one without a token.
    pub(super) fn page<'s>(
        &self,
        from: &'s Shelf,
        listing: &[u32],
        key: u64,
        token: Option<&str>,
        token_name: &str,
        size: usize,
    ) -> Result<Page<'s>, Answer> {
        let start = match token {
            None => 0,
            Some(token) => open(token, key)
                .filter(|start| *start <= listing.len())
                .ok_or_else(|| self.invalid(token_name, &format!("the parameter {token_name} is not a token of this request")))?,
        };
        let end = listing.len().min(start + size);
        let records = listing[start..end].iter().filter_map(|number| from.records().get(*number as usize)).collect();
        Ok(Page { records, token: (end < listing.len()).then(|| seal(end, key)) })
    }
}

/// The members of a request come in any order, and mean the same.
fn in_one_order(value: &Value) -> Value {
    match value {
        Value::Object(members) => {
            let mut members: Vec<_> = members.iter().map(|(name, member)| (name.clone(), in_one_order(member))).collect();
            members.sort_by(|(a, _), (b, _)| a.cmp(b));
            Value::Object(members.into_iter().collect())
        }
        Value::Array(items) => items.iter().map(in_one_order).collect(),
        plain => plain.clone(),
    }
}

fn select(shelf: &Shelf, filter: &Filter, sort: Option<&Sort>) -> Arc<[u32]> {
    let all = 0..shelf.records().len() as u32;
    if filter.is_empty() && sort.is_none() {
        return all.collect();
    }
    let mut chosen: Vec<(u32, Rank)> = all
        .filter_map(|number| {
            let value: Value = serde_json::from_slice(&shelf.records()[number as usize].json).unwrap_or_default();
            filter.admits(&value).then(|| (number, sort.map_or(Rank::Absent, |sort| Rank::of(&value, &sort.path))))
        })
        .collect();
    if let Some(sort) = sort {
        chosen.sort_by(|(_, a), (_, b)| if sort.descending { b.cmp(a) } else { a.cmp(b) });
    }
    chosen.into_iter().map(|(number, _)| number).collect()
}

/// Where a record stands in an order: words of severity by their meaning, numbers and times by size, other text by letters.
enum Rank {
    Absent,
    Text(String),
    Number(f64),
}

impl Rank {
    fn of(record: &Value, path: &str) -> Self {
        let values = values_at(record, path);
        let Some(value) = values.first() else { return Self::Absent };
        if let Some(severity) = value.as_str().and_then(severity_rank) {
            return Self::Number(severity);
        }
        number_of(value).map(Self::Number).or_else(|| text_of(value).map(Self::Text)).unwrap_or(Self::Absent)
    }

    fn cmp(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::Number(a), Self::Number(b)) => a.total_cmp(b),
            (Self::Text(a), Self::Text(b)) => a.cmp(b),
            _ => self.kind().cmp(&other.kind()),
        }
    }

    fn kind(&self) -> u8 {
        match self {
            Self::Absent => 0,
            Self::Text(_) => 1,
            Self::Number(_) => 2,
        }
    }
}

fn severity_rank(word: &str) -> Option<f64> {
    let words = ["UNTRIAGED", "INFORMATIONAL", "LOW", "MEDIUM", "HIGH", "CRITICAL"];
    words.iter().position(|known| *known == word).map(|rank| rank as f64)
}

/// Tokens are opaque to the client: the place, hidden with the key of the listing it belongs to.
fn seal(place: usize, key: u64) -> String {
    format!("{key:016x}{:016x}", place as u64 ^ key.rotate_left(17))
}

fn open(token: &str, key: u64) -> Option<usize> {
    let (owner, place) = token.split_at_checked(16)?;
    let matches = u64::from_str_radix(owner, 16).ok()? == key;
    let place = u64::from_str_radix(place, 16).ok()? ^ key.rotate_left(17);
    (matches && place != 0).then(|| usize::try_from(place).ok()).flatten()
}

/// A body with one list of records and perhaps a token, the records byte for byte.
pub(super) fn body(list: &str, records: &[&Record], token_name: &str, token: Option<&str>) -> Vec<u8> {
    let size: usize = records.iter().map(|record| record.json.len() + 1).sum();
    let mut body = Vec::with_capacity(size + 128);
    body.extend_from_slice(format!("{{\"{list}\":[").as_bytes());
    for (number, record) in records.iter().enumerate() {
        if number > 0 {
            body.push(b',');
        }
        body.extend_from_slice(&record.json);
    }
    body.push(b']');
    if let Some(token) = token {
        body.extend_from_slice(format!(",\"{token_name}\":\"{token}\"").as_bytes());
    }
    body.push(b'}');
    body
}

#[cfg(test)]
mod tests {
    use super::{open, seal};

    #[test]
    fn a_token_opens_only_for_the_request_that_it_was_made_for() {
        let token = seal(150, 42);
        assert_eq!(open(&token, 42), Some(150));
        assert_eq!(open(&token, 43), None);
        for nonsense in ["", "x", "é", "0000000000000000", "zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz"] {
            assert_eq!(open(nonsense, 42), None);
        }
    }
}
