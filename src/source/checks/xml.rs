//! XML answers as JSON: an element with children is an object, without children a text; a name that repeats is a list.
//! Attributes and namespaces say nothing in the answers of AWS.

use serde_json::{Map, Value};
use xmlparser::{ElementEnd, Token, Tokenizer};

/// No answer of AWS is as deep as this.
const DEEPEST: usize = 64;

/// The content of the root element; `None` where this is not XML, or it breaks off.
pub(super) fn read(body: &[u8]) -> Option<Value> {
    let text = std::str::from_utf8(body).ok()?;
    let mut open: Vec<(String, Map<String, Value>, String)> = Vec::new();
    for token in Tokenizer::from(text) {
        match token.ok()? {
            Token::ElementStart { local, .. } => {
                if open.len() == DEEPEST {
                    return None;
                }
                open.push((local.as_str().to_owned(), Map::new(), String::new()));
            }
            Token::Text { text } => open.last_mut()?.2.push_str(&unescape(text.as_str())),
            Token::Cdata { text, .. } => open.last_mut()?.2.push_str(text.as_str()),
            Token::ElementEnd { end: ElementEnd::Open, .. } => {}
            Token::ElementEnd { end: ElementEnd::Close(_, name), .. } if open.last()?.0 != name.as_str() => return None,
            Token::ElementEnd { .. } => {
                let (name, children, text) = open.pop()?;
                let value = if children.is_empty() { Value::String(text.trim().to_owned()) } else { Value::Object(children) };
                match open.last_mut() {
                    Some((_, siblings, _)) => put(siblings, name, value),
                    None => return Some(value),
                }
            }
            _ => {}
        }
    }
    None
}

fn put(siblings: &mut Map<String, Value>, name: String, value: Value) {
    match siblings.get_mut(&name) {
        None => {
            siblings.insert(name, value);
        }
        Some(Value::Array(list)) => list.push(value),
        Some(first) => *first = Value::Array(vec![first.take(), value]),
    }
}

fn unescape(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        plain.push_str(&rest[..at]);
        let after = &rest[at + 1..];
        if let Some((character, tail)) = after.split_once(';').and_then(|(name, tail)| Some((character(name)?, tail))) {
            plain.push(character);
            rest = tail;
        } else {
            plain.push('&');
            rest = after;
        }
    }
    plain + rest
}

fn character(name: &str) -> Option<char> {
    match name {
        "lt" => Some('<'),
        "gt" => Some('>'),
        "amp" => Some('&'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        _ => {
            let number = name.strip_prefix('#')?;
            let code = number.strip_prefix(['x', 'X']).map_or_else(|| number.parse().ok(), |hex| u32::from_str_radix(hex, 16).ok())?;
            char::from_u32(code)
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::read;

    #[test]
    fn elements_become_members_and_repeated_ones_lists() {
        let xml =
            b"<?xml version='1.0'?><R xmlns='x'><set><item><a>1</a></item><item><a>x &amp;lt; &#65;</a><b/></item></set><one> t </one></R>";
        let read = read(xml).expect("XML");
        assert_eq!(read, json!({ "set": { "item": [{ "a": "1" }, { "a": "x &lt; A", "b": "" }] }, "one": "t" }));
    }

    #[test]
    fn what_breaks_off_is_no_answer() {
        for xml in ["", "<a>", "<a></b>", "text", "<a><b></a>", "{}"] {
            assert_eq!(read(xml.as_bytes()), None, "{xml}");
        }
    }

    #[test]
    fn an_answer_that_is_absurdly_deep_is_no_answer() {
        let deep = "<a>".repeat(100_000);
        assert_eq!(read(deep.as_bytes()), None);
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = read(&bytes);
        }
    }
}
