//! A table by bytes with a quick hash: placing looks up every finding, and the standard hash costs more than the rest of it.

use std::collections::HashMap;
use std::hash::{BuildHasher, Hasher, RandomState};

/// Values by bytes, at most so many: full, it forgets all, since hostile input must not fill the memory.
#[derive(Debug)]
pub(super) struct Memory<V> {
    known: HashMap<Box<[u8]>, V, Seed>,
    limit: usize,
}

impl<V> Memory<V> {
    pub(super) fn new(limit: usize) -> Self {
        Self { known: HashMap::with_hasher(Seed::random()), limit }
    }

    pub(super) fn get(&self, key: &[u8]) -> Option<&V> {
        self.known.get(key)
    }

    pub(super) fn insert(&mut self, key: &[u8], value: V) {
        if self.known.len() >= self.limit {
            self.known.clear();
        }
        self.known.insert(key.into(), value);
    }

    pub(super) fn is_full(&self) -> bool {
        self.known.len() >= self.limit
    }

    pub(super) fn clear(&mut self) {
        self.known.clear();
    }
}

/// Where the hash begins: another place in each table, so that nobody can prepare keys that collide.
#[derive(Clone, Copy, Debug)]
struct Seed(u64);

impl Seed {
    fn random() -> Self {
        Self(RandomState::new().hash_one(0_u8))
    }
}

impl BuildHasher for Seed {
    type Hasher = Folded;
    fn build_hasher(&self) -> Folded {
        Folded(self.0)
    }
}

/// Multiplies eight bytes at a time into 128 bits and folds the halves together.
#[derive(Clone, Copy, Debug)]
struct Folded(u64);

impl Folded {
    fn fold(&mut self, word: u64) {
        let product = u128::from(self.0 ^ word) * u128::from(0x9E37_79B9_7F4A_7C15_u64 ^ self.0.rotate_left(32) | 1);
        self.0 = (product as u64) ^ ((product >> 64) as u64);
    }
}

impl Hasher for Folded {
    fn write(&mut self, bytes: &[u8]) {
        let mut chunks = bytes.chunks_exact(8);
        for chunk in &mut chunks {
            let mut word = [0; 8];
            word.copy_from_slice(chunk);
            self.fold(u64::from_le_bytes(word));
        }
        let rest = chunks.remainder();
        let mut word = [0; 8];
        word[..rest.len()].copy_from_slice(rest);
        self.fold(u64::from_le_bytes(word) ^ (bytes.len() as u64) << 56);
    }

    fn write_usize(&mut self, number: usize) {
        self.fold(number as u64);
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::{Memory, Seed};
    use std::collections::HashSet;
    use std::hash::BuildHasher;

    #[test]
    fn keys_that_differ_little_have_different_hashes() {
        let seed = Seed::random();
        let keys = (0..10_000_u32).map(|number| format!("SensitiveData:S3Object/{number}").into_bytes());
        let hashes: HashSet<u64> = keys.chain((0..64).map(|length| vec![0; length])).map(|key| seed.hash_one(key.as_slice())).collect();
        assert_eq!(hashes.len(), 10_064);
        let buckets: HashSet<u64> = hashes.iter().map(|hash| hash % 4096).collect();
        assert!(buckets.len() > 3_500, "{} of 4096 buckets are used", buckets.len());
    }

    #[test]
    fn a_full_memory_forgets_and_goes_on() {
        let mut memory = Memory::new(2);
        for key in [b"a", b"b", b"c"] {
            memory.insert(key, key[0]);
        }
        assert_eq!((memory.get(b"a"), memory.get(b"c")), (None, Some(&b'c')));
    }
}
