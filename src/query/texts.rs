//! The texts of each row, as symbols: what a person would type, and apart from it whole ARNs and tags, which only fields and
//! phrases ask for. Descriptions and the findings' own ids stay in the findings: nearly each is another one.

use super::field::Field;
use super::lexicon::{Lexicon, Symbol};
use crate::model::{Arn, Finding};
use crate::store::RowId;

/// A text of a row: its symbol, and the field that it belongs to, in 32 bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Piece(u32);

/// Found by words only: no field has exactly this text.
const WORDS_ONLY: u32 = 31;
/// A resource's ARN, whole; among the names.
const ARN: u32 = 30;
/// A tag's key and value; among the names.
const TAG: u32 = 29;
/// Stands between a tag's key and value: no [`crate::model::Text`] has it.
pub(super) const TAG_SEPARATOR: char = '\0';
const SYMBOL_BITS: u32 = 27;

impl Piece {
    fn new(field: u32, symbol: Symbol) -> Self {
        Self(field << SYMBOL_BITS | symbol.0)
    }

    pub(super) const fn symbol(self) -> Symbol {
        Symbol(self.0 & ((1 << SYMBOL_BITS) - 1))
    }

    /// Whether it is one of the names, which words are not looked for in.
    pub(super) const fn is_name(self) -> bool {
        matches!(self.0 >> SYMBOL_BITS, ARN | TAG)
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
        | Field::ResourceType
        | Field::Principal
        | Field::Key
        | Field::Ip
        | Field::Domain
        | Field::Cve
        | Field::Package => Some(1 << field as u32),
        Field::Resource => Some(1 << field as u32 | 1 << ARN),
        Field::Tag => Some(1 << TAG),
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

/// Makes room by a quarter, where doubling would hold twice what is needed at a hundred thousand rows.
fn grow(pieces: &mut Vec<Piece>) {
    if pieces.capacity() - pieces.len() < 64 {
        pieces.reserve_exact(pieces.len() / 4 + 4096);
    }
}

/// What was found of each text, so that it is asked once.
pub(super) struct Memo {
    texts: Vec<u8>,
    names: Vec<u8>,
}

impl Memo {
    const UNKNOWN: u8 = 0;
    const NO: u8 = 1;
    const YES: u8 = 2;

    pub(super) fn new(texts: &Texts) -> Self {
        let (of_texts, of_names) = texts.memo_len();
        Self { texts: vec![Self::UNKNOWN; of_texts], names: vec![Self::UNKNOWN; of_names] }
    }

    /// Whether `is_like` says yes to the piece's text.
    pub(super) fn ask(&mut self, texts: &Texts, piece: Piece, is_like: impl FnOnce(&str) -> bool) -> bool {
        let memo = if piece.is_name() { &mut self.names } else { &mut self.texts };
        let known = &mut memo[piece.symbol().0 as usize];
        if *known == Self::UNKNOWN {
            *known = if is_like(texts.text(piece)) { Self::YES } else { Self::NO };
        }
        *known == Self::YES
    }
}

/// The pieces of all rows.
#[derive(Clone, Debug, Default)]
pub(super) struct Texts {
    pub(super) lexicon: Lexicon,
    names: Lexicon,
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
        grow(&mut self.pieces);
        let Self { lexicon, names, pieces, .. } = self;
        // Packages and resources repeat within a finding; beyond a few dozen, looking costs more than it saves.
        let mut add = |piece: Piece| {
            if pieces.len() - start > 48 || !pieces[start..].contains(&piece) {
                pieces.push(piece);
            }
        };
        each_text(finding, &mut |field, text| add(Piece::new(field, lexicon.intern(text))));
        for resource in &finding.resources {
            if Arn::parse(&resource.id).is_some() {
                add(Piece::new(ARN, names.intern(&resource.id)));
            }
            for (key, value) in &resource.tags {
                let mut tag = String::with_capacity(key.len() + value.len() + 1);
                tag.extend([key.as_str(), "\0", value.as_str()]);
                add(Piece::new(TAG, names.intern(&tag)));
            }
        }
        self.spans[at] = (start as u32, (self.pieces.len() - start) as u32);
    }

    /// The row has no texts: it is gone.
    pub(super) fn set_none(&mut self, row: RowId) {
        self.spans.resize(self.spans.len().max(row.0 as usize + 1), (0, 0));
    }

    /// The row's pieces; none for a row that was never set.
    pub(super) fn of(&self, row: RowId) -> &[Piece] {
        self.spans.get(row.0 as usize).map_or(&[], |(start, length)| &self.pieces[*start as usize..(*start + *length) as usize])
    }

    /// Room for one byte for each text that [`Memo`] may be asked of.
    fn memo_len(&self) -> (usize, usize) {
        (self.lexicon.len(), self.names.len())
    }

    /// The row's first text of the field.
    pub(super) fn first(&self, row: RowId, field: Field) -> Option<Symbol> {
        self.of(row).iter().find(|piece| piece.field_bit() == 1 << field as u32).map(|piece| piece.symbol())
    }

    /// How many rows it has room for: rows from here on were never set.
    pub(super) fn rows(&self) -> usize {
        self.spans.len()
    }

    /// The piece's text, in lower case.
    pub(super) fn text(&self, piece: Piece) -> &str {
        let lexicon = if piece.is_name() { &self.names } else { &self.lexicon };
        lexicon.text(piece.symbol())
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
        self.lexicon.bytes() + self.names.bytes() + self.pieces.capacity() * 4 + self.spans.capacity() * 8
    }
}
