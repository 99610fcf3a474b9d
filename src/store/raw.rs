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

    fn decompress(&self) -> Option<Vec<u8>> {
        zstd::bulk::decompress(&self.compressed, self.len).ok()
    }
}

/// The raw JSON is not there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("the raw JSON of this finding is not in the store")]
pub struct RawError;

/// All blocks, and the last one that was read: an export reads neighbours.
#[derive(Debug, Default)]
pub(super) struct RawStore {
    blocks: Vec<RawBlock>,
    last: Mutex<Option<(u32, Arc<Vec<u8>>)>>,
}

impl RawStore {
    pub(super) fn push(&mut self, block: RawBlock) -> u32 {
        self.blocks.push(block);
        (self.blocks.len() - 1) as u32
    }

    pub(super) fn read(&self, at: RawRef) -> Result<String, RawError> {
        let block = self.block(at.block).ok_or(RawError)?;
        let start = at.start as usize;
        let bytes = block.get(start..start + at.len as usize).ok_or(RawError)?;
        Ok(String::from_utf8_lossy(bytes).into_owned())
    }

    fn block(&self, number: u32) -> Option<Arc<Vec<u8>>> {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, block)) = last.as_ref().filter(|(known, _)| *known == number) {
            return Some(Arc::clone(block));
        }
        let block = Arc::new(self.blocks.get(number as usize)?.decompress()?);
        *last = Some((number, Arc::clone(&block)));
        Some(block)
    }
}
