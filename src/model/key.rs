//! Names that records of the same issue share.

use std::hash::{DefaultHasher, Hash, Hasher};

/// A name that two records can share; the source that makes it says what sharing it means. Kept as 128 bits of hash: two
/// different names give the same key less often than memory fails. Good within one run only.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MergeKey([u64; 2]);

impl MergeKey {
    /// The key of this name.
    #[must_use]
    pub fn new(name: &str) -> Self {
        let half = |salt: u8| {
            let mut hasher = DefaultHasher::new();
            salt.hash(&mut hasher);
            name.hash(&mut hasher);
            hasher.finish()
        };
        Self([half(0), half(1)])
    }
}

#[cfg(test)]
mod tests {
    use super::MergeKey;

    #[test]
    fn equal_names_share_a_key_and_others_do_not() {
        assert_eq!(MergeKey::new("macie|1|r|f"), MergeKey::new("macie|1|r|f"));
        assert_ne!(MergeKey::new("macie|1|r|f"), MergeKey::new("macie|1|r|g"));
        let MergeKey([first, second]) = MergeKey::new("");
        assert_ne!(first, second, "two hashes, not one twice");
    }
}
