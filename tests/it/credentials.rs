//! Credentials, profiles, Regions and endpoints as the environment and the files say.
//!
//! A process's environment cannot be changed safely while it runs, so each case runs this binary again, with only the test
//! [`in_a_child_process`], in an environment of its own.

use std::collections::HashMap;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::Command;
use std::sync::mpsc;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use aws_credential_types::provider::ProvideCredentials;
use ringfort::aws::{Access, Meter, call, settle};
use ringfort::fetch::{Event, Request, collect, start};
use ringfort::lens::LensSet;
use ringfort::model::{AccountId, LaneId, LaneState, Region, Source};
use ringfort::store::Store;

const CONFIG: &str = "\
[default]
region = eu-west-3

[profile security]
region = eu-central-1

[profile nowhere]
output = json

[profile sso]
region = eu-west-1
sso_start_url = https://example.awsapps.com/start
sso_region = eu-west-1
sso_account_id = 111122223333
sso_role_name = Audit

[profile empty]
region = eu-west-1

[profile broken]
region = eu-west-1
credential_process = /nonexistent/helper --please
";

const CREDENTIALS: &str = "\
[security]
aws_access_key_id = AKIDPROFILE
aws_secret_access_key = profile-secret

[nowhere]
aws_access_key_id = AKIDNOWHERE
aws_secret_access_key = nowhere-secret
";

/// Answers of the child, by name.
struct Child(HashMap<String, String>);

impl Child {
    /// Runs `task` with these variables and nothing else but a home folder with the files above.
    fn run(task: &str, variables: &[(&str, &str)]) -> Self {
        let home = tempfile::tempdir().expect("a folder");
        Self::run_at(home.path(), task, variables)
    }

    fn run_at(home: &Path, task: &str, variables: &[(&str, &str)]) -> Self {
        std::fs::create_dir_all(home.join(".aws")).expect("a folder");
        if !variables.iter().any(|(name, _)| *name == "NO_FILES") {
            std::fs::write(home.join(".aws/config"), CONFIG).expect("a file");
            std::fs::write(home.join(".aws/credentials"), CREDENTIALS).expect("a file");
        }
        let output = Command::new(std::env::current_exe().expect("this binary"))
            .args(["--exact", "credentials::in_a_child_process", "--ignored", "--nocapture", "--test-threads=1"])
            .env_clear()
            .env("HOME", home)
            .env("AWS_EC2_METADATA_SERVICE_ENDPOINT", "http://127.0.0.1:1")
            .env("TASK", task)
            .envs(variables.iter().copied())
            .output()
            .expect("the child runs");
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(output.status.success(), "{said}\n{}", String::from_utf8_lossy(&output.stderr));
        Self(said.lines().filter_map(|line| line.strip_prefix("SAID ")?.split_once('=')).map(|(k, v)| (k.into(), v.into())).collect())
    }

    fn said(&self, name: &str) -> &str {
        self.0.get(name).map_or("", String::as_str)
    }
}

fn say(name: &str, value: impl std::fmt::Display) {
    // The test harness writes its own words on the same line first.
    println!("\nSAID {name}={value}");
}

#[test]
#[ignore = "runs in a child process of the other tests"]
fn in_a_child_process() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let variable = |name: &str| std::env::var(name).ok();
        let access = Access::Profile(variable("PROFILE"));
        let regions: Vec<Region> = variable("REGIONS").iter().flat_map(|names| names.split(',')).map(Region::new).collect();
        match variable("TASK").as_deref() {
            Some("settle") => match settle(&access, &regions).await {
                Ok(scope) => {
                    say("region", &scope.accounts[0].regions[0]);
                    let provider = scope.accounts[0].home().credentials_provider().expect("a provider");
                    match provider.provide_credentials().await {
                        Ok(credentials) => say("key", credentials.access_key_id()),
                        Err(error) => say("no-key", error),
                    }
                    if let Err(failure) = scope.accounts[0].ready().await {
                        say("failure", failure);
                    }
                    let lane = LaneId { account: AccountId::default(), region: Region::new("eu-west-1"), source: Source::Macie };
                    let shown = format!("{scope:?} {:?}", scope.accounts[0].meter(&lane));
                    say("leaks", shown.contains("-secret"));
                }
                Err(error) => say("error", error),
            },
            Some("call") => {
                let scope = settle(&access, &regions).await.expect("a scope");
                say("own-endpoint", scope.accounts[0].has_own_endpoint(Source::GuardDuty));
                let client = aws_sdk_guardduty::Client::new(&scope.accounts[0].config(&Region::new("eu-north-1")));
                let meter = Arc::new(Meter::default());
                let answer = call(&meter, |capture| client.list_detectors().customize().interceptor(capture).send()).await;
                say("answer", String::from_utf8_lossy(&answer.expect("an answer")));
            }
            Some("fetch") => {
                let mut request = Request::new(access, regions);
                request.sources = vec![Source::GuardDuty];
                say("started", epoch().as_micros());
                let begun = Instant::now();
                let fetch = start(request, Arc::new(LensSet::builtin()));
                say("returned-us", begun.elapsed().as_micros());
                let mut store = Store::new();
                let mut planned = None;
                let outcome = collect(fetch, &mut store, |event| {
                    if matches!(event, Event::Planned(_)) {
                        planned = Some(begun.elapsed());
                    }
                })
                .await;
                say("planned-ms", planned.expect("a plan").as_millis());
                say("elapsed-ms", begun.elapsed().as_millis());
                say("fatal", outcome.fatal.unwrap_or_default());
                say("state", store.coverage.lanes.first().map(|lane| lane.state).unwrap_or_default());
                say("reason", store.coverage.lanes.first().and_then(|lane| lane.reason.clone()).unwrap_or_default());
            }
            other => panic!("no such task: {other:?}"),
        }
    });
}

fn epoch() -> Duration {
    SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970")
}

/// A request that an endpoint got: when, and its head.
type Requests = Arc<Mutex<Vec<(Duration, String)>>>;

/// An endpoint that gives every request the same answer, for one connection each.
fn endpoint(status: &'static str, body: &'static str) -> (String, Requests) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = format!("http://{}", listener.local_addr().expect("an address"));
    let requests = Requests::default();
    let seen = Arc::clone(&requests);
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(mut stream) = stream else { break };
            let at = epoch();
            let head = head(&mut stream);
            seen.lock().expect("no panic").push((at, head));
            let length = body.len();
            let _ = write!(stream, "HTTP/1.1 {status}\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n{body}");
        }
    });
    (address, requests)
}

fn head(stream: &mut TcpStream) -> String {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") && matches!(stream.read(&mut byte), Ok(1)) {
        head.push(byte[0]);
    }
    String::from_utf8_lossy(&head).into_owned()
}

const KEYS: [(&str, &str); 2] = [("AWS_ACCESS_KEY_ID", "AKIDENVIRONMENT"), ("AWS_SECRET_ACCESS_KEY", "environment-secret")];

fn with<'a>(more: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    KEYS.iter().chain(more).copied().collect()
}

#[test]
fn a_named_profile_beats_keys_in_the_environment() {
    let child = Child::run("settle", &with(&[("PROFILE", "security")]));
    assert_eq!((child.said("key"), child.said("region")), ("AKIDPROFILE", "eu-central-1"));
}

#[test]
fn no_secret_is_shown_by_what_is_printed_for_debugging() {
    for profile in ["security", "nowhere"] {
        let child = Child::run("settle", &with(&[("PROFILE", profile), ("AWS_REGION", "eu-west-1")]));
        assert_eq!(child.said("leaks"), "false", "{profile}");
    }
}

#[test]
fn keys_in_the_environment_beat_a_profile_of_the_environment() {
    let child = Child::run("settle", &with(&[("AWS_PROFILE", "security")]));
    assert_eq!((child.said("key"), child.said("region")), ("AKIDENVIRONMENT", "eu-central-1"));
}

#[test]
fn the_region_comes_from_the_argument_then_the_environment_then_the_profile() {
    let both = [("AWS_REGION", "us-west-2"), ("AWS_DEFAULT_REGION", "us-west-1"), ("PROFILE", "security"), ("REGIONS", "sa-east-1")];
    for (skip, region) in [(0, "eu-central-1"), (1, "us-west-2"), (2, "us-west-2"), (3, "sa-east-1")] {
        let variables: Vec<(&str, &str)> = match skip {
            0 => vec![both[2]],
            1 => vec![both[2], both[1], both[0]],
            2 => vec![both[2], both[0]],
            _ => both.to_vec(),
        };
        assert_eq!(Child::run("settle", &variables).said("region"), region, "{variables:?}");
    }
    assert_eq!(Child::run("settle", &[both[2], both[1]]).said("region"), "us-west-1");
}

#[test]
fn an_unknown_profile_is_an_error_that_lists_the_profiles_there_are() {
    for (variable, from) in [("PROFILE", ""), ("AWS_PROFILE", " (from AWS_PROFILE)")] {
        let child = Child::run("settle", &with(&[(variable, "secuirty"), ("AWS_REGION", "eu-central-1")]));
        assert_eq!(child.said("error"), format!("no profile `secuirty`{from}; there are: broken, default, empty, nowhere, security, sso"));
    }
    let child = Child::run("settle", &[("PROFILE", "any"), ("NO_FILES", "1"), ("AWS_REGION", "eu-central-1")]);
    assert!(child.said("error").contains("there are no profiles yet"), "{}", child.said("error"));
}

#[test]
fn no_region_anywhere_is_an_error_that_says_what_to_do_and_asks_no_metadata_service() {
    let begun = Instant::now();
    let child = Child::run("settle", &[("PROFILE", "nowhere")]);
    assert!(child.said("error").starts_with("no Region: name one with --region"), "{}", child.said("error"));
    assert!(begun.elapsed() < Duration::from_secs(3));
}

#[test]
fn no_credentials_are_told_quickly_with_what_was_tried_and_what_to_do() {
    let child = Child::run("fetch", &[("NO_FILES", "1"), ("AWS_REGION", "eu-central-1")]);
    let fatal = child.said("fatal");
    for part in ["no AWS credentials were found", "AWS_ACCESS_KEY_ID", "profile `default`", "instance's role", "aws configure", "--demo"] {
        assert!(fatal.contains(part), "{part} is missing: {fatal}");
    }
    assert_eq!((child.said("state"), child.said("reason")), (LaneState::Failed.slug(), fatal));
    let elapsed: u64 = child.said("elapsed-ms").parse().expect("a number");
    assert!(elapsed < 2000, "{elapsed} ms");
}

#[test]
fn a_metadata_service_that_never_answers_holds_nobody_up() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let silent = format!("http://{}", listener.local_addr().expect("an address"));
    let (stop, stopped) = mpsc::channel::<()>();
    let holder = std::thread::spawn(move || {
        // Connections are accepted by the kernel; nobody reads them.
        let _ = stopped.recv();
        drop(listener);
    });
    let child = Child::run("fetch", &[("NO_FILES", "1"), ("AWS_REGION", "eu-central-1"), ("AWS_EC2_METADATA_SERVICE_ENDPOINT", &silent)]);
    let elapsed: u64 = child.said("elapsed-ms").parse().expect("a number");
    assert!(elapsed < 2000, "{elapsed} ms");
    assert!(child.said("fatal").contains("no AWS credentials were found"), "{}", child.said("fatal"));
    drop(stop);
    holder.join().expect("no panic");
}

#[test]
fn an_sso_session_that_is_missing_says_how_to_log_in() {
    let child = Child::run("settle", &[("PROFILE", "sso")]);
    let failure = child.said("failure");
    assert!(failure.contains("profile `sso`") && failure.contains("aws sso login --profile sso"), "{failure}");
}

#[test]
fn a_profile_without_credentials_is_told_from_no_credentials_at_all() {
    let child = Child::run("settle", &with(&[("PROFILE", "empty")]));
    let failure = child.said("failure");
    assert!(failure.starts_with("the credentials of profile `empty` cannot be had: it says nothing about credentials; "), "{failure}");
    assert!(failure.contains("name a profile with --profile (broken, default, nowhere, security, sso)"), "{failure}");
}

#[test]
fn a_broken_credential_process_names_the_profile() {
    let child = Child::run("settle", &[("PROFILE", "broken")]);
    let failure = child.said("failure");
    assert!(failure.contains("profile `broken`") && failure.contains("credential_process"), "{failure}");
}

#[test]
fn endpoints_of_the_environment_are_used_the_services_own_before_the_general_one() {
    let (general, at_general) = endpoint("200 OK", r#"{"detectorIds":["general"]}"#);
    let (own, at_own) = endpoint("200 OK", r#"{"detectorIds":["own"]}"#);
    let region = ("AWS_REGION", "eu-central-1");
    let child = Child::run("call", &with(&[region, ("AWS_ENDPOINT_URL", &general), ("AWS_ENDPOINT_URL_GUARDDUTY", &own)]));
    assert_eq!((child.said("answer"), child.said("own-endpoint")), (r#"{"detectorIds":["own"]}"#, "true"));
    let child = Child::run("call", &with(&[region, ("AWS_ENDPOINT_URL", &general)]));
    assert_eq!((child.said("answer"), child.said("own-endpoint")), (r#"{"detectorIds":["general"]}"#, "true"));

    let (own, general) = (at_own.lock().expect("no panic"), at_general.lock().expect("no panic"));
    assert_eq!((own.len(), general.len()), (1, 1));
    let head = own[0].1.to_ascii_lowercase();
    assert!(head.starts_with("get /detector "), "{head}");
    assert!(head.contains("/eu-north-1/guardduty/aws4_request"), "the lane's Region signs: {head}");
    assert!(head.contains(concat!("lib/ringfort/", env!("CARGO_PKG_VERSION"))), "{head}");
}

#[test]
fn an_endpoint_that_is_no_url_is_an_error_that_shows_no_password() {
    for (wrong, shown) in [("localhost:4566", "localhost:4566"), ("https://", "https://"), ("ftp://me:secret@host", "host")] {
        let child = Child::run("settle", &with(&[("AWS_REGION", "eu-central-1"), ("AWS_ENDPOINT_URL_SECURITYHUB", wrong)]));
        assert!(child.said("error").starts_with(&format!("`{shown}` is no endpoint: AWS_ENDPOINT_URL")), "{}", child.said("error"));
    }
}

#[test]
fn a_region_that_is_no_name_is_an_error_and_one_that_is_only_unknown_is_not() {
    let child = Child::run("settle", &with(&[("AWS_REGION", "EU central")]));
    assert!(child.said("error").starts_with("unknown Region `EU central`"), "{}", child.said("error"));
    let child = Child::run("settle", &with(&[("AWS_REGION", "eu-newest-1")]));
    assert_eq!(child.said("region"), "eu-newest-1");
}

#[test]
fn the_first_request_is_sent_at_once() {
    let (address, requests) = endpoint("400 Bad Request", r#"{"__type":"BadRequestException","message":"no"}"#);
    let child = Child::run("fetch", &with(&[("AWS_REGION", "eu-central-1"), ("AWS_ENDPOINT_URL", &address)]));
    let started = Duration::from_micros(child.said("started").parse().expect("a number"));
    let first = requests.lock().expect("no panic").first().expect("a request").0.saturating_sub(started);
    println!("start() returned after {} us; the first request came {first:?} after it began", child.said("returned-us"));
    assert!(first < Duration::from_secs(2), "{first:?}");
}
