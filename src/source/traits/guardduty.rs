//! What a GuardDuty record proves.
//!
//! An address of its own makes an instance not public: a security group may let nobody in. That something on the internet got
//! through to it does, and so does a bucket's effective permission. Where a Kubernetes call came from proves nothing: the caller
//! writes all but the last of those addresses (`X-Forwarded-For`). `Policy:S3/BucketAnonymousAccessGranted` and its like are told
//! by the effective permission too: a block may stand before the policy that was changed.

use super::super::guardduty_resources::each;
use super::super::json::Node;
use super::{is_of_the_internet, when};
use crate::model::Traits;

/// Types that say by themselves that something is open to the internet (GuardDuty User Guide: exposed by a load balancer).
const EXPOSED: [&str; 2] = ["Policy:Kubernetes/ExposedDashboard", "Policy:Kubernetes/KubeflowDashboardExposed"];

/// What the record proves.
pub(in crate::source) fn guardduty(root: Node<'_>, kind: &str) -> Traits {
    let service = root.at("service");
    let is_public = EXPOSED.contains(&kind) || has_public_bucket(root.at("resource"), service) || was_reached(service.at("action"));
    when(is_public, Traits::PUBLIC) | when(root.at("associatedAttackSequenceArn").str().is_some(), Traits::SEQUENCE)
}

fn has_public_bucket(resource: Node<'_>, service: Node<'_>) -> bool {
    let mut found = false;
    each(resource.at("s3BucketDetails"), |bucket| found |= is_public(bucket.at("publicAccess")));
    found || service.at("detection").at("sequence").at("resources").items().any(|one| is_public(one.at("data").at("s3Bucket")))
}

fn is_public(access: Node<'_>) -> bool {
    access.at("effectivePermission").str().as_deref() == Some("PUBLIC")
}

/// Whether something on the internet got through to the resource.
fn was_reached(action: Node<'_>) -> bool {
    let connection = action.at("networkConnectionAction");
    let probe = action.at("portProbeAction");
    connection.at("connectionDirection").str().as_deref() == Some("INBOUND") && got_through(connection) && is_remote(connection)
        || probe.is_there() && got_through(probe) && probe.at("portProbeDetails").items().any(is_remote)
        // Who tries to log in has reached the database.
        || is_remote(action.at("rdsLoginAttemptAction"))
}

fn got_through(action: Node<'_>) -> bool {
    action.at("blocked").flag() == Some(false)
}

fn is_remote(place: Node<'_>) -> bool {
    let remote = place.at("remoteIpDetails");
    [remote.at("ipAddressV4"), remote.at("ipAddressV6")].into_iter().filter_map(Node::str).any(|address| is_of_the_internet(&address))
}

#[cfg(test)]
mod tests {
    use super::super::tests::of;
    use crate::model::{Source, Traits};

    fn traits(members: &str) -> Traits {
        of(Source::GuardDuty, &format!(r#"{{"id":"f",{members}}}"#))
    }

    #[test]
    fn a_bucket_whose_effective_permission_is_public_is_public() {
        let bucket = |effective: &str| {
            traits(&format!(
                r#""type":"Policy:S3/BucketAnonymousAccessGranted","resource":{{"resourceType":"S3Bucket","s3BucketDetails":[{{"arn":"arn:aws:s3:::b",
                "publicAccess":{{"permissionConfiguration":{{"bucketLevelPermissions":{{"bucketPolicy":{{"allowsPublicReadAccess":true}}}}}},
                "effectivePermission":"{effective}"}}}}]}}"#
            ))
        };
        assert_eq!([bucket("PUBLIC"), bucket("NOT_PUBLIC"), bucket("UNKNOWN")], [Traits::PUBLIC, Traits::NONE, Traits::NONE]);
        let lone = traits(r#""resource":{"s3BucketDetails":{"publicAccess":{"effectivePermission":"PUBLIC"}}}"#);
        assert_eq!(lone, Traits::PUBLIC, "an event has an object in the list's place");
        let sequence = traits(
            r#""service":{"detection":{"sequence":{"resources":[{"uid":"a"},{"uid":"arn:aws:s3:::b","resourceType":"S3_BUCKET",
               "data":{"s3Bucket":{"effectivePermission":"PUBLIC","publicReadAccess":"ALLOWED"}}}]}}}"#,
        );
        assert_eq!(sequence, Traits::PUBLIC);
    }

    #[test]
    fn an_instance_is_public_where_the_internet_got_through_to_it_not_where_it_has_an_address() {
        let resource =
            r#""resource":{"instanceDetails":{"instanceId":"i","networkInterfaces":[{"publicIp":"198.51.100.0","publicDnsName":"x"}]}}"#;
        assert_eq!(traits(resource), Traits::NONE);
        let connection = |direction: &str, blocked: &str, ip: &str| {
            traits(&format!(
                r#"{resource},"service":{{"action":{{"networkConnectionAction":{{"connectionDirection":"{direction}","blocked":{blocked},
                "remoteIpDetails":{{"ipAddressV4":"{ip}"}}}}}}}}"#
            ))
        };
        assert_eq!(connection("INBOUND", "false", "199.241.229.197"), Traits::PUBLIC);
        assert_eq!(connection("INBOUND", "true", "199.241.229.197"), Traits::NONE);
        assert_eq!(connection("INBOUND", "null", "199.241.229.197"), Traits::NONE);
        assert_eq!(connection("OUTBOUND", "false", "199.241.229.197"), Traits::NONE);
        assert_eq!(connection("INBOUND", "false", "10.0.3.7"), Traits::NONE, "a neighbour");
        let probe = |details: &str| {
            traits(&format!(r#""service":{{"action":{{"portProbeAction":{{"blocked":false,"portProbeDetails":{details}}}}}}}"#))
        };
        assert_eq!(probe(r#"[{"remoteIpDetails":{"ipAddressV4":"203.0.113.9"},"localPortDetails":{"port":22}}]"#), Traits::PUBLIC);
        for odd in ["[]", "7", "[null,7,[]]", r#"{"remoteIpDetails":"x"}"#] {
            assert_eq!(probe(odd), Traits::NONE, "{odd}");
        }
    }

    #[test]
    fn who_logs_in_to_a_database_from_the_internet_has_reached_it() {
        let login = |ip: &str| {
            traits(&format!(r#""service":{{"action":{{"rdsLoginAttemptAction":{{"remoteIpDetails":{{"ipAddressV4":"{ip}"}}}}}}}}"#))
        };
        assert_eq!((login("198.51.100.0"), login("10.1.2.3")), (Traits::PUBLIC, Traits::NONE));
        let call = r#""service":{"action":{"kubernetesApiCallAction":{"sourceIPs":["198.51.100.0"],"remoteIpDetails":{"ipAddressV4":"198.51.100.0"}}}}"#;
        assert_eq!(traits(call), Traits::NONE, "the caller may have written the address");
    }

    #[test]
    fn a_signal_names_its_sequence() {
        let arn = "arn:aws:guardduty:eu-central-1:111122223333:detector/d/finding/s";
        assert_eq!(traits(&format!(r#""associatedAttackSequenceArn":"{arn}""#)), Traits::SEQUENCE);
        assert_eq!(traits(r#""associatedAttackSequenceArn":"""#), Traits::NONE);
        let sequence = r#""type":"AttackSequence:IAM/CompromisedCredentials","service":{"detection":{"sequence":{"uid":"s"}}}"#;
        assert_eq!(traits(sequence), Traits::NONE, "the sequence itself is no signal of one");
    }

    #[test]
    fn a_dashboard_that_is_exposed_is_public_by_its_type() {
        assert_eq!(traits(r#""type":"Policy:Kubernetes/ExposedDashboard""#), Traits::PUBLIC);
        assert_eq!(traits(r#""type":"Policy:Kubernetes/AnonymousAccessGranted""#), Traits::NONE);
    }
}
