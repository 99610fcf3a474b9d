//! Which characters of a shown text the query's words and phrases matched.

use super::fold::fold;
use super::{Query, TermKind, skim};

impl Query {
    /// Which characters of `text` matched, ascending, as positions of `char`s: the best alignment of each fuzzy word that the text
    /// has, and every place of each exact phrase. For the rows on the screen only: it costs a few microseconds.
    #[must_use]
    pub fn marks(&self, text: &str) -> Vec<usize> {
        let folded = fold(text);
        let mut marks = Vec::new();
        for term in self.terms().iter().filter(|term| !term.negated) {
            match &term.kind {
                TermKind::Word(word) => marks.extend(skim::indices(&folded, word).unwrap_or_default()),
                TermKind::Phrase(phrase) => {
                    let length = phrase.chars().count();
                    for (at, _) in folded.match_indices(phrase.as_str()) {
                        let start = folded[..at].chars().count();
                        marks.extend(start..start + length);
                    }
                }
                TermKind::Field(_) | TermKind::Lens(_) | TermKind::Sort(_) | TermKind::Group(_) => {}
            }
        }
        marks.sort_unstable();
        marks.dedup();
        marks
    }
}
