//! Macie (restJson1, 2020-01-01).

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::answer::{Answer, good, good_json, refuse};
use super::desk::Desk;
use super::filter::{text_of, values_at};
use super::listing::body;
use super::{Record, Shelf, Switch};

pub(super) fn answer(desk: &Desk<'_>) -> Answer {
    let shelf = match (&desk.cell.switch, desk.cell.shelves.first()) {
        (Switch::Off, _) | (_, None) => return refuse(403, "AccessDeniedException", "Macie is not enabled."),
        (_, Some(shelf)) => shelf,
    };
    let answer = match desk.operation {
        "GetMacieSession" => Ok(session(desk)),
        "ListFindings" => list_findings(desk, shelf),
        "GetFindings" => get_findings(desk, shelf),
        _ => statistics(desk, shelf),
    };
    answer.unwrap_or_else(|refusal| refusal)
}

fn session(desk: &Desk<'_>) -> Answer {
    let status = if desk.cell.switch == Switch::Suspended { "PAUSED" } else { "ENABLED" };
    good_json(&json!({
        "createdAt": "2024-05-06T07:08:09.000Z",
        "findingPublishingFrequency": "FIFTEEN_MINUTES",
        "serviceRole": format!("arn:aws:iam::{}:role/aws-service-role/macie.amazonaws.com/AWSServiceRoleForAmazonMacie", desk.account),
        "status": status,
        "updatedAt": "2026-02-03T04:05:06.000Z",
    }))
}

fn list_findings(desk: &Desk<'_>, shelf: &Shelf) -> Result<Answer, Answer> {
    let size = desk.page_size("maxResults", &(1..=50), 50)?;
    let (filter, sort) = (desk.criteria()?, desk.sort_criteria("sortCriteria"));
    let key = desk.listing_key(shelf, &[&desk.body["findingCriteria"], &desk.body["sortCriteria"]]);
    let listing = desk.listing(shelf, &filter, sort.as_ref(), key);
    let page = desk.page(shelf, &listing, key, desk.text("nextToken"), "nextToken", size)?;
    let ids: Vec<&str> = page.records.iter().map(|record| &*record.id).collect();
    let mut answer = json!({ "findingIds": ids });
    if let Some(token) = page.token {
        answer["nextToken"] = token.into();
    }
    Ok(good_json(&answer))
}

fn get_findings(desk: &Desk<'_>, shelf: &Shelf) -> Result<Answer, Answer> {
    let records: Vec<&Record> = desk.ids()?.iter().filter_map(|id| shelf.record(id)).collect();
    Ok(good(body("findings", &records, "nextToken", None)))
}

fn statistics(desk: &Desk<'_>, shelf: &Shelf) -> Result<Answer, Answer> {
    const GROUPS: [&str; 4] = ["resourcesAffected.s3Bucket.name", "type", "classificationDetails.jobId", "severity.description"];
    let by = desk
        .text("groupBy")
        .filter(|group| GROUPS.contains(group))
        .ok_or_else(|| desk.invalid("groupBy", "the parameter groupBy is missing or unknown"))?;
    let filter = desk.criteria()?;
    let key = desk.listing_key(shelf, &[&desk.body["findingCriteria"]]);
    let mut counts: BTreeMap<String, u64> = BTreeMap::new();
    for number in desk.listing(shelf, &filter, None, key).iter() {
        let Some(record) = shelf.records().get(*number as usize) else { continue };
        let value: Value = serde_json::from_slice(&record.json).unwrap_or_default();
        for key in values_at(&value, by).into_iter().filter_map(text_of) {
            *counts.entry(key).or_default() += 1;
        }
    }
    let groups: Vec<Value> = counts.into_iter().map(|(key, count)| json!({ "groupKey": key, "count": count })).collect();
    Ok(good_json(&json!({ "countsByGroup": groups })))
}
