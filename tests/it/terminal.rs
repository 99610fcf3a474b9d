//! The binary in a real pseudo-terminal: it starts, answers, and gives the terminal back whatever ends it.

use std::thread;
use std::time::{Duration, Instant};

use portable_pty::PtySize;

use crate::session::{ALTERNATE, ALTERNATE_LEFT, PATIENCE, Session, cells};

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
    // crossterm 0.29 may keep a key that comes in the same moment as the signal of a resize until the next one comes.
    while session.take(Duration::from_millis(200)) {}
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
