//! What a refresh does to the screens: nothing moves but what has changed, and nothing looks clean that is not.

use ringfort::app::{Context, Effect, Page};
use ringfort::fetch::Event;
use ringfort::model::{Finding, Lane, LaneState, Layer, Severity, Side, Source, Text, Timestamp};

use crate::screens::{Screen, batch, finding, findings, lane, now};

const ALL: [usize; 6] = [0, 1, 2, 3, 4, 5];

/// One lane a source, each with its findings, all read to the end.
fn loaded(columns: u16, rows: u16) -> Screen {
    let mut screen = Screen::new(columns, rows, false);
    screen.event(Event::Planned(Source::ALL.into_iter().map(|source| lane(source, "eu-central-1", LaneState::Pending, 0)).collect()));
    read(&mut screen, &ALL, &findings());
    screen.event(Event::Done);
    screen
}

fn number(source: Source) -> usize {
    Source::ALL.iter().position(|known| *known == source).expect("a source")
}

fn of(source: Source) -> Lane {
    lane(source, "eu-central-1", LaneState::Pending, 0)
}

/// These lanes give those of the findings that are theirs, to the end.
fn read(screen: &mut Screen, lanes: &[usize], findings: &[Finding]) {
    for &lane in lanes {
        let source = Source::ALL[lane];
        let theirs: Vec<Finding> = findings.iter().filter(|finding| finding.source == source).cloned().collect();
        let count = theirs.len() as u64;
        screen.event(Event::Lane(lane, Box::new(Lane { state: LaneState::Loading, ..of(source) })));
        screen.event(Event::Batch(lane, batch(theirs)));
        let end = Lane { state: LaneState::Complete, findings: count, pages: 1, ..of(source) };
        screen.event(Event::Lane(lane, Box::new(end)));
    }
}

fn begin(screen: &mut Screen, lanes: &[usize]) {
    screen.event(Event::Again(lanes.to_vec()));
    for &lane in lanes {
        let again = Lane { since: Some(now()), ..of(Source::ALL[lane]) };
        screen.event(Event::Lane(lane, Box::new(again)));
    }
}

fn line(screen: &Screen) -> String {
    screen.drawn().lines().last().unwrap_or_default().trim().to_owned()
}

#[test]
fn a_refresh_reads_the_lanes_of_what_is_selected() {
    let mut screen = loaded(120, 40);
    assert_eq!(screen.press("c j j r"), [Effect::Refresh(Some(vec![2]))], "coverage: the lane");
    assert_eq!(line(&screen), "Refreshing 1 lane");

    let mut screen = loaded(120, 40);
    assert_eq!(screen.press("1 r"), [Effect::Refresh(Some(vec![number(Source::Macie), number(Source::SecurityHub)]))], "a cell: its lanes");
    let mut screen = loaded(120, 40);
    assert_eq!(screen.press("tab r"), [Effect::Refresh(Some(vec![number(Source::GuardDuty)]))], "the worst: its lane");
    let mut screen = loaded(120, 40);
    assert_eq!(screen.press("0 enter j r"), [Effect::Refresh(Some(vec![number(Source::Inspector)]))], "the list: the finding's lane");
    let mut screen = loaded(120, 40);
    assert_eq!(screen.press("0 enter enter r").last(), Some(&Effect::Refresh(Some(vec![0]))), "a finding: its lane");
    let mut screen = loaded(120, 40);
    assert_eq!(screen.press("0 enter R"), [Effect::Refresh(Some(ALL.to_vec()))], "all lanes");
    assert_eq!(line(&screen), "Refreshing 6 lanes");
    let mut screen = loaded(120, 40);
    assert_eq!(screen.press("3 l l l r"), [], "an empty cell has no lanes");
    assert!(line(&screen).contains("R refreshes all lanes"), "{}", line(&screen));
}

#[test]
fn a_lane_that_is_being_read_is_not_ordered_again_and_that_is_told() {
    let mut screen = loaded(120, 40);
    screen.press("c r");
    begin(&mut screen, &[0]);
    assert_eq!(screen.press("r"), []);
    assert_eq!(line(&screen), "Not refreshed: 1 lane is still being read");
    assert_eq!(screen.press("R"), [Effect::Refresh(Some(vec![1, 2, 3, 4, 5]))]);
    assert_eq!(line(&screen), "Refreshing 5 lanes; 1 lane is still being read");
    assert_eq!(Screen::new(80, 24, false).press("R"), [], "before there is a plan there is nothing to refresh");
}

#[test]
fn while_lanes_are_read_again_everything_stays_and_every_number_is_in_doubt() {
    let mut screen = loaded(120, 40);
    let rows: Vec<String> = screen.drawn().lines().map(str::to_owned).collect();
    assert!(rows[0].contains(" 10 findings") && !rows[0].contains('≥'), "{}", rows[0]);
    screen.press("R");
    begin(&mut screen, &ALL);
    let drawn = screen.drawn();
    assert!(drawn.contains("≥ 10 findings") && drawn.contains("0/6"), "{drawn}");
    assert!(!drawn.contains('✓'), "{drawn}");
    screen.press("c");
    assert!(screen.drawn().contains("≥ 3"), "a lane keeps its old count: {}", screen.drawn());
    screen.press("esc");
    read(&mut screen, &ALL, &findings());
    screen.event(Event::Done);
    let drawn = screen.drawn();
    assert!(drawn.contains("Refreshed 6 lanes: nothing changed"), "{drawn}");
    assert!(drawn.contains("complete") && !drawn.contains('≥'), "{drawn}");
}

#[test]
fn afterwards_it_is_told_what_changed_and_the_cursor_stays_on_its_finding() {
    let mut screen = loaded(120, 40);
    screen.press("0 enter / b u c k e t enter j");
    let title = screen.selected_title();
    let mut changed = findings();
    changed.retain(|finding| finding.title.as_str() != "CVE-2023-38545 - libcurl4");
    changed[0].severity = Severity::High;
    let mut new = finding(90, Source::Macie, Severity::Critical, Layer::DataProtection, Side::Customer, "A new bucket", "x");
    new.last_seen = Timestamp::from_second(now().as_second() + 1).ok();
    changed.push(new);
    screen.press("R");
    begin(&mut screen, &ALL);
    assert_eq!(screen.titles().len(), 2);
    read(&mut screen, &ALL, &changed);
    screen.event(Event::Done);
    assert_eq!(line(&screen), "Refreshed 6 lanes: 1 new, 1 gone, 1 changed");
    assert_eq!((screen.titles().len(), screen.selected_title()), (3, title));
    let Some(Page::Findings(list)) = screen.state.pages.last() else { panic!("the merged list") };
    assert_eq!(list.query.text, "bucket");
}

#[test]
fn what_could_not_be_read_again_stays_in_doubt_and_is_told() {
    let mut screen = loaded(120, 40);
    screen.press("R");
    begin(&mut screen, &ALL);
    read(&mut screen, &ALL[1..], &findings());
    let reason = Text::new("no answer");
    let failed = Lane { state: LaneState::Partial, since: Some(now()), reason: Some(reason), ..of(Source::GuardDuty) };
    screen.event(Event::Lane(0, Box::new(failed)));
    screen.event(Event::Done);
    let drawn = screen.drawn();
    assert!(drawn.contains("Refreshed 6 lanes: nothing changed; 1 lane keeps older findings"), "{drawn}");
    assert!(drawn.contains("≥ 10 findings") && drawn.contains("1 lane not read"), "{drawn}");
    screen.press("c r");
    begin(&mut screen, &[0]);
    let reason = Some(Text::new("no answer"));
    screen.event(Event::Lane(0, Box::new(Lane { state: LaneState::Partial, since: Some(now()), reason, ..of(Source::GuardDuty) })));
    screen.event(Event::Done);
    assert!(line(&screen).starts_with("Not refreshed: no answer; older findings are shown too"), "{}", line(&screen));
    assert!(screen.drawn().contains("no answer; older findings are shown too, as they were at 2026-03-01 12:00 UTC"), "{}", screen.drawn());
}

#[test]
fn the_coverage_screen_keeps_its_order_while_lanes_are_read_again_and_the_cursor_its_lane() {
    let mut screen = Screen::loaded(120, 40, false, true);
    screen.press("c j j j r");
    let selected = |screen: &Screen| {
        let Some(Page::Coverage(list)) = screen.state.pages.last() else { panic!("coverage") };
        (list.cursor, screen.state.lane_numbers()[list.cursor])
    };
    let (cursor, number) = selected(&screen);
    screen.event(Event::Again(vec![number]));
    let again = Lane { state: LaneState::Pending, ..screen.state.coverage().lanes[number].clone() };
    screen.event(Event::Lane(number, Box::new(again.clone())));
    assert_eq!(selected(&screen), (cursor, number));
    screen.event(Event::Lane(number, Box::new(Lane { state: LaneState::Failed, ..again })));
    screen.event(Event::Done);
    assert_eq!(selected(&screen).1, number);
    assert_ne!(selected(&screen).0, cursor, "trouble stands before the rest");
}

#[test]
fn a_finding_that_goes_while_it_is_open_is_shown_as_it_was_and_says_so() {
    let mut screen = loaded(120, 40);
    screen.press("0 enter enter");
    let title = screen.selected_title();
    screen.press("r");
    begin(&mut screen, &[0]);
    read(&mut screen, &[0], &[]);
    screen.event(Event::Done);
    assert_eq!(screen.state.context(), Context::Finding);
    assert!(screen.drawn().contains(&format!("(gone) {title}")), "{}", screen.drawn());
    screen.press("esc");
    assert_eq!(screen.titles().len(), 8);
}

#[test]
fn an_end_that_was_on_its_way_before_the_order_does_not_end_the_refresh() {
    let mut screen = loaded(120, 40);
    screen.press("R");
    screen.event(Event::Done);
    assert!(screen.state.is_loading());
    assert_eq!(line(&screen), "Refreshing 6 lanes");
    begin(&mut screen, &ALL);
    read(&mut screen, &ALL, &findings());
    screen.event(Event::Done);
    assert!(!screen.state.is_loading(), "from now on nothing moves by itself");
}

#[test]
fn where_nothing_could_be_read_a_refresh_starts_from_the_beginning() {
    let mut screen = Screen::new(120, 40, false);
    screen.event(Event::Planned(Vec::new()));
    screen.event(Event::Fatal(Text::new("no AWS credentials were found")));
    screen.event(Event::Done);
    assert_eq!(screen.press("r"), [Effect::Refresh(None)]);
    assert!(screen.state.is_loading() && !screen.drawn().contains("no AWS credentials"), "{}", screen.drawn());
    screen.event(Event::Again(Vec::new()));
    screen.event(Event::Planned(vec![of(Source::GuardDuty)]));
    read(&mut screen, &[0], &findings());
    screen.event(Event::Done);
    assert!(screen.drawn().contains(" 2 findings  complete"), "{}", screen.drawn());
}
