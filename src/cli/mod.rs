//! The command line: what the user may say, and which part of the library answers it.
//! In come arguments, the environment and the configuration file; out go findings and reports on stdout, all else on stderr.
//! It knows everything; nothing knows it.

mod args;
mod asking;
mod commands;
mod config;
mod doctor;
mod failure;
mod fetching;
mod help;
mod lenses;
mod man;
mod output;
mod policy;
mod settings;
mod words;

use std::process::ExitCode;

use clap::{CommandFactory as _, Parser as _};

use args::{Cli, Command};
use failure::Failure;
use settings::Settings;

/// Parses the command line, runs what it asks for, and returns the exit code of the contract. Usage errors end in clap with
/// code 2.
#[must_use]
pub fn main() -> ExitCode {
    match run(Cli::parse()) {
        Ok(code) => ExitCode::from(code),
        Err(failure) => {
            eprintln!("ringfort: {}", failure.message);
            ExitCode::from(failure.code)
        }
    }
}

fn run(cli: Cli) -> Result<u8, Failure> {
    let Cli { shared, command } = cli;
    match command {
        None => commands::screen(Settings::resolve(shared)?),
        Some(Command::Summary { format, shared: after }) => commands::summary(&Settings::resolve(shared.and(after))?, format),
        Some(Command::Export { export, shared: after }) => commands::export(&Settings::resolve(shared.and(after))?, &export),
        Some(Command::Coverage { format, shared: after }) => commands::coverage(&Settings::resolve(shared.and(after))?, format),
        Some(Command::Doctor { format, shared: after }) => doctor::doctor(&Settings::resolve(shared.and(after))?, format),
        Some(Command::Policy { feature, shared: after }) => policy::policy(&Settings::resolve(shared.and(after))?, &feature),
        Some(Command::Lenses { command, format, shared: after }) => lenses::lenses(command, format, shared.and(after)),
        Some(Command::Themes { shared: after }) => commands::themes(&Settings::resolve(shared.and(after))?),
        Some(Command::Keys { shared: after }) => commands::keys(&Settings::resolve(shared.and(after))?),
        Some(Command::Completions { shell }) => man::completions(Cli::command(), shell),
        Some(Command::Man) => man::page(Cli::command()),
    }
}
