//! Reads one listing: page after page; once it turns out to be long, in parts side by side.
//!
//! Page tokens are sequential, parts are not. The parts of a listing together admit every record, and overlap only where they
//! meet; what comes twice is delivered once. Records may move from part to part, or within the order of one, while they are read:
//! what changed since the beginning is read once more at the end. Where the service counts more than was seen, the whole listing is read.

use std::pin::pin;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use futures_util::future::{BoxFuture, Either, join, join_all, select};
use futures_util::stream::{FuturesUnordered, StreamExt};

use super::lane::Tokens;
use super::part::{Edge, Key, Part, parts, parts_between};
use super::{Action, LaneContext};
use crate::aws::CallError;
use crate::model::Timestamp;

/// Bodies of one part that are asked for at once.
const BODIES_AT_ONCE: usize = 3;
/// A listing is split only where at least this many pages are left: each part costs a page that is not full.
const WORTH_SPLITTING: u64 = 4;
/// The most parts that are read side by side.
pub(super) const MOST_PARTS: usize = 6;
/// Keys that are kept to find out where to split.
const SAMPLE: usize = 400;
/// Of five records so many may lie outside their part: they changed meanwhile. With more, the service ignores parts.
const STRAYS: usize = 2;
/// How often the whole listing is read again at most.
const MOST_READINGS: usize = 3;
/// How far this machine's clock may be ahead of the service's. Signatures are refused where it is more.
const CLOCK: Duration = Duration::from_mins(15);

/// A call of the listing that failed.
#[derive(Debug)]
pub(super) struct Failed {
    pub(super) action: Action,
    pub(super) error: CallError,
}

/// What one page told.
pub(super) struct Step<'a> {
    /// The token of the next page.
    pub(super) next: Option<String>,
    /// The keys of its records; none for a record that has none. Empty where only the bodies tell them.
    pub(super) keys: Vec<Option<Key>>,
    /// How many of its records had not been listed before.
    pub(super) fresh: u64,
    /// What is still to be asked for: the bodies, which tell the keys.
    pub(super) bodies: Vec<BoxFuture<'a, Result<Vec<Option<Key>>, Failed>>>,
}

/// A listing that gives pages, whole or in part. What it gives is delivered by itself.
pub(super) trait Listing: Sync {
    /// The operation, for what is said of it.
    fn operation(&self) -> &'static str;

    /// The records of a full page.
    fn page_size(&self) -> u64;

    /// Asks for one page.
    fn page<'a>(&'a self, part: Option<&'a Part>, token: Option<String>) -> BoxFuture<'a, Result<Step<'a>, Failed>>;

    /// Asks how many records there are. `None` where the service does not tell.
    fn total(&self) -> BoxFuture<'_, Option<u64>> {
        Box::pin(async { None })
    }

    /// Whether the service lists by the time of the last change: what changed while it was read is read again.
    fn knows_changes(&self) -> bool {
        true
    }

    /// In how many parts to go on, where so many pages have been read, about so many are left, and a page takes so long.
    fn ways(&self, _pages: u64, left: u64, _page: Duration) -> usize {
        if left < WORTH_SPLITTING { 1 } else { MOST_PARTS.min(left as usize / 2) }
    }
}

/// Whether the service refuses the request as such: then it is asked in another way.
pub(super) fn is_refused(error: &CallError) -> bool {
    matches!(error.code.as_deref(), Some("ValidationException" | "BadRequestException" | "InvalidInputException"))
}

/// Adds up the totals of a lane's listings, and tells the sum once all are known.
pub(super) struct Totals<'l> {
    lane: &'l LaneContext,
    missing: AtomicU32,
    sum: AtomicU64,
}

impl<'l> Totals<'l> {
    pub(super) fn new(lane: &'l LaneContext, listings: usize) -> Self {
        Self { lane, missing: AtomicU32::new(listings as u32), sum: AtomicU64::new(0) }
    }

    fn add(&self, total: u64) {
        let sum = self.sum.fetch_add(total, Ordering::Relaxed) + total;
        if self.missing.fetch_sub(1, Ordering::Relaxed) == 1 {
            self.lane.sink.total(sum);
        }
    }
}

/// Reads the listing to its end.
///
/// # Errors
/// The first call that fails. What other parts gave has been delivered.
pub(super) async fn read(lane: &LaneContext, listing: &dyn Listing, totals: &Totals<'_>) -> Result<(), Failed> {
    let reading = Reading::new(lane, listing);
    let mut all = pin!(reading.all());
    if lane.include_archived {
        // The services count active findings only.
        return all.await;
    }
    let told = pin!(async {
        if let Some(total) = listing.total().await {
            reading.total.store(total, Ordering::Relaxed);
            totals.add(total);
        }
    });
    match select(&mut all, told).await {
        Either::Left((end, told)) => {
            if !lane.sink.wants_more() {
                told.await;
            }
            end
        }
        Either::Right(((), all)) => all.await,
    }
}

const UNKNOWN: u64 = u64::MAX;

struct Reading<'l> {
    lane: &'l LaneContext,
    listing: &'l dyn Listing,
    total: AtomicU64,
    seen: AtomicU64,
    pages: AtomicU64,
    sample: Mutex<Sample>,
}

#[derive(Default)]
struct Sample {
    keys: Vec<Key>,
    /// Whether a record had no key: it would be in no part.
    keyless: bool,
    /// How long the first page took.
    page: Option<Duration>,
}

/// How the reading of a part ended.
enum End {
    /// To its end.
    Read,
    /// There is more than is worth reading one page at a time: the token to go on with, and in how many parts.
    Long(Option<String>, usize),
    /// The service does not part listings like this.
    Ignored,
}

impl<'l> Reading<'l> {
    fn new(lane: &'l LaneContext, listing: &'l dyn Listing) -> Self {
        let zero = || AtomicU64::new(0);
        Self { lane, listing, total: AtomicU64::new(UNKNOWN), seen: zero(), pages: zero(), sample: Mutex::default() }
    }

    fn sample(&self) -> MutexGuard<'_, Sample> {
        self.sample.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn all(&self) -> Result<(), Failed> {
        let begun = Timestamp::now();
        let (token, ways) = match self.part(None, None, true).await? {
            End::Long(token, ways) => (token, ways),
            End::Read | End::Ignored => return Ok(()),
        };
        let parts = self.cut(ways).await?;
        if parts.len() < 2 {
            return self.part(None, token, false).await.map(drop);
        }
        let ends = join_all(parts.iter().map(|part| self.part(Some(part), None, false))).await;
        let mut ignored = false;
        let mut failed = None;
        for end in ends {
            match end {
                Ok(end) => ignored |= matches!(end, End::Ignored),
                Err(failure) => failed = failed.or(Some(failure)),
            }
        }
        if let Some(failure) = failed {
            return Err(failure);
        }
        if ignored {
            self.part(None, token, false).await?;
        }
        if self.listing.knows_changes() {
            let since = begun.as_millisecond() - CLOCK.as_millis() as i64;
            self.part(Some(&Part::ChangedSince(since)), None, false).await?;
        }
        self.complete().await
    }

    /// Reads the whole listing while the service counts more than was seen, and reading it brings something: parts may not
    /// have admitted every record, whatever the service says of its filters.
    async fn complete(&self) -> Result<(), Failed> {
        if self.total.load(Ordering::Relaxed) == UNKNOWN {
            return Ok(());
        }
        for _ in 0..MOST_READINGS {
            let seen = self.seen.load(Ordering::Relaxed);
            if self.listing.total().await.is_none_or(|counted| counted <= seen) {
                break;
            }
            self.part(None, None, false).await?;
            if self.seen.load(Ordering::Relaxed) == seen {
                break;
            }
        }
        Ok(())
    }

    /// Reads a part, or all. The next page is asked for while bodies are on their way; what is on its way arrives even if a
    /// call fails.
    async fn part(&self, part: Option<&Part>, mut token: Option<String>, may_split: bool) -> Result<End, Failed> {
        let mut bodies = FuturesUnordered::new();
        let mut tokens = Tokens::default();
        let mut failed = None;
        let ignored = AtomicBool::new(false);
        let mut take = |keys: Result<Vec<Option<Key>>, Failed>| match keys {
            Ok(keys) => {
                let outside = |key: &&Option<Key>| part.is_some_and(|part| key.as_ref().is_none_or(|key| !part.holds(key)));
                if keys.iter().filter(outside).count() * 5 > keys.len() * STRAYS {
                    ignored.store(true, Ordering::Relaxed);
                }
                self.keep(keys);
                true
            }
            Err(failure) => {
                failed.get_or_insert(failure);
                false
            }
        };
        let mut going = true;
        let mut end = End::Read;
        while going {
            let begun = Instant::now();
            let mut page = self.listing.page(part, token.take());
            let step = loop {
                tokio::select! {
                    step = &mut page => break step,
                    Some(keys) = bodies.next() => going &= take(keys),
                }
            };
            let step = match step {
                Ok(step) => step,
                Err(failure) if part.is_some() && is_refused(&failure.error) => {
                    end = End::Ignored;
                    break;
                }
                Err(failure) => {
                    take(Err(failure));
                    break;
                }
            };
            self.sample().page.get_or_insert(begun.elapsed());
            self.pages.fetch_add(1, Ordering::Relaxed);
            self.seen.fetch_add(step.fresh, Ordering::Relaxed);
            going &= take(Ok(step.keys));
            for body in step.bodies {
                while bodies.len() >= BODIES_AT_ONCE {
                    if let Some(keys) = bodies.next().await {
                        going &= take(keys);
                    }
                }
                bodies.push(body);
            }
            token = tokens.next(self.lane, self.listing.operation(), step.next);
            going &= token.is_some();
            if ignored.load(Ordering::Relaxed) {
                end = End::Ignored;
                break;
            }
            if let Some(ways) = self.ways().filter(|_| may_split && going) {
                end = End::Long(token.take(), ways);
                break;
            }
        }
        while let Some(keys) = bodies.next().await {
            take(keys);
        }
        if matches!(end, End::Read) && ignored.load(Ordering::Relaxed) {
            end = End::Ignored;
        }
        failed.map_or(Ok(end), Err)
    }

    fn keep(&self, keys: Vec<Option<Key>>) {
        let mut sample = self.sample();
        for key in keys {
            match key {
                None => sample.keyless = true,
                Some(key) if sample.keys.len() < SAMPLE => sample.keys.push(key),
                Some(_) => {}
            }
        }
    }

    /// The parts to go on with. The first pages show the worst findings, which may all be of one time: where the service lists
    /// by time, its oldest and newest records tell how far the rest reaches.
    async fn cut(&self, ways: usize) -> Result<Vec<Part>, Failed> {
        let sample = self.sample().keys.clone();
        if !matches!(sample.first(), Some(Key::Time(_))) {
            return Ok(parts(&sample, ways));
        }
        let (oldest, newest) = join(self.edge(Edge::Oldest), self.edge(Edge::Newest)).await;
        Ok(match (oldest?, newest?) {
            (Some(oldest), Some(newest)) if oldest < newest => parts_between(&sample, oldest, newest, ways),
            _ => parts(&sample, ways),
        })
    }

    /// The time of the record at this end, if the service tells. What comes with it is delivered; what was listed and does not
    /// come is a failure.
    async fn edge(&self, edge: Edge) -> Result<Option<i64>, Failed> {
        let part = Part::Sorted(edge);
        let Ok(step) = self.listing.page(Some(&part), None).await else { return Ok(None) };
        self.seen.fetch_add(step.fresh, Ordering::Relaxed);
        let mut keys = step.keys;
        for body in join_all(step.bodies).await {
            keys.extend(body?);
        }
        let times = keys.into_iter().filter_map(|key| if let Some(Key::Time(time)) = key { Some(time) } else { None });
        Ok(if edge == Edge::Oldest { times.min() } else { times.max() })
    }

    /// In how many parts to go on, where that is worth it.
    fn ways(&self) -> Option<usize> {
        let (page, seen, pages) = (self.listing.page_size(), self.seen.load(Ordering::Relaxed), self.pages.load(Ordering::Relaxed));
        let left = match self.total.load(Ordering::Relaxed) {
            // As much again as has come already.
            UNKNOWN => pages,
            total => total.saturating_sub(seen) / page,
        };
        let sample = self.sample();
        let ways = self.listing.ways(pages, left, sample.page.unwrap_or_default());
        (ways > 1 && !sample.keyless && !sample.keys.is_empty()).then_some(ways)
    }
}
