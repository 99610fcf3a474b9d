//! docs/faults.md: what becomes of each service's lane under each fault, as the real client meets it on the wire.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use futures_util::stream::{self, StreamExt};
use jiff::SignedDuration;
use ringfort::aws::{Access, Embedded, EmbeddedAccount};
use ringfort::demo::wire::{Service, Switch};
use ringfort::fetch::{Request, collect, start};
use ringfort::lens::LensSet;
use ringfort::model::{AccountId, Lane, LaneState, Region, Source, Text};
use ringfort::store::Store;

use crate::emulator::credentials;
use crate::endpoint::{Dated, Endpoint, Fault, When, data, detour};

const HOME: &str = "eu-central-1";
/// Set it to write docs/faults.md anew.
const UPDATE: &str = "RINGFORT_UPDATE_FAULTS";
/// Set it to print what each lane says of itself.
const REASONS: &str = "RINGFORT_FAULT_REASONS";
/// What a person would give as `--timeout` where something hangs; everything that answers does so long before.
const LIMIT: Duration = Duration::from_secs(12);

/// Cells at once: where the machine has too much to do, what hangs takes its time limit from what does not.
const AT_ONCE: usize = 12;

/// A service as the table meets it: three pages of findings, the last with one.
struct Column {
    source: Source,
    service: Service,
    first_call: &'static str,
    list: &'static str,
    /// The call that gives bodies for listed ids, where there is one.
    bodies: Option<&'static str>,
    findings: usize,
}

const COLUMNS: [Column; 5] = [
    column(Source::GuardDuty, Service::GuardDuty, "ListDetectors", "ListFindings", Some("GetFindings"), 101),
    column(Source::Inspector, Service::Inspector, "BatchGetAccountStatus", "ListFindings", None, 201),
    column(Source::AccessAnalyzer, Service::AccessAnalyzer, "ListAnalyzers", "ListFindings", None, 201),
    column(Source::Macie, Service::Macie, "GetMacieSession", "ListFindings", Some("GetFindings"), 101),
    column(Source::SecurityHub, Service::SecurityHub, "DescribeHub", "GetFindings", None, 201),
];

const fn column(
    source: Source,
    service: Service,
    first_call: &'static str,
    list: &'static str,
    bodies: Option<&'static str>,
    findings: usize,
) -> Column {
    Column { source, service, first_call, list, bodies, findings }
}

/// Where in a lane the fault begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    FirstCall,
    FirstPage,
    Middle,
    LastPage,
}

impl Place {
    const ALL: [Self; 4] = [Self::FirstCall, Self::FirstPage, Self::Middle, Self::LastPage];
    const PAGES: [Self; 3] = [Self::FirstPage, Self::Middle, Self::LastPage];

    fn words(self) -> &'static str {
        match self {
            Self::FirstCall => "first call",
            Self::FirstPage => "first page",
            Self::Middle => "middle page",
            Self::LastPage => "last page",
        }
    }

    /// Which call of the listing.
    fn page(self) -> usize {
        match self {
            Self::FirstCall | Self::FirstPage => 1,
            Self::Middle => 2,
            Self::LastPage => 3,
        }
    }
}

/// What goes wrong, and how long.
#[derive(Clone)]
enum Trouble {
    /// From the place on, for ever.
    Lasting(Fault),
    /// Once, at the place.
    Once(Fault),
    /// In the bodies of the place and all that come after.
    InBodies(Fault),
    /// Once, in the bodies of the place.
    OnceInBodies(Fault),
    /// The service stands so.
    Standing(Switch),
}

struct Row {
    words: &'static str,
    trouble: Trouble,
    places: &'static [Place],
}

fn rows() -> Vec<Row> {
    let lasting = |words, fault| Row { words, trouble: Trouble::Lasting(fault), places: &Place::ALL };
    let standing = |words, switch| Row { words, trouble: Trouble::Standing(switch), places: &[Place::FirstCall] };
    let mut rows = vec![
        lasting("throttled for ever", Fault::Throttle),
        lasting("HTTP 500", Fault::Broken(500)),
        lasting("HTTP 503", Fault::Broken(503)),
        lasting("connection reset", Fault::Reset),
        lasting("body cut short", Fault::Truncated),
        lasting("HTML of a captive portal", Fault::Html),
        lasting("broken JSON", Fault::BrokenJson),
        lasting("no answer, until `--timeout`", Fault::Hang),
        lasting("slow drip", Fault::Drip(Duration::from_millis(20))),
        lasting("name without an address", Fault::NoName),
        lasting("TLS: none", Fault::NoTls),
        lasting("TLS: certificate of nobody known", Fault::Untrusted),
        lasting("clock 3 h behind", Fault::Clock(SignedDuration::from_hours(3), Dated::Yes)),
        lasting("clock 3 h ahead", Fault::Clock(SignedDuration::from_hours(-3), Dated::Yes)),
        lasting("clock 3 h behind, answers without a date", Fault::Clock(SignedDuration::from_hours(3), Dated::No)),
        lasting("expired token", Fault::Expired),
        lasting("denied by policy", Fault::Denied),
        lasting("denied by SCP", Fault::DeniedByOrganization),
        standing("Region not opted in", Switch::RegionDisabled),
        standing("service off", Switch::Off),
        Row { words: "finding vanishes after the list", trouble: Trouble::OnceInBodies(Fault::Vanished), places: &Place::PAGES },
        Row { words: "page token repeats", trouble: Trouble::Once(Fault::RepeatedToken), places: &[Place::Middle, Place::LastPage] },
        Row { words: "empty page with a token", trouble: Trouble::Once(Fault::EmptyPage), places: &Place::PAGES },
    ];
    let in_bodies = rows.iter().filter_map(|row| match &row.trouble {
        Trouble::Lasting(fault) => Some(Row { words: row.words, trouble: Trouble::InBodies(fault.clone()), places: &Place::PAGES }),
        _ => None,
    });
    rows.extend(in_bodies.collect::<Vec<_>>());
    rows
}

/// One fetch: every service meets the trouble at the same place.
async fn lanes_in(trouble: Trouble, place: Place) -> Vec<Lane> {
    let mut world = data::world(&[HOME], 0);
    for column in &COLUMNS {
        let mut cell = data::cell(column.service, HOME, column.findings);
        if let Trouble::Standing(switch) = &trouble {
            cell.switch = switch.clone();
        }
        world.put(data::ACCOUNT, HOME, column.service, cell);
    }
    let endpoint = Endpoint::start(world);
    for Column { service, first_call, list, bodies, .. } in &COLUMNS {
        let page = place.page();
        match &trouble {
            Trouble::Lasting(fault) if place == Place::FirstCall => {
                endpoint.fault(When::every(*service, first_call), fault.clone());
            }
            Trouble::Lasting(fault) => {
                endpoint.fault(When::every(*service, list).since_page(page), fault.clone());
            }
            Trouble::Once(fault) => {
                endpoint.fault(When::nth(*service, list, 1).on_page(page), fault.clone());
            }
            Trouble::InBodies(fault) => {
                if let Some(bodies) = bodies {
                    endpoint.fault(When::every(*service, bodies).since_page(page), fault.clone());
                }
            }
            Trouble::OnceInBodies(fault) => {
                if let Some(bodies) = bodies {
                    endpoint.fault(When::nth(*service, bodies, 1).on_page(page), fault.clone());
                }
            }
            Trouble::Standing(_) => {}
        }
    }
    let account = EmbeddedAccount { id: AccountId::new(data::ACCOUNT), name: Text::new("test"), credentials: credentials() };
    let access = Access::Embedded(Embedded { http_client: detour(&endpoint), accounts: vec![account] });
    let mut request = Request::new(access, vec![Region::new(HOME)]);
    request.sources = COLUMNS.map(|column| column.source).to_vec();
    request.timeout = Some(if matches!(trouble, Trouble::Lasting(Fault::Hang) | Trouble::InBodies(Fault::Hang)) {
        LIMIT
    } else {
        Duration::from_mins(2)
    });
    let mut store = Store::new();
    collect(start(request, Arc::new(LensSet::builtin())), &mut store, |_| {}).await;
    for column in &COLUMNS {
        let kept = store.iter().filter(|(_, finding)| finding.source == column.source).count() as u64;
        let lane = store.coverage.of(column.source).next().expect("a lane");
        assert_eq!(kept, lane.findings, "{}: the lane counts what is kept", column.source);
    }
    store.coverage.lanes
}

/// What holds in every cell, whatever the table says: what does not.
fn broken(row: &Row, place: Place, column: &Column, lane: &Lane) -> Vec<String> {
    let may_lack = matches!(row.trouble, Trouble::OnceInBodies(Fault::Vanished));
    let trusted = lane.state == LaneState::Complete || matches!(row.trouble, Trouble::Standing(Switch::Off));
    let all = column.findings as u64;
    let rules = [
        ("it has ended", lane.state.is_final()),
        ("what is not complete says why", (lane.state == LaneState::Complete) == lane.reason.is_none()),
        ("nothing is kept twice", lane.findings <= all),
        ("complete is complete", lane.state != LaneState::Complete || may_lack || lane.findings == all),
        ("partial has something", lane.state != LaneState::Partial || lane.pages > 0),
        ("what has something is partial or complete", lane.pages == 0 || matches!(lane.state, LaneState::Partial | LaneState::Complete)),
        ("denied names the action", lane.state != LaneState::Denied || lane.action.is_some()),
        ("only what was read is trusted", lane.is_trusted() == trusted),
    ];
    let cell = |rule| format!("{rule}: {} / {} / {}: {lane:?}", row.words, place.words(), column.source);
    rules.into_iter().filter(|(_, holds)| !holds).map(|(rule, _)| cell(rule)).collect()
}

fn cell(row: &Row, column: &Column, lane: &Lane) -> String {
    match row.trouble {
        Trouble::InBodies(_) | Trouble::OnceInBodies(_) if column.bodies.is_none() => "-".to_owned(),
        _ => format!("{} {}/{}", lane.state, lane.findings, column.findings),
    }
}

const HEAD: &str = "\
# What becomes of a lane when something goes wrong

Each cell is a lane's state and how many of its findings were kept. The table is made by `tests/it/faults.rs`: the real SDK
clients and the real runner against a local endpoint that misbehaves by script. The test fails when a cell changes; set
`RINGFORT_UPDATE_FAULTS=1` to write the table anew.

Every service has three pages, the last with one finding. *First call* is the one before any listing: `ListDetectors`,
`BatchGetAccountStatus`, `ListAnalyzers`, `GetMacieSession`, `DescribeHub`. Inspector, Macie and Security Hub list their findings
even if it fails, since it only tells whether the service is on: findings are proof enough, but where Inspector lists none either
the lane is partial. *First*, *middle* and *last page* are calls of the listing, or, where it says *bodies*, the `GetFindings` that
GuardDuty and Macie need for what they list. A fault lasts from there on; a finding vanishes, a token repeats and an empty page
comes once. `complete` never stands where something is missing; a finding that the service itself no longer has is not missing.
A wrong clock is put right by the SDK, call by call, where the answers tell the time.

| fault | where | GuardDuty | Inspector | Access Analyzer | Macie | Security Hub |
|---|---|---|---|---|---|---|
";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_fault_in_every_place_ends_each_lane_as_the_table_says() {
    let rows = rows();
    let is_timed = |row: &&Row| matches!(row.trouble, Trouble::Lasting(Fault::Hang) | Trouble::InBodies(Fault::Hang));
    let mut found = Vec::new();
    // What is under a time limit does not share the machine with all the rest.
    for timed in [true, false] {
        let cells = rows.iter().enumerate().filter(|(_, row)| is_timed(row) == timed);
        let cells = cells.flat_map(|(number, row)| row.places.iter().map(move |place| (number, *place, row.trouble.clone())));
        let running = cells.map(|(number, place, trouble)| async move {
            let lanes = tokio::spawn(lanes_in(trouble, place));
            (number, place, lanes.await.expect("no panic"))
        });
        found.extend(stream::iter(running).buffer_unordered(AT_ONCE).collect::<Vec<_>>().await);
    }
    found.sort_by_key(|(number, place, _)| (*number, place.page(), *place != Place::FirstCall));
    let (mut table, mut wrong) = (HEAD.to_owned(), Vec::new());
    for (number, place, lanes) in &found {
        let row = &rows[*number];
        let which = if matches!(row.trouble, Trouble::InBodies(_)) { ", bodies" } else { "" };
        write!(table, "| {} | {}{which} |", row.words, place.words()).expect("memory");
        for (column, lane) in COLUMNS.iter().zip(lanes) {
            assert_eq!(lane.id.source, column.source);
            if std::env::var_os(REASONS).is_some() {
                let reason = lane.reason.as_ref().map(Text::as_str).unwrap_or_default();
                eprintln!("{} / {} / {}: {} {}: {reason}", row.words, place.words(), column.source, lane.state, lane.findings);
            }
            wrong.extend(broken(row, *place, column, lane));
            write!(table, " {} |", cell(row, column, lane)).expect("memory");
        }
        table.push('\n');
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/faults.md");
    if std::env::var_os(UPDATE).is_some() {
        fs::create_dir_all(path.parent().expect("docs")).expect("a folder");
        fs::write(&path, &table).expect("written");
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let kept = fs::read_to_string(&path).unwrap_or_default();
    let changed: Vec<_> = table.lines().filter(|line| !kept.lines().any(|known| known == *line)).collect();
    assert!(table == kept, "docs/faults.md says otherwise (set {UPDATE}=1 to write it anew); new lines:\n{}", changed.join("\n"));
}

/// The binary against the endpoint: exit code, standard output, standard error.
fn ringfort(url: &str, arguments: &[&str]) -> (i32, String, String) {
    let home = tempfile::tempdir().expect("a folder");
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_ringfort"))
        .args(arguments)
        .env_clear()
        .env("HOME", home.path())
        .env("AWS_EC2_METADATA_DISABLED", "true")
        .env("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE")
        .env("AWS_SECRET_ACCESS_KEY", "not-a-secret")
        .env("AWS_REGION", HOME)
        .env("AWS_ENDPOINT_URL", url)
        .output()
        .expect("the program runs");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.code().expect("an exit code"), text(&output.stdout), text(&output.stderr))
}

/// All findings of a world with this fault in the second page of Security Hub, and what becomes of the three commands.
#[test]
fn each_command_ends_with_3_where_one_lane_broke_off_and_gives_what_arrived() {
    let endpoint = Endpoint::start(data::world(&[HOME], 120));
    endpoint.fault(When::from(Service::SecurityHub, "GetFindings", 2), Fault::Denied);
    // The checks ask Security Hub too, and which of the two asks second is chance.
    let sources = COLUMNS.map(|column| column.source.slug()).join(",");
    let (code, coverage, _) = ringfort(&endpoint.url, &["coverage", "--format", "json", "--source", &sources]);
    assert_eq!(code, 3, "{coverage}");
    assert!(coverage.contains("\"partial\"") && coverage.contains("\"complete\": false"), "{coverage}");
    let endpoint = Endpoint::start(data::world(&[HOME], 120));
    endpoint.fault(When::from(Service::SecurityHub, "GetFindings", 2), Fault::Denied);
    let (code, findings, _) = ringfort(&endpoint.url, &["export", "--format", "ndjson", "--source", &sources]);
    assert_eq!((code, findings.lines().count()), (3, 4 * 120 + 100));
}

#[test]
fn nothing_read_at_all_ends_with_4_and_tells_dns_tls_and_the_clock_apart() {
    let endpoint = Endpoint::start(data::world(&[HOME], 3));
    let without_tls = endpoint.url.replace("http:", "https:");
    for (url, says) in [
        ("https://nowhere.invalid", "the name nowhere.invalid has no address"),
        (without_tls.as_str(), "no TLS with 127.0.0.1"),
        (endpoint.untrusted().as_str(), "invalid peer certificate"),
    ] {
        let (code, _, errors) = ringfort(url, &["summary"]);
        assert!(code == 4 && errors.contains(says), "{url}: {code} {errors}");
    }
    late(&endpoint, Dated::No);
    let sources = COLUMNS.map(|column| column.source.slug()).join(",");
    let (code, _, errors) = ringfort(&endpoint.url, &["summary", "--source", &sources]);
    assert!(code == 4 && errors.contains("this machine's clock is 3 h behind"), "{code} {errors}");
}

#[test]
fn a_wrong_clock_that_the_answers_put_right_costs_nothing_and_is_told_once() {
    let endpoint = Endpoint::start(data::world(&[HOME], 120));
    late(&endpoint, Dated::Yes);
    let (code, findings, errors) = ringfort(&endpoint.url, &["export", "--format", "ndjson"]);
    assert_eq!((code, findings.lines().count()), (0, 600), "{errors}");
    assert_eq!(errors.matches("this machine's clock is 3 h behind: calls are signed").count(), 1, "{errors}");
}

/// Every first call meets a service that is three hours ahead.
fn late(endpoint: &Endpoint, dated: Dated) {
    let calls = COLUMNS.iter().flat_map(|column| [column.first_call, column.list].map(|call| (column.service, call)));
    let more = [(Service::Sts, "GetCallerIdentity"), (Service::GuardDuty, "GetDetector")];
    for (service, call) in calls.chain(more) {
        endpoint.fault(When::every(service, call), Fault::Clock(SignedDuration::from_hours(3), dated));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn inspector_that_lists_nothing_and_does_not_say_whether_it_is_on_is_no_zero() {
    let lane = lane_with(Source::Inspector, 0, When::every(Service::Inspector, "BatchGetAccountStatus"), Fault::Denied).await;
    assert_eq!((lane.state, lane.findings), (LaneState::Partial, 0));
    assert!(lane.reason.as_ref().is_some_and(|reason| reason.contains("BatchGetAccountStatus")), "{lane:?}");
}

/// One service's lane, with so many findings, where this goes wrong in these calls.
async fn lane_with(source: Source, findings: usize, when: When, fault: Fault) -> Lane {
    let endpoint = Endpoint::start(data::world(&[HOME], findings));
    endpoint.fault(when, fault);
    let account = EmbeddedAccount { id: AccountId::new(data::ACCOUNT), name: Text::new("test"), credentials: credentials() };
    let access = Access::Embedded(Embedded { http_client: detour(&endpoint), accounts: vec![account] });
    let mut request = Request::new(access, vec![Region::new(HOME)]);
    request.sources = vec![source];
    let mut store = Store::new();
    collect(start(request, Arc::new(LensSet::builtin())), &mut store, |_| {}).await;
    store.coverage.lanes.remove(0)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_that_makes_no_sense_is_never_the_end_of_a_complete_lane() {
    for (source, service, call, page, fault, kept) in [
        (Source::Inspector, Service::Inspector, "ListFindings", 1, Fault::NumberedToken, 100),
        (Source::Macie, Service::Macie, "ListFindings", 2, Fault::NumberedToken, 100),
        (Source::GuardDuty, Service::GuardDuty, "ListFindings", 1, Fault::Numbers, 70),
        (Source::Macie, Service::Macie, "ListFindings", 1, Fault::Numbers, 70),
        (Source::GuardDuty, Service::GuardDuty, "GetFindings", 1, Fault::Nothing, 70),
        (Source::Macie, Service::Macie, "GetFindings", 2, Fault::Nothing, 70),
        (Source::AccessAnalyzer, Service::AccessAnalyzer, "ListFindings", 2, Fault::NotFound, 100),
    ] {
        let lane = lane_with(source, 120, When::nth(service, call, 1).on_page(page), fault.clone()).await;
        assert_eq!((lane.state, lane.findings), (LaneState::Partial, kept), "{source} {call} {fault:?}: {:?}", lane.reason);
        assert!(lane.reason.is_some(), "{source} {fault:?}");
    }
}
