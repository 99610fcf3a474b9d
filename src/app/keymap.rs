//! Which key asks for what, where: the table of commands, with the user's changes on top.

use std::collections::BTreeMap;

use super::command::{COMMANDS, Command, Context, Spec};
use super::key::Key;

/// The live key map.
#[derive(Clone, Debug)]
pub struct Keymap {
    /// For each line of [`COMMANDS`], its keys.
    keys: Vec<Vec<Key>>,
}

impl Default for Keymap {
    fn default() -> Self {
        let read = |spec: &Spec| spec.keys.iter().filter_map(|name| name.parse().ok()).collect();
        Self { keys: COMMANDS.iter().map(read).collect() }
    }
}

impl Keymap {
    /// The defaults with the user's changes: a command's id -> its keys, all of them. No keys: the command is in the palette
    /// only.
    ///
    /// # Errors
    /// An unknown command, an unknown key, or a key that would ask for two things in one place. The message names it and the
    /// way out.
    pub fn with_overrides(overrides: &BTreeMap<String, Vec<String>>) -> Result<Self, String> {
        let mut map = Self::default();
        for (id, names) in overrides {
            let Some(position) = COMMANDS.iter().position(|spec| spec.id == id) else {
                return Err(unknown_command(id));
            };
            map.keys[position] =
                names.iter().map(|name| name.parse().map_err(|mistake| format!("keys: \"{id}\": {mistake}"))).collect::<Result<_, _>>()?;
        }
        map.check()?;
        Ok(map)
    }

    fn check(&self) -> Result<(), String> {
        for (first, spec) in COMMANDS.iter().enumerate() {
            for (second, other) in COMMANDS.iter().enumerate().skip(first + 1) {
                let Some(shared) = spec.contexts.iter().find(|context| other.contexts.contains(context)) else { continue };
                if let Some(key) = self.keys[first].iter().find(|key| self.keys[second].contains(key)) {
                    return Err(format!(
                        "keys: \"{key}\" asks for both \"{}\" and \"{}\" in {}; give one of them another key, or none: \"{}\" = []",
                        spec.id,
                        other.id,
                        shared.slug(),
                        other.id
                    ));
                }
            }
        }
        let leaves = |command| COMMANDS.iter().position(|spec| spec.command == command).is_some_and(|at| !self.keys[at].is_empty());
        if leaves(Command::Quit) || leaves(Command::QuitNow) || leaves(Command::Palette) {
            return Ok(());
        }
        Err("keys: no key is left to quit with; give one to \"app.quit\", \"app.quit-now\" or \"app.palette\"".to_owned())
    }

    /// What the key asks for here.
    #[must_use]
    pub fn lookup(&self, context: Context, key: Key) -> Option<Command> {
        self.here(context).find(|(_, keys)| keys.contains(&key)).map(|(spec, _)| spec.command)
    }

    /// The commands that make sense here with their live keys, in the order of the table.
    pub fn here(&self, context: Context) -> impl Iterator<Item = (&'static Spec, &[Key])> {
        COMMANDS
            .iter()
            .zip(&self.keys)
            .filter(move |(spec, _)| spec.contexts.contains(&context))
            .map(|(spec, keys)| (spec, keys.as_slice()))
    }

    /// Every command with its live keys.
    pub fn all(&self) -> impl Iterator<Item = (&'static Spec, &[Key])> {
        COMMANDS.iter().zip(&self.keys).map(|(spec, keys)| (spec, keys.as_slice()))
    }

    /// The command's first key in words, or nothing.
    #[must_use]
    pub fn first(&self, command: Command) -> Option<Key> {
        self.all().find(|(spec, _)| spec.command == command).and_then(|(_, keys)| keys.first().copied())
    }
}

fn unknown_command(id: &str) -> String {
    let nearest = COMMANDS.iter().map(|spec| (strsim::jaro_winkler(spec.id, id), spec.id)).max_by(|a, b| a.0.total_cmp(&b.0));
    let hint = nearest.filter(|(likeness, _)| *likeness > 0.8).map(|(_, id)| format!("; did you mean \"{id}\"?")).unwrap_or_default();
    format!("keys: there is no command \"{id}\"{hint} `ringfort keys` lists them all")
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, HashSet};

    use super::{COMMANDS, Command, Context, Keymap};
    use crate::app::key::{Code, Key};

    fn overrides(pairs: &[(&str, &[&str])]) -> BTreeMap<String, Vec<String>> {
        pairs.iter().map(|(id, keys)| ((*id).to_owned(), keys.iter().map(|key| (*key).to_owned()).collect())).collect()
    }

    #[test]
    fn the_defaults_are_sound() {
        assert_eq!(Keymap::default().check(), Ok(()));
        let ids: HashSet<_> = COMMANDS.iter().map(|spec| spec.id).collect();
        assert_eq!(ids.len(), COMMANDS.len(), "an id stands twice");
        let read: usize = Keymap::default().keys.iter().map(Vec::len).sum();
        assert_eq!(read, COMMANDS.iter().map(|spec| spec.keys.len()).sum::<usize>(), "a default key cannot be read");
    }

    #[test]
    fn esc_never_quits_anywhere() {
        for context in Context::ALL {
            let command = Keymap::default().lookup(context, Key::plain(Code::Esc));
            assert!(!matches!(command, Some(Command::Quit | Command::QuitNow)), "{context:?}");
        }
    }

    #[test]
    fn a_command_takes_exactly_the_keys_of_the_user() {
        let map = Keymap::with_overrides(&overrides(&[("findings.sort", &["o"]), ("finding.console", &[])])).expect("sound");
        assert_eq!(map.lookup(Context::Findings, Key::char('o')), Some(Command::Sort));
        assert_eq!(map.lookup(Context::Findings, Key::char('s')), None);
    }

    #[test]
    fn mistakes_are_named_with_the_way_out() {
        let unknown = Keymap::with_overrides(&overrides(&[("findings.srot", &["s"])])).expect_err("unknown");
        assert!(unknown.contains("findings.srot") && unknown.contains("did you mean \"findings.sort\""), "{unknown}");
        let key = Keymap::with_overrides(&overrides(&[("findings.sort", &["strg-s"])])).expect_err("no key");
        assert!(key.contains("findings.sort") && key.contains("strg-s"), "{key}");
        let twice = Keymap::with_overrides(&overrides(&[("findings.sort", &["e"])])).expect_err("twice");
        assert!(twice.contains("view.export") && twice.contains("findings.sort"), "{twice}");
        let trapped = Keymap::with_overrides(&overrides(&[("app.quit", &[]), ("app.quit-now", &[]), ("app.palette", &[])]));
        assert!(trapped.expect_err("trapped").contains("no key is left to quit"));
    }
}
