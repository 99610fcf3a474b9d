//! Splits the body of an answer into its records, byte for byte, one at a time: a broken record costs neither its neighbours
//! nor the page, and a body that is cut off keeps its head.

use super::json;
use super::scan::{After, Cursor};

/// The records of one answer.
#[derive(Debug, Default)]
pub(super) struct Page<'a> {
    /// The JSON of each record, exactly as sent.
    pub(super) items: Vec<&'a [u8]>,
    /// The token of the next page.
    pub(super) next: Option<String>,
    /// What of the body could not be read.
    pub(super) broken: Option<String>,
    odd_token: bool,
}

/// Splits `body`, an object with its records under `list` and the token of the next page under `next`.
pub(super) fn split<'a>(body: &'a [u8], list: &str, next: &str) -> Page<'a> {
    let mut page = Page::default();
    let mut cursor = Cursor::new(body);
    let mut listed = false;
    let whole = read_body(&mut cursor, list, next, &mut page, &mut listed);
    if !whole {
        page.broken = Some(format!("the answer cannot be read beyond byte {} of {}", cursor.position(), body.len()));
    } else if page.odd_token {
        page.broken = Some(format!("`{next}` is no text, so what comes after cannot be asked for"));
    } else if !listed {
        page.broken = Some(format!("the answer has no `{list}`"));
    }
    page
}

/// Whether the body could be read to its end.
fn read_body<'a>(cursor: &mut Cursor<'a>, list: &str, next: &str, page: &mut Page<'a>, listed: &mut bool) -> bool {
    if !cursor.eat(b'{') {
        return false;
    }
    if cursor.eat(b'}') {
        return true;
    }
    loop {
        let Some(key) = cursor.key() else { return false };
        if key == list.as_bytes() && cursor.peek() == Some(b'[') {
            *listed = true;
            if !read_items(cursor, &mut page.items) {
                return false;
            }
        } else {
            let Some(value) = cursor.value() else { return false };
            *listed |= key == list.as_bytes() && value == b"null";
            if key == next.as_bytes() {
                page.next = json::string(value).filter(|token| !token.is_empty());
                page.odd_token = page.next.is_none() && value != b"null" && value != b"\"\"";
            }
        }
        match cursor.after(b'}') {
            After::More => {}
            After::End => return true,
            After::Broken => return false,
        }
    }
}

/// Reads a list's items; whether it ended as a list ends.
fn read_items<'a>(cursor: &mut Cursor<'a>, items: &mut Vec<&'a [u8]>) -> bool {
    if !cursor.eat(b'[') {
        return false;
    }
    if cursor.eat(b']') {
        return true;
    }
    loop {
        let Some(item) = cursor.value() else { return false };
        items.push(item);
        match cursor.after(b']') {
            After::More => {}
            After::End => return true,
            After::Broken => return false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::split;

    fn texts<'a>(items: &[&'a [u8]]) -> Vec<&'a str> {
        items.iter().map(|item| std::str::from_utf8(item).expect("UTF-8")).collect()
    }

    #[test]
    fn records_come_out_exactly_as_they_were_sent() {
        let page = split(br#" { "nextToken" : "a\/b" , "findings": [ {"x": 1.0e0} ,{"y":"\u00e9]"}, null ] } "#, "findings", "nextToken");
        assert_eq!(texts(&page.items), [r#"{"x": 1.0e0}"#, r#"{"y":"\u00e9]"}"#, "null"]);
        assert_eq!((page.next.as_deref(), page.broken), (Some("a/b"), None));
    }

    #[test]
    fn a_broken_record_costs_no_neighbour() {
        let page = split(br#"{"findings":[{"a":1},{"b":NaN,,},{"c":3}],"nextToken":"t"}"#, "findings", "nextToken");
        assert_eq!(texts(&page.items), [r#"{"a":1}"#, r#"{"b":NaN,,}"#, r#"{"c":3}"#]);
        assert_eq!((page.next.as_deref(), page.broken), (Some("t"), None));
    }

    #[test]
    fn a_body_that_is_cut_off_keeps_its_head_and_says_so() {
        let page = split(br#"{"findings":[{"a":1},{"b":"#, "findings", "nextToken");
        assert_eq!(texts(&page.items), [r#"{"a":1}"#]);
        assert_eq!(page.broken.as_deref(), Some("the answer cannot be read beyond byte 21 of 26"));
    }

    #[test]
    fn a_token_that_is_no_text_is_not_taken_for_the_end() {
        assert!(split(br#"{"findings":[],"nextToken":7}"#, "findings", "nextToken").broken.is_some_and(|why| why.contains("`nextToken`")));
        assert_eq!(split(br#"{"findings":[],"nextToken":null}"#, "findings", "nextToken").broken, None);
    }

    #[test]
    fn an_answer_without_the_list_is_not_taken_for_an_empty_one() {
        assert_eq!(split(b"{}", "findings", "nextToken").broken.as_deref(), Some("the answer has no `findings`"));
        assert!(split(b"", "findings", "nextToken").broken.is_some());
        assert_eq!(split(br#"{"findings":[]}"#, "findings", "nextToken").broken, None);
        assert_eq!(split(br#"{"findings":null,"nextToken":""}"#, "findings", "nextToken").broken, None);
    }
}
