//! Amazon SageMaker AI: notebooks, endpoints and domains and their networks; model cards and their ratings of risk.

use serde_json::{Value, json};

use super::Survey;
use super::ask::{Call, Input, Service, Wire};
use super::desk::{Desk, List};
use super::record::Offence;
use super::value::{items, text, time, with};
use crate::aws::{Api, CallError};

const MOST_NOTEBOOKS: usize = 100;
/// Three calls an endpoint, and one for each of its models.
const MOST_ENDPOINTS: usize = 50;
const MOST_DOMAINS: usize = 50;
const MOST_CARDS: usize = 100;

const SAGEMAKER: Service = Service {
    title: "SageMaker",
    api: Api { id: "SageMaker", signing_name: "sagemaker", host: "api.sagemaker", is_global: false },
    wire: Wire::Json("SageMaker"),
    is_everywhere: false,
};
const LIST_NOTEBOOKS: Call =
    Call::new(&SAGEMAKER, "ListNotebookInstances", "sagemaker:ListNotebookInstances").having(&["/NotebookInstances"]);
const DESCRIBE_NOTEBOOK: Call =
    Call::new(&SAGEMAKER, "DescribeNotebookInstance", "sagemaker:DescribeNotebookInstance").having(&["/DirectInternetAccess"]);
const LIST_ENDPOINTS: Call = Call::new(&SAGEMAKER, "ListEndpoints", "sagemaker:ListEndpoints").having(&["/Endpoints"]);
const DESCRIBE_ENDPOINT: Call = Call::new(&SAGEMAKER, "DescribeEndpoint", "sagemaker:DescribeEndpoint").having(&["/EndpointConfigName"]);
const DESCRIBE_ENDPOINT_CONFIG: Call =
    Call::new(&SAGEMAKER, "DescribeEndpointConfig", "sagemaker:DescribeEndpointConfig").having(&["/ProductionVariants"]);
const DESCRIBE_MODEL: Call = Call::new(&SAGEMAKER, "DescribeModel", "sagemaker:DescribeModel").having(&["/ModelArn"]);
const LIST_DOMAINS: Call = Call::new(&SAGEMAKER, "ListDomains", "sagemaker:ListDomains").having(&["/Domains"]);
const DESCRIBE_DOMAIN: Call = Call::new(&SAGEMAKER, "DescribeDomain", "sagemaker:DescribeDomain").having(&["/DomainArn"]);
const LIST_MODEL_CARDS: Call = Call::new(&SAGEMAKER, "ListModelCards", "sagemaker:ListModelCards").having(&["/ModelCardSummaries"]);
const DESCRIBE_MODEL_CARD: Call = Call::new(&SAGEMAKER, "DescribeModelCard", "sagemaker:DescribeModelCard").having(&["/Content"]);

pub(super) const SURVEY: Survey = Survey {
    calls: &[
        &LIST_NOTEBOOKS,
        &DESCRIBE_NOTEBOOK,
        &LIST_ENDPOINTS,
        &DESCRIBE_ENDPOINT,
        &DESCRIBE_ENDPOINT_CONFIG,
        &DESCRIBE_MODEL,
        &LIST_DOMAINS,
        &DESCRIBE_DOMAIN,
        &LIST_MODEL_CARDS,
        &DESCRIBE_MODEL_CARD,
    ],
    once: false,
    run: |desk| Box::pin(survey(desk)),
};

/// A page of one of the lists.
fn page(token: Option<&str>) -> Input {
    Input::Json(with(json!({ "MaxResults": 100 }), "NextToken", token))
}

/// What was listed may be gone since: the service says so with a code for everything.
fn is_gone(error: &CallError) -> bool {
    let code = error.code.as_deref().unwrap_or_default();
    code == "ResourceNotFound" || (code == "ValidationException" && error.message.contains("Could not find"))
}

async fn survey(desk: &Desk<'_>) {
    let (notebooks, endpoints, domains, cards) = futures_util::join!(
        desk.list(&LIST_NOTEBOOKS, "/NotebookInstances", "/NextToken", page),
        desk.list(&LIST_ENDPOINTS, "/Endpoints", "/NextToken", page),
        desk.list(&LIST_DOMAINS, "/Domains", "/NextToken", page),
        desk.list(&LIST_MODEL_CARDS, "/ModelCardSummaries", "/NextToken", page),
    );
    let has_no_card = cards.as_ref().is_some_and(List::is_empty);
    let [notebooks, endpoints, domains, cards] =
        [notebooks, endpoints, domains, cards].map(|list| list.map(|list| list.items).unwrap_or_default());
    desk.ledger().uses.sagemaker |= !(notebooks.is_empty() && endpoints.is_empty() && domains.is_empty());

    if has_no_card && !endpoints.is_empty() {
        let said = json!({ "ModelCardSummaries": [] });
        let serving: Vec<&str> = endpoints.iter().map(|endpoint| text(endpoint, "EndpointName")).collect();
        let offence = Offence::of_account("ListModelCards", &said).and("ListEndpoints", &json!({ "EndpointNames": serving }));
        desk.offends("ringfort/sagemaker-model-cards", offence);
    }
    futures_util::join!(
        desk.each(&DESCRIBE_NOTEBOOK, notebooks, MOST_NOTEBOOKS, |notebook| Box::pin(look_at_notebook(desk, notebook))),
        desk.each(&DESCRIBE_ENDPOINT, endpoints, MOST_ENDPOINTS, |endpoint| Box::pin(look_at_endpoint(desk, endpoint))),
        desk.each(&DESCRIBE_DOMAIN, domains, MOST_DOMAINS, |domain| Box::pin(look_at_domain(desk, domain))),
        desk.each(&DESCRIBE_MODEL_CARD, cards, MOST_CARDS, |card| Box::pin(look_at_card(desk, card))),
    );
}

async fn look_at_notebook(desk: &Desk<'_>, listed: Value) {
    let input = Input::Json(json!({ "NotebookInstanceName": listed["NotebookInstanceName"] }));
    let Some(notebook) = desk.ask_unless(&DESCRIBE_NOTEBOOK, input, is_gone).await.said() else { return };
    let offence = || {
        Offence::of(text(&notebook, "NotebookInstanceArn"), "DescribeNotebookInstance", &notebook).since(time(&notebook["CreationTime"]))
    };
    if text(&notebook, "DirectInternetAccess") == "Enabled" {
        desk.offends("ringfort/sagemaker-notebook-internet", offence());
    }
    if text(&notebook, "RootAccess") == "Enabled" {
        desk.offends("ringfort/sagemaker-notebook-root", offence());
    }
}

/// An endpoint stands where its models stand: each says whether it is in a VPC.
async fn look_at_endpoint(desk: &Desk<'_>, listed: Value) {
    let ask = |call: &'static Call, input: Value| desk.ask_unless(call, Input::Json(input), is_gone);
    let Some(endpoint) = ask(&DESCRIBE_ENDPOINT, json!({ "EndpointName": listed["EndpointName"] })).await.said() else { return };
    let name = &endpoint["EndpointConfigName"];
    let Some(config) = ask(&DESCRIBE_ENDPOINT_CONFIG, json!({ "EndpointConfigName": name })).await.said() else { return };
    if config["VpcConfig"].is_object() {
        return;
    }
    let mut models: Vec<String> = items(&config, "/ProductionVariants").iter().map(|one| text(one, "ModelName").to_owned()).collect();
    models.retain(|model| !model.is_empty());
    models.sort_unstable();
    models.dedup();
    let offence = || Offence::of(text(&endpoint, "EndpointArn"), "DescribeEndpoint", &endpoint).since(time(&endpoint["CreationTime"]));
    if models.is_empty() {
        // The models of inference components stand where the configuration puts them.
        let offence = offence().and("DescribeEndpointConfig", &json!({ "EndpointConfigName": name, "VpcConfig": null }));
        desk.offends("ringfort/sagemaker-endpoint-vpc", offence.because("Its configuration is for inference components, in no VPC"));
        return;
    }
    for model in models {
        let Some(described) = ask(&DESCRIBE_MODEL, json!({ "ModelName": model })).await.said() else { continue };
        if !described["VpcConfig"].is_object() {
            let said = json!({
                "ModelName": model, "ModelArn": described["ModelArn"], "EnableNetworkIsolation": described["EnableNetworkIsolation"],
            });
            let offence = offence().and("DescribeModel", &said).because(format!("Its model {model} is in no VPC"));
            desk.offends("ringfort/sagemaker-endpoint-vpc", offence);
            return;
        }
    }
}

async fn look_at_domain(desk: &Desk<'_>, listed: Value) {
    let input = Input::Json(json!({ "DomainId": listed["DomainId"] }));
    let Some(domain) = desk.ask_unless(&DESCRIBE_DOMAIN, input, is_gone).await.said() else { return };
    if text(&domain, "AppNetworkAccessType") != "VpcOnly" {
        let said = json!({
            "DomainId": domain["DomainId"], "DomainName": domain["DomainName"], "AppNetworkAccessType": domain["AppNetworkAccessType"],
            "AuthMode": domain["AuthMode"], "VpcId": domain["VpcId"], "SubnetIds": domain["SubnetIds"],
        });
        let offence = Offence::of(text(&domain, "DomainArn"), "DescribeDomain", &said)
            .named(text(&domain, "DomainName"))
            .since(time(&domain["CreationTime"]));
        desk.offends("ringfort/sagemaker-domain-vpc", offence);
    }
}

async fn look_at_card(desk: &Desk<'_>, listed: Value) {
    if text(&listed, "ModelCardStatus") == "Archived" {
        return;
    }
    let input = Input::Json(json!({ "ModelCardName": listed["ModelCardName"] }));
    let Some(card) = desk.ask_unless(&DESCRIBE_MODEL_CARD, input, is_gone).await.said() else { return };
    // The card is a JSON document within the answer; without access to its key the content is empty.
    let Ok(content) = serde_json::from_str::<Value>(text(&card, "Content")) else {
        desk.trouble(&DESCRIBE_MODEL_CARD, "the content of a card cannot be read; it may be under a key that the credentials may not use");
        return;
    };
    let rating = content["intended_uses"]["risk_rating"].as_str().unwrap_or_default();
    if rating.is_empty() || rating.eq_ignore_ascii_case("unknown") {
        let said = json!({
            "ModelCardName": card["ModelCardName"], "ModelCardVersion": card["ModelCardVersion"], "ModelCardStatus": card["ModelCardStatus"],
            "intended_uses": content["intended_uses"],
        });
        let offence = Offence::of(text(&card, "ModelCardArn"), "DescribeModelCard", &said)
            .since(time(&card["LastModifiedTime"]).or(time(&card["CreationTime"])));
        desk.offends("ringfort/sagemaker-card-risk", offence);
    }
}
