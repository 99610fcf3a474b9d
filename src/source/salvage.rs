//! What can be saved of a record that a JSON parser rejects: nested too deep, half a surrogate pair, a token that is no JSON,
//! an end that is missing. Members are tried one by one, a few levels down; the recursion is bounded.

use serde_json_borrow::{ObjectAsVec, Value};

use super::json::Notes;
use super::scan::{After, Cursor};

/// How many levels are taken apart; what is broken further down is dropped whole. Enough to reach the fields that matter.
const LEVELS: u32 = 5;

/// Reads what can be read of `text`.
pub(super) fn salvage<'a>(text: &'a str, notes: &Notes) -> Value<'a> {
    take_apart(text, LEVELS, "it", notes)
}

fn take_apart<'a>(text: &'a str, levels: u32, name: &str, notes: &Notes) -> Value<'a> {
    let mut cursor = Cursor::new(text.as_bytes());
    match cursor.peek() {
        Some(b'"') => Value::from(unescape(text.trim())),
        Some(b'{') if levels > 0 => object(text, levels, notes),
        Some(b'[') if levels > 0 => list(text, levels, name, notes),
        Some(b'{' | b'[') => {
            notes.add(format!("`{}` could not be read", crate::model::Text::new(name)));
            Value::Null
        }
        // A token that is no JSON, such as `NaN` or a number with leading zeros: its text may still mean something.
        Some(_) => Value::from(text.trim()),
        None => Value::Null,
    }
}

/// The slice of `text` that these bytes of it are.
fn slice(text: &str, end: usize, length: usize) -> &str {
    text.get(end - length..end).unwrap_or_default()
}

fn value<'a>(text: &'a str, cursor: &mut Cursor<'a>, levels: u32, name: &str, notes: &Notes) -> (Value<'a>, bool) {
    let (part, whole) = match cursor.value() {
        Some(bytes) => (slice(text, cursor.position(), bytes.len()), true),
        None => (slice(text, text.len(), cursor.rest().len()), false),
    };
    let parsed = serde_json::from_str(part).unwrap_or_else(|_| take_apart(part, levels - 1, name, notes));
    (parsed, whole)
}

fn object<'a>(text: &'a str, levels: u32, notes: &Notes) -> Value<'a> {
    let mut cursor = Cursor::new(text.as_bytes());
    let mut members: Vec<(&'a str, Value<'a>)> = Vec::new();
    cursor.eat(b'{');
    while let Some(key) = cursor.string() {
        let key = slice(text, cursor.position() - 1, key.len());
        if !cursor.eat(b':') {
            break;
        }
        let (read, whole) = value(text, &mut cursor, levels, key, notes);
        members.push((key, read));
        if !whole || !go_on(&mut cursor, b'}') {
            break;
        }
    }
    Value::Object(ObjectAsVec::from(members))
}

fn list<'a>(text: &'a str, levels: u32, name: &str, notes: &Notes) -> Value<'a> {
    let mut cursor = Cursor::new(text.as_bytes());
    let mut items = Vec::new();
    cursor.eat(b'[');
    loop {
        let (read, whole) = value(text, &mut cursor, levels, name, notes);
        if !matches!(read, Value::Null) {
            items.push(read);
        }
        if !whole || !go_on(&mut cursor, b']') {
            break;
        }
    }
    Value::Array(items)
}

/// Whether there is another member or item; forgives commas too many.
fn go_on(cursor: &mut Cursor<'_>, close: u8) -> bool {
    if cursor.after(close) != After::More {
        return false;
    }
    while cursor.eat(b',') {}
    cursor.peek().is_some_and(|byte| byte != close)
}

/// The text of a JSON string that need not be valid: half surrogate pairs become U+FFFD, unknown escapes stay as they are.
pub(super) fn unescape(quoted: &str) -> String {
    let inner = quoted.strip_prefix('"').unwrap_or(quoted);
    let inner = inner.strip_suffix('"').unwrap_or(inner);
    let mut text = String::with_capacity(inner.len());
    let mut chars = inner.chars();
    let mut units: Vec<u16> = Vec::new();
    while let Some(c) = chars.next() {
        let escaped = if c == '\\' { chars.next() } else { None };
        if escaped == Some('u') {
            let digits = chars.as_str().get(..4);
            if let Some(unit) = digits.and_then(|digits| u16::from_str_radix(digits, 16).ok()) {
                units.push(unit);
                chars = chars.as_str()[4..].chars();
                continue;
            }
        }
        flush(&mut units, &mut text);
        match escaped {
            None => text.push(c),
            Some('n') => text.push('\n'),
            Some('t') => text.push('\t'),
            Some('r') => text.push('\r'),
            Some('b') => text.push('\u{8}'),
            Some('f') => text.push('\u{c}'),
            Some(other @ ('"' | '\\' | '/')) => text.push(other),
            Some(other) => text.extend(['\\', other]),
        }
    }
    flush(&mut units, &mut text);
    text
}

fn flush(units: &mut Vec<u16>, text: &mut String) {
    text.extend(char::decode_utf16(units.drain(..)).map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER)));
}

#[cfg(test)]
mod tests {
    use super::super::json::read;
    use super::unescape;
    use proptest::prelude::*;

    fn title_of(json: &str) -> (Option<String>, String) {
        let (title, damage) = read(json.as_bytes(), |root| root.at("title").text());
        (title.map(|title| title.to_string()), damage.map(|damage| damage.to_string()).unwrap_or_default())
    }

    #[test]
    fn a_record_that_is_nested_too_deep_keeps_its_other_members() {
        let json = format!(r#"{{"deep":{}{},"title":"kept"}}"#, "[".repeat(5000), "]".repeat(5000));
        let (title, damage) = title_of(&json);
        assert_eq!(title.as_deref(), Some("kept"));
        assert!(damage.contains("recursion limit") && damage.contains("`deep` could not be read"), "{damage}");
    }

    #[test]
    fn members_before_and_after_a_broken_one_are_kept() {
        for json in [
            r#"{"a":NaN,"title":"kept","b":012}"#,
            r#"{"title":"kept","a":{"b":"#,
            r#"{"a":1,,"title":"kept",}"#,
            r#"{"a":"\ud800","title":"kept"}"#,
            r#"{"a":1e999,"title":"kept"}"#,
            "{\"a\":\"line\nbreak\",\"title\":\"kept\"}",
        ] {
            let (title, damage) = title_of(json);
            assert_eq!(title.as_deref(), Some("kept"), "{json}");
            assert!(damage.starts_with("it is not well-formed JSON ("), "{damage}");
        }
    }

    #[test]
    fn a_string_keeps_all_but_the_broken_escape() {
        assert_eq!(unescape(r#""a\ud83e\udd80\ud800-\u00e9\n\q\"""#), "a🦀\u{FFFD}-é\n\\q\"");
    }

    proptest! {
        #[test]
        fn whatever_the_bytes_are_nothing_panics(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            read(&bytes, |root| root.at("id").text());
        }

        #[test]
        fn a_valid_string_unescapes_as_a_parser_would(text in any::<String>()) {
            prop_assert_eq!(unescape(&serde_json::to_string(&text).expect("JSON")), text);
        }
    }
}
