//! The AWS Security Finding Format -> the model, whichever product made the finding.

use std::borrow::Cow;
use std::sync::LazyLock;

use super::draft;
use super::json::{self, Node};
use super::traits;
use crate::model::{
    Actors, Arn, Compliance, Door, Finding, MergeKey, NativeSeverity, Remediation, Resource, Severity, Source, Status, Text, Vulnerability,
    is_console,
};

/// Makes a finding of one ASFF record.
pub(super) fn normalise(json: &[u8], door: &Door) -> Finding {
    let (finding, damage) = json::read(json, |root| build(root, json, door));
    draft::done(finding, damage)
}

/// The products whose own records ringfort reads too, as the product's ARN ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Product {
    GuardDuty,
    Inspector,
    Macie,
    AccessAnalyzer,
    SecurityHub,
    Other,
}

impl Product {
    fn of(arn: &str) -> Self {
        match arn.split_once(":product/aws/").map(|(_, name)| name) {
            Some("guardduty") => Self::GuardDuty,
            Some("inspector") => Self::Inspector,
            Some("macie") => Self::Macie,
            Some("access-analyzer") => Self::AccessAnalyzer,
            Some("securityhub") => Self::SecurityHub,
            _ => Self::Other,
        }
    }
}

fn build(root: Node<'_>, json: &[u8], door: &Door) -> Finding {
    let id = draft::id_or_hash(root.at("Id"), json);
    let product_arn = root.at("ProductArn").str().unwrap_or_default();
    let product = Product::of(&product_arn);
    let account = draft::account_id(root.at("AwsAccountId"));
    let region = root.at("Region").str();
    let resources = resources(root.at("Resources"));
    let arn = if product_arn.is_empty() { &*id } else { &*product_arn };
    let account = account.or_else(|| Arn::parse(&id).map(|arn| arn.account.to_owned()).filter(|account| !account.is_empty()));
    let origin = draft::Origin::new(account.as_deref(), region.as_deref(), None, arn, door);
    let key = MergeKey::new(&format!("security-hub|{product_arn}|{id}"));
    let fields = root.at("ProductFields");

    let compliance = compliance(root);
    let passed = compliance.as_ref().is_some_and(|compliance| compliance.status.as_deref() == Some("PASSED"));
    let native = root.at("Severity");
    let (severity, reason) = severity(native, root, product, passed);
    let score = native.at("Normalized").number().or_else(|| native.at("Product").number());
    let label = native.at("Label").text();
    let kind = root.at("Types").items().find_map(Node::text).unwrap_or_else(Text::empty);
    let description = root.at("Description").text().unwrap_or_else(Text::empty);
    let title = root.at("Title").text().unwrap_or_else(|| if kind.is_empty() { description.clone() } else { kind.clone() });
    let updated = root.at("UpdatedAt").time();
    let source_url = draft::web_url(root.at("SourceUrl").text());
    let console_url = source_url.as_ref().filter(|url| is_console(url)).cloned();
    let recommendation = root.at("Remediation").at("Recommendation");

    let mut finding = draft::blank(Source::SecurityHub, id, key, origin);
    finding.resources = resources;
    (finding.group, finding.standard) = group(&finding, product, compliance.as_deref(), root);
    finding.kind = kind;
    finding.title = title;
    finding.description = description;
    finding.severity = severity;
    finding.native_severity = NativeSeverity { label, score };
    finding.priority = draft::priority(severity, reason);
    finding.status = status(root);
    finding.first_seen = root.at("FirstObservedAt").time().or_else(|| root.at("CreatedAt").time());
    finding.last_seen = root.at("LastObservedAt").time().or(updated);
    finding.updated = updated;
    finding.actors = actors(root, product);
    finding.vulnerabilities = vulnerabilities(root);
    finding.indicators = indicators(root);
    finding.compliance = compliance;
    finding.traits = traits::asff(root, product, &finding);
    finding.remediation = Remediation {
        text: recommendation.at("Text").text().filter(|text| !text.eq_ignore_ascii_case("none provided")),
        url: draft::web_url(recommendation.at("Url").text()).or(source_url.filter(|url| !is_console(url))),
    };
    finding.console_url = console_url;
    finding.product = product_name(root, product, &product_arn, fields);
    finding.sample = root.at("Sample").flag().unwrap_or(false);
    finding.workflow = workflow(root);
    finding
}

static PASSED: LazyLock<Text> = LazyLock::new(|| Text::new("the control passed"));
static LABEL: LazyLock<Text> = LazyLock::new(|| Text::new("severity label as Security Hub states it"));
static NORMALIZED: LazyLock<Text> = LazyLock::new(|| Text::new("normalized severity as Security Hub states it"));
static PROVIDER: LazyLock<Text> = LazyLock::new(|| Text::new("severity as the product states it"));
static GUARDDUTY: LazyLock<Text> = LazyLock::new(|| Text::new("severity as GuardDuty states it; Security Hub's copy is coarser"));
static NONE: LazyLock<Text> = LazyLock::new(|| Text::new("the product states no severity"));

/// The one that the record states best, and the reason.
fn severity(native: Node<'_>, root: Node<'_>, product: Product, passed: bool) -> (Severity, &'static LazyLock<Text>) {
    if passed {
        return (Severity::Informational, &PASSED);
    }
    let number = native.at("Product");
    if product == Product::GuardDuty
        && let Some(number) = number.number()
    {
        return (draft::guardduty_severity(number), &GUARDDUTY);
    }
    let word = |node: Node<'_>| node.str().as_deref().and_then(Severity::from_word);
    if let Some(label) = word(native.at("Label")) {
        return (label, &LABEL);
    }
    if let Some(normalized) = native.at("Normalized").number().and_then(from_normalized) {
        return (normalized, &NORMALIZED);
    }
    if let Some(label) = word(root.at("FindingProviderFields").at("Severity").at("Label")) {
        return (label, &PROVIDER);
    }
    // The product's own scale is not known here; those in the wild are 0-10, or 0-100 like the normalized one.
    match number.number() {
        Some(number) if number <= 10.0 => (draft::guardduty_severity(number), &PROVIDER),
        Some(number) => (from_normalized(number).unwrap_or_default(), &PROVIDER),
        None => (Severity::Unknown, &NONE),
    }
}

/// The bands of `Severity.Normalized` (service model).
fn from_normalized(number: f64) -> Option<Severity> {
    match number {
        n if !(0.0..=100.0).contains(&n) => None,
        n if n >= 90.0 => Some(Severity::Critical),
        n if n >= 70.0 => Some(Severity::High),
        n if n >= 40.0 => Some(Severity::Medium),
        n if n >= 1.0 => Some(Severity::Low),
        _ => Some(Severity::Informational),
    }
}

fn workflow_status(root: Node<'_>) -> Option<Cow<'_, str>> {
    let workflow = root.at("Workflow");
    // The legacy member counts only where the new one is missing.
    if workflow.is_there() { workflow.at("Status").str() } else { root.at("WorkflowState").str() }
}

fn status(root: Node<'_>) -> Status {
    if root.at("RecordState").str().as_deref() == Some("ARCHIVED") {
        return Status::Archived;
    }
    match workflow_status(root).as_deref() {
        Some("RESOLVED") => Status::Resolved,
        Some("SUPPRESSED") => Status::Suppressed,
        _ => Status::Active,
    }
}

/// What people did with it: `NOTIFIED: handed to the platform team (alice)`.
fn workflow(root: Node<'_>) -> Option<Text> {
    let status = workflow_status(root);
    let note = root.at("Note");
    let text = note.at("Text").str();
    let by = note.at("UpdatedBy").str().map(|by| format!(" ({by})")).unwrap_or_default();
    match (status, text) {
        (Some(status), Some(text)) => Some(Text::new(&format!("{status}: {text}{by}"))),
        (Some(status), None) => Some(Text::new(&status)),
        (None, Some(text)) => Some(Text::new(&format!("{text}{by}"))),
        (None, None) => None,
    }
}

fn compliance(root: Node<'_>) -> Option<Box<Compliance>> {
    let node = root.at("Compliance");
    let fields = root.at("ProductFields");
    if !node.is_there() {
        return None;
    }
    let texts = |list: Node<'_>| list.items().filter_map(Node::text).collect::<Vec<_>>();
    let mut standards: Vec<Text> = node.at("AssociatedStandards").items().filter_map(|one| one.at("StandardsId").text()).collect();
    if standards.is_empty() {
        // Without consolidated controls the standard is named by its ARN.
        let arn = fields.any(&["StandardsArn", "StandardsGuideArn"]).str();
        let id = arn.as_deref().and_then(|arn| arn.split_once(":::")).map(|(_, id)| Text::new(id));
        draft::add(&mut standards, id);
    }
    let reasons = node.at("StatusReasons").items().filter_map(|one| one.any(&["Description", "ReasonCode"]).text()).collect();
    Some(Box::new(Compliance {
        status: node.at("Status").text(),
        control: node.at("SecurityControlId").text().or_else(|| fields.any(&["ControlId", "RuleId"]).text()),
        standards,
        requirements: texts(node.at("RelatedRequirements")),
        reasons,
    }))
}

/// What the record shares with others of the same issue, and the standard that a per-standard copy belongs to.
fn group(finding: &Finding, product: Product, compliance: Option<&Compliance>, root: Node<'_>) -> (Option<MergeKey>, Option<Text>) {
    let id = &*finding.id;
    match product {
        Product::GuardDuty => {
            let last = id.rsplit('/').next().unwrap_or(id);
            let group = draft::guardduty_group(id)
                .unwrap_or_else(|| MergeKey::new(&format!("guardduty|{}|{}|{last}", finding.account, finding.region)));
            (Some(group), None)
        }
        // Findings of Inspector Classic have no record in Inspector.
        Product::Inspector => (Arn::parse(id).filter(|arn| arn.service == "inspector2").map(|_| draft::inspector_group(id)), None),
        // So have those of Macie Classic none in Macie.
        Product::Macie if id.contains("/alert/") => (None, None),
        Product::Macie => {
            let last = id.rsplit(['/', ':']).next().unwrap_or(id);
            (Some(draft::macie_group(&finding.account, &finding.region, last)), None)
        }
        Product::AccessAnalyzer => (Some(draft::access_group(id)), None),
        Product::SecurityHub => by_control(finding, id, compliance, root),
        Product::Other => (draft::health_group(&finding.account, id), None),
    }
}

/// With consolidated controls, `arn:...:security-control/<control>/finding/<uuid>`; without, one control fails once in every
/// standard: `arn:...:subscription/<standard>/<control>/finding/<uuid>`.
fn by_control(finding: &Finding, id: &str, compliance: Option<&Compliance>, root: Node<'_>) -> (Option<MergeKey>, Option<Text>) {
    let part = |mark| Some(id.split_once(mark)?.1.split_once("/finding/")?.0);
    let (in_id, standard) = match (part(":subscription/").and_then(|part| part.rsplit_once('/')), part(":security-control/")) {
        (Some((standard, control)), _) => (control, Some(Text::new(standard))),
        (None, Some(control)) => (control, None),
        (None, None) => return (None, None),
    };
    let stated = root.at("Compliance").at("SecurityControlId").text().or_else(|| compliance?.control.clone());
    let control = stated.as_deref().unwrap_or(in_id);
    let resource = finding.resources.first().map_or("", |resource| resource.id.as_str());
    (Some(draft::control_group(&finding.account, &finding.region, control, resource)), standard)
}

/// Who made it, where it was not Security Hub. Products that import under the account's default one name themselves in fields.
fn product_name(root: Node<'_>, product: Product, arn: &str, fields: Node<'_>) -> Option<Text> {
    if product == Product::SecurityHub {
        return None;
    }
    let stated = |node: Node<'_>| node.text().filter(|name| name.as_str() != "Default");
    stated(root.at("ProductName"))
        .or_else(|| stated(fields.any(&["ProductName", "ProviderName"])))
        .or_else(|| stated(fields.at("aws/securityhub/ProductName")))
        .or_else(|| Some(Text::new(draft::short_name(arn))).filter(|name| !name.is_empty()))
}

fn resources(list: Node<'_>) -> Vec<Resource> {
    list.items()
        .map(|one| {
            let kind = one.at("Type").text().unwrap_or_else(Text::empty);
            let id = one.at("Id").text().unwrap_or_else(Text::empty);
            let mut resource = draft::resource(kind, id, None, draft::tag_map(one.at("Tags")));
            // Security Hub names the account itself `AWS::::Account:111122223333`.
            if let Some((_, account)) = resource.id.split_once("::Account:") {
                (resource.account, resource.name) = (crate::model::AccountId::new(account), Text::new(account));
            }
            if resource.region.is_empty()
                && let Some(region) = one.at("Region").text()
            {
                resource.region = region.into();
            }
            resource
        })
        .collect()
}

fn actors(root: Node<'_>, product: Product) -> Actors {
    let mut actors = Actors::default();
    for resource in root.at("Resources").items() {
        let key = resource.at("Details").at("AwsIamAccessKey");
        if key.is_there() {
            let issuer = key.at("SessionContext").at("SessionIssuer");
            let name = key.any(&["UserName", "PrincipalName"]).text();
            draft::add(
                &mut actors.principals,
                name.or_else(|| issuer.any(&["Arn", "UserName"]).text()).or_else(|| key.at("PrincipalId").text()),
            );
            draft::add(&mut actors.access_keys, key.at("AccessKeyId").text());
        }
        let other = resource.at("Details").at("Other");
        if product == Product::AccessAnalyzer && other.is_there() {
            draft::add(&mut actors.principals, other.at("External Principal").text());
        }
    }
    let action = root.at("Action");
    if action.is_there() {
        let places = [action.at("AwsApiCallAction"), action.at("NetworkConnectionAction")];
        for place in places.into_iter().chain(action.at("PortProbeAction").at("PortProbeDetails").items()) {
            draft::add(&mut actors.ips, place.at("RemoteIpDetails").at("IpAddressV4").text());
        }
        draft::add(&mut actors.domains, action.at("AwsApiCallAction").at("DomainDetails").at("Domain").text());
        draft::add(&mut actors.domains, action.at("DnsRequestAction").at("Domain").text());
    }
    let network = root.at("Network");
    if network.is_there() {
        for key in ["SourceIpV4", "SourceIpV6", "DestinationIpV4", "DestinationIpV6"] {
            draft::add(&mut actors.ips, network.at(key).text());
        }
        draft::add(&mut actors.domains, network.any(&["SourceDomain", "DestinationDomain"]).text());
    }
    if product == Product::GuardDuty {
        for (key, value) in root.at("ProductFields").members() {
            if key.contains("/remoteIpDetails/ipAddressV") {
                draft::add(&mut actors.ips, value.text());
            } else if key.ends_with("/dnsRequestAction/domain") {
                draft::add(&mut actors.domains, value.text());
            }
        }
    }
    actors
}

/// Of the attack sequence, and of each of its signals.
fn indicators(root: Node<'_>) -> Option<Box<[Text]>> {
    let sequence = root.at("Detection").at("Sequence");
    let signals = sequence.at("Signals").items().map(|signal| signal.at("SignalIndicators"));
    draft::indicators(std::iter::once(sequence.at("SequenceIndicators")).chain(signals))
}

/// One for each package of each vulnerability.
fn vulnerabilities(root: Node<'_>) -> Vec<Vulnerability> {
    let mut list = Vec::new();
    for one in root.at("Vulnerabilities").items() {
        let of_all = Vulnerability {
            id: one.at("Id").text().unwrap_or_else(Text::empty),
            cvss: one.at("Cvss").items().filter_map(|cvss| cvss.at("BaseScore").on_scale(10.0)).reduce(f64::max),
            epss: one.at("EpssScore").on_scale(1.0),
            over_network: draft::over_network(one.at("Cvss").items().map(|cvss| cvss.at("BaseVector"))),
            exploit_available: yes_or_no(one.at("ExploitAvailable")),
            fix_available: yes_or_no(one.at("FixAvailable")),
            ..Vulnerability::default()
        };
        let before = list.len();
        list.extend(one.at("VulnerablePackages").items().map(|package| Vulnerability {
            package: package.at("Name").text(),
            installed: package.at("Version").text(),
            fixed_in: package.at("FixedInVersion").text().filter(|version| !version.eq_ignore_ascii_case("NotAvailable")),
            ..of_all.clone()
        }));
        if list.len() == before {
            list.push(of_all);
        }
    }
    list
}

fn yes_or_no(node: Node<'_>) -> Option<bool> {
    match node.str().as_deref() {
        Some("YES" | "PARTIAL") => Some(true),
        Some("NO") => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::normalise;
    use crate::model::{AccountId, Door, Finding, Region, Severity, Status};

    fn of(members: &str) -> Finding {
        let json = format!(r#"{{"Id":"f","ProductArn":"arn:aws-cn:securityhub:cn-north-1:111122223333:product/x/y",{members}}}"#);
        normalise(json.as_bytes(), &Door { account: AccountId::new("9"), region: Region::new("eu-central-1") })
    }

    #[test]
    fn the_label_wins_then_the_normalized_number_then_the_products_own() {
        for (severity, level) in [
            (r#"{"Label":"LOW","Normalized":90,"Product":9}"#, Severity::Low),
            (r#"{"Normalized":90}"#, Severity::Critical),
            (r#"{"Normalized":89}"#, Severity::High),
            (r#"{"Normalized":40}"#, Severity::Medium),
            (r#"{"Normalized":1}"#, Severity::Low),
            (r#"{"Normalized":0}"#, Severity::Informational),
            (r#"{"Normalized":70.5}"#, Severity::High),
            (r#"{"Product":8}"#, Severity::High),
            (r#"{"Label":"NEW_WORD","Normalized":70}"#, Severity::High),
            ("{}", Severity::Unknown),
        ] {
            assert_eq!(of(&format!(r#""Severity":{severity}"#)).severity, level, "{severity}");
        }
    }

    #[test]
    fn a_copy_from_guardduty_has_guarddutys_severity() {
        let json = br#"{"Id":"f","ProductArn":"arn:aws:securityhub:r::product/aws/guardduty","Severity":{"Product":2,"Label":"MEDIUM","Normalized":40}}"#;
        let finding = normalise(json, &Door { account: AccountId::new("9"), region: Region::new("r") });
        assert_eq!((finding.severity, finding.native_severity.label.as_deref()), (Severity::Low, Some("MEDIUM")));
    }

    #[test]
    fn a_passed_control_is_no_problem_whatever_its_label() {
        assert_eq!(of(r#""Severity":{"Label":"CRITICAL"},"Compliance":{"Status":"PASSED"}"#).severity, Severity::Informational);
    }

    #[test]
    fn the_legacy_workflow_state_counts_only_without_the_new_one() {
        assert_eq!(of(r#""WorkflowState":"RESOLVED""#).status, Status::Resolved);
        assert_eq!(of(r#""WorkflowState":"RESOLVED","Workflow":{"Status":"NEW"}"#).status, Status::Active);
        assert_eq!(of(r#""Workflow":{"Status":"SUPPRESSED"}"#).status, Status::Suppressed);
        assert_eq!(of(r#""Workflow":{"Status":"SUPPRESSED"},"RecordState":"ARCHIVED""#).status, Status::Archived);
        assert_eq!(of(r#""RecordState":"FUTURE""#).status, Status::Active);
    }

    #[test]
    fn what_fails_the_same_control_is_grouped_and_copies_say_for_which_standard() {
        let control = |id: &str| {
            let json = format!(
                r#"{{"Id":"{id}","ProductArn":"arn:aws:securityhub:r::product/aws/securityhub","AwsAccountId":"1","Region":"r",
                    "Resources":[{{"Type":"AwsS3Bucket","Id":"arn:aws:s3:::b"}}],"Compliance":{{"Status":"FAILED","SecurityControlId":"S3.8"}}}}"#
            );
            let finding = normalise(json.as_bytes(), &Door { account: AccountId::new("9"), region: Region::new("r") });
            (finding.group, finding.standard.map(|standard| standard.to_string()))
        };
        let cis = control("arn:aws:securityhub:r:1:subscription/cis-aws-foundations-benchmark/v/1.4.0/2.1.5/finding/u1");
        let pci = control("arn:aws:securityhub:r:1:subscription/pci-dss/v/3.2.1/PCI.S3.6/finding/u2");
        assert_eq!(cis.0, Some(crate::model::MergeKey::new("control|1|r|S3.8|arn:aws:s3:::b")));
        assert_eq!(cis.0, pci.0);
        assert_eq!((cis.1.as_deref(), pci.1.as_deref()), (Some("cis-aws-foundations-benchmark/v/1.4.0"), Some("pci-dss/v/3.2.1")));
        assert_eq!(control("arn:aws:securityhub:r:1:security-control/S3.8/finding/u3"), (cis.0, None));
        assert_eq!(control("arn:aws:securityhub:r:1:other/finding/u4"), (None, None));
    }

    #[test]
    fn account_region_and_partition_fall_back_to_the_products_arn() {
        let finding = of(r#""Title":"t""#);
        assert_eq!(
            (finding.account.as_str(), finding.region.as_str(), finding.partition.as_str()),
            ("111122223333", "cn-north-1", "aws-cn")
        );
    }

    #[test]
    fn the_product_names_itself_even_behind_the_default_one() {
        assert_eq!(of(r#""ProductName":"Prowler""#).product.as_deref(), Some("Prowler"));
        assert_eq!(
            of(r#""ProductName":"Default","ProductFields":{"ProviderName":"CloudCustodian"}"#).product.as_deref(),
            Some("CloudCustodian")
        );
    }

    #[test]
    fn what_people_did_is_one_line() {
        let finding = of(r#""Workflow":{"Status":"NOTIFIED"},"Note":{"Text":"with the\nteam","UpdatedBy":"alice"}"#);
        assert_eq!(finding.workflow.as_deref(), Some("NOTIFIED: with the team (alice)"));
    }

    #[test]
    fn only_links_to_the_web_are_taken() {
        let finding =
            of(r#""SourceUrl":"javascript:alert(1)","Remediation":{"Recommendation":{"Url":"file:///etc/passwd","Text":"None Provided"}}"#);
        assert_eq!((&finding.remediation.url, &finding.remediation.text), (&None, &None));
        assert!(finding.console_link().is_some_and(|url| url.starts_with("https://cn-north-1.console.amazonaws.cn/securityhub/")));
        let console = of(r#""SourceUrl":"https://us-east-1.console.aws.amazon.com/guardduty/home""#).console_url;
        assert_eq!(console.as_deref(), Some("https://us-east-1.console.aws.amazon.com/guardduty/home"));
    }
}
