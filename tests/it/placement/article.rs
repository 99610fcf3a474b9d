//! The table of the article's services and concepts: what it names exists, and nothing of the article is left out.

use std::collections::BTreeSet;

use ringfort::lens::LensSet;

const TABLE: &str = include_str!("../../../docs/article-map.md");

/// The AWS services, and the concepts with a name of their own, that the article names.
const NAMED: &[&str] = &[
    "AWS KMS",
    "AWS Certificate Manager",
    "AWS Private Certificate Authority",
    "AWS PrivateLink",
    "Amazon S3 versioning",
    "AWS IAM",
    "AWS Shield",
    "Amazon Cognito",
    "Amazon VPC",
    "AWS WAF",
    "IAM user groups",
    "network access control lists",
    "Amazon GuardDuty",
    "AWS Security Hub",
    "AWS Lambda",
    "Amazon EventBridge",
    "IAM Access Analyzer",
    "short-term credentials",
    "NIST 800-53",
    "ISO/IEC 27001",
    "SOC reports",
    "HIPAA",
    "GDPR",
    "PCI DSS",
    "EU AI Act",
    "New York City",
    "Amazon Bedrock",
    "AWS Shield Advanced",
    "AWS Firewall Manager",
    "Amazon Macie",
    "AWS IAM Identity Center",
    "Role Manager",
    "Amazon Inspector",
    "Amazon Detective",
    "Bot Control",
    "AWS Glue workflows",
    "Amazon Kinesis",
    "AWS DMS",
    "Amazon EMR",
    "AWS Glue DataBrew",
    "AWS Glue Data Quality",
    "Amazon QuickSight",
    "Amazon Neptune",
    "AWS CloudFormation",
    "AWS CDK",
    "Amazon CloudWatch",
    "Model Cards",
    "lineage",
    "residency",
    "drift",
    "logging",
    "cataloging",
];

fn rows() -> impl Iterator<Item = &'static str> {
    let is_row = |line: &&str| line.starts_with("| ") && !line.starts_with("| the article names") && !line.starts_with("| mark");
    TABLE.lines().skip_while(|line| !line.starts_with("## ")).filter(is_row)
}

/// What stands between backticks.
fn quoted(text: &'static str) -> impl Iterator<Item = &'static str> {
    text.split('`').skip(1).step_by(2)
}

#[test]
fn every_service_that_the_article_names_has_a_row() {
    for name in NAMED {
        assert!(rows().any(|row| row.contains(name)), "{name} has no row");
    }
}

#[test]
fn every_row_says_where_its_subject_is_or_that_nothing_shows_it() {
    for row in rows() {
        let last = row.trim_end_matches(" |").rsplit(" | ").next().unwrap_or_default();
        let told = ["findings", "coverage", "check `", "lens `", "not shown", "see the layers", "home:"];
        assert!(told.iter().any(|mark| last.contains(mark)), "{row}");
    }
}

#[test]
fn every_lens_and_group_of_the_table_exists() {
    let set = LensSet::builtin();
    let mut named = BTreeSet::new();
    for (lens, key) in
        quoted(TABLE).filter(|text| !text.contains(['.', ' ']) || text.contains("AML.")).filter_map(|text| text.split_once(':'))
    {
        let Some(lens) = set.lens(lens) else { panic!("there is no lens `{lens}`") };
        assert!(key == "group" || lens.groups().iter().any(|group| group.key == key), "{} has no group `{key}`", lens.id());
        named.insert(lens.id().to_owned());
    }
    let all: BTreeSet<String> = set.lenses().iter().map(|lens| lens.id().to_owned()).collect();
    assert_eq!(named, all, "a lens that the table does not name");
}
