//! What people have suppressed in Security Hub: a control that fails and is accepted there is not to be found again here.
//!
//! Security Hub is asked beside the surveys, for this account and the controls that checks equal. Until it has told, what the surveys
//! found waits. Not being told spoils nothing: then the checks show everything, and the lane says so.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::time::Duration;

use serde_json::{Value, json};

use super::super::failure::{Asked, classify};
use super::super::{Action, LaneContext, asff, page, security_hub};
use super::check::checks;
use super::ledger::{is_nobody, is_not_offered};
use super::value::with;
use crate::aws::{Api, CallError, CallErrorKind, Message};
use crate::model::{AccountId, Finding, MergeKey, Source, Status, Text};

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
    let mut in_a_standard: Vec<(Text, MergeKey, Option<Text>)> = Vec::new();
    list(lane, account, &controls, &json!({ "WorkflowStatus": [is("SUPPRESSED")] }), |finding| {
        let is_suppressed = finding.status == Status::Suppressed;
        let control = finding.control().cloned();
        match (finding.group.filter(|_| is_suppressed), finding.standard, control) {
            (Some(group), Some(_), Some(control)) => in_a_standard.push((control, group, finding.workflow)),
            (Some(group), ..) => _ = suppressed.insert(group, finding.workflow),
            (None, ..) => {}
        }
        is_suppressed
    })
    .await?;
    if in_a_standard.is_empty() {
        return Ok(());
    }
    // Without consolidated controls each standard has a record of its own, and what is open in one of them is open.
    let controls: BTreeSet<&str> = in_a_standard.iter().map(|(control, ..)| control.as_str()).collect();
    let fails = json!({ "WorkflowStatus": [is("NEW"), is("NOTIFIED")], "ComplianceStatus": [is("FAILED"), is("WARNING")] });
    let mut open: HashSet<MergeKey> = HashSet::new();
    list(lane, account, &controls, &fails, |finding| {
        let is_open = finding.status == Status::Active;
        open.extend(finding.group.filter(|_| is_open));
        is_open
    })
    .await?;
    suppressed.extend(in_a_standard.into_iter().filter(|(_, group, _)| !open.contains(group)).map(|(_, group, note)| (group, note)));
    Ok(())
}

fn is(value: &str) -> Value {
    json!({ "Value": value, "Comparison": "EQUALS" })
}

/// Lists the active records of these controls in this account that `narrowed` selects too. `take` has each, and tells whether it is
/// one of those that were asked for: not every endpoint filters.
async fn list(
    lane: &LaneContext,
    account: &AccountId,
    controls: &BTreeSet<&str>,
    narrowed: &Value,
    mut take: impl FnMut(Finding) -> bool,
) -> Result<(), CallError> {
    let controls: Vec<&str> = controls.iter().copied().collect();
    for controls in controls.chunks(MOST_VALUES) {
        let mut filters = narrowed.clone();
        filters["AwsAccountId"] = json!([is(account.as_str())]);
        filters["ComplianceSecurityControlId"] = controls.iter().copied().map(is).collect();
        filters["RecordState"] = json!([is("ACTIVE")]);
        let mut token: Option<String> = None;
        loop {
            let input = with(json!({ "Filters": filters, "MaxResults": PAGE }), "NextToken", token.as_deref()).to_string();
            let body = lane.signed(GET_FINDINGS, SECURITY_HUB, Message::RestJson("/findings", input)).await?;
            let page = page::split(&body, "Findings", "NextToken");
            if let Some(broken) = page.broken {
                return Err(broke_off(broken));
            }
            let mut is_filtered = true;
            for json in &page.items {
                is_filtered &= take(asff::normalise(json, &lane.door));
            }
            match page.next {
                None => break,
                // Who does not filter lists all that it has, and need not be heard to the end.
                Some(_) if !is_filtered => return Err(broke_off("it lists more than what was asked for, so not all was read".to_owned())),
                Some(next) if token.as_ref() == Some(&next) => return Err(broke_off("it repeats a page".to_owned())),
                Some(next) => token = Some(next),
            }
        }
    }
    Ok(())
}

fn broke_off(why: String) -> CallError {
    CallError { kind: CallErrorKind::Truncated, code: None, message: why.into(), status: Some(200) }
}
