//! Security Hub's own findings: controls, from `assets/demo/controls.json`, once a control or once a standard.

use std::sync::LazyLock;

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::super::wire::{Cell, Record, Shelf, World};
use super::template::Place;
use super::{load, text};

#[derive(Default, Deserialize)]
struct Table {
    /// Standards by short name: the path of their ARN.
    standards: Map<String, Value>,
    controls: Vec<Control>,
    /// Findings of other products, whole.
    others: Vec<Other>,
}

static TABLE: LazyLock<Table> = LazyLock::new(|| load(include_str!("../../../assets/demo/controls.json")));

#[derive(Deserialize)]
struct Control {
    id: String,
    title: String,
    description: String,
    severity: String,
    resource: String,
    standards: Vec<String>,
    #[serde(default)]
    requirements: Vec<String>,
    failing: Vec<Failing>,
}

#[derive(Deserialize)]
struct Failing {
    at: Vec<String>,
    resources: Vec<String>,
    #[serde(default)]
    status: Option<String>,
    /// Put over each finding.
    #[serde(default)]
    over: Map<String, Value>,
}

#[derive(Deserialize)]
struct Other {
    at: Vec<String>,
    finding: Value,
}

pub(super) fn findings(place: &Place<'_>, consolidated: bool) -> Vec<Value> {
    let table = &*TABLE;
    let mut findings = Vec::new();
    for control in &table.controls {
        for failing in control.failing.iter().filter(|failing| place.is_at_any(&failing.at)) {
            for resource in &failing.resources {
                let resource = place.text(resource);
                if consolidated {
                    findings.push(finding(place, table, control, failing, &resource, None));
                } else {
                    let copies =
                        control.standards.iter().map(|standard| finding(place, table, control, failing, &resource, Some(standard)));
                    findings.extend(copies);
                }
            }
        }
    }
    findings.extend(table.others.iter().filter(|other| place.is_at_any(&other.at)).map(|other| place.fill(&other.finding)));
    findings
}

fn finding(place: &Place<'_>, table: &Table, control: &Control, failing: &Failing, resource: &str, standard: Option<&str>) -> Value {
    let (account, region) = (place.account, place.region);
    let path = |short: &str| table.standards.get(short).and_then(Value::as_str).unwrap_or(short).to_owned();
    let seed = format!("control/{}/{resource}/{}", control.id, standard.unwrap_or_default());
    let uuid = place.uuid(&seed);
    let (id, generator) = match standard.map(path) {
        None => (
            format!("arn:aws:securityhub:{region}:{account}:security-control/{}/finding/{uuid}", control.id),
            format!("security-control/{}", control.id),
        ),
        Some(path) => {
            let short = path.split_once('/').map_or(path.as_str(), |(_, rest)| rest);
            (
                format!("arn:aws:securityhub:{region}:{account}:subscription/{short}/{}/finding/{uuid}", control.id),
                format!("{short}/{}", control.id),
            )
        }
    };
    let product = format!("arn:aws:securityhub:{region}::product/aws/securityhub");
    let url = format!("https://docs.aws.amazon.com/console/securityhub/{}/remediation", control.id);
    let chance = World::hash(&[&seed, account, region]);
    let first = format!("{}h", 30 + chance % 2400);
    let last = format!("{}m", 20 + chance % 1100);
    let standards: Vec<&String> =
        standard.map_or_else(|| control.standards.iter().collect(), |one| control.standards.iter().filter(|s| *s == one).collect());
    let associated: Vec<Value> = standards.iter().map(|short| json!({ "StandardsId": path(short) })).collect();
    let mut fields = json!({
        "aws/securityhub/ProductName": "Security Hub",
        "aws/securityhub/CompanyName": "AWS",
        "aws/securityhub/FindingId": format!("{product}/{id}"),
    });
    if let Some(path) = standard.map(path) {
        fields["StandardsArn"] = format!("arn:aws:securityhub:::{path}").into();
        fields["ControlId"] = control.id.as_str().into();
        fields["RecommendationUrl"] = url.as_str().into();
    }
    let mut finding = json!({
        "SchemaVersion": "2018-10-08",
        "Id": id,
        "ProductArn": product,
        "ProductName": "Security Hub",
        "CompanyName": "AWS",
        "Region": region,
        "GeneratorId": generator,
        "AwsAccountId": account,
        "Types": ["Software and Configuration Checks/Industry and Regulatory Standards"],
        "FirstObservedAt": place.ago(&first),
        "LastObservedAt": place.ago(&last),
        "CreatedAt": place.ago(&first),
        "UpdatedAt": place.ago(&last),
        "ProcessedAt": place.ago(&last),
        "Severity": severity(&control.severity),
        "Title": match standard { None => control.title.clone(), Some(_) => format!("{} {}", control.id, control.title) },
        "Description": control.description,
        "Remediation": { "Recommendation": { "Text": "Follow the steps on the control's page in the Security Hub documentation.", "Url": url } },
        "ProductFields": fields,
        "Resources": [{ "Type": control.resource, "Id": resource, "Partition": "aws", "Region": region }],
        "Compliance": {
            "Status": failing.status.as_deref().unwrap_or("FAILED"),
            "SecurityControlId": control.id,
            "AssociatedStandards": associated,
        },
        "WorkflowState": "NEW",
        "Workflow": { "Status": "NEW" },
        "RecordState": "ACTIVE",
        "FindingProviderFields": {
            "Severity": { "Label": control.severity, "Original": control.severity },
            "Types": ["Software and Configuration Checks/Industry and Regulatory Standards"],
        },
    });
    if !control.requirements.is_empty() {
        finding["Compliance"]["RelatedRequirements"] = control.requirements.clone().into();
    }
    if let Some(finding) = finding.as_object_mut() {
        finding.extend(failing.over.iter().map(|(name, value)| (name.clone(), place.fill(value))));
    }
    finding
}

pub(super) fn severity(label: &str) -> Value {
    let normalized = match label {
        "CRITICAL" => 90,
        "HIGH" => 70,
        "MEDIUM" => 40,
        "LOW" => 1,
        _ => 0,
    };
    json!({ "Label": label, "Normalized": normalized, "Original": label })
}

pub(super) fn cell(findings: &[Value], consolidated: bool) -> Cell {
    let records = findings.iter().map(|finding| Record::new(text(finding, "Id"), finding.to_string())).collect();
    let generator = if consolidated { "SECURITY_CONTROL" } else { "STANDARD_CONTROL" };
    Cell { about: json!({ "ControlFindingGenerator": generator }), ..Cell::on(vec![Shelf::new("", Value::Null, records)]) }
}
