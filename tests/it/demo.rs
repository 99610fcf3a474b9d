//! The embedded estate through the real SDK clients and the runner: what a newcomer sees first.

use std::collections::BTreeSet;
use std::io::Write;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Instant;

use ringfort::aws::Access;
use ringfort::demo;
use ringfort::demo::wire::Service;
use ringfort::fetch::{self, Request};
use ringfort::lens::LensSet;
use ringfort::model::{LaneState, Severity, Source, Status};
use ringfort::store::Store;

async fn fetch_all(include_archived: bool) -> Store {
    let now = "2026-05-06T07:08:09Z".parse().expect("a time");
    let request = Request {
        access: Access::Embedded(demo::access(now)),
        all_regions: false,
        regions: demo::regions(),
        sources: Source::ALL.to_vec(),
        include_archived,
        timeout: None,
        max_concurrency: None,
        unlimited_rates: false,
    };
    let mut store = Store::new();
    let outcome = fetch::collect(fetch::start(request, Arc::new(LensSet::builtin())), &mut store, |_| {}).await;
    assert_eq!(outcome.fatal, None);
    store
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_estate_arrives_whole_and_its_lanes_say_why_some_did_not() {
    let begun = Instant::now();
    let store = fetch_all(false).await;
    let findings: Vec<_> = store.iter().map(|(_, finding)| finding).collect();
    eprintln!("{} findings in {:?}", findings.len(), begun.elapsed());
    let not_complete: Vec<_> = store
        .coverage
        .lanes
        .iter()
        .filter(|lane| lane.state != LaneState::Complete)
        .map(|lane| (lane.id.to_string(), lane.state))
        .collect();
    assert_eq!(store.coverage.lanes.len(), 90);
    assert_eq!(
        not_complete,
        [
            ("444455556666/eu-west-1/inspector".to_owned(), LaneState::Denied),
            ("123456789012/us-west-2/guardduty".to_owned(), LaneState::Partial),
            ("123456789012/ap-southeast-2/macie".to_owned(), LaneState::NotEnabled),
        ]
    );
    for source in Source::ALL {
        let of = |severity| findings.iter().filter(|finding| finding.source == source && finding.severity == severity).count();
        eprintln!("{source}: {:?}", Severity::ALL.map(|severity| (severity.slug(), of(severity))));
    }
    let damaged = findings.iter().filter(|finding| finding.damage.is_some()).count();
    eprintln!("damaged {damaged}; also seen {}", findings.iter().filter(|finding| !finding.also_seen.is_empty()).count());
    for finding in findings.iter().filter(|finding| finding.damage.is_some()) {
        eprintln!("  {} {:?}", finding.id, finding.damage);
    }
    assert_eq!(damaged, 1);
    assert!((500..1000).contains(&findings.len()));
    assert!(findings.iter().all(|finding| finding.status == Status::Active));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_over_only_shows_when_it_is_asked_for() {
    let (active, all) = (fetch_all(false).await, fetch_all(true).await);
    assert!(all.len() > active.len() + 10);
    for status in [Status::Archived, Status::Suppressed, Status::Resolved] {
        assert!(all.iter().any(|(_, finding)| finding.status == status), "{status}");
        assert!(active.iter().all(|(_, finding)| finding.status != status), "{status}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_same_issue_is_one_row_whoever_reports_it() {
    let store = fetch_all(false).await;
    let seen_twice = |source| store.iter().filter(|(_, finding)| finding.source == source && !finding.also_seen.is_empty()).count();
    for source in [Source::GuardDuty, Source::Inspector, Source::Macie] {
        let count = store.iter().filter(|(_, finding)| finding.source == source).count();
        assert!(seen_twice(source) * 10 >= count * 9, "{source}: {} of {count}", seen_twice(source));
    }
    // One control that fails for one resource under several standards is one row.
    let rows: Vec<_> = store
        .iter()
        .filter(|(_, finding)| {
            finding.account.as_str() == "444455556666"
                && finding.control().is_some_and(|control| control.as_str() == "S3.2")
                && finding.resource_name().contains("training-corpus")
        })
        .collect();
    assert_eq!(rows.len(), 1);
    assert!(!rows[0].1.also_seen.is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_leaked_key_ties_its_findings_together() {
    let store = fetch_all(false).await;
    let of_key =
        |key: &str| store.iter().filter(|(_, finding)| finding.actors.access_keys.iter().any(|known| known.as_str() == key)).count();
    assert!(of_key("AKIAI44QH8DHBEXAMPLE") >= 6, "{}", of_key("AKIAI44QH8DHBEXAMPLE"));
    let hostile: Vec<_> = store.iter().filter(|(_, finding)| finding.title.contains("HYPERLINK")).collect();
    assert_eq!(hostile.len(), 1);
    assert!(hostile[0].1.title.chars().all(|c| !c.is_control() && c != '\u{202E}'));
}

/// Groups that the estate has nothing for, with the reason.
const EMPTY_GROUPS: [(&str, &str, &str); 1] = [("genai-scope", "1", "no finding can show it")];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_group_of_every_lens_has_a_finding_to_look_at() {
    let store = fetch_all(false).await;
    let mut filled: BTreeSet<(String, String)> = BTreeSet::new();
    for (_, finding) in store.iter() {
        let placement = &finding.placement;
        filled.insert(("layers".to_owned(), placement.layer.slug().to_owned()));
        filled.insert(("sides".to_owned(), placement.side.slug().to_owned()));
        filled.extend(placement.lenses.iter().map(|place| (place.lens.to_string(), place.key.to_string())));
    }
    for lens in LensSet::builtin().lenses() {
        for group in lens.groups() {
            let excused = EMPTY_GROUPS.iter().any(|(id, key, _)| *id == lens.id() && *key == group.key);
            assert!(excused || filled.contains(&(lens.id().to_owned(), group.key.clone())), "{} {} is empty", lens.id(), group.key);
        }
    }
}

/// Whether Python has botocore: its service models are AWS's own word on the wire format.
pub(crate) fn has_botocore() -> bool {
    Command::new("python3").args(["-c", "import botocore"]).output().is_ok_and(|output| output.status.success())
}

#[test]
fn every_record_of_the_estate_fits_the_shapes_of_the_service_models() {
    if !has_botocore() {
        eprintln!("python3 with botocore is not here: the records' shapes are not checked against its models");
        return;
    }
    let world = demo::world("2026-05-06T07:08:09Z".parse().expect("a time"));
    let mut cases = String::new();
    for (_, _, service, cell) in world.cells() {
        for shelf in &cell.shelves {
            let external = shelf.about["type"] == "ACCOUNT";
            let (name, operation, member) = match service {
                Service::GuardDuty => ("guardduty", "GetFindings", "findings"),
                Service::Inspector => ("inspector2", "ListFindings", "findings"),
                Service::AccessAnalyzer if external => ("accessanalyzer", "ListFindings", "findings"),
                Service::AccessAnalyzer => ("accessanalyzer", "ListFindingsV2", "findings"),
                Service::Macie => ("macie2", "GetFindings", "findings"),
                Service::SecurityHub | Service::Sts | Service::Checked(_) => ("securityhub", "GetFindings", "Findings"),
            };
            for record in shelf.records() {
                let json: serde_json::Value = serde_json::from_slice(&record.json).expect("JSON");
                let case = serde_json::json!({ "service": name, "operation": operation, "member": member, "record": json });
                cases.extend([case.to_string(), "\n".to_owned()]);
                for detail in &record.details {
                    let case =
                        serde_json::json!({ "service": name, "operation": "GetFindingV2", "member": "findingDetails", "record": detail });
                    cases.extend([case.to_string(), "\n".to_owned()]);
                }
            }
        }
    }
    let problems = misfits(cases);
    let mut problems: Vec<&str> = problems.lines().filter(|problem| !is_known(problem)).collect();
    problems.sort_unstable();
    problems.dedup();
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

/// What of these cases, a JSON object a line, the service models do not allow: a line each.
pub(crate) fn misfits(cases: String) -> String {
    let mut child = Command::new("python3")
        .args(["-c", include_str!("shapes.py")])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("python3 starts");
    let mut input = child.stdin.take().expect("a pipe");
    let writer = std::thread::spawn(move || input.write_all(cases.as_bytes()));
    let output = child.wait_with_output().expect("python3 ends");
    writer.join().expect("a thread").expect("all is written");
    assert!(output.status.success());
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// The damaged record on purpose; and what is newer than many an installed model.
fn is_known(problem: &str) -> bool {
    let damage = ["not a list", "'7.5 of 10'", "'high'"];
    let newer = ["bedrockGuardrailDetails", "modelDetails"];
    let newer_runtime = problem.contains("awsLambdaFunction.runtime");
    newer_runtime
        || damage.iter().any(|mark| problem.contains(mark))
        || (problem.ends_with("unknown member") && newer.iter().any(|name| problem.contains(name)))
}

#[test]
fn the_estate_is_made_in_a_moment() {
    let now = "2026-05-06T07:08:09Z".parse().expect("a time");
    let begun = Instant::now();
    let cells = demo::world(now).cells().count();
    eprintln!("{cells} cells in {:?}", begun.elapsed());
    // Generous: an unoptimised build on a busy machine.
    assert!(begun.elapsed() < std::time::Duration::from_secs(2));
}
