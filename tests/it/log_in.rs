//! What a person does about credentials: MFA codes, on the terminal and on the screen; `aws sso login` by a key.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::time::{Duration, SystemTime};

use ringfort::model::Timestamp;

use ringfort::demo::wire::Service;

use crate::endpoint::{Endpoint, Fault, When, data};
use crate::estate::{Asked, Aws, stderr};
use crate::session::Session;

const CONFIG: &str = "\
[profile base]
region = eu-west-1

[profile mfa]
region = eu-west-1
role_arn = arn:aws:iam::111122223333:role/Audit
source_profile = base
mfa_serial = arn:aws:iam::444455556666:mfa/me

[profile full]
region = eu-west-1
role_arn = arn:aws:iam::111122223333:role/Audit
source_profile = base
mfa_serial = arn:aws:iam::444455556666:mfa/me
duration_seconds = 1800
external_id = ext
role_session_name = jo

[profile by-environment]
region = eu-west-1
role_arn = arn:aws:iam::111122223333:role/Audit
credential_source = Environment
mfa_serial = arn:aws:iam::444455556666:mfa/me

[profile second]
region = eu-west-1
role_arn = arn:aws:iam::222222222222:role/Next
source_profile = mfa

[profile sso]
region = eu-west-1
sso_start_url = https://example.awsapps.com/start
sso_region = eu-west-1
sso_account_id = 111111111111
sso_role_name = Audit

[profile console]
region = eu-west-1
login_session = arn:aws:iam::111111111111:user/jo
";

const KEYS: &str = "[base]\naws_access_key_id = AKIDBASE1\naws_secret_access_key = top-secret\n";
const CACHED: &str = ".aws/cli/cache/4e9344fddae2da8596f4edf2fcf1f1ee25f36b8e.json";
const TOKEN: &str = ".aws/sso/cache/e8be5486177c5b5392bd9aa76563515b29358e6e.json";
const SIGN_IN: &str = ".aws/login/cache/a6afc7299eda2f0e98fe7d1eacecf55f5c5fd7dca9071931b5e80f9689b85e69.json";

fn home() -> tempfile::TempDir {
    let home = tempfile::tempdir().unwrap();
    put(home.path(), ".aws/config", CONFIG);
    put(home.path(), ".aws/credentials", KEYS);
    home
}

fn put(home: &Path, name: &str, text: &str) {
    let path = home.join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

fn hence(minutes: u64) -> String {
    Timestamp::try_from(SystemTime::now() + Duration::from_mins(minutes)).unwrap().to_string()
}

fn parameter(asked: &Asked, name: &str) -> Option<String> {
    asked.body.split('&').find_map(|pair| pair.strip_prefix(&format!("{name}="))).map(str::to_owned)
}

fn session(key: &str) -> (u16, String) {
    let body = format!(
        "<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>{key}</AccessKeyId><SecretAccessKey>s</SecretAccessKey>\
         <SessionToken>t</SessionToken><Expiration>{}</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>",
        hence(60)
    );
    (200, body)
}

fn refused(message: &str) -> (u16, String) {
    (403, format!("<ErrorResponse><Error><Code>AccessDenied</Code><Message>{message}</Message></Error></ErrorResponse>"))
}

/// STS takes one code for the role, and no code for the next one.
fn sts(asked: &Asked) -> (u16, String) {
    if asked.service != "sts" || !asked.body.contains("Action=AssumeRole") {
        return (0, String::new());
    }
    match (parameter(asked, "TokenCode").as_deref(), asked.key.as_str()) {
        (Some("123456"), "AKIDBASE1" | "AKIDENV1") => session("ASIA1"),
        (None, "ASIA1" | "ASIACLI1") => session("ASIA2"),
        (Some(_), _) => refused("MultiFactorAuthentication failed with invalid MFA one time pass code. "),
        _ => refused("User is not authorized to perform: sts:AssumeRole"),
    }
}

fn assumed(aws: &Aws) -> Vec<Asked> {
    aws.asked("sts").into_iter().filter(|asked| asked.body.contains("Action=AssumeRole")).collect()
}

fn on_a_terminal(aws: &Aws, home: &Path, arguments: &[&str], more: &[(&str, &str)]) -> Session {
    let home = home.display().to_string();
    let variables = [
        &[("HOME", home.as_str()), ("AWS_ENDPOINT_URL", &aws.url), ("AWS_EC2_METADATA_DISABLED", "true"), ("AWS_PROFILE", "")][..],
        &[("AWS_ENDPOINT_URL_SSO", &aws.url), ("XDG_CONFIG_HOME", &home)],
        more,
    ];
    Session::start_with(100, 30, arguments, &variables.concat())
}

#[test]
fn one_code_typed_on_the_terminal_serves_all_lanes_and_a_wrong_one_is_asked_again() {
    let (aws, home) = (Aws::start(sts), home());
    let regions = ["coverage", "--format", "json", "--source", "guardduty,macie", "--region", "eu-west-1,us-east-1,us-west-2"];
    let mut session = on_a_terminal(&aws, home.path(), &[&regions[..], &["--profile", "full"]].concat(), &[]);
    session.wait_for("profile `full` assumes arn:aws:iam::111122223333:role/Audit");
    session.wait_for("MFA code of arn:aws:iam::444455556666:mfa/me: ");
    session.press("12\r");
    session.wait_for("six digits");
    session.press("999999\r");
    session.wait_for("did not take the code: MultiFactorAuthentication failed");
    session.press("123456\r");
    session.wait_for_exit();
    let asked = assumed(&aws);
    assert_eq!(asked.len(), 2, "one wrong code, one right");
    for (name, value) in [
        ("SerialNumber", "arn%3Aaws%3Aiam%3A%3A444455556666%3Amfa%2Fme"),
        ("TokenCode", "123456"),
        ("DurationSeconds", "1800"),
        ("ExternalId", "ext"),
        ("RoleSessionName", "jo"),
    ] {
        assert_eq!(parameter(&asked[1], name).as_deref(), Some(value), "{name}");
    }
    assert_eq!((asked[1].key.as_str(), asked[1].region.as_str()), ("AKIDBASE1", "eu-west-1"), "in the first Region");
    let lanes = aws.asked("guardduty");
    assert_eq!(lanes.len(), 3);
    assert!(lanes.iter().all(|asked| asked.key == "ASIA1"));
}

#[test]
fn without_a_terminal_it_says_so_and_how_to_go_on_and_nothing_is_read() {
    let (aws, home) = (Aws::start(sts), home());
    let (_, output) = aws.coverage_at(home.path(), &["--profile", "mfa"], &[]);
    assert_eq!(output.status.code(), Some(4));
    let told = stderr(&output);
    for part in ["profile `mfa`", "arn:aws:iam::444455556666:mfa/me", "no terminal", "aws configure export-credentials --profile mfa"] {
        assert!(told.contains(part), "{part}: {told}");
    }
    assert!(assumed(&aws).is_empty() && aws.asked("guardduty").is_empty());
    assert!(!told.contains("top-secret"));
}

#[test]
fn doctor_asks_for_the_code_too() {
    let (aws, home) = (Aws::start(sts), home());
    let mut session = on_a_terminal(&aws, home.path(), &["doctor", "--profile", "mfa", "--source", "guardduty"], &[]);
    session.wait_for("MFA code of");
    session.press("123456\r");
    session.wait_for("profile `mfa`, an assumed role");
    session.wait_for_exit();
}

#[test]
fn a_live_session_of_the_aws_cli_needs_no_code() {
    let (aws, home) = (Aws::start(sts), home());
    let file = |minutes| {
        format!(
            r#"{{"Credentials":{{"AccessKeyId":"ASIACLI1","SecretAccessKey":"s","SessionToken":"t","Expiration":"{}"}}}}"#,
            hence(minutes)
        )
    };
    put(home.path(), CACHED, &file(60));
    let (_, output) = aws.coverage_at(home.path(), &["--profile", "mfa"], &[]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert!(assumed(&aws).is_empty());
    assert_eq!(aws.asked("guardduty")[0].key, "ASIACLI1");
    // The role after it is assumed from that session.
    let (_, output) = aws.coverage_at(home.path(), &["--profile", "second"], &[]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert_eq!((assumed(&aws).len(), assumed(&aws)[0].key.as_str()), (1, "ASIACLI1"));
    put(home.path(), CACHED, &file(5));
    let (_, output) = aws.coverage_at(home.path(), &["--profile", "mfa"], &[]);
    assert_eq!(output.status.code(), Some(4), "a session that is about to end is none");
}

#[test]
fn keys_of_the_environment_assume_the_role_where_the_profile_says_so() {
    let (aws, home) = (Aws::start(sts), home());
    let keys = [("AWS_ACCESS_KEY_ID", "AKIDENV1"), ("AWS_SECRET_ACCESS_KEY", "s")];
    let arguments = ["coverage", "--source", "guardduty", "--profile", "by-environment"];
    let mut session = on_a_terminal(&aws, home.path(), &arguments, &keys);
    session.wait_for("MFA code of");
    session.press("123456\r");
    assert_eq!(session.wait_for_exit().exit_code(), 0);
    assert_eq!(assumed(&aws)[0].key, "AKIDENV1");
}

#[test]
fn the_screen_asks_for_the_code_and_esc_puts_it_off_until_the_key_asks_again() {
    let (aws, home) = (Aws::start(sts), home());
    let mut session = on_a_terminal(&aws, home.path(), &["--profile", "mfa", "--source", "guardduty"], &[]);
    session.wait_for("MFA code");
    session.wait_for("arn:aws:iam::444455556666:mfa/me");
    session.press("\x1b");
    session.wait_for("waiting for the MFA code of profile `mfa`");
    session.wait_for("press L to");
    session.press("c");
    session.wait_for("L fetch again");
    session.wait_for("waiting for the MFA code of profile `mfa`");
    session.press("L");
    session.wait_for("Device");
    session.press("1x2");
    session.wait_for("Code     12");
    session.press("\r");
    session.wait_for("six digits");
    session.press("3450\r");
    session.wait_for("MultiFactorAuthentication failed");
    session.press("123456\r");
    session.wait_for("complete");
    session.wait_for("off");
    assert!(!session.shown().contains("L fetch again"), "{}", session.shown());
    session.press("\x03");
    session.wait_for_exit();
    session.assert_restored();
    assert!(aws.asked("guardduty").iter().all(|asked| asked.key == "ASIA1"));
}

/// `GetRoleCredentials` of IAM Identity Center answers, and everything else.
fn sso(asked: &Asked) -> (u16, String) {
    if !asked.path.starts_with("/federation/credentials") {
        return (0, String::new());
    }
    let ends = (SystemTime::now() + Duration::from_hours(1)).duration_since(SystemTime::UNIX_EPOCH).unwrap().as_millis();
    let keys = format!(r#"{{"accessKeyId":"ASIASSO1","secretAccessKey":"s","sessionToken":"t","expiration":{ends}}}"#);
    (200, format!(r#"{{"roleCredentials":{keys}}}"#))
}

/// Puts a program `aws` into a folder and gives a PATH that finds it first.
fn program(home: &Path, script: &str) -> String {
    let folder = home.join("bin");
    put(home, "bin/aws", &format!("#!/bin/sh\n{script}\n"));
    fs::set_permissions(folder.join("aws"), fs::Permissions::from_mode(0o755)).unwrap();
    format!("{}:/usr/bin:/bin", folder.display())
}

#[test]
fn a_key_runs_the_log_in_with_the_terminal_and_goes_on() {
    let (aws, home) = (Aws::start(sso), home());
    let token = format!(r#"{{"accessToken":"token","expiresAt":"{}","region":"eu-west-1"}}"#, hence(60));
    put(home.path(), "token.json", &token);
    let script = format!(
        "echo \"$#: $*\" > \"$HOME/ran\"\necho Go to https://device.sso.example\nread answer\necho \"$answer\" >> \"$HOME/ran\"\n\
         mkdir -p \"$HOME/.aws/sso/cache\"\ncp \"$HOME/token.json\" \"$HOME/{TOKEN}\""
    );
    let path = program(home.path(), &script);
    let mut session = on_a_terminal(&aws, home.path(), &["--profile", "sso", "--source", "guardduty"], &[("PATH", &path)]);
    session.wait_for("aws sso login --profile sso");
    session.wait_for("L log in");
    session.press("L");
    session.wait_for("Go to https://device.sso.example");
    session.press("yes\r");
    session.wait_for("complete");
    assert_eq!(fs::read_to_string(home.path().join("ran")).unwrap(), "4: sso login --profile sso\nyes\n");
    assert!(!session.shown().contains("L log in"), "{}", session.shown());
    session.press("\x03");
    session.wait_for_exit();
    session.assert_restored();
    assert_eq!(aws.asked("guardduty")[0].key, "ASIASSO1");
}

#[test]
fn a_log_in_that_fails_or_is_not_there_says_so_and_comes_back() {
    let (aws, home) = (Aws::start(sso), home());
    let path = program(home.path(), "echo no browser here; exit 255");
    let mut session = on_a_terminal(&aws, home.path(), &["--profile", "sso", "--source", "guardduty"], &[("PATH", &path)]);
    session.wait_for("L log in");
    session.press("L");
    session.wait_for("no browser here");
    session.wait_for("Press enter");
    session.press("\r");
    session.wait_for("did not log in");
    fs::remove_file(home.path().join("bin/aws")).unwrap();
    session.press("L");
    session.wait_for("`aws` is not installed");
    session.press("\r");
    session.wait_for("Worst first");
    session.press("\x03");
    session.wait_for_exit();
    session.assert_restored();
}

#[test]
fn a_console_session_is_used_while_it_lives_and_named_when_it_is_missing() {
    let (aws, home) = (Aws::start(sts), home());
    let (_, output) = aws.coverage_at(home.path(), &["--profile", "console"], &[]);
    assert_eq!(output.status.code(), Some(4));
    assert!(stderr(&output).contains("log in with `aws login --profile console`"), "{}", stderr(&output));
    let file = format!(
        r#"{{"accessToken":{{"accessKeyId":"ASIALOGIN1","secretAccessKey":"s","sessionToken":"t","accountId":"111111111111","expiresAt":"{}"}},
            "tokenType":"aws_sigv4","refreshToken":"r","clientId":"arn:aws:signin:::devtools/same-device","dpopKey":"k"}}"#,
        hence(60)
    );
    put(home.path(), SIGN_IN, &file);
    let (_, output) = aws.coverage_at(home.path(), &["--profile", "console"], &[]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert_eq!(aws.asked("guardduty")[0].key, "ASIALOGIN1");
}

#[test]
fn the_banner_tells_account_alias_role_region_and_the_time_that_is_left() {
    let aws = Aws::start(|asked| match asked.service.as_str() {
        "iam" => {
            let list = "<AccountAliases><member>acme-prod</member></AccountAliases>";
            let result = format!("<ListAccountAliasesResult>{list}<IsTruncated>false</IsTruncated></ListAccountAliasesResult>");
            (200, format!("<ListAccountAliasesResponse>{result}</ListAccountAliasesResponse>"))
        }
        _ => sts(asked),
    });
    let home = home();
    let file = |minutes| {
        format!(
            r#"{{"Credentials":{{"AccessKeyId":"ASIACLI1","SecretAccessKey":"s","SessionToken":"t","Expiration":"{}"}}}}"#,
            hence(minutes)
        )
    };
    put(home.path(), CACHED, &file(50));
    let mut session = on_a_terminal(&aws, home.path(), &["--profile", "mfa", "--source", "guardduty"], &[]);
    session.wait_for("acme-prod (111111111111) · a · eu-west-1");
    session.press("\x03");
    session.wait_for_exit();
    let iam = aws.asked("iam");
    assert_eq!((iam.len(), iam[0].region.as_str()), (1, "us-east-1"));
    assert!(iam[0].body.contains("Action=ListAccountAliases&Version=2010-05-08"), "{}", iam[0].body);
}

#[test]
fn what_was_loaded_before_the_credentials_ended_stays_and_the_rest_comes_with_new_ones() {
    let world = data::world(&["eu-central-1"], 60);
    let endpoint = Endpoint::start(world);
    endpoint.fault(When::nth(Service::GuardDuty, "ListFindings", 2), Fault::Expired);
    let home = home();
    let give = home.path().join("give");
    let keys = |key: &str| format!(r#"{{"Version":1,"AccessKeyId":"{key}","SecretAccessKey":"s","SessionToken":"t"}}"#);
    put(home.path(), "keys.json", &keys("ASIAOLD1"));
    put(home.path(), "give", &format!("cat {}/keys.json\n", home.path().display()));
    let config = format!("[profile p]\nregion = eu-central-1\ncredential_process = /bin/sh {}\n", give.display());
    put(home.path(), ".aws/config", &config);
    let path = home.path().display().to_string();
    let variables =
        [("HOME", path.as_str()), ("AWS_ENDPOINT_URL", &endpoint.url), ("AWS_EC2_METADATA_DISABLED", "true"), ("AWS_PROFILE", "")];
    let mut session = Session::start_with(100, 30, &["--profile", "p", "--source", "guardduty"], &variables);
    session.wait_for("1 lane not read");
    session.wait_for("≥ 50 findings");
    session.wait_for("L fetch again");
    put(home.path(), "keys.json", &keys("ASIANEW1"));
    session.press("L");
    session.wait_for("60 findings  complete");
    assert!(!session.shown().contains("L fetch again"), "{}", session.shown());
    session.press("\x03");
    session.wait_for_exit();
}

#[test]
fn a_session_with_a_code_that_ends_in_the_middle_asks_for_the_next_code() {
    let aws = Aws::start(|asked| match (asked.service.as_str(), asked.key.as_str()) {
        ("guardduty", "ASIA1") => (403, r#"{"__type":"ExpiredTokenException","message":"expired"}"#.into()),
        ("sts", "AKIDBASE1") if parameter(asked, "TokenCode").as_deref() == Some("654321") => session("ASIANEW1"),
        _ => sts(asked),
    });
    let home = home();
    let arguments = ["--profile", "mfa", "--source", "guardduty", "--region", "eu-west-1,us-east-1,us-west-2"];
    let mut session = on_a_terminal(&aws, home.path(), &arguments, &[]);
    for code in ["123456\r", "654321\r"] {
        session.wait_for("Device");
        session.press(code);
        session.wait_for("AWS took the code");
        session.press("g");
    }
    session.wait_for("complete");
    session.press("\x03");
    session.wait_for_exit();
    assert_eq!(assumed(&aws).len(), 2, "one code for each session");
    let renewed = aws.asked("guardduty").iter().filter(|asked| asked.key == "ASIANEW1").count();
    assert_eq!(renewed, 3);
}
