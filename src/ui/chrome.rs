//! The first and the last line: where we are, who is asking, how much is known; which keys work here.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use unicode_width::UnicodeWidthStr;

use super::banner;
use super::look::{Look, Role};
use super::write::{cut, grouped, put, put_right, short};
use crate::app::{Context, Dialog, Page, Progress, State, Tone, login};
use crate::model::Loaded;

/// The name, breadcrumbs, who is asking, and the total.
pub(super) fn header(buffer: &mut Buffer, area: Rect, state: &State, look: &Look) {
    let right = total(buffer, area, state, look);
    let glyphs = look.glyphs();
    let room = Rect { width: right.saturating_sub(area.x).saturating_sub(2), ..area };
    let mut x = put(buffer, room, area.x + 1, area.y, "ringfort", look.style(Role::Title));
    for (at, crumb) in crumbs(state).iter().enumerate() {
        x = put(buffer, room, x, area.y, &format!(" {} ", glyphs.crumb), look.style(Role::Muted));
        let last = at + 1 == state.pages.len();
        let left = room.right().saturating_sub(x) as usize;
        x = put(buffer, room, x, area.y, &cut(crumb, left, look), look.style(if last { Role::Text } else { Role::Muted }));
    }
    banner::draw(buffer, Rect { x: x + 2, width: room.right().saturating_sub(x + 2), ..room }, state, look);
}

fn crumbs(state: &State) -> Vec<String> {
    state
        .pages
        .iter()
        .map(|page| match page {
            Page::Findings(_) => "findings".to_owned(),
            Page::Finding(opened) if opened.gone => format!("(gone) {}", opened.detail.finding().title),
            Page::Finding(opened) => opened.detail.finding().title.to_string(),
            Page::Coverage(_) => "coverage".to_owned(),
        })
        .collect()
}

/// The total with its completeness, at the right; the column where it begins.
fn total(buffer: &mut Buffer, area: Rect, state: &State, look: &Look) -> u16 {
    let glyphs = look.glyphs();
    let number = state.home.total() as u64;
    let word = if area.width >= 60 { " findings" } else { "" };
    let mut x = area.right().saturating_sub(1);
    let (ended, lanes) = state.lanes_ended();
    let (status, role) = match state.fetch.progress {
        Progress::Starting => (format!("{} starting", glyphs.spinner_at(tick(state))), Role::Muted),
        Progress::Loading => (format!("{} {ended}/{lanes}{}", glyphs.spinner_at(tick(state)), loaded(area, state, look)), Role::Warning),
        Progress::Cancelling => (format!("{} cancelling", glyphs.spinner_at(tick(state))), Role::Warning),
        Progress::Ended if state.is_complete() => ("complete".to_owned(), Role::Good),
        Progress::Ended => match state.lanes_in_trouble() {
            0 => ("nothing read".to_owned(), Role::Error),
            1 => ("1 lane not read".to_owned(), Role::Error),
            many => (format!("{many} lanes not read"), Role::Error),
        },
    };
    x = put_right(buffer, area, x, area.y, &status, look.style(role)).saturating_sub(2);
    let sign = if state.is_complete() { String::new() } else { format!("{} ", glyphs.at_least) };
    put_right(buffer, area, x, area.y, &format!("{sign}{}{word}", grouped(number)), look.style(Role::Heading))
}

/// How much was read of what the services have told that there is, where there is room to say it.
fn loaded(area: Rect, state: &State, look: &Look) -> String {
    let loaded = Loaded::of(&state.coverage().lanes);
    if !loaded.is_behind() || area.width < 70 {
        return String::new();
    }
    let (dot, sign) = (look.glyphs().dot, if loaded.is_exact { "" } else { look.glyphs().at_least });
    let number = |number| if area.width < 110 { short(number) } else { grouped(number) };
    format!(" {dot} {} of {sign}{}", number(loaded.read), number(loaded.total))
}

/// Which picture of the spinner: moves with the clock, and the clock moves only while something is loading.
pub(super) fn tick(state: &State) -> usize {
    (state.elapsed_ms() / 250) as usize
}

/// The keys that work here, or what there is to tell.
pub(super) fn footer(buffer: &mut Buffer, area: Rect, state: &State, look: &Look) {
    if let Some(notice) = &state.notice {
        let role = match notice.tone {
            Tone::Good => Role::Good,
            Tone::Plain => Role::Text,
            Tone::Warning => Role::Warning,
            Tone::Error => Role::Error,
        };
        put(buffer, area, area.x + 1, area.y, &cut(&notice.text, area.width.saturating_sub(2) as usize, look), look.style(role));
        return;
    }
    let context = state.context();
    let mut x = area.x + 1;
    if let Some(action) = login::action(state).filter(|_| context != Context::Dialog) {
        x = put(buffer, area, x, area.y, &login::key(state), look.style(Role::Key));
        x = put(buffer, area, x + 1, area.y, action, look.style(Role::Warning)) + 2;
    }
    for (spec, keys) in state.keymap.here(context).filter(|(spec, keys)| !spec.hint.is_empty() && !keys.is_empty()) {
        if context == Context::Home && state.pages.is_empty() && spec.id == "move.back" {
            continue;
        }
        if spec.id == "finding.fold" && matches!(state.pages.last(), Some(Page::Findings(findings)) if findings.grouping.is_none()) {
            continue;
        }
        let key = keys[0].to_string();
        let width = (key.width() + 1 + spec.hint.width()) as u16;
        // The last hints are the way out and the help: they must fit whatever else is dropped.
        let reserved = match spec.id {
            "app.help" | "app.quit" => 0,
            "app.palette" => 16,
            _ if matches!(state.dialog, Some(Dialog::Sort(_))) => 0,
            _ => 28,
        };
        if x + width + reserved > area.right() {
            continue;
        }
        x = put(buffer, area, x, area.y, &key, look.style(Role::Key));
        x = put(buffer, area, x + 1, area.y, spec.hint, look.style(Role::Muted)) + 2;
    }
}
