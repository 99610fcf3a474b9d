//! Amazon Bedrock: what is written down of the use of models, guardrails that block, and own models under own keys.

use serde_json::{Value, json};

use super::Survey;
use super::ask::{Call, Input, Service, Wire, encode};
use super::desk::{Desk, List, is_one_of};
use super::record::Offence;
use super::value::{items, text, time};

const MOST: usize = 100;

const BEDROCK: Service = Service::regional("Bedrock", "Bedrock", "bedrock", Wire::RestJson);
const GET_LOGGING: Call = Call::new(&BEDROCK, "GetModelInvocationLoggingConfiguration", "bedrock:GetModelInvocationLoggingConfiguration");
const LIST_GUARDRAILS: Call = Call::new(&BEDROCK, "ListGuardrails", "bedrock:ListGuardrails").having(&["/guardrails"]);
const GET_GUARDRAIL: Call = Call::new(&BEDROCK, "GetGuardrail", "bedrock:GetGuardrail").having(&["/status"]);
const LIST_CUSTOM_MODELS: Call = Call::new(&BEDROCK, "ListCustomModels", "bedrock:ListCustomModels").having(&["/modelSummaries"]);
const GET_CUSTOM_MODEL: Call = Call::new(&BEDROCK, "GetCustomModel", "bedrock:GetCustomModel").having(&["/modelArn"]);

pub(super) const SURVEY: Survey = Survey {
    calls: &[&GET_LOGGING, &LIST_GUARDRAILS, &GET_GUARDRAIL, &LIST_CUSTOM_MODELS, &GET_CUSTOM_MODEL],
    once: false,
    run: |desk| Box::pin(survey(desk)),
};

async fn survey(desk: &Desk<'_>) {
    let page = |path: &'static str| {
        move |token: Option<&str>| {
            let token = token.map(|token| format!("&nextToken={}", encode(token))).unwrap_or_default();
            Input::get(format!("{path}?maxResults=1000{token}"))
        }
    };
    let (logging, guardrails, models) = futures_util::join!(
        desk.ask(&GET_LOGGING, Input::get("/logging/modelinvocations")),
        desk.list(&LIST_GUARDRAILS, "/guardrails", "/nextToken", page("/guardrails")),
        desk.list(&LIST_CUSTOM_MODELS, "/modelSummaries", "/nextToken", page("/custom-models")),
    );

    let is_logged = logging.as_ref().is_some_and(|logging| is_configured(&logging["loggingConfig"]));
    let some = |list: &Option<List>| list.as_ref().is_some_and(|list| !list.items.is_empty());
    let is_used = is_logged || some(&guardrails) || some(&models);
    desk.ledger().uses.bedrock |= is_used;

    // An empty answer is how Bedrock says that nothing is configured, and how others say nothing: something else has to answer too.
    let is_bedrock = guardrails.is_some() || models.is_some();
    if let Some(logging) = logging.filter(|_| !is_logged && is_bedrock) {
        desk.offends("ringfort/bedrock-logging", Offence::of_account("GetModelInvocationLoggingConfiguration", &logging));
    }
    if is_used && guardrails.as_ref().is_some_and(List::is_empty) {
        desk.offends("ringfort/bedrock-guardrails", Offence::of_account("ListGuardrails", &json!({ "guardrails": [] })));
    }
    let items = |list: Option<List>| list.map(|list| list.items).unwrap_or_default();
    futures_util::join!(
        desk.each(&GET_GUARDRAIL, items(guardrails), MOST, |guardrail| Box::pin(look_at_guardrail(desk, guardrail))),
        desk.each(&GET_CUSTOM_MODEL, items(models), MOST, |model| Box::pin(look_at_model(desk, model))),
    );
}

/// Whether a logging configuration leads anywhere.
fn is_configured(logging: &Value) -> bool {
    logging["cloudWatchConfig"].is_object() || logging["s3Config"].is_object()
}

async fn look_at_guardrail(desk: &Desk<'_>, listed: Value) {
    let path = format!("/guardrails/{}", encode(text(&listed, "id")));
    let Some(guardrail) = desk.ask_unless(&GET_GUARDRAIL, Input::get(path), is_one_of(&["ResourceNotFoundException"])).await.said() else {
        return;
    };
    if text(&guardrail, "status") == "READY" && !blocks(&guardrail) {
        let offence =
            Offence::of(text(&listed, "arn"), "GetGuardrail", &guardrail).named(text(&listed, "name")).since(time(&guardrail["updatedAt"]));
        desk.offends("ringfort/bedrock-guardrail-blocks", offence);
    }
}

/// Whether any of the guardrail's policies does more than to watch. Where no action is given, it is to block.
fn blocks(guardrail: &Value) -> bool {
    let acts = |policy: &Value, way: &str| {
        let action =
            [format!("{way}Action"), "action".to_owned()].iter().find_map(|name| policy[name.as_str()].as_str()).unwrap_or("BLOCK");
        let enabled =
            [format!("{way}Enabled"), "enabled".to_owned()].iter().find_map(|name| policy[name.as_str()].as_bool()).unwrap_or(true);
        let strength = policy[format!("{way}Strength")].as_str().unwrap_or("HIGH");
        action != "NONE" && enabled && strength != "NONE"
    };
    let lists = [
        "/contentPolicy/filters",
        "/topicPolicy/topics",
        "/wordPolicy/words",
        "/wordPolicy/managedWordLists",
        "/sensitiveInformationPolicy/piiEntities",
        "/sensitiveInformationPolicy/regexes",
        "/contextualGroundingPolicy/filters",
    ];
    lists.into_iter().flat_map(|list| items(guardrail, list)).any(|policy| acts(&policy, "input") || acts(&policy, "output"))
        || !items(guardrail, "/automatedReasoningPolicy/policies").is_empty()
}

async fn look_at_model(desk: &Desk<'_>, listed: Value) {
    let arn = text(&listed, "modelArn");
    let input = Input::get(format!("/custom-models/{}", encode(arn)));
    let Some(model) = desk.ask_unless(&GET_CUSTOM_MODEL, input, is_one_of(&["ResourceNotFoundException"])).await.said() else { return };
    if text(&model, "modelKmsKeyArn").is_empty() {
        let said = json!({
            "modelArn": model["modelArn"], "modelName": model["modelName"], "baseModelArn": model["baseModelArn"],
            "customizationType": model["customizationType"], "creationTime": model["creationTime"], "trainingDataConfig": model["trainingDataConfig"],
        });
        let offence = Offence::of(arn, "GetCustomModel", &said).named(text(&listed, "modelName")).since(time(&model["creationTime"]));
        desk.offends("ringfort/bedrock-model-key", offence);
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::blocks;

    #[test]
    fn a_guardrail_that_only_watches_does_not_block() {
        let filter = |action: &str| json!({ "type": "HATE", "inputStrength": "HIGH", "outputStrength": "HIGH", "inputAction": action, "outputAction": action });
        assert!(blocks(&json!({ "contentPolicy": { "filters": [filter("NONE"), filter("BLOCK")] } })));
        assert!(!blocks(&json!({ "contentPolicy": { "filters": [filter("NONE")] } })));
        assert!(blocks(&json!({ "topicPolicy": { "topics": [{ "name": "t", "definition": "d" }] } })), "to block is the default");
        assert!(!blocks(
            &json!({ "contentPolicy": { "filters": [{ "type": "HATE", "inputStrength": "NONE", "outputStrength": "NONE" }] } })
        ));
        let pii = |action: &str| json!({ "sensitiveInformationPolicy": { "piiEntities": [{ "type": "NAME", "action": action }] } });
        assert!(blocks(&pii("ANONYMIZE")) && !blocks(&pii("NONE")));
        assert!(!blocks(
            &json!({ "contentPolicy": { "filters": [{ "inputStrength": "LOW", "inputEnabled": false, "outputStrength": "NONE" }] } })
        ));
        assert!(!blocks(&json!({})));
    }
}
