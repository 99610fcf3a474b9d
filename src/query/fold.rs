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
    let (hay, needle) = (text.as_bytes(), folded.as_bytes());
    if hay.len() < needle.len() {
        return false;
    }
    // Looking for the rarest byte meets the fewest false beginnings.
    let Some((rarest_at, &rarest)) = needle.iter().enumerate().min_by_key(|(_, byte)| COMMONNESS[**byte as usize]) else { return true };
    let places = &hay[rarest_at..=rarest_at + hay.len() - needle.len()];
    let is_here = |at: usize| hay[at..at + needle.len()].eq_ignore_ascii_case(needle);
    if rarest.is_ascii_lowercase() {
        memchr::memchr2_iter(rarest, rarest.to_ascii_uppercase(), places).any(is_here)
    } else {
        memchr::memchr_iter(rarest, places).any(is_here)
    }
}

/// How common each byte is in English prose, roughly; what is no letter stands among the rare ones.
const COMMONNESS: [u8; 256] = {
    const RAREST_FIRST: &[u8; 27] = b"zqjxkvbywgpfmcudhlrsnioate ";
    let mut table = [5; 256];
    let mut place = 0;
    while place < RAREST_FIRST.len() {
        table[RAREST_FIRST[place] as usize] = place as u8;
        place += 1;
    }
    table
};

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
