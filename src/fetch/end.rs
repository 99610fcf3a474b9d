//! How a lane ends: what its source said, what its calls met, and what had arrived decide together.

use super::identity::Standing;
use crate::aws::{CallError, CallErrorKind};
use crate::model::{Lane, LaneState, Source, Text};
use crate::source::LaneFailure;

/// What came of reading a lane.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// The source read to its end.
    Read,
    /// The source gave up.
    Failure(LaneFailure),
    /// Cancelled, or out of time: the reason.
    Stopped(Text),
    /// The source's code panicked: the message.
    Panicked(Text),
}

impl End {
    /// Whether the source found that what it asks is not there.
    pub(super) fn finds_nobody(&self) -> bool {
        matches!(self, Self::Failure(LaneFailure { state: LaneState::Unavailable, .. }))
    }
}

/// What is known besides the source's own word.
#[derive(Clone, Debug, Default)]
pub(super) struct Circumstances {
    /// What could not be read though the lane went on.
    pub(super) trouble: Option<Text>,
    /// What is worth knowing though nothing is wrong.
    pub(super) note: Option<Text>,
    /// The last call that failed.
    pub(super) last_failure: Option<CallError>,
    /// Whether the calls go to an endpoint of the user's own.
    pub(super) own_endpoint: bool,
    /// Whether the credentials are known to be good or bad elsewhere.
    pub(super) standing: Standing,
}

/// Sets the lane's last state, reason and action. Its counts are up to date.
pub(super) fn conclude(lane: &mut Lane, end: End, circumstances: Circumstances) {
    let something = lane.pages > 0;
    let stands_in_for_aws = circumstances.own_endpoint && circumstances.standing == Standing::Good;
    if lane.id.source == Source::Checks && !something && end.finds_nobody() && stands_in_for_aws {
        // It knows the caller, and has none of the services whose resources the checks look at: there are no such resources.
        lane.offered = false;
    }
    let broken = if something { LaneState::Partial } else { LaneState::Failed };
    let (state, reason, action) = match end {
        End::Read => match circumstances.trouble {
            Some(trouble) => (broken, Some(trouble), None),
            None => (LaneState::Complete, circumstances.note, None),
        },
        // An answer that could not be read may well look like one that lists nothing: no proof that the service is off.
        End::Failure(LaneFailure { state: LaneState::NotEnabled, .. }) if !something && circumstances.trouble.is_some() => {
            (LaneState::Failed, circumstances.trouble, None)
        }
        End::Stopped(reason) => (broken, Some(reason), None),
        End::Panicked(message) => (broken, Some(Text::from(format!("ringfort's own mistake, please report it: {message}"))), None),
        End::Failure(failure) if something => (LaneState::Partial, Some(failure.reason), failure.action),
        End::Failure(failure) => before_anything(lane, failure, &circumstances),
    };
    (lane.state, lane.reason, lane.action) = (state, reason, action);
}

/// Nothing had arrived. Two failures mean more than the source can know: a name without an address, and credentials that are
/// refused here but taken elsewhere.
fn before_anything(lane: &Lane, failure: LaneFailure, circumstances: &Circumstances) -> (LaneState, Option<Text>, Option<Text>) {
    let (title, region) = (lane.id.source.title(), &lane.id.region);
    let call = circumstances.last_failure.as_ref();
    if call.is_some_and(|call| call.kind == CallErrorKind::Dns) {
        let message = call.map(|call| call.message.as_str()).unwrap_or_default();
        let why = if circumstances.own_endpoint {
            format!("{message}: check AWS_ENDPOINT_URL and its forms for single services")
        } else {
            format!("{message}: no network, or {title} is not offered in {region}")
        };
        return (LaneState::Failed, Some(Text::from(why)), None);
    }
    // A Region that the account has not enabled refuses everybody with the codes that wrong credentials get too; whether STS
    // knows the caller tells the two apart.
    if let Some(call) = call.filter(|call| call.refuses_credentials()) {
        let code = call.code.as_deref().unwrap_or_default();
        let is_signature = code.contains("Signature");
        if circumstances.standing == Standing::Good && !call.is_expired() && !is_signature {
            let why = format!("{region} is not enabled for the account ({code}): enable it under Account > AWS Regions, or leave it out");
            return (LaneState::Unavailable, Some(Text::from(why)), None);
        }
        if circumstances.standing == Standing::Refused {
            return (LaneState::Failed, Some(refusal(call)), None);
        }
    }
    (failure.state, Some(failure.reason), failure.action)
}

/// What to say when AWS does not take the credentials.
pub(super) fn refusal(call: &CallError) -> Text {
    let code = call.code.as_deref().unwrap_or_default();
    let message = &call.message;
    Text::from(if call.is_expired() {
        format!("the credentials have expired ({code}): renew them, with `aws sso login` or as you got them, and try again")
    } else {
        format!("AWS refuses the credentials ({code}: {message}): check the keys, the session token, the profile and the clock")
    })
}
