//! What the other services send to Security Hub: the same findings once more, as ASFF, under the ids that tie them together.

use serde_json::{Map, Value, json};

use super::super::wire::Shelf;
use super::security_hub::severity;
use super::template::Place;
use super::text;
use crate::model::timestamp_from_epoch;

/// The copies of one place's active findings.
pub(super) fn of(place: &Place<'_>, guardduty: &[Value], inspector: &[Value], macie: &[Value], analyzers: &[Shelf]) -> Vec<Value> {
    let active = |finding: &&Value| finding["service"]["archived"] != true && finding["archived"] != true && finding["status"] != "CLOSED";
    let mut copies: Vec<Value> = guardduty.iter().filter(active).map(|finding| of_guardduty(place, finding)).collect();
    copies.extend(
        inspector.iter().filter(active).filter(|finding| finding["resources"].is_array()).map(|finding| of_inspector(place, finding)),
    );
    copies.extend(macie.iter().filter(active).map(|finding| of_macie(place, finding)));
    copies.extend(analyzers.iter().filter(|shelf| shelf.about["type"] == "ACCOUNT").flat_map(|shelf| of_analyzer(place, shelf)));
    copies
}

/// What every copy has in common.
fn frame(place: &Place<'_>, product: &str, name: &str, id: &str, own: Value) -> Value {
    let arn = format!("arn:aws:securityhub:{}::product/aws/{product}", place.region);
    let mut finding = json!({
        "SchemaVersion": "2018-10-08",
        "Id": id,
        "ProductArn": arn,
        "ProductName": name,
        "CompanyName": if product == "access-analyzer" { "AWS" } else { "Amazon" },
        "Region": place.region,
        "AwsAccountId": place.account,
        "ProductFields": {
            "aws/securityhub/FindingId": format!("{arn}/{id}"),
            "aws/securityhub/ProductName": name,
            "aws/securityhub/CompanyName": "Amazon",
        },
        "WorkflowState": "NEW",
        "Workflow": { "Status": "NEW" },
        "RecordState": "ACTIVE",
    });
    if let (Some(finding), Value::Object(own)) = (finding.as_object_mut(), own) {
        finding.extend(own);
    }
    without_nulls(finding)
}

/// What the native finding does not say, the copy leaves out.
fn without_nulls(value: Value) -> Value {
    match value {
        Value::Object(members) => {
            members.into_iter().filter(|(_, member)| !member.is_null()).map(|(name, member)| (name, without_nulls(member))).collect()
        }
        Value::Array(list) => list.into_iter().map(without_nulls).collect(),
        other => other,
    }
}

fn of_guardduty(place: &Place<'_>, finding: &Value) -> Value {
    let (kind, arn, id) = (text(finding, "type"), text(finding, "arn"), text(finding, "id"));
    let score = finding["severity"].as_f64().unwrap_or_default();
    let label = match score {
        s if s >= 9.0 => "CRITICAL",
        s if s >= 7.0 => "HIGH",
        s if s >= 4.0 => "MEDIUM",
        _ => "LOW",
    };
    let purpose = kind.split(':').next().unwrap_or_default();
    let region = place.region;
    let own = json!({
        "GeneratorId": arn.split("/finding/").next().unwrap_or_default(),
        "Types": [format!("TTPs/{purpose}/{}", kind.replace('/', "-"))],
        "FirstObservedAt": finding["service"]["eventFirstSeen"],
        "LastObservedAt": finding["service"]["eventLastSeen"],
        "CreatedAt": finding["createdAt"],
        "UpdatedAt": finding["updatedAt"],
        "Severity": { "Product": score, "Label": label, "Normalized": (score * 10.0) as i64 },
        "Title": finding["title"],
        "Description": finding["description"],
        "SourceUrl": format!("https://{region}.console.aws.amazon.com/guardduty/home?region={region}#/findings?macros=current&fId={id}"),
        "Resources": [guardduty_resource(place, &finding["resource"])],
    });
    frame(place, "guardduty", "GuardDuty", arn, own)
}

fn guardduty_resource(place: &Place<'_>, resource: &Value) -> Value {
    let (account, region) = (place.account, place.region);
    let (kind, id) = if let Some(id) = resource["instanceDetails"]["instanceId"].as_str() {
        ("AwsEc2Instance", format!("arn:aws:ec2:{region}:{account}:instance/{id}"))
    } else if let Some(arn) = resource["s3BucketDetails"][0]["arn"].as_str() {
        ("AwsS3Bucket", arn.to_owned())
    } else if let Some(arn) = resource["eksClusterDetails"]["arn"].as_str() {
        ("AwsEksCluster", arn.to_owned())
    } else if let Some(arn) = resource["lambdaDetails"]["functionArn"].as_str() {
        ("AwsLambdaFunction", arn.to_owned())
    } else if let Some(arn) = resource["rdsDbInstanceDetails"]["dbInstanceArn"].as_str() {
        ("AwsRdsDbInstance", arn.to_owned())
    } else if let Some(key) = resource["accessKeyDetails"]["accessKeyId"].as_str() {
        ("AwsIamAccessKey", format!("AWS::IAM::AccessKey:{key}"))
    } else {
        ("AwsAccount", format!("AWS::::Account:{account}"))
    };
    let mut copy = json!({ "Type": kind, "Id": id, "Partition": "aws", "Region": region });
    if kind == "AwsIamAccessKey" {
        copy["Details"] = json!({ "AwsIamAccessKey": {
            "PrincipalId": resource["accessKeyDetails"]["principalId"],
            "PrincipalType": resource["accessKeyDetails"]["userType"],
            "PrincipalName": resource["accessKeyDetails"]["userName"],
        } });
    }
    copy
}

fn of_inspector(place: &Place<'_>, finding: &Value) -> Value {
    let package = &finding["packageVulnerabilityDetails"];
    let label = match text(finding, "severity") {
        "UNTRIAGED" => "INFORMATIONAL",
        other => other,
    };
    let kind = match text(finding, "type") {
        "NETWORK_REACHABILITY" => "Software and Configuration Checks/AWS Security Best Practices/Network Reachability",
        "CODE_VULNERABILITY" => "Software and Configuration Checks/Vulnerabilities/CWE",
        _ => "Software and Configuration Checks/Vulnerabilities/CVE",
    };
    let resources: Vec<Value> = finding["resources"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|resource| {
            let id = text(resource, "id");
            let (kind, id) = match text(resource, "type") {
                "AWS_EC2_INSTANCE" => ("AwsEc2Instance", format!("arn:aws:ec2:{}:{}:instance/{id}", place.region, place.account)),
                "AWS_ECR_CONTAINER_IMAGE" => ("AwsEcrContainerImage", id.to_owned()),
                "AWS_LAMBDA_FUNCTION" => ("AwsLambdaFunction", id.to_owned()),
                _ => ("Other", id.to_owned()),
            };
            json!({ "Type": kind, "Id": id, "Partition": "aws", "Region": place.region, "Tags": resource["tags"] })
        })
        .collect();
    let recommendation = &finding["remediation"]["recommendation"]["text"];
    let mut own = json!({
        "GeneratorId": "AWSInspector",
        "Types": [kind],
        "FirstObservedAt": time(&finding["firstObservedAt"]),
        "LastObservedAt": time(&finding["lastObservedAt"]),
        "CreatedAt": time(&finding["firstObservedAt"]),
        "UpdatedAt": time(&finding["updatedAt"]),
        "Severity": severity(label),
        "Title": finding["title"],
        "Description": finding["description"],
        "Remediation": { "Recommendation": { "Text": recommendation } },
        "Resources": resources,
    });
    if let Some(id) = package["vulnerabilityId"].as_str() {
        own["Vulnerabilities"] = json!([vulnerability(finding, package, id)]);
    }
    frame(place, "inspector", "Inspector", text(finding, "findingArn"), own)
}

fn vulnerability(finding: &Value, details: &Value, id: &str) -> Value {
    let packages: Vec<Value> = details["vulnerablePackages"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|package| {
            let names =
                [("Name", "name"), ("Version", "version"), ("FixedInVersion", "fixedInVersion"), ("PackageManager", "packageManager")];
            let members: Map<String, Value> =
                names.iter().filter_map(|(to, from)| package.get(*from).map(|value| ((*to).to_owned(), value.clone()))).collect();
            Value::Object(members)
        })
        .collect();
    let scores: Vec<Value> = details["cvss"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|cvss| json!({ "Version": "3.1", "BaseScore": cvss["baseScore"], "BaseVector": cvss["scoringVector"], "Source": "NVD" }))
        .collect();
    json!({
        "Id": id,
        "VulnerablePackages": packages,
        "Cvss": scores,
        "Vendor": { "Name": "NVD", "Url": details["sourceUrl"], "VendorSeverity": details["vendorSeverity"] },
        "ReferenceUrls": details["referenceUrls"],
        "FixAvailable": finding["fixAvailable"],
        "ExploitAvailable": finding["exploitAvailable"],
        "EpssScore": finding["epss"]["score"].as_f64(),
    })
}

fn time(epoch: &Value) -> Value {
    epoch.as_f64().and_then(timestamp_from_epoch).map(|time| format!("{time:.3}")).into()
}

fn of_macie(place: &Place<'_>, finding: &Value) -> Value {
    let kind = text(finding, "type");
    let label = text(&finding["severity"], "description").to_uppercase();
    let affected = &finding["resourcesAffected"];
    let mut resources =
        vec![json!({ "Type": "AwsS3Bucket", "Id": affected["s3Bucket"]["arn"], "Partition": "aws", "Region": place.region })];
    if let Some(path) = affected["s3Object"]["path"].as_str() {
        let id = format!("arn:aws:s3:::{path}");
        resources.push(json!({ "Type": "AwsS3Object", "Id": id, "Partition": "aws", "Region": place.region }));
    }
    let area = if kind.starts_with("Policy") {
        "Software and Configuration Checks/AWS Security Best Practices"
    } else {
        "Sensitive Data Identifications/PII"
    };
    let own = json!({
        "GeneratorId": "aws/macie",
        "Types": [format!("{area}/{}", kind.replace('/', "-"))],
        "FirstObservedAt": finding["createdAt"],
        "LastObservedAt": finding["updatedAt"],
        "CreatedAt": finding["createdAt"],
        "UpdatedAt": finding["updatedAt"],
        "Severity": severity(&label),
        "Title": finding["title"],
        "Description": finding["description"],
        "Resources": resources,
    });
    frame(place, "macie", "Macie", text(finding, "id"), own)
}

/// One copy for each resource, however many findings the analyzer has of it.
fn of_analyzer(place: &Place<'_>, shelf: &Shelf) -> Vec<Value> {
    let mut resources = Map::new();
    for record in shelf.records() {
        let finding: Value = serde_json::from_slice(&record.json).unwrap_or_default();
        if finding["status"] == "ACTIVE" && finding.get("error").is_none() {
            resources.entry(text(&finding, "resource").to_owned()).or_insert(finding);
        }
    }
    let copies = resources.into_iter().map(|(resource, finding)| {
        let kind = text(&finding, "resourceType").replace("::", "").replace("AWS", "Aws").replace("IAM", "Iam").replace("KMS", "Kms");
        let region = place.region;
        let id = text(&finding, "id");
        let own = json!({
            "GeneratorId": "aws/access-analyzer",
            "Types": ["Software and Configuration Checks/AWS Security Best Practices/External Access Granted"],
            "CreatedAt": finding["createdAt"],
            "UpdatedAt": finding["updatedAt"],
            "Severity": severity(if finding["isPublic"] == true { "HIGH" } else { "LOW" }),
            "Title": format!("{kind}/{resource} allows {}", if finding["isPublic"] == true { "public access" } else { "cross-account access" }),
            "Description": format!("{resource} can be reached from outside the zone of trust"),
            "SourceUrl": format!("https://console.aws.amazon.com/access-analyzer/home?region={region}#/findings/details/{id}"),
            "Resources": [{ "Type": kind, "Id": resource, "Partition": "aws", "Region": region }],
        });
        frame(place, "access-analyzer", "IAM Access Analyzer", &format!("{}/{resource}", shelf.name), own)
    });
    copies.collect()
}
