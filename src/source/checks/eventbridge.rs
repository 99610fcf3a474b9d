//! Amazon EventBridge: whether what GuardDuty or Security Hub find sets anything going.

use serde_json::{Value, json};

use super::Survey;
use super::ask::{Call, Input, Service, Wire};
use super::desk::{Desk, Heard, is_one_of};
use super::record::Offence;
use super::value::{items, text, with};

const EVENTS: Service = Service::everywhere("EventBridge", "EventBridge", "events", Wire::Json("AWSEvents"));
const LIST_RULES: Call = Call::new(&EVENTS, "ListRules", "events:ListRules");
const LIST_TARGETS: Call = Call::new(&EVENTS, "ListTargetsByRule", "events:ListTargetsByRule");

pub(super) const SURVEY: Survey = Survey { calls: &[&LIST_RULES, &LIST_TARGETS], once: false, run: |desk| Box::pin(survey(desk)) };

/// The services whose findings are worth a response.
const FINDERS: [&str; 2] = ["aws.guardduty", "aws.securityhub"];

async fn survey(desk: &Desk<'_>) {
    // AWS services send to the default bus only.
    let page = |token: Option<&str>| Input::Json(with(json!({ "EventBusName": "default", "Limit": 100 }), "NextToken", token));
    let Some(rules) = desk.list(&LIST_RULES, "/Rules", "/NextToken", page).await else { return };
    let mut idle = Vec::new();
    for rule in rules.iter().filter(|rule| text(rule, "State") != "DISABLED" && hears(text(rule, "EventPattern"))) {
        let input = Input::Json(json!({ "Rule": text(rule, "Name"), "EventBusName": "default", "Limit": 100 }));
        match desk.ask_unless(&LIST_TARGETS, input, is_one_of(&["ResourceNotFoundException"])).await {
            Heard::Said(targets) if !items(&targets, "/Targets").is_empty() => return,
            Heard::Said(_) | Heard::Nothing => idle.push(text(rule, "Name").to_owned()),
            Heard::Silence => return,
        }
    }
    let said = json!({ "EventBusName": "default", "rules": rules.len(), "rulesWithoutTargets": idle });
    let offence = Offence::of_account("ListRules", &said);
    desk.offends(
        "ringfort/response-routed",
        if idle.is_empty() { offence } else { offence.because(format!("Rules without targets: {}", idle.join(", "))) },
    );
}

/// Whether a pattern takes events of a service that finds threats.
fn hears(pattern: &str) -> bool {
    let Ok(pattern) = serde_json::from_str::<Value>(pattern) else { return false };
    let takes = |matcher: &Value| match matcher {
        Value::String(source) => FINDERS.contains(&source.as_str()),
        Value::Object(matcher) => {
            let part = |name: &str| matcher.get(name).and_then(Value::as_str);
            FINDERS.iter().any(|finder| {
                part("prefix").is_some_and(|prefix| finder.starts_with(prefix))
                    || part("wildcard").is_some_and(|wildcard| finder.starts_with(wildcard.split('*').next().unwrap_or_default()))
            })
        }
        _ => false,
    };
    pattern["source"].as_array().is_some_and(|sources| sources.iter().any(takes))
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
            (r#"{"source":["aws.ec2"]}"#, false),
            (r#"{"detail":{"x":["aws.guardduty"]}}"#, false),
            ("", false),
        ] {
            assert_eq!(hears(pattern), heard, "{pattern}");
        }
    }
}
