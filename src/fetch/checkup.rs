//! A checkup: credentials, identity, and the first call of each kind of every lane, all at once and none twice.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{Semaphore, watch};
use tokio::time::Instant;

use super::Request;
use super::end::{Circumstances, End, conclude};
use super::identity::Standing;
use super::plan::{Planned, plan};
use crate::aws::{Account, CallError, Caller, CodeWanted, ConfigError, CredentialsOrigin, Need, Reply, Validity, settle};
use crate::model::{Door, Finding, Lane, LaneState, Text};
use crate::source::{Action, FindingSource, LaneContext, LaneFailure, PageSink, explain};

/// How long a lane may take, or the identity, unless the request gives less.
const PATIENCE: Duration = Duration::from_secs(10);

/// What was found.
#[derive(Debug)]
pub struct Checkup {
    /// The accounts, in the order of the scope.
    pub accounts: Vec<AccountCheck>,
    /// The lanes, in the order of the plan.
    pub lanes: Vec<LaneCheck>,
}

/// One account.
#[derive(Debug)]
pub struct AccountCheck {
    /// Where the credentials come from, or why there are none.
    pub credentials: Result<CredentialsOrigin, Text>,
    /// Who STS says that is asking, or why it does not say so; absent without credentials.
    pub identity: Option<Result<Caller, Text>>,
}

/// One lane.
#[derive(Debug)]
pub struct LaneCheck {
    /// What became of it.
    pub lane: Lane,
    /// Each kind of call of its source; empty where nothing was asked.
    pub calls: Vec<CallCheck>,
}

/// One kind of call.
#[derive(Debug)]
pub struct CallCheck {
    /// Which call.
    pub action: Action,
    /// How it went.
    pub answer: Answer,
}

/// How a call went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// It was answered.
    Works,
    /// It was not made: nothing there to ask it about, or a call before it failed.
    NotAsked,
    /// It failed, and why.
    Fails(LaneFailure),
}

/// Checks all that the request names, up to the request's number of lanes at a time.
///
/// # Errors
/// See [`ConfigError`]: exit code 2.
pub async fn check_up(request: &Request) -> Result<Checkup, ConfigError> {
    let nobody: Asks = Arc::new(|_| Reply::NoTerminal);
    check_up_asking(request, &nobody).await
}

/// Asks a person for the code of an MFA device, and waits for it. Called where it may block.
pub type Asks = Arc<dyn Fn(&CodeWanted) -> Reply + Send + Sync>;

/// As [`check_up`]; codes of MFA devices are asked for.
///
/// # Errors
/// See [`ConfigError`]: exit code 2.
pub async fn check_up_asking(request: &Request, asks: &Asks) -> Result<Checkup, ConfigError> {
    let scope = settle(&request.access, &request.regions).await?;
    let patience = request.timeout.map_or(PATIENCE, |timeout| timeout.min(PATIENCE));
    let readers: Vec<Arc<dyn FindingSource>> = request.sources.iter().map(|source| Arc::from(crate::source::for_source(*source))).collect();
    let turns = Arc::new(Semaphore::new(request.max_concurrency.unwrap_or(Request::DEFAULT_CONCURRENCY).max(1)));
    let plan = plan(&scope, &readers);
    let visits = scope.accounts.iter().enumerate().map(|(number, account)| {
        let lanes: Vec<&Planned> = plan.iter().filter(|planned| planned.account == number).collect();
        visit(account, lanes, patience, &turns, asks)
    });
    let (accounts, lanes): (Vec<_>, Vec<_>) = futures_util::future::join_all(visits).await.into_iter().unzip();
    Ok(Checkup { accounts, lanes: lanes.into_iter().flatten().collect() })
}

/// Checks one account and its lanes.
async fn visit(
    account: &Account,
    lanes: Vec<&Planned>,
    patience: Duration,
    turns: &Arc<Semaphore>,
    asks: &Asks,
) -> (AccountCheck, Vec<LaneCheck>) {
    let origin = match origin(account, patience, asks).await {
        Ok(origin) => origin,
        Err(reason) => {
            let unasked = |planned: &Planned| {
                let mut lane = planned.lane.clone();
                if planned.is_asked() {
                    (lane.state, lane.reason) = (LaneState::Failed, Some(Text::new("not asked: there are no credentials")));
                }
                LaneCheck { lane, calls: Vec::new() }
            };
            return (AccountCheck { credentials: Err(reason), identity: None }, lanes.into_iter().map(unasked).collect());
        }
    };
    let identity = tokio::time::timeout(patience, account.caller());
    let tries = lanes.iter().map(|planned| Try::new(account, planned).run(patience, turns));
    let (identity, tries) = futures_util::future::join(identity, futures_util::future::join_all(tries)).await;
    let standing = match &identity {
        Ok(Ok(_)) => Standing::Good,
        Ok(Err(error)) if error.refuses_credentials() => Standing::Refused,
        _ => Standing::Unasked,
    };
    let identity = match identity {
        Ok(answer) => answer.map_err(|error| not_told(&error)),
        Err(_) => Err(Text::from(format!("STS did not answer within {} s; check the network", patience.as_secs_f64()))),
    };
    let lanes = tries.into_iter().map(|(try_, end)| try_.conclude(end, standing, identity.as_ref().ok())).collect();
    (AccountCheck { credentials: Ok(origin), identity: Some(identity) }, lanes)
}

/// Where the credentials come from. While a person is asked no time counts.
async fn origin(account: &Account, patience: Duration, asks: &Asks) -> Result<CredentialsOrigin, Text> {
    let mut validity = account.validity();
    let mut origin = std::pin::pin!(account.origin());
    let mut until = Instant::now() + patience;
    loop {
        let need = tokio::select! {
            origin = &mut origin => return origin,
            () = tokio::time::sleep_until(until) => {
                let seconds = patience.as_secs_f64();
                return Err(Text::from(format!("no credentials within {seconds} s; try again, or give it longer with --timeout")));
            }
            need = next_need(validity.as_mut()) => need,
        };
        if let Need::Code(wanted) = need {
            let asks = Arc::clone(asks);
            let reply = tokio::task::spawn_blocking(move || asks(&wanted)).await.unwrap_or(Reply::NoTerminal);
            account.reply(reply);
            until = Instant::now() + patience;
        }
    }
}

async fn next_need(validity: Option<&mut watch::Receiver<Validity>>) -> Need {
    if let Some(validity) = validity
        && validity.changed().await.is_ok()
    {
        return validity.borrow_and_update().need.clone();
    }
    std::future::pending().await
}

fn not_told(error: &CallError) -> Text {
    if error.refuses_credentials() {
        super::end::refusal(error)
    } else {
        Text::from(format!("STS did not tell who is asking ({}); the findings do not need it", error.message))
    }
}

/// One lane that is tried.
struct Try {
    lane: Lane,
    asked: bool,
    own_endpoint: bool,
    reader: Arc<dyn FindingSource>,
    context: LaneContext,
    log: Arc<Log>,
}

impl Try {
    fn new(account: &Account, planned: &Planned) -> Self {
        let id = &planned.lane.id;
        let log = Arc::new(Log::default());
        let context = LaneContext {
            config: account.config(&id.region),
            door: Door { account: id.account.clone(), region: id.region.clone() },
            include_archived: false,
            meter: Arc::new(account.meter(id)),
            sink: Arc::clone(&log) as _,
        };
        Self {
            lane: planned.lane.clone(),
            asked: planned.is_asked(),
            own_endpoint: account.has_own_endpoint(id.source),
            reader: Arc::clone(&planned.reader),
            context,
            log,
        }
    }

    async fn run(mut self, patience: Duration, turns: &Arc<Semaphore>) -> (Self, End) {
        if !self.asked {
            return (self, End::Read);
        }
        let _turn = Arc::clone(turns).acquire_owned().await;
        let begun = Instant::now();
        let end = match tokio::time::timeout(patience, self.reader.read(&self.context)).await {
            Ok(Ok(())) => End::Read,
            Ok(Err(failure)) => End::Failure(failure),
            Err(_) => End::Stopped(Text::from(format!(
                "{} did not answer within {} s; check the network and any proxy, and try again",
                self.lane.id.source.title(),
                patience.as_secs_f64()
            ))),
        };
        self.lane.elapsed = begun.elapsed();
        (self, end)
    }

    fn conclude(self, end: End, standing: Standing, caller: Option<&Caller>) -> LaneCheck {
        let Self { mut lane, context, reader, log, .. } = self;
        if let Some(caller) = caller.filter(|_| lane.id.account.is_empty()) {
            lane.id.account = caller.account.clone();
        }
        if !self.asked {
            return LaneCheck { lane, calls: Vec::new() };
        }
        let seen = log.seen();
        (lane.pages, lane.calls, lane.retries) = (seen.pages, context.meter.calls(), context.meter.retries());
        let last_failure = context.meter.last_failure();
        conclude(&mut lane, end, Circumstances { trouble: seen.trouble.clone(), last_failure, own_endpoint: self.own_endpoint, standing });
        let check = |action: &Action| {
            let mut answer = Answer::NotAsked;
            for (_, failure) in seen.asked.iter().filter(|(asked, _)| asked == action) {
                let failure = failure.as_ref().map(|error| explain(&context, lane.id.source, *action, error));
                // A refusal stays one, whatever the same call says of another detector or analyzer.
                if !matches!(&answer, Answer::Fails(known) if known.state == LaneState::Denied) {
                    answer = failure.map_or(Answer::Works, Answer::Fails);
                }
            }
            match answer {
                // Of a service that is off, refusals only say that it is off; where findings came all the same, the call's
                // refusal of this kind of thing is an answer too.
                Answer::Fails(_) if lane.state == LaneState::NotEnabled => Answer::Works,
                Answer::Fails(failure) if lane.state == LaneState::Complete && failure.state == LaneState::NotEnabled => Answer::Works,
                answer => answer,
            }
        };
        let calls = reader.actions().iter().map(|action| CallCheck { action: *action, answer: check(action) }).collect();
        drop(seen);
        LaneCheck { lane, calls }
    }
}

/// A sink that keeps no findings: how the calls went, and nothing beyond the first page.
#[derive(Default)]
struct Log {
    seen: Mutex<Seen>,
}

#[derive(Default)]
struct Seen {
    asked: Vec<(Action, Option<CallError>)>,
    pages: u32,
    trouble: Option<Text>,
}

impl Log {
    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl PageSink for Log {
    fn page(&self, _findings: Vec<(Finding, &[u8])>) {
        self.seen().pages += 1;
    }

    fn total(&self, _total: u64) {}

    fn trouble(&self, reason: Text) {
        self.seen().trouble.get_or_insert(reason);
    }

    fn asked(&self, action: Action, failure: Option<&CallError>) {
        self.seen().asked.push((action, failure.cloned()));
    }

    fn wants_more(&self) -> bool {
        false
    }
}
