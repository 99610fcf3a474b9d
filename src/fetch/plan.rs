//! Which lanes there are: accounts x Regions x sources, in this order.

use std::sync::Arc;

use crate::aws::{Scope, is_offered};
use crate::model::{Lane, LaneId, LaneState, Text};
use crate::source::FindingSource;

/// A planned lane: its number is its place in the plan.
pub(super) struct Planned {
    /// The account's place in the scope.
    pub(super) account: usize,
    pub(super) reader: Arc<dyn FindingSource>,
    pub(super) lane: Lane,
}

/// All lanes. One that AWS does not offer is planned as unavailable and never asked, unless its calls go to an endpoint of the
/// user's own.
pub(super) fn plan(scope: &Scope, readers: &[Arc<dyn FindingSource>]) -> Vec<Planned> {
    let mut plan = Vec::new();
    for (number, account) in scope.accounts.iter().enumerate() {
        for region in &account.regions {
            for reader in readers {
                let source = reader.source();
                let mut lane = Lane::pending(LaneId { account: account.id.clone(), region: region.clone(), source });
                lane.name = account.called();
                if !is_offered(source, region) && !account.has_own_endpoint(source) {
                    lane.offered = false;
                    lane.state = LaneState::Unavailable;
                    lane.reason = Some(Text::from(format!("AWS does not offer {} in {region}", source.title())));
                }
                plan.push(Planned { account: number, reader: Arc::clone(reader), lane });
            }
        }
    }
    plan
}

impl Planned {
    /// Whether the lane is asked at all.
    pub(super) fn is_asked(&self) -> bool {
        !self.lane.state.is_final()
    }
}
