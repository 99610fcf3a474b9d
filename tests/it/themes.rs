//! The embedded themes can be read by everyone; a user's theme is used, or its mistake is told.

use std::fs;
use std::path::Path;

use ratatui::style::{Color, Modifier};
use ringfort::model::Severity;
use ringfort::ui::look::{ColorDepth, Look, Role};
use ringfort::ui::palette::{contrast, distance, rgb};
use ringfort::ui::theme::{self, Theme};

fn load(name: &str) -> Theme {
    theme::load(name, None).unwrap_or_else(|error| panic!("{error}"))
}

/// Roles that are drawn, not read.
fn is_text(role: Role) -> bool {
    !matches!(role, Role::Border | Role::BorderFocus | Role::BarEmpty | Role::Selection)
}

/// Foreground and background of a role on the plain screen, and on a selected row.
fn pairs(theme: &Theme, role: Role) -> Vec<([u8; 3], [u8; 3])> {
    let (canvas, selection, spec) = (theme.spec(Role::Text), theme.spec(Role::Selection), theme.spec(role));
    let value = |color: Option<Color>| color.and_then(rgb).expect("the theme sets both colours");
    let plain = (value(spec.fg.or(canvas.fg)), value(spec.bg.or(canvas.bg)));
    if spec.bg.is_some() && role != Role::Text {
        // Such a role is laid over the selection.
        return vec![plain];
    }
    let selected = (value(selection.fg.or(spec.fg).or(canvas.fg)), value(selection.bg.or(canvas.bg)));
    vec![plain, selected]
}

#[test]
fn every_text_can_be_read_on_its_background_and_on_the_selected_row() {
    for (name, least) in [("dark", 4.5), ("light", 4.5), ("colour-blind", 4.5), ("high-contrast", 7.0)] {
        let theme = load(name);
        for role in Role::all().filter(|role| is_text(*role)) {
            for (fg, bg) in pairs(&theme, role) {
                let found = contrast(fg, bg);
                assert!(found >= least, "{name}: {role:?} has a contrast of {found:.2}");
            }
        }
        for role in [Role::Border, Role::BorderFocus, Role::BarEmpty] {
            let (fg, bg) = pairs(&theme, role)[0];
            assert!(contrast(fg, bg) >= 3.0, "{name}: {role:?}");
        }
    }
}

#[test]
fn severities_look_different_in_every_theme_with_colours() {
    for name in ["dark", "light", "high-contrast", "colour-blind"] {
        for (a, b, found) in severity_distances(&load(name), |color| color) {
            assert!(found >= 0.06, "{name}: {a} and {b} are {found:.3} apart");
        }
    }
    let terminal = load("terminal");
    for (at, a) in Severity::ALL.into_iter().enumerate() {
        for b in &Severity::ALL[..at] {
            assert_ne!(terminal.spec(Role::Severity(a)), terminal.spec(Role::Severity(*b)), "terminal: {a} and {b}");
        }
    }
}

#[test]
fn severities_of_the_colour_blind_theme_stay_apart_without_red_or_without_green_cones() {
    // Machado, Oliveira, Fernandes 2009, severity 1.0, on linear RGB.
    let deuteranopia = [[0.367_322, 0.860_646, -0.227_968], [0.280_085, 0.672_501, 0.047_413], [-0.011_820, 0.042_940, 0.968_881]];
    let protanopia = [[0.152_286, 1.052_583, -0.204_868], [0.114_503, 0.786_281, 0.099_216], [-0.003_882, -0.048_116, 1.051_998]];
    let theme = load("colour-blind");
    for matrix in [deuteranopia, protanopia] {
        for (a, b, found) in severity_distances(&theme, |color| simulate(&matrix, color)) {
            assert!(found >= 0.06, "{a} and {b} are {found:.3} apart");
        }
    }
}

fn severity_distances(theme: &Theme, seen: impl Fn([u8; 3]) -> [u8; 3]) -> Vec<(Severity, Severity, f64)> {
    let value = |severity| seen(theme.spec(Role::Severity(severity)).fg.and_then(rgb).expect("severities have a colour"));
    let pairs = Severity::ALL.into_iter().enumerate().flat_map(|(at, a)| Severity::ALL[..at].iter().map(move |b| (a, *b)));
    pairs.map(|(a, b)| (a, b, distance(value(a), value(b)))).collect()
}

fn simulate(matrix: &[[f64; 3]; 3], color: [u8; 3]) -> [u8; 3] {
    let linear = color.map(|c| {
        let c = f64::from(c) / 255.0;
        if c <= 0.04045 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) }
    });
    matrix.map(|row| {
        let c: f64 = row.iter().zip(linear).map(|(a, b)| a * b).sum::<f64>().clamp(0.0, 1.0);
        let c = if c <= 0.003_130_8 { c * 12.92 } else { 1.055 * c.powf(1.0 / 2.4) - 0.055 };
        (c * 255.0).round() as u8
    })
}

#[test]
fn no_depth_of_colour_hides_a_text_or_the_selection() {
    for name in theme::names() {
        for depth in [ColorDepth::None, ColorDepth::Ansi16, ColorDepth::Ansi256, ColorDepth::TrueColor] {
            let look = Look::new(&load(name), depth, false);
            let canvas = look.style(Role::Text);
            for role in Role::all() {
                let style = look.style(role);
                let (fg, bg) = (style.fg.or(canvas.fg), style.bg.or(canvas.bg));
                let hidden = role != Role::Selection && fg.and_then(rgb).is_some() && fg == bg;
                assert!(!hidden, "{name} at {depth:?}: {role:?} is invisible");
            }
            let selection = look.style(Role::Selection);
            let stands_out = selection.add_modifier.contains(Modifier::REVERSED) || selection.bg != canvas.bg;
            assert!(stands_out, "{name} at {depth:?}: the selection is invisible");
        }
    }
}

#[test]
fn without_colours_only_modifiers_are_left() {
    for name in theme::names() {
        let look = Look::new(&load(name), ColorDepth::None, true);
        for role in Role::all() {
            assert_eq!((look.style(role).fg, look.style(role).bg), (None, None), "{name}: {role:?}");
        }
    }
}

#[test]
fn sixteen_colours_are_enough_for_every_theme() {
    for name in theme::names() {
        let look = Look::new(&load(name), ColorDepth::Ansi16, false);
        for role in Role::all() {
            for color in [look.style(role).fg, look.style(role).bg].into_iter().flatten() {
                assert!(!matches!(color, Color::Rgb(..) | Color::Indexed(_)), "{name}: {role:?} is {color:?}");
            }
        }
    }
}

#[test]
fn every_embedded_theme_has_a_title_and_the_roots_set_every_meaning() {
    for name in theme::names() {
        assert!(!load(name).title.is_empty(), "{name}");
    }
    for root in [include_str!("../../themes/terminal.toml"), include_str!("../../themes/monochrome.toml")] {
        let file: toml::Table = root.parse().expect("valid TOML");
        for (table, key) in Role::all().map(Role::path) {
            assert!(file[table].get(key).is_some(), "{table}.{key}");
        }
    }
}

#[test]
fn texts_can_still_be_read_and_severities_told_apart_in_fewer_colours() {
    for name in ["dark", "light", "colour-blind", "high-contrast"] {
        for depth in [ColorDepth::Ansi256, ColorDepth::Ansi16] {
            let look = Look::new(&load(name), depth, false);
            let canvas = look.style(Role::Text);
            for role in Role::all().filter(|role| is_text(*role)) {
                let style = look.style(role);
                let value = |color: Option<Color>| color.and_then(rgb).expect("a colour");
                let found = contrast(value(style.fg.or(canvas.fg)), value(style.bg.or(canvas.bg)));
                assert!(found >= 4.5, "{name} at {depth:?}: {role:?} has a contrast of {found:.2}");
            }
            let mut severities: Vec<_> = Severity::ALL.map(|severity| look.style(Role::Severity(severity))).to_vec();
            severities.sort_by_key(|style| format!("{style:?}"));
            severities.dedup();
            // Of the sixteen, only black, red, magenta and the blues can be read on white; signs and words tell the rest apart.
            let least = if (name, depth) == ("light", ColorDepth::Ansi16) { 4 } else { 6 };
            assert!(severities.len() >= least, "{name} at {depth:?}: {severities:?}");
        }
    }
}

fn write(folder: &Path, name: &str, text: &str) {
    fs::write(folder.join(format!("{name}.toml")), text).expect("the folder can be written");
}

fn mistake(text: &str) -> String {
    let folder = tempfile::tempdir().expect("a folder");
    write(folder.path(), "mine", text);
    let error = theme::load("mine", Some(folder.path())).expect_err("the theme has a mistake");
    assert!(error.file.ends_with("mine.toml"), "{error}");
    let (used, told) = theme::load_or_default("mine", Some(folder.path()));
    assert_eq!((used, told.as_ref()), (Theme::default(), Some(&error)));
    error.to_string().rsplit_once("mine.toml").map(|(_, rest)| rest.to_owned()).expect("the file is named")
}

#[test]
fn a_mistake_in_a_users_theme_names_the_line_and_the_way_out() {
    assert_eq!(
        mistake("title = \"x\"\n\n[severity]\ncritcal = \"red\"\n"),
        ", line 4: unknown severity key `critcal`: did you mean `critical`?"
    );
    assert_eq!(mistake("[sevrity]\n"), ", line 1: unknown key `sevrity`: did you mean `severity`?");
    let colour = mistake("[chrome]\ntext = \"redd\"\n");
    assert!(colour.starts_with(", line 2: bad colour `redd`: did you mean `red`? A colour is"), "{colour}");
    assert_eq!(mistake("[side]\naws = { fg = \"red\", style = [\"bald\"] }\n"), ", line 2: unknown style `bald`: did you mean `bold`?");
    assert_eq!(mistake("[side]\naws = { gf = \"red\" }\n"), ", line 2: unknown part of a style `gf`: did you mean `fg`?");
    assert_eq!(mistake("\nside = 3\n"), ", line 2: `side` must be a table: write [side] on a line of its own");
    let parent = mistake("\nparent = \"nobody\"\n");
    assert!(
        parent.starts_with(", line 2: its parent `nobody` cannot be used: no theme has this name; there are terminal, dark"),
        "{parent}"
    );
    let syntax = mistake("title = \"x\"\n[chrome\n");
    assert!(syntax.starts_with(", line 2: "), "{syntax}");
}

#[test]
fn parents_in_a_circle_are_found() {
    let folder = tempfile::tempdir().expect("a folder");
    write(folder.path(), "a", "parent = \"b\"");
    write(folder.path(), "b", "title = \"B\"\nparent = \"a\"");
    let error = theme::load("a", Some(folder.path())).expect_err("a circle");
    assert!(error.file.ends_with("b.toml") && error.line == Some(2) && error.message.contains("circle"), "{error}");
    write(folder.path(), "c", "parent = \"c\"");
    assert!(theme::load("c", Some(folder.path())).expect_err("its own parent").message.contains("circle"));
}

#[test]
fn a_users_theme_falls_back_to_its_parent_meaning_by_meaning() {
    let folder = tempfile::tempdir().expect("a folder");
    write(folder.path(), "dark", "parent = \"dark\"\n[chrome]\nkey = \"208\"\n");
    let theme = theme::load("dark", Some(folder.path())).expect("a theme");
    assert_eq!(theme.spec(Role::Key).fg, Some(Color::Indexed(208)));
    assert_eq!(theme.spec(Role::Text), load("dark").spec(Role::Text));
    write(folder.path(), "zebra", "");
    assert_eq!(theme::available(Some(folder.path())).last().map(String::as_str), Some("zebra"));
    assert_eq!(theme::load("zebra", Some(folder.path())).expect("a theme").spec(Role::Key), Theme::default().spec(Role::Key));
}

#[test]
fn a_theme_that_is_not_there_is_told_with_those_that_are() {
    let error = theme::load("nope", None).expect_err("no such theme").to_string();
    assert!(error.starts_with("theme `nope`: no theme has this name; there are terminal, dark, light"), "{error}");
    assert!(theme::load("../dark", None).is_err());
}
