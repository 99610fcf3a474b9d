//! `doctor` over whole estates: it finds the accounts and Regions as a fetch does, and checks the calls that find them.

use std::collections::BTreeSet;
use std::process::Output;

use serde_json::Value;

use crate::estate::{Asked, Aws, roles, stderr};

fn checks(output: &Output) -> Vec<Value> {
    let json: Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{output:?}"));
    json["checks"].as_array().expect("a list").clone()
}

fn doctor(aws: &Aws, args: &[&str]) -> (Vec<Value>, Output) {
    let output = aws.ask(&[&["doctor", "--format", "json", "--source", "guardduty,macie"], args].concat());
    (checks(&output), output)
}

/// The results of one check by account and Region.
fn results<'a>(checks: &'a [Value], name: &str) -> Vec<(&'a str, &'a str, &'a str)> {
    let text = |check: &'a Value, key: &str| check[key].as_str().unwrap_or("-");
    checks
        .iter()
        .filter(|check| check["check"] == name)
        .map(|check| (text(check, "account"), text(check, "region"), text(check, "result")))
        .collect()
}

fn call<'a>(checks: &'a [Value], check: &str, account: &str, operation: &str) -> &'a Value {
    let check = checks.iter().find(|found| found["check"] == check && found["account"] == account).expect("the check");
    check["calls"].as_array().expect("a list").iter().find(|call| call["operation"] == operation).expect("the call")
}

/// Without its query.
fn path(asked: &Asked) -> &str {
    asked.path.split('?').next().unwrap_or_default()
}

/// An organization of three, of which the third keeps ringfort out; GuardDuty is on, Macie is off but for one Region.
fn estate(asked: &Asked) -> (u16, String) {
    let regions = r#"{"Regions":[{"RegionName":"us-east-1"},{"RegionName":"eu-west-1"},{"RegionName":"eu-west-2"}]}"#;
    match (asked.service.as_str(), path(asked)) {
        ("organizations", _) => {
            let listed =
                ["111111111111", "222222222222", "999999999999"].map(|id| format!(r#"{{"Id":"{id}","Name":"n","State":"ACTIVE"}}"#));
            (200, format!(r#"{{"Accounts":[{}]}}"#, listed.join(",")))
        }
        ("account", _) => (200, regions.into()),
        ("guardduty", "/detector") => (200, r#"{"detectorIds":["d"]}"#.into()),
        ("guardduty", "/detector/d") => (200, r#"{"status":"ENABLED"}"#.into()),
        ("guardduty", "/detector/d/findings/statistics") => (200, r#"{"findingStatistics":{"countBySeverity":{}}}"#.into()),
        ("macie2", "/macie") if asked.region == "eu-west-2" => (200, r#"{"status":"ENABLED"}"#.into()),
        ("macie2", "/macie") => (403, r#"{"__type":"AccessDeniedException","message":"Macie is not enabled."}"#.into()),
        ("guardduty" | "macie2", _) => (200, r#"{"findingIds":[]}"#.into()),
        _ => roles(asked),
    }
}

#[test]
fn an_organization_is_checked_account_by_account_with_the_calls_that_tell_it() {
    let aws = Aws::start(estate);
    let (checks, output) = doctor(&aws, &["--org", "--region", "all"]);
    assert_eq!(results(&checks, "organization"), [("111111111111", "-", "works")], "{}", stderr(&output));
    assert_eq!(results(&checks, "regions"), [("111111111111", "-", "works"), ("222222222222", "-", "works")]);
    let credentials = results(&checks, "credentials");
    assert_eq!(credentials, [("111111111111", "-", "works"), ("222222222222", "-", "works"), ("999999999999", "-", "denied")]);
    assert_eq!(call(&checks, "credentials", "222222222222", "AssumeRole")["result"], "works");
    let refused = call(&checks, "credentials", "999999999999", "AssumeRole");
    assert_eq!((refused["result"].as_str(), refused["action"].as_str()), (Some("denied"), Some("sts:AssumeRole")));
    assert!(refused["reason"].as_str().unwrap().contains("arn:aws:iam::999999999999:role/OrganizationAccountAccessRole"), "{refused}");
    assert_eq!(call(&checks, "regions", "222222222222", "ListRegions")["result"], "works");
    assert_eq!(output.status.code(), Some(3));
}

#[test]
fn every_call_is_made_once_in_the_home_region_and_only_the_first_of_each_service_beside_it() {
    let aws = Aws::start(estate);
    let (checks, _) = doctor(&aws, &["--account", "111111111111,222222222222", "--region", "all"]);
    let paths = |key: &str, region: &str| -> Vec<String> {
        let mut asked = aws.asked("guardduty");
        asked.extend(aws.asked("macie2"));
        let mut paths: Vec<String> =
            asked.into_iter().filter(|one| one.key == key && one.region == region).map(|one| path(&one).to_owned()).collect();
        paths.sort();
        paths
    };
    for key in ["AKID1", "ASIA2"] {
        for region in ["eu-west-1", "eu-west-2"] {
            assert_eq!(paths(key, region), ["/detector", "/macie"], "{key} in {region}");
        }
        let home = paths(key, "us-east-1");
        let distinct: BTreeSet<&String> = home.iter().collect();
        assert!(home.len() > 2 && distinct.len() == home.len(), "{home:?}");
    }
    assert_eq!(results(&checks, "guardduty").len(), 6);
    assert!(results(&checks, "guardduty").iter().all(|(.., result)| *result == "works"), "{checks:?}");
    let on: Vec<_> = results(&checks, "macie")
        .into_iter()
        .filter(|(.., result)| *result == "works")
        .map(|(account, region, _)| (account, region))
        .collect();
    assert_eq!(on, [("111111111111", "eu-west-2"), ("222222222222", "eu-west-2")]);
    let sts = aws.asked("sts");
    assert_eq!(sts.iter().filter(|asked| asked.body.contains("Action=AssumeRole")).count(), 1);
}

#[test]
fn the_table_says_of_other_regions_only_what_differs() {
    let aws = Aws::start(estate);
    let output = aws.ask(&["doctor", "--source", "guardduty,macie", "--account", "111111111111,222222222222", "--region", "all"]);
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
    insta::assert_snapshot!("doctor_estate", text);
}

#[test]
fn an_organization_that_may_not_be_listed_is_denied_with_the_action_and_nothing_else_is_asked() {
    let aws = Aws::start(|asked| match asked.service.as_str() {
        "organizations" => (400, r#"{"__type":"AccessDeniedException","Message":"x"}"#.into()),
        _ => roles(asked),
    });
    let (checks, output) = doctor(&aws, &["--org", "--region", "eu-west-1"]);
    assert_eq!(results(&checks, "organization"), [("111111111111", "-", "denied")]);
    let refused = call(&checks, "organization", "111111111111", "ListAccounts");
    assert_eq!((refused["result"].as_str(), refused["action"].as_str()), (Some("denied"), Some("organizations:ListAccounts")));
    assert_eq!((results(&checks, "credentials").len(), results(&checks, "identity").len()), (1, 1), "who asks is checked all the same");
    assert!(aws.asked("guardduty").is_empty());
    assert_eq!(output.status.code(), Some(4), "as for a fetch: nothing could be asked");
}

#[test]
fn a_list_of_regions_that_only_ec2_tells_is_well_and_names_what_is_missing() {
    let aws = Aws::start(|asked| match asked.service.as_str() {
        "account" => (403, r#"{"__type":"AccessDeniedException","message":"no"}"#.into()),
        "ec2" => (200, "<DescribeRegionsResponse><regionName>us-east-1</regionName></DescribeRegionsResponse>".into()),
        _ => estate(asked),
    });
    let (checks, output) = doctor(&aws, &["--region", "all"]);
    assert_eq!(results(&checks, "regions"), [("111111111111", "-", "works")]);
    assert_eq!(call(&checks, "regions", "111111111111", "ListRegions")["result"], "denied");
    assert_eq!(call(&checks, "regions", "111111111111", "DescribeRegions")["result"], "works");
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));

    let aws = Aws::start(|asked| match asked.service.as_str() {
        "account" | "ec2" => (403, r#"{"__type":"AccessDeniedException","message":"no"}"#.into()),
        _ => estate(asked),
    });
    let (checks, output) = doctor(&aws, &["--region", "all", "--source", "guardduty"]);
    assert_eq!(results(&checks, "regions"), [("111111111111", "-", "denied")]);
    assert_eq!(output.status.code(), Some(3));
}

#[test]
fn several_profiles_are_checked_each_and_one_account_through_two_of_them_once() {
    let home = tempfile::tempdir().unwrap();
    std::fs::create_dir_all(home.path().join(".aws")).unwrap();
    let profile =
        |name: &str, key: &str| format!("[profile {name}]\nregion = eu-west-1\naws_access_key_id = {key}\naws_secret_access_key = s\n");
    std::fs::write(home.path().join(".aws/config"), profile("a", "AKID1") + &profile("b", "AKID2") + &profile("a2", "ASIA1")).unwrap();
    let aws = Aws::start(estate);
    let args = ["doctor", "--format", "json", "--source", "guardduty", "--profile", "a", "--profile", "b", "--profile", "a2"];
    let checks = checks(&aws.run(home.path(), &args, &[]));
    assert_eq!(results(&checks, "guardduty"), [("111111111111", "eu-west-1", "works"), ("222222222222", "eu-west-1", "works")]);
    assert_eq!(results(&checks, "credentials").len(), 2);
}
