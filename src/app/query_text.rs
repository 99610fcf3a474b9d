//! Editing a query as text: the one truth of a view is what stands in its search box.

/// Splits a query into its terms, each as written. Double quotes keep words together.
pub fn terms(text: &str) -> Vec<&str> {
    let mut terms = Vec::new();
    let (mut start, mut quoted) = (None, false);
    for (at, c) in text.char_indices() {
        if c.is_whitespace() && !quoted {
            if let Some(from) = start.take() {
                terms.push(&text[from..at]);
            }
        } else {
            start.get_or_insert(at);
            quoted ^= c == '"';
        }
    }
    if let Some(from) = start {
        terms.push(&text[from..]);
    }
    terms
}

/// The query with the field's term replaced, or added, or (without a value) removed. Negated terms stay.
pub fn with_term(text: &str, field: &str, value: Option<&str>) -> String {
    let prefix = format!("{field}:");
    let mut kept: Vec<String> = Vec::new();
    let mut term = value.map(|value| format!("{prefix}{value}"));
    for known in terms(text) {
        if known.starts_with(&prefix) {
            kept.extend(term.take());
        } else {
            kept.push(known.to_owned());
        }
    }
    kept.extend(term);
    kept.join(" ")
}

/// The value of the field's first term, if it has one.
pub fn value<'a>(text: &'a str, field: &str) -> Option<&'a str> {
    terms(text).into_iter().find_map(|term| term.strip_prefix(field)?.strip_prefix(':'))
}

/// Two queries that must both hold, as one.
pub fn joined(first: &str, second: &str) -> String {
    match (first.trim(), second.trim()) {
        ("", only) | (only, "") => only.to_owned(),
        (first, second) => format!("{first} {second}"),
    }
}

/// A value as it must stand in a term: quoted if it would fall apart.
pub fn quoted(value: &str) -> String {
    let plain = !value.is_empty() && !value.contains(|c: char| c.is_whitespace() || matches!(c, '"' | ',' | '\\'));
    if plain { value.to_owned() } else { format!("\"{}\"", value.replace('\\', "\\\\").replace('"', "\\\"")) }
}

#[cfg(test)]
mod tests {
    use super::{joined, quoted, terms, value, with_term};

    #[test]
    fn quotes_keep_words_together() {
        assert_eq!(terms(r#"sev>=high "exact  words" tag:"a b"  x"#), ["sev>=high", r#""exact  words""#, r#"tag:"a b""#, "x"]);
        assert_eq!(terms(""), Vec::<&str>::new());
        assert_eq!(terms("\"open end"), ["\"open end"]);
    }

    #[test]
    fn a_term_is_replaced_where_it_stands() {
        assert_eq!(with_term("sort:title layer:a bucket", "layer", Some("b")), "sort:title layer:b bucket");
        assert_eq!(with_term("bucket", "layer", Some("b")), "bucket layer:b");
        assert_eq!(with_term("layer:a bucket layer:b", "layer", None), "bucket");
        assert_eq!(with_term("-layer:a", "layer", Some("b")), "-layer:a layer:b");
    }

    #[test]
    fn values_are_found_joined_and_quoted() {
        assert_eq!(value("x sort:title", "sort"), Some("title"));
        assert_eq!(value("sorting:title", "sort"), None);
        assert_eq!(joined(" a ", ""), "a");
        assert_eq!(joined("a", "b"), "a b");
        assert_eq!(quoted("us-east-1"), "us-east-1");
        assert_eq!(quoted("two words"), "\"two words\"");
    }
}
