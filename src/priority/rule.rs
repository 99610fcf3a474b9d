//! A rule, compiled, and all rules together.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;
use std::sync::{Arc, OnceLock};

use super::check::compile;
use super::error::RulesError;
use super::reason::Reason;
use super::told::Told;
use crate::lens::{Marks, Mistake, When};
use crate::model::{Finding, Severity, Status, Traits, Vulnerability};

/// The embedded rules.
const EMBEDDED: &str = include_str!("../../assets/priority.toml");

/// What a rule does with the severity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Effect {
    /// The priority is at least this.
    AtLeast(Severity),
    /// So many steps up, but not beyond a level. Only from low on: what is for the record, or unknown, has no step to go up.
    Raise(u8, Severity),
    /// The priority is at most this, whatever else holds.
    LowerTo(Severity),
}

impl Effect {
    /// The level that it gives, where it changes anything.
    pub(super) fn level(self, severity: Severity) -> Option<Severity> {
        let worst_first = Severity::ALL;
        match self {
            Self::AtLeast(level) => (level > severity).then_some(level),
            Self::Raise(steps, up_to) => {
                let raised = worst_first[severity.index().saturating_sub(usize::from(steps))].min(up_to);
                (severity >= Severity::Low && raised > severity).then_some(raised)
            }
            Self::LowerTo(level) => (level < severity).then_some(level),
        }
    }
}

/// What one of the finding's vulnerabilities must be; all of it the same one.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Weakness {
    pub(super) epss: Option<f64>,
    pub(super) cvss: Option<f64>,
    pub(super) network: Option<bool>,
    pub(super) exploit: Option<bool>,
    pub(super) fix: Option<bool>,
}

impl Weakness {
    fn is(&self, vulnerability: &Vulnerability) -> bool {
        let reaches = |least: Option<f64>, is: Option<f64>| least.is_none_or(|least| is.is_some_and(|is| is >= least));
        let agrees = |wanted: Option<bool>, is: Option<bool>| wanted.is_none() || wanted == is;
        reaches(self.epss, vulnerability.epss)
            && reaches(self.cvss, vulnerability.cvss)
            && agrees(self.network, vulnerability.over_network)
            && agrees(self.exploit, vulnerability.exploit_available)
            && agrees(self.fix, vulnerability.fix_available)
    }
}

/// A rule without its conditions of the lenses' kind, which stand in [`Rules::whens`].
#[derive(Clone, Debug)]
pub(super) struct Rule {
    pub(super) id: String,
    pub(super) traits: Option<Traits>,
    pub(super) weakness: Option<Weakness>,
    pub(super) sample: Option<bool>,
    pub(super) any_status: bool,
    pub(super) elsewhere: Told,
    pub(super) effect: Effect,
    pub(super) reason: Vec<Reason>,
}

impl Rule {
    /// Whether the finding's own facts meet it.
    pub(super) fn is_met_by(&self, finding: &Finding) -> bool {
        (self.any_status || finding.status == Status::Active)
            && self.traits.is_none_or(|traits| finding.traits.intersects(traits))
            && self.sample.is_none_or(|sample| sample == finding.sample)
            && self.weakness.is_none_or(|weakness| finding.vulnerabilities.iter().any(|vulnerability| weakness.is(vulnerability)))
    }
}

/// What findings tell of their resources, beside what their sources say of them.
#[derive(Clone, Debug)]
pub(super) struct Tell {
    pub(super) id: String,
    pub(super) told: Told,
}

/// Either, before they are put together.
#[derive(Clone, Debug)]
pub(super) enum Entry {
    Tell(Tell),
    Rule(Rule),
}

impl Entry {
    fn id(&self) -> &str {
        match self {
            Self::Tell(tell) => &tell.id,
            Self::Rule(rule) => &rule.id,
        }
    }
}

/// All rules, compiled. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Rules {
    pub(super) entries: Arc<[Entry]>,
    pub(super) whens: Arc<[When]>,
    pub(super) marks: Arc<Marks>,
}

impl Rules {
    /// The embedded rules; compiled once for the whole process.
    #[must_use]
    pub fn builtin() -> Self {
        static RULES: OnceLock<Rules> = OnceLock::new();
        RULES.get_or_init(|| Self::new(embedded())).clone()
    }

    /// The embedded rules, with the user's from the file added, or in the place of those with the same id. A file that is not there
    /// adds nothing.
    ///
    /// # Errors
    /// All mistakes of the file; or a file that cannot be read.
    pub fn load(file: &Path) -> Result<Self, RulesError> {
        let name = file.display().to_string();
        match fs::read_to_string(file) {
            Ok(text) => Self::read(&name, &text),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(Self::builtin()),
            Err(error) => {
                let text = format!("cannot be read: {error}; check its permissions, or move it away");
                Err(RulesError { mistakes: vec![Mistake { file: name, line: None, text }] })
            }
        }
    }

    /// The embedded rules, with those of the text added, or in the place of those with the same id.
    ///
    /// # Errors
    /// All mistakes of the text; they name the file `name`.
    pub fn read(name: &str, text: &str) -> Result<Self, RulesError> {
        let mut all = embedded();
        let known: Vec<String> = all.iter().map(|(entry, _)| entry.id().to_owned()).collect();
        for (id, entry) in compile(name, text, &known)? {
            let place = all.iter().position(|(known, _)| known.id() == id);
            match (place, entry) {
                (Some(place), Some(entry)) => all[place] = entry,
                (Some(place), None) => drop(all.remove(place)),
                (None, Some(entry)) => all.push(entry),
                (None, None) => {}
            }
        }
        Ok(Self::new(all))
    }

    fn new(all: Vec<(Entry, When)>) -> Self {
        let (entries, whens): (Vec<_>, Vec<_>) = all.into_iter().unzip();
        Self { entries: entries.into(), whens: whens.into(), marks: Arc::default() }
    }

    /// The same rules, with what the user marks as training or RAG data.
    #[must_use]
    pub fn marked(self, marks: Marks) -> Self {
        Self { marks: Arc::new(marks), ..self }
    }

    /// The ids, in the order of the file.
    pub fn ids(&self) -> impl Iterator<Item = &str> {
        self.entries.iter().map(Entry::id)
    }
}

fn embedded() -> Vec<(Entry, When)> {
    match compile("priority.toml", EMBEDDED, &[]) {
        Ok(entries) => entries.into_iter().filter_map(|(_, entry)| entry).collect(),
        Err(error) => unreachable!("the embedded rules are compiled by the tests: {error}"),
    }
}

#[cfg(test)]
mod tests {
    use super::Effect;
    use crate::model::Severity;

    #[test]
    fn a_step_goes_up_from_low_and_not_beyond_its_limit() {
        for (effect, severity, level) in [
            (Effect::Raise(1, Severity::High), Severity::Low, Some(Severity::Medium)),
            (Effect::Raise(2, Severity::High), Severity::Medium, Some(Severity::High)),
            (Effect::Raise(1, Severity::High), Severity::High, None),
            (Effect::Raise(1, Severity::Critical), Severity::High, Some(Severity::Critical)),
            (Effect::Raise(3, Severity::Critical), Severity::Critical, None),
            (Effect::Raise(1, Severity::High), Severity::Informational, None),
            (Effect::Raise(1, Severity::High), Severity::Unknown, None),
            (Effect::AtLeast(Severity::Medium), Severity::Unknown, Some(Severity::Medium)),
            (Effect::AtLeast(Severity::Medium), Severity::High, None),
            (Effect::LowerTo(Severity::Informational), Severity::High, Some(Severity::Informational)),
            (Effect::LowerTo(Severity::Informational), Severity::Unknown, None),
        ] {
            assert_eq!(effect.level(severity), level, "{effect:?} on {severity}");
        }
    }
}
