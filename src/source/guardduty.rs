//! Amazon GuardDuty: the detector, then ids and bodies of findings in a pipeline.

use std::collections::HashMap;
use std::sync::LazyLock;

use aws_sdk_guardduty::Client;
use aws_sdk_guardduty::types::{Condition, FindingCriteria, FindingStatisticType, OrderBy, SortCriteria};
use bytes::Bytes;
use futures_util::future::{BoxFuture, join};

use super::failure::{Asked, classify, not_enabled};
use super::ids::ById;
use super::json::{self, Node};
use super::lane::{Delivery, Tokens, ids, note_broken};
use super::listing::{self, Failed, Listing, Step, Totals};
use super::part::{Edge, Part};
use super::{Action, FindingSource, LaneContext, LaneFailure, draft, guardduty_resources, guide, page, traits};
use crate::aws::CallError;
use crate::model::{Actors, Door, Finding, MergeKey, NativeSeverity, Severity, Source, Status, Text};

/// `ListFindings` and `GetFindings` take at most this many (service model).
const PAGE: i32 = 50;
const MOST: usize = PAGE as usize;

const LIST_DETECTORS: Action = Action::new("ListDetectors", "guardduty:ListDetectors");
const GET_DETECTOR: Action = Action::new("GetDetector", "guardduty:GetDetector");
const LIST_FINDINGS: Action = Action::new("ListFindings", "guardduty:ListFindings");
const GET_FINDINGS_STATISTICS: Action = Action::new("GetFindingsStatistics", "guardduty:GetFindingsStatistics");
const GET_FINDINGS: Action = Action::new("GetFindings", "guardduty:GetFindings");

/// Reads Amazon GuardDuty.
#[derive(Clone, Copy, Debug)]
pub struct GuardDuty;

impl FindingSource for GuardDuty {
    fn source(&self) -> Source {
        Source::GuardDuty
    }

    fn actions(&self) -> &'static [Action] {
        &[LIST_DETECTORS, GET_DETECTOR, GET_FINDINGS_STATISTICS, LIST_FINDINGS, GET_FINDINGS]
    }

    fn read<'a>(&'a self, lane: &'a LaneContext) -> BoxFuture<'a, Result<(), LaneFailure>> {
        Box::pin(async move {
            let reader = Reader { lane, client: Client::new(&lane.config) };
            let detectors = reader.detectors().await?;
            if detectors.is_empty() {
                return Err(not_enabled("GuardDuty is not enabled in this account and Region; it sees no threats here"));
            }
            let delivery = Delivery::new(lane);
            let totals = Totals::new(lane, detectors.len());
            let mut suspended = false;
            for detector in &detectors {
                let findings =
                    Findings { reader: &reader, detector, ids: ById::new(lane, &delivery, self, (LIST_FINDINGS, GET_FINDINGS), MOST) };
                let (is_suspended, end) = join(reader.is_suspended(detector), listing::read(lane, &findings, &totals)).await;
                suspended |= is_suspended;
                end.map_err(|failed| reader.fail(failed.action, &failed.error))?;
            }
            if suspended {
                return Err(not_enabled(
                    "GuardDuty is suspended here: it looks for nothing new, and what is shown is from before; resume it",
                ));
            }
            delivery.at_least_one_page();
            Ok(())
        })
    }

    fn normalise(&self, json: &[u8], door: &Door) -> Finding {
        let (finding, damage) = json::read(json, |root| build(root, json, door));
        draft::done(finding, damage)
    }
}

struct Reader<'a> {
    lane: &'a LaneContext,
    client: Client,
}

impl Reader<'_> {
    fn fail(&self, action: Action, error: &CallError) -> LaneFailure {
        classify(self.lane, Asked { source: Source::GuardDuty, action: action.iam }, error)
    }

    async fn detectors(&self) -> Result<Vec<String>, LaneFailure> {
        let (mut detectors, mut tokens, mut token) = (Vec::new(), Tokens::default(), None);
        loop {
            let request = self.client.list_detectors().max_results(PAGE).set_next_token(token);
            let body = self
                .lane
                .call(LIST_DETECTORS, |capture| request.customize().interceptor(capture).send())
                .await
                .map_err(|error| self.fail(LIST_DETECTORS, &error))?;
            let page = page::split(&body, "detectorIds", "nextToken");
            note_broken(self.lane, "ListDetectors", &page);
            detectors.extend(ids(self.lane, "ListDetectors", &page));
            token = tokens.next(self.lane, "ListDetectors", page.next);
            if token.is_none() {
                return Ok(detectors);
            }
        }
    }

    /// Whether the detector is suspended. Not being allowed to ask is no reason not to read the findings.
    async fn is_suspended(&self, detector: &str) -> bool {
        let request = self.client.get_detector().detector_id(detector);
        let body = self.lane.call(GET_DETECTOR, |capture| request.customize().interceptor(capture).send()).await;
        body.is_ok_and(|body| json::read(&body, |root| root.at("status").str().as_deref() == Some("DISABLED")).0)
    }
}

/// One detector's findings.
struct Findings<'a> {
    reader: &'a Reader<'a>,
    detector: &'a str,
    ids: ById<'a>,
}

impl Findings<'_> {
    fn criteria(&self, part: Option<&Part>) -> Option<FindingCriteria> {
        let active = Condition::builder().equals("false").build();
        let active = (!self.reader.lane.include_archived).then(|| ("service.archived".to_owned(), active));
        let changed = part.and_then(Part::changed).map(|(from, to)| {
            // Only the conditions with long names take 64-bit numbers (service model).
            let changed = Condition::builder().set_greater_than_or_equal(from).set_less_than_or_equal(to).build();
            ("updatedAt".to_owned(), changed)
        });
        let criteria: HashMap<_, _> = active.into_iter().chain(changed).collect();
        (!criteria.is_empty()).then(|| FindingCriteria::builder().set_criterion(Some(criteria)).build())
    }

    fn bodies(&self, ids: Vec<String>) -> impl Future<Output = Result<Bytes, CallError>> + Send + '_ {
        let Reader { lane, client } = self.reader;
        let request = client.get_findings().detector_id(self.detector).set_finding_ids(Some(ids)).sort_criteria(worst_first());
        lane.call(GET_FINDINGS, |capture| request.customize().interceptor(capture).send())
    }
}

impl Listing for Findings<'_> {
    fn operation(&self) -> &'static str {
        LIST_FINDINGS.operation
    }

    fn page_size(&self) -> u64 {
        MOST as u64
    }

    fn page<'a>(&'a self, part: Option<&'a Part>, token: Option<String>) -> BoxFuture<'a, Result<Step<'a>, Failed>> {
        Box::pin(async move {
            let Reader { lane, client } = self.reader;
            let request = client
                .list_findings()
                .detector_id(self.detector)
                .set_finding_criteria(self.criteria(part))
                .sort_criteria(order(part))
                .max_results(lane.page_size(PAGE))
                .set_next_token(token);
            let body = lane.call(LIST_FINDINGS, |capture| request.customize().interceptor(capture).send()).await;
            self.ids.step(body, |ids| self.bodies(ids))
        })
    }

    fn total(&self) -> BoxFuture<'_, Option<u64>> {
        Box::pin(async move {
            let Reader { lane, client } = self.reader;
            let request = client.get_findings_statistics().detector_id(self.detector).set_finding_criteria(self.criteria(None));
            #[expect(deprecated, reason = "its successor groups by severity too, but a page at a time")]
            let request = request.finding_statistic_types(FindingStatisticType::CountBySeverity);
            let body = lane.call_aside(GET_FINDINGS_STATISTICS, |capture| request.customize().interceptor(capture).send()).await?;
            let count = |root: Node<'_>| {
                let counts = root.at("findingStatistics").at("countBySeverity");
                counts.is_there().then(|| counts.members().filter_map(|(_, count)| count.count()).sum())
            };
            json::read(&body, count).0
        })
    }
}

fn order(part: Option<&Part>) -> SortCriteria {
    let by_change = |order| SortCriteria::builder().attribute_name("updatedAt").order_by(order).build();
    match Part::edge(part) {
        None => worst_first(),
        Some(Edge::Oldest) => by_change(OrderBy::Asc),
        Some(Edge::Newest) => by_change(OrderBy::Desc),
    }
}

fn worst_first() -> SortCriteria {
    SortCriteria::builder().attribute_name("severity").order_by(OrderBy::Desc).build()
}

static AS_STATED: LazyLock<Text> = LazyLock::new(|| Text::new("severity as GuardDuty states it"));

fn build(root: Node<'_>, json: &[u8], door: &Door) -> Finding {
    let id = draft::id_or_hash(root.at("id"), json);
    let arn = root.at("arn").str().unwrap_or_default();
    let account = draft::account_id(root.at("accountId"));
    let region = root.at("region").str();
    let partition = root.at("partition").str();
    let origin = draft::Origin::new(account.as_deref(), region.as_deref(), partition.as_deref(), &arn, door);
    let key = if arn.is_empty() { format!("guardduty|{}|{}|{id}", origin.account, origin.region) } else { format!("guardduty|{arn}") };
    let group =
        draft::guardduty_group(&arn).unwrap_or_else(|| MergeKey::new(&format!("guardduty|{}|{}|{id}", origin.account, origin.region)));

    let service = root.at("service");
    let number = root.at("severity").number();
    let severity = number.map_or(Severity::Unknown, draft::guardduty_severity);
    let archived = service.at("archived").flag().unwrap_or(false);
    let kind = root.at("type").text().unwrap_or_else(Text::empty);
    let description = root.at("description").text().unwrap_or_else(Text::empty);
    let title = root.at("title").text().unwrap_or_else(|| if kind.is_empty() { description.clone() } else { kind.clone() });
    let (created, updated) = (root.at("createdAt").time(), root.at("updatedAt").time());
    let sample = title.starts_with("[SAMPLE]") || is_sample(service.at("additionalInfo"));

    let mut finding = draft::blank(Source::GuardDuty, id, MergeKey::new(&key), origin);
    finding.group = Some(group);
    finding.resources = guardduty_resources::resources(root.at("resource"), service, &finding.account, &finding.region);
    finding.actors = actors(root.at("resource"), service);
    finding.indicators = indicators(root);
    finding.kind = kind;
    finding.title = title;
    finding.description = description;
    finding.severity = severity;
    finding.native_severity = NativeSeverity { label: None, score: number };
    finding.priority = draft::priority(severity, &AS_STATED);
    finding.status = if archived { Status::Archived } else { Status::Active };
    finding.first_seen = service.at("eventFirstSeen").time().or(created);
    finding.last_seen = service.at("eventLastSeen").time().or(updated);
    finding.updated = updated;
    finding.count = service.at("count").count();
    // The API gives no remediation; the User Guide does, by type.
    finding.remediation.url = guide::guardduty_guide(&finding.kind);
    finding.sample = sample;
    finding.traits = traits::guardduty(root, &finding.kind);
    finding
}

/// Newer records hold the extra fields as JSON in text, older ones beside it.
fn is_sample(info: Node<'_>) -> bool {
    info.at("sample").flag().unwrap_or(false)
        || info
            .at("value")
            .str()
            .is_some_and(|value| value.contains("sample") && json::read(value.as_bytes(), |root| root.at("sample").flag() == Some(true)).0)
}

fn actors(resource: Node<'_>, service: Node<'_>) -> Actors {
    let mut actors = Actors::default();
    let key = resource.at("accessKeyDetails");
    draft::add(&mut actors.principals, key.any(&["userName", "principalId"]).text());
    draft::add(&mut actors.access_keys, key.at("accessKeyId").text());
    let kubernetes_user = resource.at("kubernetesDetails").at("kubernetesUserDetails");
    draft::add(&mut actors.principals, kubernetes_user.at("username").text());
    draft::add(&mut actors.principals, resource.at("rdsDbUserDetails").at("user").text());

    let action = service.at("action");
    let api = action.at("awsApiCallAction");
    let kubernetes = action.at("kubernetesApiCallAction");
    for place in [api, action.at("networkConnectionAction"), kubernetes, action.at("rdsLoginAttemptAction")] {
        add_remote(&mut actors, place);
    }
    for probe in action.at("portProbeAction").at("portProbeDetails").items() {
        add_remote(&mut actors, probe);
    }
    draft::add(&mut actors.principals, api.at("remoteAccountDetails").at("accountId").text());
    draft::add(&mut actors.domains, api.at("domainDetails").at("domain").text());
    draft::add(&mut actors.domains, action.at("dnsRequestAction").at("domain").text());
    kubernetes.any(&["sourceIPs", "sourceIps"]).items().for_each(|ip| draft::add(&mut actors.ips, ip.text()));
    for login in action.at("rdsLoginAttemptAction").any(&["LoginAttributes", "loginAttributes"]).items() {
        draft::add(&mut actors.principals, login.at("user").text());
    }

    let sequence = service.at("detection").at("sequence");
    for actor in sequence.at("actors").items() {
        let user = actor.at("user");
        draft::add(&mut actors.principals, user.any(&["name", "uid"]).text());
        draft::add(&mut actors.access_keys, user.at("credentialUid").text());
    }
    for endpoint in sequence.at("endpoints").items() {
        draft::add(&mut actors.ips, endpoint.at("ip").text());
        draft::add(&mut actors.domains, endpoint.at("domain").text());
    }
    actors
}

/// Of the sequence, and of each of its signals; and what the guardrail did: `NONE` lets the prompt through (`GuardrailAction` in
/// the service model).
fn indicators(root: Node<'_>) -> Option<Box<[Text]>> {
    let sequence = root.at("service").at("detection").at("sequence");
    let signals = sequence.at("signals").items().map(|signal| signal.at("signalIndicators"));
    let shown = draft::indicators(std::iter::once(sequence.at("sequenceIndicators")).chain(signals));
    let Some(action) = root.at("resource").at("bedrockGuardrailDetails").at("guardrailAction").str() else { return shown };
    let action = Text::shared(&format!("GUARDRAIL_ACTION={action}"));
    Some(shown.into_iter().flatten().chain([action]).collect())
}

fn add_remote(actors: &mut Actors, place: Node<'_>) {
    let remote = place.at("remoteIpDetails");
    draft::add(&mut actors.ips, remote.at("ipAddressV4").text());
    draft::add(&mut actors.ips, remote.at("ipAddressV6").text());
}

#[cfg(test)]
mod tests {
    use super::{FindingSource, GuardDuty};
    use crate::model::{AccountId, Door, Finding, Region, Severity};

    fn normalise(json: &str) -> Finding {
        GuardDuty.normalise(json.as_bytes(), &Door { account: AccountId::new("9"), region: Region::new("eu-central-1") })
    }

    #[test]
    fn severity_bands_are_never_reached_by_rounding() {
        for (number, severity) in [
            ("10.0", Severity::Critical),
            ("9.0", Severity::Critical),
            ("8.99", Severity::High),
            ("7", Severity::High),
            ("6.9", Severity::Medium),
            ("3.99", Severity::Low),
            ("1.0", Severity::Low),
            ("0.1", Severity::Informational),
            ("0", Severity::Informational),
            ("10.1", Severity::Unknown),
            ("-1", Severity::Unknown),
            ("null", Severity::Unknown),
        ] {
            assert_eq!(normalise(&format!(r#"{{"id":"f","severity":{number}}}"#)).severity, severity, "{number}");
        }
    }

    #[test]
    fn a_sample_is_known_by_title_or_by_either_form_of_the_additional_information() {
        assert!(normalise(r#"{"id":"f","title":"[SAMPLE] x"}"#).sample);
        assert!(normalise(r#"{"id":"f","service":{"additionalInfo":{"sample":true}}}"#).sample);
        assert!(normalise(r#"{"id":"f","service":{"additionalInfo":{"value":"{\"sample\":true}"}}}"#).sample);
        assert!(!normalise(r#"{"id":"f","service":{"additionalInfo":{"value":"{\"sample\":false}"}}}"#).sample);
    }

    #[test]
    fn the_resource_that_the_type_names_comes_first() {
        let finding = normalise(
            r#"{"id":"f","accountId":"111122223333","region":"us-east-1","resource":{"resourceType":"AccessKey",
                "s3BucketDetails":[{"arn":"arn:aws:s3:::b","tags":[{"key":"k","value":"v"}]}],
                "accessKeyDetails":{"accessKeyId":"AKIA1","userName":"alice"},
                "instanceDetails":{"instanceId":"i-1","tags":[{"key":"Name","value":"web"}]}}}"#,
        );
        let found: Vec<_> = finding.resources.iter().map(|resource| (&*resource.kind, &*resource.id, &*resource.name)).collect();
        assert_eq!(found, [("AccessKey", "AKIA1", "alice"), ("Instance", "i-1", "web"), ("S3Bucket", "arn:aws:s3:::b", "b")]);
        assert_eq!(finding.resources[1].account.as_str(), "111122223333");
        assert_eq!((finding.actors.principals.len(), finding.actors.access_keys.len()), (1, 1));
    }

    #[test]
    fn a_kind_of_resource_from_the_future_is_found_by_its_arn() {
        let json = r#"{"id":"f","resource":{"resourceType":"NewThing","newThingDetails":{"size":1,"thingId":"t","arn":"arn:aws:newthing:r:1:thing/x"}}}"#;
        let finding = normalise(json);
        assert_eq!((&*finding.resources[0].kind, &*finding.resources[0].name), ("NewThing", "x"));
        assert_eq!(finding.damage, None);
    }

    #[test]
    fn an_attack_sequence_names_its_resources_actors_and_endpoints() {
        let finding = normalise(
            r#"{"id":"f","resource":{"resourceType":"AttackSequence"},"service":{"detection":{"sequence":{
                "actors":[{"user":{"name":"bob","credentialUid":"ASIA1"}}],"endpoints":[{"ip":"203.0.113.9","domain":"c2.example"}],
                "resources":[{"uid":"arn:aws:s3:::b","resourceType":"S3_BUCKET","accountId":"1","region":"r","name":"b"}]}}}}"#,
        );
        assert_eq!((&*finding.resources[0].kind, finding.resources[0].account.as_str()), ("S3_BUCKET", "1"));
        assert_eq!(finding.indicators, None);
        let actors = &finding.actors;
        assert_eq!(
            (&*actors.principals[0], &*actors.access_keys[0], &*actors.ips[0], &*actors.domains[0]),
            ("bob", "ASIA1", "203.0.113.9", "c2.example")
        );
    }

    #[test]
    fn what_the_guardrail_did_with_the_prompt_is_an_indicator() {
        let finding =
            normalise(r#"{"id":"f","resource":{"bedrockGuardrailDetails":{"guardrailAction":"NONE","guardrails":[{"arn":"g"}]}}}"#);
        assert_eq!(finding.indicators.as_deref(), Some(&["GUARDRAIL_ACTION=NONE".into()][..]));
    }

    #[test]
    fn an_attack_sequence_tells_its_tactics_and_those_of_its_signals_once() {
        let finding = normalise(
            r#"{"id":"f","service":{"detection":{"sequence":{
                "sequenceIndicators":[{"key":"ATTACK_TACTIC","values":["Exfiltration","Impact"]},{"key":"TOR_IP"}],
                "signals":[{"signalIndicators":[{"key":"ATTACK_TACTIC","values":["Impact"]},{"key":"ATTACK_TECHNIQUE","values":["T1485"]}]}]}}}}"#,
        );
        let told: Vec<&str> = finding.indicators.iter().flatten().map(|text| &**text).collect();
        assert_eq!(told, ["ATTACK_TACTIC=Exfiltration", "ATTACK_TACTIC=Impact", "TOR_IP", "ATTACK_TECHNIQUE=T1485"]);
    }
}
