//! The screen of one finding: its sections and its raw JSON, what of them is folded, where the cursor stands, what is searched.
//!
//! The cursor goes from entry to entry, and through the lines of the JSON when that section is unfolded. What is higher than
//! the screen scrolls row by row under it.

mod action;
mod folding;
mod motion;
mod names;
mod rows;
mod search;
mod sections;

use jiff::Timestamp;

use self::rows::{Cursor, Rows};
use self::search::Search;
use self::sections::Part;
use super::json_view::JsonView;
use crate::model::{Finding, Text};

pub use self::action::{DetailAction, Outcome};
pub use self::names::Names;
pub use self::rows::{EntryRow, LABEL, Row};
pub use self::search::Mark;
pub use self::sections::{Entry, Section, Shape, Tone};

/// The state of the screen.
#[derive(Clone, Debug)]
pub struct Detail {
    finding: Box<Finding>,
    names: Names,
    now: Timestamp,
    evidence: Part<Vec<(Text, Text)>>,
    json: Part<JsonView>,
    entries: Vec<Entry>,
    folded: [bool; Section::COUNT],
    rows: Rows,
    cursor: Cursor,
    /// The first row on the screen.
    top: usize,
    width: usize,
    height: usize,
    raw: bool,
    search: Search,
}

impl Detail {
    /// The screen of a finding whose raw JSON is not read yet. `now` is what ages are counted from.
    #[must_use]
    pub fn new(finding: Finding, names: Names, now: Timestamp) -> Self {
        let mut folded = [false; Section::COUNT];
        folded[Section::Raw as usize] = true;
        let mut detail = Self {
            finding: Box::new(finding),
            names,
            now,
            evidence: Part::Loading,
            json: Part::Loading,
            entries: Vec::new(),
            folded,
            rows: Rows::default(),
            cursor: Cursor::Entry(0),
            top: 0,
            width: 80,
            height: 24,
            raw: false,
            search: Search::default(),
        };
        detail.rebuild();
        detail
    }

    /// The finding.
    #[must_use]
    pub fn finding(&self) -> &Finding {
        &self.finding
    }

    /// The evidence and the raw JSON were read.
    pub fn loaded(&mut self, evidence: Vec<(Text, Text)>, raw: &str) {
        self.evidence = Part::Loaded(evidence);
        self.json = Part::Loaded(JsonView::new(raw));
        self.rebuild();
    }

    /// The raw JSON could not be read, and so no evidence either.
    pub fn failed(&mut self, reason: Text) {
        self.evidence = Part::Missing(reason.clone());
        self.json = Part::Missing(reason);
        self.raw = false;
        if self.cursor == Cursor::Json {
            self.cursor = Cursor::Entry(0);
        }
        self.rebuild();
    }

    /// The finding's record changed while it is shown: cursor, folds and search stay.
    pub fn replace(&mut self, finding: Finding) {
        *self.finding = finding;
        self.rebuild();
    }

    /// Tells the size of the area that the screen is drawn in, in columns and rows; call it before drawing and whenever the
    /// area changes.
    pub fn resize(&mut self, width: u16, height: u16) {
        // One column for the scroll bar, one row for the footer.
        let (width, height) = (usize::from(width).saturating_sub(1).max(10), usize::from(height).saturating_sub(1).max(1));
        if (width, height) != (self.width, self.height) {
            (self.width, self.height) = (width, height);
            self.layout();
        }
    }

    fn rebuild(&mut self) {
        let note = match &self.json {
            Part::Loading => "being read".to_owned(),
            Part::Missing(reason) => reason.to_string(),
            Part::Loaded(json) => {
                let broken = json.broken().map(|reason| format!(", not valid JSON: {reason}")).unwrap_or_default();
                let lines = if json.line_count() == 1 { "line" } else { "lines" };
                format!("{} {lines}, {} bytes{broken}", json.line_count(), json.text().len())
            }
        };
        let on = self.current_entry().map(|entry| (entry.section, entry.label.clone(), entry.value.clone()));
        self.entries = sections::entries(&self.finding, &self.evidence, &note, &self.names, self.now);
        if let (Cursor::Entry(_), Some((section, label, value))) = (self.cursor, on) {
            let same = |entry: &Entry| entry.section == section && entry.label == label;
            let found = self.entries.iter().position(|entry| same(entry) && entry.value == value);
            let near = || self.entries.iter().position(|entry| entry.section == section);
            self.cursor = Cursor::Entry(found.or_else(|| self.entries.iter().position(same)).or_else(near).unwrap_or(0));
        }
        self.layout();
        self.search_again();
    }

    /// Lays everything out anew; the cursor stays where it is, and on the screen.
    fn layout(&mut self) {
        if let Part::Loaded(json) = &mut self.json {
            json.layout(self.width);
        }
        self.rows = Rows::new(&self.entries, &self.folded, self.width);
        if let (Cursor::Entry(entry), false) = (self.cursor, self.raw) {
            self.cursor = Cursor::Entry(self.rows.shown_at_or_before(entry));
        }
        self.follow();
    }

    fn json(&self) -> Option<&JsonView> {
        match &self.json {
            Part::Loaded(json) => Some(json),
            Part::Loading | Part::Missing(_) => None,
        }
    }

    fn json_mut(&mut self) -> Option<&mut JsonView> {
        match &mut self.json {
            Part::Loaded(json) => Some(json),
            Part::Loading | Part::Missing(_) => None,
        }
    }

    /// The JSON, if its lines are shown: on the whole screen, or in its section.
    #[must_use]
    pub fn shown_json(&self) -> Option<&JsonView> {
        self.json().filter(|_| self.raw || !self.folded[Section::Raw as usize])
    }

    /// Whether the JSON has the whole screen.
    #[must_use]
    pub fn is_raw(&self) -> bool {
        self.raw
    }

    /// The entries, folded away or not.
    #[must_use]
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// Whether a section is folded.
    #[must_use]
    pub fn is_folded(&self, section: Section) -> bool {
        self.folded[section as usize]
    }

    fn current_entry(&self) -> Option<&Entry> {
        match self.cursor {
            Cursor::Entry(entry) => self.entries.get(entry),
            Cursor::Json => None,
        }
    }

    /// How many rows the entries take; the JSON's rows follow.
    fn entry_rows(&self) -> usize {
        if self.raw { 0 } else { self.rows.len() }
    }

    /// How many rows there are in all.
    #[must_use]
    pub fn row_count(&self) -> usize {
        self.entry_rows() + self.shown_json().map_or(0, JsonView::row_count)
    }

    /// The first row on the screen.
    #[must_use]
    pub fn top(&self) -> usize {
        self.top
    }

    /// How many rows the screen shows.
    #[must_use]
    pub fn height(&self) -> usize {
        self.height
    }

    /// What stands in a row.
    #[must_use]
    pub fn row(&self, row: usize) -> Option<Row<'_>> {
        let entry_rows = self.entry_rows();
        if row < entry_rows {
            return self.rows.get(row).map(Row::Entry);
        }
        let json = self.shown_json()?;
        (row - entry_rows < json.row_count()).then(|| Row::Json(json, json.row(row - entry_rows)))
    }

    /// The rows that the cursor is on.
    #[must_use]
    pub fn cursor_rows(&self) -> std::ops::Range<usize> {
        match (self.cursor, self.shown_json()) {
            (Cursor::Json, Some(json)) => {
                let rows = json.rows_of(json.cursor());
                rows.start + self.entry_rows()..rows.end + self.entry_rows()
            }
            (Cursor::Entry(entry), _) if !self.raw => self.rows.of(entry),
            _ => 0..0,
        }
    }

    /// What the search found in an entry or a line of the JSON.
    #[must_use]
    pub fn marks(&self, row: Row<'_>) -> Vec<Mark> {
        self.search.marks(row)
    }

    /// The text that is searched for, and which match of how many the cursor is on (from 1; 0 for none).
    #[must_use]
    pub fn searching(&self) -> Option<(&str, usize, usize)> {
        self.search.status()
    }

    /// Where in the JSON the cursor stands, if it is there.
    #[must_use]
    pub fn json_path(&self) -> Option<String> {
        self.shown_json().filter(|_| self.cursor == Cursor::Json).map(JsonView::path)
    }

    /// Searches all that the screen holds, folded or not, and goes to the first match from the cursor on; an empty text ends
    /// the search.
    pub fn search(&mut self, text: &str) {
        text.clone_into(&mut self.search.text);
        self.search_again();
        let from = self.cursor;
        let line = self.json().map_or(0, JsonView::cursor);
        if let Some(place) = self.search.first_from(from, line) {
            self.go_to(&place);
        }
    }

    fn search_again(&mut self) {
        let json = match &self.json {
            Part::Loaded(json) => Some(json),
            Part::Loading | Part::Missing(_) => None,
        };
        self.search.run(&self.entries, json, self.raw);
    }

    fn go_to(&mut self, place: &search::Place) {
        match *place {
            search::Place::Entry { entry, .. } => {
                let section = self.entries[entry].section;
                if self.entries[entry].shape != Shape::Heading {
                    self.folded[section as usize] = false;
                }
                self.cursor = Cursor::Entry(entry);
            }
            search::Place::Json { line, .. } => {
                self.folded[Section::Raw as usize] &= self.raw;
                self.cursor = Cursor::Json;
                if let Some(json) = self.json_mut() {
                    json.reveal(line);
                }
            }
        }
        self.layout();
    }

    /// Does what a key asks.
    pub fn apply(&mut self, action: DetailAction) -> Outcome {
        use DetailAction as A;
        let half = (self.height / 2).max(1).cast_signed();
        let page = self.height.saturating_sub(1).max(1).cast_signed();
        match action {
            A::Down => self.down(),
            A::Up => self.up(),
            A::HalfDown => self.scroll(half),
            A::HalfUp => self.scroll(-half),
            A::PageDown => self.scroll(page),
            A::PageUp => self.scroll(-page),
            A::Top => self.go_to_row(0),
            A::Bottom => self.go_to_row(usize::MAX),
            A::NextSection => self.next_section(true),
            A::PrevSection => self.next_section(false),
            A::Fold | A::Unfold | A::Toggle => self.fold(action),
            A::FoldAll | A::UnfoldAll => self.fold_all(action == A::FoldAll),
            A::NextMatch | A::PrevMatch => {
                if let Some(place) = self.search.advance(action == A::NextMatch) {
                    self.go_to(&place);
                }
            }
            A::ToggleRaw => self.set_raw(!self.raw),
            A::Copy => return self.copy(),
            A::OpenLink => return self.link(),
            A::Back if !self.search.text.is_empty() => self.search(""),
            A::Back if self.raw => self.set_raw(false),
            A::Back => return Outcome::Close,
        }
        Outcome::Stay
    }

    fn set_raw(&mut self, raw: bool) {
        if self.json().is_none() {
            return;
        }
        self.raw = raw;
        self.cursor = if raw || !self.folded[Section::Raw as usize] { Cursor::Json } else { Cursor::Entry(self.entries.len() - 1) };
        self.layout();
        self.search_again();
    }

    fn copy(&self) -> Outcome {
        let Cursor::Entry(at) = self.cursor else {
            let json = self.json();
            return Outcome::Copy {
                what: json.map(JsonView::path).unwrap_or_default(),
                text: json.map(JsonView::value).unwrap_or_default(),
            };
        };
        let entry = &self.entries[at];
        let (what, text) = match (entry.shape, entry.section) {
            (Shape::Heading, Section::Raw) => (entry.label.clone(), self.json().map(|json| json.text().to_owned()).unwrap_or_default()),
            (Shape::Heading, section) => {
                let inside = self.entries.iter().filter(|entry| entry.section == section && entry.shape != Shape::Heading);
                let lines: Vec<String> = inside.map(Entry::to_line).collect();
                (entry.label.clone(), lines.join("\n"))
            }
            (Shape::Prose, section) => (section.title().to_owned(), entry.value.clone()),
            (Shape::Item | Shape::Field, _) => (entry.label.clone(), entry.value.clone()),
        };
        Outcome::Copy { what, text }
    }

    fn link(&self) -> Outcome {
        let here = self.current_entry().filter(|entry| entry.tone == Tone::Link).map(|entry| entry.value.clone());
        let console = || self.finding.console_link().as_ref().map(ToString::to_string);
        here.or_else(console).map_or(Outcome::NoLink, Outcome::Open)
    }
}

impl Entry {
    /// The entry as a line of plain text.
    fn to_line(&self) -> String {
        match (self.label.is_empty(), self.value.is_empty()) {
            (true, _) => self.value.clone(),
            (_, true) => self.label.clone(),
            _ => format!("{}: {}", self.label, self.value),
        }
    }
}
