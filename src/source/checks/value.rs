//! Reads answers that were brought to one form: JSON, whatever the wire's.

use serde_json::{Map, Value};

use crate::model::{Timestamp, parse_timestamp, timestamp_from_epoch};

/// A text member; empty where there is none.
pub(super) fn text<'v>(value: &'v Value, name: &str) -> &'v str {
    value[name].as_str().unwrap_or_default()
}

/// Whether a member is true, in JSON or in the words of XML.
pub(super) fn flag(value: &Value, name: &str) -> bool {
    value[name].as_bool().unwrap_or_else(|| text(value, name).eq_ignore_ascii_case("true"))
}

/// A number, in JSON or in the words of XML.
pub(super) fn number(value: &Value) -> Option<i64> {
    value.as_i64().or_else(|| value.as_str()?.parse().ok())
}

/// A time: epoch seconds or RFC 3339.
pub(super) fn time(value: &Value) -> Option<Timestamp> {
    value.as_f64().and_then(timestamp_from_epoch).or_else(|| value.as_str().and_then(parse_timestamp))
}

/// The items of the list at a JSON pointer. XML knows no lists: one item stands alone, none leaves an empty text.
pub(super) fn items(value: &Value, pointer: &str) -> Vec<Value> {
    match value.pointer(pointer) {
        Some(Value::Array(items)) => items.clone(),
        Some(Value::Null) | None => Vec::new(),
        Some(Value::String(empty)) if empty.is_empty() => Vec::new(),
        Some(one) => vec![one.clone()],
    }
}

/// As [`items`], of texts.
pub(super) fn texts(value: &Value, pointer: &str) -> Vec<String> {
    items(value, pointer).iter().filter_map(Value::as_str).map(str::to_owned).collect()
}

/// Tags as a map, from any of the forms in which services list them.
pub(super) fn tags(list: &[Value]) -> Map<String, Value> {
    let of = |tag: &Value, names: [&str; 2]| names.iter().find_map(|name| tag[*name].as_str()).map(str::to_owned);
    list.iter().filter_map(|tag| Some((of(tag, ["key", "Key"])?, of(tag, ["value", "Value"]).unwrap_or_default().into()))).collect()
}

/// An object with one more member, if there is a value for it.
pub(super) fn with(mut object: Value, name: &str, value: Option<&str>) -> Value {
    if let Some(value) = value {
        object[name] = value.into();
    }
    object
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{flag, items, number, time};

    #[test]
    fn xml_and_json_read_alike() {
        let value = json!({ "a": "true", "b": true, "n": "7", "list": { "item": { "x": 1 } }, "none": "", "t": 1_767_225_600.5, "u": "2026-01-01T00:00:00.5Z" });
        assert!(flag(&value, "a") && flag(&value, "b") && !flag(&value, "c"));
        assert_eq!((number(&value["n"]), number(&value["a"])), (Some(7), None));
        assert_eq!((items(&value, "/list/item").len(), items(&value, "/none").len(), items(&value, "/gone").len()), (1, 0, 0));
        assert_eq!(time(&value["t"]), time(&value["u"]));
    }
}
