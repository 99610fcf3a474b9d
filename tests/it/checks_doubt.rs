//! What the checks make of doubtful answers: whatever is not known is neither an offence nor a clean account.

use std::collections::BTreeSet;
use std::time::Duration;

use ringfort::demo::wire::{Cell, Service, Shelf, Switch};
use ringfort::model::{LaneState, Source, Text};
use ringfort::source::{Action, for_source};
use serde_json::{Value, json};

use crate::checks::{HOME, at_once, clean, hub, kinds, look, look_for, look_with, of, with};
use crate::endpoint::data::ACCOUNT;

/// Operations whose good answer may have nothing in it.
const MAY_BE_EMPTY: [&str; 4] =
    ["GenerateCredentialReport", "GetBucketVersioning", "GetModelInvocationLoggingConfiguration", "GetPublicAccessBlock"];

fn service_of(action: &Action) -> &'static str {
    action.iam.split(':').next().unwrap_or_default()
}

/// The answer to an operation that has none of what every answer has.
fn hollow(action: &Action) -> String {
    let operation = action.operation;
    match service_of(action) {
        "iam" => format!("<{operation}Response><{operation}Result/></{operation}Response>"),
        "ec2" => format!("<{operation}Response><requestId>0</requestId></{operation}Response>"),
        "s3" if operation == "ListBuckets" => "<ListAllMyBucketsResult/>".to_owned(),
        "s3" => "<ServerSideEncryptionConfiguration/>".to_owned(),
        _ => "{}".to_owned(),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_without_what_every_answer_has_is_no_answer() {
    let source = for_source(Source::Checks);
    // What Security Hub suppresses is asked aside: not to know it costs no check, and is a note.
    let asks_for_checks = |action: &Action| !action.iam.starts_with("securityhub:") && !MAY_BE_EMPTY.contains(&action.operation);
    let actions: Vec<Action> = source.actions().iter().copied().filter(asks_for_checks).collect();
    assert!(actions.len() > 40);
    at_once(actions, |action| async move {
        let (service, operation) = (service_of(&action), action.operation);
        // The emulator puts a report into its answer itself, and this one has no head.
        let body = if operation == "GetCredentialReport" { String::new() } else { hollow(&action) };
        let (lane, store) = look(with(clean(), service, &Switch::On, &json!({ operation: body }))).await;
        let reason = lane.reason.clone().unwrap_or_else(Text::empty);
        // An event whose details are not told is still news.
        let offences = kinds(&store).into_iter().filter(|kind| !kind.starts_with("aws-health/")).collect::<Vec<_>>();
        assert!(offences.is_empty(), "{service} {operation}: {reason} {offences:?}");
        assert_eq!(lane.state, LaneState::Partial, "{service} {operation}: {reason}");
        assert!(reason.contains(" has no ") || reason.contains("cannot be read"), "{service} {operation}: {reason}");
    })
    .await;
}

/// Answers to a list whose first page is this, and whose second is refused.
fn half(first: &str) -> Value {
    json!([
        { "match": "second", "status": 400, "code": "ValidationException", "message": "the page is gone" },
        { "body": first },
    ])
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_says_that_something_is_not_in_a_list_that_was_not_read_to_its_end() {
    let ec2 =
        |operation: &str, list: &str| half(&format!("<{operation}Response><{list}/><nextToken>second</nextToken></{operation}Response>"));
    let iam = |operation: &str, list: &str| {
        half(&format!(
            "<{operation}Response><{operation}Result><{list}/><IsTruncated>true</IsTruncated><Marker>second</Marker></{operation}Result></{operation}Response>"
        ))
    };
    let cases = [
        ("ec2", "DescribeFlowLogs", ec2("DescribeFlowLogs", "flowLogSet")),
        ("ec2", "DescribeVpcEndpoints", ec2("DescribeVpcEndpoints", "vpcEndpointSet")),
        ("events", "ListRules", half(r#"{"Rules":[],"NextToken":"second"}"#)),
        ("bedrock", "ListGuardrails", half(r#"{"guardrails":[],"nextToken":"second"}"#)),
        ("sagemaker", "ListModelCards", half(r#"{"ModelCardSummaries":[],"NextToken":"second"}"#)),
        ("detective", "ListGraphs", half(r#"{"GraphList":[],"NextToken":"second"}"#)),
        ("iam", "ListRoles", iam("ListRoles", "Roles")),
    ];
    at_once(cases, |(service, operation, answers)| async move {
        let mut world = with(clean(), service, &Switch::On, &json!({ operation: answers }));
        if operation == "ListRoles" {
            world = with(world, "sso", &Switch::On, &json!({ "ListInstances": r#"{"Instances":[]}"# }));
        }
        let (lane, store) = look(world).await;
        assert_eq!(kinds(&store), BTreeSet::new(), "{operation}: {:?}", lane.reason);
        assert_eq!(lane.state, LaneState::Partial, "{operation}");
    })
    .await;
}

/// IAM may give fewer than asked for, none even, and say that there are more.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn roles_of_identity_center_on_the_second_page_are_found() {
    let page = |roles: &str, rest: &str| format!("<ListRolesResponse><ListRolesResult>{roles}{rest}</ListRolesResult></ListRolesResponse>");
    let answers = json!({ "ListRoles": [
        { "match": "Marker=second", "body": page("<Roles><member><RoleName>r</RoleName></member></Roles>", "<IsTruncated>false</IsTruncated>") },
        { "body": page("<Roles/>", "<IsTruncated>true</IsTruncated><Marker>second</Marker>") },
    ] });
    let world = with(clean(), "iam", &Switch::On, &answers);
    let (lane, store) = look(with(world, "sso", &Switch::On, &json!({ "ListInstances": r#"{"Instances":[]}"# }))).await;
    assert_eq!((lane.state, kinds(&store)), (LaneState::Complete, BTreeSet::new()));
}

/// Buckets with these names, of this Region where it is said.
fn buckets(names: &[&str], region: &str) -> String {
    let bucket = |name: &&str| format!("<Bucket><Name>{name}</Name><CreationDate>2024-01-01T00:00:00Z</CreationDate>{region}</Bucket>");
    let list: String = names.iter().map(bucket).collect();
    format!("<ListAllMyBucketsResult><Buckets>{list}</Buckets></ListAllMyBucketsResult>")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bucket_that_is_gone_or_in_another_region_is_passed_over() {
    let redirection = json!({ "status": 301, "code": "PermanentRedirect", "message": "use the specified endpoint" });
    let gone = json!({ "status": 404, "code": "NoSuchBucket", "message": "The specified bucket does not exist" });
    for (answers, note) in [
        (
            json!({ "GetBucketVersioning": redirection, "GetBucketEncryption": redirection, "GetPublicAccessBlock": redirection }),
            "elsewhere",
        ),
        (json!({ "GetBucketVersioning": gone, "GetBucketEncryption": gone, "GetPublicAccessBlock": gone }), "gone"),
        (json!({ "GetBucketEncryption": gone, "GetPublicAccessBlock": gone }), "gone in between"),
    ] {
        let mut answers = answers;
        answers["ListBuckets"] = buckets(&["old"], "").into();
        let (lane, store) = look(with(clean(), "s3", &Switch::On, &answers)).await;
        assert_eq!((lane.state, kinds(&store)), (LaneState::Complete, BTreeSet::new()), "{note}: {:?}", lane.reason);
    }
    let here = buckets(&["mine"], &format!("<BucketRegion>{HOME}</BucketRegion>"));
    let (lane, _) = look(with(clean(), "s3", &Switch::On, &json!({ "ListBuckets": here, "GetBucketVersioning": redirection }))).await;
    assert_eq!(lane.state, LaneState::Partial, "a bucket of this Region that cannot be asked is not looked at");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_found_before_the_time_was_over_is_kept() {
    let answers = json!({
        "ListBuckets": buckets(&["one", "two", "slow", "three"], &format!("<BucketRegion>{HOME}</BucketRegion>")),
        "GetBucketVersioning": "<VersioningConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"/>",
    });
    let world = with(clean(), "s3", &Switch::On, &answers);
    let patience = Some(Duration::from_secs(3));
    let (lanes, store) = look_for(world, &[HOME], &[Source::Checks], patience, Some("/slow")).await;
    let mut found: Vec<&str> = of(&store, "ringfort/s3-versioning").iter().map(|finding| finding.resources[0].id.as_str()).collect();
    found.sort_unstable();
    assert_eq!(found, ["arn:aws:s3:::one", "arn:aws:s3:::three", "arn:aws:s3:::two"]);
    assert_eq!((lanes[0].state, lanes[0].findings), (LaneState::Partial, 3));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_web_acl_whose_use_is_not_known_is_neither_unused_nor_without_bot_control() {
    let without_bots = r#"{"WebACL":{"Name":"x","Id":"y","ARN":"arn:aws:wafv2:x","Rules":[{"Name":"r"}]},"LockToken":"t"}"#;
    let answers = json!({
        "ListWebACLs": [{ "match": "CLOUDFRONT", "body": r#"{"WebACLs":[]}"# }, { "body": r#"{"WebACLs":[{"Name":"x","Id":"y","ARN":"arn:aws:wafv2:x"}]}"# }],
        "GetWebACL": without_bots, "ListResourcesForWebACL": { "status": 500, "code": "WAFInternalErrorException", "message": "" },
    });
    let (lane, store) = look(with(clean(), "wafv2", &Switch::On, &answers)).await;
    assert_eq!((lane.state, kinds(&store)), (LaneState::Partial, BTreeSet::new()), "{:?}", lane.reason);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_model_card_that_cannot_be_read_is_said_to_be_unread() {
    let answers =
        json!({ "DescribeModelCard": r#"{"ModelCardArn":"arn:aws:sagemaker:x","ModelCardName":"c","ModelCardVersion":1,"Content":""}"# });
    let (lane, store) = look(with(clean(), "sagemaker", &Switch::On, &answers)).await;
    assert_eq!((lane.state, kinds(&store)), (LaneState::Partial, BTreeSet::new()));
    assert!(lane.reason.as_deref().is_some_and(|reason| reason.contains("DescribeModelCard")), "{:?}", lane.reason);
}

/// Nothing answers, in two ways: neither hides the other, and the lane says the same whichever came first.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn where_nothing_answers_refusals_are_named_beside_failures() {
    let source = for_source(Source::Checks);
    let names: BTreeSet<&str> = source.actions().iter().map(service_of).collect();
    let denied = Switch::Denied(Vec::new());
    let world = names.iter().fold(clean(), |world, name| with(world, name, &denied, &Value::Null));
    let broken = json!({ "status": 500, "code": "InternalError", "message": "" });
    let world = with(world, "acm", &Switch::On, &json!({ "ListCertificates": broken }));
    let world = with(world, "shield", &Switch::On, &json!({ "GetSubscriptionState": broken }));
    let (lane, _) = look(world).await;
    assert_eq!((lane.state, lane.pages), (LaneState::Failed, 0));
    let reason = lane.reason.expect("a reason");
    assert!(reason.contains("kms:ListKeys") && lane.action.is_some(), "{reason}");
}

/// Web ACLs of CloudFront are of no Region; Security Hub reports them in one.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_web_acl_of_cloudfront_is_one_finding_with_security_hub_s() {
    let arn = format!("arn:aws:wafv2:us-east-1:{ACCOUNT}:global/webacl/edge/e1");
    let acl = json!({ "WebACL": { "Name": "edge", "Id": "e1", "ARN": arn, "Rules": [] }, "LockToken": "t" }).to_string();
    let list = json!({ "WebACLs": [{ "Name": "edge", "Id": "e1", "ARN": arn }] }).to_string();
    let answers = json!({ "ListWebACLs": [{ "match": "CLOUDFRONT", "body": list }, { "body": r#"{"WebACLs":[]}"# }], "GetWebACL": acl });
    let mut world = with(clean(), "wafv2", &Switch::On, &answers);
    let record = hub("arn:aws:securityhub:us-east-1:1:security-control/WAF.10/finding/1", "WAF.10", &arn, json!({ "Region": "us-east-1" }));
    world.put(ACCOUNT, HOME, Service::SecurityHub, Cell::on(vec![Shelf::new("", Value::Null, vec![record])]));
    let (_, store) = look_with(world, &[HOME], &[Source::SecurityHub, Source::Checks]).await;
    assert_eq!(of(&store, "ringfort/waf-no-rules").len(), 0, "it stands behind Security Hub's");
    let seen: Vec<usize> =
        store.iter().filter(|(_, finding)| finding.source == Source::SecurityHub).map(|(_, finding)| finding.also_seen.len()).collect();
    assert_eq!(seen, [1]);
}

/// A captive portal or a proxy answers everything with a page, and status 200. Nobody was asked, so nothing is not offered.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pages_from_in_between_are_no_sign_that_services_are_not_offered() {
    let source = for_source(Source::Checks);
    for page in ["<html><body>Sign in</body></html>", "{}"] {
        let world = source.actions().iter().fold(clean(), |world, action| {
            let service = service_of(action);
            let every = source.actions().iter().filter(|other| service_of(other) == service);
            let mut answers: serde_json::Map<String, Value> = every.map(|action| (action.operation.to_owned(), page.into())).collect();
            answers.insert("GetAccountPublicAccessBlock".to_owned(), page.into());
            with(world, service, &Switch::On, &answers.into())
        });
        let (lane, store) = look(world).await;
        let reason = lane.reason.clone().unwrap_or_else(Text::empty);
        assert_eq!(kinds(&store), BTreeSet::new(), "{page}: {reason}");
        assert!(matches!(lane.state, LaneState::Failed | LaneState::Partial), "{page}: {:?}: {reason}", lane.state);
        assert!(!reason.contains("is offered"), "{page}: {reason}");
    }
}
