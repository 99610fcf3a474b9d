//! What a record proves of its resource, as [`Traits`]: only what the record itself states, or by its very meaning says.
//! In come the nodes of a record; out go traits. It asks nothing and judges nothing.

mod asff;
mod controls;
mod guardduty;

use std::net::IpAddr;

use super::json::Node;
use crate::model::Traits;

pub(super) use asff::asff;
pub(super) use guardduty::guardduty;

/// What an Inspector record proves: a network path that begins at an internet gateway leads to the resource. A path from a
/// peered network or a private gateway does not make it public, and neither does a public address without a path.
pub(super) fn inspector(root: Node<'_>) -> Traits {
    let path = root.at("networkReachabilityDetails").at("networkPath").at("steps");
    when(path.items().next().is_some_and(|first| is_internet_gateway(first.at("componentType"))), Traits::PUBLIC)
}

/// What a Macie record proves: the object holds sensitive data, the bucket or the object is public.
pub(super) fn macie(root: Node<'_>, kind: &str) -> Traits {
    let affected = root.at("resourcesAffected");
    let effective = affected.at("s3Bucket").at("publicAccess").at("effectivePermission").str();
    let is_public = match effective.as_deref() {
        Some("PUBLIC") => true,
        // Taken all together the bucket is not public, whatever one policy of it allows.
        Some("NOT_PUBLIC") => false,
        _ => kind == "Policy:IAMUser/S3BucketPublic",
    };
    when(is_public || affected.at("s3Object").at("publicAccess").flag() == Some(true), Traits::PUBLIC)
        | when(kind.starts_with("SensitiveData:"), Traits::SENSITIVE)
}

/// What a record of external access proves: the policy lets everyone in. `detail` holds the access, as `GetFindingV2` gives it;
/// the first version's list has it on top.
pub(super) fn access_analyzer(detail: Node<'_>) -> Traits {
    when(detail.at("isPublic").flag() == Some(true), Traits::PUBLIC)
}

fn when(holds: bool, traits: Traits) -> Traits {
    if holds { traits } else { Traits::NONE }
}

fn is_internet_gateway(component: Node<'_>) -> bool {
    component.str().is_some_and(|kind| kind.ends_with("::InternetGateway"))
}

/// Whether what came from this address came from the internet. Addresses that are set aside for examples count: samples have them.
fn is_of_the_internet(address: &str) -> bool {
    match address.parse() {
        Ok(IpAddr::V4(ip)) => {
            let [first, second, ..] = ip.octets();
            // RFC 6598: between a provider and its customers.
            let is_shared = first == 100 && second & 0b1100_0000 == 64;
            let is_inside = ip.is_private() || ip.is_loopback() || ip.is_link_local() || is_shared;
            !(is_inside || first == 0 || ip.is_multicast() || ip.is_broadcast())
        }
        Ok(IpAddr::V6(ip)) => match ip.to_ipv4_mapped() {
            Some(ip) => is_of_the_internet(&ip.to_string()),
            None => !(ip.is_unique_local() || ip.is_unicast_link_local() || ip.is_loopback() || ip.is_unspecified() || ip.is_multicast()),
        },
        Err(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::is_of_the_internet;
    use crate::model::{AccountId, Door, Region, Source, Traits};

    /// What the source makes of this record.
    pub(super) fn of(source: Source, json: &str) -> Traits {
        let door = Door { account: AccountId::new("111122223333"), region: Region::new("eu-central-1") };
        crate::source::for_source(source).normalise(json.as_bytes(), &door).traits
    }

    #[test]
    fn addresses_inside_networks_are_not_of_the_internet() {
        for address in ["1.2.3.4", "203.0.113.9", "100.128.0.1", "2001:db8::1", "::ffff:8.8.8.8"] {
            assert!(is_of_the_internet(address), "{address}");
        }
        for address in ["10.0.0.1", "172.31.43.6", "192.168.1.1", "127.0.0.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1"] {
            assert!(!is_of_the_internet(address), "{address}");
        }
        for address in ["fd00::1", "fe80::1", "::1", "::", "ff02::1", "::ffff:10.0.0.1", "", "GeneratedFindingIp", "1.2.3"] {
            assert!(!is_of_the_internet(address), "{address}");
        }
    }

    #[test]
    fn a_path_that_begins_at_an_internet_gateway_is_public() {
        let path = |steps: &str| {
            let json = format!(
                r#"{{"findingArn":"f","type":"NETWORK_REACHABILITY","networkReachabilityDetails":{{"openPortRange":{{"begin":22,"end":22}},
                    "protocol":"TCP","networkPath":{{"steps":{steps}}}}}}}"#
            );
            of(Source::Inspector, &json)
        };
        let gateway = r#"{"componentId":"igw-261bab4d","componentType":"AWS::EC2::InternetGateway"}"#;
        let group = r#"{"componentId":"sg-0d34debf87410f2d9","componentType":"AWS::EC2::SecurityGroup"}"#;
        let peering = r#"{"componentId":"pcx-1","componentType":"AWS::EC2::VPCPeeringConnection"}"#;
        assert_eq!(path(&format!("[{gateway},{group}]")), Traits::PUBLIC);
        assert_eq!(path(&format!("[{peering},{group}]")), Traits::NONE);
        for odd in ["[]", "null", "7", "[7]", "[{\"componentType\":[]}]"] {
            assert_eq!(path(odd), Traits::NONE, "{odd}");
        }
        let addresses = r#"{"findingArn":"f","resources":[{"details":{"awsEc2Instance":{"ipV4Addresses":["203.0.113.9"]}}}]}"#;
        assert_eq!(of(Source::Inspector, addresses), Traits::NONE, "an address is no way in");
        let exploit = r#"{"findingArn":"f","exploitAvailable":"YES","exploitabilityDetails":{"lastKnownExploitAt":1767322845.678}}"#;
        assert_eq!(of(Source::Inspector, exploit), Traits::NONE, "an exploit that is available need not be in use");
    }

    #[test]
    fn macie_tells_what_is_sensitive_and_what_is_public() {
        let record = |kind: &str, effective: &str, object: &str| {
            let json = format!(
                r#"{{"id":"f","type":"{kind}","resourcesAffected":{{"s3Bucket":{{"arn":"arn:aws:s3:::b","publicAccess":{{"effectivePermission":
                    "{effective}"}}}},"s3Object":{{"path":"b/o","publicAccess":{object}}}}}}}"#
            );
            of(Source::Macie, &json)
        };
        assert_eq!(record("SensitiveData:S3Object/Personal", "NOT_PUBLIC", "false"), Traits::SENSITIVE);
        assert_eq!(record("SensitiveData:S3Object/Personal", "PUBLIC", "false"), Traits::SENSITIVE | Traits::PUBLIC);
        assert_eq!(record("SensitiveData:S3Object/Personal", "NOT_PUBLIC", "true"), Traits::SENSITIVE | Traits::PUBLIC);
        assert_eq!(record("Policy:IAMUser/S3BucketPublic", "UNKNOWN", "null"), Traits::PUBLIC);
        assert_eq!(record("Policy:IAMUser/S3BucketPublic", "NOT_PUBLIC", "null"), Traits::NONE);
        assert_eq!(
            record("Policy:IAMUser/S3BlockPublicAccessDisabled", "UNKNOWN", "null"),
            Traits::NONE,
            "a block that is gone opens nothing"
        );
        assert_eq!(of(Source::Macie, r#"{"id":"f","resourcesAffected":[{"s3Bucket":7}]}"#), Traits::NONE);
    }

    #[test]
    fn access_of_everyone_is_public_in_both_versions_of_the_api() {
        let listed = r#"{"id":"b90c8d49","isPublic":true,"principal":{"AWS":"*"},"resource":"arn:aws:sqs:us-east-1:644160558196:public-test",
            "resourceType":"AWS::SQS::Queue","action":["sqs:SendMessage"],"condition":{},"status":"ACTIVE"}"#;
        assert_eq!(of(Source::AccessAnalyzer, listed), Traits::PUBLIC);
        assert_eq!(of(Source::AccessAnalyzer, &listed.replace("\"isPublic\":true", "\"isPublic\":false")), Traits::NONE);
        let opened = r#"{"id":"f","findingType":"ExternalAccess","findingDetails":[{"externalAccessDetails":{"isPublic":true}}]}"#;
        assert_eq!(of(Source::AccessAnalyzer, opened), Traits::PUBLIC);
        assert_eq!(of(Source::AccessAnalyzer, r#"{"id":"f","isPublic":[true]}"#), Traits::NONE);
    }
}
