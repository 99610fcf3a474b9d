//! What orders a view. Ties, and everything without a value, follow the contract's order: priority, last seen (newest
//! first), id.

use std::cmp::Ordering;

use super::condition::number_of;
use super::field::Field;
use super::fold::fold;
use crate::model::{Finding, Timestamp};

/// What orders a view. The contract's order is `Priority`: priority, then last seen (newest first), then id.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum SortKey {
    /// Priority, worst first, then newest, then id.
    #[default]
    Priority,
    /// Severity, worst first.
    Severity,
    /// Last seen, newest first.
    LastSeen,
    /// First seen, newest first.
    FirstSeen,
    /// Title.
    Title,
    /// Type.
    Type,
    /// Source, in the order of the screen.
    Source,
    /// Layer, innermost first.
    Layer,
    /// Side, in the order of the board.
    Side,
    /// Account.
    Account,
    /// Region.
    Region,
    /// The main resource's name.
    Resource,
    /// Status, active first.
    Status,
    /// CVSS score, highest first.
    Cvss,
    /// EPSS probability, highest first.
    Epss,
    /// How often it was seen, most first.
    Count,
}

impl SortKey {
    /// Every key, in the order of the sort dialog.
    pub const ALL: [Self; 16] = [
        Self::Priority,
        Self::Severity,
        Self::LastSeen,
        Self::FirstSeen,
        Self::Title,
        Self::Type,
        Self::Source,
        Self::Layer,
        Self::Side,
        Self::Account,
        Self::Region,
        Self::Resource,
        Self::Status,
        Self::Cvss,
        Self::Epss,
        Self::Count,
    ];

    /// The name in queries.
    #[must_use]
    pub const fn slug(self) -> &'static str {
        match self {
            Self::Priority => "priority",
            Self::Severity => "severity",
            Self::LastSeen => "last-seen",
            Self::FirstSeen => "first-seen",
            Self::Title => "title",
            Self::Type => "type",
            Self::Source => "source",
            Self::Layer => "layer",
            Self::Side => "side",
            Self::Account => "account",
            Self::Region => "region",
            Self::Resource => "resource",
            Self::Status => "status",
            Self::Cvss => "cvss",
            Self::Epss => "epss",
            Self::Count => "count",
        }
    }

    /// The words of the query language, for the value's reader.
    pub(super) fn words() -> Vec<(&'static str, &'static str)> {
        Self::ALL.iter().map(|key| (key.slug(), "")).collect()
    }
}

/// A key and its direction.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Sort {
    /// What orders.
    pub key: SortKey,
    /// Against the key's natural direction. What has no value still comes last.
    pub reversed: bool,
}

/// A finding's value under a sort key. Smaller comes first; none comes last.
#[derive(Clone, Debug, PartialEq, PartialOrd)]
pub(super) enum Value {
    Number(f64),
    Time(std::cmp::Reverse<i64>),
    Text(String),
}

pub(super) fn value(key: SortKey, finding: &Finding) -> Option<Value> {
    let text = |text: &str| (!text.is_empty()).then(|| Value::Text(fold(text).into_owned()));
    let time = |time: Option<Timestamp>| time.map(|time| Value::Time(std::cmp::Reverse(nanoseconds(Some(time)))));
    let position = |position: usize| Some(Value::Number(position as f64));
    match key {
        SortKey::Priority => position(finding.priority.level.index()),
        SortKey::Severity => position(finding.severity.index()),
        SortKey::LastSeen => time(finding.last_seen),
        SortKey::FirstSeen => time(finding.first_seen),
        SortKey::Title => text(&finding.title),
        SortKey::Type => text(&finding.kind),
        SortKey::Source => position(finding.source as usize),
        SortKey::Layer => position(finding.placement.layer as usize),
        SortKey::Side => position(finding.placement.side as usize),
        SortKey::Account => text(finding.account.as_str()),
        SortKey::Region => text(finding.region.as_str()),
        SortKey::Resource => text(finding.resource_name()),
        SortKey::Status => position(finding.status as usize),
        SortKey::Cvss => number_of(Field::Cvss, finding).map(|number| Value::Number(-number)),
        SortKey::Epss => number_of(Field::Epss, finding).map(|number| Value::Number(-number)),
        SortKey::Count => number_of(Field::Count, finding).map(|number| Value::Number(-number)),
    }
}

impl Sort {
    /// How the key comes naturally: worst, newest, highest first; texts from A to Z.
    #[must_use]
    pub const fn by(key: SortKey) -> Self {
        Self { key, reversed: false }
    }

    /// Which of two findings comes first.
    #[must_use]
    pub fn compare(self, a: &Finding, b: &Finding) -> Ordering {
        if self == Self::default() {
            return contract(a, b);
        }
        let order = match (value(self.key, a), value(self.key, b)) {
            (Some(a), Some(b)) => {
                let order = a.partial_cmp(&b).unwrap_or(Ordering::Equal);
                if self.reversed { order.reverse() } else { order }
            }
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (None, None) => Ordering::Equal,
        };
        order.then_with(|| contract(a, b))
    }
}

/// The contract's order: priority, worst first; last seen, newest first, none last; id.
#[must_use]
pub fn contract(a: &Finding, b: &Finding) -> Ordering {
    let newest_first = || nanoseconds(b.last_seen).cmp(&nanoseconds(a.last_seen));
    b.priority.level.cmp(&a.priority.level).then_with(newest_first).then_with(|| a.id.cmp(&b.id)).then_with(|| a.key.cmp(&b.key))
}

/// The time in nanoseconds; none before all. What lies beyond the years 1677 to 2262 counts as their end: no finding is that old.
pub(super) fn nanoseconds(time: Option<Timestamp>) -> i64 {
    time.map_or(i64::MIN, |time| time.as_nanosecond().clamp(i128::from(i64::MIN) + 1, i128::from(i64::MAX)) as i64)
}
