//! What a keystroke, a batch and a board cost, at 1k, 10k and 100k findings. Each name says the budget at 100k, if it has one.
#![allow(missing_docs)]

#[allow(dead_code)] // Each benchmark takes a part of it.
mod support;

use std::hint::black_box;
use std::time::Duration;

use criterion::{BatchSize, BenchmarkId, Criterion, criterion_group, criterion_main};
use ringfort::model::{Finding, Timestamp};
use ringfort::query::{Board, Field, Query, View, facets};
use ringfort::store::{Ingested, Store};

const SIZES: [usize; 3] = [1_000, 10_000, 100_000];

fn now() -> Timestamp {
    Timestamp::from_second(support::NOW).unwrap_or_default()
}

fn query(text: &str) -> Query {
    Query::parse(text).0
}

/// A view as a screen has it: everything was told to it.
fn live(store: &Store) -> View {
    let mut view = View::new(store, &Query::default(), now());
    view.update(store, &Ingested::default());
    view
}

/// From one query to another on a live view.
fn asked(group: &str, criterion: &mut Criterion, cases: &[(&str, &str, &str)]) {
    let mut group = criterion.benchmark_group(group);
    for size in SIZES {
        let store = support::store(size);
        let mut view = live(&store);
        for (name, before, after) in cases {
            let (before, after) = (query(before), query(after));
            group.bench_function(BenchmarkId::new(*name, size), |bencher| {
                bencher.iter_custom(|times| {
                    let mut spent = Duration::ZERO;
                    for _ in 0..times {
                        view.set_query(&store, &before, now());
                        view.advance(&store, Duration::MAX);
                        let start = std::time::Instant::now();
                        view.set_query(&store, &after, now());
                        black_box(view.rows());
                        spent += start.elapsed();
                    }
                    spent
                });
            });
        }
    }
}

fn filter(criterion: &mut Criterion) {
    let cases = [
        ("words (16 ms)", "", "sev>=high source:guardduty,inspector -layer:6 side:customer"),
        ("age (16 ms)", "", "age<7d"),
        ("texts (16 ms)", "", "region:us-* account:1111* type:*S3* -title:public"),
        ("resource (16 ms)", "", "resource:payments-*"),
        ("resource part (16 ms)", "", "resource:*uploads*"),
        ("tags (16 ms)", "", "tag:env=prod -tag:sandbox"),
        ("cvss (16 ms)", "", "cvss>=9 fixable:yes"),
        ("phrase (16 ms)", "", "\"remote attacker\""),
        ("all of it (16 ms)", "", "sev>=medium region:us-*,eu-* age<100d resource:*prod*,*a* -tag:sandbox \"data\""),
    ];
    asked("filter", criterion, &cases);
}

fn sort(criterion: &mut Criterion) {
    let cases = [
        ("contract (16 ms)", "sev:low", ""),
        ("last seen (16 ms)", "", "sort:last-seen"),
        ("title (16 ms)", "", "sort:title"),
        ("resource (16 ms)", "", "sort:-resource"),
        ("cvss (16 ms)", "", "sort:cvss"),
    ];
    asked("sort", criterion, &cases);
}

fn from_nothing(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("from nothing");
    for size in SIZES {
        let store = support::store(size);
        group.bench_function(BenchmarkId::new("contract order", size), |bencher| {
            bencher.iter(|| View::new(&store, &Query::default(), now()).rows().len());
        });
        group.bench_function(BenchmarkId::new("with its texts", size), |bencher| {
            bencher.iter(|| live(&store).rows().len());
        });
        println!("{size} findings: the view takes {:.1} MB", live(&store).bytes() as f64 / 1e6);
    }
}

const STROKES: [(&str, &str, &str); 6] = [
    ("e", "", "e"),
    ("pu", "p", "pu"),
    ("openssl", "openss", "openssl"),
    ("payments up", "payments u", "payments up"),
    ("nothing of it", "", "zzxqj"),
    ("backspace", "publi", "publ"),
];

fn keystroke(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("keystroke");
    for size in SIZES {
        let store = support::store(size);
        let live = live(&store);
        let mut slowest = Duration::ZERO;
        for (name, before, after) in STROKES {
            let (before, after) = (query(before), query(after));
            // A view that has never seen the word.
            let mut seen = live.clone();
            seen.set_query(&store, &before, now());
            seen.advance(&store, Duration::MAX);
            group.bench_function(BenchmarkId::new(format!("{name}: the set (8 ms)"), size), |bencher| {
                bencher.iter_batched_ref(|| seen.clone(), |view| view.set_query(&store, &after, now()), BatchSize::LargeInput);
            });
            group.bench_function(BenchmarkId::new(format!("{name}: ranked (50 ms)"), size), |bencher| {
                bencher.iter_custom(|times| {
                    let mut spent = Duration::ZERO;
                    for _ in 0..times {
                        let mut view = seen.clone();
                        let start = std::time::Instant::now();
                        view.set_query(&store, &after, now());
                        loop {
                            let slice = std::time::Instant::now();
                            let progress = view.advance(&store, Duration::from_millis(6));
                            slowest = slowest.max(slice.elapsed());
                            if progress.is_done() {
                                break;
                            }
                        }
                        spent += start.elapsed();
                    }
                    spent
                });
            });
        }
        println!("{size} findings: the slowest slice of 6 ms took {:.1} ms", slowest.as_secs_f64() * 1e3);
    }
}

fn batch(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("a batch of 100 arrives");
    for size in SIZES {
        let mut findings = support::findings(size + 100);
        let new: Vec<Finding> = findings.split_off(size);
        for (name, text) in [("contract order", ""), ("by title", "sort:title"), ("ranked search", "pub")] {
            let mut store = Store::new();
            store.ingest(support::batch(findings.clone()));
            let mut before = live(&store);
            before.set_query(&store, &query(text), now());
            before.advance(&store, Duration::MAX);
            let ingested = store.ingest(support::batch(new.clone()));
            group.bench_function(BenchmarkId::new(name, size), |bencher| {
                // The first time the rows are new, then they have changed: they are taken out and put in again.
                bencher.iter(|| before.update(&store, &ingested));
            });
        }
    }
}

fn counting(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("counting");
    for size in SIZES {
        let store = support::store(size);
        let view = live(&store);
        group.bench_function(BenchmarkId::new("board", size), |bencher| bencher.iter(|| Board::of(&store, view.rows())));
        group.bench_function(BenchmarkId::new("regions", size), |bencher| bencher.iter(|| facets(&store, view.rows(), Field::Region)));
        group.bench_function(BenchmarkId::new("resources", size), |bencher| bencher.iter(|| facets(&store, view.rows(), Field::Resource)));
        let query = query("payments up");
        group.bench_function(BenchmarkId::new("marks of 60 rows", size), |bencher| {
            let shown: Vec<_> = view.rows().iter().take(60).filter_map(|row| store.get(*row)).collect();
            bencher.iter(|| shown.iter().map(|finding| query.marks(&finding.title).len()).sum::<usize>());
        });
    }
}

fn settings() -> Criterion {
    Criterion::default().warm_up_time(Duration::from_millis(200)).measurement_time(Duration::from_millis(600)).sample_size(10)
}

criterion_group! {
    name = benches;
    config = settings();
    targets = filter, sort, from_nothing, keystroke, batch, counting
}
criterion_main!(benches);
