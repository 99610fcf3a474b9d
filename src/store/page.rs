//! A page of raw JSON on its way into the store: kept whole the first time a lane is read, and only what is new after that.

use super::raw::{RawBlock, RawStore};
use crate::model::RawRef;

/// A page, and how much of it is needed.
pub(super) struct Page {
    block: RawBlock,
    /// The block's number, if it is kept.
    number: u32,
    users: u32,
    bytes: usize,
    /// The page as it was sent and what is taken of it, where it is not kept whole.
    picked: Option<(Vec<u8>, Vec<u8>)>,
}

impl Page {
    /// A page that is kept whole.
    pub(super) fn whole(block: RawBlock, store: &RawStore) -> Self {
        Self { block, number: store.next(), users: 0, bytes: 0, picked: None }
    }

    /// A page of which most is there already.
    pub(super) fn to_pick_from(block: RawBlock, store: &RawStore) -> Self {
        let picked = block.decompress().map(|sent| (sent, Vec::new()));
        Self { picked, ..Self::whole(block, store) }
    }

    /// Keeps a finding's JSON; where it will stand.
    pub(super) fn keep(&mut self, span: RawRef) -> RawRef {
        self.users += 1;
        self.bytes += span.len as usize;
        let mut start = span.start;
        if let Some((sent, taken)) = &mut self.picked {
            start = taken.len() as u32;
            taken.extend_from_slice(sent.get(range(span)).unwrap_or_default());
        }
        RawRef { block: self.number, start, ..span }
    }

    /// Whether the finding's JSON is the one that stands there.
    pub(super) fn is_at(&self, span: RawRef, at: RawRef, store: &RawStore) -> bool {
        let sent = self.picked.as_ref().and_then(|(sent, _)| sent.get(range(span)));
        sent.is_some_and(|sent| store.is(at, sent))
    }

    /// Puts what is kept into the store.
    pub(super) fn store(self, store: &mut RawStore) {
        if self.users == 0 {
            return;
        }
        let block = match &self.picked {
            Some((sent, taken)) if sent != taken => RawBlock::compress(taken),
            _ => self.block,
        };
        store.put(block, self.users, self.bytes);
    }
}

fn range(span: RawRef) -> std::ops::Range<usize> {
    span.start as usize..span.start as usize + span.len as usize
}
