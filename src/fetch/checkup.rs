//! A checkup: credentials, identity, what tells the estate, and the services, all at once and no call twice. In an account's
//! home Region each kind of call is made once; in its other Regions the first call of each service.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{Notify, Semaphore, watch};
use tokio::time::Instant;

use super::Request;
use super::end::{Circumstances, End, conclude};
use super::identity::Standing;
use super::plan::{Planned, plan};
use super::runner::settled;
use super::survey::{Surveyed, survey};
use crate::aws::{
    Account, Asked, CallError, Caller, CodeWanted, ConfigError, CredentialsFailure, CredentialsOrigin, Enabled, EstateCall, Need, Refusal,
    Reply, Scope, Validity,
};
use crate::model::{AccountId, Door, Finding, Lane, LaneState, Region, Text};
use crate::source::{Action, FindingSource, LaneContext, LaneFailure, PageSink, explain};

/// How long a lane may take, or the identity, unless the request gives less.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long it may take to find out which accounts and Regions there are, unless the request gives less: with hundreds of
/// accounts STS sets the pace.
const SURVEY_PATIENCE: Duration = Duration::from_mins(1);

/// What was found.
#[derive(Debug)]
pub struct Checkup {
    /// The accounts, in the order of the scope.
    pub accounts: Vec<AccountCheck>,
    /// The lanes, in the order of the plan.
    pub lanes: Vec<LaneCheck>,
    /// Why it cannot be known which accounts there are: then there are no lanes.
    pub no_accounts: Option<Text>,
}

/// One account.
#[derive(Debug)]
pub struct AccountCheck {
    /// Its id, as far as the scope knows it; the identity tells it too.
    pub id: AccountId,
    /// How the role was assumed that it is entered through, if it is.
    pub role: Option<Asked>,
    /// Where the credentials come from, or why there are none.
    pub credentials: Result<CredentialsOrigin, CredentialsFailure>,
    /// Who STS says that is asking, or why it does not say so; absent without credentials.
    pub identity: Option<Result<Caller, Text>>,
    /// How the organization was asked for its accounts, in the account that asked.
    pub organization: Option<Asked>,
    /// What was found out about its Regions, where all are wanted.
    pub regions: Option<Enabled>,
}

/// One lane.
#[derive(Debug)]
pub struct LaneCheck {
    /// What became of it.
    pub lane: Lane,
    /// Each kind of call of its source, as far as it was to be made; empty where nothing was asked.
    pub calls: Vec<CallCheck>,
    /// Whether it lies beside the account's home Region: only its first call was made.
    pub first_call_only: bool,
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
    let scope = settled(request).await?;
    let patience = request.timeout.map_or(PATIENCE, |timeout| timeout.min(PATIENCE));
    let Surveyed { scope, base, organization, mut regions, no_accounts, .. } = surveyed(scope, request).await;
    let readers: Vec<Arc<dyn FindingSource>> = request.sources.iter().map(|source| Arc::from(crate::source::for_source(*source))).collect();
    let turns = Arc::new(Semaphore::new(request.max_concurrency.unwrap_or(Request::DEFAULT_CONCURRENCY).max(1)));
    let plan = plan(&scope, &readers);
    let visits = scope.accounts.iter().enumerate().map(|(number, account)| {
        let lanes: Vec<&Planned> = plan.iter().filter(|planned| planned.account == number).collect();
        visit(account, lanes, patience, &turns, asks)
    });
    let base_visit = async {
        match &base {
            Some(base) => Some(visit(base, Vec::new(), patience, &turns, asks).await.0),
            None => None,
        }
    };
    let (base, visits) = futures_util::future::join(base_visit, futures_util::future::join_all(visits)).await;
    let (mut accounts, lanes): (Vec<_>, Vec<_>) = visits.into_iter().unzip();
    for (account, regions) in accounts.iter_mut().zip(regions.drain(..)) {
        account.regions = regions;
    }
    accounts.splice(0..0, base);
    // The account that asked comes first, or is the one of the accounts that needed no role.
    if let Some(asker) = accounts.iter_mut().find(|account| account.role.is_none()) {
        asker.organization = organization;
    }
    Ok(Checkup { accounts, lanes: lanes.into_iter().flatten().collect(), no_accounts })
}

/// What only AWS can tell of the scope, or the scope as it is where that takes too long.
async fn surveyed(scope: Scope, request: &Request) -> Surveyed {
    let patience = request.timeout.map_or(SURVEY_PATIENCE, |timeout| timeout.min(SURVEY_PATIENCE));
    if let Ok(surveyed) = tokio::time::timeout(patience, survey(scope.clone(), request.all_regions)).await {
        return surveyed;
    }
    let mut unsurveyed = Surveyed::of(scope);
    if unsurveyed.scope.members.is_some() {
        unsurveyed.base = unsurveyed.scope.accounts.pop();
        let why = format!("which accounts there are was not known within {} s; give it longer with --timeout", patience.as_secs_f64());
        unsurveyed.no_accounts = Some(Text::from(why));
    }
    unsurveyed
}

/// Checks one account and its lanes.
async fn visit(
    account: &Account,
    lanes: Vec<&Planned>,
    patience: Duration,
    turns: &Arc<Semaphore>,
    asks: &Asks,
) -> (AccountCheck, Vec<LaneCheck>) {
    let credentials = origin(account, patience, asks).await;
    let refusal = credentials.as_ref().err().map(|why| Refusal { denied: why.refused.is_some(), reason: why.message.clone() });
    let role = account.role.as_ref().map(|_| Asked { call: EstateCall::ASSUME_ROLE, refusal });
    let check =
        |credentials, identity| AccountCheck { id: account.id.clone(), role, credentials, identity, organization: None, regions: None };
    let home = home_of(account);
    let origin = match credentials {
        Ok(origin) => origin,
        Err(failure) => {
            let unasked = |planned: &Planned| {
                let mut lane = planned.lane.clone();
                if planned.is_asked() {
                    lane.state = if failure.refused.is_some() { LaneState::Denied } else { LaneState::Failed };
                    lane.reason = Some(Text::new("not asked: there are no credentials"));
                }
                let first_call_only = lane.id.region != home;
                LaneCheck { lane, calls: Vec::new(), first_call_only }
            };
            let lanes = lanes.into_iter().map(unasked).collect();
            return (check(Err(failure), None), lanes);
        }
    };
    let identity = tokio::time::timeout(patience, account.caller());
    let tries = lanes.iter().map(|planned| Try::new(account, planned, planned.lane.id.region != home, turns).run(patience));
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
    (check(Ok(origin), Some(identity)), lanes)
}

/// The Region where everything is asked: the configuration's, if it is among the account's.
fn home_of(account: &Account) -> Region {
    let home = Region::new(account.home().region().map(AsRef::as_ref).unwrap_or_default());
    if account.regions.contains(&home) { home } else { account.regions.first().cloned().unwrap_or(home) }
}

/// Where the credentials come from. While a person is asked no time counts.
async fn origin(account: &Account, patience: Duration, asks: &Asks) -> Result<CredentialsOrigin, CredentialsFailure> {
    let mut validity = account.validity();
    let mut origin = std::pin::pin!(account.origin());
    let mut until = Instant::now() + patience;
    loop {
        let need = tokio::select! {
            origin = &mut origin => return origin,
            () = tokio::time::sleep_until(until) => {
                let seconds = patience.as_secs_f64();
                let message = Text::from(format!("no credentials within {seconds} s; try again, or give it longer with --timeout"));
                return Err(CredentialsFailure { message, refused: None, need: Need::Again });
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
    fn new(account: &Account, planned: &Planned, first_call_only: bool, turns: &Arc<Semaphore>) -> Self {
        let id = &planned.lane.id;
        let log = Arc::new(Log { first_call_only, ..Log::default() });
        let context = LaneContext {
            config: account.config(&id.region),
            door: Door { account: id.account.clone(), region: id.region.clone() },
            is_home: account.is_home(&id.region),
            include_archived: false,
            meter: Arc::new(account.meter(id)),
            gate: account.gate(Arc::clone(turns)),
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

    async fn run(mut self, patience: Duration) -> (Self, End) {
        if !self.asked {
            return (self, End::Read);
        }
        let begun = Instant::now();
        let read = async {
            tokio::select! {
                biased;
                () = self.log.enough.notified() => Ok(()),
                read = self.reader.read(&self.context) => read,
            }
        };
        let end = match tokio::time::timeout(patience, read).await {
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
        let first_call_only = log.first_call_only;
        if !self.asked {
            return LaneCheck { lane, calls: Vec::new(), first_call_only };
        }
        let seen = log.seen();
        (lane.pages, lane.calls, lane.retries) = (seen.pages, context.meter.calls(), context.meter.retries());
        let last_failure = context.meter.last_failure();
        conclude(
            &mut lane,
            end,
            Circumstances { trouble: seen.trouble.clone(), note: None, last_failure, own_endpoint: self.own_endpoint, standing },
        );
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
        let asked = |action: &Action| seen.asked.iter().any(|(asked, _)| asked == action);
        let to_ask = reader.actions_of_lane(context.is_home).iter().filter(|action| !first_call_only || asked(action));
        let calls = to_ask.map(|action| CallCheck { action: *action, answer: check(action) }).collect();
        drop(seen);
        LaneCheck { lane, calls, first_call_only }
    }
}

/// A sink that keeps no findings: how the calls went, and nothing beyond the first page, or beyond the first call.
#[derive(Default)]
struct Log {
    seen: Mutex<Seen>,
    first_call_only: bool,
    enough: Notify,
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

    fn wants_another_call(&self) -> bool {
        let enough = self.first_call_only && self.seen().asked.iter().any(|(_, failure)| failure.is_none());
        if enough {
            self.enough.notify_one();
        }
        !enough
    }
}
