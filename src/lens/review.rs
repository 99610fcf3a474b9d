//! A second look at a lens file, for who writes one: beside its mistakes, the rules and words that never count, the rules that
//! get in each other's way, and names that nothing known has.

use std::collections::BTreeMap;

use crate::model::Source;

use super::check::examine;
use super::condition::{Condition, Field, Sources};
use super::error::{Mistake, near};
use super::facts::{DeepFacts, Facts, family};
use super::known::known;
use super::marks::Marks;
use super::rule::{Effect, Lens, Pick, Rule};
use super::set::LensSet;

/// What is to say of a lens file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Review {
    /// The lens's id; empty where the file is no lens file.
    pub id: String,
    /// How many rules the file has itself.
    pub rules: usize,
    /// What has to be corrected, in the order of the file: mistakes, and rules that can never count.
    pub mistakes: Vec<Mistake>,
    /// What may be meant: words that never count, rules that overlap, names that nothing known has.
    pub notes: Vec<Mistake>,
}

impl LensSet {
    /// Looks through a lens file. `name` is what the mistakes call it; the embedded lenses are what it may extend.
    #[must_use]
    pub fn review(name: &str, text: &str) -> Review {
        let embedded = Self::builtin();
        let (lens, mistakes) = match examine(name, text, |id| embedded.lens(id)) {
            Ok(examined) => examined,
            Err(error) => return Review { mistakes: error.mistakes, ..Review::default() },
        };
        let mut reviewer = Reviewer { name, lens: &lens, mistakes, notes: Vec::new() };
        reviewer.rules_that_never_count();
        reviewer.names_that_nothing_has();
        reviewer.overlaps();
        let Reviewer { mut mistakes, mut notes, .. } = reviewer;
        mistakes.sort_by_key(|mistake| mistake.line);
        notes.sort_by_key(|note| note.line);
        Review { rules: lens.rules.iter().filter(|rule| rule.line > 0).count(), id: lens.id, mistakes, notes }
    }
}

struct Reviewer<'a> {
    name: &'a str,
    lens: &'a Lens,
    mistakes: Vec<Mistake>,
    notes: Vec<Mistake>,
}

/// A rule's conditions as words, one of them perhaps with fewer than it has.
struct Narrowed<'a> {
    rule: &'a Rule,
    only: Option<(Field, &'a str)>,
}

impl Narrowed<'_> {
    /// Whether `other` matches whatever this matches, of a source that both are for.
    fn is_covered_by(&self, other: &Rule) -> bool {
        conditions(other).all(|wanted| {
            conditions(self.rule).any(|have| {
                let covers = |word: &str| match (wanted.field, have.field) {
                    (want, have) if want == have || want.narrower() == Some(have) => wanted.covers(word),
                    (Field::Family, Field::Control) => !word.contains('*') && wanted.holds(family(word)),
                    _ => false,
                };
                match self.only {
                    Some((field, word)) if field == have.field => covers(word),
                    _ => !have.words.is_empty() && have.words.iter().all(|word| covers(word)),
                }
            })
        })
    }
}

fn conditions(rule: &Rule) -> impl Iterator<Item = &Condition> {
    rule.shared.iter().chain(rule.deep.iter().map(AsRef::as_ref))
}

/// The sources whose findings can have all the facts that the rule asks for.
fn sources(rule: &Rule) -> Vec<Source> {
    let has = |source: &Source| {
        rule.sources.contains(*source)
            && conditions(rule).all(|condition| condition.field.only_of().is_none_or(|only| only.contains(*source)))
    };
    Source::ALL.into_iter().filter(has).collect()
}

impl Reviewer<'_> {
    fn mistake(&mut self, rule: &Rule, text: String) {
        self.mistakes.push(Mistake { file: self.name.to_owned(), line: Some(rule.line), text });
    }

    fn note(&mut self, rule: &Rule, text: String) {
        self.notes.push(Mistake { file: self.name.to_owned(), line: Some(rule.line), text });
    }

    /// The rule that keeps `narrowed`, the rule at `place`, from ever counting; for findings of each of these sources there is
    /// one, and it is the first source's.
    fn keeper(&self, place: usize, narrowed: &Narrowed, sources: &[Source]) -> Option<&'_ Rule> {
        let rule = narrowed.rule;
        let counts_first = |before: bool, other: &Rule| match (self.lens.pick, &rule.effect, &other.effect) {
            (_, Effect::Also(mine), Effect::Also(others)) => before && mine.iter().all(|layer| others.contains(layer)),
            (_, Effect::Also(_), _) | (_, _, Effect::Also(_)) => false,
            (Pick::First, ..) => before,
            // Guesses count only where nothing else does.
            (Pick::All, ..) if rule.why.is_fallback() != other.why.is_fallback() => rule.why.is_fallback(),
            (Pick::All, Effect::Groups(mine), Effect::Groups(others)) => {
                mine.iter().all(|key| others.contains(key))
                    && (other.why.basis < rule.why.basis || (before && other.why.basis == rule.why.basis))
            }
            _ => false,
        };
        let mut first: Option<&Rule> = None;
        let mut left: Vec<Source> = sources.to_vec();
        for (at, other) in self.lens.rules.iter().enumerate().filter(|(at, _)| *at != place) {
            if counts_first(at < place, other) && narrowed.is_covered_by(other) {
                if sources.first().is_some_and(|source| other.sources.contains(*source)) {
                    first.get_or_insert(other);
                }
                left.retain(|source| !other.sources.contains(*source));
                if left.is_empty() {
                    return first;
                }
            }
        }
        None
    }

    fn rules_that_never_count(&mut self) {
        for (place, rule) in self.lens.rules.iter().enumerate().filter(|(_, rule)| rule.line > 0) {
            let id = &rule.why.rule;
            let sources = sources(rule);
            // What is unknown or empty was told already, and says nothing of other rules.
            if rule.sources.is_empty() || conditions(rule).any(|condition| condition.words.iter().all(|word| word.trim().is_empty())) {
                continue;
            }
            if sources.is_empty() {
                let narrow = conditions(rule).filter_map(|condition| Some((condition.field, condition.field.only_of()?)));
                let told = narrow.map(|(field, only)| format!("`{}` is known of findings of {}", field.name(), names(only)));
                let text = format!(
                    "the rule `{id}` can never match: {}, and it is for others; remove one of them",
                    told.collect::<Vec<_>>().join(", ")
                );
                self.mistake(rule, text);
                continue;
            }
            let kept = |only| self.keeper(place, &Narrowed { rule, only }, &sources).map(place_of);
            if let Some(keeper) = kept(None) {
                self.mistake(
                    rule,
                    format!("the rule `{id}` never counts: {keeper} takes all that it would; move it before that, or remove it"),
                );
                continue;
            }
            let mut dead: Vec<(Field, &str, String)> = Vec::new();
            let mut all_dead = false;
            // Of a condition with one word that is what was just asked.
            for condition in conditions(rule).filter(|condition| condition.words.len() > 1) {
                let of_this: Vec<_> = condition
                    .words
                    .iter()
                    .filter_map(|word| Some((condition.field, &**word, kept(Some((condition.field, &**word)))?)))
                    .collect();
                all_dead |= of_this.len() == condition.words.len();
                dead.extend(of_this);
            }
            if all_dead {
                let keepers: Vec<String> = distinct(dead.into_iter().map(|(_, _, keeper)| keeper));
                let text = format!(
                    "the rule `{id}` never counts: {} take all that it would; move it before them, or remove it",
                    keepers.join(", ")
                );
                self.mistake(rule, text);
                continue;
            }
            for (field, word, keeper) in dead {
                self.note(rule, format!("`{word}` never counts in `{}` of the rule `{id}`: {keeper} takes it", field.name()));
            }
        }
    }

    fn names_that_nothing_has(&mut self) {
        for rule in self.lens.rules.iter().filter(|rule| rule.line > 0 && !rule.why.is_fallback()) {
            let sources = sources(rule);
            for condition in &rule.shared {
                // What products call their own findings in Security Hub is not listed anywhere.
                let (what, of): (&str, Vec<Source>) = match condition.field {
                    Field::Type if !sources.contains(&Source::SecurityHub) => ("type", sources.clone()),
                    Field::Control => ("control", vec![Source::SecurityHub]),
                    _ => continue,
                };
                let listed: Vec<String> =
                    known().iter().filter(|known| of.contains(&known.source)).map(|known| known.id.to_ascii_lowercase()).collect();
                for word in condition.words.iter().filter(|word| !is_of_another_list(what, word)) {
                    let one = Condition::new(condition.field, std::iter::once(&**word));
                    if listed.is_empty() || listed.iter().any(|id| one.holds(id)) {
                        continue;
                    }
                    let way_out = near(word, listed.iter().map(String::as_str))
                        .map_or_else(|| "it may be newer than ringfort's list".to_owned(), |near| format!("did you mean `{near}`?"));
                    self.note(rule, format!("no known {what} is called `{word}`; {way_out}"));
                }
            }
        }
    }

    /// Rules of a lens that gives one place, which both match something known, give it different places, and neither is the
    /// more telling one: which of them counts is an accident of their order.
    fn overlaps(&mut self) {
        if self.lens.pick != Pick::First {
            return;
        }
        let dead: Vec<Option<usize>> = self.mistakes.iter().map(|mistake| mistake.line).collect();
        let mut found: BTreeMap<(usize, usize), Vec<&str>> = BTreeMap::new();
        let marks = Marks::default();
        for known in known() {
            let finding = known.finding();
            let (facts, deep) = (Facts::of(&finding), DeepFacts::of(&finding, &marks));
            let matching = self
                .lens
                .rules
                .iter()
                .enumerate()
                .filter(|(_, rule)| rule.is_placing() && !rule.why.is_fallback() && rule.may_match(&facts) && rule.matches(&deep));
            let matching: Vec<(usize, &Rule)> = matching.collect();
            let Some(((first, winner), others)) = matching.split_first() else { continue };
            for (at, other) in others {
                let own = [winner, other].iter().all(|rule| rule.line > 0 && !dead.contains(&Some(rule.line)));
                let deliberate = telling(winner, &facts) < telling(other, &facts)
                    || (other.sources.contains(facts.source) && Narrowed { rule: winner, only: None }.is_covered_by(other));
                if own && !deliberate && !same_place(&winner.effect, &other.effect) {
                    found.entry((*first, *at)).or_default().push(known.id);
                }
            }
        }
        for ((first, other), ids) in found {
            let (winner, other) = (&self.lens.rules[first], &self.lens.rules[other]);
            let more = if ids.len() > 1 { format!(" and {} more", ids.len() - 1) } else { String::new() };
            let text = format!(
                "the rules `{}` and {} both match `{}`{more} and place it differently; the first one counts",
                winner.why.rule,
                place_of(other),
                ids[0]
            );
            self.note(winner, text);
        }
    }
}

fn same_place(one: &Effect, other: &Effect) -> bool {
    match (one, other) {
        (Effect::Layer(one, _), Effect::Layer(other, _)) => one == other,
        _ => one == other,
    }
}

/// How telling what the rule asks for is, the most telling first: this very type or control, words of the finding's own, the
/// service or kind of resource, a pattern, anything.
fn telling(rule: &Rule, facts: &Facts) -> u8 {
    if rule.names(facts) {
        return 0;
    }
    let of_condition = |condition: &Condition| match condition.field {
        field if field.is_deep() => 1,
        Field::Type | Field::Control | Field::Product if condition.words.iter().all(|word| &**word == "*") => 4,
        Field::Type | Field::Control => 3,
        _ => 2,
    };
    conditions(rule).map(of_condition).min().unwrap_or(4)
}

/// Rules of single standards, checks of other products and Security Hub's own taxonomy of types are in none of the lists.
fn is_of_another_list(what: &str, word: &str) -> bool {
    if what == "type" {
        return word.contains(' ') || (word.contains('/') && !word.contains(':'));
    }
    ["cis.", "pci.", "prowler-", "gcp.", "azure.", "*"].iter().any(|start| word.starts_with(start))
}

fn place_of(rule: &Rule) -> String {
    match rule.line {
        0 => format!("`{}` of the embedded lens", rule.why.rule),
        line => format!("`{}` in line {line}", rule.why.rule),
    }
}

fn names(sources: Sources) -> String {
    Source::ALL.into_iter().filter(|source| sources.contains(*source)).map(Source::slug).collect::<Vec<_>>().join(", ")
}

fn distinct(words: impl Iterator<Item = String>) -> Vec<String> {
    let mut all = Vec::new();
    words.for_each(|word| {
        if !all.contains(&word) {
            all.push(word);
        }
    });
    all
}
