"""Fills a moto server: argv[1] is its URL. Security Hub with 250 findings, Inspector with 3, GuardDuty and Macie switched on; all in us-east-1."""

import json
import sys
import urllib.request

import boto3

url = sys.argv[1]


def client(service):
    return boto3.client(
        service, endpoint_url=url, region_name="us-east-1", aws_access_key_id="AKIAIOSFODNN7EXAMPLE", aws_secret_access_key="example"
    )


hub = client("securityhub")
hub.enable_security_hub()


def control(number):
    return {
        "SchemaVersion": "2018-10-08",
        "Id": f"arn:aws:securityhub:us-east-1:123456789012:security-control/S3.8/finding/{number:08d}",
        "ProductArn": "arn:aws:securityhub:us-east-1::product/aws/securityhub",
        "GeneratorId": "security-control/S3.8",
        "AwsAccountId": "123456789012",
        "Types": ["Software and Configuration Checks/Industry and Regulatory Standards"],
        "CreatedAt": "2026-01-01T00:00:00.000Z",
        "UpdatedAt": "2026-01-02T00:00:00.000Z",
        "Severity": {"Label": "HIGH"},
        "Title": "S3 buckets should block public access",
        "Description": "The bucket does not block public access.",
        "Resources": [{"Type": "AwsS3Bucket", "Id": f"arn:aws:s3:::bucket-{number}", "Partition": "aws", "Region": "us-east-1"}],
        "Compliance": {"Status": "FAILED", "SecurityControlId": "S3.8"},
        "Workflow": {"Status": "NEW"},
        "RecordState": "ACTIVE",
    }


for start in range(0, 250, 50):
    hub.batch_import_findings(Findings=[control(number) for number in range(start, start + 50)])

inspector = client("inspector2")
inspector.enable(accountIds=["123456789012"], resourceTypes=["EC2"])
vulnerabilities = [
    {
        "findingArn": f"arn:aws:inspector2:us-east-1:123456789012:finding/{number:032x}",
        "awsAccountId": "123456789012",
        "type": "PACKAGE_VULNERABILITY",
        "title": f"CVE-2021-4422{number} - log4j",
        "description": "Remote code execution.",
        "severity": "CRITICAL",
        "status": "ACTIVE",
        "firstObservedAt": 1767225600.0,
        "lastObservedAt": 1767312000.0,
        "updatedAt": 1767312000.0,
        "remediation": {"recommendation": {"text": "Upgrade."}},
        "resources": [{"type": "AWS_EC2_INSTANCE", "id": f"i-{number:017x}", "region": "us-east-1"}],
        "packageVulnerabilityDetails": {"vulnerabilityId": f"CVE-2021-4422{number}", "source": "NVD"},
    }
    for number in range(3)
]
request = urllib.request.Request(
    f"{url}/moto-api/static/inspector2/findings-results",
    data=json.dumps({"results": [vulnerabilities], "account_id": "123456789012", "region": "us-east-1"}).encode(),
    headers={"Content-Type": "application/json"},
)
urllib.request.urlopen(request).read()

client("guardduty").create_detector(Enable=True)
client("macie2").enable_macie()
