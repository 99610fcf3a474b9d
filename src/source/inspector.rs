//! Amazon Inspector: whether it is on, then whole findings page by page, and beside them which vulnerabilities are exploited.

use std::sync::LazyLock;

use aws_sdk_inspector2::Client;
use aws_sdk_inspector2::primitives::DateTime;
use aws_sdk_inspector2::types::{
    AggregationType, DateFilter, FilterCriteria, SortCriteria, SortField, SortOrder, StringComparison, StringFilter,
};
use futures_util::future::BoxFuture;

use super::exploited::{BATCH_GET_FINDING_DETAILS, Exploited};
use super::failure::{Asked, classify, not_enabled};
use super::json::{self, Node};
use super::lane::{Delivery, Tokens, note_broken};
use super::listing::{self, Failed, Listing, Step, Totals};
use super::part::{Edge, Key, Part};
use super::{Action, FindingSource, LaneContext, LaneFailure, draft, page, traits};
use crate::model::{Arn, Door, Finding, NativeSeverity, Remediation, Resource, Severity, Source, Status, Text, Vulnerability};

/// The most that `ListFindings` gives in a page (service model); it may give fewer.
const PAGE: i32 = 100;

const BATCH_GET_ACCOUNT_STATUS: Action = Action::new("BatchGetAccountStatus", "inspector2:BatchGetAccountStatus");
const LIST_FINDING_AGGREGATIONS: Action = Action::new("ListFindingAggregations", "inspector2:ListFindingAggregations");
const LIST_FINDINGS: Action = Action::new("ListFindings", "inspector2:ListFindings");

/// Reads Amazon Inspector.
#[derive(Clone, Copy, Debug)]
pub struct Inspector;

impl FindingSource for Inspector {
    fn source(&self) -> Source {
        Source::Inspector
    }

    fn actions(&self) -> &'static [Action] {
        &[BATCH_GET_ACCOUNT_STATUS, LIST_FINDING_AGGREGATIONS, LIST_FINDINGS, BATCH_GET_FINDING_DETAILS]
    }

    fn read<'a>(&'a self, lane: &'a LaneContext) -> BoxFuture<'a, Result<(), LaneFailure>> {
        Box::pin(async move {
            let client = Client::new(&lane.config);
            let state = state(lane, &client).await;
            match state.as_ref().and_then(Option::as_deref) {
                Some(state @ ("DISABLED" | "DISABLING" | "SUSPENDED" | "SUSPENDING")) => {
                    let state = state.to_ascii_lowercase();
                    return Err(not_enabled(&format!(
                        "Inspector is {state} in this account and Region; nothing here is scanned for vulnerabilities"
                    )));
                }
                Some("ENABLING") => {
                    lane.sink.trouble(Text::new("Inspector is just being enabled; the first scan is not done, refresh later"));
                }
                // On, or in a state that we do not know or may not ask for: ListFindings will tell.
                _ => {}
            }
            let delivery = Delivery::new(lane);
            let exploited = Exploited::new(lane, &client);
            let findings = Findings { lane, client: &client, source: self, delivery: &delivery, exploited: &exploited };
            let totals = Totals::new(lane, 1);
            let reading = async {
                listing::read(lane, &findings, &totals).await?;
                // Inspector that is off may list nothing as if there were nothing to find.
                if delivery.records() == 0 && state.is_none() {
                    lane.sink.trouble(Text::new(
                        "Inspector lists nothing, and did not tell whether it is on (inspector2:BatchGetAccountStatus): this zero proves nothing",
                    ));
                }
                lane.sink.whole();
                Ok(())
            };
            let end: Result<(), Failed> = exploited.beside(reading).await;
            end.map_err(|failed| classify(lane, Asked { source: Source::Inspector, action: failed.action.iam }, &failed.error))
        })
    }

    fn normalise(&self, json: &[u8], door: &Door) -> Finding {
        let (finding, damage) = json::read(json, |root| build(root, json, door));
        draft::done(finding, damage)
    }
}

/// The findings of the account, or of its members too.
struct Findings<'a> {
    lane: &'a LaneContext,
    client: &'a Client,
    source: &'a Inspector,
    delivery: &'a Delivery<'a>,
    exploited: &'a Exploited<'a>,
}

impl Findings<'_> {
    fn criteria(&self, part: Option<&Part>) -> Option<FilterCriteria> {
        let active = StringFilter::builder().comparison(StringComparison::Equals).value("ACTIVE").build().ok();
        let active = active.filter(|_| !self.lane.include_archived).map(|active| vec![active]);
        // A finding is first observed once.
        let within = |from: Option<i64>, to: Option<i64>| {
            let from = from.map(|from| DateTime::from_secs(from.div_euclid(1000)));
            let to = to.map(|to| DateTime::from_secs(to.div_euclid(1000) + 1));
            vec![DateFilter::builder().set_start_inclusive(from).set_end_inclusive(to).build()]
        };
        let observed = part.and_then(Part::range).map(|(from, to)| within(from, to));
        let changed = part.and_then(Part::changed_since).map(|since| within(Some(since), None));
        let wanted = active.is_some() || observed.is_some() || changed.is_some();
        let criteria = FilterCriteria::builder().set_finding_status(active).set_first_observed_at(observed).set_updated_at(changed);
        wanted.then(|| criteria.build())
    }
}

impl Listing for Findings<'_> {
    fn operation(&self) -> &'static str {
        LIST_FINDINGS.operation
    }

    fn page_size(&self) -> u64 {
        PAGE as u64
    }

    fn page<'a>(&'a self, part: Option<&'a Part>, token: Option<String>) -> BoxFuture<'a, Result<Step<'a>, Failed>> {
        Box::pin(async move {
            let (field, order) = match Part::edge(part) {
                None => (SortField::Severity, SortOrder::Desc),
                Some(Edge::Oldest) => (SortField::FirstObservedAt, SortOrder::Asc),
                Some(Edge::Newest) => (SortField::FirstObservedAt, SortOrder::Desc),
            };
            let order = SortCriteria::builder().field(field).sort_order(order).build().ok();
            let request = self
                .client
                .list_findings()
                .set_filter_criteria(self.criteria(part))
                .set_sort_criteria(order)
                .max_results(self.lane.page_size(PAGE))
                .set_next_token(token);
            let body = self.lane.call(LIST_FINDINGS, |capture| request.customize().interceptor(capture).send()).await;
            let body = body.map_err(|error| Failed { action: LIST_FINDINGS, error })?;
            let page = page::split(&body, "findings", "nextToken");
            note_broken(self.lane, LIST_FINDINGS.operation, &page);
            let by_change = part.is_some_and(|part| part.changed_since().is_some());
            let key = |finding: &Finding, _: &[u8]| {
                let time = if by_change { finding.updated } else { finding.first_seen };
                time.map(|time| Key::Time(time.as_millisecond()))
            };
            let normalise = |json: &[u8], door: &Door| self.source.normalise(json, door);
            let taken = self.delivery.page_seen(&page, normalise, key, |finding| self.exploited.see(finding));
            Ok(Step { next: page.next, keys: taken.keys, fresh: taken.fresh, bodies: Vec::new() })
        })
    }

    fn total(&self) -> BoxFuture<'_, Option<u64>> {
        Box::pin(async move {
            let (mut sum, mut token, mut tokens) = (None, None, Tokens::default());
            loop {
                let request = self
                    .client
                    .list_finding_aggregations()
                    .aggregation_type(AggregationType::Account)
                    .max_results(self.lane.page_size(PAGE))
                    .set_next_token(token);
                let body =
                    self.lane.call_aside(LIST_FINDING_AGGREGATIONS, |capture| request.customize().interceptor(capture).send()).await?;
                let page = page::split(&body, "responses", "nextToken");
                if page.broken.is_some() {
                    return None;
                }
                for item in &page.items {
                    let all = |root: Node<'_>| root.at("accountAggregation").at("severityCounts").at("all").count();
                    sum = Some(sum.unwrap_or(0) + json::read(item, all).0?);
                }
                token = tokens.next(self.lane, LIST_FINDING_AGGREGATIONS.operation, page.next);
                if token.is_none() {
                    return sum;
                }
            }
        })
    }
}

/// What was told of the account's state here, which may be nothing; none if we may not ask.
async fn state(lane: &LaneContext, client: &Client) -> Option<Option<String>> {
    let request = client.batch_get_account_status();
    let body = lane.call(BATCH_GET_ACCOUNT_STATUS, |capture| request.customize().interceptor(capture).send()).await.ok()?;
    let told = json::read(&body, |root| {
        let account = root.at("accounts").items().next()?;
        account.at("state").at("status").str().map(std::borrow::Cow::into_owned)
    });
    Some(told.0)
}

static AS_STATED: LazyLock<Text> = LazyLock::new(|| Text::new("severity as Inspector states it"));

fn build(root: Node<'_>, json: &[u8], door: &Door) -> Finding {
    let id = draft::id_or_hash(root.at("findingArn"), json);
    let account = draft::account_id(root.at("awsAccountId"));
    let resources = resources(root.at("resources"));
    let region = Arn::parse(&id).map(|arn| arn.region).filter(|region| !region.is_empty());
    let region = region.or_else(|| resources.first().map(|resource| resource.region.as_str()).filter(|region| !region.is_empty()));
    let origin = draft::Origin::new(account.as_deref(), region, None, &id, door);
    let key = draft::inspector_group(&id);

    let label = root.at("severity").text();
    let severity = label.as_deref().and_then(Severity::from_word).unwrap_or_default();
    let kind = root.at("type").text().unwrap_or_else(Text::empty);
    let vulnerabilities = vulnerabilities(root);
    let description = root.at("description").text().unwrap_or_else(Text::empty);
    let title = root.at("title").text().unwrap_or_else(|| title(&kind, &vulnerabilities, &resources));
    let updated = root.at("updatedAt").time();
    let recommendation = root.at("remediation").at("recommendation");

    let mut finding = draft::blank(Source::Inspector, id, key, origin);
    finding.group = Some(key);
    finding.kind = kind;
    finding.title = title;
    finding.description = description;
    finding.severity = severity;
    finding.native_severity = NativeSeverity { label, score: root.at("inspectorScore").number() };
    finding.priority = draft::priority(severity, &AS_STATED);
    finding.status = match root.at("status").str().as_deref() {
        Some("SUPPRESSED") => Status::Suppressed,
        Some("CLOSED") => Status::Resolved,
        _ => Status::Active,
    };
    finding.first_seen = root.at("firstObservedAt").time();
    finding.last_seen = root.at("lastObservedAt").time().or(updated);
    finding.updated = updated;
    finding.resources = resources;
    finding.vulnerabilities = vulnerabilities;
    finding.traits = traits::inspector(root);
    finding.remediation = Remediation {
        text: recommendation.at("text").text().filter(|text| !text.eq_ignore_ascii_case("none provided")),
        url: draft::web_url(recommendation.any(&["Url", "url"]).text()),
    };
    finding
}

fn title(kind: &Text, vulnerabilities: &[Vulnerability], resources: &[Resource]) -> Text {
    match (vulnerabilities.first(), resources.first()) {
        (Some(Vulnerability { id, package: Some(package), .. }), _) => Text::new(&format!("{id} - {package}")),
        (Some(Vulnerability { id, .. }), _) => id.clone(),
        (None, Some(resource)) => Text::new(&format!("{kind} on {}", resource.name)),
        (None, None) => kind.clone(),
    }
}

/// Any kind of resource, of any cloud.
/// People call an image by its repository and tag; the id ends in a digest.
fn image_name(image: Node<'_>) -> Option<Text> {
    let repository = image.at("repositoryName").text()?;
    Some(match image.at("imageTags").items().find_map(Node::text) {
        Some(tag) => Text::new(&format!("{repository}:{tag}")),
        None => repository,
    })
}

fn resources(list: Node<'_>) -> Vec<Resource> {
    list.items()
        .map(|one| {
            let details = one.at("details");
            let name = details.at("awsLambdaFunction").at("functionName").text();
            let name = name
                .or_else(|| image_name(details.at("awsEcrContainerImage")))
                .or_else(|| details.at("codeRepository").at("projectName").text())
                .or_else(|| details.at("vm").at("vmName").text());
            let kind = one.at("type").text().unwrap_or_else(Text::empty);
            let id = one.at("id").text().unwrap_or_else(Text::empty);
            let mut resource = draft::resource(kind, id, name, draft::tag_map(one.at("tags")));
            if let Some(region) = one.at("region").text() {
                resource.region = region.into();
            }
            if let Some(account) = one.at("providerAccountId").text() {
                resource.account = account.into();
            }
            resource
        })
        .collect()
}

/// One for each package that the vulnerability is in.
fn vulnerabilities(root: Node<'_>) -> Vec<Vulnerability> {
    let details = root.at("packageVulnerabilityDetails");
    if !details.is_there() {
        return Vec::new();
    }
    let of_all = Vulnerability {
        id: details.at("vulnerabilityId").text().unwrap_or_else(Text::empty),
        cvss: base_score(details, root),
        epss: root.at("epss").at("score").on_scale(1.0),
        over_network: draft::over_network(details.at("cvss").items().map(|cvss| cvss.at("scoringVector"))),
        exploit_available: yes_or_no(root.at("exploitAvailable")),
        fix_available: yes_or_no(root.at("fixAvailable")),
        ..Vulnerability::default()
    };
    let packages: Vec<Vulnerability> = details
        .at("vulnerablePackages")
        .items()
        .map(|package| Vulnerability {
            package: package.at("name").text(),
            installed: package.at("version").text(),
            fixed_in: package.at("fixedInVersion").text().filter(|version| !version.eq_ignore_ascii_case("NotAvailable")),
            ..of_all.clone()
        })
        .collect();
    if packages.is_empty() { vec![of_all] } else { packages }
}

/// The highest base score that any scorer gives, else the one that Inspector works with.
fn base_score(details: Node<'_>, root: Node<'_>) -> Option<f64> {
    let highest = details.at("cvss").items().filter_map(|cvss| cvss.at("baseScore").on_scale(10.0)).reduce(f64::max);
    highest.or_else(|| root.at("inspectorScoreDetails").at("adjustedCvss").at("score").on_scale(10.0))
}

/// A partial fix counts as one; anything but the known words is unknown.
fn yes_or_no(node: Node<'_>) -> Option<bool> {
    match node.str().as_deref() {
        Some("YES" | "PARTIAL") => Some(true),
        Some("NO") => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{FindingSource, Inspector};
    use crate::model::{AccountId, Door, Finding, Region, Severity, Status};

    fn normalise(json: &str) -> Finding {
        Inspector.normalise(json.as_bytes(), &Door { account: AccountId::new("9"), region: Region::new("eu-central-1") })
    }

    #[test]
    fn a_vulnerability_is_exploited_over_a_network_where_any_vector_says_so() {
        let told = |vectors: &str| {
            let json = format!(r#"{{"findingArn":"f","packageVulnerabilityDetails":{{"vulnerabilityId":"CVE-1","cvss":[{vectors}]}}}}"#);
            normalise(&json).vulnerabilities[0].over_network
        };
        let (local, remote) = (r#"{"scoringVector":"CVSS:3.1/AV:L/AC:L"}"#, r#"{"scoringVector":"AV:N/AC:M/Au:N"}"#);
        assert_eq!((told(local), told(remote), told(&format!("{local},{remote}"))), (Some(false), Some(true), Some(true)));
        assert_eq!((told(""), told(r#"{"scoringVector":"string"}"#)), (None, None));
    }

    #[test]
    fn a_score_that_is_not_on_its_scale_is_none_and_is_told() {
        let of = |epss: &str, cvss: &str| {
            let json = format!(
                r#"{{"findingArn":"f","epss":{{"score":{epss}}},"packageVulnerabilityDetails":{{"vulnerabilityId":"CVE-1","cvss":[{{"baseScore":{cvss}}}]}}}}"#
            );
            let finding = normalise(&json);
            (finding.vulnerabilities[0].epss, finding.vulnerabilities[0].cvss, finding.damage.is_some())
        };
        assert_eq!(of("1", "10"), (Some(1.0), Some(10.0), false));
        assert_eq!(of("0", "0.0"), (Some(0.0), Some(0.0), false));
        assert_eq!(of("null", "null"), (None, None, false));
        for (epss, cvss) in [("2", "98"), ("-1", "-1"), ("1.0000001", "10.1"), ("\"NaN\"", "\"inf\""), ("[0.9]", "true")] {
            assert_eq!(of(epss, cvss), (None, None, true), "{epss} {cvss}");
        }
    }

    #[test]
    fn each_package_of_a_vulnerability_is_listed_with_what_all_share() {
        let finding = normalise(
            r#"{"findingArn":"f","type":"PACKAGE_VULNERABILITY","exploitAvailable":"YES","fixAvailable":"PARTIAL","epss":{"score":0.5},
                "packageVulnerabilityDetails":{"vulnerabilityId":"CVE-1","cvss":[{"baseScore":7.5},{"baseScore":9.8}],"vulnerablePackages":[
                {"name":"a","version":"1","fixedInVersion":"2"},{"name":"b","version":"3","fixedInVersion":"NotAvailable"}]}}"#,
        );
        let [first, second] = &finding.vulnerabilities[..] else { panic!("two packages") };
        assert_eq!((first.package.as_deref(), first.fixed_in.as_deref(), first.cvss), (Some("a"), Some("2"), Some(9.8)));
        assert_eq!((second.package.as_deref(), second.fixed_in.as_deref(), second.epss), (Some("b"), None, Some(0.5)));
        assert_eq!((second.exploit_available, second.fix_available), (Some(true), Some(true)));
        assert_eq!(&*finding.title, "CVE-1 - a");
    }

    #[test]
    fn untriaged_is_unknown_and_closed_is_resolved() {
        let finding = normalise(r#"{"findingArn":"f","severity":"UNTRIAGED","status":"CLOSED"}"#);
        assert_eq!((finding.severity, finding.status), (Severity::Unknown, Status::Resolved));
        assert_eq!(finding.native_severity.label.as_deref(), Some("UNTRIAGED"));
    }

    #[test]
    fn missing_members_that_come_as_epoch_or_empty_are_absent() {
        let finding = normalise(r#"{"findingArn":"f","firstObservedAt":0,"lastObservedAt":1.5e9,"title":""}"#);
        assert_eq!((finding.first_seen, finding.last_seen.map(crate::model::Timestamp::as_second)), (None, Some(1_500_000_000)));
        assert_eq!(finding.damage, None);
    }
}
