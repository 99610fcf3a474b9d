//! What leaves ringfort: one file an export format, and the two reports, `summary` and `coverage`.
//! In come rows in the view's order and the coverage; out go bytes, streamed, the same for the same input.
//! It knows model, lens, query and store; no AWS, no terminal but the colours it is told to use.

pub mod coverage;
mod csv;
pub mod doctor;
mod json;
mod layout;
pub mod lenses;
mod markdown;
mod paint;
mod raw;
mod record;
mod scope;
pub mod summary;
mod worst;

use std::io::{self, Write};

use crate::model::{Coverage, Finding, Timestamp};
use crate::store::Store;

pub use paint::Paint;
pub use scope::Counted;

/// A format that findings are exported in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Format {
    /// One array, one finding a line.
    Json,
    /// One finding a line.
    Ndjson,
    /// A table for spreadsheets.
    Csv,
    /// A report to paste.
    Markdown,
}

impl Format {
    /// Every format, in the order of the help text.
    pub const ALL: [Self; 4] = [Self::Json, Self::Ndjson, Self::Csv, Self::Markdown];

    /// The name on the command line.
    #[must_use]
    pub const fn slug(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::Ndjson => "ndjson",
            Self::Csv => "csv",
            Self::Markdown => "markdown",
        }
    }

    /// The format with this name.
    #[must_use]
    pub fn from_slug(slug: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.slug() == slug)
    }

    /// The file name extension, without the dot.
    #[must_use]
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::Ndjson => "ndjson",
            Self::Csv => "csv",
            Self::Markdown => "md",
        }
    }

    /// The format that a file of this name is expected to have.
    #[must_use]
    pub fn of_file(path: &std::path::Path) -> Option<Self> {
        let extension = path.extension()?.to_str()?.to_ascii_lowercase();
        match extension.as_str() {
            "jsonl" => Some(Self::Ndjson),
            _ => Self::ALL.into_iter().find(|format| format.extension() == extension || format.slug() == extension),
        }
    }

    /// Whether the format can carry the sources' own JSON.
    #[must_use]
    pub const fn carries_raw(self) -> bool {
        matches!(self, Self::Json | Self::Ndjson)
    }

    /// What it is for, a few words.
    #[must_use]
    pub const fn purpose(self) -> &'static str {
        match self {
            Self::Json => "one array, for programs",
            Self::Ndjson => "one finding a line, for pipes",
            Self::Csv => "a table, for spreadsheets",
            Self::Markdown => "a report to paste",
        }
    }
}

impl std::fmt::Display for Format {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.slug())
    }
}

/// What a report says beside the findings.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    /// Where the raw JSON is; needed only with `with_raw`.
    pub store: Option<&'a Store>,
    /// Whether each finding carries the source's own JSON, where the format can.
    pub with_raw: bool,
    /// What became of the lanes.
    pub coverage: &'a Coverage,
    /// The query that selected the rows; empty for all.
    pub query: &'a str,
    /// When the report was made.
    pub generated: Timestamp,
}

impl<'a> Context<'a> {
    /// A context without raw JSON, for all findings.
    #[must_use]
    pub const fn new(coverage: &'a Coverage, generated: Timestamp) -> Self {
        Self { store: None, with_raw: false, coverage, query: "", generated }
    }
}

/// Writes the rows in the given order. Only the Markdown report holds more than one finding's text at a time.
///
/// # Errors
/// When `out` fails; a closed pipe is `io::ErrorKind::BrokenPipe`.
pub fn write(format: Format, out: &mut dyn Write, rows: &mut dyn Iterator<Item = &Finding>, context: &Context<'_>) -> io::Result<()> {
    match format {
        Format::Json => json::array(out, rows, context),
        Format::Ndjson => json::lines(out, rows, context),
        Format::Csv => csv::write(out, rows),
        Format::Markdown => markdown::write(out, rows, context),
    }
}
