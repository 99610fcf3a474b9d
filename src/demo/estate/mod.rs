//! The invented company's estate: templates under `assets/demo/`, filled in for each account and Region and multiplied.
//! In comes the present time; out goes the emulator's world. The same time gives the same world, to the byte.
//! It knows the wire shapes of the services, nothing of ringfort's findings.

mod access_analyzer;
mod checked;
mod guardduty;
mod hub_copies;
mod inspector;
mod macie;
mod security_hub;
mod template;

use std::time::Duration;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::wire::{Cell, Pace, Service, SlowCall, Switch, World};
use crate::model::Timestamp;
use template::Place;

/// The company: its accounts and Regions, and how the services stand there.
#[derive(Clone, Debug, Default, Deserialize)]
pub(super) struct Company {
    pub(super) accounts: Vec<CompanyAccount>,
    pub(super) regions: Vec<String>,
    /// Services that are not simply on.
    standing: Vec<Standing>,
    /// Milliseconds: the shortest answer, what is added at most, and what the slow calls take.
    pace: PaceFigures,
    slow: Vec<SlowFigures>,
}

#[derive(Clone, Debug, Default, Deserialize)]
pub(super) struct CompanyAccount {
    pub(super) id: String,
    pub(super) name: String,
    /// Whether control findings come once a control (true) or once a standard.
    consolidated: bool,
}

impl CompanyAccount {
    /// An access key id that no AWS account can have.
    pub(super) fn access_key(&self) -> String {
        format!("RINGFORTDEMO{}", self.id)
    }
}

#[derive(Clone, Debug, Deserialize)]
struct Standing {
    at: String,
    service: String,
    switch: String,
    #[serde(default)]
    operations: Vec<String>,
}

#[derive(Clone, Debug, Default, Deserialize)]
struct PaceFigures {
    floor: u64,
    spread: u64,
}

#[derive(Clone, Debug, Deserialize)]
struct SlowFigures {
    at: String,
    service: String,
    operation: String,
    millis: u64,
}

impl Company {
    pub(super) fn load() -> Self {
        load(include_str!("../../../assets/demo/company.json"))
    }

    fn switch(&self, place: &Place<'_>, service: Service) -> Switch {
        let standing = self.standing.iter().find(|standing| place.is_at(&standing.at) && standing.service == service.signing_name());
        match standing.map_or("on", |standing| &standing.switch) {
            "off" => Switch::Off,
            "suspended" => Switch::Suspended,
            "denied" => Switch::Denied(standing.map(|standing| standing.operations.clone()).unwrap_or_default()),
            "denied-by-organization" => Switch::DeniedByOrganization,
            "not-offered" => Switch::NotOffered,
            _ => Switch::On,
        }
    }

    fn pace(&self) -> Pace {
        let slow = self.slow.iter().filter_map(|slow| {
            let (account, region) = slow.at.split_once('/')?;
            let account = self.accounts.iter().find(|known| known.name == account)?.id.clone();
            let service = Service::FINDINGS.into_iter().find(|service| service.signing_name() == slow.service)?;
            Some(SlowCall {
                account,
                region: region.to_owned(),
                service,
                operation: slow.operation.clone(),
                delay: Duration::from_millis(slow.millis),
            })
        });
        Pace { floor: Duration::from_millis(self.pace.floor), spread: Duration::from_millis(self.pace.spread), slow: slow.collect() }
    }
}

/// What a table of templates holds: the unit tests prove that every table can be read.
fn load<T: DeserializeOwned + Default>(json: &str) -> T {
    serde_json::from_str(json).unwrap_or_default()
}

impl Place<'_> {
    /// Whether `at` means this place: `production/us-east-1`, `production/*`, `*/us-east-1` or `*`.
    fn is_at(&self, at: &str) -> bool {
        let (account, region) = at.split_once('/').unwrap_or((at, "*"));
        let name = self.company.accounts.iter().find(|known| known.id == self.account).map_or("", |known| &known.name);
        (account == "*" || account == name) && (region == "*" || region == self.region)
    }

    fn is_at_any(&self, places: &[String]) -> bool {
        places.iter().any(|at| self.is_at(at))
    }
}

/// The world as it is at `now`.
pub(super) fn world(now: Timestamp) -> World {
    let company = Company::load();
    let fragments: Map<String, Value> = load(include_str!("../../../assets/demo/fragments.json"));
    let mut world = World::default();
    world.now = now.as_millisecond();
    world.pace = company.pace();
    for account in &company.accounts {
        world.callers.insert(account.access_key(), account.id.clone());
        for region in &company.regions {
            let place = Place { company: &company, account: &account.id, region, now, fragments: &fragments, variables: Vec::new() };
            let guardduty = guardduty::findings(&place);
            let inspector = inspector::findings(&place);
            let macie = macie::findings(&place);
            let analyzers = access_analyzer::shelves(&place);
            let mut hub = security_hub::findings(&place, account.consolidated);
            hub.extend(hub_copies::of(&place, &guardduty, &inspector, &macie, &analyzers));
            let mut put = |service: Service, cell: Cell| {
                let switch = company.switch(&place, service);
                let cell = if switch == Switch::Off { Cell::off() } else { Cell { switch, ..cell } };
                world.put(&account.id, region, service, cell);
            };
            put(Service::GuardDuty, guardduty::cell(&place, &guardduty));
            put(Service::Inspector, inspector::cell(&inspector));
            put(Service::AccessAnalyzer, Cell::on(analyzers));
            put(Service::Macie, macie::cell(&macie));
            put(Service::SecurityHub, security_hub::cell(&hub, account.consolidated));
            for (name, cell) in checked::cells(&place) {
                if let Some(service) = Service::named(&name) {
                    put(service, cell);
                }
            }
        }
    }
    world
}

/// Shorthand for a text member.
fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::Company;
    use crate::demo::wire::{Service, Shelf};

    #[test]
    fn every_table_of_templates_is_valid_json() {
        for json in [
            include_str!("../../../assets/demo/company.json"),
            include_str!("../../../assets/demo/fragments.json"),
            include_str!("../../../assets/demo/guardduty.json"),
            include_str!("../../../assets/demo/inspector.json"),
            include_str!("../../../assets/demo/macie.json"),
            include_str!("../../../assets/demo/access-analyzer.json"),
            include_str!("../../../assets/demo/controls.json"),
        ] {
            serde_json::from_str::<serde_json::Value>(json).expect("valid JSON");
        }
    }

    #[test]
    fn the_company_has_three_accounts_and_five_regions() {
        let company = Company::load();
        assert_eq!((company.accounts.len(), company.regions.len()), (3, 5));
    }

    #[test]
    fn the_same_time_gives_the_same_world() {
        let now = "2026-05-06T07:08:09Z".parse().expect("a time");
        let (one, two) = (super::world(now), super::world(now));
        for (account, region, service, cell) in one.cells() {
            let other = two.cell(account, region, service).expect("the same cells");
            for (a, b) in cell.shelves.iter().zip(&other.shelves) {
                assert!(a.records().iter().map(|record| &record.json).eq(b.records().iter().map(|record| &record.json)));
            }
        }
    }

    #[test]
    fn every_id_is_unique_within_its_service() {
        let world = super::world("2026-05-06T07:08:09Z".parse().expect("a time"));
        let mut seen = std::collections::HashSet::new();
        for (_, _, service, cell) in world.cells() {
            for record in cell.shelves.iter().flat_map(Shelf::records) {
                assert!(seen.insert((service, record.id.clone())), "{service:?} {} twice", record.id);
            }
        }
    }

    #[test]
    fn no_template_has_an_unknown_placeholder() {
        let world = super::world("2026-05-06T07:08:09Z".parse().expect("a time"));
        for (_, _, _, cell) in world.cells() {
            for record in cell.shelves.iter().flat_map(Shelf::records) {
                let json = String::from_utf8_lossy(&record.json);
                for mark in ["{account", "{region", "{ago", "{epoch", "{hex", "{uuid", "{name", "{resource", "$use"] {
                    assert!(!json.contains(mark), "{mark} left in {json}");
                }
            }
        }
    }

    #[test]
    fn the_estate_is_big_enough_to_look_real() {
        let world = super::world("2026-05-06T07:08:09Z".parse().expect("a time"));
        let count = |wanted| -> usize {
            world.cells().filter(|cell| cell.2 == wanted).flat_map(|cell| &cell.3.shelves).map(|shelf| shelf.records().len()).sum()
        };
        let counts = Service::FINDINGS.map(count);
        eprintln!("records: {:?}", Service::FINDINGS.iter().zip(counts).collect::<Vec<_>>());
        assert!(counts.iter().sum::<usize>() > 600 && counts.iter().all(|count| *count >= 20), "{counts:?}");
    }
}
