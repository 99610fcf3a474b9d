//! The shape of a lens file, as it is written; nothing in it is checked yet.

use std::fmt;
use std::ops::Range;

use serde::Deserialize;
use serde::de::{DeserializeOwned, Deserializer, SeqAccess, Visitor};
use toml::Spanned;

use super::error::{LensError, Mistake, near};

/// A whole file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FileSpec {
    pub(super) id: Spanned<String>,
    pub(super) title: String,
    #[serde(default)]
    pub(super) text: String,
    /// `first`: the first rule that matches places; `all`: each rule that matches adds its group.
    pub(super) pick: Option<Spanned<String>>,
    /// Whether the embedded lens of the same id follows this file's groups and rules.
    #[serde(default)]
    pub(super) extend: bool,
    #[serde(default, rename = "group")]
    pub(super) groups: Vec<GroupSpec>,
    #[serde(default, rename = "rule")]
    pub(super) rules: Vec<RuleSpec>,
}

/// A `[[group]]`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct GroupSpec {
    pub(super) key: Spanned<String>,
    pub(super) title: String,
    pub(super) text: String,
}

/// A `[[rule]]`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RuleSpec {
    pub(super) id: Spanned<String>,
    #[serde(default)]
    pub(super) when: WhenSpec,
    pub(super) layer: Option<Words>,
    pub(super) also: Option<Words>,
    pub(super) side: Option<Words>,
    pub(super) group: Option<Words>,
    pub(super) basis: Spanned<String>,
    pub(super) reason: Spanned<String>,
}

/// A rule's conditions: all that are given must hold; of a list, one word must.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct WhenSpec {
    pub(super) source: Option<Words>,
    pub(super) r#type: Option<Words>,
    pub(super) control: Option<Words>,
    pub(super) family: Option<Words>,
    pub(super) product: Option<Words>,
    pub(super) severity: Option<Words>,
    pub(super) status: Option<Words>,
    pub(super) resource: Option<Words>,
    pub(super) any_resource: Option<Words>,
    pub(super) service: Option<Words>,
    pub(super) any_service: Option<Words>,
    pub(super) title: Option<Words>,
    pub(super) text: Option<Words>,
    pub(super) tag: Option<Words>,
    pub(super) id: Option<Words>,
    pub(super) marked: Option<Words>,
    pub(super) requirement: Option<Words>,
    pub(super) standard: Option<Words>,
    pub(super) tactic: Option<Words>,
    pub(super) technique: Option<Words>,
    pub(super) indicator: Option<Words>,
    pub(super) account: Option<Words>,
    pub(super) region: Option<Words>,
}

/// One word or a list of words, each with its place in the file.
#[derive(Debug)]
pub(crate) struct Words(pub(crate) Vec<Word>);

/// A word and its place in the file, in bytes.
#[derive(Clone, Debug)]
pub(crate) struct Word {
    pub(crate) text: String,
    pub(crate) span: Range<usize>,
}

impl From<&Spanned<String>> for Word {
    fn from(spanned: &Spanned<String>) -> Self {
        Self { text: spanned.get_ref().clone(), span: spanned.span() }
    }
}

/// One word or a list: the span of a lone word is that of the whole value.
enum OneOrMany {
    One(String),
    Many(Vec<Spanned<String>>),
}

impl<'de> Deserialize<'de> for OneOrMany {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Either;
        impl<'de> Visitor<'de> for Either {
            type Value = OneOrMany;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a text in quotes, or a list of them")
            }
            fn visit_str<E>(self, text: &str) -> Result<OneOrMany, E> {
                Ok(OneOrMany::One(text.to_owned()))
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<OneOrMany, A::Error> {
                let mut many = Vec::new();
                while let Some(item) = items.next_element()? {
                    many.push(item);
                }
                Ok(OneOrMany::Many(many))
            }
        }
        deserializer.deserialize_any(Either)
    }
}

impl<'de> Deserialize<'de> for Words {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let whole = Spanned::<OneOrMany>::deserialize(deserializer)?;
        let span = whole.span();
        Ok(Self(match whole.into_inner() {
            OneOrMany::One(text) => vec![Word { text, span }],
            OneOrMany::Many(items) => items.iter().map(Word::from).collect(),
        }))
    }
}

/// Reads a file's text.
///
/// # Errors
/// The first mistake of syntax, or the first key or type that a lens file does not have.
pub(super) fn read(name: &str, text: &str) -> Result<FileSpec, LensError> {
    parse(name, text, "the embedded lens").map_err(|mistake| LensError { mistakes: vec![mistake] })
}

/// Reads a file of rules of any shape; `embedded` is what holds without the file.
///
/// # Errors
/// The first mistake of syntax, or the first key or type that the shape does not have.
pub(crate) fn parse<T: DeserializeOwned>(name: &str, text: &str, embedded: &str) -> Result<T, Mistake> {
    toml::from_str(text).map_err(|error| {
        let line = error.span().map(|span| line_at(text, span.start));
        let text = format!("{}{}; correct it, or remove the file to go back to {embedded}", error.message().trim(), meant(error.message()));
        Mistake { file: name.to_owned(), line, text }
    })
}

/// The key that was probably meant, where an unknown one is the mistake: the parser names it and all that there are.
fn meant(message: &str) -> String {
    let mut quoted = message.split('`').skip(1).step_by(2);
    let word = quoted.next().filter(|_| message.starts_with("unknown field"));
    word.and_then(|word| near(word, quoted)).map(|near| format!(" (did you mean `{near}`?)")).unwrap_or_default()
}

/// The line of a byte of the text, counted from 1. For many of a text there are [`Lines`].
pub(crate) fn line_at(text: &str, at: usize) -> usize {
    Lines::of(text).at(at)
}

/// Where each line of a text ends, in bytes.
pub(super) struct Lines(Vec<usize>);

impl Lines {
    pub(super) fn of(text: &str) -> Self {
        Self(text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n').map(|(at, _)| at).collect())
    }

    /// The line of a byte, counted from 1.
    pub(super) fn at(&self, byte: usize) -> usize {
        self.0.partition_point(|end| *end < byte) + 1
    }
}
