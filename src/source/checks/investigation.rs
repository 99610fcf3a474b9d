//! One of Detective's investigations -> the model: whom it looked into, and how bad what it saw is.

use super::super::draft;
use super::super::json::Node;
use crate::model::{Finding, NativeSeverity, Priority, Severity, Text};

/// The type of its findings.
pub(super) const TYPE: &str = "aws-detective/investigation";

/// Fills in what the list said of the investigation.
pub(super) fn fill(finding: &mut Finding, said: Node<'_>) {
    let entity = said.at("EntityArn").text().unwrap_or_else(Text::empty);
    let kind = match said.at("EntityType").str().as_deref() {
        Some("IAM_ROLE") => "AwsIamRole",
        Some("IAM_USER") => "AwsIamUser",
        _ => "Other",
    };
    let is_done = said.at("Status").str().as_deref() == Some("SUCCESSFUL");
    let label = said.at("Severity").text();
    let level = label.as_deref().and_then(Severity::from_word);
    if let Some(level) = level.filter(|_| is_done) {
        finding.severity = level;
        finding.priority =
            Priority { level, reason: Text::shared("severity as Detective states it, by likelihood and impact of what it saw") };
    }
    finding.native_severity = NativeSeverity { label, score: None };
    let resource = draft::resource(Text::shared(kind), entity.clone(), None, Vec::new());
    let what = if is_done { "Detective looked into" } else { "Detective is looking into" };
    finding.title = Text::from(format!("{what} {}", if entity.is_empty() { "an identity" } else { &resource.name }));
    if !entity.is_empty() {
        finding.actors.principals.push(entity);
        finding.resources.push(resource);
    }
    let created = said.at("CreatedTime").time();
    finding.first_seen = created;
    finding.last_seen = created.or(finding.last_seen);
}
