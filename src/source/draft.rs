//! The parts of a finding that all sources make in the same way.

use std::sync::LazyLock;

use super::json::Node;
use crate::model::{AccountId, Arn, Door, Finding, MergeKey, Partition, Priority, Region, Resource, Severity, Source, Text};

/// The partition of nearly every finding.
static AWS: LazyLock<Partition> = LazyLock::new(|| Partition::new("aws"));

/// Where a finding is from.
pub(super) struct Origin {
    pub(super) account: AccountId,
    pub(super) region: Region,
    pub(super) partition: Partition,
}

impl Origin {
    /// What the record states, then what its ARN says, then whom we asked.
    pub(super) fn new(account: Option<&str>, region: Option<&str>, partition: Option<&str>, arn: &str, door: &Door) -> Self {
        let arn = Arn::parse(arn);
        let account = match stated_or(account, arn.map(|arn| arn.account)) {
            // The door's name is shared: nearly all findings of a lane are about the account and Region that were asked.
            Some(name) if name != door.account.as_str() => Text::shared(name).into(),
            _ => door.account.clone(),
        };
        let region = match stated_or(region, arn.map(|arn| arn.region)) {
            Some(name) if name != door.region.as_str() => Text::shared(name).into(),
            _ => door.region.clone(),
        };
        let partition = match partition.or(arn.map(|arn| arn.partition)).filter(|name| !name.is_empty()) {
            Some("aws") => AWS.clone(),
            Some(name) => Partition::new(name),
            None => region.partition(),
        };
        Self { account, region, partition }
    }
}

fn stated_or<'a>(stated: Option<&'a str>, arn_part: Option<&'a str>) -> Option<&'a str> {
    stated.filter(|name| !name.is_empty()).or(arn_part).filter(|name| !name.is_empty())
}

/// A finding of which only this is known.
pub(super) fn blank(source: Source, id: Text, key: MergeKey, origin: Origin) -> Finding {
    let Origin { account, region, partition } = origin;
    Finding { account, region, partition, ..Finding::new(source, id, key) }
}

/// The finding with what could not be read of its record, ready to be kept.
pub(super) fn done(mut finding: Finding, damage: Option<Text>) -> Finding {
    finding.shrink();
    finding.damage = damage;
    finding
}

/// The record's id, or one made of its bytes: the same record gets the same id again.
pub(super) fn id_or_hash(id: Node<'_>, json: &[u8]) -> Text {
    id.text().unwrap_or_else(|| {
        if !id.is_there() {
            id.note("is missing");
        }
        // FNV-1a, 64 bits: stable between runs and versions, which the standard library's hasher is not.
        let hash = json.iter().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3));
        Text::new(&format!("unreadable-{hash:016x}"))
    })
}

/// An account id that may have come as a number, which loses leading zeros.
pub(super) fn account_id(node: Node<'_>) -> Option<String> {
    let text = node.str()?;
    let is_number = matches!(node.value(), serde_json_borrow::Value::Number(_));
    Some(if is_number { format!("{text:0>12}") } else { text.into_owned() })
}

/// What people call the thing with this id: the last segment of an ARN or path.
pub(super) fn short_name(id: &str) -> &str {
    match Arn::parse(id) {
        Some(arn) => arn.name(),
        None => id.rsplit('/').find(|part| !part.is_empty()).unwrap_or(id),
    }
}

/// A resource with the name tag or, without one, the last segment of its id.
pub(super) fn resource(kind: Text, id: Text, name: Option<Text>, tags: Vec<(Text, Text)>) -> Resource {
    let tagged = tags.iter().find(|(key, value)| key.eq_ignore_ascii_case("name") && !value.is_empty()).map(|(_, value)| value.clone());
    let name = name.or(tagged).unwrap_or_else(|| {
        let short = short_name(&id);
        if short.len() == id.len() { id.clone() } else { Text::shared(short) }
    });
    let (account, region) = match Arn::parse(&id) {
        Some(arn) => (account_or_none(arn.account), region_or_none(arn.region)),
        None => (AccountId::from(Text::empty()), Region::from(Text::empty())),
    };
    Resource { kind, id, name, account, region, tags }
}

fn account_or_none(name: &str) -> AccountId {
    if name.is_empty() { Text::empty().into() } else { Text::shared(name).into() }
}

fn region_or_none(name: &str) -> Region {
    if name.is_empty() { Text::empty().into() } else { Text::shared(name).into() }
}

/// Tags as a list of key and value.
pub(super) fn tag_list(tags: Node<'_>) -> Vec<(Text, Text)> {
    tags.items()
        .filter_map(|tag| Some((tag.any(&["key", "Key"]).text()?, tag.any(&["value", "Value"]).text().unwrap_or_else(Text::empty))))
        .collect()
}

/// Tags as a map.
pub(super) fn tag_map(tags: Node<'_>) -> Vec<(Text, Text)> {
    tags.members().map(|(key, value)| (Text::shared(key), value.text().unwrap_or_else(Text::empty))).collect()
}

/// Adds what is there and new.
pub(super) fn add(list: &mut Vec<Text>, text: Option<Text>) {
    if let Some(text) = text.filter(|text| !list.contains(text)) {
        list.push(text);
    }
}

/// What an attack sequence shows: `KEY=value` for each value, the key alone where it has none, each once. `list` is what
/// GuardDuty calls an indicator (`key`, `values`) and ASFF too (`Key`, `Values`).
pub(super) fn indicators<'a>(lists: impl Iterator<Item = Node<'a>>) -> Option<Box<[Text]>> {
    let mut found = Vec::new();
    for indicator in lists.flat_map(Node::items) {
        let Some(key) = indicator.any(&["key", "Key"]).str() else { continue };
        let values = indicator.any(&["values", "Values"]);
        if values.items().next().is_none() {
            add(&mut found, Some(Text::shared(&key)));
        }
        for value in values.items().filter_map(Node::str) {
            add(&mut found, Some(Text::shared(&format!("{key}={value}"))));
        }
    }
    (!found.is_empty()).then(|| found.into())
}

/// Whether any of the CVSS vectors has the attack vector network (`AV:N`, all versions of CVSS); unknown where none tells one.
pub(super) fn over_network<'a>(vectors: impl Iterator<Item = Node<'a>>) -> Option<bool> {
    let network = |vector: Node<'a>| {
        let text = vector.str()?;
        text.split('/').find_map(|metric| metric.strip_prefix("AV:")).map(|attack| attack == "N")
    };
    vectors.filter_map(network).max()
}

/// A link that may be opened: http or https, and nothing that a shell or a terminal could take for more.
pub(super) fn web_url(text: Option<Text>) -> Option<Text> {
    text.filter(|url| {
        let lower = url.get(..8).unwrap_or(url).to_ascii_lowercase();
        (lower.starts_with("https://") || lower.starts_with("http://")) && !url.contains([' ', '"', '<', '>', '\u{FFFD}'])
    })
}

/// The priority that is the severity itself, with the reason.
pub(super) fn priority(level: Severity, reason: &LazyLock<Text>) -> Priority {
    Priority { level, reason: Text::clone(reason) }
}

/// GuardDuty's number on the one scale (its User Guide): never rounded. Below 1 it is for the record; outside the scale unknown.
pub(super) fn guardduty_severity(number: f64) -> Severity {
    match number {
        n if n > 10.0 => Severity::Unknown,
        n if n >= 9.0 => Severity::Critical,
        n if n >= 7.0 => Severity::High,
        n if n >= 4.0 => Severity::Medium,
        n if n >= 1.0 => Severity::Low,
        n if n >= 0.0 => Severity::Informational,
        _ => Severity::Unknown,
    }
}

/// What a Security Hub copy and the GuardDuty record share: account, Region and finding id, which the ARN holds.
pub(super) fn guardduty_group(arn: &str) -> Option<MergeKey> {
    let parts = Arn::parse(arn).filter(|parts| parts.service == "guardduty")?;
    let (_, id) = parts.resource.split_once("/finding/").filter(|(_, id)| !id.is_empty())?;
    Some(MergeKey::new(&format!("guardduty|{}|{}|{id}", parts.account, parts.region)))
}

/// What a Security Hub copy and the Macie record share.
pub(super) fn macie_group(account: &AccountId, region: &Region, id: &str) -> MergeKey {
    MergeKey::new(&format!("macie|{account}|{region}|{id}"))
}

/// What a Security Hub copy and the Inspector record share: the finding's ARN.
pub(super) fn inspector_group(arn: &str) -> MergeKey {
    MergeKey::new(&format!("inspector|{arn}"))
}

/// What a Security Hub copy and the record of AWS Health share: the account, and the event, whose ARN has no account and with
/// whose parts the copy's id begins. For a public event, `account` is empty.
pub(super) fn health_group(account: &AccountId, arn: &str) -> Option<MergeKey> {
    let parts = Arn::parse(arn).filter(|parts| parts.service == "health")?;
    let mut path = parts.resource.split('/').filter(|part| !part.is_empty());
    let (_, service, code, event) = (path.next().filter(|part| *part == "event")?, path.next()?, path.next()?, path.next()?);
    Some(MergeKey::new(&format!("health|{account}|{}|{service}/{code}/{event}", parts.region)))
}

/// What Security Hub's records of a control and ringfort's own check of the same share: where and what fails which control.
/// What an account has once, Security Hub reports from any of its Regions.
pub(super) fn control_group(account: &AccountId, region: &Region, control: &str, resource: &str) -> MergeKey {
    // Web ACLs of CloudFront are of no Region either, wherever they are found.
    let once = control.starts_with("IAM.") || control == "S3.1" || resource.contains(":global/webacl/");
    let region = if once { "" } else { region.as_str() };
    MergeKey::new(&format!("control|{account}|{region}|{control}|{resource}"))
}

/// What a Security Hub copy and all Access Analyzer records of external access to a resource share. `id` is the copy's id:
/// the analyzer's ARN, a slash, and the resource's ARN.
pub(super) fn access_group(id: &str) -> MergeKey {
    MergeKey::new(&format!("access-analyzer|{id}"))
}
