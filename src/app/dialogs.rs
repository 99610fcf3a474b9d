//! What keys and commands do while a dialog is open.

use tui_input::InputRequest;

use super::command::Command;
use super::edit;
use super::export::{ExportAction, ExportDialog, ExportField, ExportStage};
use super::filter::{Column, FIELDS, Filter};
use super::key::{Code, Key};
use super::lens_dialog::{Chosen, LensDialog};
use super::login;
use super::message::{Effect, Exported, Tone};
use super::pages::set_query;
use super::sort::SortDialog;
use super::state::{Dialog, Page, State};
use super::themes::{ThemeAction, ThemeOutcome, ThemePicker};
use super::update::{open_findings, run as run_command};
use crate::model::Text;
use crate::query::{Query, SortKey};
use crate::store::RowId;

/// Opens the dialog that a command asks for.
pub(super) fn open(state: &mut State, command: Command) {
    if command == Command::Export && state.coverage().nothing_read() {
        let text = if state.is_loading() { "Nothing has been read yet" } else { "Nothing could be read" };
        state.tell(Tone::Warning, format!("{text}: an empty file would look like a clean one"));
        return;
    }
    let query = view_query(state).clone();
    state.dialog = match command {
        Command::Filter => Some(Dialog::Filter(Box::new(Filter::new(query, &state.store, state.now)))),
        Command::Sort => Some(Dialog::Sort(SortDialog::new(&query, state.size.dialog_rows()))),
        Command::Export => Some(export_dialog(state, &query)),
        Command::Lens => {
            let (lenses, height) = (state.lenses.as_ref(), state.size.dialog_rows());
            let dialog = if state.pages.is_empty() {
                let (down, across) = state.home.axes();
                LensDialog::for_board(down, across, lenses, height)
            } else {
                LensDialog::for_list(&query, lenses, height)
            };
            Some(Dialog::Lens(Box::new(dialog)))
        }
        Command::Themes => Some(Dialog::Themes(ThemePicker::new(state.themes.clone(), &state.theme))),
        _ => None,
    };
}

/// The export dialog for exactly what the screen in front shows: the list's rows, the open finding, or all of home.
fn export_dialog(state: &State, query: &Query) -> Dialog {
    let (rows, query) = match state.pages.last() {
        Some(Page::Finding(opened)) => (vec![opened.row], String::new()),
        _ => (view_rows(state).to_vec(), query.text.clone()),
    };
    let account = match state.fetch.identities.as_slice() {
        [one] => Some(one.account.as_str()),
        _ => None,
    };
    let dialog = ExportDialog::new(state.folder.clone(), state.home_folder.clone(), account, state.now, rows.len(), &query);
    Dialog::Export(Box::new(dialog), rows)
}

fn view_rows(state: &State) -> &[RowId] {
    let list = state.pages.iter().rev().find_map(|page| match page {
        Page::Findings(findings) => Some(findings.view.rows()),
        Page::Finding(_) | Page::Coverage(_) => None,
    });
    list.unwrap_or_else(|| state.home.view.rows())
}

/// How an export ended.
pub(super) fn exported(state: &mut State, exported: Exported) {
    match (exported, &mut state.dialog) {
        (Exported::Written(findings, path), dialog) => {
            if matches!(dialog, Some(Dialog::Export(..))) {
                *dialog = None;
            }
            let word = if findings == 1 { "finding" } else { "findings" };
            let (tone, gaps) = match gaps(state) {
                Some(gaps) => (Tone::Warning, format!(", incomplete ({gaps}),")),
                None => (Tone::Good, String::new()),
            };
            state.tell(tone, Text::new(&format!("{findings} {word}{gaps} in {}", path.display())).as_str());
        }
        (Exported::Exists, Some(Dialog::Export(dialog, _))) => dialog.exists(true),
        (Exported::Failed(reason), Some(Dialog::Export(dialog, _))) => dialog.failed(reason),
        (Exported::Failed(reason), _) => state.tell(Tone::Error, reason),
        (Exported::Exists, _) => {}
    }
}

/// What an export cannot have, as the file does not tell it.
fn gaps(state: &State) -> Option<String> {
    match state.lanes_in_trouble() {
        _ if state.is_complete() => None,
        _ if state.is_loading() => Some("still loading".to_owned()),
        1 => Some("1 lane not read".to_owned()),
        many => Some(format!("{many} lanes not read")),
    }
}

/// The theme that was asked for cannot be used.
pub(super) fn theme_failed(state: &mut State, reason: String) {
    match &mut state.dialog {
        Some(Dialog::Themes(picker)) => picker.failed(reason),
        _ => state.tell(Tone::Error, reason),
    }
}

fn themed(state: &mut State, action: ThemeAction) {
    let Some(Dialog::Themes(picker)) = &mut state.dialog else { return };
    match picker.apply(action) {
        ThemeOutcome::Preview(name) => state.theme = name,
        ThemeOutcome::Keep(name) => {
            state.tell(Tone::Plain, format!("Theme {name} for this session; theme = \"{name}\" in the configuration keeps it"));
            state.theme = name;
            state.dialog = None;
        }
        ThemeOutcome::Restore(name) => {
            state.theme = name;
            state.dialog = None;
        }
    }
}

/// Lets the export dialog do something; writes if that asks for it.
fn exporting(state: &mut State, action: ExportAction) -> Vec<Effect> {
    let Some(Dialog::Export(dialog, rows)) = &mut state.dialog else { return Vec::new() };
    match dialog.apply(action) {
        Some(request) => vec![Effect::Export { request, rows: rows.clone(), query: dialog.query().to_owned() }],
        None => Vec::new(),
    }
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
    let is_themes = matches!(state.dialog, Some(Dialog::Themes(_)));
    match &mut state.dialog {
        Some(Dialog::Picker(picker)) => {
            edit::edit(&mut picker.input, key);
            picker.narrow(&state.keymap);
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
        Some(Dialog::Export(dialog, _)) => {
            let on_path = dialog.field() == ExportField::Path;
            let action = match (key.code, key.typed()) {
                (Code::Left, _) | (_, Some('h')) if !on_path => Some(ExportAction::Prev),
                (Code::Right, _) | (_, Some('l' | ' ')) if !on_path => Some(ExportAction::Next),
                (_, Some(_)) if !on_path => None,
                _ => edit::request(key).map(ExportAction::Edit),
            };
            return action.map_or_else(Vec::new, |action| exporting(state, action));
        }
        Some(Dialog::Code(dialog)) => dialog.typed(key),
        Some(Dialog::Sort(_) | Dialog::Themes(_) | Dialog::Lens(_)) => match key.typed() {
            Some('j') => step(state, 1),
            Some('k') => step(state, -1),
            Some('g') if !is_themes => step(state, isize::MIN),
            Some('G') if !is_themes => step(state, isize::MAX),
            Some('h' | 'l') => other_column(state),
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
            edit::paste(&mut picker.input, text);
            picker.narrow(&state.keymap);
        }
        Some(Dialog::Filter(filter)) if filter.column == Column::Values => {
            edit::paste(&mut filter.input, text);
            filter.narrow();
        }
        Some(Dialog::Code(dialog)) => dialog.pasted(text),
        Some(Dialog::Export(..)) => {
            for c in Text::new(text.trim_end_matches(['\r', '\n'])).chars() {
                exporting(state, ExportAction::Edit(InputRequest::InsertChar(c)));
            }
        }
        _ => {}
    }
    Vec::new()
}

/// A command of the dialog.
pub(super) fn run(state: &mut State, command: Command) -> Vec<Effect> {
    let page = state.size.dialog_rows().max(2).cast_signed() - 1;
    match command {
        Command::DialogDown => step(state, 1),
        Command::DialogUp => step(state, -1),
        Command::DialogPageDown => step(state, page),
        Command::DialogPageUp => step(state, -page),
        Command::DialogClose if matches!(state.dialog, Some(Dialog::Code(_))) => return login::put_off(state),
        Command::DialogClose => close(state),
        Command::DialogAccept => return accept(state),
        Command::DialogToggle => match &mut state.dialog {
            Some(Dialog::Filter(filter)) => filter.toggle(),
            Some(Dialog::Export(..)) => return exporting(state, ExportAction::ToggleRaw),
            _ => {}
        },
        Command::DialogNext if matches!(state.dialog, Some(Dialog::Export(..))) => return exporting(state, ExportAction::NextField),
        Command::DialogPrevious if matches!(state.dialog, Some(Dialog::Export(..))) => return exporting(state, ExportAction::PrevField),
        Command::DialogNext | Command::DialogPrevious => {
            other_column(state);
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
        Some(Dialog::Lens(dialog)) => dialog.step(rows, height),
        Some(Dialog::Filter(filter)) => match filter.column {
            Column::Fields => {
                filter.fields.step(rows, FIELDS.len(), height);
                filter.count(&state.store, state.now);
            }
            Column::Values => filter.values.step(rows, filter.shown.len(), height),
        },
        Some(Dialog::Export(..)) => drop(exporting(state, if rows > 0 { ExportAction::NextField } else { ExportAction::PrevField })),
        Some(Dialog::Themes(_)) => themed(state, if rows > 0 { ThemeAction::Down } else { ThemeAction::Up }),
        Some(Dialog::Code(_)) | None => {}
    }
}

/// Gives the keys to the other list of a dialog that has two.
fn other_column(state: &mut State) {
    if let Some(Dialog::Lens(dialog)) = &mut state.dialog {
        dialog.next();
    }
}

fn close(state: &mut State) {
    match &mut state.dialog {
        Some(Dialog::Filter(filter)) if filter.column == Column::Values => filter.column = Column::Fields,
        Some(Dialog::Themes(_)) => themed(state, ThemeAction::Cancel),
        Some(Dialog::Export(dialog, _)) => match dialog.stage() {
            ExportStage::Confirming => drop(exporting(state, ExportAction::Cancel)),
            ExportStage::Choosing | ExportStage::Writing => state.dialog = None,
        },
        _ => state.dialog = None,
    }
}

fn accept(state: &mut State) -> Vec<Effect> {
    match &state.dialog {
        Some(Dialog::Export(..)) => return exporting(state, ExportAction::Accept),
        Some(Dialog::Code(_)) => return login::give(state),
        Some(Dialog::Themes(_)) => {
            themed(state, ThemeAction::Accept);
            return Vec::new();
        }
        _ => {}
    }
    match state.dialog.take() {
        Some(Dialog::Picker(picker)) => picker.chosen().map_or_else(Vec::new, |command| run_command(state, command)),
        Some(Dialog::Sort(sort)) => {
            let query = view_query(state).with_sort(sort.chosen());
            set_query(state, query)
        }
        Some(Dialog::Lens(dialog)) => {
            if dialog.chosen == Chosen::Group {
                let query = view_query(state).with_group(dialog.down());
                return show(state, query);
            }
            if let (Some(down), Some(mut across)) = (dialog.down().cloned(), dialog.across().cloned()) {
                // A board of something against itself shows nothing: what was down goes across.
                if down == across {
                    let (before, other) = state.home.axes();
                    across = if *before == down { other.clone() } else { before.clone() };
                }
                state.home.set_axes(down, across, &state.store);
            }
            Vec::new()
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
        Some(Dialog::Export(..) | Dialog::Themes(_) | Dialog::Code(_)) | None => Vec::new(),
    }
}

/// Shows a query in the merged list; opens the list if it is not in front.
fn show(state: &mut State, query: Query) -> Vec<Effect> {
    if matches!(state.pages.last(), Some(Page::Findings(_))) {
        return set_query(state, query);
    }
    open_findings(state, query)
}
