//! Access Analyzer's analyzers and findings, from `assets/demo/access-analyzer.json`.

use std::sync::LazyLock;

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::super::wire::{Record, Shelf};
use super::template::Place;
use super::{load, text};

#[derive(Default, Deserialize)]
struct Table {
    analyzers: Vec<Analyzer>,
}

static TABLE: LazyLock<Table> = LazyLock::new(|| load(include_str!("../../../assets/demo/access-analyzer.json")));

#[derive(Deserialize)]
struct Analyzer {
    at: Vec<String>,
    name: String,
    #[serde(rename = "type")]
    kind: String,
    findings: Vec<Entry>,
}

#[derive(Deserialize)]
struct Entry {
    at: Vec<String>,
    /// The resources, one finding each.
    resources: Vec<String>,
    first: String,
    last: String,
    #[serde(default)]
    status: Option<String>,
    /// The finding's other members, as the list shows them.
    finding: Map<String, Value>,
    /// What only the single finding shows.
    #[serde(default)]
    details: Vec<Value>,
}

pub(super) fn shelves(place: &Place<'_>) -> Vec<Shelf> {
    let table = &*TABLE;
    table.analyzers.iter().filter(|analyzer| place.is_at_any(&analyzer.at)).map(|analyzer| shelf(place, analyzer)).collect()
}

fn shelf(place: &Place<'_>, analyzer: &Analyzer) -> Shelf {
    let arn = format!("arn:aws:access-analyzer:{}:{}:analyzer/{}", place.region, place.account, analyzer.name);
    let mut about = json!({
        "arn": arn, "name": analyzer.name, "type": analyzer.kind, "createdAt": place.ago("400d"), "status": "ACTIVE", "tags": {},
        "lastResourceAnalyzedAt": place.ago("20m"),
    });
    if analyzer.kind.ends_with("UNUSED_ACCESS") {
        about["configuration"] = json!({ "unusedAccess": { "unusedAccessAge": 90 } });
    }
    let entries = analyzer.findings.iter().filter(|entry| place.is_at_any(&entry.at));
    let records = entries.flat_map(|entry| entry.resources.iter().map(|resource| record(place, analyzer, entry, resource))).collect();
    Shelf::new(&arn, about, records)
}

fn record(place: &Place<'_>, analyzer: &Analyzer, entry: &Entry, resource: &str) -> Record {
    let resource = place.text(resource);
    let name = resource.rsplit(['/', ':']).next().unwrap_or_default();
    let own: Value = place.with("name", name).with("resource", resource.as_str()).fill(&Value::Object(entry.finding.clone()));
    let id = place.uuid(&format!("{}/{resource}/{own}", analyzer.name));
    let mut finding = json!({
        "id": id,
        "resource": resource,
        "resourceOwnerAccount": place.account,
        "status": entry.status.as_deref().unwrap_or("ACTIVE"),
        "createdAt": place.ago(&entry.first),
        "analyzedAt": place.ago("20m"),
        "updatedAt": place.ago(&entry.last),
    });
    if let (Some(finding), Value::Object(own)) = (finding.as_object_mut(), own) {
        finding.extend(own);
    }
    let details = entry.details.iter().map(|detail| place.fill(detail)).collect();
    Record { details, ..Record::new(text(&finding, "id"), finding.to_string()) }
}
