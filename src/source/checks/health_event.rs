//! One event of AWS Health -> the model: what AWS says happens, what it touches, and how much that matters.

use std::collections::HashSet;

use jiff::SignedDuration;

use super::super::draft;
use super::super::json::Node;
use crate::model::{Finding, Priority, Resource, Severity, Text, Timestamp};

/// How the types of its findings begin; the event's category follows.
pub(super) const TYPES: &str = "aws-health/";
/// Services under whose names AWS writes about security only: misuse that others reported, and risks that AWS saw itself.
const ALWAYS_SECURITY: [&str; 3] = ["ABUSE", "RISK", "SECURITY"];
/// Words in the code of an event's type that say that it is about security.
const SECURITY_WORDS: [&str; 8] = ["SECURITY", "ABUSE", "RISK", "EXPOSED", "EXPOSURE", "COMPROMISE", "COMPROMISED", "VULNERABILITY"];
/// How near a change that needs you has to be to matter more.
const SOON: SignedDuration = SignedDuration::from_hours(7 * 24);
/// How many affected resources a finding names.
const MOST_RESOURCES: usize = 100;

/// Fills in what the operations said of the event.
pub(super) fn fill(finding: &mut Finding, said: Node<'_>, checked: Option<Timestamp>) {
    let event = said.at("DescribeEvents");
    let service = event.at("service").text().unwrap_or_else(|| Text::shared("AWS"));
    let code = event.at("eventTypeCode").str().unwrap_or_default();
    let (start, end) = (event.at("startTime").time(), event.at("endTime").time());
    let is_ahead = start.zip(checked).is_some_and(|(start, checked)| start > checked);
    let happens = happens(&service, &code);
    finding.title = Text::from(match start {
        Some(start) if is_ahead || finding.kind.ends_with("/scheduledChange") => {
            let from = if is_ahead { "from" } else { "since" };
            format!("{service}: {happens}, {from} {}", start.strftime("%F"))
        }
        _ => format!("{service}: {happens}"),
    });
    let asks = Asks::of(event.at("actionability").str().as_deref());
    if let Some((level, reason)) = judge(&finding.kind, &service, &code, event, asks, start, checked) {
        finding.severity = level;
        finding.priority = Priority { level, reason: Text::shared(reason) };
    }
    let affected = affected(finding, said.at("DescribeAffectedEntities"));
    finding.description = describe(finding, said, (start, end), asks, affected);
    // What rules of lenses know the event by, and what the events of one service have in common.
    let mut resource = draft::resource(Text::shared("AwsService"), service.clone(), Some(service), Vec::new());
    (resource.account, resource.region) = (finding.account.clone(), finding.region.clone());
    finding.resources.push(resource);
    let news = event.at("lastUpdatedTime").time();
    finding.first_seen = start.filter(|_| !is_ahead).or(news).or(checked);
    finding.last_seen = news.or(checked);
    finding.updated = news.or(checked);
    // A public event is one for all accounts, the others are each account's own.
    let is_public = event.at("eventScopeCode").str().as_deref() == Some("PUBLIC");
    let whose = if is_public { Text::empty().into() } else { finding.account.clone() };
    finding.group = draft::health_group(&whose, &finding.id);
}

/// Whether the event asks for something to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Asks {
    Yes,
    Perhaps,
    No,
    /// AWS did not say.
    Unsaid,
}

impl Asks {
    fn of(actionability: Option<&str>) -> Self {
        match actionability {
            Some("ACTION_REQUIRED") => Self::Yes,
            Some("ACTION_MAY_BE_REQUIRED") => Self::Perhaps,
            Some("INFORMATIONAL") => Self::No,
            _ => Self::Unsaid,
        }
    }
}

/// What AWS's own words make of the severity of the event's kind, and why; nothing where the kind's own stands.
fn judge(
    kind: &str,
    service: &str,
    code: &str,
    event: Node<'_>,
    asks: Asks,
    start: Option<Timestamp>,
    checked: Option<Timestamp>,
) -> Option<(Severity, &'static str)> {
    let is_change = kind.ends_with("/scheduledChange");
    let is_notice = kind.ends_with("/accountNotification");
    if ALWAYS_SECURITY.contains(&service) {
        return Some((Severity::High, "AWS itself tells of a security risk, or of misuse, in this account"));
    }
    let for_security = event.at("personas").items().any(|persona| persona.str().as_deref() == Some("SECURITY"));
    let speaks_of_it = code.split(['_', '-']).any(|word| SECURITY_WORDS.contains(&word));
    if (for_security || speaks_of_it) && !is_change {
        return Some(match asks {
            Asks::No => (Severity::Low, "a security notice of AWS that asks for nothing, as AWS marks it"),
            _ => (Severity::High, "a security notification of AWS that may need you to act"),
        });
    }
    let is_near = start.zip(checked).is_none_or(|(start, checked)| start.duration_since(checked) <= SOON);
    match asks {
        Asks::Yes if is_change && is_near => Some((Severity::Medium, "AWS will change it within a week, and asks you to act before")),
        Asks::No if is_change => Some((Severity::Informational, "AWS will change something and asks for nothing, as AWS marks it")),
        Asks::Yes if is_notice => Some((Severity::Low, "a notice of AWS that asks you to act, as AWS marks it")),
        Asks::Perhaps if is_notice => Some((Severity::Low, "a notice of AWS that may ask you to act: look whether it concerns you")),
        _ => None,
    }
}

/// The code of the event's type as words: `AWS_EC2_INSTANCE_RETIREMENT_SCHEDULED` is an `instance retirement scheduled` of EC2.
fn happens(service: &str, code: &str) -> String {
    let own = code.strip_prefix("AWS_").unwrap_or(code);
    let own = own.strip_prefix(service).and_then(|rest| rest.strip_prefix('_')).unwrap_or(own);
    if own.is_empty() { "an event without a name".to_owned() } else { own.replace(['_', '-'], " ").to_lowercase() }
}

/// AWS's own text, after when it is, whether it asks for something, and how much it touches.
fn describe(finding: &Finding, said: Node<'_>, (start, end): (Option<Timestamp>, Option<Timestamp>), asks: Asks, affected: usize) -> Text {
    let minute = |time: Timestamp| time.strftime("%F %R UTC").to_string();
    let mut sentences: Vec<String> = Vec::new();
    sentences.extend(match (start.map(minute), end.map(minute)) {
        (Some(start), Some(end)) => Some(format!("From {start} to {end}.")),
        (Some(start), None) => Some(format!("From {start}.")),
        (None, Some(end)) => Some(format!("To {end}.")),
        (None, None) => None,
    });
    sentences.extend(match asks {
        Asks::Yes => Some("AWS asks you to act.".to_owned()),
        Asks::Perhaps => Some("AWS says that you may have to act.".to_owned()),
        Asks::No => Some("AWS asks for nothing.".to_owned()),
        Asks::Unsaid => None,
    });
    if affected > MOST_RESOURCES {
        sentences.push(format!("It touches {affected} resources, of which the first {MOST_RESOURCES} are listed."));
    }
    let own = said.at("DescribeEventDetails").at("eventDescription").at("latestDescription").str();
    // Some descriptions have their line breaks spelled out.
    sentences.push(own.map_or_else(|| finding.description.to_string(), |text| text.replace("\\n", "\n").trim().to_owned()));
    Text::from(sentences.join(" "))
}

/// Adds the resources that the event touches, as far as they are not well again; how many there are in all.
fn affected(finding: &mut Finding, entities: Node<'_>) -> usize {
    let mut seen: HashSet<Text> = HashSet::new();
    for entity in entities.items() {
        let is_well = entity.at("statusCode").str().is_some_and(|status| matches!(&*status, "UNIMPAIRED" | "RESOLVED"));
        let Some(value) = entity.at("entityValue").text().filter(|value| !is_well && !is_account(value)) else { continue };
        if !seen.insert(value.clone()) || seen.len() > MOST_RESOURCES {
            continue;
        }
        let resource = resource(finding, entity, value);
        if resource.kind.as_str() == "AwsIamAccessKey" {
            draft::add(&mut finding.actors.access_keys, Some(resource.id.clone()));
        }
        finding.resources.push(resource);
    }
    seen.len()
}

fn resource(finding: &Finding, entity: Node<'_>, id: Text) -> Resource {
    let account = draft::account_id(entity.at("awsAccountId")).map(|id| crate::model::AccountId::new(&id));
    let mut resource = draft::resource(Text::shared(kind(&id)), id, None, draft::tag_map(entity.at("tags")));
    if resource.account.is_empty() {
        resource.account = account.unwrap_or_else(|| finding.account.clone());
    }
    if resource.region.is_empty() {
        resource.region = finding.region.clone();
    }
    resource
}

/// Whether the entity is the account as a whole: the finding names that anyway, and the service says more.
fn is_account(value: &str) -> bool {
    value == "AWS_ACCOUNT" || (value.len() == 12 && value.bytes().all(|byte| byte.is_ascii_digit()))
}

/// What an entity is, in Security Hub's words, as far as its id tells: Health names no kinds.
fn kind(value: &str) -> &'static str {
    let is_key = value.len() == 20 && value.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let service = value.strip_prefix("arn:").and_then(|rest| rest.split(':').nth(1)).unwrap_or_default();
    match service {
        _ if is_key && (value.starts_with("AKIA") || value.starts_with("ASIA")) => "AwsIamAccessKey",
        _ if value.starts_with("i-") => "AwsEc2Instance",
        _ if value.starts_with("vol-") => "AwsEc2Volume",
        _ if value.starts_with("vpn-") => "AwsEc2VpnConnection",
        "lambda" if value.contains(":function:") => "AwsLambdaFunction",
        "s3" if !value.contains('/') => "AwsS3Bucket",
        "rds" if value.contains(":db:") => "AwsRdsDbInstance",
        "rds" if value.contains(":cluster:") => "AwsRdsDbCluster",
        "eks" if value.contains(":cluster/") => "AwsEksCluster",
        "acm" => "AwsCertificateManagerCertificate",
        "sagemaker" if value.contains(":notebook-instance/") => "AwsSageMakerNotebookInstance",
        _ => "Other",
    }
}

#[cfg(test)]
mod tests {
    use super::{happens, kind};

    #[test]
    fn the_code_of_an_event_becomes_words() {
        for (service, code, expected) in [
            ("EC2", "AWS_EC2_INSTANCE_RETIREMENT_SCHEDULED", "instance retirement scheduled"),
            ("RISK", "AWS_RISK_CREDENTIALS_EXPOSED", "credentials exposed"),
            ("EC2", "AWS_EC2", "ec2"),
            ("VPC", "AWS_VPN_REDUNDANCY_LOSS", "vpn redundancy loss"),
            ("VPC", "", "an event without a name"),
        ] {
            assert_eq!(happens(service, code), expected, "{code}");
        }
    }

    #[test]
    fn an_entity_is_known_by_its_id() {
        for (value, expected) in [
            ("i-0abcdef0123456789", "AwsEc2Instance"),
            ("AKIAIOSFODNN7EXAMPLE", "AwsIamAccessKey"),
            ("arn:aws:lambda:eu-west-1:111122223333:function:ingest", "AwsLambdaFunction"),
            ("arn:aws:s3:::data/key", "Other"),
            ("AKIA", "Other"),
            ("", "Other"),
        ] {
            assert_eq!(kind(value), expected, "{value}");
        }
    }
}
