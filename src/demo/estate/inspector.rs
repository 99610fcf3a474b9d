//! Inspector's findings, from `assets/demo/inspector.json`: what is vulnerable, times what it runs.

use std::sync::LazyLock;

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::super::wire::{Cell, Record, Shelf, World};
use super::template::{Place, seconds};
use super::{load, text};
use crate::model::{Timestamp, parse_timestamp};

#[derive(Default, Deserialize)]
struct Table {
    vulnerabilities: Vec<Vulnerability>,
    targets: Vec<Target>,
    /// Findings that are no package's: code and network reachability.
    others: Vec<Other>,
}

static TABLE: LazyLock<Table> = LazyLock::new(|| load(include_str!("../../../assets/demo/inspector.json")));

/// A vulnerability of one package, as public databases give it.
#[derive(Deserialize)]
struct Vulnerability {
    id: String,
    /// Which software has it: targets name the sets that they run.
    set: String,
    package: String,
    installed: String,
    fixed: Option<String>,
    severity: String,
    score: f64,
    vector: String,
    epss: f64,
    #[serde(default)]
    exploit: bool,
    /// When CISA listed it as known to be exploited, and by when it was to be mended.
    #[serde(default)]
    cisa: Vec<String>,
    description: String,
}

impl Vulnerability {
    /// How many of a hundred such targets have it: the worst are mended first, the small ones stay.
    fn share(&self, share: u64) -> u64 {
        match self.severity.as_str() {
            "CRITICAL" => share / 2,
            "HIGH" => share * 3 / 4,
            _ => share,
        }
    }
}

/// Something that Inspector scans.
#[derive(Deserialize)]
struct Target {
    at: Vec<String>,
    sets: Vec<String>,
    /// How many of a hundred vulnerabilities of its sets it has.
    share: u64,
    /// The oldest first observation.
    age: String,
    resource: Value,
    #[serde(default)]
    status: Option<String>,
}

#[derive(Deserialize)]
struct Other {
    at: Vec<String>,
    seed: String,
    finding: Value,
    first: String,
    last: String,
}

pub(super) fn findings(place: &Place<'_>) -> Vec<Value> {
    let table = &*TABLE;
    let mut findings = Vec::new();
    for target in table.targets.iter().filter(|target| place.is_at_any(&target.at)) {
        let resource = place.fill(&target.resource);
        let id = text(&resource, "id");
        let chosen = table.vulnerabilities.iter().filter(|vulnerability| {
            target.sets.contains(&vulnerability.set)
                && World::hash(&[id, &vulnerability.id, &vulnerability.package]) % 100 < vulnerability.share(target.share)
        });
        findings.extend(chosen.map(|vulnerability| package(place, target, &resource, vulnerability)));
    }
    for other in table.others.iter().filter(|other| place.is_at_any(&other.at)) {
        let mut finding = frame(place, &other.seed, &other.first, &other.last);
        if let (Some(finding), Value::Object(own)) = (finding.as_object_mut(), place.fill(&other.finding)) {
            finding.extend(own);
        }
        findings.push(finding);
    }
    findings
}

fn frame(place: &Place<'_>, seed: &str, first: &str, last: &str) -> Value {
    json!({
        "findingArn": format!("arn:aws:inspector2:{}:{}:finding/{}", place.region, place.account, place.hex(seed)),
        "awsAccountId": place.account,
        "firstObservedAt": place.epoch(first),
        "lastObservedAt": place.epoch(last),
        "updatedAt": place.epoch(last),
        "status": "ACTIVE",
    })
}

fn package(place: &Place<'_>, target: &Target, resource: &Value, vulnerability: &Vulnerability) -> Value {
    let id = text(resource, "id");
    let seed = format!("{id}/{}/{}", vulnerability.id, vulnerability.package);
    let chance = World::hash(&[&seed, "age"]);
    // Inspector looks again about once a day.
    let last = 1800 + chance % 72_000;
    let oldest = seconds(&target.age).unsigned_abs().max(last + 3600);
    let (first, last) = (format!("{}s", last + chance % (oldest - last)), format!("{last}s"));
    let mut finding = frame(place, &seed, &first, &last);
    let manager = match vulnerability.set.as_str() {
        "java" => "JAR",
        "python" | "ml" => "PYTHONPKG",
        "node" => "NODEPKG",
        "go" => "GOBINARY",
        _ => "OS",
    };
    let mut affected = json!({
        "name": vulnerability.package, "version": vulnerability.installed, "epoch": 0, "packageManager": manager, "arch": "X86_64",
    });
    if let Some(fixed) = &vulnerability.fixed {
        affected["fixedInVersion"] = fixed.as_str().into();
    }
    let nvd = format!("https://nvd.nist.gov/vuln/detail/{}", vulnerability.id);
    let advice = vulnerability.fixed.as_ref().map_or_else(
        || "No fixed version is known. Take the package out, or keep the workload away from untrusted networks.".to_owned(),
        |fixed| format!("Update {} to {fixed} or later, and rebuild what contains it.", vulnerability.package),
    );
    let own = json!({
        "type": "PACKAGE_VULNERABILITY",
        "description": vulnerability.description,
        "title": format!("{} - {}", vulnerability.id, vulnerability.package),
        "remediation": { "recommendation": { "text": advice } },
        "severity": vulnerability.severity,
        "resources": [resource],
        "inspectorScore": vulnerability.score,
        "inspectorScoreDetails": { "adjustedCvss": {
            "scoreSource": "NVD", "cvssSource": "NVD", "version": "3.1", "score": vulnerability.score,
            "scoringVector": vulnerability.vector, "adjustments": [],
        } },
        "packageVulnerabilityDetails": {
            "vulnerabilityId": vulnerability.id,
            "vulnerablePackages": [affected],
            "source": "NVD",
            "cvss": [{ "baseScore": vulnerability.score, "scoringVector": vulnerability.vector, "version": "3.1", "source": "NVD" }],
            "relatedVulnerabilities": [],
            "sourceUrl": nvd,
            "vendorSeverity": vulnerability.severity,
            "referenceUrls": [nvd],
        },
        "fixAvailable": if vulnerability.fixed.is_some() { "YES" } else { "NO" },
        "exploitAvailable": if vulnerability.exploit { "YES" } else { "NO" },
        "epss": { "score": vulnerability.epss },
    });
    if let (Some(finding), Value::Object(own)) = (finding.as_object_mut(), own) {
        finding.extend(own);
        if vulnerability.exploit {
            finding.insert("exploitabilityDetails".to_owned(), json!({ "lastKnownExploitAt": place.epoch("5d") }));
        }
        if let Some(status) = &target.status {
            finding.insert("status".to_owned(), status.as_str().into());
        }
    }
    finding
}

pub(super) fn cell(findings: &[Value]) -> Cell {
    let records = findings.iter().map(|finding| Record::new(text(finding, "findingArn"), finding.to_string())).collect();
    Cell { about: json!({ "cisa": catalog() }), ..Cell::on(vec![Shelf::new("", Value::Null, records)]) }
}

/// CISA's entries, by vulnerability.
fn catalog() -> Map<String, Value> {
    let entry = |vulnerability: &Vulnerability| {
        let seconds = |at: usize| parse_timestamp(vulnerability.cisa.get(at)?).map(Timestamp::as_second);
        let added = seconds(0)?;
        let mut entry =
            json!({ "dateAdded": added, "action": "Apply mitigations per vendor instructions or discontinue use of the product." });
        if let Some(due) = seconds(1) {
            entry["dateDue"] = due.into();
        }
        Some((vulnerability.id.clone(), entry))
    };
    TABLE.vulnerabilities.iter().filter_map(entry).collect()
}
