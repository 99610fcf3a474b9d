//! What the services answer to ringfort's own checks, from `assets/demo/checks/estate.toml`: a cell of answers a service.

use std::sync::LazyLock;

use serde::Deserialize;
use serde_json::{Map, Value};

use super::super::wire::{Cell, Switch};
use super::template::Place;

#[derive(Default, Deserialize)]
struct Table {
    place: Vec<Answers>,
}

/// The answers of some places, by the service's signing name and the operation.
#[derive(Deserialize)]
struct Answers {
    at: Vec<String>,
    #[serde(flatten)]
    services: Map<String, Value>,
}

static TABLE: LazyLock<Table> =
    LazyLock::new(|| toml::from_str(include_str!("../../../assets/demo/checks/estate.toml")).unwrap_or_default());

/// The services that answer otherwise here than where nothing offends.
pub(super) fn cells(place: &Place<'_>) -> Vec<(String, Cell)> {
    let mut services: Map<String, Value> = Map::new();
    for answers in TABLE.place.iter().filter(|answers| place.is_at_any(&answers.at)) {
        for (service, operations) in &answers.services {
            let known = services.entry(service.clone()).or_insert_with(|| Value::Object(Map::new()));
            if let (Value::Object(known), Value::Object(more)) = (known, place.fill(operations)) {
                known.extend(more);
            }
        }
    }
    services.into_iter().map(|(service, about)| (service, Cell { switch: Switch::On, about, ..Cell::default() })).collect()
}

#[cfg(test)]
mod tests {
    use super::Table;
    use crate::demo::wire::Service;

    #[test]
    fn the_table_can_be_read_and_names_known_services() {
        let table: Table = toml::from_str(include_str!("../../../assets/demo/checks/estate.toml")).expect("a table");
        assert!(!table.place.is_empty());
        for answers in &table.place {
            for service in answers.services.keys() {
                assert!(Service::named(service).is_some(), "{service}");
            }
        }
    }
}
