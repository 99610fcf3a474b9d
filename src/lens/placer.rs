//! Places findings, and remembers: what rules see of a finding repeats from finding to finding.
//!
//! The memory has two steps. Facts that findings share (source, type, control, resource kinds ...) lead to the rules that
//! can still match. If none of them looks at facts of the finding's own (title, tags ...), that is the placement; else a
//! second step remembers by the title, by which conditions on tags and ids hold, and by who marked its resources.

use std::collections::HashSet;
use std::sync::{Arc, OnceLock};

use crate::model::{Finding, LensPlace, Placement, Shared};

use super::check::{LAYERS, SIDES};
use super::condition::{Field, Fields};
use super::facts::{DeepFacts, Facts, write_key, write_text};
use super::marks::Marks;
use super::memory::Memory;
use super::rule::{Decision, Effect, Lens, Rule};
use super::sieve::{Number, Passed, Sieve};

/// Placements by shared facts that are remembered at most.
const SHARED: usize = 65_536;
/// Placements by titles that are remembered at most: titles may all differ.
const DEEP: usize = 32_768;
/// Placements that differ and are remembered at most: far more than rules give.
const DISTINCT: usize = 16_384;

/// Places findings; remembers what it has placed, since findings repeat. One for each thread.
#[derive(Debug)]
pub struct Placer {
    lenses: Arc<[Lens]>,
    marks: Arc<Marks>,
    sieve: Arc<OnceLock<Sieve>>,
    passed: Passed,
    wanted: Fields,
    numbers: Memory<u32>,
    known: Vec<Known>,
    deep: Memory<Shared<Placement>>,
    distinct: HashSet<Shared<Placement>>,
    key: Vec<u8>,
}

/// What is known of findings with the same shared facts.
#[derive(Debug)]
enum Known {
    Placed(Shared<Placement>),
    Open(Open),
}

/// The finding's own facts decide.
#[derive(Debug)]
struct Open {
    /// The rules that can still match, for each lens.
    candidates: Box<[Vec<u32>]>,
    /// The conditions on title, tags and ids: these differ so much that only whether they hold is remembered.
    conditions: Box<[Number]>,
    /// Whether a rule looks at the description.
    text: bool,
    /// Whether a rule looks at marks: who gives them is remembered, since reasons tell it.
    marked: bool,
}

impl Placer {
    pub(super) fn new(lenses: Arc<[Lens]>, marks: Arc<Marks>, sieve: Arc<OnceLock<Sieve>>) -> Self {
        let conditions = lenses.iter().flat_map(|lens| &lens.rules).flat_map(|rule| &rule.shared);
        Self {
            wanted: Fields::of(conditions.map(|condition| condition.field)),
            lenses,
            marks,
            sieve,
            passed: Passed::default(),
            numbers: Memory::new(SHARED),
            known: Vec::new(),
            deep: Memory::new(DEEP),
            distinct: HashSet::new(),
            key: Vec::new(),
        }
    }

    /// Sets the finding's placement.
    pub fn place(&mut self, finding: &mut Finding) {
        let mut key = std::mem::take(&mut self.key);
        write_key(finding, self.wanted, &mut key);
        let number = match self.numbers.get(&key) {
            Some(&number) => number,
            None => self.learn(finding, &key),
        };
        match &self.known[number as usize] {
            Known::Placed(placement) => finding.placement = placement.clone(),
            Known::Open(open) => {
                let facts = DeepFacts::of(finding, &self.marks);
                let sieve = self.sieve.get_or_init(|| Sieve::new(&self.lenses));
                if !open.conditions.is_empty() {
                    sieve.pass(finding, &mut self.passed);
                }
                open.write_key(finding, number, &facts, (sieve, &self.passed), &mut key);
                finding.placement = if let Some(placement) = self.deep.get(&key) {
                    placement.clone()
                } else {
                    let placement = one_of(&mut self.distinct, decide(&self.lenses, &open.candidates, finding, Some(&facts)));
                    self.deep.insert(&key, placement.clone());
                    placement
                };
            }
        }
        self.key = key;
    }

    /// Finds out what can be known from the shared facts; gives its number.
    fn learn(&mut self, finding: &Finding, key: &[u8]) -> u32 {
        if self.numbers.is_full() {
            self.numbers.clear();
            self.known.clear();
            self.deep.clear();
        }
        let facts = Facts::of(finding);
        let candidates: Box<[Vec<u32>]> = self.lenses.iter().map(|lens| lens.candidates(&facts)).collect();
        let rules =
            self.lenses.iter().zip(&candidates).flat_map(|(lens, numbers)| numbers.iter().map(|&number| &lens.rules[number as usize]));
        let sieve = self.sieve.get_or_init(|| Sieve::new(&self.lenses));
        let (mut conditions, mut text, mut marked) = (Vec::new(), false, false);
        for condition in rules.flat_map(|rule| &rule.deep) {
            match sieve.number(condition) {
                Some(number) => conditions.push(number),
                None if condition.field == Field::Marked => marked = true,
                None => text = true,
            }
        }
        conditions.sort_unstable();
        conditions.dedup();
        let known = if conditions.is_empty() && !text && !marked {
            Known::Placed(one_of(&mut self.distinct, decide(&self.lenses, &candidates, finding, None)))
        } else {
            Known::Open(Open { candidates, conditions: conditions.into(), text, marked })
        };
        let number = self.known.len() as u32;
        self.known.push(known);
        self.numbers.insert(key, number);
        number
    }
}

impl Open {
    /// Writes the key of the second step.
    fn write_key(&self, finding: &Finding, number: u32, facts: &DeepFacts, (sieve, passed): (&Sieve, &Passed), key: &mut Vec<u8>) {
        key.clear();
        key.extend(number.to_le_bytes());
        if self.text {
            write_text(finding, key);
        }
        if self.marked {
            key.extend(facts.givers().map(u16::to_le_bytes).as_flattened());
        }
        let holds = |number: &&Number| passed.has(**number) && facts.satisfy(sieve.condition(**number));
        key.extend(self.conditions.iter().filter(holds).flat_map(|number| number.to_le_bytes()));
    }
}

/// The placement in the memory that an equal one has already.
fn one_of(distinct: &mut HashSet<Shared<Placement>>, placement: Placement) -> Shared<Placement> {
    if let Some(known) = distinct.get(&placement) {
        return known.clone();
    }
    if distinct.len() >= DISTINCT {
        distinct.clear();
    }
    let placement = Shared::from(placement);
    distinct.insert(placement.clone());
    placement
}

/// The placement that the candidates give.
fn decide(lenses: &[Lens], candidates: &[Vec<u32>], finding: &Finding, facts: Option<&DeepFacts>) -> Placement {
    let mut placement = Placement::unplaced();
    for (lens, numbers) in lenses.iter().zip(candidates) {
        let decision = lens.decide(numbers, facts);
        match lens.id.as_str() {
            LAYERS => {
                for rule in decision.placing.iter().chain(&decision.adding) {
                    add_layers(&mut placement, rule, finding, facts);
                }
                placement.also.sort_unstable();
                placement.also.dedup();
                placement.also.retain(|layer| *layer != placement.layer);
            }
            SIDES => {
                if let Some(rule @ Rule { effect: Effect::Side(side), .. }) = decision.placing.first() {
                    placement.side = *side;
                    placement.why_side = rule.why(finding, facts);
                }
            }
            _ => add_groups(&mut placement.lenses, lens, &decision, finding, facts),
        }
    }
    placement
}

fn add_layers(placement: &mut Placement, rule: &Rule, finding: &Finding, facts: Option<&DeepFacts>) {
    match &rule.effect {
        Effect::Layer(layer, also) => {
            placement.layer = *layer;
            placement.why_layer = rule.why(finding, facts);
            placement.also.extend(also);
        }
        Effect::Also(also) => placement.also.extend(also),
        Effect::Side(_) | Effect::Groups(_) => {}
    }
}

/// Adds the groups in the lens's order; where two rules give the same group, a stated one says why before a derived one.
fn add_groups(places: &mut Vec<LensPlace>, lens: &Lens, decision: &Decision, finding: &Finding, facts: Option<&DeepFacts>) {
    if decision.placing.is_empty() {
        return;
    }
    let (id, keys) = &lens.shared;
    for (group, key) in lens.groups.iter().zip(keys) {
        if let Some(rule) = decision.gives(group, finding) {
            places.push(LensPlace { lens: id.clone(), key: key.clone(), why: rule.why(finding, facts) });
        }
    }
}
