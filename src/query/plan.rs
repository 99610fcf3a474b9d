//! A query's conditions, made ready for many rows: the cheap ones first, each text asked once.

use super::Query;
use super::condition::{Condition, TagPattern, any_part_beyond_texts};
use super::facts::{Fact, Facts};
use super::field::Field;
use super::fold;
use super::pattern::Pattern;
use super::texts::{Memo, TAG_SEPARATOR, Texts, field_bits};
use crate::model::Timestamp;
use crate::store::{RowId, Store};

/// So many rows take longer than starting a thread.
const WORTH_A_THREAD: usize = 10_000;

/// How one condition is tested.
enum Step<'a> {
    /// Bits of a field with few words.
    Words { place: usize, mask: u8 },
    /// A field that is yes or no.
    Flag { place: usize, expected: bool },
    /// Pieces of some fields.
    Texts { texts: &'a Texts, bits: u32, memo: Memo, wanted: Wanted<'a> },
    /// A phrase: in any piece, or in what only the finding has.
    Phrase { texts: &'a Texts, memo: Memo, folded: &'a str },
    /// Asked of the finding itself.
    Finding(&'a Condition),
}

/// What a piece has to be like.
#[derive(Clone, Copy)]
enum Wanted<'a> {
    Patterns(&'a [Pattern]),
    Tags(&'a [TagPattern]),
}

impl Wanted<'_> {
    fn is_like(self, text: &str) -> bool {
        match self {
            Self::Patterns(patterns) => patterns.iter().any(|pattern| pattern.matches(text)),
            Self::Tags(tags) => {
                let (key, value) = text.split_once(TAG_SEPARATOR).unwrap_or((text, ""));
                tags.iter().any(|tag| tag.matches(key, value))
            }
        }
    }
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
        let mut conditions: Vec<_> = query.conditions().collect();
        conditions.sort_by_key(|(_, condition)| condition.cost());
        let steps = conditions.into_iter().map(|(negated, condition)| (negated, step(condition, texts))).collect();
        Self { steps, store, facts, texts, now }
    }

    /// All rows that pass, in the contract's order.
    pub(super) fn select(mut self, query: &Query) -> Vec<RowId> {
        if self.steps.is_empty() {
            return self.facts.order().to_vec();
        }
        // The findings lie in memory as they came: asking in that order is several times faster than in the contract's.
        let mut passes = vec![false; self.facts.rows()];
        let is_slow = self.steps.iter().any(|(_, step)| matches!(step, Step::Phrase { .. } | Step::Finding(_)));
        let threads = if is_slow && passes.len() >= WORTH_A_THREAD * 2 {
            std::thread::available_parallelism().map_or(1, usize::from).min(4)
        } else {
            1
        };
        let share = passes.len().div_ceil(threads).max(1);
        std::thread::scope(|scope| {
            let mut shares = passes.chunks_mut(share).enumerate();
            let own = shares.next();
            for (number, others) in shares {
                let mut plan = Plan::new(query, self.now, self.store, self.facts, self.texts);
                scope.spawn(move || plan.ask(number * share, others));
            }
            if let Some((_, own)) = own {
                self.ask(0, own);
            }
        });
        self.facts.order().iter().copied().filter(|row| passes[row.0 as usize]).collect()
    }

    /// Asks the rows from `first` on.
    fn ask(&mut self, first: usize, passes: &mut [bool]) {
        for (row, passes) in (first..).zip(passes) {
            *passes = self.passes(RowId(row as u32));
        }
    }

    /// Whether the row is visible and passes all conditions.
    pub(super) fn passes(&mut self, row: RowId) -> bool {
        let fact = self.facts.of(row);
        if !fact.visible {
            return false;
        }
        let pieces = self.texts.map_or(&[][..], |texts| texts.of(row));
        self.steps.iter_mut().all(|(negated, step)| {
            let passes = match step {
                Step::Words { place, mask } => fact.words(*place) & *mask != 0,
                Step::Flag { place, expected } => fact.flag(*place) == *expected,
                Step::Texts { texts, bits, memo, wanted } => pieces
                    .iter()
                    .filter(|piece| piece.field_bit() & *bits != 0)
                    .any(|piece| memo.ask(texts, *piece, |text| wanted.is_like(text))),
                Step::Phrase { texts, memo, folded } => {
                    pieces.iter().any(|piece| memo.ask(texts, *piece, |text| fold::contains(text, folded)))
                        || self.store.get(row).is_some_and(|finding| any_part_beyond_texts(finding, folded))
                }
                Step::Finding(condition) => self.store.get(row).is_some_and(|finding| condition.passes(finding, self.now)),
            };
            passes != *negated
        })
    }
}

fn step<'a>(condition: &'a Condition, texts: Option<&'a Texts>) -> Step<'a> {
    let of_pieces = |field: Field, wanted: Wanted<'a>| {
        let (texts, bits) = (texts?, field_bits(field)?);
        Some(Step::Texts { texts, bits, memo: Memo::new(texts), wanted })
    };
    let step = match condition {
        Condition::Words(field, mask) => Fact::words_place(*field).map(|place| Step::Words { place, mask: *mask }),
        Condition::YesNo(field, expected) => Fact::flag_place(*field).map(|place| Step::Flag { place, expected: *expected }),
        Condition::Texts(field, patterns) => of_pieces(*field, Wanted::Patterns(patterns)),
        Condition::Tags(tags) => of_pieces(Field::Tag, Wanted::Tags(tags)),
        Condition::Phrase(folded) => texts.map(|texts| Step::Phrase { texts, memo: Memo::new(texts), folded }),
        _ => None,
    };
    step.unwrap_or(Step::Finding(condition))
}
