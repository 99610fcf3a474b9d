//! The rows that a query selects, in order.

use std::cmp::Ordering;
use std::time::{Duration, Instant};

use super::facts::{Facts, splice};
use super::order::{in_memory_order, ordered, text_field};
use super::plan::Plan;
use super::texts::Texts;
use super::words::Words;
use super::{Query, Sort};
use crate::model::{Text, Timestamp};
use crate::store::{Ingested, RowId, Store};

/// How far the ranking of a fuzzy search is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// Rows that stand where they belong among each other.
    pub done: usize,
    /// Rows that match.
    pub total: usize,
}

impl Progress {
    /// Whether the order is final.
    #[must_use]
    pub const fn is_done(self) -> bool {
        self.done >= self.total
    }
}

/// The rows that a query selects, in order, kept up to date as batches arrive.
///
/// A view that lives on, such as a screen's, is made once and then told each batch with [`View::update`] and each new query with
/// [`View::set_query`]; it keeps what it has read of the store. The first `update` begins to keep the texts that words are looked for in, so
/// that a search does not have to read them then.
#[derive(Clone, Debug, Default)]
pub struct View {
    query: Query,
    now: Timestamp,
    facts: Facts,
    texts: Texts,
    words: Words,
    /// What the typed terms select, in the order of the query, or of the contract.
    selected: Vec<RowId>,
    /// Those of them that have the words, in the same order.
    matched: Vec<RowId>,
    /// Those as they are shown.
    rows: Vec<RowId>,
    ranking: Ranking,
}

/// How far the rows are ordered by how well the words match.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
enum Ranking {
    /// They are not: no words, or the query asks for another order.
    #[default]
    Off,
    /// The first so many of the matched rows are.
    Begun {
        /// Each as its score (the best is 0) and its place among the matched.
        ranked: Vec<u64>,
        /// How many of them the rows show in their order.
        shown: usize,
    },
    /// All are.
    Done,
}

impl View {
    /// All rows that `query` selects, in its order, ranking included: for what is written at once. Ages count from `now`.
    #[must_use]
    pub fn new(store: &Store, query: &Query, now: Timestamp) -> Self {
        let mut view = Self::default();
        view.set_query(store, query, now);
        view.advance(store, Duration::MAX);
        view
    }

    /// Selects anew. The set of rows is exact at once; call [`View::advance`] until a fuzzy search is ranked.
    pub fn set_query(&mut self, store: &Store, query: &Query, now: Timestamp) {
        let is_behind = self.facts.rows() != store.capacity();
        if is_behind {
            self.facts = Facts::new(store);
        }
        let sort = query.sort().unwrap_or_default();
        if !query.words().is_empty() || text_field(sort.key).is_some() {
            self.read_texts(store);
        }
        let selects_the_same = !is_behind
            && sort == self.query.sort().unwrap_or_default()
            && query.conditions().eq(self.query.conditions())
            && (now == self.now || !query.depends_on_now());
        self.query = query.clone();
        self.now = now;
        if !selects_the_same {
            let selected = Plan::new(query, now, store, &self.facts, self.known_texts()).select(query);
            self.selected = ordered(selected, sort, store, &self.texts);
        }
        let narrows = self.words.set(query.words(), &self.texts.lexicon);
        if !(selects_the_same && narrows) {
            self.matched.clone_from(&self.selected);
        }
        if !self.words.is_empty() {
            let has_all = in_memory_order(&self.matched, |row| self.words.match_all(self.texts.of(row)));
            let mut has_all = has_all.into_iter();
            self.matched.retain(|_| has_all.next().unwrap_or_default());
        }
        self.rows.clone_from(&self.matched);
        self.ranking =
            if self.words.is_empty() || query.sort().is_some() { Ranking::Off } else { Ranking::Begun { ranked: Vec::new(), shown: 0 } };
    }

    /// Ranks for about `budget`, and shows the order as far as it is known: what is ranked first, best first, then the rest.
    /// Nothing to do without fuzzy words.
    pub fn advance(&mut self, _store: &Store, budget: Duration) -> Progress {
        let total = self.matched.len();
        let Ranking::Begun { ranked, shown } = &mut self.ranking else { return Progress { done: total, total } };
        let start = Instant::now();
        let first = ranked.len();
        let mut done = first;
        while done < total && (done == first || done % 16 != 0 || start.elapsed() < budget) {
            let score = self.words.score(&self.texts.lexicon, self.texts.of(self.matched[done]));
            ranked.push(u64::from(u32::MAX - score) << 32 | done as u64);
            done += 1;
        }
        // Showing costs as much as there are rows: with each doubling it stays cheap, and the first to be ranked are shown at once.
        if done == total || done >= *shown * 2 {
            *shown = done;
            ranked.sort_unstable();
            for (row, key) in self.rows.iter_mut().zip(ranked.iter()) {
                *row = self.matched[*key as u32 as usize];
            }
            self.rows[done..].copy_from_slice(&self.matched[done..]);
        }
        if done == total {
            self.ranking = Ranking::Done;
        }
        Progress { done, total }
    }

    /// Brings the view up to date after a batch.
    pub fn update(&mut self, store: &Store, ingested: &Ingested) {
        let known_texts = self.texts.rows();
        self.read_texts(store);
        let touched = ingested.rows.as_slice();
        let known = self.facts.rows();
        if touched.len() - touched.partition_point(|row| (row.0 as usize) < known) != store.capacity() - known {
            // It was not told of all batches before.
            self.facts = Facts::default();
            let query = self.query.clone();
            return self.set_query(store, &query, self.now);
        }
        for row in touched.iter().filter(|row| (row.0 as usize) < known_texts) {
            if let Some(finding) = store.get(*row) {
                self.texts.set(*row, finding);
            }
        }
        self.words.look(&self.texts.lexicon);
        self.facts.update(store, touched);

        let mut plan = Plan::new(&self.query, self.now, store, &self.facts, Some(&self.texts));
        let mut new: Vec<RowId> = touched.iter().copied().filter(|row| plan.passes(*row)).collect();
        drop(plan);
        let sort = self.query.sort().unwrap_or_default();
        let by_sort = |a: RowId, b: RowId| self.facts.compare_by(store, sort, a, b);
        new.sort_unstable_by(|a, b| by_sort(*a, *b));
        splice(&mut self.selected, touched, &new, by_sort);
        new.retain(|row| self.words.match_all(self.texts.of(*row)));
        splice(&mut self.matched, touched, &new, by_sort);
        match &mut self.ranking {
            Ranking::Off => self.rows.clone_from(&self.matched),
            Ranking::Begun { ranked, shown } => {
                // What is known of the texts stays, so that the ranking soon is as far as it was; until then the rows stay in place.
                ranked.clear();
                *shown = 0;
                splice(&mut self.rows, touched, &[], by_sort);
                self.rows.extend(new);
            }
            Ranking::Done => {
                let Self { words, texts, facts, rows, .. } = self;
                let mut by_best: Vec<_> = new.iter().map(|row| (words.score(&texts.lexicon, texts.of(*row)), *row)).collect();
                by_best.sort_unstable_by(|a, b| b.0.cmp(&a.0).then_with(|| facts.compare(store, a.1, b.1)));
                let words = std::cell::RefCell::new(words);
                let rank = |row: RowId| words.borrow_mut().score(&texts.lexicon, texts.of(row));
                let by_score = |a: RowId, b: RowId| -> Ordering { rank(b).cmp(&rank(a)).then_with(|| facts.compare(store, a, b)) };
                let new: Vec<_> = by_best.into_iter().map(|(_, row)| row).collect();
                splice(rows, touched, &new, by_score);
            }
        }
    }

    /// Reads the texts of rows that have come since.
    fn read_texts(&mut self, store: &Store) {
        for row in self.texts.rows()..store.capacity() {
            let row = RowId(row as u32);
            match store.get(row) {
                Some(finding) => self.texts.set(row, finding),
                None => self.texts.set_none(row),
            }
        }
    }

    /// The texts, if they are of all rows.
    fn known_texts(&self) -> Option<&Texts> {
        (self.texts.rows() >= self.facts.rows()).then_some(&self.texts)
    }

    /// The query that it shows.
    #[must_use]
    pub const fn query(&self) -> &Query {
        &self.query
    }

    /// The rows, in order.
    #[must_use]
    pub fn rows(&self) -> &[RowId] {
        &self.rows
    }

    /// Where the row stands now, if the view has it.
    #[must_use]
    pub fn position(&self, id: RowId) -> Option<usize> {
        self.rows.iter().position(|row| *row == id)
    }

    /// For rows on the screen: which characters of `field` the fuzzy words matched, as positions of `char`s.
    #[must_use]
    pub fn marks(&self, field: &Text) -> Vec<usize> {
        self.query.marks(field)
    }

    /// The memory that it takes beside the store, in bytes: what the benchmarks report.
    #[doc(hidden)]
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.facts.bytes() + self.texts.bytes() + (self.selected.capacity() + self.matched.capacity() + self.rows.capacity()) * 4
    }
}

impl Query {
    pub(super) fn conditions(&self) -> impl Iterator<Item = (bool, &super::condition::Condition)> {
        self.terms.iter().filter_map(|term| Some((term.negated, term.condition.as_ref()?)))
    }

    fn depends_on_now(&self) -> bool {
        self.conditions().any(|(_, condition)| matches!(condition, super::condition::Condition::Since(..)))
    }
}

impl Facts {
    /// The order of `sort`, ties by the contract's.
    fn compare_by(&self, store: &Store, sort: Sort, a: RowId, b: RowId) -> Ordering {
        if sort == Sort::default() {
            return self.compare(store, a, b);
        }
        match (store.get(a), store.get(b)) {
            (Some(first), Some(second)) => sort.compare(first, second).then(a.cmp(&b)),
            _ => a.cmp(&b),
        }
    }
}
