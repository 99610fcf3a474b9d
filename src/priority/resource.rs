//! Which resource a finding is about, in one form: sources name the same resource in different ways.

use std::borrow::Cow;

use crate::model::{Arn, Finding, Resource};

/// A name that the same resource has in every finding, and no other resource has. None where its id does not identify one thing.
///
/// An ARN identifies what it names; a bucket's has no account because bucket names are unique in a partition. What EC2 numbers
/// (`i-0abc...`) is told with its account, since Inspector and `GuardDuty` write the bare id and Security Hub the ARN. A function is
/// the same in all its versions. Access key ids are unique.
#[must_use]
pub fn resource_name<'a>(resource: &'a Resource, finding: &'a Finding) -> Option<Cow<'a, str>> {
    let id = resource.id.as_str();
    if id.contains(['*', '\u{FFFD}']) {
        return None;
    }
    if let Some(arn) = Arn::parse(id) {
        let name = arn.name();
        return match arn.service {
            _ if arn.resource.is_empty() => None,
            "ec2" if is_numbered(name) && !arn.account.is_empty() => Some(numbered(arn.account, name)),
            "lambda" => Some(Cow::Borrowed(unqualified(id, &arn))),
            _ => Some(Cow::Borrowed(id)),
        };
    }
    let account = if resource.account.is_empty() { &finding.account } else { &resource.account };
    if is_numbered(id) && !account.is_empty() {
        return Some(numbered(account.as_str(), id));
    }
    is_access_key(id).then_some(Cow::Borrowed(id))
}

fn numbered(account: &str, id: &str) -> Cow<'static, str> {
    Cow::Owned(format!("{account} {id}"))
}

/// Whether it is formed as the ids are that EC2 gives: a short word, a dash, 8 or 17 hexadecimal digits.
fn is_numbered(id: &str) -> bool {
    let Some((word, digits)) = id.rsplit_once('-') else { return false };
    let is_word = !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-');
    is_word && matches!(digits.len(), 8 | 17) && digits.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
}

/// `AKIA...` of a user, `ASIA...` of a session (IAM User Guide, unique identifiers).
fn is_access_key(id: &str) -> bool {
    id.len() == 20
        && (id.starts_with("AKIA") || id.starts_with("ASIA"))
        && id.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
}

/// A function's ARN without the version or alias at its end.
fn unqualified<'a>(id: &'a str, arn: &Arn<'a>) -> &'a str {
    let mut parts = arn.resource.split(':');
    match (parts.next(), parts.next(), parts.next(), parts.next()) {
        (Some("function"), Some(_), Some(qualifier), None) => &id[..id.len() - qualifier.len() - 1],
        _ => id,
    }
}

#[cfg(test)]
mod tests {
    use super::resource_name;
    use crate::model::{AccountId, Finding, Resource, Source, Text};

    fn name(id: &str) -> Option<String> {
        let finding = Finding { account: AccountId::new("111122223333"), ..Finding::blank(Source::Inspector, "f") };
        let resource = Resource { id: Text::new(id), ..Resource::default() };
        resource_name(&resource, &finding).map(std::borrow::Cow::into_owned)
    }

    #[test]
    fn the_same_resource_has_one_name_however_it_is_written() {
        for (one, other) in [
            ("i-0c3d4e5f607182930", "arn:aws:ec2:us-east-1:111122223333:instance/i-0c3d4e5f607182930"),
            ("arn:aws:lambda:us-east-1:111122223333:function:resize:$LATEST", "arn:aws:lambda:us-east-1:111122223333:function:resize"),
            ("subnet-0123abcd", "arn:aws:ec2:us-east-1:111122223333:subnet/subnet-0123abcd"),
            ("arn:aws:s3:::b", "arn:aws:s3:::b"),
        ] {
            assert!(name(one).is_some());
            assert_eq!(name(one), name(other), "{one}");
        }
    }

    #[test]
    fn different_resources_have_different_names() {
        let ids = [
            "i-0c3d4e5f607182930",
            "arn:aws:ec2:us-east-1:999999999999:instance/i-0c3d4e5f607182930",
            "arn:aws:lambda:us-east-1:111122223333:layer:resize:3",
            "arn:aws:lambda:us-east-1:111122223333:layer:resize:4",
            "arn:aws:s3:::b",
            "arn:aws-cn:s3:::b",
            "AKIAIOSFODNN7EXAMPLE",
        ];
        let names: std::collections::BTreeSet<_> = ids.iter().map(|id| name(id)).collect();
        assert_eq!(names.len(), ids.len());
    }

    #[test]
    fn what_does_not_identify_one_thing_has_no_name() {
        for id in
            ["", "*", "arn:aws:s3:::b/*", "bucket", "web-1", "default/pod", "AWS::::Account:111122223333", "GeneratedFindingAccessKeyId"]
        {
            assert_eq!(name(id), None, "{id}");
        }
    }
}
