//! Placement: every known type and control has a place by rule, unknown ones by a guess that says so, broken lens files tell
//! what is wrong.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use proptest::prelude::*;
use ringfort::lens::LensSet;
use ringfort::model::Layer::{
    ApplicationProtection, DataProtection, IdentityAndAccess, InfrastructureProtection, NetworkAndEdge, PoliciesProceduresAwareness,
    ThreatDetectionAndResponse,
};
use ringfort::model::{Compliance, Finding, Layer, Placement, Resource, Side, Source, Text};

/// A folder of the third-party fixtures, which are read in place; `None`, and a line that says so, where they are absent.
fn fixtures(service: &str) -> Option<PathBuf> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/fixtures");
    let folder = std::env::var_os("RINGFORT_FIXTURES").map_or(beside, PathBuf::from).join(service);
    if !folder.exists() {
        println!("third-party fixtures are absent ({}): this test checks nothing", folder.display());
        return None;
    }
    Some(folder)
}

fn finding(source: Source, kind: &str) -> Finding {
    Finding { kind: Text::new(kind), ..Finding::blank(source, "x") }
}

fn about(mut finding: Finding, kind: &str, id: &str) -> Finding {
    finding.resources.push(Resource { kind: Text::new(kind), id: Text::new(id), ..Resource::default() });
    finding
}

fn control(id: &str, title: &str) -> Finding {
    let kind = "Software and Configuration Checks/Industry and Regulatory Standards";
    let compliance = Compliance { control: Some(Text::new(id)).filter(|id| !id.is_empty()), ..Compliance::default() };
    Finding { title: Text::new(title), compliance: Some(Box::new(compliance)), ..finding(Source::SecurityHub, kind) }
}

fn place(mut finding: Finding) -> Placement {
    LensSet::builtin().placer().place(&mut finding);
    Placement::clone(&finding.placement)
}

/// Types that must be placed by a rule that knows them, with their primary layer, one that they touch, and their side.
const FAMILIES: &[(Source, &str, Layer, Option<Layer>, Side)] = &[
    (Source::GuardDuty, "AttackSequence:IAM/CompromisedCredentials", ThreatDetectionAndResponse, Some(IdentityAndAccess), Side::Customer),
    (Source::GuardDuty, "AttackSequence:S3/CompromisedData", ThreatDetectionAndResponse, Some(DataProtection), Side::Customer),
    (
        Source::GuardDuty,
        "AttackSequence:EKS/CompromisedCluster",
        ThreatDetectionAndResponse,
        Some(InfrastructureProtection),
        Side::Customer,
    ),
    (Source::GuardDuty, "Impact:IAMUser/PromptInjection.Direct", ThreatDetectionAndResponse, Some(ApplicationProtection), Side::Shared),
    (Source::GuardDuty, "Impact:IAMUser/AnomalousModelInvocation", ThreatDetectionAndResponse, Some(IdentityAndAccess), Side::Customer),
    (Source::GuardDuty, "Impact:IAMUser/CostHarvesting", ThreatDetectionAndResponse, Some(ApplicationProtection), Side::Customer),
    (Source::GuardDuty, "DefenseEvasion:IAMUser/BedrockLoggingDisabled", ThreatDetectionAndResponse, None, Side::Customer),
    (Source::GuardDuty, "Policy:Kubernetes/KubeflowDashboardExposed", ThreatDetectionAndResponse, Some(NetworkAndEdge), Side::Shared),
    (Source::GuardDuty, "Exfiltration:S3/AnomalousBehavior", ThreatDetectionAndResponse, Some(DataProtection), Side::Customer),
    (
        Source::GuardDuty,
        "UnauthorizedAccess:IAMUser/ConsoleLoginSuccess.B",
        ThreatDetectionAndResponse,
        Some(IdentityAndAccess),
        Side::Customer,
    ),
    (Source::GuardDuty, "Stealth:IAMUser/PasswordPolicyChange", ThreatDetectionAndResponse, Some(IdentityAndAccess), Side::Customer),
    (Source::GuardDuty, "Recon:EC2/PortProbeUnprotectedPort", ThreatDetectionAndResponse, Some(NetworkAndEdge), Side::Customer),
    (Source::GuardDuty, "CryptoCurrency:EC2/BitcoinTool.B!DNS", ThreatDetectionAndResponse, Some(InfrastructureProtection), Side::Customer),
    (Source::GuardDuty, "Execution:Runtime/ReverseShell", ThreatDetectionAndResponse, Some(InfrastructureProtection), Side::Customer),
    (Source::GuardDuty, "Discovery:Kubernetes/TorIPCaller", ThreatDetectionAndResponse, Some(IdentityAndAccess), Side::Shared),
    (
        Source::GuardDuty,
        "Execution:Kubernetes/ExecInKubeSystemPod",
        ThreatDetectionAndResponse,
        Some(InfrastructureProtection),
        Side::Shared,
    ),
    (Source::GuardDuty, "Backdoor:Lambda/C&CActivity.B", ThreatDetectionAndResponse, Some(ApplicationProtection), Side::Shared),
    (
        Source::GuardDuty,
        "CredentialAccess:RDS/AnomalousBehavior.SuccessfulLogin",
        ThreatDetectionAndResponse,
        Some(DataProtection),
        Side::Shared,
    ),
    (Source::GuardDuty, "Execution:EC2/MaliciousFile!Snapshot", ThreatDetectionAndResponse, Some(InfrastructureProtection), Side::Customer),
    (Source::Inspector, "NETWORK_REACHABILITY", NetworkAndEdge, None, Side::Customer),
    (Source::Inspector, "PACKAGE_VULNERABILITY", InfrastructureProtection, None, Side::Customer),
    (Source::Inspector, "CODE_VULNERABILITY", ApplicationProtection, None, Side::Customer),
    (Source::Macie, "SensitiveData:S3Object/Multiple", DataProtection, None, Side::Customer),
    (Source::Macie, "SensitiveData:S3Object/Financial", DataProtection, None, Side::Customer),
    (Source::Macie, "SensitiveData:S3Object/Personal", DataProtection, None, Side::Customer),
    (Source::Macie, "SensitiveData:S3Object/Credentials", DataProtection, Some(IdentityAndAccess), Side::Customer),
    (Source::Macie, "SensitiveData:S3Object/CustomIdentifier", DataProtection, None, Side::Customer),
    (Source::Macie, "Policy:IAMUser/S3BucketPublic", DataProtection, Some(IdentityAndAccess), Side::Customer),
    (Source::Macie, "Policy:IAMUser/S3BucketSharedExternally", DataProtection, Some(IdentityAndAccess), Side::Customer),
    (Source::Macie, "Policy:IAMUser/S3BucketReplicatedExternally", DataProtection, Some(IdentityAndAccess), Side::Customer),
    (Source::Macie, "Policy:IAMUser/S3BucketEncryptionDisabled", DataProtection, None, Side::Customer),
    (Source::Macie, "Policy:IAMUser/S3BlockPublicAccessDisabled", DataProtection, Some(IdentityAndAccess), Side::Customer),
    (Source::Macie, "Policy:IAMUser/S3BucketSharedWithCloudFront", DataProtection, Some(NetworkAndEdge), Side::Customer),
    (Source::AccessAnalyzer, "ExternalAccess", IdentityAndAccess, None, Side::Customer),
    (Source::AccessAnalyzer, "InternalAccess", IdentityAndAccess, None, Side::Customer),
    (Source::AccessAnalyzer, "UnusedIAMRole", PoliciesProceduresAwareness, Some(IdentityAndAccess), Side::Customer),
    (Source::AccessAnalyzer, "UnusedIAMUserAccessKey", PoliciesProceduresAwareness, Some(IdentityAndAccess), Side::Customer),
    (Source::AccessAnalyzer, "UnusedIAMUserPassword", PoliciesProceduresAwareness, Some(IdentityAndAccess), Side::Customer),
    (Source::AccessAnalyzer, "UnusedPermission", PoliciesProceduresAwareness, Some(IdentityAndAccess), Side::Customer),
];

#[test]
fn every_family_of_types_stands_where_it_should_by_a_rule_that_knows_it() {
    for &(source, kind, layer, also, side) in FAMILIES {
        let placement = place(finding(source, kind));
        assert_eq!(placement.layer, layer, "{kind}");
        assert!(also.is_none_or(|also| placement.also.contains(&also)), "{kind} touches {:?}", placement.also);
        assert!(!placement.also.contains(&placement.layer), "{kind}");
        assert_eq!(placement.side, side, "{kind}");
        assert!(!placement.why_layer.is_fallback() && !placement.why_side.is_fallback(), "{kind} is placed by a guess");
    }
}

#[test]
fn every_guardduty_type_of_the_user_guide_has_rules_that_know_it() {
    let Some(list) = fixtures("../guardduty-finding-types.tsv") else { return };
    let text = fs::read_to_string(list).expect("the list");
    let types: Vec<&str> =
        text.lines().filter_map(|line| line.split('\t').next()).filter(|kind| kind.contains(':') && !kind.starts_with('#')).collect();
    assert!(types.len() > 150, "the list is cut short: {}", types.len());
    for kind in types {
        let placement = place(finding(Source::GuardDuty, kind));
        assert_eq!(placement.layer, ThreatDetectionAndResponse, "{kind}");
        assert!(!placement.why_layer.is_fallback(), "{kind}: {}", placement.why_layer.rule);
        assert!(!placement.why_side.is_fallback(), "{kind}: {}", placement.why_side.rule);
    }
}

#[test]
fn an_unknown_guardduty_type_is_guessed_by_its_prefix_and_says_so() {
    for (kind, rule, also) in [
        ("Impact:S3/SomethingNew", "fallback.guardduty.s3", vec![DataProtection]),
        ("Impact:IAMUser/SomethingNew", "fallback.guardduty.identity", vec![IdentityAndAccess]),
        ("Impact:NewThing/Foo", "fallback.guardduty", vec![]),
        ("no type at all", "fallback.guardduty", vec![]),
    ] {
        let placement = place(finding(Source::GuardDuty, kind));
        assert_eq!((placement.layer, &*placement.why_layer.rule, placement.also), (ThreatDetectionAndResponse, rule, also), "{kind}");
        assert!(placement.why_layer.is_fallback(), "{kind}");
    }
}

#[test]
fn an_unknown_type_of_another_source_is_guessed_by_its_source_and_says_so() {
    for (source, layer) in [
        (Source::Inspector, InfrastructureProtection),
        (Source::Macie, DataProtection),
        (Source::AccessAnalyzer, IdentityAndAccess),
        (Source::SecurityHub, PoliciesProceduresAwareness),
    ] {
        let placement = place(finding(source, "NEW_KIND_OF_THING"));
        assert_eq!(placement.layer, layer, "{source}");
        assert!(placement.why_layer.is_fallback() && placement.why_side.is_fallback(), "{source}");
    }
}

#[test]
fn inspector_looks_at_what_the_package_is_on() {
    for (resource, layer, side) in [
        ("AWS_EC2_INSTANCE", InfrastructureProtection, Side::Customer),
        ("MACHINE_IMAGE", InfrastructureProtection, Side::Customer),
        ("AWS_ECR_CONTAINER_IMAGE", InfrastructureProtection, Side::Customer),
        ("AWS_ECR_REPOSITORY", InfrastructureProtection, Side::Customer),
        ("AWS_LAMBDA_FUNCTION", ApplicationProtection, Side::Shared),
        ("CODE_REPOSITORY", ApplicationProtection, Side::Customer),
        ("Microsoft.Compute/virtualMachines", InfrastructureProtection, Side::Customer),
        ("cloudfunctions.googleapis.com/Function", ApplicationProtection, Side::Customer),
    ] {
        let placement = place(about(finding(Source::Inspector, "PACKAGE_VULNERABILITY"), resource, "x"));
        assert_eq!((placement.layer, placement.side), (layer, side), "{resource}");
        assert!(!placement.why_layer.is_fallback(), "{resource}");
    }
}

#[test]
fn a_secret_in_code_touches_identity() {
    let mut secret = finding(Source::Inspector, "CODE_VULNERABILITY");
    secret.title = Text::new("CWE-798 - Hardcoded credentials");
    assert_eq!(place(secret).also, [IdentityAndAccess]);
}

#[test]
fn opened_access_touches_the_layer_of_what_it_opens() {
    for (resource, also) in [
        ("AWS::S3::Bucket", vec![DataProtection]),
        ("AWS::S3Express::DirectoryBucket", vec![DataProtection]),
        ("AWS::KMS::Key", vec![DataProtection]),
        ("AWS::SecretsManager::Secret", vec![DataProtection]),
        ("AWS::EFS::FileSystem", vec![DataProtection]),
        ("AWS::EC2::Snapshot", vec![DataProtection]),
        ("AWS::RDS::DBSnapshot", vec![DataProtection]),
        ("AWS::RDS::DBClusterSnapshot", vec![DataProtection]),
        ("AWS::DynamoDB::Table", vec![DataProtection]),
        ("AWS::DynamoDB::Stream", vec![DataProtection]),
        ("AWS::Lambda::Function", vec![ApplicationProtection]),
        ("AWS::Lambda::LayerVersion", vec![ApplicationProtection]),
        ("AWS::SQS::Queue", vec![ApplicationProtection]),
        ("AWS::SNS::Topic", vec![ApplicationProtection]),
        ("AWS::ECR::Repository", vec![InfrastructureProtection]),
        ("AWS::IAM::Role", vec![]),
        ("AWS::IAM::User", vec![]),
    ] {
        let placement = place(about(finding(Source::AccessAnalyzer, "ExternalAccess"), resource, "x"));
        assert_eq!((placement.layer, placement.also), (IdentityAndAccess, also), "{resource}");
    }
}

#[test]
fn an_attack_sequence_touches_the_layers_of_all_its_signals() {
    let mut sequence = finding(Source::GuardDuty, "AttackSequence:S3/CompromisedData");
    for kind in ["ACCESS_KEY", "S3_BUCKET", "EC2_INSTANCE", "EC2_NETWORK_INTERFACE"] {
        sequence = about(sequence, kind, "x");
    }
    let placement = place(sequence);
    assert_eq!(placement.layer, ThreatDetectionAndResponse);
    assert_eq!(placement.also, [DataProtection, IdentityAndAccess, NetworkAndEdge, InfrastructureProtection]);
}

/// The prefixes of Security Hub's controls, with the layer that a control stands in when nothing else speaks.
const PREFIXES: &[(Layer, &str)] = &[
    (
        DataProtection,
        "ACM Backup DataSync DMS DocumentDB DynamoDB EFS ElastiCache FSx Glue Keyspaces Kinesis DataFirehose KMS MSK MQ Neptune Opensearch \
         ES PCA RDS Redshift RedshiftServerless S3 SecretsManager SNS SQS Athena AppFlow IVS",
    ),
    (IdentityAndAccess, "IAM"),
    (
        ApplicationProtection,
        "Cognito APIGateway AppSync AppConfig AppRunner Amplify CodeBuild CodeArtifact CodeGuruProfiler CodeGuruReviewer Connect FraudDetector \
         Lambda SES ServiceCatalog StepFunctions Bedrock BedrockAgentCore SageMaker",
    ),
    (NetworkAndEdge, "CloudFront ELB GlobalAccelerator NetworkFirewall Route53 Transfer WAF"),
    (
        InfrastructureProtection,
        "AutoScaling Autoscaling Batch EC2 ECR ECS EKS ElasticBeanstalk EMR IoT IoTEvents IoTSiteWise IoTTwinMaker IoTWireless SSM WorkSpaces \
         CloudFormation",
    ),
    (ThreatDetectionAndResponse, "CloudTrail CloudWatch Detective GuardDuty Inspector Macie EventBridge"),
    (PoliciesProceduresAwareness, "Account Config"),
];

#[test]
fn every_prefix_of_security_hub_s_controls_has_its_layer_and_side() {
    for (layer, prefixes) in PREFIXES {
        for prefix in prefixes.split_whitespace() {
            for id in [format!("{prefix}.999"), format!("CT.{prefix}.999"), format!("PCI.{prefix}.999")] {
                let placement = place(control(&id, ""));
                assert_eq!(placement.layer, *layer, "{id}");
                assert!(!placement.why_layer.is_fallback() && !placement.why_side.is_fallback(), "{id}");
            }
        }
    }
}

#[test]
fn a_control_stands_where_the_article_or_its_own_subject_puts_it() {
    for (id, title, layer) in [
        ("EC2.2", "VPC default security groups should not allow traffic", NetworkAndEdge),
        ("EC2.3", "Attached EBS volumes should be encrypted at-rest", DataProtection),
        ("EC2.6", "VPC flow logging should be enabled in all VPCs", ThreatDetectionAndResponse),
        ("EC2.8", "EC2 instances should use IMDSv2", InfrastructureProtection),
        ("EC2.10", "EC2 should use VPC endpoints", DataProtection),
        ("EC2.21", "Network ACLs should not allow ingress to port 22", InfrastructureProtection),
        ("EC2.38", "EC2 instances should be tagged", PoliciesProceduresAwareness),
        ("IAM.1", "IAM policies should not allow full administrative privileges", IdentityAndAccess),
        ("IAM.2", "IAM users should not have IAM policies attached", InfrastructureProtection),
        ("IAM.22", "IAM user credentials unused for 45 days should be removed", PoliciesProceduresAwareness),
        ("S3.8", "S3 buckets should block public access", DataProtection),
        ("S3.14", "S3 buckets should have versioning enabled", DataProtection),
        ("S3.9", "S3 buckets should have server access logging enabled", ThreatDetectionAndResponse),
        ("Lambda.1", "Lambda function policies should prohibit public access", IdentityAndAccess),
        ("RDS.2", "RDS DB instances should prohibit public access", NetworkAndEdge),
        ("SageMaker.1", "Notebook instances should not have direct internet access", NetworkAndEdge),
        ("BedrockAgentCore.6", "Browser session recording", ThreatDetectionAndResponse),
        ("Foo.7", "Foos should be tagged", PoliciesProceduresAwareness),
        ("CIS.1.14", "Ensure access keys are rotated every 90 days or less", IdentityAndAccess),
        ("1.20", "Ensure a support role has been created", ThreatDetectionAndResponse),
        ("", "3.7 Ensure a log metric filter and alarm exist for key deletion", ThreatDetectionAndResponse),
        ("", "S3.14 S3 buckets should use versioning", DataProtection),
        ("autoscaling.5", "Launch configurations should not assign Public IP addresses", NetworkAndEdge),
        ("prowler-shield_advanced_protection", "Check protection", ApplicationProtection),
        ("prowler-s3_bucket_public_access", "", DataProtection),
    ] {
        let placement = place(control(id, title));
        assert_eq!(placement.layer, layer, "{id} {title}: {}", placement.why_layer.rule);
        assert!(!placement.why_layer.is_fallback(), "{id} {title}");
    }
}

#[test]
fn a_rule_of_the_cis_benchmark_is_known_by_its_title_whatever_its_number() {
    for (title, layer) in [
        ("Ensure no 'root' user account access key exists", IdentityAndAccess),
        ("Ensure IAM Users Receive Permissions Only Through Groups", InfrastructureProtection),
        ("Ensure access to AWSCloudShellFullAccess is restricted", IdentityAndAccess),
        ("Ensure IAM instance roles are used for AWS resource access from instances", IdentityAndAccess),
        ("Ensure that IAM External Access Analyzer is enabled for all regions", PoliciesProceduresAwareness),
        ("Maintain current contact details", PoliciesProceduresAwareness),
        ("Ensure S3 Bucket Policy is set to deny HTTP requests", DataProtection),
        ("Ensure MFA Delete is enabled on S3 buckets", DataProtection),
        ("Ensure rotation for customer-created symmetric CMKs is enabled", DataProtection),
        ("Ensure unauthorized API calls are monitored", ThreatDetectionAndResponse),
        ("Ensure management console sign-in without MFA is monitored", ThreatDetectionAndResponse),
        ("Ensure AWS Security Hub is enabled", ThreatDetectionAndResponse),
        ("Ensure AWS Config is enabled in all regions", PoliciesProceduresAwareness),
        ("Ensure no Network ACLs allow ingress from 0.0.0.0/0 to remote server administration ports", InfrastructureProtection),
        ("Ensure the default security group of every VPC restricts all traffic", NetworkAndEdge),
        ("Ensure routing tables for VPC peering are \"least access\"", NetworkAndEdge),
        ("Ensure that EC2 Metadata Service only allows IMDSv2", InfrastructureProtection),
    ] {
        for finding in [control("9.99", title), control("CIS.9.99", title), control("", &format!("9.99 {title}"))] {
            let placement = place(finding);
            assert_eq!(placement.layer, layer, "{title}: {}", placement.why_layer.rule);
            assert!(!placement.why_layer.is_fallback() && !placement.why_side.is_fallback(), "{title}");
        }
    }
}

#[test]
fn a_service_that_the_article_names_is_stated_and_the_rest_is_derived() {
    for (id, basis) in
        [("KMS.4", "stated"), ("WAF.10", "stated"), ("Cognito.1", "stated"), ("GuardDuty.1", "stated"), ("DynamoDB.1", "derived")]
    {
        assert_eq!(place(control(id, "")).why_layer.basis.slug(), basis, "{id}");
    }
}

#[test]
fn a_finding_that_security_hub_passes_on_stands_where_its_source_s_own_would() {
    let passed_on = |product: &str, kind: &str| Finding { product: Some(Text::new(product)), ..finding(Source::SecurityHub, kind) };
    for (product, kind, source, native) in [
        (
            "GuardDuty",
            "TTPs/Initial Access/UnauthorizedAccess:EC2-SSHBruteForce",
            Source::GuardDuty,
            "UnauthorizedAccess:EC2/SSHBruteForce",
        ),
        ("GuardDuty", "TTPs/Discovery/IAMUser-AnomalousBehavior", Source::GuardDuty, "Discovery:IAMUser/AnomalousBehavior"),
        ("Inspector", "Software and Configuration Checks/Vulnerabilities/CVE", Source::Inspector, "PACKAGE_VULNERABILITY"),
        (
            "Macie",
            "Software and Configuration Checks/AWS Security Best Practices/Policy:IAMUser-S3BucketPublic",
            Source::Macie,
            "Policy:IAMUser/S3BucketPublic",
        ),
        (
            "IAM Access Analyzer",
            "Software and Configuration Checks/AWS Security Best Practices/External Access Granted",
            Source::AccessAnalyzer,
            "ExternalAccess",
        ),
    ] {
        assert_eq!(place(passed_on(product, kind)), place(finding(source, native)), "{kind}");
    }
}

/// The parts of a Security Hub finding that rules look at, read in the poorest way: no id of a control but the consolidated one.
fn from_asff(json: &serde_json::Value) -> Finding {
    let text = |value: &serde_json::Value| value.as_str().map(Text::new);
    let kind = text(&json["Types"][0]).unwrap_or_default();
    let product = text(&json["ProductName"]).or_else(|| {
        let arn = json["ProductArn"].as_str()?;
        Some(Text::new(arn.rsplit('/').next()?))
    });
    let compliance = Compliance { control: text(&json["Compliance"]["SecurityControlId"]), ..Compliance::default() };
    let mut finding = Finding {
        id: text(&json["Id"]).unwrap_or_default(),
        title: text(&json["Title"]).unwrap_or_default(),
        product,
        compliance: Some(Box::new(compliance)),
        ..finding(Source::SecurityHub, &kind)
    };
    for resource in json["Resources"].as_array().into_iter().flatten() {
        finding = about(finding, resource["Type"].as_str().unwrap_or_default(), resource["Id"].as_str().unwrap_or_default());
    }
    finding
}

#[test]
fn security_hub_s_own_findings_are_placed_by_rules_that_know_them_even_without_a_consolidated_id() {
    let Some(folder) = fixtures("securityhub") else { return };
    let mut how: BTreeMap<&str, usize> = BTreeMap::new();
    let mut files: Vec<PathBuf> = fs::read_dir(folder).expect("the folder").map(|entry| entry.expect("an entry").path()).collect();
    files.sort();
    for file in files {
        let Ok(json) = serde_json::from_str::<serde_json::Value>(&fs::read_to_string(&file).expect("a file")) else { continue };
        let placement = place(from_asff(&json));
        let rule = placement.why_layer.rule.split('.').next().unwrap_or_default().to_owned();
        let own = json["ProductArn"].as_str().is_some_and(|arn| arn.contains("::product/aws/"));
        println!("{:70} {:34} {}", file.file_name().unwrap_or_default().display(), placement.layer, placement.why_layer.rule);
        *how.entry(match rule.as_str() {
            "family" => "by the service of the control",
            "title" | "taxonomy" => "by the title or the type",
            "fallback" => "by a guess",
            _ => "by an exact rule",
        })
        .or_default() += 1;
        assert!(!own || !placement.why_layer.is_fallback(), "{}: {}", file.display(), placement.why_layer.rule);
        assert!(!own || !placement.why_side.is_fallback(), "{}: {}", file.display(), placement.why_side.rule);
    }
    println!("{how:?}");
}

#[test]
fn what_aws_itself_runs_is_on_aws_s_side() {
    let health = Finding { product: Some(Text::new("Health")), ..finding(Source::SecurityHub, "Software and Configuration Checks") };
    assert_eq!(place(health).side, Side::Aws);
}

#[test]
fn another_product_s_finding_is_guessed_by_its_resource_and_says_so() {
    for (kind, id, layer) in [
        ("AwsS3Bucket", "arn:aws:s3:::bucket", DataProtection),
        ("AwsIamUser", "arn:aws:iam::111122223333:user/a", IdentityAndAccess),
        ("AwsEc2SecurityGroup", "sg-1", NetworkAndEdge),
        ("AwsEc2NetworkAcl", "acl-1", InfrastructureProtection),
        ("AwsEc2Instance", "i-1", InfrastructureProtection),
        ("Other", "arn:aws:kms:us-east-1:111122223333:key/k", DataProtection),
    ] {
        let custom = Finding { product: Some(Text::new("Some Vendor")), title: Text::new("odd"), ..finding(Source::SecurityHub, "Odd") };
        let placement = place(about(custom, kind, id));
        assert_eq!(placement.layer, layer, "{kind}");
        assert!(placement.why_layer.is_fallback(), "{kind}");
    }
}

#[test]
fn ai_findings_stand_in_the_ai_lenses_and_others_do_not() {
    let keys = |placement: &Placement, lens: &str| -> Vec<String> {
        placement.lenses.iter().filter(|place| &*place.lens == lens).map(|place| place.key.to_string()).collect()
    };
    let injection = place(finding(Source::GuardDuty, "Impact:IAMUser/PromptInjection.Direct"));
    assert_eq!(keys(&injection, "owasp-llm"), ["LLM01", "LLM07"]);
    assert_eq!(keys(&injection, "genai-scope"), ["3"]);
    assert_eq!(keys(&place(control("SageMaker.5", "")), "genai-scope"), ["5"]);
    let plain = place(control("EC2.2", ""));
    for lens in ["owasp-llm", "owasp-agentic", "genai-scope"] {
        assert!(keys(&plain, lens).is_empty(), "{lens}");
    }
    let mut training = about(finding(Source::Macie, "SensitiveData:S3Object/Personal"), "S3Bucket", "arn:aws:s3:::b");
    training.resources[0].tags.push((Text::new("Data-Use"), Text::new("Training")));
    assert_eq!(keys(&place(training), "owasp-llm"), ["LLM02", "LLM04", "LLM08"]);
}

fn of_the_ai_lens(finding: Finding) -> Vec<String> {
    place(finding).lenses.iter().filter(|place| &*place.lens == "ai").map(|place| place.key.to_string()).collect()
}

fn tagged(kind: &str, id: &str, (key, value): (&str, &str)) -> Finding {
    let mut finding = about(control("X.1", ""), kind, id);
    finding.resources[0].tags.push((Text::new(key), Text::new(value)));
    finding
}

#[test]
fn what_is_only_called_like_ai_is_not_taken_for_it() {
    let bucket = "arn:aws:s3:::acme-web";
    let tags = [
        ("purpose", "employee training videos"),
        ("purpose", "ragtime music"),
        ("agent", "datadog"),
        ("agent", "none"),
        ("Name", "render-gpu-farm"),
        ("Name", "neuronal"),
    ];
    for tag in tags {
        let finding = tagged("AwsS3Bucket", bucket, tag);
        for place in &place(finding).lenses {
            let of_ai = ["ai", "owasp-llm", "owasp-agentic", "genai-scope"];
            assert!(!of_ai.contains(&&*place.lens), "{tag:?} is in {} {}", place.lens, place.key);
        }
    }
    for id in ["bedrock-pictures", "sagemaker", "sagemaker-pictures", "my-sagemaker-photos"] {
        assert_eq!(of_the_ai_lens(about(control("S3.8", ""), "AwsS3Bucket", &format!("arn:aws:s3:::{id}"))), [""; 0], "{id}");
    }
    for package in ["aws-x-ray-sdk", "x11-ray-tools", "libtorchtext", "openssl"] {
        let finding =
            Finding { title: Text::new(&format!("CVE-2026-1 - {package}")), ..finding(Source::Inspector, "PACKAGE_VULNERABILITY") };
        assert_eq!(of_the_ai_lens(finding), [""; 0], "{package}");
    }
}

#[test]
fn ai_is_recognised_by_the_names_that_aws_gives_it() {
    let arn = |service: &str, rest: &str| format!("arn:aws:{service}:eu-central-1:111122223333:{rest}");
    for (kind, id, expected) in [
        ("Other", arn("bedrock-mantle", "project/proj_1"), "models"),
        ("AWS::BedrockMantle::Project", "proj_1".to_owned(), "models"),
        ("Other", arn("bedrock", "marketplace/model-endpoint/all-access"), "inference"),
        ("Other", arn("qapps", "application/a/qapp/b"), "knowledge"),
        ("AwsS3Bucket", "arn:aws:s3:::sagemaker-eu-central-1-111122223333".to_owned(), "training-data"),
    ] {
        assert!(of_the_ai_lens(about(control("X.1", ""), kind, &id)).contains(&expected.to_owned()), "{kind} {id}");
    }
    for (kind, tag, expected) in [
        ("AwsS3Bucket", ("purpose", "model-training"), "training-data"),
        ("AwsS3Bucket", ("purpose", "rag-documents"), "rag-data"),
        ("AwsEc2Instance", ("Name", "gpu-trainer-3"), "hosting"),
        ("AwsLambdaFunction", ("ai-agent", "booking"), "agents"),
    ] {
        assert!(of_the_ai_lens(tagged(kind, "arn:aws:x:::y", tag)).contains(&expected.to_owned()), "{kind} {tag:?}");
    }
    for title in ["CVE-2026-1 - ray", "CVE-2026-1 - ray, openssl and 3 more"] {
        let finding = Finding { title: Text::new(title), ..finding(Source::Inspector, "PACKAGE_VULNERABILITY") };
        assert_eq!(of_the_ai_lens(finding), ["hosting"], "{title}");
    }
    let title = Text::new("Credentials of the role AmazonSageMaker-ExecutionRole-1 were used from outside of AWS");
    let kind = "UnauthorizedAccess:IAMUser/InstanceCredentialExfiltration.OutsideAWS";
    assert_eq!(of_the_ai_lens(Finding { title, ..finding(Source::GuardDuty, kind) }), ["identities"]);
}

#[test]
fn every_layer_and_side_has_a_title_and_a_text() {
    let lenses = LensSet::builtin();
    for layer in Layer::ALL {
        let group = lenses.layer(layer);
        assert_eq!(group.key, layer.slug());
        assert!(!group.title.is_empty() && group.text.len() > 40);
    }
    for side in Side::ALL {
        assert_eq!(lenses.side(side).key, side.slug());
        assert!(lenses.side(side).text.len() > 40);
    }
    let ids: Vec<&str> = lenses.lenses().iter().map(ringfort::lens::Lens::id).collect();
    let others = ["ai", "attack", "data-governance", "discipline", "frameworks", "genai-scope", "lifecycle", "owasp-agentic", "owasp-llm"];
    assert_eq!(ids, [["layers", "sides"].as_slice(), &others].concat());
}

#[test]
fn every_rule_s_reason_is_a_sentence() {
    for lens in LensSet::builtin().lenses() {
        for rule in lens.rules() {
            assert!(rule.reason.len() > 20 && rule.reason.ends_with('.'), "{} {}: {}", lens.id(), rule.id, rule.reason);
        }
    }
}

#[test]
fn one_placer_places_findings_as_new_placers_do() {
    let mut placer = LensSet::builtin().placer();
    for _ in 0..2 {
        for title in ["S3 buckets should be tagged", "S3 bucket logs", "S3", ""] {
            for id in ["S3.99", "EC2.99", ""] {
                let mut one = control(id, title);
                placer.place(&mut one);
                assert_eq!(*one.placement, place(control(id, title)), "{id} {title}");
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]
    #[test]
    fn no_text_makes_placing_fail(
        source in prop::sample::select(Source::ALL.to_vec()),
        texts in prop::collection::vec(prop_oneof![any::<String>(), "[A-Za-z0-9:/.!*_ -]{0,40}", "(arn:|\\[)?[A-Z]{0,3}[.:/]{0,3}[0-9é]{0,3}"], 7),
    ) {
        let mut odd = about(finding(source, &texts[0]), &texts[1], &texts[2]);
        odd.title = Text::new(&texts[3]);
        odd.description = Text::new(&texts[4]);
        odd.product = Some(Text::new(&texts[5])).filter(|product| !product.is_empty());
        odd.compliance = Some(Box::new(Compliance { control: Some(Text::new(&texts[6])), ..Compliance::default() }));
        let placement = place(odd);
        prop_assert!(!placement.also.contains(&placement.layer));
        prop_assert_ne!(&*placement.why_layer.rule, "fallback.unplaced");
        prop_assert_ne!(&*placement.why_side.rule, "fallback.unplaced");
    }
}

mod article;
mod known;
mod users_files;
