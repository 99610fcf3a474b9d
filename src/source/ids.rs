//! Listings that give ids only; the findings are asked for by id, while the next ids are on their way.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::{Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use futures_util::future::BoxFuture;

use super::lane::{Delivery, ids, note_broken, note_missing};
use super::listing::{Failed, Step};
use super::part::Key;
use super::{Action, FindingSource, LaneContext, page};
use crate::aws::CallError;
use crate::model::Finding;

/// What a listing of ids is made of.
pub(super) struct ById<'l> {
    pub(super) lane: &'l LaneContext,
    pub(super) delivery: &'l Delivery<'l>,
    pub(super) source: &'l dyn FindingSource,
    /// The call that lists ids.
    pub(super) list: Action,
    /// The call that gives findings by id.
    pub(super) get: Action,
    /// The most ids that it takes.
    pub(super) most: usize,
    /// The ids that were listed, with the finding's key once it is known.
    seen: Mutex<HashMap<String, Option<Key>>>,
}

impl<'l> ById<'l> {
    pub(super) fn new(
        lane: &'l LaneContext,
        delivery: &'l Delivery<'l>,
        source: &'l dyn FindingSource,
        (list, get): (Action, Action),
        most: usize,
    ) -> Self {
        Self { lane, delivery, source, list, get, most, seen: Mutex::default() }
    }

    fn seen(&self) -> MutexGuard<'_, HashMap<String, Option<Key>>> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Makes a step of a page of ids; `bodies` asks for some of them. What parts the listing is the time of the last change.
    pub(super) fn step<'a, B>(&'a self, body: Result<Bytes, CallError>, bodies: impl Fn(Vec<String>) -> B) -> Result<Step<'a>, Failed>
    where
        B: Future<Output = Result<Bytes, CallError>> + Send + 'a,
    {
        let body = body.map_err(|error| Failed { action: self.list, error })?;
        let page = page::split(&body, "findingIds", "nextToken");
        note_broken(self.lane, self.list.operation, &page);
        let (mut fresh, mut keys) = (Vec::new(), Vec::new());
        let mut seen = self.seen();
        for id in ids(self.lane, self.list.operation, &page) {
            match seen.entry(id) {
                Entry::Occupied(known) => keys.extend(known.get().clone().map(Some)),
                Entry::Vacant(unknown) => {
                    fresh.push(unknown.key().clone());
                    unknown.insert(None);
                }
            }
        }
        drop(seen);
        let bodies = fresh.chunks(self.most).map(|chunk| self.take(chunk.len(), bodies(chunk.to_vec()))).collect();
        Ok(Step { next: page.next, keys, fresh: fresh.len() as u64, bodies })
    }

    fn take<'a>(
        &'a self,
        asked: usize,
        body: impl Future<Output = Result<Bytes, CallError>> + Send + 'a,
    ) -> BoxFuture<'a, Result<Vec<Option<Key>>, Failed>> {
        Box::pin(async move {
            let body = body.await.map_err(|error| Failed { action: self.get, error })?;
            let page = page::split(&body, "findings", "nextToken");
            note_broken(self.lane, self.get.operation, &page);
            note_missing(self.lane, self.get.operation, asked, &page);
            let key = |finding: &Finding, _: &[u8]| {
                let key = finding.updated.map(|time| Key::Time(time.as_millisecond()));
                if let Some(known) = self.seen().get_mut(finding.id.as_str()) {
                    known.clone_from(&key);
                }
                key
            };
            Ok(self.delivery.page(&page, |json, door| self.source.normalise(json, door), key).keys)
        })
    }
}
