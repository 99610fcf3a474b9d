//! Which rules are worth trying: rules that name exact types, controls, services or kinds of resources are looked up, the others
//! are tried for the sources that they are for.

use std::collections::HashMap;

use crate::model::Source;

use super::condition::{Condition, Field};
use super::facts::Facts;
use super::rule::Rule;

/// The fields that rules are looked up by, the most telling first.
const KEYS: [Field; 7] =
    [Field::Type, Field::Control, Field::Family, Field::Resource, Field::Service, Field::AnyResource, Field::AnyService];

/// Rule numbers by what they ask for.
#[derive(Clone, Debug, Default)]
pub(super) struct Index {
    tables: [HashMap<Box<str>, Vec<u32>>; KEYS.len()],
    /// By source.
    rest: [Vec<u32>; Source::ALL.len()],
}

impl Index {
    pub(super) fn new(rules: &[Rule]) -> Self {
        let mut index = Self::default();
        for (number, rule) in rules.iter().enumerate() {
            let number = number as u32;
            let keyed = KEYS.iter().zip(&mut index.tables).find_map(|(field, table)| {
                let words = rule.shared.iter().find(|condition| condition.field == *field).and_then(Condition::exact_words)?;
                Some((words, table))
            });
            if let Some((words, table)) = keyed {
                words.for_each(|word| table.entry(word.into()).or_default().push(number));
                continue;
            }
            for (source, rest) in Source::ALL.into_iter().zip(&mut index.rest) {
                if rule.sources.contains(source) {
                    rest.push(number);
                }
            }
        }
        index
    }

    /// The numbers of all rules that are worth trying, in order.
    pub(super) fn possible(&self, facts: &Facts) -> Vec<u32> {
        let mut numbers = self.rest[facts.source as usize].clone();
        for (field, table) in KEYS.iter().zip(&self.tables).filter(|(_, table)| !table.is_empty()) {
            facts.each(*field, &mut |fact| numbers.extend(table.get(fact).into_iter().flatten()));
        }
        numbers.sort_unstable();
        numbers.dedup();
        numbers
    }
}
