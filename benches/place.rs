//! What placing costs: 100k findings by the embedded lenses, and by these and more, some thousands of rules in all. Budget: well
//! under a second for 100k findings on one core, the first time that their facts are seen included.
#![allow(missing_docs)]

#[allow(dead_code)] // Each benchmark takes a part of it.
mod support;

use std::fmt::Write as _;
use std::time::Duration;

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use ringfort::lens::{LensSet, known};
use ringfort::model::{Compliance, Finding, Source, Text};

const FINDINGS: usize = 100_000;
const LENSES: usize = 8;
const RULES: usize = 400;

/// A lens with rules of every kind: exact types and controls, patterns, words of titles, tags, kinds of resources, requirements.
fn lens(number: usize) -> String {
    let mut text = format!("id = \"bench-{number}\"\ntitle = \"Bench\"\n");
    for group in 0..20 {
        let _ = writeln!(text, "[[group]]\nkey = \"g{group}\"\ntitle = \"Group {group}\"\ntext = \"\"");
    }
    for rule in 0..RULES {
        let listed = &known()[(rule * 31 + number * 7) % known().len()];
        let condition = match rule % 10 {
            _ if listed.source != Source::SecurityHub && rule % 10 < 4 => {
                format!("when.source = \"{}\"\nwhen.type = \"{}\"", listed.source, listed.id)
            }
            0..4 => format!("when.control = \"{}\"", listed.id),
            4 => format!("when.source = \"guardduty\"\nwhen.type = \"*:S3/*.{rule}\""),
            5 => format!("when.title = [\"word{rule}\", \"encrypt*\"]\nwhen.family = \"Service{rule}\""),
            6 => format!("when.any-resource = \"AWS::Service{rule}::*\""),
            7 => format!("when.tag = \"team=team-{rule}\"\nwhen.any-service = \"sagemaker\""),
            8 => format!("when.requirement = \"NIST.800-53.r5 AC-{}*\"", rule / 10),
            _ => format!("when.service = [\"service{rule}\", \"kinesis\"]"),
        };
        let group = rule % 20;
        let _ = writeln!(
            text,
            "[[rule]]\nid = \"r{rule}\"\n{condition}\ngroup = \"g{group}\"\nbasis = \"derived\"\nreason = \"A rule for {rule}.\""
        );
    }
    text
}

/// The findings of the other benchmarks, with requirements on the controls as Security Hub states them.
fn findings() -> Vec<Finding> {
    let mut findings = support::findings(FINDINGS);
    for (number, finding) in findings.iter_mut().enumerate().filter(|(_, finding)| finding.compliance.is_some()) {
        let control = finding.control().cloned();
        let first = control.as_ref().map_or(0, |control| control.len() + number % 3);
        let requirements = (0..12).map(|at| Text::new(&format!("NIST.800-53.r5 AC-{}({at})", first + at))).collect();
        finding.compliance = Some(Box::new(Compliance { control, requirements, ..Compliance::default() }));
    }
    findings
}

fn place(criterion: &mut Criterion) {
    let folder = tempfile::tempdir().expect("a folder");
    for number in 0..LENSES {
        std::fs::write(folder.path().join(format!("{number}.toml")), lens(number)).expect("written");
    }
    let many = LensSet::load(folder.path()).unwrap_or_else(|error| panic!("{error}"));
    let findings = findings();
    let mut group = criterion.benchmark_group("place 100k");
    group.throughput(Throughput::Elements(findings.len() as u64));
    for (name, set) in [("embedded lenses", LensSet::builtin()), ("many lenses", many)] {
        let rules: usize = set.lenses().iter().map(|lens| lens.rules().count()).sum();
        println!("{name}: {} lenses with {rules} rules", set.lenses().len());
        group.bench_function(name, |bencher| {
            bencher.iter_batched_ref(
                || (findings.clone(), set.placer()),
                |(findings, placer)| findings.iter_mut().for_each(|finding| placer.place(finding)),
                BatchSize::LargeInput,
            );
        });
    }
}

criterion_group! {
    name = benches;
    config = Criterion::default().warm_up_time(Duration::from_millis(300)).measurement_time(Duration::from_secs(5)).sample_size(10);
    targets = place
}
criterion_main!(benches);
