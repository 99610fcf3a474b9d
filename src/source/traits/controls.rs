//! The controls whose failure says that the resource is public, from `assets/traits.toml`.

use std::collections::HashSet;
use std::sync::LazyLock;

use serde::Deserialize;

#[derive(Default, Deserialize)]
struct Table {
    /// Of each control the id, then its titles.
    public: Vec<Vec<String>>,
}

/// Ids and titles, in lower case: no id is a title.
static PUBLIC: LazyLock<HashSet<String>> = LazyLock::new(|| {
    // A test reads the table; there is nothing that a user could do about it.
    let table: Table = toml::from_str(include_str!("../../../assets/traits.toml")).unwrap_or_default();
    table.public.into_iter().flatten().map(|text| text.to_ascii_lowercase()).collect()
});

/// Whether the control's failure says that its resource is public: by its id, or, where the record names only a standard's own id
/// (`PCI.S3.2`, CIS's `2.3`), by its title.
pub(super) fn says_public(control: Option<&str>, title: &str) -> bool {
    let has = |text: &str| PUBLIC.contains(&text.to_ascii_lowercase());
    // Titles of records begin with the id.
    let (id, rest) = title.split_once(' ').unwrap_or((title, ""));
    control.is_some_and(has) || has(title) || id.contains('.') && has(rest)
}

#[cfg(test)]
mod tests {
    use super::{Table, says_public};

    #[test]
    fn every_control_of_the_table_is_a_known_one_with_its_title() {
        let known = include_str!("../../../assets/lenses/known/security-hub.tsv");
        let table: Table = toml::from_str(include_str!("../../../assets/traits.toml")).expect("the table");
        assert!(table.public.len() >= 20);
        for row in &table.public {
            let line = format!("security-hub\t{}\t{}\t", row[0], row[1]);
            assert!(known.lines().any(|known| known.starts_with(&line)), "{line}");
        }
    }

    #[test]
    fn a_control_is_known_by_its_id_or_by_its_title() {
        assert!(says_public(Some("s3.2"), ""));
        assert!(says_public(Some("PCI.EC2.1"), "PCI.EC2.1 EBS snapshots should not be publicly restorable"));
        assert!(says_public(Some("2.3"), "2.3 Ensure the S3 bucket used to store CloudTrail logs is not publicly accessible"));
        assert!(!says_public(Some("S3.8"), "S3.8 S3 Block Public Access setting should be enabled at the bucket level"));
        assert!(!says_public(Some("2.1"), "") && !says_public(None, "") && !says_public(None, "S3"));
    }
}
