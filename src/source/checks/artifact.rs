//! AWS Artifact: the reports in which others vouch for the controls that AWS runs.

use serde_json::Value;

use super::Survey;
use super::artifact_report::{TYPE, is_by_aws, newest};
use super::ask::{Call, Input, Service, Wire, encode};
use super::desk::Desk;
use super::told::News;
use super::value::text;
use crate::aws::Api;

/// One endpoint a partition (the service's endpoint rules answer in its home Region).
const ARTIFACT: Service = Service {
    title: "AWS Artifact",
    api: Api { id: "Artifact", signing_name: "artifact", host: "artifact", is_global: true },
    wire: Wire::RestJson,
    is_everywhere: false,
};
const LIST_REPORTS: Call = Call::new(&ARTIFACT, "ListReports", "artifact:ListReports").having(&["/reports"]);

pub(super) const SURVEY: Survey = Survey { calls: &[&LIST_REPORTS], once: true, run: |desk| Box::pin(survey(desk)) };

async fn survey(desk: &Desk<'_>) {
    let page = |token: Option<&str>| {
        let token = token.map(|token| format!("&nextToken={}", encode(token))).unwrap_or_default();
        Input::get(format!("/v1/report/list?maxResults=300{token}"))
    };
    let Some(listed) = desk.list(&LIST_REPORTS, "/reports", "/nextToken", page).await else { return };
    // Vendors of the Marketplace put theirs there too; those say nothing of AWS's part.
    let mut reports = listed.items;
    reports.retain(is_by_aws);
    for report in newest(reports) {
        let id = [text(&report, "arn"), text(&report, "id")].into_iter().find(|id| !id.is_empty()).unwrap_or_default().to_owned();
        let said = std::iter::once(("ListReports".to_owned(), report)).collect::<serde_json::Map<String, Value>>();
        desk.tells(News { kind: TYPE.to_owned(), id, region: String::new(), said });
    }
}
