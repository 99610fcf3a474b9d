//! The binary in a real pseudo-terminal: it starts, answers, and gives the terminal back whatever ends it.

use std::io::{Read, Write};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, ExitStatus, MasterPty, PtySize, native_pty_system};

const PATIENCE: Duration = Duration::from_secs(30);
const ALTERNATE: &str = "\x1b[?1049h";
const ALTERNATE_LEFT: &str = "\x1b[?1049l";
const PASTE_OFF: &str = "\x1b[?2004l";
const CURSOR_SHOWN: &str = "\x1b[?25h";

fn cells(number: u16) -> std::num::NonZeroU16 {
    std::num::NonZeroU16::new(number).expect("at least one")
}

struct Session {
    child: Box<dyn Child + Send + Sync>,
    master: Box<dyn MasterPty + Send>,
    keys: Box<dyn Write + Send>,
    output: Receiver<Vec<u8>>,
    screen: vt100::Parser,
    bytes: Vec<u8>,
}

impl Session {
    fn start(columns: u16, rows: u16) -> Self {
        let size = PtySize { rows, cols: columns, pixel_width: 0, pixel_height: 0 };
        let pair = native_pty_system().openpty(size).expect("a pseudo-terminal");
        let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_ringfort"));
        command.arg("--demo");
        command.env("TERM", "xterm-256color");
        command.env("LANG", "en_US.UTF-8");
        command.env("LC_ALL", "en_US.UTF-8");
        let child = pair.slave.spawn_command(command).expect("started");
        let mut reader = pair.master.try_clone_reader().expect("a reader");
        let keys = pair.master.take_writer().expect("a writer");
        let (sender, output) = channel();
        thread::spawn(move || {
            let mut buffer = [0; 65_536];
            while let Ok(read @ 1..) = reader.read(&mut buffer) {
                if sender.send(buffer[..read].to_vec()).is_err() {
                    break;
                }
            }
        });
        Self { child, master: pair.master, keys, output, screen: vt100::Parser::new(cells(rows), cells(columns), 0), bytes: Vec::new() }
    }

    fn press(&mut self, keys: &str) {
        self.keys.write_all(keys.as_bytes()).and_then(|()| self.keys.flush()).expect("written");
    }

    fn take(&mut self, wait: Duration) -> bool {
        let Ok(bytes) = self.output.recv_timeout(wait) else { return false };
        self.screen.process(&bytes);
        self.bytes.extend(bytes);
        true
    }

    fn shown(&self) -> String {
        self.screen.screen().contents()
    }

    /// Waits until the screen shows the text.
    fn wait_for(&mut self, text: &str) {
        let until = Instant::now() + PATIENCE;
        while !self.shown().contains(text) {
            assert!(Instant::now() < until, "no {text:?} on the screen:\n{}", self.shown());
            self.take(Duration::from_millis(50));
        }
    }

    /// Waits until the fetch has ended: from then on nothing moves by itself.
    fn wait_for_the_end(&mut self) {
        self.wait_for("not read");
    }

    fn wait_for_exit(&mut self) -> ExitStatus {
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

    fn signal(&self, name: &str) {
        let id = self.child.process_id().expect("a process").to_string();
        let sent = std::process::Command::new("kill").args(["-s", name, &id]).status().expect("kill");
        assert!(sent.success());
    }

    fn assert_restored(&self) {
        let written = String::from_utf8_lossy(&self.bytes);
        let left = written.rfind(ALTERNATE_LEFT).unwrap_or_else(|| panic!("the alternate screen was not left"));
        assert!(written.rfind(ALTERNATE).is_some_and(|entered| entered < left), "the alternate screen was entered again");
        assert!(written.contains(PASTE_OFF), "bracketed paste is still on");
        assert!(written.rfind(CURSOR_SHOWN).is_some_and(|shown| written.rfind("\x1b[?25l").is_none_or(|hidden| hidden < shown)));
    }
}

#[test]
fn it_shows_the_estate_answers_keys_and_leaves_the_terminal_as_it_was() {
    let mut session = Session::start(100, 30);
    session.wait_for("ringfort");
    session.wait_for_the_end();
    session.press("0\r");
    session.wait_for("findings  demo");
    session.press("\r");
    session.wait_for("What");
    session.press("q");
    session.wait_for("everything, worst first");
    session.press("q");
    session.wait_for("Worst first");
    session.press("q");
    let status = session.wait_for_exit();
    assert_eq!(status.exit_code(), 3, "the estate has lanes that cannot be read");
    session.assert_restored();
}

#[test]
fn it_follows_every_size_of_the_terminal() {
    let mut session = Session::start(80, 24);
    session.wait_for_the_end();
    for (columns, rows) in [(30u16, 8u16), (200, 50), (45, 12), (80, 24)] {
        session.master.resize(PtySize { rows, cols: columns, pixel_width: 0, pixel_height: 0 }).expect("resized");
        session.screen.screen_mut().set_size(cells(rows), cells(columns));
        session.wait_for(if columns < 40 { "ringfort needs 40 x 10" } else { "All" });
    }
    session.press("\x03");
    session.wait_for_exit();
    session.assert_restored();
}

#[test]
fn a_signal_that_ends_it_restores_the_terminal() {
    for name in ["TERM", "HUP", "INT"] {
        let mut session = Session::start(80, 24);
        session.wait_for("Sources");
        session.signal(name);
        let status = session.wait_for_exit();
        assert!(!status.success(), "{name}");
        session.assert_restored();
    }
}

#[test]
fn ctrl_z_gives_the_terminal_back_and_fg_takes_it_again() {
    let mut session = Session::start(80, 24);
    session.wait_for_the_end();
    session.press("\x1a");
    let until = Instant::now() + PATIENCE;
    while !String::from_utf8_lossy(&session.bytes).contains(ALTERNATE_LEFT) {
        assert!(Instant::now() < until, "the terminal was not given back");
        session.take(Duration::from_millis(50));
    }
    thread::sleep(Duration::from_millis(200));
    session.bytes.clear();
    session.signal("CONT");
    session.wait_for("Worst first");
    assert!(String::from_utf8_lossy(&session.bytes).contains(ALTERNATE));
    session.press("\x03");
    session.wait_for_exit();
    session.assert_restored();
}

#[test]
fn a_split_escape_sequence_is_the_arrow_that_it_was_and_esc_never_quits() {
    let mut session = Session::start(100, 30);
    session.wait_for_the_end();
    session.press("0\r");
    session.wait_for("1 of ");
    session.press("\x1b");
    session.press("[B");
    session.wait_for("2 of ");
    session.press("\x1b");
    session.wait_for("All sides");
    session.press("\x1b");
    session.wait_for("q quits");
    session.press("q");
    session.wait_for_exit();
}

#[test]
fn nothing_is_written_when_nothing_happens() {
    let mut session = Session::start(80, 24);
    session.wait_for_the_end();
    while session.take(Duration::from_millis(500)) {}
    session.bytes.clear();
    session.take(Duration::from_secs(2));
    assert!(session.bytes.is_empty(), "{:?}", String::from_utf8_lossy(&session.bytes));
    session.press("\x03");
    session.wait_for_exit();
}

#[test]
fn without_a_terminal_it_says_what_works_without_one() {
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_ringfort"))
        .arg("--demo")
        .stdin(std::process::Stdio::null())
        .output()
        .expect("started");
    assert_eq!(output.status.code(), Some(2));
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(told.contains("ringfort summary") && output.stdout.is_empty(), "{told}");
}
