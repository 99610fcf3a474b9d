//! `policy` allows exactly the calls that are made: the requests that arrive, the table of actions and the policy agree.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::sync::Arc;

use ringfort::aws::{Access, Embedded, EmbeddedAccount, EstateCall};
use ringfort::demo::wire::{Call, Cell, Record, Service, Shelf, Switch, World};
use ringfort::fetch::{Request, collect, start};
use ringfort::lens::LensSet;
use ringfort::model::{AccountId, LaneState, Region, Source, Text};
use ringfort::source::registry;
use ringfort::store::Store;
use serde_json::{Value, json};

use crate::emulator::credentials;
use crate::endpoint::{Endpoint, data, detour};
use crate::estate::{Asked, Aws, roles};

const HOME: &str = "eu-central-1";

fn policy(args: &[&str]) -> Output {
    let home = tempfile::tempdir().expect("a folder");
    let mut command = Command::new(env!("CARGO_BIN_EXE_ringfort"));
    command.arg("policy").args(args).env_clear().env("HOME", home.path()).stdin(Stdio::null());
    command.output().expect("the binary runs")
}

fn statements(args: &[&str]) -> Vec<Value> {
    let policy: Value = serde_json::from_slice(&policy(args).stdout).expect("JSON");
    assert_eq!(policy["Version"], "2012-10-17");
    let statements = policy["Statement"].as_array().expect("a list").clone();
    assert!(!statements.is_empty() && statements.iter().all(|statement| statement["Effect"] == "Allow"));
    statements
}

fn allowed(args: &[&str]) -> BTreeSet<String> {
    let statements = statements(args);
    let actions = statements.iter().flat_map(|statement| statement["Action"].as_array().expect("a list"));
    let actions: Vec<String> = actions.map(|action| action.as_str().expect("text").to_owned()).collect();
    let set: BTreeSet<String> = actions.iter().cloned().collect();
    assert_eq!(set.len(), actions.len(), "an action stands twice");
    set
}

/// Everything is on, with analyzers of both kinds, so that every call of ringfort has a reason to be made.
fn world(regions: &[&str]) -> World {
    let mut world = data::world(regions, 60);
    for region in regions {
        let arn = format!("arn:aws:access-analyzer:{region}:{}:analyzer/unused", data::ACCOUNT);
        let about = json!({ "arn": arn, "name": "unused", "type": "ACCOUNT_UNUSED_ACCESS", "createdAt": "2024-01-01T00:00:00Z", "status": "ACTIVE" });
        let finding = json!({
            "id": "one", "resource": "arn:aws:iam::111122223333:role/idle", "resourceType": "AWS::IAM::Role", "resourceOwnerAccount": data::ACCOUNT,
            "status": "ACTIVE", "createdAt": "2026-01-01T00:00:00Z", "analyzedAt": "2026-01-01T00:00:00Z", "updatedAt": "2026-01-01T00:00:00Z",
            "findingType": "UnusedIAMRole",
        });
        let mut shelves = data::cell(Service::AccessAnalyzer, region, 60).shelves;
        shelves.push(Shelf::new(&arn, about, vec![Record::new("one", finding.to_string())]));
        world.put(data::ACCOUNT, region, Service::AccessAnalyzer, Cell::on(shelves));
    }
    world
}

/// Fetches everything from the endpoint, and opens every finding of Access Analyzer.
async fn use_it_all(endpoint: &Endpoint) -> Store {
    let account = EmbeddedAccount { id: AccountId::new(data::ACCOUNT), name: Text::new("test"), credentials: credentials() };
    let access = Access::Embedded(Embedded { http_client: detour(endpoint), accounts: vec![account] });
    let fetch = start(Request::new(access, vec![Region::new(HOME)]), Arc::new(LensSet::builtin()));
    let (handle, mut store) = (fetch.handle(), Store::new());
    collect(fetch, &mut store, |_| {}).await;
    let opened: Vec<_> = store.iter().map(|(_, finding)| finding).filter(|finding| &*finding.id == "one").collect();
    assert_eq!(opened.len(), 1);
    for finding in opened {
        let detail = handle.detail(finding).await.expect("the details");
        assert!(detail.is_some(), "the list of unused access tells nothing");
    }
    store
}

fn asked(calls: &[Call]) -> BTreeSet<(String, String)> {
    let of_sources = calls.iter().filter(|call| call.service != Service::Sts);
    of_sources.map(|call| (call.service.signing_name().to_owned(), call.operation.to_owned())).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_calls_that_are_made_are_the_calls_of_the_table_and_their_actions_are_the_policy() {
    let endpoint = Endpoint::start(world(&[HOME]));
    let store = use_it_all(&endpoint).await;
    assert!(store.coverage.lanes.iter().all(|lane| lane.state == LaneState::Complete), "{:?}", store.coverage);
    let table: Vec<_> = registry().iter().flat_map(|reader| reader.actions()).copied().collect();
    let named: BTreeSet<(String, String)> =
        table.iter().map(|action| (action.iam.split(':').next().expect("a prefix").to_owned(), action.operation.to_owned())).collect();
    assert_eq!(asked(&endpoint.requests()), named, "left: what arrived; right: the table");
    let needed: BTreeSet<String> = table.iter().map(|action| action.iam.to_owned()).chain(of_identity()).collect();
    assert_eq!(allowed(&[]), needed);
}

/// The emulator names the action that it misses by its own rule, which is AWS's: the two must agree.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refused_call_names_the_action_that_the_table_gives_it() {
    for service in Service::FINDINGS {
        let mut world = world(&[HOME]);
        let mut cell = data::cell(service, HOME, 1);
        cell.switch = Switch::Denied(Vec::new());
        world.put(data::ACCOUNT, HOME, service, cell);
        let endpoint = Endpoint::start(world);
        let account = EmbeddedAccount { id: AccountId::new(data::ACCOUNT), name: Text::new("test"), credentials: credentials() };
        let access = Access::Embedded(Embedded { http_client: detour(&endpoint), accounts: vec![account] });
        let mut store = Store::new();
        collect(start(Request::new(access, vec![Region::new(HOME)]), Arc::new(LensSet::builtin())), &mut store, |_| {}).await;
        let refused: Vec<_> = store.coverage.in_state(LaneState::Denied).collect();
        assert_eq!(refused.len(), 1, "{service:?}");
        let action = refused[0].action.as_deref().expect("an action");
        assert!(allowed(&["--source", refused[0].id.source.slug()]).contains(action), "{action}");
    }
}

/// What is asked of the caller's account itself, whatever the sources.
fn of_identity() -> impl Iterator<Item = String> {
    EstateCall::OF_IDENTITY.iter().map(|call| call.iam.to_owned())
}

#[test]
fn a_source_that_is_left_out_costs_no_permission() {
    let mut sum = BTreeSet::new();
    for source in Source::ALL {
        let mut its = allowed(&["--source", source.slug()]);
        assert!(of_identity().all(|action| its.remove(&action)), "{source}: {its:?}");
        // What Security Hub suppresses, the checks ask too.
        let shared: Vec<&String> = sum.intersection(&its).collect();
        let is_known = source == Source::Checks && shared == ["securityhub:GetFindings"];
        assert!(!its.is_empty() && (shared.is_empty() || is_known), "{source}: {its:?}");
        sum.extend(its);
    }
    sum.extend(of_identity());
    assert_eq!(sum, allowed(&[]));
    assert_eq!(allowed(&["--source", "guardduty", "--feature", "read"]), allowed(&["--source", "guardduty"]));
}

#[test]
fn a_feature_that_does_not_exist_is_a_mistake_that_lists_those_that_do() {
    let output = policy(&["--feature", "raed"]);
    let message = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!((output.status.code(), output.stdout.len()), (Some(2), 0), "{message}");
    assert!(message.contains("did you mean `read`?"), "{message}");
    let message = String::from_utf8_lossy(&policy(&["--feature", "xyz"]).stderr).into_owned();
    assert!(message.contains("choose one of: read, investigate, triage"), "{message}");
}

#[test]
fn what_an_opened_finding_asks_for_is_a_feature_of_its_own() {
    let (read, investigate) = (allowed(&["--feature", "read"]), allowed(&["--feature", "investigate"]));
    assert_eq!(investigate, BTreeSet::from(["access-analyzer:GetFinding".to_owned()]));
    assert!(read.is_disjoint(&investigate));
    assert_eq!(allowed(&["--feature", "read,investigate"]), allowed(&[]));
    let output = policy(&["--feature", "investigate", "--source", "macie"]);
    assert_eq!((output.status.code(), output.stdout.len()), (Some(2), 0), "a policy without actions is none");
}

#[test]
fn triage_needs_nothing_yet_and_that_is_said() {
    let output = policy(&["--feature", "triage"]);
    assert_eq!((output.status.code(), output.stdout.len()), (Some(2), 0));
    assert!(String::from_utf8_lossy(&output.stderr).contains("changes nothing in AWS"), "{output:?}");
    let output = policy(&["--feature", "read,triage"]);
    assert_eq!((output.status.code(), output.stdout), (Some(0), policy(&["--feature", "read"]).stdout));
    assert!(String::from_utf8_lossy(&output.stderr).contains("changes nothing in AWS"));
}

/// The operation of a call beside the sources', as its protocol names it, with the service's prefix.
fn estate_action(asked: &Asked) -> Option<String> {
    let form = |body: &str| body.split('&').find_map(|pair| pair.strip_prefix("Action=")).unwrap_or_default().to_owned();
    let operation = match asked.service.as_str() {
        "account" => match asked.path.as_str() {
            "/listRegions" => "ListRegions".to_owned(),
            other => other.to_owned(),
        },
        "organizations" => asked.target.split('.').next_back().unwrap_or_default().to_owned(),
        "ec2" | "sts" | "iam" => form(&asked.body),
        _ => return None,
    };
    // It needs no permission: nobody can be refused it.
    Some(format!("{}:{operation}", asked.service)).filter(|action| action != "sts:GetCallerIdentity")
}

#[test]
fn the_calls_that_tell_the_estate_are_those_that_the_policy_of_the_same_scope_allows() {
    for scope in [
        &["--region", "eu-west-1"][..],
        &["--region", "all"],
        &["--account", "111111111111,222222222222", "--region", "eu-west-1"],
        &["--account", "222222222222", "--role-name", "audit/Reader", "--region", "all"],
        &["--org", "--region", "eu-west-1"],
        &["--org", "--region", "all"],
    ] {
        let aws = Aws::start(|asked| match asked.service.as_str() {
            "organizations" => {
                (200, r#"{"Accounts":[{"Id":"111111111111","State":"ACTIVE"},{"Id":"222222222222","State":"ACTIVE"}]}"#.into())
            }
            // The Account API does not tell, so that EC2 is asked too.
            "account" => (500, "{}".into()),
            "ec2" => (200, "<DescribeRegionsResponse><regionName>us-east-1</regionName></DescribeRegionsResponse>".into()),
            _ => roles(asked),
        });
        let output = aws.ask(&[&["coverage", "--source", "guardduty"], scope].concat());
        assert_eq!(output.status.code(), Some(0), "{scope:?}: {output:?}");
        let made: BTreeSet<String> = aws.asked.lock().unwrap().iter().filter_map(estate_action).collect();
        let of_source: BTreeSet<String> = allowed(&["--source", "guardduty"]);
        let beside: BTreeSet<String> = allowed(&[&["--source", "guardduty"], scope].concat()).difference(&of_source).cloned().collect();
        let made: BTreeSet<String> = made.difference(&of_source).cloned().collect();
        assert_eq!(made, beside, "{scope:?}; left: what arrived, right: the policy");
    }
}

#[test]
fn the_roles_that_may_be_assumed_are_named_in_the_partition_of_the_region() {
    let resource = |args: &[&str]| {
        let found = statements(args).into_iter().find(|statement| statement["Sid"] == "RingfortEnterAccounts").expect("the statement");
        assert_eq!(found["Action"], json!(["sts:AssumeRole"]));
        found["Resource"].clone()
    };
    assert_eq!(resource(&["--org", "--role-name", "SecurityAudit"]), "arn:aws:iam::*:role/SecurityAudit");
    for (region, partition) in [("cn-north-1", "aws-cn"), ("us-gov-west-1", "aws-us-gov"), ("eusc-de-east-1", "aws-eusc")] {
        assert_eq!(resource(&["--org", "--region", region]), format!("arn:{partition}:iam::*:role/OrganizationAccountAccessRole"));
        let listed = resource(&["--account", "222222222222,333333333333", "--role-name", "audit/R", "--region", region]);
        let arn = |id: &str| format!("arn:{partition}:iam::{id}:role/audit/R");
        assert_eq!(listed, json!([arn("222222222222"), arn("333333333333")]));
    }
    let sids: Vec<_> = statements(&["--account", "222222222222"]).into_iter().map(|statement| statement["Sid"].clone()).collect();
    assert!(!sids.contains(&json!("RingfortOrganization")), "named accounts need no list: {sids:?}");
}

#[test]
fn the_readme_shows_the_policy_as_the_command_prints_it() {
    let readme = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")).expect("README.md");
    let shown = readme.split("```json\n").nth(1).and_then(|rest| rest.split("```").next()).expect("a policy in README.md");
    assert_eq!(shown, String::from_utf8_lossy(&policy(&[]).stdout));
}
