//! What a record costs on one core, from its JSON to its row: normalised and placed, and compressed apart. The records are those of the
//! embedded estate. Budget: 100 000 findings a second parsed and placed.
#![allow(missing_docs)]

use std::hint::black_box;
use std::time::Duration;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use ringfort::demo::wire::Service;
use ringfort::lens::LensSet;
use ringfort::model::{AccountId, Door, Region, Source, Timestamp};
use ringfort::source::{FindingSource, for_source};
use ringfort::store::RawBlock;

/// How many records of each service a mixed account has, of a hundred: as in the benchmarks of the engine.
const MIX: [(Source, usize); 5] =
    [(Source::Inspector, 45), (Source::SecurityHub, 35), (Source::GuardDuty, 8), (Source::AccessAnalyzer, 7), (Source::Macie, 5)];

/// A record, who reads it, and through which door it came.
struct Sample {
    reader: Box<dyn FindingSource>,
    door: Door,
    json: Vec<u8>,
}

fn service_of(source: Source) -> Service {
    match source {
        Source::GuardDuty => Service::GuardDuty,
        Source::Inspector => Service::Inspector,
        Source::AccessAnalyzer => Service::AccessAnalyzer,
        Source::Macie => Service::Macie,
        Source::SecurityHub => Service::SecurityHub,
        Source::Checks => Service::Checked("kms"),
    }
}

/// The first `count` records of the source in the embedded estate, from the start again where there are fewer.
fn samples(source: Source, count: usize) -> Vec<Sample> {
    let world = ringfort::demo::world(Timestamp::from_second(1_770_000_000).unwrap_or_default());
    let mut cells: Vec<_> = world.cells().filter(|(_, _, service, _)| *service == service_of(source)).collect();
    cells.sort_by_key(|(account, region, ..)| (*account, *region));
    let records: Vec<_> = cells
        .iter()
        .flat_map(|(account, region, _, cell)| {
            cell.shelves.iter().flat_map(ringfort::demo::wire::Shelf::records).map(move |record| (account, region, record))
        })
        .collect();
    records
        .iter()
        .cycle()
        .take(count)
        .map(|(account, region, record)| Sample {
            reader: for_source(source),
            door: Door { account: AccountId::new(account), region: Region::new(region) },
            json: record.json.to_vec(),
        })
        .collect()
}

fn measure(criterion: &mut Criterion, name: &str, samples: &[Sample]) {
    let bytes: usize = samples.iter().map(|sample| sample.json.len()).sum();
    println!("{name}: {} records of {} bytes on average", samples.len(), bytes / samples.len().max(1));
    let mut group = criterion.benchmark_group(name);
    group.throughput(Throughput::Elements(samples.len() as u64));
    group.bench_function("parse", |bencher| {
        bencher.iter(|| {
            samples.iter().map(|sample| sample.reader.normalise(black_box(&sample.json), &sample.door).title.len()).sum::<usize>()
        });
    });
    let mut placer = LensSet::builtin().placer();
    group.bench_function("parse and place", |bencher| {
        bencher.iter(|| {
            for sample in samples {
                let mut finding = sample.reader.normalise(black_box(&sample.json), &sample.door);
                placer.place(&mut finding);
                black_box(&finding);
            }
        });
    });
    let pages: Vec<Vec<u8>> =
        samples.chunks(100).map(|page| page.iter().flat_map(|sample| sample.json.iter().copied()).collect()).collect();
    group.bench_function("compress", |bencher| {
        bencher.iter(|| {
            for page in &pages {
                black_box(RawBlock::compress(page));
            }
        });
    });
}

fn parse(criterion: &mut Criterion) {
    for source in Source::SERVICES {
        measure(criterion, source.slug(), &samples(source, 1000));
    }
    let mut mixed: Vec<(usize, Sample)> = MIX
        .iter()
        .flat_map(|(source, share)| {
            samples(*source, share * 20).into_iter().enumerate().map(move |(number, sample)| (number / share, sample))
        })
        .collect();
    // Pages of a hundred with each source's share in them.
    mixed.sort_by_key(|(page, _)| *page);
    let mixed: Vec<Sample> = mixed.into_iter().map(|(_, sample)| sample).collect();
    measure(criterion, "mixed", &mixed);
}

criterion_group! {
    name = benches;
    config = Criterion::default().warm_up_time(Duration::from_millis(300)).measurement_time(Duration::from_secs(1)).sample_size(20);
    targets = parse
}
criterion_main!(benches);
