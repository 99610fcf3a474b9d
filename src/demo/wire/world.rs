//! What the emulator answers from: records on shelves, by account, Region and service.

use std::collections::HashMap;
use std::time::Duration;

use bytes::Bytes;
use serde_json::Value;

use super::Service;

/// All that the emulator knows.
#[derive(Debug, Default)]
pub struct World {
    /// Which account an access key id belongs to.
    pub callers: HashMap<String, String>,
    /// The account of keys that are not listed; `None` refuses them.
    pub any_caller: Option<String>,
    /// Now, epoch milliseconds: relative date ranges count back from it.
    pub now: i64,
    /// How long answers take.
    pub pace: Pace,
    /// Whether IAM has made the credential reports already.
    pub has_credential_reports: bool,
    cells: HashMap<(String, String, Service), Cell>,
}

impl World {
    /// Puts a service of one account and Region in place.
    pub fn put(&mut self, account: &str, region: &str, service: Service, cell: Cell) {
        self.cells.insert((account.to_owned(), region.to_owned(), service), cell);
    }

    /// The service of one account and Region.
    #[must_use]
    pub fn cell(&self, account: &str, region: &str, service: Service) -> Option<&Cell> {
        self.cells.get(&(account.to_owned(), region.to_owned(), service))
    }

    /// Every service of every account and Region, in no particular order.
    pub fn cells(&self) -> impl Iterator<Item = (&str, &str, Service, &Cell)> {
        self.cells.iter().map(|((account, region, service), cell)| (account.as_str(), region.as_str(), *service, cell))
    }

    pub(super) fn account_of(&self, access_key: &str) -> Option<&str> {
        self.callers.get(access_key).or(self.any_caller.as_ref()).map(String::as_str)
    }
}

/// How a service stands in one account and Region.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Switch {
    /// It is on.
    #[default]
    On,
    /// It was never turned on.
    Off,
    /// It is turned on but rests: GuardDuty suspended, Macie paused, Inspector suspended. What it found is still there.
    Suspended,
    /// The caller may not do these operations, or what these IAM actions allow; all, when none is named.
    Denied(Vec<String>),
    /// The organization forbids the service here.
    DeniedByOrganization,
    /// AWS does not offer the service in the Region: no host.
    NotOffered,
    /// The Region is not enabled for the account.
    RegionDisabled,
}

/// One service of one account and Region.
#[derive(Debug, Default)]
pub struct Cell {
    /// How the service stands.
    pub switch: Switch,
    /// Where its records are: one shelf a GuardDuty detector or an analyzer, one shelf in all for the others.
    pub shelves: Vec<Shelf>,
    /// Facts for the answers about the service itself, such as a hub's `ControlFindingGenerator`; of a service that the checks ask,
    /// the answers themselves, by operation.
    pub about: Value,
}

impl Cell {
    /// A service that is on, with these shelves.
    #[must_use]
    pub fn on(shelves: Vec<Shelf>) -> Self {
        Self { switch: Switch::On, shelves, about: Value::Null }
    }

    /// A service that is off.
    #[must_use]
    pub fn off() -> Self {
        Self { switch: Switch::Off, ..Self::default() }
    }
}

/// Records that are listed together.
#[derive(Debug, Default)]
pub struct Shelf {
    /// The detector's id or the analyzer's ARN; empty for services without such.
    pub name: String,
    /// The analyzer as `ListAnalyzers` shows it; null for other services.
    pub about: Value,
    records: Vec<Record>,
    numbers: HashMap<Box<str>, u32>,
}

impl Shelf {
    /// A shelf with these records; where two have the same id, the later one answers to it.
    #[must_use]
    pub fn new(name: &str, about: Value, records: Vec<Record>) -> Self {
        let numbers = records.iter().enumerate().map(|(number, record)| (record.id.clone(), number as u32)).collect();
        Self { name: name.to_owned(), about, records, numbers }
    }

    /// The records, in the order given.
    #[must_use]
    pub fn records(&self) -> &[Record] {
        &self.records
    }

    /// The record with this id.
    #[must_use]
    pub fn record(&self, id: &str) -> Option<&Record> {
        self.numbers.get(id).and_then(|number| self.records.get(*number as usize))
    }
}

/// One finding as the service sends it.
#[derive(Clone, Debug)]
pub struct Record {
    /// What it is fetched by: GuardDuty, Macie and Access Analyzer id, Inspector ARN, ASFF `Id`.
    pub id: Box<str>,
    /// Its JSON.
    pub json: Bytes,
    /// Access Analyzer's `findingDetails`, which only `GetFindingV2` gives.
    pub details: Vec<Value>,
}

impl Record {
    /// A record without further details.
    #[must_use]
    pub fn new(id: &str, json: impl Into<Bytes>) -> Self {
        Self { id: id.into(), json: json.into(), details: Vec::new() }
    }
}

/// How long answers take: a floor, a spread that depends on the request alone, and calls that take much longer.
#[derive(Clone, Debug, Default)]
pub struct Pace {
    /// The shortest time.
    pub floor: Duration,
    /// The most that is added to it.
    pub spread: Duration,
    /// Calls with a time of their own.
    pub slow: Vec<SlowCall>,
}

/// A call with a time of its own.
#[derive(Clone, Debug)]
pub struct SlowCall {
    /// The account asked.
    pub account: String,
    /// The Region asked.
    pub region: String,
    /// The service asked.
    pub service: Service,
    /// The operation.
    pub operation: String,
    /// How long it takes.
    pub delay: Duration,
}

impl Pace {
    pub(super) fn delay(&self, account: &str, region: &str, service: Service, operation: &str, body: &[u8]) -> Duration {
        let slow = self
            .slow
            .iter()
            .find(|call| call.account == account && call.region == region && call.service == service && call.operation == operation);
        if let Some(call) = slow {
            return call.delay;
        }
        if self.spread.is_zero() {
            return self.floor;
        }
        let parts: [&[u8]; 5] = [account.as_bytes(), region.as_bytes(), service.signing_name().as_bytes(), operation.as_bytes(), body];
        self.floor + self.spread.mul_f64((fnv(&parts) % 1000) as f64 / 1000.0)
    }
}

/// A stable hash (FNV-1a, then mixed): the same input gives the same number on every machine.
pub(crate) fn fnv(parts: &[&[u8]]) -> u64 {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    for part in parts {
        for byte in part.iter().chain(&[0xff]) {
            hash = (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
    hash ^= hash >> 33;
    hash = hash.wrapping_mul(0xff51_afd7_ed55_8ccd);
    hash ^ (hash >> 33)
}

impl World {
    /// A stable hash of some texts: what made-up ids are made from.
    #[must_use]
    pub fn hash(parts: &[&str]) -> u64 {
        let parts: Vec<&[u8]> = parts.iter().map(|part| part.as_bytes()).collect();
        fnv(&parts)
    }
}
