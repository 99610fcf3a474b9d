//! Credentials that end in the middle of a fetch: got anew once for all lanes, and nothing is lost.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use ringfort::demo::wire::Service;
use serde_json::Value;

use crate::endpoint::{Endpoint, Fault, When, data};
use crate::estate::{Aws, stderr};

const HOME: &str = "eu-central-1";
/// Three pages in each service, the last with one finding.
const SERVICES: [(Service, &str, &str, usize); 5] = [
    (Service::GuardDuty, "guardduty", "ListFindings", 101),
    (Service::Inspector, "inspector", "ListFindings", 201),
    (Service::AccessAnalyzer, "access-analyzer", "ListFindings", 201),
    (Service::Macie, "macie", "ListFindings", 101),
    (Service::SecurityHub, "security-hub", "GetFindings", 201),
];

/// A home whose profile runs a program for its credentials. The program writes down each time it runs; `key` is the access key
/// id, with `$n` for the how manieth time it is.
fn home(key: &str) -> tempfile::TempDir {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().display();
    fs::create_dir_all(home.path().join(".aws")).unwrap();
    let json = format!(r#"{{"Version":1,"AccessKeyId":"{key}","SecretAccessKey":"top-secret","SessionToken":"token"}}"#);
    let script = format!("echo x >> {path}/ran\nn=$(grep -c x {path}/ran)\ncat <<END\n{json}\nEND\n");
    fs::write(home.path().join("give"), script).unwrap();
    let config = format!("[profile p]\nregion = {HOME}\ncredential_process = /bin/sh {path}/give\n");
    fs::write(home.path().join(".aws/config"), config).unwrap();
    home
}

fn runs(home: &Path) -> usize {
    fs::read_to_string(home.join("ran")).unwrap_or_default().lines().count()
}

fn ringfort(url: &str, home: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_ringfort"))
        .args(arguments)
        .args(["--profile", "p"])
        .env_clear()
        .envs([("AWS_ENDPOINT_URL", url), ("AWS_EC2_METADATA_DISABLED", "true"), ("PATH", "/usr/bin:/bin")])
        .env("HOME", home)
        .stdin(Stdio::null())
        .output()
        .unwrap()
}

fn world() -> ringfort::demo::wire::World {
    let mut world = data::world(&[HOME], 0);
    for (service, _, _, findings) in SERVICES {
        world.put(data::ACCOUNT, HOME, service, data::cell(service, HOME, findings));
    }
    world
}

fn exported(output: &Output) -> Vec<(String, String)> {
    let text = |row: &Value, key: &str| row[key].as_str().unwrap_or_default().to_owned();
    let rows = String::from_utf8_lossy(&output.stdout).lines().map(|line| serde_json::from_str(line).unwrap()).collect::<Vec<Value>>();
    rows.iter().map(|row| (text(row, "source"), text(row, "id"))).collect()
}

/// The services whose pages are counted.
fn sources() -> String {
    SERVICES.map(|(_, slug, ..)| slug).join(",")
}

#[test]
fn a_token_that_ends_at_any_page_of_any_service_costs_nothing() {
    for page in 1..=3 {
        let endpoint = Endpoint::start(world());
        for (service, _, list, _) in SERVICES {
            endpoint.fault(When::nth(service, list, page), Fault::Expired);
        }
        let home = home("AKID$n");
        let output = ringfort(&endpoint.url, home.path(), &["export", "--format", "ndjson", "--source", &sources()]);
        assert_eq!(output.status.code(), Some(0), "page {page}: {}", stderr(&output));
        let rows = exported(&output);
        let once: BTreeSet<_> = rows.iter().cloned().collect();
        assert_eq!(once.len(), rows.len(), "page {page}: an id came twice");
        for (service, slug, list, findings) in SERVICES {
            let ids: BTreeSet<String> = once.iter().filter(|(source, _)| source == slug).map(|(_, id)| id.clone()).collect();
            let expected: BTreeSet<String> = (0..findings).map(|number| data::id(service, HOME, number)).collect();
            assert_eq!(ids, expected, "page {page}: {slug}");
            assert_eq!(endpoint.requests_for(service, list).len(), 4, "page {page}: {slug}: the call is repeated once");
        }
        let keys: BTreeSet<String> = endpoint.requests().into_iter().map(|call| call.access_key).collect();
        assert!(keys.len() >= 2 && keys.contains("AKID1") && keys.contains("AKID2"), "{keys:?}");
        assert_eq!(keys.len(), runs(home.path()), "the program runs once for each renewal");
    }
}

#[test]
fn lanes_that_meet_the_end_at_the_same_time_share_one_renewal() {
    let aws = Aws::start(|asked| match (asked.service.as_str(), asked.key.as_str()) {
        ("guardduty", "AKID1") => (403, r#"{"__type":"ExpiredTokenException","message":"expired"}"#.into()),
        _ => (0, String::new()),
    });
    let home = home("AKID$n");
    let regions =
        ["coverage", "--format", "json", "--source", "guardduty", "--region", "eu-west-1,eu-west-2,eu-west-3,us-east-1,us-west-2"];
    let output = ringfort(&aws.url, home.path(), &regions);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert_eq!(runs(home.path()), 2);
    let asked = aws.asked("guardduty");
    assert!(asked.iter().filter(|asked| asked.key == "AKID2").count() == 5 && asked.len() <= 10, "{}", asked.len());
}

#[test]
fn credentials_that_cannot_be_renewed_end_the_lanes_with_what_to_do_and_keep_what_arrived() {
    for (page, state, kept) in [(1, "failed", 0), (2, "partial", 50), (3, "partial", 100)] {
        let endpoint = Endpoint::start(world());
        for (service, _, list, _) in SERVICES {
            endpoint.fault(When::from(service, list, page), Fault::Expired);
        }
        let home = home("AKIDSAME");
        let output = ringfort(&endpoint.url, home.path(), &["coverage", "--format", "json", "--source", &sources()]);
        let coverage: Value = serde_json::from_slice(&output.stdout).unwrap_or_default();
        let lanes = coverage["lanes"].as_array().unwrap();
        for lane in lanes {
            let reason = lane["reason"].as_str().unwrap_or_default();
            assert_eq!(lane["state"], state, "page {page}: {lane}");
            assert!(reason.contains("have expired, and there are no newer ones") && reason.contains("`credential_process`"), "{reason}");
        }
        let guardduty = lanes.iter().find(|lane| lane["source"] == "guardduty").unwrap();
        assert_eq!(guardduty["findings"], kept, "page {page}");
        assert_eq!(output.status.code(), Some(if page == 1 { 4 } else { 3 }), "{}", stderr(&output));
        assert!(!format!("{output:?}").contains("top-secret"));
        assert!(runs(home.path()) <= 3, "{}", runs(home.path()));
    }
}

#[test]
fn keys_of_the_environment_that_have_expired_are_told_from_those_of_a_profile() {
    let endpoint = Endpoint::start(world());
    endpoint.fault(When::from(Service::GuardDuty, "ListFindings", 2), Fault::Expired);
    let folder = home("AKID$n");
    let output = Command::new(env!("CARGO_BIN_EXE_ringfort"))
        .args(["coverage", "--source", "guardduty", "--region", HOME])
        .env_clear()
        .envs([("AWS_ENDPOINT_URL", endpoint.url.as_str()), ("AWS_EC2_METADATA_DISABLED", "true"), ("COLUMNS", "400")])
        .envs([("AWS_ACCESS_KEY_ID", "AKIDENV1"), ("AWS_SECRET_ACCESS_KEY", "top-secret"), ("AWS_SESSION_TOKEN", "t")])
        .env("HOME", folder.path())
        .output()
        .unwrap();
    let told = String::from_utf8_lossy(&output.stdout);
    assert!(told.contains("the credentials in the environment (AWS_ACCESS_KEY_ID) have expired; set new ones"), "{told}");
    assert_eq!((output.status.code(), runs(folder.path())), (Some(3), 0));
}

#[test]
fn a_member_accounts_role_is_assumed_again_when_its_session_ends() {
    let count = std::sync::atomic::AtomicUsize::new(0);
    let aws = Aws::start(move |asked| match (asked.service.as_str(), asked.key.as_str()) {
        ("sts", _) if asked.body.contains("Action=AssumeRole") => {
            let key = ["ASIAOLD2", "ASIANEW2"][count.fetch_add(1, std::sync::atomic::Ordering::SeqCst).min(1)];
            let body = format!(
                "<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>{key}</AccessKeyId><SecretAccessKey>s</SecretAccessKey>\
                 <SessionToken>t</SessionToken><Expiration>2999-01-01T00:00:00Z</Expiration></Credentials></AssumeRoleResult>\
                 </AssumeRoleResponse>"
            );
            (200, body)
        }
        ("guardduty", "ASIAOLD2") => (403, r#"{"__type":"ExpiredTokenException","message":"expired"}"#.into()),
        _ => (0, String::new()),
    });
    let home = home("AKID$n");
    let arguments = ["coverage", "--source", "guardduty", "--account", "222222222222", "--region", "eu-west-1,us-east-1"];
    let output = ringfort(&aws.url, home.path(), &arguments);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let assumed = aws.asked("sts").iter().filter(|asked| asked.body.contains("Action=AssumeRole")).count();
    assert_eq!((assumed, runs(home.path())), (2, 1));
}

#[test]
fn roles_are_assumed_with_new_credentials_where_the_callers_have_ended() {
    let aws = Aws::start(|asked| match (asked.service.as_str(), asked.key.as_str()) {
        ("sts", "AKID1") if asked.body.contains("Action=AssumeRole") => {
            (403, "<ErrorResponse><Error><Code>ExpiredToken</Code><Message>expired</Message></Error></ErrorResponse>".into())
        }
        ("sts", _) if asked.body.contains("Action=AssumeRole") => {
            let body = "<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>ASIA2</AccessKeyId>\
                        <SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken><Expiration>2999-01-01T00:00:00Z</Expiration>\
                        </Credentials></AssumeRoleResult></AssumeRoleResponse>";
            (200, body.into())
        }
        _ => (0, String::new()),
    });
    let home = home("AKID$n");
    let output = ringfort(&aws.url, home.path(), &["coverage", "--source", "guardduty", "--account", "222222222222,333333333333"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert_eq!(runs(home.path()), 2);
}

#[test]
fn the_summary_says_who_asked() {
    let aws = Aws::start(|_| (0, String::new()));
    let output = ringfort(&aws.url, home("AKID$n").path(), &["summary", "--source", "guardduty"]);
    let told = String::from_utf8_lossy(&output.stdout);
    assert!(told.starts_with("Asked by a (111111111111)\n"), "{told}");
    let output = ringfort(&aws.url, home("AKID$n").path(), &["summary", "--source", "guardduty", "--format", "json"]);
    assert!(output.stdout.starts_with(b"{"));
}
