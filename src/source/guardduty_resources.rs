//! What a GuardDuty finding is about: every kind of `...Details` under `resource`, and the resources of an attack sequence.

use super::draft;
use super::json::Node;
use crate::model::{AccountId, Region, Resource, Text};

/// A member of `resource`: its kind in GuardDuty's own words, and where its id and name are.
struct Shape {
    member: &'static str,
    kind: &'static str,
    /// `ebsVolumeDetails` holds its volumes one level down.
    within: &'static [&'static str],
    id: &'static [&'static str],
    name: &'static [&'static str],
}

const fn shape(member: &'static str, kind: &'static str, id: &'static [&'static str], name: &'static [&'static str]) -> Shape {
    Shape { member, kind, within: &[], id, name }
}

/// In the order in which they are shown; the one that `resourceType` names comes first.
const SHAPES: [Shape; 19] = [
    shape("instanceDetails", "Instance", &["instanceId"], &[]),
    shape("s3BucketDetails", "S3Bucket", &["arn", "name"], &["name"]),
    shape("eksClusterDetails", "EKSCluster", &["arn", "name"], &["name"]),
    shape("ecsClusterDetails", "ECSCluster", &["arn", "name"], &["name"]),
    shape("lambdaDetails", "Lambda", &["functionArn", "functionName"], &["functionName"]),
    shape("rdsDbInstanceDetails", "RDSDBInstance", &["dbInstanceArn", "dbInstanceIdentifier"], &["dbInstanceIdentifier"]),
    shape("rdsLimitlessDbDetails", "RDSLimitlessDB", &["dbShardGroupArn", "dbShardGroupIdentifier"], &["dbShardGroupIdentifier"]),
    shape("bedrockGuardrailDetails", "BedrockGuardrail", &["guardrailArn", "arn"], &[]),
    Shape { member: "bedrockGuardrailDetails", kind: "BedrockGuardrail", within: &["guardrails"], id: &["arn"], name: &[] },
    shape("modelDetails", "BedrockModel", &["modelId"], &[]),
    shape("kubernetesDetails", "KubernetesWorkload", &[], &[]),
    shape("containerDetails", "Container", &["id", "name"], &["name"]),
    shape("ebsSnapshotDetails", "EBSSnapshot", &["snapshotArn"], &[]),
    shape("ec2ImageDetails", "EC2Image", &["imageArn"], &[]),
    shape("recoveryPointDetails", "RecoveryPoint", &["recoveryPointArn"], &[]),
    Shape { member: "ebsVolumeDetails", kind: "EBSVolume", within: &["scannedVolumeDetails"], id: &["volumeArn"], name: &[] },
    Shape { member: "ebsVolumeDetails", kind: "EBSVolume", within: &["skippedVolumeDetails"], id: &["volumeArn"], name: &[] },
    Shape { member: "s3BucketDetails", kind: "S3Object", within: &["s3ObjectDetails"], id: &["objectArn", "key"], name: &["key"] },
    shape("accessKeyDetails", "AccessKey", &["accessKeyId", "principalId"], &["userName"]),
];

/// Members of `resource` that say more about the actor than name a resource.
const NO_RESOURCES: [&str; 2] = ["resourceType", "rdsDbUserDetails"];

/// Every resource of the finding, the main one first.
pub(super) fn resources(resource: Node<'_>, service: Node<'_>, account: &AccountId, region: &Region) -> Vec<Resource> {
    let mut list = Vec::new();
    let main = resource.at("resourceType").text();
    for shape in &SHAPES {
        let member = resource.at(shape.member);
        if member.is_there() {
            add_member(&mut list, shape, member);
        }
    }
    for (name, member) in resource.members() {
        let known = NO_RESOURCES.contains(&name) || SHAPES.iter().any(|shape| shape.member == name);
        if !known && matches!(member.value(), serde_json_borrow::Value::Object(_) | serde_json_borrow::Value::Array(_)) {
            add_unknown(&mut list, name, main.as_ref(), member);
        }
    }
    for part in service.at("detection").at("sequence").at("resources").items() {
        add_of_sequence(&mut list, part);
    }
    if let Some(main) = main {
        // `sort_by_key` is stable: false, the main one's key, comes first.
        list.sort_by_key(|resource| !names(&main, &resource.kind));
    }
    for resource in &mut list {
        if !resource.id.starts_with("arn:") {
            if resource.account.is_empty() {
                resource.account = account.clone();
            }
            if resource.region.is_empty() {
                resource.region = region.clone();
            }
        }
    }
    list
}

/// Whether `resourceType` means this kind.
fn names(resource_type: &str, kind: &str) -> bool {
    resource_type.eq_ignore_ascii_case(kind) || (resource_type == "KubernetesCluster" && kind == "EKSCluster")
}

fn push(list: &mut Vec<Resource>, new: Resource) {
    if !list.iter().any(|known| known.id == new.id && known.kind == new.kind) {
        list.push(new);
    }
}

/// Some members are lists, and some became lists after years as objects.
pub(super) fn each(node: Node<'_>, mut take: impl FnMut(Node<'_>)) {
    if matches!(node.value(), serde_json_borrow::Value::Array(_)) {
        node.items().for_each(take);
    } else if node.is_there() {
        take(node);
    }
}

fn add_member(list: &mut Vec<Resource>, shape: &Shape, member: Node<'_>) {
    each(member, |details| {
        if shape.kind == "KubernetesWorkload" {
            return add_workload(list, details);
        }
        let place = shape.within.iter().fold(details, |node, key| node.at(key));
        each(place, |one| {
            if let Some(id) = one.any(shape.id).text() {
                push(list, draft::resource(Text::new(shape.kind), id, one.any(shape.name).text(), draft::tag_list(one.at("tags"))));
            }
        });
    });
}

fn add_workload(list: &mut Vec<Resource>, details: Node<'_>) {
    let workload = details.at("kubernetesWorkloadDetails");
    if let Some(name) = workload.at("name").text() {
        let id = match workload.at("namespace").str() {
            Some(namespace) => Text::new(&format!("{namespace}/{name}")),
            None => name.clone(),
        };
        push(list, draft::resource(Text::new("KubernetesWorkload"), id, Some(name), Vec::new()));
    }
}

/// A kind that is newer than this program: an ARN, or else something that is called id or name, identifies it.
fn add_unknown(list: &mut Vec<Resource>, member: &str, resource_type: Option<&Text>, details: Node<'_>) {
    let stem = member.strip_suffix("Details").unwrap_or(member);
    let kind = match resource_type {
        Some(name) if name.eq_ignore_ascii_case(stem) => name.clone(),
        _ => Text::new(&stem.chars().take(1).flat_map(char::to_uppercase).chain(stem.chars().skip(1)).collect::<String>()),
    };
    each(details, |one| {
        if !matches!(one.value(), serde_json_borrow::Value::Object(_)) {
            return;
        }
        let mut ids: Vec<_> = one.members().filter_map(|(key, value)| rank(key).map(|rank| (rank, value))).collect();
        ids.sort_by_key(|(rank, _)| *rank);
        let text = ids.into_iter().find_map(|(_, value)| value.value().as_str().filter(|text| !text.is_empty()).map(Text::new));
        if let Some(id) = text {
            push(list, draft::resource(kind.clone(), id, one.at("name").text(), draft::tag_list(one.at("tags"))));
        }
    });
}

fn rank(key: &str) -> Option<u8> {
    let lower = key.to_ascii_lowercase();
    match lower.as_str() {
        "arn" => Some(0),
        "id" => Some(2),
        "name" => Some(4),
        _ if lower.ends_with("arn") => Some(1),
        _ if lower.ends_with("id") || lower.ends_with("identifier") => Some(3),
        _ => None,
    }
}

fn add_of_sequence(list: &mut Vec<Resource>, part: Node<'_>) {
    let Some(id) = part.at("uid").text() else { return };
    let kind = part.at("resourceType").text().unwrap_or_else(Text::empty);
    let mut new = draft::resource(kind, id, part.at("name").text(), draft::tag_list(part.at("tags")));
    if let Some(account) = part.at("accountId").text() {
        new.account = account.into();
    }
    if let Some(region) = part.at("region").text() {
        new.region = region.into();
    }
    push(list, new);
}
