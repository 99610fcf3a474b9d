//! Links to a finding's page in the AWS console, whose host depends on the partition.

use super::{Finding, Partition, Region, Source, Status, Text};

const HOSTS: [(&str, &str); 4] = [
    ("aws", "console.aws.amazon.com"),
    ("aws-us-gov", "console.amazonaws-us-gov.com"),
    ("aws-cn", "console.amazonaws.cn"),
    ("aws-eusc", "console.amazonaws-eusc.eu"),
];

/// The console's host and the Region part of the address; none for partitions whose console's name is not public, and for
/// names that cannot be a Region's, since the name becomes part of the host.
fn home(partition: &Partition, region: &Region, service: &str) -> Option<String> {
    let (_, host) = HOSTS.into_iter().find(|(name, _)| *name == partition.as_str())?;
    let region = region.as_str();
    let well_formed = !region.is_empty() && region.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
    well_formed.then(|| format!("https://{region}.{host}/{service}/home?region={region}#"))
}

fn address(partition: &Partition, region: &Region, service: &str, fragment: &str, id: &str) -> Option<Text> {
    let mut url = home(partition, region, service)?;
    url.push_str(fragment);
    encode(id, &mut url);
    Some(Text::new(&url))
}

/// The finding's page, made from what the finding says.
pub(super) fn link(finding: &Finding) -> Option<Text> {
    let page = |service, fragment, id: &str| address(&finding.partition, &finding.region, service, fragment, id);
    match finding.source {
        Source::GuardDuty if finding.status == Status::Archived => page("guardduty", "/findings?macros=archived&fId=", &finding.id),
        Source::GuardDuty => page("guardduty", "/findings?macros=current&fId=", &finding.id),
        Source::Inspector => page("inspector/v2", "/findings/", &finding.id),
        // Only external access has pages of its own; the others open the list.
        Source::AccessAnalyzer if finding.kind.as_str() == "ExternalAccess" => page("access-analyzer", "/findings/details/", &finding.id),
        Source::AccessAnalyzer => page("access-analyzer", "/findings", ""),
        Source::Macie => page("macie", "findings?itemId=", &finding.id),
        // The console reads its search from a fragment that is encoded twice.
        Source::Checks => None,
        Source::SecurityHub => page("securityhub", "/findings?search=Id%3D%255Coperator%255C%253AEQUALS%255C%253A", &finding.id),
    }
}

/// Whether this is an address within an AWS console, so that a product's own link may stand for ours.
#[must_use]
pub fn is_console(url: &str) -> bool {
    let Some(rest) = url.strip_prefix("https://") else { return false };
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    HOSTS.iter().any(|(_, console)| host == *console || host.strip_suffix(console).is_some_and(|region| region.ends_with('.')))
        && !host.contains(['@', ':'])
}

/// Percent-encodes all but the unreserved characters of RFC 3986.
fn encode(text: &str, out: &mut String) {
    const HEX: [char; 16] = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'A', 'B', 'C', 'D', 'E', 'F'];
    out.reserve(text.len() * 2);
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            out.push(char::from(byte));
        } else {
            out.extend(['%', HEX[usize::from(byte >> 4)], HEX[usize::from(byte & 15)]]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::is_console;
    use crate::model::{Finding, Partition, Region, Source};

    fn link(partition: &str, region: &str) -> Option<String> {
        let (partition, region) = (Partition::new(partition), Region::new(region));
        let finding = Finding { region, partition, ..Finding::blank(Source::GuardDuty, "a b") };
        finding.console_link().map(|url| url.to_string())
    }

    #[test]
    fn the_host_is_the_partitions() {
        assert_eq!(
            link("aws", "eu-central-1").as_deref(),
            Some("https://eu-central-1.console.aws.amazon.com/guardduty/home?region=eu-central-1#/findings?macros=current&fId=a%20b")
        );
        assert!(link("aws-cn", "cn-north-1").is_some_and(|url| url.starts_with("https://cn-north-1.console.amazonaws.cn/")));
        assert_eq!(link("aws-iso", "us-iso-east-1"), None);
    }

    #[test]
    fn a_region_from_outside_cannot_change_the_host() {
        assert_eq!(link("aws", "evil.example/"), None);
        assert_eq!(link("aws", ""), None);
    }

    #[test]
    fn only_console_hosts_pass_for_the_console() {
        assert!(is_console("https://us-east-1.console.aws.amazon.com/guardduty/home?region=us-east-1#/findings"));
        assert!(is_console("https://console.aws.amazon.com/access-analyzer/home"));
        for url in [
            "http://console.aws.amazon.com/",
            "https://evilconsole.aws.amazon.com/",
            "https://console.aws.amazon.com.evil.example/",
            "https://x@console.aws.amazon.com/",
        ] {
            assert!(!is_console(url), "{url}");
        }
    }
}
