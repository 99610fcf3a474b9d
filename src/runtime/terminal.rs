//! The terminal, taken and given back: after leaving, a panic, or a signal.

use std::cell::RefCell;
use std::io::{self, IsTerminal, Write};
use std::rc::Rc;
use std::sync::Once;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, ThreadId};

use crossterm::cursor::{Hide, Show};
use crossterm::event::{DisableBracketedPaste, EnableBracketedPaste};
use crossterm::terminal::{
    BeginSynchronizedUpdate, Clear, ClearType, EndSynchronizedUpdate, EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode,
    enable_raw_mode,
};
use crossterm::{execute, queue};
use ratatui::backend::CrosstermBackend;

use crate::app::State;
use crate::ui;
use crate::ui::look::Look;

/// Whether the terminal is ours now.
static TAKEN: AtomicBool = AtomicBool::new(false);
static HOOK: Once = Once::new();

/// The terminal while it is ours; dropping it gives the terminal back.
#[derive(Debug)]
pub(super) struct Guard(());

impl Guard {
    /// Takes the terminal: raw mode, alternate screen, no cursor, bracketed paste. From now on a panic of this thread gives it back
    /// before it is told; panics of other threads end in their own results and do not write over the screen.
    pub(super) fn take() -> io::Result<Self> {
        let here = thread::current().id();
        HOOK.call_once(|| hook(here));
        enter()?;
        Ok(Self(()))
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        give_back();
    }
}

fn hook(screen: ThreadId) {
    let next = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        if thread::current().id() == screen {
            give_back();
        } else if TAKEN.load(Ordering::SeqCst) {
            return;
        }
        next(panic);
    }));
}

/// Takes the terminal, again or for the first time.
pub(super) fn enter() -> io::Result<()> {
    enable_raw_mode()?;
    TAKEN.store(true, Ordering::SeqCst);
    execute!(io::stdout(), EnterAlternateScreen, EnableBracketedPaste, Hide)
}

/// Takes the terminal once more: a shell may have changed its mode while we were stopped from outside.
pub(super) fn enter_again() -> io::Result<()> {
    disable_raw_mode()?;
    enter()
}

/// Gives the terminal back, if it is taken. What cannot be written cannot be told either.
pub(super) fn give_back() {
    if TAKEN.swap(false, Ordering::SeqCst) {
        let _ = execute!(io::stdout(), EndSynchronizedUpdate, DisableBracketedPaste, LeaveAlternateScreen, Show);
        let _ = disable_raw_mode();
    }
}

/// Whether there is a person at both ends.
pub(super) fn is_there() -> bool {
    io::stdin().is_terminal() && io::stdout().is_terminal()
}

/// Collects the bytes of a frame, so that it goes out in one write.
#[derive(Clone, Debug, Default)]
struct Bytes(Rc<RefCell<Vec<u8>>>);

impl Write for Bytes {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.borrow_mut().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The screen that frames are drawn on.
#[derive(Debug)]
pub(super) struct Screen {
    terminal: ratatui::Terminal<CrosstermBackend<Bytes>>,
    bytes: Bytes,
}

impl Screen {
    /// An empty screen.
    pub(super) fn new() -> io::Result<Self> {
        let bytes = Bytes::default();
        Ok(Self { terminal: ratatui::Terminal::new(CrosstermBackend::new(bytes.clone()))?, bytes })
    }

    /// Columns and rows.
    pub(super) fn size(&self) -> io::Result<(u16, u16)> {
        self.terminal.size().map(|size| (size.width, size.height))
    }

    /// Draws what changed, as one synchronised update.
    pub(super) fn draw(&mut self, state: &State, look: &Look) -> io::Result<()> {
        queue!(self.bytes, BeginSynchronizedUpdate)?;
        self.terminal.draw(|frame| ui::draw(frame, state, look))?;
        queue!(self.bytes, EndSynchronizedUpdate)?;
        self.send()
    }

    /// Forgets what is on the screen: the next frame draws everything.
    pub(super) fn forget(&mut self) -> io::Result<()> {
        // The library's own `clear` asks the terminal where its cursor is, and waits for an answer that may never come.
        queue!(self.bytes, Clear(ClearType::All))?;
        self.terminal.swap_buffers();
        Ok(())
    }

    /// Writes bytes to the terminal that are no part of a frame.
    pub(super) fn write(&mut self, text: impl crossterm::Command) -> io::Result<()> {
        queue!(self.bytes, text)?;
        self.send()
    }

    fn send(&mut self) -> io::Result<()> {
        let mut out = io::stdout().lock();
        let mut bytes = self.bytes.0.borrow_mut();
        let sent = out.write_all(&bytes).and_then(|()| out.flush());
        bytes.clear();
        sent
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use portable_pty::{CommandBuilder, PtySize, native_pty_system};

    use super::Guard;

    #[test]
    #[ignore = "the child of the test below, which gives it a terminal of its own"]
    fn a_child_that_panics() {
        let _guard = Guard::take().expect("a terminal");
        panic!("on purpose");
    }

    #[test]
    fn a_panic_gives_the_terminal_back_before_it_is_told() {
        let pair = native_pty_system().openpty(PtySize::default()).expect("a pseudo-terminal");
        let mut child = CommandBuilder::new(std::env::current_exe().expect("this program"));
        child.args(["runtime::terminal::tests::a_child_that_panics", "--exact", "--ignored", "--nocapture", "--test-threads=1"]);
        let mut reader = pair.master.try_clone_reader().expect("a reader");
        let mut child = pair.slave.spawn_command(child).expect("started");
        drop(pair.slave);
        let mut written = Vec::new();
        // A pseudo-terminal whose last writer has gone may end with an error instead of an end.
        let _ = reader.read_to_end(&mut written);
        assert!(!child.wait().expect("ended").success());
        let written = String::from_utf8_lossy(&written);
        let at = |sequence: &str| written.find(sequence).unwrap_or_else(|| panic!("no {sequence:?} in {written:?}"));
        let told = at("on purpose");
        assert!(at("\x1b[?1049h") < at("\x1b[?1049l") && at("\x1b[?1049l") < told, "{written:?}");
        assert!(at("\x1b[?2004l") < told && at("\x1b[?25h") < told, "{written:?}");
    }
}
