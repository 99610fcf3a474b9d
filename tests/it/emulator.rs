//! The services as the emulator plays them, through raw SDK clients; then the whole way through the runner, faults included.
#![allow(clippy::large_futures, reason = "the SDK's futures are what they are, and a test awaits one at a time")]

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_smithy_async::rt::sleep::TokioSleep;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use aws_types::SdkConfig;
use aws_types::region::Region as SdkRegion;
use ringfort::aws::{Access, Embedded, EmbeddedAccount};
use ringfort::demo::wire::{Cell, Record, Service, Shelf, Switch, World};
use ringfort::fetch::{Request, collect, start};
use ringfort::lens::LensSet;
use ringfort::model::{AccountId, Lane, LaneState, Region, Source, Text};
use ringfort::store::Store;
use serde_json::json;

use crate::endpoint::{Endpoint, Fault, When, data, detour};

const HOME: &str = "eu-central-1";

fn config(endpoint: &Endpoint, region: &'static str) -> SdkConfig {
    SdkConfig::builder()
        .behavior_version(aws_config::BehaviorVersion::latest())
        .endpoint_url(&endpoint.url)
        .region(SdkRegion::from_static(region))
        .credentials_provider(SharedCredentialsProvider::new(credentials()))
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .sleep_impl(TokioSleep::new())
        .retry_config(aws_config::retry::RetryConfig::disabled())
        .build()
}

pub(crate) fn credentials() -> Credentials {
    Credentials::new("AKIAIOSFODNN7EXAMPLE", "not-a-secret", None, None, "test")
}

fn endpoint(findings: usize) -> Endpoint {
    Endpoint::start(data::world(&[HOME], findings))
}

fn expected(service: Service, findings: usize) -> HashSet<String> {
    (0..findings).map(|number| data::id(service, HOME, number)).collect()
}

/// Every id once, and which ids.
fn once(ids: Vec<String>) -> HashSet<String> {
    let count = ids.len();
    let set: HashSet<String> = ids.into_iter().collect();
    assert_eq!(set.len(), count, "an id came twice");
    set
}

#[tokio::test]
async fn guardduty_lists_ids_by_pages_and_gives_bodies_by_ids() {
    let endpoint = endpoint(123);
    let client = aws_sdk_guardduty::Client::new(&config(&endpoint, HOME));
    let detectors = client.list_detectors().send().await.expect("an answer").detector_ids.expect("ids");
    assert_eq!(detectors, [data::DETECTOR]);
    let mut pages = client.list_findings().detector_id(data::DETECTOR).max_results(50).into_paginator().send();
    let (mut ids, mut bodies) = (Vec::new(), Vec::new());
    while let Some(page) = pages.next().await {
        let page = page.expect("a page").finding_ids.expect("ids");
        let got = client.get_findings().detector_id(data::DETECTOR).set_finding_ids(Some(page.clone())).send().await.expect("bodies");
        bodies.extend(got.findings.expect("findings").into_iter().filter_map(|finding| finding.id));
        ids.extend(page);
    }
    assert_eq!(once(ids), expected(Service::GuardDuty, 123));
    assert_eq!(once(bodies), expected(Service::GuardDuty, 123));
}

#[tokio::test]
async fn guardduty_sorts_and_filters_as_asked() {
    use aws_sdk_guardduty::types::{Condition, FindingCriteria, OrderBy, SortCriteria};
    let endpoint = endpoint(40);
    let client = aws_sdk_guardduty::Client::new(&config(&endpoint, HOME));
    let severe = Condition::builder().greater_than_or_equal(7).build();
    let active = Condition::builder().equals("false").build();
    let criteria = FindingCriteria::builder().criterion("severity", severe).criterion("service.archived", active).build();
    let worst = SortCriteria::builder().attribute_name("severity").order_by(OrderBy::Desc).build();
    let list = client.list_findings().detector_id(data::DETECTOR).finding_criteria(criteria).sort_criteria(worst);
    let ids = list.send().await.expect("an answer").finding_ids.expect("ids");
    assert_eq!(ids.len(), 20);
    let got = client.get_findings().detector_id(data::DETECTOR).set_finding_ids(Some(ids)).send().await.expect("bodies");
    let severities: Vec<f64> = got.findings.expect("findings").into_iter().filter_map(|finding| finding.severity).collect();
    assert!(severities[..10].iter().all(|severity| *severity > 8.5) && severities[10..].iter().all(|severity| *severity < 8.5));
    let archived = FindingCriteria::builder().criterion("service.archived", Condition::builder().equals("true").build()).build();
    let none = client.list_findings().detector_id(data::DETECTOR).finding_criteria(archived).send().await.expect("an answer");
    assert!(none.finding_ids.expect("ids").is_empty());
}

#[tokio::test]
async fn inspector_gives_findings_inline_worst_first() {
    use aws_sdk_inspector2::types::{FilterCriteria, SortCriteria, SortField, SortOrder, StringComparison, StringFilter};
    let endpoint = endpoint(230);
    let client = aws_sdk_inspector2::Client::new(&config(&endpoint, HOME));
    let active = StringFilter::builder().comparison(StringComparison::Equals).value("ACTIVE").build().expect("a filter");
    let sort = SortCriteria::builder().field(SortField::Severity).sort_order(SortOrder::Desc).build().expect("a sort");
    let list = client
        .list_findings()
        .filter_criteria(FilterCriteria::builder().finding_status(active).build())
        .sort_criteria(sort)
        .max_results(100);
    let mut findings = list.into_paginator().items().send();
    let (mut ids, mut severities) = (Vec::new(), Vec::new());
    while let Some(finding) = findings.next().await {
        let finding = finding.expect("a finding");
        severities.push(finding.severity.as_str().to_owned());
        ids.push(finding.finding_arn);
    }
    severities.dedup();
    assert_eq!(severities, ["CRITICAL", "HIGH", "MEDIUM", "LOW"]);
    assert_eq!(once(ids), expected(Service::Inspector, 230));
}

#[tokio::test]
async fn access_analyzer_knows_its_two_generations_of_calls() {
    let endpoint = endpoint(130);
    let client = aws_sdk_accessanalyzer::Client::new(&config(&endpoint, HOME));
    let analyzers = client.list_analyzers().send().await.expect("an answer").analyzers;
    let arn = &analyzers[0].arn;
    let mut first = client.list_findings().analyzer_arn(arn).max_results(100).into_paginator().items().send();
    let mut ids = Vec::new();
    while let Some(finding) = first.next().await {
        let finding = finding.expect("a finding");
        assert_eq!(finding.action.expect("actions"), ["s3:GetObject"]);
        ids.push(finding.id);
    }
    assert_eq!(once(ids), expected(Service::AccessAnalyzer, 130));
    let second = client.list_findings_v2().analyzer_arn(arn).send().await.expect("an answer").findings;
    assert_eq!(second[0].finding_type.as_ref().map(aws_sdk_accessanalyzer::types::FindingType::as_str), Some("ExternalAccess"));
    let one = client.get_finding_v2().analyzer_arn(arn).id(&second[0].id).send().await.expect("an answer");
    assert!(one.finding_details[0].is_external_access_details());
}

#[tokio::test]
async fn unused_access_is_listed_by_the_second_generation_only_and_its_details_come_in_pages() {
    let arn = format!("arn:aws:access-analyzer:{HOME}:{}:analyzer/unused", data::ACCOUNT);
    let about =
        json!({ "arn": arn, "name": "unused", "type": "ACCOUNT_UNUSED_ACCESS", "createdAt": "2024-01-01T00:00:00Z", "status": "ACTIVE" });
    let finding = json!({
        "id": "one", "resource": "arn:aws:iam::111122223333:role/idle", "resourceType": "AWS::IAM::Role", "resourceOwnerAccount": data::ACCOUNT,
        "status": "ACTIVE", "createdAt": "2026-01-01T00:00:00Z", "analyzedAt": "2026-01-01T00:00:00Z", "updatedAt": "2026-01-01T00:00:00Z",
        "findingType": "UnusedPermission",
    });
    let details = (0..5).map(|n| json!({ "unusedPermissionDetails": { "serviceNamespace": format!("service{n}") } })).collect();
    let record = Record { details, ..Record::new("one", finding.to_string()) };
    let mut world = data::world(&[HOME], 1);
    world.put(data::ACCOUNT, HOME, Service::AccessAnalyzer, Cell::on(vec![Shelf::new(&arn, about, vec![record])]));
    let endpoint = Endpoint::start(world);
    let client = aws_sdk_accessanalyzer::Client::new(&config(&endpoint, HOME));
    assert_eq!(code(client.list_findings().analyzer_arn(&arn).send()).await, "ValidationException");
    let listed = client.list_findings_v2().analyzer_arn(&arn).send().await.expect("an answer").findings;
    assert_eq!((listed.len(), listed[0].id.as_str()), (1, "one"));
    let mut pages = client.get_finding_v2().analyzer_arn(&arn).id("one").max_results(2).into_paginator().send();
    let mut namespaces = Vec::new();
    while let Some(page) = pages.next().await {
        let details = page.expect("a page").finding_details;
        namespaces.extend(details.iter().filter_map(|one| Some(one.as_unused_permission_details().ok()?.service_namespace.clone())));
    }
    assert_eq!(namespaces, ["service0", "service1", "service2", "service3", "service4"]);
    assert_eq!(code(client.get_finding_v2().analyzer_arn(&arn).id("other").send()).await, "ResourceNotFoundException");
}

#[tokio::test]
async fn macie_lists_ids_and_describes_them() {
    let endpoint = endpoint(77);
    let client = aws_sdk_macie2::Client::new(&config(&endpoint, HOME));
    let session = client.get_macie_session().send().await.expect("an answer");
    assert_eq!(session.status.expect("a status").as_str(), "ENABLED");
    let mut pages = client.list_findings().max_results(50).into_paginator().send();
    let mut ids = Vec::new();
    while let Some(page) = pages.next().await {
        ids.extend(page.expect("a page").finding_ids.expect("ids"));
    }
    let some = client.get_findings().set_finding_ids(Some(ids[..50].to_vec())).send().await.expect("an answer");
    assert_eq!(some.findings.expect("findings").len(), 50);
    assert_eq!(once(ids), expected(Service::Macie, 77));
}

#[tokio::test]
async fn security_hub_filters_and_pages() {
    use aws_sdk_securityhub::types::{AwsSecurityFindingFilters, StringFilter, StringFilterComparison};
    let endpoint = endpoint(250);
    let client = aws_sdk_securityhub::Client::new(&config(&endpoint, HOME));
    let not = |value: &str| StringFilter::builder().value(value).comparison(StringFilterComparison::NotEquals).build();
    let filters = AwsSecurityFindingFilters::builder().compliance_status(not("PASSED")).severity_label(not("LOW")).build();
    let mut findings = client.get_findings().filters(filters).max_results(100).into_paginator().items().send();
    let mut ids = Vec::new();
    while let Some(finding) = findings.next().await {
        ids.push(finding.expect("a finding").id.expect("an id"));
    }
    assert_eq!(once(ids).len(), 188);
}

/// The codes with which the services refuse.
async fn code<T, E: ProvideErrorMetadata>(
    answer: impl Future<
        Output = Result<T, aws_smithy_runtime_api::client::result::SdkError<E, aws_smithy_runtime_api::client::orchestrator::HttpResponse>>,
    >,
) -> String {
    answer.await.err().and_then(|error| error.code().map(str::to_owned)).unwrap_or_else(|| "no error".to_owned())
}

#[tokio::test]
async fn every_service_refuses_pages_beyond_its_limit() {
    let endpoint = endpoint(3);
    let config = config(&endpoint, HOME);
    let guardduty = aws_sdk_guardduty::Client::new(&config);
    assert_eq!(code(guardduty.list_detectors().max_results(51).send()).await, "BadRequestException");
    assert_eq!(code(guardduty.list_findings().detector_id(data::DETECTOR).max_results(51).send()).await, "BadRequestException");
    let ids = vec!["x".to_owned(); 51];
    let get = guardduty.get_findings().detector_id(data::DETECTOR).set_finding_ids(Some(ids.clone()));
    assert_eq!(code(get.send()).await, "BadRequestException");
    let inspector = aws_sdk_inspector2::Client::new(&config);
    assert_eq!(code(inspector.list_findings().max_results(101).send()).await, "ValidationException");
    let macie = aws_sdk_macie2::Client::new(&config);
    assert_eq!(code(macie.list_findings().max_results(51).send()).await, "ValidationException");
    assert_eq!(code(macie.get_findings().set_finding_ids(Some(ids)).send()).await, "ValidationException");
    let hub = aws_sdk_securityhub::Client::new(&config);
    assert_eq!(code(hub.get_findings().max_results(101).send()).await, "InvalidInputException");
    assert_eq!(code(hub.get_findings().max_results(0).send()).await, "InvalidInputException");
}

#[tokio::test]
async fn a_token_is_good_for_its_own_request_only() {
    use aws_sdk_guardduty::types::{OrderBy, SortCriteria};
    let endpoint = endpoint(120);
    let config = config(&endpoint, HOME);
    let guardduty = aws_sdk_guardduty::Client::new(&config);
    let list = || guardduty.list_findings().detector_id(data::DETECTOR);
    let token = list().send().await.expect("a page").next_token.expect("a token");
    let sorted = SortCriteria::builder().attribute_name("severity").order_by(OrderBy::Desc).build();
    assert_eq!(code(list().sort_criteria(sorted).next_token(&token).send()).await, "BadRequestException");
    assert_eq!(list().next_token(token).send().await.expect("a page").finding_ids.expect("ids").len(), 50);
    let inspector = aws_sdk_inspector2::Client::new(&config);
    assert_eq!(code(inspector.list_findings().next_token("made-up").send()).await, "ValidationException");
    let hub = aws_sdk_securityhub::Client::new(&config);
    assert_eq!(code(hub.get_findings().next_token("made-up").send()).await, "InvalidInputException");
}

#[tokio::test]
async fn a_service_that_is_off_forbidden_or_elsewhere_says_so_in_its_own_way() {
    let mut world = World::default();
    world.any_caller = Some(data::ACCOUNT.to_owned());
    let regions = [("eu-west-1", Switch::Off), ("eu-west-2", Switch::Denied(Vec::new())), ("eu-west-3", Switch::RegionDisabled)];
    for (region, switch) in &regions {
        for service in Service::FINDINGS {
            let mut cell = data::cell(service, region, 1);
            cell.switch = switch.clone();
            world.put(data::ACCOUNT, region, service, cell);
        }
    }
    let endpoint = Endpoint::start(world);
    let codes = async |region| {
        let config = config(&endpoint, region);
        [
            code(aws_sdk_guardduty::Client::new(&config).list_detectors().send()).await,
            code(aws_sdk_inspector2::Client::new(&config).batch_get_account_status().send()).await,
            code(aws_sdk_accessanalyzer::Client::new(&config).list_analyzers().send()).await,
            code(aws_sdk_macie2::Client::new(&config).get_macie_session().send()).await,
            code(aws_sdk_securityhub::Client::new(&config).describe_hub().send()).await,
        ]
    };
    assert_eq!(codes("eu-west-1").await, ["no error", "no error", "no error", "AccessDeniedException", "InvalidAccessException"]);
    assert_eq!(codes("eu-west-2").await, ["AccessDeniedException"; 5]);
    assert_eq!(codes("eu-west-3").await, ["UnrecognizedClientException"; 5]);
}

#[tokio::test]
async fn statistics_count_what_the_lists_hold() {
    let endpoint = endpoint(40);
    let config = config(&endpoint, HOME);
    let guardduty = aws_sdk_guardduty::Client::new(&config);
    #[allow(deprecated, reason = "one of the two ways that the service offers")]
    let counts = guardduty
        .get_findings_statistics()
        .detector_id(data::DETECTOR)
        .finding_statistic_types(aws_sdk_guardduty::types::FindingStatisticType::CountBySeverity)
        .send()
        .await
        .expect("statistics")
        .finding_statistics
        .expect("counts");
    #[allow(deprecated, reason = "as above")]
    let by_severity: HashMap<String, i32> = counts.count_by_severity.expect("by severity");
    assert_eq!(by_severity.values().sum::<i32>(), 40);
    let inspector = aws_sdk_inspector2::Client::new(&config);
    let account = inspector.list_finding_aggregations().aggregation_type(aws_sdk_inspector2::types::AggregationType::Account);
    let responses = account.send().await.expect("aggregations").responses.expect("responses");
    let counts = responses[0].as_account_aggregation().expect("an account").severity_counts.as_ref().expect("counts");
    assert_eq!((counts.all, counts.critical), (Some(40), Some(10)));
    let macie = aws_sdk_macie2::Client::new(&config);
    let groups = macie.get_finding_statistics().group_by(aws_sdk_macie2::types::GroupBy::Type).send().await.expect("statistics");
    assert_eq!(groups.counts_by_group.expect("groups")[0].count, Some(40));
    let analyzer = aws_sdk_accessanalyzer::Client::new(&config);
    let statistics = analyzer.get_findings_statistics().analyzer_arn(data::analyzer(HOME)).send().await.expect("statistics");
    let external = statistics.findings_statistics.expect("a list");
    let external = external[0].as_external_access_findings_statistics().expect("external");
    assert_eq!(external.total_active_findings, Some(40));
}

async fn fetch(endpoint: &Endpoint, regions: &[&str], sources: &[Source]) -> Store {
    fetch_within(endpoint, regions, sources, Duration::from_mins(1)).await
}

async fn fetch_within(endpoint: &Endpoint, regions: &[&str], sources: &[Source], timeout: Duration) -> Store {
    let account = EmbeddedAccount { id: AccountId::new(data::ACCOUNT), name: Text::new("test"), credentials: credentials() };
    let access = Access::Embedded(Embedded { http_client: detour(endpoint), accounts: vec![account] });
    let mut request = Request::new(access, regions.iter().map(|region| Region::new(region)).collect());
    request.sources = sources.to_vec();
    request.timeout = Some(timeout);
    let mut store = Store::new();
    // Lanes tell what went wrong; the outcome's last word only sums them up.
    collect(start(request, Arc::new(LensSet::builtin())), &mut store, |_| {}).await;
    store
}

const SERVICES: [(Source, Service); 5] = [
    (Source::GuardDuty, Service::GuardDuty),
    (Source::Inspector, Service::Inspector),
    (Source::AccessAnalyzer, Service::AccessAnalyzer),
    (Source::Macie, Service::Macie),
    (Source::SecurityHub, Service::SecurityHub),
];

fn ids_of(store: &Store, source: Source) -> HashSet<String> {
    once(store.iter().filter(|(_, finding)| finding.source == source).map(|(_, finding)| finding.id.to_string()).collect())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_finding_of_every_service_arrives_exactly_once() {
    let endpoint = endpoint(321);
    let store = fetch(&endpoint, &[HOME], &Source::SERVICES).await;
    for (source, service) in SERVICES {
        assert_eq!(ids_of(&store, source), expected(service, 321), "{source}");
    }
    assert!(store.coverage.lanes.iter().all(|lane| lane.state == LaneState::Complete && lane.findings == 321));
    for call in endpoint.requests() {
        let most = match (call.service, call.operation) {
            (Service::GuardDuty | Service::Macie, _) => 50,
            (Service::Inspector | Service::SecurityHub | Service::Sts, _) => 100,
            (Service::AccessAnalyzer | Service::Checked(_), _) => 1000,
        };
        assert!(call.page_size.is_none_or(|size| size <= most), "{call:?}");
    }
}

/// The lane of the one source that is asked while one thing goes wrong.
async fn lane_with(source: Source, when: When, fault: Fault) -> (Lane, usize) {
    let endpoint = endpoint(120);
    endpoint.fault(when, fault);
    let store = fetch(&endpoint, &[HOME], &[source]).await;
    (store.coverage.lanes[0].clone(), store.len())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_passing_trouble_costs_nothing() {
    for (source, service, operation) in [
        (Source::GuardDuty, Service::GuardDuty, "GetFindings"),
        (Source::Inspector, Service::Inspector, "ListFindings"),
        (Source::SecurityHub, Service::SecurityHub, "GetFindings"),
    ] {
        for fault in [Fault::Throttle, Fault::Broken(503), Fault::Reset, Fault::Latency(Duration::from_millis(50))] {
            let (lane, rows) = lane_with(source, When::nth(service, operation, 2), fault.clone()).await;
            assert_eq!((lane.state, rows), (LaneState::Complete, 120), "{source} {fault:?} {:?}", lane.reason);
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refusal_at_the_first_call_is_the_state_of_the_lane() {
    let first = [
        (Source::GuardDuty, Service::GuardDuty, "ListDetectors"),
        (Source::Inspector, Service::Inspector, "ListFindings"),
        (Source::AccessAnalyzer, Service::AccessAnalyzer, "ListAnalyzers"),
        (Source::Macie, Service::Macie, "ListFindings"),
        (Source::SecurityHub, Service::SecurityHub, "GetFindings"),
    ];
    for (source, service, operation) in first {
        for (fault, state) in [
            (Fault::Denied, LaneState::Denied),
            (Fault::DeniedByOrganization, LaneState::Denied),
            (Fault::Expired, LaneState::Failed),
            (Fault::Html, LaneState::Failed),
        ] {
            let (lane, rows) = lane_with(source, When::every(service, operation), fault.clone()).await;
            assert_eq!((lane.state, rows), (state, 0), "{source} {fault:?} {:?}", lane.reason);
            assert!(lane.reason.is_some(), "{source} {fault:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_service_that_is_off_is_not_a_failure() {
    for (source, service, operation) in [
        (Source::GuardDuty, Service::GuardDuty, "ListDetectors"),
        (Source::AccessAnalyzer, Service::AccessAnalyzer, "ListAnalyzers"),
        (Source::SecurityHub, Service::SecurityHub, "DescribeHub"),
        (Source::Macie, Service::Macie, "ListFindings"),
    ] {
        let (lane, rows) = lane_with(source, When::every(service, operation), Fault::NotEnabled).await;
        assert_eq!((lane.state, rows), (LaneState::NotEnabled, 0), "{source} {:?}", lane.reason);
    }
    let mut world = data::world(&[HOME], 3);
    world.put(data::ACCOUNT, HOME, Service::Inspector, Cell::off());
    let store = fetch(&Endpoint::start(world), &[HOME], &[Source::Inspector]).await;
    assert_eq!(store.coverage.lanes[0].state, LaneState::NotEnabled, "{:?}", store.coverage.lanes[0].reason);
}

#[tokio::test]
async fn an_unreadable_first_answer_is_not_taken_for_a_service_that_is_off() {
    let firsts =
        [(Source::GuardDuty, Service::GuardDuty, "ListDetectors"), (Source::AccessAnalyzer, Service::AccessAnalyzer, "ListAnalyzers")];
    for (source, service, operation) in firsts {
        for fault in [Fault::BrokenJson, Fault::Html] {
            let (lane, rows) = lane_with(source, When::every(service, operation), fault.clone()).await;
            assert_eq!((lane.state, rows), (LaneState::Failed, 0), "{source} {fault:?}: {:?}", lane.reason);
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_suspended_service_shows_what_it_has_and_is_not_called_complete() {
    let mut world = data::world(&[HOME], 60);
    for service in [Service::GuardDuty, Service::Macie] {
        let mut cell = data::cell(service, HOME, 60);
        cell.switch = Switch::Suspended;
        world.put(data::ACCOUNT, HOME, service, cell);
    }
    let store = fetch(&Endpoint::start(world), &[HOME], &[Source::GuardDuty, Source::Macie]).await;
    for lane in &store.coverage.lanes {
        assert_eq!((lane.state, lane.findings), (LaneState::Partial, 60), "{} {:?}", lane.id, lane.reason);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_slow_body_arrives_and_a_body_cut_short_is_asked_for_again() {
    for fault in [Fault::Drip(Duration::from_millis(30)), Fault::Truncated] {
        let (lane, rows) = lane_with(Source::Inspector, When::nth(Service::Inspector, "ListFindings", 1), fault.clone()).await;
        assert_eq!((lane.state, rows), (LaneState::Complete, 120), "{fault:?} {:?}", lane.reason);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_service_that_never_answers_ends_with_the_time_limit() {
    let endpoint = endpoint(120);
    endpoint.fault(When::nth(Service::SecurityHub, "GetFindings", 2), Fault::Hang);
    let sources = [Source::Macie, Source::SecurityHub];
    let store = fetch_within(&endpoint, &[HOME], &sources, Duration::from_secs(3)).await;
    let states: Vec<_> = store.coverage.lanes.iter().map(|lane| (lane.state, lane.findings)).collect();
    assert_eq!(states, [(LaneState::Complete, 120), (LaneState::Partial, 100)]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_finding_that_vanishes_between_list_and_get_is_no_trouble() {
    for (source, service) in [(Source::GuardDuty, Service::GuardDuty), (Source::Macie, Service::Macie)] {
        let (lane, rows) = lane_with(source, When::nth(service, "GetFindings", 1), Fault::Vanished).await;
        assert_eq!((lane.state, rows), (LaneState::Complete, 119), "{source} {:?}", lane.reason);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn persistent_throttling_fails_the_lane_after_a_few_tries() {
    let endpoint = endpoint(10);
    endpoint.fault(When::first(Service::Macie, "ListFindings", 1000), Fault::Throttle);
    let store = fetch(&endpoint, &[HOME], &[Source::Macie]).await;
    assert_eq!(store.coverage.lanes[0].state, LaneState::Failed, "{:?}", store.coverage.lanes[0].reason);
    assert!((2..=6).contains(&endpoint.requests_for(Service::Macie, "ListFindings").len()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_arrived_before_a_failure_stays() {
    for fault in [Fault::Denied, Fault::Broken(400), Fault::BrokenJson, Fault::Html] {
        let (lane, rows) = lane_with(Source::SecurityHub, When::nth(Service::SecurityHub, "GetFindings", 2), fault.clone()).await;
        assert_eq!(lane.state, LaneState::Partial, "{fault:?} {:?}", lane.reason);
        assert!((100..120).contains(&rows), "{fault:?}: {rows}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_empty_page_with_a_token_is_not_the_end() {
    for (source, service, operation) in [
        (Source::GuardDuty, Service::GuardDuty, "ListFindings"),
        (Source::Inspector, Service::Inspector, "ListFindings"),
        (Source::AccessAnalyzer, Service::AccessAnalyzer, "ListFindings"),
        (Source::Macie, Service::Macie, "ListFindings"),
        (Source::SecurityHub, Service::SecurityHub, "GetFindings"),
    ] {
        for nth in [1, 2] {
            let (lane, rows) = lane_with(source, When::nth(service, operation, nth), Fault::EmptyPage).await;
            assert_eq!((lane.state, rows), (LaneState::Complete, 120), "{source} call {nth} {:?}", lane.reason);
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_token_that_comes_again_ends_the_lane_as_partial() {
    let (lane, rows) = lane_with(Source::Inspector, When::nth(Service::Inspector, "ListFindings", 2), Fault::RepeatedToken).await;
    assert_eq!((lane.state, rows), (LaneState::Partial, 120), "{:?}", lane.reason);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_finding_with_wrong_types_is_damaged_and_costs_no_other() {
    let endpoint = endpoint(120);
    endpoint.fault(When::nth(Service::SecurityHub, "GetFindings", 1), Fault::WrongTypes);
    let store = fetch(&endpoint, &[HOME], &[Source::SecurityHub]).await;
    assert_eq!(store.len(), 120);
    assert_eq!(store.iter().filter(|(_, finding)| finding.damage.is_some()).count(), 1);
}
