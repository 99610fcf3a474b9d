//! The lenses over all that is known to exist: nothing that AWS documents is placed by a guess, and no group of a lens is empty
//! but those that say that findings cannot show them.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use ringfort::lens::LensSet;
use ringfort::model::{Basis, Compliance, Finding, Resource, Source, Text};

use super::{about, control, finding};

const LISTS: [(&str, usize); 6] =
    [("checks", 50), ("guardduty", 240), ("security-hub", 600), ("inspector", 12), ("macie", 11), ("access-analyzer", 25)];

/// A line of a known list.
struct Known {
    source: Source,
    id: String,
    title: String,
    resource: String,
    note: String,
}

impl Known {
    fn finding(&self) -> Finding {
        let found = match self.source {
            Source::SecurityHub => control(&self.id, &self.title),
            source => Finding { title: Text::new(&self.title), ..finding(source, &self.id) },
        };
        if self.resource.is_empty() { found } else { about(found, &self.resource, "x") }
    }
}

fn known() -> Vec<Known> {
    let mut all = Vec::new();
    for (name, at_least) in LISTS {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("assets/lenses/known/{name}.tsv"));
        let text = fs::read_to_string(&path).expect("the list");
        let mut lines = text.lines();
        assert_eq!(lines.next(), Some("source\tid\ttitle\tresource\tnote"), "{name}");
        let before = all.len();
        for line in lines.filter(|line| !line.starts_with('#')) {
            let [source, id, title, resource, note] = line.split('\t').collect::<Vec<_>>()[..] else { panic!("not five columns: {line}") };
            assert_eq!(source, name, "{line}");
            let source = Source::from_slug(source).expect("a source");
            let [id, title, resource, note] = [id, title, resource, note].map(ToOwned::to_owned);
            all.push(Known { source, id, title, resource, note });
        }
        assert!(all.len() - before >= at_least, "{name} is cut short: {}", all.len() - before);
    }
    all
}

#[test]
fn the_list_of_checks_is_the_table_of_checks() {
    let listed: BTreeSet<String> = known().into_iter().filter(|known| known.source == Source::Checks).map(|known| known.id).collect();
    let checks = ringfort::source::checks().iter().map(|check| check.id.clone());
    let told = ringfort::source::told().iter().map(|told| told.id.clone());
    assert_eq!(listed, checks.chain(told).collect());
}

#[test]
fn everything_known_has_its_layer_and_side_by_a_rule_that_knows_it() {
    let mut placer = LensSet::builtin().placer();
    let mut guessed = Vec::new();
    for known in known() {
        let mut found = known.finding();
        placer.place(&mut found);
        let (layer, side) = (&found.placement.why_layer, &found.placement.why_side);
        if layer.is_fallback() || side.is_fallback() {
            guessed.push(format!("{} {}: {} {}", known.source, known.id, layer.rule, side.rule));
        }
    }
    assert!(guessed.is_empty(), "{} are placed by a guess:\n{}", guessed.len(), guessed.join("\n"));
}

#[test]
fn a_known_control_is_placed_by_its_id_or_its_service_so_that_a_new_title_moves_nothing() {
    let mut placer = LensSet::builtin().placer();
    for known in known().into_iter().filter(|known| known.source == Source::SecurityHub) {
        let mut found = known.finding();
        placer.place(&mut found);
        let by_title = found.placement.clone();
        found.title = Text::new("Something else");
        placer.place(&mut found);
        assert_eq!(found.placement.layer, by_title.layer, "{} by {}", known.id, by_title.why_layer.rule);
        assert_eq!(found.placement.why_layer.rule, by_title.why_layer.rule, "{}", known.id);
    }
}

#[test]
fn nothing_stands_twice_in_a_list_and_every_control_has_a_title() {
    let mut seen = BTreeSet::new();
    for known in known() {
        assert!(seen.insert((known.source, known.id.to_ascii_lowercase(), known.resource.clone())), "{} is there twice", known.id);
        assert!(known.source != Source::SecurityHub || known.title.len() > 10, "{} has no title", known.id);
    }
}

#[test]
fn the_ai_standard_has_its_31_controls_and_each_is_placed_in_the_ai_lenses() {
    let controls: Vec<Known> = known().into_iter().filter(|known| known.note == "AI Security Best Practices").collect();
    assert_eq!(controls.len(), 31);
    let mut placer = LensSet::builtin().placer();
    for known in controls {
        let mut found = known.finding();
        placer.place(&mut found);
        for lens in ["ai", "owasp-llm", "genai-scope", "frameworks", "discipline"] {
            assert!(found.placement.lenses.iter().any(|place| &*place.lens == lens), "{} has no place in {lens}", known.id);
        }
    }
}

#[test]
fn a_control_about_a_subject_does_not_stand_with_the_words_of_its_title_alone() {
    use ringfort::model::Layer::{
        ApplicationProtection, DataProtection, IdentityAndAccess, NetworkAndEdge, PoliciesProceduresAwareness, ThreatDetectionAndResponse,
    };
    let all: BTreeMap<String, Known> = known().into_iter().map(|known| (known.id.clone(), known)).collect();
    let mut placer = LensSet::builtin().placer();
    for (id, layer) in [
        ("Cognito.5", ApplicationProtection),
        ("Cognito.6", ApplicationProtection),
        ("AppSync.6", DataProtection),
        ("CloudWatch.11", ThreatDetectionAndResponse),
        ("RDS.22", ThreatDetectionAndResponse),
        ("CloudTrail.6", DataProtection),
        ("S3.22", ThreatDetectionAndResponse),
        ("RDS.16", PoliciesProceduresAwareness),
        ("KMS.5", IdentityAndAccess),
        ("Opensearch.7", IdentityAndAccess),
        ("DMS.1", NetworkAndEdge),
        ("ELB.22", DataProtection),
    ] {
        let mut found = all[id].finding();
        placer.place(&mut found);
        assert_eq!(found.placement.layer, layer, "{id} by {}", found.placement.why_layer.rule);
    }
}

/// Groups that no finding can fill, with the reason; their texts say so too.
const NOT_SHOWN: &[(&str, &str, &str)] = &[("genai-scope", "1", "someone else's public application runs nothing in the account")];

/// Tags, names and services that AI resources have: what the lists cannot tell of a finding.
fn variants(known: &Known) -> Vec<Finding> {
    let dressed = |id: &str, tag: (&str, &str)| {
        let mut found = known.finding();
        let kind = found.resources.first().map_or_else(|| Text::new("Other"), |resource| resource.kind.clone());
        let tags = vec![(Text::new(tag.0), Text::new(tag.1))];
        found.resources.insert(0, Resource { kind, id: Text::new(id), tags, ..Resource::default() });
        found
    };
    let mut all = vec![known.finding()];
    for id in [
        "arn:aws:bedrock:us-east-1:111122223333:custom-model/a",
        "arn:aws:sagemaker:us-east-1:111122223333:endpoint/a",
        "arn:aws:iam::111122223333:role/qbusiness-index",
        "arn:aws:iam::111122223333:role/bedrock-agent",
    ] {
        all.push(dressed(id, ("team", "x")));
    }
    for tag in [
        ("purpose", "model-training"),
        ("workload", "agent-tools"),
        ("workload", "inference"),
        (ringfort::lens::MARK_TAG, "training"),
        (ringfort::lens::MARK_TAG, "rag"),
    ] {
        all.push(dressed("x", tag));
    }
    if known.source == Source::Inspector && known.id == "CODE_VULNERABILITY" {
        let mut injection = dressed("x", ("workload", "agent-tools"));
        injection.title = Text::new("CWE-79 - Cross-site scripting");
        all.push(injection);
    }
    all
}

#[test]
fn every_group_of_every_lens_can_be_reached_or_says_that_findings_cannot_show_it() {
    let set = LensSet::builtin();
    let mut placer = set.placer();
    let mut reached: BTreeSet<(String, String)> = BTreeSet::new();
    let older = ["CIS.1.20", "PCI.S3.2"].map(|id| control(id, ""));
    let compliance = Compliance {
        control: Some(Text::new("S3.5")),
        requirements: vec![Text::new("NIST.800-171.r2 3.13.8"), Text::new("CIS AWS Foundations Benchmark v3.0.0/2.1.1")],
        ..Compliance::default()
    };
    let required = Finding { compliance: Some(Box::new(compliance)), ..finding(Source::SecurityHub, "x") };
    let mut review = about(finding(Source::SecurityHub, "x"), "Other", "arn:aws:bedrock:us-east-1:111122223333:guardrail/a");
    review.title = Text::new("A guardrail checks no grounding");
    let health = Finding { product: Some(Text::new("Health")), ..finding(Source::SecurityHub, "x") };
    let lists = known();
    for mut found in lists.iter().flat_map(variants).chain(older).chain([review, health, required]) {
        placer.place(&mut found);
        let placement = &found.placement;
        reached.insert(("layers".to_owned(), placement.layer.slug().to_owned()));
        reached.insert(("sides".to_owned(), placement.side.slug().to_owned()));
        reached.extend(placement.lenses.iter().map(|place| (place.lens.to_string(), place.key.to_string())));
    }
    for lens in set.lenses() {
        for group in lens.groups() {
            let told = NOT_SHOWN.iter().any(|(id, key, reason)| *id == lens.id() && *key == group.key && !reason.is_empty());
            let is_reached = reached.contains(&(lens.id().to_owned(), group.key.clone()));
            assert!(is_reached != told, "{} {}: reached {is_reached}, listed as not to be shown {told}", lens.id(), group.key);
        }
    }
}

#[test]
fn every_group_teaches_something() {
    for lens in LensSet::builtin().lenses() {
        assert!(lens.text().len() > 60, "{}", lens.id());
        for group in lens.groups() {
            assert!(group.title.len() > 2 && group.text.ends_with(['.', ')', '?']), "{} {}: {}", lens.id(), group.key, group.text);
            let teaches = group.text.len() > 90 && group.text.matches(". ").count() + group.text.matches("? ").count() >= 1;
            assert!(["layers", "sides"].contains(&lens.id()) || teaches, "{} {}: {}", lens.id(), group.key, group.text);
        }
    }
}

#[test]
fn stated_and_derived_are_never_mixed_for_one_framework_in_one_finding() {
    let stated_by_aws = ["nist-800-53", "nist-800-171", "pci-dss", "cis", "aws-ai-security"];
    let mut placer = LensSet::builtin().placer();
    for known in known() {
        let mut found = known.finding();
        placer.place(&mut found);
        for place in found.placement.lenses.iter().filter(|place| &*place.lens == "frameworks") {
            let by_aws = stated_by_aws.contains(&&*place.key) && known.source == Source::SecurityHub;
            // An attestation names its own framework.
            let by_aws = by_aws || known.id == "aws-artifact/report";
            let expected = if by_aws { Basis::Stated } else { Basis::Derived };
            assert_eq!(place.why.basis, expected, "{} in {} by {}", known.id, place.key, place.why.rule);
        }
    }
}

#[test]
fn every_guardduty_type_tells_a_tactic_or_a_technique() {
    let mut placer = LensSet::builtin().placer();
    for known in known().into_iter().filter(|known| known.source == Source::GuardDuty) {
        let mut found = known.finding();
        placer.place(&mut found);
        let told = found.placement.lenses.iter().any(|place| &*place.lens == "attack");
        assert!(told, "{} tells none", known.id);
        let stated = found.placement.lenses.iter().filter(|place| &*place.lens == "attack" && place.why.basis == Basis::Stated).count();
        let own_words =
            ["AttackSequence", "Backdoor", "Behavior", "CryptoCurrency", "Object", "PenTest", "Policy", "Recon", "ResourceConsumption"];
        let purpose = known.id.split(':').next().unwrap_or_default();
        let is_own = own_words.contains(&purpose) || ["S3Object", "Stealth", "Trojan", "UnauthorizedAccess"].contains(&purpose);
        assert_eq!(stated == 0, is_own, "{}: {stated} stated", known.id);
    }
}

#[test]
fn every_known_finding_speaks_to_a_discipline_and_a_framework() {
    let mut placer = LensSet::builtin().placer();
    for known in known() {
        let mut found = known.finding();
        placer.place(&mut found);
        for lens in ["discipline", "frameworks"] {
            assert!(found.placement.lenses.iter().any(|place| &*place.lens == lens), "{} has no place in {lens}", known.id);
        }
    }
}
