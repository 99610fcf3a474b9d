//! ringfort's own checks on the wire: each with a good, a bad, a refused and a missing answer, from the cases under `checks/`.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_runtime_api::http::StatusCode;
use aws_smithy_types::body::SdkBody;
use ringfort::aws::{Access, Embedded, EmbeddedAccount};
use ringfort::demo::wire::{Cell, Emulator, Record, Request as Asked, Service, Shelf, Switch, World};
use ringfort::fetch::{Request, collect, start};
use ringfort::lens::LensSet;
use ringfort::model::{AccountId, Finding, Lane, LaneState, Region, Severity, Source, Text};
use ringfort::source::checks;
use ringfort::store::Store;
use serde_json::{Value, json};

use crate::emulator::credentials;
use crate::endpoint::data::ACCOUNT;
use crate::estate::Aws;

pub(crate) const HOME: &str = "eu-central-1";
/// Where the services that an account has once are asked.
pub(crate) const EDGE: &str = "us-east-1";
/// 2026-01-01, in milliseconds.
pub(crate) const NOW: i64 = 1_767_225_600_000;

/// The services that every Region has.
const EVERYWHERE: [&str; 9] = ["kms", "acm", "s3", "iam", "ec2", "wafv2", "events", "cloudtrail", "config"];

const CASES: [&str; 4] = [
    include_str!("checks/data.toml"),
    include_str!("checks/identity.toml"),
    include_str!("checks/network.toml"),
    include_str!("checks/ai.toml"),
];

fn cases() -> Vec<Value> {
    let read = |text: &str| toml::from_str::<Value>(text).expect("cases")["case"].as_array().expect("a list").clone();
    CASES.iter().flat_map(|text| read(text)).collect()
}

/// What Security Hub answers to every `GetFindings`.
type HubAnswer = fn() -> Value;

/// The emulator in the place of the network.
#[derive(Clone)]
pub(crate) struct Inside {
    pub(crate) emulator: Arc<Emulator>,
    /// Requests whose path holds this are never answered.
    pub(crate) silent: Option<&'static str>,
    /// What Security Hub's `GetFindings` answers in the emulator's place.
    pub(crate) hub: Option<HubAnswer>,
}

impl fmt::Debug for Inside {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Inside")
    }
}

impl HttpConnector for Inside {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let uri = request.uri().to_owned();
        let (path, query) = Asked::target(&uri);
        if self.silent.is_some_and(|part| path.contains(part)) {
            return HttpConnectorFuture::new(std::future::pending());
        }
        let asked = Asked {
            method: request.method(),
            path,
            query,
            target: request.headers().get("x-amz-target"),
            authorization: request.headers().get("authorization"),
            body: request.body().bytes().unwrap_or_default(),
        };
        if let Some(hub) = self.hub.filter(|_| path == "/findings") {
            return HttpConnectorFuture::ready(Ok(HttpResponse::new(
                StatusCode::try_from(200).expect("a status"),
                SdkBody::from(hub().to_string()),
            )));
        }
        HttpConnectorFuture::ready(match self.emulator.answer(&asked) {
            Ok(answer) => {
                let status = StatusCode::try_from(answer.status).expect("a status");
                let mut response = HttpResponse::new(status, SdkBody::from(answer.body));
                for (name, value) in answer.headers {
                    response.headers_mut().insert(name, value);
                }
                Ok(response)
            }
            Err(unreachable) => Err(ConnectorError::io(unreachable.into())),
        })
    }
}

impl HttpClient for Inside {
    fn http_connector(&self, _settings: &HttpConnectorSettings, _components: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}

/// An account where nothing offends.
pub(crate) fn clean() -> World {
    let mut world = World::default();
    world.any_caller = Some(ACCOUNT.to_owned());
    world.now = NOW;
    world.has_credential_reports = true;
    world
}

pub(crate) fn service(name: &str) -> Service {
    Service::named(name).unwrap_or_else(|| panic!("{name} is no service that the emulator plays"))
}

/// The world with this service standing like this, in the Region and where it lives if an account has it once.
pub(crate) fn with(mut world: World, name: &str, switch: &Switch, about: &Value) -> World {
    for region in [HOME, EDGE] {
        let cell = Cell { switch: switch.clone(), about: about.clone(), ..Cell::default() };
        world.put(ACCOUNT, region, service(name), cell);
    }
    world
}

/// What one lane of checks finds in this world.
pub(crate) async fn look(world: World) -> (Lane, Store) {
    let (lanes, store) = look_with(world, &[HOME], &[Source::Checks]).await;
    (lanes.into_iter().next().expect("a lane"), store)
}

pub(crate) async fn look_with(world: World, regions: &[&str], sources: &[Source]) -> (Vec<Lane>, Store) {
    look_for(world, regions, sources, None, None).await
}

/// As [`look_with`], for so long; what `silent` says is never answered.
pub(crate) async fn look_for(
    world: World,
    regions: &[&str],
    sources: &[Source],
    timeout: Option<Duration>,
    silent: Option<&'static str>,
) -> (Vec<Lane>, Store) {
    let inside = Inside { emulator: Arc::new(Emulator::new(world)), silent, hub: None };
    look_through(inside, regions, sources, timeout).await
}

async fn look_through(inside: Inside, regions: &[&str], sources: &[Source], timeout: Option<Duration>) -> (Vec<Lane>, Store) {
    let account = EmbeddedAccount { id: AccountId::new(ACCOUNT), name: Text::new("test"), credentials: credentials() };
    let http_client = SharedHttpClient::new(inside);
    let access = Access::Embedded(Embedded { http_client, accounts: vec![account] });
    let mut request = Request::new(access, regions.iter().map(|region| Region::new(region)).collect());
    request.sources = sources.to_vec();
    request.timeout = timeout;
    let mut store = Store::new();
    collect(start(request, Arc::new(LensSet::builtin())), &mut store, |_| {}).await;
    (store.coverage.lanes.clone(), store)
}

pub(crate) fn of<'s>(store: &'s Store, check: &str) -> Vec<&'s Finding> {
    store.iter().map(|(_, finding)| finding).filter(|finding| &*finding.kind == check).collect()
}

pub(crate) fn kinds(store: &Store) -> BTreeSet<String> {
    store.iter().map(|(_, finding)| finding.kind.to_string()).collect()
}

fn strings(value: &Value) -> Vec<&str> {
    value.as_array().map(|list| list.iter().filter_map(Value::as_str).collect()).unwrap_or_default()
}

fn prefix(action: &str) -> &str {
    action.split(':').next().expect("a prefix")
}

#[test]
fn every_check_has_a_case_and_every_case_a_check() {
    let cased: BTreeSet<String> = cases().iter().map(|case| case["check"].as_str().expect("a check").to_owned()).collect();
    let known: BTreeSet<String> = checks().iter().map(|check| check.id.clone()).collect();
    assert_eq!(cased, known);
    for case in cases() {
        let check = checks().iter().find(|check| check.id == case["check"]).expect("a check");
        let refused = case["refused"].as_str().expect("an action");
        assert!(check.needs.iter().any(|action| action == refused), "{} does not need {refused}", check.id);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn good_answers_give_no_finding_and_a_complete_lane() {
    let (lane, store) = look(clean()).await;
    assert_eq!((lane.state, lane.reason.as_deref()), (LaneState::Complete, None));
    assert_eq!(kinds(&store), BTreeSet::new());
    assert!(lane.pages > 0 && lane.calls > 40, "{lane:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bad_answers_give_a_finding_for_each_offender_and_nothing_else() {
    at_once(cases(), |case| async move {
        let id = case["check"].as_str().expect("a check");
        let mut world = clean();
        for (name, answers) in case["bad"].as_object().expect("answers") {
            world = with(world, name, &Switch::On, answers);
        }
        let (lane, store) = look(world).await;
        assert_eq!((lane.state, lane.reason.as_deref()), (LaneState::Complete, None), "{id}");
        let found = of(&store, id);
        let resources: Vec<&str> = found.iter().map(|finding| finding.resources[0].id.as_str()).collect();
        assert_eq!(resources, strings(&case["found"]), "{id}");
        let expected: BTreeSet<String> = found.iter().map(|_| id).chain(strings(&case["also"])).map(str::to_owned).collect();
        assert_eq!(kinds(&store), expected, "{id}");
        let check = checks().iter().find(|check| check.id == id).expect("a check");
        for finding in found {
            assert_eq!((finding.source, finding.severity, &*finding.title), (Source::Checks, check.level(), check.title.as_str()));
            assert_eq!(finding.account.as_str(), ACCOUNT);
            let region = if case["once"] == true { "global" } else { HOME };
            assert_eq!(finding.region.as_str(), region, "{id}");
            assert!(finding.damage.is_none() && finding.last_seen.is_some_and(|time| time.as_millisecond() == NOW), "{finding:?}");
            assert!(case["says"].as_str().is_none_or(|says| finding.description.contains(says)), "{}", finding.description);
            assert_eq!(finding.remediation.url.as_deref(), Some(check.url.as_str()));
            assert_eq!(finding.resources[0].kind.as_str(), check.resource);
            let rule = id.replace("ringfort/", "checks.");
            assert_eq!(finding.placement.why_layer.rule.as_str(), rule);
            let raw: Value = serde_json::from_str(&store.raw(finding.raw).expect("raw")).expect("JSON");
            assert_eq!((&raw["check"], &raw["resource"]["id"]), (&json!(id), &json!(finding.resources[0].id.as_str())));
            assert!(raw["said"].as_object().is_some_and(|said| !said.is_empty()), "{raw}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refusal_costs_only_its_checks_and_names_the_action() {
    at_once(cases(), |case| async move {
        let (id, refused) = (case["check"].as_str().expect("a check"), case["refused"].as_str().expect("an action"));
        let world =
            with(clean(), prefix(refused), &Switch::Denied(vec![refused.split(':').nth(1).expect("a name").to_owned()]), &Value::Null);
        let (lane, store) = look(world).await;
        assert_eq!((lane.state, lane.action.as_deref()), (LaneState::Partial, Some(refused)), "{id}: {:?}", lane.reason);
        assert!(lane.reason.as_deref().is_some_and(|reason| reason.contains(refused)), "{id}: {:?}", lane.reason);
        assert_eq!(kinds(&store), BTreeSet::new(), "{id}: what cannot be asked is no offence");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_service_that_is_not_offered_is_no_trouble_but_noted() {
    let names: BTreeSet<String> = cases().iter().map(|case| prefix(case["refused"].as_str().expect("an action")).to_owned()).collect();
    at_once(names, |name| async move {
        let mut worlds = vec![with(clean(), &name, &Switch::On, &unknown(&name))];
        if !EVERYWHERE.contains(&name.as_str()) {
            worlds.push(with(clean(), &name, &Switch::NotOffered, &Value::Null));
        }
        for world in worlds {
            // S3 is offered everywhere, and its operations go by other names than its actions.
            let (lane, store) = look(world).await;
            let reason = lane.reason.clone().unwrap_or_else(Text::empty);
            assert_eq!(kinds(&store), BTreeSet::new(), "{name}: {reason}");
            assert_eq!(lane.state, LaneState::Complete, "{name}: {reason}");
            assert!(name == "s3" || reason.contains("not offered in eu-central-1"), "{name}: {reason}");
        }
    })
    .await;
}

/// Of a service that is in every Region, a name without an address is no sign that AWS does not offer it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_service_that_is_everywhere_and_has_no_address_is_trouble() {
    at_once(EVERYWHERE, |name| async move {
        let (lane, store) = look(with(clean(), name, &Switch::NotOffered, &Value::Null)).await;
        let reason = lane.reason.clone().unwrap_or_else(Text::empty);
        assert_eq!((lane.state, kinds(&store)), (LaneState::Partial, BTreeSet::new()), "{name}: {reason}");
        assert!(reason.contains("has no address: there is no network"), "{name}: {reason}");
    })
    .await;
}

/// What a service answers that does not have its newer operations here.
fn unknown(name: &str) -> Value {
    let message = "The requested operation is not supported in the called region.";
    let answer = json!({ "status": 400, "code": "UnknownOperationException", "message": message });
    let needs = checks().iter().flat_map(|check| &check.needs).filter(|action| prefix(action) == name);
    needs.map(|action| (action.split(':').nth(1).expect("a name").to_owned(), answer.clone())).collect::<serde_json::Map<_, _>>().into()
}

/// Runs all of these at the same time.
pub(crate) async fn at_once<T: Send + 'static, R: Future<Output = ()> + Send + 'static>(
    these: impl IntoIterator<Item = T>,
    run: impl Fn(T) -> R,
) {
    let mut tasks = tokio::task::JoinSet::new();
    for one in these {
        tasks.spawn(run(one));
    }
    tasks.join_all().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lane_that_may_ask_nothing_is_denied_and_one_in_a_closed_region_is_unavailable() {
    let needs = checks().iter().flat_map(|check| &check.needs).chain(ringfort::source::told().iter().flat_map(|told| &told.needs));
    let all: BTreeSet<&str> = needs.map(|action| prefix(action)).collect();
    let every = |switch: Switch| all.iter().fold(clean(), |world, name| with(world, name, &switch, &Value::Null));
    let (lane, _) = look(every(Switch::Denied(Vec::new()))).await;
    assert_eq!((lane.state, lane.pages), (LaneState::Denied, 0), "{:?}", lane.reason);
    assert!(lane.action.is_some());
    let (lane, _) = look(every(Switch::NotOffered)).await;
    assert_eq!((lane.state, lane.pages), (LaneState::Failed, 0), "{:?}", lane.reason);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_an_account_has_once_is_asked_once_whatever_the_regions() {
    let summary = json!({ "GetAccountSummary": cases().iter().find(|case| case["check"] == "ringfort/iam-root-keys").expect("a case")["bad"]["iam"]["GetAccountSummary"] });
    let world = with(clean(), "iam", &Switch::On, &summary);
    let (lanes, store) = look_with(world, &[HOME, "eu-west-1", EDGE], &[Source::Checks]).await;
    assert_eq!(lanes.len(), 3);
    assert!(lanes[0].calls > lanes[1].calls + 5 && lanes[1].calls == lanes[2].calls, "{lanes:?}");
    assert_eq!(of(&store, "ringfort/iam-root-keys").len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn long_lists_are_read_by_pages_and_cut_off_with_a_word_about_it() {
    let key =
        |number: usize| json!({ "KeyId": format!("k{number}"), "KeyArn": format!("arn:aws:kms:eu-central-1:{ACCOUNT}:key/k{number}") });
    let page = |from: usize, more: Value| {
        let mut page = json!({ "Keys": (from..from + 600).map(key).collect::<Vec<_>>() });
        page["Truncated"] = (!more.is_null()).into();
        page["NextMarker"] = more;
        page.to_string()
    };
    let answers = json!({
        "ListKeys": [{ "match": "\"Marker\":\"second\"", "body": page(600, Value::Null) }, { "body": page(0, json!("second")) }],
    });
    let (lane, _) = look(with(clean(), "kms", &Switch::On, &answers)).await;
    assert_eq!(lane.state, LaneState::Partial);
    let reason = lane.reason.expect("a reason");
    assert!(reason.contains("only the first 1000 of 1200"), "{reason}");
}

/// One record of Security Hub about the same as a check.
pub(crate) fn hub(id: &str, control: &str, resource: &str, over: Value) -> Record {
    let mut json = json!({
        "Id": id, "ProductArn": "arn:aws:securityhub:eu-central-1::product/aws/securityhub", "ProductName": "Security Hub", "Region": HOME,
        "AwsAccountId": ACCOUNT, "Title": "KMS keys should rotate", "Severity": { "Label": "MEDIUM" },
        "Resources": [{ "Type": "AwsKmsKey", "Id": resource }], "Compliance": { "Status": "FAILED", "SecurityControlId": control },
        "Workflow": { "Status": "NOTIFIED" }, "RecordState": "ACTIVE", "UpdatedAt": "2026-01-01T00:00:00Z", "CreatedAt": "2026-01-01T00:00:00Z",
    });
    if let (Some(json), Value::Object(over)) = (json.as_object_mut(), over) {
        json.extend(over);
    }
    Record::new(id, json.to_string())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_security_hub_says_too_is_one_finding_with_security_hub_s_workflow() {
    let resource = "arn:aws:kms:eu-central-1:111122223333:key/1f2e3d4c-0000-4000-8000-000000000001";
    let consolidated = "arn:aws:securityhub:eu-central-1:111122223333:security-control/KMS.4/finding/0001";
    let standard = |name: &str| format!("arn:aws:securityhub:eu-central-1:111122223333:subscription/{name}/v/1.0.0/KMS.4/finding/{name}");
    let bad = json!({ "GetKeyRotationStatus": r#"{"KeyId":"1f2e3d4c","KeyRotationEnabled":false}"# });
    let passed = json!({ "Compliance": { "Status": "PASSED", "SecurityControlId": "KMS.4" } });
    for (records, visible, note) in [
        (vec![hub(consolidated, "KMS.4", resource, Value::Null)], vec![Source::SecurityHub], "one for both"),
        (
            vec![hub(&standard("a"), "KMS.4", resource, Value::Null), hub(&standard("b"), "KMS.4", resource, Value::Null)],
            vec![Source::SecurityHub],
            "one for all standards and the check",
        ),
        (vec![hub(consolidated, "KMS.3", resource, Value::Null)], vec![Source::SecurityHub, Source::Checks], "another control"),
        (vec![hub(consolidated, "KMS.4", "arn:aws:kms:x", Value::Null)], vec![Source::SecurityHub, Source::Checks], "another key"),
        (vec![hub(consolidated, "KMS.4", resource, passed)], vec![Source::Checks], "a control that passed"),
    ] {
        let mut world = with(clean(), "kms", &Switch::On, &bad);
        world.put(ACCOUNT, HOME, Service::SecurityHub, Cell::on(vec![Shelf::new("", Value::Null, records)]));
        let (_, store) = look_with(world, &[HOME], &[Source::SecurityHub, Source::Checks]).await;
        let mut sources: Vec<Source> = store.iter().map(|(_, finding)| finding.source).collect();
        sources.sort_unstable();
        assert_eq!(sources, visible, "{note}");
        if let [Source::SecurityHub] = sources[..] {
            let (_, finding) = store.iter().next().expect("one");
            assert!(finding.also_seen.iter().any(|seen| seen.source == Source::Checks), "{note}");
            assert_eq!(finding.workflow.as_deref(), Some("NOTIFIED"));
        }
    }
}

/// What people accepted in Security Hub is not found again, whatever of Security Hub is read besides.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_suppressed_in_security_hub_is_not_found_again() {
    let resource = "arn:aws:kms:eu-central-1:111122223333:key/1f2e3d4c-0000-4000-8000-000000000001";
    let arn = "arn:aws:securityhub:eu-central-1:111122223333:security-control/KMS.4/finding/0001";
    let accepted = |over: Value| {
        let mut all = json!({ "Workflow": { "Status": "SUPPRESSED" }, "Note": { "Text": "it is a test key", "UpdatedBy": "ana" } });
        all.as_object_mut().expect("an object").extend(over.as_object().cloned().unwrap_or_default());
        all
    };
    let bad = json!({ "GetKeyRotationStatus": r#"{"KeyId":"1f2e3d4c","KeyRotationEnabled":false}"# });
    let denied = Switch::Denied(Vec::new());
    let elsewhere = json!({ "Resources": [{ "Type": "AwsKmsKey", "Id": "arn:aws:kms:x" }] });
    for (records, switch, shown, note) in [
        (vec![hub(arn, "KMS.4", resource, accepted(Value::Null))], Switch::On, 0, "accepted"),
        (vec![hub(arn, "KMS.4", resource, Value::Null)], Switch::On, 1, "open"),
        (vec![hub(arn, "KMS.3", resource, accepted(Value::Null))], Switch::On, 1, "another control"),
        (vec![hub(arn, "KMS.4", resource, accepted(elsewhere))], Switch::On, 1, "another key"),
        (vec![hub(arn, "KMS.4", resource, accepted(json!({ "RecordState": "ARCHIVED" })))], Switch::On, 1, "of former times"),
        (vec![hub(arn, "KMS.4", resource, accepted(json!({ "AwsAccountId": "999988887777" })))], Switch::On, 1, "another account"),
        (Vec::new(), Switch::Off, 1, "no Security Hub"),
        (Vec::new(), Switch::NotOffered, 1, "no Security Hub in the Region"),
        (Vec::new(), denied, 1, "not allowed to ask"),
    ] {
        let world = || {
            let mut world = with(clean(), "kms", &Switch::On, &bad);
            let cell = Cell { switch: switch.clone(), ..Cell::on(vec![Shelf::new("", Value::Null, records.clone())]) };
            world.put(ACCOUNT, HOME, Service::SecurityHub, cell);
            world
        };
        let (lane, store) = look(world()).await;
        assert_eq!((lane.state, store.len()), (LaneState::Complete, shown), "{note}: {lane:?}");
        let is_told = lane.reason.as_ref().is_some_and(|told| told.contains("what Security Hub suppresses may be shown here as open"));
        assert_eq!(is_told, matches!(switch, Switch::Denied(_)), "{note}: {lane:?}");
        let (_, both) = look_with(world(), &[HOME], &[Source::SecurityHub, Source::Checks]).await;
        let of_checks = both.iter().filter(|(_, finding)| finding.source == Source::Checks).count();
        assert_eq!(of_checks, if note == "open" { 0 } else { shown }, "{note}");
    }
}

/// Without consolidated controls a control has a record in each standard. What is open in one of them is open.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_suppressed_in_one_standard_and_open_in_another_is_found() {
    let resource = "arn:aws:kms:eu-central-1:111122223333:key/1f2e3d4c-0000-4000-8000-000000000001";
    let standard = |name: &str| format!("arn:aws:securityhub:eu-central-1:111122223333:subscription/{name}/v/1.0.0/KMS.4/finding/{name}");
    let bad = json!({ "GetKeyRotationStatus": r#"{"KeyId":"1f2e3d4c","KeyRotationEnabled":false}"# });
    let workflow = |status: &str| json!({ "Workflow": { "Status": status } });
    for (of_the_other, expected) in [("SUPPRESSED", 0), ("RESOLVED", 0), ("NEW", 1), ("NOTIFIED", 1)] {
        let mut world = with(clean(), "kms", &Switch::On, &bad);
        let one = hub(&standard("a"), "KMS.4", resource, workflow("SUPPRESSED"));
        let other = hub(&standard("b"), "KMS.4", resource, workflow(of_the_other));
        world.put(ACCOUNT, HOME, Service::SecurityHub, Cell::on(vec![Shelf::new("", Value::Null, vec![one, other])]));
        let (lane, store) = look(world).await;
        assert_eq!((lane.state, lane.reason.as_deref(), store.len()), (LaneState::Complete, None, expected), "{of_the_other}");
    }
}

/// A list of what is suppressed that was not read to its end shows too much rather than too little, and says so.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_doubtful_list_of_what_is_suppressed_is_told_and_hides_nothing_more() {
    let bad = json!({ "GetKeyRotationStatus": r#"{"KeyId":"1f2e3d4c","KeyRotationEnabled":false}"# });
    let cases: [(HubAnswer, &str); 4] = [
        (|| json!({ "Findings": [], "NextToken": "again" }), "it repeats a page"),
        (
            || json!({ "Findings": [{ "Id": "x", "Workflow": { "Status": "NEW" } }], "NextToken": "more" }),
            "it lists more than what was asked for",
        ),
        (|| json!({ "NextToken": "more" }), "Security Hub"),
        // Who lists everything on one page has told all.
        (|| json!({ "Findings": [{ "Id": "x", "Workflow": { "Status": "NEW" } }] }), ""),
    ];
    for (hub, why) in cases {
        let world = with(clean(), "kms", &Switch::On, &bad);
        let inside = Inside { emulator: Arc::new(Emulator::new(world)), silent: None, hub: Some(hub) };
        let (lanes, store) = look_through(inside, &[HOME], &[Source::Checks], None).await;
        assert_eq!((lanes[0].state, of(&store, "ringfort/kms-rotation").len()), (LaneState::Complete, 1), "{why}: {lanes:?}");
        let told = lanes[0].reason.as_deref().unwrap_or_default();
        assert_eq!(told.contains("what Security Hub suppresses may be shown"), !why.is_empty(), "{told}");
        assert!(told.contains(why), "{told}");
    }
}

/// Every order of these.
pub(crate) fn orders<T: Clone>(these: &[T]) -> Vec<Vec<T>> {
    if these.is_empty() {
        return vec![Vec::new()];
    }
    let without = |at: usize| these.iter().enumerate().filter(|(other, _)| *other != at).map(|(_, one)| one.clone()).collect::<Vec<_>>();
    (0..these.len())
        .flat_map(|at| orders(&without(at)).into_iter().map(move |rest| (at, rest)))
        .map(|(at, rest)| std::iter::once(these[at].clone()).chain(rest).collect())
        .collect()
}

#[test]
fn which_record_stands_for_an_issue_does_not_depend_on_the_order_of_arrival() {
    let resource = "arn:aws:iam::111122223333:user/ana";
    let door = ringfort::model::Door { account: AccountId::new(ACCOUNT), region: Region::new(HOME) };
    let of_hub = |id: &str, over: Value| {
        let record = hub(id, "IAM.5", resource, over);
        ringfort::source::for_source(Source::SecurityHub).normalise(&record.json, &door)
    };
    let standard = |name: &str, over: Value| of_hub(&format!("arn:aws:securityhub:x:1:subscription/{name}/v/1/IAM.5/finding/{name}"), over);
    let own = json!({ "check": "ringfort/iam-user-mfa", "id": "own", "account": ACCOUNT, "region": "global", "resource": { "type": "AwsIamUser", "id": resource } });
    let check = ringfort::source::for_source(Source::Checks).normalise(own.to_string().as_bytes(), &door);
    let control = "arn:aws:securityhub:x:1:security-control/IAM.5/finding/0";
    // What an account has once, Security Hub reports in every Region that it watches.
    let elsewhere = json!({ "Region": "us-east-1" });
    let over = json!({ "RecordState": "ARCHIVED" });
    for (records, visible) in [
        (vec![check.clone()], vec![(Source::Checks, 0)]),
        (vec![check.clone(), of_hub(control, Value::Null)], vec![(Source::SecurityHub, 1)]),
        (
            vec![
                check.clone(),
                of_hub(control, Value::Null),
                of_hub("arn:aws:securityhub:x:1:security-control/IAM.5/finding/1", elsewhere.clone()),
            ],
            vec![(Source::SecurityHub, 2)],
        ),
        (
            vec![check.clone(), standard("a", Value::Null), standard("b", Value::Null), standard("c", elsewhere.clone())],
            vec![(Source::SecurityHub, 3)],
        ),
        // A control of which a Region has two records of one standard: who knows what they are.
        (
            vec![
                standard("a", Value::Null),
                of_hub("arn:aws:securityhub:x:1:subscription/a/v/1/IAM.5/finding/2", Value::Null),
                standard("c", elsewhere.clone()),
            ],
            vec![(Source::SecurityHub, 0), (Source::SecurityHub, 0), (Source::SecurityHub, 0)],
        ),
        (vec![check, of_hub(control, over)], vec![(Source::SecurityHub, 0), (Source::Checks, 0)]),
    ] {
        for order in orders(&records) {
            let mut store = Store::new();
            for finding in order {
                store.ingest(ringfort::store::Batch { findings: vec![finding], raw: ringfort::store::RawBlock::compress(b"{}") });
            }
            let mut seen: Vec<_> = store.iter().map(|(_, finding)| (finding.source, finding.also_seen.len())).collect();
            seen.sort_unstable();
            assert_eq!(seen, visible);
            assert_eq!(store.len(), visible.len());
        }
    }
}

/// The same issue has the same place, whoever tells it first.
#[test]
fn a_check_stands_where_the_control_that_it_equals_stands() {
    let mut placer = LensSet::builtin().placer();
    let mut elsewhere = Vec::new();
    for check in checks() {
        let Some(control) = &check.control else { continue };
        let arn = match check.resource.as_str() {
            "AwsAccount" => format!("AWS::::Account:{ACCOUNT}"),
            _ => String::from("arn:aws:x:eu-central-1:111122223333:y/z"),
        };
        let record = hub("arn:aws:securityhub:eu-central-1:111122223333:security-control/X/finding/1", control, &arn, json!({}));
        let door = ringfort::model::Door { account: AccountId::new(ACCOUNT), region: Region::new(HOME) };
        let mut theirs = ringfort::source::for_source(Source::SecurityHub).normalise(&record.json, &door);
        let own = json!({ "check": check.id, "id": "x", "resource": { "type": check.resource, "id": arn } }).to_string();
        let mut ours = ringfort::source::for_source(Source::Checks).normalise(own.as_bytes(), &door);
        theirs.title = Text::new(&check.title);
        placer.place(&mut theirs);
        placer.place(&mut ours);
        let place = |finding: &Finding| (finding.placement.layer, finding.placement.side);
        assert!(!ours.placement.why_layer.is_fallback() && !ours.placement.why_side.is_fallback(), "{}", check.id);
        // The article counts Cognito to the application.
        if !control.starts_with("Cognito.") && place(&theirs) != place(&ours) {
            elsewhere.push(format!("{} {:?}, {control} {:?}", check.id, place(&ours), place(&theirs)));
        }
    }
    assert!(elsewhere.is_empty(), "{elsewhere:#?}");
}

/// Every answer that is made up for the checks, as its service's model calls it: service, operation, body.
fn answers() -> Vec<(String, String, String)> {
    let mut all = Vec::new();
    let mut add = |service: &str, answers: &Value| {
        for (operation, answer) in answers.as_object().expect("operations") {
            let bodies = match answer {
                Value::String(body) => vec![body.clone()],
                Value::Array(choices) => choices.iter().filter_map(|choice| choice["body"].as_str()).map(str::to_owned).collect(),
                choice => choice["body"].as_str().map(str::to_owned).into_iter().collect(),
            };
            all.extend(bodies.into_iter().map(|body| (service.to_owned(), operation.clone(), body)));
        }
    };
    let clean: Value = toml::from_str(include_str!("../../assets/demo/checks/clean.toml")).expect("answers");
    for (service, answers) in clean.as_object().expect("services") {
        add(service, answers);
    }
    for case in cases() {
        for (service, answers) in case["bad"].as_object().expect("services") {
            add(service, answers);
        }
    }
    let world = ringfort::demo::world("2026-05-06T07:08:09Z".parse().expect("a time"));
    for (_, _, service, cell) in world.cells() {
        if let Service::Checked(name) = service {
            add(name, &cell.about);
        }
    }
    all
}

#[test]
fn every_made_up_answer_fits_the_shape_of_the_service_model() {
    if !crate::demo::has_botocore() {
        eprintln!("python3 with botocore is not here: the answers' shapes are not checked against its models");
        return;
    }
    let mut lines = String::new();
    for (service, operation, body) in answers() {
        let (service, operation) = match (service.as_str(), operation.as_str()) {
            ("sso", operation) => ("sso-admin", operation),
            ("s3", "GetAccountPublicAccessBlock") => ("s3control", "GetPublicAccessBlock"),
            (service, operation) => (service, operation),
        };
        // A credential report is a table, and only in base64 on the wire.
        if operation == "GetCredentialReport" {
            continue;
        }
        let record: Value = if body.trim_start().starts_with('<') { body.into() } else { serde_json::from_str(&body).expect("JSON") };
        let line: Value = json!({ "service": service, "operation": operation, "member": "", "record": record });
        lines.extend([line.to_string(), "\n".to_owned()]);
    }
    let problems: BTreeSet<String> = crate::demo::misfits(lines).lines().map(str::to_owned).collect();
    assert!(problems.is_empty(), "{problems:#?}");
}

/// Set it to write docs/checks.md anew.
const UPDATE: &str = "RINGFORT_UPDATE_CHECKS";

/// docs/checks.md: every check, where it stands, and what it needs.
#[test]
fn the_documentation_lists_every_check_as_it_is() {
    let mut placer = LensSet::builtin().placer();
    let door = ringfort::model::Door { account: AccountId::new(ACCOUNT), region: Region::new(HOME) };
    let mut table = String::from(
        "# ringfort's own checks\n\nMade by `cargo test` from `assets/checks.toml` and the lenses; `RINGFORT_UPDATE_CHECKS=1` writes it anew. A check that equals a\n\
         control of Security Hub is one finding with it.\n\n| check | what is wrong where it fails | severity | layer | side | equals | needs |\n|---|---|---|---|---|---|---|\n",
    );
    for check in checks() {
        let json = json!({ "check": check.id, "id": "x", "resource": { "type": check.resource, "id": "x" } }).to_string();
        let mut finding = ringfort::source::for_source(Source::Checks).normalise(json.as_bytes(), &door);
        placer.place(&mut finding);
        let (layer, side) = (finding.placement.layer.slug(), finding.placement.side.slug());
        let needs = check.needs.iter().map(|action| format!("`{action}`")).collect::<Vec<_>>().join(" ");
        let (id, title, severity, control) = (&check.id, &check.title, check.level(), check.control.as_deref().unwrap_or_default());
        table.extend([format!("| `{id}` | [{title}]({}) | {severity} | {layer} | {side} | {control} | {needs} |\n", check.url)]);
    }
    table.push_str(
        "\n## AWS's own side\n\nWhat AWS tells of its own part is told as it is: nothing offends there. An event of AWS Health is shown until AWS closes it, a report of\n\
         AWS Artifact as an attestation of controls that AWS runs. The layer follows the service or what the report is about; the severity is\n\
         where it begins, and AWS's own words (security, action required) move it.\n\n| type | what it is | severity | why | needs |\n|---|---|---|---|---|\n",
    );
    for told in ringfort::source::told() {
        let needs = told.needs.iter().map(|action| format!("`{action}`")).collect::<Vec<_>>().join(" ");
        table.extend([format!("| `{}` | [{}]({}) | {} | {} | {needs} |\n", told.id, told.text, told.url, told.level(), told.reason)]);
    }
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/checks.md");
    if std::env::var_os(UPDATE).is_some() {
        std::fs::write(&path, &table).expect("written");
    }
    let kept = std::fs::read_to_string(&path).expect("docs/checks.md");
    assert!(kept == table, "docs/checks.md says otherwise: set {UPDATE}=1 to write it anew");
}

/// What stands in for AWS, as an emulator does, need not stand in for all of it; what does not even know the caller is nobody.
#[test]
fn an_endpoint_that_has_none_of_the_services_is_told_and_spoils_nothing_but_one_without_sts_does() {
    let unknown = r#"{"__type":"UnknownOperationException","message":"x"}"#;
    for (status, body) in [(404, ""), (404, r#"{"message":"Not Found"}"#), (400, unknown), (501, "<html>no</html>")] {
        for knows_caller in [true, false] {
            let aws = Aws::start(move |asked| match asked.service.as_str() {
                "guardduty" => (0, String::new()),
                "sts" if knows_caller => (0, String::new()),
                _ => (status, body.to_owned()),
            });
            let output = aws.ask(&["coverage", "--format", "json", "--source", "guardduty,checks", "--region", HOME]);
            let coverage: Value = serde_json::from_slice(&output.stdout).expect("JSON");
            let lane = coverage["lanes"].as_array().expect("lanes").iter().find(|lane| lane["source"] == "checks").expect("the lane");
            assert_eq!(
                (lane["state"].as_str(), &coverage["complete"]),
                (Some("unavailable"), &json!(knows_caller)),
                "{status} {body} {lane}"
            );
            assert!(lane["reason"].as_str().is_some_and(|reason| reason.contains("none of the services")), "{lane}");
            assert_eq!(output.status.code(), Some(if knows_caller { 0 } else { 3 }), "{status} {body}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn investigations_of_detective_are_findings_until_people_archive_them() {
    let one = |id: &str, severity: &str, status: &str, state: &str, entity: &str| {
        json!({ "InvestigationId": id, "Severity": severity, "Status": status, "State": state, "CreatedTime": "2025-12-31T10:00:00Z",
                "EntityArn": entity, "EntityType": "IAM_ROLE" })
    };
    let role = "arn:aws:iam::111122223333:role/deploy\u{1b}[2J";
    let (first, last) = (
        json!({ "InvestigationDetails": [one("1", "CRITICAL", "SUCCESSFUL", "ACTIVE", role), one("2", "HIGH", "FAILED", "ACTIVE", role)],
                "NextToken": "more" }),
        json!({ "InvestigationDetails": [one("3", "LOW", "SUCCESSFUL", "ARCHIVED", role), one("4", "HIGH", "RUNNING", "ACTIVE", role),
                // Without ids they are told apart by whom they are about.
                one("", "LOW", "SUCCESSFUL", "ACTIVE", "arn:aws:iam::111122223333:role/a"), one("", "LOW", "SUCCESSFUL", "ACTIVE", "arn:aws:iam::111122223333:role/b")] }),
    );
    let answers = json!({ "ListInvestigations": [{ "match": "more", "body": last.to_string() }, { "body": first.to_string() }] });
    let (lane, store) = look(with(clean(), "detective", &Switch::On, &answers)).await;
    assert_eq!((lane.state, lane.reason.as_deref()), (LaneState::Complete, None));
    let found = of(&store, "aws-detective/investigation");
    let seen: Vec<_> = found.iter().map(|finding| (finding.severity, finding.title.as_str())).collect();
    assert!(seen.iter().all(|(_, title)| !title.contains('\u{1b}')), "{seen:?}");
    let mut severities: Vec<_> = seen.iter().map(|(severity, _)| *severity).collect();
    severities.sort_unstable();
    assert_eq!(severities, [Severity::Informational, Severity::Low, Severity::Low, Severity::Critical]);
    let closed = found.iter().find(|finding| finding.severity == Severity::Critical).expect("the one that is done");
    assert!(
        closed.id.ends_with("/investigation/1") && !closed.placement.why_layer.is_fallback() && !closed.placement.why_side.is_fallback()
    );
    assert_eq!((closed.actors.principals.len(), closed.resources[0].kind.as_str()), (1, "AwsIamRole"));

    let (lane, store) = look(with(clean(), "detective", &Switch::Denied(vec!["ListInvestigations".into()]), &Value::Null)).await;
    assert_eq!((lane.state, kinds(&store).len()), (LaneState::Partial, 0), "{lane:?}");
    assert_eq!(lane.action.as_deref(), Some("detective:ListInvestigations"));
}
