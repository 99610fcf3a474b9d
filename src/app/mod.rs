//! The state of the terminal interface, and how it changes: `update(state, message) -> effects`.
//! In come keys, sizes, the time and the fetch's events; out come effects that the runtime carries out.
//! It knows model, lens, query, store and the fetch's events; no I/O, no drawing.

mod command;
pub mod detail;
mod dialogs;
mod edit;
pub mod export;
mod filter;
mod finding;
mod findings;
pub mod flow;
mod geometry;
mod grouping;
mod home;
pub mod json_view;
mod key;
mod keymap;
mod lanes;
mod lens_dialog;
mod list;
pub mod login;
mod message;
mod pages;
mod picker;
mod refresh;
mod sort;
mod state;
pub mod themes;
mod update;

pub use command::{COMMANDS, Command, Context, Spec};
pub use filter::{Column, FIELDS, Filter};
pub use finding::Opened;
pub use findings::{Findings, SearchBox};
pub use geometry::{COVERAGE_CHROME, DIALOG_CHROME, FINDINGS_CHROME, LEAST, Size, Width};
pub use grouping::{Group, Grouping, Line};
pub use home::{ALL_LAYERS, ALL_SIDES, Home, Pane, WORST};
pub use key::{Code, Key};
pub use keymap::Keymap;
pub use lens_dialog::{Choice, Chosen, LensDialog};
pub use list::List;
pub use message::{Effect, Exported, Message, Tone};
pub use picker::{Entry, Picker, Purpose};
pub use sort::SortDialog;
pub use state::{Dialog, Fetching, Notice, Page, Progress, Start, State, Titles};
pub use update::update;
