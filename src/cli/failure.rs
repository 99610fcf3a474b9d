//! Why a command ended without doing what was asked, and the exit code that says so.

use std::fmt;
use std::io;

/// A sentence for the user, and the exit code of the contract.
#[derive(Debug)]
pub(super) struct Failure {
    pub(super) code: u8,
    pub(super) message: String,
}

impl Failure {
    /// A mistake on the command line or in a file.
    pub(super) fn usage(message: impl fmt::Display) -> Self {
        Self { code: 2, message: message.to_string() }
    }

    /// Nothing could be read at all.
    pub(super) fn nothing_read(message: impl fmt::Display) -> Self {
        Self { code: 4, message: message.to_string() }
    }
}

/// Writing to stdout failed; a closed pipe is no failure, and never becomes one.
impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::usage(format!("cannot write: {error}"))
    }
}
