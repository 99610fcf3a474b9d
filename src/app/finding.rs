//! An open finding: on its own screen, or beside the merged list.

use tui_input::Input;

use super::command::Command;
use super::detail::{Detail, DetailAction, Outcome};
use super::message::{Effect, Tone};
use super::state::State;
use crate::store::RowId;

/// A finding, its sections, and what is searched in it.
#[derive(Clone, Debug)]
pub struct Opened {
    /// Its row.
    pub row: RowId,
    /// Whether its source does not list it any more: it is shown as it was.
    pub gone: bool,
    /// Its sections and its raw JSON.
    pub detail: Detail,
    /// The search line, while it is open.
    pub search: Option<Input>,
}

impl Opened {
    /// Opens a finding; its evidence and raw JSON come with [`super::Message::Opened`].
    pub(super) fn new(state: &State, row: RowId, size: (u16, u16)) -> Option<Self> {
        let finding = state.store.get(row)?.clone();
        let names = state.names.clone()?;
        let mut detail = Detail::new(finding, names, state.now);
        detail.resize(size.0, size.1);
        Some(Self { row, gone: false, detail, search: None })
    }

    /// What a command asks of the finding.
    #[must_use]
    pub fn action(&self, command: Command) -> Option<DetailAction> {
        Some(match command {
            Command::Down => DetailAction::Down,
            Command::Up => DetailAction::Up,
            Command::PageDown => DetailAction::HalfDown,
            Command::PageUp => DetailAction::HalfUp,
            Command::Top => DetailAction::Top,
            Command::Bottom => DetailAction::Bottom,
            Command::Left => DetailAction::Fold,
            Command::Right => DetailAction::Unfold,
            Command::Enter | Command::ToggleFold => DetailAction::Toggle,
            Command::FoldAll => DetailAction::FoldAll,
            Command::UnfoldAll => DetailAction::UnfoldAll,
            Command::NextPane => DetailAction::NextSection,
            Command::PreviousPane => DetailAction::PrevSection,
            Command::NextMatch => DetailAction::NextMatch,
            Command::PreviousMatch => DetailAction::PrevMatch,
            Command::Raw => DetailAction::ToggleRaw,
            Command::Copy => DetailAction::Copy,
            Command::Console => DetailAction::OpenLink,
            Command::Back | Command::Quit => DetailAction::Back,
            _ => return None,
        })
    }
}

/// What became of an action: whether the finding is to be left, and what the runtime has to do.
pub(super) fn follow(state: &mut State, outcome: Outcome) -> (bool, Vec<Effect>) {
    match outcome {
        Outcome::Stay => (false, Vec::new()),
        Outcome::Close => (true, Vec::new()),
        Outcome::Copy { what, text } => {
            let lines = text.lines().count();
            let shown = if lines > 1 { format!("{lines} lines") } else { text.clone() };
            state.tell(Tone::Good, format!("Copied {what}: {shown}"));
            (false, vec![Effect::Copy(text)])
        }
        Outcome::Open(url) => {
            state.tell(Tone::Good, format!("Copied the link: {url}"));
            (false, vec![Effect::Copy(url)])
        }
        Outcome::NoLink => {
            state.tell(Tone::Plain, "There is no link to copy here");
            (false, Vec::new())
        }
    }
}
