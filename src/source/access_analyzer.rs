//! IAM Access Analyzer: every active analyzer. External access with the first API version, whose list tells all; unused and
//! internal access with the second, whose details come when a finding is opened.

use std::collections::HashMap;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicBool, Ordering};

use aws_sdk_accessanalyzer::Client;
use aws_sdk_accessanalyzer::types::Criterion;
use bytes::Bytes;
use futures_util::future::{BoxFuture, join_all};

use super::access_severity::judge;
use super::failure::{Asked, classify, not_enabled};
use super::json::{self, Node};
use super::lane::{Delivery, note_broken, read_pages};
use super::listing::{self, Failed, Listing, Step, Totals};
use super::part::{Key, Part};
use super::{Action, FindingSource, LaneContext, LaneFailure, draft, page, traits};
use crate::aws::CallError;
use crate::model::{Actors, Arn, Door, Finding, MergeKey, NativeSeverity, Priority, Source, Status, Text};

/// The model names no limit; more than this is not known to be honoured.
const PAGE: i32 = 100;

const LIST_ANALYZERS: Action = Action::new("ListAnalyzers", "access-analyzer:ListAnalyzers");
const LIST_FINDINGS: Action = Action::new("ListFindings", "access-analyzer:ListFindings");
const LIST_FINDINGS_V2: Action = Action::new("ListFindingsV2", "access-analyzer:ListFindings");
const GET_FINDINGS_STATISTICS: Action = Action::new("GetFindingsStatistics", "access-analyzer:GetFindingsStatistics");
const GET_FINDING_V2: Action = Action::new("GetFindingV2", "access-analyzer:GetFinding");

/// Reads IAM Access Analyzer.
#[derive(Clone, Copy, Debug)]
pub struct AccessAnalyzer;

/// One of the lane's analyzers.
struct Analyzer {
    arn: String,
    kind: String,
}

impl Analyzer {
    /// Whether the first API version lists its findings: external access only.
    fn is_external(&self) -> bool {
        matches!(self.kind.as_str(), "ACCOUNT" | "ORGANIZATION")
    }
}

impl FindingSource for AccessAnalyzer {
    fn source(&self) -> Source {
        Source::AccessAnalyzer
    }

    fn actions(&self) -> &'static [Action] {
        &[LIST_ANALYZERS, GET_FINDINGS_STATISTICS, LIST_FINDINGS, LIST_FINDINGS_V2, GET_FINDING_V2]
    }

    fn detail_actions(&self) -> &'static [Action] {
        &[GET_FINDING_V2]
    }

    fn read<'a>(&'a self, lane: &'a LaneContext) -> BoxFuture<'a, Result<(), LaneFailure>> {
        Box::pin(async move {
            let client = Client::new(&lane.config);
            let (analyzers, listed) = analyzers(lane, &client).await?;
            if listed == 0 {
                return Err(not_enabled(
                    "no analyzer of IAM Access Analyzer exists in this account and Region; create one to see who has access",
                ));
            }
            let delivery = Delivery::new(lane);
            let totals = Totals::new(lane, analyzers.len());
            // One analyzer that fails costs the others nothing.
            let read = analyzers.iter().map(|analyzer| findings(lane, &client, analyzer, &delivery, &totals));
            let first_failure = join_all(read).await.into_iter().find_map(Result::err);
            first_failure.map_or(Ok(()), Err)
        })
    }

    fn normalise(&self, json: &[u8], door: &Door) -> Finding {
        normalise(json, door, None)
    }

    fn detail<'a>(&'a self, lane: &'a LaneContext, finding: &'a Finding) -> BoxFuture<'a, Result<Option<String>, LaneFailure>> {
        Box::pin(async move {
            // The first version's list tells all of external access; the second's tells nothing, so the description is empty.
            let told = finding.kind.as_str() == EXTERNAL && !finding.description.is_empty();
            let Some(analyzer) = finding.analyzer.as_ref().filter(|_| !told) else { return Ok(None) };
            let client = Client::new(&lane.config);
            details(lane, &client, analyzer, &finding.id).await.map(Some)
        })
    }
}

/// The type of external access, which the first API version does not name.
const EXTERNAL: &str = "ExternalAccess";

fn fail(lane: &LaneContext, action: Action, error: &CallError) -> LaneFailure {
    classify(lane, Asked { source: Source::AccessAnalyzer, action: action.iam }, error)
}

/// The active analyzers, and how many there are in all.
async fn analyzers(lane: &LaneContext, client: &Client) -> Result<(Vec<Analyzer>, usize), LaneFailure> {
    let ask = |token| {
        let request = client.list_analyzers().max_results(PAGE).set_next_token(token);
        lane.call(LIST_ANALYZERS, |capture| request.customize().interceptor(capture).send())
    };
    let (mut active, mut listed) = (Vec::new(), 0);
    read_pages(lane, "ListAnalyzers", ("analyzers", "nextToken"), ask, |page| {
        for item in &page.items {
            listed += 1;
            let (analyzer, trouble) = json::read(item, read_analyzer).0;
            active.extend(analyzer);
            if let Some(trouble) = trouble {
                lane.sink.trouble(trouble);
            }
        }
    })
    .await
    .map_err(|error| fail(lane, LIST_ANALYZERS, &error))?;
    Ok((active, listed))
}

fn read_analyzer(root: Node<'_>) -> (Option<Analyzer>, Option<Text>) {
    let Some(arn) = root.at("arn").str() else {
        return (None, Some(Text::new("an analyzer without an ARN was listed; it could not be read")));
    };
    let name = root.at("name").str().unwrap_or_else(|| draft::short_name(&arn).to_owned().into());
    match root.at("status").str().as_deref() {
        None | Some("ACTIVE") => {
            let kind = root.at("type").str().unwrap_or_default().into_owned();
            (Some(Analyzer { arn: arn.into_owned(), kind }), None)
        }
        Some(status) => {
            let why = root.at("statusReason").at("code").str().map(|code| format!(" ({code})")).unwrap_or_default();
            let text = format!("the analyzer {name} is {status}{why} and gives no findings; look at it in the IAM console");
            (None, Some(Text::new(&text)))
        }
    }
}

async fn findings(
    lane: &LaneContext,
    client: &Client,
    analyzer: &Analyzer,
    delivery: &Delivery<'_>,
    totals: &Totals<'_>,
) -> Result<(), LaneFailure> {
    let listing = |external| Findings { lane, client, analyzer, delivery, external, begun: AtomicBool::new(false) };
    let mut read = listing(analyzer.is_external());
    let mut end = listing::read(lane, &read, totals).await;
    // The first version refuses analyzers of other kinds than external access.
    if analyzer.is_external() && end.as_ref().is_err_and(|failed| failed.error.code.as_deref() == Some("ValidationException")) {
        read = listing(false);
        end = listing::read(lane, &read, totals).await;
    }
    match end {
        // Deleted since it was listed, if it is not listed any more; in the middle of its findings that is no end of them.
        Err(failed) if failed.error.code.as_deref() == Some("ResourceNotFoundException") && !read.begun.load(Ordering::Relaxed) => {
            let (now, _) = analyzers(lane, client).await?;
            let is_there = now.iter().any(|listed| listed.arn == analyzer.arn);
            if is_there { Err(fail(lane, failed.action, &failed.error)) } else { Ok(()) }
        }
        end => end.map_err(|failed| fail(lane, failed.action, &failed.error)),
    }
}

/// One analyzer's findings.
struct Findings<'a> {
    lane: &'a LaneContext,
    client: &'a Client,
    analyzer: &'a Analyzer,
    delivery: &'a Delivery<'a>,
    /// Whether the first version of the API lists them.
    external: bool,
    /// Whether a page has come.
    begun: AtomicBool,
}

impl Findings<'_> {
    fn filter(&self, part: Option<&Part>) -> Option<HashMap<String, Criterion>> {
        let active = Criterion::builder().eq("ACTIVE").build();
        let active = (!self.lane.include_archived).then(|| ("status".to_owned(), active));
        let of_type = match part {
            Some(Part::Word(word)) => Some(Criterion::builder().eq(word).build()),
            Some(Part::OtherThan(words)) => Some(Criterion::builder().set_neq(Some(words.clone())).build()),
            _ => None,
        };
        let filter: HashMap<_, _> = active.into_iter().chain(of_type.map(|types| ("resourceType".to_owned(), types))).collect();
        (!filter.is_empty()).then_some(filter)
    }

    async fn body(&self, part: Option<&Part>, token: Option<String>) -> Result<Bytes, Failed> {
        let (lane, arn, page) = (self.lane, &self.analyzer.arn, self.lane.page_size(PAGE));
        let body = if self.external {
            let request = self.client.list_findings().analyzer_arn(arn).set_filter(self.filter(part)).max_results(page);
            lane.call(LIST_FINDINGS, |capture| request.set_next_token(token).customize().interceptor(capture).send()).await
        } else {
            let request = self.client.list_findings_v2().analyzer_arn(arn).set_filter(self.filter(part)).max_results(page);
            lane.call(LIST_FINDINGS_V2, |capture| request.set_next_token(token).customize().interceptor(capture).send()).await
        };
        body.map_err(|error| Failed { action: if self.external { LIST_FINDINGS } else { LIST_FINDINGS_V2 }, error })
    }
}

impl Listing for Findings<'_> {
    fn operation(&self) -> &'static str {
        if self.external { LIST_FINDINGS.operation } else { LIST_FINDINGS_V2.operation }
    }

    fn page_size(&self) -> u64 {
        PAGE as u64
    }

    /// What is watched stays of one type, and the API filters by no time.
    fn knows_changes(&self) -> bool {
        false
    }

    fn page<'a>(&'a self, part: Option<&'a Part>, token: Option<String>) -> BoxFuture<'a, Result<Step<'a>, Failed>> {
        Box::pin(async move {
            let body = self.body(part, token).await?;
            self.begun.store(true, Ordering::Relaxed);
            let page = page::split(&body, "findings", "nextToken");
            note_broken(self.lane, self.operation(), &page);
            let key = |finding: &Finding, _: &[u8]| finding.resources.first().map(|resource| Key::Word(resource.kind.to_string()));
            let taken = self.delivery.page(&page, |json, door| normalise(json, door, Some(&self.analyzer.arn)), key);
            Ok(Step { next: page.next, keys: taken.keys, fresh: taken.fresh, bodies: Vec::new() })
        })
    }

    fn total(&self) -> BoxFuture<'_, Option<u64>> {
        Box::pin(async move {
            let request = self.client.get_findings_statistics().analyzer_arn(&self.analyzer.arn);
            let body = self.lane.call_aside(GET_FINDINGS_STATISTICS, |capture| request.customize().interceptor(capture).send()).await?;
            // One entry, whose only member is named after the kind of access.
            let count =
                |root: Node<'_>| root.at("findingsStatistics").items().next()?.members().next()?.1.at("totalActiveFindings").count();
            json::read(&body, count).0
        })
    }
}

/// The whole of `GetFindingV2`: the first answer with the details of all pages.
async fn details(lane: &LaneContext, client: &Client, analyzer: &str, id: &str) -> Result<String, LaneFailure> {
    let mut first = None;
    let mut details: Vec<Vec<u8>> = Vec::new();
    let mut tokens = super::lane::Tokens::default();
    let mut token = None;
    loop {
        let request = client.get_finding_v2().analyzer_arn(analyzer).id(id).max_results(PAGE).set_next_token(token);
        let body = lane
            .call(GET_FINDING_V2, |capture| request.customize().interceptor(capture).send())
            .await
            .map_err(|error| fail(lane, GET_FINDING_V2, &error))?;
        let page = super::page::split(&body, "findingDetails", "nextToken");
        details.extend(page.items.iter().map(|item| item.to_vec()));
        token = tokens.next(lane, "GetFindingV2", page.next);
        first.get_or_insert(body.clone());
        if token.is_none() {
            break;
        }
    }
    Ok(joined(&first.unwrap_or_default(), &details))
}

/// The first page's members with the details of all pages in place of its own.
fn joined(first: &[u8], details: &[Vec<u8>]) -> String {
    let Ok(mut body) = serde_json::from_slice::<serde_json::Map<String, serde_json::Value>>(first) else {
        return String::from_utf8_lossy(first).into_owned();
    };
    let details = details.iter().filter_map(|detail| serde_json::from_slice(detail).ok()).collect();
    body.insert("findingDetails".into(), serde_json::Value::Array(details));
    body.shift_remove("nextToken");
    serde_json::Value::Object(body).to_string()
}

/// The key of a record: the analyzer's ARN, a slash, and the id.
fn key(analyzer: &str, id: &str) -> MergeKey {
    MergeKey::new(&format!("access-analyzer|{analyzer}/{id}"))
}

/// Makes a finding of one record, as this analyzer listed it.
pub(super) fn normalise(json: &[u8], door: &Door, analyzer: Option<&str>) -> Finding {
    let (finding, damage) = json::read(json, |root| build(root, json, door, analyzer));
    draft::done(finding, damage)
}

static EXTERNAL_KIND: LazyLock<Text> = LazyLock::new(|| Text::new(EXTERNAL));

fn build(root: Node<'_>, json: &[u8], door: &Door, analyzer: Option<&str>) -> Finding {
    // Events call it `findingId` for unused access (the IAM User Guide).
    let id = draft::id_or_hash(root.any(&["id", "findingId"]), json);
    let resource = root.at("resource").text();
    let account = draft::account_id(root.any(&["resourceOwnerAccount", "accountId"]));
    let region = root.at("region").str();
    let analyzer_region = analyzer.and_then(Arn::parse).map(|arn| arn.region);
    let arn = resource.as_deref().unwrap_or_default();
    let origin = draft::Origin::new(account.as_deref(), region.as_deref().or(analyzer_region), None, arn, door);

    // An opened finding of the second version has one entry a detail; the list of the first version has its members on top.
    let detail = root.at("findingDetails").items().next().and_then(|detail| detail.members().next()).map_or(root, |(_, detail)| detail);
    let kind = root.at("findingType").text().unwrap_or_else(|| EXTERNAL_KIND.clone());
    let external = kind.as_str() == EXTERNAL;
    let (severity, reason) = judge(&kind, root, detail);
    let name = resource.as_deref().map_or("a resource", draft::short_name);
    let title = title(&kind, name, detail, root.at("error").is_there());
    let description = description(detail, root);
    let updated = root.at("updatedAt").time();
    let (key, group) = match analyzer {
        Some(analyzer) => {
            let group = resource.as_ref().filter(|_| external).map(|resource| draft::access_group(&format!("{analyzer}/{resource}")));
            (key(analyzer, &id), group)
        }
        None => (key(&format!("{}|{}", origin.account, origin.region), &id), None),
    };

    let mut finding = draft::blank(Source::AccessAnalyzer, id, key, origin);
    finding.group = group;
    if external && !root.at("error").is_there() {
        finding.traits = traits::access_analyzer(detail);
    }
    finding.kind = kind;
    finding.title = title;
    finding.description = description;
    finding.severity = severity;
    finding.native_severity = NativeSeverity::default();
    finding.priority = Priority { level: severity, reason: Text::new(&reason) };
    finding.status = match root.at("status").str().as_deref() {
        Some("ARCHIVED") => Status::Archived,
        Some("RESOLVED") => Status::Resolved,
        _ => Status::Active,
    };
    finding.first_seen = root.at("createdAt").time();
    finding.last_seen = updated.or_else(|| root.at("analyzedAt").time());
    finding.updated = updated;
    if let Some(id) = resource {
        let kind = root.at("resourceType").text().unwrap_or_else(Text::empty);
        let mut resource = draft::resource(kind, id, None, Vec::new());
        if resource.account.is_empty() {
            resource.account = finding.account.clone();
        }
        finding.resources.push(resource);
    }
    finding.actors = actors(detail);
    finding.analyzer = analyzer.map(Text::shared);
    finding
}

/// Who has the access, in one word or two.
fn principals(detail: Node<'_>) -> Vec<Text> {
    let principal = detail.at("principal");
    let mut list = Vec::new();
    if principal.value().is_object() {
        for (_, one) in principal.members() {
            draft::add(&mut list, one.text());
        }
    } else {
        draft::add(&mut list, principal.text());
    }
    list
}

fn actors(detail: Node<'_>) -> Actors {
    let mut actors = Actors { principals: principals(detail), ..Actors::default() };
    draft::add(&mut actors.access_keys, detail.at("accessKeyId").text());
    for (key, value) in detail.at("condition").members() {
        if key.eq_ignore_ascii_case("aws:SourceIp") {
            draft::add(&mut actors.ips, value.text());
        }
    }
    actors
}

fn title(kind: &str, name: &str, detail: Node<'_>, error: bool) -> Text {
    let text = match kind {
        _ if error => format!("{name} could not be analyzed"),
        EXTERNAL if detail.at("isPublic").flag() == Some(true) => format!("{name} is public"),
        EXTERNAL => match principals(detail).first() {
            Some(principal) => format!("{name} is shared with {principal}"),
            None => format!("{name} is shared outside its zone of trust"),
        },
        "InternalAccess" => match principals(detail).first() {
            Some(principal) => format!("{name} can be reached by {principal} within the organization"),
            None => format!("{name} can be reached from within the organization"),
        },
        "UnusedIAMRole" => format!("Role {name} is unused"),
        "UnusedIAMUserAccessKey" => format!("Access key of {name} is unused"),
        "UnusedIAMUserPassword" => format!("Password of {name} is unused"),
        "UnusedPermission" => format!("{name} has permissions that it does not use"),
        other => format!("{}: {name}", json::words(other)),
    };
    Text::new(&text)
}

/// What is allowed, and on which condition; or the error.
fn description(detail: Node<'_>, root: Node<'_>) -> Text {
    let mut parts: Vec<String> = Vec::new();
    if let Some(error) = root.at("error").str() {
        parts.push(format!("Access Analyzer could not look at it: {error}."));
    }
    let actions: Vec<String> = match detail.at("action").value() {
        serde_json_borrow::Value::Array(_) => {
            detail.at("action").items().filter_map(|one| one.str().map(std::borrow::Cow::into_owned)).collect()
        }
        _ => Vec::new(),
    };
    if !actions.is_empty() {
        parts.push(format!("Allows {}.", actions.join(", ")));
    }
    let conditions: Vec<String> =
        detail.at("condition").members().filter_map(|(key, value)| value.str().map(|value| format!("{key} is {value}"))).collect();
    if !conditions.is_empty() {
        parts.push(format!("On condition that {}.", conditions.join(" and ")));
    }
    if let Some(time) = detail.at("lastAccessed").time() {
        parts.push(format!("Last used {time}."));
    }
    if let Some(service) = detail.at("serviceNamespace").str() {
        parts.push(format!("Unused in {service}."));
    }
    Text::new(&parts.join(" "))
}

#[cfg(test)]
mod tests {
    use super::normalise;
    use crate::model::{AccountId, Door, Finding, MergeKey, Region, Severity};

    fn of(json: &str) -> Finding {
        let door = Door { account: AccountId::new("9"), region: Region::new("us-east-1") };
        normalise(json.as_bytes(), &door, Some("arn:aws:access-analyzer:eu-central-1:111122223333:analyzer/a"))
    }

    #[test]
    fn titles_say_who_has_what() {
        for (json, title) in [
            (r#"{"id":"f","resource":"arn:aws:s3:::b","isPublic":true,"principal":{"AWS":"*"}}"#, "b is public"),
            (
                r#"{"id":"f","resource":"arn:aws:iam::1:role/path/r","isPublic":false,"principal":{"AWS":"444455556666"}}"#,
                "r is shared with 444455556666",
            ),
            (r#"{"id":"f","resource":"arn:aws:iam::1:role/r","findingType":"UnusedIAMRole"}"#, "Role r is unused"),
            (r#"{"id":"f","resource":"arn:aws:iam::1:role/r","findingType":"UnusedIAMUserPassword"}"#, "Password of r is unused"),
            (r#"{"id":"f","resource":"arn:aws:kms:r:1:key/k","error":"ACCESS_DENIED"}"#, "k could not be analyzed"),
            (r#"{"id":"f","resource":"arn:aws:s3:::b","findingType":"QuantumAccess"}"#, "Quantum access: b"),
        ] {
            assert_eq!(&*of(json).title, title);
        }
    }

    #[test]
    fn the_region_is_the_analyzers_and_the_account_the_resource_owners() {
        let finding = of(r#"{"id":"f","resource":"arn:aws:iam::222233334444:role/r","resourceOwnerAccount":"222233334444"}"#);
        assert_eq!((finding.account.as_str(), finding.region.as_str()), ("222233334444", "eu-central-1"));
        assert_eq!(finding.key, MergeKey::new("access-analyzer|arn:aws:access-analyzer:eu-central-1:111122223333:analyzer/a/f"));
        assert_eq!(finding.analyzer.as_deref(), Some("arn:aws:access-analyzer:eu-central-1:111122223333:analyzer/a"));
    }

    #[test]
    fn an_event_is_read_like_an_answer() {
        let finding = of(
            r#"{"findingId":"f","accountId":"1","findingType":"UnusedPermission","resource":"arn:aws:iam::1:role/r","isDeleted":false}"#,
        );
        assert_eq!((&*finding.id, finding.account.as_str(), finding.severity), ("f", "1", Severity::Low));
        assert_eq!((finding.group, finding.damage), (None, None));
    }

    #[test]
    fn the_description_tells_actions_and_conditions() {
        let finding = of(r#"{"id":"f","action":["s3:GetObject"],"condition":{"aws:SourceIp":"192.0.2.0/24"},"isPublic":true}"#);
        assert_eq!(&*finding.description, "Allows s3:GetObject. On condition that aws:SourceIp is 192.0.2.0/24.");
        assert_eq!(&*finding.actors.ips[0], "192.0.2.0/24");
    }
}
