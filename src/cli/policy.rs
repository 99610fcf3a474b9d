//! `policy`: the IAM policy that allows every call of what is chosen, and nothing else.

use serde::Serialize;

use super::args::Feature;
use super::failure::Failure;
use super::fetching;
use super::output::Output;
use super::settings::Settings;
use crate::aws::{EstateCall, Members, Who, role_arn};
use crate::fetch;
use crate::model::{AccountId, Partition, Source, Timestamp};
use crate::source::{self, Action};

/// A policy document of IAM: the members that it must have, in the order that people know.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Policy {
    version: &'static str,
    statement: Vec<Statement>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Statement {
    sid: &'static str,
    effect: &'static str,
    action: Vec<&'static str>,
    resource: Resource,
}

/// Most lists name no resource that a policy could be narrowed to.
#[derive(Serialize)]
#[serde(untagged)]
enum Resource {
    One(String),
    Several(Vec<String>),
}

/// Writes the policy.
///
/// # Errors
/// When the chosen features need no permission at all: an empty policy is none.
pub(super) fn policy(settings: &Settings, features: &[Feature]) -> Result<u8, Failure> {
    let mut statement = Vec::new();
    for feature in [Feature::Read, Feature::Investigate].into_iter().filter(|feature| features.contains(feature)) {
        let (sid, calls): (_, fn(Source) -> Vec<Action>) = match feature {
            Feature::Investigate => ("RingfortInvestigate", |source| source::for_source(source).detail_actions().to_vec()),
            _ => ("RingfortRead", listing),
        };
        statement.extend(everywhere(sid, settings.sources.iter().flat_map(|source| calls(*source)).map(|call| call.iam)));
    }
    if features.contains(&Feature::Read) {
        statement.extend(everywhere("RingfortIdentity", EstateCall::OF_IDENTITY.iter().map(|call| call.iam)));
        let regions = EstateCall::OF_REGIONS.iter().filter(|_| settings.all_regions);
        statement.extend(everywhere("RingfortRegions", regions.map(|call| call.iam)));
        if let Some(members) = settings.members() {
            statement.extend(estate(members, &partition(settings)?));
        }
    }
    if features.contains(&Feature::Triage) {
        let note = "triage needs no permission: this ringfort changes nothing in AWS";
        if statement.is_empty() {
            return Err(Failure::usage(format!("{note}, and a policy without actions is none; leave out --feature triage")));
        }
        eprintln!("ringfort: {note}");
    }
    if statement.is_empty() {
        return Err(Failure::usage("the chosen sources need no permission for the chosen features, and a policy without actions is none"));
    }
    let policy = Policy { version: "2012-10-17", statement };
    Output::Stdout.fill(|out| {
        serde_json::to_writer_pretty(&mut *out, &policy)?;
        out.write_all(b"\n")
    })?;
    Ok(0)
}

/// The calls that bring the findings: all but those that an opened finding makes.
fn listing(source: Source) -> Vec<Action> {
    let reader = source::for_source(source);
    reader.actions().iter().filter(|action| !reader.detail_actions().contains(action)).copied().collect()
}

/// A statement over all resources; several operations may go by one action. None without actions.
fn everywhere(sid: &'static str, actions: impl Iterator<Item = &'static str>) -> Option<Statement> {
    let mut action = Vec::new();
    for name in actions {
        if !action.contains(&name) {
            action.push(name);
        }
    }
    (!action.is_empty()).then(|| Statement { sid, effect: "Allow", action, resource: Resource::One("*".to_owned()) })
}

/// What the account needs that enters the others; the rest is for the role in each of them.
fn estate(members: &Members, partition: &Partition) -> Vec<Statement> {
    let role = |account: &str| role_arn(partition.as_str(), &AccountId::new(account), &members.role).to_string();
    let (list, resource) = match &members.who {
        Who::Organization => (everywhere("RingfortOrganization", [EstateCall::LIST_ACCOUNTS.iam].into_iter()), Resource::One(role("*"))),
        Who::Listed(ids) => (None, Resource::Several(ids.iter().map(|id| role(id.as_str())).collect())),
    };
    let enter = Statement { sid: "RingfortEnterAccounts", effect: "Allow", action: vec![EstateCall::ASSUME_ROLE.iam], resource };
    list.into_iter().chain([enter]).collect()
}

/// The partition of the configured Region; `aws` where none is.
fn partition(settings: &Settings) -> Result<Partition, Failure> {
    let request = settings.request(Timestamp::now());
    let runtime = fetching::runtime()?;
    Ok(runtime.block_on(fetch::partition(&request)).unwrap_or_else(|_| Partition::new("aws")))
}
