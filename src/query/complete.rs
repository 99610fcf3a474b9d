//! What a word that is being typed may become: fields, lenses, their groups, and the words of fields that have a few.

use std::ops::Range;

use super::field::{Field, Values, words};
use super::sort::SortKey;
use super::term::is_groupable;
use crate::lens::{Lens, LensSet};

/// What may stand in the place of a part of the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Completion {
    /// The part, in bytes; it ends where the cursor is.
    pub span: Range<usize>,
    /// What may stand there, in order; each begins with what stands there now, whatever the case.
    pub words: Vec<String>,
}

impl Completion {
    /// The longest text that all of the words begin with.
    #[must_use]
    pub fn common(&self) -> &str {
        let Some(first) = self.words.first() else { return "" };
        let shared = |word: &String| first.bytes().zip(word.bytes()).take_while(|(a, b)| a == b).count();
        let mut length = self.words.iter().map(shared).min().unwrap_or(0);
        while !first.is_char_boundary(length) {
            length -= 1;
        }
        &first[..length]
    }
}

/// What the word that ends at byte `cursor` of the query's text may become; none where nothing known begins like it.
#[must_use]
pub fn complete(text: &str, cursor: usize, lenses: Option<&LensSet>) -> Option<Completion> {
    let typed = text.get(..cursor)?;
    if typed.matches('"').count() % 2 == 1 {
        return None;
    }
    let start = typed.char_indices().rfind(|(_, c)| c.is_whitespace()).map_or(0, |(at, c)| at + c.len_utf8());
    let start = start + usize::from(typed[start..].starts_with('-'));
    let word = &typed[start..];
    let (from, candidates) = match word.find([':', '<', '>', '=']) {
        None => (start, names(lenses)),
        Some(sign) => {
            let values = word[sign..].find(|c| !matches!(c, ':' | '<' | '>' | '=')).map_or(word.len(), |at| sign + at);
            let last = word[values..].rfind(',').map_or(values, |comma| values + comma + 1);
            (start + last, values_of(&word[..sign].to_ascii_lowercase(), lenses))
        }
    };
    let part = &typed[from..];
    let begins = |candidate: &String| candidate.get(..part.len()).is_some_and(|head| head.eq_ignore_ascii_case(part)) && candidate != part;
    let words: Vec<String> = candidates.into_iter().filter(begins).collect();
    (!words.is_empty()).then_some(Completion { span: from..cursor, words })
}

fn names(lenses: Option<&LensSet>) -> Vec<String> {
    let fields = Field::ALL.iter().map(|info| format!("{}:", info.name));
    let lenses = lenses.map(LensSet::lenses).unwrap_or_default().iter().map(|lens| format!("lens.{}:", lens.id()));
    fields.chain(["sort:".to_owned(), "group:".to_owned()]).chain(lenses).collect()
}

fn values_of(name: &str, lenses: Option<&LensSet>) -> Vec<String> {
    let all = lenses.map(LensSet::lenses).unwrap_or_default();
    if let Some(lens) = name.strip_prefix("lens.").and_then(|id| all.iter().find(|lens| lens.id() == id)) {
        return lens.groups().iter().map(|group| group.key.clone()).collect();
    }
    match name {
        "sort" => SortKey::ALL.iter().map(|key| key.slug().to_owned()).collect(),
        "group" => {
            let fields = Field::ALL.iter().filter(|info| is_groupable(info.values)).map(|info| info.name.to_owned());
            fields.chain(all.iter().map(Lens::id).map(|id| format!("lens.{id}"))).collect()
        }
        _ => match Field::from_name(name) {
            Some(field) if field.info().values == Values::YesNo => vec!["yes".to_owned(), "no".to_owned()],
            Some(field) => words(field).into_iter().map(|(slug, _)| slug.to_owned()).collect(),
            None => Vec::new(),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::complete;
    use crate::lens::LensSet;
    use proptest::prelude::*;

    fn words(text: &str) -> Vec<String> {
        complete(text, text.len(), Some(&LensSet::builtin())).map(|found| found.words).unwrap_or_default()
    }

    #[test]
    fn fields_lenses_and_their_groups_are_completed() {
        for (text, expected) in [
            ("sou", vec!["source:"]),
            ("high -SID", vec!["side:"]),
            ("lens.owasp-l", vec!["lens.owasp-llm:"]),
            ("lens.owasp-llm:LLM1", vec!["LLM10"]),
            ("lens.owasp-llm:LLM01,llm1", vec!["LLM10"]),
            ("lens.layers:dat", vec!["data-protection"]),
            ("sev>=hi", vec!["high"]),
            ("fixable:", vec!["yes", "no"]),
            ("trai", vec!["trait:"]),
            ("is:", vec!["public", "sensitive", "known-exploited", "sequence"]),
            ("trait:public,kn", vec!["known-exploited"]),
            ("group:lens.owasp-l", vec!["lens.owasp-llm"]),
            ("sort:tit", vec!["title"]),
            ("\"sou", vec![]),
            ("nothing-like-it", vec![]),
            ("source:macie", vec![]),
        ] {
            assert_eq!(words(text), expected, "{text}");
        }
    }

    #[test]
    fn what_all_words_begin_with_is_sure() {
        let text = "lens.owasp-llm:l";
        let found = complete(text, text.len(), Some(&LensSet::builtin())).expect("groups");
        assert_eq!((found.common(), found.words.len(), &text[found.span.clone()]), ("LLM", 10, "l"));
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in "\\PC{0,20}", cursor in 0_usize..24) {
            let _ = complete(&text, cursor, None);
        }
    }
}
