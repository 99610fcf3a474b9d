//! AWS Security Hub CSPM: the hub, then findings in the ASFF, which it also holds of other products and services.

use std::time::Duration;

use aws_sdk_securityhub::Client;
use aws_sdk_securityhub::types::builders::AwsSecurityFindingFiltersBuilder;
use aws_sdk_securityhub::types::{AwsSecurityFindingFilters, DateFilter, SortCriterion, SortOrder, StringFilter, StringFilterComparison};
use futures_util::future::BoxFuture;

use super::asff;
use super::failure::{Asked, classify, is_denied, not_enabled};
use super::lane::{Delivery, note_broken};
use super::listing::{self, Failed, Listing, MOST_PARTS, Step, Totals};
use super::part::{Edge, Key, Part};
use super::{Action, FindingSource, LaneContext, LaneFailure, json, page};
use crate::aws::CallError;
use crate::model::{Door, Finding, LaneState, Source, Text, Timestamp};

/// The most that `GetFindings` gives in a page (service model).
const PAGE: i32 = 100;

/// A page that takes no longer keeps the quota of three calls a second busy.
const QUOTA_ALLOWS: Duration = Duration::from_millis(300);
/// After so many pages a listing is taken for a long one.
const PROVED_LONG: u64 = 4;
/// Before anything that AWS has found: the year 2000, in milliseconds since the epoch.
const LONG_AGO: i64 = 946_684_800_000;
/// What is created while the listing is read belongs to its last part.
const TOMORROW: Duration = Duration::from_hours(24);

const DESCRIBE_HUB: Action = Action::new("DescribeHub", "securityhub:DescribeHub");
const GET_FINDINGS: Action = Action::new("GetFindings", "securityhub:GetFindings");

/// Reads AWS Security Hub CSPM.
#[derive(Clone, Copy, Debug)]
pub struct SecurityHub;

impl FindingSource for SecurityHub {
    fn source(&self) -> Source {
        Source::SecurityHub
    }

    fn actions(&self) -> &'static [Action] {
        &[DESCRIBE_HUB, GET_FINDINGS]
    }

    fn read<'a>(&'a self, lane: &'a LaneContext) -> BoxFuture<'a, Result<(), LaneFailure>> {
        Box::pin(async move {
            let client = Client::new(&lane.config);
            let request = client.describe_hub();
            // Not being allowed to ask for the hub is no reason not to read the findings; that it is off is.
            if let Err(error) = lane.call(DESCRIBE_HUB, |capture| request.customize().interceptor(capture).send()).await
                && (is_off(&error) || error.code.as_deref() == Some("ResourceNotFoundException"))
            {
                return Err(off());
            }
            let delivery = Delivery::new(lane);
            let until = Timestamp::now() + TOMORROW;
            let findings = |sorted| Findings { lane, client: &client, delivery: &delivery, sorted, until };
            let totals = Totals::new(lane, 1);
            match listing::read(lane, &findings(true), &totals).await {
                // Not every endpoint sorts by severity. Order is a comfort, not a condition.
                Err(failed) if failed.error.code.as_deref() == Some("InvalidInputException") && delivery.pages() == 0 => {
                    listing::read(lane, &findings(false), &totals).await
                }
                result => result,
            }
            .map_err(|failed| fail(lane, &failed.error))
        })
    }

    fn normalise(&self, json: &[u8], door: &Door) -> Finding {
        asff::normalise(json, door)
    }
}

/// What the hub holds. It tells no total: CSPM has no call for that.
struct Findings<'a> {
    lane: &'a LaneContext,
    client: &'a Client,
    delivery: &'a Delivery<'a>,
    sorted: bool,
    /// The end of open ranges: the same for all pages, since a token belongs to its request.
    until: Timestamp,
}

impl Findings<'_> {
    fn filters(&self, part: Option<&Part>) -> Option<AwsSecurityFindingFilters> {
        let filters = if self.lane.include_archived { AwsSecurityFindingFilters::builder() } else { active_and_not_passed() };
        // A range needs both ends.
        let time = |millis: Option<i64>| millis.and_then(|millis| Timestamp::from_millisecond(millis).ok());
        let within = |(from, to): (Option<i64>, Option<i64>)| {
            let from = time(from.or(Some(LONG_AGO))).unwrap_or(Timestamp::UNIX_EPOCH).to_string();
            let to = time(to).unwrap_or(self.until).to_string();
            DateFilter::builder().start(from).end(to).build()
        };
        match part {
            // A finding is created once; what users do to it changes not even the time of its last update.
            Some(Part::Between(from, to)) => Some(filters.created_at(within((*from, *to))).build()),
            Some(Part::ChangedSince(since)) => Some(filters.updated_at(within((Some(*since), None))).build()),
            _ => (!self.lane.include_archived).then(|| filters.build()),
        }
    }
}

impl Listing for Findings<'_> {
    fn operation(&self) -> &'static str {
        GET_FINDINGS.operation
    }

    fn page_size(&self) -> u64 {
        PAGE as u64
    }

    fn page<'a>(&'a self, part: Option<&'a Part>, token: Option<String>) -> BoxFuture<'a, Result<Step<'a>, Failed>> {
        Box::pin(async move {
            let (field, order) = match Part::edge(part) {
                None => ("SeverityNormalized", SortOrder::Descending),
                Some(Edge::Oldest) => ("CreatedAt", SortOrder::Ascending),
                Some(Edge::Newest) => ("CreatedAt", SortOrder::Descending),
            };
            let order = SortCriterion::builder().field(field).sort_order(order).build();
            let request = self
                .client
                .get_findings()
                .set_filters(self.filters(part))
                .set_sort_criteria(self.sorted.then(|| vec![order]))
                .max_results(self.lane.page_size(PAGE))
                .set_next_token(token);
            let answer = self.lane.call(GET_FINDINGS, |capture| request.customize().interceptor(capture).send());
            let body = Box::pin(answer).await;
            let body = body.map_err(|error| Failed { action: GET_FINDINGS, error })?;
            let page = page::split(&body, "Findings", "NextToken");
            note_broken(self.lane, GET_FINDINGS.operation, &page);
            let member = if part.is_some_and(|part| part.changed_since().is_some()) { "UpdatedAt" } else { "CreatedAt" };
            let key = |_: &Finding, json: &[u8]| time_of(json, member).map(|time| Key::Time(time.as_millisecond()));
            let taken = self.delivery.page(&page, asff::normalise, key);
            Ok(Step { next: page.next, keys: taken.keys, fresh: taken.fresh, bodies: Vec::new() })
        })
    }

    /// The quota is the limit, and one page after the other keeps it busy while a page takes no longer than it allows for.
    /// What is split is read anew, so it is split as soon as it has proved long, or not at all.
    fn ways(&self, pages: u64, _left: u64, page: Duration) -> usize {
        let busy = (page.as_secs_f64() / QUOTA_ALLOWS.as_secs_f64()).ceil() as usize;
        if pages == PROVED_LONG { busy.min(MOST_PARTS) } else { 1 }
    }
}

fn time_of(json: &[u8], member: &'static str) -> Option<Timestamp> {
    json::read(json, |root| root.at(member).time()).0
}

fn is(value: &str) -> StringFilter {
    StringFilter::builder().value(value).comparison(StringFilterComparison::Equals).build()
}

fn active_and_not_passed() -> AwsSecurityFindingFiltersBuilder {
    let not_passed = StringFilter::builder().value("PASSED").comparison(StringFilterComparison::NotEquals).build();
    AwsSecurityFindingFilters::builder()
        .record_state(is("ACTIVE"))
        .workflow_status(is("NEW"))
        .workflow_status(is("NOTIFIED"))
        .compliance_status(not_passed)
}

/// Security Hub that is off refuses with an exception of its own; so it does to those who are not the administrator.
pub(super) fn is_off(error: &CallError) -> bool {
    error.message.contains("is not subscribed to AWS Security Hub")
}

fn off() -> LaneFailure {
    not_enabled("Security Hub is not enabled in this account and Region; no control is checked here")
}

fn fail(lane: &LaneContext, error: &CallError) -> LaneFailure {
    if is_off(error) {
        return off();
    }
    let action = GET_FINDINGS.iam;
    if error.code.as_deref() == Some("InvalidAccessException") && !is_denied(error) {
        return LaneFailure {
            state: LaneState::Denied,
            reason: Text::new(&format!("Security Hub refuses this account ({}); ask from the administrator account", error.message)),
            action: Some(Text::new(action)),
        };
    }
    classify(lane, Asked { source: Source::SecurityHub, action }, error)
}
