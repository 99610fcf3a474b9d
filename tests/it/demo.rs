//! The embedded estate through the real SDK clients and the runner: what a newcomer sees first.

use std::sync::Arc;
use std::time::Instant;

use ringfort::aws::Access;
use ringfort::demo;
use ringfort::fetch::{self, Request};
use ringfort::lens::LensSet;
use ringfort::model::{LaneState, Source, Status};
use ringfort::store::Store;

async fn fetch_all(include_archived: bool) -> Store {
    let now = "2026-05-06T07:08:09Z".parse().expect("a time");
    let request = Request {
        access: Access::Embedded(demo::access(now)),
        regions: demo::regions(),
        sources: Source::ALL.to_vec(),
        include_archived,
        timeout: None,
        max_concurrency: None,
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
    assert_eq!(store.coverage.lanes.len(), 75);
    assert_eq!(
        not_complete,
        [
            ("444455556666/eu-west-1/inspector".to_owned(), LaneState::Denied),
            ("123456789012/us-west-2/guardduty".to_owned(), LaneState::Partial),
            ("123456789012/ap-southeast-2/macie".to_owned(), LaneState::NotEnabled),
        ]
    );
    for source in Source::ALL {
        eprintln!("{source} {}", findings.iter().filter(|finding| finding.source == source).count());
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
