//! The screen of one finding and the dialogs beside it: keys in, state and pictures out.

use std::fmt::Write as _;

use proptest::prelude::*;
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::layout::Rect;
use ringfort::app::detail::{Detail, DetailAction as A, Names, Outcome, Row};
use ringfort::app::export::{ExportAction, ExportDialog};
use ringfort::app::themes::ThemePicker;
use ringfort::lens::LensSet;
use ringfort::model::{
    AccountId, Basis, Compliance, Finding, Layer, LensPlace, Region, Remediation, Resource, SeenBy, Severity, Source, Text, Timestamp,
    Traits, Vulnerability, Why,
};
use ringfort::ui::look::{ColorDepth, Look, Role};
use ringfort::ui::theme::{self, Theme};
use ringfort::ui::{detail, export, themes};

const RAW: &str = r#"{"SchemaVersion":"2018-10-08","Score":8.0,"Resources":[{"Id":"arn:aws:ec2:eu-west-1:111122223333:instance/i-0abc","Tags":{"Name":"web-1","note":"\u001b[31m"}},{}],"Empty":[],"Count":1e2}"#;

fn now() -> Timestamp {
    "2026-03-10T12:00:00Z".parse().expect("a time")
}

fn names() -> Names {
    Names::of(&LensSet::builtin())
}

fn why(rule: &str, reason: &str, basis: Basis) -> Why {
    Why { rule: rule.into(), reason: reason.into(), basis }
}

/// A finding that has something to say in every section.
fn full() -> Finding {
    let mut finding = Finding::blank(Source::GuardDuty, "1ab92989eaf0e742df4a014d5171d8aa");
    finding.title = "EC2 instance i-0abc is performing outbound port scans against remote host 198.51.100.7".into();
    finding.description =
        "The EC2 instance i-0abc is probing many ports of a host outside your network. It may have been taken over: look at what runs on it \
         before you stop it."
            .into();
    finding.kind = "Recon:EC2/Portscan".into();
    finding.severity = Severity::High;
    finding.native_severity.label = Some("High".into());
    finding.native_severity.score = Some(8.0);
    finding.priority.level = Severity::Critical;
    finding.priority.reason = "A known exploit exists, and the instance can be reached from the internet.".into();
    finding.account = AccountId::new("111122223333");
    finding.region = Region::new("eu-west-1");
    finding.first_seen = "2026-03-07T12:00:00Z".parse().ok();
    finding.last_seen = "2026-03-10T11:15:00Z".parse().ok();
    finding.count = Some(17);
    finding.workflow = Some("NOTIFIED: Ada looks at it".into());
    finding.resources = vec![
        Resource {
            kind: "Instance".into(),
            id: "arn:aws:ec2:eu-west-1:111122223333:instance/i-0abc0123456789def0123456789abcdef0123456789abcdef".into(),
            name: "web-1".into(),
            account: AccountId::new("111122223333"),
            region: Region::new("eu-west-1"),
            tags: vec![("Name".into(), "web-1".into()), ("owner".into(), "チーム・プラットフォーム (platform team)".into())],
        },
        Resource { kind: "AccessKey".into(), id: "AKIAIOSFODNN7EXAMPLE".into(), name: "deploy".into(), ..Resource::default() },
    ];
    finding.actors.principals = vec!["arn:aws:iam::111122223333:user/deploy".into()];
    finding.actors.ips = vec!["198.51.100.7".into()];
    finding.placement.layer = Layer::ThreatDetectionAndResponse;
    finding.placement.also = vec![Layer::InfrastructureProtection];
    finding.placement.why_layer = why("guardduty.ec2", "An active threat belongs to detection and response.", Basis::Stated);
    finding.placement.why_side = why("fallback.guardduty", "Guests are the customer's.", Basis::Derived);
    finding.placement.lenses = vec![LensPlace {
        lens: "owasp-llm".into(),
        key: "LLM10".into(),
        why: why("owasp-llm.portscan", "The model's host is misused.", Basis::Derived),
    }];
    finding.remediation =
        Remediation { text: Some("Isolate the instance.".into()), url: Some("https://docs.example.com/guardduty/portscan".into()) };
    finding.vulnerabilities = vec![Vulnerability {
        id: "CVE-2021-44228".into(),
        cvss: Some(10.0),
        epss: Some(0.975),
        over_network: Some(true),
        exploit_available: Some(true),
        fix_available: Some(true),
        package: Some("log4j-core".into()),
        installed: Some("2.14.1".into()),
        fixed_in: Some("2.17.1".into()),
    }];
    finding.compliance = Some(Box::new(Compliance {
        status: Some("FAILED".into()),
        control: Some("EC2.9".into()),
        standards: vec!["standards/aws-foundational-security-best-practices/v/1.0.0".into()],
        requirements: vec!["NIST.800-53.r5 SC-7".into()],
        reasons: vec!["CONFIG_EVALUATIONS_EMPTY".into()],
    }));
    finding.also_seen = vec![SeenBy {
        source: Source::SecurityHub,
        id: "arn:aws:securityhub:eu-west-1:111122223333:finding/9".into(),
        note: Some("SUPPRESSED: known scanner".into()),
        raw: finding.raw,
    }];
    finding.console_url = Some("https://eu-west-1.console.aws.amazon.com/guardduty/home?region=eu-west-1#/findings?macros=current".into());
    finding
}

fn evidence() -> Vec<(Text, Text)> {
    vec![("Scanned ports".into(), "22, 23, 80, 443, 3389, 5900, 8080".into()), ("Packets".into(), "1 204".into())]
}

fn opened(width: u16, height: u16) -> Detail {
    let mut screen = Detail::new(full(), names(), now());
    screen.resize(width, height);
    screen.loaded(evidence(), RAW);
    screen
}

fn lines(terminal: &Terminal<TestBackend>) -> Vec<String> {
    let buffer = terminal.backend().buffer();
    let rows = buffer.content().chunks(usize::from(buffer.area.width));
    rows.map(|row| {
        let mut text = String::new();
        let mut hidden = 0;
        for cell in row {
            // The cell after a wide character is not drawn.
            if hidden == 0 {
                text.push_str(cell.symbol());
                hidden = unicode_width::UnicodeWidthStr::width(cell.symbol()).max(1);
            }
            hidden -= 1;
        }
        text.trim_end().to_owned()
    })
    .collect()
}

fn shown(screen: &Detail, width: u16, height: u16, look: &Look) -> Vec<String> {
    let mut terminal = Terminal::new(TestBackend::new(width, height)).expect("a terminal");
    terminal.draw(|frame| detail::draw(frame, frame.area(), screen, look)).expect("it draws");
    lines(&terminal)
}

fn picture(screen: &Detail, width: u16, height: u16) -> String {
    shown(screen, width, height, &Look::default()).join("\n")
}

fn press(screen: &mut Detail, actions: &[A]) {
    for action in actions {
        assert_eq!(screen.apply(*action), Outcome::Stay);
    }
}

#[test]
fn a_finding_at_80_by_24() {
    insta::assert_snapshot!(picture(&opened(80, 24), 80, 24));
}

#[test]
fn a_finding_at_120_by_40_below_its_first_screen() {
    let mut screen = opened(120, 40);
    press(&mut screen, &[A::PageDown]);
    insta::assert_snapshot!(picture(&screen, 120, 40));
}

#[test]
fn a_finding_in_a_narrow_terminal_in_ascii() {
    let look = Look::new(&Theme::default(), ColorDepth::None, true);
    let screen = opened(40, 30);
    insta::assert_snapshot!(shown(&screen, 40, 30, &look).join("\n"));
}

#[test]
fn the_json_on_the_whole_screen_with_a_search() {
    let mut screen = opened(80, 24);
    press(&mut screen, &[A::ToggleRaw]);
    screen.search("web");
    insta::assert_snapshot!(picture(&screen, 80, 24));
}

#[test]
fn no_value_is_cut_at_any_width() {
    let finding = full();
    let resource = &finding.resources[0];
    let vulnerability = &finding.vulnerabilities[0];
    let mut wanted: Vec<String> = [
        &finding.title,
        &finding.description,
        &finding.id,
        &finding.kind,
        &finding.priority.reason,
        &resource.id,
        &resource.tags[1].1,
        &finding.actors.principals[0],
        &finding.placement.why_layer.reason,
        &finding.placement.why_side.rule,
        &finding.placement.lenses[0].key,
        &vulnerability.id,
        &finding.also_seen[0].id,
        &evidence()[0].1,
    ]
    .map(ToString::to_string)
    .to_vec();
    wanted.extend(finding.console_link().iter().chain(&finding.workflow).chain(&finding.also_seen[0].note).map(ToString::to_string));
    wanted.extend(finding.compliance.iter().flat_map(|compliance| &compliance.standards).map(ToString::to_string));
    let squeeze = |text: &str| text.split_whitespace().collect::<String>();
    for width in [24, 40, 80, 120, 200] {
        let screen = opened(width, 500);
        let all = squeeze(&shown(&screen, width, 500, &Look::default()).concat());
        for value in &wanted {
            assert!(all.contains(&squeeze(value)), "at {width}: {value}");
        }
    }
}

#[test]
fn a_long_label_keeps_two_columns_from_its_value_and_the_values_of_its_section_stand_below_each_other() {
    for width in [40, 80, 120, 200] {
        let mut screen = opened(width, 500);
        let facts = [
            ("Remote organization", "Example"),
            ("Role of the resource", "TARGET"),
            ("Port", "22"),
            ("A label that is longer than any", "x"),
        ];
        screen.loaded(facts.map(|(label, value)| (Text::new(label), Text::new(value))).to_vec(), RAW);
        let all = shown(&screen, width, 500, &Look::default());
        let column = |label: &str, value: &str| {
            let row = all.iter().find(|row| row.trim_start().starts_with(label)).unwrap_or_else(|| panic!("{label} at {width}"));
            let alone = row.trim_end() == format!("  {label}");
            assert!(alone || row.contains(&format!("{label}  ")), "at {width}: {row}");
            row[2 + label.len()..].find(value).map(|at| at + 2 + label.len())
        };
        let columns = facts.map(|(label, value)| column(label, value));
        assert!(width == 40 || columns[0] == columns[1] && columns[1] == columns[2], "at {width}: {columns:?}");
    }
}

#[test]
fn before_the_json_is_read_the_screen_says_so_and_afterwards_the_cursor_is_where_it_was() {
    let mut screen = Detail::new(full(), names(), now());
    screen.resize(80, 100);
    let before = picture(&screen, 80, 100);
    assert!(before.contains("Raw JSON  being read") && before.contains("▾ Evidence"), "{before}");
    press(&mut screen, &[A::NextSection, A::NextSection, A::Down]);
    let on = screen.cursor_rows();
    screen.loaded(evidence(), RAW);
    assert_eq!(screen.cursor_rows(), on);
    assert!(picture(&screen, 80, 100).contains("Scanned ports    22, 23, 80"));
}

#[test]
fn json_that_cannot_be_had_is_told() {
    let mut screen = Detail::new(full(), names(), now());
    screen.resize(80, 100);
    screen.failed("the raw JSON of this finding is not in the store".into());
    assert!(picture(&screen, 80, 100).matches("is not in the store").count() == 2);
    assert_eq!(screen.apply(A::ToggleRaw), Outcome::Stay);
    assert!(!screen.is_raw());
    let mut reading = opened(80, 24);
    press(&mut reading, &[A::ToggleRaw, A::Down]);
    reading.failed("gone".into());
    assert!(!reading.is_raw() && !reading.cursor_rows().is_empty());
}

#[test]
fn a_bare_finding_says_none_where_that_is_information_and_leaves_the_rest_out() {
    let mut screen = Detail::new(Finding::blank(Source::Macie, "x"), names(), now());
    screen.resize(80, 100);
    screen.loaded(Vec::new(), "{}");
    let all = picture(&screen, 80, 100);
    for said in [
        "The source names no resource.",
        "The source gives no advice.",
        "the source sends none",
        "No rule knows this type: its place is a guess.",
    ] {
        assert!(all.contains(said), "{said} in\n{all}");
    }
    for absent in ["Who", "Compliance", "Vulnerabilities", "Also seen", "Links"] {
        assert!(!all.contains(&format!("▾ {absent}")), "{absent}");
    }
}

#[test]
fn a_rule_that_gives_several_groups_of_a_lens_is_told_once() {
    let mut finding = Finding::blank(Source::Macie, "x");
    let crosswalk = why("data.personal", "Personal data was found.", Basis::Derived);
    let place = |lens: &str, key: &str, why: &Why| LensPlace { lens: lens.into(), key: key.into(), why: why.clone() };
    finding.placement.lenses = vec![
        place("frameworks", "gdpr", &crosswalk),
        place("frameworks", "pci-dss", &why("stated", "AWS says so.", Basis::Stated)),
        place("frameworks", "soc-2", &crosswalk),
        place("ours", "gdpr", &crosswalk),
    ];
    let mut screen = Detail::new(finding, names(), now());
    screen.resize(120, 100);
    screen.loaded(Vec::new(), "{}");
    let all = picture(&screen, 120, 100);
    assert!(all.contains("Compliance frameworks: GDPR, SOC 2"), "{all}");
    assert!(all.contains("Compliance frameworks: PCI DSS") && all.contains("ours: gdpr"), "{all}");
    assert_eq!(all.matches("Personal data was found.").count(), 2, "{all}");
}

#[test]
fn samples_and_damage_are_told_at_the_top() {
    let mut finding = full();
    finding.sample = true;
    finding.damage = Some("`Service` is not an object".into());
    let mut screen = Detail::new(finding, names(), now());
    screen.resize(80, 24);
    let top = picture(&screen, 80, 24);
    assert!(top.contains("This is a sample") && top.contains("Damaged: `Service` is not an object."), "{top}");
}

#[test]
fn what_makes_a_finding_weigh_more_is_told_with_what_it_means() {
    let mut finding = full();
    finding.traits = Traits::PUBLIC | Traits::KNOWN_EXPLOITED;
    let mut screen = Detail::new(finding, names(), now());
    screen.resize(200, 50);
    let all = picture(&screen, 200, 50);
    let line = all.lines().find(|line| line.contains("Traits")).expect("a line");
    assert!(line.contains("public (it can be reached or read from the internet); known-exploited (attackers use this"), "{line}");
    let mut without = Detail::new(full(), names(), now());
    without.resize(200, 50);
    assert!(!picture(&without, 200, 50).contains("Traits"));
}

#[test]
fn a_section_folds_from_its_heading_and_from_within() {
    let mut screen = opened(80, 24);
    let rows = screen.row_count();
    press(&mut screen, &[A::Toggle]);
    assert!(screen.row_count() < rows && picture(&screen, 80, 24).starts_with("▸ What"));
    press(&mut screen, &[A::Toggle, A::Down, A::Down, A::Fold]);
    assert_eq!(screen.cursor_rows(), 0..1, "the cursor is on the heading");
    press(&mut screen, &[A::Unfold]);
    assert_eq!(screen.row_count(), rows);
    press(&mut screen, &[A::FoldAll]);
    assert_eq!(screen.row_count(), 11 + 10, "eleven headings with ten spaces between");
}

#[test]
fn the_cursor_goes_on_into_the_json_and_back() {
    let mut screen = opened(80, 24);
    press(&mut screen, &[A::UnfoldAll, A::Bottom]);
    assert_eq!(screen.json_path().as_deref(), Some("$"));
    press(&mut screen, &[A::Up]);
    assert_eq!(screen.json_path().as_deref(), Some("$.Count"));
    press(&mut screen, &[A::Fold]);
    assert_eq!(screen.json_path().as_deref(), Some("$"));
    press(&mut screen, &[A::Fold, A::Fold]);
    assert_eq!(screen.json_path(), None, "folding on closes the section");
    assert!(screen.shown_json().is_none());
}

#[test]
fn search_goes_to_matches_through_folds_and_into_the_json() {
    let mut screen = opened(80, 24);
    press(&mut screen, &[A::FoldAll]);
    screen.search("web-1");
    assert_eq!(screen.searching().map(|(_, at, of)| (at, of)), Some((1, 3)));
    assert!(picture(&screen, 80, 24).contains("Resource 1 of 2  web-1"));
    press(&mut screen, &[A::PrevMatch]);
    assert_eq!(screen.json_path().as_deref(), Some("$.Resources[0].Tags.Name"));
    press(&mut screen, &[A::NextMatch]);
    assert_eq!((screen.json_path(), screen.searching().map(|found| found.1)), (None, Some(1)));
    screen.search("nowhere at all");
    assert!(picture(&screen, 80, 24).contains("/nowhere at all not found"));
    assert_eq!(screen.apply(A::Back), Outcome::Stay);
    assert_eq!(screen.searching(), None);
    assert_eq!(screen.apply(A::Back), Outcome::Close);
}

/// The pieces of each row that are drawn in a style that `wanted` accepts.
fn pieces(screen: &Detail, wanted: impl Fn(ratatui::style::Style) -> bool) -> Vec<String> {
    let mut terminal = Terminal::new(TestBackend::new(80, 40)).expect("a terminal");
    terminal.draw(|frame| detail::draw(frame, frame.area(), screen, &Look::default())).expect("it draws");
    let buffer = terminal.backend().buffer();
    let rows = buffer.content().chunks(usize::from(buffer.area.width));
    let pieces = rows.flat_map(|row| row.chunk_by(|a, b| wanted(a.style()) == wanted(b.style())).filter(|cells| wanted(cells[0].style())));
    pieces.map(|cells| cells.iter().map(ratatui::buffer::Cell::symbol).collect()).collect()
}

#[test]
fn matches_are_marked_in_values_labels_and_the_json() {
    let mark = Look::default().style(Role::Match);
    let is_mark = |style: ratatui::style::Style| style.fg == mark.fg && style.add_modifier.contains(mark.add_modifier);
    let mut screen = opened(80, 40);
    screen.search("wor");
    assert_eq!(pieces(&screen, is_mark), ["wor", "Wor"], "of `network` and `Workflow`");
    press(&mut screen, &[A::ToggleRaw]);
    screen.search("i-0abc");
    assert_eq!(pieces(&screen, is_mark), ["i-0abc"]);
    screen.search("");
    assert!(pieces(&screen, is_mark).is_empty());
}

#[test]
fn the_row_of_the_cursor_is_selected_to_the_edge() {
    let mut screen = opened(80, 40);
    press(&mut screen, &[A::Down]);
    let selected = pieces(&screen, |style| style.add_modifier.contains(ratatui::style::Modifier::REVERSED));
    assert_eq!(selected.iter().map(String::len).collect::<Vec<_>>(), [79, 79], "{selected:?}");
}

#[test]
fn the_full_json_is_a_mode_that_back_leaves() {
    let mut screen = opened(80, 24);
    press(&mut screen, &[A::ToggleRaw, A::Down, A::Down]);
    assert_eq!(screen.json_path().as_deref(), Some("$.Score"));
    let all = picture(&screen, 80, 24);
    assert!(all.contains("\"Score\": 8.0,") && all.contains("\"Count\": 1e2") && all.contains("\\u001b[31m"), "{all}");
    press(&mut screen, &[A::FoldAll]);
    assert!(picture(&screen, 80, 24).contains("\"Resources\": [ 2 items ],"));
    assert_eq!(screen.apply(A::Back), Outcome::Stay);
    assert!(!screen.is_raw());
    assert_eq!(screen.apply(A::Back), Outcome::Close);
}

#[test]
fn the_value_at_the_cursor_is_copied_and_the_link_opened() {
    let mut screen = opened(80, 24);
    screen.search("instance/i-0abc0");
    let Outcome::Copy { what, text } = screen.apply(A::Copy) else { panic!("a copy") };
    assert_eq!((what.as_str(), text.as_str()), ("Resource id", full().resources[0].id.as_str()));
    let Outcome::Open(url) = screen.apply(A::OpenLink) else { panic!("a link") };
    assert!(url.contains("console.aws.amazon.com"));
    screen.search("portscan\0");
    screen.search("docs.example");
    assert_eq!(screen.apply(A::OpenLink), Outcome::Open("https://docs.example.com/guardduty/portscan".into()));
    press(&mut screen, &[A::PrevSection]);
    let Outcome::Copy { text, .. } = screen.apply(A::Copy) else { panic!("a copy") };
    assert!(text.starts_with("Isolate the instance.\nRead more: https://docs.example.com"), "{text}");
    let mut bare = Detail::new(Finding::blank(Source::Macie, "x"), names(), now());
    assert_eq!(bare.apply(A::OpenLink), Outcome::NoLink);
}

#[test]
fn a_value_higher_than_the_screen_scrolls_row_by_row() {
    let mut finding = Finding::blank(Source::Macie, "x");
    finding.description = Text::new(&(0..200).fold(String::new(), |mut all, n| {
        let _ = write!(all, "word{n} ");
        all
    }));
    let mut screen = Detail::new(finding, names(), now());
    screen.resize(40, 10);
    press(&mut screen, &[A::Down]);
    let tall = screen.cursor_rows();
    assert!(tall.len() > 20);
    press(&mut screen, &[A::Down; 5]);
    assert_eq!((screen.cursor_rows(), screen.top()), (tall.clone(), tall.start + 5));
    press(&mut screen, &[A::Up; 2]);
    assert_eq!(screen.top(), tall.start + 3);
    press(&mut screen, &vec![A::Down; tall.len()]);
    assert_ne!(screen.cursor_rows(), tall);
}

#[test]
fn a_hundred_thousand_lines_of_json_scroll_and_are_searched() {
    let mut raw = String::from("[");
    for number in 0..33_333 {
        let _ = write!(raw, "{}{{\"number\": {number}}}", if number == 0 { "" } else { "," });
    }
    raw.push(']');
    let mut screen = Detail::new(full(), names(), now());
    screen.resize(120, 40);
    screen.loaded(Vec::new(), &raw);
    press(&mut screen, &[A::ToggleRaw, A::Bottom, A::PageUp]);
    let all = picture(&screen, 120, 40);
    assert!(all.contains("\"number\": 33310"), "{all}");
    screen.search("\"number\": 20000");
    assert_eq!(screen.json_path().as_deref(), Some("$[20000].number"));
}

fn actions() -> impl Strategy<Value = Vec<A>> {
    let one = prop::sample::select(vec![
        A::Down,
        A::Up,
        A::HalfDown,
        A::HalfUp,
        A::PageDown,
        A::PageUp,
        A::Top,
        A::Bottom,
        A::NextSection,
        A::PrevSection,
        A::Fold,
        A::Unfold,
        A::Toggle,
        A::FoldAll,
        A::UnfoldAll,
        A::NextMatch,
        A::PrevMatch,
        A::ToggleRaw,
        A::Copy,
        A::Back,
    ]);
    prop::collection::vec(one, 0..40)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn whatever_is_pressed_the_cursor_is_on_the_screen(actions in actions(), width in 1u16..130, height in 1u16..40, needle in "[a-z]{0,2}") {
        let mut screen = opened(width, height);
        screen.search(&needle);
        for (at, action) in actions.into_iter().enumerate() {
            screen.apply(action);
            if at == 10 {
                screen.resize(height, width);
            }
            let rows = screen.cursor_rows();
            prop_assert!(!rows.is_empty() && rows.end <= screen.row_count(), "{:?} after {:?}", rows, action);
            prop_assert!(rows.start < screen.top() + screen.height() && rows.end > screen.top(), "{:?} after {:?}", rows, action);
        }
    }

    #[test]
    fn no_row_is_wider_than_the_screen(title in "\\PC{0,80}", label in "\\PC{1,40}", value in "(\\PC| ){0,120}", width in 24u16..130) {
        let mut finding = full();
        finding.title = Text::new(&title);
        let mut screen = Detail::new(finding, names(), now());
        screen.resize(width, 20);
        screen.loaded(vec![(Text::new(&label), Text::new(&value))], RAW);
        for number in 0..screen.row_count() {
            let Some(Row::Entry(row)) = screen.row(number) else { continue };
            let entry = &screen.entries()[row.entry];
            let text = entry.value[row.value.clone()].trim_end_matches(' ');
            let columns = unicode_width::UnicodeWidthStr::width(text);
            prop_assert!(row.indent + columns < usize::from(width) || columns <= 2, "{:?}", text);
            if let Some(label) = &row.label {
                let columns = unicode_width::UnicodeWidthStr::width(entry.label[label.clone()].trim_end_matches(' '));
                prop_assert!(2 + columns < usize::from(width), "{:?}", entry.label);
            }
        }
    }
}

fn dialog(width: u16, height: u16, draw: impl Fn(&mut ratatui::Frame<'_>, Rect)) -> String {
    let mut terminal = Terminal::new(TestBackend::new(width, height)).expect("a terminal");
    terminal.draw(|frame| draw(frame, frame.area())).expect("it draws");
    lines(&terminal).join("\n")
}

fn exporting() -> ExportDialog {
    ExportDialog::new("/home/ada/incidents".into(), None, Some("111122223333"), now(), 42, "sev>=high layer:identity-and-access")
}

#[test]
fn the_export_dialog_shows_what_is_written_where() {
    let mut state = exporting();
    state.apply(ExportAction::Prev);
    state.apply(ExportAction::Prev);
    state.apply(ExportAction::ToggleRaw);
    insta::assert_snapshot!(dialog(80, 24, |frame, area| export::draw(frame, area, &state, &Look::default())));
}

#[test]
fn the_export_dialog_asks_before_it_writes_over_a_file() {
    let mut state = exporting();
    state.apply(ExportAction::Accept);
    state.exists(true);
    insta::assert_snapshot!(dialog(60, 20, |frame, area| export::draw(frame, area, &state, &Look::default())));
}

#[test]
fn on_a_low_screen_dialogs_keep_what_is_chosen_and_the_keys() {
    let mut state = exporting();
    let shown = dialog(40, 10, |frame, area| export::draw(frame, area, &state, &Look::default()));
    assert!(shown.contains("[csv]") && shown.contains("File") && shown.contains("enter write"), "{shown}");
    state.apply(ExportAction::Accept);
    state.exists(true);
    let shown = dialog(40, 10, |frame, area| export::draw(frame, area, &state, &Look::default()));
    assert!(shown.contains("This file is there") && shown.contains("esc other path"), "{shown}");
    let picker = ThemePicker::new(theme::available(None), "light");
    let shown = dialog(40, 10, |frame, area| themes::draw(frame, area, &picker, &Look::default()));
    assert!(shown.contains("dark") && shown.contains("light") && shown.contains("enter keep"), "{shown}");
}

#[test]
fn the_theme_picker_is_its_own_preview() {
    let picker = ThemePicker::new(theme::available(None), "light");
    insta::assert_snapshot!(dialog(80, 24, |frame, area| themes::draw(frame, area, &picker, &Look::default())));
}

#[test]
fn dialogs_and_screens_draw_in_any_space() {
    let (screen, picker, mut state) = (opened(80, 24), ThemePicker::new(theme::available(None), "dark"), exporting());
    state.failed("The folder /home/ada/incidents is not there: make it, or choose another path.".into());
    for (width, height) in [(1, 1), (2, 2), (5, 3), (12, 8), (40, 10), (200, 50)] {
        dialog(width, height, |frame, area| {
            detail::draw(frame, area, &screen, &Look::default());
            themes::draw(frame, area, &picker, &Look::default());
            export::draw(frame, area, &state, &Look::default());
        });
    }
}
