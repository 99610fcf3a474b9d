//! One file a service: its calls, its wire shapes -> the model.
//! In comes a lane to read; out go pages of normalised findings, and in the end what became of the lane.
//! With `aws` it is the only place that names an AWS crate; it knows aws and model, not who runs it.

mod access_analyzer;
mod access_severity;
mod asff;
mod console;
mod draft;
mod evidence;
mod failure;
mod guardduty;
mod guardduty_resources;
mod inspector;
mod json;
mod lane;
mod macie;
mod page;
mod salvage;
mod scan;
mod security_hub;

use std::sync::Arc;

use aws_types::SdkConfig;
use futures_util::future::BoxFuture;

use crate::aws::Meter;
use crate::model::{Door, Finding, LaneState, Source, Text};

pub use access_analyzer::AccessAnalyzer;
pub use evidence::{Fact, evidence};
pub use guardduty::GuardDuty;
pub use inspector::Inspector;
pub use macie::Macie;
pub use security_hub::SecurityHub;

/// Every source, in the order of [`Source::ALL`].
#[must_use]
pub fn registry() -> Vec<Box<dyn FindingSource>> {
    vec![Box::new(GuardDuty), Box::new(Inspector), Box::new(AccessAnalyzer), Box::new(Macie), Box::new(SecurityHub)]
}

/// The reader of one source.
#[must_use]
pub fn for_source(source: Source) -> Box<dyn FindingSource> {
    match source {
        Source::GuardDuty => Box::new(GuardDuty),
        Source::Inspector => Box::new(Inspector),
        Source::AccessAnalyzer => Box::new(AccessAnalyzer),
        Source::Macie => Box::new(Macie),
        Source::SecurityHub => Box::new(SecurityHub),
    }
}

/// What a source may use while it reads one lane.
pub struct LaneContext {
    /// Region, credentials, HTTP client, time limits and retry partition of the lane.
    pub config: SdkConfig,
    /// Which account and Region are asked. The account is empty until the identity is known.
    pub door: Door,
    /// Whether findings that are not active are wanted too.
    pub include_archived: bool,
    /// Counts the lane's calls; pass it to [`crate::aws::call`].
    pub meter: Arc<Meter>,
    /// Where pages go.
    pub sink: Arc<dyn PageSink>,
}

/// Takes pages of findings. The fetch runner places, compresses and passes them on.
pub trait PageSink: Send + Sync {
    /// A page arrived: each finding with its JSON, byte for byte. An empty page counts as a page too.
    fn page(&self, findings: Vec<(Finding, &[u8])>);
    /// The service told how many findings there are in all.
    fn total(&self, total: u64);
    /// Something in the lane could not be read though the lane goes on: it will end as partial for this reason.
    fn trouble(&self, reason: Text);
}

/// Why a lane ended without being read to its end. What had arrived stays.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LaneFailure {
    /// `NotEnabled`, `Denied`, `Unavailable` or `Failed`. The runner makes `Partial` of a failure after pages had arrived.
    pub state: LaneState,
    /// What happened and what to do, one sentence.
    pub reason: Text,
    /// The IAM action that was refused.
    pub action: Option<Text>,
}

/// A service that gives findings.
pub trait FindingSource: Send + Sync {
    /// Which one.
    fn source(&self) -> Source;

    /// Reads the whole lane; pages go to the sink as they arrive.
    fn read<'a>(&'a self, lane: &'a LaneContext) -> BoxFuture<'a, Result<(), LaneFailure>>;

    /// Makes a finding of one record's JSON. Never fails: what cannot be read becomes a damaged finding.
    fn normalise(&self, json: &[u8], door: &Door) -> Finding;

    /// Asks for what the list did not tell of a finding, when it is opened: JSON that [`evidence`] reads too. `None` where
    /// the list tells all. Of the lane only the configuration and the meter are used.
    ///
    /// # Errors
    /// As [`FindingSource::read`].
    fn detail<'a>(&'a self, _lane: &'a LaneContext, _finding: &'a Finding) -> BoxFuture<'a, Result<Option<String>, LaneFailure>> {
        Box::pin(async { Ok(None) })
    }
}
