//! GuardDuty (restJson1, 2017-11-28).

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::answer::{Answer, good, good_json, invalid, refuse_with};
use super::desk::Desk;
use super::filter::{number_of, text_of, values_at};
use super::listing::body;
use super::{Record, Service, Shelf, Switch};

pub(super) fn answer(desk: &Desk<'_>) -> Answer {
    let answer = match desk.operation {
        "ListDetectors" => list_detectors(desk),
        operation => detector(desk).and_then(|shelf| match operation {
            "GetDetector" => Ok(get_detector(desk)),
            "ListFindings" => list_findings(desk, shelf),
            "GetFindings" => get_findings(desk, shelf),
            _ => statistics(desk, shelf),
        }),
    };
    answer.unwrap_or_else(|refusal| refusal)
}

fn list_detectors(desk: &Desk<'_>) -> Result<Answer, Answer> {
    desk.page_size("maxResults", &(1..=50), 50)?;
    let detectors: Vec<&str> =
        if desk.cell.switch == Switch::Off { Vec::new() } else { desk.cell.shelves.iter().map(|shelf| shelf.name.as_str()).collect() };
    Ok(good_json(&json!({ "detectorIds": detectors })))
}

fn detector<'a>(desk: &Desk<'a>) -> Result<&'a Shelf, Answer> {
    desk.shelf(&desk.segment(1)).filter(|_| desk.cell.switch != Switch::Off).ok_or_else(|| {
        let message = "The request is rejected because the input detectorId is not owned by the current account.";
        refuse_with(400, "BadRequestException", &json!({ "message": message, "__type": "InvalidInputException" }))
    })
}

fn get_detector(desk: &Desk<'_>) -> Answer {
    let status = if desk.cell.switch == Switch::Suspended { "DISABLED" } else { "ENABLED" };
    let mut detector = json!({
        "createdAt": "2024-02-11T09:14:02.000Z",
        "findingPublishingFrequency": "FIFTEEN_MINUTES",
        "serviceRole": format!(
            "arn:aws:iam::{}:role/aws-service-role/guardduty.amazonaws.com/AWSServiceRoleForAmazonGuardDuty", desk.account
        ),
        "status": status,
        "updatedAt": "2026-01-20T16:40:51.000Z",
    });
    if let (Some(detector), Some(about)) = (detector.as_object_mut(), desk.cell.about.as_object()) {
        detector.extend(about.clone());
    }
    good_json(&detector)
}

fn list_findings(desk: &Desk<'_>, shelf: &Shelf) -> Result<Answer, Answer> {
    let size = desk.page_size("maxResults", &(1..=50), 50)?;
    let (filter, sort) = (desk.criteria()?, desk.sort_criteria("sortCriteria"));
    let key = desk.listing_key(shelf, &[&desk.body["findingCriteria"], &desk.body["sortCriteria"]]);
    let listing = desk.listing(shelf, &filter, sort.as_ref(), key);
    // An empty token is the first page, as some clients send it.
    let token = desk.text("nextToken").filter(|token| !token.is_empty());
    let page = desk.page(shelf, &listing, key, token, "nextToken", size)?;
    let ids: Vec<&str> = page.records.iter().map(|record| &*record.id).collect();
    let mut answer = json!({ "findingIds": ids });
    if let Some(token) = page.token {
        answer["nextToken"] = token.into();
    }
    Ok(good_json(&answer))
}

/// The answer is in the order of the shelf, not of the ids: AWS promises no order.
fn get_findings(desk: &Desk<'_>, shelf: &Shelf) -> Result<Answer, Answer> {
    let ids = desk.ids()?;
    let records: Vec<&Record> = ids.iter().filter_map(|id| shelf.record(id)).collect();
    Ok(good(body("findings", &records, "nextToken", None)))
}

fn statistics(desk: &Desk<'_>, shelf: &Shelf) -> Result<Answer, Answer> {
    let (kinds, group) = (desk.body["findingStatisticTypes"].as_array(), desk.text("groupBy"));
    let size = desk.page_size("maxResults", &(1..=100), 25)?;
    let path = match (kinds, group) {
        (Some(_), None) => None,
        (None, Some("SEVERITY")) => Some(("groupedBySeverity", "severity", "severity")),
        (None, Some("FINDING_TYPE")) => Some(("groupedByFindingType", "findingType", "type")),
        (None, Some("ACCOUNT")) => Some(("groupedByAccount", "accountId", "accountId")),
        _ => {
            let message = "exactly one of findingStatisticTypes and a known groupBy must be given";
            return Err(invalid(Service::GuardDuty, "groupBy", message));
        }
    };
    let filter = desk.criteria()?;
    let key = desk.listing_key(shelf, &[&desk.body["findingCriteria"]]);
    let listing = desk.listing(shelf, &filter, None, key);
    let records = listing.iter().filter_map(|number| shelf.records().get(*number as usize));
    let (_, _, by) = path.unwrap_or(("", "", "severity"));
    let mut groups: BTreeMap<String, (Value, u64)> = BTreeMap::new();
    for record in records {
        let value: Value = serde_json::from_slice(&record.json).unwrap_or_default();
        for member in values_at(&value, by) {
            groups.entry(text_of(member).unwrap_or_default()).or_insert_with(|| (member.clone(), 0)).1 += 1;
        }
    }
    let Some((list, name, _)) = path else {
        let counts: serde_json::Map<String, Value> = groups
            .into_values()
            .map(|(severity, count)| (format!("{:.1}", number_of(&severity).unwrap_or_default()), count.into()))
            .collect();
        return Ok(good_json(&json!({ "findingStatistics": { "countBySeverity": counts } })));
    };
    let mut groups: Vec<Value> = groups.into_values().map(|(value, count)| json!({ name: value, "totalFindings": count })).collect();
    groups.sort_by_key(|group| std::cmp::Reverse(group["totalFindings"].as_u64()));
    groups.truncate(size);
    Ok(good_json(&json!({ "findingStatistics": { list: groups } })))
}
