//! The Regions of each partition, and which services are not offered where: a table, in `assets/aws/regions.toml`.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::LazyLock;

use serde::Deserialize;

use super::ConfigError;
use crate::model::{Region, Source, Text};

#[derive(Debug, Default, Deserialize)]
struct Table {
    hosts: BTreeMap<String, Host>,
    partitions: BTreeMap<String, Vec<String>>,
    not_offered: BTreeMap<String, Vec<String>>,
}

#[derive(Debug, Deserialize)]
struct Host {
    home: String,
    suffix: String,
    iam: Option<Iam>,
}

#[derive(Debug, Deserialize)]
struct Iam {
    host: String,
    region: String,
}

static TABLE: LazyLock<Table> = LazyLock::new(|| {
    // The table is part of the program and a test reads it; an empty one would only cost the suggestions.
    toml::from_str(include_str!("../../assets/aws/regions.toml")).unwrap_or_default()
});

/// The Region of a user's mistake that comes nearest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suggestion(Option<String>);

impl fmt::Display for Suggestion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Some(name) => write!(f, ": did you mean `{name}`?"),
            None => Ok(()),
        }
    }
}

/// The Region with this name.
///
/// # Errors
/// When the table has none: [`ConfigError::UnknownRegion`] with the nearest name.
pub fn check_region(name: &str) -> Result<Region, ConfigError> {
    let wanted = name.trim().to_ascii_lowercase();
    let known = || TABLE.partitions.values().flatten();
    if let Some(known) = known().find(|known| **known == wanted) {
        return Ok(Region::new(known));
    }
    let nearest = known().map(|known| (strsim::jaro_winkler(known, &wanted), known)).max_by(|a, b| a.0.total_cmp(&b.0));
    let suggestion = nearest.filter(|(likeness, _)| *likeness >= 0.8).map(|(_, known)| known.clone());
    Err(ConfigError::UnknownRegion { name: Text::new(name), suggestion: Suggestion(suggestion) })
}

/// All Regions of a partition, such as `aws`; empty for one that is not in the table.
#[must_use]
pub fn regions_of(partition: &str) -> Vec<Region> {
    TABLE.partitions.get(partition).map(|regions| regions.iter().map(|name| Region::new(name)).collect()).unwrap_or_default()
}

/// Where a partition's hosts are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Partition {
    /// The Region of its global services, which no account can turn off.
    pub(super) home: &'static str,
    /// How the names of its hosts end.
    pub(super) suffix: &'static str,
}

/// Where a partition has IAM, if not where its other global services are: the host, and the Region to sign for.
pub(super) fn iam(partition: &str) -> Option<(&'static str, &'static str)> {
    let iam = TABLE.hosts.get(partition)?.iam.as_ref()?;
    Some((&iam.host, &iam.region))
}

/// The hosts of a partition; those of `aws` for one that is not in the table.
pub(super) fn partition(name: &str) -> Partition {
    let host = TABLE.hosts.get(name);
    Partition {
        home: host.map_or("us-east-1", |host| host.home.as_str()),
        suffix: host.map_or("amazonaws.com", |host| host.suffix.as_str()),
    }
}

/// Whether AWS offers the source's service in the Region, as far as the table knows; Regions that it does not know count as
/// offering everything.
#[must_use]
pub fn is_offered(source: Source, region: &Region) -> bool {
    TABLE.not_offered.get(source.slug()).is_none_or(|regions| !regions.iter().any(|name| name == region.as_str()))
}

/// Names, in words.
pub(super) fn listed(names: &[Text]) -> String {
    names.iter().map(Text::as_str).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::{TABLE, check_region, is_offered, regions_of};
    use crate::model::{Region, Source};

    #[test]
    fn the_table_has_every_region_of_every_public_partition() {
        let count = |partition| regions_of(partition).len();
        assert_eq!((count("aws"), count("aws-cn"), count("aws-us-gov"), count("aws-eusc")), (34, 2, 2, 1));
    }

    #[test]
    fn every_region_of_the_table_lies_in_its_partition() {
        for (partition, regions) in &TABLE.partitions {
            for region in regions {
                assert_eq!(Region::new(region).partition().as_str(), partition, "{region}");
            }
        }
    }

    #[test]
    fn every_partition_has_hosts_and_its_home_is_one_of_its_regions() {
        for name in TABLE.partitions.keys() {
            let host = TABLE.hosts.get(name).expect("hosts");
            assert!(regions_of(name).contains(&Region::new(&host.home)), "{name}");
        }
    }

    #[test]
    fn the_table_of_services_names_only_known_sources_and_regions() {
        for (source, regions) in &TABLE.not_offered {
            assert!(Source::from_slug(source).is_some(), "{source}");
            for region in regions {
                assert!(check_region(region).is_ok(), "{region}");
            }
        }
    }

    #[test]
    fn macie_and_inspector_are_not_offered_everywhere() {
        for (source, region, offered) in [
            (Source::Macie, "eu-central-2", false),
            (Source::Macie, "eu-central-1", true),
            (Source::Macie, "cn-north-1", false),
            (Source::Inspector, "ap-southeast-6", false),
            (Source::Inspector, "eusc-de-east-1", false),
            (Source::GuardDuty, "ap-southeast-6", true),
            (Source::Macie, "xx-new-1", true),
        ] {
            assert_eq!(is_offered(source, &Region::new(region)), offered, "{source} in {region}");
        }
    }

    #[test]
    fn an_unknown_region_gets_the_nearest_name() {
        for (wrong, right) in [("eu-centrall-1", "eu-central-1"), ("us-est-1", "us-east-1"), ("eucentral-1", "eu-central-1")] {
            let message = check_region(wrong).expect_err("unknown").to_string();
            assert!(message.contains(&format!("`{wrong}`")) && message.contains(&format!("did you mean `{right}`?")), "{message}");
        }
        let message = check_region("\u{1b}[31mmars").expect_err("unknown").to_string();
        assert!(!message.contains("did you mean") && !message.contains('\u{1b}'), "{message}");
        assert_eq!(check_region(" EU-Central-1 ").expect("known").as_str(), "eu-central-1");
    }
}
