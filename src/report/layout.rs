//! Text in columns: width as the terminal counts it, cut between graphemes.

use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

/// How many columns `text` takes.
pub(super) fn width(text: &str) -> usize {
    text.width()
}

/// `text` in at most `columns`, with `ellipsis` at the end where something is missing.
pub(super) fn cut(text: &str, columns: usize, ellipsis: &str) -> String {
    if width(text) <= columns {
        return text.to_owned();
    }
    let room = columns.saturating_sub(width(ellipsis));
    let mut short = String::new();
    let mut used = 0;
    for grapheme in text.graphemes(true) {
        used += width(grapheme);
        if used > room {
            break;
        }
        short.push_str(grapheme);
    }
    short.truncate(short.trim_end().len());
    short + cut_ellipsis(ellipsis, columns)
}

fn cut_ellipsis(ellipsis: &str, columns: usize) -> &str {
    if width(ellipsis) <= columns { ellipsis } else { "" }
}

/// `text` and as many spaces as fill `columns`.
pub(super) fn left(text: &str, columns: usize) -> String {
    let mut padded = text.to_owned();
    padded.extend(std::iter::repeat_n(' ', columns.saturating_sub(width(text))));
    padded
}

/// As many spaces as fill `columns`, and `text`.
pub(super) fn right(text: &str, columns: usize) -> String {
    let mut padded: String = std::iter::repeat_n(' ', columns.saturating_sub(width(text))).collect();
    padded.push_str(text);
    padded
}

/// `text` in lines of at most `columns`, broken at spaces; a longer word is broken inside.
pub(super) fn wrap(text: &str, columns: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    for word in text.split_whitespace() {
        let mut word = word.to_owned();
        while !word.is_empty() {
            let gap = usize::from(!line.is_empty());
            if width(&line) + gap + width(&word) <= columns {
                line.extend(std::iter::repeat_n(' ', gap));
                line.push_str(&word);
                word.clear();
            } else if line.is_empty() {
                let mut head = cut(&word, columns.max(1), "");
                if head.is_empty() {
                    head.clone_from(&word);
                }
                word.drain(..head.len());
                lines.push(head);
            } else {
                lines.push(std::mem::take(&mut line));
            }
        }
    }
    if !line.is_empty() {
        lines.push(line);
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::{cut, left, right, width, wrap};
    use proptest::prelude::*;

    #[test]
    fn text_is_cut_between_graphemes_and_columns_are_counted() {
        assert_eq!(cut("漢字漢字", 5, "…"), "漢字…");
        assert_eq!(cut("e\u{301}e\u{301}e\u{301}", 2, "…"), "e\u{301}…");
        assert_eq!((left("漢", 4), right("7", 3)), ("漢  ".into(), "  7".into()));
    }

    #[test]
    fn long_words_are_broken_and_nothing_is_lost() {
        assert_eq!(wrap("one two abcdefgh", 4), ["one", "two", "abcd", "efgh"]);
    }

    proptest! {
        #[test]
        fn a_cut_text_never_exceeds_its_columns(text in any::<String>(), columns in 0usize..40) {
            let text = crate::model::Text::new(&text);
            prop_assert!(width(&cut(&text, columns, "…")) <= columns);
        }
    }
}
