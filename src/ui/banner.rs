//! Who is asking: account, alias, role, Region, and when the credentials end. As much of it as fits, the account last to go.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use unicode_width::UnicodeWidthStr;

use super::look::{Look, Role};
use super::write::{cut, put};
use crate::app::State;
use crate::app::login::SOON;

/// In less than this nothing is told.
const LEAST: u16 = 12;

/// Draws it in one line; an end that is near stands first, and stays.
pub(super) fn draw(buffer: &mut Buffer, area: Rect, state: &State, look: &Look) {
    if area.width < LEAST {
        return;
    }
    let dot = format!(" {} ", look.glyphs().dot);
    let end = end(state);
    let mut area = area;
    if let Some((text, true)) = &end {
        let after = put(buffer, area, area.x, area.y, &cut(text, area.width.into(), look), look.style(Role::Warning));
        let taken = (after - area.x + dot.width() as u16).min(area.width);
        area = Rect { x: area.x + taken, width: area.width - taken, ..area };
    }
    let late = end.filter(|(_, soon)| !soon).map(|(text, _)| text);
    let lines: Vec<String> = forms(state, late).into_iter().map(|parts| parts.join(&dot)).collect();
    let fitting = lines.iter().find(|line| line.width() <= usize::from(area.width)).or(lines.last());
    if let Some(line) = fitting.filter(|_| area.width >= LEAST) {
        put(buffer, area, area.x, area.y, &cut(line, area.width.into(), look), look.style(Role::Muted));
    }
}

/// What is told, from the longest to the shortest.
fn forms(state: &State, end: Option<String>) -> Vec<Vec<String>> {
    let (full, short, who) = match state.fetch.identities.as_slice() {
        [] if state.fetch.fatal.is_some() => (String::from("no credentials"), String::from("no credentials"), None),
        [] if state.is_loading() => (String::from("finding out who is asking"), String::from("who is asking?"), None),
        [] => (String::new(), String::new(), None),
        [one] => {
            let name = one.name.as_ref();
            let full = name.map_or_else(|| one.account.to_string(), |name| format!("{name} ({})", one.account));
            (full, name.map_or_else(|| one.account.to_string(), ToString::to_string), Some(one))
        }
        many => (format!("{} accounts", many.len()), format!("{} accounts", many.len()), None),
    };
    let who = who.map(|identity| identity.who()).filter(|who| !who.is_empty() && !state.demo).map(str::to_owned);
    let (demo, regions) = (state.demo.then(|| String::from("demo estate")), regions(state));
    let line = |parts: [Option<&String>; 5]| parts.into_iter().flatten().filter(|part| !part.is_empty()).cloned().collect();
    let (demo, who, regions, end) = (demo.as_ref(), who.as_ref(), regions.as_ref(), end.as_ref());
    vec![
        line([demo, Some(&full), who, regions, end]),
        line([demo, Some(&full), who, regions, None]),
        line([demo, Some(&full), None, regions, None]),
        line([demo, Some(&short), who, regions, None]),
        line([demo, Some(&short), None, regions, None]),
        line([demo, Some(&short), None, None, None]),
        line([None, Some(&short), None, None, None]),
    ]
}

fn regions(state: &State) -> Option<String> {
    let mut regions: Vec<&str> = state.coverage().lanes.iter().map(|lane| lane.id.region.as_str()).collect();
    regions.sort_unstable();
    regions.dedup();
    match regions.as_slice() {
        [] => None,
        [one] => Some((*one).to_owned()),
        many => Some(format!("{} Regions", many.len())),
    }
}

/// When the credentials end, and whether that is soon.
fn end(state: &State) -> Option<(String, bool)> {
    let left = state.credentials_end()?.as_second() - state.now.as_second();
    Some(match left {
        ..=0 => (String::from("credentials ended"), true),
        1..60 => (String::from("ends in 1m"), true),
        1..=SOON => (format!("ends in {}m", left / 60), true),
        ..3_600 => (format!("{}m left", left / 60), false),
        _ => (format!("{}h{:02}m left", left / 3_600, left / 60 % 60), false),
    })
}
