//! The source's own JSON inside a report: the same value, on one line, with nothing in it that could drive a terminal.

use std::io;

use serde_json::value::RawValue;

use super::Context;
use super::record::RawJson;
use crate::model::{Finding, escape_invisible};
use crate::store::Store;

/// How many findings' raw JSON is held at a time.
const ROWS: usize = 8192;

/// How many bytes of raw JSON are held at a time; a single finding may have more.
const BYTES: usize = 16 << 20;

/// Calls `take` with every row, in order, and its raw JSON if the report is to carry it.
///
/// The store keeps raw JSON in compressed pages, and the order of the rows is not that of the pages. So rows are taken some
/// thousands at a time, and each page is opened once for all of them.
pub(super) fn each<'a>(
    rows: &mut dyn Iterator<Item = &'a Finding>,
    context: &Context<'_>,
    mut take: impl FnMut(&'a Finding, Option<RawJson>) -> io::Result<()>,
) -> io::Result<()> {
    let Some(store) = context.store.filter(|_| context.with_raw) else {
        for finding in rows {
            take(finding, None)?;
        }
        return Ok(());
    };
    let mut rows = rows.peekable();
    while rows.peek().is_some() {
        let mut bytes = 0;
        let mut some: Vec<&'a Finding> = Vec::new();
        while let Some(finding) = rows.next_if(|_| some.len() < ROWS && bytes < BYTES) {
            bytes += finding.raw.len as usize;
            some.push(finding);
        }
        for (finding, raw) in some.iter().zip(read(&some, store)) {
            take(finding, Some(raw))?;
        }
    }
    Ok(())
}

/// The raw JSON of these findings in their order, read in the order of the pages.
fn read(findings: &[&Finding], store: &Store) -> Vec<RawJson> {
    let mut places: Vec<usize> = (0..findings.len()).collect();
    places.sort_unstable_by_key(|place| findings[*place].raw);
    let mut read: Vec<RawJson> = findings.iter().map(|_| RawJson::Lost).collect();
    for place in places {
        if let Ok(json) = store.raw(findings[place].raw) {
            read[place] = embed(&json);
        }
    }
    read
}

/// Takes the tokens as they are, number for number and escape for escape.
fn embed(json: &str) -> RawJson {
    let line = escape_invisible(&on_one_line(json)).into_owned();
    match RawValue::from_string(line) {
        Ok(value) => RawJson::Json(value),
        Err(_) => RawJson::NotJson(json.to_owned()),
    }
}

/// Leaves out the white space between tokens.
fn on_one_line(json: &str) -> String {
    let mut line = String::with_capacity(json.len());
    let (mut in_string, mut escaped) = (false, false);
    for c in json.chars() {
        if in_string {
            (in_string, escaped) = (escaped || c != '"', !escaped && c == '\\');
        } else if matches!(c, ' ' | '\t' | '\n' | '\r') {
            continue;
        } else {
            in_string = c == '"';
        }
        line.push(c);
    }
    line
}

#[cfg(test)]
mod tests {
    use super::{RawJson, embed, on_one_line};
    use proptest::prelude::*;

    fn text(raw: &RawJson) -> String {
        serde_json::to_string(raw).expect("raw JSON serialises")
    }

    #[test]
    fn numbers_and_escapes_stay_as_the_source_wrote_them() {
        let raw = "{\n  \"n\" : 1.50e+2,\r\n\t\"big\": 123456789012345678901234567890, \"s\": \"a \\\" : \\u00e9 \\ud800 \\\\\" }";
        assert_eq!(text(&embed(raw)), r#"{"n":1.50e+2,"big":123456789012345678901234567890,"s":"a \" : \u00e9 \ud800 \\"}"#);
    }

    #[test]
    fn invisible_characters_are_written_as_escapes() {
        assert_eq!(text(&embed("{\"a\":\"x\u{202e}y\u{7f}\"}")), r#"{"a":"x\u202ey\u007f"}"#);
    }

    #[test]
    fn what_is_no_json_becomes_a_string() {
        assert_eq!(text(&embed("{oops")), "\"{oops\"");
    }

    proptest! {
        #[test]
        fn one_line_keeps_the_value(strings in proptest::collection::vec(any::<String>(), 0..6), number in any::<i64>()) {
            let value = serde_json::json!({ "strings": strings, "number": number, "nested": [{ "a b": null }, true] });
            let pretty = serde_json::to_string_pretty(&value).expect("JSON");
            let line = on_one_line(&pretty);
            prop_assert!(!line.contains('\n'));
            prop_assert_eq!(serde_json::from_str::<serde_json::Value>(&text(&embed(&pretty))).expect("still JSON"), value);
        }
    }
}
