//! What keys and commands do while a dialog is open.

use super::command::Command;
use super::edit;
use super::filter::{Column, FIELDS, Filter};
use super::key::Key;
use super::message::Effect;
use super::pages::set_query;
use super::sort::SortDialog;
use super::state::{Dialog, Page, State};
use super::update::{open_findings, run as run_command};
use crate::query::{Query, SortKey};

/// Opens the dialog that a command asks for.
pub(super) fn open(state: &mut State, command: Command) {
    let query = view_query(state).clone();
    state.dialog = match command {
        Command::Filter => Some(Dialog::Filter(Box::new(Filter::new(query, &state.store, state.now)))),
        Command::Sort => Some(Dialog::Sort(SortDialog::new(&query, state.size.dialog_rows()))),
        _ => None,
    };
}

/// The query of what the screen in front shows.
pub(super) fn view_query(state: &State) -> &Query {
    let list = state.pages.iter().rev().find_map(|page| match page {
        Page::Findings(findings) => Some(&findings.query),
        Page::Finding(_) | Page::Coverage(_) => None,
    });
    list.unwrap_or(&state.home.query)
}

/// A key that asks for no command: it edits the dialog's text.
pub(super) fn typed(state: &mut State, key: Key) -> Vec<Effect> {
    match &mut state.dialog {
        Some(Dialog::Picker(picker)) => {
            if edit::edit(&mut picker.input, key) {
                picker.narrow(&state.keymap);
            }
        }
        Some(Dialog::Filter(filter)) => match (filter.column, key.typed()) {
            (Column::Fields, Some('j')) => step(state, 1),
            (Column::Fields, Some('k')) => step(state, -1),
            (Column::Fields, Some('l')) => filter.column = Column::Values,
            (Column::Values, Some(' ')) => filter.toggle(),
            (Column::Fields, _) => {}
            (Column::Values, _) => {
                if edit::edit(&mut filter.input, key) {
                    filter.narrow();
                }
            }
        },
        Some(Dialog::Sort(_)) => match key.typed() {
            Some('j') => step(state, 1),
            Some('k') => step(state, -1),
            _ => {}
        },
        None => {}
    }
    Vec::new()
}

/// Pasted text goes into the dialog's text.
pub(super) fn pasted(state: &mut State, text: &str) -> Vec<Effect> {
    match &mut state.dialog {
        Some(Dialog::Picker(picker)) => {
            if edit::paste(&mut picker.input, text) {
                picker.narrow(&state.keymap);
            }
        }
        Some(Dialog::Filter(filter)) if filter.column == Column::Values => {
            if edit::paste(&mut filter.input, text) {
                filter.narrow();
            }
        }
        _ => {}
    }
    Vec::new()
}

/// A command of the dialog.
pub(super) fn run(state: &mut State, command: Command) -> Vec<Effect> {
    let page = state.size.dialog_rows().max(2) as isize - 1;
    match command {
        Command::DialogDown => step(state, 1),
        Command::DialogUp => step(state, -1),
        Command::DialogPageDown => step(state, page),
        Command::DialogPageUp => step(state, -page),
        Command::DialogClose => close(state),
        Command::DialogAccept => return accept(state),
        Command::DialogToggle => {
            if let Some(Dialog::Filter(filter)) = &mut state.dialog {
                filter.toggle();
            }
        }
        Command::DialogNext | Command::DialogPrevious => {
            if let Some(Dialog::Filter(filter)) = &mut state.dialog {
                filter.column = if filter.column == Column::Fields { Column::Values } else { Column::Fields };
            }
        }
        _ => {}
    }
    Vec::new()
}

fn step(state: &mut State, rows: isize) {
    let height = state.size.dialog_rows();
    match &mut state.dialog {
        Some(Dialog::Picker(picker)) => picker.list.step(rows, picker.entries.len(), height),
        Some(Dialog::Sort(sort)) => sort.list.step(rows, SortKey::ALL.len(), height),
        Some(Dialog::Filter(filter)) => match filter.column {
            Column::Fields => {
                filter.fields.step(rows, FIELDS.len(), height);
                filter.count(&state.store, state.now);
            }
            Column::Values => filter.values.step(rows, filter.shown.len(), height),
        },
        None => {}
    }
}

fn close(state: &mut State) {
    match &mut state.dialog {
        Some(Dialog::Filter(filter)) if filter.column == Column::Values => filter.column = Column::Fields,
        _ => state.dialog = None,
    }
}

fn accept(state: &mut State) -> Vec<Effect> {
    match state.dialog.take() {
        Some(Dialog::Picker(picker)) => picker.chosen().map_or_else(Vec::new, |command| run_command(state, command)),
        Some(Dialog::Sort(sort)) => {
            let query = view_query(state).with_sort(sort.chosen());
            set_query(state, query)
        }
        Some(Dialog::Filter(mut filter)) => {
            match filter.column {
                Column::Fields => {
                    filter.column = Column::Values;
                    state.dialog = Some(Dialog::Filter(filter));
                }
                Column::Values => return show(state, filter.result()),
            }
            Vec::new()
        }
        None => Vec::new(),
    }
}

/// Shows a query in the merged list; opens the list if it is not in front.
fn show(state: &mut State, query: Query) -> Vec<Effect> {
    if matches!(state.pages.last(), Some(Page::Findings(_))) {
        return set_query(state, query);
    }
    open_findings(state, query)
}
