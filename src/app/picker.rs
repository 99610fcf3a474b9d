//! Help and palette: the commands of the present context with their live keys, narrowed by typing, run by Enter.

use fuzzy_matcher::FuzzyMatcher;
use fuzzy_matcher::skim::SkimMatcherV2;
use tui_input::Input;

use super::command::{Command, Context, Spec};
use super::keymap::Keymap;
use super::list::List;

/// What the list is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// To read which keys work here.
    Help,
    /// To run a command by its name.
    Palette,
}

/// A command that is offered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its line in the table.
    pub title: &'static str,
    /// Its name in the configuration.
    pub id: &'static str,
    /// Its live keys, in words.
    pub keys: String,
    /// What it asks for.
    pub command: Command,
    /// Which characters of the title the typed text matched.
    pub marks: Vec<usize>,
}

/// The list and its text field.
#[derive(Clone, Debug)]
pub struct Picker {
    /// What it is for.
    pub purpose: Purpose,
    /// Where the commands are to work.
    pub context: Context,
    /// What was typed.
    pub input: Input,
    /// What is offered, best first.
    pub entries: Vec<Entry>,
    /// The cursor.
    pub list: List,
}

impl Picker {
    /// Everything that makes sense in the context.
    #[must_use]
    pub fn new(purpose: Purpose, context: Context, keymap: &Keymap) -> Self {
        let mut picker = Self { purpose, context, input: Input::default(), entries: Vec::new(), list: List::default() };
        picker.narrow(keymap);
        picker
    }

    /// Offers what the typed text matches.
    pub fn narrow(&mut self, keymap: &Keymap) {
        let matcher = SkimMatcherV2::default().ignore_case();
        let typed = self.input.value().trim();
        let mut scored: Vec<(i64, Entry)> = keymap
            .here(self.context)
            .filter_map(|(spec, keys)| {
                let keys = keys.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ");
                let (score, marks) = score(&matcher, spec, &keys, typed)?;
                Some((score, Entry { title: spec.title, id: spec.id, keys, command: spec.command, marks }))
            })
            .collect();
        scored.sort_by_key(|(score, _)| std::cmp::Reverse(*score));
        self.entries = scored.into_iter().map(|(_, entry)| entry).collect();
        self.list = List::default();
    }

    /// The command that the cursor is on.
    #[must_use]
    pub fn chosen(&self) -> Option<Command> {
        self.entries.get(self.list.cursor).map(|entry| entry.command)
    }
}

fn score(matcher: &SkimMatcherV2, spec: &Spec, keys: &str, typed: &str) -> Option<(i64, Vec<usize>)> {
    if typed.is_empty() {
        return Some((0, Vec::new()));
    }
    if keys.split(' ').any(|key| key == typed) {
        return Some((i64::MAX, Vec::new()));
    }
    matcher.fuzzy_indices(spec.title, typed).or_else(|| matcher.fuzzy_match(spec.id, typed).map(|score| (score / 2, Vec::new())))
}

#[cfg(test)]
mod tests {
    use super::{Picker, Purpose};
    use crate::app::command::{Command, Context};
    use crate::app::keymap::Keymap;

    #[test]
    fn typing_narrows_by_title_id_and_key() {
        let keymap = Keymap::default();
        let mut picker = Picker::new(Purpose::Palette, Context::Findings, &keymap);
        let all = picker.entries.len();
        for (typed, command) in [("sort", Command::Sort), ("S", Command::Reverse), ("findings.filter", Command::Filter)] {
            picker.input = typed.into();
            picker.narrow(&keymap);
            assert!(picker.entries.len() < all);
            assert_eq!(picker.chosen(), Some(command), "{typed}");
        }
        picker.input = "zzzz".into();
        picker.narrow(&keymap);
        assert_eq!(picker.chosen(), None);
    }
}
