//! One term of a query, and reading it from what the lexer found.

use std::ops::Range;

use super::Problem;
use super::condition::{Condition, TagPattern};
use super::field::{self, Field, Values};
use super::fold::fold;
use super::lexer::{Body, Op, Token, Value};
use super::pattern::Pattern;
use super::sort::{Sort, SortKey};
use super::value;

/// A term that was understood, and where it stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Term {
    /// Where it stands in the query's text, in bytes; a minus before it counts.
    pub span: Range<usize>,
    /// Whether it takes away what it describes.
    pub negated: bool,
    /// What kind of term it is.
    pub kind: TermKind,
    pub(super) condition: Option<Condition>,
}

/// What kind of term it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TermKind {
    /// A field's values.
    Field(Field),
    /// A place in the lens with this id.
    Lens(String),
    /// Exact words; folded.
    Phrase(String),
    /// A fuzzy word; folded.
    Word(String),
    /// The order.
    Sort(Sort),
    /// The grouping.
    Group(GroupKey),
}

/// What a view is grouped by.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum GroupKey {
    /// The values of a field.
    Field(Field),
    /// The values of a tag.
    Tag(String),
    /// The keys of a lens.
    Lens(String),
}

impl GroupKey {
    /// The key as it is written after `group:`.
    #[must_use]
    pub fn slug(&self) -> String {
        match self {
            Self::Field(field) => field.name().to_owned(),
            Self::Tag(key) => format!("tag.{key}"),
            Self::Lens(id) => format!("lens.{id}"),
        }
    }
}

/// Reads a term. Values that make no sense are told and left out; a term without any left is no term.
pub(super) fn read(token: &Token, problems: &mut Vec<Problem>) -> Option<Term> {
    let term = |kind, condition| Some(Term { span: token.span.clone(), negated: token.negated, kind, condition });
    match &token.body {
        Body::Word(word) if word == "-" => {
            problems.push(problem(&token.span, "a minus takes away what the term after it describes; there is none".to_owned()));
            None
        }
        // What a fuzzy word is not near to is hardly ever meant; what is taken away has to be there as it stands.
        Body::Word(word) if token.negated => phrase(token, word),
        Body::Word(word) => term(TermKind::Word(fold(word).into_owned()), None),
        Body::Phrase(text) => phrase(token, text),
        Body::Field { text, name, name_span, op, values } => {
            let mut reader = Reader { token, name_span, op: *op, values, problems };
            if let Some(known) = Field::from_name(name).or_else(|| field_of_lens(name.strip_prefix("lens.")?)) {
                let test = reader.test(known)?;
                return term(TermKind::Field(known), Some(test));
            }
            if let Some(lens) = name.strip_prefix("lens.").filter(|lens| !lens.is_empty()) {
                let test = Condition::Lens(lens.to_owned(), reader.patterns(&format!("{name}:"), "LLM01")?);
                return term(TermKind::Lens(lens.to_owned()), Some(test));
            }
            match name.as_str() {
                "sort" => term(TermKind::Sort(reader.sort()?), None),
                "group" => term(TermKind::Group(reader.group()?), None),
                _ => reader.unknown_field(name, text),
            }
        }
    }
}

fn phrase(token: &Token, text: &str) -> Option<Term> {
    let folded = fold(text.trim()).into_owned();
    (!folded.is_empty()).then(|| Term {
        span: token.span.clone(),
        negated: token.negated,
        kind: TermKind::Phrase(folded.clone()),
        condition: Some(Condition::Phrase(folded)),
    })
}

fn problem(span: &Range<usize>, message: String) -> Problem {
    Problem { span: span.clone(), message }
}

struct Reader<'a> {
    token: &'a Token,
    name_span: &'a Range<usize>,
    op: Op,
    values: &'a [Value],
    problems: &'a mut Vec<Problem>,
}

impl Reader<'_> {
    fn tell(&mut self, span: &Range<usize>, message: String) {
        self.problems.push(problem(span, message));
    }

    fn test(&mut self, field: Field) -> Option<Condition> {
        let info = field.info();
        match info.values {
            Values::Severity => self.severities(field),
            Values::Words => {
                let known = field::words(field);
                self.only_is(info.name, info.example)?;
                let numbered = matches!(field, Field::Layer | Field::Touches);
                let what = match field {
                    Field::SeenBy => "source",
                    Field::Touches => "layer",
                    _ => info.name,
                };
                let found = self.each(info.name, info.example, |value| value::words(value, what, &known, numbered))?;
                Some(Condition::Words(field, found.into_iter().flatten().fold(0, |mask, position| mask | 1 << position)))
            }
            Values::Text => {
                self.only_is(info.name, info.example)?;
                if field == Field::Title {
                    let patterns = self.values.iter().map(|value| {
                        let is_glob = !value.quoted && value.text.contains(['*', '?']);
                        if is_glob { Pattern::glob(&value.text) } else { Pattern::part(&value.text) }
                    });
                    let patterns = patterns.collect();
                    self.some_value(info.name, info.example)?;
                    return Some(Condition::Texts(field, patterns));
                }
                if field == Field::Account {
                    self.check_accounts()?;
                }
                Some(Condition::Texts(field, self.patterns(info.name, info.example)?))
            }
            Values::Tag => {
                self.only_is(info.name, info.example)?;
                self.some_value(info.name, info.example)?;
                let read = |value: &Value, text: &str| if value.quoted { Pattern::whole(text) } else { Pattern::glob(text) };
                let tag = |value: &Value| match value.text.split_once('=') {
                    Some((key, rest)) => TagPattern { key: read(value, key), value: Some(read(value, rest)) },
                    None => TagPattern { key: read(value, &value.text), value: None },
                };
                Some(Condition::Tags(self.values.iter().map(tag).collect()))
            }
            Values::Duration => {
                let (span, text) = self.one(info.name, info.example)?;
                if self.op == Op::Is {
                    self.tell(&span, format!("{} is compared: try `{}<{text}` or `{}>{text}`", info.name, info.name, info.name));
                    return None;
                }
                let Some(ago) = value::duration(&text) else {
                    self.tell(&span, format!("`{text}` is no duration: a number and s, m, h, d, w or y, such as `{}`", info.example));
                    return None;
                };
                Some(Condition::Since(field, self.op, ago))
            }
            Values::Time => {
                let (span, text) = self.one(info.name, info.example)?;
                if let Some(time) = value::time(&text) {
                    return Some(Condition::At(field, self.op, time));
                }
                match value::duration(&text) {
                    Some(ago) if self.op != Op::Is => Some(Condition::Since(field, self.op, ago)),
                    Some(_) => {
                        self.tell(&span, format!("a time ago is compared: try `{}<{text}`", info.name));
                        None
                    }
                    None => {
                        self.tell(&span, format!("`{text}` is no date and no time ago: try `{0}>2026-01-31` or `{0}<7d`", info.name));
                        None
                    }
                }
            }
            Values::Number => {
                if self.op != Op::Is {
                    self.one(info.name, info.example)?;
                }
                let numbers = self.each(info.name, info.example, |text| {
                    value::number(text).ok_or_else(|| format!("`{text}` is no number: try `{}`", info.example)).map(|number| vec![number])
                })?;
                Some(Condition::Number(field, self.op, numbers.into_iter().flatten().collect()))
            }
            Values::YesNo => {
                self.only_is(info.name, info.example)?;
                let (span, text) = self.one(info.name, info.example)?;
                let Some(flag) = value::yes_no(&text) else {
                    self.tell(&span, format!("`{text}` is neither yes nor no: try `{}`", info.example));
                    return None;
                };
                Some(Condition::YesNo(field, flag))
            }
        }
    }

    /// Positions count from the worst, so "at least high" is everything before it.
    fn severities(&mut self, field: Field) -> Option<Condition> {
        let info = field.info();
        if self.op != Op::Is {
            self.one(info.name, info.example)?;
        }
        let known = field::words(field);
        let found = self.each(info.name, info.example, |value| value::words(value, "severity", &known, false))?;
        let op = self.op;
        let passes = |have: u8, want: usize| match op {
            Op::Is => have as usize == want,
            Op::AtLeast => have as usize <= want,
            Op::More => (have as usize) < want,
            Op::AtMost => have as usize >= want,
            Op::Less => have as usize > want,
        };
        let mask = found
            .into_iter()
            .flatten()
            .fold(0, |mask, want| (0..6).filter(|have| passes(*have, want)).fold(mask, |mask, have| mask | 1 << have));
        Some(Condition::Words(field, mask))
    }

    fn patterns(&mut self, name: &str, example: &str) -> Option<Vec<Pattern>> {
        self.only_is(name, example)?;
        self.some_value(name, example)?;
        Some(self.values.iter().map(|value| if value.quoted { Pattern::whole(&value.text) } else { Pattern::glob(&value.text) }).collect())
    }

    /// An account that is neither whole nor has a wildcard can match nothing.
    fn check_accounts(&mut self) -> Option<()> {
        let is_whole = |text: &str| text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit());
        let Some(short) = self.values.iter().find(|value| !value.text.contains(['*', '?']) && !is_whole(&value.text)) else {
            return Some(());
        };
        let (span, text) = (short.span.clone(), short.text.clone());
        let hint = if text.bytes().all(|byte| byte.is_ascii_digit()) && text.len() < 12 {
            format!(": try `account:{text}*`")
        } else {
            String::new()
        };
        self.tell(&span, format!("`{text}` is no account: it has 12 digits{hint}"));
        None
    }

    fn only_is(&mut self, name: &str, example: &str) -> Option<()> {
        if self.op == Op::Is {
            return Some(());
        }
        let span = self.token.span.clone();
        self.tell(&span, format!("{name} has no order, so `{}` does not fit: try `{example}`", self.op.sign()));
        None
    }

    fn some_value(&mut self, name: &str, example: &str) -> Option<()> {
        if !self.values.is_empty() {
            return Some(());
        }
        let span = self.token.span.clone();
        self.tell(&span, format!("{name} needs a value, such as `{example}`"));
        None
    }

    fn one(&mut self, name: &str, example: &str) -> Option<(Range<usize>, String)> {
        self.some_value(name, example)?;
        if let [value] = self.values {
            return Some((value.span.clone(), value.text.clone()));
        }
        let span = self.token.span.clone();
        self.tell(&span, format!("{name} takes one value here, such as `{example}`"));
        None
    }

    /// Reads each value; what makes no sense is told and left out.
    fn each<T>(&mut self, name: &str, example: &str, read: impl Fn(&str) -> Result<Vec<T>, String>) -> Option<Vec<Vec<T>>> {
        self.some_value(name, example)?;
        let mut found = Vec::new();
        for value in self.values {
            match read(&value.text) {
                Ok(some) => found.push(some),
                Err(message) => self.tell(&value.span, message),
            }
        }
        (!found.is_empty()).then_some(found)
    }

    fn sort(&mut self) -> Option<Sort> {
        self.only_is("sort", "sort:last-seen")?;
        let (span, text) = self.one("sort", "sort:last-seen")?;
        if self.token.negated {
            self.tell(&span, format!("an order cannot be taken away; the other way round is `sort:-{text}`"));
            return None;
        }
        let (key, reversed) = text.strip_prefix('-').map_or((text.as_str(), false), |key| (key, true));
        match value::words(key, "order", &SortKey::words(), false) {
            Ok(found) => {
                if let [one] = found.as_slice() {
                    return Some(Sort { key: SortKey::ALL[*one], reversed });
                }
                self.tell(&span, "sort takes one order, such as `sort:last-seen`".to_owned());
                None
            }
            Err(message) => {
                self.tell(&span, message);
                None
            }
        }
    }

    fn group(&mut self) -> Option<GroupKey> {
        self.only_is("group", "group:resource")?;
        let (span, text) = self.one("group", "group:resource")?;
        if self.token.negated {
            self.tell(&span, "a grouping cannot be taken away: leave the term out".to_owned());
            return None;
        }
        match text.split_once('.') {
            Some((tag, key)) if tag.eq_ignore_ascii_case("tag") && !key.is_empty() => return Some(GroupKey::Tag(key.to_owned())),
            Some((lens, id)) if lens.eq_ignore_ascii_case("lens") && !id.is_empty() => {
                return Some(field_of_lens(id).map_or_else(|| GroupKey::Lens(id.to_ascii_lowercase()), GroupKey::Field));
            }
            _ => {}
        }
        let groups = || Field::ALL.iter().filter(|info| is_groupable(info.values));
        if let Some(field) = Field::from_name(&text).filter(|field| is_groupable(field.info().values)) {
            return Some(GroupKey::Field(field));
        }
        let message = match value::nearest(&text, groups().map(|info| info.name)) {
            Some(near) => format!("nothing is grouped by `{text}`: did you mean `{near}`?"),
            None => format!(
                "nothing is grouped by `{text}`: it is one of {}, tag.KEY, lens.ID",
                groups().map(|info| info.name).collect::<Vec<_>>().join(", ")
            ),
        };
        self.tell(&span, message);
        None
    }

    /// `arn:...`, `Recon:EC2/...`, `AWS::S3::Bucket`, `s3:GetObject`, `https://...` are words that happen to have a colon.
    fn unknown_field(&mut self, name: &str, text: &str) -> Option<Term> {
        let span = self.name_span.clone();
        let is_capital = |text: &str| text.starts_with(|c: char| c.is_ascii_uppercase());
        let after = &text[name.len()..];
        let (capital_name, capital_value) = (is_capital(text), is_capital(&after[1..]));
        let is_sure = name == "arn" || after.starts_with("::") || after.starts_with(":/") || capital_name && capital_value;
        let near = value::nearest(name, Field::ALL.iter().map(|info| info.name).chain(["sort", "group"]));
        if let Some(near) = near.filter(|_| !is_sure) {
            self.tell(&span, format!("there is no field `{name}`: did you mean `{near}`?"));
            return None;
        }
        if self.op == Op::Is && (is_sure || capital_name || capital_value) {
            if self.token.negated {
                return phrase(self.token, text);
            }
            let word = fold(text).into_owned();
            return Some(Term { span: self.token.span.clone(), negated: false, kind: TermKind::Word(word), condition: None });
        }
        self.tell(&span, format!("there is no field `{name}`; to look for the text itself, put it in quotes"));
        None
    }
}

/// The two lenses that every finding has one place in are fields too.
fn field_of_lens(id: &str) -> Option<Field> {
    match id.to_ascii_lowercase().as_str() {
        "layers" => Some(Field::Layer),
        "sides" => Some(Field::Side),
        _ => None,
    }
}

/// Whether a field's values make groups: few enough, and more than a measure.
pub(super) const fn is_groupable(values: Values) -> bool {
    matches!(values, Values::Severity | Values::Words | Values::Text | Values::YesNo)
}
