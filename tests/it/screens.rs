//! Screens as a person sees them, and what keys do to them. The estate is made by hand, and so is the time.

use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ringfort::app::{Context, Dialog, Effect, Key, Keymap, Message, Page, Size, Start, State, update};
use ringfort::fetch::{Event, Identity, Need, Validity};
use ringfort::lens::LensSet;
use ringfort::model::{
    AccountId, AccountName, Finding, Lane, LaneId, LaneState, Layer, Priority, RawRef, Region, Resource, Severity, Side, Source, Text,
    Timestamp,
};
use ringfort::store::{Batch, RawBlock};
use ringfort::ui;
use ringfort::ui::look::{ColorDepth, Look};
use ringfort::ui::theme::Theme;

mod lenses;

const ACCOUNT: &str = "111122223333";

pub(crate) fn now() -> Timestamp {
    "2026-03-01T12:00:00Z".parse().expect("a time")
}

pub(crate) fn lane(source: Source, region: &str, state: LaneState, findings: u64) -> Lane {
    let id = LaneId { account: AccountId::new(ACCOUNT), region: Region::new(region), source };
    let loaded = u32::from(state != LaneState::Pending);
    Lane {
        state,
        findings,
        pages: loaded,
        calls: loaded * 3,
        elapsed: std::time::Duration::from_millis(u64::from(loaded) * 1_400),
        ..Lane::pending(id)
    }
}

pub(crate) fn finding(number: u32, source: Source, severity: Severity, layer: Layer, side: Side, title: &str, resource: &str) -> Finding {
    let mut finding = Finding::blank(source, &format!("finding-{number:03}"));
    finding.title = Text::new(title);
    finding.kind = Text::new("Example");
    finding.severity = severity;
    finding.priority = Priority { level: severity, reason: Text::new("severity as the source states it") };
    finding.account = AccountId::new(ACCOUNT);
    finding.region = Region::new(if number.is_multiple_of(2) { "eu-central-1" } else { "us-east-1" });
    finding.last_seen = Timestamp::from_second(now().as_second() - i64::from(number) * 3_000).ok();
    finding.placement.layer = layer;
    finding.placement.side = side;
    finding.resources =
        vec![Resource { name: Text::new(resource), id: Text::new(&format!("arn:aws:s3:::{resource}")), ..Resource::default() }];
    finding.console_url = Some(Text::new("https://console.aws.amazon.com/example"));
    finding
}

pub(crate) fn findings() -> Vec<Finding> {
    use Severity::{Critical, High, Informational, Low, Medium};
    use Source::{AccessAnalyzer, GuardDuty, Inspector, Macie, SecurityHub};
    let rows = [
        (
            GuardDuty,
            Critical,
            Layer::ThreatDetectionAndResponse,
            Side::Customer,
            "Credentials of a leaked key read every object",
            "ci-deploy",
        ),
        (GuardDuty, High, Layer::ThreatDetectionAndResponse, Side::Customer, "Instance talks to a known command server", "i-0abc"),
        (Inspector, Critical, Layer::InfrastructureProtection, Side::Customer, "CVE-2021-44228 - log4j-core", "booking-api"),
        (Inspector, High, Layer::InfrastructureProtection, Side::Customer, "CVE-2023-38545 - libcurl4", "booking-api"),
        (Inspector, Medium, Layer::NetworkAndEdge, Side::Customer, "Port 22 can be reached from the internet", "i-0abc"),
        (AccessAnalyzer, High, Layer::IdentityAndAccess, Side::Customer, "A role can be assumed from outside", "partner-access"),
        (AccessAnalyzer, Low, Layer::PoliciesProceduresAwareness, Side::Customer, "A role is unused for 200 days", "old-admin"),
        (Macie, High, Layer::DataProtection, Side::Customer, "Names and card numbers in a public bucket", "training-data"),
        (SecurityHub, Medium, Layer::DataProtection, Side::Shared, "Buckets should block public access", "training-data"),
        (SecurityHub, Informational, Layer::ApplicationProtection, Side::Shared, "Functions should use a supported runtime", "thumbnailer"),
    ];
    rows.into_iter()
        .enumerate()
        .map(|(number, (source, severity, layer, side, title, resource))| {
            finding(number as u32, source, severity, layer, side, title, resource)
        })
        .collect()
}

pub(crate) fn batch(findings: Vec<Finding>) -> Batch {
    let raw = r#"{"Id":"x","Title":"as it was sent"}"#;
    let spans =
        findings.into_iter().map(|finding| Finding { raw: RawRef { block: 0, start: 0, len: raw.len() as u32 }, ..finding }).collect();
    Batch { findings: spans, raw: RawBlock::compress(raw.as_bytes()) }
}

pub(crate) struct Screen {
    pub(crate) state: State,
    look: Look,
}

impl Screen {
    pub(crate) fn new(columns: u16, rows: u16, ascii: bool) -> Self {
        let start = Start { size: Size { columns, rows }, theme: "terminal".into(), folder: "/work".into(), ..Start::default() };
        let mut state = State::new(start, now());
        update(&mut state, Message::Lenses(std::sync::Arc::new(LensSet::builtin())));
        let depth = if ascii { ColorDepth::None } else { ColorDepth::Ansi16 };
        Self { state, look: Look::new(&Theme::default(), depth, ascii) }
    }

    pub(crate) fn event(&mut self, event: Event) {
        update(&mut self.state, Message::Fetch(event));
        self.state.settle();
    }

    /// Everything has arrived; `trouble` says whether two lanes could not be read.
    pub(crate) fn loaded(columns: u16, rows: u16, ascii: bool, trouble: bool) -> Self {
        let mut screen = Self::new(columns, rows, ascii);
        let count = |source: Source| findings().iter().filter(|finding| finding.source == source).count() as u64;
        let mut lanes: Vec<Lane> = Source::ALL
            .into_iter()
            .flat_map(|source| ["eu-central-1", "us-east-1"].map(|region| lane(source, region, LaneState::Complete, count(source) / 2)))
            .collect();
        if trouble {
            lanes[2].state = LaneState::Denied;
            lanes[2].reason = Some(Text::new("These credentials may not list findings; allow the action to see them."));
            lanes[2].action = Some(Text::new("inspector2:ListFindings"));
            lanes[6].state = LaneState::NotEnabled;
            lanes[6].reason = Some(Text::new("Macie is off here."));
        }
        let arn = Text::new("arn:aws:sts::111122223333:assumed-role/Audit/me");
        screen.event(Event::Identity(Identity { account: AccountId::new(ACCOUNT), arn, name: Some(Text::new("example")) }));
        screen.event(Event::Planned(lanes));
        screen.event(Event::Batch(0, batch(findings())));
        update(&mut screen.state, Message::Clock(Timestamp::from_second(now().as_second() + 2).expect("a time")));
        screen.event(Event::Done);
        screen
    }

    pub(crate) fn loading(columns: u16, rows: u16) -> Self {
        let mut screen = Self::new(columns, rows, false);
        let state = |source| if source == Source::GuardDuty { LaneState::Loading } else { LaneState::Pending };
        screen.event(Event::Planned(Source::ALL.into_iter().map(|source| lane(source, "eu-central-1", state(source), 2)).collect()));
        screen.event(Event::Batch(0, batch(findings().drain(..2).collect())));
        screen
    }

    pub(crate) fn press(&mut self, keys: &str) -> Vec<Effect> {
        let mut effects = Vec::new();
        for name in keys.split_whitespace() {
            effects.extend(update(&mut self.state, Message::Key(name.parse().expect(name))));
            effects.extend(self.state.settle());
        }
        effects
    }

    fn type_text(&mut self, text: &str) {
        for c in text.chars() {
            update(&mut self.state, Message::Key(Key::char(c)));
        }
        self.state.settle();
    }

    pub(crate) fn drawn(&self) -> String {
        let size = self.state.size;
        let mut terminal = Terminal::new(TestBackend::new(size.columns, size.rows)).expect("a terminal");
        terminal.draw(|frame| ui::draw(frame, &self.state, &self.look)).expect("drawn");
        let buffer = terminal.backend().buffer();
        let line = |y: u16| (0..size.columns).map(|x| buffer[(x, y)].symbol()).collect::<String>().trim_end().to_owned() + "\n";
        (0..size.rows).map(line).collect()
    }

    pub(crate) fn titles(&self) -> Vec<String> {
        let Some(Page::Findings(findings)) = self.state.pages.last() else { return Vec::new() };
        findings.view.rows().iter().map(|row| self.state.store.get(*row).expect("a row").title.to_string()).collect()
    }

    pub(crate) fn selected_title(&self) -> String {
        self.state.selected().and_then(|row| self.state.store.get(row)).map(|finding| finding.title.to_string()).unwrap_or_default()
    }
}

#[test]
fn home_fits_every_size() {
    insta::assert_snapshot!("home_80x24", Screen::loaded(80, 24, false, false).drawn());
    insta::assert_snapshot!("home_120x40", Screen::loaded(120, 40, false, true).drawn());
    insta::assert_snapshot!("home_200x50", Screen::loaded(200, 50, false, false).drawn());
    insta::assert_snapshot!("home_60x20_ascii", Screen::loaded(60, 20, true, true).drawn());
}

#[test]
fn a_number_that_does_not_fit_is_left_out_rather_than_cut() {
    for (count, shown) in [(342, vec![">=343", ">=+342"]), (1_234, vec!["~"])] {
        let mut screen = Screen::loaded(40, 10, true, true);
        let many = (100..100 + count)
            .map(|number| finding(number, Source::Inspector, Severity::Low, Layer::ApplicationProtection, Side::Aws, "A flaw", "host"))
            .collect();
        screen.event(Event::Batch(0, batch(many)));
        let drawn = screen.drawn();
        let row = drawn.lines().find(|line| line.contains("Appl")).unwrap();
        // All that stands behind a sign is a number in full, or the sign for what is left out.
        assert!(shown.iter().any(|shown| row.contains(shown)), "{count}: {row}");
        assert!(!row.contains("1.") && !row.contains("34 "), "{count}: {row}");
    }
}

#[test]
fn on_the_lowest_screen_the_cursor_of_the_board_is_never_out_of_sight_and_the_sum_stays() {
    let mut screen = Screen::loaded(40, 10, true, true);
    for (keys, row) in [("g", "1 "), ("6", "6 "), ("7", "7 "), ("0", "  All"), ("k", "7 "), ("g", "1 ")] {
        screen.press(keys);
        let drawn = screen.drawn();
        assert!(drawn.lines().any(|line| line.starts_with(&format!(" {row}"))), "{keys}: {drawn}");
        assert!(drawn.contains("\n   All  "), "{keys}: {drawn}");
        assert!(drawn.lines().nth(1).is_some_and(|head| head.contains("+1")), "a layer is out of sight: {drawn}");
    }
    let taller = Screen::loaded(40, 11, true, true).drawn();
    assert!(taller.contains("\n 7 ") && taller.contains("\n   All  ") && !taller.contains("+1 "), "{taller}");
}

#[test]
fn home_before_and_while_loading_promises_nothing() {
    insta::assert_snapshot!("home_starting_80x24", Screen::new(80, 24, false).drawn());
    let loading = Screen::loading(80, 24);
    insta::assert_snapshot!("home_loading_80x24", loading.drawn());
    assert!(!loading.drawn().contains('✓'), "nothing is clean while something is loading");
}

#[test]
fn a_zero_is_clean_only_when_every_lane_was_read() {
    assert!(Screen::loaded(120, 40, false, false).drawn().contains("✓ 0"));
    let troubled = Screen::loaded(120, 40, false, true).drawn();
    assert!(!troubled.contains("✓ 0") && troubled.contains("≥ 0") && troubled.contains("1 lane not read"), "{troubled}");
}

#[test]
fn counts_of_the_services_are_painted_before_their_findings_come() {
    for columns in [80, 120, 200] {
        let mut screen = Screen::new(columns, 24, false);
        let pending = Source::ALL.map(|source| lane(source, "eu-central-1", LaneState::Pending, 0)).to_vec();
        screen.event(Event::Planned(pending));
        let before = screen.drawn();
        for (number, source) in Source::ALL.into_iter().enumerate().take(2) {
            let counted = Lane { pages: 0, total: Some(2_000), ..lane(source, "eu-central-1", LaneState::Loading, 0) };
            screen.event(Event::Lane(number, Box::new(counted)));
        }
        let after = screen.drawn();
        let all = "0 of ≥4";
        assert!(after != before && after.matches("0/2.0k").count() == 2 && after.contains(all), "{after}");
        screen.press("c");
        assert_eq!(screen.drawn().matches("0/2.0k").count(), 2, "{}", screen.drawn());
    }
}

#[test]
fn the_other_screens_fit_too() {
    let mut screen = Screen::loaded(80, 24, false, false);
    screen.press("0 enter j");
    insta::assert_snapshot!("findings_80x24", screen.drawn());
    screen.press("enter");
    insta::assert_snapshot!("finding_80x24", screen.drawn());
    let mut wide = Screen::loaded(160, 40, false, true);
    wide.press("0 enter j");
    insta::assert_snapshot!("findings_160x40", wide.drawn());
    let mut ascii = Screen::loaded(80, 24, true, true);
    ascii.press("c j j");
    insta::assert_snapshot!("coverage_80x24_ascii", ascii.drawn());
}

#[test]
fn dialogs_fit_too() {
    let mut screen = Screen::loaded(80, 24, false, false);
    screen.press("0 enter ?");
    insta::assert_snapshot!("help_80x24", screen.drawn());
    screen.press("esc f j enter");
    insta::assert_snapshot!("filter_80x24", screen.drawn());
    screen.press("esc esc s");
    insta::assert_snapshot!("sort_80x24", screen.drawn());
}

#[test]
fn no_size_and_no_screen_panics() {
    for (columns, rows) in [(1, 1), (39, 10), (40, 9), (40, 10), (41, 11), (60, 12), (79, 24), (80, 10), (139, 12), (140, 10), (300, 90)] {
        for keys in ["", "0 enter", "0 enter enter", "0 enter enter J", "c", "?", ":", "0 enter f tab", "0 enter s", "e", "T", "0 enter /"]
        {
            let mut screen = Screen::loaded(columns, rows, false, true);
            screen.press(keys);
            let drawn = screen.drawn();
            if columns < 40 || rows < 10 {
                assert!("ringfort needs 40 x 10".starts_with(drawn.lines().next().unwrap_or_default().trim_end()), "{drawn}");
            }
            update(&mut screen.state, Message::Resize(120, 40));
            screen.state.settle();
            update(&mut screen.state, Message::Resize(40, 10));
            screen.state.settle();
            screen.drawn();
        }
    }
}

#[test]
fn a_cell_opens_exactly_its_findings() {
    let mut screen = Screen::loaded(80, 24, false, false);
    screen.press("1 l l enter");
    assert_eq!(screen.titles(), ["Buckets should block public access"]);
    assert!(screen.drawn().contains("layer:data-protection") && screen.drawn().contains("side:shared"));
    screen.press("h");
    assert_eq!(screen.titles(), ["Names and card numbers in a public bucket"], "h goes to the cell at the left");
    screen.press("5");
    assert_eq!(screen.titles().len(), 2, "5 is the fifth layer");
    screen.press("esc");
    assert_eq!(screen.state.context(), Context::Home);
}

#[test]
fn the_cursor_stays_on_its_finding_while_pages_arrive_and_the_order_changes() {
    let mut screen = Screen::loaded(80, 24, false, false);
    screen.press("0 enter j j j");
    let title = screen.selected_title();
    let mut more = finding(90, Source::Macie, Severity::Critical, Layer::DataProtection, Side::Customer, "A new one", "x");
    more.last_seen = Timestamp::from_second(now().as_second() + 1).ok();
    screen.event(Event::Batch(0, batch(vec![more])));
    assert_eq!(screen.titles()[0], "A new one");
    assert_eq!(screen.selected_title(), title);
    screen.press("S");
    assert_eq!(screen.selected_title(), title);
    screen.press("s j j j j enter");
    assert_eq!(screen.selected_title(), title);
}

#[test]
fn a_cursor_that_was_never_moved_stays_on_the_first_row() {
    let mut screen = Screen::loading(80, 24);
    screen.press("0 enter");
    screen.event(Event::Batch(0, batch(findings().drain(2..).collect())));
    let Some(Page::Findings(list)) = screen.state.pages.last() else { panic!("the merged list") };
    assert_eq!(list.list.cursor, 0);
}

#[test]
fn the_search_narrows_with_every_character_and_esc_brings_back_what_was_there() {
    let mut screen = Screen::loaded(80, 24, false, false);
    screen.press("/");
    screen.type_text("bucket");
    assert_eq!(screen.titles().len(), 2, "{:?}", screen.titles());
    screen.type_text(" sev>=high");
    assert_eq!(screen.titles(), ["Names and card numbers in a public bucket"]);
    screen.press("esc");
    assert_eq!(screen.titles().len(), 10);
    screen.press("/");
    screen.type_text("q quit");
    screen.press("enter");
    assert!(!screen.state.pages.is_empty(), "letters in the search box are letters");
}

#[test]
fn a_mistake_in_the_query_is_told_and_skipped() {
    let mut screen = Screen::loaded(80, 24, false, false);
    screen.press("/");
    screen.type_text("sev>=hihg macie");
    let Some(Page::Findings(list)) = screen.state.pages.last() else { panic!("the merged list") };
    assert_eq!(list.problems.len(), 1);
    assert!(screen.drawn().contains("hihg"));
    assert!(screen.drawn().lines().nth(22).is_some_and(|line| line.contains("high")), "{}", screen.drawn());
}

#[test]
fn a_mistake_is_told_whole_where_the_screen_is_wide_enough_for_it_alone() {
    let mut screen = Screen::loaded(80, 24, false, true);
    screen.press("0 enter /");
    screen.type_text("sev>=high foo:bar");
    screen.press("enter");
    let drawn = screen.drawn();
    let line = drawn.lines().nth(22).unwrap_or_default();
    assert!(line.contains("there is no field `foo`") && !line.contains('…'), "{drawn}");
}

#[test]
fn a_raised_priority_has_its_sign_at_every_width() {
    for columns in [40, 60, 80, 120, 160, 200] {
        let mut screen = Screen::new(columns, 40, true);
        screen.event(Event::Planned(vec![lane(Source::Macie, "eu-central-1", LaneState::Complete, 1)]));
        let mut raised = finding(1, Source::Macie, Severity::Low, Layer::DataProtection, Side::Customer, "Names in a bucket", "bucket");
        raised.priority.level = Severity::Critical;
        screen.event(Event::Batch(0, batch(vec![raised])));
        for keys in ["G", "enter"] {
            screen.press(keys);
            let drawn = screen.drawn();
            let is_raised = |line: &str| line.contains("Names in") && (line.contains("L^") || line.contains("low^"));
            assert!(drawn.lines().any(is_raised), "{columns}: {drawn}");
        }
    }
}

#[test]
fn a_filter_is_a_term_of_the_query() {
    let mut screen = Screen::loaded(80, 24, false, false);
    screen.press("0 enter f j enter");
    screen.type_text("macie");
    screen.press("enter");
    let Some(Page::Findings(list)) = screen.state.pages.last() else { panic!("the merged list") };
    assert_eq!(list.query.text, "source:macie");
    assert_eq!(screen.titles().len(), 1);
}

#[test]
fn esc_goes_back_and_never_quits() {
    let mut screen = Screen::loaded(80, 24, false, false);
    screen.press("0 enter enter");
    for _ in 0..10 {
        assert!(!screen.press("esc").contains(&Effect::Quit));
    }
    assert_eq!(screen.state.context(), Context::Home);
    assert_eq!(screen.press("q"), [Effect::Quit]);
    assert_eq!(Screen::loaded(80, 24, false, false).press("0 enter q"), [], "q goes back first");
    assert_eq!(Screen::loaded(80, 24, false, false).press("0 enter / ctrl-c"), [Effect::Quit], "ctrl-c quits from anywhere");
}

#[test]
fn keys_answer_while_loading_and_cancelling_is_asked_for_once() {
    let mut screen = Screen::loading(80, 24);
    assert_eq!(screen.press("0 enter j k X X"), [Effect::CancelFetch]);
    assert!(screen.drawn().contains("cancelling"));
}

#[test]
fn the_palette_and_the_help_run_what_they_show() {
    let mut screen = Screen::loaded(80, 24, false, false);
    screen.press(":");
    screen.type_text("coverage");
    screen.press("enter");
    assert_eq!(screen.state.context(), Context::Coverage);
    screen.press("?");
    screen.type_text("T");
    screen.press("enter");
    assert!(matches!(screen.state.dialog, Some(Dialog::Themes(_))));
}

#[test]
fn the_help_shows_the_keys_of_the_user() {
    let overrides = [("findings.sort".to_owned(), vec!["ctrl-s".to_owned()])].into();
    let mut screen = Screen::loaded(80, 24, false, false);
    screen.state.keymap = Keymap::with_overrides(&overrides).expect("sound");
    screen.press("0 enter ?");
    assert!(screen.drawn().contains("ctrl-s"), "{}", screen.drawn());
    screen.press("esc ctrl-s");
    assert!(matches!(screen.state.dialog, Some(Dialog::Sort(_))));
}

#[test]
fn copying_says_what_it_copied() {
    let mut screen = Screen::loaded(80, 24, false, false);
    assert_eq!(screen.press("0 enter y"), [Effect::Copy("finding-000".into())]);
    assert!(screen.drawn().contains("Copied the id: finding-000"));
    assert_eq!(screen.press("o"), [Effect::Copy("https://console.aws.amazon.com/example".into())]);
}

#[test]
fn an_export_writes_exactly_the_rows_of_the_view() {
    let mut screen = Screen::loaded(80, 24, false, false);
    screen.press("1 enter e");
    let Some(Page::Findings(list)) = screen.state.pages.last() else { panic!("the merged list") };
    let shown = list.view.rows().to_vec();
    let effects = screen.press("enter");
    let [Effect::Export { rows, query, request }] = effects.as_slice() else { panic!("an export: {effects:?}") };
    assert_eq!((rows, query.as_str(), request.overwrite), (&shown, "layer:data-protection", false));
}

#[test]
fn an_export_says_what_it_cannot_have_and_is_refused_where_nothing_was_read() {
    let told = |screen: &Screen| screen.state.notice.as_ref().map(|notice| notice.text.clone()).unwrap_or_default();
    let written = || Message::Exported(ringfort::app::Exported::Written(10, "/work/all.csv".into()));
    for (trouble, text) in [(false, "10 findings in /work/all.csv"), (true, "10 findings, incomplete (1 lane not read), in /work/all.csv")]
    {
        let mut screen = Screen::loaded(80, 24, false, trouble);
        screen.press("e");
        update(&mut screen.state, written());
        assert_eq!(told(&screen), text);
    }
    let mut failed = Screen::new(80, 24, false);
    failed.event(Event::Planned(vec![lane(Source::Macie, "eu-central-1", LaneState::Pending, 0)]));
    failed.press("e");
    assert_eq!(told(&failed), "Nothing has been read yet: an empty file would look like a clean one");
    let lane = Lane { pages: 0, ..lane(Source::Macie, "eu-central-1", LaneState::Failed, 0) };
    failed.event(Event::Lane(0, Box::new(lane)));
    failed.event(Event::Done);
    failed.press("e");
    assert!(failed.state.dialog.is_none() && told(&failed).starts_with("Nothing could be read:"), "{}", told(&failed));
}

#[test]
fn why_there_is_nothing_is_told_whole_or_ends_with_the_sign() {
    for rows in 14..26 {
        let mut screen = Screen::new(60, rows, true);
        screen.event(Event::Planned(vec![lane(Source::Macie, "eu-central-1", LaneState::Failed, 0)]));
        let why = "no AWS credentials were found: tried the environment, the profile, a web identity token, the container's role and the \
                   instance's role; run `aws configure` or `aws sso login`, or look around with `ringfort --demo`";
        screen.event(Event::Fatal(Text::new(why)));
        let drawn = screen.drawn();
        let shown = drawn.contains("--demo`") || drawn.lines().rev().nth(1).is_some_and(|line| line.ends_with('~'));
        assert!(shown || !drawn.contains("no AWS"), "{rows}: {drawn}");
    }
}

#[test]
fn the_way_out_and_the_help_stay_in_the_footer_beside_the_log_in() {
    for columns in 40..90 {
        let mut screen = Screen::new(columns, 10, true);
        screen.event(Event::Planned(vec![lane(Source::Macie, "eu-central-1", LaneState::Failed, 0)]));
        screen.event(Event::Validity(0, Validity { need: Need::Again, ..Validity::default() }));
        screen.event(Event::Done);
        let drawn = screen.drawn();
        let footer = drawn.lines().last().unwrap_or_default();
        assert!(footer.contains("L ") && footer.contains("? help") && footer.contains("q quit"), "{columns}: {footer}");
    }
}

#[test]
fn the_board_counts_touched_layers_on_request() {
    let mut screen = Screen::loaded(80, 24, false, false);
    screen.press("b 6 enter");
    let Some(Page::Findings(list)) = screen.state.pages.last() else { panic!("the merged list") };
    assert_eq!(list.query.text, "touches:threat-detection-and-response");
}

#[test]
fn a_wide_screen_opens_the_finding_beside_the_list() {
    let mut screen = Screen::loaded(160, 40, false, false);
    let opened = screen.press("0 enter");
    assert!(matches!(opened.as_slice(), [Effect::Open(_)]), "{opened:?}");
    assert_eq!(screen.press("j").len(), 1, "moving opens the next one");
    screen.press("tab");
    assert_eq!(screen.state.context(), Context::Finding);
    screen.press("esc");
    assert_eq!(screen.state.context(), Context::Findings);
}

/// Three accounts with thirty Regions, of which one lane in a hundred could not be read.
fn estate(columns: u16, rows: u16) -> Screen {
    let mut screen = Screen::new(columns, rows, true);
    let mut lanes = Vec::new();
    for (account, name) in [("111111111111", "audit"), ("222222222222", "production-of-a-very-long-name"), ("333333333333", "sandbox")] {
        for number in 0..30 {
            for source in Source::ALL {
                let state = if lanes.len() % 100 == 57 { LaneState::Denied } else { LaneState::Complete };
                let mut lane = lane(source, &format!("eu-north-{number}"), state, 3);
                lane.id.account = AccountId::new(account);
                lane.name = Some(AccountName::Own(Text::new(name)));
                lane.action = (state == LaneState::Denied).then(|| Text::new("guardduty:ListDetectors"));
                lanes.push(lane);
            }
        }
    }
    screen.event(Event::Planned(lanes));
    screen.event(Event::Done);
    screen.press("c");
    screen
}

#[test]
fn a_large_estate_shows_trouble_first_and_whose_it_is_at_every_size() {
    insta::assert_snapshot!("coverage_estate_80x24", estate(80, 24).drawn());
    let wide = estate(200, 50).drawn();
    assert!(wide.contains("222222222222  production-of-a-very-lo~") || wide.contains("222222222222  production-of-a-very-..."), "{wide}");
    for (columns, rows) in [(40, 10), (60, 20), (80, 24), (120, 40), (200, 50)] {
        let drawn = estate(columns, rows).drawn();
        let first = drawn.lines().find(|line| line.contains("eu-nor") || line.contains("Access")).expect("a lane");
        assert!(first.starts_with(" ! "), "{columns}x{rows}: {drawn}");
    }
}

#[test]
fn a_list_that_is_longer_than_its_place_shows_where_it_stands() {
    for keys in ["?", ":", "f", "v", "s", "c"] {
        let mut low = Screen::loaded(80, 14, false, false);
        low.press(if keys == "s" { "1 enter s" } else { keys });
        let thumb = |screen: &Screen| -> Vec<(usize, usize)> {
            screen.drawn().lines().enumerate().map(|(row, line)| (row, line.matches('┃').count())).filter(|(_, count)| *count > 0).collect()
        };
        let first = thumb(&low);
        assert!(!first.is_empty(), "{keys}: {}", low.drawn());
        (0..60).for_each(|_| drop(low.press("down")));
        assert!(thumb(&low) != first, "{keys}: {}", low.drawn());
    }
}

#[test]
fn what_the_fetch_tells_is_said_at_once_and_stays_below_the_lanes() {
    let notice = "this machine's clock is 3 h behind: calls are signed with AWS's time instead, but ages are wrong; set the clock";
    let mut screen = Screen::loaded(80, 24, false, false);
    screen.event(Event::Notice(Text::new(notice)));
    assert!(screen.drawn().contains("this machine's clock is 3 h behind"), "{}", screen.drawn());
    screen.press("j");
    assert!(!screen.drawn().contains("this machine's clock"), "{}", screen.drawn());
    screen.press("c");
    assert!(screen.drawn().contains("• this machine's clock is 3 h behind"), "{}", screen.drawn());
    assert!(!screen.drawn().contains("set the clock"), "too long for a row: {}", screen.drawn());
    screen.press("G");
    let drawn = screen.drawn();
    assert!(drawn.contains("What the fetch told") && drawn.contains("set the clock"), "{drawn}");
    // It is no lane: there is nothing to open.
    screen.press("enter");
    assert_eq!(screen.drawn(), drawn);
}

#[test]
fn coverage_tells_trouble_first_and_marks_what_it_leaves_out() {
    let mut screen = Screen::new(40, 10, true);
    let long = "The call was refused because a service control policy of the organization denies it for every role of this account; \
                ask whoever keeps the policies of the organization to allow it for the audit role, in this Region and the others";
    let states = [LaneState::Complete, LaneState::NotEnabled, LaneState::Partial, LaneState::Failed, LaneState::Denied];
    let lanes = states.into_iter().zip(Source::ALL).map(|(state, source)| {
        let told = state == LaneState::Denied;
        let (reason, action) = (told.then(|| Text::new(long)), told.then(|| Text::new("securityhub:GetFindings")));
        Lane { reason, action, ..lane(source, "eu-central-1", state, 3) }
    });
    screen.event(Event::Planned(lanes.collect()));
    screen.event(Event::Done);
    screen.press("c");
    while !screen.drawn().contains("The call was") {
        screen.press("j");
    }
    let drawn = screen.drawn();
    let line = |at: usize| drawn.lines().nth(at).unwrap_or_default().trim_end();
    assert!(line(1).starts_with(" x 1 failed   ! 1 denied   ~ 1 partial") && line(1).ends_with('~'), "{drawn}");
    assert!(drawn.contains("Refused: securityhub:GetFindings") && line(7).ends_with('~'), "{drawn}");
}

#[test]
fn a_lane_opens_what_it_has_seen_also_where_another_source_stands_for_it() {
    let mut screen = Screen::new(80, 24, false);
    screen.event(Event::Planned(
        [Source::GuardDuty, Source::SecurityHub, Source::Checks].map(|source| lane(source, "us-east-1", LaneState::Complete, 1)).into(),
    ));
    let (layer, side) = (Layer::ThreatDetectionAndResponse, Side::Customer);
    let mut native = finding(1, Source::GuardDuty, Severity::High, layer, side, "A miner", "host");
    native.also_seen.push(ringfort::model::SeenBy {
        source: Source::SecurityHub,
        id: Text::new("copy"),
        note: None,
        raw: RawRef::default(),
    });
    screen.event(Event::Batch(0, batch(vec![native])));
    let mut once = finding(2, Source::Checks, Severity::High, layer, side, "Root has keys", "root");
    once.region = Region::new(Region::GLOBAL);
    let there = finding(3, Source::Checks, Severity::High, layer, side, "A key does not rotate", "key");
    screen.event(Event::Batch(2, batch(vec![once, there])));
    screen.event(Event::Done);
    screen.press("c j enter");
    assert_eq!(screen.titles(), ["A miner"]);
    assert!(!screen.drawn().contains("global"), "this lane has nothing that the account has once");
    screen.press("esc j enter");
    assert_eq!(screen.titles().len(), 2, "{}", screen.drawn());
}

#[test]
fn terms_of_the_query_that_do_not_fit_are_marked() {
    let mut screen = Screen::loaded(60, 20, true, false);
    screen.press("0 enter /");
    screen.type_text("sev>=low region:eu-central-1,us-east-1 -tag:sandbox side:customer type:Example");
    screen.press("enter");
    let drawn = screen.drawn();
    assert!(drawn.lines().nth(1).is_some_and(|line| line.ends_with('~')), "{drawn}");
}

#[test]
fn right_and_left_go_from_account_to_account_and_from_trouble_to_the_rest() {
    let mut screen = estate(80, 24);
    let at = |screen: &Screen| {
        let Some(Page::Coverage(list)) = screen.state.pages.last() else { panic!("coverage is open") };
        let lane = screen.state.lanes_in_order()[list.cursor];
        (lane.state, lane.id.account.to_string())
    };
    let mut seen = vec![at(&screen)];
    for _ in 0..5 {
        screen.press("l");
        seen.push(at(&screen));
    }
    let expected = [LaneState::Denied, LaneState::Complete].into_iter();
    let expected: Vec<_> =
        expected.flat_map(|state| ["111111111111", "222222222222", "333333333333"].map(|id| (state, id.to_owned()))).collect();
    assert_eq!(seen, expected);
    screen.press("l");
    assert_eq!(at(&screen), expected[5], "there is nothing further");
    screen.press("j h");
    assert_eq!(at(&screen), expected[5], "first to the account's first lane");
    screen.press("h h h h h h");
    assert_eq!(at(&screen), expected[0]);
}
