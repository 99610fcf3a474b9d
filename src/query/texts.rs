//! The texts of each row that people search by, as symbols: what a person would type, not descriptions, tags and whole ARNs.

use super::field::Field;
use super::lexicon::{Lexicon, Symbol};
use crate::model::{Arn, Finding};
use crate::store::RowId;

/// A text of a row: its symbol, and the field that it belongs to, in 32 bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Piece(u32);

/// Found by words only: no field has exactly this text.
const WORDS_ONLY: u32 = 31;
const SYMBOL_BITS: u32 = 27;

impl Piece {
    fn new(field: u32, symbol: Symbol) -> Self {
        Self(field << SYMBOL_BITS | symbol.0)
    }

    pub(super) const fn symbol(self) -> Symbol {
        Symbol(self.0 & ((1 << SYMBOL_BITS) - 1))
    }

    /// The field's bit.
    pub(super) const fn field_bit(self) -> u32 {
        1 << (self.0 >> SYMBOL_BITS)
    }
}

/// The bits of the fields whose texts are all here; `None` where some are only in the finding.
pub(super) fn field_bits(field: Field) -> Option<u32> {
    match field {
        Field::Actor => {
            Some([Field::Principal, Field::Key, Field::Ip, Field::Domain].iter().fold(0, |bits, field| bits | 1 << *field as u32))
        }
        Field::Account
        | Field::Region
        | Field::Type
        | Field::Title
        | Field::Control
        | Field::Product
        | Field::Resource
        | Field::ResourceType
        | Field::Principal
        | Field::Key
        | Field::Ip
        | Field::Domain
        | Field::Cve
        | Field::Package => Some(1 << field as u32),
        _ => None,
    }
}

const FIELDS: [Field; 13] = [
    Field::Title,
    Field::Type,
    Field::Account,
    Field::Region,
    Field::Control,
    Field::Product,
    Field::ResourceType,
    Field::Principal,
    Field::Key,
    Field::Ip,
    Field::Domain,
    Field::Cve,
    Field::Package,
];

/// Gives every text of the finding that words are looked for in, with its field.
fn each_text(finding: &Finding, see: &mut dyn FnMut(u32, &str)) {
    for field in FIELDS {
        field.any_text(finding, &mut |text| {
            see(field as u32, text);
            false
        });
    }
    see(WORDS_ONLY, finding.source.title());
    for resource in &finding.resources {
        if !resource.name.is_empty() {
            see(Field::Resource as u32, &resource.name);
        }
        match Arn::parse(&resource.id) {
            Some(arn) if arn.resource.ends_with(resource.name.as_str()) && !resource.name.is_empty() => {}
            Some(arn) => see(WORDS_ONLY, arn.resource),
            None if resource.id.is_empty() => {}
            None => see(Field::Resource as u32, &resource.id),
        }
    }
}

/// Whether the finding has a text that the word (in lower case) is a subsequence of: what [`super::View`] selects, asked of one finding.
pub(super) fn has_word(finding: &Finding, word: &str) -> bool {
    let mut has = false;
    each_text(finding, &mut |_, text| has = has || super::lexicon::is_subsequence(word, &super::fold::fold(text)));
    has
}

/// The pieces of all rows.
#[derive(Clone, Debug, Default)]
pub(super) struct Texts {
    pub(super) lexicon: Lexicon,
    pieces: Vec<Piece>,
    /// First piece and number of pieces, by row.
    spans: Vec<(u32, u32)>,
    /// Pieces that no row has any more.
    waste: usize,
}

impl Texts {
    /// Takes the row's texts in, in place of those that it had.
    pub(super) fn set(&mut self, row: RowId, finding: &Finding) {
        let at = row.0 as usize;
        if at >= self.spans.len() {
            self.spans.resize(at + 1, (0, 0));
        }
        self.waste += self.spans[at].1 as usize;
        if self.waste > 4096 && self.waste * 2 > self.pieces.len() {
            self.compact();
        }
        let start = self.pieces.len();
        let Self { lexicon, pieces, .. } = self;
        each_text(finding, &mut |field, text| {
            let piece = Piece::new(field, lexicon.intern(text));
            // Packages and resources repeat within a finding; beyond a few dozen, looking costs more than it saves.
            if pieces.len() - start > 48 || !pieces[start..].contains(&piece) {
                pieces.push(piece);
            }
        });
        self.spans[at] = (start as u32, (self.pieces.len() - start) as u32);
    }

    /// The row's pieces; none for a row that was never set.
    pub(super) fn of(&self, row: RowId) -> &[Piece] {
        self.spans.get(row.0 as usize).map_or(&[], |(start, length)| &self.pieces[*start as usize..(*start + *length) as usize])
    }

    /// The row's first text of the field.
    pub(super) fn first(&self, row: RowId, field: Field) -> Option<Symbol> {
        self.of(row).iter().find(|piece| piece.field_bit() == 1 << field as u32).map(|piece| piece.symbol())
    }

    /// How many rows it has room for: rows from here on were never set.
    pub(super) fn rows(&self) -> usize {
        self.spans.len()
    }

    fn compact(&mut self) {
        let mut kept = Vec::with_capacity(self.pieces.len() - self.waste);
        for span in &mut self.spans {
            let start = kept.len() as u32;
            kept.extend_from_slice(&self.pieces[span.0 as usize..(span.0 + span.1) as usize]);
            span.0 = start;
        }
        self.pieces = kept;
        self.waste = 0;
    }

    /// The memory that it takes, in bytes.
    pub(super) fn bytes(&self) -> usize {
        self.lexicon.bytes() + self.pieces.capacity() * 4 + self.spans.capacity() * 8
    }
}
