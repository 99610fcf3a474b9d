//! A lens, compiled: its groups, and its rules in order.

use std::path::PathBuf;
use std::sync::Arc;

use crate::model::{Basis, Finding, Layer, Side, Text, Why};

use super::condition::{Condition, Field, Sources};
use super::facts::{DeepFacts, Facts};
use super::index::Index;
use super::repeat::Template;

/// A group of a lens, such as one layer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// The key in queries and JSON.
    pub key: String,
    /// The title on the screen.
    pub title: String,
    /// What it means, a sentence or two.
    pub text: String,
}

/// How many places a lens gives a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Pick {
    /// One: the first rule's.
    First,
    /// One for each rule that matches; fallback rules count only when no other does.
    All,
}

/// What a rule does with a finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Effect {
    /// Gives its primary layer and others that it touches.
    Layer(Layer, Vec<Layer>),
    /// Adds layers that it touches, whichever rule gives the primary one.
    Also(Vec<Layer>),
    /// Gives its side.
    Side(Side),
    /// Gives it groups of a lens.
    Groups(Vec<Key>),
}

/// A group that a rule gives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Key {
    /// Always this one.
    Fixed(Text),
    /// The one that is called like what a condition met.
    Taken(Template),
}

/// A rule, compiled.
#[derive(Clone, Debug)]
pub(super) struct Rule {
    pub(super) why: Why,
    pub(super) sources: Sources,
    /// Conditions on shared facts.
    pub(super) shared: Vec<Condition>,
    /// Conditions on facts of the finding's own.
    pub(super) deep: Vec<Arc<Condition>>,
    pub(super) effect: Effect,
    /// The reason, where it repeats what a condition met.
    pub(super) reason: Option<Template>,
    /// Its line in the lens's file, counted from 1; 0 for a rule of the embedded lens that the file extends.
    pub(super) line: usize,
}

impl Rule {
    /// Whether it can match, as far as shared facts tell.
    pub(super) fn may_match(&self, facts: &Facts) -> bool {
        self.sources.contains(facts.source) && self.shared.iter().all(|condition| facts.satisfy(condition))
    }

    /// Whether the finding's own facts satisfy it too.
    pub(super) fn matches(&self, facts: &DeepFacts) -> bool {
        self.deep.iter().all(|condition| facts.satisfy(condition))
    }

    /// Why it places this finding, whose own facts are `facts`, where rules look at them at all.
    pub(super) fn why(&self, finding: &Finding, facts: Option<&DeepFacts>) -> Why {
        let Some(template) = &self.reason else { return self.why.clone() };
        let marked = self.deep.iter().find(|condition| condition.field == Field::Marked);
        let told = marked.zip(facts).map(|(condition, facts)| facts.marks_told(condition)).unwrap_or_default();
        Why { reason: template.sentence(finding, &self.shared, &told), ..self.why.clone() }
    }

    /// Whether it gives the finding this group.
    pub(super) fn gives(&self, group: &str, finding: &Finding) -> bool {
        let Effect::Groups(keys) = &self.effect else { return false };
        keys.iter().any(|key| match key {
            Key::Fixed(key) => **key == *group,
            Key::Taken(template) => template.keys(finding, &self.shared).iter().any(|key| key == group),
        })
    }

    /// Whether it names the finding's very type or control.
    pub(super) fn names(&self, facts: &Facts) -> bool {
        self.shared.iter().any(|condition| match condition.field {
            Field::Type => condition.names(&facts.kind),
            Field::Control => condition.names(&facts.control),
            _ => false,
        })
    }

    /// Whether it gives groups of a lens, and no layer or side.
    pub(super) const fn is_grouping(&self) -> bool {
        matches!(self.effect, Effect::Groups(_))
    }

    /// Whether it gives a place, and does not only add to one.
    pub(super) const fn is_placing(&self) -> bool {
        !matches!(self.effect, Effect::Also(_))
    }
}

/// What a lens says of one of its rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RuleInfo<'a> {
    /// The rule's id.
    pub id: &'a str,
    /// Stated by AWS or the article, or derived by us.
    pub basis: Basis,
    /// Why it places findings where it does.
    pub reason: &'a str,
    /// Whether it is a guess by prefix or source.
    pub fallback: bool,
    /// Its line in the lens's file, counted from 1; 0 for a rule of the embedded lens that the file extends.
    pub line: usize,
}

/// Where a lens comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// Embedded in the program.
    Embedded,
    /// A file of the user's.
    File {
        /// The file.
        path: PathBuf,
        /// Whether it stands in the place of the embedded lens of its id.
        replaces: bool,
        /// Whether the embedded lens's rules follow its own.
        extends: bool,
    },
}

/// A way to group findings.
#[derive(Clone, Debug)]
pub struct Lens {
    pub(super) id: String,
    pub(super) title: String,
    pub(super) text: String,
    pub(super) pick: Pick,
    pub(super) groups: Vec<Group>,
    pub(super) rules: Vec<Rule>,
    pub(super) index: Index,
    pub(super) origin: Origin,
    /// Its id, and its groups' keys in their order, as placements share them.
    pub(super) shared: (Text, Vec<Text>),
}

impl Lens {
    /// The id, such as `owasp-llm`.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The title on the screen.
    #[must_use]
    pub fn title(&self) -> &str {
        &self.title
    }

    /// What the lens is for.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The groups, in their order.
    #[must_use]
    pub fn groups(&self) -> &[Group] {
        &self.groups
    }

    /// The rules, in the order in which they are tried.
    pub fn rules(&self) -> impl Iterator<Item = RuleInfo<'_>> {
        self.rules.iter().map(|Rule { why, line, .. }| RuleInfo {
            id: &why.rule,
            basis: why.basis,
            reason: &why.reason,
            fallback: why.is_fallback(),
            line: *line,
        })
    }

    /// Where it comes from.
    #[must_use]
    pub const fn origin(&self) -> &Origin {
        &self.origin
    }

    /// The group with this key.
    #[must_use]
    pub fn group(&self, key: &str) -> Option<&Group> {
        self.groups.iter().find(|group| group.key == key)
    }

    /// The rules that can still match a finding with these facts, in order: up to the first that is sure to, where only
    /// the first counts.
    pub(super) fn candidates(&self, facts: &Facts) -> Vec<u32> {
        let mut sure = false;
        let mut candidates = self.index.possible(facts);
        candidates.retain(|&number| {
            let rule = &self.rules[number as usize];
            if (sure && rule.is_placing()) || !rule.may_match(facts) {
                return false;
            }
            sure |= self.pick == Pick::First && rule.is_placing() && rule.deep.is_empty();
            true
        });
        candidates
    }

    /// The placing rules among the candidates that match, and those that add to the place; `facts` is asked only for
    /// rules that look deep.
    pub(super) fn decide<'a>(&'a self, candidates: &[u32], facts: Option<&DeepFacts>) -> Decision<'a> {
        let mut decision = Decision::default();
        for &number in candidates {
            let rule = &self.rules[number as usize];
            let wanted = match (rule.is_placing(), self.pick) {
                (false, _) => true,
                (true, Pick::First) => decision.placing.is_empty(),
                (true, Pick::All) => !rule.why.is_fallback() || decision.placing.is_empty(),
            };
            if wanted && (rule.deep.is_empty() || facts.is_some_and(|facts| rule.matches(facts))) {
                let list = if rule.is_placing() { &mut decision.placing } else { &mut decision.adding };
                list.push(rule);
            }
        }
        decision
    }
}

/// The rules that apply to a finding.
#[derive(Debug, Default)]
pub(super) struct Decision<'a> {
    pub(super) placing: Vec<&'a Rule>,
    pub(super) adding: Vec<&'a Rule>,
}

impl<'a> Decision<'a> {
    /// The rule that says why the finding is in the group: the first that is stated, else the first.
    pub(super) fn gives(&self, group: &Group, finding: &Finding) -> Option<&'a Rule> {
        let giving = self.placing.iter().filter(|rule| rule.gives(&group.key, finding));
        giving.min_by_key(|rule| rule.why.basis).copied()
    }
}
