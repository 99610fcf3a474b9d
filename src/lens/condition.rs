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
    /// What the user marks any resource as.
    Marked,
    /// Any requirement that AWS states for the control.
    Requirement,
    /// Any standard that the control belongs to.
    Standard,
    /// Any MITRE ATT&CK tactic of an attack sequence.
    Tactic,
    /// Any MITRE ATT&CK technique of an attack sequence.
    Technique,
    /// Any indicator of an attack sequence, as `key=value` or the key alone.
    Indicator,
    /// The account.
    Account,
    /// The Region.
    Region,
}

impl Field {
    /// Whether the fact differs from finding to finding, so that placements are not remembered by it alone.
    pub(super) const fn is_deep(self) -> bool {
        matches!(self, Self::Title | Self::Text | Self::Tag | Self::Id | Self::Marked)
    }

    /// The name of its condition in a file.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Type => "type",
            Self::Control => "control",
            Self::Family => "family",
            Self::Product => "product",
            Self::Severity => "severity",
            Self::Status => "status",
            Self::Resource => "resource",
            Self::AnyResource => "any-resource",
            Self::Service => "service",
            Self::AnyService => "any-service",
            Self::Title => "title",
            Self::Text => "text",
            Self::Tag => "tag",
            Self::Id => "id",
            Self::Marked => "marked",
            Self::Requirement => "requirement",
            Self::Standard => "standard",
            Self::Tactic => "tactic",
            Self::Technique => "technique",
            Self::Indicator => "indicator",
            Self::Account => "account",
            Self::Region => "region",
        }
    }

    /// The field whose facts are always among this one's: what one of those satisfies, satisfies a condition on this one too.
    pub(super) const fn narrower(self) -> Option<Self> {
        match self {
            Self::AnyResource => Some(Self::Resource),
            Self::AnyService => Some(Self::Service),
            Self::Text => Some(Self::Title),
            _ => None,
        }
    }

    /// The only sources whose findings have the fact, where not all may.
    pub(super) fn only_of(self) -> Option<Sources> {
        match self {
            Self::Control | Self::Family | Self::Product | Self::Requirement | Self::Standard => {
                let of_threats_and_access = [Source::GuardDuty, Source::Inspector, Source::AccessAnalyzer, Source::Macie];
                Some(Sources::of(Source::ALL.into_iter().filter(|source| !of_threats_and_access.contains(source))))
            }
            Self::Tactic | Self::Technique | Self::Indicator => Some(Sources::of([Source::GuardDuty])),
            _ => None,
        }
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

    pub(super) const fn is_empty(self) -> bool {
        self.0 == 0
    }
}

/// A set of fields, one bit each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Fields(u32);

impl Fields {
    pub(super) fn of(fields: impl Iterator<Item = Field>) -> Self {
        Self(fields.fold(0, |bits, field| bits | 1 << field as u32))
    }

    pub(super) const fn contains(self, field: Field) -> bool {
        self.0 & (1 << field as u32) != 0
    }
}

/// One condition: it holds when any of its words fits.
#[derive(Clone, Debug)]
pub(super) struct Condition {
    pub(super) field: Field,
    /// As they are written, in lower case.
    pub(super) words: Vec<Box<str>>,
    exact: HashSet<Box<str>>,
    globs: Vec<Glob>,
    keywords: Vec<Keyword>,
}

impl Condition {
    pub(super) fn new<'a>(field: Field, words: impl Iterator<Item = &'a str>) -> Self {
        let mut condition = Self { field, words: Vec::new(), exact: HashSet::new(), globs: Vec::new(), keywords: Vec::new() };
        for word in words {
            let word = word.to_ascii_lowercase();
            condition.words.push(word.as_str().into());
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

    /// Whether one of its words is exactly this one.
    pub(super) fn names(&self, word: &str) -> bool {
        self.exact.contains(word)
    }

    /// What the first star of a pattern stands for in a fact that it fits; the whole fact where an exact word fits it.
    pub(super) fn capture<'f>(&self, fact: &'f str) -> Option<&'f str> {
        if self.exact.contains(fact) {
            return Some(fact);
        }
        self.globs.iter().find(|glob| glob.matches(fact)).map(|glob| glob.capture(fact))
    }

    /// Whether every fact that `word` (as it is written in a file) fits also satisfies this condition.
    pub(super) fn covers(&self, word: &str) -> bool {
        if self.field.is_sentence() {
            let open = word.ends_with('*');
            let bare = word.trim_end_matches('*');
            return self.keywords.iter().any(|keyword| keyword.is_in(bare) && (!open || keyword.is_open_or_before_the_end_of(bare)));
        }
        // What a pattern begins and ends with has no `*`: most of them are told apart by that.
        let may_cover = |glob: &&Glob| word.starts_with(&*glob.first) && word.ends_with(&*glob.last);
        self.exact.contains(word) || self.globs.iter().filter(may_cover).any(|glob| glob.matches(&word.replace('*', ANYTHING)))
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

/// Stands for what a star could be where two patterns are compared: no pattern but a star has it.
const ANYTHING: &str = "\u{0}";

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

    /// What the first star stands for in a text that matches.
    fn capture<'t>(&self, text: &'t str) -> &'t str {
        let rest = text.get(self.first.len()..text.len() - self.last.len()).unwrap_or_default();
        self.middle.first().and_then(|part| part.find(rest.as_bytes())).and_then(|end| rest.get(..end)).unwrap_or(rest)
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

    /// Whether it still stands alone when the last word of `phrase` goes on.
    fn is_open_or_before_the_end_of(&self, phrase: &str) -> bool {
        self.open || phrase.rsplit_once(' ').is_some_and(|(before, _)| self.is_in(before))
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

    #[test]
    fn a_word_covers_another_only_if_it_takes_all_that_the_other_takes() {
        for (field, wide, narrow, expected) in [
            (Field::Type, "*:S3/*", "impact:s3/*", true),
            (Field::Type, "impact:s3/*", "*:s3/*", false),
            (Field::Type, "*", "a*b", true),
            (Field::Type, "a*", "a", true),
            (Field::Type, "a", "a*", false),
            (Field::Type, "*ab", "*b", false),
            (Field::Title, "public", "public access", true),
            (Field::Title, "public access", "public", false),
            (Field::Title, "public", "public*", false),
            (Field::Title, "public", "public access*", true),
            (Field::Title, "pub*", "public*", true),
        ] {
            assert_eq!(Condition::new(field, std::iter::once(wide)).covers(narrow), expected, "{wide} over {narrow}");
        }
    }

    #[test]
    fn what_a_star_stands_for_is_captured() {
        let capture =
            |pattern: &str, fact: &str| Condition::new(Field::Requirement, std::iter::once(pattern)).capture(fact).map(ToOwned::to_owned);
        assert_eq!(capture("NIST.800-53.r5 *", "nist.800-53.r5 ac-2(1)").as_deref(), Some("ac-2(1)"));
        assert_eq!(capture("*/v/*", "standards/pci/v/4").as_deref(), Some("standards/pci"));
        assert_eq!(capture("a", "a").as_deref(), Some("a"));
        assert_eq!(capture("a*", "b"), None);
    }

    proptest! {
        #[test]
        fn a_covered_pattern_takes_nothing_that_the_wider_one_does_not(wide in "[ab*]{0,5}", narrow in "[ab*]{0,5}", text in "[ab]{0,6}") {
            let wider = Condition::new(Field::Type, std::iter::once(wide.as_str()));
            if wider.covers(&narrow) && holds(Field::Type, &narrow, &text) {
                prop_assert!(wider.holds(&text), "{} over {} on {}", wide, narrow, text);
            }
        }

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
