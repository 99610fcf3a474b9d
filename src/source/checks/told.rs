//! What AWS tells -> the record that stands for it -> the model. Nothing offends there: an event is news, a report vouches for
//! controls that AWS runs, an investigation has its own word for how bad it is.

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::super::draft;
use super::super::json::Node;
use super::record::Place;
use super::{artifact_report, health_event, investigation, table};
use crate::model::{Door, Finding, MergeKey, Priority, Remediation, Severity, Source, Text};

/// One kind of what AWS tells, as `assets/checks.toml` states it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Told {
    /// Its id, which is the type of its findings: `aws-health/issue`.
    pub id: String,
    /// How much it matters where AWS says no more of it: a severity of the export.
    pub severity: String,
    /// Why it matters as much as that.
    pub reason: String,
    /// What it means.
    pub text: String,
    /// What to do.
    pub fix: String,
    /// Where AWS writes about it.
    pub url: String,
    /// The IAM actions that it needs.
    pub needs: Vec<String>,
}

impl Told {
    /// The severity on the one scale.
    #[must_use]
    pub fn level(&self) -> Severity {
        Severity::from_word(&self.severity).unwrap_or_default()
    }
}

/// Every kind of what AWS tells.
#[must_use]
pub fn told() -> &'static [Told] {
    &table::TABLE.told
}

/// One thing that AWS tells.
#[derive(Clone, Debug)]
pub(super) struct News {
    /// The type of its finding.
    pub(super) kind: String,
    /// The ARN of the event or report.
    pub(super) id: String,
    /// Where it is, if not in the Region that was asked; `global` for all of them.
    pub(super) region: String,
    /// What each operation said of it.
    pub(super) said: Map<String, Value>,
}

/// The record of what AWS tells.
pub(super) fn write(news: News, place: &Place<'_>) -> Vec<u8> {
    let region = if news.region.is_empty() { place.region } else { &news.region };
    let record = json!({
        "told": news.kind,
        "id": news.id,
        "account": place.account.as_str(),
        "region": region,
        "partition": place.partition,
        "checkedAt": place.now.to_string(),
        "said": Value::Object(news.said),
    });
    record.to_string().into_bytes()
}

/// The finding of a record.
pub(super) fn build(root: Node<'_>, json: &[u8], door: &Door) -> Finding {
    let id = draft::id_or_hash(root.at("id"), json);
    let account = draft::account_id(root.at("account"));
    let (region, partition) = (root.at("region").str(), root.at("partition").str());
    let origin = draft::Origin::new(account.as_deref(), region.as_deref(), partition.as_deref(), "", door);
    // The same event or report is told to every account.
    let key = MergeKey::new(&format!("checks|{}|{id}", origin.account));
    let kind = root.at("told").text().unwrap_or_else(Text::empty);
    let told = table::TABLE.told.iter().find(|told| told.id == kind.as_str());
    if told.is_none() {
        root.at("told").note("is nothing that this ringfort knows");
    }
    let mut finding = draft::blank(Source::Checks, id, key, origin);
    let checked = root.at("checkedAt").time();
    (finding.last_seen, finding.updated) = (checked, checked);
    if let Some(told) = told {
        finding.description = Text::shared(&told.text);
        finding.severity = told.level();
        finding.priority = Priority { level: told.level(), reason: Text::shared(told.reason.trim_end_matches('.')) };
        finding.remediation = Remediation { text: Some(Text::shared(&told.fix)), url: Some(Text::shared(&told.url)) };
    }
    if told.is_none() {
        finding.priority.reason = Text::shared("a kind of news that this ringfort does not know, so that it has no severity");
    }
    finding.title = kind.clone();
    finding.kind = kind;
    let said = root.at("said");
    if finding.kind.starts_with(health_event::TYPES) {
        health_event::fill(&mut finding, said, checked);
    } else if finding.kind.as_str() == artifact_report::TYPE {
        artifact_report::fill(&mut finding, said.at("ListReports"), checked);
    } else if finding.kind.as_str() == investigation::TYPE {
        investigation::fill(&mut finding, said.at("ListInvestigations"));
    }
    finding
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::told;
    use crate::model::Severity;

    #[test]
    fn every_kind_is_whole() {
        let mut ids = HashSet::new();
        for told in told() {
            assert!(told.id.starts_with("aws-") && told.id.contains('/') && ids.insert(&told.id), "{}", told.id);
            assert!(Severity::from_word(&told.severity).is_some(), "{}", told.id);
            assert!(told.url.starts_with("https://docs.aws.amazon.com/") && !told.needs.is_empty(), "{}", told.id);
            for text in [&told.reason, &told.text, &told.fix] {
                assert!(text.ends_with('.') && text.trim() == text, "{}: {text:?}", told.id);
            }
        }
    }
}
