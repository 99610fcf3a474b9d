//! What the source saw, in words: from a table of paths and labels for each source, read when a finding is opened.

use std::borrow::Cow;
use std::sync::LazyLock;

use serde::Deserialize;
use serde_json_borrow::Value;

use super::json::{self, words};
use crate::model::{Source, Text, timestamp_from_epoch};

/// One thing that the source saw.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fact {
    /// What it is.
    pub label: Text,
    /// What was seen.
    pub value: Text,
}

/// What the source saw, read from the record's own JSON. What no table knows is taken as it comes, so that no finding opens
/// empty.
#[must_use]
pub fn evidence(source: Source, raw: &str) -> Vec<Fact> {
    json::read(raw.as_bytes(), |root| {
        let mut facts = Vec::new();
        for rule in table(source) {
            rule.apply(root.value(), &mut facts);
        }
        if facts.is_empty() {
            everything(root.value(), "", 0, &mut facts);
        }
        facts
    })
    .0
}

/// No table, then no more than this of what is there.
const MOST_UNKNOWN: usize = 40;
/// And from no deeper than this.
const DEEPEST_UNKNOWN: usize = 4;
/// How deep a value is written out: deeper than any of the services' shapes.
const DEEPEST: usize = 12;

#[derive(Deserialize)]
struct Table {
    facts: Vec<Vec<String>>,
}

struct Rule {
    label: Text,
    path: Path,
    parts: Vec<Path>,
}

/// How a value that a path leads to is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    Plain,
    Time,
    Json,
}

struct Path {
    steps: Vec<Step>,
    form: Form,
}

enum Step {
    Member(String),
    AnyMember,
    EachItem,
}

static TABLES: LazyLock<Vec<(Source, Vec<Rule>)>> = LazyLock::new(|| {
    [
        (Source::GuardDuty, include_str!("../../assets/evidence/guardduty.toml")),
        (Source::Inspector, include_str!("../../assets/evidence/inspector.toml")),
        (Source::AccessAnalyzer, include_str!("../../assets/evidence/access-analyzer.toml")),
        (Source::Macie, include_str!("../../assets/evidence/macie.toml")),
        (Source::SecurityHub, include_str!("../../assets/evidence/security-hub.toml")),
        (Source::Checks, include_str!("../../assets/evidence/checks.toml")),
    ]
    .into_iter()
    // The tables are part of the program; a test reads them.
    .map(|(source, text)| (source, read_table(text).unwrap_or_default()))
    .collect()
});

fn table(source: Source) -> &'static [Rule] {
    TABLES.iter().find(|(of, _)| *of == source).map_or(&[], |(_, rules)| rules)
}

fn read_table(text: &str) -> Result<Vec<Rule>, toml::de::Error> {
    let table: Table = toml::from_str(text)?;
    let rule = |row: &Vec<String>| {
        let (label, rest) = row.split_first()?;
        let (path, parts) = rest.split_first()?;
        Some(Rule { label: Text::new(label), path: Path::new(path), parts: parts.iter().map(|part| Path::new(part)).collect() })
    };
    Ok(table.facts.iter().filter_map(rule).collect())
}

impl Path {
    fn new(text: &str) -> Self {
        let (path, form) = match text.rsplit_once('@') {
            Some((path, "time")) => (path, Form::Time),
            Some((path, "json")) => (path, Form::Json),
            _ => (text, Form::Plain),
        };
        let mut steps = Vec::new();
        for part in path.split('.') {
            let (name, each) = part.strip_suffix("[]").map_or((part, false), |name| (name, true));
            steps.push(if name == "*" { Step::AnyMember } else { Step::Member(name.to_owned()) });
            if each {
                steps.push(Step::EachItem);
            }
        }
        Self { steps, form }
    }

    /// Every value that the path leads to.
    fn find<'v>(&self, root: &'v Value<'v>) -> Vec<&'v Value<'v>> {
        let mut found = vec![root];
        for step in &self.steps {
            found = found
                .into_iter()
                .flat_map(|value| match (step, value) {
                    (Step::Member(name), Value::Object(members)) => members.get(name).into_iter().collect::<Vec<_>>(),
                    (Step::AnyMember, Value::Object(members)) => members.values().collect(),
                    (Step::EachItem, Value::Array(items)) => items.iter().collect(),
                    // A lone value where a list should be.
                    (Step::EachItem, lone) => vec![lone],
                    _ => Vec::new(),
                })
                .collect();
        }
        found
    }

    /// The values that the path leads to, in words, without repeating any.
    fn write(&self, root: &Value<'_>) -> Option<String> {
        let mut texts: Vec<String> = Vec::new();
        for value in self.find(root) {
            let text = match (self.form, value.as_f64()) {
                (Form::Time, Some(seconds)) => timestamp_from_epoch(seconds).map(|time| time.to_string()),
                _ => write(value, 0),
            };
            if let Some(text) = text.filter(|text| !texts.contains(text)) {
                texts.push(text);
            }
        }
        (!texts.is_empty()).then(|| texts.join(", "))
    }
}

impl Rule {
    fn apply(&self, root: &Value<'_>, facts: &mut Vec<Fact>) {
        if self.path.form == Form::Json {
            return self.open_text(root, facts);
        }
        if self.parts.is_empty() {
            if let Some(text) = self.path.write(root) {
                push(facts, &self.label, &text);
            }
            return;
        }
        for item in self.path.find(root) {
            let texts: Vec<String> = self.parts.iter().filter_map(|part| part.write(item)).collect();
            if !texts.is_empty() {
                push(facts, &self.label, &texts.join(" · "));
            }
        }
    }

    fn open_text(&self, root: &Value<'_>, facts: &mut Vec<Fact>) {
        for text in self.path.find(root).into_iter().filter_map(Value::as_str) {
            match serde_json::from_str::<Value<'_>>(text) {
                Ok(Value::Object(members)) => {
                    for (key, value) in members.iter() {
                        if let Some(text) = write(value, 0) {
                            push(facts, &Text::new(&words(key)), &text);
                        }
                    }
                }
                _ if text.is_empty() => {}
                _ => push(facts, &self.label, text),
            }
        }
    }
}

fn push(facts: &mut Vec<Fact>, label: &Text, text: &str) {
    let fact = Fact { label: label.clone(), value: Text::new(text) };
    if !facts.contains(&fact) {
        facts.push(fact);
    }
}

/// A value in words; nothing for what is empty.
fn write(value: &Value<'_>, depth: usize) -> Option<String> {
    let joined = |parts: Vec<String>| (!parts.is_empty()).then(|| parts.join(", "));
    match value {
        Value::Null => None,
        Value::Bool(flag) => Some(if *flag { "yes" } else { "no" }.to_owned()),
        Value::Number(number) => Some(number.to_string()),
        Value::Str(text) => (!text.is_empty()).then(|| text.to_string()),
        _ if depth >= DEEPEST => Some("…".to_owned()),
        Value::Array(items) => joined(items.iter().filter_map(|item| write(item, depth + 1)).collect()),
        Value::Object(members) => {
            joined(members.iter().filter_map(|(key, value)| Some(format!("{key}: {}", write(value, depth + 1)?))).collect())
        }
    }
}

/// All that is there, a fact a value, down to a depth.
fn everything(value: &Value<'_>, name: &str, depth: usize, facts: &mut Vec<Fact>) {
    match value {
        Value::Object(members) if depth < DEEPEST_UNKNOWN => {
            for (key, value) in members.iter() {
                let name = if name.is_empty() { Cow::Borrowed(key) } else { Cow::Owned(format!("{name} {key}")) };
                everything(value, &name, depth + 1, facts);
            }
        }
        value if facts.len() < MOST_UNKNOWN => {
            if let Some(text) = write(value, depth) {
                push(facts, &Text::new(&words(name)), &text);
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::{Source, evidence, read_table};

    fn lines(source: Source, raw: &str) -> Vec<String> {
        evidence(source, raw).iter().map(|fact| format!("{} = {}", fact.label, fact.value)).collect()
    }

    #[test]
    fn every_table_can_be_read_and_every_row_has_a_label_and_a_path() {
        for text in [
            include_str!("../../assets/evidence/guardduty.toml"),
            include_str!("../../assets/evidence/inspector.toml"),
            include_str!("../../assets/evidence/access-analyzer.toml"),
            include_str!("../../assets/evidence/macie.toml"),
            include_str!("../../assets/evidence/security-hub.toml"),
            include_str!("../../assets/evidence/checks.toml"),
        ] {
            let rows = text.lines().filter(|line| line.starts_with("  [")).count();
            assert_eq!(read_table(text).expect("a table").len(), rows);
        }
    }

    #[test]
    fn a_network_connection_is_told_in_words() {
        let raw = r#"{"service":{"action":{"actionType":"NETWORK_CONNECTION","networkConnectionAction":{"blocked":false,
            "remoteIpDetails":{"ipAddressV4":"198.51.100.7","organization":{"org":"Example","asn":"64500"}},
            "remotePortDetails":{"port":22,"portName":"SSH"}}},
            "runtimeDetails":{"process":{"startTime":1725541616.5}},
            "additionalInfo":{"value":"{\"unusualPort\":[22,23]}"}}}"#;
        assert_eq!(
            lines(Source::GuardDuty, raw),
            [
                "Action = NETWORK_CONNECTION",
                "Blocked = no",
                "Remote IP = 198.51.100.7",
                "Remote organization = Example · 64500",
                "Remote port = 22 · SSH",
                "Process started = 2024-09-05T13:06:56.5Z",
                "Unusual port = 22, 23",
            ]
        );
    }

    #[test]
    fn each_item_of_a_list_gets_a_line() {
        let raw = r#"{"networkReachabilityDetails":{"networkPath":{"steps":[{"componentType":"A","componentId":"1"},{"componentType":"B","componentId":"2"}]}}}"#;
        assert_eq!(lines(Source::Inspector, raw), ["Network path = A · 1", "Network path = B · 2"]);
    }

    #[test]
    fn what_no_table_knows_is_shown_as_it_comes() {
        assert_eq!(lines(Source::Macie, r#"{"newThing":{"someValue":1},"on":true}"#), ["New thing some value = 1", "On = yes"]);
    }

    #[test]
    fn a_record_that_is_broken_still_tells_what_can_be_read() {
        assert_eq!(lines(Source::AccessAnalyzer, r#"{"isPublic":true,"action":["s3:GetObject",NaN],"x":"#)[0], "Public = yes");
        assert!(evidence(Source::Macie, "").is_empty());
    }
}
