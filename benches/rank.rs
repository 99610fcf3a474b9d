//! What the priority costs: 100k findings taken in by pages of 100, without rules, with the embedded ones and no trait in play, with
//! traits on a fifth of the findings, and where all findings are about a few buckets and tell and hear of each other. Budget: well
//! under a second for 100k findings on one core, and some tens of bytes a finding.
#![allow(missing_docs)]

#[allow(dead_code)] // Each benchmark takes a part of it.
mod support;

use std::fmt::Write as _;
use std::time::Duration;

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use ringfort::model::{Finding, Resource, Severity, Text, Traits};
use ringfort::priority::Rules;
use ringfort::store::{Batch, Store};

const FINDINGS: usize = 100_000;
const PAGE: usize = 100;

/// Every embedded rule turned off.
fn no_rules() -> Rules {
    let mut text = String::new();
    for id in Rules::builtin().ids() {
        let _ = writeln!(text, "[[rule]]\nid = \"{id}\"\noff = true");
    }
    Rules::read("none", &text).unwrap_or_else(|error| panic!("{error}"))
}

fn with_traits(mut findings: Vec<Finding>) -> Vec<Finding> {
    for (number, finding) in findings.iter_mut().enumerate() {
        finding.traits = match number % 20 {
            0 => Traits::PUBLIC,
            1 => Traits::SENSITIVE,
            2 => Traits::KNOWN_EXPLOITED,
            3 => Traits::SEQUENCE,
            _ => Traits::NONE,
        };
    }
    findings
}

fn of_few_buckets(mut findings: Vec<Finding>) -> Vec<Finding> {
    for (number, finding) in findings.iter_mut().enumerate() {
        let id = Text::new(&format!("arn:aws:s3:::bucket-{}", number % 10));
        finding.resources = vec![Resource { name: id.clone(), id, ..Resource::default() }];
        finding.traits = [Traits::PUBLIC, Traits::SENSITIVE, Traits::SEQUENCE, Traits::NONE][number % 4];
    }
    findings
}

fn of_one_thing_each(mut findings: Vec<Finding>) -> Vec<Finding> {
    for (number, finding) in findings.iter_mut().enumerate() {
        let id = Text::new(&format!("arn:aws:s3:::bucket-{number}"));
        finding.resources = vec![Resource { name: id.clone(), id, ..Resource::default() }];
        finding.severity = Severity::Medium;
    }
    findings
}

fn pages(findings: &[Finding]) -> Vec<Batch> {
    findings.chunks(PAGE).map(|page| support::batch(page.to_vec())).collect()
}

fn taken(rules: &Rules, pages: Vec<Batch>) -> Store {
    let mut store = Store::new();
    store.rank_by(rules.clone());
    for page in pages {
        store.ingest(page);
    }
    store
}

fn rank(criterion: &mut Criterion) {
    let plain = support::findings(FINDINGS);
    let (none, embedded) = (no_rules(), Rules::builtin());
    let mut group = criterion.benchmark_group("take 100k in");
    group.throughput(Throughput::Elements(FINDINGS as u64));
    for (name, rules, findings) in [
        ("without rules", &none, plain.clone()),
        ("no trait in play", &embedded, plain.clone()),
        ("traits on a fifth", &embedded, with_traits(plain.clone())),
        ("one resource each", &embedded, of_one_thing_each(plain.clone())),
        ("ten buckets", &embedded, of_few_buckets(plain)),
    ] {
        let store = taken(rules, pages(&findings));
        let moved = store.iter().filter(|(_, finding)| finding.priority.level != finding.severity).count();
        println!("{name}: {moved} priorities differ, {:.1} bytes a finding", store.rank_bytes() as f64 / FINDINGS as f64);
        drop(store);
        group.bench_function(name, |bencher| {
            bencher.iter_batched(|| pages(&findings), |pages| taken(rules, pages), BatchSize::PerIteration);
        });
    }
}

criterion_group! {
    name = benches;
    config = Criterion::default().warm_up_time(Duration::from_millis(300)).measurement_time(Duration::from_secs(5)).sample_size(10);
    targets = rank
}
criterion_main!(benches);
