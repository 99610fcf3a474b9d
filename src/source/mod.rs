//! One file a service: its calls, its wire shapes -> the model.
//! In comes a lane to read; out go pages of normalised findings, and in the end what became of the lane.
//! With `aws` it is the only place that names an AWS crate; it knows aws and model, not who runs it.

mod access_analyzer;
mod access_severity;
mod action;
mod asff;
mod checks;
mod draft;
mod evidence;
mod exploited;
mod failure;
mod guardduty;
mod guardduty_resources;
mod guide;
mod ids;
mod inspector;
mod json;
mod lane;
mod listing;
mod macie;
mod page;
mod part;
mod recognise;
mod salvage;
mod scan;
mod security_hub;
mod traits;

use std::sync::Arc;

use aws_types::SdkConfig;
use futures_util::future::BoxFuture;

use crate::aws::{CallError, Gate, Meter};
use crate::model::{Door, Finding, LaneState, Source, Text};

pub use access_analyzer::AccessAnalyzer;
pub use action::Action;
pub use checks::{Check, Checks, Told, checks, told};
pub use evidence::{Fact, evidence};
pub use failure::explain;
pub use guardduty::GuardDuty;
pub use inspector::Inspector;
pub use macie::Macie;
pub use recognise::{Recognised, recognise};
pub use security_hub::SecurityHub;

/// Every source, in the order of [`Source::ALL`].
#[must_use]
pub fn registry() -> Vec<Box<dyn FindingSource>> {
    vec![Box::new(GuardDuty), Box::new(Inspector), Box::new(AccessAnalyzer), Box::new(Macie), Box::new(SecurityHub), Box::new(Checks)]
}

/// The reader of one source.
#[must_use]
pub fn for_source(source: Source) -> Box<dyn FindingSource> {
    match source {
        Source::GuardDuty => Box::new(GuardDuty),
        Source::Inspector => Box::new(Inspector),
        Source::AccessAnalyzer => Box::new(AccessAnalyzer),
        Source::Macie => Box::new(Macie),
        Source::SecurityHub => Box::new(SecurityHub),
        Source::Checks => Box::new(Checks),
    }
}

/// What a source may use while it reads one lane.
pub struct LaneContext {
    /// Region, credentials, HTTP client, time limits and retry partition of the lane.
    pub config: SdkConfig,
    /// Which account and Region are asked. The account is empty until the identity is known.
    pub door: Door,
    /// Whether this is the first of the account's Regions, where what it has once for all Regions is asked for.
    pub is_home: bool,
    /// Whether findings that are not active are wanted too.
    pub include_archived: bool,
    /// Counts the lane's calls.
    pub meter: Arc<Meter>,
    /// How many calls may be made, and how fast.
    pub gate: Gate,
    /// Where pages go.
    pub sink: Arc<dyn PageSink>,
}

/// Takes pages of findings. The fetch runner places, compresses and passes them on.
pub trait PageSink: Send + Sync {
    /// A page arrived: each finding with its JSON, byte for byte. An empty page counts as a page too.
    fn page(&self, findings: Vec<(Finding, &[u8])>);
    /// Findings of earlier pages, which say more of their resources now ([`Finding::traits`]). None of them is new, and their JSON
    /// is what it was. A sink that keeps no findings has no use for it.
    fn again(&self, _findings: Vec<Finding>) {}
    /// Everything was listed: what still comes only says more. A lane that is stopped from here on was read to its end.
    fn whole(&self) {}
    /// The service told how many findings there are in all.
    fn total(&self, total: u64);
    /// Something in the lane could not be read though the lane goes on: it will end as partial for this reason.
    fn trouble(&self, reason: Text);
    /// Something worth knowing of a lane that can be trusted all the same, such as a service that AWS does not offer in it.
    fn note(&self, _note: Text) {}
    /// A call was answered, or failed. Sources go on after some failures, so a lane may end well all the same.
    fn asked(&self, _action: Action, _failure: Option<&CallError>) {}
    /// Whether the source is to go on after a listing's first page, which has one finding where not.
    fn wants_more(&self) -> bool {
        true
    }
    /// Whether the source is to make another call. Where not, it waits at that call for ever, and is dropped there.
    fn wants_another_call(&self) -> bool {
        true
    }
}

/// Why a lane ended without being read to its end. What had arrived stays.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LaneFailure {
    /// `NotEnabled`, `Denied`, `Unavailable` or `Failed`. The runner makes `Partial` of a failure after pages had arrived.
    pub state: LaneState,
    /// What happened and what to do, one sentence.
    pub reason: Text,
    /// The IAM action that was refused.
    pub action: Option<Text>,
}

/// A service that gives findings.
pub trait FindingSource: Send + Sync {
    /// Which one.
    fn source(&self) -> Source;

    /// Every kind of call that it makes, in the order in which it makes them.
    fn actions(&self) -> &'static [Action];

    /// Those of its calls that only [`FindingSource::detail`] makes.
    fn detail_actions(&self) -> &'static [Action] {
        &[]
    }

    /// Those of [`Self::actions`] that a lane may make: what an account has once is only asked for in the first of its Regions.
    fn actions_of_lane(&self, _is_home: bool) -> &'static [Action] {
        self.actions()
    }

    /// Reads the whole lane; pages go to the sink as they arrive.
    fn read<'a>(&'a self, lane: &'a LaneContext) -> BoxFuture<'a, Result<(), LaneFailure>>;

    /// Makes a finding of one record's JSON. Never fails: what cannot be read becomes a damaged finding.
    fn normalise(&self, json: &[u8], door: &Door) -> Finding;

    /// Asks for what the list did not tell of a finding, when it is opened: JSON that [`evidence()`] reads too. `None` where
    /// the list tells all. Of the lane only the configuration and the meter are used.
    ///
    /// # Errors
    /// As [`FindingSource::read`].
    fn detail<'a>(&'a self, _lane: &'a LaneContext, _finding: &'a Finding) -> BoxFuture<'a, Result<Option<String>, LaneFailure>> {
        Box::pin(async { Ok(None) })
    }
}

#[cfg(test)]
mod tests {
    use super::{evidence, registry};
    use crate::model::{AccountId, Door, Finding, Region, Source, Text};
    use proptest::prelude::*;

    fn door() -> Door {
        Door { account: AccountId::new("999988887777"), region: Region::new("eu-central-1") }
    }

    fn normalise(source: Source, json: &str) -> Finding {
        super::for_source(source).normalise(json.as_bytes(), &door())
    }

    #[test]
    fn a_record_without_anything_is_a_damaged_finding_with_a_stable_id_of_its_own() {
        for reader in registry() {
            for json in ["", "{", "null", "[1,2]", "\"text\"", "\u{FEFF}{}"] {
                let one = reader.normalise(json.as_bytes(), &door());
                let again = reader.normalise(json.as_bytes(), &door());
                assert!(one.damage.is_some() && one.id.starts_with("unreadable-"), "{} {json}", reader.source());
                assert_eq!((&one.id, &one.key), (&again.id, &again.key));
                assert_eq!((one.account.as_str(), one.region.as_str()), ("999988887777", "eu-central-1"));
                assert_ne!(one.key, reader.normalise(b"{}", &door()).key);
            }
        }
    }

    #[test]
    fn the_same_record_has_the_same_key_through_any_door() {
        let elsewhere = Door { account: AccountId::new("1"), region: Region::new("us-east-1") };
        for (source, json) in [
            (Source::GuardDuty, r#"{"id":"f","arn":"arn:aws:guardduty:eu-central-1:111122223333:detector/d/finding/f"}"#),
            (Source::GuardDuty, r#"{"id":"f","accountId":"111122223333","region":"eu-central-1"}"#),
            (Source::Inspector, r#"{"findingArn":"arn:aws:inspector2:eu-central-1:111122223333:finding/f"}"#),
            (Source::Macie, r#"{"id":"f","accountId":"111122223333","region":"eu-central-1"}"#),
            (Source::SecurityHub, r#"{"Id":"f","ProductArn":"arn:aws:securityhub:eu-central-1::product/aws/config"}"#),
        ] {
            let reader = super::for_source(source);
            assert_eq!(reader.normalise(json.as_bytes(), &door()).key, reader.normalise(json.as_bytes(), &elsewhere).key, "{json}");
        }
    }

    #[test]
    fn a_security_hub_copy_shares_the_group_of_the_native_record() {
        let copy = |product: &str, id: &str| {
            normalise(
                Source::SecurityHub,
                &format!(
                    r#"{{"Id":"{id}","ProductArn":"arn:aws:securityhub:eu-central-1::product/aws/{product}","AwsAccountId":"111122223333","Region":"eu-central-1"}}"#
                ),
            )
            .group
        };
        let guardduty = "arn:aws:guardduty:eu-central-1:111122223333:detector/d/finding/f";
        let native = normalise(Source::GuardDuty, &format!(r#"{{"id":"f","arn":"{guardduty}"}}"#));
        assert!(native.group.is_some());
        assert_eq!(copy("guardduty", guardduty), native.group);
        let without_arn = normalise(Source::GuardDuty, r#"{"id":"f","accountId":"111122223333","region":"eu-central-1"}"#);
        assert_eq!(without_arn.group, native.group);

        let inspector = "arn:aws:inspector2:eu-central-1:111122223333:finding/f";
        assert_eq!(copy("inspector", inspector), normalise(Source::Inspector, &format!(r#"{{"findingArn":"{inspector}"}}"#)).group);
        assert_eq!(copy("inspector", "arn:aws:inspector:eu-central-1:111122223333:target/0/finding/f"), None, "Inspector Classic");

        let macie = normalise(Source::Macie, r#"{"id":"f","accountId":"111122223333","region":"eu-central-1"}"#);
        assert_eq!(copy("macie", "f"), macie.group);
        assert_eq!(copy("macie", "arn:aws:macie2:eu-central-1:111122223333:finding/f"), macie.group);
        assert_eq!(copy("macie", "arn:aws:macie:eu-central-1:111122223333:trigger/t/alert/f"), None, "Macie Classic");

        let analyzer = "arn:aws:access-analyzer:eu-central-1:111122223333:analyzer/a";
        let json = br#"{"id":"f","resource":"arn:aws:s3:::b"}"#;
        let access = super::access_analyzer::normalise(json, &door(), Some(analyzer));
        assert_eq!(copy("access-analyzer", &format!("{analyzer}/arn:aws:s3:::b")), access.group);
        assert_eq!(copy("config", "f"), None);
    }

    #[test]
    fn a_lane_of_hostile_text_gives_safe_text() {
        let finding = normalise(Source::GuardDuty, "{\"id\":\"a\\u001b[31mb\\u202e\",\"title\":\"x\\u0000\",\"type\":\"t\\nu\"}");
        assert_eq!((&*finding.id, &*finding.title, &*finding.kind), ("a\u{FFFD}[31mb\u{FFFD}", "x\u{FFFD}", "t u"));
    }

    /// Records with every member that any source reads, to be mutated.
    const RECORDS: [&str; 5] = [
        r#"{"id":"f","arn":"arn:aws:guardduty:eu-central-1:1:detector/d/finding/f","type":"T","severity":5.5,"accountId":"1","region":"r","createdAt":"2026-01-01T00:00:00Z","resource":{"resourceType":"Instance","instanceDetails":{"instanceId":"i","tags":[{"key":"Name","value":"v"}]},"newDetails":{"arn":"a"}},"service":{"archived":false,"count":1,"action":{"portProbeAction":{"portProbeDetails":[{"remoteIpDetails":{"ipAddressV4":"192.0.2.1"}}]}},"additionalInfo":{"value":"{\"sample\":true}"},"detection":{"sequence":{"actors":[{"user":{"name":"u"}}],"resources":[{"uid":"x"}]}}}}"#,
        r#"{"findingArn":"f","awsAccountId":"1","type":"PACKAGE_VULNERABILITY","severity":"HIGH","status":"ACTIVE","firstObservedAt":1.5,"resources":[{"type":"t","id":"i","tags":{"a":"b"},"details":{"vm":{"vmName":"n"}}}],"packageVulnerabilityDetails":{"vulnerabilityId":"CVE-1","vulnerablePackages":[{"name":"p","version":"1","fixedInVersion":"2"}],"cvss":[{"baseScore":9.8}]},"epss":{"score":0.1},"fixAvailable":"YES"}"#,
        r#"{"id":"f","resource":"arn:aws:s3:::b","principal":{"AWS":"*"},"action":["s3:*"],"condition":{"aws:SourceIp":"x"},"isPublic":true,"status":"ACTIVE","findingDetails":[{"x":{"lastAccessed":"2026-01-01T00:00:00Z"}}]}"#,
        r#"{"id":"f","archived":false,"severity":{"description":"High","score":3},"resourcesAffected":{"s3Bucket":{"arn":"a","tags":[{"key":"k","value":"v"}]},"s3Object":{"path":"p"}},"policyDetails":{"actor":{"userIdentity":{"iamUser":{"arn":"u"}},"ipAddressDetails":{"ipAddressV4":"192.0.2.1"}}}}"#,
        r#"{"Id":"arn:aws:securityhub:r:1:subscription/s/v/1/C.1/finding/u","ProductArn":"arn:aws:securityhub:r::product/aws/securityhub","Severity":{"Label":"HIGH","Normalized":70,"Product":7},"Types":["t"],"Resources":[{"Type":"t","Id":"i","Tags":{"a":"b"},"Details":{"AwsIamAccessKey":{"UserName":"u"}}}],"Compliance":{"Status":"FAILED","SecurityControlId":"C.1","AssociatedStandards":[{"StandardsId":"s"}]},"Workflow":{"Status":"NEW"},"Note":{"Text":"n"},"Vulnerabilities":[{"Id":"CVE-1","Cvss":[{"BaseScore":1}]}]}"#,
    ];

    fn read_by_all(json: &[u8]) -> bool {
        registry().iter().all(|reader| {
            let finding = reader.normalise(json, &door());
            let shown = evidence(reader.source(), &String::from_utf8_lossy(json));
            !finding.id.is_empty() && shown.iter().all(|fact| Text::new(&fact.value) == fact.value)
        })
    }

    proptest! {
        #[test]
        fn no_bytes_make_a_source_panic(bytes in proptest::collection::vec(any::<u8>(), 0..256)) {
            prop_assert!(read_by_all(&bytes));
        }

        #[test]
        fn no_change_of_a_record_makes_a_source_panic(
            record in 0..RECORDS.len(),
            at in any::<prop::sample::Index>(),
            removed in 0_usize..12,
            put in prop_oneof![Just("null"), Just("[[["), Just("\""), Just("{}"), Just("1e999"), Just("\\ud800"), Just("true,"), Just("")],
        ) {
            let mut bytes = RECORDS[record].as_bytes().to_vec();
            let at = at.index(bytes.len());
            let end = (at + removed).min(bytes.len());
            bytes.splice(at..end, put.bytes());
            prop_assert!(read_by_all(&bytes));
        }

        #[test]
        fn a_member_of_any_wrong_type_costs_only_itself(
            record in 0..RECORDS.len(),
            member in any::<prop::sample::Index>(),
            value in prop_oneof![Just("null"), Just("7"), Just("-1.5"), Just("\"x\""), Just("true"), Just("[]"), Just("[null,[1]]"), Just("{\"a\":{}}")],
        ) {
            let mut json: serde_json::Value = serde_json::from_str(RECORDS[record]).expect("JSON");
            let members = json.as_object_mut().expect("an object");
            let index = member.index(members.len());
            let name = members.keys().nth(index).expect("a member").clone();
            members.insert(name.clone(), serde_json::from_str(value).expect("JSON"));
            let finding = registry()[record].normalise(json.to_string().as_bytes(), &door());
            let id = ["id", "findingArn", "id", "id", "Id"][record];
            prop_assert!(name == id || finding.id.as_str() == serde_json::from_str::<serde_json::Value>(RECORDS[record]).expect("JSON")[id]);
        }
    }
}
