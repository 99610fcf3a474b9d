//! How text flows into lines of a width in terminal columns, and where a word stands in it. Graphemes are never split.

use std::ops::Range;

use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

/// The bytes of `text` that stand on each line of `width` columns, broken wherever a line is full: for JSON and ids. There
/// is always a line. Only a grapheme that is wider than the width itself makes a line too wide.
#[must_use]
pub fn fill(text: &str, width: usize) -> Vec<Range<usize>> {
    let width = width.max(1);
    if is_plain(text) {
        let lines = text.len().div_ceil(width).max(1);
        return (0..lines).map(|line| line * width..((line + 1) * width).min(text.len())).collect();
    }
    let mut lines = Vec::new();
    let (mut start, mut column) = (0, 0);
    for (at, grapheme) in text.grapheme_indices(true) {
        let columns = grapheme.width();
        if column + columns > width && at > start {
            lines.push(start..at);
            (start, column) = (at, 0);
        }
        column += columns;
    }
    lines.push(start..text.len());
    lines
}

/// The bytes of `text` that stand on each line of `width` columns, broken at spaces where there are any: for sentences. The
/// spaces at a break belong to no line.
#[must_use]
pub fn wrap(text: &str, width: usize) -> Vec<Range<usize>> {
    let width = width.max(1);
    let mut lines = Vec::new();
    let (mut start, mut column) = (0, 0);
    // The end of the last word that fits, and the start of the word after it.
    let mut break_at: Option<(usize, usize)> = None;
    let mut after_space = false;
    for (at, grapheme) in text.grapheme_indices(true) {
        let space = grapheme == " ";
        if space && !after_space && at > start {
            break_at = Some((at, at + 1));
        } else if let (true, Some((_, next))) = (space, &mut break_at) {
            *next = at + 1;
        }
        let columns = grapheme.width();
        if column + columns > width && !space && at > start {
            let (end, next) = break_at.take().unwrap_or((at, at));
            lines.push(start..end);
            start = next;
            column = text[start..at].width();
        }
        column += columns;
        after_space = space;
    }
    // Spaces at the end of the text may hang over the edge.
    let end = if column > width { start + text[start..].trim_end_matches(' ').len() } else { text.len() };
    lines.push(start..end.max(start));
    lines
}

/// Whether every byte is one column wide.
#[must_use]
pub fn is_plain(text: &str) -> bool {
    text.bytes().all(|byte| (0x20..0x7f).contains(&byte))
}

/// Where `needle` stands in `text`, in bytes, without overlaps. Letters A to Z match in both cases unless the needle has a
/// capital one.
pub fn find<'a>(text: &'a str, needle: &'a str) -> impl Iterator<Item = Range<usize>> + 'a {
    let exact = needle.bytes().any(|byte| byte.is_ascii_uppercase());
    let (haystack, wanted) = (text.as_bytes(), needle.as_bytes());
    let first = wanted.first().copied().unwrap_or_default();
    let mut from = 0;
    std::iter::from_fn(move || {
        while !wanted.is_empty() && from + wanted.len() <= haystack.len() {
            let rest = &haystack[from..=haystack.len() - wanted.len()];
            let hop = if exact { memchr::memchr(first, rest) } else { memchr::memchr2(first, first.to_ascii_uppercase(), rest) };
            let start = from + hop?;
            let here = &haystack[start..start + wanted.len()];
            from = start + 1;
            if if exact { here == wanted } else { here.eq_ignore_ascii_case(wanted) } {
                from = start + wanted.len();
                return Some(start..from);
            }
        }
        None
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use unicode_segmentation::UnicodeSegmentation;
    use unicode_width::UnicodeWidthStr;

    use super::{fill, find, wrap};

    fn lines<'a>(text: &'a str, ranges: &[std::ops::Range<usize>]) -> Vec<&'a str> {
        ranges.iter().map(|range| &text[range.clone()]).collect()
    }

    #[test]
    fn sentences_break_at_spaces_and_long_words_where_the_line_is_full() {
        assert_eq!(lines("who did what", &wrap("who did what", 7)), ["who did", "what"]);
        assert_eq!(lines("an arn:aws:s3 x", &wrap("an arn:aws:s3 x", 6)), ["an", "arn:aw", "s:s3 x"]);
        assert_eq!(lines("", &wrap("", 5)), [""]);
        assert_eq!(lines("漢字漢字", &wrap("漢字漢字", 5)), ["漢字", "漢字"]);
    }

    #[test]
    fn words_are_found_in_any_case_unless_a_capital_is_asked_for() {
        assert_eq!(find("Arn arn ARN", "arn").count(), 3);
        assert_eq!(find("arn Arn ARN", "Arn").map(|range| range.start).collect::<Vec<_>>(), [4]);
        assert_eq!(find("aaaa", "aa").collect::<Vec<_>>(), [0..2, 2..4]);
        assert_eq!(find("x", "").count() + find("", "x").count(), 0);
        assert_eq!(find("ünï ünï", "ï").count(), 2);
    }

    proptest! {
        #[test]
        fn filling_loses_and_splits_no_grapheme(text in "\\PC{0,60}", width in 2usize..40) {
            let ranges = fill(&text, width);
            prop_assert_eq!(lines(&text, &ranges).concat(), text.clone());
            let graphemes: usize = lines(&text, &ranges).iter().map(|line| line.graphemes(true).count()).sum();
            prop_assert_eq!(graphemes, text.graphemes(true).count());
            for line in lines(&text, &ranges) {
                prop_assert!(line.width() <= width || line.graphemes(true).count() == 1, "{:?}", line);
            }
        }

        #[test]
        fn wrapping_loses_only_spaces_and_splits_no_grapheme(text in "(\\PC| |[a-z]){0,60}", width in 2usize..40) {
            let ranges = wrap(&text, width);
            let mut end = 0;
            for range in &ranges {
                prop_assert!(text[end..range.start].chars().all(|c| c == ' '), "{:?}", &text[end..range.start]);
                end = range.end;
            }
            prop_assert!(text[end..].chars().all(|c| c == ' '));
            let boundaries: Vec<usize> = text.grapheme_indices(true).map(|(at, _)| at).chain([text.len()]).collect();
            for range in &ranges {
                prop_assert!(boundaries.contains(&range.start) && boundaries.contains(&range.end));
                let line = &text[range.clone()];
                prop_assert!(line.trim_end_matches(' ').width() <= width || line.graphemes(true).count() == 1, "{:?}", line);
            }
        }
    }
}
