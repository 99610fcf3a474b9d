//! What people have suppressed in Security Hub: a control that fails and is accepted there is not to be found again here.
//!
//! Security Hub is asked beside the surveys, for this account and the controls that checks equal. Until it has told, what the surveys
//! found waits. Not being told spoils nothing: then the checks show everything, and the lane says so.

use std::collections::{BTreeSet, HashMap};
use std::time::Duration;

use serde_json::json;

use super::super::failure::{Asked, classify, is_denied};
use super::super::{Action, LaneContext, asff, page, security_hub};
use super::check::checks;
use super::ledger::{is_nobody, is_not_offered};
use super::value::with;
use crate::aws::{Api, CallError, CallErrorKind, Message};
use crate::model::{AccountId, MergeKey, Source, Status, Text};

/// The most values of one filter (User Guide, "Filtering findings").
const MOST_VALUES: usize = 20;
/// The most that `GetFindings` gives in a page (service model).
const PAGE: i32 = 100;
/// How long findings wait for it.
const PATIENCE: Duration = Duration::from_secs(10);

const SECURITY_HUB: Api = Api { id: "SecurityHub", signing_name: "securityhub", host: "securityhub", is_global: false };
pub(super) const GET_FINDINGS: Action = Action::new("GetFindings", "securityhub:GetFindings");

/// What is suppressed: by what its records share with the checks' ([`crate::model::Finding::group`]), with what people noted.
pub(super) type Suppressed = HashMap<MergeKey, Option<Text>>;

/// Asks for it, and tells the lane where it could not be told.
pub(super) async fn ask(lane: &LaneContext, account: &AccountId) -> Suppressed {
    let mut suppressed = Suppressed::new();
    if !lane.sink.wants_more() {
        // Whether it may be asked is Security Hub's own lane to try.
        return suppressed;
    }
    let unknown = match tokio::time::timeout(PATIENCE, read(lane, account, &mut suppressed)).await {
        Ok(Ok(())) => None,
        Ok(Err(error)) => {
            if is_denied(&error) {
                lane.sink.asked(GET_FINDINGS, Some(&error));
            }
            // Without Security Hub nothing is suppressed.
            let is_there = !security_hub::is_off(&error) && !is_nobody(&error) && !is_not_offered(&error, false);
            is_there.then(|| classify(lane, Asked { source: Source::SecurityHub, action: GET_FINDINGS.iam }, &error).reason)
        }
        Err(_) => Some(Text::from(format!("it took longer than {} s", PATIENCE.as_secs()))),
    };
    if let Some(why) = unknown {
        lane.sink.note(Text::from(format!("what Security Hub suppresses may be shown here as open: {why}")));
    }
    suppressed
}

async fn read(lane: &LaneContext, account: &AccountId, suppressed: &mut Suppressed) -> Result<(), CallError> {
    let controls: BTreeSet<&str> = checks().iter().filter_map(|check| check.control.as_deref()).collect();
    let controls: Vec<&str> = controls.into_iter().collect();
    let is = |value: &str| json!({ "Value": value, "Comparison": "EQUALS" });
    for controls in controls.chunks(MOST_VALUES) {
        let mut token: Option<String> = None;
        loop {
            let input = json!({
                "Filters": {
                    "AwsAccountId": [is(account.as_str())],
                    "ComplianceSecurityControlId": controls.iter().copied().map(is).collect::<Vec<_>>(),
                    "RecordState": [is("ACTIVE")],
                    "WorkflowStatus": [is("SUPPRESSED")],
                },
                "MaxResults": PAGE,
            });
            let input = with(input, "NextToken", token.as_deref()).to_string();
            let body = lane.signed(GET_FINDINGS, SECURITY_HUB, Message::RestJson("/findings", input)).await?;
            lane.sink.asked(GET_FINDINGS, None);
            let page = page::split(&body, "Findings", "NextToken");
            if let Some(broken) = page.broken {
                return Err(CallError { kind: CallErrorKind::Truncated, code: None, message: broken.into(), status: Some(200) });
            }
            let findings: Vec<_> = page.items.iter().map(|json| asff::normalise(json, &lane.door)).collect();
            // Not every endpoint filters. One that does not lists all that it has, and need not be heard to the end.
            let is_filtered = findings.iter().all(|finding| finding.status == Status::Suppressed);
            let accepted = findings.into_iter().filter(|finding| finding.status == Status::Suppressed);
            suppressed.extend(accepted.filter_map(|finding| Some((finding.group?, finding.workflow))));
            if !is_filtered {
                return Ok(());
            }
            match page.next {
                Some(next) if token.as_ref() != Some(&next) => token = Some(next),
                _ => break,
            }
        }
    }
    Ok(())
}
