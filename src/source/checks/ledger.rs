//! What a lane's calls came to, all surveys together: the lane is as good as the worst of them, and says which.

use std::collections::{BTreeMap, BTreeSet};

use crate::aws::{CallError, CallErrorKind};
use crate::model::{LaneState, Source, Text};

use super::super::failure::{Asked, classify, denied, is_denied};
use super::super::{LaneContext, LaneFailure};
use super::ask::Call;

/// How one call ended that gave no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Lack {
    /// The service is not offered here; there is nothing to ask it.
    NotOffered,
    /// Anything else: the lane is not whole.
    Trouble,
}

/// The books of one lane.
#[derive(Debug, Default)]
pub(super) struct Ledger {
    answered: usize,
    /// What was refused, by IAM action: in this order, and not that of the answers, so that a lane says the same every time.
    denials: BTreeMap<Text, LaneFailure>,
    troubles: BTreeSet<String>,
    not_offered: BTreeSet<&'static str>,
    /// Whether a service was there and would not, or could not, answer.
    is_inhabited: bool,
    /// The first failure of each service that is not a denial, by its name, for the case that nothing answered.
    failures: BTreeMap<&'static str, LaneFailure>,
    /// Whether models are used here, as far as the other surveys can tell.
    pub(super) uses: Uses,
}

/// What one survey knows that another needs.
#[derive(Debug, Default)]
pub(super) struct Uses {
    pub(super) bedrock: bool,
    pub(super) sagemaker: bool,
    /// The names of the services that the Region's VPC endpoints lead to; absent until they were read.
    pub(super) endpoints: Option<Vec<String>>,
    /// Whether there is a VPC that somebody made.
    pub(super) own_vpc: bool,
}

impl Ledger {
    pub(super) fn answered(&mut self) {
        self.answered += 1;
    }

    /// Something could not be looked at in full.
    pub(super) fn trouble(&mut self, what: String) {
        self.troubles.insert(what);
    }

    /// Books a call that failed.
    pub(super) fn failed(&mut self, lane: &LaneContext, call: &Call, error: &CallError) -> Lack {
        let asked = Asked { source: Source::Checks, action: call.action.iam };
        let service = call.service.title;
        self.is_inhabited |= !is_nobody(error);
        if is_not_offered(error, call.service.is_everywhere) {
            self.not_offered.insert(service);
            self.failures.entry(service).or_insert_with(|| classify(lane, asked, error));
            return Lack::NotOffered;
        }
        if is_denied(error) {
            let failure = denied(asked, error);
            self.denials.entry(failure.action.clone().unwrap_or_else(Text::empty)).or_insert(failure);
            return Lack::Trouble;
        }
        let failure = classify(lane, asked, error);
        // The sentence names ringfort's checks as who was asked; the service is what people look for.
        self.trouble(failure.reason.replace(Source::Checks.title(), service));
        self.failures.entry(service).or_insert(failure);
        Lack::Trouble
    }

    /// What becomes of the lane.
    pub(super) fn conclude(self, lane: &LaneContext) -> Result<(), LaneFailure> {
        if self.answered > 0 && !self.not_offered.is_empty() {
            let services: Vec<&str> = self.not_offered.into_iter().collect();
            lane.sink.note(Text::from(format!("not offered in {}, so not checked: {}", lane.door.region, services.join(", "))));
        }
        let denial = all_denials(&self.denials);
        if self.answered == 0 && !self.is_inhabited && !(self.failures.is_empty() && denial.is_none()) {
            let reason = format!("none of the services that these checks ask is offered in {}", lane.door.region);
            return Err(LaneFailure { state: LaneState::Unavailable, reason: Text::from(reason), action: None });
        }
        if self.answered == 0 && !(self.troubles.is_empty() && denial.is_some()) {
            return match (self.failures.into_values().next(), denial) {
                (Some(failure), Some(denial)) => {
                    let reason = Text::from(format!("{}; {}", failure.reason, denial.reason));
                    Err(LaneFailure { reason, action: denial.action, ..failure })
                }
                (failure, denial) => failure.or(denial).map_or(Ok(()), Err),
            };
        }
        let reasons: Vec<String> = denial.iter().map(|denial| denial.reason.to_string()).chain(self.troubles).collect();
        if reasons.is_empty() {
            return Ok(());
        }
        let (state, action) = denial.map_or((LaneState::Failed, None), |denial| (denial.state, denial.action));
        Err(LaneFailure { state, reason: Text::from(reasons.join("; ")), action })
    }
}

/// All refusals in one.
fn all_denials(denials: &BTreeMap<Text, LaneFailure>) -> Option<LaneFailure> {
    let first = denials.values().next()?.clone();
    if denials.len() == 1 {
        return Some(first);
    }
    let actions = denials.keys().map(Text::as_str).collect::<Vec<_>>().join(", ");
    let same = denials.values().all(|denial| denial.reason.contains("organization"));
    let reason = if same {
        format!("a policy of the organization denies {actions}; ask whoever owns it")
    } else {
        format!("the credentials may not call {actions}; add them to the policy of the user or role")
    };
    Some(LaneFailure { reason: Text::from(reason), ..first })
}

/// Whether what answered is not the service: something that does not know the operation, or no service of AWS at all. One such
/// answer proves nothing; where all are such, the endpoint has none of the services.
pub(super) fn is_nobody(error: &CallError) -> bool {
    match error.kind {
        // A page with status 200 is a captive portal's, or a proxy's: who stands in for AWS says that there is no such thing.
        CallErrorKind::NotJson => error.status.is_some_and(|status| status >= 400),
        CallErrorKind::Service if is_not_offered(error, true) => true,
        CallErrorKind::Service => matches!((error.status, &error.code), (Some(404 | 405 | 501), _) | (Some(400), None)),
        _ => false,
    }
}

/// Whether the service, or this one of its operations, is not there in this Region.
pub(super) fn is_not_offered(error: &CallError, is_everywhere: bool) -> bool {
    let message = error.message.to_ascii_lowercase();
    let code = error.code.as_deref().unwrap_or_default();
    (error.kind == CallErrorKind::Dns && !is_everywhere)
        || matches!(code, "UnknownOperationException" | "UnknownOperation" | "InvalidAction")
        || message.contains("not supported in the called region")
        || message.contains("not supported in this region")
        || message.contains("not available in this region")
}
