"""Fills a moto server for ringfort's own checks: argv[1] is its URL. Something good and something bad of what moto plays."""

import json
import sys

import boto3


def client(service):
    return boto3.client(
        service, endpoint_url=sys.argv[1], region_name="us-east-1", aws_access_key_id="AKIAIOSFODNN7EXAMPLE", aws_secret_access_key="example"
    )


kms = client("kms")
kms.enable_key_rotation(KeyId=kms.create_key(Description="rotates")["KeyMetadata"]["KeyId"])
kms.create_key(Description="never rotates")
kms.schedule_key_deletion(KeyId=kms.create_key(Description="goes")["KeyMetadata"]["KeyId"])
s3 = client("s3")
s3.create_bucket(Bucket="plain.bucket")
s3.create_bucket(Bucket="versioned")
s3.put_bucket_versioning(Bucket="versioned", VersioningConfiguration={"Status": "Enabled"})
iam = client("iam")
iam.create_group(GroupName="deployers")
iam.create_user(UserName="deploy")
iam.add_user_to_group(GroupName="deployers", UserName="deploy")
iam.create_user(UserName="ana", Tags=[{"Key": "team", "Value": "x"}])
iam.create_login_profile(UserName="ana", Password="not-a-secret-A1!")
client("cognito-idp").create_user_pool(PoolName="customers")
client("events").put_rule(Name="no-targets", EventPattern=json.dumps({"source": ["aws.guardduty"]}))
client("sagemaker").create_notebook_instance(
    NotebookInstanceName="research", InstanceType="ml.t2.medium", RoleArn="arn:aws:iam::123456789012:role/notebook"
)
