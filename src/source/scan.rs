//! A cursor over JSON bytes that finds where values end without understanding them: no recursion, no allocation. What stands
//! between balanced quotes and brackets may be wrong; the neighbours are found all the same.

use memchr::memchr2;

/// A place in JSON text.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cursor<'a> {
    bytes: &'a [u8],
    at: usize,
}

/// What follows a member or an item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum After {
    /// Another one.
    More,
    /// The end of the object or list.
    End,
    /// Neither: the text is broken here.
    Broken,
}

impl<'a> Cursor<'a> {
    pub(super) const fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    /// The byte that is looked at.
    pub(super) const fn position(&self) -> usize {
        self.at
    }

    /// All that has not been read.
    pub(super) fn rest(&self) -> &'a [u8] {
        self.bytes.get(self.at..).unwrap_or_default()
    }

    /// The next byte that is not white space; it is not read.
    pub(super) fn peek(&mut self) -> Option<u8> {
        while let Some(byte) = self.bytes.get(self.at) {
            if !byte.is_ascii_whitespace() {
                return Some(*byte);
            }
            self.at += 1;
        }
        None
    }

    /// Reads `expected`, if it comes next after white space.
    pub(super) fn eat(&mut self, expected: u8) -> bool {
        let found = self.peek() == Some(expected);
        self.at += usize::from(found);
        found
    }

    /// Reads a string; gives what is between the quotes, escapes and all.
    pub(super) fn string(&mut self) -> Option<&'a [u8]> {
        if self.peek() != Some(b'"') {
            return None;
        }
        let start = self.at + 1;
        let end = string_end(self.bytes, start)?;
        self.at = end + 1;
        Some(&self.bytes[start..end])
    }

    /// Reads a member's key and the colon after it.
    pub(super) fn key(&mut self) -> Option<&'a [u8]> {
        let key = self.string()?;
        self.eat(b':').then_some(key)
    }

    /// Reads a whole value of any kind. `None` if the text ends within it, or if there is none.
    pub(super) fn value(&mut self) -> Option<&'a [u8]> {
        let first = self.peek()?;
        let start = self.at;
        self.at = match first {
            b'"' => string_end(self.bytes, start + 1)? + 1,
            b'{' | b'[' => container_end(self.bytes, start)?,
            _ => {
                let length = self.rest().iter().position(|byte| matches!(byte, b',' | b'}' | b']' | b':') || byte.is_ascii_whitespace())?;
                start + length
            }
        };
        (self.at > start).then(|| &self.bytes[start..self.at])
    }

    /// Reads what separates members or items; `close` ends them. A comma before the end is forgiven.
    pub(super) fn after(&mut self, close: u8) -> After {
        if self.eat(close) {
            return After::End;
        }
        if !self.eat(b',') {
            return After::Broken;
        }
        if self.eat(close) { After::End } else { After::More }
    }
}

/// Where the quote that ends a string is; `at` is the first byte within it.
fn string_end(bytes: &[u8], mut at: usize) -> Option<usize> {
    loop {
        at += memchr2(b'"', b'\\', bytes.get(at..)?)?;
        if bytes[at] == b'"' {
            return Some(at);
        }
        at += 2;
    }
}

/// The first byte after the object or list that begins at `at`.
fn container_end(bytes: &[u8], mut at: usize) -> Option<usize> {
    let mut depth = 0_usize;
    loop {
        match bytes.get(at)? {
            b'"' => at = string_end(bytes, at + 1)?,
            b'{' | b'[' => depth += 1,
            b'}' | b']' => {
                depth -= 1;
                if depth == 0 {
                    return Some(at + 1);
                }
            }
            _ => {}
        }
        at += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::{After, Cursor};
    use proptest::prelude::*;

    #[test]
    fn a_value_ends_where_its_brackets_and_quotes_balance() {
        for (text, value) in [
            (r#" {"a":"}\"","b":[{}]} , 1"#, r#"{"a":"}\"","b":[{}]}"#),
            (r#""a\\" : 1"#, r#""a\\""#),
            ("-1.5e3,", "-1.5e3"),
            ("[NaN, 012 oops]]", "[NaN, 012 oops]"),
        ] {
            assert_eq!(Cursor::new(text.as_bytes()).value(), Some(value.as_bytes()), "{text}");
        }
    }

    #[test]
    fn a_value_that_is_cut_off_is_none() {
        for text in ["", "  ", "{", r#"{"a":"b"#, r#""\"#, "[1,[2]", "}"] {
            assert_eq!(Cursor::new(text.as_bytes()).value(), None, "{text}");
        }
    }

    #[test]
    fn a_comma_before_the_end_is_forgiven() {
        assert_eq!(Cursor::new(b" , ]").after(b']'), After::End);
        assert_eq!(Cursor::new(b",1]").after(b']'), After::More);
        assert_eq!(Cursor::new(b"x").after(b']'), After::Broken);
    }

    proptest! {
        #[test]
        fn every_json_value_ends_where_a_real_parser_says(text in "[ -~]{0,40}", number in any::<i64>()) {
            let value = serde_json::json!({ text.clone(): [text, number, null, { "x": [] }] }).to_string();
            let padded = format!("  {value} ,");
            prop_assert_eq!(Cursor::new(padded.as_bytes()).value(), Some(value.as_bytes()));
        }

        #[test]
        fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..64)) {
            let mut cursor = Cursor::new(&bytes);
            while cursor.value().is_some() {
                let _ = cursor.after(b']');
            }
        }
    }
}
