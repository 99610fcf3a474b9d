//! What can be done with a fetch while it runs, and after: cancel it, or ask for a finding's details.

use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use tokio_util::sync::CancellationToken;

use crate::aws::{Account, Reply, Scope};
use crate::model::{Arn, Door, Finding, LaneId, Region, Text};
use crate::source::{FindingSource, LaneContext, PageSink};

/// A hand on a running fetch. Cheap to clone; outlives the fetch.
#[derive(Clone)]
pub struct FetchHandle {
    shared: Arc<Shared>,
}

struct Shared {
    all: CancellationToken,
    lanes: Mutex<Vec<CancellationToken>>,
    scope: OnceLock<Scope>,
    /// The accounts as the user named them, before their plan.
    named: OnceLock<Vec<Account>>,
    readers: Vec<Arc<dyn FindingSource>>,
}

impl FetchHandle {
    pub(super) fn new(readers: Vec<Arc<dyn FindingSource>>) -> Self {
        let shared =
            Shared { all: CancellationToken::new(), lanes: Mutex::default(), scope: OnceLock::new(), named: OnceLock::new(), readers };
        Self { shared: Arc::new(shared) }
    }

    /// Ends every lane that has not ended: what arrived stays, and the lanes say that they were cancelled.
    pub fn cancel(&self) {
        self.shared.all.cancel();
    }

    /// Ends one lane.
    pub fn cancel_lane(&self, number: usize) {
        if let Some(lane) = self.shared.lanes.lock().unwrap_or_else(PoisonError::into_inner).get(number) {
            lane.cancel();
        }
    }

    /// Answers what [`Event::Validity`](super::Event::Validity) asks for of the account with this number, if somebody
    /// still waits for it.
    pub fn reply(&self, number: usize, reply: Reply) {
        if let Some(account) = self.named().get(number) {
            account.reply(reply);
        }
    }

    fn named(&self) -> &[Account] {
        self.shared.named.get().map(Vec::as_slice).unwrap_or_default()
    }

    pub(super) fn settled(&self, named: Vec<Account>) {
        // A handle belongs to one fetch, which is settled once.
        let _ = self.shared.named.set(named);
    }

    /// Asks the finding's source for what the list did not tell; `None` where there is nothing more.
    ///
    /// # Errors
    /// A sentence that says what happened and what to do.
    pub async fn detail(&self, finding: &Finding) -> Result<Option<String>, Text> {
        let Some(scope) = self.shared.scope.get() else {
            return Err(Text::new("the fetch has not begun: try again in a moment"));
        };
        let Some(reader) = self.shared.readers.iter().find(|reader| reader.source() == finding.source) else { return Ok(None) };
        let (account, region) = ask_where(scope, finding).ok_or_else(|| Text::new("no account is left to ask"))?;
        let id = LaneId { account: account.id.clone(), region: region.clone(), source: finding.source };
        let context = LaneContext {
            config: account.config(region),
            door: Door { account: account.id.clone(), region: region.clone() },
            include_archived: true,
            meter: Arc::new(account.meter(&id)),
            sink: Arc::new(NoPages),
        };
        reader.detail(&context, finding).await.map_err(|failure| failure.reason)
    }

    pub(super) fn begin(&self, scope: Scope, lanes: usize) -> Vec<CancellationToken> {
        let tokens: Vec<CancellationToken> = (0..lanes).map(|_| self.shared.all.child_token()).collect();
        self.shared.lanes.lock().unwrap_or_else(PoisonError::into_inner).clone_from(&tokens);
        // A handle belongs to one fetch, which begins once.
        let _ = self.shared.scope.set(scope);
        tokens
    }

    pub(super) async fn cancelled(&self) {
        self.shared.all.cancelled().await;
    }

    pub(super) fn readers(&self) -> &[Arc<dyn FindingSource>] {
        &self.shared.readers
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
