//! Lanes that are read again, through the real SDK clients: AWS has changed meanwhile, or does not answer this time.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use ringfort::aws::{Access, Embedded, EmbeddedAccount};
use ringfort::demo::wire::{Cell, Record, Service, Shelf, Switch, World};
use ringfort::fetch::{Event, Fetch, FetchHandle, Request, start};
use ringfort::lens::LensSet;
use ringfort::model::{AccountId, Lane, LaneState, Region, Severity, Source, Text};
use ringfort::store::Store;
use tokio::time::timeout;

use crate::emulator::credentials;
use crate::endpoint::{Endpoint, Fault, When, data, detour};
use crate::session::Session;

const HOME: &str = "eu-central-1";
const SOURCES: [Source; 2] = [Source::GuardDuty, Source::Inspector];
const GUARDDUTY: usize = 0;
const INSPECTOR: usize = 1;

/// GuardDuty with these findings, each with its severity.
fn duty(findings: &[(usize, f64)]) -> Cell {
    let record = |(number, severity): &(usize, f64)| {
        let record = data::record(Service::GuardDuty, HOME, *number);
        let mut json: serde_json::Value = serde_json::from_slice(&record.json).expect("JSON");
        json["severity"] = (*severity).into();
        Record::new(&record.id, json.to_string())
    };
    Cell::on(vec![Shelf::new(data::DETECTOR, serde_json::Value::Null, findings.iter().map(record).collect())])
}

fn world(duty: Cell) -> World {
    let mut world = data::world(&[HOME], 3);
    world.put(data::ACCOUNT, HOME, Service::GuardDuty, duty);
    world
}

const AT_FIRST: [(usize, f64); 3] = [(0, 8.0), (1, 5.0), (2, 2.0)];

/// A fetch, and what it has brought so far.
struct Watched {
    fetch: Fetch,
    handle: FetchHandle,
    store: Store,
}

impl Watched {
    fn start(endpoint: &Endpoint, limit: Option<Duration>) -> Self {
        let account = EmbeddedAccount { id: AccountId::new(data::ACCOUNT), name: Text::new("test"), credentials: credentials() };
        let access = Access::Embedded(Embedded { http_client: detour(endpoint), accounts: vec![account] });
        let mut request = Request::new(access, vec![Region::new(HOME)]);
        request.sources = SOURCES.to_vec();
        request.timeout = limit;
        let fetch = start(request, Arc::new(LensSet::builtin()));
        Self { handle: fetch.handle(), fetch, store: Store::new() }
    }

    async fn next(&mut self) -> Event {
        timeout(Duration::from_mins(1), self.fetch.events.recv()).await.expect("something happens").expect("the channel is open")
    }

    /// Takes in what happens until `done` says so of an event.
    async fn until(&mut self, done: impl Fn(&Event, &Store) -> bool) -> Vec<Text> {
        let mut notices = Vec::new();
        loop {
            let event = self.next().await;
            let is_done = done(&event, &self.store);
            if let Event::Notice(notice) | Event::Fatal(notice) = &event {
                notices.push(notice.clone());
            }
            let before = self.store.len();
            let is_end = matches!(&event, Event::Lane(_, lane) if lane.state.is_final());
            event.apply(&mut self.store);
            assert!(is_end || self.store.len() >= before, "only the end of a lane takes anything away");
            if is_done {
                return notices;
            }
        }
    }

    async fn until_done(&mut self) -> Vec<Text> {
        self.until(|event, _| matches!(event, Event::Done)).await
    }

    async fn refreshed(&mut self) -> Vec<Text> {
        self.handle.refresh(None);
        self.until(|event, _| matches!(event, Event::Again(_))).await;
        self.until_done().await
    }

    fn lane(&self, number: usize) -> &Lane {
        &self.store.coverage.lanes[number]
    }

    /// GuardDuty's findings by their number, each with its severity.
    fn duty(&self) -> BTreeMap<usize, Severity> {
        let number = |id: &str| (0..9).find(|number| data::id(Service::GuardDuty, HOME, *number) == id).expect("a known id");
        let of_duty = self.store.iter().filter(|(_, finding)| finding.source == Source::GuardDuty);
        of_duty.map(|(_, finding)| (number(&finding.id), finding.severity)).collect()
    }
}

fn at_first() -> BTreeMap<usize, Severity> {
    [(0, Severity::High), (1, Severity::Medium), (2, Severity::Low)].into()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refresh_brings_what_is_new_takes_what_is_gone_and_changes_what_changed() {
    let endpoint = Endpoint::start(world(duty(&AT_FIRST)));
    let mut watched = Watched::start(&endpoint, None);
    watched.until_done().await;
    assert_eq!(watched.duty(), at_first());
    let rows: Vec<_> = watched.store.iter().map(|(row, finding)| (row, finding.id.clone())).collect();

    endpoint.becomes(world(duty(&[(1, 8.5), (2, 2.0), (7, 5.0)])));
    watched.refreshed().await;
    assert_eq!(watched.duty(), [(1, Severity::High), (2, Severity::Low), (7, Severity::Medium)].into());
    assert_eq!((watched.lane(GUARDDUTY).state, watched.lane(GUARDDUTY).findings), (LaneState::Complete, 3));
    assert!(watched.store.coverage.is_complete());
    for (row, id) in rows {
        assert!(watched.store.get(row).is_none_or(|finding| finding.id == id), "a row is the same record for ever");
    }
    for (_, finding) in watched.store.iter() {
        assert!(watched.store.raw(finding.raw).expect("raw JSON").contains(finding.id.as_str()));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_does_not_change_is_not_stored_twice() {
    let endpoint = Endpoint::start(world(duty(&AT_FIRST)));
    let mut watched = Watched::start(&endpoint, None);
    watched.until_done().await;
    let bytes = watched.store.raw_bytes();
    for _ in 0..3 {
        watched.refreshed().await;
    }
    assert_eq!((watched.store.raw_bytes(), watched.store.capacity()), (bytes, 6));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_that_was_turned_off_has_no_findings_any_more() {
    let endpoint = Endpoint::start(world(duty(&AT_FIRST)));
    let mut watched = Watched::start(&endpoint, None);
    watched.until_done().await;
    endpoint.becomes(world(Cell::off()));
    watched.refreshed().await;
    assert_eq!((watched.duty().len(), watched.lane(GUARDDUTY).state), (0, LaneState::NotEnabled));
    assert_eq!((watched.lane(GUARDDUTY).findings, watched.lane(INSPECTOR).findings), (0, 3));
    assert!(watched.store.coverage.is_complete());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_there_stays_when_the_service_denies_hangs_or_breaks_off_and_the_number_is_in_doubt() {
    let endpoint = Endpoint::start(world(duty(&AT_FIRST)));
    let mut watched = Watched::start(&endpoint, None);
    watched.until_done().await;
    let troubles = [
        (When::every(Service::GuardDuty, "ListDetectors"), Fault::Denied, "may not call"),
        (When::every(Service::GuardDuty, "ListFindings"), Fault::Reset, "could not be reached"),
        (When::every(Service::GuardDuty, "GetFindings"), Fault::Hang, "cancelled"),
    ];
    for (when, fault, word) in troubles {
        let hangs = matches!(fault, Fault::Hang);
        endpoint.becomes(world(duty(&[(1, 5.0)]))).fault(when, fault);
        watched.handle.refresh(Some(vec![GUARDDUTY]));
        watched.until(|event, _| matches!(event, Event::Again(lanes) if *lanes == [GUARDDUTY])).await;
        if hangs {
            watched.until(|event, _| matches!(event, Event::Lane(GUARDDUTY, lane) if lane.calls > 1)).await;
            let lane = watched.lane(GUARDDUTY);
            assert_eq!((lane.state, lane.findings, lane.is_trusted()), (LaneState::Loading, 3, false), "the old count stands, in doubt");
            watched.handle.cancel();
        }
        watched.until_done().await;
        let lane = watched.lane(GUARDDUTY);
        let reason = lane.reason.as_deref().unwrap_or_default();
        assert_eq!((lane.state, lane.findings), (LaneState::Partial, 3), "{reason}");
        assert!(reason.contains("older findings are shown too, as they were at 20"), "{reason}");
        assert!(reason.contains(word), "{word}: {reason}");
        assert_eq!(watched.duty(), at_first());
        assert!(!watched.store.coverage.is_complete());
    }
    endpoint.becomes(world(duty(&[(1, 5.0)])));
    watched.refreshed().await;
    assert_eq!(watched.duty(), [(1, Severity::Medium)].into(), "after a cancelled one, another refresh works");
    assert!(watched.store.coverage.is_complete());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lane_that_is_being_read_is_not_begun_again_and_the_others_do_not_wait_for_it() {
    let endpoint = Endpoint::start(world(duty(&AT_FIRST)));
    endpoint.fault(When::every(Service::GuardDuty, "ListFindings"), Fault::Hang);
    let mut watched = Watched::start(&endpoint, None);
    watched.until(|event, _| matches!(event, Event::Lane(INSPECTOR, lane) if lane.state.is_final())).await;
    watched.handle.refresh(None);
    watched.until(|event, _| matches!(event, Event::Again(lanes) if *lanes == [INSPECTOR])).await;
    watched.until(|event, _| matches!(event, Event::Lane(INSPECTOR, lane) if lane.state == LaneState::Complete)).await;
    assert_eq!(endpoint.requests_for(Service::GuardDuty, "ListFindings").len(), 1);
    watched.handle.refresh(Some(vec![GUARDDUTY]));
    watched.until(|event, _| matches!(event, Event::Again(lanes) if lanes.is_empty())).await;
    watched.handle.cancel();
    watched.until_done().await;
    assert_eq!(watched.lane(GUARDDUTY).state, LaneState::Failed);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_can_be_cancelled_before_it_is_taken() {
    let endpoint = Endpoint::start(world(duty(&AT_FIRST)));
    let mut watched = Watched::start(&endpoint, None);
    watched.until_done().await;
    endpoint.fault(When::every(Service::GuardDuty, "ListDetectors"), Fault::Hang);
    watched.handle.refresh(None);
    watched.handle.cancel();
    watched.until_done().await;
    assert_eq!((watched.lane(GUARDDUTY).state, watched.store.len()), (LaneState::Partial, 6));
}

#[tokio::test(flavor = "multi_thread")]
async fn each_refresh_has_the_whole_time_limit() {
    let endpoint = Endpoint::start(world(duty(&AT_FIRST)));
    let limit = Duration::from_secs(4);
    let mut watched = Watched::start(&endpoint, Some(limit));
    watched.until_done().await;
    tokio::time::sleep(limit).await;
    watched.refreshed().await;
    assert!(watched.store.coverage.is_complete(), "the time of the first reading is over: {:?}", watched.lane(GUARDDUTY));
    endpoint.fault(When::every(Service::GuardDuty, "ListDetectors"), Fault::Hang);
    let begun = Instant::now();
    watched.refreshed().await;
    assert!(begun.elapsed() < limit * 2);
    let reason = watched.lane(GUARDDUTY).reason.clone().expect("a reason");
    assert!(reason.starts_with("timed out after 4 s"), "{reason}");
}

#[tokio::test(flavor = "multi_thread")]
async fn between_readings_nothing_happens_and_without_a_handle_it_ends() {
    let endpoint = Endpoint::start(world(duty(&AT_FIRST)));
    let mut watched = Watched::start(&endpoint, None);
    watched.until_done().await;
    // A late answer of STS apart.
    while timeout(Duration::from_millis(500), watched.fetch.events.recv()).await.is_ok() {}
    let requests = endpoint.requests().len();
    assert!(timeout(Duration::from_secs(1), watched.fetch.events.recv()).await.is_err(), "the channel is open and silent");
    assert_eq!(endpoint.requests().len(), requests);
    let Watched { fetch, handle, .. } = watched;
    drop(fetch);
    handle.refresh(None);
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert_eq!(endpoint.requests().len(), requests, "nobody listens");
}

#[tokio::test(flavor = "multi_thread")]
async fn where_nothing_could_be_read_a_refresh_begins_from_the_start() {
    let endpoint = Endpoint::start(world(duty(&AT_FIRST)));
    for (service, operation) in
        [(Service::GuardDuty, "ListDetectors"), (Service::Inspector, "BatchGetAccountStatus"), (Service::Inspector, "ListFindings")]
    {
        endpoint.fault(When::every(service, operation), Fault::Reset);
    }
    let mut watched = Watched::start(&endpoint, None);
    let told = watched.until_done().await;
    assert!(told.iter().any(|told| told.contains("nothing could be reached")), "{told:?}");
    endpoint.becomes(world(duty(&AT_FIRST)));
    watched.handle.refresh(None);
    watched.until(|event, _| matches!(event, Event::Again(lanes) if lanes.is_empty())).await;
    watched.until(|event, _| matches!(event, Event::Planned(lanes) if lanes.len() == 2)).await;
    watched.until_done().await;
    assert_eq!(watched.duty(), at_first());
    assert!(watched.store.coverage.is_complete());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refresh_that_reaches_nothing_is_told_without_hiding_what_is_there() {
    let endpoint = Endpoint::start(world(duty(&AT_FIRST)));
    let mut watched = Watched::start(&endpoint, None);
    watched.until_done().await;
    let mut closed = world(duty(&[]));
    for service in [Service::GuardDuty, Service::Inspector] {
        let mut cell = data::cell(service, HOME, 0);
        cell.switch = Switch::Denied(Vec::new());
        closed.put(data::ACCOUNT, HOME, service, cell);
    }
    endpoint.becomes(closed);
    watched.handle.refresh(None);
    watched.until(|event, _| matches!(event, Event::Again(_))).await;
    watched
        .until(|event, _| {
            assert!(!matches!(event, Event::Fatal(_)));
            matches!(event, Event::Done)
        })
        .await;
    assert_eq!(watched.store.len(), 6);
    assert!(watched.store.coverage.lanes.iter().all(|lane| lane.state == LaneState::Partial && lane.action.is_some()));
}

#[test]
fn a_key_that_was_put_in_place_meanwhile_works_with_a_refresh() {
    let endpoint = Endpoint::start(world(duty(&AT_FIRST)));
    let home = tempfile::tempdir().expect("a folder");
    let folder = home.path().join(".aws");
    std::fs::create_dir_all(&folder).expect("a folder");
    std::fs::write(folder.join("config"), "[profile work]\nregion = eu-central-1\n").expect("a file");
    let path = |name: &str| folder.join(name).to_string_lossy().into_owned();
    let (config, keys) = (path("config"), path("credentials"));
    let variables = [
        ("HOME", home.path().to_str().expect("a path")),
        ("AWS_CONFIG_FILE", &*config),
        ("AWS_SHARED_CREDENTIALS_FILE", &*keys),
        ("AWS_ENDPOINT_URL", &*endpoint.url),
        ("AWS_EC2_METADATA_DISABLED", "true"),
    ];
    let mut session = Session::start_with(120, 40, &["--profile", "work", "--source", "guardduty"], &variables);
    session.wait_for("aws configure");
    std::fs::write(&keys, "[work]\naws_access_key_id = AKIDNEW\naws_secret_access_key = not-a-secret\n").expect("a file");
    std::thread::sleep(Duration::from_millis(200));
    session.press("R");
    session.wait_for("3 findings");
    session.wait_for("complete");
    let mut world = world(duty(&[(0, 8.0), (1, 5.0), (4, 5.0), (5, 5.0)]));
    world.any_caller = None;
    world.callers.insert("AKIDROTATED".to_owned(), data::ACCOUNT.to_owned());
    endpoint.becomes(world);
    session.press("R");
    session.wait_for("Not refreshed: AWS refuses the credentials");
    assert!(session.shown().contains("≥ 3 findings"), "{}", session.shown());
    std::fs::write(&keys, "[work]\naws_access_key_id = AKIDROTATED\naws_secret_access_key = not-a-secret\n").expect("a file");
    session.press("R");
    session.wait_for("Refreshed 1 lane: 2 new, 1 gone");
    session.wait_for("complete");
    session.press("\x03");
    session.wait_for_exit();
}

#[test]
fn refreshing_the_embedded_estate_changes_nothing_and_then_it_is_quiet_again() {
    let mut session = Session::start(120, 40);
    session.wait_for_the_end();
    session.press("R");
    session.wait_for("Refreshed 90 lanes: nothing changed");
    while session.take(Duration::from_millis(500)) {}
    session.bytes.clear();
    session.take(Duration::from_secs(2));
    assert!(session.bytes.is_empty(), "{:?}", String::from_utf8_lossy(&session.bytes));
    session.press("\x03");
    assert_eq!(session.wait_for_exit().exit_code(), 3);
}
