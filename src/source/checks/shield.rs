//! AWS Shield: whether the account has Shield Advanced.

use serde_json::json;

use super::Survey;
use super::ask::{Call, Input, Service, Wire};
use super::desk::{Desk, Heard, is_one_of};
use super::record::Offence;
use super::value::text;
use crate::aws::Api;

const SHIELD: Service = Service {
    title: "Shield",
    api: Api { id: "Shield", signing_name: "shield", host: "shield", is_global: true },
    wire: Wire::Json("AWSShield_20160616"),
    is_everywhere: false,
};
const GET_SUBSCRIPTION_STATE: Call =
    Call::new(&SHIELD, "GetSubscriptionState", "shield:GetSubscriptionState").having(&["/SubscriptionState"]);

pub(super) const SURVEY: Survey = Survey { calls: &[&GET_SUBSCRIPTION_STATE], once: true, run: |desk| Box::pin(survey(desk)) };

async fn survey(desk: &Desk<'_>) {
    // "The subscription does not exist."
    let none = is_one_of(&["ResourceNotFoundException"]);
    let answer = match desk.ask_unless(&GET_SUBSCRIPTION_STATE, Input::Json(json!({})), none).await {
        Heard::Said(answer) => answer,
        Heard::Nothing => json!({ "SubscriptionState": "INACTIVE" }),
        Heard::Silence => return,
    };
    if text(&answer, "SubscriptionState") == "INACTIVE" {
        desk.offends("ringfort/shield-advanced", Offence::of_account("GetSubscriptionState", &answer));
    }
}
