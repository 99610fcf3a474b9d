//! Links to a finding's page in the AWS console, whose host depends on the partition, and to what AWS writes about its type.

use crate::model::{Partition, Region, Text};

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

fn link(partition: &Partition, region: &Region, service: &str, fragment: &str, id: &str, suffix: &str) -> Option<Text> {
    let mut url = home(partition, region, service)?;
    url.push_str(fragment);
    encode(id, &mut url);
    url.push_str(suffix);
    Some(Text::new(&url))
}

pub(super) fn guardduty(partition: &Partition, region: &Region, id: &str, archived: bool) -> Option<Text> {
    let macros = if archived { "/findings?macros=archived&fId=" } else { "/findings?macros=current&fId=" };
    link(partition, region, "guardduty", macros, id, "")
}

pub(super) fn inspector(partition: &Partition, region: &Region, arn: &str) -> Option<Text> {
    link(partition, region, "inspector/v2", "/findings/", arn, "")
}

/// Only external access has pages of its own; the others open the list.
pub(super) fn access_analyzer(partition: &Partition, region: &Region, id: Option<&str>) -> Option<Text> {
    let fragment = if id.is_some() { "/findings/details/" } else { "/findings" };
    link(partition, region, "access-analyzer", fragment, id.unwrap_or_default(), "")
}

pub(super) fn macie(partition: &Partition, region: &Region, id: &str) -> Option<Text> {
    link(partition, region, "macie", "findings?itemId=", id, "")
}

pub(super) fn security_hub(partition: &Partition, region: &Region, id: &str) -> Option<Text> {
    // The console reads its search from a fragment that is encoded twice.
    link(partition, region, "securityhub", "/findings?search=Id%3D%255Coperator%255C%253AEQUALS%255C%253A", id, "")
}

/// What the GuardDuty User Guide says of a type and what to do: the page of its family where there is one, else the list of all
/// types. Anchors are the type's name in lower case, with dashes for `:` and `/` and without other punctuation.
pub(super) fn guardduty_guide(kind: &str) -> Option<Text> {
    const GUIDE: &str = "https://docs.aws.amazon.com/guardduty/latest/ug/guardduty_finding-types-";
    let (_, family) = kind.split_once(':')?;
    // Files found by malware scans have a page of their own.
    let page = match family.split('/').next() {
        _ if kind.contains("File") => None,
        Some("EC2") => Some("ec2"),
        Some("IAMUser") => Some("iam"),
        Some("S3") => Some("s3"),
        _ => None,
    };
    let Some(page) = page.filter(|_| !kind.starts_with("AttackSequence:")) else {
        return Some(Text::new(&format!("{GUIDE}active.html")));
    };
    let anchor: String = kind
        .chars()
        .filter_map(|c| match c {
            ':' | '/' => Some('-'),
            c => c.is_ascii_alphanumeric().then(|| c.to_ascii_lowercase()),
        })
        .collect();
    Some(Text::new(&format!("{GUIDE}{page}.html#{anchor}")))
}

/// Whether this is an address within an AWS console, so that a product's own link may stand for ours.
pub(super) fn is_console(url: &str) -> bool {
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
    use super::{guardduty, guardduty_guide, inspector, is_console};
    use crate::model::{Partition, Region};

    #[test]
    fn the_host_is_the_partitions() {
        let link = |partition, region| guardduty(&Partition::new(partition), &Region::new(region), "a b", false).map(|url| url.to_string());
        assert_eq!(
            link("aws", "eu-central-1").as_deref(),
            Some("https://eu-central-1.console.aws.amazon.com/guardduty/home?region=eu-central-1#/findings?macros=current&fId=a%20b")
        );
        assert!(link("aws-cn", "cn-north-1").is_some_and(|url| url.starts_with("https://cn-north-1.console.amazonaws.cn/")));
        assert_eq!(link("aws-iso", "us-iso-east-1"), None);
    }

    #[test]
    fn a_region_from_outside_cannot_change_the_host() {
        assert_eq!(inspector(&Partition::new("aws"), &Region::new("evil.example/"), "x"), None);
        assert_eq!(inspector(&Partition::new("aws"), &Region::new(""), "x"), None);
    }

    #[test]
    fn a_type_leads_to_its_place_in_the_user_guide() {
        for (kind, end) in [
            ("Recon:EC2/PortProbeUnprotectedPort", "types-ec2.html#recon-ec2-portprobeunprotectedport"),
            ("Backdoor:EC2/C&CActivity.B!DNS", "types-ec2.html#backdoor-ec2-ccactivitybdns"),
            ("AttackSequence:S3/CompromisedData", "types-active.html"),
            ("Object:S3/MaliciousFile", "types-active.html"),
            ("Future:Thing/Happened", "types-active.html"),
        ] {
            assert!(guardduty_guide(kind).is_some_and(|url| url.ends_with(end)), "{kind}");
        }
        assert_eq!(guardduty_guide(""), None);
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
