//! A query's conditions, made ready for many rows: the cheap ones first, each text asked once.

use super::Query;
use super::condition::{Condition, any_part_beyond_texts};
use super::facts::{Fact, Facts};
use super::field::Field;
use super::fold;
use super::lexicon::{Lexicon, Symbol};
use super::pattern::Pattern;
use super::texts::{Texts, field_bits};
use crate::model::{Finding, Timestamp};
use crate::store::{RowId, Store};

/// What is known of a symbol.
const UNKNOWN: u8 = 0;
const NO: u8 = 1;
const YES: u8 = 2;

/// How one condition is tested.
enum Step<'a> {
    /// Bits of a field with few words.
    Words { place: usize, mask: u8 },
    /// A field that is yes or no.
    Flag { place: usize, expected: bool },
    /// Texts, each asked once.
    Texts { bits: u32, patterns: &'a [Pattern], memo: Vec<u8>, arns: bool },
    /// A phrase: in the texts, each asked once, or in what only the finding has.
    Phrase { folded: &'a str, memo: Vec<u8> },
    /// Asked of the finding itself.
    Finding(&'a Condition),
}

/// The conditions of a query, ready.
pub(super) struct Plan<'a> {
    steps: Vec<(bool, Step<'a>)>,
    store: &'a Store,
    facts: &'a Facts,
    texts: Option<&'a Texts>,
    now: Timestamp,
}

impl<'a> Plan<'a> {
    pub(super) fn new(query: &'a Query, now: Timestamp, store: &'a Store, facts: &'a Facts, texts: Option<&'a Texts>) -> Self {
        let mut conditions: Vec<_> = query.terms().iter().filter_map(|term| Some((term.negated, term.condition.as_ref()?))).collect();
        conditions.sort_by_key(|(_, condition)| condition.cost());
        let memo = || vec![UNKNOWN; texts.map_or(0, |texts| texts.lexicon.len())];
        let step = |condition: &'a Condition| match condition {
            Condition::Words(field, mask) => match Fact::words_place(*field) {
                Some(place) => Step::Words { place, mask: *mask },
                None => Step::Finding(condition),
            },
            Condition::YesNo(field, expected) => match Fact::flag_place(*field) {
                Some(place) => Step::Flag { place, expected: *expected },
                None => Step::Finding(condition),
            },
            Condition::Texts(field, patterns) => match (texts, field_bits(*field)) {
                (Some(_), Some(bits)) => {
                    let arns = *field == Field::Resource && patterns.iter().any(|pattern| pattern.may_start_with("arn:"));
                    Step::Texts { bits, patterns, memo: memo(), arns }
                }
                _ => Step::Finding(condition),
            },
            Condition::Phrase(folded) if texts.is_some() => Step::Phrase { folded, memo: memo() },
            _ => Step::Finding(condition),
        };
        let steps = conditions.into_iter().map(|(negated, condition)| (negated, step(condition))).collect();
        Self { steps, store, facts, texts, now }
    }

    /// Whether the row is visible and passes all conditions.
    pub(super) fn passes(&mut self, row: RowId) -> bool {
        let fact = self.facts.of(row);
        if !fact.visible {
            return false;
        }
        let pieces = self.texts.map_or(&[][..], |texts| texts.of(row));
        let finding = || self.store.get(row);
        self.steps.iter_mut().all(|(negated, step)| {
            let passes = match step {
                Step::Words { place, mask } => fact.words(*place) & *mask != 0,
                Step::Flag { place, expected } => fact.flag(*place) == *expected,
                Step::Texts { bits, patterns, memo, arns } => {
                    let is_like = |text: &str| patterns.iter().any(|pattern| pattern.matches(text));
                    let mut of_field = pieces.iter().filter(|piece| piece.field_bit() & *bits != 0);
                    of_field.any(|piece| recall(memo, self.texts, piece.symbol(), is_like))
                        || *arns && finding().is_some_and(|finding| finding.resources.iter().any(|resource| is_like(&resource.id)))
                }
                Step::Phrase { folded, memo } => {
                    pieces.iter().any(|piece| recall(memo, self.texts, piece.symbol(), |text| fold::contains(text, folded)))
                        || finding().is_some_and(|finding| any_part_beyond_texts(finding, folded))
                }
                Step::Finding(condition) => finding().is_some_and(|finding: &Finding| condition.passes(finding, self.now)),
            };
            passes != *negated
        })
    }
}

/// Asks `is_like` of the symbol's text, once.
fn recall(memo: &mut [u8], texts: Option<&Texts>, symbol: Symbol, is_like: impl Fn(&str) -> bool) -> bool {
    let lexicon: &Lexicon = match texts {
        Some(texts) => &texts.lexicon,
        None => return false,
    };
    let known = &mut memo[symbol.0 as usize];
    if *known == UNKNOWN {
        *known = if is_like(lexicon.text(symbol)) { YES } else { NO };
    }
    *known == YES
}
