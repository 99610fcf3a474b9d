//! Amazon Detective: whether there is a graph to investigate in, the account's own or its administrator's, and what was
//! investigated in it.

use serde_json::{Map, Value, json};

use super::Survey;
use super::ask::{Call, Input, Service, Wire};
use super::desk::Desk;
use super::investigation::TYPE;
use super::record::Offence;
use super::told::News;
use super::value::{items, text, with};
use crate::aws::Api;

const DETECTIVE: Service = Service {
    title: "Detective",
    api: Api { id: "Detective", signing_name: "detective", host: "api.detective", is_global: false },
    wire: Wire::RestJson,
    is_everywhere: false,
};
const LIST_GRAPHS: Call = Call::new(&DETECTIVE, "ListGraphs", "detective:ListGraphs");
const LIST_INVITATIONS: Call = Call::new(&DETECTIVE, "ListInvitations", "detective:ListInvitations");

const LIST_INVESTIGATIONS: Call = Call::new(&DETECTIVE, "ListInvestigations", "detective:ListInvestigations");

pub(super) const SURVEY: Survey =
    Survey { calls: &[&LIST_GRAPHS, &LIST_INVITATIONS, &LIST_INVESTIGATIONS], once: false, run: |desk| Box::pin(survey(desk)) };

async fn survey(desk: &Desk<'_>) {
    let input = || json!({ "MaxResults": 200 });
    let graphs = desk.ask(&LIST_GRAPHS, Input::Post("/graphs/list", input())).await;
    let invitations = desk.ask(&LIST_INVITATIONS, Input::Post("/invitations/list", input())).await;
    let owned = graphs.as_ref().map(|graphs| items(graphs, "/GraphList")).unwrap_or_default();
    for graph in &owned {
        investigations(desk, text(graph, "Arn")).await;
    }
    let (Some(graphs), Some(invitations)) = (graphs, invitations) else { return };
    let is_member = items(&invitations, "/Invitations").iter().any(|one| text(one, "Status") == "ENABLED");
    if owned.is_empty() && !is_member {
        desk.offends("ringfort/detective-on", Offence::of_account("ListGraphs", &graphs).and("ListInvitations", &invitations));
    }
}

/// What was investigated in a graph, unless people have archived it or it failed: that says nothing of the identity.
async fn investigations(desk: &Desk<'_>, graph: &str) {
    let page = |token: Option<&str>| {
        let input = json!({ "GraphArn": graph, "FilterCriteria": { "State": { "Value": "ACTIVE" } }, "MaxResults": 100 });
        Input::Post("/investigations/listInvestigations", with(input, "NextToken", token))
    };
    let listed = desk.list(&LIST_INVESTIGATIONS, "/InvestigationDetails", "/NextToken", page).await;
    for one in listed.unwrap_or_default() {
        if text(&one, "State") == "ARCHIVED" || text(&one, "Status") == "FAILED" {
            continue;
        }
        let id = format!("{graph}/investigation/{}", text(&one, "InvestigationId"));
        let said = Map::from_iter([("ListInvestigations".to_owned(), Value::clone(&one))]);
        desk.tells(News { kind: TYPE.to_owned(), id, region: String::new(), said });
    }
}
