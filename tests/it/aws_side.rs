//! AWS's own side on the wire: open events of AWS Health and the reports of AWS Artifact, told as they are.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::{Arc, Mutex};

use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use ringfort::aws::{Access, Embedded, EmbeddedAccount};
use ringfort::demo::wire::{Cell, Emulator, Record, Service, Shelf, Switch};
use ringfort::fetch::{Request, collect, start};
use ringfort::lens::LensSet;
use ringfort::model::{AccountId, Door, Finding, Lane, LaneState, Layer, Region, Severity, Side, Source, Text};
use ringfort::source::for_source;
use ringfort::store::{Batch, RawBlock, Store};
use serde_json::{Value, json};

use crate::checks::{HOME, Inside, NOW, clean, kinds, look, look_with, orders, with};
use crate::emulator::credentials;
use crate::endpoint::data::ACCOUNT;

const DAY: f64 = 86_400.0;

fn now() -> f64 {
    NOW as f64 / 1000.0
}

/// An open event, an hour old.
fn event(service: &str, code: &str, category: &str, over: Value) -> Value {
    let mut event = json!({
        "arn": format!("arn:aws:health:us-east-1::event/{service}/{code}/{code}_0001"), "service": service, "eventTypeCode": code,
        "eventTypeCategory": category, "region": "us-east-1", "startTime": now() - 3600.0, "lastUpdatedTime": now() - 600.0,
        "statusCode": "open", "eventScopeCode": "ACCOUNT_SPECIFIC",
    });
    if let (Some(event), Value::Object(over)) = (event.as_object_mut(), over) {
        event.extend(over);
    }
    event
}

fn issue() -> Value {
    event("EC2", "AWS_EC2_OPERATIONAL_ISSUE", "issue", json!({}))
}

/// What Health answers that knows these events, and nothing more of them.
fn of_events(events: &[Value]) -> Value {
    json!({
        "DescribeEvents": json!({ "events": events }).to_string(),
        "DescribeEventDetails": details_of(events),
        "DescribeAffectedEntities": r#"{"entities":[]}"#,
    })
}

fn details_of(events: &[Value]) -> String {
    let details: Vec<Value> = events.iter().map(|event| json!({ "event": event })).collect();
    json!({ "successfulSet": details, "failedSet": [] }).to_string()
}

async fn health(answers: Value) -> (Lane, Store) {
    look(with(clean(), "health", &Switch::On, &answers)).await
}

async fn artifact(answers: Value) -> (Lane, Store) {
    look(with(clean(), "artifact", &Switch::On, &answers)).await
}

fn only(store: &Store) -> &Finding {
    let found: Vec<&Finding> = store.iter().map(|(_, finding)| finding).collect();
    assert_eq!(found.len(), 1, "{found:#?}");
    found[0]
}

fn titles(store: &Store) -> BTreeSet<String> {
    store.iter().map(|(_, finding)| finding.title.to_string()).collect()
}

fn whole(lane: &Lane) {
    assert_eq!((lane.state, lane.reason.as_deref()), (LaneState::Complete, None));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_open_event_is_a_finding_with_what_it_touches() {
    let event = event(
        "EC2",
        "AWS_EC2_INSTANCE_RETIREMENT_SCHEDULED",
        "scheduledChange",
        json!({
            "region": "eu-west-1", "statusCode": "upcoming", "startTime": now() + 3.0 * DAY, "endTime": now() + 4.0 * DAY, "actionability": "ACTION_REQUIRED",
        }),
    );
    let arn = event["arn"].clone();
    let entity =
        |value: &str, status: &str| json!({ "eventArn": arn, "entityValue": value, "awsAccountId": ACCOUNT, "statusCode": status });
    let mut answers = of_events(std::slice::from_ref(&event));
    answers["DescribeEventDetails"] =
        json!({ "successfulSet": [{ "event": event, "eventDescription": { "latestDescription": "The host\\nfails." } }], "failedSet": [] })
            .to_string()
            .into();
    answers["DescribeAffectedEntities"] =
        json!({ "entities": [entity("i-0123456789abcdef0", "IMPAIRED"), entity("i-00000000000000000", "RESOLVED"), entity("AWS_ACCOUNT", "UNKNOWN")] })
            .to_string()
            .into();
    let (lane, store) = health(answers).await;
    whole(&lane);
    let finding = only(&store);
    assert_eq!((&*finding.kind, &*finding.id), ("aws-health/scheduledChange", arn.as_str().unwrap()));
    assert_eq!(&*finding.title, "EC2: instance retirement scheduled, from 2026-01-04");
    assert_eq!(&*finding.description, "From 2026-01-04 00:00 UTC to 2026-01-05 00:00 UTC. AWS asks you to act. The host fails.");
    assert_eq!((finding.account.as_str(), finding.region.as_str(), finding.severity), (ACCOUNT, "eu-west-1", Severity::Medium));
    let resources: Vec<(&str, &str)> = finding.resources.iter().map(|one| (one.kind.as_str(), one.id.as_str())).collect();
    assert_eq!(resources, [("AwsEc2Instance", "i-0123456789abcdef0"), ("AwsService", "EC2")], "what is well again is not touched");
    assert_eq!((finding.placement.layer, finding.placement.side), (Layer::InfrastructureProtection, Side::Shared));
    assert!(finding.first_seen < finding.last_seen.map(|time| time + jiff::SignedDuration::from_secs(1)), "{finding:?}");
    assert!(finding.last_seen.is_some_and(|time| time.as_millisecond() < NOW) && finding.damage.is_none());
    let raw: Value = serde_json::from_str(&store.raw(finding.raw).expect("raw")).expect("JSON");
    assert_eq!(raw["said"]["DescribeAffectedEntities"].as_array().map(Vec::len), Some(3), "all that AWS said is kept");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn severity_side_and_layer_follow_aws_s_own_words() {
    use Severity::{High, Informational, Low, Medium};
    let ahead = |days: f64, asks: &str| json!({ "startTime": now() + days * DAY, "statusCode": "upcoming", "actionability": asks });
    for (service, code, category, over, severity, side, layer) in [
        ("EC2", "AWS_EC2_OPERATIONAL_ISSUE", "issue", json!({}), Medium, Side::Aws, Layer::InfrastructureProtection),
        ("KMS", "AWS_KMS_OPERATIONAL_ISSUE", "issue", json!({ "region": "global" }), Medium, Side::Aws, Layer::DataProtection),
        ("GUARDDUTY", "AWS_GUARDDUTY_OPERATIONAL_ISSUE", "investigation", json!({}), Medium, Side::Aws, Layer::ThreatDetectionAndResponse),
        ("RISK", "AWS_RISK_CREDENTIALS_EXPOSED", "issue", json!({}), High, Side::Shared, Layer::ThreatDetectionAndResponse),
        ("ABUSE", "AWS_ABUSE_DOS_REPORT", "issue", json!({}), High, Side::Shared, Layer::ThreatDetectionAndResponse),
        ("LAMBDA", "AWS_LAMBDA_SECURITY_NOTIFICATION", "accountNotification", json!({}), High, Side::Shared, Layer::ApplicationProtection),
        ("S3", "AWS_S3_NOTICE", "accountNotification", json!({ "personas": ["SECURITY"] }), High, Side::Shared, Layer::DataProtection),
        (
            "S3",
            "AWS_S3_SECURITY_NOTIFICATION",
            "accountNotification",
            json!({ "actionability": "INFORMATIONAL" }),
            Low,
            Side::Shared,
            Layer::DataProtection,
        ),
        (
            "SECURITYHUB",
            "AWS_SECURITYHUB_NEWS",
            "accountNotification",
            json!({}),
            Informational,
            Side::Aws,
            Layer::ThreatDetectionAndResponse,
        ),
        (
            "BILLING",
            "AWS_BILLING_NOTICE",
            "accountNotification",
            json!({ "actionability": "ACTION_REQUIRED" }),
            Low,
            Side::Shared,
            Layer::PoliciesProceduresAwareness,
        ),
        ("VPN", "AWS_VPN_CHANGE", "scheduledChange", ahead(30.0, "ACTION_REQUIRED"), Low, Side::Shared, Layer::NetworkAndEdge),
        ("VPN", "AWS_VPN_CHANGE", "scheduledChange", ahead(6.0, "ACTION_REQUIRED"), Medium, Side::Shared, Layer::NetworkAndEdge),
        ("IAM", "AWS_IAM_CHANGE", "scheduledChange", ahead(6.0, "INFORMATIONAL"), Informational, Side::Aws, Layer::IdentityAndAccess),
        ("NEWTHING", "AWS_NEWTHING_CHANGE", "scheduledChange", json!({}), Low, Side::Shared, Layer::InfrastructureProtection),
    ] {
        let (lane, store) = health(of_events(&[event(service, code, category, over)])).await;
        whole(&lane);
        let finding = only(&store);
        let placement = &finding.placement;
        assert_eq!((finding.severity, finding.priority.level), (severity, severity), "{code}");
        assert_eq!((placement.side, placement.layer), (side, layer), "{code}");
        assert!(!placement.why_layer.is_fallback() && !placement.why_side.is_fallback() && !finding.priority.reason.is_empty(), "{code}");
        assert_eq!(finding.region.as_str(), if service == "KMS" { "global" } else { "us-east-1" });
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_exposed_access_key_is_one_of_the_finding_s_actors() {
    let event = event("RISK", "AWS_RISK_CREDENTIALS_EXPOSED", "issue", json!({}));
    let mut answers = of_events(std::slice::from_ref(&event));
    let entity = json!({ "eventArn": event["arn"], "entityValue": "AKIAIOSFODNN7EXAMPLE", "statusCode": "IMPAIRED" });
    answers["DescribeAffectedEntities"] = json!({ "entities": [entity] }).to_string().into();
    let (_, store) = health(answers).await;
    assert_eq!(only(&store).actors.access_keys, [Text::new("AKIAIOSFODNN7EXAMPLE")]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_over_is_no_finding() {
    let closed = event("EC2", "AWS_EC2_OPERATIONAL_ISSUE", "issue", json!({ "statusCode": "closed" }));
    let (lane, store) = health(of_events(std::slice::from_ref(&closed))).await;
    whole(&lane);
    assert_eq!(kinds(&store), BTreeSet::new(), "an endpoint may not heed the filter");
    let mut answers = of_events(&[issue()]);
    answers["DescribeEventDetails"] = json!({ "successfulSet": [{ "event": closed }], "failedSet": [] }).to_string().into();
    let (_, store) = health(answers).await;
    assert_eq!(kinds(&store), BTreeSet::new(), "it was closed after it was listed");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn events_and_reports_are_read_to_their_last_page() {
    let numbered = |number: usize| event("EC2", &format!("AWS_EC2_ISSUE_{number}"), "issue", json!({}));
    let page = |from: usize, token: Option<&str>| {
        let mut page = json!({ "events": (from..from + 15).map(numbered).collect::<Vec<_>>() });
        page["nextToken"] = token.into();
        page.to_string()
    };
    let mut answers = of_events(&(0..30).map(numbered).collect::<Vec<_>>());
    answers["DescribeEvents"] =
        json!([{ "match": "\"nextToken\":\"page-two\"", "body": page(15, None) }, { "body": page(0, Some("page-two")) }]);
    let (lane, store) = health(answers).await;
    whole(&lane);
    assert_eq!(store.len(), 30);
    let report = |number: usize| json!({ "id": format!("report-{number:016}"), "arn": format!("arn:aws:artifact:us-east-1::report/report-{number:016}"), "name": format!("ISO {number}"), "state": "PUBLISHED" });
    let first = json!({ "reports": [report(27001)], "nextToken": "a+/=" }).to_string();
    let second = json!({ "reports": [report(9001)] }).to_string();
    let (lane, store) = artifact(json!({ "ListReports": [{ "match": "nextToken=a%2B%2F%3D", "body": second }, { "body": first }] })).await;
    whole(&lane);
    assert_eq!(titles(&store), BTreeSet::from(["ISO 27001, without a period".to_owned(), "ISO 9001, without a period".to_owned()]));
}

fn report(name: &str, series: &str, over: Value) -> Value {
    let id = format!("report-{:0>16}", name.chars().filter(char::is_ascii_alphanumeric).take(16).collect::<String>());
    let mut report = json!({
        "id": id, "arn": format!("arn:aws:artifact:us-east-1::report/{id}"), "name": name, "series": series, "state": "PUBLISHED", "version": 1,
        "companyName": "AWS", "category": "Certifications and Attestations", "description": "What it is",
        "periodStart": "2025-03-01T00:00:00Z", "periodEnd": "2026-09-30T00:00:00Z",
    });
    if let (Some(report), Value::Object(over)) = (report.as_object_mut(), over) {
        report.extend(over);
    }
    report
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_report_is_an_attestation_of_aws_s_part_and_says_for_how_long() {
    let reports = [
        (
            report("SOC 2 Type 2 Report", "SOC", json!({})),
            "SOC 2 Type 2 Report, valid until 2026-09-30",
            Layer::PoliciesProceduresAwareness,
        ),
        (
            report("Type 1 Report", "SOC", json!({ "periodEnd": "2025-12-01T00:00:00Z" })),
            "SOC: Type 1 Report, for the period to 2025-12-01",
            Layer::PoliciesProceduresAwareness,
        ),
        (
            report("PCI DSS Attestation", "PCI", json!({ "periodEnd": "2024-06-30T00:00:00Z" })),
            "PCI DSS Attestation, out of date: its period ended on 2024-06-30",
            Layer::DataProtection,
        ),
        (report("ISO 27018 Certificate", "ISO", json!({})), "ISO 27018 Certificate, valid until 2026-09-30", Layer::DataProtection),
        (report("ISO 42001 Certificate", "ISO", json!({})), "ISO 42001 Certificate, valid until 2026-09-30", Layer::ApplicationProtection),
        (
            report("ISO 27017 Certificate", "ISO", json!({})),
            "ISO 27017 Certificate, valid until 2026-09-30",
            Layer::InfrastructureProtection,
        ),
        (report("C5 Report", "C5", json!({ "state": "UNPUBLISHED" })), "C5 Report, no longer published", Layer::InfrastructureProtection),
        (
            report("Something else", "New", json!({ "periodEnd": null })),
            "New: Something else, without a period",
            Layer::PoliciesProceduresAwareness,
        ),
    ];
    let vendor = report("SOC 2 Report", "SOC", json!({ "companyName": "Example Analytics Inc" }));
    let former = report("SOC 2 Type 2 Report 2024", "SOC", json!({ "periodEnd": "2024-09-30T00:00:00Z" }));
    let all: Vec<&Value> = reports.iter().map(|(report, ..)| report).chain([&vendor, &former]).collect();
    let (lane, store) = artifact(json!({ "ListReports": json!({ "reports": all }).to_string() })).await;
    whole(&lane);
    assert_eq!(
        titles(&store),
        reports.iter().map(|(_, title, _)| (*title).to_owned()).collect(),
        "neither the vendor's nor the former one"
    );
    for (_, finding) in store.iter() {
        let (.., layer) = reports.iter().find(|(_, title, _)| *title == finding.title.as_str()).expect("one of them");
        assert_eq!((finding.kind.as_str(), finding.severity), ("aws-artifact/report", Severity::Informational), "{}", finding.title);
        assert_eq!((finding.placement.layer, finding.placement.side), (*layer, Side::Aws), "{}", finding.title);
        assert!(!finding.placement.why_layer.is_fallback() && !finding.placement.why_side.is_fallback(), "{}", finding.title);
        assert_eq!(finding.region.as_str(), "global");
        let warns = finding.description.contains("do not rely on it");
        assert_eq!(warns, finding.title.contains("out of date") || finding.title.contains("no longer"), "{}", finding.description);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refusal_names_the_action_and_costs_no_more_than_it_has_to() {
    for (service, operation, left) in [
        ("health", "DescribeEvents", 0),
        ("health", "DescribeEventDetails", 1),
        ("health", "DescribeAffectedEntities", 1),
        ("artifact", "ListReports", 0),
    ] {
        let about = if service == "health" { of_events(&[issue()]) } else { Value::Null };
        let (lane, store) = look(with(clean(), service, &Switch::Denied(vec![operation.to_owned()]), &about)).await;
        let action = format!("{service}:{operation}");
        assert_eq!((lane.state, lane.action.as_deref()), (LaneState::Partial, Some(action.as_str())), "{:?}", lane.reason);
        assert!(lane.reason.as_deref().is_some_and(|reason| reason.contains(&action)), "{:?}", lane.reason);
        assert_eq!(store.len(), left, "{action}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_a_support_plan_the_lane_is_complete_and_says_which_plan_is_missing() {
    let no_plan = json!({ "DescribeEvents": { "status": 400, "code": "SubscriptionRequiredException", "message": "" } });
    let (lane, store) = health(no_plan).await;
    let reason = lane.reason.clone().unwrap_or_else(Text::empty);
    assert_eq!((lane.state, store.len()), (LaneState::Complete, 0), "{reason}");
    assert!(reason.contains("AWS Health") && reason.contains("Business") && reason.contains("Support plan"), "{reason}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn where_they_are_not_offered_the_lane_is_complete_and_says_so() {
    let unknown = json!({ "status": 400, "code": "UnknownOperationException", "message": "" });
    for (service, operation, title) in [("health", "DescribeEvents", "AWS Health"), ("artifact", "ListReports", "AWS Artifact")] {
        for (switch, about) in [(Switch::NotOffered, Value::Null), (Switch::On, json!({ operation: unknown }))] {
            let (lane, store) = look(with(clean(), service, &switch, &about)).await;
            let reason = lane.reason.clone().unwrap_or_else(Text::empty);
            assert_eq!((lane.state, store.len()), (LaneState::Complete, 0), "{service}: {reason}");
            assert!(reason.contains("not offered in eu-central-1") && reason.contains(title), "{reason}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn hostile_and_broken_words_are_made_safe_and_lose_nothing_else() {
    let hostile = json!({
        "arn": "arn:aws:health:us-east-1::event/\u{1b}[2J/B/C", "service": "E\u{1b}]0;x\u{7}C2", "eventTypeCode": "AWS_\u{202e}X\n", "region": "\u{9b}31m",
        "eventTypeCategory": "issue\u{1b}[0m", "statusCode": "open",
    });
    let wrong = json!({ "arn": "arn:aws:health:us-east-1::event/A/B/C", "service": ["EC2"], "startTime": "soon", "eventTypeCategory": "issue", "personas": "SECURITY" });
    let mut answers = of_events(&[hostile, wrong, json!({}), json!(null), issue()]);
    answers["DescribeEventDetails"] =
        r#"{"successfulSet":[{"eventDescription":{"latestDescription":7}},null,"x"],"failedSet":[{"eventArn":"x","errorName":"Gone"}]}"#
            .into();
    answers["DescribeAffectedEntities"] =
        r#"{"entities":[{"entityValue":{"a":1}},null,{"eventArn":"arn:aws:health:us-east-1::event/A/B/C","entityValue":"i-\u001b[2J"}]}"#
            .into();
    let (lane, store) = health(answers).await;
    assert_eq!(lane.state, LaneState::Partial, "the details of one could not be read");
    assert!(
        lane.reason.as_deref().is_some_and(|reason| reason.contains("DescribeEventDetails") && reason.contains("Gone")),
        "{:?}",
        lane.reason
    );
    assert!(titles(&store).contains("EC2: operational issue"), "{:?}", titles(&store));
    assert!(store.len() >= 4, "{:?}", titles(&store));
    for (_, finding) in store.iter() {
        let words = [&finding.id, &finding.title, &finding.description, &finding.kind].map(Text::as_str);
        let ids = finding.resources.iter().flat_map(|one| [one.id.as_str(), one.name.as_str(), one.kind.as_str()]);
        for word in words.into_iter().chain(ids).chain([finding.region.as_str()]) {
            assert!(!word.contains(['\u{1b}', '\u{9b}', '\u{202e}', '\u{7}', '\n']), "{word:?}");
        }
    }
    let odd = json!({ "reports": [report("ISO \u{1b}[31m27001", "I\u{7}SO", json!({ "periodEnd": "2026-13-45", "version": "x" })), {}, null, 7] });
    let (lane, store) = artifact(json!({ "ListReports": odd.to_string() })).await;
    assert_eq!((lane.state, store.len()), (LaneState::Partial, 2), "what is no object is no report: {:?}", lane.reason);
    assert!(titles(&store).iter().any(|title| title.contains("27001")) && titles(&store).iter().all(|title| !title.contains('\u{1b}')));
    assert!(store.iter().any(|(_, finding)| finding.damage.is_some()), "a day that is none is told");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_that_breaks_off_makes_the_lane_partial_and_is_named() {
    for (service, operation, title) in [("health", "DescribeEvents", "AWS Health"), ("artifact", "ListReports", "AWS Artifact")] {
        let (lane, store) = look(with(clean(), service, &Switch::On, &json!({ operation: r#"{"events":[{"arn":"#}))).await;
        let reason = lane.reason.clone().unwrap_or_else(Text::empty);
        assert_eq!((lane.state, store.len()), (LaneState::Partial, 0), "{reason}");
        assert!(reason.contains("broke off") && reason.contains(title), "{reason}");
    }
}

/// What is told, and what not, of an answer that is well-formed and wrong.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_no_list_makes_no_findings_and_a_list_whose_rest_is_unknown_is_not_whole() {
    let page = |token: Value| json!({ "events": [issue()], "nextToken": token }).to_string();
    let no_plan = json!({ "match": "nextToken", "status": 400, "code": "SubscriptionRequiredException", "message": "m" });
    for (events, found, told) in [
        (json!(r#"{"events":"none"}"#), 0, "no list of objects"),
        (json!(r#"{"events":[7,"x",[]]}"#), 0, "no list of objects"),
        (json!(page(json!(5))), 1, "the token of its next page is no text"),
        (json!([no_plan, { "body": page(json!("more")) }]), 1, "broke off between two pages"),
        (json!([{ "match": "\"nextToken\":\"a\"", "body": page(json!("b")) }, { "body": page(json!("a")) }]), 1, "it repeats a page"),
    ] {
        let mut answers = of_events(&[issue()]);
        answers["DescribeEvents"] = events.clone();
        let (lane, store) = health(answers).await;
        assert_eq!((lane.state, store.len()), (LaneState::Partial, found), "{events}: {:?}", lane.reason);
        assert!(lane.reason.as_deref().is_some_and(|reason| reason.contains(told)), "{events}: {:?}", lane.reason);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_event_whose_details_are_not_told_is_shown_and_the_lane_says_so() {
    for (details, told) in [
        (json!({ "successfulSet": [], "failedSet": [] }), "the details of an event could not be read (AWS did not say why)"),
        (
            json!({ "successfulSet": [], "failedSet": [{ "eventArn": "x", "errorName": "UnsupportedLocale" }] }),
            "the details of an event could not be read (UnsupportedLocale)",
        ),
    ] {
        let mut answers = of_events(&[issue()]);
        answers["DescribeEventDetails"] = details.to_string().into();
        let (lane, store) = health(answers).await;
        assert_eq!((lane.state, store.len()), (LaneState::Partial, 1), "{:?}", lane.reason);
        assert!(lane.reason.as_deref().is_some_and(|reason| reason.ends_with(told)), "{:?}", lane.reason);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_resource_that_is_told_twice_is_counted_once() {
    let entity =
        |number: usize| json!({ "eventArn": issue()["arn"], "entityValue": format!("i-{:017x}", number % 101), "statusCode": "IMPAIRED" });
    let mut answers = of_events(&[issue()]);
    answers["DescribeAffectedEntities"] = json!({ "entities": (0..202).map(entity).collect::<Vec<_>>() }).to_string().into();
    let (lane, store) = health(answers).await;
    whole(&lane);
    assert!(only(&store).description.contains("It touches 101 resources, of which the first 100 are listed."));
    assert_eq!(only(&store).resources.len(), 101, "and the service");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_kind_of_event_that_is_new_is_shown_and_says_why_it_has_no_severity() {
    let (_, store) = health(of_events(&[event("EC2", "AWS_EC2_X", "somethingNew", json!({}))])).await;
    let finding = only(&store);
    assert_eq!((finding.severity, finding.priority.level), (Severity::Unknown, Severity::Unknown));
    assert!(finding.priority.reason.contains("does not know"), "{}", finding.priority.reason);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn thousands_of_events_are_all_shown_and_the_lane_says_how_many_were_looked_at_closely() {
    let numbered = |number: usize| event("EC2", &format!("AWS_EC2_ISSUE_{number}"), "issue", json!({}));
    let events: Vec<Value> = (0..2010).map(numbered).collect();
    let (lane, store) = health(of_events(&events)).await;
    assert_eq!((lane.state, store.len()), (LaneState::Partial, 2010));
    assert!(lane.reason.as_deref().is_some_and(|reason| reason.contains("only the first 2000 of 2010 events")), "{:?}", lane.reason);
}

/// The record of one event, as the lane of this account writes it.
fn told(account: &str, scope: &str) -> Finding {
    let said = json!({ "DescribeEvents": event("RISK", "AWS_RISK_CREDENTIALS_EXPOSED", "issue", json!({ "eventScopeCode": scope })) });
    let record = json!({
        "told": "aws-health/issue", "id": said["DescribeEvents"]["arn"], "account": account, "region": "us-east-1", "checkedAt": "2026-01-01T00:00:00Z", "said": said,
    });
    let door = Door { account: AccountId::new(account), region: Region::new(HOME) };
    for_source(Source::Checks).normalise(record.to_string().as_bytes(), &door)
}

/// Security Hub's record of the same event, with the form of id that it has there.
fn copy_json(account: &str) -> Value {
    let code = "AWS_RISK_CREDENTIALS_EXPOSED";
    json!({
        "Id": format!("arn:aws:health:us-east-1:{account}:event/RISK/{code}/{code}_0001/101F7FBAEFC663977DA09CFF56A29236"), "AwsAccountId": account,
        "ProductArn": "arn:aws:securityhub:us-east-1::product/aws/health", "GeneratorId": code, "Region": "us-east-1", "Types": ["Software and Configuration Checks"],
        "Title": format!("AWS Health - {code}"), "Severity": { "Label": "MEDIUM" }, "Resources": [{ "Type": "Other", "Id": "AKIAIOSFODNN7EXAMPLE" }],
        "Workflow": { "Status": "NEW" }, "RecordState": "ACTIVE", "CreatedAt": "2026-01-01T00:00:00Z", "UpdatedAt": "2026-01-01T00:00:00Z",
    })
}

fn copy(account: &str) -> Finding {
    let door = Door { account: AccountId::new(account), region: Region::new("us-east-1") };
    for_source(Source::SecurityHub).normalise(copy_json(account).to_string().as_bytes(), &door)
}

#[test]
fn an_event_that_security_hub_imported_is_shown_once_and_a_public_one_once_for_all_accounts() {
    let (one, two) = ("111122223333", "444455556666");
    let (own, public) = ("ACCOUNT_SPECIFIC", "PUBLIC");
    for (records, visible, note) in [
        (vec![told(one, own), copy(one)], vec![(Source::Checks, one, 1)], "Health's own record stands"),
        (
            vec![told(one, own), told(two, own), copy(two)],
            vec![(Source::Checks, one, 0), (Source::Checks, two, 1)],
            "each account has an event of its own",
        ),
        (vec![told(one, public), told(two, public)], vec![(Source::Checks, one, 0)], "a public event is one"),
        (vec![copy(one)], vec![(Source::SecurityHub, one, 0)], "without the plan, Security Hub's record is there"),
    ] {
        for order in orders(&records) {
            let mut store = Store::new();
            for finding in order {
                store.ingest(Batch { findings: vec![finding], raw: RawBlock::compress(b"{}") });
            }
            let mut seen: Vec<_> =
                store.iter().map(|(_, finding)| (finding.source, finding.account.as_str(), finding.also_seen.len())).collect();
            seen.sort_unstable();
            assert_eq!(seen, visible, "{note}");
        }
    }
}

#[test]
fn a_real_record_of_security_hub_names_the_event_that_its_own_address_names() {
    let beside = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/fixtures");
    let folder = std::env::var_os("RINGFORT_FIXTURES").map_or(beside, std::path::PathBuf::from).join("securityhub");
    let path = folder.join("api-046-health-aws-ses-cmf-pending-to-success.json");
    let Ok(json) = std::fs::read(&path) else {
        println!("third-party fixtures are absent ({}): this test checks nothing", path.display());
        return;
    };
    let raw: Value = serde_json::from_slice(&json).expect("JSON");
    let (_, arn) = raw["SourceUrl"].as_str().and_then(|url| url.split_once("eventID=")).expect("the event's ARN");
    let account = raw["AwsAccountId"].as_str().expect("an account");
    let door = Door { account: AccountId::new(account), region: Region::new("us-east-1") };
    let own = json!({ "told": "aws-health/accountNotification", "id": arn, "account": account, "region": "us-east-1", "said": { "DescribeEvents": { "arn": arn } } });
    let ours = for_source(Source::Checks).normalise(own.to_string().as_bytes(), &door);
    let theirs = for_source(Source::SecurityHub).normalise(&json, &door);
    assert!(ours.group.is_some() && ours.group == theirs.group, "{ours:?} {theirs:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn both_records_of_an_event_meet_on_the_wire_and_stand_at_the_same_place() {
    let event = event("RISK", "AWS_RISK_CREDENTIALS_EXPOSED", "issue", json!({}));
    let mut world = with(clean(), "health", &Switch::On, &of_events(&[event]));
    let record = Record::new(copy_json(ACCOUNT)["Id"].as_str().unwrap(), copy_json(ACCOUNT).to_string());
    world.put(ACCOUNT, HOME, Service::SecurityHub, Cell::on(vec![Shelf::new("", Value::Null, vec![record])]));
    let (_, store) = look_with(world, &[HOME], &[Source::SecurityHub, Source::Checks]).await;
    assert_eq!(only(&store).also_seen.len(), 1);
    let mut theirs = copy(ACCOUNT);
    LensSet::builtin().placer().place(&mut theirs);
    let place = |finding: &Finding| (finding.placement.layer, finding.placement.side);
    assert_eq!(place(&theirs), place(only(&store)));
}

/// What went out, as the service would have got it: the address, the target, the body.
type Sent = (String, Option<String>, String);

/// Writes down what passes.
#[derive(Clone)]
struct Tap {
    inside: Inside,
    sent: Arc<Mutex<Vec<Sent>>>,
}

impl fmt::Debug for Tap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Tap")
    }
}

impl HttpConnector for Tap {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let body = String::from_utf8_lossy(request.body().bytes().unwrap_or_default()).into_owned();
        let target = request.headers().get("x-amz-target").map(str::to_owned);
        self.sent.lock().unwrap().push((request.uri().to_owned(), target, body));
        self.inside.call(request)
    }
}

impl HttpClient for Tap {
    fn http_connector(&self, _settings: &HttpConnectorSettings, _components: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}

/// All requests of a lane whose home is this Region.
async fn sent_from(region: &str) -> Vec<Sent> {
    let tap = Tap { inside: Inside { emulator: Arc::new(Emulator::new(clean())), silent: None, hub: None }, sent: Arc::default() };
    let account = EmbeddedAccount { id: AccountId::new(ACCOUNT), name: Text::new("test"), credentials: credentials() };
    let access = Access::Embedded(Embedded { http_client: SharedHttpClient::new(tap.clone()), accounts: vec![account] });
    let mut request = Request::new(access, vec![Region::new(region)]);
    request.sources = vec![Source::Checks];
    collect(start(request, Arc::new(LensSet::builtin())), &mut Store::new(), |_| {}).await;
    tap.sent.lock().unwrap().clone()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn requests_go_to_the_partition_s_one_endpoint_and_fit_the_service_models() {
    for (region, home) in [
        ("eu-central-1", "us-east-1.amazonaws.com"),
        ("us-gov-east-1", "us-gov-west-1.amazonaws.com"),
        ("cn-north-1", "cn-northwest-1.amazonaws.com.cn"),
    ] {
        let sent = sent_from(region).await;
        let to = |service: &str| -> Vec<Sent> {
            sent.iter().filter(|(uri, ..)| uri.starts_with(&format!("https://{service}."))).cloned().collect()
        };
        let (health, artifact) = (to("health"), to("artifact"));
        assert!(!health.is_empty() && health.iter().all(|(uri, ..)| *uri == format!("https://health.{home}/")), "{health:?}");
        let list = artifact.first().map(|(uri, _, body)| (uri.as_str(), body.as_str()));
        assert_eq!(list, Some((format!("https://artifact.{home}/v1/report/list?maxResults=300").as_str(), "")));
        if !crate::demo::has_botocore() {
            eprintln!("python3 with botocore is not here: the requests' shapes are not checked against its models");
            continue;
        }
        let mut cases = vec![json!({ "service": "artifact", "operation": "ListReports", "record": { "maxResults": 300 } })];
        for (_, target, body) in health {
            let target = target.expect("a target");
            let operation = target.strip_prefix("AWSHealth_20160804.").expect("the service's prefix");
            let record: Value = serde_json::from_str(&body).expect("JSON");
            cases.push(json!({ "service": "health", "operation": operation, "record": record }));
        }
        let mut lines = String::new();
        for mut case in cases {
            (case["member"], case["input"]) = ("".into(), true.into());
            lines.extend([case.to_string(), "\n".to_owned()]);
        }
        assert_eq!(crate::demo::misfits(lines), "");
    }
}
