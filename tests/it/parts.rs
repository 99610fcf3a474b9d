//! Long listings are read in parts side by side: each finding once, whatever happens to the findings meanwhile. The services
//! are played by a list that changes with every call; its pages are bound to a place in the order, not to a moment.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use ringfort::demo::wire::Service;
use ringfort::model::{Source, Timestamp};
use ringfort::source::{LaneContext, for_source};
use serde_json::{Value, json};

use crate::endpoint::{Endpoint, Quota, data};
use crate::lane_wire::{Answer, Asked, Kept, Wire, lane, run};

const DAY: i64 = 86_400_000;

#[derive(Clone)]
struct Item {
    id: String,
    severity: i64,
    created: i64,
    changed: i64,
}

/// What is wrong with the service, or with the world.
#[derive(Clone, Copy, PartialEq)]
enum Way {
    /// Nothing changes.
    Still,
    /// With every call a finding becomes more or less severe, and is changed now.
    Moving,
    /// As `Moving`, but the time of the change stands still, as when a service is slow to say so.
    Unmarked,
    /// The service ignores ranges of time.
    Ignoring,
    /// The service refuses ranges of time.
    Refusing,
    /// No finding has a time.
    Timeless,
    /// The service does not count.
    NotCounting,
}

struct Live {
    items: Vec<Item>,
    way: Way,
    random: u64,
    asked: Vec<Value>,
    listed: usize,
}

impl Live {
    fn new(count: usize, way: Way) -> Self {
        let now = Timestamp::now().as_millisecond();
        let count = i64::try_from(count).expect("a count");
        let items = (0..count)
            .map(|number| {
                let time = now - 80 * DAY + number * 80 * DAY / count - DAY;
                Item { id: format!("{number:032x}"), severity: 1 + number % 9, created: time, changed: time }
            })
            .collect();
        Self { items, way, random: 7, asked: Vec::new(), listed: 0 }
    }

    fn next(&mut self, below: usize) -> usize {
        self.random = self.random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.random >> 33) as usize % below
    }

    fn stir(&mut self) {
        if !matches!(self.way, Way::Moving | Way::Unmarked) || self.items.is_empty() {
            return;
        }
        let at = self.next(self.items.len());
        let severity = i64::try_from(1 + self.next(9)).expect("a severity");
        self.items[at].severity = severity;
        if self.way == Way::Moving {
            self.items[at].changed = Timestamp::now().as_millisecond();
        }
    }

    /// A page: the worst first, from the place that the token names.
    fn page(&self, from: Option<i64>, to: Option<i64>, by: fn(&Item) -> i64, token: &str, size: usize) -> (Vec<&Item>, Option<String>) {
        let inside =
            |item: &&Item| self.way == Way::Ignoring || from.is_none_or(|from| by(item) >= from) && to.is_none_or(|to| by(item) <= to);
        let place = |item: &Item| format!("{}{}", 9 - item.severity, item.id);
        let mut items: Vec<&Item> =
            self.items.iter().filter(inside).filter(|item| token.is_empty() || place(item).as_str() > token).collect();
        items.sort_by_key(|item| place(item));
        let next = (items.len() > size).then(|| place(items[size - 1]));
        items.truncate(size);
        (items, next)
    }

    fn answer(&mut self, source: Source, asked: &Asked) -> Answer {
        let body: Value = serde_json::from_str(&asked.body).unwrap_or_default();
        let ok = |body: Value| (200, body.to_string());
        let statistics = ["/findings/statistics", "/findings/aggregation/list"].iter().any(|end| asked.path.ends_with(end));
        if statistics && self.way == Way::NotCounting {
            return (403, json!({ "__type": "AccessDeniedException", "message": "no" }).to_string());
        }
        let count = self.items.len();
        match (source, asked.path.as_str()) {
            (Source::GuardDuty, "/detector") => return ok(json!({ "detectorIds": ["d"] })),
            (Source::GuardDuty, "/detector/d") | (Source::Macie, "/macie") => return ok(json!({ "status": "ENABLED" })),
            (Source::GuardDuty, _) if statistics => return ok(json!({ "findingStatistics": { "countBySeverity": { "5.0": count } } })),
            (Source::Macie, _) if statistics => return ok(json!({ "countsByGroup": [{ "groupKey": "High", "count": count }] })),
            (Source::Inspector, "/status/batch/get") => return ok(json!({ "accounts": [{ "state": { "status": "ENABLED" } }] })),
            (Source::Inspector, _) if statistics => {
                return ok(json!({ "responses": [{ "accountAggregation": { "severityCounts": { "all": count } } }] }));
            }
            (Source::SecurityHub, "/accounts") => return ok(json!({ "HubArn": "h" })),
            _ => {}
        }
        if let Some(ids) = body["findingIds"].as_array() {
            let ids: BTreeSet<&str> = ids.iter().filter_map(Value::as_str).collect();
            let records: Vec<Value> =
                self.items.iter().filter(|item| ids.contains(item.id.as_str())).map(|item| self.record(source, item)).collect();
            return ok(json!({ "findings": records }));
        }
        self.asked.push(body.clone());
        self.listed += 1;
        self.stir();
        let (range, by): (_, fn(&Item) -> i64) = match source {
            Source::GuardDuty | Source::Macie => {
                let criterion = &body["findingCriteria"]["criterion"]["updatedAt"];
                let bound = |names: [&str; 2]| names.iter().find_map(|name| criterion[*name].as_i64());
                ((bound(["greaterThanOrEqual", "gte"]), bound(["lessThanOrEqual", "lte"])), |item| item.changed)
            }
            Source::Inspector => {
                let changed = body["filterCriteria"]["updatedAt"].is_array();
                let filter = &body["filterCriteria"][if changed { "updatedAt" } else { "firstObservedAt" }][0];
                let bound = |name: &str| filter[name].as_f64().map(|seconds| (seconds * 1000.0) as i64);
                ((bound("startInclusive"), bound("endInclusive")), if changed { |item| item.changed } else { |item| item.created })
            }
            _ => {
                let changed = body["Filters"]["UpdatedAt"].is_array();
                let filter = &body["Filters"][if changed { "UpdatedAt" } else { "CreatedAt" }][0];
                let bound =
                    |name: &str| filter[name].as_str().and_then(|text| text.parse::<Timestamp>().ok()).map(Timestamp::as_millisecond);
                ((bound("Start"), bound("End")), if changed { |item| item.changed } else { |item| item.created })
            }
        };
        if self.way == Way::Refusing && range != (None, None) {
            return (400, json!({ "__type": "ValidationException", "message": "no such filter" }).to_string());
        }
        let size = body["maxResults"].as_u64().or(body["MaxResults"].as_u64()).unwrap_or(50) as usize;
        let token = body["nextToken"].as_str().or(body["NextToken"].as_str()).unwrap_or_default();
        let (items, next) = self.page(range.0, range.1, by, token, size);
        let next = next.map_or(Value::Null, Value::from);
        ok(match source {
            Source::GuardDuty | Source::Macie => {
                json!({ "findingIds": items.iter().map(|item| item.id.as_str()).collect::<Vec<_>>(), "nextToken": next })
            }
            Source::SecurityHub => {
                json!({ "Findings": items.iter().map(|item| self.record(source, item)).collect::<Vec<_>>(), "NextToken": next })
            }
            _ => json!({ "findings": items.iter().map(|item| self.record(source, item)).collect::<Vec<_>>(), "nextToken": next }),
        })
    }

    fn record(&self, source: Source, item: &Item) -> Value {
        let time = |millis: i64| {
            let time = Timestamp::from_millisecond(millis).expect("a time");
            if self.way == Way::Timeless { Value::Null } else { time.to_string().into() }
        };
        let epoch = |millis: i64| if self.way == Way::Timeless { Value::Null } else { (millis as f64 / 1000.0).into() };
        match source {
            Source::GuardDuty => json!({ "id": item.id, "severity": item.severity, "updatedAt": time(item.changed), "type": "T" }),
            Source::Macie => json!({ "id": item.id, "severity": { "score": 3 }, "updatedAt": time(item.changed), "type": "T" }),
            Source::Inspector => {
                json!({ "findingArn": item.id, "severity": "HIGH", "firstObservedAt": epoch(item.created), "updatedAt": epoch(item.changed), "status": "ACTIVE" })
            }
            _ => {
                json!({ "Id": item.id, "ProductArn": "p", "CreatedAt": time(item.created), "UpdatedAt": time(item.changed), "Severity": { "Label": "HIGH" } })
            }
        }
    }
}

struct Read {
    ids: Vec<String>,
    total: Option<u64>,
    asked: Vec<Value>,
    troubles: Vec<String>,
}

fn read(source: Source, count: usize, way: Way) -> Read {
    let live = Arc::new(Mutex::new(Live::new(count, way)));
    let played = Arc::clone(&live);
    let wire = Wire::new(move |asked| played.lock().expect("the service").answer(source, asked));
    let kept = Arc::new(Kept::default());
    let context: LaneContext = lane(wire, &kept, false);
    run(for_source(source).read(&context)).expect("the lane is read to its end");
    drop(context);
    let asked = std::mem::take(&mut live.lock().expect("the service").asked);
    let ids = kept.findings.lock().expect("findings").iter().map(|(finding, _)| finding.id.to_string()).collect();
    let troubles = kept.troubles.lock().expect("troubles").clone();
    let total = *kept.total.lock().expect("the total");
    Read { ids, total, asked, troubles }
}

const PARTED: [Source; 3] = [Source::GuardDuty, Source::Macie, Source::Inspector];

/// Whether a request asked for a part.
fn is_part(asked: &Value) -> bool {
    let text = asked.to_string();
    ["updatedAt", "firstObservedAt", "CreatedAt", "UpdatedAt"].iter().any(|name| text.contains(&format!("\"{name}\":")))
}

fn assert_all_once(read: &Read, count: usize, what: &str) {
    let distinct: BTreeSet<&String> = read.ids.iter().collect();
    assert_eq!((distinct.len(), read.ids.len()), (count, count), "{what}: each id once");
    assert_eq!(read.troubles, Vec::<String>::new(), "{what}");
}

#[test]
fn a_long_listing_is_read_in_parts_and_each_finding_comes_once() {
    for source in PARTED {
        let read = read(source, 2000, Way::Still);
        assert_all_once(&read, 2000, source.slug());
        assert_eq!(read.total, Some(2000), "{source}");
        let parts: BTreeSet<String> = read
            .asked
            .iter()
            .filter(|asked| is_part(asked))
            .map(|asked| {
                let mut asked = asked.clone();
                asked.as_object_mut().expect("an object").remove("nextToken");
                asked.to_string()
            })
            .collect();
        assert!(parts.len() >= 4, "{source}: {parts:#?}");
    }
}

#[test]
fn findings_that_move_from_part_to_part_while_they_are_read_come_once() {
    for source in PARTED {
        for way in [Way::Moving, Way::Unmarked] {
            let read = read(source, 1500, way);
            assert_all_once(&read, 1500, source.slug());
            assert!(read.asked.iter().any(is_part), "{source}");
        }
    }
}

#[test]
fn a_service_that_ignores_or_refuses_parts_is_read_page_by_page_from_where_it_was() {
    for source in PARTED {
        for way in [Way::Ignoring, Way::Refusing] {
            let read = read(source, 1500, way);
            assert_all_once(&read, 1500, source.slug());
            let pages = 1500 / if source == Source::Inspector { 100 } else { 50 };
            assert!(read.asked.iter().any(is_part) && read.asked.len() < pages * 2, "{source}: {} pages asked for", read.asked.len());
        }
    }
}

#[test]
fn findings_without_a_time_are_not_lost_between_the_parts() {
    for source in PARTED {
        assert_all_once(&read(source, 1500, Way::Timeless), 1500, source.slug());
    }
}

#[test]
fn without_a_count_a_listing_is_parted_once_it_has_proved_long() {
    for source in PARTED {
        let read = read(source, 1500, Way::NotCounting);
        assert_all_once(&read, 1500, source.slug());
        assert_eq!(read.total, None);
        assert!(read.asked.iter().take(4).all(|asked| !is_part(asked)) && read.asked.iter().any(is_part), "{source}");
    }
}

#[test]
fn a_short_listing_costs_no_more_calls_than_it_has_pages() {
    for source in PARTED {
        let size = if source == Source::Inspector { 100 } else { 50 };
        let read = read(source, 3 * size, Way::Still);
        assert_all_once(&read, 3 * size, source.slug());
        assert_eq!(read.asked.len(), 3, "{source}");
    }
}

#[test]
fn security_hub_is_parted_where_one_page_after_the_other_would_leave_its_quota_idle() {
    let live = Arc::new(Mutex::new(Live::new(1000, Way::Moving)));
    let played = Arc::clone(&live);
    let wire = Wire::new(move |asked| {
        std::thread::sleep(std::time::Duration::from_millis(if asked.path == "/findings" { 700 } else { 0 }));
        played.lock().expect("the service").answer(Source::SecurityHub, asked)
    });
    let kept = Arc::new(Kept::default());
    run(for_source(Source::SecurityHub).read(&lane(wire, &kept, false))).expect("the lane is read to its end");
    let ids: BTreeSet<String> = kept.findings.lock().expect("findings").iter().map(|(finding, _)| finding.id.to_string()).collect();
    assert_eq!(ids.len(), 1000);
    let asked = std::mem::take(&mut live.lock().expect("the service").asked);
    // Four pages, the two ends, then parts.
    assert!(!asked[..6].iter().any(is_part) && asked[6..].iter().all(is_part), "{asked:#?}");
}

#[test]
fn security_hub_is_read_page_by_page_while_that_keeps_its_quota_busy() {
    let read = read(Source::SecurityHub, 2000, Way::Still);
    assert_all_once(&read, 2000, "security-hub");
    assert_eq!(read.asked.len(), 20);
}

#[test]
fn an_enforced_quota_of_security_hub_is_kept_in_each_region() {
    let regions = ["eu-central-1", "us-east-1"];
    let quota = Quota::new(Service::SecurityHub, "GetFindings", 3.0, 6.0);
    let endpoint = Endpoint::with_quotas(data::world(&regions, 1200), vec![quota]);
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_ringfort"))
        .args(["export", "--format", "ndjson", "--source", "security-hub", "--region", regions[0], "--region", regions[1]])
        .env_clear()
        .envs([("AWS_ENDPOINT_URL", endpoint.url.as_str()), ("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE"), ("AWS_SECRET_ACCESS_KEY", "no")])
        .env("HOME", std::env::temp_dir())
        .output()
        .expect("the binary runs");
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(String::from_utf8_lossy(&output.stdout).lines().count(), 2400);
    let counts = endpoint.counts()[0];
    assert!(counts.admitted >= 24 && counts.refused == 0, "{counts:?}");
}
