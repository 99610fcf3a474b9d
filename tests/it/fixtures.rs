//! Every file of the folder of third-party samples goes through the real client of its service, the malformed ones in the same
//! page as good neighbours: nothing is lost, nothing panics, and the fields are those of an independent reading of the JSON.
//! The samples are not part of the project; without them these tests say so and pass.
//! `securityhub-v2-ocsf` has no source yet and is left out.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use ringfort::model::{AccountId, Door, Finding, Region, Severity, Source, Status, Timestamp};
use ringfort::source::{FindingSource, evidence, for_source};
use serde_json::Value;

use crate::lane_wire::{Answer, Asked, Kept, Wire, lane, run};

struct Sample {
    name: String,
    text: String,
    json: Value,
}

fn folder() -> Option<PathBuf> {
    let named = std::env::var_os("RINGFORT_FIXTURES").map(PathBuf::from);
    let folder = named.unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/fixtures"));
    let found = folder.is_dir();
    if !found {
        println!("the samples are absent ({}); set RINGFORT_FIXTURES to their folder: nothing was tested", folder.display());
    }
    found.then_some(folder)
}

/// The samples of a family, in lots without two of the same identity: a lane tells records apart by it.
fn lots(family: &str, identity: &[&str]) -> Vec<Vec<Sample>> {
    let Some(folder) = folder() else { return Vec::new() };
    let mut paths: Vec<_> =
        std::fs::read_dir(folder.join(family)).expect("the family's folder").map(|entry| entry.expect("an entry").path()).collect();
    paths.sort();
    assert!(!paths.is_empty(), "{family} has no samples");
    let mut lots: Vec<(HashSet<String>, Vec<Sample>)> = Vec::new();
    for path in paths {
        let text = std::fs::read_to_string(&path).expect("a sample").trim().to_owned();
        let json: Value = serde_json::from_str(&text).expect("JSON");
        let sample = Sample { name: path.file_name().expect("a name").to_string_lossy().into_owned(), text, json };
        let id: String = identity.iter().map(|pointer| scalar(&sample.json, pointer).unwrap_or_default() + "|").collect();
        let at = lots.iter().position(|(ids, _)| !ids.contains(&id)).unwrap_or_else(|| {
            lots.push(Default::default());
            lots.len() - 1
        });
        lots[at].0.insert(id);
        lots[at].1.push(sample);
    }
    lots.into_iter().map(|(_, samples)| samples).collect()
}

/// A scalar as text; empty counts as absent.
fn scalar(json: &Value, pointer: &str) -> Option<String> {
    match json.pointer(pointer)? {
        Value::String(text) => Some(text.clone()).filter(|text| !text.is_empty()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(flag) => Some(flag.to_string()),
        _ => None,
    }
}

fn time(json: &Value, pointer: &str) -> Option<Timestamp> {
    match json.pointer(pointer)? {
        Value::String(text) => text.parse().ok(),
        Value::Number(number) => Timestamp::from_millisecond((number.as_f64()? * 1000.0).round() as i64).ok(),
        _ => None,
    }
}

fn first_time(json: &Value, pointers: &[&str]) -> Option<Timestamp> {
    pointers.iter().find_map(|pointer| time(json, pointer))
}

/// Reads a lane that `answer` answers, archived findings too.
fn read(source: Source, answer: impl Fn(&Asked) -> Answer + Send + Sync + 'static) -> Vec<(Finding, Vec<u8>)> {
    let kept = Arc::new(Kept::default());
    let lane = lane(Wire::new(answer), &kept, true);
    run(for_source(source).read(&lane)).expect("the lane is read to its end");
    assert!(kept.troubles.lock().expect("troubles").is_empty());
    std::mem::take(&mut *kept.findings.lock().expect("findings"))
}

/// Serves the samples' text as they are in one page, and pairs what came out with them.
fn serve(source: Source, samples: &[Sample], answer: impl Fn(&Asked, &str) -> Answer + Send + Sync + 'static) -> Vec<Finding> {
    let list = samples.iter().map(|sample| &*sample.text).collect::<Vec<_>>().join(" ,\n");
    let found = read(source, move |asked| answer(asked, &list));
    assert_eq!(found.len(), samples.len(), "as many findings as samples");
    found
        .into_iter()
        .zip(samples)
        .map(|((finding, raw), sample)| {
            assert_eq!(String::from_utf8_lossy(&raw), sample.text, "{}: the raw JSON is kept byte for byte", sample.name);
            assert_eq!(finding.source, source);
            assert!(!finding.title.is_empty(), "{}: has a title", sample.name);
            assert!(!evidence(source, &sample.text).is_empty(), "{}: has evidence", sample.name);
            finding
        })
        .collect()
}

/// Takes what it compares: most of it is made for the comparison.
#[allow(clippy::needless_pass_by_value)]
fn check<T: PartialEq + std::fmt::Debug>(sample: &Sample, what: &str, found: T, expected: T) {
    assert_eq!(found, expected, "{}: {what}", sample.name);
}

fn word(severity: Option<&str>) -> Severity {
    match severity.map(str::to_ascii_lowercase).as_deref() {
        Some("critical") => Severity::Critical,
        Some("high") => Severity::High,
        Some("medium") => Severity::Medium,
        Some("low") => Severity::Low,
        Some("informational") => Severity::Informational,
        _ => Severity::Unknown,
    }
}

fn on_scale_of_ten(number: f64) -> Severity {
    if number >= 9.0 {
        Severity::Critical
    } else if number >= 7.0 {
        Severity::High
    } else if number >= 4.0 {
        Severity::Medium
    } else if number >= 1.0 {
        Severity::Low
    } else {
        Severity::Informational
    }
}

fn ok(body: impl Into<String>) -> Answer {
    (200, body.into())
}

#[test]
fn guardduty_samples_come_through_whole() {
    for samples in lots("guardduty", &["/arn", "/id"]) {
        let findings = serve(Source::GuardDuty, &samples, |asked, list| match asked.path.as_str() {
            "/detector" => ok(r#"{"detectorIds":["d"]}"#),
            "/detector/d" => ok(r#"{"status":"ENABLED"}"#),
            "/detector/d/findings" => ok(r#"{"findingIds":["any"]}"#),
            "/detector/d/findings/get" => ok(format!(r#"{{"findings":[{list}]}}"#)),
            other => panic!("asked for {other}"),
        });
        for (finding, sample) in findings.iter().zip(&samples) {
            let json = &sample.json;
            check(sample, "id", Some(finding.id.to_string()), scalar(json, "/id"));
            check(sample, "type", Some(finding.kind.to_string()), scalar(json, "/type"));
            check(sample, "title", Some(finding.title.to_string()), scalar(json, "/title"));
            check(sample, "account", Some(finding.account.to_string()), scalar(json, "/accountId"));
            check(sample, "Region", Some(finding.region.to_string()), scalar(json, "/region"));
            let number: f64 = scalar(json, "/severity").expect("a severity").parse().expect("a number");
            check(sample, "native severity", finding.native_severity.score, Some(number));
            check(sample, "severity", finding.severity, on_scale_of_ten(number));
            let archived = scalar(json, "/service/archived").as_deref() == Some("true");
            check(sample, "status", finding.status, if archived { Status::Archived } else { Status::Active });
            check(sample, "first seen", finding.first_seen, first_time(json, &["/service/eventFirstSeen", "/createdAt"]));
            check(sample, "last seen", finding.last_seen, first_time(json, &["/service/eventLastSeen", "/updatedAt"]));
            check(sample, "count", finding.count.map(|count| count.to_string()), scalar(json, "/service/count"));
            for pointer in
                ["/resource/instanceDetails/instanceId", "/resource/s3BucketDetails/0/arn", "/resource/accessKeyDetails/accessKeyId"]
            {
                if let Some(id) = scalar(json, pointer) {
                    assert!(finding.resources.iter().any(|resource| *resource.id == *id), "{}: {pointer}", sample.name);
                }
            }
            for action in ["networkConnectionAction", "awsApiCallAction"] {
                if let Some(ip) = scalar(json, &format!("/service/action/{action}/remoteIpDetails/ipAddressV4")) {
                    assert!(finding.actors.ips.iter().any(|known| **known == *ip), "{}: {ip}", sample.name);
                }
            }
            let wrong = sample.name.starts_with("malformed-001") || sample.name.starts_with("malformed-002");
            assert!(!wrong || finding.damage.is_some(), "{}: is shown as damaged", sample.name);
            assert!(!sample.name.starts_with("api-") || finding.damage.is_none(), "{}: {:?}", sample.name, finding.damage);
        }
    }
}

#[test]
fn inspector_samples_come_through_whole() {
    for samples in lots("inspector2", &["/findingArn"]) {
        let findings = serve(Source::Inspector, &samples, |asked, list| match asked.path.as_str() {
            "/status/batch/get" => ok(r#"{"accounts":[{"accountId":"999988887777","state":{"status":"ENABLED"}}]}"#),
            "/findings/list" => ok(format!(r#"{{"findings":[{list}]}}"#)),
            other => panic!("asked for {other}"),
        });
        for (finding, sample) in findings.iter().zip(&samples) {
            let json = &sample.json;
            check(sample, "id", Some(finding.id.to_string()), scalar(json, "/findingArn"));
            check(sample, "type", Some(finding.kind.to_string()), scalar(json, "/type"));
            check(sample, "account", Some(finding.account.to_string()), scalar(json, "/awsAccountId"));
            let of_arn = finding.id.split(':').nth(3).map(str::to_owned);
            let region = of_arn.or_else(|| scalar(json, "/resources/0/region"));
            check(sample, "Region", Some(finding.region.to_string()), region);
            check(sample, "severity", finding.severity, word(scalar(json, "/severity").as_deref()));
            let status = match scalar(json, "/status").as_deref() {
                Some("SUPPRESSED") => Status::Suppressed,
                Some("CLOSED") => Status::Resolved,
                _ => Status::Active,
            };
            check(sample, "status", finding.status, status);
            assert!(finding.first_seen.is_some() && finding.last_seen.is_some(), "{}: has times", sample.name);
            if !sample.name.starts_with("event-") {
                check(sample, "first seen", finding.first_seen, time(json, "/firstObservedAt"));
                check(sample, "last seen", finding.last_seen, time(json, "/lastObservedAt"));
            }
            let resources = json["resources"].as_array().map_or(0, Vec::len);
            check(sample, "resources", finding.resources.len(), resources);
            check(sample, "first resource", Some(finding.resources[0].id.to_string()), scalar(json, "/resources/0/id"));
            let packages = json.pointer("/packageVulnerabilityDetails/vulnerablePackages").and_then(Value::as_array).map_or(0, Vec::len);
            check(sample, "vulnerabilities", finding.vulnerabilities.len(), packages);
            if packages > 0 {
                let first = &finding.vulnerabilities[0];
                check(sample, "CVE", Some(first.id.to_string()), scalar(json, "/packageVulnerabilityDetails/vulnerabilityId"));
                let package = "/packageVulnerabilityDetails/vulnerablePackages/0/name";
                check(sample, "package", first.package.as_ref().map(ToString::to_string), scalar(json, package));
                check(sample, "EPSS", first.epss, json.pointer("/epss/score").and_then(Value::as_f64));
            }
            assert_eq!(finding.damage, None, "{}", sample.name);
        }
    }
}

#[test]
fn macie_samples_come_through_whole() {
    for samples in lots("macie2", &["/id"]) {
        let findings = serve(Source::Macie, &samples, |asked, list| match asked.path.as_str() {
            "/macie" => ok(r#"{"status":"ENABLED"}"#),
            "/findings" => ok(r#"{"findingIds":["any"]}"#),
            "/findings/describe" => ok(format!(r#"{{"findings":[{list}]}}"#)),
            other => panic!("asked for {other}"),
        });
        for (finding, sample) in findings.iter().zip(&samples) {
            let json = &sample.json;
            check(sample, "id", Some(finding.id.to_string()), scalar(json, "/id"));
            check(sample, "type", Some(finding.kind.to_string()), scalar(json, "/type"));
            check(sample, "account", Some(finding.account.to_string()), scalar(json, "/accountId"));
            check(sample, "Region", Some(finding.region.to_string()), scalar(json, "/region"));
            check(sample, "severity", finding.severity, word(scalar(json, "/severity/description").as_deref()));
            check(sample, "first seen", finding.first_seen, time(json, "/createdAt"));
            check(sample, "last seen", finding.last_seen, time(json, "/updatedAt"));
            check(sample, "sample", finding.sample, json["sample"] == Value::Bool(true));
            let bucket = scalar(json, "/resourcesAffected/s3Bucket/arn");
            check(sample, "bucket", finding.resources.first().map(|resource| resource.id.to_string()), bucket);
            assert_eq!(finding.damage, None, "{}", sample.name);
        }
    }
}

/// Lists of both API versions, and the details of single findings: a file's name says which.
#[test]
fn access_analyzer_samples_come_through_whole() {
    const EXTERNAL: &str = "arn:aws:access-analyzer:eu-central-1:999988887777:analyzer/external";
    const UNUSED: &str = "arn:aws:access-analyzer:eu-central-1:999988887777:analyzer/unused";
    for samples in lots("accessanalyzer", &["/id", "/findingId"]) {
        let is_detail = |sample: &Sample| sample.name.contains("-getv2-");
        let is_first = |sample: &Sample| !is_detail(sample) && sample.json.get("findingType").is_none();
        let is_second = |sample: &Sample| !is_detail(sample) && sample.json.get("findingType").is_some();
        let texts = |wanted: &dyn Fn(&Sample) -> bool| {
            samples.iter().filter(|sample| wanted(sample)).map(|sample| sample.text.clone()).collect::<Vec<_>>().join(",")
        };
        let (first, second) = (texts(&is_first), texts(&is_second));
        let found = read(Source::AccessAnalyzer, move |asked| match asked.path.as_str() {
            "/analyzer" => ok(format!(
                r#"{{"analyzers":[{{"arn":"{EXTERNAL}","name":"external","type":"ACCOUNT","status":"ACTIVE","createdAt":"2026-01-01T00:00:00Z"}},
                    {{"arn":"{UNUSED}","name":"unused","type":"ACCOUNT_UNUSED_ACCESS","status":"ACTIVE","createdAt":"2026-01-01T00:00:00Z"}}]}}"#
            )),
            "/finding" => ok(format!(r#"{{"findings":[{first}]}}"#)),
            "/findingv2" => ok(format!(r#"{{"findings":[{second}]}}"#)),
            other => panic!("asked for {other}"),
        });
        let listed: Vec<&Sample> = samples.iter().filter(|s| is_first(s)).chain(samples.iter().filter(|s| is_second(s))).collect();
        assert_eq!(found.len(), listed.len(), "as many findings as samples");
        for ((finding, raw), sample) in found.iter().zip(listed) {
            assert_eq!(String::from_utf8_lossy(raw), sample.text, "{}", sample.name);
            check_access(finding, sample);
            let analyzer = if is_first(sample) { EXTERNAL } else { UNUSED };
            check(sample, "analyzer", finding.analyzer.as_deref().unwrap_or_default().to_owned(), analyzer.to_owned());
        }
        for sample in samples.iter().filter(|sample| is_detail(sample)) {
            check_detail(sample, UNUSED);
        }
    }
}

fn check_access(finding: &Finding, sample: &Sample) {
    let json = &sample.json;
    check(sample, "id", Some(finding.id.to_string()), scalar(json, "/id").or_else(|| scalar(json, "/findingId")));
    let kind = scalar(json, "/findingType").unwrap_or_else(|| "ExternalAccess".to_owned());
    check(sample, "type", finding.kind.to_string(), kind);
    let status = match scalar(json, "/status").as_deref() {
        Some("ARCHIVED") => Status::Archived,
        Some("RESOLVED") => Status::Resolved,
        _ => Status::Active,
    };
    check(sample, "status", finding.status, status);
    if let Some(account) = scalar(json, "/resourceOwnerAccount").or_else(|| scalar(json, "/accountId")) {
        check(sample, "account", finding.account.to_string(), account);
    }
    check(sample, "first seen", finding.first_seen, time(json, "/createdAt"));
    check(sample, "last seen", finding.last_seen, first_time(json, &["/updatedAt", "/analyzedAt"]));
    check(sample, "resource", finding.resources.first().map(|resource| resource.id.to_string()), scalar(json, "/resource"));
    check(sample, "severity without analysis", finding.severity == Severity::Unknown, json.get("error").is_some());
    assert!(finding.priority.reason.starts_with("derived by ringfort: "), "{}: {}", sample.name, finding.priority.reason);
    assert!(!evidence(Source::AccessAnalyzer, &sample.text).is_empty(), "{}: has evidence", sample.name);
    assert_eq!(finding.damage, None, "{}", sample.name);
}

/// The whole body of `GetFindingV2`, asked for when a listed finding is opened.
fn check_detail(sample: &Sample, analyzer: &str) {
    let id = scalar(&sample.json, "/id").expect("an id");
    let listed = format!(r#"{{"id":"{id}","findingType":"UnusedPermission","status":"ACTIVE"}}"#);
    let text = sample.text.clone();
    let analyzer = analyzer.to_owned();
    let wire = Wire::new(move |asked| match asked.path.as_str() {
        "/analyzer" => ok(format!(r#"{{"analyzers":[{{"arn":"{analyzer}","type":"ACCOUNT_UNUSED_ACCESS","status":"ACTIVE"}}]}}"#)),
        "/findingv2" => ok(format!(r#"{{"findings":[{listed}]}}"#)),
        path if path == format!("/findingv2/{id}") => ok(text.clone()),
        other => panic!("asked for {other}"),
    });
    let kept = Arc::new(Kept::default());
    let lane = lane(wire, &kept, true);
    let source = for_source(Source::AccessAnalyzer);
    run(source.read(&lane)).expect("the lane is read to its end");
    let finding = kept.findings.lock().expect("findings")[0].0.clone();
    let detail = run(source.detail(&lane, &finding)).expect("details").expect("some");
    assert_eq!(serde_json::from_str::<Value>(&detail).expect("JSON"), sample.json, "{}", sample.name);
    check_access(&source.normalise(sample.text.as_bytes(), &lane.door), sample);
}

/// On a thread with tokio's default stack: the generated deserialiser of these findings once needed more.
#[test]
fn security_hub_samples_come_through_whole() {
    let thread = std::thread::Builder::new().stack_size(2 * 1024 * 1024).spawn(check_security_hub).expect("a thread");
    thread.join().expect("no panic");
}

fn check_security_hub() {
    for samples in lots("securityhub", &["/ProductArn", "/Id"]) {
        let findings = serve(Source::SecurityHub, &samples, |asked, list| match asked.path.as_str() {
            "/accounts" => ok(r#"{"HubArn":"arn:aws:securityhub:eu-central-1:999988887777:hub/default"}"#),
            "/findings" => ok(format!(r#"{{"Findings":[{list}]}}"#)),
            other => panic!("asked for {other}"),
        });
        for (finding, sample) in findings.iter().zip(&samples) {
            let json = &sample.json;
            match scalar(json, "/Id") {
                Some(id) => check(sample, "id", finding.id.to_string(), id),
                None => assert!(finding.id.starts_with("unreadable-") && finding.damage.is_some(), "{}: no id", sample.name),
            }
            check(sample, "type", Some(finding.kind.to_string()).filter(|kind| !kind.is_empty()), scalar(json, "/Types/0"));
            if let Some(account) = scalar(json, "/AwsAccountId") {
                check(sample, "account", finding.account.to_string(), account);
            }
            let region = scalar(json, "/Region").or_else(|| scalar(json, "/ProductArn")?.split(':').nth(3).map(str::to_owned));
            check(sample, "Region", Some(finding.region.to_string()), region);
            check(sample, "severity", finding.severity, asff_severity(json));
            let workflow = if json.get("Workflow").is_some() { scalar(json, "/Workflow/Status") } else { scalar(json, "/WorkflowState") };
            let status = match (scalar(json, "/RecordState").as_deref(), workflow.as_deref()) {
                (Some("ARCHIVED"), _) => Status::Archived,
                (_, Some("RESOLVED")) => Status::Resolved,
                (_, Some("SUPPRESSED")) => Status::Suppressed,
                _ => Status::Active,
            };
            check(sample, "status", finding.status, status);
            if let Some(first) = time(json, "/FirstObservedAt").or_else(|| time(json, "/CreatedAt")) {
                check(sample, "first seen", finding.first_seen, Some(first));
            }
            if let Some(last) = time(json, "/LastObservedAt").or_else(|| time(json, "/UpdatedAt")) {
                check(sample, "last seen", finding.last_seen, Some(last));
            }
            check(sample, "resources", finding.resources.len(), json["Resources"].as_array().map_or(0, Vec::len));
            let compliance = finding.compliance.as_ref();
            let stated = compliance.and_then(|compliance| compliance.status.as_ref()).map(ToString::to_string);
            check(sample, "compliance", stated, scalar(json, "/Compliance/Status"));
            check(sample, "standard", finding.standard.is_some(), finding.id.contains(":subscription/"));
        }
    }
}

fn asff_severity(json: &Value) -> Severity {
    if scalar(json, "/Compliance/Status").as_deref() == Some("PASSED") {
        return Severity::Informational;
    }
    let number = |pointer: &str| json.pointer(pointer).and_then(Value::as_f64);
    if scalar(json, "/ProductArn").is_some_and(|arn| arn.ends_with("product/aws/guardduty"))
        && let Some(product) = number("/Severity/Product")
    {
        return on_scale_of_ten(product);
    }
    if let Some(label) = scalar(json, "/Severity/Label") {
        return word(Some(&label));
    }
    match number("/Severity/Normalized").expect("a normalized severity") {
        n if n >= 90.0 => Severity::Critical,
        n if n >= 70.0 => Severity::High,
        n if n >= 40.0 => Severity::Medium,
        n if n >= 1.0 => Severity::Low,
        _ => Severity::Informational,
    }
}

#[test]
fn samples_with_bytes_missing_or_changed_never_panic() {
    let families = [
        ("guardduty", Source::GuardDuty),
        ("inspector2", Source::Inspector),
        ("accessanalyzer", Source::AccessAnalyzer),
        ("macie2", Source::Macie),
        ("securityhub", Source::SecurityHub),
    ];
    let door =
        ringfort::model::Door { account: ringfort::model::AccountId::new("1"), region: ringfort::model::Region::new("eu-central-1") };
    for (family, source) in families {
        let reader: Box<dyn FindingSource> = for_source(source);
        for sample in lots(family, &["/never"]).iter().flatten() {
            let bytes = sample.text.as_bytes();
            for step in 1..24 {
                let at = bytes.len() * step / 24;
                let cut = reader.normalise(&bytes[..at], &door);
                assert!(cut.damage.is_some() && !cut.id.is_empty(), "{} cut at {at}", sample.name);
                let mut changed = bytes.to_vec();
                changed[at] = b"\"{}[],:\x000"[step % 9];
                reader.normalise(&changed, &door);
            }
        }
    }
}

/// By hand: each sample that states that its resource is public or holds sensitive data, or names its attack sequence.
#[test]
fn the_samples_prove_what_they_state_of_their_resources_and_no_more() {
    let Some(folder) = folder() else { return };
    let door = Door { account: AccountId::new("111122223333"), region: Region::new("eu-central-1") };
    let mut found = Vec::new();
    for (family, source) in [
        ("guardduty", Source::GuardDuty),
        ("inspector2", Source::Inspector),
        ("accessanalyzer", Source::AccessAnalyzer),
        ("macie2", Source::Macie),
        ("securityhub", Source::SecurityHub),
    ] {
        let entries = std::fs::read_dir(folder.join(family)).expect("the family's folder");
        for path in entries.map(|entry| entry.expect("an entry").path()) {
            let finding = for_source(source).normalise(&std::fs::read(&path).expect("a sample"), &door);
            if !finding.traits.is_empty() {
                let name = path.file_stem().expect("a name").to_string_lossy();
                let number: Vec<_> = name.split('-').take(if name.starts_with("synthetic") { 9 } else { 2 }).collect();
                found.push(format!("{family}/{}: {}", number.join("-"), finding.traits));
            }
        }
    }
    found.sort();
    let proven = [
        "accessanalyzer/api-004: public",
        "accessanalyzer/api-006: public",
        "accessanalyzer/api-007: public",
        "accessanalyzer/synthetic-getv2-externalaccess-active: public",
        "accessanalyzer/synthetic-listv1-public: public",
        "guardduty/api-002: public",
        "guardduty/api-007: public",
        "guardduty/api-008: public",
        "guardduty/api-011: public",
        "guardduty/event-005: public",
        "guardduty/synthetic-all-fields: public, sequence",
        "guardduty/synthetic-future-type: public, sequence",
        "inspector2/event-001: public",
        "macie2/api-001: sensitive",
        "macie2/api-002: sensitive",
        "macie2/api-003: sensitive",
        "macie2/api-004: sensitive",
        "macie2/synthetic-financial: public, sensitive",
        "macie2/synthetic-multiple: public, sensitive",
        "macie2/synthetic-s3blockpublicaccessdisabled: public",
        "macie2/synthetic-s3bucketpublic: public",
        "securityhub/api-002: public",
        "securityhub/api-015: public",
        "securityhub/api-027: sensitive",
        "securityhub/api-069: public",
        "securityhub/api-102: sensitive",
        "securityhub/api-104: public",
        "securityhub/api-112: public",
        "securityhub/api-115: public",
        "securityhub/api-116: public",
        "securityhub/api-126: public",
    ];
    assert_eq!(found, proven);
}
