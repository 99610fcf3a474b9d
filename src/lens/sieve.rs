//! Which conditions on titles, ids and tags a finding can satisfy at all. Lenses have hundreds of them, and most findings satisfy
//! none: one pass over a text finds the parts without stars of all of them, and only conditions with such a part are tried.

use std::collections::HashMap;
use std::sync::Arc;

use aho_corasick::AhoCorasick;

use crate::model::Finding;

use super::condition::{Condition, Field};
use super::rule::Lens;

/// Stands for a condition; equal conditions have the same.
pub(super) type Number = u32;

/// All conditions of a set of lenses on titles, ids and tags.
#[derive(Debug)]
pub(super) struct Sieve {
    conditions: Vec<Arc<Condition>>,
    numbers: HashMap<(Field, Vec<Box<str>>), Number>,
    titles: Parts,
    ids: Parts,
    tags: Parts,
}

impl Sieve {
    pub(super) fn new(lenses: &[Lens]) -> Self {
        let (mut conditions, mut numbers) = (Vec::new(), HashMap::new());
        for condition in lenses.iter().flat_map(|lens| &lens.rules).flat_map(|rule| &rule.deep).filter(|one| Self::takes(one.field)) {
            numbers.entry((condition.field, condition.words.clone())).or_insert_with(|| {
                conditions.push(Arc::clone(condition));
                conditions.len() as Number - 1
            });
        }
        let of = |field: Field| (0..).zip(&conditions).filter(move |(_, one)| one.field == field).map(|(number, one)| (number, &**one));
        let (titles, ids, tags) = (Parts::new(of(Field::Title)), Parts::new(of(Field::Id)), Parts::new(of(Field::Tag)));
        Self { conditions, numbers, titles, ids, tags }
    }

    /// Whether it knows conditions on this field.
    pub(super) const fn takes(field: Field) -> bool {
        matches!(field, Field::Title | Field::Id | Field::Tag)
    }

    /// The number of a condition of one of the lenses.
    pub(super) fn number(&self, condition: &Condition) -> Option<Number> {
        self.numbers.get(&(condition.field, condition.words.clone())).copied()
    }

    pub(super) fn condition(&self, number: Number) -> &Condition {
        &self.conditions[number as usize]
    }

    /// Finds out which conditions the finding may satisfy.
    pub(super) fn pass(&self, finding: &Finding, passed: &mut Passed) {
        passed.bits.clear();
        passed.bits.resize(self.conditions.len().div_ceil(64), 0);
        for number in [&self.titles, &self.ids, &self.tags].into_iter().flat_map(|parts| &parts.open) {
            passed.add(*number);
        }
        self.titles.find(&finding.title, passed);
        for resource in &finding.resources {
            self.ids.find(&resource.id, passed);
            for (key, value) in &resource.tags {
                let mut tag = std::mem::take(&mut passed.tag);
                tag.clear();
                tag.extend([key, "=", value]);
                self.tags.find(&tag, passed);
                passed.tag = tag;
            }
        }
    }
}

/// What a finding's texts let through.
#[derive(Debug, Default)]
pub(super) struct Passed {
    bits: Vec<u64>,
    tag: String,
}

impl Passed {
    fn add(&mut self, number: Number) {
        self.bits[number as usize / 64] |= 1 << (number % 64);
    }

    /// Whether the condition may be satisfied.
    pub(super) fn has(&self, number: Number) -> bool {
        self.bits[number as usize / 64] & (1 << (number % 64)) != 0
    }
}

/// The parts of conditions on one field.
#[derive(Debug)]
struct Parts {
    /// None where there are no parts, or more than it can hold: then all conditions are open.
    automaton: Option<AhoCorasick>,
    /// By part: whose it is.
    owners: Vec<Vec<Number>>,
    /// Conditions that any text may satisfy.
    open: Vec<Number>,
}

impl Parts {
    fn new<'c>(conditions: impl Iterator<Item = (Number, &'c Condition)> + Clone) -> Self {
        let (mut places, mut parts, mut owners, mut open) = (HashMap::new(), Vec::new(), Vec::<Vec<Number>>::new(), Vec::new());
        for (number, condition) in conditions.clone() {
            for word in &condition.words {
                // The longest says most.
                match word.split('*').max_by_key(|part| part.len()).filter(|part| !part.is_empty()) {
                    None => open.push(number),
                    Some(part) => {
                        let place = *places.entry(part).or_insert_with(|| {
                            parts.push(part);
                            owners.push(Vec::new());
                            parts.len() - 1
                        });
                        owners[place].push(number);
                    }
                }
            }
        }
        let automaton = AhoCorasick::builder().ascii_case_insensitive(true).build(&parts).ok().filter(|_| !parts.is_empty());
        if automaton.is_none() {
            open = conditions.map(|(number, _)| number).collect();
        }
        Self { automaton, owners, open }
    }

    fn find(&self, text: &str, passed: &mut Passed) {
        for found in self.automaton.iter().flat_map(|automaton| automaton.find_overlapping_iter(text)) {
            self.owners[found.pattern().as_usize()].iter().for_each(|owner| passed.add(*owner));
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::facts::DeepFacts;
    use super::super::marks::Marks;
    use super::super::set::LensSet;
    use super::{Passed, Sieve};
    use crate::model::{Finding, Resource, Source, Text};

    fn lens(words: &[String]) -> String {
        let rule = |(number, word): (usize, &String)| {
            let field = ["id", "tag", "title"][number % 3];
            format!("[[rule]]\nid = 'r{number}'\nwhen.{field} = '{word}'\ngroup = 'a'\nbasis = 'derived'\nreason = 'r'\n")
        };
        let rules: String = words.iter().enumerate().map(rule).collect();
        format!("id = 'mine'\ntitle = 'Mine'\n[[group]]\nkey = 'a'\ntitle = 'A'\ntext = 'A.'\n{rules}")
    }

    proptest! {
        #[test]
        fn what_is_not_let_through_is_not_satisfied(
            words in prop::collection::vec("[abAB=*]{1,5}", 1..8),
            id in "[abAB]{0,6}",
            tags in prop::collection::vec(("[abAB]{1,3}", "[abAB]{0,3}"), 0..3),
            title in "[abAB ]{0,6}",
        ) {
            let folder = tempfile::tempdir().expect("a folder");
            std::fs::write(folder.path().join("mine.toml"), lens(&words)).expect("written");
            // Words that no lens can have are mistakes of the file.
            let Ok(set) = LensSet::load(folder.path()) else { return Ok(()) };
            let sieve = Sieve::new(set.lenses());
            let mut finding = Finding { title: Text::new(&title), ..Finding::blank(Source::GuardDuty, "x") };
            let tags = tags.iter().map(|(key, value)| (Text::new(key), Text::new(value))).collect();
            finding.resources.push(Resource { id: Text::new(&id), tags, ..Resource::default() });
            let mut passed = Passed::default();
            sieve.pass(&finding, &mut passed);
            let marks = Marks::default();
            let facts = DeepFacts::of(&finding, &marks);
            for (number, condition) in (0..).zip(&sieve.conditions) {
                prop_assert!(passed.has(number) || !facts.satisfy(condition), "{:?} of {id}", condition.words);
                prop_assert_eq!(sieve.number(condition), Some(number));
            }
        }
    }
}
