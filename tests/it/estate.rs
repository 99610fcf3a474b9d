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
pub(crate) struct Asked {
    pub(crate) path: String,
    /// Access key, Region and service of the signature.
    pub(crate) key: String,
    pub(crate) region: String,
    pub(crate) service: String,
    pub(crate) target: String,
    pub(crate) body: String,
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
                        target: header("x-amz-target"),
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
pub(crate) struct Aws {
    pub(crate) url: String,
    pub(crate) asked: Arc<Mutex<Vec<Asked>>>,
}

impl Aws {
    pub(crate) fn start(script: impl Fn(&Asked) -> (u16, String) + Send + Sync + 'static) -> Self {
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

    pub(crate) fn asked(&self, service: &str) -> Vec<Asked> {
        self.asked.lock().unwrap().iter().filter(|asked| asked.service == service).cloned().collect()
    }

    fn coverage(&self, args: &[&str]) -> (Value, Output) {
        let home = tempfile::tempdir().unwrap();
        self.coverage_at(home.path(), args, &[("AWS_ACCESS_KEY_ID", "AKID1"), ("AWS_SECRET_ACCESS_KEY", "secret")])
    }

    pub(crate) fn coverage_at(&self, home: &Path, args: &[&str], variables: &[(&str, &str)]) -> (Value, Output) {
        let output = self.run(home, &[&["coverage", "--format", "json", "--source", "guardduty"], args].concat(), variables);
        (serde_json::from_slice(&output.stdout).unwrap_or_default(), output)
    }

    /// Runs the binary with these arguments and nothing in its environment but this endpoint and the variables.
    pub(crate) fn run(&self, home: &Path, args: &[&str], variables: &[(&str, &str)]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_ringfort"))
            .args(args)
            .env_clear()
            .env("HOME", home)
            .env("AWS_ENDPOINT_URL", &self.url)
            .env("AWS_EC2_METADATA_DISABLED", "true")
            .envs(variables.iter().copied())
            .stdin(Stdio::null())
            .output()
            .unwrap()
    }

    /// As [`Aws::run`], as account 111111111111.
    pub(crate) fn ask(&self, args: &[&str]) -> Output {
        let home = tempfile::tempdir().unwrap();
        self.run(home.path(), args, &[("AWS_ACCESS_KEY_ID", "AKID1"), ("AWS_SECRET_ACCESS_KEY", "secret")])
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
    caller_in("aws", account)
}

fn caller_in(partition: &str, account: &str) -> String {
    format!(
        "<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:{partition}:iam::{account}:user/a</Arn><UserId>u</UserId>\
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

pub(crate) fn stderr(output: &Output) -> String {
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
    assert!(stderr(&output).contains("the Account API tells the enabled Regions: 3"), "{}", stderr(&output));
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
    assert!(
        stderr(&output).contains("EC2 tells the enabled Regions: 2 (account:ListRegions: AccessDeniedException)"),
        "{}",
        stderr(&output)
    );
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

const PROFILES: &str = "[profile a]\nregion = eu-west-1\naws_access_key_id = AKID1\naws_secret_access_key = s\n\
    [profile b]\nregion = us-west-2\naws_access_key_id = AKID2\naws_secret_access_key = s\n\
    [profile a2]\nregion = eu-west-3\naws_access_key_id = ASIA1\naws_secret_access_key = s\n\
    [profile bad]\nregion = eu-west-3\ncredential_process = /nonexistent/helper\n";

fn with_profiles() -> tempfile::TempDir {
    let home = tempfile::tempdir().unwrap();
    std::fs::create_dir_all(home.path().join(".aws")).unwrap();
    std::fs::write(home.path().join(".aws/config"), PROFILES).unwrap();
    home
}

fn pairs(expected: &[(&str, &str)]) -> BTreeSet<(String, String)> {
    expected.iter().map(|(account, region)| ((*account).to_owned(), (*region).to_owned())).collect()
}

#[test]
fn several_profiles_are_an_account_each_with_regions_of_their_own() {
    let aws = Aws::start(|_| (0, String::new()));
    let home = with_profiles();
    let (coverage, output) = aws.coverage_at(home.path(), &["--profile", "a", "--profile", "b"], &[]);
    assert_eq!(lanes(&coverage), pairs(&[("111111111111", "eu-west-1"), ("222222222222", "us-west-2")]), "{}", stderr(&output));
    assert_eq!(output.status.code(), Some(0));
    let (coverage, _) = aws.coverage_at(home.path(), &["--profile", "a", "--profile", "b", "--region", "eu-north-1"], &[]);
    assert_eq!(lanes(&coverage), pairs(&[("111111111111", "eu-north-1"), ("222222222222", "eu-north-1")]));
}

#[test]
fn one_account_through_two_profiles_is_asked_once_and_that_is_said() {
    let aws = Aws::start(|_| (0, String::new()));
    let home = with_profiles();
    let (coverage, output) = aws.coverage_at(home.path(), &["--profile", "a", "--profile", "a2", "--region", "eu-north-1"], &[]);
    assert_eq!(lanes(&coverage), pairs(&[("111111111111", "eu-north-1")]));
    assert_eq!(aws.asked("guardduty").len(), 1);
    assert!(stderr(&output).contains("profiles `a` and `a2` are both account 111111111111"), "{}", stderr(&output));
    // Each profile's own Region is asked, though the account is one.
    let (coverage, _) = aws.coverage_at(home.path(), &["--profile", "a", "--profile", "a2"], &[]);
    assert_eq!(regions(&coverage), ["eu-west-1", "eu-west-3"]);
}

#[test]
fn a_profile_without_credentials_leaves_the_other_alone() {
    let aws = Aws::start(|_| (0, String::new()));
    let home = with_profiles();
    let (coverage, output) = aws.coverage_at(home.path(), &["--profile", "bad", "--profile", "b"], &[]);
    let lanes = coverage["lanes"].as_array().unwrap();
    let state = |region: &str| lanes.iter().find(|lane| lane["region"] == region).unwrap();
    assert_eq!(state("us-west-2")["state"], "not-enabled");
    assert_eq!(state("eu-west-3")["state"], "failed");
    assert!(state("eu-west-3")["reason"].as_str().unwrap().contains("profile `bad`"), "{coverage}");
    assert_eq!(output.status.code(), Some(3));
    let (_, output) = aws.coverage_at(home.path(), &["--profile", "b", "--profile", "nobody"], &[]);
    assert_eq!(output.status.code(), Some(2));
}

/// STS lets the caller into every account but the one of nines.
pub(crate) fn roles(asked: &Asked) -> (u16, String) {
    if asked.service != "sts" || !asked.body.contains("Action=AssumeRole") {
        return (0, String::new());
    }
    let account = asked.body.split("iam%3A%3A").nth(1).and_then(|rest| rest.get(..12)).unwrap_or_default();
    if account.starts_with('9') {
        let error =
            "<ErrorResponse><Error><Code>AccessDenied</Code><Message>not authorized: sts:AssumeRole</Message></Error></ErrorResponse>";
        return (403, error.into());
    }
    let body = format!(
        "<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>ASIA{}</AccessKeyId><SecretAccessKey>s</SecretAccessKey>\
         <SessionToken>t</SessionToken><Expiration>2999-01-01T00:00:00Z</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>",
        &account[..1]
    );
    (200, body)
}

fn assumed(aws: &Aws) -> Vec<Asked> {
    aws.asked("sts").into_iter().filter(|asked| asked.body.contains("Action=AssumeRole")).collect()
}

#[test]
fn accounts_are_entered_through_the_role_once_each_and_the_callers_own_without() {
    let aws = Aws::start(roles);
    let ids = ["--account", "111111111111,222222222222", "--account", "333333333333"];
    let (coverage, output) = aws.coverage(&[&ids[..], &["--role-name", "audit/Reader", "--region", "eu-west-1,us-east-1"]].concat());
    let all = ["111111111111", "222222222222", "333333333333"];
    let expected: Vec<(&str, &str)> = all.iter().flat_map(|id| [(*id, "eu-west-1"), (*id, "us-east-1")]).collect();
    assert_eq!(lanes(&coverage), pairs(&expected), "{}", stderr(&output));
    let roles: BTreeSet<String> = assumed(&aws).into_iter().map(|asked| asked.body).collect();
    assert_eq!((roles.len(), assumed(&aws).len()), (2, 2), "{roles:?}");
    for role in &roles {
        assert!(role.contains("role%2Faudit%2FReader") && role.contains("RoleSessionName=ringfort"), "{role}");
    }
    assert!(assumed(&aws).iter().all(|asked| asked.key == "AKID1" && asked.region == "eu-west-1"), "the caller's keys, the home Region");
    let keys: BTreeSet<String> = aws.asked("guardduty").into_iter().map(|asked| asked.key).collect();
    assert_eq!(keys.into_iter().collect::<Vec<_>>(), ["AKID1", "ASIA2", "ASIA3"]);
    assert_eq!(output.status.code(), Some(0));
}

#[test]
fn a_refused_role_is_denied_with_the_action_and_the_role_and_the_rest_goes_on() {
    let aws = Aws::start(roles);
    let (coverage, output) = aws.coverage(&["--account", "999999999999,222222222222", "--region", "eu-west-1"]);
    let lanes = coverage["lanes"].as_array().unwrap();
    let lane = |id: &str| lanes.iter().find(|lane| lane["account"] == id).unwrap();
    let refused = lane("999999999999");
    assert_eq!((&refused["state"], &refused["action"]), (&"denied".into(), &"sts:AssumeRole".into()));
    let reason = refused["reason"].as_str().unwrap();
    assert!(reason.contains("arn:aws:iam::999999999999:role/OrganizationAccountAccessRole"), "{reason}");
    assert_eq!(lane("222222222222")["state"], "not-enabled");
    assert_eq!(output.status.code(), Some(3));
}

#[test]
fn all_regions_of_a_member_are_asked_with_the_members_own_credentials() {
    let aws = Aws::start(|asked| match (asked.service.as_str(), asked.key.as_str()) {
        ("account", "ASIA2") => (200, r#"{"Regions":[{"RegionName":"eu-south-1","RegionOptStatus":"ENABLED"}]}"#.into()),
        ("account", _) => (200, r#"{"Regions":[{"RegionName":"us-east-1","RegionOptStatus":"ENABLED_BY_DEFAULT"}]}"#.into()),
        _ => roles(asked),
    });
    let (coverage, output) = aws.coverage(&["--account", "111111111111,222222222222", "--region", "all"]);
    assert_eq!(lanes(&coverage), pairs(&[("111111111111", "us-east-1"), ("222222222222", "eu-south-1")]), "{}", stderr(&output));
    assert!(stderr(&output).contains("222222222222: the Account API tells the enabled Regions: 1"), "{}", stderr(&output));
    assert_eq!(assumed(&aws).len(), 1, "the role is assumed once for the Regions and the lanes");
}

#[test]
fn the_organization_lists_its_active_accounts_over_empty_pages() {
    let aws = Aws::start(|asked| match (asked.service.as_str(), asked.body.contains("n1"), asked.body.contains("n2")) {
        ("organizations", false, false) => (
            200,
            r#"{"Accounts":[{"Id":"111111111111","Name":"audit","Status":"ACTIVE"},
                {"Id":"444444444444","Name":"gone","Status":"SUSPENDED"}],"NextToken":"n1"}"#
                .into(),
        ),
        ("organizations", true, _) => (200, r#"{"Accounts":[],"NextToken":"n2"}"#.into()),
        ("organizations", ..) => (200, r#"{"Accounts":[{"Id":"222222222222","Name":"prod","State":"ACTIVE"}]}"#.into()),
        _ => roles(asked),
    });
    let (coverage, output) = aws.coverage(&["--org", "--region", "eu-west-1"]);
    assert_eq!(lanes(&coverage), pairs(&[("111111111111", "eu-west-1"), ("222222222222", "eu-west-1")]), "{}", stderr(&output));
    let asked = aws.asked("organizations");
    assert_eq!((asked.len(), asked[0].target.as_str()), (3, "AWSOrganizationsV20161128.ListAccounts"));
    assert_eq!(asked[0].region, "us-east-1");
    assert_eq!(output.status.code(), Some(0));
}

#[test]
fn an_organization_that_cannot_be_listed_is_never_taken_for_a_small_one() {
    for (status, answer, why) in [
        (400, r#"{"__type":"AWSOrganizationsNotInUseException","Message":"x"}"#, "belongs to no organization"),
        (400, r#"{"__type":"AccessDeniedException","Message":"x"}"#, "delegated administrators"),
        (200, r#"{"Accounts":[{"Id":"111111111111","Status":"ACTIVE"}],"NextToken":"same"}"#, "repeats a page"),
        (200, "<html></html>", "captive portal"),
    ] {
        let aws = Aws::start(move |asked| if asked.service == "organizations" { (status, answer.into()) } else { roles(asked) });
        let (_, output) = aws.coverage(&["--org", "--region", "eu-west-1"]);
        assert_eq!(output.status.code(), Some(4), "{answer}: {}", stderr(&output));
        assert!(stderr(&output).contains(why), "{answer}: {}", stderr(&output));
        assert!(aws.asked("guardduty").is_empty());
    }
}

#[test]
fn contradicting_scopes_are_mistakes_that_are_told_before_anything_is_asked() {
    let aws = Aws::start(|_| (0, String::new()));
    for (args, part) in [
        (&["--org", "--account", "111111111111"][..], "leave out either --org or --account"),
        (&["--role-name", "Reader"], "--account"),
        (&["--account", "12345"], "twelve digits"),
        (&["--org", "--role-name", "arn:aws:iam::1:role/x"], "not an ARN"),
        (&["--org", "--profile", "a", "--profile", "b"], "one --profile"),
        (&["--org", "--demo"], "--demo"),
    ] {
        let (_, output) = aws.coverage(args);
        assert_eq!(output.status.code(), Some(2), "{args:?}: {}", stderr(&output));
        assert!(stderr(&output).contains(part), "{args:?}: {}", stderr(&output));
    }
    assert!(aws.asked.lock().unwrap().is_empty());
}

#[test]
fn a_region_of_another_partition_is_left_out_and_that_is_said() {
    let aws = Aws::start(|asked| match asked.service.as_str() {
        "account" => (200, r#"{"Regions":[{"RegionName":"us-east-1"},{"RegionName":"ap-newland-3"},{"RegionName":"cn-north-1"}]}"#.into()),
        _ => (0, String::new()),
    });
    let (coverage, output) = aws.coverage(&["--region", "all"]);
    assert_eq!(regions(&coverage), ["ap-newland-3", "us-east-1"], "{}", stderr(&output));
    assert!(stderr(&output).contains("without 1 that are none of the partition aws: cn-north-1"), "{}", stderr(&output));
}

#[test]
fn the_role_lies_in_the_partition_of_the_caller_or_of_the_home_region() {
    for (region, partition) in
        [("eu-west-1", "aws"), ("cn-north-1", "aws-cn"), ("us-gov-west-1", "aws-us-gov"), ("eusc-de-east-1", "aws-eusc")]
    {
        for sts_tells in [true, false] {
            let aws = Aws::start(move |asked| {
                let is_identity = asked.service == "sts" && asked.body.contains("Action=GetCallerIdentity");
                match (is_identity, sts_tells) {
                    (true, true) => (200, caller_in(partition, &asked.key.chars().last().unwrap().to_string().repeat(12))),
                    (true, false) => {
                        (403, "<ErrorResponse><Error><Code>AccessDenied</Code><Message>no</Message></Error></ErrorResponse>".into())
                    }
                    _ => roles(asked),
                }
            });
            let (coverage, output) = aws.coverage(&["--account", "222222222222", "--role-name", "Reader", "--region", region]);
            assert_eq!(lanes(&coverage), pairs(&[("222222222222", region)]), "{}", stderr(&output));
            let arn = format!("RoleArn=arn%3A{partition}%3Aiam%3A%3A222222222222%3Arole%2FReader");
            assert!(assumed(&aws).iter().all(|asked| asked.body.contains(&arn) && asked.region == region), "{arn}: {:?}", assumed(&aws));
            assert_eq!(assumed(&aws).len(), 1);
        }
    }
}

/// An organization of the caller and two more; its names are told.
fn organization(asked: &Asked) -> (u16, String) {
    match asked.service.as_str() {
        "organizations" => (
            200,
            r#"{"Accounts":[{"Id":"111111111111","Name":"audit","State":"ACTIVE"},{"Id":"222222222222","Name":"prod \u001b[31m","State":"ACTIVE"},
                {"Id":"999999999999","Name":"sealed","State":"ACTIVE"}]}"#
                .into(),
        ),
        _ => roles(asked),
    }
}

#[test]
fn names_of_the_organization_stand_beside_their_accounts_also_where_the_role_is_refused() {
    let aws = Aws::start(organization);
    let (coverage, _) = aws.coverage(&["--org", "--region", "eu-west-1"]);
    let named: Vec<(&str, &str)> = coverage["lanes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|lane| (lane["account"].as_str().unwrap(), lane["account_name"].as_str().unwrap()))
        .collect();
    assert_eq!(named[0], ("111111111111", "audit"));
    assert!(named[1].1.starts_with("prod") && !named[1].1.contains('\u{1b}'), "{named:?}");
    assert_eq!(named[2], ("999999999999", "sealed"));
    let text = String::from_utf8(aws.ask(&["coverage", "--org", "--region", "eu-west-1", "--source", "guardduty"]).stdout).unwrap();
    assert!(text.contains("NAME") && text.contains("audit") && text.contains("sealed"), "{text}");
    let text = String::from_utf8(aws.ask(&["summary", "--org", "--region", "eu-west-1", "--source", "guardduty"]).stdout).unwrap();
    assert!(text.starts_with("3 accounts (audit 111111111111, prod"), "{text}");
}

#[test]
fn a_profile_stands_in_for_a_name_only_where_it_is_marked_as_one() {
    let aws = Aws::start(|_| (0, String::new()));
    let home = with_profiles();
    let args = ["--source", "guardduty", "--profile", "a", "--profile", "b"];
    let text = String::from_utf8(aws.run(home.path(), &[&["coverage"], &args[..]].concat(), &[]).stdout).unwrap();
    assert!(text.contains("111111111111  profile a") && text.contains("222222222222  profile b"), "{text}");
    let (coverage, _) = aws.coverage_at(home.path(), &["--profile", "a"], &[]);
    assert!(coverage["lanes"][0]["account_name"].is_null(), "a profile is no name of the account: {coverage}");
}
