//! Conditions over records' JSON: the services differ in how they write them, not in what they mean.

use serde_json::Value;

use crate::model::parse_timestamp;

/// All conditions hold.
#[derive(Debug, Default)]
pub(super) struct Filter {
    pub(super) conditions: Vec<Condition>,
}

impl Filter {
    pub(super) fn is_empty(&self) -> bool {
        self.conditions.is_empty()
    }

    pub(super) fn admits(&self, record: &Value) -> bool {
        self.conditions.iter().all(|condition| condition.admits(record))
    }
}

/// What must hold of the values at one path: one of `any` (if there are any), and all of `all`.
#[derive(Debug, Default)]
pub(super) struct Condition {
    pub(super) path: String,
    pub(super) any: Vec<Test>,
    pub(super) all: Vec<Test>,
}

impl Condition {
    fn admits(&self, record: &Value) -> bool {
        let values = values_at(record, &self.path);
        (self.any.is_empty() || self.any.iter().any(|test| test.holds(&values))) && self.all.iter().all(|test| test.holds(&values))
    }
}

/// One test of the values at a path. Tests that deny hold where there is no value.
#[derive(Debug)]
pub(super) enum Test {
    Is(String),
    IsNot(String),
    StartsWith(String),
    DoesNotStartWith(String),
    Contains(String),
    DoesNotContain(String),
    AtLeast(f64),
    AtMost(f64),
    Above(f64),
    Below(f64),
    Between(f64, f64),
    Exists(bool),
}

impl Test {
    fn holds(&self, values: &[&Value]) -> bool {
        let some = |test: &dyn Fn(&str) -> bool| values.iter().any(|value| text_of(value).is_some_and(|text| test(&text)));
        let number = |test: &dyn Fn(f64) -> bool| values.iter().any(|value| number_of(value).is_some_and(test));
        match self {
            Self::Is(wanted) => some(&|text| text == wanted),
            Self::IsNot(unwanted) => !some(&|text| text == unwanted),
            Self::StartsWith(prefix) => some(&|text| text.starts_with(prefix)),
            Self::DoesNotStartWith(prefix) => !some(&|text| text.starts_with(prefix)),
            Self::Contains(part) => some(&|text| text.contains(part.as_str())),
            Self::DoesNotContain(part) => !some(&|text| text.contains(part.as_str())),
            Self::AtLeast(bound) => number(&|n| n >= *bound),
            Self::AtMost(bound) => number(&|n| n <= *bound),
            Self::Above(bound) => number(&|n| n > *bound),
            Self::Below(bound) => number(&|n| n < *bound),
            Self::Between(low, high) => number(&|n| n >= *low && n <= *high),
            Self::Exists(wanted) => values.is_empty() != *wanted,
        }
    }
}

/// The values at a dotted path; lists on the way give the values of each of their members.
pub(super) fn values_at<'a>(record: &'a Value, path: &str) -> Vec<&'a Value> {
    let mut values = vec![record];
    for key in path.split('.') {
        values = values.into_iter().flat_map(members).filter_map(|value| value.get(key)).collect();
    }
    values.into_iter().flat_map(members).filter(|value| !value.is_null()).collect()
}

fn members(value: &Value) -> Vec<&Value> {
    value.as_array().map_or_else(|| vec![value], |list| list.iter().collect())
}

/// A value as the text that conditions compare with.
pub(super) fn text_of(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Bool(flag) => Some(flag.to_string()),
        Value::Number(number) => {
            Some(number.as_f64().filter(|n| n.fract() == 0.0 && n.abs() < 1e15).map_or_else(|| number.to_string(), |n| format!("{n:.0}")))
        }
        _ => None,
    }
}

/// A value as a number: a time in text counts in epoch milliseconds.
pub(super) fn number_of(value: &Value) -> Option<f64> {
    match value {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => parse_timestamp(text).map(|time| time.as_millisecond() as f64).or_else(|| text.parse().ok()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{Condition, Filter, Test, values_at};
    use serde_json::json;

    #[test]
    fn a_path_goes_through_lists() {
        let record = json!({ "Resources": [{ "Type": "A" }, { "Type": "B" }], "Types": ["x", "y"] });
        assert_eq!(values_at(&record, "Resources.Type"), [&json!("A"), &json!("B")]);
        assert_eq!(values_at(&record, "Types").len(), 2);
        assert!(values_at(&record, "Nothing.Here").is_empty());
    }

    #[test]
    fn denying_tests_hold_where_there_is_no_value() {
        let filter = |test| Filter { conditions: vec![Condition { path: "a".into(), all: vec![test], ..Condition::default() }] };
        assert!(filter(Test::IsNot("x".into())).admits(&json!({})));
        assert!(!filter(Test::Is("x".into())).admits(&json!({})));
        assert!(!filter(Test::IsNot("x".into())).admits(&json!({ "a": "x" })));
    }

    #[test]
    fn times_in_text_compare_with_epoch_milliseconds() {
        let condition = Condition { path: "at".into(), all: vec![Test::AtLeast(1_682_935_200_000.0)], ..Condition::default() };
        let filter = Filter { conditions: vec![condition] };
        assert!(filter.admits(&json!({ "at": "2023-05-01T10:00:00Z" })));
        assert!(!filter.admits(&json!({ "at": "2023-05-01T09:59:59Z" })));
    }
}
