//! What can be done with a fetch while it runs, and after: cancel it, read lanes again, or ask for a finding's details.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::{Semaphore, mpsc};
use tokio_util::sync::CancellationToken;

use crate::aws::{Account, Reply, Scope};
use crate::model::{Arn, Door, Finding, LaneId, Region, Text};
use crate::source::{FindingSource, LaneContext, PageSink};

/// Calls for one finding's details at the same time; they do not wait for the fetch's turns.
const DETAILS_AT_ONCE: usize = 4;

/// A hand on a fetch. Cheap to clone; while one is there, lanes can be read again.
#[derive(Clone)]
pub struct FetchHandle {
    shared: Arc<Shared>,
    orders: mpsc::UnboundedSender<Order>,
}

/// Lanes are to be read again.
pub(super) struct Order {
    /// Which; none: all.
    pub(super) lanes: Option<Vec<usize>>,
    /// Whoever gave the order can cancel it before it is taken.
    pub(super) cancel: CancellationToken,
}

/// What the runner and the handles share.
pub(super) struct Shared {
    tokens: Mutex<Tokens>,
    scope: Mutex<Option<Scope>>,
    /// The accounts as the user named them, before their plan.
    named: Mutex<Vec<Account>>,
    readers: Vec<Arc<dyn FindingSource>>,
}

/// Whoever holds one is told when it is cancelled.
#[derive(Default)]
struct Tokens {
    all: CancellationToken,
    lanes: Vec<CancellationToken>,
}

impl FetchHandle {
    pub(super) fn new(readers: Vec<Arc<dyn FindingSource>>) -> (Self, Arc<Shared>, mpsc::UnboundedReceiver<Order>) {
        let (orders, received) = mpsc::unbounded_channel();
        let shared = Arc::new(Shared { tokens: Mutex::default(), scope: Mutex::default(), named: Mutex::default(), readers });
        (Self { shared: Arc::clone(&shared), orders }, shared, received)
    }

    /// Ends every lane that has not ended: what arrived stays, and the lanes say that they were cancelled.
    pub fn cancel(&self) {
        self.shared.cancel();
    }

    /// Ends one lane.
    pub fn cancel_lane(&self, number: usize) {
        if let Some(lane) = self.shared.tokens().lanes.get(number) {
            lane.cancel();
        }
    }

    /// Reads these lanes again, or all: at once those that have ended, the others not. The credentials are taken anew.
    /// [`super::Event::Again`] tells which lanes are read; where nothing could be read at all before, everything begins anew, the
    /// search for accounts and Regions included. Does nothing once the fetch was dropped.
    pub fn refresh(&self, lanes: Option<Vec<usize>>) {
        // The runner has gone only if the events have.
        let _ = self.orders.send(Order { lanes, cancel: self.shared.token() });
    }

    /// Answers what [`Event::Validity`](super::Event::Validity) asks for of the account with this number, if somebody
    /// still waits for it.
    pub fn reply(&self, number: usize, reply: Reply) {
        if let Some(account) = self.shared.named.lock().unwrap_or_else(PoisonError::into_inner).get(number) {
            account.reply(reply);
        }
    }

    /// Asks the finding's source for what the list did not tell; `None` where there is nothing more.
    ///
    /// # Errors
    /// A sentence that says what happened and what to do.
    pub async fn detail(&self, finding: &Finding) -> Result<Option<String>, Text> {
        let Some(scope) = self.shared.scope() else {
            return Err(Text::new("the fetch has not begun: try again in a moment"));
        };
        let Some(reader) = self.shared.readers.iter().find(|reader| reader.source() == finding.source) else { return Ok(None) };
        let (account, region) = ask_where(&scope, finding).ok_or_else(|| Text::new("no account is left to ask"))?;
        let id = LaneId { account: account.id.clone(), region: region.clone(), source: finding.source };
        let context = LaneContext {
            config: account.config(region),
            door: Door { account: account.id.clone(), region: region.clone() },
            is_home: account.is_home(region),
            include_archived: true,
            meter: Arc::new(account.meter(&id)),
            gate: account.gate(Arc::new(Semaphore::new(DETAILS_AT_ONCE))),
            sink: Arc::new(NoPages),
        };
        reader.detail(&context, finding).await.map_err(|failure| failure.reason)
    }
}

impl Shared {
    /// The accounts as the user named them, for whoever answers what their credentials ask for.
    pub(super) fn settled(&self, named: Vec<Account>) {
        *self.named.lock().unwrap_or_else(PoisonError::into_inner) = named;
    }

    fn tokens(&self) -> MutexGuard<'_, Tokens> {
        self.tokens.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn scope(&self) -> Option<Scope> {
        self.scope.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(super) fn cancel(&self) {
        self.tokens().all.cancel();
    }

    /// What is asked from now on, in so many lanes.
    pub(super) fn begin(&self, scope: Scope, lanes: usize) {
        *self.scope.lock().unwrap_or_else(PoisonError::into_inner) = Some(scope);
        self.tokens().lanes = vec![CancellationToken::new(); lanes];
    }

    /// The token of all that is begun from now on, until it is cancelled.
    pub(super) fn token(&self) -> CancellationToken {
        let mut tokens = self.tokens();
        if tokens.all.is_cancelled() {
            tokens.all = CancellationToken::new();
        }
        tokens.all.clone()
    }

    /// A fresh token for a lane, which ends with `all`.
    pub(super) fn token_of(&self, lane: usize, all: &CancellationToken) -> CancellationToken {
        let token = all.child_token();
        if let Some(known) = self.tokens().lanes.get_mut(lane) {
            known.clone_from(&token);
        }
        token
    }

    pub(super) fn readers(&self) -> &[Arc<dyn FindingSource>] {
        &self.readers
    }
}

/// The account and Region to ask about a finding: those of its analyzer's ARN where there is one, since an administrator's
/// analyzer reports the resources of other accounts; else the finding's own; else the first of the scope.
fn ask_where<'a>(scope: &'a Scope, finding: &'a Finding) -> Option<(&'a Account, &'a Region)> {
    let arn = finding.analyzer.as_deref().and_then(Arn::parse);
    let accounts = [arn.map_or("", |arn| arn.account), finding.account.as_str()];
    let regions = [arn.map_or("", |arn| arn.region), finding.region.as_str()];
    let account = accounts.iter().find_map(|id| scope.accounts.iter().find(|account| account.id.as_str() == *id));
    let account = account.or(scope.accounts.first())?;
    let region = regions.iter().find_map(|name| account.regions.iter().find(|region| region.as_str() == *name));
    Some((account, region.or(account.regions.first())?))
}

/// Details are no pages.
struct NoPages;

impl PageSink for NoPages {
    fn page(&self, _findings: Vec<(Finding, &[u8])>) {}
    fn total(&self, _total: u64) {}
    fn trouble(&self, _reason: Text) {}
}
