//! `lenses`: which there are, what is wrong with a file, how much of what is known each one places, and why a finding stands
//! where it does.

mod coverage;
mod explain;
mod list;
mod review;

pub use coverage::{coverage_json, coverage_markdown, coverage_text};
pub use explain::{explain_json, explain_text};
pub use list::{list_json, list_text};
pub use review::{review_json, review_text};

use std::io::{self, Write};

use serde::Serialize;

/// A value as JSON for people and programs, with a line break at its end.
fn pretty(out: &mut dyn Write, value: &impl Serialize) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, value)?;
    writeln!(out)
}
