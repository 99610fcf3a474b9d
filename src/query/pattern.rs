//! What a text value has to look like: `*` any characters, `?` one character, the rest as it stands, whatever the case.

use super::fold::{contains, fold, fold_char};

/// A pattern of a text field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pattern {
    folded: String,
    how: How,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum How {
    Whole,
    Part,
    Glob,
}

impl Pattern {
    /// The whole value, with wildcards.
    #[must_use]
    pub fn glob(text: &str) -> Self {
        let is_glob = |text: &str| text.contains(['*', '?']);
        match text.strip_prefix('*').and_then(|rest| rest.strip_suffix('*')) {
            Some(middle) if !is_glob(middle) => Self::part(middle),
            _ => Self { folded: fold(text).into_owned(), how: if is_glob(text) { How::Glob } else { How::Whole } },
        }
    }

    /// The whole value, as it stands.
    #[must_use]
    pub fn whole(text: &str) -> Self {
        Self { folded: fold(text).into_owned(), how: How::Whole }
    }

    /// Any part of the value, as it stands.
    #[must_use]
    pub fn part(text: &str) -> Self {
        Self { folded: fold(text).into_owned(), how: How::Part }
    }

    /// Whether the value is as the pattern says.
    #[must_use]
    pub fn matches(&self, value: &str) -> bool {
        match self.how {
            How::Whole if value.is_ascii() => value.eq_ignore_ascii_case(&self.folded),
            How::Whole => fold(value) == self.folded,
            How::Part => contains(value, &self.folded),
            How::Glob => glob(&self.folded, value),
        }
    }
}

/// Matches without recursion: on a mismatch, the last `*` takes one character more.
fn glob(pattern: &str, value: &str) -> bool {
    let (mut want, mut have) = (pattern.chars(), value.chars());
    let mut retry: Option<(std::str::Chars, std::str::Chars)> = None;
    loop {
        let mut rest = want.clone();
        match rest.next() {
            Some('*') => {
                want = rest;
                retry = Some((want.clone(), have.clone()));
                continue;
            }
            Some(c) => {
                let mut left = have.clone();
                match left.next() {
                    Some(v) if c == '?' || c == fold_char(v) => {
                        (want, have) = (rest, left);
                        continue;
                    }
                    Some(_) => {}
                    None => return false,
                }
            }
            None if have.as_str().is_empty() => return true,
            None => {}
        }
        let Some((after_star, from)) = &mut retry else { return false };
        if from.next().is_none() {
            return false;
        }
        (want, have) = (after_star.clone(), from.clone());
    }
}

#[cfg(test)]
mod tests {
    use super::Pattern;
    use proptest::prelude::*;

    #[test]
    fn wildcards_match_as_in_a_shell() {
        for (pattern, value, expected) in [
            ("us-*", "us-east-1", true),
            ("us-*", "eu-west-1", false),
            ("*s3*", "Policy:S3/BucketPublic", true),
            ("i-?abc", "i-0abc", true),
            ("i-?abc", "i-abc", false),
            ("*", "", true),
            ("", "", true),
            ("", "x", false),
            ("a*b*c", "aXXbYYbZc", true),
            ("a*b*c", "aXXbYYbZ", false),
            ("?", "ä", true),
            ("ÄRGER*", "ärgerlich", true),
        ] {
            assert_eq!(Pattern::glob(pattern).matches(value), expected, "{pattern} on {value}");
        }
    }

    #[test]
    fn wildcards_in_a_whole_pattern_stand_for_themselves() {
        assert!(Pattern::whole("a*b").matches("A*B"));
        assert!(!Pattern::whole("a*b").matches("axb"));
    }

    fn naive(pattern: &[char], value: &[char]) -> bool {
        match pattern.split_first() {
            None => value.is_empty(),
            Some(('*', rest)) => (0..=value.len()).any(|skip| naive(rest, &value[skip..])),
            Some(('?', rest)) => !value.is_empty() && naive(rest, &value[1..]),
            Some((c, rest)) => value.first() == Some(c) && naive(rest, &value[1..]),
        }
    }

    proptest! {
        #[test]
        fn a_glob_matches_what_the_definition_says(pattern in "[ab*?]{0,6}", value in "[abc]{0,8}") {
            let expected = naive(&pattern.chars().collect::<Vec<_>>(), &value.chars().collect::<Vec<_>>());
            prop_assert_eq!(Pattern::glob(&pattern).matches(&value), expected);
        }
    }
}
