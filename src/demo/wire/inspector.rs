//! Inspector (restJson1, 2020-06-08).

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::answer::{Answer, good, good_json};
use super::desk::Desk;
use super::filter::{Condition, Filter, Test, number_of, text_of, values_at};
use super::listing::{Sort, body};
use super::{Shelf, Switch};

/// Filter criteria and where in a finding their values are (model: `FilterCriteria`, `Finding`).
const FIELDS: [(&str, &str); 22] = [
    ("findingArn", "findingArn"),
    ("awsAccountId", "awsAccountId"),
    ("findingType", "type"),
    ("severity", "severity"),
    ("firstObservedAt", "firstObservedAt"),
    ("lastObservedAt", "lastObservedAt"),
    ("updatedAt", "updatedAt"),
    ("findingStatus", "status"),
    ("title", "title"),
    ("inspectorScore", "inspectorScore"),
    ("resourceType", "resources.type"),
    ("resourceId", "resources.id"),
    ("vulnerabilityId", "packageVulnerabilityDetails.vulnerabilityId"),
    ("vulnerabilitySource", "packageVulnerabilityDetails.source"),
    ("vendorSeverity", "packageVulnerabilityDetails.vendorSeverity"),
    ("relatedVulnerabilities", "packageVulnerabilityDetails.relatedVulnerabilities"),
    ("fixAvailable", "fixAvailable"),
    ("exploitAvailable", "exploitAvailable"),
    ("epssScore", "epss.score"),
    ("networkProtocol", "networkReachabilityDetails.protocol"),
    ("ecrImageRepositoryName", "resources.details.awsEcrContainerImage.repositoryName"),
    ("lambdaFunctionName", "resources.details.awsLambdaFunction.functionName"),
];

/// Sort fields and where their values are (model: `SortField`).
const SORTS: [(&str, &str); 12] = [
    ("AWS_ACCOUNT_ID", "awsAccountId"),
    ("FINDING_TYPE", "type"),
    ("SEVERITY", "severity"),
    ("FIRST_OBSERVED_AT", "firstObservedAt"),
    ("LAST_OBSERVED_AT", "lastObservedAt"),
    ("FINDING_STATUS", "status"),
    ("RESOURCE_TYPE", "resources.type"),
    ("NETWORK_PROTOCOL", "networkReachabilityDetails.protocol"),
    ("VULNERABILITY_ID", "packageVulnerabilityDetails.vulnerabilityId"),
    ("VENDOR_SEVERITY", "packageVulnerabilityDetails.vendorSeverity"),
    ("INSPECTOR_SCORE", "inspectorScore"),
    ("EPSS_SCORE", "epss.score"),
];

pub(super) fn answer(desk: &Desk<'_>) -> Answer {
    let empty = Shelf::default();
    // Off, the service lists nothing; it does not refuse.
    let shelf = if desk.cell.switch == Switch::Off { &empty } else { desk.cell.shelves.first().unwrap_or(&empty) };
    let answer = match desk.operation {
        "BatchGetAccountStatus" => account_status(desk),
        "ListFindings" => list_findings(desk, shelf),
        "BatchGetFindingDetails" => details(desk, shelf),
        _ => aggregate(desk, shelf),
    };
    answer.unwrap_or_else(|refusal| refusal)
}

fn account_status(desk: &Desk<'_>) -> Result<Answer, Answer> {
    let asked = desk.body["accountIds"].as_array();
    if asked.is_some_and(|ids| ids.len() > 100) {
        return Err(desk.invalid("accountIds", "the parameter accountIds has more than 100 members"));
    }
    let status = match desk.cell.switch {
        Switch::Off => "DISABLED",
        Switch::Suspended => "SUSPENDED",
        _ => "ENABLED",
    };
    let state = |status: &str| json!({ "status": status, "errorCode": "", "errorMessage": "" });
    let code = desk.cell.about["lambdaCode"].as_str().unwrap_or(status);
    let own = json!({
        "accountId": desk.account,
        "state": state(status),
        "resourceState": {
            "ec2": state(status), "ecr": state(status), "lambda": state(status), "lambdaCode": state(code), "codeRepository": state("DISABLED"),
        },
    });
    let ids: Vec<&str> = asked.map_or_else(|| vec![desk.account], |ids| ids.iter().filter_map(Value::as_str).collect());
    let (known, unknown): (Vec<&str>, Vec<&str>) = ids.into_iter().partition(|id| *id == desk.account);
    let failed: Vec<Value> = unknown
        .into_iter()
        .map(|id| {
            let message = "Invoking account does not have access to this account";
            json!({ "accountId": id, "errorCode": "ACCESS_DENIED", "errorMessage": message })
        })
        .collect();
    let accounts: Vec<&Value> = known.iter().map(|_| &own).collect();
    Ok(good_json(&json!({ "accounts": accounts, "failedAccounts": failed })))
}

fn list_findings(desk: &Desk<'_>, shelf: &Shelf) -> Result<Answer, Answer> {
    let size = desk.page_size("maxResults", &(1..=100), 100)?;
    let filter = filter(desk)?;
    let sort = match desk.body["sortCriteria"]["field"].as_str() {
        None => None,
        Some(field) => {
            let (_, path) = SORTS
                .iter()
                .find(|(name, _)| *name == field)
                .ok_or_else(|| desk.invalid("sortCriteria.field", "the sort field is unknown"))?;
            Some(Sort { path: (*path).to_owned(), descending: desk.body["sortCriteria"]["sortOrder"] == "DESC" })
        }
    };
    let key = desk.listing_key(shelf, &[&desk.body["filterCriteria"], &desk.body["sortCriteria"]]);
    let listing = desk.listing(shelf, &filter, sort.as_ref(), key);
    let page = desk.page(shelf, &listing, key, desk.text("nextToken"), "nextToken", size)?;
    Ok(good(body("findings", &page.records, "nextToken", page.token.as_deref())))
}

/// What is known of single findings beyond what is listed. CISA's entries stand in the cell's `cisa`, by the vulnerability's id.
fn details(desk: &Desk<'_>, shelf: &Shelf) -> Result<Answer, Answer> {
    let arns = desk.body["findingArns"].as_array().map_or(&[][..], Vec::as_slice);
    if !(1..=10).contains(&arns.len()) {
        return Err(desk.invalid("findingArns", &format!("the parameter findingArns has {} members, not 1 to 10", arns.len())));
    }
    let (mut details, mut errors) = (Vec::new(), Vec::new());
    for arn in arns.iter().filter_map(Value::as_str) {
        let Some(record) = shelf.record(arn) else {
            let message = "The finding does not exist";
            errors.push(json!({ "findingArn": arn, "errorCode": "FINDING_DETAILS_NOT_FOUND", "errorMessage": message }));
            continue;
        };
        let finding: Value = serde_json::from_slice(&record.json).unwrap_or_default();
        let id = finding["packageVulnerabilityDetails"]["vulnerabilityId"].as_str().unwrap_or_default();
        let mut detail =
            json!({ "findingArn": arn, "epssScore": finding["epss"]["score"], "cwes": [], "ttps": [], "tools": [], "evidences": [] });
        if let Some(entry) = desk.cell.about["cisa"].get(id) {
            detail["cisaData"] = entry.clone();
            detail["exploitObserved"] =
                json!({ "firstSeen": entry["dateAdded"], "lastSeen": finding["exploitabilityDetails"]["lastKnownExploitAt"] });
        }
        details.push(detail);
    }
    Ok(good_json(&json!({ "findingDetails": details, "errors": errors })))
}

fn filter(desk: &Desk<'_>) -> Result<Filter, Answer> {
    let mut conditions = Vec::new();
    for (name, tests) in desk.body["filterCriteria"].as_object().into_iter().flatten() {
        let Some((_, path)) = FIELDS.iter().find(|(field, _)| field == name) else {
            return Err(desk.invalid(name, "the emulator does not know this filter"));
        };
        let tests = tests.as_array().map_or(&[][..], Vec::as_slice);
        if tests.is_empty() || tests.len() > 10 {
            return Err(desk.invalid(name, "a filter has 1 to 10 members"));
        }
        let mut condition = Condition { path: (*path).to_owned(), ..Condition::default() };
        for test in tests {
            let word = || test["value"].as_str().unwrap_or_default().to_owned();
            match test["comparison"].as_str() {
                Some("EQUALS") => condition.any.push(Test::Is(word())),
                Some("PREFIX") => condition.any.push(Test::StartsWith(word())),
                Some("NOT_EQUALS") => condition.all.push(Test::IsNot(word())),
                Some(_) => return Err(desk.invalid(name, "the comparison is unknown")),
                None => {
                    let low = number_of(&test["startInclusive"]).or_else(|| number_of(&test["lowerInclusive"]));
                    let high = number_of(&test["endInclusive"]).or_else(|| number_of(&test["upperInclusive"]));
                    condition.any.push(Test::Between(low.unwrap_or(f64::MIN), high.unwrap_or(f64::MAX)));
                }
            }
        }
        conditions.push(condition);
    }
    Ok(Filter { conditions })
}

#[derive(Default)]
struct Tally {
    severities: BTreeMap<&'static str, u64>,
    all: u64,
    exploitable: u64,
    fixable: u64,
}

impl Tally {
    fn counts(&self) -> Value {
        let count = |word: &str| self.severities.get(word).copied().unwrap_or_default();
        json!({
            "all": self.all, "critical": count("CRITICAL"), "high": count("HIGH"), "medium": count("MEDIUM"), "low": count("LOW"),
            "informational": count("INFORMATIONAL"), "untriaged": count("UNTRIAGED"),
        })
    }
}

/// Counts of active findings, by account, finding type, title or package.
fn aggregate(desk: &Desk<'_>, shelf: &Shelf) -> Result<Answer, Answer> {
    let size = desk.page_size("maxResults", &(1..=100), 100)?;
    let kind = desk.text("aggregationType").unwrap_or_default().to_owned();
    let (member, name, path) = match kind.as_str() {
        "ACCOUNT" => ("accountAggregation", "", "awsAccountId"),
        "FINDING_TYPE" => ("findingTypeAggregation", "", "type"),
        "TITLE" => ("titleAggregation", "title", "title"),
        "PACKAGE" => ("packageAggregation", "packageName", "packageVulnerabilityDetails.vulnerablePackages.name"),
        _ => return Err(desk.invalid("aggregationType", "the emulator does not know this aggregation type")),
    };
    // The finding type's answer does not name the type: the request's union member does (model: FindingTypeAggregation).
    let only = desk.body["aggregationRequest"]["findingTypeAggregation"]["findingType"].as_str();
    let active = Condition { path: "status".to_owned(), any: vec![Test::Is("ACTIVE".to_owned())], all: Vec::new() };
    let wanted = only.map(|kind| Condition { path: "type".to_owned(), any: vec![Test::Is(kind.to_owned())], all: Vec::new() });
    let filter = Filter { conditions: std::iter::once(active).chain(wanted).collect() };
    let key = desk.listing_key(shelf, &[&desk.body["aggregationRequest"]]);
    let mut tallies: BTreeMap<String, Tally> = BTreeMap::new();
    for number in desk.listing(shelf, &filter, None, key).iter() {
        let Some(record) = shelf.records().get(*number as usize) else { continue };
        let value: Value = serde_json::from_slice(&record.json).unwrap_or_default();
        let mut keys: Vec<String> = values_at(&value, path).into_iter().filter_map(text_of).collect();
        keys.dedup();
        for key in keys {
            let tally = tallies.entry(key).or_default();
            tally.all += 1;
            tally.exploitable += u64::from(value["exploitAvailable"] == "YES");
            tally.fixable += u64::from(value["fixAvailable"] == "YES");
            let known = ["CRITICAL", "HIGH", "MEDIUM", "LOW", "INFORMATIONAL", "UNTRIAGED"];
            if let Some(word) = known.iter().find(|word| value["severity"] == **word) {
                *tally.severities.entry(word).or_default() += 1;
            }
        }
    }
    let mut groups: Vec<(String, Tally)> = tallies.into_iter().collect();
    groups.sort_by_key(|(_, tally)| std::cmp::Reverse(tally.all));
    let responses: Vec<Value> = groups
        .iter()
        .take(size)
        .map(|(key, tally)| {
            let mut group = json!({ "accountId": desk.account, "severityCounts": tally.counts() });
            if name.is_empty() {
                group["exploitAvailableCount"] = tally.exploitable.into();
                group["fixAvailableCount"] = tally.fixable.into();
            } else {
                group[name] = key.as_str().into();
            }
            json!({ member: group })
        })
        .collect();
    Ok(good_json(&json!({ "aggregationType": kind, "responses": responses })))
}
