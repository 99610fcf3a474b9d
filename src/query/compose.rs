//! Changing a query by changing its text: what the filter dialog, the layer keys and the sort key do.

use super::field::Field;
use super::lexer::{self, Body, Op, Token};
use super::sort::Sort;
use super::term::GroupKey;
use super::{Problem, Query};

impl Query {
    /// The query with one more term.
    #[must_use]
    pub fn with_term(&self, term: &str) -> Self {
        Self::parse(&joined([self.text.trim(), term.trim()].into_iter())).0
    }

    /// The query without any term of the field, negated or not.
    #[must_use]
    pub fn without_field(&self, field: Field) -> Self {
        self.without(|token| is_of(token, field))
    }

    /// The query without the terms that say something about the field's name as it is written: `sort`, `group`, `lens.ID`, or a field.
    #[must_use]
    pub fn without_name(&self, name: &str) -> Self {
        match Field::from_name(name) {
            Some(field) => self.without_field(field),
            None => self.without(|token| matches!(&token.body, Body::Field { name: written, .. } if written.eq_ignore_ascii_case(name))),
        }
    }

    /// The query without the fuzzy words.
    #[must_use]
    pub fn without_words(&self) -> Self {
        self.without(|token| matches!(token.body, Body::Word(_)) && !token.negated)
    }

    /// The query without the term or the broken text that begins at this byte.
    #[must_use]
    pub fn without_term_at(&self, start: usize) -> Self {
        self.without(|token| token.span.contains(&start))
    }

    /// The query with this order in place of any other; the contract's order leaves no term.
    #[must_use]
    pub fn with_sort(&self, sort: Sort) -> Self {
        let rest = self.without_name("sort");
        if sort == Sort::default() && rest.words.is_empty() {
            return rest;
        }
        rest.with_term(&format!("sort:{}{}", if sort.reversed { "-" } else { "" }, sort.key.slug()))
    }

    /// The query with this grouping in place of any other.
    #[must_use]
    pub fn with_group(&self, group: Option<&GroupKey>) -> Self {
        let rest = self.without_name("group");
        group.map_or_else(|| rest.clone(), |group| rest.with_term(&format!("group:{}", quoted(&group.slug()))))
    }

    /// Whether the query selects this value of the field by name: what a filter dialog shows as ticked.
    #[must_use]
    pub fn selects(&self, field: Field, value: &str) -> bool {
        lexer::tokens(&self.text).iter().any(|token| list_of(token, field).is_some_and(|values| has(&values, value)))
    }

    /// The query with the value taken into the field's list, or out of it if it is there.
    #[must_use]
    pub fn toggled(&self, field: Field, value: &str) -> Self {
        let tokens = lexer::tokens(&self.text);
        let Some((place, mut values)) = tokens.iter().enumerate().find_map(|(place, token)| Some((place, list_of(token, field)?))) else {
            return self.with_term(&written(field, &[value.to_owned()]));
        };
        if has(&values, value) {
            values.retain(|known| !known.eq_ignore_ascii_case(value));
        } else {
            values.push(value.to_owned());
        }
        let new = if values.is_empty() { String::new() } else { written(field, &values) };
        let parts = tokens.iter().enumerate().map(|(at, token)| if at == place { new.as_str() } else { &self.text[token.span.clone()] });
        Self::parse(&joined(parts)).0
    }

    /// The query with this value as the field's only one.
    #[must_use]
    pub fn with_only(&self, field: Field, value: &str) -> Self {
        self.without_field(field).with_term(&written(field, &[value.to_owned()]))
    }

    /// The problems of its text.
    #[must_use]
    pub fn problems(&self) -> Vec<Problem> {
        Self::parse(&self.text).1
    }

    fn without(&self, goes: impl Fn(&Token) -> bool) -> Self {
        let tokens = lexer::tokens(&self.text);
        if !tokens.iter().any(&goes) {
            return self.clone();
        }
        Self::parse(&joined(tokens.iter().filter(|token| !goes(token)).map(|token| &self.text[token.span.clone()]))).0
    }
}

fn joined<'a>(parts: impl Iterator<Item = &'a str>) -> String {
    parts.filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
}

fn is_of(token: &Token, field: Field) -> bool {
    matches!(&token.body, Body::Field { name, .. } if Field::from_name(name) == Some(field))
}

/// The values of the field's plain list, such as `source:guardduty,inspector`.
fn list_of(token: &Token, field: Field) -> Option<Vec<String>> {
    match &token.body {
        Body::Field { op: Op::Is, values, .. } if !token.negated && is_of(token, field) => {
            Some(values.iter().map(|value| value.text.clone()).collect())
        }
        _ => None,
    }
}

fn has(values: &[String], value: &str) -> bool {
    values.iter().any(|known| known.eq_ignore_ascii_case(value))
}

fn written(field: Field, values: &[String]) -> String {
    format!("{}:{}", field.name(), values.iter().map(|value| quoted(value)).collect::<Vec<_>>().join(","))
}

/// The value as it has to be written: in quotes where it would fall apart or be taken for a pattern.
pub(super) fn quoted(value: &str) -> String {
    let is_plain = !value.is_empty()
        && !value.starts_with(['<', '>', '=', ':'])
        && !value.contains(|c: char| c.is_whitespace() || matches!(c, ',' | '"' | '*' | '?'));
    if is_plain { value.to_owned() } else { format!("\"{}\"", value.replace('"', "\"\"")) }
}
