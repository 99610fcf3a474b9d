//! The scores and alignments of fuzzy-matcher. Both the word and the text are in lower case.

use fuzzy_matcher::FuzzyMatcher;
use fuzzy_matcher::skim::SkimMatcherV2;

thread_local! {
    static MATCHER: SkimMatcherV2 = SkimMatcherV2::default().respect_case();
}

/// How well the word matches; none if it is no subsequence of the text.
pub(super) fn score(text: &str, word: &str) -> Option<i64> {
    MATCHER.with(|matcher| matcher.fuzzy_match(text, word))
}

/// Which characters of the text the word matches best.
pub(super) fn indices(text: &str, word: &str) -> Option<Vec<usize>> {
    MATCHER.with(|matcher| matcher.fuzzy_indices(text, word)).map(|(_, indices)| indices)
}
