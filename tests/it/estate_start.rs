//! How soon a large estate is under way: 3 accounts x 30 Regions x 6 sources. Prints its figures with
//! `cargo test --release --test it estate_start -- --ignored --nocapture`.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use aws_credential_types::Credentials;
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use ringfort::aws::{Access, Embedded, EmbeddedAccount, regions_of};
use ringfort::fetch::{Event, Request, start};
use ringfort::lens::LensSet;
use ringfort::model::{AccountId, LaneState, Region, Source, Text};

const ACCOUNTS: usize = 3;
const REGIONS: usize = 30;
const LANES: usize = ACCOUNTS * REGIONS * Source::ALL.len();

/// Refuses every call at once, and remembers when each lane made its first.
#[derive(Clone, Debug, Default)]
struct Wire {
    first: Arc<Mutex<HashMap<String, Instant>>>,
}

impl HttpConnector for Wire {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        // KEY/DATE/REGION/SERVICE
        let authorization = request.headers().get("authorization").unwrap_or_default();
        let scope = authorization.split("Credential=").nth(1).and_then(|rest| rest.split(',').next()).unwrap_or_default();
        self.first.lock().unwrap().entry(scope.to_owned()).or_insert_with(Instant::now);
        let body = SdkBody::from(r#"{"__type":"AccessDeniedException","message":"no"}"#);
        HttpConnectorFuture::ready(Ok(HttpResponse::new(403.try_into().unwrap(), body)))
    }
}

impl HttpClient for Wire {
    fn http_connector(&self, _settings: &HttpConnectorSettings, _components: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}

/// Processor time of this process, where the system tells it.
fn processor() -> Option<Duration> {
    let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
    let fields: Vec<&str> = stat.rsplit(')').next()?.split_whitespace().collect();
    let ticks: u64 = fields.get(11)?.parse::<u64>().ok()? + fields.get(12)?.parse::<u64>().ok()?;
    Some(Duration::from_millis(ticks * 10))
}

/// The lane that calls in this scope, `KEY/DATE/REGION/SERVICE/..`: the checks ask many services.
fn lane_of(scope: &str) -> String {
    let parts: Vec<&str> = scope.split('/').collect();
    let finds = ["guardduty", "inspector2", "access-analyzer", "macie2", "securityhub"].contains(&parts[3]);
    format!("{} {} {}", parts[0], parts[2], if finds { parts[3] } else { "checks" })
}

struct Figures {
    planned: Duration,
    first_call: Duration,
    last_lane: Duration,
    done: Duration,
    processor: Option<Duration>,
}

async fn run() -> Figures {
    let wire = Wire::default();
    let account = |number: usize| EmbeddedAccount {
        id: AccountId::new(&format!("{number:012}")),
        name: Text::new("test"),
        credentials: Credentials::new(format!("AKID{number}"), "s", None, None, "test"),
    };
    let access =
        Access::Embedded(Embedded { http_client: SharedHttpClient::new(wire.clone()), accounts: (1..=ACCOUNTS).map(account).collect() });
    let regions: Vec<Region> = regions_of("aws").into_iter().take(REGIONS).collect();
    let lenses = Arc::new(LensSet::builtin());
    // Services that AWS does not offer in a Region have no lane to start there.
    let request = Request::new(access, regions.clone());
    let (begun, spent) = (Instant::now(), processor());
    let mut fetch = start(request, lenses);
    let (mut planned, mut asked) = (None, 0);
    while let Some(event) = fetch.events.recv().await {
        match event {
            Event::Planned(lanes) => {
                assert_eq!(lanes.len(), LANES);
                asked = lanes.iter().filter(|lane| lane.state != LaneState::Unavailable).count();
                planned = Some(begun.elapsed());
            }
            Event::Done => break,
            _ => {}
        }
    }
    let done = begun.elapsed();
    let first = wire.first.lock().unwrap();
    let mut of_lanes: HashMap<String, Duration> = HashMap::new();
    let is_of_a_lane = |scope: &str| !scope.contains("/sts/") && regions.iter().any(|region| scope.contains(&format!("/{region}/")));
    for (scope, at) in first.iter().filter(|(scope, _)| is_of_a_lane(scope)) {
        let at = at.saturating_duration_since(begun);
        of_lanes.entry(lane_of(scope)).and_modify(|first| *first = at.min(*first)).or_insert(at);
    }
    assert_eq!(of_lanes.len(), asked, "every lane calls");
    Figures {
        planned: planned.unwrap(),
        first_call: *of_lanes.values().min().unwrap(),
        last_lane: *of_lanes.values().max().unwrap(),
        done,
        processor: processor().zip(spent).map(|(now, before)| now.saturating_sub(before)),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "a measurement"]
async fn how_soon_540_lanes_are_under_way() {
    for name in ["first", "again"] {
        let Figures { planned, first_call, last_lane, done, processor } = run().await;
        println!(
            "{LANES} lanes, {name}: planned {planned:.1?}, first call {first_call:.1?}, first call of the last lane {last_lane:.1?}, \
             done {done:.1?}, processor {processor:.0?}"
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn all_540_lanes_are_planned_at_once_and_every_one_is_asked() {
    let figures = run().await;
    // Far more than it takes, for slow machines: a pause that a person sees.
    assert!(figures.planned < Duration::from_secs(1), "{:?}", figures.planned);
}
