//! ringfort's own checks: what no finding service covers when Security Hub is off, asked of the services directly.
//!
//! A service is surveyed by one file here. It asks, and what does not hold becomes an offence against a check of
//! `assets/checks.toml`; what AWS tells of its own part (Health, Artifact) is told as it is. A survey that fails costs only itself: the
//! lane is then partial, and says why.

mod acm;
mod artifact;
mod artifact_report;
mod ask;
mod bedrock;
mod check;
mod cloudtrail;
mod cognito;
mod config;
mod desk;
mod detective;
mod eventbridge;
mod firewall;
mod health;
mod health_event;
mod iam;
mod iam_report;
mod identity_center;
mod investigation;
mod kms;
mod ledger;
mod pca;
mod record;
mod s3;
mod sagemaker;
mod shield;
mod suppressed;
mod table;
mod told;
mod value;
mod vpc;
mod waf;
mod xml;

use std::collections::HashSet;
use std::sync::{LazyLock, Mutex, MutexGuard, OnceLock, PoisonError};

use futures_util::StreamExt as _;
use futures_util::future::BoxFuture;
use futures_util::{future, stream};

use super::{Action, FindingSource, LaneContext, LaneFailure};
use crate::aws;
use crate::model::{AccountId, Door, Finding, MergeKey, Source, Status};

pub use check::{Check, checks};
pub use told::{Told, told};

use ask::Call;
use desk::Desk;
use ledger::Ledger;
use suppressed::Suppressed;

/// How many services a lane asks at the same time.
const SERVICES_AT_ONCE: usize = 12;

/// What is asked of one service.
struct Survey {
    /// Its calls, in the order in which it makes them.
    calls: &'static [&'static Call],
    /// Whether an account has it once, not once a Region.
    once: bool,
    run: for<'d> fn(&'d Desk<'d>) -> BoxFuture<'d, ()>,
}

/// Every survey, by layer from the inside out, and AWS's own part at last.
const SURVEYS: [&Survey; 21] = [
    &kms::SURVEY,
    &acm::SURVEY,
    &pca::SURVEY,
    &s3::BUCKETS,
    &s3::ACCOUNT,
    &iam::SURVEY,
    &identity_center::SURVEY,
    &cognito::SURVEY,
    &shield::SURVEY,
    &vpc::SURVEY,
    &waf::REGIONAL,
    &waf::EDGE,
    &firewall::SURVEY,
    &eventbridge::SURVEY,
    &detective::SURVEY,
    &cloudtrail::SURVEY,
    &config::SURVEY,
    &bedrock::SURVEY,
    &sagemaker::SURVEY,
    &health::SURVEY,
    &artifact::SURVEY,
];

static ACTIONS: LazyLock<Vec<Action>> = LazyLock::new(|| actions_of(|_| true));
/// With what is asked aside.
static ALL_ACTIONS: LazyLock<Vec<Action>> = LazyLock::new(|| [ACTIONS.as_slice(), &[suppressed::GET_FINDINGS]].concat());
static REGIONAL_ACTIONS: LazyLock<Vec<Action>> = LazyLock::new(|| actions_of(|survey| !survey.once));

fn actions_of(wanted: impl Fn(&Survey) -> bool) -> Vec<Action> {
    let mut actions: Vec<Action> = Vec::new();
    for call in SURVEYS.iter().filter(|survey| wanted(survey)).flat_map(|survey| survey.calls) {
        if !actions.contains(&call.action) {
            actions.push(call.action);
        }
    }
    actions
}

/// Reads nothing that is there already: looks for itself.
#[derive(Clone, Copy, Debug)]
pub struct Checks;

impl FindingSource for Checks {
    fn source(&self) -> Source {
        Source::Checks
    }

    fn actions(&self) -> &'static [Action] {
        &ALL_ACTIONS
    }

    fn actions_of_lane(&self, is_home: bool) -> &'static [Action] {
        if is_home { &ACTIONS } else { &REGIONAL_ACTIONS }
    }

    fn read<'a>(&'a self, lane: &'a LaneContext) -> BoxFuture<'a, Result<(), LaneFailure>> {
        Box::pin(async move {
            let account = account(lane).await;
            let ledger = Mutex::new(Ledger::default());
            let out = Out::new(lane, &account);
            let surveys = SURVEYS.into_iter().filter(|survey| lane.is_home || !survey.once);
            let work: Vec<BoxFuture<'_, ()>> = surveys
                .map(|survey| {
                    let desk = Desk::new(&out, survey.once, &ledger);
                    let work = async move { (survey.run)(&desk).await };
                    Box::pin(work) as BoxFuture<'_, ()>
                })
                .collect();
            let surveys = stream::iter(work).buffer_unordered(SERVICES_AT_ONCE).collect::<()>();
            let told = async { out.accept(suppressed::ask(lane, &account).await) };
            future::join(surveys, told).await;
            vpc::private_paths_to_models(&Desk::new(&out, false, &ledger));
            ledger.into_inner().unwrap_or_else(PoisonError::into_inner).conclude(lane)
        })
    }

    fn normalise(&self, json: &[u8], door: &Door) -> Finding {
        record::normalise(json, door)
    }
}

/// Where what the surveys find goes.
struct Out<'l> {
    lane: &'l LaneContext,
    account: &'l AccountId,
    seen: Mutex<HashSet<MergeKey>>,
    /// What people have accepted, once that is known.
    suppressed: OnceLock<Suppressed>,
    /// Pages that came before.
    waiting: Mutex<Vec<Vec<Vec<u8>>>>,
}

impl<'l> Out<'l> {
    fn new(lane: &'l LaneContext, account: &'l AccountId) -> Self {
        Self { lane, account, seen: Mutex::default(), suppressed: OnceLock::new(), waiting: Mutex::default() }
    }

    /// Hands these records on as a page, without those that came before; keeps them while it is not known what is suppressed.
    fn page(&self, records: Vec<Vec<u8>>) {
        let mut waiting = self.waiting();
        match self.suppressed.get() {
            None => waiting.push(records),
            Some(suppressed) => self.deliver(&records, suppressed),
        }
    }

    fn waiting(&self) -> MutexGuard<'_, Vec<Vec<Vec<u8>>>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Hands on what waited: it is known now what is suppressed.
    fn accept(&self, suppressed: Suppressed) {
        let mut waiting = self.waiting();
        let suppressed = self.suppressed.get_or_init(|| suppressed);
        for records in waiting.drain(..) {
            self.deliver(&records, suppressed);
        }
    }

    fn deliver(&self, records: &[Vec<u8>], suppressed: &Suppressed) {
        let door = Door { account: self.account.clone(), region: self.lane.door.region.clone() };
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let mut page = Vec::with_capacity(records.len());
        for json in records {
            let mut finding = record::normalise(json, &door);
            if !seen.insert(finding.key) {
                continue;
            }
            if let Some(note) = finding.group.and_then(|group| suppressed.get(&group)) {
                finding.status = Status::Suppressed;
                finding.workflow.clone_from(note);
                if !self.lane.include_archived {
                    continue;
                }
            }
            page.push((finding, json.as_slice()));
        }
        self.lane.sink.page(page);
    }
}

/// What is stopped before it is known what is suppressed loses nothing of what was found.
impl Drop for Out<'_> {
    fn drop(&mut self) {
        self.accept(Suppressed::new());
    }
}

/// The account that is asked: some calls want to be told, and resources that an account has once are named by it.
async fn account(lane: &LaneContext) -> AccountId {
    if !lane.door.account.is_empty() {
        return lane.door.account.clone();
    }
    aws::caller(&lane.config).await.map(|caller| caller.account).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{ACTIONS, checks, told};

    #[test]
    fn the_actions_that_the_checks_need_are_the_actions_of_the_calls() {
        let needs = checks().iter().flat_map(|check| &check.needs).chain(told().iter().flat_map(|told| &told.needs));
        let needed: BTreeSet<&str> = needs.map(String::as_str).collect();
        let made: BTreeSet<&str> = ACTIONS.iter().map(|action| action.iam).collect();
        assert_eq!(needed, made, "left: assets/checks.toml; right: the calls");
    }
}
