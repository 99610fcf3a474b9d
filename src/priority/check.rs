//! From a file as it is written to rules that can be trusted: every mistake is found here, with its line.

use std::collections::HashSet;
use std::ops::Range;

use toml::Spanned;

use super::error::RulesError;
use super::file::{FileSpec, RuleSpec, TellSpec, VulnerabilitySpec};
use super::reason::{Figures, Reason};
use super::rule::{Effect, Entry, Rule, Tell, Weakness};
use super::told::Told;
use crate::lens::{Mistake, When, Words, line_at, parse, suggest};
use crate::model::{Severity, Traits};

/// An id, and what stands for it; nothing where the embedded rule is turned off.
pub(super) type Compiled = (String, Option<(Entry, When)>);

/// Reads and checks a file. `known` are the ids of the rules that it may replace.
///
/// # Errors
/// All mistakes of the file, in its order.
pub(super) fn compile(name: &str, text: &str, known: &[String]) -> Result<Vec<Compiled>, RulesError> {
    let spec: FileSpec = parse(name, text, "the embedded rules").map_err(|mistake| RulesError { mistakes: vec![mistake] })?;
    let mut checker = Checker { name, text, known, ids: HashSet::new(), mistakes: Vec::new() };
    let mut entries = Vec::with_capacity(spec.tells.len() + spec.rules.len());
    for tell in &spec.tells {
        entries.extend(checker.tell(tell));
    }
    for rule in &spec.rules {
        entries.extend(checker.rule(rule));
    }
    if checker.mistakes.is_empty() {
        return Ok(entries);
    }
    checker.mistakes.sort_by_key(|mistake| mistake.line);
    Err(RulesError { mistakes: checker.mistakes })
}

struct Checker<'t> {
    name: &'t str,
    text: &'t str,
    known: &'t [String],
    ids: HashSet<String>,
    mistakes: Vec<Mistake>,
}

impl Checker<'_> {
    fn mistake(&mut self, span: &Range<usize>, text: String) {
        let line = Some(line_at(self.text, span.start));
        self.mistakes.push(Mistake { file: self.name.to_owned(), line, text });
    }

    /// The id; whether the rule is turned off.
    fn id(&mut self, id: &Spanned<String>, off: bool) -> String {
        let word = id.get_ref().clone();
        if word.is_empty() {
            self.mistake(&id.span(), "the rule has no id; give it one that says what it is about".to_owned());
        } else if !self.ids.insert(word.clone()) {
            self.mistake(&id.span(), format!("the rule id `{word}` is there twice; give one of them another id"));
        } else if off && !self.known.contains(&word) {
            let way_out = suggest(&word, self.known.iter().map(String::as_str));
            self.mistake(&id.span(), format!("there is no embedded rule `{word}` to turn off; {way_out}"));
        }
        word
    }

    fn tell(&mut self, spec: &TellSpec) -> Option<Compiled> {
        let id = self.id(&spec.id, spec.off);
        if spec.off {
            return Some((id, None));
        }
        let when = self.when(&spec.when, &spec.id.span());
        let Some(word) = &spec.word else {
            self.mistake(&spec.id.span(), format!("the rule `{id}` tells nothing; give it `word = \"public\"` or another"));
            return None;
        };
        let told = self.told(word.get_ref(), &word.span())?;
        Some((id.clone(), Some((Entry::Tell(Tell { id, told }), when))))
    }

    fn rule(&mut self, spec: &RuleSpec) -> Option<Compiled> {
        let id = self.id(&spec.id, spec.off);
        if spec.off {
            return Some((id, None));
        }
        let when = self.when(&spec.when, &spec.id.span());
        let traits = spec.traits.as_ref().map(|words| self.traits(words, &spec.id.span()));
        let weakness = spec.vulnerability.as_ref().map(|weakness| self.weakness(weakness));
        let elsewhere = spec.elsewhere.as_ref().map_or(Told::NONE, |words| self.elsewhere(words, &spec.id.span()));
        let effect = self.effect(spec, &id);
        let asked = weakness.map_or_else(Figures::default, |weakness| Figures { epss: weakness.epss, cvss: weakness.cvss });
        let reason = self.reason(spec, &id, elsewhere, asked);
        let any_status = when.asks_status();
        let rule = Rule { id: id.clone(), traits, weakness, sample: spec.sample, any_status, elsewhere, effect: effect?, reason };
        Some((id, Some((Entry::Rule(rule), when))))
    }

    fn when(&mut self, spec: &crate::lens::WhenSpec, rule: &Range<usize>) -> When {
        When::compile(self.name, self.text, spec, rule, &mut self.mistakes)
    }

    fn not_empty(&mut self, words: &Words, rule: &Range<usize>) {
        if words.0.is_empty() {
            self.mistake(rule, "an empty condition never holds; give it a word, or remove it".to_owned());
        }
    }

    fn told(&mut self, word: &str, span: &Range<usize>) -> Option<Told> {
        let told = Told::from_word(word);
        if told.is_none() {
            let way_out = suggest(word, Told::ALL.iter().map(|(_, word)| *word));
            self.mistake(span, format!("unknown word `{word}`; {way_out}"));
        }
        told
    }

    fn elsewhere(&mut self, words: &Words, rule: &Range<usize>) -> Told {
        self.not_empty(words, rule);
        words.0.iter().filter_map(|word| self.told(&word.text, &word.span)).fold(Told::NONE, |all, one| all | one)
    }

    fn traits(&mut self, words: &Words, rule: &Range<usize>) -> Traits {
        self.not_empty(words, rule);
        let mut traits = Traits::NONE;
        for word in &words.0 {
            if let Some(one) = Traits::from_word(&word.text) {
                traits |= one;
            } else {
                let way_out = suggest(&word.text, Traits::ALL.iter().map(|(_, word)| *word));
                self.mistake(&word.span, format!("unknown trait `{}`; {way_out}", word.text));
            }
        }
        traits
    }

    fn weakness(&mut self, spec: &VulnerabilitySpec) -> Weakness {
        for (number, most, what) in [(&spec.epss_at_least, 1.0, "an EPSS probability"), (&spec.cvss_at_least, 10.0, "a CVSS score")] {
            if let Some(number) = number.as_ref().filter(|number| !(0.0..=most).contains(number.get_ref())) {
                self.mistake(&number.span(), format!("{what} is between 0 and {most}, not {}", number.get_ref()));
            }
        }
        let number = |number: &Option<Spanned<f64>>| number.as_ref().map(|number| *number.get_ref());
        let VulnerabilitySpec { network, exploit, fix, .. } = *spec;
        Weakness { epss: number(&spec.epss_at_least), cvss: number(&spec.cvss_at_least), network, exploit, fix }
    }

    fn level(&mut self, word: &Spanned<String>) -> Option<Severity> {
        let level = Severity::from_word(word.get_ref()).filter(|level| *level > Severity::Unknown);
        if level.is_none() {
            let way_out = suggest(word.get_ref(), Severity::ALL[..5].iter().map(|level| level.slug()));
            self.mistake(&word.span(), format!("unknown level `{}`; {way_out}", word.get_ref()));
        }
        level
    }

    fn effect(&mut self, spec: &RuleSpec, id: &str) -> Option<Effect> {
        let effect = match (&spec.at_least, &spec.raise, &spec.lower_to) {
            (Some(level), None, None) => Effect::AtLeast(self.level(level)?),
            (None, None, Some(level)) => Effect::LowerTo(self.level(level)?),
            (None, Some(steps), None) => {
                let up_to = spec.up_to.as_ref().map_or(Some(Severity::High), |level| self.level(level))?;
                if !(1..=3).contains(steps.get_ref()) {
                    self.mistake(&steps.span(), format!("from low to critical there are 1 to 3 steps, not {}", steps.get_ref()));
                }
                Effect::Raise(*steps.get_ref(), up_to)
            }
            _ => {
                let text = format!("the rule `{id}` needs one of `at-least`, `raise` and `lower-to`, and only one");
                self.mistake(&spec.id.span(), text);
                return None;
            }
        };
        if let (Some(up_to), None) = (&spec.up_to, &spec.raise) {
            self.mistake(&up_to.span(), "`up-to` limits `raise`, and there is none; remove it".to_owned());
        }
        Some(effect)
    }

    fn reason(&mut self, spec: &RuleSpec, id: &str, elsewhere: Told, asked: Figures) -> Vec<Reason> {
        let words = spec.reason.as_ref().map_or(&[][..], |words| &words.0);
        if words.iter().all(|word| word.text.trim().is_empty()) {
            self.mistake(&spec.id.span(), format!("the rule `{id}` gives no reason; say in a few words why it holds"));
        }
        let mut parts = Vec::with_capacity(words.len());
        for word in words {
            match Reason::read(&word.text, elsewhere, asked) {
                Ok(part) => parts.push(part),
                Err(wrong) => self.mistake(&word.span, wrong),
            }
        }
        let is_always = parts.iter().any(Reason::is_always);
        for (_, word) in Told::ALL.into_iter().filter(|(told, _)| !is_always && told.intersects(elsewhere)) {
            if !words.iter().any(|part| part.text.contains(&format!("{{{word}}}"))) {
                self.mistake(&spec.id.span(), format!("where only `{word}` is told, the rule `{id}` gives no reason; add `{{{word}}}`"));
            }
        }
        parts
    }
}
