//! Templates: JSON in which text between braces is filled in for an account, a Region and the present.
//!
//! | placeholder | becomes |
//! |---|---|
//! | `{account}` `{region}` `{detector}` | the place's own |
//! | `{account:NAME}` | the id of the company's account of that name |
//! | `{ago:AGE}` | that long ago, RFC 3339 with milliseconds; ages are `90s`, `45m`, `26h`, `3d` |
//! | `{epoch:AGE}` | the same in epoch seconds; a number when it is the whole text |
//! | `{hex:SEED}` `{hex17:SEED}` `{uuid:SEED}` | 32 or 17 hex digits, or a UUID, that depend on place and seed alone |
//! | `{NAME}` | a variable of the template's user |
//!
//! An object with a member `$use` becomes the fragment of that name, with the object's other members put over it.

use serde_json::{Map, Value};

use super::super::wire::World;
use super::Company;
use crate::model::Timestamp;

/// For whom and when a template is filled in.
#[derive(Clone, Debug)]
pub(super) struct Place<'a> {
    pub(super) company: &'a Company,
    pub(super) account: &'a str,
    pub(super) region: &'a str,
    pub(super) now: Timestamp,
    pub(super) fragments: &'a Map<String, Value>,
    pub(super) variables: Vec<(&'static str, String)>,
}

impl Place<'_> {
    pub(super) fn with(&self, name: &'static str, value: impl Into<String>) -> Self {
        let mut place = self.clone();
        place.variables.push((name, value.into()));
        place
    }

    pub(super) fn fill(&self, template: &Value) -> Value {
        match template {
            Value::String(text) => self.fill_text(text),
            Value::Array(list) => list.iter().map(|member| self.fill(member)).collect(),
            Value::Object(members) => self.fill_object(members),
            other => other.clone(),
        }
    }

    fn fill_object(&self, members: &Map<String, Value>) -> Value {
        let base = members.get("$use").and_then(Value::as_str).and_then(|name| self.fragments.get(name));
        let mut filled = base.map_or(Value::Null, |fragment| self.fill(fragment));
        let own = members.iter().filter(|(name, _)| *name != "$use").map(|(name, value)| (name.clone(), self.fill(value)));
        match &mut filled {
            Value::Object(filled) => filled.extend(own),
            Value::Null => return Value::Object(own.collect()),
            // A fragment that is no object stands for itself.
            _ => {}
        }
        filled
    }

    fn fill_text(&self, text: &str) -> Value {
        if let Some(age) = text.strip_prefix("{epoch:").and_then(|rest| rest.strip_suffix('}')) {
            return self.epoch(age).into();
        }
        Value::String(self.text(text))
    }

    /// Fills in one text.
    pub(super) fn text(&self, text: &str) -> String {
        let mut filled = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(start) = rest.find('{') {
            filled.push_str(&rest[..start]);
            let inner = &rest[start + 1..];
            if let Some((value, after)) = inner.split_once('}').and_then(|(name, after)| Some((self.resolve(name)?, after))) {
                filled.push_str(&value);
                rest = after;
            } else {
                filled.push('{');
                rest = inner;
            }
        }
        filled + rest
    }

    fn resolve(&self, name: &str) -> Option<String> {
        let (kind, argument) = name.split_once(':').unwrap_or((name, ""));
        match (kind, argument) {
            ("account", "") => Some(self.account.to_owned()),
            ("account", name) => self.company.accounts.iter().find(|account| account.name == name).map(|account| account.id.clone()),
            ("region", "") => Some(self.region.to_owned()),
            ("detector", "") => Some(self.hex("detector")),
            ("ago", age) => Some(self.ago(age)),
            ("epoch", age) => Some(self.epoch(age).to_string()),
            ("hex", seed) => Some(self.hex(seed)),
            ("hex17", seed) => Some(self.hex(seed)[..17].to_owned()),
            ("uuid", seed) => Some(self.uuid(seed)),
            (name, "") => self.variables.iter().rev().find(|(known, _)| *known == name).map(|(_, value)| value.clone()),
            _ => None,
        }
    }

    pub(super) fn ago(&self, age: &str) -> String {
        Timestamp::from_millisecond(self.millis(age)).map(|time| format!("{time:.3}")).unwrap_or_default()
    }

    pub(super) fn epoch(&self, age: &str) -> f64 {
        self.millis(age) as f64 / 1000.0
    }

    fn millis(&self, age: &str) -> i64 {
        self.now.as_millisecond() - seconds(age) * 1000
    }

    pub(super) fn hex(&self, seed: &str) -> String {
        let hash = |salt: &str| World::hash(&[self.account, self.region, seed, salt]);
        format!("{:016x}{:016x}", hash("a"), hash("b"))
    }

    pub(super) fn uuid(&self, seed: &str) -> String {
        let hex = self.hex(seed);
        format!("{}-{}-4{}-a{}-{}", &hex[..8], &hex[8..12], &hex[13..16], &hex[17..20], &hex[20..])
    }
}

/// An age such as `26h` in seconds; nonsense is no age at all.
pub(super) fn seconds(age: &str) -> i64 {
    let unit = age.chars().last().unwrap_or_default();
    let count: i64 = age.trim_end_matches(unit).parse().unwrap_or_default();
    count
        * match unit {
            'd' => 86_400,
            'h' => 3600,
            'm' => 60,
            _ => 1,
        }
}

#[cfg(test)]
mod tests {
    use super::super::Company;
    use super::{Place, seconds};
    use serde_json::{Map, json};

    #[test]
    fn placeholders_are_filled_in_and_other_braces_stay() {
        let (company, mut fragments) = (Company::load(), Map::new());
        fragments.insert("who".to_owned(), json!({ "a": "{account}", "b": 1 }));
        let now = "2026-01-02T00:00:00Z".parse().expect("a time");
        let place =
            Place { company: &company, account: "111122223333", region: "us-east-1", now, fragments: &fragments, variables: vec![] };
        let template =
            json!({ "x": "{region} {nothing} {\"json\":{}}", "t": "{ago:24h}", "n": "{epoch:1d}", "w": { "$use": "who", "b": 2 } });
        let filled = place.fill(&template);
        assert_eq!(filled["x"], "us-east-1 {nothing} {\"json\":{}}");
        assert_eq!(filled["t"], "2026-01-01T00:00:00.000Z");
        assert_eq!(filled["n"], 1_767_225_600.0);
        assert_eq!(filled["w"], json!({ "a": "111122223333", "b": 2 }));
    }

    #[test]
    fn ages_are_read() {
        assert_eq!([seconds("90s"), seconds("2m"), seconds("1h"), seconds("2d"), seconds("soon")], [90, 120, 3600, 172_800, 0]);
    }
}
