//! `doctor`: credentials, identity, and each API of the chosen sources asked once.

use std::sync::Arc;

use super::args::ReportFormat;
use super::asking;
use super::failure::Failure;
use super::fetching;
use super::output::Output;
use super::settings::Settings;
use crate::aws::Asked;
use crate::fetch::{self, AccountCheck, Answer, Asks, Checkup, LaneCheck};
use crate::model::{LaneState, Text, Timestamp};
use crate::report::doctor::{self, Call, Check, Verdict};

/// Asks, and writes what was found.
pub(super) fn doctor(settings: &Settings, format: ReportFormat) -> Result<u8, Failure> {
    let request = settings.request(Timestamp::now());
    let asks: Asks = Arc::new(asking::ask);
    let runtime = fetching::runtime()?;
    let checkup = runtime.block_on(async { tokio::spawn(async move { fetch::check_up_asking(&request, &asks).await }).await });
    runtime.shutdown_background();
    let checkup = checkup.map_err(|error| Failure::nothing_read(format!("ringfort's own mistake, please report it: {error}")))?;
    let checkup = checkup.map_err(Failure::usage)?;
    let checks = checks(&checkup);
    Output::Stdout.fill(|out| match format {
        ReportFormat::Text => doctor::text(out, &checks, settings.paint()),
        ReportFormat::Json => doctor::json(out, &checks),
    })?;
    Ok(exit_code(&checkup, &checks))
}

/// The contract's codes, as for a fetch: nothing could be asked at all, something is denied or failed, all is well.
fn exit_code(checkup: &Checkup, checks: &[Check]) -> u8 {
    let dead = |check: &LaneCheck| check.lane.state == LaneState::Failed && !check.calls.iter().any(|call| call.answer == Answer::Works);
    if checkup.lanes.iter().all(dead) {
        4
    } else if checks.iter().any(|check| check.result.is_trouble()) {
        3
    } else {
        0
    }
}

fn checks(checkup: &Checkup) -> Vec<Check> {
    let estate = checkup.no_accounts.iter().filter(|_| checkup.accounts.iter().all(|account| account.organization.is_none()));
    let estate = estate.filter(|_| checkup.accounts.iter().all(|account| account.credentials.is_ok())).map(|why| Check {
        check: "accounts",
        account: None,
        region: None,
        result: Verdict::Failed,
        detail: Some(why.clone()),
        calls: Vec::new(),
        first_call_only: false,
    });
    checkup.accounts.iter().flat_map(of_account).chain(estate).chain(checkup.lanes.iter().map(of_lane)).collect()
}

fn of_account(account: &AccountCheck) -> Vec<Check> {
    let told = account.identity.as_ref().and_then(|identity| identity.as_ref().ok()).map(|caller| &caller.account);
    let id = told.or(Some(&account.id).filter(|id| !id.is_empty())).map(|id| Text::new(id.as_str()));
    let check =
        |check, result, detail, calls| Check { check, account: id.clone(), region: None, result, detail, calls, first_call_only: false };
    let of_identity = |found: &Result<Text, Text>| if found.is_ok() { Verdict::Works } else { Verdict::Failed };
    let mut checks = Vec::new();
    let (result, detail) = match &account.credentials {
        Ok(origin) => {
            let end = origin.expires.map_or_else(|| "no expiry is known".to_owned(), |time| format!("until {time}"));
            (Verdict::Works, Text::from(format!("{}; {end}", origin.place)))
        }
        Err(failure) if failure.refused.is_some() => (Verdict::Denied, failure.message.clone()),
        Err(failure) => (Verdict::Failed, failure.message.clone()),
    };
    checks.push(check("credentials", result, Some(detail), account.role.iter().map(of_estate).collect()));
    if let Some(identity) = &account.identity {
        let identity = identity.as_ref().map(|caller| caller.arn.clone()).map_err(Clone::clone);
        checks.push(check("identity", of_identity(&identity), Some(identity.unwrap_or_else(|reason| reason)), Vec::new()));
    }
    if let Some(asked) = &account.organization {
        let call = of_estate(asked);
        checks.push(check("organization", call.result, call.reason.clone(), vec![call]));
    }
    if let Some(regions) = &account.regions {
        let calls: Vec<Call> = regions.asked.iter().map(of_estate).collect();
        // One call that tells is enough; a refusal names what is missing, any other failure only what went wrong.
        let worst = || if calls.iter().any(|call| call.result == Verdict::Denied) { Verdict::Denied } else { Verdict::Failed };
        let result = if calls.iter().any(|call| call.result == Verdict::Works) { Verdict::Works } else { worst() };
        checks.push(check("regions", result, Some(regions.notice.clone()), calls));
    }
    checks
}

fn of_estate(asked: &Asked) -> Call {
    let (result, reason) = match &asked.refusal {
        None => (Verdict::Works, None),
        Some(refusal) => (if refusal.denied { Verdict::Denied } else { Verdict::Failed }, Some(refusal.reason.clone())),
    };
    Call { operation: asked.call.operation, action: asked.call.iam, result, reason }
}

fn of_lane(check: &LaneCheck) -> Check {
    let calls: Vec<Call> = check
        .calls
        .iter()
        .map(|call| {
            let (result, reason) = match &call.answer {
                Answer::Works => (Verdict::Works, None),
                Answer::NotAsked => (Verdict::NotAsked, None),
                Answer::Fails(failure) if failure.state == LaneState::Denied => (Verdict::Denied, Some(failure.reason.clone())),
                Answer::Fails(failure) => (Verdict::Failed, Some(failure.reason.clone())),
            };
            Call { operation: call.action.operation, action: call.action.iam, result, reason }
        })
        .collect();
    let lane = &check.lane;
    let of_lane = match lane.state {
        LaneState::Complete => Verdict::Works,
        LaneState::NotEnabled => Verdict::Off,
        LaneState::Unavailable if !lane.offered => Verdict::NotOffered,
        LaneState::Denied => Verdict::Denied,
        _ => Verdict::Failed,
    };
    let worst_call = calls.iter().map(|call| call.result).find(|result| result.is_trouble());
    let result = if of_lane == Verdict::Works { worst_call.unwrap_or(of_lane) } else { of_lane };
    Check {
        check: lane.id.source.slug(),
        account: (!lane.id.account.is_empty()).then(|| Text::new(lane.id.account.as_str())),
        region: Some(Text::new(lane.id.region.as_str())),
        result,
        detail: lane.reason.clone(),
        calls,
        first_call_only: check.first_call_only,
    }
}
