//! Macie's findings, from `assets/demo/macie.json`.

use std::sync::LazyLock;

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::super::wire::{Cell, Record, Shelf};
use super::template::Place;
use super::{load, text};

#[derive(Default, Deserialize)]
struct Table {
    /// Titles and descriptions by type.
    kinds: Map<String, Value>,
    findings: Vec<Entry>,
}

static TABLE: LazyLock<Table> = LazyLock::new(|| load(include_str!("../../../assets/demo/macie.json")));

#[derive(Deserialize)]
struct Entry {
    at: Vec<String>,
    #[serde(rename = "type")]
    kind: String,
    severity: i64,
    /// The bucket, a fragment's name.
    bucket: String,
    first: String,
    last: String,
    #[serde(default)]
    archived: bool,
    /// Policy findings: the call that made the bucket so.
    #[serde(default)]
    policy: Value,
    /// Sensitive data findings: the objects, one finding each.
    #[serde(default)]
    objects: Vec<Object>,
    /// Sensitive data findings: what was found in each.
    #[serde(default)]
    data: Value,
    #[serde(default)]
    custom: Value,
}

#[derive(Deserialize)]
struct Object {
    key: String,
    size: u64,
    mime: String,
}

pub(super) fn findings(place: &Place<'_>) -> Vec<Value> {
    let table = &*TABLE;
    let entries = table.findings.iter().filter(|entry| place.is_at_any(&entry.at));
    entries
        .flat_map(|entry| {
            if entry.objects.is_empty() {
                vec![finding(place, table, entry, None)]
            } else {
                entry.objects.iter().map(|object| finding(place, table, entry, Some(object))).collect()
            }
        })
        .collect()
}

fn finding(place: &Place<'_>, table: &Table, entry: &Entry, object: Option<&Object>) -> Value {
    let bucket = place.fill(&json!({ "$use": entry.bucket }));
    let name = text(&bucket, "name").to_owned();
    let key = object.map_or("", |object| &object.key);
    let words = table.kinds.get(&entry.kind).unwrap_or(&Value::Null);
    let severity = ["Low", "Medium", "High"][(entry.severity.clamp(1, 3) - 1) as usize];
    let mut finding = json!({
        "accountId": place.account,
        "archived": entry.archived,
        "category": if object.is_some() { "CLASSIFICATION" } else { "POLICY" },
        "count": if object.is_some() { 1 } else { 2 },
        "createdAt": place.ago(&entry.first),
        "description": text(words, "description"),
        "id": place.hex(&format!("macie/{}/{name}/{key}", entry.kind)),
        "partition": "aws",
        "region": place.region,
        "resourcesAffected": { "s3Bucket": bucket },
        "sample": false,
        "schemaVersion": "1.0",
        "severity": { "description": severity, "score": entry.severity },
        "title": text(words, "title"),
        "type": entry.kind,
        "updatedAt": place.ago(if object.is_some() { &entry.first } else { &entry.last }),
    });
    match object {
        Some(object) => {
            finding["resourcesAffected"]["s3Object"] = s3_object(place, entry, object, &name);
            finding["classificationDetails"] = classification(place, entry, object);
        }
        None => finding["policyDetails"] = place.fill(&entry.policy),
    }
    finding
}

fn s3_object(place: &Place<'_>, entry: &Entry, object: &Object, bucket: &str) -> Value {
    let extension = object.key.rsplit('.').next().unwrap_or_default();
    json!({
        "bucketArn": format!("arn:aws:s3:::{bucket}"),
        "eTag": place.hex(&object.key),
        "extension": extension,
        "key": object.key,
        "lastModified": place.ago(&entry.last),
        "path": format!("{bucket}/{}", object.key),
        "publicAccess": entry.bucket.ends_with("public"),
        "serverSideEncryption": { "encryptionType": "AES256" },
        "size": object.size,
        "storageClass": "STANDARD",
        "tags": [],
        "versionId": "",
    })
}

fn classification(place: &Place<'_>, entry: &Entry, object: &Object) -> Value {
    let job = place.hex("classification-job");
    let custom = if entry.custom.is_null() { json!({ "detections": [], "totalCount": 0 }) } else { place.fill(&entry.custom) };
    json!({
        "jobArn": format!("arn:aws:macie2:{}:{}:classification-job/{job}", place.region, place.account),
        "jobId": job,
        "originType": "SENSITIVE_DATA_DISCOVERY_JOB",
        "result": {
            "additionalOccurrences": false,
            "customDataIdentifiers": custom,
            "mimeType": object.mime,
            "sensitiveData": if entry.data.is_null() { json!([]) } else { place.fill(&entry.data) },
            "sizeClassified": object.size,
            "status": { "code": "COMPLETE" },
        },
    })
}

pub(super) fn cell(findings: &[Value]) -> Cell {
    let records = findings.iter().map(|finding| Record::new(text(finding, "id"), finding.to_string())).collect();
    Cell::on(vec![Shelf::new("", Value::Null, records)])
}
