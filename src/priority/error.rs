//! What is wrong with a file of priority rules, where, and the way out.

use thiserror::Error;

use crate::lens::Mistake;

/// The user's rules cannot be used. The message names, for each mistake, the file, the line and what to do.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{}", .mistakes.iter().map(Mistake::to_string).collect::<Vec<_>>().join("\n"))]
pub struct RulesError {
    /// At least one mistake, in the order of the file.
    pub mistakes: Vec<Mistake>,
}
