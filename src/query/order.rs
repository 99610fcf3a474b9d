//! Sorting many rows: every value becomes one number first.

use super::field::Field;
use super::lexicon::{Lexicon, Symbol};
use super::sort::{Sort, SortKey, Value, value};
use super::texts::Texts;
use crate::store::{RowId, Store};

/// Rows without a value come last, whatever the direction.
const NONE: u64 = u64::MAX;

/// `rows`, which are in the contract's order, in the order of `sort`. Orders by text need the `texts`.
pub(super) fn ordered(rows: Vec<RowId>, sort: Sort, store: &Store, texts: &Texts) -> Vec<RowId> {
    if sort == Sort::default() {
        return rows;
    }
    let mut keys: Vec<(u64, u32)> = if let Some(field) = text_field(sort.key) {
        let symbols = in_memory_order(&rows, |row| texts.first(row, field));
        let places = alphabetical(&texts.lexicon, &symbols);
        let key = |symbol: &Option<Symbol>| symbol.map_or(NONE, |symbol| u64::from(places[symbol.0 as usize]));
        symbols.iter().map(key).zip(0..).collect()
    } else {
        let key = |row| store.get(row).and_then(|finding| value(sort.key, finding)).map_or(NONE, |value| number(&value));
        in_memory_order(&rows, key).into_iter().zip(0..).collect()
    };
    if sort.reversed {
        for (key, _) in keys.iter_mut().filter(|(key, _)| *key != NONE) {
            *key = NONE - 1 - *key;
        }
    }
    keys.sort_unstable();
    keys.into_iter().map(|(_, at)| rows[at as usize]).collect()
}

/// What `ask` says of each row, in their order. Many rows are asked in the order in which they lie in memory, which is several
/// times faster.
pub(super) fn in_memory_order<T: Copy + Default>(rows: &[RowId], mut ask: impl FnMut(RowId) -> T) -> Vec<T> {
    if rows.len() < 4096 {
        return rows.iter().map(|row| ask(*row)).collect();
    }
    let mut sorted = rows.to_vec();
    sorted.sort_unstable();
    let mut answers = vec![T::default(); sorted.last().map_or(0, |last| last.0 as usize + 1)];
    for row in sorted {
        answers[row.0 as usize] = ask(row);
    }
    rows.iter().map(|row| answers[row.0 as usize]).collect()
}

/// The field whose text the key orders by.
pub(super) const fn text_field(key: SortKey) -> Option<Field> {
    match key {
        SortKey::Title => Some(Field::Title),
        SortKey::Type => Some(Field::Type),
        SortKey::Account => Some(Field::Account),
        SortKey::Region => Some(Field::Region),
        SortKey::Resource => Some(Field::Resource),
        _ => None,
    }
}

/// A number in the order of the values.
fn number(value: &Value) -> u64 {
    match value {
        Value::Number(number) => {
            // Adding zero turns the negative zero into the other one.
            let bits = (number + 0.0).to_bits();
            if bits >> 63 == 1 { !bits } else { bits | 1 << 63 }
        }
        Value::Time(std::cmp::Reverse(nanoseconds)) => !(*nanoseconds as u64 ^ 1 << 63),
        Value::Text(_) => NONE,
    }
}

/// The place in the alphabet of each symbol that is used, by symbol.
fn alphabetical(lexicon: &Lexicon, used: &[Option<Symbol>]) -> Vec<u32> {
    let mut places = vec![0; lexicon.len()];
    let mut distinct = Vec::new();
    for &symbol in used.iter().flatten() {
        if std::mem::replace(&mut places[symbol.0 as usize], 1) == 0 {
            distinct.push((start(lexicon.text(symbol)), symbol));
        }
    }
    distinct.sort_unstable_by(|a, b| a.0.cmp(&b.0).then_with(|| lexicon.text(a.1).cmp(lexicon.text(b.1))));
    for (place, (_, symbol)) in distinct.into_iter().enumerate() {
        places[symbol.0 as usize] = place as u32;
    }
    places
}

/// The first 16 bytes as a number in the order of the texts.
fn start(text: &str) -> u128 {
    let mut bytes = [0; 16];
    let length = text.len().min(16);
    bytes[..length].copy_from_slice(&text.as_bytes()[..length]);
    u128::from_be_bytes(bytes)
}
