//! `assets/checks.toml`: what ringfort looks for itself, and what AWS tells of its own part.

use std::sync::LazyLock;

use serde::Deserialize;

use super::check::Check;
use super::told::Told;

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Table {
    pub(super) check: Vec<Check>,
    pub(super) told: Vec<Told>,
}

const TEXT: &str = include_str!("../../../assets/checks.toml");

// The table is part of the program; the test reads it.
pub(super) static TABLE: LazyLock<Table> = LazyLock::new(|| toml::from_str(TEXT).unwrap_or_default());

#[cfg(test)]
mod tests {
    use super::{TABLE, TEXT, Table};

    #[test]
    fn the_table_can_be_read() {
        let table: Table = toml::from_str(TEXT).expect("a table");
        assert_eq!((table.check.len(), table.told.len()), (TABLE.check.len(), TABLE.told.len()));
        assert!(!table.check.is_empty() && !table.told.is_empty());
    }
}
