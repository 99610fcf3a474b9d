//! Readings of lanes: what stays, what goes, what is kept of it.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::{Batch, Ingested, RawBlock, RowId, Store};
use crate::model::{AccountId, Finding, Lane, LaneId, LaneState, MergeKey, RawRef, Region, Source, Text, Timestamp, Traits};

/// A record of an issue: issues with the same letter are seen by several sources.
fn record(id: &str, version: u32) -> (Finding, String) {
    let source = if id.starts_with("hub") { Source::SecurityHub } else { Source::GuardDuty };
    let mut finding = Finding::blank(source, id);
    finding.title = Text::from(format!("{id} in version {version}"));
    finding.group = id.split_once('-').map(|(_, issue)| MergeKey::new(issue));
    let json = format!("{{\"id\":\"{id}\",\"version\":{version}}}");
    (finding, json)
}

fn batch(records: &[(&str, u32)]) -> Batch {
    let mut raw = String::new();
    let mut findings = Vec::new();
    for (id, version) in records {
        let (mut finding, json) = record(id, *version);
        finding.raw = RawRef { block: 0, start: raw.len() as u32, len: json.len() as u32 };
        raw.push_str(&json);
        findings.push(finding);
    }
    Batch { findings, raw: RawBlock::compress(raw.as_bytes()) }
}

fn visible(store: &Store) -> BTreeSet<String> {
    store.iter().map(|(_, finding)| finding.id.to_string()).collect()
}

fn names(names: &[&str]) -> BTreeSet<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

/// Lane 0 has given these; it is read again.
fn begun_again(records: &[(&str, u32)]) -> Store {
    let mut store = Store::new();
    store.take(0, batch(records));
    store.end(0);
    store.begin(0);
    store
}

#[test]
fn what_a_complete_reading_does_not_give_again_goes_at_its_end_and_not_before() {
    let mut store = begun_again(&[("a", 1), ("b", 1)]);
    store.take(0, batch(&[("b", 1), ("c", 1)]));
    assert_eq!(visible(&store), names(&["a", "b", "c"]), "nothing goes while the lane is read");
    let gone = store.end(0);
    assert_eq!(gone, Ingested { rows: vec![RowId(0)] });
    assert_eq!((visible(&store), store.len()), (names(&["b", "c"]), 2));
    assert_eq!(store.get(RowId(0)), None, "a row that is gone has no record");
    assert_eq!(store.capacity(), 3, "row numbers stay");
}

#[test]
fn what_a_broken_reading_did_not_give_stays_until_a_complete_one() {
    let mut store = begun_again(&[("a", 1), ("b", 1)]);
    store.take(0, batch(&[("b", 1)]));
    store.begin(0);
    assert_eq!(visible(&store), names(&["a", "b"]), "the broken reading takes nothing away");
    store.take(0, batch(&[("a", 1)]));
    store.end(0);
    assert_eq!(visible(&store), names(&["a"]));
}

#[test]
fn a_record_goes_only_when_no_lane_holds_it_any_more() {
    let mut store = begun_again(&[("a", 1)]);
    store.take(1, batch(&[("a", 1)]));
    store.end(1);
    assert_eq!(store.lanes_of(&[RowId(0)]), [0, 1].into());
    store.end(0);
    assert_eq!((visible(&store), store.lanes_of(&[RowId(0)])), (names(&["a"]), [1].into()));
    store.begin(1);
    store.end(1);
    assert!(store.is_empty());
}

#[test]
fn a_record_from_no_lane_stays() {
    let mut store = Store::new();
    store.ingest(batch(&[("a", 1)]));
    store.begin(0);
    store.end(0);
    assert_eq!(visible(&store), names(&["a"]));
}

#[test]
fn a_later_reading_of_the_same_lane_is_how_the_record_is_now() {
    let mut store = begun_again(&[("a", 7)]);
    let changed = store.take(0, batch(&[("a", 3)]));
    assert_eq!(changed.rows, [RowId(0)]);
    let finding = store.get(RowId(0)).expect("held");
    assert_eq!(finding.title.as_str(), "a in version 3");
    assert_eq!(store.raw(finding.raw).as_deref(), Ok(r#"{"id":"a","version":3}"#));
}

#[test]
fn a_record_that_comes_back_has_its_row_again() {
    let mut store = begun_again(&[("a", 1)]);
    store.end(0);
    assert!(store.is_empty());
    store.begin(0);
    assert_eq!(store.take(0, batch(&[("a", 2)])).rows, [RowId(0)]);
    store.end(0);
    assert_eq!((visible(&store), store.capacity()), (names(&["a"]), 1));
}

#[test]
fn when_the_record_in_front_goes_the_one_behind_it_is_shown() {
    let mut store = Store::new();
    store.take(0, batch(&[("duty-x", 1)]));
    store.take(1, batch(&[("hub-x", 1)]));
    assert_eq!(visible(&store), names(&["duty-x"]));
    assert_eq!(store.lanes_of(&[RowId(0)]), [0, 1].into(), "both have seen the issue");
    store.begin(0);
    assert_eq!(store.end(0).rows, [RowId(0), RowId(1)]);
    assert_eq!(visible(&store), names(&["hub-x"]));
    store.begin(0);
    store.take(0, batch(&[("duty-x", 1)]));
    assert_eq!(visible(&store), names(&["duty-x"]));
    assert_eq!(store.get(RowId(0)).map(|finding| finding.also_seen.len()), Some(1));
    store.begin(1);
    assert_eq!(store.end(1).rows, [RowId(0), RowId(1)]);
    assert_eq!(store.get(RowId(0)).map(|finding| finding.also_seen.len()), Some(0));
}

#[test]
fn reading_the_same_again_for_a_day_takes_no_more_memory() {
    let ids: Vec<String> = (0..200).map(|number| format!("finding-number-{number}")).collect();
    let records: Vec<(&str, u32)> = ids.iter().map(|id| (id.as_str(), 1)).collect();
    let mut store = begun_again(&records);
    let before = store.raw_bytes();
    for _ in 0..1_440 {
        for page in records.chunks(50) {
            assert_eq!(store.take(0, batch(page)), Ingested::default(), "nothing changed");
        }
        assert_eq!(store.end(0), Ingested::default());
        store.begin(0);
    }
    assert_eq!(store.raw_bytes(), before);
}

#[test]
fn records_that_change_all_the_time_do_not_pile_up() {
    let ids: Vec<String> = (0..200).map(|number| format!("finding-number-{number}")).collect();
    let mut store = begun_again(&ids.iter().map(|id| (id.as_str(), 0)).collect::<Vec<_>>());
    let as_sent: usize = store.iter().map(|(_, finding)| finding.raw.len as usize).sum();
    for minute in 1..500_u32 {
        let version = |number: usize| if number as u32 % 7 == minute % 7 { minute } else { minute / 7 };
        let now: Vec<(&str, u32)> = ids.iter().enumerate().map(|(number, id)| (id.as_str(), version(number))).collect();
        for page in now.chunks(50) {
            store.take(0, batch(page));
        }
        store.end(0);
        store.begin(0);
        assert!(store.raw_bytes() < as_sent / 2, "minute {minute}: {} of {as_sent}", store.raw_bytes());
        for (_, finding) in store.iter() {
            let version = finding.title.rsplit(' ').next().unwrap_or_default();
            assert_eq!(store.raw(finding.raw), Ok(format!("{{\"id\":\"{}\",\"version\":{version}}}", finding.id)));
        }
    }
}

#[test]
fn more_readings_than_their_number_has_room_for_are_told_apart() {
    let mut store = begun_again(&[("a", 1), ("b", 1)]);
    store.take(1, batch(&[("a", 1), ("b", 1)]));
    for _ in 0..u32::from(u16::MAX) * 2 {
        store.begin(0);
        store.begin(1);
    }
    store.take(0, batch(&[("a", 1)]));
    store.take(1, batch(&[("a", 1)]));
    store.end(0);
    store.end(1);
    assert_eq!(visible(&store), names(&["a"]));
}

fn lane(state: LaneState) -> Lane {
    let id = LaneId { account: AccountId::default(), region: Region::default(), source: Source::GuardDuty };
    Lane { state, ..Lane::pending(id) }
}

#[test]
fn the_states_of_a_lane_say_when_a_reading_begins_and_how_it_ends() {
    let mut store = Store::new();
    store.plan(vec![lane(LaneState::Pending)]);
    store.lane(0, lane(LaneState::Loading));
    store.take(0, batch(&[("a", 1), ("b", 1)]));
    store.lane(0, lane(LaneState::Complete));
    for state in [LaneState::Failed, LaneState::Denied, LaneState::Partial, LaneState::Unavailable] {
        store.lane(0, lane(LaneState::Pending));
        assert_eq!(store.coverage.lanes[0].findings, 2, "the old count stands while the lane is read");
        store.lane(0, lane(LaneState::Loading));
        store.lane(0, lane(state));
        assert_eq!((store.len(), store.coverage.lanes[0].findings), (2, 2), "{state}");
    }
    store.lane(0, lane(LaneState::Pending));
    store.take(0, batch(&[("b", 1)]));
    assert_eq!(store.lane(0, lane(LaneState::Complete)).rows, [RowId(0)]);
    assert_eq!(store.coverage.lanes[0].findings, 1);
    store.lane(0, lane(LaneState::Pending));
    assert_eq!(store.lane(0, lane(LaneState::NotEnabled)).rows, [RowId(1)], "a service that was turned off holds nothing");
    assert_eq!((store.len(), store.coverage.lanes[0].findings), (0, 0));
}

#[test]
fn a_lane_says_that_older_findings_are_shown_as_long_as_there_are_any() {
    let mut store = Store::new();
    store.plan(vec![lane(LaneState::Pending)]);
    store.take(0, batch(&[("a", 1), ("b", 1)]));
    store.lane(0, lane(LaneState::Complete));
    for (given, older) in [(&[("a", 1)][..], true), (&[("a", 1), ("b", 1)], false)] {
        store.lane(0, lane(LaneState::Pending));
        store.take(0, batch(given));
        let since = Timestamp::from_second(1_767_571_200).ok();
        let broken = Lane { since, reason: Some(Text::new("no answer")), ..lane(LaneState::Partial) };
        store.lane(0, broken);
        let lane = &store.coverage.lanes[0];
        let expected = if older { "no answer; older findings are shown too, as they were at 2026-01-05 00:00 UTC" } else { "no answer" };
        assert_eq!((lane.reason.as_deref(), lane.since.is_some(), lane.findings), (Some(expected), older, 2));
    }
}

#[test]
fn a_new_plan_keeps_what_is_shown_until_its_lanes_were_read() {
    let region = |name: &str| Lane { id: LaneId { region: Region::new(name), ..lane(LaneState::Pending).id }, ..lane(LaneState::Pending) };
    let mut store = Store::new();
    store.plan(vec![region("eu-west-1"), region("us-east-1")]);
    store.take(0, batch(&[("a", 1)]));
    store.take(1, batch(&[("a", 1), ("b", 1)]));
    store.plan(vec![region("us-east-1"), region("us-west-2"), region("eu-west-1")]);
    assert_eq!((visible(&store), store.coverage.lanes[0].findings), (names(&["a", "b"]), 2));
    store.end(0);
    assert_eq!(visible(&store), names(&["a"]), "the lane is known by its name, not by its number");
    store.end(2);
    assert!(store.is_empty());
}

/// What can happen to one of three lanes.
#[derive(Clone, Debug)]
enum Step {
    Begin(usize),
    Give(usize, Vec<(usize, u32)>),
    End(usize),
}

const IDS: [&str; 6] = ["a", "b", "duty-x", "hub-x", "duty-y", "hub-y"];

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        2 => (0..3_usize).prop_map(Step::Begin),
        4 => (0..3_usize, prop::collection::vec((0..IDS.len(), 0..4_u32), 0..5)).prop_map(|(lane, records)| Step::Give(lane, records)),
        2 => (0..3_usize).prop_map(Step::End),
    ]
}

/// The meaning of readings, without any thought of memory: what each lane holds, and what its reading has given.
#[derive(Default)]
struct Model {
    held: [BTreeSet<usize>; 3],
    given: [BTreeSet<usize>; 3],
}

impl Model {
    fn all(&self) -> BTreeSet<&str> {
        self.held.iter().flatten().map(|number| IDS[*number]).collect()
    }

    fn visible(&self) -> BTreeSet<String> {
        let all = self.all();
        let is_behind = |id: &str| id.strip_prefix("hub-").is_some_and(|issue| all.contains(format!("duty-{issue}").as_str()));
        all.iter().filter(|id| !is_behind(id)).map(|id| (*id).to_owned()).collect()
    }
}

proptest! {
    #[test]
    fn any_interleaving_of_readings_shows_what_the_lanes_hold(steps in prop::collection::vec(step(), 0..40)) {
        let mut store = Store::new();
        let mut model = Model::default();
        let mut rows: BTreeMap<String, RowId> = BTreeMap::new();
        let mut was_visible: BTreeSet<RowId> = BTreeSet::new();
        for step in steps {
            let touched = match step {
                Step::Begin(lane) => {
                    store.begin(lane);
                    model.given[lane].clear();
                    Ingested::default()
                }
                Step::Give(lane, records) => {
                    model.held[lane].extend(records.iter().map(|(number, _)| *number));
                    model.given[lane].extend(records.iter().map(|(number, _)| *number));
                    store.take(lane, batch(&records.iter().map(|(number, version)| (IDS[*number], *version)).collect::<Vec<_>>()))
                }
                Step::End(lane) => {
                    model.held[lane] = model.given[lane].clone();
                    store.end(lane)
                }
            };
            prop_assert_eq!(visible(&store), model.visible());
            prop_assert_eq!(store.len(), store.iter().count());
            let is_visible: BTreeSet<RowId> = store.iter().map(|(row, _)| row).collect();
            for row in was_visible.symmetric_difference(&is_visible) {
                prop_assert!(touched.rows.contains(row), "{row:?} is shown or hidden, and nobody is told");
            }
            was_visible = is_visible;
            for (row, finding) in store.iter() {
                prop_assert_eq!(*rows.entry(finding.id.to_string()).or_insert(row), row, "a record keeps its row");
                let version = finding.title.rsplit(' ').next().unwrap_or_default();
                prop_assert_eq!(store.raw(finding.raw), Ok(format!("{{\"id\":\"{}\",\"version\":{version}}}", finding.id)));
                let lanes: BTreeSet<usize> = (0..3).filter(|lane| model.held[*lane].iter().any(|number| IDS[*number] == finding.id.as_str())).collect();
                prop_assert!(store.lanes_of(&[row]).is_superset(&lanes));
                for seen in &finding.also_seen {
                    prop_assert!(model.all().contains(seen.id.as_str()), "what is gone has seen nothing");
                    prop_assert!(store.raw(seen.raw).is_ok_and(|raw| raw.contains(seen.id.as_str())));
                }
            }
        }
        let mut all = Store::new();
        for lane in 0..3 {
            store.begin(lane);
            let records: Vec<(&str, u32)> = model.held[lane].iter().map(|number| (IDS[*number], 9)).collect();
            store.take(lane, batch(&records));
            all.take(lane, batch(&records));
        }
        for lane in 0..3 {
            store.end(lane);
        }
        let shown = |store: &Store| store.iter().map(|(_, finding)| (finding.id.to_string(), finding.title.to_string())).collect::<BTreeMap<_, _>>();
        prop_assert_eq!(visible(&store), visible(&all), "complete readings of all lanes leave nothing stale");
        if model.held.iter().map(BTreeSet::len).sum::<usize>() == model.all().len() {
            prop_assert_eq!(shown(&store), shown(&all));
        }
    }
}

/// One record in one version, with these traits; without its JSON, as it is handed on again.
fn with_traits(version: u32, traits: Traits, has_json: bool) -> Batch {
    let mut one = batch(&[("a", version)]);
    one.findings[0].traits = traits;
    one.findings[0].updated = Timestamp::from_second(i64::from(version)).ok();
    if !has_json {
        one.findings[0].raw = RawRef::default();
        one.raw = RawBlock::default();
    }
    one
}

#[test]
fn what_any_copy_of_a_record_knows_of_its_resource_stands_whatever_came_first() {
    let copies = [(1, Traits::PUBLIC, true), (2, Traits::NONE, true), (2, Traits::KNOWN_EXPLOITED, false), (1, Traits::SENSITIVE, true)];
    for order in [[0, 1, 2, 3], [3, 2, 1, 0], [2, 0, 3, 1], [1, 3, 0, 2], [2, 1, 0, 3]] {
        let mut store = Store::new();
        for at in order {
            let (version, traits, has_json) = copies[at];
            store.take(at % 2, with_traits(version, traits, has_json));
        }
        let found = store.visible(RowId(0)).expect("the row");
        assert_eq!(found.traits, Traits::PUBLIC | Traits::KNOWN_EXPLOITED | Traits::SENSITIVE, "{order:?}");
        assert_eq!((&*found.title, store.len()), ("a in version 2", 1), "{order:?}");
        assert_eq!(store.raw(found.raw).as_deref(), Ok("{\"id\":\"a\",\"version\":2}"), "{order:?}: the JSON is the newest record's");
    }
}

#[test]
fn a_record_that_is_handed_on_again_changes_its_row_once_and_counts_no_finding() {
    let mut store = Store::new();
    store.take(0, with_traits(1, Traits::NONE, true));
    let bytes = store.raw_bytes();
    let late = || with_traits(1, Traits::KNOWN_EXPLOITED, false);
    assert_eq!(store.take(0, late()), Ingested { rows: vec![RowId(0)] });
    assert_eq!(store.take(0, late()), Ingested::default(), "nothing new");
    assert_eq!((store.len(), store.capacity(), store.raw_bytes()), (1, 1, bytes));
    store.begin(0);
    store.take(0, with_traits(1, Traits::NONE, true));
    assert!(store.visible(RowId(0)).expect("the row").traits.is_empty(), "a later reading says how it is now");
    store.take(0, late());
    assert_eq!(store.end(0), Ingested::default(), "the lane holds it still");
    assert_eq!(store.visible(RowId(0)).expect("the row").traits, Traits::KNOWN_EXPLOITED);
}

#[test]
fn what_cisa_lists_stays_listed_while_the_lane_is_read_again_and_has_not_asked_yet() {
    let of_inspector = |traits: Traits| {
        let mut one = with_traits(1, traits, true);
        one.findings[0].source = Source::Inspector;
        one
    };
    let mut store = Store::new();
    store.take(0, of_inspector(Traits::KNOWN_EXPLOITED | Traits::PUBLIC));
    store.begin(0);
    store.take(0, of_inspector(Traits::NONE));
    assert_eq!(store.visible(RowId(0)).expect("the row").traits, Traits::KNOWN_EXPLOITED, "all else is as it is now");
    store.begin(0);
    assert_eq!(store.take(0, of_inspector(Traits::NONE)), Ingested::default(), "nothing to draw anew");
}
