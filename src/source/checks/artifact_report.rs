//! One report of AWS Artifact -> the model: who vouches for what, and for which time.

use std::collections::BTreeMap;

use jiff::SignedDuration;
use serde_json::Value;

use super::super::draft;
use super::super::json::Node;
use super::value::{number, text, time};
use crate::model::{Finding, MergeKey, Text, Timestamp};

/// The type of its findings.
pub(super) const TYPE: &str = "aws-artifact/report";
/// How long after its period a report still stands: AWS's auditors write a new one at least once a year.
const STANDS: SignedDuration = SignedDuration::from_hours(365 * 24);

/// Whether the report is about AWS; where it names nobody, it is.
pub(super) fn is_by_aws(report: &Value) -> bool {
    let company = text(report, "companyName").to_ascii_lowercase();
    company.is_empty() || company.split([' ', '-', '_']).any(|word| word == "aws" || word == "amazon")
}

/// The newest report of each name: AWS lists those of former periods, and their versions, beside it.
pub(super) fn newest(reports: Vec<Value>) -> Vec<Value> {
    let mut newest: BTreeMap<String, Value> = BTreeMap::new();
    for report in reports {
        let rank =
            |report: &Value| (matches!(text(report, "state"), "PUBLISHED" | ""), time(&report["periodEnd"]), number(&report["version"]));
        let name = lasting_name(&report);
        match newest.get(&name) {
            Some(known) if rank(known) >= rank(&report) => {}
            _ => {
                newest.insert(name, report);
            }
        }
    }
    newest.into_values().collect()
}

/// The series, the product and the name without what says when: years, halves, quarters, months, seasons.
fn lasting_name(report: &Value) -> String {
    const WHEN: [&str; 28] = [
        "january",
        "february",
        "march",
        "april",
        "may",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
        "jan",
        "feb",
        "mar",
        "apr",
        "jun",
        "jul",
        "aug",
        "sep",
        "oct",
        "nov",
        "dec",
        "spring",
        "summer",
        "fall",
        "autumn",
        "winter",
    ];
    const PARTS: [&str; 6] = ["h1", "h2", "q1", "q2", "q3", "q4"];
    let name = text(report, "name").to_ascii_lowercase();
    let is_year = |word: &str| word.len() == 4 && word.starts_with("20") && word.bytes().all(|byte| byte.is_ascii_digit());
    let words: Vec<&str> = name
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty() && !WHEN.contains(word) && !PARTS.contains(word) && !is_year(word))
        .collect();
    // Without a name nothing tells two reports apart but their ids.
    let id = if words.is_empty() { text(report, "id") } else { "" };
    format!("{}|{}|{}|{id}", text(report, "series").to_ascii_lowercase(), text(report, "productName").to_ascii_lowercase(), words.join(" "))
}

/// Fills in what the report says.
pub(super) fn fill(finding: &mut Finding, report: Node<'_>, checked: Option<Timestamp>) {
    let (name, series) = (report.at("name").text(), report.at("series").text());
    let name = match (name, series) {
        // Names such as "Type 2 Report" say too little without their series.
        (Some(name), Some(series)) if !name.to_ascii_lowercase().contains(&series.to_ascii_lowercase()) => format!("{series}: {name}"),
        (Some(name), _) => name.to_string(),
        (None, series) => series.map_or_else(|| "A report of AWS Artifact".to_owned(), |series| format!("{series} report")),
    };
    let (start, end) = (report.at("periodStart").time(), report.at("periodEnd").time());
    let withdrawn = report.at("state").str().is_some_and(|state| state != "PUBLISHED");
    finding.title = Text::from(format!("{name}, {}", standing(withdrawn, end, checked)));
    let mut sentences: Vec<String> = Vec::new();
    if withdrawn {
        sentences.push("AWS no longer publishes it: do not rely on it, and look for its successor.".to_owned());
    } else if is_old(end, checked) {
        sentences.push("Its period ended more than a year ago: do not rely on it before you asked AWS for a newer one.".to_owned());
    }
    sentences.extend(match (start.map(day), end.map(day)) {
        (Some(start), Some(end)) => Some(format!("Period: {start} to {end}.")),
        (Some(start), None) => Some(format!("Period: from {start}.")),
        (None, Some(end)) => Some(format!("Period: to {end}.")),
        (None, None) => Some("AWS names no period.".to_owned()),
    });
    sentences.extend(report.at("description").str().map(|text| text.trim_end_matches('.').to_owned() + "."));
    sentences.push(finding.description.to_string());
    finding.description = Text::from(sentences.join(" "));
    finding.first_seen = start.filter(|start| checked.is_none_or(|checked| *start <= checked));
    // One report for all accounts.
    finding.group = Some(MergeKey::new(&format!("artifact|{}", finding.id)));
    let mut resource = draft::resource(Text::shared("AwsArtifactReport"), finding.id.clone(), Some(Text::from(name)), Vec::new());
    (resource.account, resource.region) = (finding.account.clone(), finding.region.clone());
    finding.resources.push(resource);
}

/// How far the report can be relied on, in a few words.
fn standing(withdrawn: bool, end: Option<Timestamp>, checked: Option<Timestamp>) -> String {
    match end {
        _ if withdrawn => "no longer published".to_owned(),
        None => "without a period".to_owned(),
        Some(end) if is_old(Some(end), checked) => format!("out of date: its period ended on {}", day(end)),
        Some(end) if checked.is_some_and(|checked| end < checked) => format!("for the period to {}", day(end)),
        Some(end) => format!("valid until {}", day(end)),
    }
}

fn is_old(end: Option<Timestamp>, checked: Option<Timestamp>) -> bool {
    end.zip(checked).is_some_and(|(end, checked)| checked.duration_since(end) > STANDS)
}

fn day(time: Timestamp) -> String {
    time.strftime("%F").to_string()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{is_by_aws, newest, standing};
    use crate::model::parse_timestamp;

    fn names(reports: Value) -> Vec<String> {
        let Value::Array(reports) = reports else { panic!("a list") };
        newest(reports).iter().map(|report| report["id"].as_str().expect("an id").to_owned()).collect()
    }

    #[test]
    fn only_the_newest_of_a_name_counts() {
        let report = |id: &str, name: &str, end: &str, version: u64, state: &str| json!({ "id": id, "name": name, "series": "SOC", "periodEnd": end, "version": version, "state": state });
        let (old, new) = ("2025-03-31T00:00:00Z", "2026-03-31T00:00:00Z");
        let list = json!([
            report("former", "SOC 2 Type 2 Report Spring 2025", old, 3, "PUBLISHED"),
            report("current", "SOC 2 Type 2 Report Spring 2026", new, 1, "PUBLISHED"),
            report("three", "SOC 3 Report 2026", new, 1, "PUBLISHED"),
            report("withdrawn", "SOC 3 Report 2026", "2027-03-31T00:00:00Z", 2, "UNPUBLISHED"),
            report("draft", "SOC 3 Report 2027", "2027-03-31T00:00:00Z", 3, "DRAFT"),
        ]);
        assert_eq!(names(list), ["current", "three"]);
        let versions = json!([report("a", "ISO 27001", new, 1, "PUBLISHED"), report("b", "ISO 27001", new, 2, "PUBLISHED")]);
        assert_eq!(names(versions), ["b"]);
        assert_eq!(names(json!([{ "id": "x" }, { "id": "y" }])), ["x", "y"], "nothing says that these are the same");
    }

    #[test]
    fn vendors_of_the_marketplace_say_nothing_of_aws_s_part() {
        for (company, expected) in
            [("AWS", true), ("Amazon Web Services", true), ("", true), ("Awsome Inc", false), ("Example Corp", false)]
        {
            assert_eq!(is_by_aws(&json!({ "companyName": company })), expected, "{company}");
        }
    }

    #[test]
    fn a_report_says_how_far_it_can_be_relied_on() {
        let now = parse_timestamp("2026-06-01T00:00:00Z");
        for (withdrawn, end, expected) in [
            (false, "2026-09-30T00:00:00Z", "valid until 2026-09-30"),
            (false, "2026-03-31T00:00:00Z", "for the period to 2026-03-31"),
            (false, "2025-03-31T00:00:00Z", "out of date: its period ended on 2025-03-31"),
            (true, "2026-09-30T00:00:00Z", "no longer published"),
            (false, "", "without a period"),
        ] {
            assert_eq!(standing(withdrawn, parse_timestamp(end), now), expected);
        }
    }
}
