//! What latency and quotas cost: the real clients and the real runner against a local endpoint that answers after a fixed time, or
//! enforces a quota. Times are printed beside the least that they could be, and beside plain sequential paging. Nothing is asserted.
#![allow(missing_docs, clippy::unwrap_used)]

#[path = "../tests/it/endpoint/mod.rs"]
#[allow(dead_code, unused_imports, reason = "faults and records of requests are for the tests")]
mod endpoint;

use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use aws_credential_types::Credentials;
use ringfort::aws::{Access, Embedded, EmbeddedAccount};
use ringfort::demo::wire::Service;
use ringfort::fetch::{Event, Request, start};
use ringfort::lens::LensSet;
use ringfort::model::{AccountId, Region, Source, Text};
use ringfort::store::Store;

const HOME: &str = "eu-central-1";
/// Findings in each of the five services.
const FINDINGS: usize = 2000;
/// As `fetch` splits a long listing: the most parts.
const PARTS: usize = 6;
const LATENCIES: [u64; 3] = [0, 50, 200];

fn main() {
    println!("{FINDINGS} findings in each of five services of one Region; times in ms");
    println!(
        "{:>8} {:>6} {:>9} {:>13} {:>10} {:>9} {:>6} {:>9} {:>6} {:>11} {:>8}",
        "latency", "calls", "planned", "first totals", "first row", "complete", "sent", "limit", "ratio", "sequential", "speed-up"
    );
    for latency in LATENCIES {
        for at_once in [64, 8] {
            fetch(Duration::from_millis(latency), at_once);
        }
    }
    println!("\nSecurity Hub GetFindings, an enforced quota of 3 a second and a burst of 6, 60 pages");
    println!("{:>8} {:>10} {:>9} {:>9} {:>10}", "latency", "admitted", "refused", "seconds", "quota use");
    for latency in [0, 50, 200, 1000] {
        quota(Duration::from_millis(latency));
    }
}

/// The longest chain of calls that wait for each other, source by source, where long listings are read in parts: the calls before
/// the first page, the first page, the pages of one part, what changed meanwhile, the count once more. Where bodies are asked for by
/// id, those of the first page tell where to split, and those of the last page come after it. The two ends of the listing are
/// looked at before it is split.
fn longest_chain(findings: usize) -> usize {
    let part = |page: usize| (findings - page).div_ceil(page).div_ceil(PARTS);
    let by_id = |before: usize| before + 1 + 1 + 2 + part(50) + 1 + 1 + 1;
    let whole = |before: usize| before + 1 + 1 + part(100) + 1 + 1;
    // Security Hub's pages come one after the other: its quota is the limit. Access Analyzer has one type of resource here.
    let sequential = 1 + findings.div_ceil(100);
    [by_id(1), whole(1), sequential, by_id(1), sequential].into_iter().max().unwrap_or_default()
}

/// One page after the other, the sources side by side.
fn sequential(findings: usize) -> usize {
    let by_id = 1 + 2 * findings.div_ceil(50);
    by_id + 1
}

fn fetch(latency: Duration, at_once: usize) {
    let mut world = endpoint::data::world(&[HOME], FINDINGS);
    world.pace.floor = latency;
    let local = endpoint::Endpoint::start(world);
    // The first answer of a listing sorts it; that is not what is measured.
    run(&local, 64);
    let before = local.requests().len();
    let times = run(&local, at_once);
    let calls = local.requests().len() - before;
    let ms = |time: Duration| time.as_secs_f64() * 1e3;
    let limit = latency.as_secs_f64() * 1e3 * (longest_chain(FINDINGS) as f64).max(calls as f64 / at_once as f64);
    let plain = latency.as_secs_f64() * 1e3 * sequential(FINDINGS) as f64;
    let ratio = |of: f64, to: f64| if to > 0.0 { format!("{:.2}", of / to) } else { "-".to_owned() };
    println!(
        "{:>8} {calls:>6} {:>9.1} {:>13.1} {:>10.1} {:>9.1} {at_once:>6} {limit:>9.0} {:>6} {plain:>11.0} {:>8}",
        latency.as_millis(),
        ms(times.planned),
        ms(times.totals),
        ms(times.row),
        ms(times.complete),
        ratio(ms(times.complete), limit),
        ratio(plain, ms(times.complete)),
    );
}

#[derive(Default)]
struct Times {
    planned: Duration,
    totals: Duration,
    row: Duration,
    complete: Duration,
}

fn run(local: &endpoint::Endpoint, at_once: usize) -> Times {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        let credentials = Credentials::new("AKIAIOSFODNN7EXAMPLE", "not-a-secret", None, None, "bench");
        let account = EmbeddedAccount { id: AccountId::new(endpoint::data::ACCOUNT), name: Text::new("bench"), credentials };
        let access = Access::Embedded(Embedded { http_client: endpoint::detour(local), accounts: vec![account] });
        let mut request = Request::new(access, vec![Region::new(HOME)]);
        request.max_concurrency = Some(at_once);
        request.sources.retain(|source| *source != Source::Checks);
        let lenses = Arc::new(LensSet::builtin());
        let mut store = Store::new();
        let mut times = Times::default();
        let begun = Instant::now();
        let mut fetch = start(request, lenses);
        while let Some(event) = fetch.events.recv().await {
            let now = begun.elapsed();
            let first = |time: &mut Duration| *time = if time.is_zero() { now } else { *time };
            match &event {
                Event::Planned(_) => first(&mut times.planned),
                Event::Lane(_, lane) if lane.total.is_some() => first(&mut times.totals),
                Event::Batch(_, batch) if !batch.findings.is_empty() => first(&mut times.row),
                Event::Done => {
                    times.complete = now;
                    break;
                }
                _ => {}
            }
            event.apply(&mut store);
        }
        times
    })
}

fn quota(latency: Duration) {
    let mut world = endpoint::data::world(&[HOME], 6000);
    world.pace.floor = latency;
    let (rate, burst) = (3.0, 6.0);
    let quota = endpoint::Quota::new(Service::SecurityHub, "GetFindings", rate, burst);
    let local = endpoint::Endpoint::with_quotas(world, vec![quota]);
    let status = Command::new(env!("CARGO_BIN_EXE_ringfort"))
        .args(["export", "--format", "ndjson", "--source", "security-hub"])
        .envs([("AWS_ENDPOINT_URL", local.url.as_str()), ("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE")])
        .envs([("AWS_SECRET_ACCESS_KEY", "not-a-secret"), ("AWS_REGION", HOME)])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .unwrap();
    let counts = local.counts()[0];
    let seconds = counts.first.zip(counts.last).map(|(first, last)| (last - first).as_secs_f64()).unwrap_or_default();
    let used = f64::from(counts.admitted) / (burst + rate * seconds);
    println!(
        "{:>8} {:>10} {:>9} {seconds:>9.1} {:>9.1}%  {}",
        latency.as_millis(),
        counts.admitted,
        counts.refused,
        used * 100.0,
        if status.success() { "" } else { "(not complete)" }
    );
}
