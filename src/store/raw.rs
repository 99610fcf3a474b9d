//! The raw JSON of findings, compressed a page at a time: findings of one page are alike, so a block shrinks about tenfold.

use std::sync::{Arc, Mutex, PoisonError};

use thiserror::Error;

use crate::model::RawRef;

/// zstd level 1: about 500 MB/s on one core, within 10 % of the default level's ratio on findings.
const LEVEL: i32 = 1;

/// The JSON of the findings of one page, compressed.
#[derive(Clone, Debug, Default)]
pub struct RawBlock {
    compressed: Vec<u8>,
    len: usize,
}

impl RawBlock {
    /// Compresses the concatenated JSON of a page's findings.
    #[must_use]
    pub fn compress(raw: &[u8]) -> Self {
        // Compression into memory cannot fail but for a lack of memory; an empty block then reads as an error, not as wrong data.
        let mut compressed = zstd::bulk::compress(raw, LEVEL).unwrap_or_default();
        // It has room for the worst case, which is more than the page itself.
        compressed.shrink_to_fit();
        Self { compressed, len: raw.len() }
    }

    pub(super) fn decompress(&self) -> Option<Vec<u8>> {
        zstd::bulk::decompress(&self.compressed, self.len).ok()
    }
}

/// The raw JSON is not there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("the raw JSON of this finding is not in the store")]
pub struct RawError;

/// A block, and how much of it is in use.
#[derive(Debug, Default)]
struct Slot {
    block: RawBlock,
    /// How many findings have their JSON here, and its bytes.
    users: u32,
    bytes: usize,
}

/// All blocks, and the last one that was read: an export reads neighbours.
#[derive(Debug, Default)]
pub(super) struct RawStore {
    slots: Vec<Slot>,
    /// Slots whose block nobody uses any more: they are given to the next blocks.
    free: Vec<u32>,
    last: Mutex<Option<(u32, Arc<Vec<u8>>)>>,
}

impl RawStore {
    /// The number that the next block gets.
    pub(super) fn next(&self) -> u32 {
        self.free.last().copied().unwrap_or(self.slots.len() as u32)
    }

    /// Keeps a block that so many findings use.
    pub(super) fn put(&mut self, block: RawBlock, users: u32, bytes: usize) {
        let slot = Slot { block, users, bytes };
        match self.free.pop() {
            Some(free) => self.slots[free as usize] = slot,
            None => self.slots.push(slot),
        }
    }

    /// A finding does not need its JSON any more; a block that nobody needs is dropped.
    pub(super) fn release(&mut self, at: RawRef) {
        let Some(slot) = self.slots.get_mut(at.block as usize).filter(|slot| slot.users > 0) else { return };
        slot.users -= 1;
        slot.bytes = slot.bytes.saturating_sub(at.len as usize);
        if slot.users == 0 {
            *slot = Slot::default();
            self.free.push(at.block);
            let last = self.last.get_mut().unwrap_or_else(PoisonError::into_inner);
            *last = last.take().filter(|(known, _)| *known != at.block);
        }
    }

    /// Whether most of the block is in nobody's use: whoever has a choice leaves it.
    pub(super) fn is_sparse(&self, block: u32) -> bool {
        self.slots.get(block as usize).is_none_or(|slot| slot.bytes * 2 < slot.block.len)
    }

    pub(super) fn read(&self, at: RawRef) -> Result<String, RawError> {
        self.with(at, |bytes| String::from_utf8_lossy(bytes).into_owned()).ok_or(RawError)
    }

    /// Whether these bytes stand there.
    pub(super) fn is(&self, at: RawRef, bytes: &[u8]) -> bool {
        at.len as usize == bytes.len() && (bytes.is_empty() || self.with(at, |known| known == bytes).unwrap_or_default())
    }

    fn with<T>(&self, at: RawRef, read: impl FnOnce(&[u8]) -> T) -> Option<T> {
        let block = self.block(at.block)?;
        let start = at.start as usize;
        block.get(start..start + at.len as usize).map(read)
    }

    fn block(&self, number: u32) -> Option<Arc<Vec<u8>>> {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, block)) = last.as_ref().filter(|(known, _)| *known == number) {
            return Some(Arc::clone(block));
        }
        let slot = self.slots.get(number as usize).filter(|slot| slot.users > 0)?;
        let block = Arc::new(slot.block.decompress()?);
        *last = Some((number, Arc::clone(&block)));
        Some(block)
    }

    /// The memory that the blocks take, in bytes.
    pub(super) fn bytes(&self) -> usize {
        self.slots.iter().map(|slot| slot.block.compressed.capacity()).sum()
    }
}
