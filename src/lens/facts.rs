//! What rules can see of a finding: its facts in lower case, names of other standards and products brought to one form.

use std::cell::OnceCell;

use crate::model::{Finding, Resource, Source, Text};

use super::condition::{Condition, Field, Fields};
use super::marks::{Givers, Mark, Marks};

/// The facts that findings share, so that what they lead to can be remembered.
#[derive(Debug)]
pub(super) struct Facts {
    /// The service that found it: for what Security Hub only passes on from another source, that source.
    pub(super) source: Source,
    pub(super) kind: String,
    pub(super) control: String,
    family: String,
    product: String,
    severity: &'static str,
    status: &'static str,
    resources: Vec<(String, String)>,
    requirements: Vec<String>,
    standards: Vec<String>,
    indicators: Vec<String>,
    account: String,
    region: String,
}

/// How GuardDuty marks the indicators that name MITRE ATT&CK tactics and techniques (`IndicatorType` in its service model).
const TACTIC: &str = "ATTACK_TACTIC=";
const TECHNIQUE: &str = "ATTACK_TECHNIQUE=";

impl Facts {
    pub(super) fn of(finding: &Finding) -> Self {
        let product = product(finding);
        let source = origin(finding, &product);
        let kind = match (finding.source, source) {
            (Source::SecurityHub, Source::GuardDuty) => native_type(&finding.kind),
            (Source::SecurityHub, Source::Macie) if last_part(&finding.kind).contains(':') => native_type(&finding.kind),
            _ => finding.kind.to_ascii_lowercase(),
        };
        let control = control(finding);
        Self {
            source,
            kind,
            family: family(&control).to_owned(),
            control,
            product,
            severity: finding.severity.slug(),
            status: finding.status.slug(),
            resources: finding
                .resources
                .iter()
                .map(|resource| (resource.kind.to_ascii_lowercase(), service(resource).to_ascii_lowercase()))
                .collect(),
            requirements: stated(finding, Field::Requirement).map(str::to_ascii_lowercase).collect(),
            standards: stated(finding, Field::Standard).map(str::to_ascii_lowercase).collect(),
            indicators: stated(finding, Field::Indicator).map(str::to_ascii_lowercase).collect(),
            account: finding.account.as_str().to_ascii_lowercase(),
            region: finding.region.as_str().to_ascii_lowercase(),
        }
    }

    /// Gives each fact of a field that rules are looked up by.
    pub(super) fn each(&self, field: Field, see: &mut dyn FnMut(&str)) {
        let main = self.resources.first();
        match field {
            Field::Type => see(&self.kind),
            Field::Control => see(&self.control),
            Field::Family => see(&self.family),
            Field::Resource => main.iter().for_each(|(kind, _)| see(kind)),
            Field::Service => main.iter().for_each(|(_, service)| see(service)),
            Field::AnyResource => self.resources.iter().for_each(|(kind, _)| see(kind)),
            Field::AnyService => self.resources.iter().for_each(|(_, service)| see(service)),
            _ => {}
        }
    }

    /// Whether a condition on a shared fact holds.
    pub(super) fn satisfy(&self, condition: &Condition) -> bool {
        let main = self.resources.first();
        let any = |facts: &[String]| facts.iter().any(|fact| condition.holds(fact));
        match condition.field {
            Field::Requirement => any(&self.requirements),
            Field::Standard => any(&self.standards),
            Field::Indicator => any(&self.indicators),
            Field::Tactic => values(&self.indicators, TACTIC).any(|value| condition.holds(value)),
            Field::Technique => values(&self.indicators, TECHNIQUE).any(|value| condition.holds(value)),
            Field::Account => condition.holds(&self.account),
            Field::Region => condition.holds(&self.region),
            Field::Type => condition.holds(&self.kind),
            Field::Control => condition.holds(&self.control),
            Field::Family => condition.holds(&self.family),
            Field::Product => condition.holds(&self.product),
            Field::Severity => condition.holds(self.severity),
            Field::Status => condition.holds(self.status),
            Field::Resource => main.is_some_and(|(kind, _)| condition.holds(kind)),
            Field::AnyResource => self.resources.iter().any(|(kind, _)| condition.holds(kind)),
            Field::Service => main.is_some_and(|(_, service)| condition.holds(service)),
            Field::AnyService => self.resources.iter().any(|(_, service)| condition.holds(service)),
            Field::Title | Field::Text | Field::Tag | Field::Id | Field::Marked => false,
        }
    }
}

/// The facts that are a finding's own; each is made when it is asked for.
#[derive(Debug)]
pub(super) struct DeepFacts<'a> {
    finding: &'a Finding,
    marks: &'a Marks,
    title: OnceCell<String>,
    text: OnceCell<String>,
    tags: OnceCell<Vec<String>>,
    ids: OnceCell<Vec<String>>,
    givers: OnceCell<Givers>,
}

impl<'a> DeepFacts<'a> {
    pub(super) const fn of(finding: &'a Finding, marks: &'a Marks) -> Self {
        Self {
            finding,
            marks,
            title: OnceCell::new(),
            text: OnceCell::new(),
            tags: OnceCell::new(),
            ids: OnceCell::new(),
            givers: OnceCell::new(),
        }
    }

    fn title(&self) -> &str {
        self.title.get_or_init(|| self.finding.title.to_ascii_lowercase())
    }

    fn text(&self) -> &str {
        self.text.get_or_init(|| format!("{}\n{}", self.title(), self.finding.description.to_ascii_lowercase()))
    }

    fn tags(&self) -> &[String] {
        let tags = || self.finding.resources.iter().flat_map(|resource| &resource.tags);
        self.tags.get_or_init(|| tags().map(|(key, value)| format!("{key}={value}").to_ascii_lowercase()).collect())
    }

    fn ids(&self) -> &[String] {
        self.ids.get_or_init(|| self.finding.resources.iter().map(|resource| resource.id.to_ascii_lowercase()).collect())
    }

    /// Who gives the finding its marks.
    pub(super) fn givers(&self) -> Givers {
        *self.givers.get_or_init(|| self.marks.givers(self.finding, &self.finding.resources))
    }

    /// Who gives the marks that the condition asks for.
    fn asked(&self, condition: &Condition) -> Givers {
        let mut givers = self.givers();
        for mark in Mark::ALL.into_iter().filter(|mark| !condition.names(mark.slug())) {
            givers[mark as usize] = 0;
        }
        givers
    }

    /// The marks that the condition asks for, in words.
    pub(super) fn marks_told(&self, condition: &Condition) -> String {
        self.marks.told(self.asked(condition))
    }

    /// Whether a condition on a fact of its own holds.
    pub(super) fn satisfy(&self, condition: &Condition) -> bool {
        match condition.field {
            Field::Title => condition.holds(self.title()),
            Field::Text => condition.holds(self.text()),
            Field::Tag => self.tags().iter().any(|tag| condition.holds(tag)),
            Field::Id => self.ids().iter().any(|id| condition.holds(id)),
            Field::Marked => self.asked(condition) != Givers::default(),
            _ => false,
        }
    }
}

/// The values of the indicators with this key.
fn values<'a>(indicators: &'a [String], key: &'static str) -> impl Iterator<Item = &'a str> {
    indicators
        .iter()
        .filter(|indicator| indicator.get(..key.len()).is_some_and(|start| start.eq_ignore_ascii_case(key)))
        .map(|indicator| &indicator[key.len()..])
}

/// What the finding states in the field, as it states it: for the fields that a rule may repeat in its groups and reason.
fn stated(finding: &Finding, field: Field) -> Box<dyn Iterator<Item = &str> + '_> {
    let compliance = finding.compliance.as_deref();
    let of_key = |key: &'static str| {
        let indicators = finding.indicators.iter().flatten();
        indicators.filter_map(move |text| text.strip_prefix(key))
    };
    match field {
        Field::Requirement => Box::new(compliance.into_iter().flat_map(|compliance| &compliance.requirements).map(|text| &**text)),
        Field::Standard => {
            let standards = compliance.into_iter().flat_map(|compliance| &compliance.standards);
            Box::new(standards.chain(&finding.standard).map(|text| &**text))
        }
        Field::Indicator => Box::new(finding.indicators.iter().flatten().map(|text| &**text)),
        Field::Tactic => Box::new(of_key(TACTIC)),
        Field::Technique => Box::new(of_key(TECHNIQUE)),
        Field::Type => Box::new(std::iter::once(&*finding.kind)),
        Field::Control => Box::new(finding.control().into_iter().map(|text| &**text)),
        Field::Product => Box::new(finding.product.iter().map(|text| &**text)),
        Field::Account => Box::new(std::iter::once(finding.account.as_str())),
        Field::Region => Box::new(std::iter::once(finding.region.as_str())),
        Field::Resource => Box::new(finding.resources.first().into_iter().map(|resource| &*resource.kind)),
        Field::AnyResource => Box::new(finding.resources.iter().map(|resource| &*resource.kind)),
        Field::Service => Box::new(finding.resources.first().into_iter().map(service)),
        Field::AnyService => Box::new(finding.resources.iter().map(service)),
        Field::Severity | Field::Status | Field::Family | Field::Title | Field::Text | Field::Tag | Field::Id | Field::Marked => {
            Box::new(std::iter::empty())
        }
    }
}

/// Whether a rule may repeat what a condition on the field met.
pub(super) const fn is_repeatable(field: Field) -> bool {
    !matches!(field, Field::Severity | Field::Status | Field::Family | Field::Title | Field::Text | Field::Tag | Field::Id | Field::Marked)
}

/// What of the finding satisfies the condition, each once: as the finding states it, and what the first star stands for.
pub(super) fn met<'f>(finding: &'f Finding, condition: &Condition) -> Vec<(&'f str, String)> {
    let mut met: Vec<(&str, String)> = Vec::new();
    for fact in stated(finding, condition.field) {
        let lower = fact.to_ascii_lowercase();
        // A type or control that is written in another way was brought to one form before; then all of it is what was met.
        let part = condition.capture(&lower).map(ToOwned::to_owned);
        let part = part.or_else(|| matches!(condition.field, Field::Type | Field::Control | Field::Product).then_some(lower));
        if let Some(part) = part.filter(|_| !met.iter().any(|(known, _)| *known == fact)) {
            met.push((fact, part));
        }
    }
    met
}

/// Ends a fact in a key; it is in no UTF-8 text.
const END: u8 = 0xff;

/// Writes the shared facts that the `wanted` fields look at, as the finding has them: equal keys satisfy the same conditions.
pub(super) fn write_key(finding: &Finding, wanted: Fields, key: &mut Vec<u8>) {
    key.clear();
    key.extend([finding.source as u8, finding.severity as u8, finding.status as u8]);
    let mut put = |text: &str| {
        key.extend_from_slice(text.as_bytes());
        key.push(END);
    };
    put(&finding.kind);
    if finding.source == Source::SecurityHub {
        put(finding.product.as_deref().unwrap_or_default());
        put(if finding.product.is_none() { arn_service(&finding.id) } else { "" });
    }
    if finding.source == Source::SecurityHub || finding.compliance.is_some() {
        put(control_id(finding));
    }
    for resource in &finding.resources {
        put(&resource.kind);
        put(service(resource));
    }
    for (field, name) in [(Field::Account, finding.account.as_str()), (Field::Region, finding.region.as_str())] {
        if wanted.contains(field) {
            put(name);
        }
    }
    if let Some(compliance) = finding.compliance.as_deref() {
        if wanted.contains(Field::Requirement) {
            compliance.requirements.iter().for_each(|requirement| put(requirement));
            put("");
        }
        if wanted.contains(Field::Standard) {
            compliance.standards.iter().chain(&finding.standard).for_each(|standard| put(standard));
            put("");
        }
    }
    if [Field::Indicator, Field::Tactic, Field::Technique].into_iter().any(|field| wanted.contains(field)) {
        finding.indicators.iter().flatten().for_each(|indicator| put(indicator));
    }
}

/// Writes what a condition on sentences looks at.
pub(super) fn write_text(finding: &Finding, key: &mut Vec<u8>) {
    for text in [&finding.title, &finding.description] {
        key.extend_from_slice(text.as_bytes());
        key.push(END);
    }
}

/// The product's name in one form: lower case, dashes, without the maker's name before it.
fn product(finding: &Finding) -> String {
    if finding.source != Source::SecurityHub {
        return String::new();
    }
    let name = match &finding.product {
        Some(name) => name.to_ascii_lowercase().replace(' ', "-"),
        None => arn_service(&finding.id).to_ascii_lowercase(),
    };
    let bare = ["amazon-", "aws-", "iam-"].iter().find_map(|maker| name.strip_prefix(maker));
    match bare.unwrap_or(&name) {
        "inspector2" => "inspector".to_owned(),
        "macie2" => "macie".to_owned(),
        "securityhub" => "security-hub".to_owned(),
        bare => bare.to_owned(),
    }
}

fn origin(finding: &Finding, product: &str) -> Source {
    if finding.source == Source::SecurityHub { Source::from_slug(product).unwrap_or(Source::SecurityHub) } else { finding.source }
}

/// The control's id, lower case: `CT.` of Control Tower removed (its numbers are the controls' own), a bare rule number
/// taken for one of the CIS benchmark.
fn control(finding: &Finding) -> String {
    let id = control_id(finding).to_ascii_lowercase();
    if let Some(own) = id.strip_prefix("ct.").filter(|own| own.contains('.')) {
        return own.to_owned();
    }
    if id.starts_with(|c: char| c.is_ascii_digit()) { format!("cis.{id}") } else { id }
}

/// The control's id as it is stated, or as the title of an old finding has it.
fn control_id(finding: &Finding) -> &str {
    let in_title = || if finding.source == Source::SecurityHub { control_in_title(&finding.title) } else { "" };
    finding.control().map_or_else(in_title, Text::as_str)
}

/// The service that a control is about: `s3` of `S3.8`, `PCI.S3.2` and `prowler-s3_bucket_public_access`.
pub(super) fn family(control: &str) -> &str {
    if let Some(check) = control.strip_prefix("prowler-") {
        return check.split(['_', '-']).next().unwrap_or(check);
    }
    let mut parts = control.rsplit('.');
    let number = parts.next().unwrap_or_default();
    match parts.next() {
        Some(family) if number.starts_with(|c: char| c.is_ascii_digit()) && !family.starts_with(|c: char| c.is_ascii_digit()) => family,
        Some(_) => control.split('.').next().unwrap_or_default(),
        None => "",
    }
}

/// Before control findings were consolidated, and in findings of single standards, the title begins with the control's id
/// (`S3.8 S3 Block ...`, `[GCP.GCE.1] ...`, `3.7 Ensure ...`).
fn control_in_title(title: &str) -> &str {
    let word = title.split(' ').next().unwrap_or_default().trim_start_matches('[').trim_end_matches(']');
    let is_id = word.contains('.')
        && word.ends_with(|c: char| c.is_ascii_digit())
        && word.split('.').all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric()));
    if is_id && word.len() <= 40 { word } else { "" }
}

/// In Security Hub a `GuardDuty` or Macie type is the end of a path, with a dash for the slash: `TTPs/Discovery/Recon:EC2-Portscan`;
/// where the purpose is missing from the last part, it is the part before (`TTPs/Discovery/IAMUser-AnomalousBehavior`).
fn native_type(asff: &str) -> String {
    if asff.split('/').next().is_some_and(|purpose| purpose.contains(':')) {
        return asff.to_ascii_lowercase();
    }
    let last = last_part(asff);
    let (purpose, rest) = match last.split_once(':') {
        Some((purpose, rest)) => (purpose.to_owned(), rest),
        None => (asff.rsplit('/').nth(1).unwrap_or_default().replace(' ', ""), last),
    };
    format!("{purpose}:{}", rest.replacen('-', "/", 1)).to_ascii_lowercase()
}

fn last_part(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or_default()
}

/// The service of the resource's ARN, or nothing.
fn service(resource: &Resource) -> &str {
    arn_service(&resource.id)
}

fn arn_service(id: &str) -> &str {
    id.strip_prefix("arn:").and_then(|rest| rest.split(':').nth(1)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::{Facts, control_in_title, family, native_type};
    use crate::model::{Compliance, Finding, Source, Text};

    #[test]
    fn a_control_s_family_is_found_in_every_spelling() {
        for (control, expected) in [
            ("s3.8", "s3"),
            ("pci.s3.2", "s3"),
            ("cis.1.20", "cis"),
            ("prowler-s3_bucket_public_access", "s3"),
            ("gcp.gce.1", "gce"),
            ("something", ""),
            ("", ""),
        ] {
            assert_eq!(family(control), expected, "{control}");
        }
    }

    #[test]
    fn a_control_s_id_is_read_from_an_old_title() {
        for (title, expected) in [
            ("S3.8 S3 Block Public Access", "S3.8"),
            ("3.7 Ensure a log metric filter", "3.7"),
            ("[GCP.GCE.1] Google Compute Engine", "GCP.GCE.1"),
            ("199.241.229.197 is performing", "199.241.229.197"),
            ("Check if S3", ""),
            ("", ""),
        ] {
            assert_eq!(control_in_title(title), expected, "{title}");
        }
    }

    #[test]
    fn a_guardduty_type_is_read_back_from_security_hub() {
        for (asff, expected) in [
            ("TTPs/Initial Access/UnauthorizedAccess:EC2-SSHBruteForce", "unauthorizedaccess:ec2/sshbruteforce"),
            ("TTPs/Discovery/IAMUser-AnomalousBehavior", "discovery:iamuser/anomalousbehavior"),
            ("TTPs/Command and Control/Backdoor:EC2-C&CActivity.B!DNS", "backdoor:ec2/c&cactivity.b!dns"),
            ("Recon:EC2/Portscan", "recon:ec2/portscan"),
            ("Backdoor:EC2/C&CActivity.B!DNS", "backdoor:ec2/c&cactivity.b!dns"),
        ] {
            assert_eq!(native_type(asff), expected, "{asff}");
        }
    }

    #[test]
    fn a_product_that_is_a_source_counts_as_that_source() {
        for (product, id, source) in [
            (Some("GuardDuty"), "x", Source::GuardDuty),
            (Some("IAM Access Analyzer"), "x", Source::AccessAnalyzer),
            (Some("Amazon Inspector"), "x", Source::Inspector),
            (None, "arn:aws:inspector2:us-east-1:111122223333:finding/0", Source::Inspector),
            (Some("Prowler"), "arn:aws:guardduty:x", Source::SecurityHub),
            (Some("Security Hub"), "x", Source::SecurityHub),
        ] {
            let finding = Finding { product: product.map(Text::new), ..Finding::blank(Source::SecurityHub, id) };
            assert_eq!(Facts::of(&finding).source, source, "{product:?} {id}");
        }
    }

    #[test]
    fn control_tower_s_ids_are_the_controls_own() {
        let compliance = Compliance { control: Some(Text::new("CT.CloudTrail.2")), ..Compliance::default() };
        let finding = Finding { compliance: Some(Box::new(compliance)), ..Finding::blank(Source::SecurityHub, "x") };
        assert_eq!(Facts::of(&finding).control, "cloudtrail.2");
    }
}
