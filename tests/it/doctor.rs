//! `doctor` against a local endpoint: what it asks, what it says, and its exit codes.

use std::collections::BTreeMap;
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use ringfort::demo::wire::{Service, Switch, World};
use ringfort::model::Source;
use ringfort::source::registry;
use serde_json::Value;

use crate::endpoint::{Endpoint, Fault, When, data};

const HOME: &str = "eu-central-1";
const KEYS: [(&str, &str); 2] = [("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE"), ("AWS_SECRET_ACCESS_KEY", "not-a-secret")];

fn doctor(variables: &[(&str, &str)], args: &[&str]) -> Output {
    let home = tempfile::tempdir().expect("a folder");
    let mut command = Command::new(env!("CARGO_BIN_EXE_ringfort"));
    command.arg("doctor").args(args).env_clear().stdin(Stdio::null());
    command.env("HOME", home.path()).env("AWS_EC2_METADATA_DISABLED", "true").env("AWS_REGION", HOME).env("AWS_MAX_ATTEMPTS", "2");
    command.envs(variables.iter().copied()).output().expect("the binary runs")
}

/// With good keys, at this endpoint.
fn at(endpoint: &Endpoint, args: &[&str]) -> Output {
    doctor(&[KEYS[0], KEYS[1], ("AWS_ENDPOINT_URL", &endpoint.url)], args)
}

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).expect("UTF-8")
}

/// Exit code, and the checks by name.
fn told(output: &Output) -> (i32, BTreeMap<String, Value>) {
    let json: Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{output:?}"));
    let code = output.status.code().expect("no signal");
    assert_eq!(json["healthy"], code == 0);
    let checks = json["checks"].as_array().expect("a list").iter();
    (code, checks.map(|check| (check["check"].as_str().expect("a name").to_owned(), check.clone())).collect())
}

fn with(service: Service, switch: Switch) -> World {
    let mut world = data::world(&[HOME], 120);
    let mut cell = data::cell(service, HOME, 120);
    cell.switch = switch;
    world.put(data::ACCOUNT, HOME, service, cell);
    world
}

fn call<'a>(checks: &'a BTreeMap<String, Value>, source: &str, operation: &str) -> &'a Value {
    let calls = checks[source]["calls"].as_array().expect("a list");
    calls.iter().find(|call| call["operation"] == operation).expect("the call is listed")
}

#[test]
fn all_well_is_a_calm_table_and_exit_code_0() {
    let endpoint = Endpoint::start(data::world(&[HOME], 120));
    let output = at(&endpoint, &[]);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    insta::assert_snapshot!("doctor_well", stdout(&output));
}

#[test]
fn each_kind_of_call_is_made_once_and_for_one_finding_at_most() {
    let endpoint = Endpoint::start(data::world(&[HOME], 120));
    at(&endpoint, &[]);
    let asked = endpoint.requests();
    for reader in registry() {
        for action in reader.actions() {
            let prefix = action.iam.split(':').next().expect("a prefix");
            let such: Vec<_> =
                asked.iter().filter(|call| call.service.signing_name() == prefix && call.operation == action.operation).collect();
            let once = match reader.source() {
                // A service that an account has in two places is asked in both; S3 has two operations of one name; the credential
                // report is asked for again once it was made.
                Source::Checks => 1..=2,
                _ => usize::from(!action.operation.ends_with("V2"))..=usize::from(!action.operation.ends_with("V2")),
            };
            assert!(once.contains(&such.len()), "{action:?}: {}", such.len());
            if reader.source() == Source::Checks {
                continue;
            }
            let of_findings = !matches!(action.operation, "ListDetectors" | "ListAnalyzers");
            assert!(!of_findings || such.iter().all(|call| call.page_size.is_none_or(|size| size == 1)), "{such:?}");
        }
    }
    let own = asked.iter().filter(|call| call.service == Service::Sts).count();
    assert_eq!(own, 2, "once for the identity, and once for the checks, which have to name the account");
}

#[test]
fn a_permission_that_is_missing_is_named_even_where_the_findings_come_without_it() {
    for (service, source, operation, action) in [
        (Service::GuardDuty, "guardduty", "GetDetector", "guardduty:GetDetector"),
        (Service::GuardDuty, "guardduty", "GetFindings", "guardduty:GetFindings"),
        (Service::Inspector, "inspector", "BatchGetAccountStatus", "inspector2:BatchGetAccountStatus"),
        (Service::AccessAnalyzer, "access-analyzer", "ListFindings", "access-analyzer:ListFindings"),
        (Service::Macie, "macie", "GetMacieSession", "macie2:GetMacieSession"),
        (Service::SecurityHub, "security-hub", "DescribeHub", "securityhub:DescribeHub"),
    ] {
        let endpoint = Endpoint::start(with(service, Switch::Denied(vec![operation.to_owned()])));
        let (code, checks) = told(&at(&endpoint, &["--format", "json"]));
        assert_eq!((code, checks[source]["result"].as_str()), (3, Some("denied")), "{operation}: {}", checks[source]);
        let refused = call(&checks, source, operation);
        assert_eq!((refused["result"].as_str(), refused["action"].as_str()), (Some("denied"), Some(action)));
        assert!(refused["reason"].as_str().is_some_and(|reason| reason.contains(action)), "{refused}");
        assert_eq!(checks.values().filter(|check| check["result"] == "works").count(), 7, "the others work");
    }
}

#[test]
fn a_service_that_is_off_is_well_and_says_so() {
    for (service, source) in [
        (Service::GuardDuty, "guardduty"),
        (Service::Inspector, "inspector"),
        (Service::AccessAnalyzer, "access-analyzer"),
        (Service::Macie, "macie"),
        (Service::SecurityHub, "security-hub"),
    ] {
        let endpoint = Endpoint::start(with(service, Switch::Off));
        let (code, checks) = told(&at(&endpoint, &["--format", "json", "--source", source]));
        assert_eq!((code, checks[source]["result"].as_str()), (0, Some("off")), "{}", checks[source]);
        assert!(checks[source]["detail"].is_string());
        assert_eq!(checks.len(), 3, "credentials, identity, and the one source: {:?}", checks.keys());
    }
}

#[test]
fn a_table_with_trouble_says_what_to_do_within_80_columns() {
    let mut world = with(Service::GuardDuty, Switch::Denied(vec!["ListDetectors".to_owned()]));
    let mut hub = data::cell(Service::SecurityHub, HOME, 3);
    hub.switch = Switch::DeniedByOrganization;
    world.put(data::ACCOUNT, HOME, Service::SecurityHub, hub);
    let mut macie = data::cell(Service::Macie, HOME, 3);
    macie.switch = Switch::Off;
    world.put(data::ACCOUNT, HOME, Service::Macie, macie);
    let output = at(&Endpoint::start(world), &[]);
    assert_eq!(output.status.code(), Some(3));
    let text = stdout(&output);
    assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
    insta::assert_snapshot!("doctor_trouble", text);
}

#[test]
fn a_service_that_never_answers_costs_its_time_limit_and_no_other() {
    let endpoint = Endpoint::start(data::world(&[HOME], 3));
    endpoint.fault(When::every(Service::Inspector, "ListFindings"), Fault::Hang);
    let begun = Instant::now();
    let (code, checks) = told(&at(&endpoint, &["--format", "json", "--timeout", "3s"]));
    assert!(begun.elapsed() < Duration::from_secs(8), "{:?}", begun.elapsed());
    assert_eq!((code, checks["inspector"]["result"].as_str()), (3, Some("failed")), "{}", checks["inspector"]);
    assert!(checks["inspector"]["detail"].as_str().is_some_and(|text| text.contains("within 3 s")), "{}", checks["inspector"]);
    assert_eq!(checks.values().filter(|check| check["result"] == "works").count(), 7);
}

#[test]
fn without_credentials_nothing_is_asked_and_the_code_is_4() {
    let (code, checks) = told(&doctor(&[], &["--format", "json"]));
    assert_eq!((code, checks["credentials"]["result"].as_str()), (4, Some("failed")));
    let detail = checks["credentials"]["detail"].as_str().unwrap_or_default();
    assert!(detail.contains("no AWS credentials were found") && detail.contains("--demo"), "{detail}");
    assert!(!checks.contains_key("identity"));
}

#[test]
fn without_a_network_everything_fails_and_the_code_is_4() {
    let (code, checks) = told(&doctor(&[KEYS[0], KEYS[1], ("AWS_ENDPOINT_URL", "http://127.0.0.1:1")], &["--format", "json"]));
    assert_eq!((code, checks["credentials"]["result"].as_str()), (4, Some("works")));
    assert_eq!(checks.values().filter(|check| check["result"] == "failed").count(), 7);
}

#[test]
fn a_region_that_is_not_enabled_is_told_from_bad_credentials() {
    let mut world = data::world(&[HOME], 3);
    for service in Service::FINDINGS {
        let mut cell = data::cell(service, HOME, 3);
        cell.switch = Switch::RegionDisabled;
        world.put(data::ACCOUNT, HOME, service, cell);
    }
    let (code, checks) = told(&at(&Endpoint::start(world), &["--format", "json"]));
    assert_eq!((code, checks["identity"]["result"].as_str()), (3, Some("works")));
    assert!(checks["macie"]["detail"].as_str().is_some_and(|text| text.contains("is not enabled for the account")), "{}", checks["macie"]);
}

#[test]
fn a_mistake_is_found_before_anything_is_asked() {
    let endpoint = Endpoint::start(data::world(&[HOME], 3));
    let output = at(&endpoint, &["--profile", "prod"]);
    assert_eq!((output.status.code(), endpoint.requests().len()), (Some(2), 0), "{output:?}");
}

#[test]
fn the_demo_can_be_examined_too() {
    let output = doctor(&[], &["--demo"]);
    assert!(matches!(output.status.code(), Some(0 | 3)), "{output:?}");
    assert!(stdout(&output).lines().all(|line| line.chars().count() <= 80), "{}", stdout(&output));
}
