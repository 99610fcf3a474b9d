//! Links to what AWS writes about a type of finding.

use crate::model::Text;

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
        return Some(Text::shared(&format!("{GUIDE}active.html")));
    };
    let anchor: String = kind
        .chars()
        .filter_map(|c| match c {
            ':' | '/' => Some('-'),
            c => c.is_ascii_alphanumeric().then(|| c.to_ascii_lowercase()),
        })
        .collect();
    Some(Text::shared(&format!("{GUIDE}{page}.html#{anchor}")))
}

#[cfg(test)]
mod tests {
    use super::guardduty_guide;

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
}
