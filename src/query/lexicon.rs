//! Every distinct text of the findings once, in lower case, in one arena: what is asked of a text is asked once, however many
//! findings have it.

use std::hash::{BuildHasher, RandomState};

use super::fold::fold;

/// The number of a distinct text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Symbol(pub(super) u32);

/// Distinct texts, numbered in the order of arrival.
#[derive(Clone, Debug, Default)]
pub(super) struct Lexicon {
    arena: String,
    /// Where each text ends in the arena.
    ends: Vec<u32>,
    /// Which characters each text has.
    bags: Vec<u64>,
    /// Open addressing: symbol + 1, or 0 for a free place. Its length is a power of two.
    table: Vec<u32>,
    /// Keyed at random: the texts are written by strangers.
    hasher: RandomState,
}

impl Lexicon {
    /// The symbol of the text; new if it is.
    pub(super) fn intern(&mut self, text: &str) -> Symbol {
        if (self.ends.len() + 1) * 3 > self.table.len() * 2 {
            self.grow();
        }
        // Doubling would hold twice what is needed at a hundred thousand rows.
        if self.arena.capacity() - self.arena.len() < text.len() * 2 {
            self.arena.reserve_exact(self.arena.len() / 4 + text.len() * 2 + 4096);
        }
        // Folded in place at the arena's end; taken back if it is known.
        let start = self.arena.len();
        if text.is_ascii() {
            self.arena.push_str(text);
            self.arena[start..].make_ascii_lowercase();
        } else {
            self.arena.push_str(&fold(text));
        }
        let place = self.place(&self.arena[start..]);
        if let Some(known) = self.table[place].checked_sub(1) {
            self.arena.truncate(start);
            return Symbol(known);
        }
        self.bags.push(bag(&self.arena[start..]));
        self.ends.push(self.arena.len() as u32);
        self.table[place] = self.ends.len() as u32;
        Symbol(self.ends.len() as u32 - 1)
    }

    /// Where the text stands in the table, or would.
    fn place(&self, folded: &str) -> usize {
        let mask = self.table.len() - 1;
        let mut place = self.hasher.hash_one(folded) as usize & mask;
        while let Some(known) = self.table[place].checked_sub(1) {
            if self.text(Symbol(known)) == folded {
                break;
            }
            place = (place + 1) & mask;
        }
        place
    }

    fn grow(&mut self) {
        self.table = vec![0; (self.table.len() * 2).max(1024)];
        for symbol in 0..self.ends.len() as u32 {
            let place = self.place(self.text(Symbol(symbol)));
            self.table[place] = symbol + 1;
        }
    }

    /// The text, in lower case.
    pub(super) fn text(&self, symbol: Symbol) -> &str {
        let at = symbol.0 as usize;
        let start = at.checked_sub(1).map_or(0, |before| self.ends[before] as usize);
        &self.arena[start..self.ends[at] as usize]
    }

    /// Which characters the text has, see [`bag`].
    pub(super) fn bag(&self, symbol: Symbol) -> u64 {
        self.bags[symbol.0 as usize]
    }

    /// How many texts there are.
    pub(super) fn len(&self) -> usize {
        self.ends.len()
    }

    /// The memory that it takes, in bytes.
    pub(super) fn bytes(&self) -> usize {
        self.arena.capacity() + self.ends.capacity() * 4 + self.bags.capacity() * 8 + self.table.capacity() * 4
    }
}

/// One bit for each letter and digit that the text has, the others share the rest: a text that lacks a bit of a word's bag
/// cannot have the word.
pub(super) fn bag(folded: &str) -> u64 {
    folded.bytes().fold(0, |bag, byte| {
        let bit = match byte {
            b'a'..=b'z' => byte - b'a',
            b'0'..=b'9' => 26 + byte - b'0',
            _ => 36 + byte % 28,
        };
        bag | 1 << bit
    })
}

/// Whether the word's characters stand in the text in their order, with anything between them.
pub(super) fn is_subsequence(word: &str, text: &str) -> bool {
    if word.is_ascii() {
        let mut text = text.bytes();
        return word.bytes().all(|want| text.any(|have| have == want));
    }
    let mut text = text.chars();
    word.chars().all(|want| text.any(|have| have == want))
}

#[cfg(test)]
mod tests {
    use super::{Lexicon, bag, is_subsequence};
    use proptest::prelude::*;

    #[test]
    fn a_text_has_one_symbol_whatever_its_case() {
        let mut lexicon = Lexicon::default();
        let symbols: Vec<_> = (0..5000).map(|number| lexicon.intern(&format!("Bucket-{number}"))).collect();
        for (number, symbol) in symbols.iter().enumerate() {
            assert_eq!(lexicon.intern(&format!("bucket-{number}")), *symbol);
            assert_eq!(lexicon.text(*symbol), format!("bucket-{number}"));
        }
        assert_eq!(lexicon.len(), 5000);
        assert_eq!(lexicon.text(lexicon.ends.len().checked_sub(1).map(|last| super::Symbol(last as u32)).unwrap()), "bucket-4999");
    }

    proptest! {
        #[test]
        fn a_bag_loses_no_match(word in "[a-c0-2äé:]{0,4}", text in "[a-d0-3äé:]{0,10}") {
            prop_assert!(!is_subsequence(&word, &text) || bag(&word) & !bag(&text) == 0);
        }
    }
}
