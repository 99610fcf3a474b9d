//! Merging: whatever arrives through which doors, in which order and in which batches, the same rows stand, and no id is lost.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use ringfort::lens::LensSet;
use ringfort::model::{AccountId, Door, Finding, RawRef, Region, SeenBy, Source, Timestamp};
use ringfort::report::{self, Context, Format};
use ringfort::source::for_source;
use ringfort::store::{Batch, RawBlock, Store};
use serde_json::json;

const ADMINISTRATOR: &str = "111111111111";
const MEMBER: &str = "222222222222";
const HOME: &str = "eu-central-1";
const LINKED: &str = "us-east-1";

/// One record as it arrives: what sent it, its JSON, and who was asked.
#[derive(Clone, Debug)]
struct Record {
    source: Source,
    json: String,
    door: (&'static str, &'static str),
    /// The copy whose group an Access Analyzer record shares: a lane tells the analyzer, a record does not.
    shares: Option<String>,
}

/// What an issue is, and where it lies.
#[derive(Clone, Copy, Debug)]
struct Issue {
    kind: usize,
    number: usize,
    account: &'static str,
    region: &'static str,
}

const KINDS: usize = 6;

fn hub(product: &str, id: &str, issue: Issue, minute: usize, more: &serde_json::Value) -> String {
    let Issue { account, region, .. } = issue;
    let mut record = json!({
        "SchemaVersion": "2018-10-08", "Id": id, "ProductArn": format!("arn:aws:securityhub:{region}::product/aws/{product}"), "Region": region,
        "AwsAccountId": account, "GeneratorId": "g", "Types": ["T"], "CreatedAt": "2026-01-01T00:00:00Z", "UpdatedAt": format!("2026-01-01T00:{minute:02}:00Z"),
        "Severity": { "Label": (["LOW", "HIGH", "CRITICAL"][minute % 3]) }, "Title": format!("hub {minute}"), "Description": "d",
        "Resources": [{ "Type": "AwsS3Bucket", "Id": "arn:aws:s3:::b" }], "Workflow": { "Status": (["NEW", "NOTIFIED"][minute % 2]) }, "RecordState": "ACTIVE",
    });
    record.as_object_mut().expect("an object").extend(more.as_object().cloned().unwrap_or_default());
    record.to_string()
}

/// The records of an issue, in one version: the native ones and Security Hub's, without regard to who asks. `twist` makes
/// records that are as new as each other say different things.
fn versions(issue: Issue, minute: usize, twist: bool) -> Vec<(Source, String, Option<String>)> {
    let Issue { kind, number, account, region } = issue;
    let time = format!("2026-01-01T00:{minute:02}:00Z");
    let severity = if twist { 8.0 } else { 2.0 };
    let title = if twist { "one" } else { "two" };
    let none = json!({});
    match kind {
        0 => {
            let arn = format!("arn:aws:guardduty:{region}:{account}:detector/d/finding/f{number}");
            let native = json!({ "id": format!("f{number}"), "arn": arn, "accountId": account, "region": region, "type": "Recon:EC2/Portscan",
                "severity": severity, "createdAt": time, "updatedAt": time, "title": title, "service": { "archived": false } });
            vec![(Source::GuardDuty, native.to_string(), None), (Source::SecurityHub, hub("guardduty", &arn, issue, minute, &none), None)]
        }
        1 => {
            let arn = format!("arn:aws:inspector2:{region}:{account}:finding/{number:032x}");
            let native = json!({ "findingArn": arn, "awsAccountId": account, "type": "PACKAGE_VULNERABILITY", "title": title, "status": "ACTIVE",
                "severity": if twist { "HIGH" } else { "LOW" }, "updatedAt": 1_767_225_600 + minute * 60 });
            vec![(Source::Inspector, native.to_string(), None), (Source::SecurityHub, hub("inspector", &arn, issue, minute, &none), None)]
        }
        2 => {
            let id = format!("{number:032x}");
            let native = json!({ "id": id, "accountId": account, "region": region, "archived": false, "type": "Policy:IAMUser/S3BucketPublic",
                "severity": { "description": if twist { "High" } else { "Low" } }, "updatedAt": time, "title": title });
            vec![(Source::Macie, native.to_string(), None), (Source::SecurityHub, hub("macie", &id, issue, minute, &none), None)]
        }
        3 => {
            // Two findings about one resource: Security Hub has one record for both.
            let resource = format!("arn:aws:s3:::bucket-{number}");
            let copy =
                hub("access-analyzer", &format!("arn:aws:access-analyzer:{region}:{account}:analyzer/a/{resource}"), issue, minute, &none);
            let native = |half: usize| {
                json!({ "id": format!("{half}-{number}-{account}-{region}"), "resource": resource, "resourceType": "AWS::S3::Bucket", "status": "ACTIVE",
                    "resourceOwnerAccount": account, "principal": { "AWS": "*" }, "action": ["s3:GetObject"], "isPublic": twist, "updatedAt": time })
                .to_string()
            };
            vec![
                (Source::AccessAnalyzer, native(0), Some(copy.clone())),
                (Source::AccessAnalyzer, native(1), Some(copy.clone())),
                (Source::SecurityHub, copy, None),
            ]
        }
        4 => {
            // One control that fails in two standards; in the last version a record says of which resource, and so leaves its twin.
            let resource = if minute == 3 { "arn:aws:s3:::other" } else { "arn:aws:s3:::b" };
            let standard = |name: &str, resource: &str| {
                let id = format!("arn:aws:securityhub:{region}:{account}:subscription/{name}/v/1.0.0/S3.{number}/finding/{name}-{number}");
                let more = json!({ "ProductFields": { "StandardsArn": format!("arn:aws:securityhub:::standards/{name}/v/1.0.0"), "ControlId": format!("S3.{number}") },
                    "Compliance": { "Status": "FAILED", "SecurityControlId": format!("S3.{number}") }, "Resources": [{ "Type": "AwsS3Bucket", "Id": resource }] });
                (Source::SecurityHub, hub("securityhub", &id, issue, minute, &more), None)
            };
            vec![standard("aws-foundational-security-best-practices", "arn:aws:s3:::b"), standard("pci-dss", resource)]
        }
        _ => vec![(Source::SecurityHub, hub("config", &format!("c{number}"), issue, minute, &none), None)],
    }
}

fn issue() -> impl Strategy<Value = Issue> {
    let (account, region) = (prop_oneof![Just(ADMINISTRATOR), Just(MEMBER)], prop_oneof![Just(HOME), Just(LINKED)]);
    (0..KINDS, 0..3_usize, account, region).prop_map(|(kind, number, account, region)| Issue { kind, number, account, region })
}

/// Who may see an issue: its own account, and the administrator; of Security Hub's, the home Region too.
fn doors(issue: Issue, source: Source) -> Vec<(&'static str, &'static str)> {
    let mut doors = vec![(issue.account, issue.region), (ADMINISTRATOR, issue.region)];
    if source == Source::SecurityHub {
        doors.push((ADMINISTRATOR, HOME));
    }
    doors
}

/// Records of some issues: each in some versions, each version through some doors.
fn records() -> impl Strategy<Value = Vec<Record>> {
    let versions_of = |issue: Issue| {
        let pick = (1..4_usize, any::<bool>(), any::<u8>());
        proptest::collection::vec(pick, 1..4).prop_map(move |picks| {
            let mut records = Vec::new();
            for (minute, twist, mask) in picks {
                for (at, (source, json, shares)) in versions(issue, minute, twist).into_iter().enumerate() {
                    for (number, door) in doors(issue, source).into_iter().enumerate() {
                        // Some are left out: not each service is on, not each door is open.
                        if mask >> ((at * 3 + number) % 8) & 1 == 1 {
                            records.push(Record { source, json: json.clone(), door, shares: shares.clone() });
                        }
                    }
                }
            }
            records
        })
    };
    proptest::collection::vec(issue().prop_flat_map(versions_of), 1..8).prop_map(|issues| issues.concat())
}

fn door((account, region): (&str, &str)) -> Door {
    Door { account: AccountId::new(account), region: Region::new(region) }
}

fn normalise(record: &Record) -> Finding {
    let door = door(record.door);
    let mut finding = for_source(record.source).normalise(record.json.as_bytes(), &door);
    assert!(finding.damage.is_none(), "{:?}: {}", finding.damage, record.json);
    if let Some(copy) = &record.shares {
        finding.group = for_source(Source::SecurityHub).normalise(copy.as_bytes(), &door).group;
        assert!(finding.group.is_some());
    }
    finding
}

/// A store that took the records in this order, in batches of these sizes, over and over.
fn store(records: &[Record], sizes: &[usize], lenses: &LensSet) -> Store {
    let mut store = Store::new();
    let mut placer = lenses.placer();
    let mut rest = records;
    for size in sizes.iter().cycle() {
        if rest.is_empty() {
            return store;
        }
        let (page, others) = rest.split_at((*size).min(rest.len()));
        rest = others;
        let mut raw = Vec::new();
        let findings = page.iter().map(|record| {
            let mut finding = normalise(record);
            finding.raw = RawRef { block: 0, start: raw.len() as u32, len: record.json.len() as u32 };
            raw.extend_from_slice(record.json.as_bytes());
            placer.place(&mut finding);
            finding
        });
        let findings = findings.collect();
        store.ingest(Batch { findings, raw: RawBlock::compress(&raw) });
    }
    store
}

type Rows = BTreeMap<(Source, String, String), Vec<(Source, String, Option<String>)>>;

/// The visible rows, each with what else has seen it.
fn rows(store: &Store) -> Rows {
    let seen = |seen: &SeenBy| (seen.source, seen.id.to_string(), seen.note.as_ref().map(ToString::to_string));
    store
        .iter()
        .map(|(_, finding)| {
            let key = (finding.source, finding.id.to_string(), format!("{:?}", finding.key));
            (key, finding.also_seen.iter().map(seen).collect())
        })
        .collect()
}

fn exports(store: &Store) -> Vec<Vec<u8>> {
    let view = ringfort::query::View::new(store, &ringfort::query::Query::default(), Timestamp::UNIX_EPOCH);
    Format::ALL
        .into_iter()
        .map(|format| {
            let mut out = Vec::new();
            let context = Context { store: Some(store), with_raw: true, ..Context::new(&store.coverage, Timestamp::UNIX_EPOCH) };
            let mut rows = view.rows().iter().filter_map(|row| store.visible(*row));
            report::write(format, &mut out, &mut rows, &context).expect("memory takes everything");
            out
        })
        .collect()
}

fn case() -> impl Strategy<Value = (Vec<Record>, Vec<Record>, Vec<usize>, Vec<usize>)> {
    let sizes = || proptest::collection::vec(1..6_usize, 1..5);
    records().prop_flat_map(move |records| (Just(records.clone()), Just(records).prop_shuffle(), sizes(), sizes()))
}

#[test]
fn merging_loses_no_id_and_does_not_depend_on_the_order_of_arrival() {
    let lenses = LensSet::builtin();
    let mut runner = proptest::test_runner::TestRunner::new(ProptestConfig { cases: 400, ..ProptestConfig::default() });
    let outcome = runner.run(&case(), |(records, shuffled, sizes, other_sizes)| {
        let (one, other) = (store(&records, &sizes, &lenses), store(&shuffled, &other_sizes, &lenses));
        let (rows, other_rows) = (rows(&one), rows(&other));
        prop_assert_eq!(&rows, &other_rows, "rows depend on the order");
        prop_assert_eq!((one.len(), other.len()), (rows.len(), rows.len()));
        for (format, (one, other)) in Format::ALL.into_iter().zip(exports(&one).into_iter().zip(exports(&other))) {
            prop_assert!(
                one == other,
                "{} depends on the order:\n{}\n{}",
                format,
                String::from_utf8_lossy(&one),
                String::from_utf8_lossy(&other)
            );
        }
        let sent: BTreeSet<(Source, String)> =
            records.iter().map(normalise).map(|finding| (finding.source, finding.id.to_string())).collect();
        let visible = rows.keys().map(|(source, id, _)| (*source, id.clone()));
        let behind = rows.values().flatten().map(|(source, id, _)| (*source, id.clone()));
        let kept: BTreeSet<(Source, String)> = visible.chain(behind).collect();
        prop_assert_eq!(sent, kept, "left: what arrived, right: what is shown, as a row or behind one");
        // A native record is always a row of its own; a copy of one never is.
        for (source, id, key) in rows.keys().filter(|(source, ..)| *source != Source::SecurityHub) {
            prop_assert!(!rows.values().flatten().any(|seen| (seen.0, &seen.1) == (*source, id)), "{} is behind a row: {}", id, key);
        }
        Ok(())
    });
    outcome.unwrap_or_else(|failure| panic!("{failure}"));
}
