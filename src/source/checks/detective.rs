//! Amazon Detective: whether there is a graph to investigate in, the account's own or its administrator's.

use serde_json::json;

use super::Survey;
use super::ask::{Call, Input, Service, Wire};
use super::desk::Desk;
use super::record::Offence;
use super::value::{items, text};
use crate::aws::Api;

const DETECTIVE: Service = Service {
    title: "Detective",
    api: Api { id: "Detective", signing_name: "detective", host: "api.detective", is_global: false },
    wire: Wire::RestJson,
    is_everywhere: false,
};
const LIST_GRAPHS: Call = Call::new(&DETECTIVE, "ListGraphs", "detective:ListGraphs");
const LIST_INVITATIONS: Call = Call::new(&DETECTIVE, "ListInvitations", "detective:ListInvitations");

pub(super) const SURVEY: Survey = Survey { calls: &[&LIST_GRAPHS, &LIST_INVITATIONS], once: false, run: |desk| Box::pin(survey(desk)) };

async fn survey(desk: &Desk<'_>) {
    let input = || json!({ "MaxResults": 200 });
    let graphs = desk.ask(&LIST_GRAPHS, Input::Post("/graphs/list", input())).await;
    let invitations = desk.ask(&LIST_INVITATIONS, Input::Post("/invitations/list", input())).await;
    let (Some(graphs), Some(invitations)) = (graphs, invitations) else { return };
    let is_member = items(&invitations, "/Invitations").iter().any(|one| text(one, "Status") == "ENABLED");
    if items(&graphs, "/GraphList").is_empty() && !is_member {
        desk.offends("ringfort/detective-on", Offence::of_account("ListGraphs", &graphs).and("ListInvitations", &invitations));
    }
}
