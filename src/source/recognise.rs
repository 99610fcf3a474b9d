//! Findings from a file, whichever of the services' JSON it holds: what the APIs answer, what the AWS CLI prints, what
//! `EventBridge` delivers, and what ringfort exports with the sources' own JSON.

use std::borrow::Cow;

use serde_json::Value;
use serde_json::value::RawValue;

use super::for_source;
use crate::model::{AccountId, Door, Finding, Region, Source, Text};

/// How deep lists and envelopes are looked into.
const DEEPEST: usize = 4;

/// The members of envelopes that hold findings.
const LISTS: [&str; 4] = ["findings", "Findings", "detail", "Records"];

/// What was found in a file.
#[derive(Debug, Default)]
pub struct Recognised {
    /// Each finding with its source's own JSON; not placed yet.
    pub findings: Vec<(Finding, String)>,
    /// What was passed over, and why, one sentence each.
    pub trouble: Vec<String>,
}

/// Reads all findings of a file: a JSON value, or several one after the other. Whatever cannot be read is told, and costs
/// nothing else.
#[must_use]
pub fn recognise(text: &str) -> Recognised {
    let mut found = Recognised::default();
    let text = text.trim_start_matches('\u{feff}');
    let mut number = 0;
    for (line, record) in values(text) {
        match record {
            Ok(record) => found.take(record.get(), &mut number, DEEPEST),
            Err(reason) => found.trouble.push(format!("line {line} cannot be read as JSON ({reason}); what stands before it was read")),
        }
    }
    if found.findings.is_empty() && found.trouble.is_empty() {
        found.trouble.push("the file holds no findings".to_owned());
    }
    found
}

/// The values of the text, each with its line; the last one may be an error.
fn values(text: &str) -> Vec<(usize, Result<Box<RawValue>, String>)> {
    let mut stream = serde_json::Deserializer::from_str(text).into_iter::<Box<RawValue>>();
    let mut all = Vec::new();
    loop {
        let at = stream.byte_offset();
        let Some(value) = stream.next() else { return all };
        let line = memchr::memchr_iter(b'\n', &text.as_bytes()[..at]).count() + 1;
        let failed = value.is_err();
        all.push((line, value.map_err(|error| error.to_string())));
        if failed {
            return all;
        }
    }
}

impl Recognised {
    fn take(&mut self, json: &str, number: &mut usize, depth: usize) {
        if json.starts_with('[')
            && let Ok(items) = serde_json::from_str::<Vec<&RawValue>>(json)
        {
            if depth > 0 {
                for item in items {
                    self.take(item.get(), number, depth - 1);
                }
            }
            return;
        }
        let Ok(members) = serde_json::from_str::<serde_json::Map<String, Value>>(json) else {
            *number += 1;
            self.trouble.push(format!("record {number} is no JSON object"));
            return;
        };
        let raw = |name: &str| {
            serde_json::from_str::<std::collections::HashMap<Cow<'_, str>, &RawValue>>(json).ok()?.get(name).map(|raw| raw.get())
        };
        let is_ours = members.contains_key("native_severity") && members.contains_key("source");
        let envelope =
            LISTS.into_iter().filter(|_| depth > 0 && !is_ours && source(&members).is_none()).find(|list| members.contains_key(*list));
        if let Some(list) = envelope.and_then(raw) {
            return self.take(list, number, depth - 1);
        }
        *number += 1;
        let (source, json) = if is_ours {
            let source = members["source"].as_str().and_then(Source::from_slug);
            let Some(own) = members.get("raw").filter(|own| own.is_object()).and_then(|_| raw("raw")) else {
                self.trouble.push(format!("record {number} comes from ringfort without the source's own JSON; export it with --with-raw"));
                return;
            };
            (source, Cow::Borrowed(own))
        } else if is_of_the_cli(&members) {
            (Some(Source::GuardDuty), Cow::Owned(uncapitalised(Value::Object(members)).to_string()))
        } else {
            (source(&members), Cow::Borrowed(json))
        };
        let Some(source) = source else {
            let names: Vec<String> = serde_json::from_str::<serde_json::Map<String, Value>>(&json)
                .map(|members| members.keys().take(4).map(|key| format!("`{}`", Text::new(key))).collect())
                .unwrap_or_default();
            self.trouble
                .push(format!("record {number} has the shape of no service that ringfort reads (its members: {} ...)", names.join(", ")));
            return;
        };
        // Nobody was asked: the record says itself where it is from.
        let door = Door { account: AccountId::default(), region: Region::default() };
        self.findings.push((for_source(source).normalise(json.as_bytes(), &door), json.into_owned()));
    }
}

/// Whose record has these members. The names are those of the services' models.
fn source(members: &serde_json::Map<String, Value>) -> Option<Source> {
    let has = |name: &str| members.contains_key(name);
    if has("check") && has("checkedAt") && has("resource") {
        Some(Source::Checks)
    } else if has("ProductArn") || (has("SchemaVersion") && has("Resources")) {
        Some(Source::SecurityHub)
    } else if has("findingArn") {
        Some(Source::Inspector)
    } else if has("classificationDetails") || has("policyDetails") || has("resourcesAffected") {
        Some(Source::Macie)
    } else if has("service") && has("resource") && has("type") {
        Some(Source::GuardDuty)
    } else if has("id") && (has("analyzedAt") || has("findingType") || (has("resourceType") && has("resourceOwnerAccount"))) {
        Some(Source::AccessAnalyzer)
    } else {
        None
    }
}

/// The AWS CLI prints GuardDuty's members with capitals, unlike the API.
fn is_of_the_cli(members: &serde_json::Map<String, Value>) -> bool {
    ["Service", "Resource", "Type", "Arn"].iter().all(|name| members.contains_key(*name)) && !members.contains_key("ProductArn")
}

fn uncapitalised(value: Value) -> Value {
    match value {
        Value::Object(members) => {
            let small = |key: &str| key.chars().take(1).flat_map(char::to_lowercase).chain(key.chars().skip(1)).collect::<String>();
            Value::Object(members.into_iter().map(|(key, value)| (small(&key), uncapitalised(value))).collect())
        }
        Value::Array(items) => Value::Array(items.into_iter().map(uncapitalised).collect()),
        plain => plain,
    }
}

#[cfg(test)]
mod tests {
    use super::recognise;
    use crate::model::Source;
    use proptest::prelude::*;

    const RECORDS: [(Source, &str, &str); 6] = [
        (Source::GuardDuty, "g", r#"{"id":"g","arn":"a","type":"Recon:EC2/Portscan","resource":{"resourceType":"Instance"},"service":{}}"#),
        (Source::Inspector, "i", r#"{"findingArn":"i","type":"PACKAGE_VULNERABILITY","severity":"HIGH","resources":[]}"#),
        (
            Source::AccessAnalyzer,
            "x",
            r#"{"id":"x","resource":"arn:aws:s3:::b","resourceType":"AWS::S3::Bucket","analyzedAt":"2026-01-01T00:00:00Z"}"#,
        ),
        (Source::Macie, "m", r#"{"id":"m","type":"Policy:IAMUser/S3BucketPublic","resourcesAffected":{},"policyDetails":{}}"#),
        (
            Source::SecurityHub,
            "s",
            r#"{"Id":"s","ProductArn":"arn:aws:securityhub:r::product/aws/securityhub","SchemaVersion":"2018-10-08","Resources":[]}"#,
        ),
        (
            Source::Checks,
            "c",
            r#"{"check":"ringfort/kms-rotation","id":"c","checkedAt":"2026-01-01T00:00:00Z","detail":"words","resource":{"type":"AwsKmsKey","id":"k"}}"#,
        ),
    ];

    fn read(text: &str) -> Vec<(Source, String)> {
        let found = recognise(text);
        assert!(found.trouble.is_empty(), "{:?}", found.trouble);
        found.findings.iter().map(|(finding, _)| (finding.source, finding.id.to_string())).collect()
    }

    #[test]
    fn each_service_s_records_are_known_by_their_shape_in_every_envelope() {
        for (source, id, record) in RECORDS {
            for text in [
                record.to_owned(),
                format!("[{record}]"),
                format!("{{\"findings\":[{record}]}}"),
                format!("{{\"Findings\":[{record}]}}"),
                format!("{{\"version\":\"0\",\"detail-type\":\"x\",\"detail\":{record}}}"),
                format!("{{\"version\":\"0\",\"detail-type\":\"x\",\"detail\":{{\"findings\":[{record}]}}}}"),
                format!("{{\"id\":\"r\",\"source\":\"{source}\",\"native_severity\":{{}},\"raw\":{record}}}"),
                format!("\u{feff}\n{record}\n"),
            ] {
                assert_eq!(read(&text), [(source, id.to_owned())], "{text}");
            }
        }
        let all: Vec<&str> = RECORDS.iter().map(|(_, _, record)| *record).collect();
        assert_eq!(read(&all.join("\n")).len(), RECORDS.len());
    }

    #[test]
    fn what_the_aws_cli_prints_of_guardduty_is_read_too() {
        let text = r#"{"Findings":[{"Id":"g","Arn":"a","Type":"Recon:EC2/Portscan","Severity":5,"Resource":{"ResourceType":"Instance","InstanceDetails":{"InstanceId":"i-1"}},"Service":{}}]}"#;
        let found = recognise(text);
        let finding = &found.findings[0].0;
        assert_eq!((&*finding.id, &*finding.kind, &*finding.resources[0].id), ("g", "Recon:EC2/Portscan", "i-1"));
    }

    #[test]
    fn what_cannot_be_read_is_told_and_costs_nothing_else() {
        let (_, _, good) = RECORDS[0];
        for (text, told, left) in [
            (format!("{good}\n{{\"a\":1}}\n{good}"), "record 2 has the shape of no service", 2),
            (format!("{good}\n{{oops\n{good}"), "line 1 cannot be read as JSON", 1),
            (format!("[{good}, 7]"), "record 2 is no JSON object", 1),
            (r#"{"source":"macie","native_severity":{},"id":"x"}"#.to_owned(), "--with-raw", 0),
            (String::new(), "holds no findings", 0),
        ] {
            let found = recognise(&text);
            assert_eq!(found.findings.len(), left, "{text}");
            assert!(found.trouble.iter().any(|trouble| trouble.contains(told)), "{text}: {:?}", found.trouble);
        }
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in "[\\[\\]{}\":,a-z0-9 \\\\]{0,60}") {
            let _ = recognise(&text);
        }
    }
}
