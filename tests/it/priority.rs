//! What ringfort orders by: rules within one finding, across the findings of a resource, and in every order of arrival.

use std::collections::BTreeMap;
use std::time::Duration;

use proptest::prelude::*;
use ringfort::model::{
    AccountId, Finding, MergeKey, NativeSeverity, Priority, RawRef, Resource, Severity, Source, Status, Text, Timestamp, Traits,
    Vulnerability,
};
use ringfort::priority::Rules;
use ringfort::query::{Query, View};
use ringfort::store::{Batch, Ingested, RawBlock, RowId, Store};

mod document;

const ACCOUNT: &str = "111122223333";
const WEB: &str = "i-0c3d4e5f607182930";
const WEB_ARN: &str = "arn:aws:ec2:us-east-1:111122223333:instance/i-0c3d4e5f607182930";

/// An active finding as its source gives it.
fn finding(source: Source, id: &str, kind: &str, severity: Severity) -> Finding {
    Finding {
        kind: Text::new(kind),
        severity,
        native_severity: NativeSeverity { label: Some(Text::new(severity.slug())), score: None },
        priority: Priority { level: severity, reason: Text::new("as stated") },
        account: AccountId::new(ACCOUNT),
        ..Finding::blank(source, id)
    }
}

fn about(resource: &str, finding: Finding) -> Finding {
    let name = resource.rsplit(['/', ':']).next().unwrap_or(resource);
    let resource = Resource { id: Text::new(resource), name: Text::new(name), ..Resource::default() };
    Finding { resources: vec![resource], ..finding }
}

fn threat(kind: &str, severity: Severity) -> Finding {
    finding(Source::GuardDuty, kind, kind, severity)
}

fn cve(severity: Severity, vulnerability: Vulnerability) -> Finding {
    let finding = finding(Source::Inspector, "cve", "PACKAGE_VULNERABILITY", severity);
    about(WEB, Finding { vulnerabilities: vec![vulnerability], ..finding })
}

fn with(traits: Traits, finding: Finding) -> Finding {
    Finding { traits, ..finding }
}

fn reachable() -> Finding {
    about(WEB_ARN, with(Traits::PUBLIC, finding(Source::Inspector, "reach", "NETWORK_REACHABILITY", Severity::Medium)))
}

fn guardrail(action: &str) -> Finding {
    let indicators = Some([Text::new(&format!("GUARDRAIL_ACTION={action}"))].into());
    Finding { indicators, ..threat("Impact:IAMUser/PromptInjection.Direct", Severity::Low) }
}

fn batch(findings: Vec<Finding>) -> Batch {
    let mut raw = String::new();
    let mut findings = findings;
    for finding in &mut findings {
        let json = format!("{{\"id\":\"{}\",\"severity\":\"{}\"}}", finding.id, finding.severity);
        finding.raw = RawRef { block: 0, start: raw.len() as u32, len: json.len() as u32 };
        raw.push_str(&json);
    }
    Batch { findings, raw: RawBlock::compress(raw.as_bytes()) }
}

/// The priority of the first of these findings, all being there.
fn priority_among(findings: &[Finding]) -> Priority {
    let mut store = Store::new();
    store.ingest(batch(findings.to_vec()));
    let finding = store.get(RowId(0)).expect("held");
    assert_eq!(finding.severity, findings[0].severity, "the severity is never changed");
    assert_eq!(finding.native_severity, findings[0].native_severity);
    finding.priority.clone()
}

fn level(finding: Finding) -> Severity {
    priority_among(&[finding]).level
}

fn epss(chance: f64) -> Vulnerability {
    Vulnerability { epss: Some(chance), ..remote() }
}

fn remote() -> Vulnerability {
    Vulnerability { over_network: Some(true), ..Vulnerability::default() }
}

#[test]
fn guardduty_ai_findings_are_lifted_by_what_they_mean() {
    use Severity::{High, Low, Medium};
    for (finding, lifted) in [
        (guardrail("NONE"), High),
        (guardrail("GUARDRAIL_INTERVENED"), Medium),
        (threat("Impact:IAMUser/PromptInjection.Direct", Low), Medium),
        (threat("Impact:IAMUser/CostHarvesting", Low), High),
        (threat("Impact:IAMUser/AnomalousModelInvocation", Low), Medium),
        (threat("DefenseEvasion:IAMUser/BedrockLoggingDisabled", Medium), Medium),
        (threat("Policy:Kubernetes/KubeflowDashboardExposed", Medium), High),
        (threat("Recon:EC2/Portscan", Low), Low),
    ] {
        assert_eq!(level(finding.clone()), lifted, "{} {:?}", finding.kind, finding.indicators);
    }
}

#[test]
fn a_copy_in_security_hub_is_lifted_as_the_finding_that_it_is_a_copy_of() {
    let copy = finding(Source::SecurityHub, "copy", "TTPs/Impact/Impact:IAMUser-CostHarvesting", Severity::Low);
    let copy = Finding { product: Some(Text::new("GuardDuty")), ..copy };
    assert_eq!(level(copy), Severity::High);
}

#[test]
fn a_vulnerability_weighs_by_what_is_known_of_its_exploitation() {
    use Severity::{Critical, High, Informational, Low, Medium, Unknown};
    let fixable = |chance| Vulnerability { fix_available: Some(true), ..epss(chance) };
    let exploit = || Vulnerability { exploit_available: Some(true), ..Vulnerability::default() };
    let scored = |score| Vulnerability { cvss: Some(score), ..Vulnerability::default() };
    let exploited = |severity| with(Traits::KNOWN_EXPLOITED, cve(severity, Vulnerability::default()));
    for (finding, lifted) in [
        (exploited(Low), High),
        (exploited(Unknown), High),
        (exploited(Informational), High),
        (exploited(Critical), Critical),
        (cve(Medium, epss(0.5)), High),
        (cve(Medium, epss(0.499)), Medium),
        (cve(Low, epss(0.97)), Medium),
        (cve(High, epss(0.97)), High),
        (cve(Informational, epss(0.97)), Informational),
        (cve(Medium, fixable(0.1)), High),
        (cve(Medium, epss(0.1)), Medium),
        (cve(Medium, exploit()), Medium),
        (cve(Unknown, exploit()), Medium),
        (cve(Unknown, scored(9.8)), High),
        (cve(Unknown, scored(7.0)), Medium),
        (cve(Unknown, scored(6.9)), Unknown),
        (cve(Unknown, epss(0.6)), High),
        (cve(Unknown, Vulnerability::default()), Unknown),
    ] {
        assert_eq!(level(finding.clone()), lifted, "{} {:?} {}", finding.severity, finding.vulnerabilities, finding.traits);
    }
}

#[test]
fn all_of_a_condition_must_be_true_of_the_same_vulnerability() {
    let fixable = Vulnerability { fix_available: Some(true), ..Vulnerability::default() };
    let mut finding = cve(Severity::Medium, epss(0.2));
    finding.vulnerabilities.push(fixable);
    assert_eq!(level(finding), Severity::Medium, "the likely one has no fix");
}

#[test]
fn the_reason_is_one_sentence_that_names_all_that_contributed_the_most_telling_first() {
    let vulnerability = Vulnerability { fix_available: Some(true), ..epss(0.944) };
    let finding = with(Traits::KNOWN_EXPLOITED, cve(Severity::Low, vulnerability));
    assert_eq!(
        priority_among(&[finding]).reason.as_str(),
        "ringfort raises it from low: known to be exploited (CISA); EPSS gives a chance of 94 % that it is exploited within 30 days; \
         a fix is available"
    );
    assert_eq!(priority_among(&[cve(Severity::Low, Vulnerability::default())]).reason.as_str(), "as stated", "where nothing is changed");
    let signal = with(Traits::SEQUENCE, threat("Stealth:IAMUser/CloudTrailLoggingDisabled", Severity::Low));
    assert_eq!(priority_among(&[signal]).reason.as_str(), "ringfort raises it from low: a signal of an attack sequence");
}

#[test]
fn a_score_that_several_rules_ask_for_is_told_once() {
    let grave = Vulnerability { cvss: Some(9.8), exploit_available: Some(true), ..remote() };
    assert_eq!(
        priority_among(&[cve(Severity::Unknown, grave)]).reason.as_str(),
        "ringfort raises it from unknown: not rated yet, but its CVSS score is 9.8; an exploit is available"
    );
}

#[test]
fn a_sample_is_lowered_whatever_else_holds_and_what_is_not_active_stays_as_it_is() {
    let sample = Finding { sample: true, ..threat("Impact:IAMUser/CostHarvesting", Severity::Low) };
    let priority = priority_among(&[sample]);
    assert_eq!(priority.level, Severity::Informational);
    assert_eq!(priority.reason.as_str(), "ringfort lowers it from low: a sample, made to try the service out");
    let archived = Finding { status: Status::Archived, ..threat("Impact:IAMUser/CostHarvesting", Severity::Low) };
    assert_eq!(level(archived), Severity::Low);
}

#[test]
fn a_vulnerability_of_what_another_finding_shows_to_be_reachable_weighs_more_and_the_reason_names_it() {
    let exploited = with(Traits::KNOWN_EXPLOITED, cve(Severity::Medium, remote()));
    let priority = priority_among(&[exploited.clone(), reachable()]);
    assert_eq!(priority.level, Severity::Critical);
    assert_eq!(
        priority.reason.as_str(),
        format!(
            "ringfort raises it from medium: known to be exploited (CISA); {WEB} can be reached from the internet (Inspector, network reachability)"
        )
    );
    let elsewhere = Finding { account: AccountId::new("999999999999"), ..exploited };
    assert_eq!(priority_among(&[elsewhere, reachable()]).level, Severity::High, "the same number in another account is another instance");
}

#[test]
fn what_several_findings_tell_of_a_resource_comes_together() {
    use Severity::{Critical, High, Low, Medium};
    let bucket = "arn:aws:s3:::exports";
    let macie =
        |severity| about(bucket, with(Traits::SENSITIVE, finding(Source::Macie, "data", "SensitiveData:S3Object/Personal", severity)));
    let open = |source| about(bucket, with(Traits::PUBLIC, finding(source, "open", "ExternalAccess", Medium)));
    let on = |kind, severity| about(bucket, threat(kind, severity));
    let sequence = Finding { severity: Critical, ..on("AttackSequence:S3/CompromisedData", Critical) };
    let mining = about(WEB_ARN, threat("CryptoCurrency:EC2/BitcoinTool.B!DNS", High));
    let control = |severity| about(WEB_ARN, finding(Source::SecurityHub, "control", "Software and Configuration Checks", severity));
    let exploit = Vulnerability { exploit_available: Some(true), ..remote() };
    let local = Vulnerability { over_network: Some(false), ..epss(0.6) };
    for (findings, lifted) in [
        (vec![open(Source::AccessAnalyzer), macie(Medium)], Critical),
        (vec![open(Source::SecurityHub), macie(Medium)], High),
        (vec![macie(Medium), open(Source::SecurityHub)], High),
        (vec![on("Exfiltration:S3/AnomalousBehavior", High), macie(Medium)], Critical),
        (vec![on("Discovery:S3/AnomalousBehavior", Low), macie(Medium)], Medium),
        (vec![open(Source::SecurityHub), sequence.clone()], High),
        (vec![control(Medium), mining.clone()], High),
        (vec![control(Low), mining.clone()], Low),
        (vec![cve(Low, exploit.clone()), mining.clone()], High),
        (vec![cve(Medium, exploit.clone()), reachable()], High),
        (vec![cve(High, exploit), reachable()], High),
        (vec![cve(High, epss(0.6)), reachable()], Critical),
        (vec![cve(High, local.clone()), reachable()], High),
        (vec![with(Traits::KNOWN_EXPLOITED, cve(Low, local)), reachable()], High),
        (vec![with(Traits::PUBLIC, macie(Medium))], High),
        (vec![with(Traits::KNOWN_EXPLOITED, cve(Low, Vulnerability::default())), mining], Critical),
    ] {
        assert_eq!(priority_among(&findings).level, lifted, "{}: {}", findings[0].kind, priority_among(&findings).reason);
    }
}

#[test]
fn a_finding_does_not_tell_itself_what_only_it_tells() {
    let bucket = "arn:aws:s3:::exports";
    let both =
        about(bucket, with(Traits::PUBLIC | Traits::SENSITIVE, finding(Source::SecurityHub, "exposure", "Exposure", Severity::Medium)));
    assert_eq!(level(both.clone()), Severity::Medium);
    let other = Finding { key: MergeKey::new("2"), id: Text::new("2"), ..both.clone() };
    assert_eq!(priority_among(&[both, other]).level, Severity::High, "but two of a kind tell each other");
}

#[test]
fn samples_and_what_is_not_active_tell_nothing() {
    let exploited = with(Traits::KNOWN_EXPLOITED, cve(Severity::Medium, remote()));
    for silent in [Finding { sample: true, ..reachable() }, Finding { status: Status::Suppressed, ..reachable() }] {
        assert_eq!(priority_among(&[exploited.clone(), silent]).level, Severity::High);
    }
}

#[test]
fn what_hears_of_its_resource_later_is_raised_then_and_falls_back_when_that_goes() {
    let exploited = with(Traits::KNOWN_EXPLOITED, cve(Severity::Medium, remote()));
    let mut store = Store::new();
    store.take(0, batch(vec![exploited.clone()]));
    store.end(0);
    let changed = store.take(1, batch(vec![reachable()]));
    store.end(1);
    assert_eq!(changed.rows, [RowId(0), RowId(1)], "the row whose priority changed is told too");
    assert_eq!(store.get(RowId(0)).map(|finding| finding.priority.level), Some(Severity::Critical));

    store.begin(0);
    assert_eq!(store.take(0, batch(vec![exploited.clone()])), Ingested::default(), "the same record again changes nothing");
    assert_eq!(store.end(0), Ingested::default());
    assert_eq!(store.get(RowId(0)).map(|finding| finding.priority.level), Some(Severity::Critical));

    store.begin(1);
    assert_eq!(store.end(1).rows, [RowId(0), RowId(1)], "the reachability is gone");
    assert_eq!(store.get(RowId(0)).map(|finding| finding.priority.level), Some(Severity::High));

    store.begin(0);
    let closed = Finding { status: Status::Resolved, updated: Some(Timestamp::UNIX_EPOCH), ..exploited };
    assert_eq!(store.take(0, batch(vec![closed])).rows, [RowId(0)]);
    let now = store.get(RowId(0)).expect("held");
    assert_eq!((now.priority.level, now.priority.reason.as_str()), (Severity::Medium, "as stated"), "what the source gave is back");
}

#[test]
fn a_record_behind_another_tells_nothing_by_itself() {
    let copy = Finding {
        group: Some(MergeKey::new("issue")),
        ..about(WEB_ARN, with(Traits::PUBLIC, finding(Source::SecurityHub, "copy", "", Severity::Medium)))
    };
    let native = Finding { group: Some(MergeKey::new("issue")), status: Status::Archived, ..reachable() };
    let exploited = with(Traits::KNOWN_EXPLOITED, cve(Severity::Medium, remote()));
    assert_eq!(priority_among(&[exploited.clone(), copy.clone()]).level, Severity::Critical);
    assert_eq!(priority_among(&[exploited, copy, native]).level, Severity::High, "it was archived where it was found");
}

#[test]
fn own_rules_are_added_replace_the_embedded_ones_and_turn_them_off() {
    let text = r#"
        [[rule]]
        id = "ai.cost-harvesting"
        off = true
        [[rule]]
        id = "ours.production"
        when.tag = "env=prod*"
        raise = 1
        up-to = "critical"
        reason = "it is production"
        [[tell]]
        id = "ours.edge"
        when.tag = "tier=edge"
        word = "public"
    "#;
    let rules = Rules::read("priority.toml", text).expect("good rules");
    let mut store = Store::new();
    store.rank_by(rules);
    let tagged = |tag: (&str, &str), mut finding: Finding| {
        finding.resources[0].tags.push((Text::new(tag.0), Text::new(tag.1)));
        finding
    };
    let control = |id: &str| about(WEB_ARN, finding(Source::SecurityHub, id, "Checks", Severity::High));
    store.ingest(batch(vec![
        threat("Impact:IAMUser/CostHarvesting", Severity::Low),
        tagged(("env", "production"), control("one")),
        tagged(("tier", "edge"), control("two")),
        with(Traits::KNOWN_EXPLOITED, cve(Severity::Low, remote())),
    ]));
    let levels: Vec<Severity> = store.iter().map(|(_, finding)| finding.priority.level).collect();
    assert_eq!(levels, [Severity::Low, Severity::Critical, Severity::High, Severity::Critical]);

    store.rank_by(Rules::builtin());
    let levels: Vec<Severity> = store.iter().map(|(_, finding)| finding.priority.level).collect();
    assert_eq!(levels, [Severity::High, Severity::High, Severity::High, Severity::High], "what is there is judged anew");
}

#[test]
fn a_mistake_in_own_rules_is_told_with_its_line_and_the_way_out() {
    for (text, line, told) in [
        ("[[rule]]\nid = \"x\"\nreason = \"r\"", 2, "needs one of `at-least`, `raise` and `lower-to`"),
        ("[[rule]]\nid = \"x\"\nat-least = \"hihg\"\nreason = \"r\"", 3, "unknown level `hihg`; did you mean `high`?"),
        ("[[rule]]\nid = \"x\"\nat-least = \"high\"", 2, "gives no reason"),
        (
            "[[rule]]\nid = \"x\"\nat-least = \"high\"\nreason = \"r\"\ntraits = \"publik\"",
            5,
            "unknown trait `publik`; did you mean `public`?",
        ),
        ("[[rule]]\nid = \"x\"\nat-least = \"high\"\nreason = \"{public}\"", 4, "needs the condition `elsewhere = \"public\"`"),
        (
            "[[rule]]\nid = \"x\"\nat-least = \"high\"\nelsewhere = [\"public\", \"threat\"]\nreason = \"{public}\"",
            2,
            "where only `threat` is told",
        ),
        ("[[rule]]\nid = \"x\"\nraise = 9\nreason = \"r\"", 3, "1 to 3 steps, not 9"),
        ("[[rule]]\nid = \"x\"\nat-least = \"high\"\nup-to = \"high\"\nreason = \"r\"", 4, "`up-to` limits `raise`"),
        ("[[rule]]\nid = \"x\"\nat-least = \"high\"\nreason = \"r\"\nvulnerability.epss-at-least = 50", 5, "between 0 and 1, not 50"),
        ("[[rule]]\nid = \"x\"\nat-least = \"high\"\nreason = \"r\"\nwhen.sauce = \"macie\"", 5, "did you mean `source`?"),
        (
            "[[rule]]\nid = \"x\"\nat-least = \"high\"\nreason = \"r\"\nwhen.source = \"maci\"",
            5,
            "unknown source `maci`; did you mean `macie`?",
        ),
        ("[[rule]]\nid = \"cve.exploitet\"\noff = true", 2, "no embedded rule `cve.exploitet` to turn off; did you mean `cve.exploited`?"),
        ("[[tell]]\nid = \"x\"", 2, "tells nothing"),
        ("[[rule]]\nid = \"x\"\noff", 3, "correct it, or remove the file to go back to the embedded rules"),
    ] {
        let error = Rules::read("mine.toml", text).expect_err(text);
        let message = error.to_string();
        assert!(message.starts_with(&format!("mine.toml, line {line}: ")) && message.contains(told), "{text}\n{message}");
    }
}

#[test]
fn the_binary_takes_the_users_rules_and_a_mistake_in_them_ends_with_2() {
    let home = tempfile::tempdir().expect("a folder");
    let folder = home.path().join("config/ringfort");
    std::fs::create_dir_all(&folder).expect("a folder");
    let export = |text: &str| {
        std::fs::write(folder.join("priority.toml"), text).expect("written");
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_ringfort"));
        command.args(["export", "--demo", "--format", "ndjson"]).env_clear().current_dir(home.path());
        command.env("HOME", home.path()).env("XDG_CONFIG_HOME", home.path().join("config")).output().expect("the binary runs")
    };
    let output = export("[[rule]]\nid = 'ours'\nwhen.source = 'macie'\nat-least = 'critical'\nreason = 'data comes first'\n");
    let all: Vec<serde_json::Value> =
        output.stdout.split(|byte| *byte == b'\n').filter_map(|line| serde_json::from_slice(line).ok()).collect();
    let macie: Vec<&serde_json::Value> = all.iter().filter(|finding| finding["source"] == "macie").collect();
    assert!(!macie.is_empty() && macie.iter().all(|finding| finding["priority"]["level"] == "critical"));
    let raised = macie.iter().find(|finding| finding["severity"] == "high").expect("the demo has one");
    assert_eq!(raised["priority"]["reason"], "ringfort raises it from high: data comes first");

    let output = export("[[rule]]\nid = 'ours'\nwhen.source = 'macy'\nat-least = 'critical'\nreason = 'data comes first'\n");
    let told = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{told}");
    assert!(told.contains("priority.toml, line 3: unknown source `macy`; did you mean `macie`?"), "{told}");
}

/// What one of a few findings is now: each id has one source, and what it says may change.
fn any_finding() -> impl Strategy<Value = Finding> {
    let severity = prop_oneof![Just(Severity::Unknown), Just(Severity::Low), Just(Severity::Medium), Just(Severity::High)];
    let traits = (0_u8..16).prop_map(|bits| {
        Traits::ALL.iter().enumerate().filter(|(at, _)| bits >> at & 1 == 1).fold(Traits::NONE, |all, (_, (one, _))| all | *one)
    });
    let place = (0_usize..3, 0_usize..3, any::<bool>());
    let state = (any::<bool>(), 0..8_u8, 0_usize..3, 0..4_i64);
    (0_usize..12, severity, traits, place, state).prop_map(
        |(number, severity, traits, (one, other, both), (sample, status, group, updated))| {
            let source = [Source::GuardDuty, Source::Inspector, Source::Macie, Source::SecurityHub][number % 4];
            let kind =
                ["Exfiltration:S3/AnomalousBehavior", "PACKAGE_VULNERABILITY", "SensitiveData:S3Object/Personal", "Checks"][number % 4];
            let resources = [WEB_ARN, WEB, "arn:aws:s3:::exports"];
            let mut all = about(resources[one], finding(source, &format!("{number}"), kind, severity));
            if both {
                all.resources.extend(about(resources[other], all.clone()).resources);
            }
            let vulnerability = Vulnerability { epss: Some(0.3), exploit_available: Some(true), ..Vulnerability::default() };
            Finding {
                vulnerabilities: if number % 4 == 1 { vec![vulnerability] } else { Vec::new() },
                sample: sample && status == 0,
                status: if status == 1 { Status::Archived } else { Status::Active },
                group: (group > 0).then(|| MergeKey::new(&format!("{}", number % 3))),
                updated: Timestamp::from_second(updated).ok(),
                ..with(traits, all)
            }
        },
    )
}

fn priorities(store: &Store) -> BTreeMap<String, (Priority, bool)> {
    (0..store.capacity() as u32)
        .filter_map(|row| store.get(RowId(row)).map(|finding| (RowId(row), finding)))
        .map(|(row, finding)| (finding.id.to_string(), (finding.priority.clone(), store.visible(row).is_some())))
        .collect()
}

proptest! {
    #[test]
    fn the_same_records_have_the_same_priorities_whatever_the_order_and_the_views_hear_of_each_change(
        (records, shuffled) in prop::collection::vec(any_finding(), 1..24)
            .prop_flat_map(|records| (Just(records.clone()), Just(records).prop_shuffle())),
        cut in 1_usize..6,
        again in prop::collection::vec(any_finding(), 0..12),
    ) {
        let mut in_order = Store::new();
        in_order.ingest(batch(records));

        let mut of_two_lanes = Store::new();
        let mut store = Store::new();
        let mut view = View::new(&store, &Query::default(), Timestamp::UNIX_EPOCH);
        for (number, page) in shuffled.chunks(cut).enumerate() {
            of_two_lanes.take(number % 2, batch(page.to_vec()));
            let ingested = store.take(0, batch(page.to_vec()));
            view.update(&store, &ingested);
        }
        prop_assert_eq!(priorities(&in_order), priorities(&of_two_lanes));
        prop_assert_eq!(priorities(&in_order), priorities(&store));

        // The lane is read again: some findings changed, the others are gone. What stands is what a new store would say.
        let ended = store.end(0);
        view.update(&store, &ended);
        store.begin(0);
        let now = again.into_iter().map(|finding| (finding.id.to_string(), finding)).collect::<BTreeMap<_, _>>();
        let exploited = |finding: &Finding| if finding.source == Source::Inspector { Traits::KNOWN_EXPLOITED } else { Traits::NONE };
        let newer = |finding: Finding| Finding {
            // That a vulnerability is exploited is not taken back.
            traits: finding.traits | exploited(&finding),
            updated: Timestamp::from_second(9).ok(),
            ..finding
        };
        let now: Vec<Finding> = now.into_values().map(newer).collect();
        for page in now.chunks(cut) {
            let ingested = store.take(0, batch(page.to_vec()));
            view.update(&store, &ingested);
        }
        let ended = store.end(0);
        view.update(&store, &ended);
        let mut fresh = Store::new();
        fresh.ingest(batch(now));
        prop_assert_eq!(priorities(&fresh), priorities(&store));

        view.advance(&store, Duration::MAX);
        let anew = View::new(&store, &Query::default(), Timestamp::UNIX_EPOCH);
        prop_assert_eq!(view.rows(), anew.rows());
    }
}
