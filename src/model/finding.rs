//! The normalised finding.

use std::fmt;
use std::sync::LazyLock;

use serde::{Serialize, Serializer};

use super::{AccountId, MergeKey, Partition, Placement, Region, Severity, Shared, Source, Text, Timestamp, Traits, console};

/// One issue, from one source, perhaps seen by others too.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    /// The source's own id: `GuardDuty` and Macie finding id, Inspector finding ARN, Access Analyzer id, Security Hub `Id`.
    pub id: Text,
    /// The record's own identity: equal keys are the same record, whichever account or Region was asked for it.
    pub key: MergeKey,
    /// What other sources' records of the same issue share with it; `None` where no other source can have one.
    pub group: Option<MergeKey>,
    /// Which service gave this record.
    pub source: Source,
    /// The type in the source's own words, such as `Recon:EC2/Portscan` or `PACKAGE_VULNERABILITY`.
    pub kind: Text,
    /// One line that says what it is; made up from the parts where the source gives none.
    pub title: Text,
    /// The source's description; may be empty.
    pub description: Text,
    /// On the one scale.
    pub severity: Severity,
    /// As the source says it.
    pub native_severity: NativeSeverity,
    /// What ringfort orders by.
    pub priority: Priority,
    /// Active, archived, suppressed or resolved.
    pub status: Status,
    /// The account that the finding is about, not the one that was asked.
    pub account: AccountId,
    /// The Region that the finding is about, not the one that was asked.
    pub region: Region,
    /// The partition of the account.
    pub partition: Partition,
    /// When it was first observed.
    pub first_seen: Option<Timestamp>,
    /// When it was last observed.
    pub last_seen: Option<Timestamp>,
    /// When the source last changed the record: decides between two copies of it.
    pub updated: Option<Timestamp>,
    /// How often the source saw it, where it counts.
    pub count: Option<u64>,
    /// What it is about; the first is the main one.
    pub resources: Vec<Resource>,
    /// Who did it.
    pub actors: Actors,
    /// The vulnerabilities that it reports.
    pub vulnerabilities: Vec<Vulnerability>,
    /// The control, and what it is required by; Security Hub only.
    pub compliance: Option<Box<Compliance>>,
    /// What an attack sequence shows, as `KEY=value` (`ATTACK_TACTIC=Exfiltration`), or the key alone, and what a guardrail did
    /// (`GUARDRAIL_ACTION=NONE`); GuardDuty only, elsewhere `None`.
    pub indicators: Option<Box<[Text]>>,
    /// What to do, as the source says.
    pub remediation: Remediation,
    /// The finding's page in the AWS console, where the record states it; [`Finding::console_link`] knows it for all.
    pub console_url: Option<Text>,
    /// The ARN of the analyzer that made it; Access Analyzer only.
    pub analyzer: Option<Text>,
    /// Which product made it, where the source only passes it on, such as `Prowler`.
    pub product: Option<Text>,
    /// A sample, made to try the service out.
    pub sample: bool,
    /// What of the record could not be read, if anything: the finding is shown as damaged.
    pub damage: Option<Text>,
    /// What a person did with it in Security Hub: workflow status and note, one line.
    pub workflow: Option<Text>,
    /// The standard that a per-standard copy of a control finding belongs to: copies of different standards are one finding.
    pub standard: Option<Text>,
    /// What it says of its resource that makes a weakness weigh more.
    pub traits: Traits,
    /// Where it stands in the lenses.
    pub placement: Shared<Placement>,
    /// Other records of the same finding.
    pub also_seen: Vec<SeenBy>,
    /// Where the store keeps the source's own JSON.
    pub raw: RawRef,
}

impl Finding {
    /// An active finding of which only this is known yet; it is unplaced.
    #[must_use]
    pub fn new(source: Source, id: Text, key: MergeKey) -> Self {
        static UNPLACED: LazyLock<Shared<Placement>> = LazyLock::new(|| Placement::unplaced().into());
        Self {
            id,
            key,
            group: None,
            source,
            kind: Text::empty(),
            title: Text::empty(),
            description: Text::empty(),
            severity: Severity::Unknown,
            native_severity: NativeSeverity::default(),
            priority: Priority { level: Severity::Unknown, reason: Text::empty() },
            status: Status::Active,
            account: AccountId::default(),
            region: Region::default(),
            partition: Partition::default(),
            first_seen: None,
            last_seen: None,
            updated: None,
            count: None,
            resources: Vec::new(),
            actors: Actors::default(),
            vulnerabilities: Vec::new(),
            compliance: None,
            indicators: None,
            remediation: Remediation::default(),
            console_url: None,
            analyzer: None,
            product: None,
            sample: false,
            damage: None,
            workflow: None,
            standard: None,
            traits: Traits::NONE,
            placement: UNPLACED.clone(),
            also_seen: Vec::new(),
            raw: RawRef::default(),
        }
    }

    /// A finding of which only source and id are known; its key is its id.
    #[doc(hidden)]
    #[must_use]
    pub fn blank(source: Source, id: &str) -> Self {
        let id = Text::new(id);
        let key = MergeKey::new(&id);
        Self::new(source, id, key)
    }

    /// The resource that the finding is mainly about.
    #[must_use]
    pub fn resource(&self) -> Option<&Resource> {
        self.resources.first()
    }

    /// The control that failed, where the finding is a control's.
    #[must_use]
    pub fn control(&self) -> Option<&Text> {
        self.compliance.as_ref().and_then(|compliance| compliance.control.as_ref())
    }

    /// The main resource's short name, or nothing.
    #[must_use]
    pub fn resource_name(&self) -> &str {
        self.resource().map_or("", |resource| &resource.name)
    }

    /// The finding's page in the AWS console: as the record states it, else as the console's addresses are made. None where the
    /// console's name is not public.
    #[must_use]
    pub fn console_link(&self) -> Option<Text> {
        self.console_url.clone().or_else(|| console::link(self))
    }

    /// Gives back what the lists have room for and do not use: findings are kept by the hundred thousand.
    pub fn shrink(&mut self) {
        self.resources.shrink_to_fit();
        for resource in &mut self.resources {
            resource.tags.shrink_to_fit();
        }
        self.vulnerabilities.shrink_to_fit();
        let Actors { principals, access_keys, ips, domains } = &mut self.actors;
        for list in [principals, access_keys, ips, domains] {
            list.shrink_to_fit();
        }
        if let Some(compliance) = &mut self.compliance {
            let Compliance { standards, requirements, reasons, .. } = &mut **compliance;
            for list in [standards, requirements, reasons] {
                list.shrink_to_fit();
            }
        }
    }

    /// Whether a known exploit exists for any of its vulnerabilities.
    #[must_use]
    pub fn exploitable(&self) -> bool {
        self.vulnerabilities.iter().any(|vulnerability| vulnerability.exploit_available == Some(true))
    }
}

/// The severity as the source gives it.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct NativeSeverity {
    /// The word, such as `UNTRIAGED` or `HIGH`.
    pub label: Option<Text>,
    /// The number on the source's own scale: GuardDuty 0-10, Inspector score 0-10, Macie 1-3, ASFF `Normalized` 0-100.
    pub score: Option<f64>,
}

/// What ringfort orders by, and why. Severity itself is never changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Priority {
    /// The level.
    pub level: Severity,
    /// The reason, one sentence.
    pub reason: Text,
}

/// What became of the finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Status {
    /// Open. Also what an unreadable status counts as: it must not hide.
    Active,
    /// Archived by a person or a rule in the source.
    Archived,
    /// Suppressed: judged to need no action.
    Suppressed,
    /// Resolved, closed.
    Resolved,
}

impl Status {
    /// Every status.
    pub const ALL: [Self; 4] = [Self::Active, Self::Archived, Self::Suppressed, Self::Resolved];

    /// The word of the contract.
    #[must_use]
    pub const fn slug(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Archived => "archived",
            Self::Suppressed => "suppressed",
            Self::Resolved => "resolved",
        }
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.slug())
    }
}

impl Serialize for Status {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.slug())
    }
}

/// Something that a finding is about.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Resource {
    /// The type in the source's own words: `AwsEc2Instance`, `AWS::S3::Bucket`, `AWS_ECR_CONTAINER_IMAGE`, `AccessKey`.
    pub kind: Text,
    /// The id: an ARN where the source gives one.
    pub id: Text,
    /// What people call it: a name tag, or the last segment of the id.
    pub name: Text,
    /// Its account, where it is known.
    pub account: AccountId,
    /// Its Region, where it is known.
    pub region: Region,
    /// Its tags, in the order of the source.
    pub tags: Vec<(Text, Text)>,
}

/// Who did it, as far as the source says.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Actors {
    /// Users, roles, accounts, services.
    pub principals: Vec<Text>,
    /// Access key ids. Never secrets.
    pub access_keys: Vec<Text>,
    /// Remote IP addresses.
    pub ips: Vec<Text>,
    /// Domains.
    pub domains: Vec<Text>,
}

impl Actors {
    /// Whether nobody is named.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.principals.is_empty() && self.access_keys.is_empty() && self.ips.is_empty() && self.domains.is_empty()
    }
}

/// One vulnerability of one package.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Vulnerability {
    /// The id, such as `CVE-2021-44228`.
    pub id: Text,
    /// The CVSS base score, 0-10.
    pub cvss: Option<f64>,
    /// The EPSS probability, 0-1.
    pub epss: Option<f64>,
    /// Whether it can be exploited over a network, as its CVSS vectors say (`AV:N`).
    #[serde(skip)]
    pub over_network: Option<bool>,
    /// Whether an exploit is known.
    pub exploit_available: Option<bool>,
    /// Whether a fix is available; a partial fix counts as one.
    pub fix_available: Option<bool>,
    /// The package's name.
    pub package: Option<Text>,
    /// The version that is installed.
    pub installed: Option<Text>,
    /// The version that fixes it.
    pub fixed_in: Option<Text>,
}

/// A control finding's control.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Compliance {
    /// `PASSED`, `WARNING`, `FAILED` or `NOT_AVAILABLE`; absent where the product gives none.
    pub status: Option<Text>,
    /// The control's id, such as `S3.8`.
    pub control: Option<Text>,
    /// The ids of the standards that it belongs to.
    pub standards: Vec<Text>,
    /// The requirements that it serves, as AWS states them, such as `NIST.800-53.r5 AC-21`.
    pub requirements: Vec<Text>,
    /// Why it has this status.
    pub reasons: Vec<Text>,
}

/// What to do.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Remediation {
    /// In words.
    pub text: Option<Text>,
    /// Where to read more; http or https only.
    pub url: Option<Text>,
}

/// Another record of the same finding.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct SeenBy {
    /// Which source.
    pub source: Source,
    /// Its own id there.
    pub id: Text,
    /// What only that record knows: Security Hub's workflow status and note.
    #[serde(skip)]
    pub note: Option<Text>,
    /// Where the store keeps its JSON.
    #[serde(skip)]
    pub raw: RawRef,
}

/// The account and Region that were asked when a record arrived.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Door {
    /// The account whose credentials asked.
    pub account: AccountId,
    /// The Region whose endpoint answered.
    pub region: Region,
}

/// Where the store keeps the JSON of one finding: a span of a block. A source gives the span, the store the block.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RawRef {
    /// The block's number in the store.
    pub block: u32,
    /// The first byte in the uncompressed block.
    pub start: u32,
    /// The length in bytes.
    pub len: u32,
}
