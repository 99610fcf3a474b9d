//! A fetch without a screen: events into a store, a progress line on the terminal's stderr.

use std::io::Write as _;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::asking::Asker;
use super::failure::Failure;
use super::settings::Settings;
use crate::fetch::{self, Event, Outcome};
use crate::lens::LensSet;
use crate::model::{Lane, Loaded, Timestamp};
use crate::report::Counted;
use crate::store::Store;

/// Threads' stacks: unoptimised SDK deserialisers go deep. Only address space until it is used.
const STACK: usize = 8 << 20;

/// How often the progress line is drawn over.
const PROGRESS_EVERY: Duration = Duration::from_millis(100);

/// How many reasons of lanes that could not be read are told beside a report that does not tell them itself.
const REASONS: usize = 8;

/// What a fetch brought.
pub(super) struct Fetched {
    pub(super) store: Store,
    outcome: Outcome,
}

impl Fetched {
    /// Tells on stderr why nothing could be read, or what is missing.
    ///
    /// # Errors
    /// When nothing at all could be read: exit code 4.
    pub(super) fn check(&self) -> Result<(), Failure> {
        if let Some(reason) = &self.outcome.fatal {
            return Err(Failure::nothing_read(reason));
        }
        let coverage = &self.store.coverage;
        if coverage.nothing_read() {
            let reasons = reasons(coverage.lanes.iter());
            return Err(Failure::nothing_read(format!("nothing could be read{reasons}")));
        }
        Ok(())
    }

    /// Who asked, where that is one principal of one account.
    pub(super) fn asked_by(&self) -> Option<String> {
        let identity = self.outcome.identities.first().filter(|identity| !identity.who().is_empty())?;
        let alone = self.store.coverage.lanes.iter().all(|lane| lane.id.account == identity.account);
        let name = identity.name.as_ref().map(|name| format!("{name}, ")).unwrap_or_default();
        alone.then(|| format!("Asked by {} ({name}{})", identity.who(), identity.account))
    }

    /// Tells on stderr which lanes could not be read to their end.
    pub(super) fn tell_gaps(&self) {
        let open: Vec<&Lane> = self.store.coverage.lanes.iter().filter(|lane| !lane.is_trusted()).collect();
        if !open.is_empty() {
            let all = self.store.coverage.lanes.len();
            let reasons = reasons(open.iter().copied());
            eprintln!("ringfort: incomplete: {} of {} could not be read to the end{reasons}", open.len(), Counted(all, "lane"));
        }
    }
}

fn reasons<'a>(lanes: impl Iterator<Item = &'a Lane>) -> String {
    let mut told: Vec<String> = Vec::new();
    let mut more = 0;
    for lane in lanes {
        let reason = lane.reason.as_ref().map(|reason| format!(": {reason}")).unwrap_or_default();
        if told.len() < REASONS {
            told.push(format!("\n  {} {} {}{reason}", lane.id, lane.state, lane.action.as_deref().unwrap_or_default()).replace(" :", ":"));
        } else {
            more += 1;
        }
    }
    if more > 0 {
        told.push(format!("\n  and {more} more; `ringfort coverage` lists them all"));
    }
    told.concat()
}

/// Threads for the network.
///
/// # Errors
/// When the system gives no threads.
pub(super) fn runtime() -> Result<tokio::runtime::Runtime, Failure> {
    let threads = std::thread::available_parallelism().map_or(2, std::num::NonZero::get).clamp(2, 8);
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(threads)
        .thread_stack_size(STACK)
        .enable_all()
        .build()
        .map_err(|error| Failure::nothing_read(format!("cannot start threads: {error}")))
}

/// Fetches all that the settings ask for.
///
/// # Errors
/// Mistakes that are found before anything is fetched: exit code 2.
pub(super) fn fetch(settings: &Settings, lenses: &Arc<LensSet>, now: Timestamp) -> Result<Fetched, Failure> {
    let request = settings.request(now);
    let rules = settings.rules()?;
    let runtime = runtime()?;
    let fetched = runtime.block_on(async {
        fetch::check(&request).await.map_err(Failure::usage)?;
        let mut store = Store::new();
        store.rank_by(rules);
        let mut progress = Progress::new(settings.shows_progress());
        let fetch = fetch::start(request, Arc::clone(lenses));
        let asker = Asker::new(fetch.handle());
        let outcome = fetch::collect(fetch, &mut store, |event| progress.see(event, &asker)).await;
        Ok(Fetched { store, outcome })
    });
    runtime.shutdown_background();
    fetched
}

/// Tells how far the fetch is: one line that is drawn over again, and cleared at the end.
struct Progress {
    shown: bool,
    started: Instant,
    drawn: Option<Instant>,
    lanes: Vec<Lane>,
}

impl Progress {
    fn new(shown: bool) -> Self {
        Self { shown, started: Instant::now(), drawn: None, lanes: Vec::new() }
    }

    fn see(&mut self, event: &Event, asker: &Asker) {
        match event {
            Event::Planned(lanes) => self.lanes.clone_from(lanes),
            Event::Lane(number, lane) => {
                if let Some(known) = self.lanes.get_mut(*number) {
                    *known = (**lane).clone();
                }
            }
            Event::Notice(notice) => {
                self.clear();
                eprintln!("ringfort: {notice}");
            }
            _ => {}
        }
        if Asker::is_question(event) {
            self.clear();
        }
        if !asker.owns_the_terminal(event) {
            self.draw();
        }
    }

    fn draw(&mut self) {
        if !self.shown || self.drawn.is_some_and(|drawn| drawn.elapsed() < PROGRESS_EVERY) {
            return;
        }
        self.drawn = Some(Instant::now());
        let done = self.lanes.iter().filter(|lane| lane.state.is_final()).count();
        let loaded = Loaded::of(&self.lanes);
        let of = match (loaded.is_behind(), loaded.is_exact) {
            (false, _) => String::new(),
            (true, true) => format!("{} of ", loaded.read),
            (true, false) => format!("{} of at least ", loaded.read),
        };
        let (lanes, findings) = (Counted(self.lanes.len(), "lane"), Counted(loaded.total as usize, "finding"));
        // A terminal that cannot be written to is no reason to stop.
        let _ = write!(std::io::stderr(), "\r\x1b[2K{done} of {lanes}, {of}{findings}, {} s", self.started.elapsed().as_secs());
    }

    fn clear(&mut self) {
        if self.drawn.take().is_some() {
            let _ = write!(std::io::stderr(), "\r\x1b[2K");
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.clear();
    }
}
