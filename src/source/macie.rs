//! Amazon Macie: the session, then ids and bodies of findings.

use std::collections::HashMap;
use std::sync::LazyLock;

use aws_sdk_macie2::Client;
use aws_sdk_macie2::types::{CriterionAdditionalProperties, FindingCriteria, GroupBy, OrderBy, SortCriteria};
use bytes::Bytes;
use futures_util::future::BoxFuture;

use super::failure::{Asked, classify, not_enabled};
use super::ids::ById;
use super::json::{self, Node};
use super::lane::Delivery;
use super::listing::{self, Failed, Listing, Step, Totals};
use super::part::{Edge, Part};
use super::{Action, FindingSource, LaneContext, LaneFailure, draft, traits};
use crate::aws::CallError;
use crate::model::{Actors, Door, Finding, NativeSeverity, Resource, Severity, Source, Status, Text};

/// `GetFindings` takes at most this many ids (service model).
const PAGE: i32 = 50;
const MOST: usize = PAGE as usize;

const GET_MACIE_SESSION: Action = Action::new("GetMacieSession", "macie2:GetMacieSession");
const LIST_FINDINGS: Action = Action::new("ListFindings", "macie2:ListFindings");
const GET_FINDING_STATISTICS: Action = Action::new("GetFindingStatistics", "macie2:GetFindingStatistics");
const GET_FINDINGS: Action = Action::new("GetFindings", "macie2:GetFindings");

/// Reads Amazon Macie.
#[derive(Clone, Copy, Debug)]
pub struct Macie;

impl FindingSource for Macie {
    fn source(&self) -> Source {
        Source::Macie
    }

    fn actions(&self) -> &'static [Action] {
        &[GET_MACIE_SESSION, GET_FINDING_STATISTICS, LIST_FINDINGS, GET_FINDINGS]
    }

    fn read<'a>(&'a self, lane: &'a LaneContext) -> BoxFuture<'a, Result<(), LaneFailure>> {
        Box::pin(async move {
            let client = Client::new(&lane.config);
            let paused = is_paused(lane, &client).await?;
            let delivery = Delivery::new(lane);
            let findings = Findings { lane, client: &client, ids: ById::new(lane, &delivery, self, (LIST_FINDINGS, GET_FINDINGS), MOST) };
            let end = listing::read(lane, &findings, &Totals::new(lane, 1)).await;
            end.map_err(|failed| fail(lane, failed.action, &failed.error))?;
            if paused {
                return Err(not_enabled("Macie is paused here: it looks for nothing new, and what is shown is from before; resume it"));
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

/// The session's findings.
struct Findings<'a> {
    lane: &'a LaneContext,
    client: &'a Client,
    ids: ById<'a>,
}

impl Findings<'_> {
    fn criteria(&self, part: Option<&Part>) -> Option<FindingCriteria> {
        let active = CriterionAdditionalProperties::builder().eq("false").build();
        let active = (!self.lane.include_archived).then(|| ("archived".to_owned(), active));
        let changed = part
            .and_then(Part::range)
            .map(|(from, to)| ("updatedAt".to_owned(), CriterionAdditionalProperties::builder().set_gte(from).set_lte(to).build()));
        let criteria: HashMap<_, _> = active.into_iter().chain(changed).collect();
        (!criteria.is_empty()).then(|| FindingCriteria::builder().set_criterion(Some(criteria)).build())
    }

    fn bodies(&self, ids: Vec<String>) -> impl Future<Output = Result<Bytes, CallError>> + Send + '_ {
        let request = self.client.get_findings().set_finding_ids(Some(ids)).sort_criteria(worst_first());
        self.lane.call(GET_FINDINGS, |capture| request.customize().interceptor(capture).send())
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
            let request = self
                .client
                .list_findings()
                .set_finding_criteria(self.criteria(part))
                .sort_criteria(order(part))
                .max_results(self.lane.page_size(PAGE))
                .set_next_token(token);
            let body = self.lane.call(LIST_FINDINGS, |capture| request.customize().interceptor(capture).send()).await;
            self.ids.step(body, |ids| self.bodies(ids))
        })
    }

    fn total(&self) -> BoxFuture<'_, Option<u64>> {
        Box::pin(async move {
            let request =
                self.client.get_finding_statistics().group_by(GroupBy::SeverityDescription).set_finding_criteria(self.criteria(None));
            let body = self.lane.call_aside(GET_FINDING_STATISTICS, |capture| request.customize().interceptor(capture).send()).await?;
            let count = |root: Node<'_>| {
                let groups = root.at("countsByGroup");
                groups.is_there().then(|| groups.items().filter_map(|group| group.at("count").count()).sum())
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
    SortCriteria::builder().attribute_name("severity.score").order_by(OrderBy::Desc).build()
}

/// Whether the session is paused. Not being allowed to ask is no reason not to read the findings.
async fn is_paused(lane: &LaneContext, client: &Client) -> Result<bool, LaneFailure> {
    let request = client.get_macie_session();
    match lane.call(GET_MACIE_SESSION, |capture| request.customize().interceptor(capture).send()).await {
        Ok(body) => Ok(json::read(&body, |root| root.at("status").str().as_deref() == Some("PAUSED")).0),
        Err(error) if is_off(&error) => Err(fail(lane, GET_MACIE_SESSION, &error)),
        Err(_) => Ok(false),
    }
}

/// Macie that is off answers as if it were forbidden; only the message differs.
fn is_off(error: &CallError) -> bool {
    error.message.to_ascii_lowercase().contains("macie is not enabled")
}

fn fail(lane: &LaneContext, action: Action, error: &CallError) -> LaneFailure {
    if is_off(error) {
        return not_enabled("Macie is not enabled in this account and Region; nothing here is searched for sensitive data");
    }
    classify(lane, Asked { source: Source::Macie, action: action.iam }, error)
}

static AS_STATED: LazyLock<Text> = LazyLock::new(|| Text::new("severity as Macie states it"));

fn build(root: Node<'_>, json: &[u8], door: &Door) -> Finding {
    let id = draft::id_or_hash(root.at("id"), json);
    let account = draft::account_id(root.at("accountId"));
    let region = root.at("region").str();
    let partition = root.at("partition").str();
    let origin = draft::Origin::new(account.as_deref(), region.as_deref(), partition.as_deref(), "", door);
    let group = draft::macie_group(&origin.account, &origin.region, &id);

    let native = root.at("severity");
    let (label, score) = (native.at("description").text(), native.at("score").number());
    let severity = label.as_deref().and_then(Severity::from_word).or_else(|| score.and_then(from_score)).unwrap_or_default();
    let kind = root.at("type").text().unwrap_or_else(Text::empty);
    let description = root.at("description").text().unwrap_or_else(Text::empty);
    let title = root.at("title").text().unwrap_or_else(|| if kind.is_empty() { description.clone() } else { kind.clone() });
    let updated = root.at("updatedAt").time();
    let policy = root.at("policyDetails");
    let api = policy.at("action").at("apiCallDetails");

    let mut finding = draft::blank(Source::Macie, id, group, origin);
    finding.group = Some(group);
    finding.traits = traits::macie(root, &kind);
    finding.kind = kind;
    finding.title = title;
    finding.description = description;
    finding.severity = severity;
    finding.native_severity = NativeSeverity { label, score };
    finding.priority = draft::priority(severity, &AS_STATED);
    finding.status = if root.at("archived").flag().unwrap_or(false) { Status::Archived } else { Status::Active };
    finding.first_seen = root.at("createdAt").time().or_else(|| api.at("firstSeen").time());
    finding.last_seen = updated.or_else(|| api.at("lastSeen").time());
    finding.updated = updated;
    finding.count = root.at("count").count();
    finding.resources = resources(root.at("resourcesAffected"), &finding);
    finding.actors = actors(policy.at("actor"));
    finding.sample = root.at("sample").flag().unwrap_or(false);
    finding
}

fn from_score(score: f64) -> Option<Severity> {
    match score {
        s if s >= 3.0 => Some(Severity::High),
        s if s >= 2.0 => Some(Severity::Medium),
        s if s >= 1.0 => Some(Severity::Low),
        _ => None,
    }
}

fn resources(affected: Node<'_>, finding: &Finding) -> Vec<Resource> {
    let mut list = Vec::new();
    let bucket = affected.at("s3Bucket");
    if let Some(id) = bucket.any(&["arn", "name"]).text() {
        list.push(draft::resource(Text::new("S3Bucket"), id, bucket.at("name").text(), draft::tag_list(bucket.at("tags"))));
    }
    let object = affected.at("s3Object");
    if let Some(id) = object.any(&["path", "key"]).text() {
        list.push(draft::resource(Text::new("S3Object"), id, object.at("key").text(), draft::tag_list(object.at("tags"))));
    }
    for resource in &mut list {
        // A bucket's ARN names neither; Macie reads the buckets of the finding's account and Region only.
        resource.account = finding.account.clone();
        resource.region = finding.region.clone();
    }
    list
}

fn actors(actor: Node<'_>) -> Actors {
    let mut actors = Actors::default();
    for (_, user) in actor.at("userIdentity").members().filter(|(_, user)| user.value().is_object()) {
        let issuer = user.at("sessionContext").at("sessionIssuer");
        let name = user.any(&["arn", "userName", "invokedBy", "principalId", "accountId"]).text();
        draft::add(&mut actors.principals, name.or_else(|| issuer.at("arn").text()));
        draft::add(&mut actors.access_keys, user.at("accessKeyId").text());
    }
    let ip = actor.at("ipAddressDetails");
    draft::add(&mut actors.ips, ip.at("ipAddressV4").text());
    draft::add(&mut actors.domains, actor.at("domainDetails").at("domainName").text());
    actors
}

#[cfg(test)]
mod tests {
    use super::{FindingSource, Macie};
    use crate::model::{AccountId, Door, Finding, Region, Severity};

    fn normalise(json: &str) -> Finding {
        Macie.normalise(json.as_bytes(), &Door { account: AccountId::new("9"), region: Region::new("eu-central-1") })
    }

    #[test]
    fn severity_is_the_word_or_else_the_score() {
        assert_eq!(normalise(r#"{"id":"f","severity":{"description":"High","score":3}}"#).severity, Severity::High);
        assert_eq!(normalise(r#"{"id":"f","severity":{"score":2}}"#).severity, Severity::Medium);
        assert_eq!(normalise(r#"{"id":"f"}"#).severity, Severity::Unknown);
    }

    #[test]
    fn bucket_object_and_actor_are_named() {
        let finding = normalise(
            r#"{"id":"f","accountId":"1","region":"r","resourcesAffected":{"s3Bucket":{"arn":"arn:aws:s3:::b","name":"b","tags":[{"key":"k","value":"v"}]},
                "s3Object":{"path":"b/people.csv","key":"people.csv"}},
                "policyDetails":{"actor":{"userIdentity":{"type":"AssumedRole","assumedRole":{"arn":"arn:aws:sts::1:assumed-role/r/s","accessKeyId":"ASIA1"}},
                "ipAddressDetails":{"ipAddressV4":"198.51.100.7"}}}}"#,
        );
        let names: Vec<_> = finding.resources.iter().map(|resource| (&*resource.kind, &*resource.name, resource.region.as_str())).collect();
        assert_eq!(names, [("S3Bucket", "b", "r"), ("S3Object", "people.csv", "r")]);
        assert_eq!(&*finding.actors.principals[0], "arn:aws:sts::1:assumed-role/r/s");
        assert_eq!((&*finding.actors.access_keys[0], &*finding.actors.ips[0]), ("ASIA1", "198.51.100.7"));
    }
}
