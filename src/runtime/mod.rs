//! The terminal guard, the event loop, and what the state's effects do in the world.
//! In come a terminal, a request and settings; out goes an exit code.
//! It knows everything but the command line.

mod effects;
mod environment;
mod event_loop;
mod export;
mod keys;
mod login;
mod terminal;

use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use thiserror::Error;

use crate::app::{Keymap, Size, Start, State};
use crate::fetch::Request;
use crate::lens::LensSet;
use crate::model::{Severity, Timestamp};
use crate::priority::Rules;
use crate::ui::look::{ColorDepth, Look};
use crate::ui::theme;

pub use environment::{ColorChoice, color_depth, is_ascii_only};

/// Threads' stacks: unoptimised SDK deserialisers go deep. Only address space until it is used.
const STACK: usize = 8 << 20;

/// What the user chose for the screen.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// The theme's name.
    pub theme: String,
    /// Where the user's own themes are.
    pub themes_folder: Option<PathBuf>,
    /// How many colours.
    pub color: ColorDepth,
    /// Whether only ASCII may be drawn.
    pub ascii: bool,
    /// The key map.
    pub keymap: Keymap,
    /// The query that home counts: the command line's, `--min-severity` included.
    pub query: String,
    /// Whether the estate is the embedded one.
    pub demo: bool,
    /// The gate of the exit code.
    pub fail_on: Option<Severity>,
}

/// Why the screen could not be shown, or had to be left.
#[derive(Debug, Error)]
pub enum RunError {
    /// Standard input or output is no terminal.
    #[error(
        "there is no terminal on standard input and output, which the screen needs; `ringfort summary` and `ringfort export` work without one"
    )]
    NoTerminal,
    /// What the user asked for cannot be begun: an unknown profile or Region, a broken lens file.
    #[error("{0}")]
    Usage(String),
    /// The terminal cannot be used.
    #[error("the terminal cannot be used ({0}); try another one, or `ringfort summary`")]
    Terminal(#[from] io::Error),
}

impl RunError {
    /// The exit code of the contract.
    #[must_use]
    pub const fn exit_code(&self) -> u8 {
        2
    }
}

/// Shows the screen until the user leaves; the exit code of the contract.
///
/// The first frame is drawn before `prepare` is called: that may read files (lenses, rules, AWS configuration) and take its time.
///
/// # Errors
/// See [`RunError`]. The terminal is as it was before.
pub fn tui<P>(settings: Settings, prepare: P) -> Result<u8, RunError>
where
    P: FnOnce() -> Result<(Request, Arc<LensSet>, Rules), String> + Send + 'static,
{
    if !terminal::is_there() {
        return Err(RunError::NoTerminal);
    }
    // Before the terminal is taken: from then on no signal may end us without giving it back. Starting the threads takes less
    // than a millisecond.
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().thread_stack_size(STACK).build()?;
    let signals = {
        let _inside = runtime.enter();
        event_loop::Signals::new()?
    };
    let guard = terminal::Guard::take()?;
    let mut screen = terminal::Screen::new()?;
    let (columns, rows) = screen.size()?;
    let start = Start {
        query: settings.query.clone(),
        keymap: settings.keymap.clone(),
        demo: settings.demo,
        theme: settings.theme.clone(),
        folder: std::env::current_dir().unwrap_or_default(),
        home_folder: std::env::var_os("HOME").map(PathBuf::from),
        size: Size { columns, rows },
    };
    let state = State::new(start, Timestamp::now());
    let (theme, mistake) = theme::load_or_default(&settings.theme, settings.themes_folder.as_deref());
    let look = Look::new(&theme, settings.color, settings.ascii);
    screen.draw(&state, &look)?;
    let session = event_loop::Session::new(state, look, screen, settings);
    let left = runtime.block_on(session.run(prepare, signals, mistake.map(|mistake| mistake.to_string())));
    drop(guard);
    // Calls that are under way are not waited for.
    runtime.shutdown_background();
    left
}
