//! Made-up findings in any number, in the services' wire shapes, ready to send.

use ringfort::demo::wire::{Cell, Record, Service, Shelf, World};
use serde_json::json;

/// The account that every access key belongs to.
pub(crate) const ACCOUNT: &str = "111122223333";
/// The detector of every Region.
pub(crate) const DETECTOR: &str = "12abc34d567e8fa901bc2d34e56789f0";

/// A world with `findings` in each of the five services of each Region.
pub(crate) fn world(regions: &[&str], findings: usize) -> World {
    let mut world = World::default();
    world.any_caller = Some(ACCOUNT.to_owned());
    for region in regions {
        for service in Service::FINDINGS {
            world.put(ACCOUNT, region, service, cell(service, region, findings));
        }
    }
    world
}

/// One service with this many findings.
pub(crate) fn cell(service: Service, region: &str, findings: usize) -> Cell {
    let records = || (0..findings).map(|number| record(service, region, number)).collect();
    match service {
        Service::GuardDuty => Cell::on(vec![Shelf::new(DETECTOR, serde_json::Value::Null, records())]),
        Service::AccessAnalyzer => {
            let arn = analyzer(region);
            let about =
                json!({ "arn": arn, "name": "external", "type": "ACCOUNT", "createdAt": "2024-01-01T00:00:00Z", "status": "ACTIVE" });
            Cell::on(vec![Shelf::new(&arn, about, records())])
        }
        _ => Cell::on(vec![Shelf::new("", serde_json::Value::Null, records())]),
    }
}

/// The analyzer of a Region.
pub(crate) fn analyzer(region: &str) -> String {
    format!("arn:aws:access-analyzer:{region}:{ACCOUNT}:analyzer/external")
}

/// The id that a finding has in its service, and that ringfort prints.
pub(crate) fn id(service: Service, region: &str, number: usize) -> String {
    match service {
        Service::GuardDuty | Service::Macie => format!("{:08x}{:024x}", region.len() * 7 + usize::from(region.as_bytes()[0]), number),
        Service::Inspector => format!("arn:aws:inspector2:{region}:{ACCOUNT}:finding/{number:032x}"),
        Service::AccessAnalyzer => format!("00000000-{:04x}-4000-8000-{number:012x}", region.len() * 7 + usize::from(region.as_bytes()[0])),
        Service::SecurityHub | Service::Sts | Service::Checked(_) => {
            format!("arn:aws:securityhub:{region}:{ACCOUNT}:security-control/S3.8/finding/00000000-0000-4000-8000-{number:012x}")
        }
    }
}

const SEVERITIES: [&str; 4] = ["CRITICAL", "HIGH", "MEDIUM", "LOW"];

/// One finding: number 0 is the worst, and they repeat every four.
pub(crate) fn record(service: Service, region: &str, number: usize) -> Record {
    let id = id(service, region, number);
    let (severity, score, normalized) = (SEVERITIES[number % 4], [9.0, 8.0, 5.0, 2.0][number % 4], [90, 70, 40, 1][number % 4]);
    let word = ["High", "Medium", "Low"][number % 3];
    let (minute, hour) = (number % 60, number / 60 % 24);
    let iso = format!("2026-01-05T{hour:02}:{minute:02}:00.000Z");
    let epoch = 1_767_571_200 + number % 86_400;
    let json = match service {
        Service::GuardDuty => json!({
            "schemaVersion": "2.0", "accountId": ACCOUNT, "region": region, "partition": "aws", "id": id,
            "arn": format!("arn:aws:guardduty:{region}:{ACCOUNT}:detector/{DETECTOR}/finding/{id}"),
            "type": "Recon:EC2/Portscan", "severity": score, "createdAt": iso, "updatedAt": iso,
            "title": format!("Instance i-{number:017x} scans ports"), "description": "An instance asks many ports of a remote host.",
            "resource": { "resourceType": "Instance", "instanceDetails": { "instanceId": format!("i-{number:017x}"), "instanceType": "t3.small" } },
            "service": { "serviceName": "guardduty", "detectorId": DETECTOR, "archived": false, "count": 3, "resourceRole": "ACTOR",
                "eventFirstSeen": iso, "eventLastSeen": iso,
                "action": { "actionType": "NETWORK_CONNECTION", "networkConnectionAction": { "protocol": "TCP", "connectionDirection": "OUTBOUND",
                    "remoteIpDetails": { "ipAddressV4": "198.51.100.23" } } } },
        }),
        Service::Inspector => json!({
            "findingArn": id, "awsAccountId": ACCOUNT, "type": "PACKAGE_VULNERABILITY", "title": format!("CVE-2021-44228 - log4j-core in image {number}"),
            "description": "Logged text can load code.", "severity": severity, "firstObservedAt": epoch, "lastObservedAt": epoch, "updatedAt": epoch,
            "status": "ACTIVE", "inspectorScore": 10.0, "remediation": { "recommendation": { "text": "Update to 2.15.0." } },
            "resources": [{ "type": "AWS_ECR_CONTAINER_IMAGE", "id": format!("arn:aws:ecr:{region}:{ACCOUNT}:repository/app/sha256:{number:064x}"), "partition": "aws", "region": region }],
            "packageVulnerabilityDetails": { "vulnerabilityId": "CVE-2021-44228", "source": "NVD",
                "cvss": [{ "baseScore": 10.0, "scoringVector": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H", "version": "3.1", "source": "NVD" }],
                "vulnerablePackages": [{ "name": "log4j-core", "version": "2.14.1", "fixedInVersion": "2.15.0", "packageManager": "JAR" }] },
            "fixAvailable": "YES", "exploitAvailable": "YES", "epss": { "score": 0.94 },
        }),
        Service::AccessAnalyzer => json!({
            "id": id, "principal": { "AWS": "999988887777" }, "action": ["s3:GetObject"], "resource": format!("arn:aws:s3:::bucket-{number}"),
            "isPublic": number.is_multiple_of(4), "resourceType": "AWS::S3::Bucket", "condition": {}, "createdAt": iso, "analyzedAt": iso, "updatedAt": iso,
            "status": "ACTIVE", "resourceOwnerAccount": ACCOUNT,
        }),
        Service::Macie => json!({
            "schemaVersion": "1.0", "id": id, "accountId": ACCOUNT, "region": region, "partition": "aws", "archived": false, "category": "CLASSIFICATION",
            "count": 1, "createdAt": iso, "updatedAt": iso, "sample": false, "type": "SensitiveData:S3Object/Personal",
            "severity": { "description": word, "score": 3 - number % 3 },
            "title": "The object holds personal information", "description": "Names were found.",
            "resourcesAffected": { "s3Bucket": { "arn": format!("arn:aws:s3:::bucket-{}", number % 50), "name": format!("bucket-{}", number % 50) },
                "s3Object": { "key": format!("object-{number}.csv"), "path": format!("bucket-{}/object-{number}.csv", number % 50) } },
        }),
        Service::SecurityHub | Service::Sts | Service::Checked(_) => json!({
            "SchemaVersion": "2018-10-08", "Id": id, "ProductArn": format!("arn:aws:securityhub:{region}::product/aws/securityhub"),
            "ProductName": "Security Hub", "CompanyName": "AWS", "Region": region, "GeneratorId": "security-control/S3.8", "AwsAccountId": ACCOUNT,
            "Types": ["Software and Configuration Checks/Industry and Regulatory Standards"], "CreatedAt": iso, "UpdatedAt": iso,
            "Severity": { "Label": severity, "Normalized": normalized, "Original": severity },
            "Title": "Buckets should block public access", "Description": "Looks at Block Public Access.",
            "Resources": [{ "Type": "AwsS3Bucket", "Id": format!("arn:aws:s3:::hub-bucket-{number}"), "Partition": "aws", "Region": region }],
            "Compliance": { "Status": "FAILED", "SecurityControlId": "S3.8", "AssociatedStandards": [{ "StandardsId": "standards/aws-foundational-security-best-practices/v/1.0.0" }] },
            "WorkflowState": "NEW", "Workflow": { "Status": "NEW" }, "RecordState": "ACTIVE",
        }),
    };
    Record::new(&id, json.to_string())
}
