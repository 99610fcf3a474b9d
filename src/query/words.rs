//! The fuzzy words of a search: which texts have them (exact, at once), and how well (bit by bit, remembered).

use super::lexicon::{Lexicon, Symbol, bag, is_subsequence};
use super::skim;
use super::texts::Piece;

const NO_MATCH: u16 = 0;
const NO_SCORE_YET: u16 = 1;
/// Scores are stored from here on; Skim's may be a little below zero where the gaps are long.
const ZERO: i64 = 1024;

/// How many words are remembered beside those in use: what a few strokes of the backspace bring back.
const REMEMBERED: usize = 8;

/// A word, and what is known of it for every text.
#[derive(Clone, Debug)]
struct Word {
    text: String,
    bag: u64,
    scores: Vec<u16>,
    /// One bit a text, set where it matches: small enough to stay near while all rows are asked.
    has: Vec<u64>,
}

impl Word {
    /// Looks at the texts that it has not seen. Those that do not have `wider`, a subsequence of this word, cannot have this one.
    fn look(&mut self, lexicon: &Lexicon, wider: Option<&Self>) {
        let seen = self.scores.len();
        self.scores.reserve(lexicon.len() - seen);
        for symbol in seen..lexicon.len() {
            let may = wider.is_none_or(|wider| wider.scores.get(symbol).is_none_or(|score| *score != NO_MATCH));
            let symbol = Symbol(symbol as u32);
            let matches = may && self.bag & !lexicon.bag(symbol) == 0 && is_subsequence(&self.text, lexicon.text(symbol));
            self.scores.push(if matches { NO_SCORE_YET } else { NO_MATCH });
            if symbol.0.is_multiple_of(64) {
                self.has.push(0);
            }
            if let Some(bits) = self.has.last_mut() {
                *bits |= u64::from(matches) << (symbol.0 % 64);
            }
        }
    }

    fn matches(&self, piece: Piece) -> bool {
        let symbol = piece.symbol().0;
        self.has[symbol as usize / 64] >> (symbol % 64) & 1 == 1
    }

    /// The text's score, found now if it was not known.
    fn score(&mut self, lexicon: &Lexicon, piece: Piece) -> u16 {
        let known = &mut self.scores[piece.symbol().0 as usize];
        if *known == NO_SCORE_YET {
            let score = skim::score(lexicon.text(piece.symbol()), &self.text).unwrap_or(0);
            *known = (score + ZERO).clamp(i64::from(NO_SCORE_YET) + 1, i64::from(u16::MAX)) as u16;
        }
        *known
    }
}

/// The words of the search.
#[derive(Clone, Debug, Default)]
pub(super) struct Words {
    words: Vec<Word>,
    recent: Vec<Word>,
}

impl Words {
    /// Looks for these words from now on. Says whether whatever has them all also had all the words before.
    pub(super) fn set(&mut self, words: &[String], lexicon: &Lexicon) -> bool {
        let narrows = self.words.iter().all(|old| words.iter().any(|new| is_subsequence(&old.text, new)));
        let mut known = std::mem::take(&mut self.words);
        known.append(&mut self.recent);
        for word in words {
            if self.words.iter().any(|used| used.text == *word) {
                continue;
            }
            let mut new = match known.iter().position(|known| known.text == *word) {
                Some(at) => known.remove(at),
                None => Word { text: word.clone(), bag: bag(word), scores: Vec::new(), has: Vec::new() },
            };
            let wider = self.words.iter().chain(&known).filter(|old| old.text != new.text && is_subsequence(&old.text, &new.text));
            let wider = wider.max_by_key(|old| (old.scores.len(), old.text.len()));
            new.look(lexicon, wider);
            self.words.push(new);
        }
        known.truncate(REMEMBERED);
        self.recent = known;
        narrows
    }

    /// Looks at texts that have come since.
    pub(super) fn look(&mut self, lexicon: &Lexicon) {
        for word in &mut self.words {
            word.look(lexicon, None);
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.words.is_empty()
    }

    /// Whether each word is in one of the pieces.
    pub(super) fn match_all(&self, pieces: &[Piece]) -> bool {
        self.words.iter().all(|word| pieces.iter().any(|piece| !piece.is_name() && word.matches(*piece)))
    }

    /// The sum of each word's best score.
    pub(super) fn score(&mut self, lexicon: &Lexicon, pieces: &[Piece]) -> u32 {
        let texts = || pieces.iter().filter(|piece| !piece.is_name());
        let best = |word: &mut Word| texts().map(|piece| u32::from(word.score(lexicon, *piece))).max().unwrap_or(0);
        self.words.iter_mut().map(best).sum()
    }
}
