//! Upper and lower case do not count in queries: text is folded character by character, so that positions stay.

use std::borrow::Cow;

/// The character in lower case; itself where lower case is more than one character.
#[must_use]
pub(super) fn fold_char(c: char) -> char {
    if c.is_ascii() {
        return c.to_ascii_lowercase();
    }
    let mut lower = c.to_lowercase();
    match (lower.next(), lower.next()) {
        (Some(one), None) => one,
        _ => c,
    }
}

/// The text in lower case, with as many characters as before.
#[must_use]
pub(super) fn fold(text: &str) -> Cow<'_, str> {
    if text.bytes().all(|byte| byte.is_ascii() && !byte.is_ascii_uppercase()) {
        return text.into();
    }
    if text.is_ascii() {
        return text.to_ascii_lowercase().into();
    }
    text.chars().map(fold_char).collect::<String>().into()
}

/// Whether `text` has `folded` somewhere in it, whatever the case.
#[must_use]
pub(super) fn contains(text: &str, folded: &str) -> bool {
    if !folded.is_ascii() {
        return fold(text).contains(folded);
    }
    let needle = folded.as_bytes();
    let Some((&first, rest)) = needle.split_first() else { return true };
    let hay = text.as_bytes();
    if hay.len() < needle.len() {
        return false;
    }
    let starts = &hay[..=hay.len() - needle.len()];
    let is_here = |at: usize| hay[at + 1..].iter().zip(rest).all(|(have, want)| have.to_ascii_lowercase() == *want);
    if first.is_ascii_lowercase() {
        memchr::memchr2_iter(first, first.to_ascii_uppercase(), starts).any(is_here)
    } else {
        memchr::memchr_iter(first, starts).any(is_here)
    }
}

#[cfg(test)]
mod tests {
    use super::{contains, fold};
    use proptest::prelude::*;

    #[test]
    fn folding_keeps_the_number_of_characters() {
        for text in ["İstanbul", "STRASSE ẞ", "ÅÄÖ", "plain", "Σίσυφος"] {
            assert_eq!(fold(text).chars().count(), text.chars().count(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn contains_is_what_folding_both_says(text in "[a-cA-CäÄ ]{0,12}", part in "[a-cA-CäÄ ]{0,3}") {
            let part = fold(&part).into_owned();
            prop_assert_eq!(contains(&text, &part), fold(&text).contains(&part));
        }
    }
}
