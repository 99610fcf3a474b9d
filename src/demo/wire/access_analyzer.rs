//! IAM Access Analyzer (restJson1, 2019-11-01): the first version's calls for external analyzers, V2 for all.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::answer::{Answer, good, good_json, refuse, refuse_with};
use super::desk::Desk;
use super::filter::{Condition, Filter, Test, values_at};
use super::listing::body;
use super::{Record, Shelf, Switch};

/// A page's largest size: the model has no bound, and what AWS honours is not published.
const LARGEST_PAGE: i64 = 1000;

pub(super) fn answer(desk: &Desk<'_>) -> Answer {
    let answer = match desk.operation {
        "ListAnalyzers" => Ok(list_analyzers(desk)),
        operation => analyzer(desk).and_then(|shelf| match operation {
            "ListFindings" => list_findings(desk, shelf),
            "ListFindingsV2" => list_findings_v2(desk, shelf),
            "GetFinding" => get_finding(desk, shelf),
            "GetFindingV2" => get_finding_v2(desk, shelf),
            _ => statistics(desk, shelf),
        }),
    };
    answer.unwrap_or_else(|refusal| refusal)
}

fn list_analyzers(desk: &Desk<'_>) -> Answer {
    let wanted = desk.query("type");
    let analyzers: Vec<&Value> = desk
        .cell
        .shelves
        .iter()
        .map(|shelf| &shelf.about)
        .filter(|about| wanted.as_deref().is_none_or(|kind| about["type"] == kind))
        .filter(|_| desk.cell.switch != Switch::Off)
        .collect();
    good_json(&json!({ "analyzers": analyzers }))
}

fn analyzer<'a>(desk: &Desk<'a>) -> Result<&'a Shelf, Answer> {
    let arn = desk.query("analyzerArn").or_else(|| desk.text("analyzerArn").map(str::to_owned));
    let Some(arn) = arn else { return Err(desk.invalid("analyzerArn", "the parameter analyzerArn is missing")) };
    desk.shelf(&arn).filter(|_| desk.cell.switch != Switch::Off).ok_or_else(|| not_found(&arn, "Analyzer"))
}

fn not_found(id: &str, kind: &str) -> Answer {
    let body = json!({ "message": format!("{kind} not found: {id}"), "resourceId": id, "resourceType": kind });
    refuse_with(404, "ResourceNotFoundException", &body)
}

fn is_external(shelf: &Shelf) -> bool {
    matches!(shelf.about["type"].as_str(), Some("ACCOUNT" | "ORGANIZATION"))
}

/// The first version's calls know external analyzers only.
fn external_only(desk: &Desk<'_>, shelf: &Shelf) -> Result<(), Answer> {
    if is_external(shelf) {
        return Ok(());
    }
    Err(desk.invalid("analyzerArn", "the analyzer is not an external access analyzer, use the V2 operation"))
}

fn list_findings(desk: &Desk<'_>, shelf: &Shelf) -> Result<Answer, Answer> {
    external_only(desk, shelf)?;
    let (records, token) = page(desk, shelf)?;
    Ok(good(body("findings", &records, "nextToken", token.as_deref())))
}

fn list_findings_v2(desk: &Desk<'_>, shelf: &Shelf) -> Result<Answer, Answer> {
    let (records, token) = page(desk, shelf)?;
    let summaries: Vec<Record> = records.iter().map(|record| Record::new(&record.id, summary(shelf, record).to_string())).collect();
    let summaries: Vec<&Record> = summaries.iter().collect();
    Ok(good(body("findings", &summaries, "nextToken", token.as_deref())))
}

fn page<'s>(desk: &Desk<'_>, shelf: &'s Shelf) -> Result<(Vec<&'s Record>, Option<String>), Answer> {
    let size = desk.page_size("maxResults", &(1..=LARGEST_PAGE), 100)?;
    let (filter, sort) = (filter(desk)?, desk.sort_criteria("sort"));
    let key = desk.listing_key(shelf, &[&desk.body["filter"], &desk.body["sort"]]);
    let listing = desk.listing(shelf, &filter, sort.as_ref(), key);
    let page = desk.page(shelf, &listing, key, desk.text("nextToken"), "nextToken", size)?;
    Ok((page.records, page.token))
}

fn filter(desk: &Desk<'_>) -> Result<Filter, Answer> {
    let mut conditions = Vec::new();
    for (path, tests) in desk.body["filter"].as_object().into_iter().flatten() {
        let mut condition = Condition { path: path.clone(), ..Condition::default() };
        for (name, operand) in tests.as_object().into_iter().flatten() {
            let words: Vec<String> = operand.as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect();
            if name != "exists" && (words.is_empty() || words.len() > 20) {
                return Err(desk.invalid(path, "a criterion has 1 to 20 values"));
            }
            match name.as_str() {
                "eq" => condition.any.extend(words.into_iter().map(Test::Is)),
                "contains" => condition.any.extend(words.into_iter().map(Test::Contains)),
                "neq" => condition.all.extend(words.into_iter().map(Test::IsNot)),
                "exists" => condition.all.push(Test::Exists(operand == true)),
                _ => return Err(desk.invalid(path, "the criterion is unknown")),
            }
        }
        conditions.push(condition);
    }
    Ok(Filter { conditions })
}

fn parse(record: &Record) -> Value {
    serde_json::from_slice(&record.json).unwrap_or_default()
}

/// What V2 lists of a finding: no principal, no action, no condition.
fn summary(shelf: &Shelf, record: &Record) -> Value {
    let whole = parse(record);
    let members = [
        "analyzedAt",
        "createdAt",
        "error",
        "id",
        "resource",
        "resourceType",
        "resourceOwnerAccount",
        "status",
        "updatedAt",
        "findingType",
    ];
    let mut summary: serde_json::Map<String, Value> =
        members.iter().filter_map(|name| whole.get(*name).map(|value| ((*name).to_owned(), value.clone()))).collect();
    if is_external(shelf) {
        summary.insert("findingType".to_owned(), "ExternalAccess".into());
    }
    Value::Object(summary)
}

fn get_finding(desk: &Desk<'_>, shelf: &Shelf) -> Result<Answer, Answer> {
    external_only(desk, shelf)?;
    let record = find(desk, shelf)?;
    Ok(good_json(&json!({ "finding": parse(record) })))
}

fn find<'s>(desk: &Desk<'_>, shelf: &'s Shelf) -> Result<&'s Record, Answer> {
    let id = desk.segment(1);
    shelf.record(&id).ok_or_else(|| not_found(&id, "Finding"))
}

/// The details are a list, paged on its own.
fn get_finding_v2(desk: &Desk<'_>, shelf: &Shelf) -> Result<Answer, Answer> {
    let record = find(desk, shelf)?;
    let size = desk.page_size("maxResults", &(1..=LARGEST_PAGE), 100)?;
    let mut answer = summary(shelf, record);
    let whole = parse(record);
    let own = ["action", "condition", "isPublic", "principal", "sources", "resourceControlPolicyRestriction"];
    let external: serde_json::Map<String, Value> =
        own.iter().filter_map(|name| whole.get(*name).map(|value| ((*name).to_owned(), value.clone()))).collect();
    let details = if is_external(shelf) { vec![json!({ "externalAccessDetails": external })] } else { record.details.clone() };
    let start = match desk.query("nextToken") {
        None => 0,
        Some(token) => token
            .strip_prefix("details-")
            .and_then(|place| place.parse().ok())
            .filter(|place| *place > 0 && *place < details.len())
            .ok_or_else(|| refuse(400, "ValidationException", "The parameter nextToken is not a token of this request."))?,
    };
    let end = details.len().min(start + size);
    answer["findingDetails"] = details[start..end].into();
    if end < details.len() {
        answer["nextToken"] = format!("details-{end}").into();
    }
    Ok(good_json(&answer))
}

fn statistics(desk: &Desk<'_>, shelf: &Shelf) -> Result<Answer, Answer> {
    let kind = shelf.about["type"].as_str().unwrap_or_default();
    let mut by_status: BTreeMap<String, u64> = BTreeMap::new();
    let mut by_kind: BTreeMap<String, [u64; 3]> = BTreeMap::new();
    for record in shelf.records() {
        let value = parse(record);
        let status = value["status"].as_str().unwrap_or_default();
        *by_status.entry(status.to_owned()).or_default() += 1;
        let group = if is_external(shelf) { "resourceType" } else { "findingType" };
        if status == "ACTIVE" {
            for name in values_at(&value, group).into_iter().filter_map(Value::as_str) {
                let counts = by_kind.entry(name.to_owned()).or_default();
                let place = if value.get("error").is_some() { 2 } else { usize::from(value["isPublic"] != true) };
                counts[place] += 1;
            }
        }
    }
    let total = |status: &str| by_status.get(status).copied().unwrap_or_default();
    let mut statistics = json!({
        "totalActiveFindings": total("ACTIVE"), "totalArchivedFindings": total("ARCHIVED"), "totalResolvedFindings": total("RESOLVED"),
    });
    let member = if is_external(shelf) {
        let kinds: serde_json::Map<String, Value> = by_kind
            .into_iter()
            .map(|(name, [public, cross, errors])| {
                (name, json!({ "totalActivePublic": public, "totalActiveCrossAccount": cross, "totalActiveErrors": errors }))
            })
            .collect();
        statistics["resourceTypeStatistics"] = kinds.into();
        "externalAccessFindingsStatistics"
    } else if kind.ends_with("UNUSED_ACCESS") {
        let kinds: Vec<Value> =
            by_kind.into_iter().map(|(name, counts)| json!({ "unusedAccessType": name, "total": counts.iter().sum::<u64>() })).collect();
        statistics["unusedAccessTypeStatistics"] = kinds.into();
        "unusedAccessFindingsStatistics"
    } else {
        return Err(desk.invalid("analyzerArn", "there are no statistics for internal access analyzers"));
    };
    let updated = jiff::Timestamp::from_millisecond(desk.emulator.world().now).unwrap_or_default().to_string();
    Ok(good_json(&json!({ "findingsStatistics": [{ member: statistics }], "lastUpdatedAt": updated })))
}
