//! Amazon Detective: whether there is a graph to investigate in, the account's own or its administrator's, and what was
//! investigated in it.

use serde_json::{Map, json};

use super::Survey;
use super::ask::{Call, Input, Service, Wire};
use super::desk::Desk;
use super::investigation::TYPE;
use super::record::Offence;
use super::told::News;
use super::value::{text, with};
use crate::aws::Api;

const DETECTIVE: Service = Service {
    title: "Detective",
    api: Api { id: "Detective", signing_name: "detective", host: "api.detective", is_global: false },
    wire: Wire::RestJson,
    is_everywhere: false,
};
const LIST_GRAPHS: Call = Call::new(&DETECTIVE, "ListGraphs", "detective:ListGraphs").having(&["/GraphList"]);
const LIST_INVITATIONS: Call = Call::new(&DETECTIVE, "ListInvitations", "detective:ListInvitations").having(&["/Invitations"]);

const LIST_INVESTIGATIONS: Call =
    Call::new(&DETECTIVE, "ListInvestigations", "detective:ListInvestigations").having(&["/InvestigationDetails"]);

pub(super) const SURVEY: Survey =
    Survey { calls: &[&LIST_GRAPHS, &LIST_INVITATIONS, &LIST_INVESTIGATIONS], once: false, run: |desk| Box::pin(survey(desk)) };

async fn survey(desk: &Desk<'_>) {
    let page = |path| move |token: Option<&str>| Input::Post(path, with(json!({ "MaxResults": 200 }), "NextToken", token));
    let (graphs, invitations) = futures_util::join!(
        desk.list(&LIST_GRAPHS, "/GraphList", "/NextToken", page("/graphs/list")),
        desk.list(&LIST_INVITATIONS, "/Invitations", "/NextToken", page("/invitations/list")),
    );
    for graph in graphs.iter().flat_map(|graphs| &graphs.items) {
        investigations(desk, text(graph, "Arn")).await;
    }
    let (Some(graphs), Some(invitations)) = (graphs, invitations) else { return };
    let is_member = invitations.items.iter().any(|one| text(one, "Status") == "ENABLED");
    if graphs.is_empty() && invitations.is_whole && !is_member {
        let offence = Offence::of_account("ListGraphs", &json!({ "GraphList": [] }));
        desk.offends("ringfort/detective-on", offence.and("ListInvitations", &json!({ "Invitations": invitations.items })));
    }
}

/// What was investigated in a graph, unless people have archived it or it failed: that says nothing of the identity.
async fn investigations(desk: &Desk<'_>, graph: &str) {
    let page = |token: Option<&str>| {
        let input = json!({ "GraphArn": graph, "FilterCriteria": { "State": { "Value": "ACTIVE" } }, "MaxResults": 100 });
        Input::Post("/investigations/listInvestigations", with(input, "NextToken", token))
    };
    let listed = desk.list(&LIST_INVESTIGATIONS, "/InvestigationDetails", "/NextToken", page).await;
    for one in listed.map(|list| list.items).unwrap_or_default() {
        if text(&one, "State") == "ARCHIVED" || text(&one, "Status") == "FAILED" {
            continue;
        }
        let id = match text(&one, "InvestigationId") {
            "" => format!("{graph}/investigation/{}/{}", text(&one, "EntityArn"), text(&one, "CreatedTime")),
            id => format!("{graph}/investigation/{id}"),
        };
        let said = Map::from_iter([("ListInvestigations".to_owned(), one)]);
        desk.tells(News { kind: TYPE.to_owned(), id, region: String::new(), said });
    }
}
