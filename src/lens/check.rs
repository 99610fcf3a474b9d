//! From a file as it is written to a lens that can be trusted: every mistake is found here, with its line.

use std::collections::HashSet;
use std::ops::Range;
use std::sync::Arc;

use crate::model::{Basis, Layer, Severity, Side, Source, Status, Text, Why};

use super::condition::{Condition, Field, Sources};
use super::error::{LensError, Mistake, suggest};
use super::facts::is_repeatable;
use super::file::{FileSpec, Lines, RuleSpec, WhenSpec, Word, Words, read};
use super::index::Index;
use super::marks::Mark;
use super::repeat::Template;
use super::rule::{Effect, Group, Key, Lens, Origin, Pick, Rule};

/// The lens whose rules give layers.
pub(super) const LAYERS: &str = "layers";
/// The lens whose rules give sides.
pub(super) const SIDES: &str = "sides";

/// Reads and checks a lens file. `base` finds the embedded lens of an id, for files that extend it.
///
/// # Errors
/// All mistakes of the file, in its order.
pub(super) fn compile<'a>(name: &str, text: &str, base: impl Fn(&str) -> Option<&'a Lens>) -> Result<Lens, LensError> {
    let (lens, mistakes) = examine(name, text, base)?;
    if mistakes.is_empty() { Ok(lens) } else { Err(LensError { mistakes }) }
}

/// Reads and checks a lens file; gives what can be made of it, and its mistakes in its order.
///
/// # Errors
/// A file that is no lens file at all.
pub(super) fn examine<'a>(name: &str, text: &str, base: impl Fn(&str) -> Option<&'a Lens>) -> Result<(Lens, Vec<Mistake>), LensError> {
    let spec = read(name, text)?;
    let mut checker = Checker { name, lines: Lines::of(text), mistakes: Vec::new() };
    let lens = checker.lens(&spec, base);
    checker.mistakes.sort_by_key(|mistake| mistake.line);
    Ok((lens, checker.mistakes))
}

/// Finds the mistakes of a file.
pub(super) struct Checker<'t> {
    pub(super) name: &'t str,
    pub(super) lines: Lines,
    pub(super) mistakes: Vec<Mistake>,
}

impl Checker<'_> {
    fn mistake(&mut self, span: &Range<usize>, text: String) {
        let line = Some(self.lines.at(span.start));
        self.mistakes.push(Mistake { file: self.name.to_owned(), line, text });
    }

    fn lens<'a>(&mut self, spec: &FileSpec, base: impl Fn(&str) -> Option<&'a Lens>) -> Lens {
        let id = spec.id.get_ref();
        if id.is_empty() || !id.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-') {
            self.mistake(&spec.id.span(), format!("a lens's id is made of a-z, 0-9 and `-`, not `{id}`"));
        }
        let replaces = base(id).is_some();
        let base = if spec.extend { base(id) } else { None };
        if spec.extend && base.is_none() {
            self.mistake(&spec.id.span(), format!("there is no embedded lens `{id}` to extend; remove `extend = true`"));
        }
        let pick = self.pick(spec, id);
        let groups = self.groups(spec, id, base);
        let mut rules = self.rules(spec, id, pick, &groups, base);
        rules.extend(base.into_iter().flat_map(|base| &base.rules).map(|rule| Rule { line: 0, ..rule.clone() }));
        rules.sort_by_key(|rule| rule.why.is_fallback());
        self.check_order(spec, id, &rules);
        Lens {
            shared: (Text::new(id), groups.iter().map(|group| Text::new(&group.key)).collect()),
            id: id.clone(),
            title: spec.title.clone(),
            text: spec.text.clone(),
            pick,
            groups,
            index: Index::new(&rules),
            rules,
            origin: Origin::File { path: self.name.into(), replaces, extends: spec.extend },
        }
    }

    fn pick(&mut self, spec: &FileSpec, id: &str) -> Pick {
        let single = id == LAYERS || id == SIDES;
        match spec.pick.as_ref().map(|pick| (pick.get_ref().as_str(), pick.span())) {
            None if single => Pick::First,
            None | Some(("all", _)) if !single => Pick::All,
            Some(("first", _)) => Pick::First,
            Some((_, span)) if single => {
                self.mistake(&span, format!("the lens `{id}` gives each finding one place: write `pick = \"first\"`, or nothing"));
                Pick::First
            }
            Some((word, span)) => {
                self.mistake(&span, format!("unknown pick `{word}`: it is `first` or `all`"));
                Pick::All
            }
            None => Pick::All,
        }
    }

    fn groups(&mut self, spec: &FileSpec, id: &str, base: Option<&Lens>) -> Vec<Group> {
        let mut groups: Vec<Group> = Vec::new();
        let fixed = fixed_keys(id);
        for group in &spec.groups {
            let key = group.key.get_ref();
            if groups.iter().any(|known| known.key == *key) {
                self.mistake(&group.key.span(), format!("the group `{key}` is there twice; remove one"));
            }
            if let Some(fixed) = fixed.as_ref().filter(|fixed| !fixed.contains(&key.as_str())) {
                let way_out = suggest(key, fixed.iter().copied());
                self.mistake(&group.key.span(), format!("the lens `{id}` has no group `{key}`; {way_out}"));
            }
            groups.push(Group { key: key.clone(), title: group.title.clone(), text: group.text.clone() });
        }
        for group in base.into_iter().flat_map(|base| &base.groups) {
            if !groups.iter().any(|known| known.key == group.key) {
                groups.push(group.clone());
            }
        }
        for key in fixed.unwrap_or_default() {
            if !groups.iter().any(|group| group.key == key) {
                let text = format!("the group `{key}` is missing; add `[[group]]` with `key = \"{key}\"`, or write `extend = true`");
                self.mistake(&spec.id.span(), text);
            }
        }
        groups
    }

    fn rules(&mut self, spec: &FileSpec, id: &str, pick: Pick, groups: &[Group], base: Option<&Lens>) -> Vec<Rule> {
        let mut ids: HashSet<&str> = base.into_iter().flat_map(|base| base.rules.iter().map(|rule| rule.why.rule.as_str())).collect();
        let mut rules = Vec::with_capacity(spec.rules.len());
        for rule in &spec.rules {
            let rule_id = rule.id.get_ref();
            if rule_id.is_empty() {
                self.mistake(&rule.id.span(), "the rule has no id; give it one that says what it is about".to_owned());
            } else if !ids.insert(rule_id) {
                self.mistake(&rule.id.span(), format!("the rule id `{rule_id}` is there twice; give one of them another id"));
            }
            if rule.reason.get_ref().trim().is_empty() {
                self.mistake(&rule.reason.span(), format!("the rule `{rule_id}` gives no reason; say in a sentence why it holds"));
            }
            let basis = match rule.basis.get_ref().as_str() {
                "stated" => Basis::Stated,
                "derived" => Basis::Derived,
                other => {
                    let text = format!("unknown basis `{other}`: it is `stated` (by AWS or the article) or `derived` (by you)");
                    self.mistake(&rule.basis.span(), text);
                    Basis::Derived
                }
            };
            let (sources, conditions) = self.when(&rule.when, &rule.id.span());
            let (deep, shared): (Vec<_>, Vec<_>) = conditions.into_iter().partition(|condition| condition.field.is_deep());
            let fields: Vec<Field> = shared.iter().map(|condition| condition.field).filter(|field| is_repeatable(*field)).collect();
            // A reason may tell who marked the resource; a group may not, since that is no name of one.
            let marked = deep.iter().map(|condition| condition.field).filter(|field| *field == Field::Marked);
            let told: Vec<Field> = fields.iter().copied().chain(marked).collect();
            let reason = self.template(rule.reason.get_ref(), &rule.reason.span(), &told);
            if let Some(effect) = self.effect(rule, id, pick, groups, &fields) {
                let why = Why { rule: Text::new(rule_id), reason: Text::new(rule.reason.get_ref()), basis };
                let line = self.lines.at(rule.id.span().start);
                rules.push(Rule { why, sources, shared, deep: deep.into_iter().map(Arc::new).collect(), effect, reason, line });
            }
        }
        rules
    }

    fn template(&mut self, text: &str, span: &Range<usize>, fields: &[Field]) -> Option<Template> {
        match Template::read(text, fields)? {
            Ok(template) => Some(template),
            Err(wrong) => {
                self.mistake(span, wrong);
                None
            }
        }
    }

    /// The conditions of the rule whose id stands there.
    pub(super) fn when(&mut self, when: &WhenSpec, rule: &Range<usize>) -> (Sources, Vec<Condition>) {
        let sources = when.source.as_ref().map_or(Sources::ALL, |words| self.sources(words, rule));
        if let Some(words) = &when.severity {
            self.known(words, "severity", Severity::ALL.map(Severity::slug));
        }
        if let Some(words) = &when.status {
            self.known(words, "status", Status::ALL.map(Status::slug));
        }
        if let Some(words) = &when.marked {
            self.known(words, "mark", Mark::ALL.map(Mark::slug));
        }
        let fields = [
            (Field::Type, &when.r#type),
            (Field::Control, &when.control),
            (Field::Family, &when.family),
            (Field::Product, &when.product),
            (Field::Severity, &when.severity),
            (Field::Status, &when.status),
            (Field::Resource, &when.resource),
            (Field::AnyResource, &when.any_resource),
            (Field::Service, &when.service),
            (Field::AnyService, &when.any_service),
            (Field::Title, &when.title),
            (Field::Text, &when.text),
            (Field::Tag, &when.tag),
            (Field::Id, &when.id),
            (Field::Marked, &when.marked),
            (Field::Requirement, &when.requirement),
            (Field::Standard, &when.standard),
            (Field::Tactic, &when.tactic),
            (Field::Technique, &when.technique),
            (Field::Indicator, &when.indicator),
            (Field::Account, &when.account),
            (Field::Region, &when.region),
        ];
        let mut conditions = Vec::new();
        for (field, words) in fields {
            let Some(words) = words else { continue };
            self.not_empty(words, rule);
            conditions.push(Condition::new(field, words.0.iter().map(|word| word.text.as_str())));
        }
        (sources, conditions)
    }

    fn sources(&mut self, words: &Words, rule: &Range<usize>) -> Sources {
        self.not_empty(words, rule);
        self.known(words, "source", Source::ALL.map(Source::slug));
        Sources::of(words.0.iter().filter_map(|word| Source::from_slug(&word.text.to_ascii_lowercase())))
    }

    fn known<const N: usize>(&mut self, words: &Words, what: &str, known: [&str; N]) {
        for Word { text, span } in &words.0 {
            if !known.contains(&text.to_ascii_lowercase().as_str()) {
                let way_out = suggest(text, known.into_iter());
                self.mistake(span, format!("unknown {what} `{text}`; {way_out}"));
            }
        }
    }

    fn not_empty(&mut self, words: &Words, rule: &Range<usize>) {
        let empty = words.0.iter().find(|word| word.text.trim().is_empty()).map(|word| word.span.clone());
        if words.0.is_empty() || empty.is_some() {
            let text = "an empty condition never holds; give it a word, or remove it".to_owned();
            self.mistake(&empty.unwrap_or_else(|| rule.clone()), text);
        }
    }

    fn effect(&mut self, rule: &RuleSpec, lens: &str, pick: Pick, groups: &[Group], fields: &[Field]) -> Option<Effect> {
        let wanted = match lens {
            LAYERS => "`layer` (and `also`)",
            SIDES => "`side`",
            _ => "`group`",
        };
        let foreign = match lens {
            LAYERS => [("side", &rule.side), ("group", &rule.group), ("", &None)],
            SIDES => [("layer", &rule.layer), ("also", &rule.also), ("group", &rule.group)],
            _ => [("layer", &rule.layer), ("also", &rule.also), ("side", &rule.side)],
        };
        for (key, words) in foreign {
            if let Some(word) = words.as_ref().and_then(|words| words.0.first()) {
                self.mistake(&word.span, format!("a rule of the lens `{lens}` gives {wanted}, not `{key}`"));
                return None;
            }
        }
        let effect = match lens {
            LAYERS => {
                let also = rule.also.as_ref().map(|words| self.layers(words)).unwrap_or_default();
                match rule.layer.as_ref().map(|words| self.one(words, "layer", rule)) {
                    Some(word) => Some(Effect::Layer(self.layer(&word?)?, also)),
                    None => (!also.is_empty()).then_some(Effect::Also(also)),
                }
            }
            SIDES => match &rule.side {
                Some(words) => {
                    let word = self.one(words, "side", rule)?;
                    self.known(words, "side", Side::ALL.map(Side::slug));
                    Side::from_slug(&word.text).map(Effect::Side)
                }
                None => None,
            },
            _ => match &rule.group {
                Some(words) if !words.0.is_empty() => Some(Effect::Groups(self.keys(words, pick, groups, fields))),
                _ => None,
            },
        };
        let told = rule.also.as_ref().is_some_and(|also| !also.0.is_empty()) || rule.side.is_some();
        if effect.is_none() && !told {
            let text = format!("the rule `{}` has no effect; give it {wanted}", rule.id.get_ref());
            self.mistake(&rule.id.span(), text);
        }
        effect
    }

    fn keys(&mut self, words: &Words, pick: Pick, groups: &[Group], fields: &[Field]) -> Vec<Key> {
        let mut keys = Vec::new();
        for Word { text, span } in &words.0 {
            if text.contains('{') {
                if pick == Pick::First {
                    let text = format!("`{text}` may give no group or several, but the lens gives one: write `pick = \"all\"`");
                    self.mistake(span, text);
                }
                keys.extend(self.template(text, span, fields).map(Key::Taken));
                continue;
            }
            if !groups.iter().any(|group| group.key == *text) {
                let way_out = suggest(text, groups.iter().map(|group| group.key.as_str()));
                self.mistake(span, format!("the lens has no group `{text}`; {way_out}"));
            }
            keys.push(Key::Fixed(Text::new(text)));
        }
        keys
    }

    fn one(&mut self, words: &Words, key: &str, rule: &RuleSpec) -> Option<Word> {
        let span = match words.0.as_slice() {
            [word] => return Some(word.clone()),
            [] => rule.id.span(),
            [_, second, ..] => second.span.clone(),
        };
        self.mistake(&span, format!("a finding has one {key}; name one here"));
        None
    }

    fn layers(&mut self, words: &Words) -> Vec<Layer> {
        let mut layers: Vec<Layer> = words.0.iter().filter_map(|word| self.layer(word)).collect();
        layers.sort_unstable();
        layers.dedup();
        layers
    }

    fn layer(&mut self, word: &Word) -> Option<Layer> {
        let layer = Layer::from_slug(&word.text);
        if layer.is_none() {
            let way_out = suggest(&word.text, Layer::ALL.iter().map(|layer| layer.slug()));
            self.mistake(&word.span, format!("unknown layer `{}`; {way_out}", word.text));
        }
        layer
    }

    /// Fallback rules come last; and layers and sides need a rule that takes everything, or a finding would have no place.
    fn check_order(&mut self, spec: &FileSpec, id: &str, rules: &[Rule]) {
        let mut fallback: Option<&str> = None;
        for rule in &spec.rules {
            let rule_id = rule.id.get_ref();
            if rule_id.starts_with("fallback.") {
                fallback = Some(rule_id);
            } else if let Some(before) = fallback {
                self.mistake(&rule.id.span(), format!("the rule `{rule_id}` comes after the fallback `{before}`; move it before"));
            }
        }
        let takes_all = |rule: &Rule| rule.is_placing() && rule.sources == Sources::ALL && rule.shared.is_empty() && rule.deep.is_empty();
        if (id == LAYERS || id == SIDES) && self.mistakes.is_empty() && !rules.iter().any(takes_all) {
            let text = "no rule takes what the others leave; end with a rule `fallback.any` without `when`, or write `extend = true`";
            self.mistake(&spec.id.span(), text.to_owned());
        }
    }
}

/// The groups that a lens of the contract must have.
fn fixed_keys(id: &str) -> Option<Vec<&'static str>> {
    match id {
        LAYERS => Some(Layer::ALL.iter().map(|layer| layer.slug()).collect()),
        SIDES => Some(Side::ALL.iter().map(|side| side.slug()).collect()),
        _ => None,
    }
}
