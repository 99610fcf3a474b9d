//! What happens to the state, and what the state asks for.

use std::path::PathBuf;
use std::sync::Arc;

use super::export::ExportRequest;
use super::key::Key;
use crate::fetch::{Event, Reply};
use crate::lens::LensSet;
use crate::model::{Text, Timestamp};
use crate::priority::Rules;
use crate::store::RowId;

/// Something happened.
#[derive(Debug)]
pub enum Message {
    /// A key was pressed.
    Key(Key),
    /// Text was pasted.
    Paste(String),
    /// The terminal has this many columns and rows now.
    Resize(u16, u16),
    /// The fetch said something.
    Fetch(Event),
    /// The lenses were read: layers and sides have their names, findings can be opened.
    Lenses(Arc<LensSet>),
    /// The rules of the priority were read.
    Rules(Rules),
    /// What an open finding's evidence and raw JSON are.
    Opened {
        /// The finding's row.
        row: RowId,
        /// What the source saw: label and value.
        evidence: Vec<(Text, Text)>,
        /// The source's own JSON, or why it is not there.
        raw: Result<String, String>,
    },
    /// The time, for ages and elapsed times. Sent with other messages, and while something is loading.
    Clock(Timestamp),
    /// The slice of work that was asked for with [`Effect::Work`] may go on.
    Work,
    /// An export ended.
    Exported(Exported),
    /// The themes that can be chosen.
    Themes(Vec<String>),
    /// The theme that was asked for cannot be used: why. The default one is shown.
    ThemeFailed(String),
    /// The program that logs in has ended: well, or why not.
    LoggedIn(Result<(), String>),
    /// Something to tell.
    Tell(Tone, String),
}

/// How an export ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Exported {
    /// This many findings are in this file.
    Written(usize, PathBuf),
    /// The file is there already; nothing was written.
    Exists,
    /// It could not be written, for this reason; nothing is half-written.
    Failed(String),
}

/// How a notice is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// It worked.
    Good,
    /// For your information.
    Plain,
    /// Look at this.
    Warning,
    /// It did not work.
    Error,
}

/// Something for the runtime to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Leave.
    Quit,
    /// Give the terminal back until the shell wakes us.
    Suspend,
    /// Draw the whole screen anew.
    Redraw,
    /// Read a finding's evidence and raw JSON, and answer with [`Message::Opened`].
    Open(RowId),
    /// Copy text to the clipboard of the terminal (OSC 52).
    Copy(String),
    /// Write these rows, in this order, and answer with [`Message::Exported`].
    Export {
        /// What to write, and where.
        request: ExportRequest,
        /// The rows of the view.
        rows: Vec<RowId>,
        /// The view's query.
        query: String,
    },
    /// Stop the fetch.
    CancelFetch,
    /// Read these lanes again, or all.
    Refresh(Option<Vec<usize>>),
    /// Give the terminal to this program until it ends, and answer with [`Message::LoggedIn`]. No shell reads the words.
    LogIn(Vec<String>),
    /// Answer what the credentials of the account with this number ask for.
    Reply(usize, Reply),
    /// Send [`Message::Work`] once waiting keys are dealt with.
    Work,
}
