//! Keys as the terminal sends them -> keys as the key map names them. Over a slow connection an escape sequence can arrive
//! in two parts, of which the first looks like the Esc key: what follows within a moment is put together again.

use std::time::Duration;

use crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers};

use crate::app::{Code, Key};

/// How long an Esc waits for the rest of a sequence.
pub(super) const ESC_WAIT: Duration = Duration::from_millis(50);

/// The key that was pressed, if it is one that anything can be bound to.
pub(super) fn from_terminal(event: KeyEvent) -> Option<Key> {
    if event.kind == KeyEventKind::Release {
        return None;
    }
    let held = |modifier| event.modifiers.contains(modifier);
    let (ctrl, alt, shift) = (held(KeyModifiers::CONTROL), held(KeyModifiers::ALT), held(KeyModifiers::SHIFT));
    let code = match event.code {
        // Terminals that send backspace as ctrl-h.
        KeyCode::Char('h') if ctrl => return Some(Key::plain(Code::Backspace)),
        KeyCode::Char(c) => {
            let c = if ctrl { c.to_ascii_lowercase() } else { c };
            return Some(Key { code: Code::Char(c), ctrl, alt, shift: false });
        }
        KeyCode::BackTab => return Some(Key { code: Code::Tab, ctrl, alt, shift: true }),
        KeyCode::Backspace => Code::Backspace,
        KeyCode::Enter => Code::Enter,
        KeyCode::Esc => Code::Esc,
        KeyCode::Tab => Code::Tab,
        KeyCode::Up => Code::Up,
        KeyCode::Down => Code::Down,
        KeyCode::Left => Code::Left,
        KeyCode::Right => Code::Right,
        KeyCode::Home => Code::Home,
        KeyCode::End => Code::End,
        KeyCode::PageUp => Code::PageUp,
        KeyCode::PageDown => Code::PageDown,
        KeyCode::Delete => Code::Delete,
        KeyCode::Insert => Code::Insert,
        KeyCode::F(number) => Code::F(number),
        _ => return None,
    };
    Some(Key { code, ctrl, alt, shift })
}

/// Puts split escape sequences together.
#[derive(Debug, Default)]
pub(super) struct Joiner {
    held: Vec<Key>,
}

impl Joiner {
    /// Whether a key is held back: [`Joiner::release`] it when [`ESC_WAIT`] has passed without another.
    pub(super) fn is_holding(&self) -> bool {
        !self.held.is_empty()
    }

    /// Takes a key in; what can be passed on now.
    pub(super) fn push(&mut self, key: Key) -> Vec<Key> {
        if self.held.is_empty() {
            if key == Key::plain(Code::Esc) {
                self.held.push(key);
                return Vec::new();
            }
            return vec![key];
        }
        let Some(c) = key.typed() else { return self.release_with(key) };
        match (self.held.get(1).and_then(|key| key.typed()), c) {
            (None, '[' | 'O') => {}
            (None, _) => return self.release_with(key),
            (Some('['), '0'..='9' | ';') if self.held.len() < 8 => {}
            (Some(_), c) => {
                let parameters: String = self.held[2..].iter().filter_map(|key| key.typed()).collect();
                return match decode(&parameters, c) {
                    Some(key) => {
                        self.held.clear();
                        vec![key]
                    }
                    None => self.release_with(key),
                };
            }
        }
        self.held.push(key);
        Vec::new()
    }

    /// Passes on what was held back: it was no sequence after all.
    pub(super) fn release(&mut self) -> Vec<Key> {
        std::mem::take(&mut self.held)
    }

    fn release_with(&mut self, key: Key) -> Vec<Key> {
        let mut keys = self.release();
        if key == Key::plain(Code::Esc) {
            self.held.push(key);
        } else {
            keys.push(key);
        }
        keys
    }
}

/// The key of `CSI parameters last` or `SS3 last` (xterm, ctlseqs).
fn decode(parameters: &str, last: char) -> Option<Key> {
    let mut numbers = parameters.split(';');
    let number = numbers.next().unwrap_or_default();
    let held = numbers.next().and_then(|bits| bits.parse::<u8>().ok()).unwrap_or(1).saturating_sub(1);
    let code = match (last, number) {
        ('A', _) => Code::Up,
        ('B', _) => Code::Down,
        ('C', _) => Code::Right,
        ('D', _) => Code::Left,
        ('H', _) | ('~', "1" | "7") => Code::Home,
        ('F', _) | ('~', "4" | "8") => Code::End,
        ('~', "2") => Code::Insert,
        ('~', "3") => Code::Delete,
        ('~', "5") => Code::PageUp,
        ('~', "6") => Code::PageDown,
        ('Z', _) => return Some(Key { shift: true, ..Key::plain(Code::Tab) }),
        ('P', _) => Code::F(1),
        ('Q', _) => Code::F(2),
        ('R', _) => Code::F(3),
        ('S', _) => Code::F(4),
        _ => return None,
    };
    Some(Key { code, shift: held & 1 != 0, alt: held & 2 != 0, ctrl: held & 4 != 0 })
}

#[cfg(test)]
mod tests {
    use super::Joiner;
    use crate::app::{Code, Key};

    fn esc() -> Key {
        Key::plain(Code::Esc)
    }

    fn pushed(keys: &[Key]) -> (Vec<Key>, bool) {
        let mut joiner = Joiner::default();
        let passed = keys.iter().flat_map(|key| joiner.push(*key)).collect();
        (passed, joiner.is_holding())
    }

    #[test]
    fn a_split_arrow_is_the_arrow_that_it_was() {
        for (rest, code) in [("[A", Code::Up), ("OB", Code::Down), ("[5~", Code::PageUp), ("[H", Code::Home), ("[1;5C", Code::Right)] {
            let mut keys = vec![esc()];
            keys.extend(rest.chars().map(Key::char));
            let (passed, holding) = pushed(&keys);
            assert_eq!(passed.iter().map(|key| key.code).collect::<Vec<_>>(), [code], "{rest}");
            assert!(!holding);
        }
    }

    #[test]
    fn a_lone_esc_waits_and_is_then_the_esc_key() {
        let mut joiner = Joiner::default();
        assert_eq!(joiner.push(esc()), []);
        assert!(joiner.is_holding());
        assert_eq!(joiner.release(), [esc()]);
        assert!(!joiner.is_holding());
    }

    #[test]
    fn esc_and_another_key_are_two_keys() {
        assert_eq!(pushed(&[esc(), Key::char('j')]).0, [esc(), Key::char('j')]);
        assert_eq!(pushed(&[esc(), Key::char('['), Key::char('!')]).0, [esc(), Key::char('['), Key::char('!')]);
        assert_eq!(pushed(&[esc(), esc()]), (vec![esc()], true));
        assert_eq!(pushed(&[esc(), Key::plain(Code::Enter)]).0, [esc(), Key::plain(Code::Enter)]);
    }

    #[test]
    fn other_keys_pass_at_once() {
        assert_eq!(pushed(&[Key::char('['), Key::char('A')]).0, [Key::char('['), Key::char('A')]);
    }
}
