//! Gives the terminal to a program that logs in, such as `aws sso login`, and takes it back when that has ended.

use std::io::{self, BufRead as _};
use std::process::{Child, Command, ExitStatus, Stdio};

use futures_util::FutureExt as _;
use rustix::process::{Signal, kill_current_process_group};
use tokio::task::spawn_blocking;

use super::event_loop::{Session, Signals};
use super::{RunError, terminal};
use crate::app::Message;
use crate::model::Text;

impl Session {
    /// Runs the program; how it ended. The fetch goes on meanwhile, as far as its events find room.
    pub(super) async fn log_in(&mut self, words: &[String], signals: &mut Signals) -> Result<Result<(), String>, RunError> {
        terminal::give_back();
        let line = Text::new(&words.join(" "));
        println!("ringfort runs: {line}");
        let ended = match begin(words) {
            Ok(child) => attend(child, signals).await,
            Err(error) => Err(error),
        };
        let told = told(&line, words.first().map_or("", String::as_str), &ended);
        if let Err(reason) = &told {
            println!("\nringfort: {reason}\nPress enter to go back to ringfort.");
            // Whatever ends this, the screen comes back.
            let _ = spawn_blocking(|| io::stdin().lock().read_line(&mut String::new())).await;
        }
        // What was meant for the program must not end us now.
        while signals.interrupt.recv().now_or_never().flatten().is_some() {}
        terminal::enter()?;
        let (columns, rows) = self.screen.size()?;
        self.take(Message::Resize(columns, rows));
        self.draw_anew()?;
        Ok(told)
    }
}

/// Each word is an argument as it stands; there is no shell in between.
fn begin(words: &[String]) -> io::Result<Child> {
    let Some((program, arguments)) = words.split_first() else { return Err(io::ErrorKind::InvalidInput.into()) };
    Command::new(program).args(arguments).stdin(Stdio::inherit()).stdout(Stdio::inherit()).stderr(Stdio::inherit()).spawn()
}

/// Waits for the program. Ctrl-C is for it, not for us; ctrl-z stops us both, and `fg` wakes us both.
async fn attend(mut child: Child, signals: &mut Signals) -> io::Result<ExitStatus> {
    let mut ended = spawn_blocking(move || child.wait());
    loop {
        tokio::select! {
            status = &mut ended => return status.map_err(io::Error::other)?,
            _ = signals.interrupt.recv() => {}
            _ = signals.stop.recv() => {
                let _ = kill_current_process_group(Signal::STOP);
            }
        }
    }
}

fn told(line: &Text, program: &str, ended: &io::Result<ExitStatus>) -> Result<(), String> {
    match ended {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("`{line}` did not log in ({status}); what was loaded stays")),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            Err(format!("`{program}` is not installed, or not on PATH: install the AWS CLI, or run `{line}` where it is, then fetch again"))
        }
        Err(error) => Err(format!("`{line}` cannot be run: {error}")),
    }
}
