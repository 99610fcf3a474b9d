//! `summary`, `export`, `coverage` and the screen agree on every number, complete or not; and findings that come through several
//! doors (administrator and member, home and linked Region, several analyzers) count once.

use std::collections::BTreeMap;
use std::process::{Command, Stdio};
use std::sync::Arc;

use aws_credential_types::Credentials;
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ringfort::app::{Message, Page, Size, Start, State, update};
use ringfort::aws::{Access, Embedded, EmbeddedAccount};
use ringfort::demo::wire::{Cell, Record, Service, Shelf, Switch, World};
use ringfort::fetch::{Event, Request, start};
use ringfort::lens::LensSet;
use ringfort::model::{AccountId, Layer, Region, Severity, Side, Text, Timestamp};
use ringfort::ui;
use ringfort::ui::look::{ColorDepth, Look};
use ringfort::ui::theme::Theme;
use serde_json::{Value, json};

use crate::endpoint::detour;
use crate::endpoint::{Endpoint, Fault, When, data};

const ADMINISTRATOR: &str = data::ACCOUNT;
const MEMBER: &str = "444455556666";
const HOME: &str = "eu-central-1";
const LINKED: &str = "us-east-1";
/// Each account's access key.
const KEYS: [(&str, &str); 2] = [(ADMINISTRATOR, "AKIDADMINISTRATOR"), (MEMBER, "AKIDMEMBER")];

/// What the three commands say of the same estate.
struct Told {
    summary: Value,
    findings: Vec<Value>,
    coverage: Value,
}

impl Told {
    fn by(endpoint: &Endpoint, args: &[&str]) -> Self {
        let home = tempfile::tempdir().expect("a folder");
        std::fs::create_dir_all(home.path().join(".aws")).expect("a folder");
        let profile =
            |(account, key): (&str, &str)| format!("[profile p{account}]\naws_access_key_id = {key}\naws_secret_access_key = s\n");
        std::fs::write(home.path().join(".aws/config"), KEYS.map(profile).concat()).expect("written");
        let run = |command: &[&str]| {
            let scope = ["--profile", "p111122223333", "--profile", "p444455556666", "--region", "eu-central-1,us-east-1"];
            let mut ringfort = Command::new(env!("CARGO_BIN_EXE_ringfort"));
            ringfort.args(command).args(scope).args(args).env_clear().env("HOME", home.path()).stdin(Stdio::null());
            ringfort.env("AWS_ENDPOINT_URL", &endpoint.url).env("AWS_EC2_METADATA_DISABLED", "true").env("AWS_MAX_ATTEMPTS", "1");
            let output = ringfort.output().expect("the binary runs");
            assert!(matches!(output.status.code(), Some(0 | 3)), "{output:?}");
            String::from_utf8(output.stdout).expect("UTF-8")
        };
        let json = |text: String| serde_json::from_str(&text).expect("JSON");
        Self {
            summary: json(run(&["summary", "--format", "json"])),
            findings: run(&["export", "--format", "ndjson"]).lines().map(|line| serde_json::from_str(line).expect("JSON")).collect(),
            coverage: json(run(&["coverage", "--format", "json"])),
        }
    }

    fn ids(&self) -> Vec<&str> {
        self.findings.iter().map(|finding| finding["id"].as_str().expect("an id")).collect()
    }

    /// Counted anew from the export: by layer, side and severity.
    fn board(&self) -> BTreeMap<(String, String, String), u64> {
        let mut board = BTreeMap::new();
        for finding in &self.findings {
            let part = |key: &str| finding[key].as_str().expect(key).to_owned();
            *board.entry((part("layer"), part("side"), part("severity"))).or_default() += 1;
        }
        board
    }

    fn lanes(&self) -> Vec<(String, String, String, String, u64)> {
        lanes_of(&self.coverage)
    }
}

fn lanes_of(coverage: &Value) -> Vec<(String, String, String, String, u64)> {
    let text = |lane: &Value, key: &str| lane[key].as_str().expect(key).to_owned();
    let lane = |lane: &Value| {
        (
            text(lane, "account"),
            text(lane, "region"),
            text(lane, "source"),
            text(lane, "state"),
            lane["findings"].as_u64().expect("a number"),
        )
    };
    coverage["lanes"].as_array().expect("a list").iter().map(lane).collect()
}

/// The screen after the same fetch.
async fn screen(endpoint: &Endpoint, query: &str, include_archived: bool) -> State {
    let account = |(account, key): (&str, &str)| EmbeddedAccount {
        id: AccountId::new(account),
        name: Text::new(account),
        credentials: Credentials::new(key, "s", None, None, "test"),
    };
    let access = Access::Embedded(Embedded { http_client: detour(endpoint), accounts: KEYS.map(account).to_vec() });
    let mut request = Request::new(access, vec![Region::new(HOME), Region::new(LINKED)]);
    request.include_archived = include_archived;
    let lenses = Arc::new(LensSet::builtin());
    let begin = Start { query: query.to_owned(), size: Size { columns: 120, rows: 40 }, ..Start::default() };
    let mut state = State::new(begin, Timestamp::now());
    update(&mut state, Message::Lenses(Arc::clone(&lenses)));
    let mut fetch = start(request, lenses);
    while let Some(event) = fetch.events.recv().await {
        let is_done = matches!(event, Event::Done);
        update(&mut state, Message::Fetch(event));
        state.settle();
        if is_done {
            break;
        }
    }
    state
}

fn drawn(state: &State) -> String {
    let mut terminal = Terminal::new(TestBackend::new(120, 40)).expect("a terminal");
    let look = Look::new(&Theme::default(), ColorDepth::None, true);
    terminal.draw(|frame| ui::draw(frame, state, &look)).expect("drawn");
    let buffer = terminal.backend().buffer();
    (0..120).map(|x| buffer[(x, 0)].symbol()).collect()
}

/// Everything that shows a number shows the same.
fn agree(told: &Told, state: &mut State, what: &str) {
    let Told { summary, findings, coverage } = told;
    let count = findings.len();
    let complete = summary["complete"].as_bool().expect("a flag");
    assert_eq!(summary["findings"], count, "{what}");
    let board = told.board();
    for severity in Severity::ALL {
        let of: u64 = board.iter().filter(|((.., of), _)| of == severity.slug()).map(|(_, count)| count).sum();
        assert_eq!(summary["by_severity"][severity.slug()], of, "{what}: {severity}");
        assert_eq!(state.home.counts(None, None)[severity.index()] as u64, of, "{what}: {severity} on the screen");
    }
    let cells = summary["board"].as_array().expect("a list");
    assert_eq!(cells.len(), Layer::ALL.len() * Side::ALL.len() * Severity::ALL.len());
    for cell in cells {
        let part = |key: &str| cell[key].as_str().expect(key).to_owned();
        let counted = board.get(&(part("layer"), part("side"), part("severity"))).copied().unwrap_or_default();
        assert_eq!((cell["count"].as_u64(), cell["complete"].as_bool()), (Some(counted), Some(complete)), "{what}: {cell}");
    }
    for layer in Layer::ALL {
        for side in Side::ALL {
            for severity in Severity::ALL {
                let key = (layer.slug().to_owned(), side.slug().to_owned(), severity.slug().to_owned());
                let shown = state.home.counts(Some(layer), Some(side))[severity.index()] as u64;
                assert_eq!(shown, board.get(&key).copied().unwrap_or_default(), "{what}: {key:?} on the screen");
            }
        }
    }
    let worst: Vec<&str> = summary["worst"].as_array().expect("a list").iter().map(|one| one["id"].as_str().expect("an id")).collect();
    assert_eq!(worst, told.ids()[..count.min(10)], "{what}");
    // The lanes: the same in both reports and on the screen.
    assert_eq!(coverage["complete"], complete, "{what}");
    assert_eq!(lanes_of(&summary["coverage"]), told.lanes(), "{what}");
    let shown = state.coverage().lanes.iter().map(|lane| {
        let id = &lane.id;
        (id.account.to_string(), id.region.to_string(), id.source.to_string(), lane.state.to_string(), lane.findings)
    });
    assert_eq!(shown.collect::<Vec<_>>(), told.lanes(), "{what}: lanes on the screen");
    assert_eq!(state.is_complete(), complete, "{what}");
    // The board's head, and the list behind its sum: the same rows in the same order.
    assert_eq!(state.home.total(), count, "{what}");
    let head = drawn(state);
    let sign = if complete { "" } else { ">= " };
    assert!(head.contains(&format!(" {sign}{count} findings")), "{what}: {head}");
    assert!(complete || !head.contains("  complete"), "{what}: {head}");
    let rows = |rows: &[ringfort::store::RowId]| -> Vec<String> {
        rows.iter().map(|row| state.store.visible(*row).expect("a visible row").id.to_string()).collect()
    };
    assert_eq!(rows(state.home.view.rows()), told.ids(), "{what}: the worst findings");
    state.home.row = 7;
    update(state, Message::Key("enter".parse().expect("a key")));
    let Some(Page::Findings(list)) = state.pages.last() else { panic!("{what}: the list is open") };
    let listed: Vec<String> = list.view.rows().iter().map(|row| state.store.visible(*row).expect("a visible row").id.to_string()).collect();
    assert_eq!(listed, told.ids(), "{what}: the list");
    assert!(drawn(state).contains(&format!(" {sign}{count} findings")), "{what}: {}", drawn(state));
    state.pages.clear();
}

/// A made-up record as another account has it.
fn record(service: Service, account: &str, region: &str, number: usize) -> Record {
    let record = data::record(service, region, number);
    let json = String::from_utf8(record.json.to_vec()).expect("UTF-8").replace(data::ACCOUNT, account);
    Record::new(&id(service, account, region, number), json)
}

fn id(service: Service, account: &str, region: &str, number: usize) -> String {
    data::id(service, region, number).replace(data::ACCOUNT, account)
}

/// Security Hub's copy of a native record, under this product and id.
fn copy(product: &str, id: &str, account: &str, region: &str) -> Record {
    let json = json!({
        "SchemaVersion": "2018-10-08", "Id": id, "ProductArn": format!("arn:aws:securityhub:{region}::product/aws/{product}"), "Region": region,
        "ProductName": product, "AwsAccountId": account, "GeneratorId": "g", "Types": ["T"], "CreatedAt": "2026-01-01T00:00:00Z",
        "UpdatedAt": "2026-01-01T00:00:00Z", "Severity": { "Label": "LOW" }, "Title": "a copy", "Description": "d",
        "Resources": [{ "Type": "AwsS3Bucket", "Id": "arn:aws:s3:::b" }], "Workflow": { "Status": "NOTIFIED" }, "RecordState": "ACTIVE",
    });
    Record::new(id, json.to_string())
}

fn shelf(service: Service, account: &str, region: &str, records: Vec<Record>) -> Vec<Shelf> {
    match service {
        Service::GuardDuty => vec![Shelf::new(data::DETECTOR, Value::Null, records)],
        Service::AccessAnalyzer => vec![analyzer("external", "ACCOUNT", account, region, records)],
        _ => vec![Shelf::new("", Value::Null, records)],
    }
}

fn analyzer(name: &str, kind: &str, account: &str, region: &str, records: Vec<Record>) -> Shelf {
    let arn = format!("arn:aws:access-analyzer:{region}:{account}:analyzer/{name}");
    let about = json!({ "arn": arn, "name": name, "type": kind, "createdAt": "2024-01-01T00:00:00Z", "status": "ACTIVE" });
    Shelf::new(&arn, about, records)
}

fn world() -> World {
    let mut world = World::default();
    world.callers = KEYS.map(|(account, key)| (key.to_owned(), account.to_owned())).into();
    world
}

/// An organization whose administrator sees the member's findings, and whose hub in the home Region has those of the linked one.
/// Each service has `n` findings in each account and Region.
fn organization(n: usize) -> World {
    let mut world = world();
    for region in [HOME, LINKED] {
        for service in [Service::GuardDuty, Service::Inspector, Service::Macie] {
            let of =
                |account: &str, from: usize| (from..from + n).map(|number| record(service, account, region, number)).collect::<Vec<_>>();
            let (own, members) = (of(ADMINISTRATOR, 0), of(MEMBER, 100));
            world.put(ADMINISTRATOR, region, service, Cell::on(shelf(service, ADMINISTRATOR, region, [own, members.clone()].concat())));
            world.put(MEMBER, region, service, Cell::on(shelf(service, MEMBER, region, members)));
        }
        // The organization's analyzer finds the member's bucket too: AWS gives that a finding of its own.
        let found =
            |from: usize, account: &str| (from..from + n).map(|number| record(Service::AccessAnalyzer, account, region, number)).collect();
        let of_administrator = vec![
            analyzer("external", "ACCOUNT", ADMINISTRATOR, region, found(0, ADMINISTRATOR)),
            analyzer("organization", "ORGANIZATION", ADMINISTRATOR, region, found(200, MEMBER)),
        ];
        world.put(ADMINISTRATOR, region, Service::AccessAnalyzer, Cell::on(of_administrator));
        world.put(MEMBER, region, Service::AccessAnalyzer, Cell::on(shelf(Service::AccessAnalyzer, MEMBER, region, found(100, MEMBER))));
    }
    let hub = |account: &str, region: &str, from: usize| -> Vec<Record> {
        let mut records: Vec<Record> = (from..from + n).map(|number| record(Service::SecurityHub, account, region, number)).collect();
        let guardduty = id(Service::GuardDuty, account, region, from);
        records.push(copy(
            "guardduty",
            &format!("arn:aws:guardduty:{region}:{account}:detector/{}/finding/{guardduty}", data::DETECTOR),
            account,
            region,
        ));
        records.push(copy("inspector", &id(Service::Inspector, account, region, from), account, region));
        records.push(copy("macie", &id(Service::Macie, account, region, from), account, region));
        let external = format!("arn:aws:access-analyzer:{region}:{account}:analyzer/external/arn:aws:s3:::bucket-{from}");
        records.push(copy("access-analyzer", &external, account, region));
        records
    };
    for (region, regions) in [(HOME, &[HOME, LINKED][..]), (LINKED, &[LINKED])] {
        let of = |account: &str, from: usize| regions.iter().flat_map(|region| hub(account, region, from)).collect::<Vec<_>>();
        let all = [of(ADMINISTRATOR, 0), of(MEMBER, 100)].concat();
        world.put(ADMINISTRATOR, region, Service::SecurityHub, Cell::on(shelf(Service::SecurityHub, ADMINISTRATOR, region, all)));
        let own = hub(MEMBER, region, 100);
        world.put(MEMBER, region, Service::SecurityHub, Cell::on(shelf(Service::SecurityHub, MEMBER, region, own)));
    }
    world
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn findings_of_members_and_linked_regions_count_once_through_all_their_doors() {
    const N: usize = 3;
    let endpoint = Endpoint::start(organization(N));
    let told = Told::by(&endpoint, &[]);
    let places = 4;
    let mut by_source: BTreeMap<&str, usize> = BTreeMap::new();
    for finding in &told.findings {
        *by_source.entry(finding["source"].as_str().expect("a source")).or_default() += 1;
    }
    let once = N * places;
    // The organization's analyzer has findings of its own, of the member's resources, in both Regions.
    let expected = [("access-analyzer", once + 2 * N), ("guardduty", once), ("inspector", once), ("macie", once), ("security-hub", once)];
    assert_eq!(by_source, BTreeMap::from(expected));
    // Each native finding with a copy in the hub says so, once, whoever and whichever Region was asked for it.
    for source in ["access-analyzer", "guardduty", "inspector", "macie"] {
        let of = told.findings.iter().filter(|finding| finding["source"] == source);
        let seen: Vec<usize> = of.map(|finding| finding["also_seen"].as_array().expect("a list").len()).filter(|seen| *seen > 0).collect();
        assert_eq!(seen, [1; 4], "{source}");
    }
    // The coverage counts what each door gave, before merging.
    let lane = |account: &str, region: &str, source: &str| {
        let found = told.lanes().into_iter().find(|lane| (lane.0.as_str(), lane.1.as_str(), lane.2.as_str()) == (account, region, source));
        found.expect("the lane").4 as usize
    };
    for region in [HOME, LINKED] {
        for source in ["guardduty", "inspector", "macie"] {
            assert_eq!((lane(ADMINISTRATOR, region, source), lane(MEMBER, region, source)), (2 * N, N), "{source} in {region}");
        }
    }
    assert_eq!(lane(ADMINISTRATOR, HOME, "security-hub"), 2 * lane(ADMINISTRATOR, LINKED, "security-hub"));
    assert_eq!(told.summary["complete"], true);
    agree(&told, &mut screen(&endpoint, "", false).await, "an organization");
}

/// Findings in every lane, a few of them archived.
fn plain() -> World {
    let mut world = organization(3);
    let mut records: Vec<Record> = (0..6).map(|number| record(Service::GuardDuty, MEMBER, LINKED, number)).collect();
    let archived = String::from_utf8(records[1].json.to_vec()).expect("UTF-8").replace("\"archived\":false", "\"archived\":true");
    records[1] = Record::new(&records[1].id.clone(), archived);
    world.put(MEMBER, LINKED, Service::GuardDuty, Cell::on(shelf(Service::GuardDuty, MEMBER, LINKED, records)));
    world
}

fn with(switch: Switch, service: Service) -> World {
    let mut world = plain();
    let mut cell = Cell::on(shelf(service, MEMBER, LINKED, vec![record(service, MEMBER, LINKED, 7)]));
    cell.switch = switch;
    world.put(MEMBER, LINKED, service, cell);
    world
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_number_is_the_same_everywhere_complete_or_not() {
    let worlds: [(&str, World, Option<Fault>, bool); 4] = [
        ("complete", plain(), None, true),
        ("a service is off", with(Switch::Off, Service::Macie), None, true),
        ("a lane is denied", with(Switch::Denied(Vec::new()), Service::Inspector), None, false),
        ("a lane is partial", plain(), Some(Fault::BrokenJson), false),
    ];
    for (what, world, fault, complete) in worlds {
        let endpoint = Endpoint::start(world);
        if let Some(fault) = fault {
            endpoint.fault(When::every(Service::Macie, "GetFindings"), fault);
        }
        let queries = ["sev>=high region:us-*", "", "source:security-hub,macie log4j", "nothing-has-this-word"];
        for query in &queries[..if what == "complete" { 4 } else { 1 }] {
            let told = Told::by(&endpoint, &["--query", query]);
            assert_eq!(told.summary["complete"], complete, "{what}");
            agree(&told, &mut screen(&endpoint, query, false).await, &format!("{what}, `{query}`"));
        }
        let told = Told::by(&endpoint, &["--include-archived"]);
        assert!(told.findings.iter().any(|finding| finding["status"] == "archived"), "{what}");
        agree(&told, &mut screen(&endpoint, "", true).await, &format!("{what}, archived too"));
    }
}
