//! What commands do on the screens themselves.

use super::board::ALL_LAYERS;
use super::command::Command;
use super::home::Pane;
use super::message::{Effect, Tone};
use super::query_text::{value, with_term};
use super::state::{Page, State};
use super::update::{next_pane, open_findings};
use crate::model::{Layer, Side};

/// Runs a command on the screen in front.
pub(super) fn run(state: &mut State, command: Command) -> Vec<Effect> {
    match state.pages.last() {
        None => on_home(state, command),
        Some(Page::Findings(_)) => on_findings(state, command),
        Some(Page::Coverage(_)) => on_coverage(state, command),
    }
}

/// Goes back one screen; never leaves.
pub(super) fn back(state: &mut State) {
    if state.pages.pop().is_none() {
        if state.home.pane == Pane::Worst {
            state.home.pane = Pane::Board;
        } else if let Some(key) = state.keymap.first(Command::Quit) {
            state.tell(Tone::Plain, format!("This is home; {key} quits"));
        }
    }
}

/// Shows what another query selects, in the merged list in front.
pub(super) fn set_query(state: &mut State, text: &str) {
    let height = state.size.findings_rows();
    if let Some(Page::Findings(findings)) = state.pages.last_mut() {
        findings.set_text(text, &state.store, state.now, height);
    }
}

/// The terminal's size changed: cursors stay on the screen.
pub(super) fn resized(state: &mut State) {
    let (findings_rows, coverage_rows) = (state.size.findings_rows(), state.size.coverage_rows());
    let lanes = state.store.coverage.lanes.len();
    for page in &mut state.pages {
        match page {
            Page::Findings(findings) => findings.list.settle(findings.view.rows().len(), findings_rows),
            Page::Coverage(list) => list.settle(lanes, coverage_rows),
        }
    }
}

/// Opens the search box; from home, over everything that home counts.
pub(super) fn open_search(state: &mut State) {
    if state.pages.is_empty() {
        let text = state.home.text.clone();
        open_findings(state, &text);
    }
    if let Some(Page::Findings(findings)) = state.pages.last_mut() {
        findings.open_search();
    }
}

/// What a command does while the search box is open; nothing if it is closed.
pub(super) fn search_command(state: &mut State, command: Command) -> Option<Vec<Effect>> {
    let height = state.size.findings_rows();
    let Some(Page::Findings(findings)) = state.pages.last_mut() else { return None };
    let search = findings.search.as_ref()?;
    match command {
        Command::DialogAccept => {
            let text = search.input.value().trim().to_owned();
            findings.search = None;
            if text != findings.text {
                set_query(state, &text);
            }
        }
        Command::DialogClose => {
            let before = search.before.clone();
            findings.search = None;
            set_query(state, &before);
        }
        Command::DialogDown => findings.step(1, height),
        Command::DialogUp => findings.step(-1, height),
        Command::DialogPageDown => findings.step(height as isize / 2, height),
        Command::DialogPageUp => findings.step(-(height as isize / 2), height),
        _ => {}
    }
    Some(Vec::new())
}

fn on_home(state: &mut State, command: Command) -> Vec<Effect> {
    let home = &mut state.home;
    match command {
        Command::Down => home.step(1, 0),
        Command::Up => home.step(-1, 0),
        Command::Left => home.step(0, -1),
        Command::Right => home.step(0, 1),
        Command::Top | Command::PageUp => home.step(isize::MIN, 0),
        Command::Bottom | Command::PageDown => home.step(isize::MAX, 0),
        Command::NextPane => next_pane(state),
        Command::Layer(number) => {
            home.pane = Pane::Board;
            home.row = if number == 0 { ALL_LAYERS } else { usize::from(number) - 1 };
        }
        Command::Touches => {
            home.touches = !home.touches;
            home.count(&state.store);
        }
        Command::Enter => match home.pane {
            Pane::Board => {
                let text = home.cell_query();
                open_findings(state, &text);
            }
            Pane::Worst => {
                if let Some(row) = home.selected() {
                    return open_finding(state, row);
                }
            }
        },
        _ => {}
    }
    Vec::new()
}

fn on_findings(state: &mut State, command: Command) -> Vec<Effect> {
    let height = state.size.findings_rows();
    let half = (height as isize / 2).max(1);
    let Some(Page::Findings(findings)) = state.pages.last_mut() else { return Vec::new() };
    match command {
        Command::Down => findings.step(1, height),
        Command::Up => findings.step(-1, height),
        Command::Top => findings.step(isize::MIN, height),
        Command::Bottom => findings.step(isize::MAX, height),
        Command::PageDown => findings.step(half, height),
        Command::PageUp => findings.step(-half, height),
        Command::Reverse => {
            let text = findings.reversed();
            set_query(state, &text);
        }
        Command::Layer(number) => {
            let layer = Layer::ALL.into_iter().find(|layer| layer.number() == usize::from(number));
            let field = if value(&findings.text, "touches").is_some() { "touches" } else { "layer" };
            let text = with_term(&findings.text, field, layer.map(Layer::slug));
            set_query(state, &text);
        }
        Command::Left | Command::Right => {
            let step = if command == Command::Left { -1 } else { 1 };
            let text = next_side(&findings.text, step);
            set_query(state, &text);
        }
        Command::Enter => {
            if let Some(row) = findings.selected() {
                return open_finding(state, row);
            }
        }
        _ => {}
    }
    Vec::new()
}

/// The query of the cell to the left or right on the board: all sides, then each.
fn next_side(text: &str, step: isize) -> String {
    let now = value(text, "side").and_then(Side::from_slug).map_or(0, |side| 1 + side as usize);
    let next = now.saturating_add_signed(step).min(Side::ALL.len());
    with_term(text, "side", (next > 0).then(|| Side::ALL[next - 1].slug()))
}

fn on_coverage(state: &mut State, command: Command) -> Vec<Effect> {
    let height = state.size.coverage_rows();
    let half = (height as isize / 2).max(1);
    let len = state.store.coverage.lanes.len();
    let Some(Page::Coverage(list)) = state.pages.last_mut() else { return Vec::new() };
    match command {
        Command::Down => list.step(1, len, height),
        Command::Up => list.step(-1, len, height),
        Command::Top => list.go(0, len, height),
        Command::Bottom => list.go(usize::MAX, len, height),
        Command::PageDown => list.step(half, len, height),
        Command::PageUp => list.step(-half, len, height),
        Command::Enter => {
            if let Some(lane) = state.store.coverage.lanes.get(list.cursor) {
                let mut text = state.home.text.clone();
                for (field, value) in
                    [("source", lane.id.source.slug()), ("region", lane.id.region.as_str()), ("account", lane.id.account.as_str())]
                {
                    text = with_term(&text, field, (!value.is_empty()).then_some(value));
                }
                open_findings(state, &text);
            }
        }
        _ => {}
    }
    Vec::new()
}

fn open_finding(_state: &mut State, _row: crate::store::RowId) -> Vec<Effect> {
    Vec::new()
}
