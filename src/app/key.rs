//! A key as a person names it: what the terminal said, without its quirks.

use std::fmt;
use std::str::FromStr;

/// Which key, without modifiers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Code {
    /// A character, as typed: shift is in the character itself.
    Char(char),
    /// Enter.
    Enter,
    /// Escape.
    Esc,
    /// Backspace.
    Backspace,
    /// Tab.
    Tab,
    /// Arrow up.
    Up,
    /// Arrow down.
    Down,
    /// Arrow left.
    Left,
    /// Arrow right.
    Right,
    /// Home.
    Home,
    /// End.
    End,
    /// Page up.
    PageUp,
    /// Page down.
    PageDown,
    /// Delete.
    Delete,
    /// Insert.
    Insert,
    /// A function key.
    F(u8),
}

/// A key with its modifiers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key {
    /// Which key.
    pub code: Code,
    /// With control.
    pub ctrl: bool,
    /// With alt.
    pub alt: bool,
    /// With shift; never set for characters.
    pub shift: bool,
}

const NAMED: [(&str, Code); 21] = [
    ("enter", Code::Enter),
    ("esc", Code::Esc),
    ("backspace", Code::Backspace),
    ("tab", Code::Tab),
    ("up", Code::Up),
    ("down", Code::Down),
    ("left", Code::Left),
    ("right", Code::Right),
    ("home", Code::Home),
    ("end", Code::End),
    ("pgup", Code::PageUp),
    ("pgdn", Code::PageDown),
    ("delete", Code::Delete),
    ("insert", Code::Insert),
    ("space", Code::Char(' ')),
    // Other names people try.
    ("return", Code::Enter),
    ("escape", Code::Esc),
    ("pageup", Code::PageUp),
    ("pagedown", Code::PageDown),
    ("del", Code::Delete),
    ("ins", Code::Insert),
];

impl Key {
    /// The key without modifiers.
    #[must_use]
    pub const fn plain(code: Code) -> Self {
        Self { code, ctrl: false, alt: false, shift: false }
    }

    /// A typed character.
    #[must_use]
    pub const fn char(c: char) -> Self {
        Self::plain(Code::Char(c))
    }

    /// The character that this key types into a text field, if it does.
    #[must_use]
    pub const fn typed(self) -> Option<char> {
        match self {
            Self { code: Code::Char(c), ctrl: false, alt: false, .. } => Some(c),
            _ => None,
        }
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut name = String::new();
        for (held, word) in [(self.ctrl, "ctrl-"), (self.alt, "alt-"), (self.shift, "shift-")] {
            if held {
                name.push_str(word);
            }
        }
        match self.code {
            Code::F(number) => name = format!("{name}f{number}"),
            code => match NAMED.iter().find(|(_, named)| *named == code) {
                Some((word, _)) => name.push_str(word),
                None => {
                    if let Code::Char(c) = code {
                        name.push(c);
                    }
                }
            },
        }
        f.pad(&name)
    }
}

impl FromStr for Key {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let mut key = Self::char('\0');
        let mut rest = text;
        loop {
            let (held, word) = if let Some(word) = rest.strip_prefix("ctrl-") {
                (&mut key.ctrl, word)
            } else if let Some(word) = rest.strip_prefix("alt-") {
                (&mut key.alt, word)
            } else if let Some(word) = rest.strip_prefix("shift-") {
                (&mut key.shift, word)
            } else {
                break;
            };
            *held = true;
            rest = word;
        }
        let mut chars = rest.chars();
        key.code = if let (Some(c), None) = (chars.next(), chars.next()) {
            Code::Char(c)
        } else if let Some((_, code)) = NAMED.iter().find(|(word, _)| *word == rest) {
            *code
        } else if let Some(number) = rest.strip_prefix('f').and_then(|n| n.parse().ok()).filter(|n| (1..=24).contains(n)) {
            Code::F(number)
        } else {
            return Err(format!(
                "\"{text}\" is no key; write a character, or one of {}, f1 to f24, with ctrl-, alt- or shift- before it",
                NAMED[..15].iter().map(|(word, _)| *word).collect::<Vec<_>>().join(", ")
            ));
        };
        if let Code::Char(c) = key.code {
            if key.shift {
                key.code = Code::Char(c.to_ascii_uppercase());
                key.shift = false;
            } else if key.ctrl {
                key.code = Code::Char(c.to_ascii_lowercase());
            }
        }
        Ok(key)
    }
}

#[cfg(test)]
mod tests {
    use super::{Code, Key};

    #[test]
    fn a_key_reads_back_as_it_is_written() {
        for name in ["j", "G", "?", ":", "ctrl-d", "enter", "esc", "pgdn", "space", "alt-x", "shift-tab", "f5", "-", "ctrl--", "0"] {
            let key: Key = name.parse().expect(name);
            assert_eq!(key.to_string(), name);
        }
    }

    #[test]
    fn shift_with_a_character_is_the_character_itself() {
        assert_eq!("shift-g".parse(), Ok(Key::char('G')));
        assert_eq!("ctrl-D".parse(), Ok(Key { ctrl: true, ..Key::char('d') }));
        assert_eq!("escape".parse(), Ok(Key::plain(Code::Esc)));
    }

    #[test]
    fn a_wrong_name_says_what_would_be_right() {
        let error = "hyper-x".parse::<Key>().expect_err("no such key");
        assert!(error.contains("\"hyper-x\" is no key") && error.contains("pgdn"), "{error}");
        assert!("".parse::<Key>().is_err());
    }
}
