//! One condition of a rule: which fact it looks at, and which words satisfy it. All comparisons ignore ASCII case.

use std::collections::HashSet;

use memchr::memmem::Finder;

use crate::model::Source;

/// What a condition looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Field {
    /// The finding's type; for `GuardDuty`'s copies in Security Hub, translated back.
    Type,
    /// The control's id.
    Control,
    /// The service part of the control's id.
    Family,
    /// The product that made it, where Security Hub only passes it on.
    Product,
    /// The severity.
    Severity,
    /// The status.
    Status,
    /// The main resource's kind.
    Resource,
    /// Any resource's kind.
    AnyResource,
    /// The service of the main resource's ARN.
    Service,
    /// The service of any resource's ARN.
    AnyService,
    /// Words of the title.
    Title,
    /// Words of title and description.
    Text,
    /// Any resource's tag, as `key=value`.
    Tag,
    /// Any resource's id.
    Id,
}

impl Field {
    /// Whether the fact differs from finding to finding, so that placements are not remembered by it alone.
    pub(super) const fn is_deep(self) -> bool {
        matches!(self, Self::Title | Self::Text | Self::Tag | Self::Id)
    }

    /// Whether words are searched in a sentence, not compared with the whole fact.
    pub(super) const fn is_sentence(self) -> bool {
        matches!(self, Self::Title | Self::Text)
    }
}

/// A set of sources, one bit each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Sources(u8);

impl Sources {
    pub(super) const ALL: Self = Self(u8::MAX);

    pub(super) fn of(sources: impl IntoIterator<Item = Source>) -> Self {
        Self(sources.into_iter().fold(0, |bits, source| bits | 1 << source as u8))
    }

    pub(super) const fn contains(self, source: Source) -> bool {
        self.0 & (1 << source as u8) != 0
    }
}

/// One condition: it holds when any of its words fits.
#[derive(Clone, Debug)]
pub(super) struct Condition {
    pub(super) field: Field,
    exact: HashSet<Box<str>>,
    globs: Vec<Glob>,
    keywords: Vec<Keyword>,
}

impl Condition {
    pub(super) fn new<'a>(field: Field, words: impl Iterator<Item = &'a str>) -> Self {
        let mut condition = Self { field, exact: HashSet::new(), globs: Vec::new(), keywords: Vec::new() };
        for word in words {
            let word = word.to_ascii_lowercase();
            if field.is_sentence() {
                condition.keywords.push(Keyword::new(&word));
            } else if word.contains('*') {
                condition.globs.push(Glob::new(&word));
            } else {
                condition.exact.insert(word.into());
            }
        }
        condition
    }

    /// Whether `fact`, in lower case, satisfies it.
    pub(super) fn holds(&self, fact: &str) -> bool {
        self.exact.contains(fact)
            || self.globs.iter().any(|glob| glob.matches(fact))
            || self.keywords.iter().any(|keyword| keyword.is_in(fact))
    }

    /// For each of its words, a fact that the word fits.
    #[cfg(test)]
    pub(super) fn samples(&self) -> Vec<String> {
        let needle = |finder: &Finder| String::from_utf8_lossy(finder.needle()).into_owned();
        let exact = self.exact.iter().map(ToString::to_string);
        let globs = self
            .globs
            .iter()
            .map(|glob| [&*glob.first, "x", &glob.middle.iter().map(needle).collect::<Vec<_>>().join("x"), &*glob.last].concat());
        let keywords = self.keywords.iter().map(|keyword| needle(&keyword.text));
        exact.chain(globs).chain(keywords).collect()
    }

    /// The words, if all of them are exact: such a rule can be looked up instead of tried.
    pub(super) fn exact_words(&self) -> Option<impl Iterator<Item = &str>> {
        (self.globs.is_empty() && self.keywords.is_empty()).then(|| self.exact.iter().map(AsRef::as_ref))
    }
}

/// A pattern in which `*` stands for any characters, split at its stars.
#[derive(Clone, Debug)]
struct Glob {
    first: Box<str>,
    middle: Vec<Finder<'static>>,
    last: Box<str>,
}

impl Glob {
    fn new(pattern: &str) -> Self {
        let mut parts = pattern.split('*').map(Box::from);
        let first = parts.next().unwrap_or_default();
        let mut middle: Vec<Box<str>> = parts.collect();
        let last = middle.pop().unwrap_or_default();
        middle.retain(|part| !part.is_empty());
        Self { first, middle: middle.iter().map(|part| finder(part)).collect(), last }
    }

    fn matches(&self, text: &str) -> bool {
        let Some(rest) = text.strip_prefix(&*self.first).and_then(|rest| rest.strip_suffix(&*self.last)) else { return false };
        let mut rest = rest.as_bytes();
        self.middle.iter().all(|part| {
            let found = part.find(rest);
            rest = found.map_or(&[], |at| &rest[at + part.needle().len()..]);
            found.is_some()
        })
    }
}

/// A word or phrase to find in a sentence, at word boundaries; with a star at its end, the last word may go on.
#[derive(Clone, Debug)]
struct Keyword {
    text: Finder<'static>,
    open: bool,
}

fn finder(part: &str) -> Finder<'static> {
    Finder::new(part.as_bytes()).into_owned()
}

impl Keyword {
    fn new(word: &str) -> Self {
        Self { text: finder(word.trim_end_matches('*')), open: word.ends_with('*') }
    }

    fn is_in(&self, sentence: &str) -> bool {
        let length = self.text.needle().len();
        length > 0
            && self.text.find_iter(sentence.as_bytes()).any(|at| {
                let before = sentence.get(..at).and_then(|before| before.chars().next_back());
                let after = sentence.get(at + length..).and_then(|after| after.chars().next());
                !before.is_some_and(char::is_alphanumeric) && (self.open || !after.is_some_and(char::is_alphanumeric))
            })
    }
}

#[cfg(test)]
mod tests {
    use super::{Condition, Field};
    use proptest::prelude::*;

    fn holds(field: Field, word: &str, fact: &str) -> bool {
        Condition::new(field, std::iter::once(word)).holds(fact)
    }

    #[test]
    fn a_star_stands_for_any_characters() {
        for (pattern, text, expected) in [
            ("*:S3/*", "impact:s3/anomalousbehavior.delete", true),
            ("*:S3/*", "impact:ec2/s3", false),
            ("a*b*c", "abc", true),
            ("a*b*c", "acb", false),
            ("ab*ba", "aba", false),
            ("*", "", true),
            ("Policy:IAMUser/S3*", "policy:iamuser/s3bucketpublic", true),
        ] {
            assert_eq!(holds(Field::Type, pattern, text), expected, "{pattern} on {text}");
        }
    }

    #[test]
    fn a_keyword_is_found_at_word_boundaries_only() {
        for (word, title, expected) in [
            ("tag*", "ec2 volumes should be tagged", true),
            ("tag*", "use a storage lens", false),
            ("port", "no port is open", true),
            ("port", "support roles", false),
            ("flow log*", "vpc flow logging should be on", true),
            ("public", "s3-bucket-public-read", true),
        ] {
            assert_eq!(holds(Field::Title, word, title), expected, "{word} in {title}");
        }
    }

    proptest! {
        #[test]
        fn a_glob_agrees_with_the_plain_definition(pattern in "[ab*]{0,6}", text in "[ab]{0,8}") {
            fn plain(pattern: &[u8], text: &[u8]) -> bool {
                match pattern.split_first() {
                    None => text.is_empty(),
                    Some((b'*', rest)) => (0..=text.len()).any(|skip| plain(rest, &text[skip..])),
                    Some((byte, rest)) => text.first() == Some(byte) && plain(rest, &text[1..]),
                }
            }
            prop_assert_eq!(holds(Field::Type, &pattern, &text), plain(pattern.as_bytes(), text.as_bytes()));
        }
    }
}
