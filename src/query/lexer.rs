//! Splits a query's text into terms, with their places in it. Every text splits somehow; what it means is the parser's.

use std::ops::Range;

/// A term as it is written: a word, a quoted phrase, or `field` operator values; a minus may stand before it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Token {
    /// All of it, minus and quotes too.
    pub(super) span: Range<usize>,
    /// A minus stands before it.
    pub(super) negated: bool,
    pub(super) body: Body,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Body {
    /// Everything up to the next blank.
    Word(String),
    /// Between quotes; an unclosed one goes to the end.
    Phrase(String),
    /// Looks like a field with values.
    Field { text: String, name: String, name_span: Range<usize>, op: Op, values: Vec<Value> },
}

/// One of the values, split at commas.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Value {
    pub(super) span: Range<usize>,
    pub(super) text: String,
    /// Wildcards stand for themselves.
    pub(super) quoted: bool,
}

/// How a field is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Op {
    Is,
    Less,
    AtMost,
    More,
    AtLeast,
}

impl Op {
    pub(super) const fn sign(self) -> &'static str {
        match self {
            Self::Is => ":",
            Self::Less => "<",
            Self::AtMost => "<=",
            Self::More => ">",
            Self::AtLeast => ">=",
        }
    }
}

/// All terms of the text.
pub(super) fn tokens(text: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut at = 0;
    while let Some(offset) = text[at..].find(|c: char| !c.is_whitespace()) {
        let start = at + offset;
        let token = token(text, start);
        at = token.span.end;
        tokens.push(token);
    }
    tokens
}

fn token(text: &str, start: usize) -> Token {
    let negated = text[start..].starts_with('-') && text[start + 1..].starts_with(|c: char| !c.is_whitespace());
    let body_start = start + usize::from(negated);
    if text[body_start..].starts_with('"') {
        let (phrase, end) = quoted(text, body_start);
        return Token { span: start..end, negated, body: Body::Phrase(phrase) };
    }
    if let Some((name_end, op, values_start)) = field_head(text, body_start) {
        let (values, end) = values(text, values_start);
        let name = text[body_start..name_end].to_ascii_lowercase();
        let whole = text[body_start..end].to_owned();
        return Token { span: start..end, negated, body: Body::Field { text: whole, name, name_span: body_start..name_end, op, values } };
    }
    let end = word_end(text, body_start);
    Token { span: start..end, negated, body: Body::Word(text[body_start..end].to_owned()) }
}

/// A name, an operator: `sev>=`, `source:`, `sev:>=`, `lens.owasp-llm:`.
fn field_head(text: &str, start: usize) -> Option<(usize, Op, usize)> {
    let rest = &text[start..];
    if !rest.starts_with(|c: char| c.is_ascii_alphabetic()) {
        return None;
    }
    let name_end = start + rest.find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-')))?;
    let after = text[name_end..].strip_prefix(':').unwrap_or(&text[name_end..]);
    let had_colon = after.len() < text.len() - name_end;
    let signs = [("<=", Op::AtMost), (">=", Op::AtLeast), ("<", Op::Less), (">", Op::More), ("=", Op::Is)];
    let (op, length) = signs.iter().find(|(sign, _)| after.starts_with(sign)).map_or((Op::Is, 0), |(sign, op)| (*op, sign.len()));
    if !had_colon && length == 0 {
        return None;
    }
    Some((name_end, op, name_end + usize::from(had_colon) + length))
}

/// Values up to the next blank outside quotes, split at commas outside quotes.
fn values(text: &str, start: usize) -> (Vec<Value>, usize) {
    let mut values = Vec::new();
    let mut at = start;
    loop {
        let mut value = Value { span: at..at, text: String::new(), quoted: false };
        while let Some(c) = text[at..].chars().next().filter(|c| *c != ',' && !c.is_whitespace()) {
            let (piece, end) = if c == '"' {
                value.quoted = true;
                quoted(text, at)
            } else {
                let end = at + text[at..].find(|c: char| matches!(c, ',' | '"') || c.is_whitespace()).unwrap_or(text.len() - at);
                (text[at..end].to_owned(), end)
            };
            value.text.push_str(&piece);
            at = end;
        }
        value.span.end = at;
        if !value.span.is_empty() {
            values.push(value);
        }
        if !text[at..].starts_with(',') {
            return (values, at);
        }
        at += 1;
    }
}

/// What stands between quotes, and where it ends. `""` inside stands for one quote.
fn quoted(text: &str, start: usize) -> (String, usize) {
    let mut inside = String::new();
    let mut at = start + 1;
    while let Some(offset) = text[at..].find('"') {
        inside.push_str(&text[at..at + offset]);
        at += offset + 1;
        if !text[at..].starts_with('"') {
            return (inside, at);
        }
        inside.push('"');
        at += 1;
    }
    inside.push_str(&text[at..]);
    (inside, text.len())
}

fn word_end(text: &str, start: usize) -> usize {
    start + text[start..].find(char::is_whitespace).unwrap_or(text.len() - start)
}

#[cfg(test)]
mod tests {
    use super::{Body, Op, tokens};
    use proptest::prelude::*;

    #[test]
    fn a_text_splits_into_words_phrases_and_fields() {
        let text = r#"open -"two words" -source:guardduty,"a, b" sev>=high tag:env=prod last"#;
        let tokens = tokens(text);
        let spans: Vec<&str> = tokens.iter().map(|token| &text[token.span.clone()]).collect();
        assert_eq!(spans, ["open", "-\"two words\"", "-source:guardduty,\"a, b\"", "sev>=high", "tag:env=prod", "last"]);
        let Body::Field { name, op, values, .. } = &tokens[2].body else { panic!("a field") };
        assert_eq!((name.as_str(), *op, values.len(), values[1].text.as_str()), ("source", Op::Is, 2, "a, b"));
        let Body::Field { values, .. } = &tokens[4].body else { panic!("a field") };
        assert_eq!(values[0].text, "env=prod");
    }

    #[test]
    fn an_open_quote_goes_to_the_end_and_a_doubled_one_is_a_quote() {
        assert_eq!(tokens("\"half a phr")[0].body, Body::Phrase("half a phr".into()));
        assert_eq!(tokens("\"say \"\"hi\"\"\"")[0].body, Body::Phrase("say \"hi\"".into()));
    }

    proptest! {
        #[test]
        fn every_text_splits_into_terms_that_stand_in_order(text in any::<String>()) {
            let mut last = 0;
            for token in tokens(&text) {
                prop_assert!(token.span.start >= last && token.span.end > token.span.start);
                prop_assert!(text.get(token.span.clone()).is_some());
                prop_assert!(text[last..token.span.start].chars().all(char::is_whitespace));
                last = token.span.end;
            }
            prop_assert!(text[last..].chars().all(char::is_whitespace));
        }
    }
}
