//! The scores and alignments of fuzzy-matcher. Both the word and the text are in lower case.

use fuzzy_matcher::FuzzyMatcher;
use fuzzy_matcher::skim::SkimMatcherV2;

thread_local! {
    static MATCHER: SkimMatcherV2 = SkimMatcherV2::default().respect_case();
}

/// How well the word matches; none if it is no subsequence of the text.
pub(super) fn score(text: &str, word: &str) -> Option<i64> {
    if let [letter] = word.as_bytes() {
        return letter_score(text, *letter);
    }
    MATCHER.with(|matcher| matcher.fuzzy_match(text, word))
}

/// Which characters of the text the word matches best.
pub(super) fn indices(text: &str, word: &str) -> Option<Vec<usize>> {
    MATCHER.with(|matcher| matcher.fuzzy_indices(text, word)).map(|(_, indices)| indices)
}

/// What the matcher gives for one letter, without its table: the first letter of a search matches nearly every text, and only
/// what stands before it counts. The numbers are those of `SkimScoreConfig::default()`; a test compares.
fn letter_score(text: &str, letter: u8) -> Option<i64> {
    let bytes = text.as_bytes();
    let bonus = |at: usize| match at.checked_sub(1).map(|before| bytes[before]) {
        None => 16,
        Some(b' ' | b'/' | b'\\' | b'|' | b'(' | b')' | b'[' | b']' | b'{' | b'}') => 8,
        Some(b'!'..=b'\'' | b'*'..=b'.' | b':'..=b'@' | b'^'..=b'`' | b'~') => 7,
        Some(_) => 0,
    };
    memchr::memchr_iter(letter, bytes).map(bonus).max().map(|bonus| bonus + 15)
}

#[cfg(test)]
mod tests {
    use super::{MATCHER, letter_score};
    use fuzzy_matcher::FuzzyMatcher;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn one_letter_scores_as_the_matcher_says(text in "[ab0 /\\\\|(){}\\[\\]!-'*-.:-@^-`~ä]{0,12}", letter in "[ab0 /:_-]") {
            let expected = MATCHER.with(|matcher| matcher.fuzzy_match(&text, &letter));
            prop_assert_eq!(letter_score(&text, letter.as_bytes()[0]), expected, "{} in {}", letter, text);
        }
    }
}
