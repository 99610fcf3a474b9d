//! The binary in a pseudo-terminal, and the screen that it draws there.

use std::io::{Read, Write};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, ExitStatus, MasterPty, PtySize, native_pty_system};

pub(crate) const PATIENCE: Duration = Duration::from_secs(30);
pub(crate) const ALTERNATE: &str = "\x1b[?1049h";
pub(crate) const ALTERNATE_LEFT: &str = "\x1b[?1049l";
const PASTE_OFF: &str = "\x1b[?2004l";
const CURSOR_SHOWN: &str = "\x1b[?25h";

pub(crate) fn cells(number: u16) -> std::num::NonZeroU16 {
    std::num::NonZeroU16::new(number).expect("at least one")
}

pub(crate) struct Session {
    pub(crate) child: Box<dyn Child + Send + Sync>,
    pub(crate) master: Box<dyn MasterPty + Send>,
    pub(crate) keys: Box<dyn Write + Send>,
    pub(crate) output: Receiver<Vec<u8>>,
    pub(crate) screen: vt100::Parser,
    pub(crate) bytes: Vec<u8>,
}

impl Session {
    /// Opens the embedded estate on a screen of this size.
    pub(crate) fn start(columns: u16, rows: u16) -> Self {
        Self::start_with(columns, rows, &["--demo"], &[])
    }

    /// Runs the binary with these arguments, and these variables besides.
    pub(crate) fn start_with(columns: u16, rows: u16, arguments: &[&str], variables: &[(&str, &str)]) -> Self {
        let size = PtySize { rows, cols: columns, pixel_width: 0, pixel_height: 0 };
        let pair = native_pty_system().openpty(size).expect("a pseudo-terminal");
        let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_ringfort"));
        command.args(arguments);
        command.env("TERM", "xterm-256color");
        command.env("LANG", "en_US.UTF-8");
        command.env("LC_ALL", "en_US.UTF-8");
        for (name, value) in variables {
            command.env(name, value);
        }
        let child = pair.slave.spawn_command(command).expect("started");
        let mut reader = pair.master.try_clone_reader().expect("a reader");
        let keys = pair.master.take_writer().expect("a writer");
        let (sender, output) = channel();
        thread::spawn(move || {
            let mut buffer = vec![0; 65_536];
            while let Ok(read @ 1..) = reader.read(&mut buffer) {
                if sender.send(buffer[..read].to_vec()).is_err() {
                    break;
                }
            }
        });
        Self { child, master: pair.master, keys, output, screen: vt100::Parser::new(cells(rows), cells(columns), 0), bytes: Vec::new() }
    }

    pub(crate) fn press(&mut self, keys: &str) {
        self.keys.write_all(keys.as_bytes()).and_then(|()| self.keys.flush()).expect("written");
    }

    pub(crate) fn take(&mut self, wait: Duration) -> bool {
        let Ok(bytes) = self.output.recv_timeout(wait) else { return false };
        self.screen.process(&bytes);
        self.bytes.extend(bytes);
        true
    }

    pub(crate) fn shown(&self) -> String {
        self.screen.screen().contents()
    }

    /// Waits until the screen shows the text.
    pub(crate) fn wait_for(&mut self, text: &str) {
        let until = Instant::now() + PATIENCE;
        while !self.shown().contains(text) {
            assert!(Instant::now() < until, "no {text:?} on the screen:\n{}", self.shown());
            self.take(Duration::from_millis(50));
        }
    }

    /// Waits until the fetch has ended: from then on nothing moves by itself.
    pub(crate) fn wait_for_the_end(&mut self) {
        self.wait_for("not read");
    }

    pub(crate) fn wait_for_exit(&mut self) -> ExitStatus {
        let until = Instant::now() + PATIENCE;
        loop {
            self.take(Duration::from_millis(50));
            if let Some(status) = self.child.try_wait().expect("asked") {
                while self.take(Duration::from_millis(100)) {}
                return status;
            }
            assert!(Instant::now() < until, "it does not end:\n{}", self.shown());
        }
    }

    pub(crate) fn signal(&self, name: &str) {
        let id = self.child.process_id().expect("a process").to_string();
        let sent = std::process::Command::new("kill").args(["-s", name, &id]).status().expect("kill");
        assert!(sent.success());
    }

    pub(crate) fn assert_restored(&self) {
        let written = String::from_utf8_lossy(&self.bytes);
        let left = written.rfind(ALTERNATE_LEFT).unwrap_or_else(|| panic!("the alternate screen was not left"));
        assert!(written.rfind(ALTERNATE).is_some_and(|entered| entered < left), "the alternate screen was entered again");
        assert!(written.contains(PASTE_OFF), "bracketed paste is still on");
        assert!(written.rfind(CURSOR_SHOWN).is_some_and(|shown| written.rfind("\x1b[?25l").is_none_or(|hidden| hidden < shown)));
    }
}
