//! The fields that a query can name: one table, which the parser, the filter dialog and the help read.

use crate::model::{Finding, Layer, Severity, Source, Traits};

/// A field of a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Field {
    /// What the source says.
    Severity,
    /// What ringfort orders by.
    Priority,
    /// Which source gave the record that is shown.
    Source,
    /// Which sources have seen it.
    SeenBy,
    /// The primary layer.
    Layer,
    /// The primary layer or any other that it touches.
    Touches,
    /// The side.
    Side,
    /// Active, archived, suppressed or resolved.
    Status,
    /// The account that it is about.
    Account,
    /// The Region that it is about.
    Region,
    /// The type, in the source's words.
    Type,
    /// The title.
    Title,
    /// The finding's id.
    Id,
    /// The control that failed.
    Control,
    /// The product that made it.
    Product,
    /// A resource's name or id.
    Resource,
    /// A resource's type.
    ResourceType,
    /// A resource's tag.
    Tag,
    /// A principal.
    Principal,
    /// An access key's id.
    Key,
    /// A remote IP address.
    Ip,
    /// A domain.
    Domain,
    /// Any of principal, access key, IP address and domain.
    Actor,
    /// A vulnerability's id.
    Cve,
    /// A vulnerable package.
    Package,
    /// Time since it was first seen.
    Age,
    /// When it was first seen.
    FirstSeen,
    /// When it was last seen.
    LastSeen,
    /// The CVSS score.
    Cvss,
    /// The EPSS probability.
    Epss,
    /// How often the source saw it.
    Count,
    /// Whether a fix is available.
    Fixable,
    /// Whether an exploit is known.
    Exploitable,
    /// What makes it weigh more.
    Trait,
    /// Whether part of it could not be read.
    Damaged,
    /// Whether it is a sample.
    Sample,
}

/// What a field's values look like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Values {
    /// `critical` to `unknown`; ordered.
    Severity,
    /// One of a few words: slugs.
    Words,
    /// Any text, with wildcards.
    Text,
    /// `key` or `key=value`, with wildcards.
    Tag,
    /// A duration, such as `7d`; ordered.
    Duration,
    /// A duration since, or a date; ordered.
    Time,
    /// A number; ordered.
    Number,
    /// Yes or no.
    YesNo,
}

/// What is to know about a field.
#[derive(Clone, Copy, Debug)]
pub struct FieldInfo {
    /// The field.
    pub field: Field,
    /// Its name in queries.
    pub name: &'static str,
    /// Other names that are understood.
    pub aliases: &'static [&'static str],
    /// What its values look like.
    pub values: Values,
    /// What it means, for help and dialogs.
    pub help: &'static str,
    /// A term that shows how it is used.
    pub example: &'static str,
}

macro_rules! fields {
    ($($field:ident $name:literal [$($alias:literal),*] $values:ident $help:literal $example:literal)*) => {
        &[$(FieldInfo { field: Field::$field, name: $name, aliases: &[$($alias),*], values: Values::$values, help: $help, example: $example }),*]
    };
}

impl Field {
    /// Every field, in the order of help and dialogs.
    pub const ALL: &'static [FieldInfo] = fields! {
        Severity "sev" ["severity"] Severity "severity, as the source says" "sev>=high"
        Priority "priority" ["prio"] Severity "what ringfort orders by" "priority:critical"
        Source "source" [] Words "the source" "source:guardduty,inspector"
        SeenBy "seen-by" ["seenby"] Words "any source that has seen it" "seen-by:security-hub"
        Layer "layer" ["ring"] Words "the primary layer, by name or number" "layer:identity-and-access"
        Touches "touches" ["also"] Words "the primary layer or any other that it touches" "touches:data-protection"
        Side "side" [] Words "whose part of the shared responsibility model it is" "side:customer"
        Status "status" ["state"] Words "active, archived, suppressed or resolved" "status:active"
        Account "account" ["acct"] Text "the account that it is about" "account:1111*"
        Region "region" [] Text "the Region that it is about" "region:us-*"
        Type "type" ["kind"] Text "the type, in the source's words" "type:*S3*"
        Title "title" [] Text "any part of the title" "title:public"
        Id "id" [] Text "the finding's id" "id:0ab1*"
        Control "control" [] Text "the control that failed" "control:S3.*"
        Product "product" [] Text "the product that made it" "product:Prowler"
        Resource "resource" ["res"] Text "a resource's name or id" "resource:prod-*"
        ResourceType "resource-type" ["restype"] Text "a resource's type" "resource-type:*Bucket"
        Tag "tag" ["tags"] Tag "a resource's tag" "tag:env=prod"
        Principal "principal" ["user", "role"] Text "a principal that acted" "principal:*admin*"
        Key "key" ["access-key"] Text "an access key that was used" "key:AKIA*"
        Ip "ip" ["address"] Text "a remote IP address" "ip:203.0.113.*"
        Domain "domain" ["dns"] Text "a domain that was asked for" "domain:*.example"
        Actor "actor" ["who"] Text "a principal, access key, IP address or domain" "actor:*admin*"
        Cve "cve" ["vulnerability", "vuln"] Text "a vulnerability" "cve:CVE-2021-*"
        Package "package" ["pkg"] Text "a vulnerable package" "package:openssl*"
        Age "age" [] Duration "time since it was first seen" "age<7d"
        FirstSeen "first-seen" ["firstseen"] Time "when it was first seen: a time ago, or a date" "first-seen>2026-01-31"
        LastSeen "last-seen" ["lastseen", "seen"] Time "when it was last seen: a time ago, or a date" "last-seen<1h"
        Cvss "cvss" [] Number "the highest CVSS score" "cvss>=9"
        Epss "epss" [] Number "the highest EPSS probability" "epss>0.5"
        Count "count" [] Number "how often the source saw it" "count>10"
        Fixable "fixable" ["fix"] YesNo "whether a fix is available" "fixable:yes"
        Exploitable "exploitable" ["exploit"] YesNo "whether an exploit is known" "exploitable:yes"
        Trait "trait" ["is", "traits"] Words "what makes it weigh more: public, sensitive, known-exploited or sequence" "is:public,known-exploited"
        Damaged "damaged" [] YesNo "whether part of it could not be read" "damaged:yes"
        Sample "sample" [] YesNo "whether it is a sample" "sample:no"
    };

    /// What is to know about the field.
    #[must_use]
    pub fn info(self) -> &'static FieldInfo {
        &Self::ALL[self as usize]
    }

    /// The field's name in queries.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.info().name
    }

    /// The field with this name or alias.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        let is = |known: &str| known.eq_ignore_ascii_case(name);
        Self::ALL.iter().find(|info| is(info.name) || info.aliases.iter().any(|alias| is(alias))).map(|info| info.field)
    }

    /// Gives the field's text values to `see`, until it says true; says whether it did. Nothing for fields that are no text.
    pub(super) fn any_text(self, finding: &Finding, see: &mut dyn FnMut(&str) -> bool) -> bool {
        let mut known = |text: &str| !text.is_empty() && see(text);
        match self {
            Self::Account => known(finding.account.as_str()),
            Self::Region => known(finding.region.as_str()),
            Self::Type => known(&finding.kind),
            Self::Title => known(&finding.title),
            Self::Id => known(&finding.id) || finding.also_seen.iter().any(|seen| known(&seen.id)),
            Self::Control => finding.control().is_some_and(|control| known(control)),
            Self::Product => finding.product.as_ref().is_some_and(|product| known(product)),
            Self::Resource => finding.resources.iter().any(|resource| known(&resource.name) || known(&resource.id)),
            Self::ResourceType => finding.resources.iter().any(|resource| known(&resource.kind)),
            Self::Principal => finding.actors.principals.iter().any(|principal| known(principal) || known(last_part(principal))),
            Self::Key => finding.actors.access_keys.iter().any(|key| known(key)),
            Self::Ip => finding.actors.ips.iter().any(|ip| known(ip)),
            Self::Domain => finding.actors.domains.iter().any(|domain| known(domain)),
            Self::Actor => [Self::Principal, Self::Key, Self::Ip, Self::Domain].into_iter().any(|field| field.any_text(finding, see)),
            Self::Cve => finding.vulnerabilities.iter().any(|vulnerability| known(&vulnerability.id)),
            Self::Package => {
                finding.vulnerabilities.iter().any(|vulnerability| vulnerability.package.as_ref().is_some_and(|name| known(name)))
            }
            _ => false,
        }
    }
}

/// What people call the thing that an ARN names; nothing for what is no ARN, or ends in nothing.
fn last_part(text: &str) -> &str {
    crate::model::Arn::parse(text).map_or("", |arn| arn.name())
}

/// The words of a field that has a few, with the names that their initials come from.
pub(super) fn words(field: Field) -> Vec<(&'static str, &'static str)> {
    match field {
        Field::Severity | Field::Priority => Severity::ALL.iter().map(|severity| (severity.slug(), "")).collect(),
        Field::Source | Field::SeenBy => Source::ALL.iter().map(|source| (source.slug(), source.title())).collect(),
        Field::Layer | Field::Touches => Layer::ALL.iter().map(|layer| (layer.slug(), "")).collect(),
        Field::Side => crate::model::Side::ALL.iter().map(|side| (side.slug(), "")).collect(),
        Field::Status => crate::model::Status::ALL.iter().map(|status| (status.slug(), "")).collect(),
        // People say KEV.
        Field::Trait => {
            Traits::ALL.map(|(_, word)| (word, if word == "known-exploited" { "Known Exploited Vulnerability" } else { "" })).into()
        }
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::Field;
    use std::collections::HashSet;

    #[test]
    fn the_table_has_every_field_at_its_place_and_no_name_twice() {
        let mut names = HashSet::new();
        for (position, info) in Field::ALL.iter().enumerate() {
            assert_eq!(info.field as usize, position, "{}", info.name);
            assert_eq!(Field::from_name(&info.name.to_uppercase()), Some(info.field));
            for name in info.aliases.iter().chain([&info.name]) {
                assert!(names.insert(*name), "{name} twice");
            }
        }
    }

    #[test]
    fn every_example_is_understood() {
        for info in Field::ALL {
            let (query, problems) = crate::query::Query::parse(info.example);
            assert!(problems.is_empty(), "{}: {problems:?}", info.example);
            assert_eq!(query.terms().len(), 1, "{}", info.example);
        }
    }
}
