//! Names that AWS gives to accounts, Regions, partitions and resources.

use std::fmt;

use serde::Serialize;

use super::Text;

macro_rules! name {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
        #[serde(transparent)]
        pub struct $name(Text);

        impl $name {
            /// Takes the name as AWS or the user wrote it, made safe.
            #[must_use]
            pub fn new(raw: &str) -> Self {
                Self(Text::new(raw))
            }

            /// The name as a string slice; empty when it is not known.
            #[must_use]
            pub fn as_str(&self) -> &str {
                self.0.as_str()
            }

            /// Whether no name is known.
            #[must_use]
            pub fn is_empty(&self) -> bool {
                self.0.is_empty()
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(&self.0, f)
            }
        }

        impl From<Text> for $name {
            fn from(text: Text) -> Self {
                Self(text)
            }
        }
    };
}

name! {
    /// A 12-digit AWS account id. Empty until the identity is known.
    AccountId
}
name! {
    /// A Region's code, such as `eu-central-1`; `aws-global` and `global` appear in findings too.
    Region
}
name! {
    /// An AWS partition: `aws`, `aws-cn`, `aws-us-gov`, `aws-eusc`, `aws-iso*`.
    Partition
}

impl Region {
    /// What stands in the Region's place for what an account has once, such as its IAM.
    pub const GLOBAL: &str = "global";

    /// Whether it is named as Regions are: lower-case words and a number, such as `ap-southeast-7` or `us-gov-west-1`
    /// (the patterns of botocore's `partitions.json`, without their lists of continents, which grow).
    #[must_use]
    pub fn is_well_formed(&self) -> bool {
        let mut parts: Vec<&str> = self.as_str().split('-').collect();
        let number = parts.pop().unwrap_or_default();
        let all = |part: &str, is: fn(&u8) -> bool| !part.is_empty() && part.bytes().all(|byte| is(&byte));
        parts.len() >= 2 && all(number, u8::is_ascii_digit) && parts.iter().all(|part| all(part, u8::is_ascii_lowercase))
    }

    /// The partition that the Region's name belongs to, by its prefix (botocore `partitions.json`).
    #[must_use]
    pub fn partition(&self) -> Partition {
        let name = self.as_str();
        let partition = match name.split('-').next().unwrap_or_default() {
            "cn" => "aws-cn",
            "eusc" => "aws-eusc",
            "us" if name.starts_with("us-gov-") => "aws-us-gov",
            "us" if name.starts_with("us-isob-") => "aws-iso-b",
            "us" if name.starts_with("us-isof-") => "aws-iso-f",
            "us" if name.starts_with("us-iso-") => "aws-iso",
            "eu" if name.starts_with("eu-isoe-") => "aws-iso-e",
            _ => "aws",
        };
        Partition::new(partition)
    }
}

/// The parts of an ARN, borrowed: `arn:partition:service:region:account:resource`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Arn<'a> {
    /// The partition, such as `aws`.
    pub partition: &'a str,
    /// The service namespace, such as `s3`.
    pub service: &'a str,
    /// The Region; empty for global resources.
    pub region: &'a str,
    /// The account; empty for S3 buckets.
    pub account: &'a str,
    /// All after the fifth colon.
    pub resource: &'a str,
}

impl<'a> Arn<'a> {
    /// Splits `text` if it is shaped like an ARN.
    #[must_use]
    pub fn parse(text: &'a str) -> Option<Self> {
        let mut parts = text.splitn(6, ':');
        if parts.next()? != "arn" {
            return None;
        }
        Some(Self {
            partition: parts.next()?,
            service: parts.next()?,
            region: parts.next()?,
            account: parts.next()?,
            resource: parts.next()?,
        })
    }

    /// What people call the resource: the last segment of its part, by `/` or, where there is none, by `:`. What follows a path is
    /// kept (`anthropic.claude-v2:1`, `web:3`), but neither a function's version nor the `:*` of a log group.
    #[must_use]
    pub fn name(&self) -> &'a str {
        let resource = self.resource.strip_suffix(":*").unwrap_or(self.resource);
        let mut parts = resource.split(':');
        match (self.service, parts.next(), parts.next(), parts.next()) {
            ("lambda", Some("function"), Some(function), _) => function,
            ("lambda", Some("layer"), Some(_), Some(_)) => &resource["layer:".len()..],
            _ => resource.rsplit_once('/').or_else(|| resource.rsplit_once(':')).map_or(resource, |(_, name)| name),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Arn, Region};

    #[test]
    fn an_arn_splits_into_its_parts() {
        let arn = Arn::parse("arn:aws-cn:iam::111122223333:role/path/Admin").expect("an ARN");
        assert_eq!((arn.partition, arn.service, arn.region, arn.account, arn.name()), ("aws-cn", "iam", "", "111122223333", "Admin"));
        assert_eq!(Arn::parse("i-0abc"), None);
    }

    #[test]
    fn the_name_in_an_arn_is_what_people_call_the_resource() {
        for (rest, name) in [
            ("lambda:eu-west-1:111122223333:function:resize", "resize"),
            ("lambda:eu-west-1:111122223333:function:resize:$LATEST", "resize"),
            ("lambda:eu-west-1:111122223333:layer:tools:3", "tools:3"),
            ("bedrock:eu-west-1::foundation-model/anthropic.claude-3-haiku-20240307-v1:0", "anthropic.claude-3-haiku-20240307-v1:0"),
            ("bedrock:eu-west-1:111122223333:guardrail/abc", "abc"),
            ("ecs:eu-west-1:111122223333:task-definition/web:3", "web:3"),
            ("logs:eu-west-1:111122223333:log-group:/aws/lambda/resize:*", "resize"),
            ("logs:eu-west-1:111122223333:log-group:audit:*", "audit"),
            ("rds:eu-west-1:111122223333:db:ledger", "ledger"),
            ("sns:eu-west-1:111122223333:alarms", "alarms"),
            ("s3:::b/a:b.csv", "a:b.csv"),
            ("s3:::b/", ""),
        ] {
            let arn = format!("arn:aws:{rest}");
            assert_eq!(Arn::parse(&arn).map(|arn| arn.name()), Some(name), "{arn}");
        }
    }

    #[test]
    fn a_region_knows_its_partition() {
        for (region, partition) in [
            ("eu-central-1", "aws"),
            ("cn-north-1", "aws-cn"),
            ("us-gov-west-1", "aws-us-gov"),
            ("eusc-de-east-1", "aws-eusc"),
            ("us-iso-east-1", "aws-iso"),
        ] {
            assert_eq!(Region::new(region).partition().as_str(), partition);
        }
    }
}
