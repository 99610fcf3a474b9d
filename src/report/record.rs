//! A finding as the contract's JSON object: the one shape of `export`, and of `worst` in `summary`.

use serde::ser::{SerializeMap, SerializeSeq};
use serde::{Serialize, Serializer};
use serde_json::value::RawValue;

use crate::model::{
    Actors, Finding, Layer, LensPlace, NativeSeverity, Priority, Remediation, Resource, SeenBy, Severity, Side, Source, Status, Text,
    Timestamp, Vulnerability,
};

/// The contract's fields, in its order.
#[derive(Serialize)]
pub(super) struct Record<'a> {
    id: &'a Text,
    source: Source,
    #[serde(rename = "type")]
    kind: &'a Text,
    title: &'a Text,
    description: &'a Text,
    severity: Severity,
    native_severity: &'a NativeSeverity,
    priority: &'a Priority,
    status: Status,
    account: Option<&'a str>,
    region: Option<&'a str>,
    partition: Option<&'a str>,
    first_seen: Option<Rfc3339>,
    last_seen: Option<Rfc3339>,
    resources: Vec<ResourceRecord<'a>>,
    actors: &'a Actors,
    vulnerabilities: &'a [Vulnerability],
    layer: Layer,
    also_layers: &'a [Layer],
    side: Side,
    why: WhyRecord<'a>,
    lenses: Lenses<'a>,
    remediation: &'a Remediation,
    console_url: Option<Text>,
    also_seen: &'a [SeenBy],
    #[serde(skip_serializing_if = "Option::is_none")]
    raw: Option<RawJson>,
}

#[derive(Serialize)]
struct ResourceRecord<'a> {
    #[serde(rename = "type")]
    kind: &'a Text,
    id: &'a Text,
    name: &'a Text,
    account: Option<&'a str>,
    region: Option<&'a str>,
    tags: Tags<'a>,
}

#[derive(Serialize)]
struct WhyRecord<'a> {
    layer: &'a Text,
    side: &'a Text,
}

#[derive(Serialize)]
struct LensRecord<'a> {
    key: &'a Text,
    basis: crate::model::Basis,
}

/// The source's own JSON; a string where it is no JSON at all, null where the store has lost it.
#[derive(Serialize)]
#[serde(untagged)]
pub(super) enum RawJson {
    Json(Box<RawValue>),
    NotJson(String),
    Lost,
}

impl<'a> Record<'a> {
    pub(super) fn new(finding: &'a Finding, raw: Option<RawJson>) -> Self {
        let placement = &finding.placement;
        Self {
            id: &finding.id,
            source: finding.source,
            kind: &finding.kind,
            title: &finding.title,
            description: &finding.description,
            severity: finding.severity,
            native_severity: &finding.native_severity,
            priority: &finding.priority,
            status: finding.status,
            account: known(finding.account.as_str()),
            region: known(finding.region.as_str()),
            partition: known(finding.partition.as_str()),
            first_seen: finding.first_seen.map(Rfc3339),
            last_seen: finding.last_seen.map(Rfc3339),
            resources: finding.resources.iter().map(ResourceRecord::new).collect(),
            actors: &finding.actors,
            vulnerabilities: &finding.vulnerabilities,
            layer: placement.layer,
            also_layers: &placement.also,
            side: placement.side,
            why: WhyRecord { layer: &placement.why_layer.rule, side: &placement.why_side.rule },
            lenses: Lenses(&placement.lenses),
            remediation: &finding.remediation,
            console_url: finding.console_link(),
            also_seen: &finding.also_seen,
            raw,
        }
    }
}

impl<'a> ResourceRecord<'a> {
    fn new(resource: &'a Resource) -> Self {
        Self {
            kind: &resource.kind,
            id: &resource.id,
            name: &resource.name,
            account: known(resource.account.as_str()),
            region: known(resource.region.as_str()),
            tags: Tags(&resource.tags),
        }
    }
}

/// The name, unless it is not known.
pub(super) fn known(name: &str) -> Option<&str> {
    Some(name).filter(|name| !name.is_empty())
}

/// A time as RFC 3339 in UTC.
#[derive(Clone, Copy)]
pub(super) struct Rfc3339(pub(super) Timestamp);

impl Serialize for Rfc3339 {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

struct Tags<'a>(&'a [(Text, Text)]);

impl Serialize for Tags<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        for (index, (key, value)) in self.0.iter().enumerate() {
            // Two raw keys can become one when they are made safe; a JSON object must not have a key twice.
            if self.0[..index].iter().all(|(earlier, _)| earlier != key) {
                map.serialize_entry(key.as_str(), value)?;
            }
        }
        map.end()
    }
}

struct Lenses<'a>(&'a [LensPlace]);

impl Serialize for Lenses<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        for (index, place) in self.0.iter().enumerate() {
            if self.0[..index].iter().all(|earlier| earlier.lens != place.lens) {
                map.serialize_entry(place.lens.as_str(), &Places { lens: &place.lens, all: &self.0[index..] })?;
            }
        }
        map.end()
    }
}

struct Places<'a> {
    lens: &'a Text,
    all: &'a [LensPlace],
}

impl Serialize for Places<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut list = serializer.serialize_seq(None)?;
        for place in self.all.iter().filter(|place| place.lens == *self.lens) {
            list.serialize_element(&LensRecord { key: &place.key, basis: place.why.basis })?;
        }
        list.end()
    }
}
