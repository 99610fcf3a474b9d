//! An offence -> the record that stands for it -> the model. The record holds what the service said of the resource.

use serde_json::{Map, Value, json};

use super::super::draft;
use super::super::json::{self as read_json, Node};
use super::check::{self, Check};
use super::told;
use crate::model::{AccountId, Door, Finding, MergeKey, Remediation, Source, Text, Timestamp};

/// One resource for which a check does not hold.
#[derive(Clone, Debug, Default)]
pub(super) struct Offence {
    /// The resource's ARN, or its id where it has none; empty for the account itself.
    pub(super) resource: String,
    /// What people call it, where the id does not end with that.
    pub(super) name: Option<String>,
    /// Its tags.
    pub(super) tags: Map<String, Value>,
    /// What makes this one offend, where the check's own words do not say it all.
    pub(super) detail: Option<String>,
    /// Since when, as far as the service says.
    pub(super) since: Option<Timestamp>,
    /// What each operation said of it.
    pub(super) said: Map<String, Value>,
}

impl Offence {
    /// By the resource with this id, as this operation told.
    pub(super) fn of(resource: impl Into<String>, operation: &str, said: &Value) -> Self {
        Self { resource: resource.into(), ..Self::default() }.and(operation, said)
    }

    /// By the account.
    pub(super) fn of_account(operation: &str, said: &Value) -> Self {
        Self::of("", operation, said)
    }

    /// What another operation told of it too.
    pub(super) fn and(mut self, operation: &str, said: &Value) -> Self {
        self.said.insert(operation.to_owned(), said.clone());
        self
    }

    pub(super) fn named(self, name: &str) -> Self {
        Self { name: Some(name.to_owned()).filter(|name| !name.is_empty()), ..self }
    }

    pub(super) fn tagged(self, tags: Map<String, Value>) -> Self {
        Self { tags, ..self }
    }

    pub(super) fn because(self, detail: impl Into<String>) -> Self {
        Self { detail: Some(detail.into()), ..self }
    }

    pub(super) fn since(self, since: Option<Timestamp>) -> Self {
        Self { since, ..self }
    }
}

/// Where and when a check did not hold.
pub(super) struct Place<'a> {
    pub(super) account: &'a AccountId,
    pub(super) region: &'a str,
    pub(super) partition: &'a str,
    pub(super) now: Timestamp,
}

/// The record of an offence.
pub(super) fn write(check: &Check, offence: Offence, place: &Place<'_>) -> Vec<u8> {
    let resource = if offence.resource.is_empty() { format!("AWS::::Account:{}", place.account) } else { offence.resource };
    let mut thing = json!({ "type": check.resource, "id": resource });
    if let Some(name) = offence.name {
        thing["name"] = name.into();
    }
    if !offence.tags.is_empty() {
        thing["tags"] = offence.tags.into();
    }
    let mut record = json!({
        "check": check.id,
        "id": format!("{}/{}/{}/{resource}", check.id, place.account, place.region),
        "account": place.account.as_str(),
        "region": place.region,
        "partition": place.partition,
        "checkedAt": place.now.to_string(),
    });
    if let Some(control) = &check.control {
        record["control"] = control.as_str().into();
    }
    if let Some(since) = offence.since {
        record["since"] = since.to_string().into();
    }
    if let Some(detail) = offence.detail {
        record["detail"] = detail.into();
    }
    record["resource"] = thing;
    record["said"] = offence.said.into();
    record.to_string().into_bytes()
}

/// The finding of a record.
pub(super) fn normalise(json: &[u8], door: &Door) -> Finding {
    let (finding, damage) = read_json::read(json, |root| build(root, json, door));
    draft::done(finding, damage)
}

fn build(root: Node<'_>, json: &[u8], door: &Door) -> Finding {
    if root.at("told").is_there() {
        return told::build(root, json, door);
    }
    let id = draft::id_or_hash(root.at("id"), json);
    let account = draft::account_id(root.at("account"));
    let (region, partition) = (root.at("region").str(), root.at("partition").str());
    let origin = draft::Origin::new(account.as_deref(), region.as_deref(), partition.as_deref(), "", door);
    let key = MergeKey::new(&format!("checks|{id}"));
    let kind = root.at("check").text().unwrap_or_else(Text::empty);
    let check = check::find(&kind);
    if check.is_none() {
        root.at("check").note("is no check that this ringfort knows");
    }
    let mut finding = draft::blank(Source::Checks, id, key, origin);
    let thing = root.at("resource");
    if let Some(id) = thing.at("id").text() {
        let kind = thing.at("type").text().unwrap_or_else(Text::empty);
        let mut resource = draft::resource(kind, id, thing.at("name").text(), draft::tag_map(thing.at("tags")));
        if resource.id.starts_with("AWS::::Account:") {
            (resource.account, resource.name) = (finding.account.clone(), Text::shared(finding.account.as_str()));
        }
        if resource.account.is_empty() {
            resource.account = finding.account.clone();
        }
        if resource.region.is_empty() {
            resource.region = finding.region.clone();
        }
        finding.resources.push(resource);
    }
    let detail = root.at("detail").str();
    if let Some(check) = check {
        let level = check.level();
        let main = finding.resources.first().map_or("", |resource| resource.id.as_str());
        finding.group = check.control.as_ref().map(|control| draft::control_group(&finding.account, &finding.region, control, main));
        finding.title = Text::shared(&check.title);
        finding.description = match &detail {
            Some(detail) => Text::new(&format!("{detail}. {}", check.text)),
            None => Text::shared(&check.text),
        };
        finding.severity = level;
        finding.priority = crate::model::Priority { level, reason: check.why() };
        finding.remediation = Remediation { text: Some(Text::shared(&check.fix)), url: Some(Text::shared(&check.url)) };
    } else {
        finding.title = kind.clone();
        finding.description = detail.map_or_else(Text::empty, |detail| Text::new(&detail));
    }
    finding.kind = kind;
    let checked = root.at("checkedAt").time();
    finding.first_seen = root.at("since").time().or(checked);
    finding.last_seen = checked;
    finding.updated = checked;
    finding
}
