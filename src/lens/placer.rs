//! Places findings, and remembers: what rules see of a finding repeats from finding to finding.
//!
//! The memory has two steps. Facts that findings share (source, type, control, resource kinds ...) lead to the rules that
//! can still match. If none of them looks at facts of the finding's own (title, tags ...), that is the placement; else a
//! second step remembers by those facts too.

use std::collections::HashMap;
use std::sync::Arc;

use crate::model::{Finding, LensPlace, Placement};

use super::check::{LAYERS, SIDES};
use super::condition::Field;
use super::facts::{DeepFacts, Facts, write_deep_key, write_key};
use super::rule::{Effect, Lens, Rule};

/// Placements by facts of the finding's own that are remembered at most: titles may all differ.
const DEEP_MEMORY: usize = 8192;
/// Placements by shared facts that are remembered at most: even hostile input must not fill the memory.
const MEMORY: usize = 65_536;

/// Places findings; remembers what it has placed, since findings repeat. One for each thread.
#[derive(Debug)]
pub struct Placer {
    lenses: Arc<[Lens]>,
    known: HashMap<Box<[u8]>, Known>,
    deep: HashMap<Box<[u8]>, Placement>,
    next: u32,
    key: Vec<u8>,
}

/// What is known of findings with the same shared facts.
#[derive(Debug)]
enum Known {
    Placed(Placement),
    /// The rules that can still match, for each lens, and the facts that decide.
    Open {
        number: u32,
        candidates: Box<[Vec<u32>]>,
        fields: Vec<Field>,
    },
}

impl Placer {
    pub(super) fn new(lenses: Arc<[Lens]>) -> Self {
        Self { lenses, known: HashMap::new(), deep: HashMap::new(), next: 0, key: Vec::new() }
    }

    /// Sets the finding's placement.
    pub fn place(&mut self, finding: &mut Finding) {
        let mut key = std::mem::take(&mut self.key);
        write_key(finding, &mut key);
        if !self.known.contains_key(key.as_slice()) {
            self.learn(finding, &key);
        }
        match self.known.get(key.as_slice()) {
            Some(Known::Placed(placement)) => finding.placement.clone_from(placement),
            Some(Known::Open { number, candidates, fields }) => {
                key.clear();
                key.extend(number.to_le_bytes());
                write_deep_key(finding, fields, &mut key);
                if let Some(placement) = self.deep.get(key.as_slice()) {
                    finding.placement.clone_from(placement);
                } else {
                    let placement = decide(&self.lenses, candidates, Some(&DeepFacts::of(finding)));
                    if self.deep.len() >= DEEP_MEMORY {
                        self.deep.clear();
                    }
                    self.deep.insert(key.as_slice().into(), placement.clone());
                    finding.placement = placement;
                }
            }
            None => {}
        }
        self.key = key;
    }

    fn learn(&mut self, finding: &Finding, key: &[u8]) {
        if self.known.len() >= MEMORY {
            self.known.clear();
            self.deep.clear();
        }
        let facts = Facts::of(finding);
        let candidates: Box<[Vec<u32>]> = self.lenses.iter().map(|lens| lens.candidates(&facts)).collect();
        let mut fields: Vec<Field> = Vec::new();
        for (lens, numbers) in self.lenses.iter().zip(&candidates) {
            for condition in numbers.iter().flat_map(|&number| &lens.rules[number as usize].deep) {
                if !fields.contains(&condition.field) {
                    fields.push(condition.field);
                }
            }
        }
        let known = if fields.is_empty() {
            Known::Placed(decide(&self.lenses, &candidates, None))
        } else {
            self.next += 1;
            Known::Open { number: self.next, candidates, fields }
        };
        self.known.insert(key.into(), known);
    }
}

/// The placement that the candidates give.
fn decide(lenses: &[Lens], candidates: &[Vec<u32>], facts: Option<&DeepFacts>) -> Placement {
    let mut placement = Placement::unplaced();
    for (lens, numbers) in lenses.iter().zip(candidates) {
        let decision = lens.decide(numbers, facts);
        match lens.id.as_str() {
            LAYERS => {
                for rule in decision.placing.iter().chain(&decision.adding) {
                    add_layers(&mut placement, rule);
                }
                placement.also.sort_unstable();
                placement.also.dedup();
                placement.also.retain(|layer| *layer != placement.layer);
            }
            SIDES => {
                if let Some(Rule { effect: Effect::Side(side), why, .. }) = decision.placing.first() {
                    placement.side = *side;
                    placement.why_side = why.clone();
                }
            }
            _ => add_groups(&mut placement.lenses, lens, &decision.placing),
        }
    }
    placement
}

fn add_layers(placement: &mut Placement, rule: &Rule) {
    match &rule.effect {
        Effect::Layer(layer, also) => {
            placement.layer = *layer;
            placement.why_layer = rule.why.clone();
            placement.also.extend(also);
        }
        Effect::Also(also) => placement.also.extend(also),
        Effect::Side(_) | Effect::Groups(_) => {}
    }
}

/// Adds the groups in the lens's order; where two rules give the same group, the first one says why.
fn add_groups(places: &mut Vec<LensPlace>, lens: &Lens, rules: &[&Rule]) {
    for group in &lens.groups {
        let gives = |rule: &&&Rule| matches!(&rule.effect, Effect::Groups(keys) if keys.iter().any(|key| **key == *group.key));
        if let Some(rule) = rules.iter().find(gives) {
            places.push(LensPlace { lens: lens.id.as_str().into(), key: group.key.as_str().into(), why: rule.why.clone() });
        }
    }
}
