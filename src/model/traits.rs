//! What a finding says of its resource beyond its own severity: what makes the same weakness weigh more.

use std::fmt;
use std::ops::{BitOr, BitOrAssign};

/// A set of traits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Traits(u8);

impl Traits {
    /// No trait.
    pub const NONE: Self = Self(0);
    /// The resource can be reached or read from the internet.
    pub const PUBLIC: Self = Self(1);
    /// The resource holds sensitive data.
    pub const SENSITIVE: Self = Self(1 << 1);
    /// The vulnerability is in CISA's catalog of known exploited vulnerabilities, as the source says.
    pub const KNOWN_EXPLOITED: Self = Self(1 << 2);
    /// The finding is a signal of an attack sequence that `GuardDuty` put together.
    pub const SEQUENCE: Self = Self(1 << 3);

    /// Every single trait, with its word.
    pub const ALL: [(Self, &'static str); 4] = [
        (Self::PUBLIC, "public"),
        (Self::SENSITIVE, "sensitive"),
        (Self::KNOWN_EXPLOITED, "known-exploited"),
        (Self::SEQUENCE, "sequence"),
    ];

    /// The trait with this word.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|(_, known)| *known == word).map(|(one, _)| one)
    }

    /// Whether all of `others` are among these.
    #[must_use]
    pub const fn contains(self, others: Self) -> bool {
        self.0 & others.0 == others.0
    }

    /// Whether there is none.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Those of these that are among `others` too.
    #[must_use]
    pub const fn and(self, others: Self) -> Self {
        Self(self.0 & others.0)
    }

    /// What each of these means, in words: for those who see them for the first time.
    pub fn meanings(self) -> impl Iterator<Item = (&'static str, &'static str)> {
        self.words().map(|word| {
            let meaning = match word {
                "public" => "it can be reached or read from the internet",
                "sensitive" => "it holds sensitive data",
                "known-exploited" => "attackers use this vulnerability, says CISA's catalog (KEV)",
                _ => "GuardDuty found it to be a step of an attack sequence",
            };
            (word, meaning)
        })
    }

    /// The words of these.
    pub fn words(self) -> impl Iterator<Item = &'static str> {
        Self::ALL.into_iter().filter(move |(one, _)| self.contains(*one)).map(|(_, word)| word)
    }
}

impl BitOr for Traits {
    type Output = Self;

    fn bitor(self, others: Self) -> Self {
        Self(self.0 | others.0)
    }
}

impl BitOrAssign for Traits {
    fn bitor_assign(&mut self, others: Self) {
        *self = *self | others;
    }
}

impl fmt::Display for Traits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, word) in self.words().enumerate() {
            f.write_str(if index > 0 { ", " } else { "" })?;
            f.write_str(word)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::Traits;

    #[test]
    fn a_set_of_traits_is_told_by_its_words_and_found_by_them() {
        let mut traits = Traits::PUBLIC;
        traits |= Traits::SEQUENCE;
        assert_eq!(traits.to_string(), "public, sequence");
        assert!(traits.contains(Traits::PUBLIC) && !traits.contains(Traits::PUBLIC | Traits::SENSITIVE));
        assert_eq!(traits.words().filter_map(Traits::from_word).fold(Traits::NONE, |all, one| all | one), traits);
        assert_eq!(Traits::from_word("secret"), None);
        let meanings: Vec<_> = Traits::ALL.iter().flat_map(|(one, _)| one.meanings()).map(|(_, meaning)| meaning).collect();
        assert!(meanings.iter().enumerate().all(|(at, meaning)| !meanings[..at].contains(meaning)), "{meanings:?}");
    }
}
