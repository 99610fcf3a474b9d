//! GuardDuty's findings, from `assets/demo/guardduty.json`.

use std::sync::LazyLock;

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::super::wire::{Cell, Record, Shelf};
use super::template::Place;
use super::{load, text};

#[derive(Default, Deserialize)]
struct Table {
    features: Value,
    findings: Vec<Entry>,
}

#[derive(Deserialize)]
struct Entry {
    at: Vec<String>,
    #[serde(rename = "type")]
    kind: String,
    /// What tells findings of the same type apart.
    #[serde(default)]
    seed: String,
    severity: f64,
    title: String,
    description: String,
    /// Ages of the first and the last event.
    first: String,
    last: String,
    #[serde(default = "once")]
    count: u64,
    #[serde(default)]
    archived: bool,
    /// The seed of the attack sequence that the finding belongs to.
    #[serde(default)]
    sequence: String,
    resource: Value,
    #[serde(default)]
    service: Map<String, Value>,
}

fn once() -> u64 {
    1
}

static TABLE: LazyLock<Table> = LazyLock::new(|| load(include_str!("../../../assets/demo/guardduty.json")));

pub(super) fn findings(place: &Place<'_>) -> Vec<Value> {
    TABLE.findings.iter().filter(|entry| place.is_at_any(&entry.at)).map(|entry| finding(place, entry)).collect()
}

/// Ids of findings that others point at depend on the seed alone, so that templates can name them as `{hex:SEED}`.
fn finding(place: &Place<'_>, entry: &Entry) -> Value {
    let seed = if entry.seed.is_empty() { &entry.kind } else { &entry.seed };
    let (id, detector) = (place.hex(seed), place.hex("detector"));
    let (account, region) = (place.account, place.region);
    let arn = |id: &str| format!("arn:aws:guardduty:{region}:{account}:detector/{detector}/finding/{id}");
    let mut service = json!({
        "serviceName": "guardduty",
        "detectorId": detector,
        "archived": entry.archived,
        "count": entry.count,
        "eventFirstSeen": place.ago(&entry.first),
        "eventLastSeen": place.ago(&entry.last),
        "resourceRole": "TARGET",
        "additionalInfo": { "value": "{}", "type": "default" },
    });
    if let Some(service) = service.as_object_mut() {
        service.extend(entry.service.iter().map(|(name, value)| (name.clone(), place.fill(value))));
    }
    let mut finding = json!({
        "schemaVersion": "2.0",
        "accountId": account,
        "region": region,
        "partition": "aws",
        "id": id,
        "arn": arn(&id),
        "type": entry.kind,
        "severity": entry.severity,
        "createdAt": place.ago(&entry.first),
        "updatedAt": place.ago(&entry.last),
        "title": place.text(&entry.title),
        "description": place.text(&entry.description),
        "resource": place.fill(&entry.resource),
        "service": service,
    });
    if !entry.sequence.is_empty() {
        finding["associatedAttackSequenceArn"] = arn(&place.hex(&entry.sequence)).into();
    }
    finding
}

pub(super) fn cell(place: &Place<'_>, findings: &[Value]) -> Cell {
    let records = findings.iter().map(|finding| Record::new(text(finding, "id"), finding.to_string())).collect();
    let shelf = Shelf::new(&place.hex("detector"), Value::Null, records);
    Cell { about: json!({ "features": place.fill(&TABLE.features) }), ..Cell::on(vec![shelf]) }
}
