//! Which lanes there are: accounts x Regions x sources, in this order.

use crate::aws::{Scope, is_offered};
use crate::model::{Lane, LaneId, LaneState, Source, Text};

/// A planned lane: its number is its place in the plan.
#[derive(Clone, Debug)]
pub(super) struct Planned {
    /// The account's place in the scope.
    pub(super) account: usize,
    pub(super) lane: Lane,
}

/// All lanes. One that AWS does not offer is planned as unavailable and never asked, unless its calls go to an endpoint of the
/// user's own.
pub(super) fn plan(scope: &Scope, sources: &[Source]) -> Vec<Planned> {
    let mut plan = Vec::new();
    for (number, account) in scope.accounts.iter().enumerate() {
        for region in &scope.regions {
            for &source in sources {
                let mut lane = Lane::pending(LaneId { account: account.id.clone(), region: region.clone(), source });
                if !is_offered(source, region) && !account.has_own_endpoint(source) {
                    lane.offered = false;
                    lane.state = LaneState::Unavailable;
                    lane.reason = Some(Text::from(format!("AWS does not offer {} in {region}", source.title())));
                }
                plan.push(Planned { account: number, lane });
            }
        }
    }
    plan
}
