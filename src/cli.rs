//! The command line: what the user may say, and which part of the library answers it.

use std::process::ExitCode;

/// Parses the command line, runs what it asks for, and returns the exit code of the contract.
#[must_use]
pub fn main() -> ExitCode {
    ExitCode::SUCCESS
}
