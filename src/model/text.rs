//! Text that is safe to show: the door that every string from outside passes once.

use std::borrow::Borrow;
use std::cell::RefCell;
use std::fmt;
use std::fmt::Write as _;
use std::ops::Deref;
use std::sync::{Arc, LazyLock};

use serde::{Serialize, Serializer};

/// What stands where a character was that could drive a terminal or hide from the reader.
const REPLACEMENT: char = '\u{FFFD}';

/// A string that can be shown on one line: no control characters, no escape sequences, no bidirectional or invisible
/// format characters. Line breaks and tabs became spaces; everything else that is unsafe became U+FFFD, so that nothing
/// vanishes without a trace. Cheap to clone.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Text(Arc<str>);

impl Text {
    /// Makes `raw` safe.
    #[must_use]
    pub fn new(raw: &str) -> Self {
        // Looking at every byte, instead of stopping at the first bad one, lets the compiler look at many at once.
        let plain = raw.bytes().fold(true, |plain, b| plain & (0x20..0x7f).contains(&b));
        if plain || !raw.chars().any(is_unsafe) {
            return Self(Arc::from(raw));
        }
        let mut safe = String::with_capacity(raw.len());
        let mut chars = raw.chars().peekable();
        while let Some(c) = chars.next() {
            match c {
                '\r' if chars.peek() == Some(&'\n') => {}
                '\n' | '\r' | '\t' | '\u{85}' | '\u{2028}' | '\u{2029}' => safe.push(' '),
                c if is_unsafe(c) => safe.push(REPLACEMENT),
                c => safe.push(c),
            }
        }
        Self(Arc::from(safe))
    }

    /// Makes `raw` safe; shares its memory with an equal text that this thread has made lately, if there is one: most texts of
    /// findings repeat.
    #[must_use]
    pub fn shared(raw: &str) -> Self {
        if raw.len() > LONGEST_SHARED {
            return Self::new(raw);
        }
        let recall = |recent: &RefCell<Vec<Option<Self>>>| {
            let mut recent = recent.borrow_mut();
            if recent.is_empty() {
                recent.resize(RECENT, None);
            }
            let slot = &mut recent[slot(raw.as_bytes())];
            match slot {
                // A known text is safe, and so is what equals it.
                Some(known) if known.as_str() == raw => known.clone(),
                _ => slot.insert(Self::new(raw)).clone(),
            }
        };
        LATELY.try_with(recall).unwrap_or_else(|_| Self::new(raw))
    }

    /// The empty text.
    #[must_use]
    pub fn empty() -> Self {
        static EMPTY: LazyLock<Text> = LazyLock::new(|| Text(Arc::from("")));
        EMPTY.clone()
    }

    /// The text as a plain string slice.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// How many texts a thread remembers, a power of two, and how long they may be, in bytes.
const RECENT: usize = 4096;
const LONGEST_SHARED: usize = 2048;

thread_local! {
    static LATELY: RefCell<Vec<Option<Text>>> = const { RefCell::new(Vec::new()) };
}

/// The one place where a text may be remembered. Two that meet there only cost each other the sharing.
fn slot(bytes: &[u8]) -> usize {
    const ODD: u64 = 0x9E37_79B9_7F4A_7C15;
    let (chunks, rest) = bytes.as_chunks::<8>();
    let mix = |hash: u64, word: u64| (hash.rotate_left(5) ^ word).wrapping_mul(ODD);
    let hash = chunks.iter().fold(bytes.len() as u64, |hash, chunk| mix(hash, u64::from_le_bytes(*chunk)));
    let hash = rest.iter().fold(hash, |hash, byte| mix(hash, u64::from(*byte)));
    (hash >> 32) as usize % RECENT
}

/// Whether `c` could drive a terminal, reorder what stands around it, or be there without being seen.
fn is_unsafe(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{AD}' | '\u{34F}' | '\u{61C}' | '\u{115F}' | '\u{1160}' | '\u{17B4}' | '\u{17B5}' | '\u{180E}'
            | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{3164}' | '\u{FEFF}' | '\u{FFA0}'
            | '\u{FFF0}'..='\u{FFFB}' | '\u{1BCA0}'..='\u{1BCA3}' | '\u{1D173}'..='\u{1D17A}' | '\u{E0000}'..='\u{E0FFF}')
}

/// Writes what [`Text`] would replace as JSON `\uXXXX` escapes instead, and leaves all else as it is. Inside a JSON string
/// this keeps the value, so raw JSON can be shown or printed without losing the truth. Line breaks and tabs between JSON
/// tokens stay.
#[must_use]
pub fn escape_invisible(json: &str) -> std::borrow::Cow<'_, str> {
    let keeps = |c: char| matches!(c, '\n' | '\t' | '\r') || !is_unsafe(c);
    if json.chars().all(keeps) {
        return json.into();
    }
    let mut escaped = String::with_capacity(json.len() + 16);
    for c in json.chars() {
        if keeps(c) {
            escaped.push(c);
        } else {
            let mut units = [0; 2];
            for unit in c.encode_utf16(&mut units) {
                // Writing to a String cannot fail.
                let _ = write!(escaped, "\\u{unit:04x}");
            }
        }
    }
    escaped.into()
}

impl Deref for Text {
    type Target = str;
    fn deref(&self) -> &str {
        &self.0
    }
}

impl AsRef<str> for Text {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl Borrow<str> for Text {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl From<&str> for Text {
    fn from(raw: &str) -> Self {
        Self::new(raw)
    }
}

impl From<String> for Text {
    fn from(raw: String) -> Self {
        Self::new(&raw)
    }
}

impl Default for Text {
    fn default() -> Self {
        Self::empty()
    }
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&*self.0, f)
    }
}

impl Serialize for Text {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::{Text, escape_invisible};
    use proptest::prelude::*;

    #[test]
    fn plain_text_passes_unchanged() {
        for plain in ["", "EC2 instance i-0abc", "Ünïcödé ☃ 漢字 🦀", "emoji with a variation selector ⚠\u{FE0F}"] {
            assert_eq!(Text::new(plain).as_str(), plain);
        }
    }

    #[test]
    fn a_shared_text_is_as_safe_as_a_new_one_and_lies_where_its_equal_does() {
        let (one, other) = (Text::shared("us-east-1"), Text::shared("us-east-1"));
        assert_eq!(one.as_str().as_ptr(), other.as_str().as_ptr());
        for _ in 0..2 {
            assert_eq!(Text::shared("a\x1bb").as_str(), "a\u{FFFD}b");
        }
    }

    #[test]
    fn an_escape_sequence_loses_its_power_but_stays_visible() {
        assert_eq!(Text::new("a\x1b]0;title\x07b\u{9b}31m").as_str(), "a\u{FFFD}]0;title\u{FFFD}b\u{FFFD}31m");
    }

    #[test]
    fn bidirectional_and_invisible_characters_are_replaced() {
        assert_eq!(Text::new("user\u{202E}gpj.exe\u{200B}\u{E0041}").as_str(), "user\u{FFFD}gpj.exe\u{FFFD}\u{FFFD}");
    }

    #[test]
    fn line_breaks_become_one_space_each() {
        assert_eq!(Text::new("a\r\nb\nc\td").as_str(), "a b c d");
    }

    proptest! {
        #[test]
        fn no_text_keeps_a_control_character(raw in any::<String>()) {
            let safe = Text::new(&raw);
            prop_assert!(!safe.chars().any(super::is_unsafe));
            prop_assert_eq!(Text::new(&safe), safe);
        }

        #[test]
        fn escaping_invisible_characters_keeps_the_json_value(raw in any::<String>()) {
            let json = serde_json::to_string(&raw).expect("a string serialises");
            let shown = escape_invisible(&json);
            prop_assert!(!shown.chars().any(super::is_unsafe));
            prop_assert_eq!(serde_json::from_str::<String>(&shown).expect("still JSON"), raw);
        }
    }
}
