//! How bad a finding of IAM Access Analyzer is. The service has no severity; this is ringfort's rule, always shown as derived.

use super::json::Node;
use crate::model::Severity;

/// Unused for longer than this, a key or password is no oversight of the last release.
const LONG_UNUSED_DAYS: i64 = 180;

/// Condition keys that pin the access to known principals.
const PINNING: [&str; 6] =
    ["aws:principalorgid", "aws:principalarn", "aws:sourcearn", "aws:sourceaccount", "sts:externalid", "kms:calleraccount"];

/// First words of actions that only look. All other actions, and wildcards, count as more than that.
const READING: [&str; 12] = ["Get", "List", "Describe", "Head", "BatchGet", "Lookup", "Read", "View", "Search", "Query", "Scan", "Select"];

/// The severity, and the reason that is shown with it. `detail` holds the principal, the actions and so on.
pub(super) fn judge(kind: &str, root: Node<'_>, detail: Node<'_>) -> (Severity, String) {
    let (severity, why) = level(kind, root, detail);
    (severity, format!("derived by ringfort: {why}"))
}

fn level(kind: &str, root: Node<'_>, detail: Node<'_>) -> (Severity, &'static str) {
    if root.at("error").is_there() {
        return (Severity::Unknown, "it could not be analyzed");
    }
    match kind {
        "ExternalAccess" => external(detail),
        "InternalAccess" => (Severity::Medium, "access to a resource that is watched as critical"),
        "UnusedIAMUserAccessKey" | "UnusedIAMUserPassword" => unused_credential(root, detail),
        "UnusedIAMRole" => (Severity::Low, "an unused role"),
        "UnusedPermission" => (Severity::Low, "unused permissions"),
        _ => (Severity::Unknown, "a finding type that it does not know"),
    }
}

fn external(detail: Node<'_>) -> (Severity, &'static str) {
    if detail.at("isPublic").flag() == Some(true) {
        let more_than_reading = detail.at("action").items().filter_map(Node::str).any(|action| !only_reads(&action));
        return if more_than_reading {
            (Severity::Critical, "public, and more than reading is allowed")
        } else {
            (Severity::High, "public")
        };
    }
    let pinned = detail.at("condition").members().any(|(key, _)| PINNING.iter().any(|pin| key.eq_ignore_ascii_case(pin)));
    if pinned {
        return (Severity::Low, "shared outside, but a condition pins it to known principals");
    }
    if detail.at("resourceControlPolicyRestriction").str().as_deref() == Some("APPLIED") {
        return (Severity::Low, "shared outside, but a resource control policy restricts it");
    }
    (Severity::Medium, "shared outside the zone of trust")
}

fn only_reads(action: &str) -> bool {
    let name = action.split_once(':').map_or(action, |(_, name)| name);
    !name.contains('*') && READING.iter().any(|word| name.starts_with(word))
}

/// The list does not tell since when; only an opened finding does.
fn unused_credential(root: Node<'_>, detail: Node<'_>) -> (Severity, &'static str) {
    if !root.at("findingDetails").is_there() {
        return (Severity::Low, "an unused credential; open it to see since when");
    }
    let Some(last) = detail.at("lastAccessed").time() else {
        return (Severity::Medium, "a credential that was never used");
    };
    let seen = root.at("analyzedAt").time().or_else(|| root.at("updatedAt").time());
    let days = seen.map_or(0, |seen| (seen.as_second() - last.as_second()) / 86_400);
    if days > LONG_UNUSED_DAYS {
        (Severity::Medium, "a credential that was not used for more than 180 days")
    } else {
        (Severity::Low, "a credential that was not used lately")
    }
}

#[cfg(test)]
mod tests {
    use super::judge;
    use crate::model::Severity;
    use crate::source::json::read;

    fn level(json: &str) -> Severity {
        read(json.as_bytes(), |root| {
            let detail = root.at("findingDetails").items().next().and_then(|detail| detail.members().next()).map_or(root, |(_, d)| d);
            let kind = root.at("findingType").str().unwrap_or_else(|| "ExternalAccess".into());
            judge(&kind, root, detail).0
        })
        .0
    }

    #[test]
    fn public_access_is_high_and_critical_when_it_is_more_than_reading() {
        assert_eq!(level(r#"{"isPublic":true,"action":["s3:GetObject","s3:ListBucket"]}"#), Severity::High);
        for action in ["s3:PutObject", "s3:*", "*", "s3:Get*", "sts:AssumeRole"] {
            assert_eq!(level(&format!(r#"{{"isPublic":true,"action":["s3:GetObject","{action}"]}}"#)), Severity::Critical, "{action}");
        }
    }

    #[test]
    fn a_condition_or_a_policy_that_pins_shared_access_lowers_it() {
        assert_eq!(level(r#"{"isPublic":false,"action":["sts:AssumeRole"]}"#), Severity::Medium);
        assert_eq!(level(r#"{"isPublic":false,"condition":{"sts:ExternalId":"x"}}"#), Severity::Low);
        assert_eq!(level(r#"{"isPublic":false,"condition":{"aws:SourceIp":"192.0.2.0/24"}}"#), Severity::Medium);
        assert_eq!(level(r#"{"isPublic":false,"resourceControlPolicyRestriction":"APPLIED"}"#), Severity::Low);
    }

    #[test]
    fn a_credential_that_was_never_used_or_long_ago_is_medium() {
        let opened = |detail: &str| {
            level(&format!(
                r#"{{"findingType":"UnusedIAMUserAccessKey","analyzedAt":"2026-06-30T00:00:00Z","findingDetails":[{{"unusedIamUserAccessKeyDetails":{detail}}}]}}"#
            ))
        };
        assert_eq!(opened(r#"{"accessKeyId":"AKIA"}"#), Severity::Medium);
        assert_eq!(opened(r#"{"lastAccessed":"2025-06-30T00:00:00Z"}"#), Severity::Medium);
        assert_eq!(opened(r#"{"lastAccessed":"2026-05-30T00:00:00Z"}"#), Severity::Low);
        assert_eq!(level(r#"{"findingType":"UnusedIAMUserAccessKey"}"#), Severity::Low);
    }

    #[test]
    fn what_could_not_be_analyzed_or_is_not_known_is_unknown() {
        assert_eq!(level(r#"{"error":"ACCESS_DENIED","isPublic":true}"#), Severity::Unknown);
        assert_eq!(level(r#"{"findingType":"QuantumAccess"}"#), Severity::Unknown);
        assert_eq!(level(r#"{"findingType":"UnusedIAMRole"}"#), Severity::Low);
        assert_eq!(level(r#"{"findingType":"InternalAccess"}"#), Severity::Medium);
    }
}
