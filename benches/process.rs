//! Whole processes: the real binary against a local endpoint and in a pseudo-terminal. Time and memory of an export, time to the first
//! frame, and what an idle screen does. Linux only: memory and wake-ups are read from `/proc`. Nothing is asserted.
#![allow(missing_docs, clippy::unwrap_used)]

#[path = "../tests/it/endpoint/mod.rs"]
#[allow(dead_code, unused_imports, reason = "faults and records of requests are for the tests")]
mod endpoint;

use std::io::{BufRead, BufReader, Read};
use std::process::{Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};

const BINARY: &str = env!("CARGO_BIN_EXE_ringfort");
const EXPORTS: usize = 3;
const STARTS: usize = 15;
const ALTERNATE: &[u8] = b"\x1b[?1049h";
const FRAME_BEGINS: &[u8] = b"\x1b[?2026h";
const FRAME_ENDS: &[u8] = b"\x1b[?2026l";

fn main() {
    println!("{:<44} {:>12} {:>14}", "export --format ndjson, five services", "wall", "peak memory");
    // A million takes minutes and some gigabytes: only when asked for, with `-- 1000000`.
    let asked: Vec<usize> = std::env::args().filter_map(|argument| argument.parse().ok()).collect();
    for findings in if asked.is_empty() { vec![10_000, 100_000] } else { asked } {
        export(findings);
    }
    first_frame();
    idle();
}

fn median<T: PartialOrd + Copy>(mut values: Vec<T>) -> Option<T> {
    values.sort_by(|a, b| a.partial_cmp(b).unwrap_or(std::cmp::Ordering::Equal));
    values.get(values.len() / 2).copied()
}

/// A number from a file of `/proc` whose lines are `Name:  number unit`.
fn proc_number(path: &str, name: &str) -> Option<u64> {
    let text = std::fs::read_to_string(path).ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'))?;
    line.split_whitespace().next()?.parse().ok()
}

fn export(findings: usize) {
    let local = endpoint::Endpoint::start(endpoint::data::world(&["eu-central-1"], findings / 5));
    // The endpoint is not AWS: its request rates are not what is measured here.
    let folder = std::env::temp_dir().join(format!("ringfort-bench-{}", std::process::id()));
    std::fs::create_dir_all(folder.join("ringfort")).unwrap();
    std::fs::write(folder.join("ringfort/config.toml"), "request-rates = \"unlimited\"\n").unwrap();
    let mut walls = Vec::new();
    let mut peaks = Vec::new();
    let mut lines = 0;
    for _ in 0..if findings < 500_000 { EXPORTS } else { 1 } {
        let begun = Instant::now();
        let mut child = Command::new(BINARY)
            .args(["export", "--format", "ndjson"])
            .env("AWS_ENDPOINT_URL", &local.url)
            .env("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE")
            .env("AWS_SECRET_ACCESS_KEY", "not-a-secret")
            .env("AWS_REGION", "eu-central-1")
            .env("XDG_CONFIG_HOME", &folder)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let status = format!("/proc/{}/status", child.id());
        let output = child.stdout.take().unwrap();
        let counting = thread::spawn(move || BufReader::with_capacity(1 << 20, output).split(b'\n').count());
        let mut peak = 0;
        while child.try_wait().unwrap().is_none() {
            // The high-water mark only grows: the last look before the end is the peak but for its last milliseconds.
            peak = proc_number(&status, "VmHWM").unwrap_or(peak);
            thread::sleep(Duration::from_millis(5));
        }
        walls.push(begun.elapsed());
        peaks.push(peak);
        lines = counting.join().unwrap_or_default();
    }
    let _ = std::fs::remove_dir_all(folder);
    let wall = median(walls).unwrap_or_default().as_secs_f64();
    let peak = median(peaks).unwrap_or_default() as f64 / 1024.0;
    println!("{:<44} {wall:>10.2} s {peak:>11.0} MiB", format!("  {findings} asked, {lines} written"));
}

/// The binary with the embedded estate in a pseudo-terminal.
struct Screen {
    child: Box<dyn Child + Send + Sync>,
    begun: Instant,
    output: Receiver<(Instant, Vec<u8>)>,
    _master: Box<dyn MasterPty + Send>,
}

impl Screen {
    fn start() -> Self {
        let pair = native_pty_system().openpty(PtySize { rows: 50, cols: 200, pixel_width: 0, pixel_height: 0 }).unwrap();
        let mut command = CommandBuilder::new(BINARY);
        command.arg("--demo");
        command.env("TERM", "xterm-256color");
        command.env("LANG", "C.UTF-8");
        let mut reader = pair.master.try_clone_reader().unwrap();
        let (sender, output) = channel();
        thread::spawn(move || {
            let mut buffer = vec![0; 65_536];
            while let Ok(read @ 1..) = reader.read(&mut buffer) {
                if sender.send((Instant::now(), buffer[..read].to_vec())).is_err() {
                    break;
                }
            }
        });
        let begun = Instant::now();
        let child = pair.slave.spawn_command(command).unwrap();
        Self { child, begun, output, _master: pair.master }
    }

    /// Waits until nothing has been written for so long.
    fn settle(&self, quiet: Duration) {
        while self.output.recv_timeout(quiet).is_ok() {}
    }

    /// The times from exec until the alternate screen is entered, and until a frame is complete.
    fn first_frame(&self) -> (Duration, Duration) {
        let mut bytes = Vec::new();
        let mut entered = None;
        let has = |bytes: &[u8], wanted: &[u8]| bytes.windows(wanted.len()).position(|window| window == wanted);
        while let Ok((at, read)) = self.output.recv_timeout(Duration::from_secs(10)) {
            bytes.extend(read);
            if entered.is_none() && has(&bytes, ALTERNATE).is_some() {
                entered = Some(at - self.begun);
            }
            let frame = has(&bytes, FRAME_BEGINS).and_then(|start| has(&bytes[start..], FRAME_ENDS));
            if let (Some(entered), Some(_)) = (entered, frame) {
                return (entered, at - self.begun);
            }
        }
        (entered.unwrap_or_default(), Duration::ZERO)
    }

    /// How often its threads have been switched to and from.
    fn switches(&self) -> u64 {
        let folder = format!("/proc/{}/task", self.child.process_id().unwrap_or_default());
        let of_thread = |path: String| {
            ["voluntary_ctxt_switches", "nonvoluntary_ctxt_switches"].iter().filter_map(|name| proc_number(&path, name)).sum::<u64>()
        };
        let threads = std::fs::read_dir(folder).into_iter().flatten().flatten();
        threads.map(|thread| of_thread(format!("{}/status", thread.path().display()))).sum()
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn first_frame() {
    let times: Vec<(Duration, Duration)> = (0..STARTS).map(|_| Screen::start().first_frame()).collect();
    let of =
        |which: fn(&(Duration, Duration)) -> Duration| median(times.iter().map(which).collect()).unwrap_or_default().as_secs_f64() * 1e3;
    println!("\nfrom exec, --demo at 200x50, median of {STARTS}");
    println!("{:<44} {:>9.1} ms", "  alternate screen entered", of(|time| time.0));
    println!("{:<44} {:>9.1} ms   (budget 50 ms)", "  first frame complete", of(|time| time.1));
}

fn idle() {
    const WATCHED: Duration = Duration::from_secs(3);
    let screen = Screen::start();
    screen.settle(Duration::from_secs(4));
    let before = screen.switches();
    let begun = Instant::now();
    let mut bytes = 0;
    while let Some(left) = WATCHED.checked_sub(begun.elapsed()) {
        bytes += screen.output.recv_timeout(left).map_or(0, |(_, read)| read.len());
    }
    println!("\nidle for {} s after the embedded estate has loaded", WATCHED.as_secs());
    println!("{:<44} {bytes:>9}", "  bytes written");
    println!("{:<44} {:>9}", "  context switches of all threads", screen.switches() - before);
}
