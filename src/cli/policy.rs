//! `policy`: the IAM policy that allows every call of the chosen sources, and nothing else.

use serde::Serialize;

use super::args::Feature;
use super::failure::Failure;
use super::output::Output;
use super::settings::Settings;
use crate::model::Source;
use crate::source;

/// A policy document of IAM: the members that it must have, in the order that people know.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Policy {
    version: &'static str,
    statement: [Statement; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Statement {
    sid: &'static str,
    effect: &'static str,
    action: Vec<&'static str>,
    resource: &'static str,
}

/// Writes the policy.
pub(super) fn policy(settings: &Settings, features: &[Feature]) -> Result<u8, Failure> {
    let policy = reading(if features.contains(&Feature::Read) { &settings.sources } else { &[] });
    Output::Stdout.fill(|out| {
        serde_json::to_writer_pretty(&mut *out, &policy)?;
        out.write_all(b"\n")
    })?;
    Ok(0)
}

fn reading(sources: &[Source]) -> Policy {
    let mut action = Vec::new();
    for call in sources.iter().flat_map(|source| source::for_source(*source).actions()) {
        // Several operations may go by one action.
        if !action.contains(&call.iam) {
            action.push(call.iam);
        }
    }
    // Lists name no resource that a policy could be narrowed to.
    let statement = Statement { sid: "RingfortRead", effect: "Allow", action, resource: "*" };
    Policy { version: "2012-10-17", statement: [statement] }
}
