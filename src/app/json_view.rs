//! A JSON text as a tree that folds, in lines and in rows of a width. Every row can be asked for alone, so that a document
//! of 100 000 lines is drawn as fast as a small one.

mod lines;

use std::collections::HashMap;
use std::fmt::Write as _;
use std::ops::Range;

use self::lines::{Kind, Line, Span};
use super::flow;
use crate::model::{Text, escape_invisible};

/// Columns before a line's text, for the fold mark.
pub const GUTTER: usize = 2;

/// What a part of a line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// A key of an object, with its quotes.
    Key,
    /// A string, with its quotes.
    String,
    /// A number.
    Number,
    /// `true`, `false` or `null`.
    Word,
    /// Brackets, colons, commas.
    Mark,
    /// How much a folded object or array holds.
    Note,
    /// Text that is not JSON.
    Plain,
}

/// Whether a line folds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fold {
    /// It opens an object or array, and all of it is shown.
    Open,
    /// It stands for a whole object or array.
    Closed,
    /// It holds nothing.
    Leaf,
}

/// A line's text with its parts, as it is shown now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Content {
    /// The text, without indent.
    pub text: String,
    /// The parts, in bytes of `text`, in order and without gaps.
    pub parts: Vec<(Part, Range<usize>)>,
}

impl Content {
    fn push(&mut self, part: Part, text: &str) {
        if !text.is_empty() {
            let start = self.text.len();
            self.text.push_str(text);
            self.parts.push((part, start..self.text.len()));
        }
    }
}

/// A row of the screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RowRef {
    /// The line that it belongs to.
    pub line: usize,
    /// The row within the line, from 0: long lines take several.
    pub sub: usize,
}

/// A JSON text, what of it is folded, and where the cursor stands.
#[derive(Clone, Debug)]
pub struct JsonView {
    text: String,
    lines: Vec<Line>,
    broken: Option<Text>,
    folded: Vec<bool>,
    width: usize,
    /// How many rows each line takes when it is not folded.
    rows_of: Vec<u32>,
    /// Where the rows of a line begin, for lines in which bytes and columns differ.
    breaks: HashMap<u32, Vec<Range<usize>>>,
    /// The lines that are shown.
    visible: Vec<u32>,
    /// The first row of each of them, and at the end the number of all rows.
    starts: Vec<u32>,
    cursor: usize,
}

impl JsonView {
    /// Reads a JSON text; one that is broken is shown as it is.
    #[must_use]
    pub fn new(raw: &str) -> Self {
        let text = escape_invisible(raw).into_owned();
        let (text, lines, broken) = match lines::cut(&text) {
            Ok(lines) => (text, lines, None),
            Err(error) => {
                let text = text.replace('\t', "    ").replace("\r\n", "\n").replace('\r', "\\r");
                let lines = lines::plain(&text);
                (text, lines, Some(Text::new(&error)))
            }
        };
        let folded = vec![false; lines.len()];
        let mut view = Self {
            text,
            lines,
            broken,
            folded,
            width: 0,
            rows_of: Vec::new(),
            breaks: HashMap::new(),
            visible: Vec::new(),
            starts: Vec::new(),
            cursor: 0,
        };
        view.layout(80);
        view
    }

    /// Why the text is no JSON, if it is none.
    #[must_use]
    pub fn broken(&self) -> Option<&Text> {
        self.broken.as_ref()
    }

    /// The text, with what cannot be seen escaped.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// How many lines there are when nothing is folded.
    #[must_use]
    pub fn line_count(&self) -> usize {
        self.lines.len()
    }

    /// Fits the rows to a width in columns.
    pub fn layout(&mut self, width: usize) {
        let width = width.max(GUTTER + 4);
        if self.width == width {
            return;
        }
        self.width = width;
        self.breaks.clear();
        self.rows_of.clear();
        for number in 0..self.lines.len() {
            let rows = self.measure(number);
            self.rows_of.push(rows);
        }
        self.refresh();
    }

    fn measure(&mut self, number: usize) -> u32 {
        let line = &self.lines[number];
        let room = self.room(number);
        let (key, value) = (line.key.of(&self.text), line.value.of(&self.text));
        if flow::is_plain(key) && flow::is_plain(value) {
            let colon = if key.is_empty() { 0 } else { 2 };
            let shown = if line.kind == Kind::Scalar && value.starts_with(['{', '[']) { 2 } else { value.len() };
            return (key.len() + colon + shown + usize::from(line.comma)).div_ceil(room).max(1) as u32;
        }
        let ranges = flow::fill(&self.unfolded(number).text, room);
        let rows = ranges.len() as u32;
        self.breaks.insert(number as u32, ranges);
        rows
    }

    /// Columns before the text of a line. Deep lines are not pushed off the screen.
    #[must_use]
    pub fn indent(&self, line: usize) -> usize {
        let depth = self.lines.get(line).map_or(0, |line| line.depth as usize);
        GUTTER + (2 * depth).min(self.width / 2)
    }

    fn room(&self, line: usize) -> usize {
        (self.width - self.indent(line).min(self.width)).max(2)
    }

    /// Finds anew which lines are shown, and where.
    fn refresh(&mut self) {
        self.visible.clear();
        self.starts.clear();
        let (mut number, mut row) = (0, 0);
        while number < self.lines.len() {
            self.visible.push(number as u32);
            self.starts.push(row);
            if self.folded[number] {
                row += flow::fill(&self.content(number).text, self.room(number)).len() as u32;
                number = self.lines[number].mate as usize + 1;
            } else {
                row += self.rows_of[number];
                number += 1;
            }
        }
        self.starts.push(row);
    }

    /// How many rows all that is not folded away takes.
    #[must_use]
    pub fn row_count(&self) -> usize {
        self.starts.last().map_or(0, |rows| *rows as usize)
    }

    /// The line of a row; the last one for rows that are not there.
    #[must_use]
    pub fn row(&self, row: usize) -> RowRef {
        let row = row.min(self.row_count().saturating_sub(1)) as u32;
        let at = self.starts.partition_point(|start| *start <= row).saturating_sub(1).min(self.visible.len().saturating_sub(1));
        let line = self.visible.get(at).map_or(0, |line| *line as usize);
        RowRef { line, sub: (row - self.starts.get(at).copied().unwrap_or(row)) as usize }
    }

    /// The rows of a line that is shown; of the line it is folded into otherwise.
    #[must_use]
    pub fn rows_of(&self, line: usize) -> Range<usize> {
        let at = self.place(line);
        let start = self.starts.get(at).map_or(0, |row| *row as usize);
        start..self.starts.get(at + 1).map_or(start, |row| *row as usize)
    }

    /// Where the line, or the folded one that it is in, stands among those shown.
    fn place(&self, line: usize) -> usize {
        self.visible.partition_point(|visible| *visible as usize <= line).saturating_sub(1)
    }

    /// The bytes of a line's content that stand in each of its rows.
    #[must_use]
    pub fn split(&self, line: usize, content: &Content) -> Vec<Range<usize>> {
        match self.breaks.get(&(line as u32)) {
            Some(ranges) if !self.is_folded(line) => ranges.clone(),
            _ => flow::fill(&content.text, self.room(line)),
        }
    }

    fn is_folded(&self, line: usize) -> bool {
        self.folded.get(line).copied().unwrap_or(false)
    }

    /// Whether the line folds, and whether it is folded.
    #[must_use]
    pub fn fold_of(&self, line: usize) -> Fold {
        match self.lines.get(line).map(|line| line.kind) {
            Some(Kind::Open) if self.is_folded(line) => Fold::Closed,
            Some(Kind::Open) => Fold::Open,
            _ => Fold::Leaf,
        }
    }

    /// The text of a line as it is shown now.
    #[must_use]
    pub fn content(&self, line: usize) -> Content {
        let mut content = self.unfolded(line);
        if self.is_folded(line)
            && let Some(opening) = self.lines.get(line)
            && let Some(closing) = self.lines.get(opening.mate as usize)
        {
            let object = opening.value.of(&self.text) == "{";
            let word = match (object, opening.count) {
                (true, 1) => "key",
                (true, _) => "keys",
                (false, 1) => "item",
                (false, _) => "items",
            };
            content.push(Part::Note, &format!(" {} {word} ", opening.count));
            content.push(Part::Mark, closing.value.of(&self.text));
            content.push(Part::Mark, if closing.comma { "," } else { "" });
        }
        content
    }

    fn unfolded(&self, line: usize) -> Content {
        let mut content = Content { text: String::new(), parts: Vec::new() };
        let Some(line) = self.lines.get(line) else { return content };
        let (key, value) = (line.key.of(&self.text), line.value.of(&self.text));
        if !key.is_empty() {
            content.push(Part::Key, key);
            content.push(Part::Mark, ": ");
        }
        let part = match (line.kind, value.as_bytes().first()) {
            (Kind::Plain, _) => Part::Plain,
            (Kind::Scalar, Some(b'"')) => Part::String,
            (Kind::Scalar, Some(b'-' | b'0'..=b'9')) => Part::Number,
            (Kind::Scalar, Some(b't' | b'f' | b'n')) => Part::Word,
            _ => Part::Mark,
        };
        // `{ }` as it was sent may hold blanks, and line breaks.
        match (part, value.as_bytes()) {
            (Part::Mark, [open, .., close]) => content.push(part, if (*open, *close) == (b'{', b'}') { "{}" } else { "[]" }),
            _ => content.push(part, value),
        }
        if line.comma {
            content.push(Part::Mark, ",");
        }
        content
    }

    /// The line that the cursor is on; it is always one that is shown.
    #[must_use]
    pub fn cursor(&self) -> usize {
        self.cursor
    }

    /// Puts the cursor on a line; what folds it away is unfolded.
    pub fn reveal(&mut self, line: usize) {
        let line = line.min(self.lines.len().saturating_sub(1));
        let mut changed = false;
        for above in self.ancestors(line) {
            changed |= std::mem::replace(&mut self.folded[above], false);
        }
        if self.lines.get(line).is_some_and(|line| line.kind == Kind::Close) {
            let open = self.lines[line].mate as usize;
            changed |= std::mem::replace(&mut self.folded[open], false);
        }
        if changed {
            self.refresh();
        }
        self.cursor = line;
    }

    /// The lines that open what the line is in, from the inside out.
    fn ancestors(&self, line: usize) -> impl Iterator<Item = usize> + use<> {
        let mut above = Vec::new();
        let mut at = line;
        while let Some(line) = self.lines.get(at).filter(|line| line.parent as usize != at) {
            at = line.parent as usize;
            above.push(at);
        }
        above.into_iter()
    }

    /// Moves the cursor by shown lines; tells whether it moved at all.
    pub fn step(&mut self, by: isize) -> bool {
        let at = self.place(self.cursor);
        let to = at.saturating_add_signed(by).min(self.visible.len().saturating_sub(1));
        self.cursor = self.visible.get(to).map_or(0, |line| *line as usize);
        to != at
    }

    /// Folds the object or array at the cursor, or the one that the cursor is in; the cursor goes to its first line.
    pub fn fold(&mut self) {
        let Some(line) = self.lines.get(self.cursor) else { return };
        let open = match line.kind {
            Kind::Open if !self.is_folded(self.cursor) => self.cursor,
            Kind::Close => line.mate as usize,
            Kind::Plain => return,
            _ => line.parent as usize,
        };
        self.cursor = open;
        if self.lines[open].kind == Kind::Open && !std::mem::replace(&mut self.folded[open], true) {
            self.refresh();
        }
    }

    /// Unfolds the object or array at the cursor.
    pub fn unfold(&mut self) {
        if std::mem::replace(&mut self.folded[self.cursor], false) {
            self.refresh();
        }
    }

    /// Folds what is unfolded, and the other way round; a line that holds nothing stays.
    pub fn toggle(&mut self) {
        if self.is_folded(self.cursor) {
            self.unfold();
        } else if self.lines.get(self.cursor).is_some_and(|line| matches!(line.kind, Kind::Open | Kind::Close)) {
            self.fold();
        }
    }

    /// Folds every object and array within the outermost one.
    pub fn fold_all(&mut self) {
        for (line, folded) in self.lines.iter().zip(&mut self.folded) {
            *folded = line.kind == Kind::Open && line.depth > 0;
        }
        if let Some(outermost) = self.ancestors(self.cursor).filter(|line| self.lines[*line].depth == 1).last() {
            self.cursor = outermost;
        }
        // A closing line of depth 1 is folded into its opening line.
        if self.lines.get(self.cursor).is_some_and(|line| line.kind == Kind::Close && line.depth == 1) {
            self.cursor = self.lines[self.cursor].mate as usize;
        }
        self.refresh();
    }

    /// Unfolds everything.
    pub fn unfold_all(&mut self) {
        self.folded.fill(false);
        self.refresh();
    }

    /// Where in the document the cursor stands, such as `$.Resources[0].Id`.
    #[must_use]
    pub fn path(&self) -> String {
        if self.broken.is_some() {
            return format!("line {}", self.cursor + 1);
        }
        // The last line of an object has its first line's place.
        let closing = self.lines.get(self.cursor).filter(|line| line.kind == Kind::Close);
        let first = closing.map_or(self.cursor, |line| line.mate as usize);
        let mut chain: Vec<usize> = std::iter::once(first).chain(self.ancestors(first)).collect();
        chain.pop();
        let mut path = String::from("$");
        for line in chain.into_iter().rev().map(|number| self.lines[number]) {
            self.write_step(&mut path, line.key, line.index);
        }
        path
    }

    fn write_step(&self, path: &mut String, key: Span, index: u32) {
        let quoted = key.of(&self.text);
        let name = quoted.trim_matches('"');
        let simple = !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || c == '_');
        // Writing to a String cannot fail.
        let _ = match (quoted.is_empty(), simple) {
            (true, _) => write!(path, "[{index}]"),
            (false, true) => write!(path, ".{name}"),
            (false, false) => write!(path, "[{quoted}]"),
        };
    }

    /// The value at the cursor: a string without its quotes and escapes (unless it has characters that cannot be seen, which
    /// stay escaped), a whole object or array as it was sent, or the line of a broken text.
    #[must_use]
    pub fn value(&self) -> String {
        let Some(line) = self.lines.get(self.cursor) else { return String::new() };
        let token = line.value.of(&self.text);
        match line.kind {
            Kind::Open | Kind::Close => {
                let mate = self.lines[line.mate as usize].value;
                let whole = Span { start: line.value.start.min(mate.start), end: line.value.end.max(mate.end) };
                whole.of(&self.text).to_owned()
            }
            Kind::Scalar if token.starts_with('"') => match serde_json::from_str::<String>(token) {
                Ok(value) if Text::new(&value).as_str() == value => value,
                _ => token[1..token.len() - 1].to_owned(),
            },
            _ => token.to_owned(),
        }
    }

    /// Where `needle` stands, folded away or not: line, and bytes of the line's unfolded content.
    #[must_use]
    pub fn find(&self, needle: &str) -> Vec<(usize, Range<usize>)> {
        let mut found = Vec::new();
        if needle.contains([':', ',', ' ', '{', '}', '[', ']']) {
            for number in 0..self.lines.len() {
                let content = self.unfolded(number);
                found.extend(flow::find(&content.text, needle).map(|range| (number, range)));
            }
            return found;
        }
        // Without JSON's own punctuation it can only stand within a token: no line need be put together.
        for (number, line) in self.lines.iter().enumerate() {
            let key = line.key.of(&self.text);
            found.extend(flow::find(key, needle).map(|range| (number, range)));
            let before = if key.is_empty() { 0 } else { key.len() + 2 };
            let shift = |range: Range<usize>| (number, before + range.start..before + range.end);
            found.extend(flow::find(line.value.of(&self.text), needle).map(shift));
        }
        found
    }
}

#[cfg(test)]
mod tests;
