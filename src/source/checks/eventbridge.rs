//! Amazon EventBridge: whether what GuardDuty or Security Hub find sets anything going.

use serde_json::{Value, json};

use super::Survey;
use super::ask::{Call, Input, Service, Wire};
use super::desk::{Desk, Heard, is_one_of};
use super::record::Offence;
use super::value::{items, text, with};

const EVENTS: Service = Service::everywhere("EventBridge", "EventBridge", "events", Wire::Json("AWSEvents"));
const LIST_RULES: Call = Call::new(&EVENTS, "ListRules", "events:ListRules").having(&["/Rules"]);
const LIST_TARGETS: Call = Call::new(&EVENTS, "ListTargetsByRule", "events:ListTargetsByRule").having(&["/Targets"]);

pub(super) const SURVEY: Survey = Survey { calls: &[&LIST_RULES, &LIST_TARGETS], once: false, run: |desk| Box::pin(survey(desk)) };

/// The services whose findings are worth a response, and what they call the events that are findings (GuardDuty, Security Hub
/// CSPM and Security Hub user guides, "EventBridge").
const FINDERS: [(&str, &[&str]); 2] = [
    ("aws.guardduty", &["GuardDuty Finding"]),
    (
        "aws.securityhub",
        &[
            "Security Hub Findings - Imported",
            "Security Hub Findings - Custom Action",
            "Security Hub Insight Results",
            "Findings Imported V2",
        ],
    ),
];

async fn survey(desk: &Desk<'_>) {
    // AWS services send to the default bus only.
    let page = |token: Option<&str>| Input::Json(with(json!({ "EventBusName": "default", "Limit": 100 }), "NextToken", token));
    let Some(rules) = desk.list(&LIST_RULES, "/Rules", "/NextToken", page).await else { return };
    let mut idle = Vec::new();
    for rule in rules.items.iter().filter(|rule| text(rule, "State") != "DISABLED" && hears(text(rule, "EventPattern"))) {
        let input = Input::Json(json!({ "Rule": text(rule, "Name"), "EventBusName": "default", "Limit": 100 }));
        match desk.ask_unless(&LIST_TARGETS, input, is_one_of(&["ResourceNotFoundException"])).await {
            Heard::Said(targets) if !items(&targets, "/Targets").is_empty() => return,
            Heard::Said(_) | Heard::Nothing => idle.push(text(rule, "Name").to_owned()),
            Heard::Silence => return,
        }
    }
    if !rules.is_whole {
        return;
    }
    let said = json!({ "EventBusName": "default", "rules": rules.items.len(), "rulesWithoutTargets": idle });
    let offence = Offence::of_account("ListRules", &said);
    desk.offends(
        "ringfort/response-routed",
        if idle.is_empty() { offence } else { offence.because(format!("Rules without targets: {}", idle.join(", "))) },
    );
}

/// Whether a pattern takes findings of a service that finds threats: by who sends them and what they are, as far as it says.
fn hears(pattern: &str) -> bool {
    let Ok(pattern) = serde_json::from_str::<Value>(pattern) else { return false };
    FINDERS.iter().any(|(source, kinds)| {
        let takes_source = takes(&pattern["source"], source);
        let takes_kind = || kinds.iter().any(|kind| takes(&pattern["detail-type"], kind));
        let is_about = |name: &str| !pattern[name].is_null();
        (is_about("source") || is_about("detail-type"))
            && (!is_about("source") || takes_source)
            && (!is_about("detail-type") || takes_kind())
    })
}

/// Whether one of these matchers takes this value.
fn takes(matchers: &Value, value: &str) -> bool {
    let takes_one = |matcher: &Value| match matcher {
        Value::String(exactly) => exactly == value,
        Value::Object(matcher) => {
            let part = |name: &str| matcher.get(name).and_then(Value::as_str);
            part("prefix").is_some_and(|prefix| value.starts_with(prefix))
                || part("suffix").is_some_and(|suffix| value.ends_with(suffix))
                || part("equals-ignore-case").is_some_and(|word| value.eq_ignore_ascii_case(word))
                || part("wildcard").is_some_and(|wildcard| matches_wildcard(wildcard, value))
                || matcher.get("anything-but").is_some_and(|not| is_other(not, value))
        }
        _ => false,
    };
    matchers.as_array().is_some_and(|matchers| matchers.iter().any(takes_one))
}

/// `*` stands for any characters.
fn matches_wildcard(wildcard: &str, value: &str) -> bool {
    let Some((first, rest)) = wildcard.split_once('*') else { return wildcard == value };
    let Some(mut left) = value.strip_prefix(first) else { return false };
    let mut parts: Vec<&str> = rest.split('*').collect();
    let last = parts.pop().unwrap_or_default();
    for part in parts {
        let Some(at) = left.find(part) else { return false };
        left = &left[at + part.len()..];
    }
    left.ends_with(last)
}

/// Whether the value is none of those that `anything-but` names. What it cannot read here it takes as naming it.
fn is_other(not: &Value, value: &str) -> bool {
    match not {
        Value::String(word) => word != value,
        Value::Array(words) => words.iter().all(|word| word.as_str().is_some_and(|word| word != value)),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::hears;

    #[test]
    fn a_rule_hears_findings_by_name_or_by_prefix() {
        for (pattern, heard) in [
            (r#"{"source":["aws.guardduty"],"detail-type":["GuardDuty Finding"]}"#, true),
            (r#"{"source":["aws.ec2","aws.securityhub"]}"#, true),
            (r#"{"source":[{"prefix":"aws."}]}"#, true),
            (r#"{"source":[{"wildcard":"aws.g*"}]}"#, true),
            (r#"{"source":[{"wildcard":"aws.*d*t*y"}]}"#, true),
            (r#"{"source":[{"wildcard":"aws.*z"}]}"#, false),
            (r#"{"source":[{"anything-but":["aws.ec2"]}]}"#, true),
            (r#"{"source":[{"anything-but":["aws.guardduty","aws.securityhub"]}]}"#, false),
            (r#"{"detail-type":["GuardDuty Finding"]}"#, true),
            (r#"{"detail-type":["Security Hub Findings - Imported"],"detail":{"findings":{"Severity":{"Label":["CRITICAL"]}}}}"#, true),
            (r#"{"source":["aws.guardduty"],"detail-type":["AWS API Call via CloudTrail"]}"#, false),
            (r#"{"detail-type":["EC2 Instance State-change Notification"]}"#, false),
            ("{}", false),
            (r#"{"source":["aws.ec2"]}"#, false),
            (r#"{"detail":{"x":["aws.guardduty"]}}"#, false),
            ("", false),
        ] {
            assert_eq!(hears(pattern), heard, "{pattern}");
        }
    }
}
