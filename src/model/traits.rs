//! What a finding says of its resource beyond its own severity: what makes the same weakness weigh more.

use std::fmt;

bitflags::bitflags! {
    /// A set of traits.
    #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
    pub struct Traits: u8 {
        /// The resource can be reached or read from the internet.
        const PUBLIC = 1;
        /// The resource holds sensitive data.
        const SENSITIVE = 1 << 1;
        /// The vulnerability is in CISA's catalog of known exploited vulnerabilities, as the source says.
        const KNOWN_EXPLOITED = 1 << 2;
        /// The finding is a signal of an attack sequence that `GuardDuty` put together.
        const SEQUENCE = 1 << 3;
    }
}

impl Traits {
    /// No trait.
    pub const NONE: Self = Self::empty();

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
