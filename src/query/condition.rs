//! What a term demands of a finding.

use std::ops::Range;

use jiff::SignedDuration;

use super::field::Field;
use super::fold;
use super::lexer::Op;
use super::pattern::Pattern;
use crate::model::{Finding, Side, Source, Status, Timestamp, Traits};

/// A demand on a finding, ready to be tested.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Condition {
    /// The field's word is one of these: bits by position among the field's words.
    Words(Field, u8),
    /// One of the field's texts looks like one of these.
    Texts(Field, Vec<Pattern>),
    /// A resource has one of these tags.
    Tags(Vec<TagPattern>),
    /// It stands in the lens at one of these keys.
    Lens(String, Vec<Pattern>),
    /// So long ago.
    Since(Field, Op, SignedDuration),
    /// At that time.
    At(Field, Op, Range<Timestamp>),
    /// One of these numbers, compared.
    Number(Field, Op, Vec<f64>),
    /// Yes or no.
    YesNo(Field, bool),
    /// Any of its texts has this in it; folded.
    Phrase(String),
}

/// A tag's key and value; without a value, the pattern may match either.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct TagPattern {
    pub(super) key: Pattern,
    pub(super) value: Option<Pattern>,
}

impl TagPattern {
    pub(super) fn matches(&self, key: &str, value: &str) -> bool {
        match &self.value {
            Some(pattern) => self.key.matches(key) && pattern.matches(value),
            None => self.key.matches(key) || self.key.matches(value),
        }
    }
}

impl Condition {
    /// What it costs, to test the cheap ones first.
    pub(super) const fn cost(&self) -> u8 {
        match self {
            Self::Words(..) | Self::YesNo(..) => 0,
            Self::Since(..) | Self::At(..) | Self::Number(..) => 1,
            Self::Texts(..) => 2,
            Self::Tags(..) | Self::Lens(..) => 3,
            Self::Phrase(..) => 4,
        }
    }

    /// Whether the finding is as demanded.
    pub(super) fn passes(&self, finding: &Finding, now: Timestamp) -> bool {
        match self {
            Self::Words(field, mask) => words_of(*field, finding) & mask != 0,
            Self::Texts(field, patterns) => field.any_text(finding, &mut |text| patterns.iter().any(|pattern| pattern.matches(text))),
            Self::Tags(patterns) => finding
                .resources
                .iter()
                .flat_map(|resource| &resource.tags)
                .any(|(key, value)| patterns.iter().any(|pattern| pattern.matches(key, value))),
            Self::Lens(lens, keys) => finding
                .placement
                .lenses
                .iter()
                .any(|place| place.lens.eq_ignore_ascii_case(lens) && keys.iter().any(|pattern| pattern.matches(&place.key))),
            Self::Since(field, op, ago) => time_of(*field, finding).is_some_and(|time| compare(*op, &now.duration_since(time), ago)),
            Self::At(field, op, span) => time_of(*field, finding).is_some_and(|time| is_at(*op, time, span)),
            Self::Number(field, op, numbers) => {
                number_of(*field, finding).is_some_and(|have| numbers.iter().any(|want| compare(*op, &have, want)))
            }
            Self::YesNo(field, expected) => flag_of(*field, finding) == *expected,
            Self::Phrase(folded) => any_part(finding, folded),
        }
    }
}

/// The words that the finding has in the field, as bits by position.
pub(super) fn words_of(field: Field, finding: &Finding) -> u8 {
    let source = |source: Source| 1 << source as u8;
    match field {
        Field::Severity => 1 << finding.severity.index(),
        Field::Priority => 1 << finding.priority.level.index(),
        Field::Source => source(finding.source),
        Field::SeenBy => finding.also_seen.iter().fold(source(finding.source), |mask, seen| mask | source(seen.source)),
        Field::Layer => 1 << finding.placement.layer as u8,
        Field::Touches => finding.placement.also.iter().fold(1 << finding.placement.layer as u8, |mask, layer| mask | 1 << *layer as u8),
        Field::Side => 1 << (finding.placement.side as u8).min(Side::ALL.len() as u8),
        Field::Trait => {
            let has = |at: usize| u8::from(finding.traits.contains(Traits::ALL[at].0)) << at;
            (0..Traits::ALL.len()).fold(0, |mask, at| mask | has(at))
        }
        Field::Status => 1 << (finding.status as u8).min(Status::ALL.len() as u8),
        _ => 0,
    }
}

fn time_of(field: Field, finding: &Finding) -> Option<Timestamp> {
    match field {
        Field::Age => finding.first_seen.or(finding.last_seen),
        Field::FirstSeen => finding.first_seen,
        _ => finding.last_seen,
    }
}

/// The finding's number: the highest of its vulnerabilities.
pub(super) fn number_of(field: Field, finding: &Finding) -> Option<f64> {
    let highest = |number: fn(&crate::model::Vulnerability) -> Option<f64>| {
        finding
            .vulnerabilities
            .iter()
            .filter_map(number)
            .fold(None, |best: Option<f64>, next| Some(best.map_or(next, |best| best.max(next))))
    };
    match field {
        Field::Cvss => highest(|vulnerability| vulnerability.cvss),
        Field::Epss => highest(|vulnerability| vulnerability.epss),
        _ => finding.count.map(|count| count as f64),
    }
}

pub(super) fn flag_of(field: Field, finding: &Finding) -> bool {
    match field {
        Field::Fixable => finding.vulnerabilities.iter().any(|vulnerability| vulnerability.fix_available == Some(true)),
        Field::Exploitable => finding.exploitable(),
        Field::Damaged => finding.damage.is_some(),
        _ => finding.sample,
    }
}

fn compare<T: PartialOrd>(op: Op, have: &T, want: &T) -> bool {
    match op {
        Op::Is => have == want,
        Op::Less => have < want,
        Op::AtMost => have <= want,
        Op::More => have > want,
        Op::AtLeast => have >= want,
    }
}

fn is_at(op: Op, time: Timestamp, span: &Range<Timestamp>) -> bool {
    match op {
        Op::Is => span.contains(&time),
        Op::Less => time < span.start,
        Op::AtMost => time < span.end,
        Op::More => time >= span.end,
        Op::AtLeast => time >= span.start,
    }
}

/// The fields whose texts are all in [`super::texts::Texts`].
const READABLE: [Field; 10] = [
    Field::Title,
    Field::Type,
    Field::Account,
    Field::Region,
    Field::Control,
    Field::Product,
    Field::ResourceType,
    Field::Actor,
    Field::Cve,
    Field::Package,
];

/// Whether any text of the finding has `folded` in it: everything a person can read in it but the remediation.
fn any_part(finding: &Finding, folded: &str) -> bool {
    let has = |text: &str| fold::contains(text, folded);
    READABLE.iter().any(|field| field.any_text(finding, &mut |text| has(text)))
        || has(finding.source.title())
        || finding
            .resources
            .iter()
            .any(|resource| has(&resource.name) || has(&resource.id) || resource.tags.iter().any(|(key, value)| has(key) || has(value)))
        || any_part_beyond_texts(finding, folded)
}

/// The same, of what is in no row's texts: the description and the ids of the records.
pub(super) fn any_part_beyond_texts(finding: &Finding, folded: &str) -> bool {
    let has = |text: &str| fold::contains(text, folded);
    // Ids are not prose: words with a blank between them are not meant for them.
    has(&finding.description) || !folded.contains(' ') && Field::Id.any_text(finding, &mut |text| has(text))
}
