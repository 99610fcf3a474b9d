//! What is to say of lens files.

use std::io::{self, Write};

use serde::Serialize;

use super::super::paint::Paint;
use super::super::scope::Counted;
use super::pretty;
use crate::lens::{Mistake, Review};
use crate::model::Text;

/// A line a mistake and note, and one that sums up each file.
///
/// # Errors
/// When `out` fails.
pub fn review_text(out: &mut dyn Write, reviews: &[(String, Review)], paint: Paint) -> io::Result<()> {
    for (file, review) in reviews {
        for mistake in &review.mistakes {
            writeln!(out, "{} {} {}", place(mistake), paint.bad("mistake:"), Text::new(&mistake.text))?;
        }
        for note in &review.notes {
            writeln!(out, "{} {} {}", place(note), paint.strong("note:"), Text::new(&note.text))?;
        }
        let notes = if review.notes.is_empty() { String::new() } else { format!(", {}", Counted(review.notes.len(), "note")) };
        let rules = Counted(review.rules, "rule");
        let verdict = match (review.mistakes.len(), review.id.is_empty()) {
            (0, _) => format!("{} the lens `{}` with {rules}{notes}", paint.good("well:"), review.id),
            (_, true) => paint.bad("cannot be used"),
            (many, false) => format!("the lens `{}` with {rules}: {}{notes}", review.id, paint.bad(&Counted(many, "mistake").to_string())),
        };
        writeln!(out, "{}: {verdict}", Text::new(file))?;
    }
    Ok(())
}

fn place(mistake: &Mistake) -> String {
    let file = Text::new(&mistake.file);
    mistake.line.map_or_else(|| format!("{file}:"), |line| format!("{file}:{line}:"))
}

#[derive(Serialize)]
struct ReviewRecord {
    file: String,
    lens: Option<String>,
    rules: usize,
    mistakes: Vec<MistakeRecord>,
    notes: Vec<MistakeRecord>,
}

#[derive(Serialize)]
struct MistakeRecord {
    line: Option<usize>,
    text: String,
}

/// An array of the files.
///
/// # Errors
/// When `out` fails.
pub fn review_json(out: &mut dyn Write, reviews: &[(String, Review)]) -> io::Result<()> {
    let record = |(file, review): &'_ (String, Review)| ReviewRecord {
        file: file.clone(),
        lens: Some(review.id.clone()).filter(|id| !id.is_empty()),
        rules: review.rules,
        mistakes: records(&review.mistakes),
        notes: records(&review.notes),
    };
    pretty(out, &reviews.iter().map(record).collect::<Vec<_>>())
}

fn records(all: &[Mistake]) -> Vec<MistakeRecord> {
    all.iter().map(|Mistake { line, text, .. }| MistakeRecord { line: *line, text: text.clone() }).collect()
}
