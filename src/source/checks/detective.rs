//! Amazon Detective: whether there is a graph to investigate in, the account's own or its administrator's.

use serde_json::json;

use super::Survey;
use super::ask::{Call, Input, Service, Wire};
use super::desk::Desk;
use super::record::Offence;
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

pub(super) const SURVEY: Survey = Survey { calls: &[&LIST_GRAPHS, &LIST_INVITATIONS], once: false, run: |desk| Box::pin(survey(desk)) };

async fn survey(desk: &Desk<'_>) {
    let page = |path| move |token: Option<&str>| Input::Post(path, with(json!({ "MaxResults": 200 }), "NextToken", token));
    let (graphs, invitations) = futures_util::join!(
        desk.list(&LIST_GRAPHS, "/GraphList", "/NextToken", page("/graphs/list")),
        desk.list(&LIST_INVITATIONS, "/Invitations", "/NextToken", page("/invitations/list")),
    );
    let (Some(graphs), Some(invitations)) = (graphs, invitations) else { return };
    let is_member = invitations.items.iter().any(|one| text(one, "Status") == "ENABLED");
    if graphs.is_empty() && invitations.is_whole && !is_member {
        let offence = Offence::of_account("ListGraphs", &json!({ "GraphList": [] }));
        desk.offends("ringfort/detective-on", offence.and("ListInvitations", &json!({ "Invitations": invitations.items })));
    }
}
