//! How each source reads its lane: pages, tokens, filters, and what each refusal means. The real SDK clients ask; the answers
//! have the services' wire shapes.

use std::sync::{Arc, Mutex};

use ringfort::model::{Finding, LaneState, Severity, Source};
use ringfort::source::{LaneContext, LaneFailure, for_source, registry};
use serde_json::{Value, json};

use crate::lane_wire::{Answer, Asked, Kept, Wire, lane, run};

fn ok(body: &Value) -> Answer {
    (200, body.to_string())
}

fn error(status: u16, code: &str, message: &str) -> Answer {
    (status, json!({ "__type": code, "message": message }).to_string())
}

/// What became of a lane, and what was asked on the way.
struct Read {
    result: Result<(), LaneFailure>,
    kept: Arc<Kept>,
    asked: Vec<(String, Value)>,
}

impl Read {
    fn ids(&self) -> Vec<String> {
        self.findings().iter().map(|finding| finding.id.to_string()).collect()
    }

    fn findings(&self) -> Vec<Finding> {
        self.kept.findings.lock().expect("findings").iter().map(|(finding, _)| finding.clone()).collect()
    }

    fn troubles(&self) -> Vec<String> {
        self.kept.troubles.lock().expect("troubles").clone()
    }

    fn pages(&self) -> usize {
        *self.kept.pages.lock().expect("pages")
    }

    fn failure(&self) -> &LaneFailure {
        self.result.as_ref().expect_err("a failure")
    }

    /// The bodies that were sent to a path.
    fn sent(&self, path: &str) -> Vec<&Value> {
        self.asked.iter().filter(|(asked, _)| asked == path).map(|(_, body)| body).collect()
    }
}

fn read_as(source: Source, include_archived: bool, answer: impl Fn(&Asked) -> Answer + Send + Sync + 'static) -> Read {
    let asked: Arc<Mutex<Vec<(String, Value)>>> = Arc::default();
    let log = Arc::clone(&asked);
    let wire = Wire::new(move |request| {
        // Counts are a comfort: these services do not give them.
        if ["/findings/statistics", "/findings/aggregation/list"].iter().any(|end| request.path.ends_with(end)) {
            return error(403, "AccessDeniedException", "not authorized");
        }
        let body = serde_json::from_str(&request.body).unwrap_or(Value::Null);
        log.lock().expect("the log").push((request.path.clone(), body));
        answer(request)
    });
    let kept = Arc::new(Kept::default());
    let lane: LaneContext = lane(wire, &kept, include_archived);
    let result = run(for_source(source).read(&lane));
    drop(lane);
    let asked = std::mem::take(&mut *asked.lock().expect("the log"));
    Read { result, kept, asked }
}

fn read(source: Source, answer: impl Fn(&Asked) -> Answer + Send + Sync + 'static) -> Read {
    read_as(source, false, answer)
}

/// One finding in the service's own shape.
fn finding(source: Source, id: &str) -> Value {
    match source {
        Source::GuardDuty => json!({ "id": id, "severity": 5, "service": { "archived": false } }),
        Source::Inspector => {
            json!({ "findingArn": format!("arn:aws:inspector2:eu-central-1:999988887777:finding/{id}"), "status": "ACTIVE" })
        }
        Source::AccessAnalyzer => json!({ "id": id, "status": "ACTIVE", "resource": format!("arn:aws:s3:::{id}") }),
        Source::Macie => json!({ "id": id, "archived": false }),
        Source::Checks => json!({ "id": id, "check": "ringfort/kms-rotation" }),
        Source::SecurityHub => {
            json!({ "Id": id, "ProductArn": "arn:aws:securityhub:eu-central-1::product/a/b", "RecordState": "ACTIVE" })
        }
    }
}

/// Answers a source whose listing has these pages: the ids of each, and the token of the next.
fn listing(source: Source, pages: Vec<(Vec<String>, Option<&'static str>)>) -> impl Fn(&Asked) -> Answer + Send + Sync {
    let (list, token) = if source == Source::SecurityHub { ("Findings", "NextToken") } else { ("findings", "nextToken") };
    move |asked: &Asked| {
        let body: Value = serde_json::from_str(&asked.body).unwrap_or(Value::Null);
        let at = body[token].as_str().map_or(0, |token| token.trim_start_matches('t').parse().expect("our own token"));
        let (ids, next) = &pages[at];
        let whole = || ok(&json!({ list: ids.iter().map(|id| finding(source, id)).collect::<Vec<_>>(), token: next }));
        match (source, asked.path.as_str()) {
            (Source::GuardDuty, "/detector") => ok(&json!({ "detectorIds": ["d"] })),
            (Source::GuardDuty, "/detector/d") | (Source::Macie, "/macie") => ok(&json!({ "status": "ENABLED" })),
            (Source::GuardDuty, "/detector/d/findings") | (Source::Macie, "/findings") => {
                ok(&json!({ "findingIds": ids, "nextToken": next }))
            }
            (Source::GuardDuty, "/detector/d/findings/get") | (Source::Macie, "/findings/describe") => {
                let wanted = body["findingIds"].as_array().expect("ids");
                assert!((1..=50).contains(&wanted.len()), "at most 50 ids in a call");
                let found: Vec<Value> = wanted.iter().map(|id| finding(source, id.as_str().expect("an id"))).collect();
                ok(&json!({ "findings": found }))
            }
            (Source::Inspector, "/status/batch/get") => ok(&json!({ "accounts": [{ "state": { "status": "ENABLED" } }] })),
            (Source::Inspector, "/findings/list") | (Source::AccessAnalyzer, "/finding") | (Source::SecurityHub, "/findings") => whole(),
            (Source::AccessAnalyzer, "/analyzer") => {
                ok(&json!({ "analyzers": [{ "arn": ANALYZER, "type": "ACCOUNT", "status": "ACTIVE" }] }))
            }
            (Source::SecurityHub, "/accounts") => ok(&json!({ "HubArn": "arn:aws:securityhub:eu-central-1:999988887777:hub/default" })),
            (_, other) => panic!("{source} asked for {other}"),
        }
    }
}

const ANALYZER: &str = "arn:aws:access-analyzer:eu-central-1:999988887777:analyzer/a";

fn ids(numbers: std::ops::Range<usize>) -> Vec<String> {
    numbers.map(|number| format!("f{number:03}")).collect()
}

fn last_segments(mut ids: Vec<String>) -> Vec<String> {
    for id in &mut ids {
        *id = id.rsplit('/').next().unwrap_or_default().to_owned();
    }
    ids.sort();
    ids
}

#[test]
fn the_registry_has_every_source_in_order() {
    assert_eq!(registry().iter().map(|reader| reader.source()).collect::<Vec<_>>(), Source::ALL);
    for source in Source::SERVICES {
        assert_eq!(for_source(source).source(), source);
    }
}

#[test]
fn every_finding_of_every_page_arrives_exactly_once() {
    for source in Source::SERVICES {
        // The third page is empty but has a token; the last repeats a finding that moved while the pages were read.
        let pages = vec![
            (ids(0..50), Some("t1")),
            (ids(50..100), Some("t2")),
            (Vec::new(), Some("t3")),
            ([ids(100..120), ids(0..1)].concat(), None),
        ];
        let read = read(source, listing(source, pages));
        assert_eq!(read.result, Ok(()), "{source}");
        assert_eq!(last_segments(read.ids()), ids(0..120), "{source}");
        assert!(read.troubles().is_empty(), "{source}");
    }
}

#[test]
fn a_page_token_that_comes_again_ends_the_lane_with_trouble() {
    for source in Source::SERVICES {
        let read = read(source, listing(source, vec![(ids(0..2), Some("t1")), (ids(2..4), Some("t1"))]));
        assert_eq!(read.result, Ok(()), "{source}");
        assert_eq!(last_segments(read.ids()), ids(0..4), "{source}");
        let troubles = read.troubles();
        assert!(troubles.len() == 1 && troubles[0].contains("repeats its page token"), "{source}: {troubles:?}");
    }
}

#[test]
fn a_service_without_findings_gives_one_empty_page() {
    for source in Source::SERVICES {
        let read = read(source, listing(source, vec![(Vec::new(), None)]));
        assert_eq!((read.result.clone(), read.pages(), read.ids().len()), (Ok(()), 1, 0), "{source}");
    }
}

#[test]
fn only_active_findings_are_asked_for_unless_all_are_wanted() {
    for (source, path, filter) in [
        (Source::GuardDuty, "/detector/d/findings", "/findingCriteria/criterion/service.archived/equals/0"),
        (Source::Inspector, "/findings/list", "/filterCriteria/findingStatus/0/value"),
        (Source::AccessAnalyzer, "/finding", "/filter/status/eq/0"),
        (Source::Macie, "/findings", "/findingCriteria/criterion/archived/eq/0"),
        (Source::SecurityHub, "/findings", "/Filters/RecordState/0/Value"),
    ] {
        let one_page = || listing(source, vec![(ids(0..1), None)]);
        let active = read(source, one_page());
        assert!(active.sent(path)[0].pointer(filter).is_some(), "{source}: {}", active.sent(path)[0]);
        let all = read_as(source, true, one_page());
        assert_eq!(all.sent(path)[0].pointer(filter), None, "{source}");
    }
}

#[test]
fn what_is_not_active_is_dropped_even_if_the_endpoint_does_not_filter() {
    let findings = json!({ "Findings": [
        { "Id": "open", "ProductArn": "p", "Workflow": { "Status": "NOTIFIED" }, "RecordState": "ACTIVE", "Severity": { "Label": "HIGH" } },
        { "Id": "passed", "ProductArn": "p", "Compliance": { "Status": "PASSED" }, "Severity": { "Label": "HIGH" } },
        { "Id": "archived", "ProductArn": "p", "RecordState": "ARCHIVED" },
        { "Id": "suppressed", "ProductArn": "p", "Workflow": { "Status": "SUPPRESSED" } },
        { "Id": "legacy", "ProductArn": "p", "WorkflowState": "RESOLVED" }
    ] });
    let answer = move |asked: &Asked| if asked.path == "/accounts" { ok(&json!({})) } else { ok(&findings) };
    let active = read(Source::SecurityHub, answer.clone());
    assert_eq!(active.ids(), ["open", "passed"]);
    assert_eq!(active.findings()[1].severity, Severity::Informational);
    assert_eq!(read_as(Source::SecurityHub, true, answer).ids().len(), 5);
}

#[test]
fn ids_that_vanish_before_their_bodies_are_read_are_no_error() {
    let read = read(Source::GuardDuty, |asked| match asked.path.as_str() {
        "/detector" => ok(&json!({ "detectorIds": ["d"] })),
        "/detector/d" => ok(&json!({ "status": "ENABLED" })),
        "/detector/d/findings" => ok(&json!({ "findingIds": ["here", "gone"] })),
        _ => ok(&json!({ "findings": [{ "id": "here" }] })),
    });
    assert_eq!((read.result.clone(), read.ids()), (Ok(()), vec!["here".to_owned()]));
    assert!(read.troubles().is_empty());
}

#[test]
fn a_service_that_is_off_is_told_from_one_without_findings() {
    let off = |source: Source, asked: &Asked| match (source, asked.path.as_str()) {
        (Source::GuardDuty, _) => ok(&json!({ "detectorIds": [] })),
        (Source::Inspector, "/status/batch/get") => ok(&json!({ "accounts": [{ "state": { "status": "DISABLED" } }] })),
        (Source::AccessAnalyzer, _) => ok(&json!({ "analyzers": [] })),
        (Source::Macie, _) => error(403, "AccessDeniedException", "Macie is not enabled."),
        (Source::SecurityHub, _) => error(401, "InvalidAccessException", "Account 999988887777 is not subscribed to AWS Security Hub"),
        (_, other) => panic!("{source} asked for {other}"),
    };
    for source in Source::SERVICES {
        let read = read(source, move |asked| off(source, asked));
        assert_eq!((read.failure().state, read.pages()), (LaneState::NotEnabled, 0), "{source}");
        assert_eq!(read.failure().action, None);
    }
}

#[test]
fn a_refusal_names_the_action() {
    for (source, action) in [
        (Source::GuardDuty, "guardduty:ListDetectors"),
        (Source::Inspector, "inspector2:ListFindings"),
        (Source::AccessAnalyzer, "access-analyzer:ListAnalyzers"),
        (Source::Macie, "macie2:ListFindings"),
        (Source::SecurityHub, "securityhub:GetFindings"),
    ] {
        let read = read(source, |_| error(403, "AccessDeniedException", "no"));
        let failure = read.failure();
        assert_eq!((failure.state, failure.action.as_deref()), (LaneState::Denied, Some(action)), "{source}");
        assert!(failure.reason.contains(action), "{}", failure.reason);
    }
    let message = "User: arn:aws:iam::999988887777:user/u is not authorized to perform: guardduty:ListDetectors on resource: * with an \
                   explicit deny in a service control policy";
    let read = read(Source::GuardDuty, move |_| error(403, "AccessDeniedException", message));
    assert!(read.failure().reason.starts_with("a service control policy of the organization denies guardduty:ListDetectors"));
}

#[test]
fn other_failures_are_told_apart() {
    for (status, code, message, state, words) in [
        (
            403,
            "UnrecognizedClientException",
            "The security token included in the request is invalid",
            LaneState::Unavailable,
            "not enabled",
        ),
        (403, "ExpiredTokenException", "expired", LaneState::Failed, "have expired"),
        (404, "UnknownOperationException", "", LaneState::Unavailable, "not offered"),
        (429, "TooManyRequestsException", "slow down", LaneState::Failed, "too many requests"),
        (500, "InternalServerErrorException", "oops", LaneState::Failed, "InternalServerErrorException, HTTP 500: oops"),
        (400, "BadRequestException", "what?", LaneState::Failed, "BadRequestException"),
    ] {
        for source in Source::SERVICES {
            let read = read(source, move |_| error(status, code, message));
            assert_eq!(read.failure().state, state, "{source} {code}");
            assert!(read.failure().reason.contains(words), "{source} {code}: {}", read.failure().reason);
        }
    }
}

#[test]
fn a_member_of_an_organization_may_be_refused_by_security_hub() {
    let read =
        read(Source::SecurityHub, |_| error(401, "InvalidAccessException", "999988887777 is not an administrator for this organization"));
    assert_eq!((read.failure().state, read.failure().action.as_deref()), (LaneState::Denied, Some("securityhub:GetFindings")));
}

#[test]
fn probes_that_may_not_be_asked_do_not_stop_the_reading() {
    for (source, probe) in [
        (Source::GuardDuty, "/detector/d"),
        (Source::Inspector, "/status/batch/get"),
        (Source::Macie, "/macie"),
        (Source::SecurityHub, "/accounts"),
    ] {
        let answer = listing(source, vec![(ids(0..3), None)]);
        let read = read(source, move |asked| if asked.path == probe { error(403, "AccessDeniedException", "no") } else { answer(asked) });
        assert_eq!((read.result.clone(), read.ids().len()), (Ok(()), 3), "{source}");
    }
}

#[test]
fn what_arrived_before_a_failure_stays() {
    for source in Source::SERVICES {
        let answer = listing(source, vec![(ids(0..3), Some("t1"))]);
        let read =
            read(source, move |asked| if asked.body.contains("\"t1\"") { error(400, "BadRequestException", "no") } else { answer(asked) });
        assert_eq!(read.failure().state, LaneState::Failed, "{source}");
        assert_eq!(read.ids().len(), 3, "{source}");
    }
}

#[test]
fn a_suspended_detector_shows_what_is_left_and_says_so() {
    for (count, state) in [(2, "what is shown is from before"), (0, "GuardDuty is suspended")] {
        let answer = listing(Source::GuardDuty, vec![(ids(0..count), None)]);
        let read = read(
            Source::GuardDuty,
            move |asked| if asked.path == "/detector/d" { ok(&json!({ "status": "DISABLED" })) } else { answer(asked) },
        );
        assert_eq!((read.failure().state, read.ids().len(), read.pages()), (LaneState::NotEnabled, count, count.min(1)));
        assert!(read.failure().reason.contains(state), "{}", read.failure().reason);
    }
}

#[test]
fn security_hub_is_asked_again_without_sorting_where_it_refuses_to_sort() {
    let answer = listing(Source::SecurityHub, vec![(ids(0..3), None)]);
    let read = read(Source::SecurityHub, move |asked| {
        if asked.body.contains("SortCriteria") { error(400, "InvalidInputException", "no such field") } else { answer(asked) }
    });
    assert_eq!((read.result.clone(), read.ids().len(), read.sent("/findings").len()), (Ok(()), 3, 2));
}

#[test]
fn each_kind_of_analyzer_is_listed_with_the_version_that_knows_it() {
    let arn = |name: &str| format!("arn:aws:access-analyzer:eu-central-1:999988887777:analyzer/{name}");
    let analyzers: Vec<Value> = [
        ("account", "ACCOUNT", "ACTIVE"),
        ("organization", "ORGANIZATION", "ACTIVE"),
        ("unused", "ACCOUNT_UNUSED_ACCESS", "ACTIVE"),
        ("internal", "ORGANIZATION_INTERNAL_ACCESS", "ACTIVE"),
        ("future", "ACCOUNT_QUANTUM_ACCESS", "ACTIVE"),
        ("broken", "ORGANIZATION", "FAILED"),
    ]
    .iter()
    .map(|(name, kind, status)| {
        json!({ "arn": arn(name), "name": name, "type": kind, "status": status, "statusReason": { "code": "ORGANIZATION_DELETED" } })
    })
    .collect();
    let asked_before = std::sync::atomic::AtomicBool::new(false);
    let read = read(Source::AccessAnalyzer, move |asked| {
        let body: Value = serde_json::from_str(&asked.body).unwrap_or(Value::Null);
        let name = body["analyzerArn"].as_str().unwrap_or_default().rsplit('/').next().unwrap_or_default().to_owned();
        match asked.path.as_str() {
            // Asked once more, it does not list the one that was deleted.
            "/analyzer" => {
                let again = asked_before.swap(true, std::sync::atomic::Ordering::Relaxed);
                let listed: Vec<&Value> = analyzers.iter().filter(|analyzer| !again || analyzer["name"] != "internal").collect();
                ok(&json!({ "analyzers": listed }))
            }
            // The first version refuses what it does not know; deleted analyzers are gone.
            "/finding" if name == "organization" => error(400, "ValidationException", "not external"),
            "/findingv2" if name == "internal" => error(404, "ResourceNotFoundException", "gone"),
            "/finding" => ok(&json!({ "findings": [{ "id": format!("{name}-1"), "status": "ACTIVE" }] })),
            "/findingv2" => ok(&json!({ "findings": [{ "id": format!("{name}-2"), "status": "ACTIVE", "findingType": "UnusedIAMRole" }] })),
            other => panic!("asked for {other}"),
        }
    });
    assert_eq!(read.result, Ok(()));
    // Analyzers are read side by side.
    let mut ids = read.ids();
    ids.sort();
    assert_eq!(ids, ["account-1", "future-2", "organization-2", "unused-2"]);
    // It is said each time that it is listed; the lane keeps it once.
    assert!(read.troubles().iter().all(|trouble| *trouble == read.troubles()[0]), "{:?}", read.troubles());
    assert!(read.troubles()[0].contains("the analyzer broken is FAILED (ORGANIZATION_DELETED)"));
    assert_eq!(read.findings()[0].analyzer.as_deref(), Some(arn("account").as_str()));
}

#[test]
fn details_of_all_pages_come_as_one() {
    let wire = Wire::new(|asked| match (asked.path.as_str(), asked.query.contains("nextToken=more")) {
        ("/analyzer", _) => ok(&json!({ "analyzers": [{ "arn": ANALYZER, "type": "ACCOUNT_UNUSED_ACCESS", "status": "ACTIVE" }] })),
        ("/findingv2", _) => ok(&json!({ "findings": [{ "id": "u/1", "status": "ACTIVE", "findingType": "UnusedPermission" }] })),
        (_, false) => ok(
            &json!({ "id": "u/1", "findingDetails": [{ "unusedPermissionDetails": { "serviceNamespace": "s3" } }], "nextToken": "more" }),
        ),
        (_, true) => ok(&json!({ "id": "u/1", "findingDetails": [{ "unusedPermissionDetails": { "serviceNamespace": "ec2" } }] })),
    });
    let kept = Arc::new(Kept::default());
    let lane = lane(wire, &kept, false);
    let source = for_source(Source::AccessAnalyzer);
    run(source.read(&lane)).expect("the lane is read");
    let listed = kept.findings.lock().expect("findings")[0].0.clone();
    let detail: Value = serde_json::from_str(&run(source.detail(&lane, &listed)).expect("details").expect("some")).expect("JSON");
    assert_eq!(
        detail,
        json!({ "id": "u/1", "findingDetails": [
            { "unusedPermissionDetails": { "serviceNamespace": "s3" } },
            { "unusedPermissionDetails": { "serviceNamespace": "ec2" } }
        ] })
    );
    let elsewhere = for_source(Source::Macie);
    assert_eq!(run(elsewhere.detail(&lane, &listed)), Ok(None));
}
