//! Security Hub CSPM (restJson1, 2018-10-26): ASFF, keys in `PascalCase`.

use serde_json::{Value, json};

use super::answer::{Answer, good, good_json, refuse_with};
use super::desk::Desk;
use super::filter::{Condition, Filter, Test, number_of};
use super::listing::{Sort, body};
use super::{Shelf, Switch};

/// Filter attributes and where in ASFF their values are (model: `AwsSecurityFindingFilters`, `AwsSecurityFinding`).
const FIELDS: [(&str, &str); 29] = [
    ("ProductArn", "ProductArn"),
    ("AwsAccountId", "AwsAccountId"),
    ("Id", "Id"),
    ("GeneratorId", "GeneratorId"),
    ("Region", "Region"),
    ("Type", "Types"),
    ("FirstObservedAt", "FirstObservedAt"),
    ("LastObservedAt", "LastObservedAt"),
    ("CreatedAt", "CreatedAt"),
    ("UpdatedAt", "UpdatedAt"),
    ("SeverityProduct", "Severity.Product"),
    ("SeverityNormalized", "Severity.Normalized"),
    ("SeverityLabel", "Severity.Label"),
    ("Confidence", "Confidence"),
    ("Criticality", "Criticality"),
    ("Title", "Title"),
    ("Description", "Description"),
    ("ProductName", "ProductName"),
    ("CompanyName", "CompanyName"),
    ("ResourceType", "Resources.Type"),
    ("ResourceId", "Resources.Id"),
    ("ComplianceStatus", "Compliance.Status"),
    ("ComplianceSecurityControlId", "Compliance.SecurityControlId"),
    ("ComplianceAssociatedStandardsId", "Compliance.AssociatedStandards.StandardsId"),
    ("WorkflowState", "WorkflowState"),
    ("WorkflowStatus", "Workflow.Status"),
    ("RecordState", "RecordState"),
    ("VerificationState", "VerificationState"),
    ("NoteText", "Note.Text"),
];

const MOST_ATTRIBUTES: usize = 10;
const MOST_VALUES: usize = 20;
const DAY_MILLIS: f64 = 86_400_000.0;

pub(super) fn answer(desk: &Desk<'_>) -> Answer {
    if desk.cell.switch == Switch::Off {
        let message = format!("Account {} is not subscribed to AWS Security Hub", desk.account);
        return refuse_with(401, "InvalidAccessException", &json!({ "Message": message, "Code": "InvalidAccessException" }));
    }
    let empty = Shelf::default();
    let shelf = desk.cell.shelves.first().unwrap_or(&empty);
    let answer = match desk.operation {
        "DescribeHub" => Ok(describe_hub(desk)),
        "GetFindings" => get_findings(desk, shelf),
        _ => list_aggregators(desk),
    };
    answer.unwrap_or_else(|refusal| refusal)
}

fn describe_hub(desk: &Desk<'_>) -> Answer {
    let (region, account) = (desk.region, desk.account);
    good_json(&json!({
        "HubArn": format!("arn:aws:securityhub:{region}:{account}:hub/default"),
        "SubscribedAt": "2024-03-04T05:06:07.000Z",
        "AutoEnableControls": true,
        "ControlFindingGenerator": desk.cell.about["ControlFindingGenerator"].as_str().unwrap_or("SECURITY_CONTROL"),
    }))
}

fn list_aggregators(desk: &Desk<'_>) -> Result<Answer, Answer> {
    desk.page_size("MaxResults", &(1..=100), 100)?;
    let aggregators = desk.cell.about["FindingAggregators"].as_array().cloned().unwrap_or_default();
    Ok(good_json(&json!({ "FindingAggregators": aggregators })))
}

fn get_findings(desk: &Desk<'_>, shelf: &Shelf) -> Result<Answer, Answer> {
    let size = desk.page_size("MaxResults", &(1..=100), 100)?;
    let filter = filter(desk)?;
    let sort = match &desk.body["SortCriteria"][0] {
        Value::Null => None,
        criterion => {
            let field = criterion["Field"].as_str().unwrap_or_default();
            let (_, path) = FIELDS
                .iter()
                .find(|(name, _)| *name == field)
                .ok_or_else(|| desk.invalid("SortCriteria", &format!("{field} is not a field to sort by")))?;
            Some(Sort { path: (*path).to_owned(), descending: criterion["SortOrder"] == "desc" })
        }
    };
    let key = desk.listing_key(shelf, &[&desk.body["Filters"], &desk.body["SortCriteria"]]);
    let listing = desk.listing(shelf, &filter, sort.as_ref(), key);
    let page = desk.page(shelf, &listing, key, desk.text("NextToken"), "NextToken", size)?;
    Ok(good(body("Findings", &page.records, "NextToken", page.token.as_deref())))
}

fn filter(desk: &Desk<'_>) -> Result<Filter, Answer> {
    let Some(filters) = desk.body["Filters"].as_object() else { return Ok(Filter::default()) };
    if filters.len() > MOST_ATTRIBUTES {
        return Err(desk.invalid("Filters", &format!("there are more than {MOST_ATTRIBUTES} attributes")));
    }
    let conditions = filters.iter().map(|(name, tests)| condition(desk, name, tests)).collect::<Result<_, _>>()?;
    Ok(Filter { conditions })
}

/// EQUALS, PREFIX and CONTAINS of one attribute are alternatives, the denying comparisons must all hold.
fn condition(desk: &Desk<'_>, name: &str, tests: &Value) -> Result<Condition, Answer> {
    let Some((_, path)) = FIELDS.iter().find(|(field, _)| *field == name) else {
        return Err(desk.invalid(name, "the emulator does not know this filter"));
    };
    let tests = tests.as_array().map_or(&[][..], Vec::as_slice);
    if tests.len() > MOST_VALUES {
        return Err(desk.invalid(name, &format!("there are more than {MOST_VALUES} values")));
    }
    let mut condition = Condition { path: (*path).to_owned(), ..Condition::default() };
    for test in tests {
        let word = || test["Value"].as_str().unwrap_or_default().to_owned();
        match test["Comparison"].as_str() {
            Some("EQUALS") => condition.any.push(Test::Is(word())),
            Some("PREFIX") => condition.any.push(Test::StartsWith(word())),
            Some("CONTAINS" | "CONTAINS_WORD") => condition.any.push(Test::Contains(word())),
            Some("NOT_EQUALS") => condition.all.push(Test::IsNot(word())),
            Some("PREFIX_NOT_EQUALS") => condition.all.push(Test::DoesNotStartWith(word())),
            Some("NOT_CONTAINS") => condition.all.push(Test::DoesNotContain(word())),
            Some(other) => return Err(desk.invalid(name, &format!("{other} is not a comparison"))),
            None => condition.any.push(range(desk, name, test)?),
        }
    }
    Ok(condition)
}

fn range(desk: &Desk<'_>, name: &str, test: &Value) -> Result<Test, Answer> {
    let number = |member: &str| number_of(&test[member]);
    if let Some(days) = test["DateRange"]["Value"].as_f64() {
        return Ok(Test::AtLeast(desk.emulator.world().now as f64 - days * DAY_MILLIS));
    }
    if let (Some(start), Some(end)) = (number("Start"), number("End")) {
        return Ok(Test::Between(start, end));
    }
    if let Some(exact) = number("Eq") {
        return Ok(Test::Between(exact, exact));
    }
    match (number("Gte"), number("Lte"), number("Gt"), number("Lt")) {
        (Some(low), Some(high), ..) => Ok(Test::Between(low, high)),
        (Some(low), ..) => Ok(Test::AtLeast(low)),
        (_, Some(high), ..) => Ok(Test::AtMost(high)),
        (_, _, Some(low), _) => Ok(Test::Above(low)),
        (.., Some(high)) => Ok(Test::Below(high)),
        _ => Err(desk.invalid(name, "the filter has no comparison")),
    }
}
