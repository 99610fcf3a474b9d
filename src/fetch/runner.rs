//! The runner: plans, starts every lane's task, finds out who is asking, and says when all is done.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Semaphore, mpsc, watch};
use tokio::task::JoinSet;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::board::{Board, Deserted};
use super::end::refusal;
use super::identity::{Inquiry, Standing, rename};
use super::lane::{Deadline, Ended, Job};
use super::plan::{Planned, plan};
use super::survey::{Surveyed, survey};
use super::{Event, FetchHandle, Request};
use crate::aws::{Account, CallErrorKind, ConfigError, Scope, settle, settle_everywhere};
use crate::lens::LensSet;
use crate::model::{AccountId, Lane, LaneState, Text};
use crate::source::FindingSource;

/// Events that may wait for the reader: a page of findings each, at worst.
const ROOM: usize = 64;
/// How long the identity may still take when all lanes have ended.
const IDENTITY_GRACE: Duration = Duration::from_secs(2);

/// A fetch that runs. Dropping it ends the fetch.
pub struct Fetch {
    /// What happens, until [`Event::Done`].
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

async fn settled(request: &Request) -> Result<Scope, ConfigError> {
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
    let handle = FetchHandle::new(readers);
    tokio::spawn(run(request, lenses, sender, handle.clone()));
    Fetch { events, handle }
}

async fn run(request: Request, lenses: Arc<LensSet>, sender: mpsc::Sender<Event>, handle: FetchHandle) {
    let deadline = request.timeout.and_then(|after| Some(Deadline { at: Instant::now().checked_add(after)?, after }));
    // When nobody listens any more there is nobody to tell.
    let _ = match settled(&request).await {
        Ok(scope) => {
            let late = async {
                match deadline {
                    Some(deadline) => tokio::time::sleep_until(deadline.at).await,
                    None => std::future::pending().await,
                }
            };
            let as_settled = || Ok(Surveyed { scope: scope.clone(), notices: Vec::new() });
            let surveyed = tokio::select! {
                surveyed = survey(scope.clone(), request.all_regions) => surveyed,
                () = handle.cancelled() => as_settled(),
                () = late => as_settled(),
                () = sender.closed() => return,
            };
            match surveyed {
                Ok(surveyed) => Run::new(request, lenses, sender, handle, surveyed, deadline).all().await,
                Err(why) => refuse(&sender, why).await,
            }
        }
        Err(error) => refuse(&sender, Text::from(error.to_string())).await,
    };
}

async fn refuse(sender: &mpsc::Sender<Event>, why: Text) -> Result<(), Deserted> {
    for event in [Event::Planned(Vec::new()), Event::Fatal(why), Event::Done] {
        sender.send(event).await.map_err(|_| Deserted)?;
    }
    Ok(())
}

struct Run {
    request: Request,
    lenses: Arc<LensSet>,
    handle: FetchHandle,
    scope: Scope,
    notices: Vec<Text>,
    deadline: Option<Deadline>,
    plan: Vec<Planned>,
    cancels: Vec<CancellationToken>,
    board: Arc<Board>,
    turns: Arc<Semaphore>,
}

/// What became of one account.
#[derive(Default)]
struct AccountEnd {
    lanes: Vec<Ended>,
    no_credentials: Option<Text>,
}

impl Run {
    fn new(
        request: Request,
        lenses: Arc<LensSet>,
        sender: mpsc::Sender<Event>,
        handle: FetchHandle,
        surveyed: Surveyed,
        deadline: Option<Deadline>,
    ) -> Self {
        let Surveyed { scope, notices } = surveyed;
        let plan = plan(&scope, handle.readers());
        let cancels = handle.begin(scope.clone(), plan.len());
        let board = Arc::new(Board::new(plan.iter().map(|planned| planned.lane.clone()).collect(), sender));
        let turns = Arc::new(Semaphore::new(request.max_concurrency.unwrap_or(Request::DEFAULT_CONCURRENCY).max(1)));
        Self { request, lenses, handle, scope, notices, deadline, plan, cancels, board, turns }
    }

    async fn all(self) -> Result<(), Deserted> {
        self.board.say(Event::Planned(self.board.snapshot())).await?;
        for notice in &self.notices {
            self.board.say(Event::Notice(notice.clone())).await?;
        }
        let work =
            futures_util::future::join_all(self.scope.accounts.iter().enumerate().map(|(number, account)| self.account(number, account)));
        let ends = tokio::select! {
            biased;
            ends = work => ends,
            () = self.board.deserted() => {
                self.handle.cancel();
                return Err(Deserted);
            }
        };
        let mut lanes = Vec::new();
        let mut no_credentials = None;
        for end in ends {
            let end = end?;
            lanes.extend(end.lanes);
            no_credentials = no_credentials.or(end.no_credentials);
        }
        self.end_leftovers().await?;
        if let Some(why) = self.fatal(&lanes, no_credentials) {
            self.board.say(Event::Fatal(why)).await?;
        }
        self.board.say(Event::Done).await
    }

    /// Reads one account's lanes; returns when all have ended.
    async fn account(&self, number: usize, account: &Account) -> Result<AccountEnd, Deserted> {
        let numbers: Vec<usize> = (0..self.plan.len()).filter(|lane| self.plan[*lane].account == number).collect();
        let asked: Vec<usize> = numbers.iter().copied().filter(|lane| self.plan[*lane].is_asked()).collect();
        if asked.is_empty() {
            return Ok(AccountEnd::default());
        }
        let stated = match self.credentials(account).await {
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
            jobs.spawn(self.job(lane, account, known.clone()).run());
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
        let grace = self.deadline.map_or(grace, |deadline| grace.min(deadline.at));
        let asked_identity = tokio::select! {
            known = &mut inquiry => known.is_ok_and(|known| known.is_ok_and(|error| error.is_none())),
            () = tokio::time::sleep_until(grace) => false,
            () = self.handle.cancelled() => false,
        };
        inquiry.abort();
        if !asked_identity && stated.is_none_or(|account| account.is_empty()) {
            self.guess_account(&numbers).await?;
        }
        Ok(AccountEnd { lanes, no_credentials: None })
    }

    fn job(&self, number: usize, account: &Account, standing: watch::Receiver<Standing>) -> Job {
        let Planned { reader, lane, .. } = &self.plan[number];
        Job {
            number,
            account: account.clone(),
            include_archived: self.request.include_archived,
            lenses: Arc::clone(&self.lenses),
            board: Arc::clone(&self.board),
            turns: Arc::clone(&self.turns),
            cancel: self.cancels[number].clone(),
            deadline: self.deadline,
            standing,
            source: Arc::clone(reader),
            lane: lane.clone(),
        }
    }

    /// Waits for the account's credentials, but not beyond the time limit.
    async fn credentials(&self, account: &Account) -> Result<Option<AccountId>, NotReady> {
        let late = async {
            match self.deadline {
                Some(deadline) => tokio::time::sleep_until(deadline.at).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            biased;
            ready = account.ready() => ready.map_err(|failure| NotReady { is_lack: failure.refused.is_none(), reason: failure.message, refused: failure.refused }),
            () = self.handle.cancelled() => Err(NotReady { reason: Text::new("cancelled before it began"), refused: None, is_lack: false }),
            () = late => Err(NotReady { reason: Text::new("the time limit was reached while waiting for credentials: raise --timeout"), refused: None, is_lack: true }),
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
    async fn end_leftovers(&self) -> Result<(), Deserted> {
        for (number, lane) in self.board.snapshot().into_iter().enumerate().filter(|(_, lane)| !lane.state.is_final()) {
            let state = if lane.pages > 0 { LaneState::Partial } else { LaneState::Failed };
            let reason = Text::new("ringfort's own mistake, please report it: the lane's task vanished");
            self.board.update(number, |lane| (lane.state, lane.reason) = (state, Some(reason))).await?;
        }
        Ok(())
    }

    /// One sentence where nothing could be read for one and the same reason.
    fn fatal(&self, ended: &[Ended], no_credentials: Option<Text>) -> Option<Text> {
        let lanes = self.board.snapshot();
        let asked = || self.plan.iter().zip(&lanes).filter(|(planned, _)| planned.is_asked()).map(|(_, lane)| lane);
        let nothing = |lane: &Lane| lane.state == LaneState::Failed && lane.pages == 0;
        if asked().next().is_none() || !asked().all(nothing) {
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

/// Why an account's lanes cannot begin.
struct NotReady {
    reason: Text,
    /// The IAM action that was refused.
    refused: Option<Text>,
    is_lack: bool,
}
