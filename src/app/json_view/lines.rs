//! A JSON text, cut into the lines that it has when every object and array is unfolded. Tokens keep their text: `1.0` and
//! `1e400` stay as they were sent, keys in their order. No recursion, so nesting has no limit.

use serde::de::IgnoredAny;

/// A part of the text, in bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Span {
    pub(super) start: u32,
    pub(super) end: u32,
}

impl Span {
    pub(super) fn of(self, text: &str) -> &str {
        &text[self.start as usize..self.end as usize]
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// The first line of an object or array that has members; `mate` is its last line.
    Open,
    /// The last line of one; `mate` is its first line.
    Close,
    /// A value on one line; also `{}` and `[]`.
    Scalar,
    /// A line of a text that is not JSON.
    Plain,
}

/// One line.
#[derive(Clone, Copy, Debug)]
pub(super) struct Line {
    pub(super) kind: Kind,
    /// The key with its quotes; empty in arrays.
    pub(super) key: Span,
    /// The scalar, the bracket, or the plain text.
    pub(super) value: Span,
    /// How deep it stands.
    pub(super) depth: u32,
    /// The line that opens what it is in; its own number at the top.
    pub(super) parent: u32,
    /// Its place in its parent, from 0.
    pub(super) index: u32,
    /// The line at the other end of an object or array; its own number for other lines.
    pub(super) mate: u32,
    /// How many members an object or array has.
    pub(super) count: u32,
    /// Whether another member follows.
    pub(super) comma: bool,
}

/// Cuts `text`; the error says why it is no JSON.
pub(super) fn cut(text: &str) -> Result<Vec<Line>, String> {
    // Looks at every byte without recursion, and takes numbers of any size.
    serde_json::from_str::<IgnoredAny>(text).map_err(|error| error.to_string())?;
    if u32::try_from(text.len()).is_err() {
        return Err("it is larger than 4 GiB".to_owned());
    }
    let mut cutter = Cutter { text: text.as_bytes(), at: 0, lines: Vec::new(), open: Vec::new(), key: Span::default() };
    cutter.run();
    Ok(cutter.lines)
}

/// The lines of a text that is not JSON.
pub(super) fn plain(text: &str) -> Vec<Line> {
    let mut start = 0;
    let mut lines = Vec::new();
    for piece in text.split('\n') {
        let number = lines.len() as u32;
        let end = start + piece.trim_end_matches('\r').len();
        lines.push(Line {
            kind: Kind::Plain,
            key: Span::default(),
            value: Span { start: start as u32, end: end as u32 },
            depth: 0,
            parent: number,
            index: number,
            mate: number,
            count: 0,
            comma: false,
        });
        start += piece.len() + 1;
    }
    lines
}

/// Reads a text that is known to be valid JSON.
struct Cutter<'t> {
    text: &'t [u8],
    at: usize,
    lines: Vec<Line>,
    open: Vec<u32>,
    /// The key that waits for its value.
    key: Span,
}

impl Cutter<'_> {
    fn run(&mut self) {
        while let Some(&byte) = self.text.get(self.at) {
            match byte {
                b' ' | b'\n' | b'\r' | b'\t' | b':' => self.at += 1,
                b',' => {
                    if let Some(last) = self.lines.last_mut() {
                        last.comma = true;
                    }
                    self.at += 1;
                }
                b'{' | b'[' => self.open_or_empty(),
                b'}' | b']' => self.close(),
                b'"' => {
                    let span = self.string();
                    if self.expects_key() {
                        self.key = span;
                    } else {
                        self.push(Kind::Scalar, span);
                    }
                }
                _ => {
                    let ends = |byte: &u8| matches!(byte, b',' | b'}' | b']' | b' ' | b'\n' | b'\r' | b'\t');
                    let length = self.text[self.at..].iter().position(ends).unwrap_or(self.text.len() - self.at);
                    let span = self.take(length);
                    self.push(Kind::Scalar, span);
                }
            }
        }
    }

    fn take(&mut self, length: usize) -> Span {
        let start = self.at;
        self.at += length;
        Span { start: start as u32, end: self.at as u32 }
    }

    fn string(&mut self) -> Span {
        let mut end = self.at + 1;
        while let Some(hop) = memchr::memchr2(b'"', b'\\', &self.text[end..]) {
            end += hop;
            if self.text[end] == b'"' {
                break;
            }
            end += 2;
        }
        self.take(end + 1 - self.at)
    }

    fn expects_key(&self) -> bool {
        let in_object = self.open.last().is_some_and(|&open| self.text[self.lines[open as usize].value.start as usize] == b'{');
        in_object && self.key == Span::default()
    }

    fn open_or_empty(&mut self) {
        let blank = |byte: &u8| matches!(byte, b' ' | b'\n' | b'\r' | b'\t');
        let next = self.text[self.at + 1..].iter().position(|byte| !blank(byte)).map_or(self.at + 1, |hop| self.at + 1 + hop);
        if matches!(self.text.get(next), Some(b'}' | b']')) {
            let span = self.take(next + 1 - self.at);
            self.push(Kind::Scalar, span);
        } else {
            let span = self.take(1);
            let number = self.push(Kind::Open, span);
            self.open.push(number);
        }
    }

    fn close(&mut self) {
        let span = self.take(1);
        let Some(open) = self.open.pop() else { return };
        let number = self.lines.len() as u32;
        let opening = &mut self.lines[open as usize];
        opening.mate = number;
        let closing = Line { kind: Kind::Close, key: Span::default(), value: span, mate: open, comma: false, ..*opening };
        self.lines.push(closing);
    }

    /// Adds a line for a value; tells its number.
    fn push(&mut self, kind: Kind, value: Span) -> u32 {
        let number = self.lines.len() as u32;
        let parent = self.open.last().copied();
        let index = parent.map_or(0, |parent| {
            let parent = &mut self.lines[parent as usize];
            parent.count += 1;
            parent.count - 1
        });
        self.lines.push(Line {
            kind,
            key: std::mem::take(&mut self.key),
            value,
            depth: self.open.len() as u32,
            parent: parent.unwrap_or(number),
            index,
            mate: number,
            count: 0,
            comma: false,
        });
        number
    }
}
