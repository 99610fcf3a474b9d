//! The runner with readers that misbehave in every way that a source can.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use futures_util::future::BoxFuture;

use super::runner::start_with;
use super::{Event, Fetch, Outcome, Request, collect, start};
use crate::aws::regions_of;
use crate::aws::testing::{ACCOUNT, Wire, list_detectors};
use crate::lens::LensSet;
use crate::model::{AccountId, Door, Finding, LaneState, Partition, Priority, Region, Severity, Source, Text};
use crate::source::{FindingSource, LaneContext, LaneFailure};
use crate::store::Store;

fn finding(id: &str, source: Source, account: &str) -> Finding {
    Finding {
        kind: Text::new("Test"),
        title: Text::new(id),
        severity: Severity::High,
        priority: Priority { level: Severity::High, reason: Text::empty() },
        account: AccountId::new(account),
        region: Region::new("eu-central-1"),
        partition: Partition::new("aws"),
        ..Finding::blank(source, id)
    }
}

/// What a reader does with its lane.
#[derive(Clone)]
enum Act {
    Page(&'static [&'static str]),
    Total(u64),
    Trouble(&'static str),
    Sleep(u64),
    Hang,
    Panic,
    Fail(LaneState, &'static str),
    /// Calls GuardDuty through the SDK and fails as it fails.
    Call,
}

struct Reader {
    source: Source,
    acts: Vec<Act>,
    running: Arc<AtomicUsize>,
    most: Arc<AtomicUsize>,
}

impl Reader {
    fn new(source: Source, acts: &[Act]) -> Self {
        Self { source, acts: acts.to_vec(), running: Arc::default(), most: Arc::default() }
    }
}

impl Reader {
    /// A call that takes as long as this.
    async fn call_for(&self, lane: &LaneContext, answer: impl Future<Output = ()>) {
        let _pass = lane.gate.pass(&lane.door.region, "test", "Call").await;
        lane.meter.begin();
        let running = self.running.fetch_add(1, Ordering::SeqCst) + 1;
        self.most.fetch_max(running, Ordering::SeqCst);
        answer.await;
        self.running.fetch_sub(1, Ordering::SeqCst);
    }
}

impl FindingSource for Reader {
    fn source(&self) -> Source {
        self.source
    }

    fn actions(&self) -> &'static [crate::source::Action] {
        &[]
    }

    fn read<'a>(&'a self, lane: &'a LaneContext) -> BoxFuture<'a, Result<(), LaneFailure>> {
        Box::pin(async move {
            for act in &self.acts {
                match act {
                    Act::Page(ids) => {
                        let json: Vec<String> = ids.iter().map(|id| format!("{{\"id\":\"{id}\"}}")).collect();
                        let account = if lane.door.account.is_empty() { ACCOUNT } else { lane.door.account.as_str() };
                        lane.sink
                            .page(ids.iter().zip(&json).map(|(id, json)| (finding(id, self.source, account), json.as_bytes())).collect());
                    }
                    Act::Total(total) => lane.sink.total(*total),
                    Act::Trouble(reason) => lane.sink.trouble(Text::new(reason)),
                    Act::Sleep(millis) => self.call_for(lane, tokio::time::sleep(Duration::from_millis(*millis))).await,
                    Act::Hang => self.call_for(lane, std::future::pending()).await,
                    Act::Panic => panic!("index out of bounds"),
                    Act::Fail(state, reason) => {
                        return Err(LaneFailure {
                            state: *state,
                            reason: Text::new(reason),
                            action: (*state == LaneState::Denied).then(|| Text::new("guardduty:ListDetectors")),
                        });
                    }
                    Act::Call => {
                        let answer = list_detectors(&lane.config, &lane.meter).await;
                        answer.map_err(|error| LaneFailure { state: LaneState::Failed, reason: error.message, action: None })?;
                    }
                }
            }
            Ok(())
        })
    }

    fn normalise(&self, _json: &[u8], _door: &Door) -> Finding {
        finding("none", self.source, ACCOUNT)
    }

    fn detail<'a>(&'a self, lane: &'a LaneContext, finding: &'a Finding) -> BoxFuture<'a, Result<Option<String>, LaneFailure>> {
        Box::pin(async move { Ok(Some(format!("{} in {}", finding.id, lane.door.region))) })
    }
}

fn request(wire: Wire, account: &str, regions: &[&str]) -> Request {
    Request::new(wire.access(account), regions.iter().map(|name| Region::new(name)).collect())
}

fn begin(request: Request, readers: Vec<Reader>) -> Fetch {
    let readers = readers.into_iter().map(|reader| Arc::new(reader) as Arc<dyn FindingSource>).collect();
    start_with(request, Arc::new(LensSet::builtin()), readers)
}

/// Runs a fetch to its end, and checks what holds of every fetch.
async fn finish(fetch: Fetch) -> (Store, Outcome, usize) {
    let mut store = Store::new();
    let mut kinds = Vec::new();
    let outcome = collect(fetch, &mut store, |event| kinds.push(std::mem::discriminant(event))).await;
    assert_eq!(kinds.first(), Some(&std::mem::discriminant(&Event::Planned(Vec::new()))), "the plan comes first");
    assert_eq!(kinds.last(), Some(&std::mem::discriminant(&Event::Done)), "nothing comes after the end");
    assert!(store.coverage.is_final(), "every lane has ended");
    (store, outcome, kinds.len())
}

async fn run(acts: &[Act]) -> (Store, Outcome) {
    let wire = Wire::Code("AccessDeniedException");
    let (store, outcome, _) = finish(begin(request(wire, ACCOUNT, &["eu-central-1"]), vec![Reader::new(Source::GuardDuty, acts)])).await;
    (store, outcome)
}

fn lane(store: &Store, number: usize) -> (LaneState, &str) {
    let lane = &store.coverage.lanes[number];
    (lane.state, lane.reason.as_deref().unwrap_or_default())
}

#[tokio::test]
async fn pages_arrive_with_their_json_and_the_lane_is_complete() {
    let (store, outcome) = run(&[Act::Total(3), Act::Page(&["a", "b"]), Act::Sleep(5), Act::Page(&["c"]), Act::Page(&[])]).await;
    assert_eq!(lane(&store, 0), (LaneState::Complete, ""));
    let lane = &store.coverage.lanes[0];
    assert_eq!((lane.findings, lane.total, lane.pages), (3, Some(3), 3));
    for (_, finding) in store.iter() {
        assert_eq!(store.raw(finding.raw).expect("raw JSON"), format!("{{\"id\":\"{}\"}}", finding.id));
    }
    assert_eq!(outcome.identities.iter().map(|identity| identity.account.as_str()).collect::<Vec<_>>(), [ACCOUNT]);
    assert_eq!(outcome.fatal, None);
}

#[tokio::test]
async fn trouble_on_the_way_makes_the_lane_partial() {
    let (store, _) = run(&[Act::Page(&["a"]), Act::Trouble("analyzer x vanished"), Act::Trouble("analyzer y vanished")]).await;
    assert_eq!(lane(&store, 0), (LaneState::Partial, "analyzer x vanished (and 1 more)"));
}

#[tokio::test]
async fn a_failure_after_a_page_keeps_the_page_and_the_reason() {
    let (store, _) = run(&[Act::Page(&["a"]), Act::Fail(LaneState::Denied, "not allowed")]).await;
    assert_eq!(lane(&store, 0), (LaneState::Partial, "not allowed"));
    assert_eq!(store.coverage.lanes[0].action.as_deref(), Some("guardduty:ListDetectors"));
    assert_eq!(store.len(), 1);
}

#[tokio::test]
async fn a_failure_before_any_page_is_what_the_source_says() {
    for state in [LaneState::Denied, LaneState::NotEnabled, LaneState::Unavailable, LaneState::Failed] {
        let (store, outcome) = run(&[Act::Fail(state, "so it is")]).await;
        assert_eq!(lane(&store, 0), (state, "so it is"));
        assert_eq!(outcome.fatal, None);
    }
}

#[tokio::test]
async fn a_panic_costs_one_lane_and_nothing_else() {
    let readers = vec![
        Reader::new(Source::GuardDuty, &[Act::Panic]),
        Reader::new(Source::Inspector, &[Act::Page(&["a"]), Act::Panic]),
        Reader::new(Source::Macie, &[Act::Page(&["b"])]),
    ];
    let (store, ..) = finish(begin(request(Wire::Code("No"), ACCOUNT, &["eu-central-1"]), readers)).await;
    assert_eq!(lane(&store, 0), (LaneState::Failed, "ringfort's own mistake, please report it: index out of bounds"));
    assert_eq!(lane(&store, 1).0, LaneState::Partial);
    assert_eq!(lane(&store, 2).0, LaneState::Complete);
    assert_eq!(store.len(), 2);
}

#[tokio::test]
async fn the_time_limit_ends_what_runs_and_what_waits() {
    let readers = vec![
        Reader::new(Source::GuardDuty, &[Act::Page(&["a"]), Act::Hang]),
        Reader::new(Source::Inspector, &[Act::Hang]),
        Reader::new(Source::Macie, &[Act::Sleep(1), Act::Page(&["b"])]),
    ];
    let mut request = request(Wire::SilentSts, ACCOUNT, &["eu-central-1"]);
    request.timeout = Some(Duration::from_millis(150));
    request.max_concurrency = Some(2);
    let begun = Instant::now();
    let (store, ..) = finish(begin(request, readers)).await;
    assert!(begun.elapsed() < Duration::from_secs(1), "{:?}", begun.elapsed());
    assert_eq!(lane(&store, 0), (LaneState::Partial, "timed out after 0.15 s: raise --timeout"));
    assert_eq!(lane(&store, 1), (LaneState::Failed, "timed out after 0.15 s: raise --timeout"));
    assert_eq!(lane(&store, 2), (LaneState::Failed, "not reached before the time limit: raise --timeout"));
    assert_eq!(store.len(), 1);
}

#[tokio::test]
async fn cancelling_ends_one_lane_or_all_and_keeps_what_arrived() {
    let readers = vec![
        Reader::new(Source::GuardDuty, &[Act::Page(&["a"]), Act::Hang]),
        Reader::new(Source::Inspector, &[Act::Hang]),
        Reader::new(Source::Macie, &[Act::Hang]),
    ];
    let mut request = request(Wire::Code("No"), ACCOUNT, &["eu-central-1"]);
    request.max_concurrency = Some(2);
    let mut fetch = begin(request, readers);
    let handle = fetch.handle();
    let mut store = Store::new();
    while let Some(event) = fetch.events.recv().await {
        let is_page = matches!(event, Event::Batch(..));
        event.apply(&mut store);
        if is_page {
            break;
        }
    }
    handle.cancel_lane(1);
    // The freed turn goes to the third lane, which hangs too.
    while store.coverage.lanes[2].state != LaneState::Loading {
        fetch.events.recv().await.expect("more events").apply(&mut store);
    }
    assert_eq!(lane(&store, 1), (LaneState::Failed, "cancelled"));
    handle.cancel();
    while let Some(event) = fetch.events.recv().await.filter(|event| !matches!(event, Event::Done)) {
        event.apply(&mut store);
    }
    assert_eq!(lane(&store, 0), (LaneState::Partial, "cancelled"));
    assert_eq!(lane(&store, 2), (LaneState::Failed, "cancelled"));
    assert_eq!(store.len(), 1);
}

#[tokio::test]
async fn no_more_calls_run_at_once_than_allowed() {
    let reader = Reader::new(Source::GuardDuty, &[Act::Sleep(10), Act::Page(&["a"])]);
    let most = Arc::clone(&reader.most);
    let mut request = request(Wire::Code("No"), ACCOUNT, &["eu-central-1", "eu-west-1", "eu-west-2", "us-east-1", "us-east-2"]);
    request.max_concurrency = Some(2);
    let (store, ..) = finish(begin(request, vec![reader])).await;
    assert_eq!(most.load(Ordering::SeqCst), 2);
    assert!(store.coverage.is_complete());
}

#[tokio::test]
async fn a_service_that_is_not_offered_is_not_asked_and_does_not_make_the_number_doubtful() {
    let readers = vec![Reader::new(Source::GuardDuty, &[Act::Page(&["a"])]), Reader::new(Source::Macie, &[Act::Panic])];
    let (store, outcome, _) = finish(begin(request(Wire::Code("No"), ACCOUNT, &["eu-central-2"]), readers)).await;
    assert_eq!(lane(&store, 1), (LaneState::Unavailable, "AWS does not offer Macie in eu-central-2"));
    assert!(!store.coverage.lanes[1].offered);
    assert!(store.coverage.is_complete());
    assert_eq!(outcome.fatal, None);
}

#[tokio::test]
async fn a_name_without_an_address_is_no_network_or_not_offered() {
    let readers = vec![Reader::new(Source::GuardDuty, &[Act::Call]), Reader::new(Source::Macie, &[Act::Page(&["a"])])];
    let (store, outcome, _) = finish(begin(request(Wire::NoDns, ACCOUNT, &["eu-central-1"]), readers)).await;
    let (state, reason) = lane(&store, 0);
    assert_eq!(state, LaneState::Failed);
    assert!(reason.ends_with("no network, or GuardDuty is not offered in eu-central-1"), "{reason}");
    assert_eq!(outcome.fatal, None, "the other lane was read");
}

#[tokio::test]
async fn when_nothing_can_be_reached_one_sentence_says_so() {
    let readers = vec![Reader::new(Source::GuardDuty, &[Act::Call])];
    let (_, outcome, _) = finish(begin(request(Wire::Unreachable, ACCOUNT, &["eu-central-1", "eu-west-1"]), readers)).await;
    let fatal = outcome.fatal.expect("fatal");
    assert!(fatal.starts_with("nothing could be reached") && fatal.contains("AWS_ENDPOINT_URL") && fatal.contains("refused"), "{fatal}");
}

#[tokio::test]
async fn expired_credentials_are_one_sentence_too() {
    let readers = vec![Reader::new(Source::GuardDuty, &[Act::Call])];
    let (store, outcome, _) = finish(begin(request(Wire::Refuses("ExpiredTokenException"), ACCOUNT, &["eu-central-1"]), readers)).await;
    let fatal = outcome.fatal.expect("fatal");
    assert!(fatal.starts_with("the credentials have expired") && fatal.contains("aws sso login"), "{fatal}");
    assert_eq!(lane(&store, 0), (LaneState::Failed, &*fatal));
}

#[tokio::test]
async fn credentials_that_work_elsewhere_mean_a_region_that_is_not_enabled() {
    let readers = vec![Reader::new(Source::GuardDuty, &[Act::Call])];
    let wire = Wire::Code("UnrecognizedClientException");
    let (store, outcome, _) = finish(begin(request(wire, ACCOUNT, &["eu-south-1"]), readers)).await;
    let (state, reason) = lane(&store, 0);
    assert_eq!(state, LaneState::Unavailable);
    assert!(reason.contains("eu-south-1 is not enabled"), "{reason}");
    assert!(store.coverage.lanes[0].offered, "AWS offers it: the number stays doubtful");
    assert_eq!(outcome.fatal, None);
}

#[tokio::test]
async fn the_account_is_given_to_the_lanes_when_sts_has_told_it() {
    let (store, outcome, _) = finish(begin(
        request(Wire::Code("No"), "", &["eu-central-1"]),
        vec![Reader::new(Source::GuardDuty, &[Act::Sleep(50), Act::Page(&["a"])])],
    ))
    .await;
    assert_eq!(store.coverage.lanes[0].id.account.as_str(), ACCOUNT);
    assert_eq!(outcome.identities[0].arn.as_str(), format!("arn:aws:iam::{ACCOUNT}:user/a"));
}

#[tokio::test]
async fn a_silent_sts_holds_nothing_up_and_the_findings_tell_the_account() {
    let begun = Instant::now();
    let (store, outcome, _) =
        finish(begin(request(Wire::SilentSts, "", &["eu-central-1"]), vec![Reader::new(Source::GuardDuty, &[Act::Page(&["a"])])])).await;
    assert!(begun.elapsed() < Duration::from_secs(4), "{:?}", begun.elapsed());
    assert_eq!(store.coverage.lanes[0].id.account.as_str(), ACCOUNT);
    assert_eq!(lane(&store, 0).0, LaneState::Complete);
    assert!(outcome.notices.iter().any(|notice| notice.contains("taken from the findings")), "{:?}", outcome.notices);
}

#[tokio::test]
async fn a_slow_reader_of_events_slows_the_sources_down_instead_of_filling_the_memory() {
    const PAGES: usize = 400;
    let acts: Vec<Act> = (0..PAGES).flat_map(|_| [Act::Page(&["a"]), Act::Sleep(0)]).collect();
    let reader = Reader::new(Source::GuardDuty, &acts);
    let running = Arc::clone(&reader.running);
    let fetch = begin(request(Wire::Code("No"), ACCOUNT, &["eu-central-1"]), vec![reader]);
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert_eq!(running.load(Ordering::SeqCst), 1, "the source waits for the reader of events");
    let (store, ..) = finish(fetch).await;
    assert_eq!(store.coverage.lanes[0].pages as usize, PAGES);
}

#[tokio::test]
async fn dropping_the_fetch_ends_it() {
    let reader = Reader::new(Source::GuardDuty, &[Act::Page(&["a"]), Act::Hang]);
    let source = Arc::new(reader);
    let fetch = start_with(
        request(Wire::Code("No"), ACCOUNT, &["eu-central-1"]),
        Arc::new(LensSet::builtin()),
        vec![Arc::clone(&source) as Arc<dyn FindingSource>],
    );
    tokio::time::sleep(Duration::from_millis(50)).await;
    drop(fetch);
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert_eq!(Arc::strong_count(&source), 1, "nothing holds the reader any more");
}

#[tokio::test]
async fn details_are_asked_where_the_finding_lies() {
    let fetch = begin(
        request(Wire::Code("No"), ACCOUNT, &["eu-west-1", "eu-central-1"]),
        vec![Reader::new(Source::AccessAnalyzer, &[Act::Page(&["a"])])],
    );
    let handle = fetch.handle();
    finish(fetch).await;
    let detail = handle.detail(&finding("a", Source::AccessAnalyzer, ACCOUNT)).await;
    assert_eq!(detail, Ok(Some("a in eu-central-1".into())));
    let mut of_an_analyzer = finding("a", Source::AccessAnalyzer, "444455556666");
    of_an_analyzer.analyzer = Some(Text::new("arn:aws:access-analyzer:eu-west-1:111122223333:analyzer/x"));
    assert_eq!(handle.detail(&of_an_analyzer).await, Ok(Some("a in eu-west-1".into())));
    assert_eq!(handle.detail(&finding("b", Source::Macie, ACCOUNT)).await, Ok(None));
}

#[tokio::test]
async fn regions_of_two_partitions_are_a_mistake_that_is_told_before_anything_is_asked() {
    let request = request(Wire::Unreachable, ACCOUNT, &["eu-central-1", "cn-north-1"]);
    let error = super::check(&request).await.expect_err("a mistake");
    assert!(error.to_string().contains("cn-north-1"), "{error}");
    let (store, outcome, events) = finish(begin(request, Vec::new())).await;
    assert_eq!((events, store.coverage.lanes.len()), (3, 0));
    assert_eq!(outcome.fatal.as_deref(), Some(error.to_string().as_str()));
}

#[tokio::test]
async fn all_sources_in_all_regions_tell_that_they_are_denied() {
    let regions = regions_of("aws");
    let names: Vec<&str> = regions.iter().map(Region::as_str).collect();
    let request = request(Wire::Code("AccessDeniedException"), ACCOUNT, &names);
    let (store, outcome, _) = finish(start(request, Arc::new(LensSet::builtin()))).await;
    assert_eq!(store.coverage.lanes.len(), 34 * 6);
    for lane in &store.coverage.lanes {
        let expected = if lane.offered { LaneState::Denied } else { LaneState::Unavailable };
        assert_eq!(lane.state, expected, "{}: {:?}", lane.id, lane.reason);
        assert_eq!(lane.offered, lane.action.is_some(), "{}", lane.id);
    }
    assert_eq!(store.coverage.lanes.iter().filter(|lane| !lane.offered).count(), 13, "Macie in 12 Regions, Inspector in one");
    assert_eq!(outcome.fatal, None);
}
