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
        let how = if text.contains(['*', '?']) { How::Glob } else { How::Whole };
        Self { folded: fold(text).into_owned(), how }
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

    /// Whether a value that starts with `start` (in lower case) could match.
    #[must_use]
    pub(super) fn may_start_with(&self, start: &str) -> bool {
        if self.how == How::Part {
            return true;
        }
        for (want, have) in self.folded.chars().zip(start.chars()) {
            if self.how == How::Glob && want == '*' {
                return true;
            }
            if want != have && !(self.how == How::Glob && want == '?') {
                return false;
            }
        }
        self.folded.len() >= start.len() || self.folded.contains('*')
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

        #[test]
        fn no_match_is_lost_by_looking_at_the_start(pattern in "[arn:*?]{0,6}", value in "[arn:]{0,8}") {
            let pattern = Pattern::glob(&pattern);
            let start: String = value.chars().take(4).collect();
            prop_assert!(!pattern.matches(&value) || pattern.may_start_with(&start));
        }
    }
}
