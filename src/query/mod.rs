//! The view language: parse, evaluate, sort, fuzzy search. What the screen shows, `export` writes and `summary` counts is one [`View`].
//! In come the text of a query and the store's rows; out come row numbers in order.
//! It knows model, lens and store; no AWS, no terminal.

mod board;
mod complete;
mod compose;
mod condition;
mod facets;
mod facts;
mod field;
mod fold;
mod lexer;
mod lexicon;
mod marks;
mod matrix;
mod order;
mod pattern;
mod plan;
mod skim;
mod sort;
mod term;
mod texts;
mod value;
mod view;
mod words;

use std::ops::Range;

use crate::lens::{Lens, LensSet};
use crate::model::{Finding, Timestamp};

pub use board::{Board, Counted};
pub use complete::{Completion, complete};
pub use facets::{facets, grouped};
pub use field::{Field, FieldInfo, Values};
pub use matrix::{Matrix, NO_PLACE, Named, axes, axis_title, fixed_groups};
pub use pattern::Pattern;
pub use sort::{Sort, SortKey, contract};
pub use term::{GroupKey, Term, TermKind};
pub use view::{Progress, View};

/// A query that was understood, as far as it was.
///
/// Terms narrow each other; the values of one term widen it. Its text is the truth: everything else is read from it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Query {
    /// The text it came from.
    pub text: String,
    terms: Vec<Term>,
    words: Vec<String>,
    sort: Option<Sort>,
    group: Option<GroupKey>,
}

/// A term that makes no sense; it is skipped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Where it stands in the query's text, in bytes.
    pub span: Range<usize>,
    /// What is wrong, and what would be right.
    pub message: String,
}

impl Query {
    /// Reads a query; bad terms are skipped and told.
    #[must_use]
    pub fn parse(text: &str) -> (Self, Vec<Problem>) {
        let mut problems = Vec::new();
        let mut query = Self { text: text.to_owned(), ..Self::default() };
        for token in lexer::tokens(text) {
            let Some(term) = term::read(&token, &mut problems) else { continue };
            let is_again = match &term.kind {
                TermKind::Word(word) => {
                    query.words.push(word.clone());
                    false
                }
                TermKind::Sort(sort) => query.sort.replace(*sort).is_some(),
                TermKind::Group(group) => query.group.replace(group.clone()).is_some(),
                TermKind::Field(_) | TermKind::Lens(_) | TermKind::Phrase(_) => false,
            };
            if is_again {
                let name = if matches!(term.kind, TermKind::Sort(_)) { "sort" } else { "group" };
                problems.push(Problem {
                    span: term.span.clone(),
                    message: format!("{name} is there twice: leave one out (the last one counts)"),
                });
            }
            query.terms.push(term);
        }
        (query, problems)
    }

    /// Whether the finding passes all typed terms and exact phrases (not the fuzzy words).
    #[must_use]
    pub fn matches(&self, finding: &Finding, now: Timestamp) -> bool {
        self.terms.iter().all(|term| term.condition.as_ref().is_none_or(|condition| condition.passes(finding, now) != term.negated))
    }

    /// Whether the finding has every fuzzy word: as a subsequence of one of the texts that people search by.
    #[must_use]
    pub fn matches_words(&self, finding: &Finding) -> bool {
        self.words.iter().all(|word| texts::has_word(finding, word))
    }

    /// The terms that were understood, in the order of the text.
    #[must_use]
    pub fn terms(&self) -> &[Term] {
        &self.terms
    }

    /// The fuzzy words, in lower case: every one of them has to match.
    #[must_use]
    pub fn words(&self) -> &[String] {
        &self.words
    }

    /// The order that the query asks for, if it does. Without one, fuzzy words order by how well they match, all else by the contract.
    #[must_use]
    pub const fn sort(&self) -> Option<Sort> {
        self.sort
    }

    /// What the query groups by.
    #[must_use]
    pub const fn group(&self) -> Option<&GroupKey> {
        self.group.as_ref()
    }

    /// Whether it selects everything, in the contract's order, ungrouped.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.terms.is_empty()
    }

    /// What it says of lenses and their groups that these do not have.
    #[must_use]
    pub fn unknown_in(&self, lenses: &LensSet) -> Vec<Problem> {
        let mut problems = self.unknown_lenses(lenses.lenses().iter().map(Lens::id));
        for token in lexer::tokens(&self.text) {
            let lexer::Body::Field { name, values, .. } = &token.body else { continue };
            let Some(lens) = name.strip_prefix("lens.").and_then(|id| lenses.lens(id)) else { continue };
            for value in values {
                let pattern = if value.quoted { Pattern::whole(&value.text) } else { Pattern::glob(&value.text) };
                let keys = || lens.groups().iter().map(|group| group.key.as_str());
                if value.text == "*" || keys().any(|key| pattern.matches(key)) || matches!(lens.id(), "layers" | "sides") {
                    continue;
                }
                let way_out = value::nearest(&value.text, keys()).map_or_else(
                    || format!("it is one of {}", keys().collect::<Vec<_>>().join(", ")),
                    |near| format!("did you mean `{near}`?"),
                );
                problems.push(Problem {
                    span: value.span.clone(),
                    message: format!("the lens {} has no group `{}`: {way_out}", lens.id(), value.text),
                });
            }
        }
        problems
    }

    /// Terms and groupings whose lens is not among the `known` ids. The parser cannot know them; who has the lenses asks.
    #[must_use]
    pub fn unknown_lenses<'a>(&self, known: impl IntoIterator<Item = &'a str>) -> Vec<Problem> {
        let known: Vec<&str> = known.into_iter().collect();
        let told = |term: &Term| {
            let (TermKind::Lens(id) | TermKind::Group(GroupKey::Lens(id))) = &term.kind else { return None };
            if known.iter().any(|known| known.eq_ignore_ascii_case(id)) {
                return None;
            }
            let message = match value::nearest(id, known.iter().copied()) {
                Some(near) => format!("there is no lens `{id}`: did you mean `{near}`?"),
                None => format!("there is no lens `{id}`: it is one of {}", known.join(", ")),
            };
            Some(Problem { span: term.span.clone(), message })
        };
        self.terms.iter().filter_map(told).collect()
    }
}
