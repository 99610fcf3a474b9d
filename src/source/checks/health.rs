//! AWS Health: what AWS says of the services that this account uses, as long as it is not over.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use futures_util::join;
use serde_json::{Map, Value, json};

use super::Survey;
use super::ask::{Call, Input, Service, Wire};
use super::desk::{Desk, Unlisted, is_one_of};
use super::health_event::TYPES;
use super::told::News;
use super::value::{items, text, with};
use crate::aws::Api;

/// How many events one call takes (`eventArnList` in the service's model).
const EVENTS_A_CALL: usize = 10;
/// How many events are looked at closely: it costs two calls for each ten of them, or more.
const MOST_EVENTS: usize = 2000;
/// What an account without the plan is told; the plans are those of the AWS Health API Reference.
const NO_PLAN: &str = "AWS Health answers accounts with a Business, Enterprise On-Ramp or Enterprise Support plan (or their successors) only, \
                       so AWS's open issues, changes and notices are not shown";

/// One endpoint a partition (the service's endpoint rules answer in its home Region).
const HEALTH: Service = Service {
    title: "AWS Health",
    api: Api { id: "Health", signing_name: "health", host: "health", is_global: true },
    wire: Wire::Json("AWSHealth_20160804"),
    is_everywhere: false,
};
const DESCRIBE_EVENTS: Call = Call::new(&HEALTH, "DescribeEvents", "health:DescribeEvents").having(&["/events"]);
const DESCRIBE_DETAILS: Call = Call::new(&HEALTH, "DescribeEventDetails", "health:DescribeEventDetails").having(&["/successfulSet"]);
const DESCRIBE_ENTITIES: Call = Call::new(&HEALTH, "DescribeAffectedEntities", "health:DescribeAffectedEntities").having(&["/entities"]);

pub(super) const SURVEY: Survey =
    Survey { calls: &[&DESCRIBE_EVENTS, &DESCRIBE_DETAILS, &DESCRIBE_ENTITIES], once: true, run: |desk| Box::pin(survey(desk)) };

/// What more is known of events, by their ARN.
#[derive(Default)]
struct Known {
    details: HashMap<String, Value>,
    entities: HashMap<String, Vec<Value>>,
}

async fn survey(desk: &Desk<'_>) {
    let page = |token: Option<&str>| {
        let input = json!({ "filter": { "eventStatusCodes": ["open", "upcoming"] }, "maxResults": 100 });
        Input::Json(with(input, "nextToken", token))
    };
    let no_plan = is_one_of(&["SubscriptionRequiredException"]);
    let events = match desk.list_unless(&DESCRIBE_EVENTS, "/events", "/nextToken", page, no_plan).await {
        Ok(events) => events.items,
        Err(Unlisted::Nothing) => return desk.note(NO_PLAN),
        Err(Unlisted::Silence) => return,
    };
    let known = Mutex::new(Known::default());
    let mut arns: Vec<&str> = events.iter().map(|event| text(event, "arn")).filter(|arn| !arn.is_empty()).collect();
    if arns.len() > MOST_EVENTS {
        let count = arns.len();
        desk.trouble(&DESCRIBE_DETAILS, &format!("only the first {MOST_EVENTS} of {count} events were looked at closely"));
        arns.truncate(MOST_EVENTS);
    }
    let calls = arns.chunks(EVENTS_A_CALL).map(|arns| json!(arns)).collect();
    desk.each(&DESCRIBE_DETAILS, calls, MOST_EVENTS, |arns| Box::pin(look_closely(desk, arns, &known))).await;
    let mut known = known.into_inner().unwrap_or_else(PoisonError::into_inner);
    for listed in events {
        let arn = text(&listed, "arn").to_owned();
        let detail = known.details.remove(&arn).unwrap_or_default();
        // It was asked for after the list, so that it is the newer word.
        let event = if detail["event"].is_object() { &detail["event"] } else { &listed };
        if text(event, "statusCode") == "closed" {
            continue;
        }
        let kind = format!("{TYPES}{}", text(event, "eventTypeCategory"));
        let region = text(event, "region").to_owned();
        let mut said = Map::new();
        said.insert("DescribeEvents".to_owned(), event.clone());
        for member in ["eventDescription", "eventMetadata"].into_iter().filter(|member| !detail[*member].is_null()) {
            let details = said.entry("DescribeEventDetails").or_insert_with(|| json!({}));
            details[member] = detail[member].clone();
        }
        if let Some(entities) = known.entities.remove(&arn) {
            said.insert("DescribeAffectedEntities".to_owned(), entities.into());
        }
        desk.tells(News { kind, id: arn, region, said });
    }
}

/// Asks what these events are about and what they touch.
async fn look_closely(desk: &Desk<'_>, arns: Value, known: &Mutex<Known>) {
    let page = |token: Option<&str>| Input::Json(with(json!({ "filter": { "eventArns": arns }, "maxResults": 100 }), "nextToken", token));
    let details = desk.ask(&DESCRIBE_DETAILS, Input::Json(json!({ "eventArns": arns })));
    let (details, entities) = join!(details, desk.list(&DESCRIBE_ENTITIES, "/entities", "/nextToken", page));
    let mut known = known.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(details) = details {
        let failed = items(&details, "/failedSet");
        for detail in items(&details, "/successfulSet") {
            known.details.insert(text(&detail["event"], "arn").to_owned(), detail);
        }
        let untold = items(&arns, "").iter().filter(|arn| arn.as_str().is_none_or(|arn| !known.details.contains_key(arn))).count();
        if untold > 0 {
            let why = failed.iter().map(|one| text(one, "errorName")).find(|name| !name.is_empty()).unwrap_or("AWS did not say why");
            let events = if untold == 1 { "an event" } else { &format!("{untold} events") };
            desk.trouble(&DESCRIBE_DETAILS, &format!("the details of {events} could not be read ({why})"));
        }
    }
    for entity in entities.map(|list| list.items).unwrap_or_default() {
        known.entities.entry(text(&entity, "eventArn").to_owned()).or_default().push(entity);
    }
}
