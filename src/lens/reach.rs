//! No rule is dead: for each word of each condition of each embedded rule there is a finding that the rule applies to.

use crate::model::{AccountId, Compliance, Finding, Region, Resource, Severity, Source, Text};

use super::condition::{Condition, Field};
use super::facts::{DeepFacts, Facts};
use super::marks::{MARK_TAG, Marks};
use super::rule::{Lens, Rule};
use super::set::LensSet;

/// A finding with the facts that a rule asks for.
fn witness(source: Source, facts: &[(Field, String)]) -> Finding {
    let mut finding = Finding::blank(source, "x");
    let mut resource = Resource { id: Text::new("x"), ..Resource::default() };
    let mut compliance = Compliance::default();
    let mut indicators = Vec::new();
    let fact = |wanted: Field| facts.iter().find(|(field, _)| *field == wanted).map(|(_, fact)| fact.as_str());
    let service = fact(Field::Service).or(fact(Field::AnyService));
    for (field, fact) in facts {
        let text = Text::new(fact);
        match field {
            Field::Type => finding.kind = text,
            Field::Control => compliance.control = Some(text),
            Field::Family => compliance.control = Some(Text::new(&format!("{fact}.999"))),
            Field::Product => finding.product = Some(text),
            Field::Title => finding.title = text,
            Field::Text => finding.description = text,
            Field::Resource | Field::AnyResource => resource.kind = text,
            Field::Service | Field::AnyService => resource.id = Text::new(&format!("arn:aws:{fact}:::x")),
            Field::Id => resource.id = Text::new(&service.map_or_else(|| fact.clone(), |service| format!("arn:aws:{service}:::{fact}"))),
            Field::Tag => resource.tags.extend(fact.split_once('=').map(|(key, value)| (Text::new(key), Text::new(value)))),
            Field::Marked => resource.tags.push((Text::new(MARK_TAG), text)),
            Field::Requirement => compliance.requirements.push(text),
            Field::Standard => compliance.standards.push(text),
            Field::Indicator => indicators.push(text),
            Field::Tactic => indicators.push(Text::new(&format!("ATTACK_TACTIC={fact}"))),
            Field::Technique => indicators.push(Text::new(&format!("ATTACK_TECHNIQUE={fact}"))),
            Field::Account => finding.account = AccountId::new(fact),
            Field::Region => finding.region = Region::new(fact),
            Field::Severity => finding.severity = Severity::from_word(fact).unwrap_or_default(),
            Field::Status => {}
        }
    }
    finding.resources.push(resource);
    finding.indicators = Some(indicators.into());
    finding.compliance = Some(Box::new(compliance));
    finding
}

fn applies(lens: &Lens, rule: &Rule, finding: &Finding) -> bool {
    let candidates = lens.candidates(&Facts::of(finding));
    let decision = lens.decide(&candidates, Some(&DeepFacts::of(finding, &Marks::default())));
    decision.placing.iter().chain(&decision.adding).any(|known| known.why.rule == rule.why.rule)
}

/// The combinations that vary one condition's words at a time.
fn combinations(rule: &Rule) -> Vec<Vec<(Field, String)>> {
    let conditions: Vec<&Condition> = rule.shared.iter().chain(rule.deep.iter().map(AsRef::as_ref)).collect();
    let firsts: Vec<(Field, String)> =
        conditions.iter().map(|condition| (condition.field, condition.samples().into_iter().min().unwrap_or_default())).collect();
    let mut all = vec![firsts.clone()];
    for (place, condition) in conditions.iter().enumerate() {
        for sample in condition.samples() {
            let mut facts = firsts.clone();
            facts[place].1 = sample;
            all.push(facts);
        }
    }
    all
}

#[test]
fn no_embedded_rule_is_dead_nor_any_word_of_one() {
    let mut dead = Vec::new();
    for lens in LensSet::builtin().lenses() {
        for rule in &lens.rules {
            for facts in combinations(rule) {
                let mut sources = Source::ALL.into_iter().filter(|source| rule.sources.contains(*source));
                if !sources.any(|source| applies(lens, rule, &witness(source, &facts))) {
                    dead.push(format!("{} {}: {facts:?}", lens.id, rule.why.rule));
                }
            }
        }
    }
    assert!(dead.is_empty(), "{} dead:\n{}", dead.len(), dead.join("\n"));
}

#[test]
fn every_guardduty_type_that_layers_know_is_known_to_sides_too() {
    let set = LensSet::builtin();
    let mut placer = set.placer();
    let mut known = 0;
    let layers = set.lens("layers").expect("the layers");
    let of_guardduty = |rule: &&Rule| rule.why.rule.starts_with("guardduty.");
    for condition in layers.rules.iter().filter(of_guardduty).flat_map(|rule| &rule.shared).filter(|one| one.field == Field::Type) {
        for kind in condition.samples() {
            let mut finding = Finding { kind: Text::new(&kind), ..Finding::blank(Source::GuardDuty, "x") };
            placer.place(&mut finding);
            assert!(!finding.placement.why_layer.is_fallback() && !finding.placement.why_side.is_fallback(), "{kind}");
            known += 1;
        }
    }
    assert!(known > 200, "only {known} types are known");
}
