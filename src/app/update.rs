//! What every message does to the state, and what it asks of the runtime. No I/O here.

use super::command::Command;
use super::dialogs;
use super::edit;
use super::findings::Findings;
use super::geometry::Size;
use super::key::Key;
use super::list::List;
use super::login;
use super::message::{Effect, Message, Tone};
use super::pages;
use super::picker::{Picker, Purpose};
use super::refresh;
use super::state::{Dialog, Page, Progress, State};
use crate::query::Query;

/// Lets a message change the state; tells what the runtime has to do. Call [`State::settle`] after a batch of messages.
pub fn update(state: &mut State, message: Message) -> Vec<Effect> {
    match message {
        Message::Key(key) => key_pressed(state, key),
        Message::Paste(text) => pasted(state, &text),
        Message::Resize(columns, rows) => {
            state.size = Size { columns, rows };
            pages::resized(state);
            Vec::new()
        }
        Message::Fetch(event) => {
            state.take(event);
            Vec::new()
        }
        Message::Clock(now) => {
            state.now = now;
            Vec::new()
        }
        Message::Tell(tone, text) => {
            state.tell(tone, text);
            Vec::new()
        }
        Message::Work => pages::go_on(state),
        Message::Lenses(lenses) => {
            state.set_lenses(&lenses);
            Vec::new()
        }
        Message::Rules(rules) => {
            state.rank_by(rules);
            Vec::new()
        }
        Message::Opened { row, evidence, raw } => {
            state.loaded(row, &evidence, &raw);
            Vec::new()
        }
        Message::Exported(exported) => {
            dialogs::exported(state, exported);
            Vec::new()
        }
        Message::LoggedIn(ended) => login::logged_in(state, ended),
        Message::Themes(themes) => {
            state.themes = themes;
            Vec::new()
        }
        Message::ThemeFailed(reason) => {
            dialogs::theme_failed(state, reason);
            Vec::new()
        }
    }
}

fn key_pressed(state: &mut State, key: Key) -> Vec<Effect> {
    state.notice = None;
    let command = state.keymap.lookup(state.context(), key);
    // A character types; only where no text is expected is it a command.
    let text_first = key.typed().is_some();
    if state.dialog.is_some() {
        return match command {
            Some(command) if !text_first => run(state, command),
            _ => dialogs::typed(state, key),
        };
    }
    if let Some(Page::Findings(findings)) = state.pages.last_mut()
        && let Some(search) = &mut findings.search
    {
        return match command {
            Some(command) if !text_first => run(state, command),
            _ => {
                if edit::edit(&mut search.input, key) {
                    let query = Query::parse(search.input.value()).0;
                    return pages::set_query(state, query);
                }
                Vec::new()
            }
        };
    }
    if let Some(opened) = pages::opened(state)
        && let Some(search) = &mut opened.search
    {
        return match command {
            Some(command) if !text_first => run(state, command),
            _ => {
                if edit::edit(search, key) {
                    opened.detail.search(search.value());
                }
                Vec::new()
            }
        };
    }
    command.map_or_else(Vec::new, |command| run(state, command))
}

fn pasted(state: &mut State, text: &str) -> Vec<Effect> {
    if state.dialog.is_some() {
        return dialogs::pasted(state, text);
    }
    if let Some(Page::Findings(findings)) = state.pages.last_mut()
        && let Some(search) = &mut findings.search
        && edit::paste(&mut search.input, text)
    {
        let query = Query::parse(search.input.value()).0;
        return pages::set_query(state, query);
    }
    if let Some(opened) = pages::opened(state)
        && let Some(search) = &mut opened.search
        && edit::paste(search, text)
    {
        opened.detail.search(search.value());
    }
    Vec::new()
}

/// Runs a command where the user is now.
pub(super) fn run(state: &mut State, command: Command) -> Vec<Effect> {
    match command {
        Command::QuitNow => return vec![Effect::Quit],
        Command::Suspend => return vec![Effect::Suspend],
        Command::Redraw => return vec![Effect::Redraw],
        _ => {}
    }
    if state.dialog.is_some() {
        return dialogs::run(state, command);
    }
    if let Some(effects) = pages::search_command(state, command) {
        return effects;
    }
    if let Some(effects) = pages::on_opened(state, command) {
        return effects;
    }
    match command {
        Command::Quit if state.pages.is_empty() => return vec![Effect::Quit],
        Command::Quit | Command::Back => pages::back(state),
        Command::Help => state.dialog = Some(Dialog::Picker(Picker::new(Purpose::Help, state.page_context(), &state.keymap))),
        Command::Palette => state.dialog = Some(Dialog::Picker(Picker::new(Purpose::Palette, state.page_context(), &state.keymap))),
        Command::Coverage => {
            if !matches!(state.pages.last(), Some(Page::Coverage(_))) {
                state.pages.push(Page::Coverage(List::default()));
            }
        }
        Command::Refresh | Command::RefreshAll => return refresh::run(state, command),
        Command::Cancel => return cancel(state),
        Command::LogIn => return login::log_in(state),
        Command::Filter | Command::Sort | Command::Lens | Command::Themes | Command::Export => dialogs::open(state, command),
        Command::Search => pages::open_search(state),
        Command::Copy | Command::Console => return copy(state, command),
        _ => return pages::run(state, command),
    }
    Vec::new()
}

fn cancel(state: &mut State) -> Vec<Effect> {
    match state.fetch.progress {
        Progress::Ended => {
            state.tell(Tone::Plain, "Nothing is being fetched");
            Vec::new()
        }
        Progress::Cancelling => Vec::new(),
        Progress::Starting | Progress::Loading => {
            state.fetch.progress = Progress::Cancelling;
            state.tell(Tone::Warning, "Cancelling the fetch; what arrived stays");
            vec![Effect::CancelFetch]
        }
    }
}

fn copy(state: &mut State, command: Command) -> Vec<Effect> {
    let Some(finding) = state.selected().and_then(|row| state.store.get(row)) else {
        state.tell(Tone::Plain, "No finding is selected here");
        return Vec::new();
    };
    let (what, text) = match command {
        Command::Console => ("console link", finding.console_link()),
        _ => ("id", Some(finding.id.clone())),
    };
    let Some(text) = text else {
        state.tell(Tone::Warning, format!("The finding has no {what}"));
        return Vec::new();
    };
    state.tell(Tone::Good, format!("Copied the {what}: {text}"));
    vec![Effect::Copy(text.to_string())]
}

/// Opens the merged list on a query.
pub(super) fn open_findings(state: &mut State, query: Query) -> Vec<Effect> {
    let findings = Findings::new(query, &state.store, state.now);
    state.pages.push(Page::Findings(Box::new(findings)));
    pages::work(state)
}
