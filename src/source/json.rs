//! Reads JSON that may be wrong: whatever can be read is read, and what could not is noted.

use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::HashSet;
use std::fmt::Write as _;

use serde_json_borrow::{ObjectAsVec, Value};

use super::salvage::salvage;
use crate::model::{Text, Timestamp, parse_timestamp, timestamp_from_epoch};

/// More notes than this are only counted: a broken record would fill the screen with them.
const MOST_NOTES: usize = 4;
/// More than this are not even counted: a record of nothing but mistakes must not cost time without end.
const MOST_KEPT: usize = 100;

/// What of a record was not as it should be.
#[derive(Debug, Default)]
pub(super) struct Notes {
    said: RefCell<Vec<String>>,
}

impl Notes {
    /// Notes one thing, once.
    pub(super) fn add(&self, note: String) {
        let mut said = self.said.borrow_mut();
        if said.len() < MOST_KEPT && !said.contains(&note) {
            said.push(note);
        }
    }

    fn summary(&self) -> Option<Text> {
        let said = self.said.borrow();
        if said.is_empty() {
            return None;
        }
        let mut text = said.iter().take(MOST_NOTES).map(String::as_str).collect::<Vec<_>>().join("; ");
        if said.len() > MOST_NOTES {
            // Writing to a String cannot fail.
            let _ = write!(text, "; and {} more", said.len() - MOST_NOTES);
        }
        Some(Text::new(&text))
    }
}

/// Reads `json` with `reader`; gives what it made, and what was noted on the way.
pub(super) fn read<T>(json: &[u8], reader: impl FnOnce(Node<'_>) -> T) -> (T, Option<Text>) {
    let notes = Notes::default();
    // The check alone is several times faster than the conversion, and nearly always enough.
    let text = std::str::from_utf8(json).map_or_else(
        |_| {
            notes.add("it is not UTF-8".into());
            String::from_utf8_lossy(json)
        },
        Cow::Borrowed,
    );
    let value = match serde_json::from_str::<Value<'_>>(&text) {
        Ok(value) => value,
        Err(error) => {
            notes.add(format!("it is not well-formed JSON ({error})"));
            salvage(&text, &notes)
        }
    };
    if let Value::Object(members) = &value {
        note_duplicates(&members.keys().collect::<Vec<_>>(), &notes);
    } else {
        notes.add(format!("it is {}, not an object", kind(&value)));
    }
    let made = reader(Node { value: &value, parent: "", name: "", notes: &notes });
    (made, notes.summary())
}

/// Reads a JSON string, whatever is wrong within it. `None` if it is not a string.
pub(super) fn string(json: &[u8]) -> Option<String> {
    match serde_json::from_slice::<Cow<'_, str>>(json) {
        Ok(text) => Some(text.into_owned()),
        Err(_) => json.starts_with(b"\"").then(|| super::salvage::unescape(&String::from_utf8_lossy(json))),
    }
}

fn note_duplicates(keys: &[&str], notes: &Notes) {
    // Records have some twenty members; for so few, comparing all is faster than hashing.
    let mut seen = (keys.len() > MOST_KEPT).then(HashSet::new);
    for (index, key) in keys.iter().enumerate() {
        if seen.as_mut().map_or_else(|| keys[..index].contains(key), |seen| !seen.insert(*key)) {
            notes.add(format!("`{}` is there more than once; the first was read", Text::new(key)));
        }
    }
}

fn kind(value: &Value<'_>) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::Str(_) => "text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

static NULL: Value<'static> = Value::Null;

/// A value somewhere in the record, there or not.
#[derive(Clone, Copy, Debug)]
pub(super) struct Node<'r> {
    value: &'r Value<'r>,
    parent: &'static str,
    name: &'static str,
    notes: &'r Notes,
}

impl<'r> Node<'r> {
    /// The member `key`; a node that is not there if there is none. The first of members with the same key.
    pub(super) fn at(self, key: &'static str) -> Self {
        let value = match self.value {
            Value::Object(members) => members.get(key).unwrap_or(&NULL),
            Value::Null => &NULL,
            _ => {
                self.complain("an object");
                &NULL
            }
        };
        Node { value, parent: self.name, name: key, notes: self.notes }
    }

    /// The first of these members that is there.
    pub(super) fn any(self, keys: &[&'static str]) -> Self {
        keys.iter().map(|key| self.at(key)).find(|node| node.is_there()).unwrap_or(Node { value: &NULL, ..self })
    }

    /// Whether it is there and not null.
    pub(super) fn is_there(self) -> bool {
        !matches!(self.value, Value::Null)
    }

    /// Its value as it is.
    pub(super) fn value(self) -> &'r Value<'r> {
        self.value
    }

    /// Notes that something is wrong with it.
    pub(super) fn note(self, what: &str) {
        let dot = if self.parent.is_empty() { "" } else { "." };
        self.notes.add(format!("`{}{dot}{}` {what}", self.parent, self.name));
    }

    fn complain(self, wanted: &str) {
        self.note(&format!("is {}, not {wanted}", kind(self.value)));
    }

    /// As a string; empty counts as absent. Numbers, true and false are taken and noted.
    pub(super) fn str(self) -> Option<Cow<'r, str>> {
        match self.value {
            Value::Null => None,
            Value::Str(text) => (!text.is_empty()).then_some(Cow::Borrowed(&**text)),
            Value::Number(number) => {
                self.complain("text");
                Some(Cow::Owned(number.to_string()))
            }
            Value::Bool(flag) => {
                self.complain("text");
                Some(Cow::Borrowed(if *flag { "true" } else { "false" }))
            }
            Value::Array(_) | Value::Object(_) => {
                self.complain("text");
                None
            }
        }
    }

    /// As safe text, sharing memory with an equal one where there was one lately; see [`Node::str`].
    pub(super) fn text(self) -> Option<Text> {
        self.str().map(|text| Text::shared(&text))
    }

    /// As a finite number. Numbers in text are taken and noted.
    pub(super) fn number(self) -> Option<f64> {
        match self.value {
            Value::Null => None,
            Value::Number(number) => number.as_f64().filter(|number| number.is_finite()),
            Value::Str(text) => {
                self.complain("a number");
                text.trim().parse().ok().filter(|number: &f64| number.is_finite())
            }
            _ => {
                self.complain("a number");
                None
            }
        }
    }

    /// As a number of a scale from 0 to `most`; one that is not on it is noted, and not taken.
    pub(super) fn on_scale(self, most: f64) -> Option<f64> {
        let number = self.number()?;
        if !(0.0..=most).contains(&number) {
            self.note(&format!("is not between 0 and {most}"));
            return None;
        }
        Some(number)
    }

    /// As a count: a whole number, not negative.
    pub(super) fn count(self) -> Option<u64> {
        let number = self.number()?;
        if number < 0.0 || number.fract() != 0.0 {
            self.note("is not a count");
            return None;
        }
        Some(number as u64)
    }

    /// As true or false. The words `true` and `false` in text are taken and noted.
    pub(super) fn flag(self) -> Option<bool> {
        match self.value {
            Value::Null => None,
            Value::Bool(flag) => Some(*flag),
            Value::Str(text) => {
                self.complain("true or false");
                match &**text {
                    word if word.eq_ignore_ascii_case("true") => Some(true),
                    word if word.eq_ignore_ascii_case("false") => Some(false),
                    _ => None,
                }
            }
            _ => {
                self.complain("true or false");
                None
            }
        }
    }

    /// As a time: text in any of the services' forms, or epoch seconds. The forms differ between API, events and the
    /// command line, so none of them counts as wrong. A time that cannot be read is noted.
    pub(super) fn time(self) -> Option<Timestamp> {
        match self.value {
            Value::Null => None,
            Value::Str(text) if text.is_empty() => None,
            Value::Str(text) => {
                let time = parse_timestamp(text).or_else(|| other_time(text));
                if time.is_none() && !text.starts_with("1970-01-01") {
                    self.note("is not a time that can be read");
                }
                time
            }
            Value::Number(number) => timestamp_from_epoch(number.as_f64()?),
            _ => {
                self.complain("a time");
                None
            }
        }
    }

    /// The items of a list, without nulls. A lone value that stands where a list should is taken as its only item; both are
    /// noted.
    pub(super) fn items(self) -> impl Iterator<Item = Node<'r>> {
        let values: &'r [Value<'r>] = match self.value {
            Value::Null => &[],
            Value::Array(items) => items,
            lone => {
                self.complain("a list");
                std::slice::from_ref(lone)
            }
        };
        values.iter().filter_map(move |value| {
            let item = Node { value, ..self };
            if item.is_there() {
                return Some(item);
            }
            self.note("has null among its items");
            None
        })
    }

    /// The members of an object.
    pub(super) fn members(self) -> impl Iterator<Item = (&'r str, Node<'r>)> {
        let members = match self.value {
            Value::Object(members) => Some(members),
            Value::Null => None,
            _ => {
                self.complain("an object");
                None
            }
        };
        members.into_iter().flat_map(ObjectAsVec::iter).map(move |(key, value)| (key, Node { value, ..self }))
    }
}

/// The time formats that are not RFC 3339: those of events and of the consoles' text. Without a zone they are UTC.
fn other_time(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    if let Ok(seconds) = text.parse::<f64>() {
        return timestamp_from_epoch(seconds);
    }
    ["%b %d, %Y, %I:%M:%S %p", "%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%dT%H:%M:%S%.f", "%a %b %d %H:%M:%S%.f UTC %Y", "%Y-%m-%d"]
        .into_iter()
        .find_map(|format| {
            let parsed = jiff::fmt::strtime::parse(format, text).ok()?;
            let time = parsed.to_datetime().or_else(|_| parsed.to_date().map(|date| date.at(0, 0, 0, 0))).ok()?;
            time.to_zoned(jiff::tz::TimeZone::UTC).ok().map(|zoned| zoned.timestamp())
        })
        .filter(|time| time.as_second() != 0)
}

/// A member's or type's name as words: `unusedThing` becomes `Unused thing`.
pub(super) fn words(name: &str) -> String {
    let mut words = String::with_capacity(name.len() + 4);
    let mut before = ' ';
    for c in name.chars() {
        if words.is_empty() {
            words.extend(c.to_uppercase());
        } else if c.is_uppercase() && before.is_lowercase() {
            words.push(' ');
            words.extend(c.to_lowercase());
        } else if c == '_' {
            words.push(' ');
        } else {
            words.push(c);
        }
        before = c;
    }
    words
}

#[cfg(test)]
mod tests {
    use super::{read, string};

    #[test]
    fn a_wrong_type_that_has_one_meaning_is_read_and_noted() {
        let ((account, archived, count, severity), damage) =
            read(br#"{"account":123456789012,"service":{"archived":"false","count":"1"},"severity":"5.0"}"#, |root| {
                let service = root.at("service");
                (root.at("account").text(), service.at("archived").flag(), service.at("count").count(), root.at("severity").number())
            });
        assert_eq!(account.as_deref(), Some("123456789012"));
        assert_eq!((archived, count, severity), (Some(false), Some(1), Some(5.0)));
        assert_eq!(
            damage.as_deref(),
            Some(
                "`account` is a number, not text; `service.archived` is text, not true or false; `service.count` is text, not a number; \
                 `severity` is text, not a number"
            )
        );
    }

    #[test]
    fn nulls_and_lone_values_in_lists_are_noted() {
        let (texts, damage) = read(br#"{"a":["x",null,"y"],"b":"z","c":null}"#, |root| {
            ["a", "b", "c"].iter().flat_map(|key| root.at(key).items()).filter_map(super::Node::text).collect::<Vec<_>>()
        });
        assert_eq!(texts.iter().map(std::ops::Deref::deref).collect::<Vec<_>>(), ["x", "y", "z"]);
        assert_eq!(damage.as_deref(), Some("`a` has null among its items; `b` is text, not a list"));
    }

    #[test]
    fn times_are_read_in_every_form_that_the_services_use() {
        for json in [
            r#"{"t":"2024-09-05T13:06:56Z"}"#,
            r#"{"t":1725541616}"#,
            r#"{"t":"1725541616"}"#,
            r#"{"t":"Thu Sep 05 13:06:56.000 UTC 2024"}"#,
            r#"{"t":"Sep 5, 2024, 1:06:56 PM"}"#,
            r#"{"t":"2024-09-05 13:06:56.000000000"}"#,
        ] {
            let (time, damage) = read(json.as_bytes(), |root| root.at("t").time());
            assert_eq!((time.map(jiff::Timestamp::as_second), damage), (Some(1_725_541_616), None), "{json}");
        }
        let (time, damage) = read(br#"{"t":"yesterday"}"#, |root| root.at("t").time());
        assert_eq!((time, damage.as_deref()), (None, Some("`t` is not a time that can be read")));
    }

    #[test]
    fn a_member_that_is_there_twice_is_noted() {
        let (id, damage) = read(br#"{"id":"a","id":"b"}"#, |root| root.at("id").text());
        assert_eq!((id.as_deref(), damage.as_deref()), (Some("a"), Some("`id` is there more than once; the first was read")));
    }

    #[test]
    fn a_record_of_nothing_but_repeated_members_is_read_in_time() {
        let members: Vec<String> = (0..100_000).map(|number| format!(r#""k{}":1"#, number / 2)).collect();
        let (id, damage) = read(format!(r#"{{{},"id":"f"}}"#, members.join(",")).as_bytes(), |root| root.at("id").text());
        assert_eq!(id.as_deref(), Some("f"));
        assert!(damage.expect("damage").ends_with("and 96 more"));
    }

    #[test]
    fn many_notes_are_cut_short_and_counted() {
        let ((), damage) = read(br#"{"a":1,"b":1,"c":1,"d":1,"e":1,"f":1}"#, |root| {
            for key in ["a", "b", "c", "d", "e", "f"] {
                root.at(key).text();
            }
        });
        assert!(damage.expect("damage").ends_with("`d` is a number, not text; and 2 more"));
    }

    #[test]
    fn a_string_is_read_even_with_half_a_surrogate_pair() {
        assert_eq!(string(br#""a\ud800b""#).as_deref(), Some("a\u{FFFD}b"));
        assert_eq!(string(b"12"), None);
    }
}
