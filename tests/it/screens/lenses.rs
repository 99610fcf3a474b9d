//! The list under headings, the board of any lens against any other, and what the search box completes.

use ringfort::lens::{LensSet, Mark, MarkPattern, Marks};
use ringfort::query::{Field, GroupKey};

use super::*;

const TEAMS: &str = r#"
id = "teams"
title = "Teams"
text = "Who owns it."
[[group]]
key = "payments"
title = "Payments"
text = "Money."
[[group]]
key = "data"
title = "Data platform"
text = "Pipelines."
[[group]]
key = "edge"
title = "Edge"
text = "Everything in front."
[[rule]]
id = "payments.name"
when.id = ["*booking*", "*ci-deploy*"]
group = "payments"
basis = "derived"
reason = "Named after it."
[[rule]]
id = "data.name"
when.id = ["*training-data*", "*ci-deploy*"]
group = "data"
basis = "derived"
reason = "Named after it."
"#;

fn lenses() -> LensSet {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("teams.toml"), TEAMS).expect("written");
    LensSet::load(folder.path()).unwrap_or_else(|error| panic!("{error}"))
}

/// The estate of the other screens, with each finding's team; layers and sides stay as they were made by hand.
fn screen(columns: u16, rows: u16, trouble: bool) -> Screen {
    screen_by(lenses(), "teams", columns, rows, trouble)
}

/// The same, placed in one lens of a set.
fn screen_by(lenses: LensSet, id: &str, columns: u16, rows: u16, trouble: bool) -> Screen {
    let mut screen = Screen::loaded(columns, rows, false, trouble);
    let mut placer = lenses.placer();
    let mut placed = findings();
    for finding in &mut placed {
        let (layer, side) = (finding.placement.layer, finding.placement.side);
        finding.updated = Some(now());
        placer.place(finding);
        finding.placement.layer = layer;
        finding.placement.side = side;
        finding.placement.lenses.retain(|place| &*place.lens == id);
    }
    screen.event(Event::Batch(0, batch(placed)));
    update(&mut screen.state, Message::Lenses(std::sync::Arc::new(lenses)));
    screen.state.settle();
    screen
}

/// Opens the lens dialog and chooses by title.
fn choose(screen: &mut Screen, title: &str) {
    screen.press("v");
    (0..40).for_each(|_| drop(screen.press("up")));
    for _ in 0..40 {
        let Some(Dialog::Lens(dialog)) = &screen.state.dialog else { panic!("the dialog is open") };
        let on = if dialog.chosen == ringfort::app::Chosen::Across { &dialog.second } else { &dialog.first };
        if dialog.choices[on.cursor].title == title {
            screen.press("enter");
            return;
        }
        screen.press("down");
    }
    panic!("{title} is not offered");
}

fn query(screen: &Screen) -> String {
    match screen.state.pages.last() {
        Some(Page::Findings(findings)) => findings.query.text.clone(),
        _ => String::new(),
    }
}

#[test]
fn a_list_is_grouped_by_a_lens_and_a_group_opens_its_findings() {
    let mut screen = screen(80, 24, true);
    screen.press("0 enter");
    choose(&mut screen, "Teams");
    assert_eq!(query(&screen), "group:lens.teams");
    insta::assert_snapshot!("groups_80x24", screen.drawn());
    screen.press("space");
    let opened = screen.drawn();
    assert!(opened.contains("CVE-2021-44228") && opened.contains("▾ Payments"), "{opened}");
    screen.press("j");
    assert_eq!(screen.selected_title(), "Credentials of a leaked key read every object");
    screen.press("left");
    assert!(!screen.drawn().contains("CVE-2021-44228"));
    screen.press("enter");
    assert_eq!(query(&screen), "lens.teams:payments");
    assert_eq!(screen.titles().len(), 3, "{:?}", screen.titles());
    screen.press("esc G enter");
    assert_eq!(query(&screen), "-lens.teams:*");
    assert_eq!(screen.titles().len(), 5);
    screen.press("esc");
    choose(&mut screen, "No groups");
    assert_eq!((query(&screen).as_str(), screen.titles().len()), ("", 10));
}

#[test]
fn a_bucket_that_the_user_marks_stands_under_its_heading_of_the_ai_lens() {
    let mut marks = Marks::default();
    marks.add(Mark::Training, [MarkPattern::parse("arn:aws:s3:::*training-data*").expect("a pattern")]);
    let mut screen = screen_by(LensSet::builtin().marked(marks), "ai", 80, 24, false);
    screen.press("0 enter");
    choose(&mut screen, "AI workload");
    assert_eq!(query(&screen), "group:lens.ai");
    let drawn = screen.drawn();
    let line = drawn.lines().position(|line| line.contains("▸ Training data")).unwrap_or_else(|| panic!("{drawn}"));
    let first = drawn.lines().position(|line| line.contains("▸")).expect("groups");
    (first..line).for_each(|_| drop(screen.press("j")));
    screen.press("space");
    insta::assert_snapshot!("groups_of_ai_80x24", screen.drawn());
}

#[test]
fn groups_at_120_columns_with_one_of_them_open() {
    let mut screen = screen(120, 40, false);
    screen.press("0 enter");
    choose(&mut screen, "Teams");
    screen.press("j space");
    insta::assert_snapshot!("groups_120x40", screen.drawn());
    screen.press("Z");
    assert_eq!(screen.drawn().matches('▾').count(), 4);
    screen.press("z");
    assert_eq!(screen.drawn().matches('▸').count(), 4);
}

#[test]
fn the_cursor_stays_in_its_group_while_findings_arrive() {
    let mut screen = screen(80, 24, false);
    screen.press("0 enter");
    choose(&mut screen, "Severity");
    screen.press("j space j");
    let before = screen.selected_title();
    let mut more = finding(77, Source::Inspector, Severity::Critical, Layer::NetworkAndEdge, Side::Customer, "New", "new");
    more.last_seen = Some(now());
    screen.event(Event::Batch(0, batch(vec![more])));
    assert_eq!(screen.selected_title(), before);
    assert!(screen.drawn().contains("▸ critical"));
}

#[test]
fn layers_keep_their_keys_whatever_the_list_is_grouped_by() {
    let mut screen = screen(80, 24, false);
    screen.press("0 enter");
    choose(&mut screen, "Defense layers");
    assert_eq!(query(&screen), "group:layer");
    screen.press("j j enter");
    assert_eq!(query(&screen), "layer:application-protection");
    screen.press("esc 1");
    assert_eq!(query(&screen), "group:layer layer:data-protection");
}

#[test]
fn home_shows_any_lens_against_any_other() {
    let mut screen = screen(80, 24, true);
    choose(&mut screen, "Teams");
    let (down, across) = screen.state.home.axes();
    assert_eq!((down, across), (&GroupKey::Lens("teams".into()), &GroupKey::Field(Field::Side)));
    screen.press("v tab");
    for _ in 0..40 {
        let Some(Dialog::Lens(dialog)) = &screen.state.dialog else { panic!("the dialog is open") };
        if dialog.choices[dialog.second.cursor].title == "Severity" {
            break;
        }
        screen.press("j");
    }
    screen.press("enter");
    insta::assert_snapshot!("matrix_80x24", screen.drawn());
    screen.press("j l enter");
    assert_eq!(query(&screen), "lens.teams:data sev:critical");
    assert_eq!(screen.titles(), ["Credentials of a leaked key read every object"]);
    screen.press("esc 3");
    assert_eq!(screen.state.home.axes().0, &GroupKey::Field(Field::Layer), "the layer keys go to layers");
    assert_eq!(screen.state.home.row, 2);
    screen.press("enter");
    assert!(query(&screen).contains("layer:application-protection"));
}

#[test]
fn every_cell_of_every_board_opens_as_many_findings_as_it_counts() {
    let mut screen = screen(80, 24, false);
    screen.press("v");
    let Some(Dialog::Lens(dialog)) = &screen.state.dialog else { panic!("the dialog is open") };
    let axes = dialog.choices.len();
    screen.press("esc");
    for down in 0..axes {
        for across in [(down + 1) % axes, (down + 5) % axes] {
            screen.press("v g");
            (0..down).for_each(|_| drop(screen.press("down")));
            screen.press("tab g");
            (0..across).for_each(|_| drop(screen.press("down")));
            screen.press("enter");
            let Some(matrix) = screen.state.home.matrix().cloned() else { continue };
            for row in 0..=matrix.down().len() {
                for column in 0..=matrix.across().len() {
                    (screen.state.home.row, screen.state.home.column) = (row, column);
                    let counted: usize =
                        matrix.cell(Some(row).filter(|row| *row < matrix.down().len()), column.checked_sub(1)).iter().sum();
                    screen.press("enter");
                    assert_eq!(screen.titles().len(), counted, "{:?}: {}", screen.state.home.axes(), query(&screen));
                    screen.press("esc");
                }
            }
        }
    }
}

#[test]
fn a_board_of_teams_and_sources_at_120_columns() {
    let mut screen = screen(120, 40, false);
    choose(&mut screen, "Teams");
    screen.press("v tab");
    for _ in 0..40 {
        let Some(Dialog::Lens(dialog)) = &screen.state.dialog else { panic!("the dialog is open") };
        if dialog.choices[dialog.second.cursor].title == "Source" {
            break;
        }
        screen.press("j");
    }
    screen.press("enter");
    insta::assert_snapshot!("matrix_120x40", screen.drawn());
    // A finding of two teams counts in both, and once in the sum.
    let matrix = screen.state.home.matrix().expect("other axes");
    let sum = |row| matrix.cell(row, None).iter().sum::<usize>();
    assert_eq!((sum(Some(0)), sum(Some(1)), sum(Some(2)), sum(Some(3)), sum(None)), (3, 3, 0, 5, 10));
}

#[test]
fn a_board_with_more_columns_than_fit_scrolls_with_the_cursor() {
    let mut screen = screen(60, 20, false);
    choose(&mut screen, "Source");
    screen.press("v tab k k k k k k k k k k k k");
    choose_layers_across(&mut screen);
    let before = screen.drawn();
    screen.press("l l l l l l l");
    let after = screen.drawn();
    assert!(before.contains("1 Data") && !after.contains("1 Data"), "{before}\n{after}");
    assert!(after.contains("7 Pol"), "{after}");
}

fn choose_layers_across(screen: &mut Screen) {
    let Some(Dialog::Lens(dialog)) = &screen.state.dialog else { panic!("the dialog is open") };
    assert_eq!(dialog.choices[dialog.second.cursor].title, "Defense layers");
    screen.press("enter");
}

#[test]
fn the_search_box_completes_lenses_and_their_groups() {
    let mut screen = screen(80, 24, false);
    screen.press("0 enter /");
    screen.type_text("lens.te");
    assert!(screen.drawn().contains("tab: lens.teams:"), "{}", screen.drawn());
    screen.press("tab");
    assert!(screen.drawn().contains("tab: payments  data  edge"), "{}", screen.drawn());
    screen.type_text("pa");
    screen.press("tab enter");
    assert_eq!(query(&screen), "lens.teams:payments");
    assert_eq!(screen.titles().len(), 3);
    screen.press("/");
    screen.type_text("lens.teams:pamyents");
    assert!(screen.drawn().contains("has no group `pamyents`"), "{}", screen.drawn());
}

#[test]
fn why_here_lists_each_lens_with_group_rule_basis_and_reason_and_those_without_a_place() {
    let mut screen = screen(120, 40, false);
    screen.press("0 enter enter");
    let mut seen = String::new();
    for _ in 0..12 {
        seen += &screen.drawn();
        screen.press("ctrl-d");
    }
    for words in ["Teams: Payments", "payments.name, derived by ringfort", "Named after it.", "No place in"] {
        assert!(seen.contains(words), "{words}:\n{seen}");
    }
}

#[test]
fn no_size_panics_with_groups_or_other_axes() {
    for (columns, rows) in [(40, 10), (41, 11), (60, 12), (79, 24), (139, 12), (300, 90)] {
        let mut screen = screen(columns, rows, true);
        choose(&mut screen, "Region");
        screen.drawn();
        screen.press("j j j j G l l l l l enter");
        screen.drawn();
        screen.press("v");
        screen.drawn();
        screen.press("down down enter Z G");
        screen.drawn();
        update(&mut screen.state, Message::Resize(40, 10));
        screen.state.settle();
        screen.drawn();
    }
}

#[test]
fn a_lens_s_text_that_does_not_fit_ends_with_the_sign_of_it() {
    let mut screen = screen(80, 24, false);
    screen.press("v");
    let drawn = screen.drawn();
    let text: Vec<&str> = drawn.lines().skip_while(|line| !line.contains("Defense in depth")).take(2).collect();
    assert!(text[1].trim_end_matches(|c: char| !"…".contains(c)).ends_with('…') && text[1].contains('…'), "{drawn}");
}

#[test]
fn on_the_lowest_screen_the_choice_of_rows_and_columns_is_seen() {
    let mut screen = screen(40, 10, false);
    screen.press("v");
    for key in ["down", "down", "tab", "down", "g", "G"] {
        screen.press(key);
        let Some(Dialog::Lens(dialog)) = &screen.state.dialog else { panic!("the dialog is open") };
        let drawn = screen.drawn();
        for list in [&dialog.first, &dialog.second] {
            let title: String = dialog.choices[list.cursor].title.chars().take(8).collect();
            assert!(drawn.contains(&format!("✱ {title}")), "{key}, {title}: {drawn}");
        }
        assert!(drawn.contains("tab the other list"), "{drawn}");
    }
}

#[test]
fn the_ends_of_the_list_of_lenses_are_a_key_away() {
    let mut screen = screen(80, 24, false);
    screen.press("0 enter v G enter");
    assert!(query(&screen).contains("group:status"), "{}", query(&screen));
    screen.press("v g enter");
    assert!(!query(&screen).contains("group:"), "{}", query(&screen));
}
