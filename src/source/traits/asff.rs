//! What a record in the AWS Security Finding Format proves, whichever product made it.

use super::super::asff::Product;
use super::super::json::Node;
use super::controls::says_public;
use super::{is_internet_gateway, is_of_the_internet, when};
use crate::model::{Finding, Traits};

/// What the record proves. Of the finding its type, title and compliance are read.
pub(in crate::source) fn asff(root: Node<'_>, product: Product, finding: &Finding) -> Traits {
    let fields = root.at("ProductFields");
    let is_sensitive = root.at("Types").items().filter_map(Node::str).any(|kind| kind.starts_with("Sensitive Data Identifications"));
    let is_public = match product {
        Product::GuardDuty => was_reached(root.at("Action")) || was_reached_by_fields(fields),
        Product::Inspector => finding.title.contains("reachable from an Internet Gateway"),
        Product::AccessAnalyzer => is_open_to_all(root, finding),
        Product::SecurityHub => failed(finding),
        Product::Macie | Product::Other => false,
    };
    let first_step = root.at("NetworkPath").items().next();
    let is_public = is_public
        || first_step.is_some_and(|step| is_internet_gateway(step.at("ComponentType")))
        || root.at("Resources").items().any(|resource| is_publicly_accessible(resource.at("Details")));
    when(is_public, Traits::PUBLIC) | when(is_sensitive, Traits::SENSITIVE) | of_fields(fields) | of_exposure(root, fields, finding)
}

/// A failed control that by its very meaning says so.
fn failed(finding: &Finding) -> bool {
    finding.compliance.as_deref().is_some_and(|compliance| {
        compliance.status.as_deref() == Some("FAILED") && says_public(compliance.control.as_deref(), &finding.title)
    })
}

/// Access Analyzer's copy of public access has a type of its own, and names everyone.
fn is_open_to_all(root: Node<'_>, finding: &Finding) -> bool {
    let names_everyone = |resource: Node<'_>| resource.at("Details").at("Other").at("External Principal").str().as_deref() == Some("*");
    finding.kind.starts_with("Effects/Data Exposure/External Access Granted")
        || finding.title.ends_with("allows public access")
        || root.at("Resources").items().any(names_everyone)
}

/// See `guardduty.rs`.
fn was_reached(action: Node<'_>) -> bool {
    let got_through = |action: Node<'_>| action.at("Blocked").flag() == Some(false);
    let is_remote = |place: Node<'_>| place.at("RemoteIpDetails").at("IpAddressV4").str().is_some_and(|ip| is_of_the_internet(&ip));
    let connection = action.at("NetworkConnectionAction");
    let probe = action.at("PortProbeAction");
    connection.at("ConnectionDirection").str().as_deref() == Some("INBOUND") && got_through(connection) && is_remote(connection)
        || probe.is_there() && got_through(probe) && probe.at("PortProbeDetails").items().any(is_remote)
}

/// GuardDuty's own record, flattened to texts: a path for each value.
fn was_reached_by_fields(fields: Node<'_>) -> bool {
    let is = |key, word| fields.at(key).str().as_deref() == Some(word);
    let from = |action: &str| {
        fields.members().any(|(key, value)| {
            key.contains(action) && key.contains("/remoteIpDetails/ipAddressV") && value.str().is_some_and(|ip| is_of_the_internet(&ip))
        })
    };
    is("aws/guardduty/service/action/networkConnectionAction/connectionDirection", "INBOUND")
        && is("aws/guardduty/service/action/networkConnectionAction/blocked", "false")
        && from("/networkConnectionAction/")
        || is("aws/guardduty/service/action/portProbeAction/blocked", "false") && from("/portProbeAction/")
}

/// Members of `Resources[].Details` that say of themselves whether they are public (service model).
fn is_publicly_accessible(details: Node<'_>) -> bool {
    if !details.is_there() {
        return false;
    }
    let named = ["AwsRdsDbInstance", "AwsRedshiftCluster", "AwsDmsReplicationInstance", "AwsAmazonMqBroker"];
    let cluster = details.at("AwsEksCluster").at("ResourcesVpcConfig").at("EndpointPublicAccess");
    named.into_iter().map(|name| details.at(name).at("PubliclyAccessible")).chain([cluster]).any(|flag| flag.flag() == Some(true))
}

/// What products state in fields of their own: Macie its bucket's and object's access, GuardDuty the sequence of a signal, others
/// that a vulnerability is known to be exploited.
fn of_fields(fields: Node<'_>) -> Traits {
    let mut traits = Traits::NONE;
    for (key, value) in fields.members() {
        let last = key.rsplit(['/', '.', ':']).next().unwrap_or(key);
        let is = |name: &str| last.eq_ignore_ascii_case(name);
        let says_yes = || value.str().is_some_and(|text| ["true", "yes"].iter().any(|yes| text.eq_ignore_ascii_case(yes)));
        traits |= when(is("effectivePermission") && value.str().as_deref() == Some("PUBLIC"), Traits::PUBLIC)
            | when(key == "S3Object.PublicAccess" && says_yes(), Traits::PUBLIC)
            | when(is("associatedAttackSequenceArn") && value.str().is_some(), Traits::SEQUENCE)
            | when(is_of_known_exploits(last) && says_yes(), Traits::KNOWN_EXPLOITED);
    }
    traits
}

/// Whether a field of this name tells if CISA lists the vulnerability, however the product spells it.
fn is_of_known_exploits(name: &str) -> bool {
    let letters = name.chars().filter(char::is_ascii_alphabetic).map(|letter| letter.to_ascii_lowercase()).collect::<String>();
    ["kev", "iskev", "inkev", "cisakev", "knownexploited", "cisaknownexploited"].contains(&letters.as_str())
}

/// An exposure finding names its traits (Security Hub User Guide, "Supported trait types"): reachability, and sensitive data.
fn of_exposure(root: Node<'_>, fields: Node<'_>, finding: &Finding) -> Traits {
    let mut traits = Traits::NONE;
    let is_exposure = finding.kind.starts_with("Exposure/") || finding.kind.contains("/Exposure/");
    if is_exposure {
        let types = root.at("Types").items();
        let values = fields.members().map(|(_, value)| value);
        for text in types.chain(values).filter_map(Node::str).chain([finding.title.as_str().into()]) {
            let has = |words: &[&str]| words.iter().any(|word| text.to_ascii_lowercase().contains(word));
            traits |= when(has(&["reachability", "internet reachable", "internet-reachable", "publicly"]), Traits::PUBLIC)
                | when(has(&["sensitive data"]), Traits::SENSITIVE);
        }
    }
    traits
}

#[cfg(test)]
mod tests {
    use super::super::tests::of;
    use crate::model::{Source, Traits};

    fn traits(product: &str, members: &str) -> Traits {
        let arn = format!("arn:aws:securityhub:eu-central-1::product/{product}");
        of(Source::SecurityHub, &format!(r#"{{"Id":"f","ProductArn":"{arn}",{members}}}"#))
    }

    #[test]
    fn a_failed_control_of_public_access_is_public() {
        let control = |status: &str, members: &str| {
            traits(
                "aws/securityhub",
                &format!(r#""Title":"t","Compliance":{{"Status":"{status}"{members}}},"ProductFields":{{"ControlId":"RDS.1"}}"#),
            )
        };
        assert_eq!(control("FAILED", r#","SecurityControlId":"S3.3""#), Traits::PUBLIC);
        assert_eq!(control("FAILED", ""), Traits::PUBLIC, "the standard's own field names it");
        for status in ["PASSED", "WARNING", "NOT_AVAILABLE"] {
            assert_eq!(control(status, r#","SecurityControlId":"S3.3""#), Traits::NONE, "{status}");
        }
        assert_eq!(control("FAILED", r#","SecurityControlId":"S3.1""#), Traits::NONE, "a block that is missing opens nothing");
        let elsewhere = r#""Compliance":{"Status":"FAILED","SecurityControlId":"S3.3"}"#;
        assert_eq!(traits("prowler/prowler", elsewhere), Traits::NONE, "only Security Hub's controls are known");
    }

    #[test]
    fn copies_of_other_products_prove_what_the_product_proved() {
        let fields = |blocked: &str, ip: &str| {
            format!(
                r#""ProductFields":{{"aws/guardduty/service/action/networkConnectionAction/blocked":"{blocked}",
                "aws/guardduty/service/action/networkConnectionAction/connectionDirection":"INBOUND",
                "aws/guardduty/service/action/networkConnectionAction/localIpDetails/ipAddressV4":"172.31.43.6",
                "aws/guardduty/service/action/networkConnectionAction/remoteIpDetails/ipAddressV4":"{ip}"}}"#
            )
        };
        assert_eq!(traits("aws/guardduty", &fields("false", "199.241.229.197")), Traits::PUBLIC);
        assert_eq!(traits("aws/guardduty", &fields("true", "199.241.229.197")), Traits::NONE);
        assert_eq!(traits("aws/guardduty", &fields("false", "10.1.1.1")), Traits::NONE);
        let action = r#""Action":{"ActionType":"PORT_PROBE","PortProbeAction":{"Blocked":false,"PortProbeDetails":[{"RemoteIpDetails":{"IpAddressV4":"203.0.113.9"}}]}}"#;
        assert_eq!(traits("aws/guardduty", action), Traits::PUBLIC);
        let signal = r#""ProductFields":{"aws/guardduty/associatedAttackSequenceArn":"arn:aws:guardduty:r:1:detector/d/finding/s"}"#;
        assert_eq!(traits("aws/guardduty", signal), Traits::SEQUENCE);

        let path = r#""Types":["Software and Configuration Checks/AWS Security Best Practices/Network Reachability"],"NetworkPath":[{"ComponentId":"igw-1","ComponentType":"AWS::EC2::InternetGateway"}]"#;
        assert_eq!(traits("aws/inspector", path), Traits::PUBLIC);
        assert_eq!(traits("aws/inspector", r#""Title":"Port 22 is reachable from an Internet Gateway - TCP""#), Traits::PUBLIC);
        assert_eq!(traits("aws/inspector", r#""Title":"Port 22 is reachable from a Peered VPC""#), Traits::NONE);
        let exploit = r#""Vulnerabilities":[{"Id":"CVE-1","ExploitAvailable":"YES","LastKnownExploitAt":"2026-01-01T00:00:00Z"}]"#;
        assert_eq!(traits("aws/inspector", exploit), Traits::NONE, "an exploit that is available need not be in use");

        let macie = r#""Types":["Sensitive Data Identifications/PII/SensitiveData:S3Object-Personal"],"ProductFields":{"S3Bucket.effectivePermission":"PUBLIC"}"#;
        assert_eq!(traits("aws/macie", macie), Traits::SENSITIVE | Traits::PUBLIC);
        assert_eq!(
            traits("aws/macie", r#""ProductFields":{"S3Bucket.effectivePermission":"NOT_PUBLIC","S3Object.PublicAccess":"false"}"#),
            Traits::NONE
        );

        let access = |principal: &str| {
            format!(
                r#""Resources":[{{"Type":"AwsS3Bucket","Id":"b","Details":{{"Other":{{"External Principal Type":"AWS","External Principal":"{principal}"}}}}}}]"#
            )
        };
        assert_eq!(
            (traits("aws/access-analyzer", &access("*")), traits("aws/access-analyzer", &access("444455556666"))),
            (Traits::PUBLIC, Traits::NONE)
        );
        assert_eq!(traits("aws/access-analyzer", r#""Title":"AwsS3Bucket/arn:aws:s3:::b allows public access""#), Traits::PUBLIC);
    }

    #[test]
    fn a_resource_that_says_so_of_itself_is_public() {
        let database = |flag: &str| {
            let details = format!(r#"{{"AwsRdsDbInstance":{{"PubliclyAccessible":{flag}}}}}"#);
            traits("aws/securityhub", &format!(r#""Resources":[{{"Type":"AwsRdsDbInstance","Id":"d","Details":{details}}}]"#))
        };
        assert_eq!((database("true"), database("false"), database("[]")), (Traits::PUBLIC, Traits::NONE, Traits::NONE));
        let cluster = r#""Resources":[{"Details":{"AwsEksCluster":{"ResourcesVpcConfig":{"EndpointPublicAccess":true}}}}]"#;
        assert_eq!(traits("aws/securityhub", cluster), Traits::PUBLIC);
    }

    #[test]
    fn an_exposure_names_its_traits_and_other_records_do_not() {
        let exposure = |kind: &str| {
            format!(
                r#""Types":["{kind}"],"Title":"Publicly readable bucket","ProductFields":{{"traits:0/type":"Reachability","traits:1/type":"Sensitive Data"}}"#
            )
        };
        assert_eq!(traits("aws/securityhub-exposure", &exposure("Exposure/Potential Impact")), Traits::PUBLIC | Traits::SENSITIVE);
        assert_eq!(traits("aws/securityhub-exposure", &exposure("Effects/Data")), Traits::NONE);
    }

    #[test]
    fn a_product_may_say_that_a_vulnerability_is_known_to_be_exploited() {
        for field in [r#""scanner/CISA_KEV":"true""#, r#""knownExploited":"Yes""#, r#""vuln.known_exploited":true"#] {
            assert_eq!(traits("scanner/scanner", &format!(r#""ProductFields":{{{field}}}"#)), Traits::KNOWN_EXPLOITED, "{field}");
        }
        for field in [r#""kev":"false""#, r#""kevin":"true""#, r#""exploitAvailable":"true""#, r#""kev":[true]"#] {
            assert_eq!(traits("scanner/scanner", &format!(r#""ProductFields":{{{field}}}"#)), Traits::NONE, "{field}");
        }
    }
}
