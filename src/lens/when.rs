//! The conditions of lens files for rules that give no place, such as those of the priority: the same words mean the same there.

use std::ops::Range;
use std::sync::Arc;

use crate::model::Finding;

use super::check::Checker;
use super::condition::{Condition, Field, Fields, Sources};
use super::error::Mistake;
use super::facts::{DeepFacts, Facts, write_key};
use super::file::{Lines, WhenSpec};
use super::marks::Marks;
use super::memory::Memory;

/// What is remembered at most.
const KNOWN: usize = 16_384;

/// The conditions of one rule, compiled: all must hold.
#[derive(Clone, Debug)]
pub(crate) struct When {
    sources: Sources,
    shared: Vec<Condition>,
    deep: Vec<Condition>,
}

impl When {
    /// Compiles the conditions of the rule whose id stands at `rule` in the file's text.
    pub(crate) fn compile(name: &str, text: &str, spec: &WhenSpec, rule: &Range<usize>, mistakes: &mut Vec<Mistake>) -> Self {
        let mut checker = Checker { name, lines: Lines::of(text), mistakes: std::mem::take(mistakes) };
        let (sources, conditions) = checker.when(spec, rule);
        *mistakes = checker.mistakes;
        let (deep, shared) = conditions.into_iter().partition(|condition: &Condition| condition.field.is_deep());
        Self { sources, shared, deep }
    }

    /// Whether it looks at the status: a rule that does not is for active findings.
    pub(crate) fn asks_status(&self) -> bool {
        self.shared.iter().any(|condition| condition.field == Field::Status)
    }
}

/// Finds the rules whose conditions a finding meets; remembers what it has found, since findings repeat.
#[derive(Debug)]
pub(crate) struct Matcher {
    rules: Arc<[When]>,
    marks: Arc<Marks>,
    wanted: Fields,
    known: Memory<Arc<[u16]>>,
    key: Vec<u8>,
}

impl Matcher {
    pub(crate) fn new(rules: Arc<[When]>, marks: Arc<Marks>) -> Self {
        let wanted = Fields::of(rules.iter().flat_map(|rule| &rule.shared).map(|condition| condition.field));
        Self { rules, marks, wanted, known: Memory::new(KNOWN), key: Vec::new() }
    }

    /// The numbers of the rules whose conditions hold, in order.
    pub(crate) fn matching(&mut self, finding: &Finding, numbers: &mut Vec<u16>) {
        write_key(finding, self.wanted, &mut self.key);
        let possible = if let Some(possible) = self.known.get(&self.key) {
            possible
        } else {
            let facts = Facts::of(finding);
            let holds = |rule: &When| rule.sources.contains(facts.source) && rule.shared.iter().all(|condition| facts.satisfy(condition));
            let possible = (0..).zip(&*self.rules).filter(|(_, rule)| holds(rule)).map(|(number, _)| number).collect();
            self.known.insert(&self.key, possible);
            match self.known.get(&self.key) {
                Some(possible) => possible,
                None => return,
            }
        };
        let facts = DeepFacts::of(finding, &self.marks);
        let holds = |number: &u16| self.rules[usize::from(*number)].deep.iter().all(|condition| facts.satisfy(condition));
        numbers.clear();
        numbers.extend(possible.iter().copied().filter(holds));
    }
}
