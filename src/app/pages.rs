//! What commands do on the screens themselves.

use super::command::Command;
use super::detail::DetailAction;
use super::finding::{Opened, follow};
use super::home::Pane;
use super::message::{Effect, Tone};
use super::state::{Page, State};
use super::update::open_findings;
use crate::model::{Finding, Layer, Region};
use crate::query::{Field, Query};
use crate::store::RowId;

/// Runs a command on the screen in front.
pub(super) fn run(state: &mut State, command: Command) -> Vec<Effect> {
    match state.pages.last() {
        None => on_home(state, command),
        Some(Page::Findings(_)) => on_findings(state, command),
        Some(Page::Finding(_)) => Vec::new(),
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
pub(super) fn set_query(state: &mut State, query: Query) -> Vec<Effect> {
    let height = state.size.findings_rows();
    let Some(Page::Findings(findings)) = state.pages.last_mut() else { return Vec::new() };
    findings.set_query(query, &state.store, state.now, height);
    work(state)
}

/// Asks for the next slice, if a search is not ranked to its end.
pub(super) fn work(state: &State) -> Vec<Effect> {
    match state.pages.last() {
        Some(Page::Findings(findings)) if findings.ranking => vec![Effect::Work],
        _ => Vec::new(),
    }
}

/// Goes on with what takes longer than a frame.
pub(super) fn go_on(state: &mut State) -> Vec<Effect> {
    let height = state.size.findings_rows();
    if let Some(Page::Findings(findings)) = state.pages.last_mut() {
        findings.rank(&state.store, height);
    }
    work(state)
}

/// The terminal's size changed: cursors stay on the screen.
pub(super) fn resized(state: &mut State) {
    let (findings_rows, coverage_rows) = (state.size.findings_rows(), state.size.coverage_rows());
    let (finding, preview) = (state.size.finding(), state.size.preview());
    let lanes = state.coverage_len();
    for page in &mut state.pages {
        match page {
            Page::Findings(findings) => {
                findings.list.settle(findings.len(), findings_rows);
                if let (Some(opened), Some((columns, rows))) = (&mut findings.preview, preview) {
                    opened.detail.resize(columns, rows);
                }
            }
            Page::Finding(opened) => opened.detail.resize(finding.0, finding.1),
            Page::Coverage(list) => list.settle(lanes, coverage_rows),
        }
    }
}

/// Opens the search box; from home, over everything that home counts.
pub(super) fn open_search(state: &mut State) {
    if state.pages.is_empty() {
        let query = state.home.query.clone();
        open_findings(state, query);
    }
    if let Some(Page::Findings(findings)) = state.pages.last_mut() {
        findings.open_search();
    }
}

/// What a command does while the search box is open; nothing if it is closed.
pub(super) fn search_command(state: &mut State, command: Command) -> Option<Vec<Effect>> {
    if let Some(opened) = opened(state)
        && opened.search.is_some()
    {
        match command {
            Command::DialogAccept => opened.search = None,
            Command::DialogClose => {
                opened.search = None;
                opened.detail.search("");
            }
            Command::DialogDown => drop(opened.detail.apply(DetailAction::NextMatch)),
            Command::DialogUp => drop(opened.detail.apply(DetailAction::PrevMatch)),
            _ => {}
        }
        return Some(Vec::new());
    }
    let height = state.size.findings_rows();
    let Some(Page::Findings(findings)) = state.pages.last_mut() else { return None };
    let search = findings.search.as_ref()?;
    match command {
        Command::DialogAccept => {
            let text = search.input.value().trim().to_owned();
            findings.search = None;
            if text != findings.query.text.trim() {
                return Some(set_query(state, Query::parse(&text).0));
            }
        }
        Command::DialogClose => {
            let before = search.before.clone();
            findings.search = None;
            return Some(set_query(state, before));
        }
        Command::DialogNext => return Some(complete_word(state)),
        Command::DialogDown => findings.step(1, height),
        Command::DialogUp => findings.step(-1, height),
        Command::DialogPageDown => findings.step(height.cast_signed() / 2, height),
        Command::DialogPageUp => findings.step(-(height.cast_signed() / 2), height),
        _ => {}
    }
    Some(Vec::new())
}

/// Completes the word before the cursor of the search box, as far as it is sure.
fn complete_word(state: &mut State) -> Vec<Effect> {
    let lenses = state.lenses.clone();
    let Some(Page::Findings(findings)) = state.pages.last_mut() else { return Vec::new() };
    let Some(search) = &mut findings.search else { return Vec::new() };
    let Some(found) = search.completion(lenses.as_ref()) else { return Vec::new() };
    let value = search.input.value();
    let text = format!("{}{}{}", &value[..found.span.start], found.common(), &value[found.span.end..]);
    let cursor = value[..found.span.start].chars().count() + found.common().chars().count();
    search.input = tui_input::Input::new(text.clone()).with_cursor(cursor);
    set_query(state, Query::parse(&text).0)
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
        Command::NextPane => home.next_pane(),
        Command::Layer(number) => {
            let layer = Layer::ALL.into_iter().find(|layer| layer.number() == usize::from(number));
            home.go_to_layer(layer, &state.store);
        }
        Command::Touches => home.turn_touches(&state.store),
        Command::Enter => match home.pane {
            Pane::Board => {
                let query = home.cell_query();
                return open_findings(state, query);
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
    let half = (height.cast_signed() / 2).max(1);
    let Some(Page::Findings(findings)) = state.pages.last_mut() else { return Vec::new() };
    match command {
        Command::Down => findings.step(1, height),
        Command::Up => findings.step(-1, height),
        Command::Top => findings.step(isize::MIN, height),
        Command::Bottom => findings.step(isize::MAX, height),
        Command::PageDown => findings.step(half, height),
        Command::PageUp => findings.step(-half, height),
        Command::Reverse => {
            let query = findings.reversed();
            return set_query(state, query);
        }
        Command::Layer(number) => {
            let query = findings.for_layer(Layer::ALL.into_iter().find(|layer| layer.number() == usize::from(number)));
            return set_query(state, query);
        }
        Command::Left | Command::Right if findings.grouping.is_some() => findings.fold(Some(command == Command::Right), height),
        Command::ToggleFold => findings.fold(None, height),
        Command::FoldAll | Command::UnfoldAll => findings.fold_all(command == Command::UnfoldAll, height),
        Command::Left | Command::Right => {
            let query = findings.next_side(if command == Command::Left { -1 } else { 1 });
            return set_query(state, query);
        }
        Command::NextPane => findings.preview_focus = findings.preview.is_some(),
        Command::Raw => {
            if let Some(row) = findings.selected() {
                let effects = open_finding(state, row);
                if let Some(opened) = opened(state) {
                    drop(opened.detail.apply(DetailAction::ToggleRaw));
                }
                return effects;
            }
        }
        Command::Enter => {
            if let Some(query) = findings.group_query() {
                return open_findings(state, query);
            }
            if let Some(row) = findings.selected() {
                return open_finding(state, row);
            }
        }
        _ => {}
    }
    Vec::new()
}

fn on_coverage(state: &mut State, command: Command) -> Vec<Effect> {
    let height = state.size.coverage_rows();
    let half = (height.cast_signed() / 2).max(1);
    let len = state.coverage_len();
    let Some(Page::Coverage(list)) = state.pages.last() else { return Vec::new() };
    let others = matches!(command, Command::Left | Command::Right).then(|| state.other_lanes(list.cursor, command == Command::Right));
    let Some(Page::Coverage(list)) = state.pages.last_mut() else { return Vec::new() };
    match command {
        Command::Left | Command::Right => list.go(others.unwrap_or(list.cursor), len, height),
        Command::Down => list.step(1, len, height),
        Command::Up => list.step(-1, len, height),
        Command::Top => list.go(0, len, height),
        Command::Bottom => list.go(usize::MAX, len, height),
        Command::PageDown => list.step(half, len, height),
        Command::PageUp => list.step(-half, len, height),
        Command::Enter => {
            let cursor = list.cursor;
            let number = state.lane_numbers().get(cursor).copied();
            if let Some(query) = number.and_then(|number| query_of(state, number)) {
                return open_findings(state, query);
            }
        }
        _ => {}
    }
    Vec::new()
}

/// Selects what a lane has seen, also where another source's record stands for it. What the account has once is of no Region.
fn query_of(state: &State, number: usize) -> Option<Query> {
    let lane = state.coverage().lanes.get(number)?;
    let mut query = state.home.query.without_field(Field::Source).with_only(Field::SeenBy, lane.id.source.slug());
    for (field, value) in [(Field::Region, lane.id.region.as_str()), (Field::Account, lane.id.account.as_str())] {
        if !value.is_empty() {
            query = query.with_only(field, value);
        }
    }
    let is_once = |finding: &Finding| finding.region.as_str() == Region::GLOBAL && finding.account == lane.id.account;
    let once: Vec<RowId> = state.store.iter().filter(|(_, finding)| is_once(finding)).map(|(row, _)| row).collect();
    let has_once = state.store.lanes_of(&once).contains(&number);
    Some(if has_once { query.toggled(Field::Region, Region::GLOBAL) } else { query })
}

fn open_finding(state: &mut State, row: RowId) -> Vec<Effect> {
    let Some(opened) = Opened::new(state, row, state.size.finding()) else { return Vec::new() };
    state.pages.push(Page::Finding(Box::new(opened)));
    vec![Effect::Open(row)]
}

/// The finding that has the keys: on its own screen, or beside the list.
pub(super) fn opened(state: &mut State) -> Option<&mut Opened> {
    match state.pages.last_mut()? {
        Page::Finding(opened) => Some(opened),
        Page::Findings(findings) if findings.preview_focus => findings.preview.as_deref_mut(),
        Page::Findings(_) | Page::Coverage(_) => None,
    }
}

/// A command of the finding that has the keys; nothing if none has, or if it is no command of a finding.
pub(super) fn on_opened(state: &mut State, command: Command) -> Option<Vec<Effect>> {
    let opened = opened(state)?;
    if command == Command::Search {
        let text = opened.detail.searching().map(|(text, ..)| text.to_owned()).unwrap_or_default();
        opened.search = Some(text.into());
        return Some(Vec::new());
    }
    let action = opened.action(command)?;
    let outcome = opened.detail.apply(action);
    let (leave, effects) = follow(state, outcome);
    if leave {
        match state.pages.last_mut() {
            Some(Page::Findings(findings)) => findings.preview_focus = false,
            _ => back(state),
        }
    }
    Some(effects)
}
