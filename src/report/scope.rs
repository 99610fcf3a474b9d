//! What was looked at, in words: accounts, Regions, and how complete it is.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::{Coverage, Lane, LaneState};

/// How many accounts and Regions a line names before it only counts them.
const NAMED: (usize, usize) = (3, 6);

/// The accounts and Regions of the lanes, such as `prod 111122223333 in eu-central-1, us-east-1`, or
/// `30 accounts (prod 111122223333, audit 222233334444, web 333344445555, ...) in 17 Regions`.
pub(super) fn accounts_and_regions(coverage: &Coverage) -> String {
    let mut accounts: BTreeMap<&str, String> = BTreeMap::new();
    for lane in coverage.lanes.iter().filter(|lane| !lane.id.account.is_empty()) {
        let id = lane.id.account.as_str();
        accounts.entry(id).or_insert_with(|| coverage.name_of(lane).map_or_else(|| id.to_owned(), |name| format!("{name} {id}")));
    }
    let regions: BTreeSet<&str> = coverage.lanes.iter().map(|lane| lane.id.region.as_str()).collect();
    let named: Vec<String> = accounts.into_values().collect();
    let accounts = match named.as_slice() {
        [] => "unknown account".to_owned(),
        [one] => one.clone(),
        many if many.len() <= NAMED.0 => format!("{} accounts ({})", many.len(), many.join(", ")),
        many => format!("{} accounts ({}, ...)", many.len(), many[..NAMED.0].join(", ")),
    };
    match regions.len() {
        0 => accounts,
        few if few <= NAMED.1 => format!("{accounts} in {}", join(regions)),
        many => format!("{accounts} in {many} Regions"),
    }
}

fn join(names: BTreeSet<&str>) -> String {
    names.into_iter().collect::<Vec<_>>().join(", ")
}

/// Whether the numbers can be trusted, in one sentence.
pub(super) fn verdict(coverage: &Coverage) -> String {
    let lanes = coverage.lanes.len();
    if coverage.is_complete() {
        let off = coverage.in_state(LaneState::NotEnabled).count();
        let off = if off == 0 { String::new() } else { format!(", {off} of them with the service off") };
        return format!("Complete: {} read to the end{off}.", Counted(lanes, "lane"));
    }
    if lanes == 0 {
        return "Incomplete: nothing was asked.".to_owned();
    }
    let open = coverage.lanes.iter().filter(|lane| !lane.is_trusted()).count();
    format!("Incomplete: {open} of {} could not be read to the end, so every count is a lower bound (>=).", Counted(lanes, "lane"))
}

/// A number and its noun: `1 lane`, `2 lanes`.
#[derive(Clone, Copy, Debug)]
pub struct Counted(pub usize, pub &'static str);

impl std::fmt::Display for Counted {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self(number, noun) = self;
        write!(f, "{number} {noun}{}", if *number == 1 { "" } else { "s" })
    }
}

/// What became of some lanes, most telling first: `3 complete, 1 denied (guardduty:ListDetectors)`.
pub(super) fn states(lanes: &[&Lane]) -> String {
    const ORDER: [LaneState; 8] = [
        LaneState::Failed,
        LaneState::Denied,
        LaneState::Partial,
        LaneState::Unavailable,
        LaneState::NotEnabled,
        LaneState::Pending,
        LaneState::Loading,
        LaneState::Complete,
    ];
    let mut parts = Vec::new();
    for state in ORDER {
        let such: Vec<&&Lane> = lanes.iter().filter(|lane| lane.state == state).collect();
        if such.is_empty() {
            continue;
        }
        let actions: BTreeSet<&str> = such.iter().filter_map(|lane| lane.action.as_deref()).collect();
        let actions = if actions.is_empty() { String::new() } else { format!(" ({})", join(actions)) };
        parts.push(format!("{} {}{actions}", such.len(), state.slug().replace('-', " ")));
    }
    parts.join(", ")
}

/// `>= ` unless the number is exact.
pub(super) const fn at_least(complete: bool) -> &'static str {
    if complete { "" } else { ">= " }
}

#[cfg(test)]
mod tests {
    use super::accounts_and_regions;
    use crate::model::{AccountId, AccountName, Coverage, Lane, LaneId, Region, Source, Text};

    fn lane(account: &str, name: Option<AccountName>, region: &str) -> Lane {
        let id = LaneId { account: AccountId::new(account), region: Region::new(region), source: Source::Macie };
        Lane { name, ..Lane::pending(id) }
    }

    fn own(name: &str) -> AccountName {
        AccountName::Own(Text::new(name))
    }

    #[test]
    fn a_few_accounts_and_regions_are_named_and_many_are_counted() {
        let told = |lanes: Vec<Lane>| accounts_and_regions(&Coverage { lanes, ..Coverage::default() });
        assert_eq!(told(vec![lane("111111111111", Some(own("prod")), "eu-west-1")]), "prod 111111111111 in eu-west-1");
        assert_eq!(told(vec![lane("", None, "eu-west-1")]), "unknown account in eu-west-1");
        let profile = Some(AccountName::Profile(Text::new("p")));
        let two = vec![lane("111111111111", profile, "eu-west-1"), lane("222222222222", None, "us-east-1")];
        assert_eq!(told(two), "2 accounts (profile p 111111111111, 222222222222) in eu-west-1, us-east-1");
        let many =
            (1..=5).flat_map(|n| (1..=7).map(move |r| lane(&n.to_string().repeat(12), Some(own("a")), &format!("eu-west-{r}")))).collect();
        assert_eq!(told(many), "5 accounts (a 111111111111, a 222222222222, a 333333333333, ...) in 7 Regions");
    }

    #[test]
    fn a_name_that_the_account_tells_itself_stands_before_a_profile_and_behind_the_organizations() {
        let mut coverage = Coverage {
            lanes: vec![
                lane("1", Some(AccountName::Profile(Text::new("p"))), "r"),
                lane("2", Some(own("of the organization")), "r"),
                lane("3", None, "r"),
            ],
            ..Coverage::default()
        };
        for id in ["1", "2"] {
            coverage.names.insert(AccountId::new(id), Text::new("alias"));
        }
        let names: Vec<_> = coverage.lanes.iter().map(|lane| coverage.name_of(lane)).collect();
        assert_eq!(names, [Some(own("alias")), Some(own("of the organization")), None]);
    }
}
