//! Whole estates: every enabled Region, several profiles. The binary runs against an endpoint whose answers each test scripts.

use std::collections::BTreeSet;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::sync::{Arc, Mutex};

use serde_json::Value;

/// A request as it arrived.
#[derive(Clone, Debug, Default)]
struct Asked {
    path: String,
    /// Access key, Region and service of the signature.
    key: String,
    region: String,
    service: String,
    body: String,
}

impl Asked {
    fn read(stream: &mut TcpStream) -> Option<Self> {
        let mut bytes = Vec::new();
        let mut chunk = [0; 4096];
        loop {
            let head = bytes.windows(4).position(|window| window == b"\r\n\r\n");
            if let Some(head) = head {
                let text = String::from_utf8_lossy(&bytes[..head]).into_owned();
                let header = |name: &str| {
                    let line = text.lines().find(|line| line.to_ascii_lowercase().starts_with(&format!("{name}:")));
                    line.and_then(|line| line.split_once(':')).map(|(_, value)| value.trim().to_owned()).unwrap_or_default()
                };
                let length: usize = header("content-length").parse().unwrap_or(0);
                if bytes.len() >= head + 4 + length {
                    let authorization = header("authorization");
                    let credential = authorization.split("Credential=").nth(1).unwrap_or_default();
                    let parts: Vec<&str> = credential.split([',', ' ']).next().unwrap_or_default().split('/').collect();
                    let part = |number: usize| parts.get(number).copied().unwrap_or_default().to_owned();
                    return Some(Self {
                        path: text.split(' ').nth(1).unwrap_or_default().to_owned(),
                        key: part(0),
                        region: part(2),
                        service: part(3),
                        body: String::from_utf8_lossy(&bytes[head + 4..]).into_owned(),
                    });
                }
            }
            match stream.read(&mut chunk).ok()? {
                0 => return None,
                read => bytes.extend_from_slice(&chunk[..read]),
            }
        }
    }
}

type Script = dyn Fn(&Asked) -> (u16, String) + Send + Sync;

/// An endpoint for all services; GuardDuty is off everywhere, and each access key `AKIDn` is account nnnnnnnnnnnn, unless the
/// script says otherwise (status 0: it does not).
struct Aws {
    url: String,
    asked: Arc<Mutex<Vec<Asked>>>,
}

impl Aws {
    fn start(script: impl Fn(&Asked) -> (u16, String) + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let asked: Arc<Mutex<Vec<Asked>>> = Arc::default();
        let (record, script): (_, Arc<Script>) = (Arc::clone(&asked), Arc::new(script));
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let (record, script) = (Arc::clone(&record), Arc::clone(&script));
                std::thread::spawn(move || serve(stream, &record, &*script));
            }
        });
        Self { url, asked }
    }

    fn asked(&self, service: &str) -> Vec<Asked> {
        self.asked.lock().unwrap().iter().filter(|asked| asked.service == service).cloned().collect()
    }

    fn coverage(&self, args: &[&str]) -> (Value, Output) {
        let home = tempfile::tempdir().unwrap();
        self.coverage_at(home.path(), args, &[("AWS_ACCESS_KEY_ID", "AKID1"), ("AWS_SECRET_ACCESS_KEY", "secret")])
    }

    fn coverage_at(&self, home: &Path, args: &[&str], variables: &[(&str, &str)]) -> (Value, Output) {
        let output = Command::new(env!("CARGO_BIN_EXE_ringfort"))
            .args(["coverage", "--format", "json", "--source", "guardduty"])
            .args(args)
            .env_clear()
            .env("HOME", home)
            .env("AWS_ENDPOINT_URL", &self.url)
            .env("AWS_EC2_METADATA_DISABLED", "true")
            .envs(variables.iter().copied())
            .stdin(Stdio::null())
            .output()
            .unwrap();
        (serde_json::from_slice(&output.stdout).unwrap_or_default(), output)
    }
}

fn serve(mut stream: TcpStream, record: &Mutex<Vec<Asked>>, script: &Script) {
    while let Some(asked) = Asked::read(&mut stream) {
        record.lock().unwrap().push(asked.clone());
        let (status, body) = match script(&asked) {
            (0, _) => usual(&asked),
            answer => answer,
        };
        let head = format!("HTTP/1.1 {status} X\r\ncontent-length: {}\r\n\r\n", body.len());
        if stream.write_all((head + &body).as_bytes()).is_err() {
            return;
        }
    }
}

fn usual(asked: &Asked) -> (u16, String) {
    let digit = asked.key.chars().last().unwrap_or('0').to_string();
    match asked.service.as_str() {
        "sts" => (200, caller(&digit.repeat(12))),
        "guardduty" => (200, r#"{"detectorIds":[]}"#.into()),
        _ => (403, r#"{"__type":"AccessDeniedException","message":"no"}"#.into()),
    }
}

fn caller(account: &str) -> String {
    format!(
        "<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:aws:iam::{account}:user/a</Arn><UserId>u</UserId>\
         <Account>{account}</Account></GetCallerIdentityResult></GetCallerIdentityResponse>"
    )
}

fn lanes(coverage: &Value) -> BTreeSet<(String, String)> {
    let text = |lane: &Value, key: &str| lane[key].as_str().unwrap_or_default().to_owned();
    coverage["lanes"].as_array().unwrap().iter().map(|lane| (text(lane, "account"), text(lane, "region"))).collect()
}

fn regions(coverage: &Value) -> Vec<String> {
    lanes(coverage).into_iter().map(|(_, region)| region).collect()
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn all_regions_are_those_that_the_account_api_lists_over_all_its_pages() {
    let aws = Aws::start(|asked| match (asked.service.as_str(), asked.body.contains("NextToken"), asked.body.contains("t2")) {
        // The first page is empty and goes on; a Region that is not enabled comes although nobody asked for it.
        ("account", false, _) => (200, r#"{"Regions":[],"NextToken":"t1"}"#.into()),
        ("account", true, false) => (
            200,
            r#"{"Regions":[{"RegionName":"us-east-1","RegionOptStatus":"ENABLED_BY_DEFAULT"},
                {"RegionName":"af-south-1","RegionOptStatus":"DISABLED"}],"NextToken":"t2"}"#
                .into(),
        ),
        ("account", ..) => (
            200,
            r#"{"Regions":[{"RegionName":"eu-south-2","RegionOptStatus":"ENABLED"},
                {"RegionName":"xx-new-1","RegionOptStatus":"ENABLED"}]}"#
                .into(),
        ),
        _ => (0, String::new()),
    });
    let (coverage, output) = aws.coverage(&["--region", "all"]);
    assert_eq!(regions(&coverage), ["eu-south-2", "us-east-1", "xx-new-1"], "{}", stderr(&output));
    assert!(stderr(&output).contains("3 Regions are enabled, the Account API says"), "{}", stderr(&output));
    let asked = aws.asked("account");
    assert_eq!(asked.len(), 3);
    assert_eq!((asked[0].path.as_str(), asked[0].region.as_str(), asked[0].key.as_str()), ("/listRegions", "us-east-1", "AKID1"));
    assert!(asked[0].body.contains("ENABLED_BY_DEFAULT"), "{}", asked[0].body);
    assert!(aws.asked("ec2").is_empty());
    assert_eq!(output.status.code(), Some(0));
}

#[test]
fn where_the_account_api_is_denied_ec2_is_asked_in_the_home_region() {
    let aws = Aws::start(|asked| match asked.service.as_str() {
        "ec2" => (
            200,
            "<DescribeRegionsResponse><regionInfo><item><regionName>eu-west-1</regionName></item><item>\
             <regionName>us-west-2</regionName></item></regionInfo></DescribeRegionsResponse>"
                .into(),
        ),
        _ => (0, String::new()),
    });
    let home = tempfile::tempdir().unwrap();
    let variables = [("AWS_ACCESS_KEY_ID", "AKID1"), ("AWS_SECRET_ACCESS_KEY", "s"), ("AWS_REGION", "eu-west-1")];
    let (coverage, output) = aws.coverage_at(home.path(), &["--region", "all"], &variables);
    assert_eq!(regions(&coverage), ["eu-west-1", "us-west-2"]);
    assert!(stderr(&output).contains("EC2 says (account:ListRegions: AccessDeniedException)"), "{}", stderr(&output));
    let asked = aws.asked("ec2");
    assert_eq!(asked[0].body, "Action=DescribeRegions&Version=2016-11-15&AllRegions=false");
    assert_eq!(asked[0].region, "eu-west-1");
}

#[test]
fn where_both_are_denied_the_known_regions_are_asked_and_the_doubt_is_told() {
    let aws = Aws::start(|asked| match asked.service.as_str() {
        "ec2" => {
            let body = "<Response><Errors><Error><Code>UnauthorizedOperation</Code><Message>no</Message></Error></Errors></Response>";
            (403, body.into())
        }
        _ => (0, String::new()),
    });
    let (coverage, output) = aws.coverage(&["--region", "all"]);
    assert_eq!(regions(&coverage).len(), 34);
    let said = stderr(&output);
    for part in
        ["all 34", "account:ListRegions: AccessDeniedException", "ec2:DescribeRegions: UnauthorizedOperation", "a newer one is missed"]
    {
        assert!(said.contains(part), "{part}: {said}");
    }
    assert_eq!((aws.asked("account").len(), aws.asked("ec2").len()), (1, 1), "a refusal is not tried again");
}

#[test]
fn a_list_of_regions_that_repeats_its_page_or_is_a_portals_page_is_not_believed() {
    for (status, answer, why) in [
        (200, r#"{"Regions":[{"RegionName":"us-east-1"}],"NextToken":"same"}"#, "repeats a page"),
        (200, "<html><body>Log in to the hotel's network</body></html>", "captive portal"),
        (200, r#"{"Regions":[]}"#, "lists none"),
        (200, r#"{"Regions":7}"#, "cannot be read"),
        (500, "{}", "status 500"),
    ] {
        let aws = Aws::start(move |asked| match asked.service.as_str() {
            "account" => (status, answer.into()),
            "ec2" => (200, answer.into()),
            _ => (0, String::new()),
        });
        let (coverage, output) = aws.coverage(&["--region", "all"]);
        assert_eq!(regions(&coverage).len(), 34, "{answer}");
        assert!(stderr(&output).contains(why), "{answer}: {}", stderr(&output));
    }
}

#[test]
fn the_calls_hear_the_endpoint_variables_of_their_own_services() {
    let account = Aws::start(|_| (200, r#"{"Regions":[{"RegionName":"eu-north-1","RegionOptStatus":"ENABLED"}]}"#.into()));
    let aws = Aws::start(|_| (0, String::new()));
    let home = tempfile::tempdir().unwrap();
    let variables = [("AWS_ACCESS_KEY_ID", "AKID1"), ("AWS_SECRET_ACCESS_KEY", "s"), ("AWS_ENDPOINT_URL_ACCOUNT", account.url.as_str())];
    let (coverage, _) = aws.coverage_at(home.path(), &["--region", "all"], &variables);
    assert_eq!(regions(&coverage), ["eu-north-1"]);
    assert!(aws.asked("account").is_empty());
}

#[test]
fn a_global_service_is_signed_for_the_home_of_its_partition() {
    for (region, home) in [("cn-north-1", "cn-northwest-1"), ("us-gov-east-1", "us-gov-west-1"), ("eusc-de-east-1", "eusc-de-east-1")] {
        let aws = Aws::start(|_| (0, String::new()));
        let folder = tempfile::tempdir().unwrap();
        let variables = [("AWS_ACCESS_KEY_ID", "AKID1"), ("AWS_SECRET_ACCESS_KEY", "s"), ("AWS_REGION", region)];
        let (coverage, output) = aws.coverage_at(folder.path(), &["--region", "all"], &variables);
        assert_eq!(aws.asked("account")[0].region, home, "{}", stderr(&output));
        assert_eq!(aws.asked("ec2")[0].region, region);
        assert!(regions(&coverage).contains(&region.to_owned()));
    }
}

#[test]
fn the_list_of_regions_does_not_hold_up_the_time_limit() {
    let aws = Aws::start(|asked| {
        if asked.service == "account" {
            std::thread::sleep(std::time::Duration::from_secs(30));
        }
        (0, String::new())
    });
    let begun = std::time::Instant::now();
    let (_, output) = aws.coverage(&["--region", "all", "--timeout", "1s"]);
    assert!(begun.elapsed() < std::time::Duration::from_secs(5), "{:?}", begun.elapsed());
    assert_ne!(output.status.code(), Some(0));
}

#[test]
fn all_and_a_named_region_contradict_each_other() {
    let aws = Aws::start(|_| (0, String::new()));
    let (_, output) = aws.coverage(&["--region", "all,eu-west-1"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("leave out `eu-west-1`"), "{}", stderr(&output));
}
