//! The runner: plans, then reads lanes in rounds. The first round reads all; each order to refresh is a round of its own, which
//! may overlap others, but no lane is in two. Between rounds it waits for orders, and does nothing.

use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use tokio::sync::{Semaphore, mpsc, watch};
use tokio::task::JoinSet;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::board::{Board, Deserted};
use super::end::refusal;
use super::handle::{Order, Shared};
use super::identity::{Inquiry, Standing, rename};
use super::lane::{Deadline, Ended, Job};
use super::plan::{Planned, plan};
use super::survey::{Surveyed, survey};
use super::watches::Watches;
use super::{Event, FetchHandle, Request};
use crate::aws::{Account, CallErrorKind, ConfigError, Scope, settle, settle_everywhere};
use crate::lens::LensSet;
use crate::model::{AccountId, Lane, LaneState, Partition, Region, Text};
use crate::source::FindingSource;

/// Events that may wait for the reader: a page of findings each, at worst.
const ROOM: usize = 64;
/// How long the identity may still take when all lanes have ended.
const IDENTITY_GRACE: Duration = Duration::from_secs(2);

/// A fetch that runs. Dropping it ends the fetch.
pub struct Fetch {
    /// What happens, until [`Event::Done`]; after that, what an order to refresh makes happen, until [`Event::Done`] again. It
    /// stays open as long as there is a handle.
    pub events: mpsc::Receiver<Event>,
    handle: FetchHandle,
}

impl Fetch {
    /// A hand on it: cancel, or ask for details.
    #[must_use]
    pub fn handle(&self) -> FetchHandle {
        self.handle.clone()
    }
}

/// Whether the request can be begun: profiles and Regions that it names exist. Reads files, asks nothing of the network.
///
/// # Errors
/// See [`ConfigError`]: exit code 2.
pub async fn check(request: &Request) -> Result<(), ConfigError> {
    settled(request).await.map(drop)
}

/// The partition that the request's accounts lie in, by their home Region. Reads files, asks nothing of the network.
///
/// # Errors
/// See [`ConfigError`].
pub async fn partition(request: &Request) -> Result<Partition, ConfigError> {
    let scope = settled(request).await?;
    let home = scope.accounts.first().and_then(|account| account.home().region()).map(AsRef::as_ref).unwrap_or_default();
    Ok(Region::new(home).partition())
}

pub(super) async fn settled(request: &Request) -> Result<Scope, ConfigError> {
    if request.all_regions { settle_everywhere(&request.access).await } else { settle(&request.access, &request.regions).await }
}

/// Starts a fetch and returns at once. To be called inside a tokio runtime.
#[must_use]
pub fn start(request: Request, lenses: Arc<LensSet>) -> Fetch {
    let mut sources = request.sources.clone();
    sources.sort_unstable();
    sources.dedup();
    let readers = sources.into_iter().map(|source| Arc::from(crate::source::for_source(source))).collect();
    start_with(request, lenses, readers)
}

/// As [`start`], with these readers in the place of the request's sources.
pub(super) fn start_with(request: Request, lenses: Arc<LensSet>, readers: Vec<Arc<dyn FindingSource>>) -> Fetch {
    let (sender, events) = mpsc::channel(ROOM);
    let (handle, shared, orders) = FetchHandle::new(readers);
    let cancel = shared.token();
    let runner = Runner { request, lenses, sender, shared, orders };
    tokio::spawn(async move {
        // When nobody listens any more there is nobody to tell.
        let _ = runner.run(cancel).await;
    });
    Fetch { events, handle }
}

/// The runner's task.
struct Runner {
    request: Request,
    lenses: Arc<LensSet>,
    sender: mpsc::Sender<Event>,
    shared: Arc<Shared>,
    orders: mpsc::UnboundedReceiver<Order>,
}

/// What comes after a plan was followed.
enum After {
    /// Nothing: there is no handle left that could order.
    Nothing,
    /// Nothing could be read, and the user asks once more, until this is cancelled.
    Anew(CancellationToken),
}

impl Runner {
    async fn run(mut self, mut cancel: CancellationToken) -> Result<(), Deserted> {
        loop {
            let after = match self.begin(&cancel).await? {
                Ok(run) => run.follow(&mut self.orders).await?,
                Err(why) => self.refuse(why).await?,
            };
            match after {
                After::Nothing => return Ok(()),
                After::Anew(token) => cancel = token,
            }
            self.say(Event::Again(Vec::new())).await?;
        }
    }

    async fn say(&self, event: Event) -> Result<(), Deserted> {
        self.sender.send(event).await.map_err(|_| Deserted)
    }

    /// Finds out what there is to read, or why nothing can be.
    async fn begin(&self, cancel: &CancellationToken) -> Result<Result<Run, Text>, Deserted> {
        let deadline = Deadline::of(&self.request);
        let scope = match settled(&self.request).await {
            Ok(scope) => scope,
            Err(error) => return Ok(Err(Text::from(error.to_string()))),
        };
        self.shared.settled(scope.accounts.clone());
        let watches = Watches::begin(scope.accounts.clone(), self.sender.clone());
        let as_settled = || Surveyed::of(scope.clone());
        let surveyed = tokio::select! {
            surveyed = survey(scope.clone(), self.request.all_regions) => surveyed,
            () = cancel.cancelled() => as_settled(),
            () = late(deadline) => as_settled(),
            () = self.sender.closed() => return Err(Deserted),
        };
        Ok(match surveyed.no_accounts.clone() {
            None => Ok(Run::new(self, surveyed, watches, deadline, cancel.clone())),
            Some(why) => {
                watches.settle().await?;
                Err(why)
            }
        })
    }

    async fn refuse(&mut self, why: Text) -> Result<After, Deserted> {
        for event in [Event::Planned(Vec::new()), Event::Fatal(why), Event::Done] {
            self.say(event).await?;
        }
        tokio::select! {
            order = self.orders.recv() => Ok(order.map_or(After::Nothing, |order| After::Anew(order.cancel))),
            () = self.sender.closed() => Err(Deserted),
        }
    }
}

impl Deadline {
    /// Each round has the whole time.
    fn of(request: &Request) -> Option<Self> {
        request.timeout.and_then(|after| Some(Self { at: Instant::now().checked_add(after)?, after }))
    }
}

/// Waits until the time is up.
async fn late(deadline: Option<Deadline>) {
    match deadline {
        Some(deadline) => tokio::time::sleep_until(deadline.at).await,
        None => std::future::pending().await,
    }
}

struct Run {
    request: Request,
    lenses: Arc<LensSet>,
    shared: Arc<Shared>,
    scope: Scope,
    notices: Vec<Text>,
    plan: Vec<Planned>,
    board: Arc<Board>,
    turns: Arc<Semaphore>,
    first: Round,
    watches: Watches,
}

/// Lanes that are read at the same time, for one reason.
#[derive(Clone)]
struct Round {
    lanes: Vec<usize>,
    deadline: Option<Deadline>,
    cancel: CancellationToken,
    reading: Reading,
}

/// Which reading of its lanes a round is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reading {
    First,
    /// Another one; whether all was read well before.
    Again {
        was_good: bool,
    },
}

/// What became of one account.
#[derive(Default)]
struct AccountEnd {
    lanes: Vec<Ended>,
    no_credentials: Option<Text>,
}

impl Run {
    fn new(runner: &Runner, surveyed: Surveyed, watches: Watches, deadline: Option<Deadline>, cancel: CancellationToken) -> Self {
        let Surveyed { mut scope, notices, .. } = surveyed;
        let Runner { request, lenses, sender, shared, .. } = runner;
        if request.unlimited_rates {
            scope.lift_rates();
        }
        let plan = plan(&scope, shared.readers());
        shared.begin(scope.clone(), plan.len());
        let board = Arc::new(Board::new(plan.iter().map(|planned| planned.lane.clone()).collect(), sender.clone()));
        let turns = Arc::new(Semaphore::new(request.max_concurrency.unwrap_or(Request::DEFAULT_CONCURRENCY).max(1)));
        let lanes = (0..plan.len()).filter(|lane| plan[*lane].is_asked()).collect();
        let first = Round { lanes, deadline, cancel, reading: Reading::First };
        let (request, lenses, shared) = (request.clone(), Arc::clone(lenses), Arc::clone(shared));
        Self { request, lenses, shared, scope, notices, plan, board, turns, first, watches }
    }

    /// Reads all, then what is ordered, as long as there is somebody to order.
    async fn follow(&self, orders: &mut mpsc::UnboundedReceiver<Order>) -> Result<After, Deserted> {
        self.board.say(Event::Planned(self.board.snapshot())).await?;
        for notice in &self.notices {
            self.board.say(Event::Notice(notice.clone())).await?;
        }
        let mut rounds = FuturesUnordered::new();
        rounds.push(self.read(self.first.clone()));
        let mut orders = Some(orders);
        let mut is_fatal = false;
        loop {
            let order = tokio::select! {
                biased;
                () = self.board.deserted() => {
                    self.shared.cancel();
                    return Err(Deserted);
                }
                Some(why) = rounds.next() => {
                    is_fatal = self.conclude(why?).await?;
                    None
                }
                order = next(&mut orders) => Some(order),
            };
            match order {
                None if rounds.is_empty() => self.done().await?,
                None => {}
                Some(None) => orders = None,
                Some(Some(order)) if is_fatal && rounds.is_empty() => return Ok(After::Anew(order.cancel)),
                Some(Some(order)) => match self.again(order).await? {
                    Some(round) => rounds.push(self.read(round)),
                    None if rounds.is_empty() => self.done().await?,
                    None => {}
                },
            }
            if orders.is_none() && rounds.is_empty() {
                return Ok(After::Nothing);
            }
        }
    }

    async fn done(&self) -> Result<(), Deserted> {
        self.watches.settle().await?;
        self.board.say(Event::Done).await
    }

    /// Makes the lanes that have ended ready to be read again, and tells which they are; no round where there are none.
    async fn again(&self, order: Order) -> Result<Option<Round>, Deserted> {
        let mut lanes = order.lanes.unwrap_or_else(|| (0..self.plan.len()).collect());
        lanes.sort_unstable();
        lanes.dedup();
        let has_ended = |lane: &usize| self.board.lane(*lane).is_some_and(|lane| lane.state.is_final());
        lanes.retain(|lane| self.plan.get(*lane).is_some_and(Planned::is_asked) && has_ended(lane));
        self.board.say(Event::Again(lanes.clone())).await?;
        let was_good = lanes.iter().all(|lane| self.board.lane(*lane).is_some_and(|lane| lane.is_trusted()));
        for lane in &lanes {
            self.board.again(*lane).await?;
        }
        let (deadline, reading) = (Deadline::of(&self.request), Reading::Again { was_good });
        Ok((!lanes.is_empty()).then_some(Round { lanes, deadline, cancel: order.cancel, reading }))
    }

    /// Tells why nothing could be read in a round; whether that means that nothing is there at all.
    async fn conclude(&self, why: Option<Text>) -> Result<bool, Deserted> {
        let Some(why) = why else { return Ok(false) };
        let is_fatal = self.board.snapshot().iter().all(|lane| lane.pages == 0 && lane.findings == 0 && !lane.state.is_read());
        self.board.say(if is_fatal { Event::Fatal(why) } else { Event::Notice(why) }).await?;
        Ok(is_fatal)
    }

    /// Reads a round's lanes; why, where nothing could be read in any of them for one and the same reason.
    async fn read(&self, round: Round) -> Result<Option<Text>, Deserted> {
        let round = &round;
        let accounts = self.scope.accounts.iter().enumerate().map(|(number, account)| self.account(number, account, round));
        let mut lanes = Vec::new();
        let mut no_credentials = None;
        for end in futures_util::future::join_all(accounts).await {
            let end = end?;
            lanes.extend(end.lanes);
            no_credentials = no_credentials.or(end.no_credentials);
        }
        self.end_leftovers(round).await?;
        Ok(self.fatal(round, &lanes, no_credentials))
    }

    /// Reads one account's lanes; returns when all have ended.
    async fn account(&self, number: usize, account: &Account, round: &Round) -> Result<AccountEnd, Deserted> {
        let numbers: Vec<usize> = (0..self.plan.len()).filter(|lane| self.plan[*lane].account == number).collect();
        let asked: Vec<usize> = round.lanes.iter().copied().filter(|lane| self.plan[*lane].account == number).collect();
        if asked.is_empty() {
            return Ok(AccountEnd::default());
        }
        if let Reading::Again { was_good } = round.reading {
            account.renew(!was_good).await;
        }
        let stated = match self.credentials(account, round).await {
            Ok(stated) => stated,
            Err(why) => {
                for lane in asked {
                    let state = if why.refused.is_some() { LaneState::Denied } else { LaneState::Failed };
                    let end = (state, Some(why.reason.clone()), why.refused.clone());
                    self.board.update(lane, |lane| (lane.state, lane.reason, lane.action) = end).await?;
                }
                let lanes = Vec::new();
                return Ok(AccountEnd { lanes, no_credentials: why.is_lack.then_some(why.reason) });
            }
        };
        let (standing, known) = watch::channel(Standing::default());
        let mut jobs = JoinSet::new();
        for lane in asked {
            jobs.spawn(self.job(lane, account, round, known.clone()).run());
        }
        let inquiry =
            Inquiry { account: account.clone(), stated: stated.clone(), lanes: numbers.clone(), board: Arc::clone(&self.board), standing };
        let mut inquiry = tokio::spawn(inquiry.run());
        let mut lanes = Vec::new();
        while let Some(ended) = jobs.join_next().await {
            // A task's own panic is caught inside; what slips through is ended with the leftovers.
            lanes.extend(ended.ok());
        }
        let grace = Instant::now() + IDENTITY_GRACE;
        let grace = round.deadline.map_or(grace, |deadline| grace.min(deadline.at));
        let asked_identity = tokio::select! {
            known = &mut inquiry => known.is_ok_and(|known| known.is_ok_and(|error| error.is_none())),
            () = tokio::time::sleep_until(grace) => false,
            () = round.cancel.cancelled() => false,
        };
        inquiry.abort();
        if !asked_identity && stated.is_none_or(|account| account.is_empty()) {
            self.guess_account(&numbers).await?;
        }
        Ok(AccountEnd { lanes, no_credentials: None })
    }

    fn job(&self, number: usize, account: &Account, round: &Round, standing: watch::Receiver<Standing>) -> Job {
        let Planned { reader, lane, .. } = &self.plan[number];
        Job {
            number,
            account: account.clone(),
            include_archived: self.request.include_archived,
            lenses: Arc::clone(&self.lenses),
            board: Arc::clone(&self.board),
            gate: account.gate(Arc::clone(&self.turns)),
            cancel: self.shared.token_of(number, &round.cancel),
            deadline: round.deadline,
            standing,
            source: Arc::clone(reader),
            lane: lane.clone(),
        }
    }

    /// Waits for the account's credentials, but not beyond the time limit.
    async fn credentials(&self, account: &Account, round: &Round) -> Result<Option<AccountId>, NotReady> {
        tokio::select! {
            biased;
            ready = account.ready() => ready.map_err(|failure| NotReady { is_lack: failure.refused.is_none(), reason: failure.message, refused: failure.refused }),
            () = round.cancel.cancelled() => Err(NotReady { reason: Text::new("cancelled before it began"), refused: None, is_lack: false }),
            () = late(round.deadline) => Err(NotReady { reason: Text::new("the time limit was reached while waiting for credentials: raise --timeout"), refused: None, is_lack: true }),
        }
    }

    /// Nobody told the account: the one that most findings are about stands in.
    async fn guess_account(&self, lanes: &[usize]) -> Result<(), Deserted> {
        if self.scope.accounts.len() != 1 {
            return Ok(());
        }
        let Some(account) = self.board.prevailing_account() else { return Ok(()) };
        rename(&self.board, lanes, &account).await?;
        self.board.say(Event::Notice(Text::from(format!("account {account} is taken from the findings")))).await
    }

    /// No lane stays open, whatever happened to its task.
    async fn end_leftovers(&self, round: &Round) -> Result<(), Deserted> {
        for &number in &round.lanes {
            let Some(lane) = self.board.lane(number).filter(|lane| !lane.state.is_final()) else { continue };
            let state = if lane.pages > 0 { LaneState::Partial } else { LaneState::Failed };
            let reason = Text::new("ringfort's own mistake, please report it: the lane's task vanished");
            self.board.update(number, |lane| (lane.state, lane.reason) = (state, Some(reason))).await?;
        }
        Ok(())
    }

    /// One sentence where nothing could be read for one and the same reason.
    fn fatal(&self, round: &Round, ended: &[Ended], no_credentials: Option<Text>) -> Option<Text> {
        // Without a page, a lane is partial because of what it gave before.
        let nothing = |lane: &Lane| matches!(lane.state, LaneState::Failed | LaneState::Partial) && lane.pages == 0;
        if round.lanes.is_empty() || !round.lanes.iter().all(|lane| self.board.lane(*lane).as_ref().is_some_and(nothing)) {
            return None;
        }
        if no_credentials.is_some() {
            return no_credentials;
        }
        let failures: Option<Vec<_>> = ended.iter().map(|end| end.failure.as_ref()).collect();
        let failures = failures.filter(|failures| !failures.is_empty())?;
        let first = failures[0];
        if failures.iter().all(|call| call.kind == CallErrorKind::Credentials) {
            return Some(first.message.clone());
        }
        if failures.iter().all(|call| call.refuses_credentials()) {
            return Some(refusal(first));
        }
        if failures.iter().all(|call| call.kind == CallErrorKind::Clock) {
            return Some(Text::from(format!("{}; set the clock (most systems can by NTP), and try again", first.message)));
        }
        failures.iter().all(|call| call.kind.is_unreachable()).then(|| {
            let advice = "check the network, the proxy (HTTPS_PROXY) and AWS_ENDPOINT_URL";
            Text::from(format!("nothing could be reached, the first reason being: {}; {advice}", first.message))
        })
    }
}

/// The next order; none when nobody is left to order, and never again after that.
async fn next(orders: &mut Option<&mut mpsc::UnboundedReceiver<Order>>) -> Option<Order> {
    match orders {
        Some(orders) => orders.recv().await,
        None => std::future::pending().await,
    }
}

/// Why an account's lanes cannot begin.
struct NotReady {
    reason: Text,
    /// The IAM action that was refused.
    refused: Option<Text>,
    is_lack: bool,
}
