//! What every source does while it reads a lane: follow page tokens, normalise, filter, de-duplicate, hand on.

use std::collections::HashSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use bytes::Bytes;

use super::LaneContext;
use super::json;
use super::page::{self, Page};
use super::part::Key;
use crate::aws::CallError;
use crate::model::{Door, Finding, MergeKey, Status, Text};

/// Asks for page after page until there are no more, and gives each to `take`. A token that comes again ends the reading
/// with trouble; an empty page that has a token does not end it.
///
/// # Errors
/// The first call that fails.
pub(super) async fn read_pages<'l, R>(
    lane: &'l LaneContext,
    operation: &'static str,
    (list, next): (&'static str, &'static str),
    mut ask: impl FnMut(Option<String>) -> R + Send,
    mut take: impl FnMut(&Page<'_>) + Send,
) -> Result<(), CallError>
where
    R: Future<Output = Result<Bytes, CallError>> + Send + 'l,
{
    let mut tokens = Tokens::default();
    let mut token = None;
    loop {
        let body = ask(token).await?;
        let page = page::split(&body, list, next);
        note_broken(lane, operation, &page);
        take(&page);
        token = tokens.next(lane, operation, page.next);
        if token.is_none() {
            return Ok(());
        }
    }
}

/// Says it when a page could not be read to its end.
pub(super) fn note_broken(lane: &LaneContext, operation: &str, page: &Page<'_>) {
    if let Some(broken) = &page.broken {
        lane.sink.trouble(Text::new(&format!("{operation}: {broken}; what came before is kept, refresh to ask again")));
    }
}

/// The ids of a page that lists ids. Those that are no text cannot be asked for: says so.
pub(super) fn ids(lane: &LaneContext, operation: &str, page: &Page<'_>) -> Vec<String> {
    let ids: Vec<String> = page.items.iter().filter_map(|item| json::string(item)).collect();
    if ids.len() < page.items.len() {
        let odd = page.items.len() - ids.len();
        lane.sink.trouble(Text::new(&format!(
            "{operation}: {odd} of {} ids cannot be read, so what they stand for is missing",
            page.items.len()
        )));
    }
    ids
}

/// Says it when a service gives half or less of what it has just listed. One finding may vanish in between, not most.
pub(super) fn note_missing(lane: &LaneContext, operation: &str, asked: usize, page: &Page<'_>) {
    let came = page.items.len();
    if asked > 2 && came * 2 <= asked && page.broken.is_none() {
        lane.sink.trouble(Text::new(&format!("{operation} gave {came} of the {asked} findings that were listed; refresh to ask again")));
    }
}

/// The page tokens of one listing.
#[derive(Debug, Default)]
pub(super) struct Tokens {
    seen: HashSet<String>,
}

impl Tokens {
    /// The token to go on with: none at the end or where the first page is enough, and none, with trouble, if it came before: the listing would never end.
    pub(super) fn next(&mut self, lane: &LaneContext, operation: &str, token: Option<String>) -> Option<String> {
        let token = token.filter(|_| lane.sink.wants_more())?;
        if self.seen.insert(token.clone()) {
            return Some(token);
        }
        lane.sink.trouble(Text::new(&format!("{operation} repeats its page token, so the listing would never end; it was ended here")));
        None
    }
}

/// Hands pages on to the sink. Parts of a lane that are read side by side share it.
pub(super) struct Delivery<'l> {
    lane: &'l LaneContext,
    seen: Mutex<HashSet<MergeKey>>,
    pages: AtomicUsize,
    records: AtomicUsize,
}

/// What a page of records told.
#[derive(Debug, Default)]
pub(super) struct Taken {
    /// The key of each record, by which a listing can be split.
    pub(super) keys: Vec<Option<Key>>,
    /// How many records had not come before.
    pub(super) fresh: u64,
}

impl<'l> Delivery<'l> {
    pub(super) fn new(lane: &'l LaneContext) -> Self {
        Self { lane, seen: Mutex::default(), pages: AtomicUsize::new(0), records: AtomicUsize::new(0) }
    }

    /// How many pages were handed on.
    pub(super) fn pages(&self) -> usize {
        self.pages.load(Ordering::Relaxed)
    }

    /// How many records came, whatever they were.
    pub(super) fn records(&self) -> usize {
        self.records.load(Ordering::Relaxed)
    }

    /// A lane that was read to its end without a page has an empty one.
    pub(super) fn at_least_one_page(&self) {
        if self.pages() == 0 {
            self.pages.fetch_add(1, Ordering::Relaxed);
            self.lane.sink.page(Vec::new());
        }
    }

    /// Normalises a page's records and hands it on: without those that came before on another page, and without those that
    /// are not active unless they are wanted. The service filters too, but an endpoint may not.
    pub(super) fn page(
        &self,
        page: &Page<'_>,
        normalise: impl Fn(&[u8], &Door) -> Finding,
        key: impl Fn(&Finding, &[u8]) -> Option<Key>,
    ) -> Taken {
        self.page_seen(page, normalise, key, |_| {})
    }

    /// As [`Self::page`]; `see` is shown each finding that is handed on, and may add to it.
    pub(super) fn page_seen(
        &self,
        page: &Page<'_>,
        normalise: impl Fn(&[u8], &Door) -> Finding,
        key: impl Fn(&Finding, &[u8]) -> Option<Key>,
        see: impl Fn(&mut Finding),
    ) -> Taken {
        let mut taken = Taken::default();
        let mut findings = Vec::with_capacity(page.items.len());
        for &json in &page.items {
            if json == b"null" {
                self.lane.sink.trouble(Text::new("the service listed an empty record (null) among the findings"));
                continue;
            }
            let mut finding = normalise(json, &self.lane.door);
            taken.keys.push(key(&finding, json));
            let wanted = self.lane.include_archived || finding.status == Status::Active;
            if self.seen.lock().unwrap_or_else(PoisonError::into_inner).insert(finding.key) {
                taken.fresh += 1;
                if wanted {
                    see(&mut finding);
                    findings.push((finding, json));
                }
            }
        }
        self.pages.fetch_add(1, Ordering::Relaxed);
        self.records.fetch_add(page.items.len(), Ordering::Relaxed);
        self.lane.sink.page(findings);
        taken
    }
}
