//! Themes: files that give each meaning a style. What a theme leaves out, its parent gives.

use std::collections::HashSet;
use std::fs;
use std::ops::Range;
use std::path::Path;

use ratatui::style::{Color, Modifier};
use thiserror::Error;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::look::Role;
use super::palette;

/// The theme that is used unless another is asked for, and the last parent of every theme that names none.
pub const DEFAULT: &str = "terminal";

/// The embedded themes, in the order of the picker.
const BUILTIN: [(&str, &str); 6] = [
    (DEFAULT, include_str!("../../themes/terminal.toml")),
    ("dark", include_str!("../../themes/dark.toml")),
    ("light", include_str!("../../themes/light.toml")),
    ("high-contrast", include_str!("../../themes/high-contrast.toml")),
    ("colour-blind", include_str!("../../themes/colour-blind.toml")),
    (MONOCHROME, include_str!("../../themes/monochrome.toml")),
];

const MONOCHROME: &str = "monochrome";

/// The words for modifiers in a theme file.
const MODIFIERS: [(&str, Modifier); 6] = [
    ("bold", Modifier::BOLD),
    ("dim", Modifier::DIM),
    ("italic", Modifier::ITALIC),
    ("underline", Modifier::UNDERLINED),
    ("reverse", Modifier::REVERSED),
    ("strike", Modifier::CROSSED_OUT),
];

/// A theme cannot be used: which file, where, and what is wrong with it.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("theme {file}{}: {message}", line.map(|line| format!(", line {line}")).unwrap_or_default())]
pub struct ThemeError {
    /// The path of the user's file, or the name of the theme that was asked for.
    pub file: String,
    /// The line of the mistake, from 1.
    pub line: Option<usize>,
    /// What is wrong, and what would be right.
    pub message: String,
}

/// The style of one meaning, as the theme says it: colours are not yet fitted to the terminal.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Spec {
    /// The colour of the text; `None` leaves what is there.
    pub fg: Option<Color>,
    /// The colour behind it; `None` leaves what is there.
    pub bg: Option<Color>,
    /// Bold, underlined, reversed and so on.
    pub modifiers: Modifier,
}

/// A theme with all that its parents give.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Theme {
    /// The name by which it is chosen: the file's name without `.toml`.
    pub name: String,
    /// One line for the picker.
    pub title: String,
    specs: [Spec; Role::COUNT],
}

impl Theme {
    /// The style of a meaning.
    #[must_use]
    pub fn spec(&self, role: Role) -> Spec {
        self.specs[role.index()]
    }

    /// Whether it uses any colour.
    #[must_use]
    pub fn has_colour(&self) -> bool {
        self.specs.iter().any(|spec| spec.fg.is_some() || spec.bg.is_some())
    }

    /// The theme without colours.
    #[must_use]
    pub fn monochrome() -> Self {
        builtin(MONOCHROME)
    }
}

impl Default for Theme {
    fn default() -> Self {
        builtin(DEFAULT)
    }
}

/// An embedded theme. A test loads every one of them, so the fallback without any style is never seen.
fn builtin(name: &str) -> Theme {
    load(name, None).unwrap_or_else(|_| Theme { name: name.to_owned(), title: String::new(), specs: [Spec::default(); Role::COUNT] })
}

/// The names of the embedded themes.
#[must_use]
pub fn names() -> [&'static str; 6] {
    BUILTIN.map(|(name, _)| name)
}

/// The names of all themes that can be chosen: the embedded ones, then the user's `*.toml` files in `folder` by name. A
/// user's file with the name of an embedded theme stands in its place.
#[must_use]
pub fn available(folder: Option<&Path>) -> Vec<String> {
    let mut all: Vec<String> = names().map(str::to_owned).to_vec();
    let entries = folder.and_then(|folder| fs::read_dir(folder).ok());
    let mut own: Vec<String> = entries
        .into_iter()
        .flatten()
        .filter_map(|entry| entry.ok()?.file_name().to_str()?.strip_suffix(".toml").map(str::to_owned))
        .filter(|name| !all.contains(name) && is_name(name))
        .collect();
    own.sort_unstable();
    all.extend(own);
    all
}

/// The theme of this name: the user's file in `folder` if there is one, else the embedded one.
pub fn load(name: &str, folder: Option<&Path>) -> Result<Theme, ThemeError> {
    let mut specs: [Option<Spec>; Role::COUNT] = [None; Role::COUNT];
    let mut title = None;
    let mut seen = HashSet::new();
    let mut next = Some(Source::find(name, folder, None)?);
    while let Some(source) = next {
        seen.insert(source.identity());
        let file = source.parse()?;
        title.get_or_insert(file.title.unwrap_or_default());
        for (role, spec) in file.specs {
            specs[role.index()].get_or_insert(spec);
        }
        next = match file.parent {
            Some((parent, line)) => {
                let parent = Source::find(&parent, folder, Some((&source, line)))?;
                if seen.contains(&parent.identity()) {
                    let message = format!("the parents run in a circle: `{}` is already among its own children", parent.name);
                    return Err(source.error(Some(line), message));
                }
                Some(parent)
            }
            None if source.is_root() => None,
            None => Source::embedded(DEFAULT),
        };
    }
    Ok(Theme { name: name.to_owned(), title: title.unwrap_or_default(), specs: specs.map(Option::unwrap_or_default) })
}

/// As [`load`], but with the default theme in place of one that cannot be used; the mistake is told beside it.
#[must_use]
pub fn load_or_default(name: &str, folder: Option<&Path>) -> (Theme, Option<ThemeError>) {
    match load(name, folder) {
        Ok(theme) => (theme, None),
        Err(error) => (Theme::default(), Some(error)),
    }
}

/// The text of a theme, and where it came from.
struct Source {
    name: String,
    /// The user's file; `None` for an embedded theme.
    path: Option<String>,
    text: String,
}

/// What one file says.
struct File {
    title: Option<String>,
    parent: Option<(String, usize)>,
    specs: Vec<(Role, Spec)>,
}

impl Source {
    fn embedded(name: &str) -> Option<Self> {
        let (name, text) = BUILTIN.iter().find(|(known, _)| *known == name)?;
        Some(Self { name: (*name).to_owned(), path: None, text: (*text).to_owned() })
    }

    /// The theme `name`, as the child on the given line asks for it. A user's file that names its own name as its parent
    /// means the embedded theme.
    fn find(name: &str, folder: Option<&Path>, child: Option<(&Self, usize)>) -> Result<Self, ThemeError> {
        let missing = |problem: &str| {
            let message = format!("{problem}; there are {}", available(folder).join(", "));
            match child {
                Some((child, line)) => child.error(Some(line), format!("its parent `{name}` cannot be used: {message}")),
                None => ThemeError { file: format!("`{name}`"), line: None, message },
            }
        };
        if !is_name(name) {
            return Err(missing("a theme is named by its file's name alone, without a folder"));
        }
        let own_parent = child.is_some_and(|(child, _)| child.path.is_some() && child.name == name);
        if let Some(folder) = folder.filter(|_| !(own_parent && names().contains(&name))) {
            let path = folder.join(format!("{name}.toml"));
            match fs::read_to_string(&path) {
                Ok(text) => return Ok(Self { name: name.to_owned(), path: Some(path.display().to_string()), text }),
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
                Err(error) => return Err(ThemeError { file: path.display().to_string(), line: None, message: error.to_string() }),
            }
        }
        Self::embedded(name).ok_or_else(|| missing("no theme has this name"))
    }

    /// What tells a user's file from the embedded theme of the same name.
    fn identity(&self) -> (String, bool) {
        (self.name.clone(), self.path.is_some())
    }

    /// Whether it needs no parent: the embedded themes that set everything themselves.
    fn is_root(&self) -> bool {
        self.path.is_none() && (self.name == DEFAULT || self.name == MONOCHROME)
    }

    fn error(&self, line: Option<usize>, message: String) -> ThemeError {
        ThemeError { file: self.path.clone().unwrap_or_else(|| format!("`{}`", self.name)), line, message }
    }

    fn line_of(&self, span: &Range<usize>) -> usize {
        self.text.bytes().take(span.start).filter(|b| *b == b'\n').count() + 1
    }

    fn at(&self, span: &Range<usize>, message: String) -> ThemeError {
        self.error(Some(self.line_of(span)), message)
    }

    fn parse(&self) -> Result<File, ThemeError> {
        let document = DeTable::parse(&self.text)
            .map_err(|error| self.error(error.span().map(|span| self.line_of(&span)), error.message().trim().replace('\n', "; ")))?;
        let mut file = File { title: None, parent: None, specs: Vec::new() };
        for (key, value) in document.get_ref() {
            match key.get_ref().as_ref() {
                "title" => file.title = Some(self.string(value, "title")?.to_owned()),
                "parent" => file.parent = Some((self.string(value, "parent")?.to_owned(), self.line_of(&value.span()))),
                table @ ("chrome" | "severity" | "side" | "state") => self.parse_table(table, value, &mut file.specs)?,
                other => {
                    let known = ["title", "parent", "chrome", "severity", "side", "state"];
                    return Err(self.at(&key.span(), unknown("key", other, &known)));
                }
            }
        }
        Ok(file)
    }

    fn parse_table(&self, table: &str, value: &Spanned<DeValue<'_>>, specs: &mut Vec<(Role, Spec)>) -> Result<(), ThemeError> {
        let Some(entries) = value.get_ref().as_table() else {
            return Err(self.at(&value.span(), format!("`{table}` must be a table: write [{table}] on a line of its own")));
        };
        for (key, value) in entries {
            let name = key.get_ref().as_ref();
            let Some(role) = Role::all().find(|role| role.path() == (table, name)) else {
                let known: Vec<_> = Role::all().filter(|role| role.path().0 == table).map(|role| role.path().1).collect();
                return Err(self.at(&key.span(), unknown(&format!("{table} key"), name, &known)));
            };
            specs.push((role, self.parse_spec(name, value)?));
        }
        Ok(())
    }

    fn parse_spec(&self, name: &str, value: &Spanned<DeValue<'_>>) -> Result<Spec, ThemeError> {
        let mut spec = Spec::default();
        match value.get_ref() {
            DeValue::String(_) => spec.fg = Some(self.color(value)?),
            DeValue::Table(parts) => {
                for (key, value) in parts {
                    match key.get_ref().as_ref() {
                        "fg" => spec.fg = Some(self.color(value)?),
                        "bg" => spec.bg = Some(self.color(value)?),
                        "style" => spec.modifiers = self.modifiers(value)?,
                        other => return Err(self.at(&key.span(), unknown("part of a style", other, &["fg", "bg", "style"]))),
                    }
                }
            }
            _ => {
                let message = format!("`{name}` must be a colour or a table such as {{ fg = \"red\", style = [\"bold\"] }}");
                return Err(self.at(&value.span(), message));
            }
        }
        Ok(spec)
    }

    fn color(&self, value: &Spanned<DeValue<'_>>) -> Result<Color, ThemeError> {
        let text = self.string(value, "a colour")?;
        palette::parse(text).ok_or_else(|| {
            let near = closest(text, &palette::NAMES).map(|name| format!("did you mean `{name}`? ")).unwrap_or_default();
            let message = format!(
                "bad colour `{text}`: {near}A colour is `default`, one of the sixteen ({}), a number from 0 to 255 in quotes, or `#rrggbb`",
                palette::NAMES.join(", ")
            );
            self.at(&value.span(), message)
        })
    }

    fn modifiers(&self, value: &Spanned<DeValue<'_>>) -> Result<Modifier, ThemeError> {
        let Some(words) = value.get_ref().as_array() else {
            return Err(self.at(&value.span(), "`style` must be a list such as [\"bold\", \"underline\"]".to_owned()));
        };
        let mut modifiers = Modifier::empty();
        for word in words {
            let text = self.string(word, "a style")?;
            let Some((_, modifier)) = MODIFIERS.iter().find(|(known, _)| *known == text) else {
                return Err(self.at(&word.span(), unknown("style", text, &MODIFIERS.map(|(known, _)| known))));
            };
            modifiers |= *modifier;
        }
        Ok(modifiers)
    }

    fn string<'v>(&self, value: &'v Spanned<DeValue<'_>>, what: &str) -> Result<&'v str, ThemeError> {
        value.get_ref().as_str().ok_or_else(|| self.at(&value.span(), format!("{what} must be a text in quotes")))
    }
}

/// Whether a theme can be called so: a file's name, without a folder.
fn is_name(name: &str) -> bool {
    !name.is_empty() && !name.starts_with('.') && !name.contains(['/', '\\'])
}

/// What to say about a word that is not known.
fn unknown(what: &str, word: &str, known: &[&str]) -> String {
    match closest(word, known) {
        Some(near) => format!("unknown {what} `{word}`: did you mean `{near}`?"),
        None => format!("unknown {what} `{word}`: there are {}", known.join(", ")),
    }
}

fn closest<'a>(word: &str, known: &[&'a str]) -> Option<&'a str> {
    let ranked = known.iter().map(|name| (strsim::osa_distance(word, name), *name));
    ranked.filter(|(distance, name)| *distance <= 1 + name.len() / 4).min_by_key(|(distance, _)| *distance).map(|(_, name)| name)
}
