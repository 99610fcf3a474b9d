//! Which rules are worth trying: rules that name exact types or controls are looked up, the others are tried always.

use std::collections::HashMap;

use super::condition::Field;
use super::facts::Facts;
use super::rule::Rule;

/// Rule numbers by what they ask for.
#[derive(Clone, Debug, Default)]
pub(super) struct Index {
    types: HashMap<Box<str>, Vec<u32>>,
    controls: HashMap<Box<str>, Vec<u32>>,
    rest: Vec<u32>,
}

impl Index {
    pub(super) fn new(rules: &[Rule]) -> Self {
        let mut index = Self::default();
        for (number, rule) in rules.iter().enumerate() {
            let number = number as u32;
            let keyed = rule.shared.iter().find_map(|condition| {
                matches!(condition.field, Field::Type | Field::Control).then_some(())?;
                Some((condition.field, condition.exact_words()?))
            });
            let Some((field, words)) = keyed else {
                index.rest.push(number);
                continue;
            };
            let table = if field == Field::Type { &mut index.types } else { &mut index.controls };
            words.for_each(|word| table.entry(word.into()).or_default().push(number));
        }
        index
    }

    /// The numbers of all rules that are worth trying, in order.
    pub(super) fn possible(&self, facts: &Facts) -> Vec<u32> {
        let mut numbers = self.rest.clone();
        numbers.extend(self.types.get(facts.kind.as_str()).into_iter().flatten());
        numbers.extend(self.controls.get(facts.control.as_str()).into_iter().flatten());
        numbers.sort_unstable();
        numbers
    }
}
