//! What is wrong with a lens file, where, and the way out.

use std::fmt;

use thiserror::Error;

/// One mistake in a lens file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    /// The file, as the user named its folder.
    pub file: String,
    /// The line, counted from 1; `None` where the whole file is meant.
    pub line: Option<usize>,
    /// What is wrong, and what would be right.
    pub text: String,
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(f, "{}, line {line}: {}", self.file, self.text),
            None => write!(f, "{}: {}", self.file, self.text),
        }
    }
}

/// Lens files cannot be used. The message names, for each mistake, the file, the line and what to do.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{}", lines(.mistakes))]
pub struct LensError {
    /// At least one mistake, in the order of the file.
    pub mistakes: Vec<Mistake>,
}

fn lines(mistakes: &[Mistake]) -> String {
    mistakes.iter().map(Mistake::to_string).collect::<Vec<_>>().join("\n")
}

/// The one of the `known` words that is near.
pub(super) fn near<'a>(word: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let nearest = known.map(|candidate| (strsim::damerau_levenshtein(word, candidate), candidate)).min()?;
    (nearest.0 <= nearest.1.len().div_ceil(3)).then_some(nearest.1)
}

/// `did you mean ...?` where one of the `known` words is near, and all of them where none is.
pub(crate) fn suggest<'a>(word: &str, known: impl Iterator<Item = &'a str> + Clone) -> String {
    match near(word, known.clone()) {
        Some(candidate) => format!("did you mean `{candidate}`?"),
        None if known.clone().next().is_none() => "there is none yet".to_owned(),
        None => format!("it is one of {}", known.map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ")),
    }
}
