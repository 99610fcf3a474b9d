//! AWS Security Hub CSPM: the hub, then findings in the ASFF, which it also holds of other products and services.

use aws_sdk_securityhub::Client;
use aws_sdk_securityhub::types::{AwsSecurityFindingFilters, SortCriterion, SortOrder, StringFilter, StringFilterComparison};
use futures_util::future::BoxFuture;

use super::asff;
use super::failure::{Asked, classify, is_denied, not_enabled};
use super::lane::{Delivery, read_pages};
use super::{Action, FindingSource, LaneContext, LaneFailure};
use crate::aws::CallError;
use crate::model::{Door, Finding, LaneState, Source, Text};

/// The most that `GetFindings` gives in a page (service model).
const PAGE: i32 = 100;

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
            let mut delivery = Delivery::new(lane);
            match self.findings(lane, &client, true, &mut delivery).await {
                // Not every endpoint sorts by severity. Order is a comfort, not a condition.
                Err(error) if error.code.as_deref() == Some("InvalidInputException") && delivery.pages() == 0 => {
                    self.findings(lane, &client, false, &mut delivery).await
                }
                result => result,
            }
            .map_err(|error| fail(lane, &error))
        })
    }

    fn normalise(&self, json: &[u8], door: &Door) -> Finding {
        asff::normalise(json, door)
    }
}

impl SecurityHub {
    async fn findings(&self, lane: &LaneContext, client: &Client, sorted: bool, delivery: &mut Delivery<'_>) -> Result<(), CallError> {
        let worst_first = SortCriterion::builder().field("SeverityNormalized").sort_order(SortOrder::Descending).build();
        let ask = |token| {
            let request = client
                .get_findings()
                .set_filters((!lane.include_archived).then(active_and_not_passed))
                .set_sort_criteria(sorted.then(|| vec![worst_first.clone()]))
                .max_results(lane.page_size(PAGE))
                .set_next_token(token);
            lane.call(GET_FINDINGS, |capture| request.customize().interceptor(capture).send())
        };
        read_pages(lane, "GetFindings", ("Findings", "NextToken"), ask, |page| delivery.page(self, page)).await
    }
}

fn is(value: &str) -> StringFilter {
    StringFilter::builder().value(value).comparison(StringFilterComparison::Equals).build()
}

fn active_and_not_passed() -> AwsSecurityFindingFilters {
    let not_passed = StringFilter::builder().value("PASSED").comparison(StringFilterComparison::NotEquals).build();
    AwsSecurityFindingFilters::builder()
        .record_state(is("ACTIVE"))
        .workflow_status(is("NEW"))
        .workflow_status(is("NOTIFIED"))
        .compliance_status(not_passed)
        .build()
}

/// Security Hub that is off refuses with an exception of its own; so it does to those who are not the administrator.
fn is_off(error: &CallError) -> bool {
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
