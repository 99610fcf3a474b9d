//! Gives findings their priority; remembers what it has seen, since findings repeat.

use super::reason::{Figures, Part, sentence};
use super::rule::{Effect, Entry, Rule, Rules};
use super::told::{Teller, Told};
use crate::lens::Matcher;
use crate::model::{Finding, Priority, Status, Text};

/// What can be said of a finding without the others.
#[derive(Clone, Debug, Default)]
pub struct Assessment {
    /// What it tells of its resources.
    pub told: Told,
    /// What others may tell of its main resource that would change its priority.
    pub listens: Told,
    rules: Vec<u16>,
}

impl Assessment {
    /// Whether there is nothing to say of it: its priority is its severity, and it tells nothing.
    #[must_use]
    pub fn is_plain(&self) -> bool {
        self.rules.is_empty() && self.told.is_empty()
    }
}

/// Gives findings their priority.
#[derive(Debug)]
pub struct Ranker {
    rules: Rules,
    matcher: Matcher,
    matching: Vec<u16>,
}

impl Ranker {
    /// A ranker by these rules.
    #[must_use]
    pub fn new(rules: Rules) -> Self {
        Self { matcher: Matcher::new(rules.whens.clone(), rules.marks.clone()), rules, matching: Vec::new() }
    }

    /// What can be said of a finding without the others.
    pub fn assess(&mut self, finding: &Finding) -> Assessment {
        let mut assessment = Assessment::default();
        let tells = finding.status == Status::Active && !finding.sample;
        if tells {
            assessment.told = Told::of(finding.traits);
        }
        self.matcher.matching(finding, &mut self.matching);
        for &number in &self.matching {
            match &self.rules.entries[usize::from(number)] {
                Entry::Tell(tell) if tells => assessment.told |= tell.told,
                Entry::Rule(rule) if rule.effect.level(finding.severity).is_some() && rule.is_met_by(finding) => {
                    assessment.rules.push(number);
                    assessment.listens |= rule.elsewhere;
                }
                Entry::Tell(_) | Entry::Rule(_) => {}
            }
        }
        assessment
    }

    /// The priority of a finding, where it is not its severity. `around` is what others tell of its main resource, in the order in
    /// which they are to be named.
    #[must_use]
    pub fn priority(&self, finding: &Finding, assessment: &Assessment, around: &[Teller]) -> Option<Priority> {
        let rules = assessment.rules.iter().filter_map(|number| match &self.rules.entries[usize::from(*number)] {
            Entry::Rule(rule) => Some(rule),
            Entry::Tell(_) => None,
        });
        let is_told = |rule: &Rule| rule.elsewhere.is_empty() || around.iter().any(|teller| teller.told.intersects(rule.elsewhere));
        let mut holding: Vec<_> =
            rules.filter(|rule| is_told(rule)).filter_map(|rule| Some((rule.effect.level(finding.severity)?, rule))).collect();
        let lowers = |rule: &Rule| matches!(rule.effect, Effect::LowerTo(_));
        if holding.iter().any(|(_, rule)| lowers(rule)) {
            holding.retain(|(_, rule)| lowers(rule));
            holding.sort_by_key(|(level, _)| *level);
        } else {
            // Stable: among rules of the same level, the order of the file.
            holding.sort_by_key(|(level, _)| level.index());
        }
        let (level, _) = *holding.first()?;
        let direction = if level > finding.severity { "raises" } else { "lowers" };
        let figures = Figures::of(finding);
        let mut parts: Vec<Part> = Vec::new();
        for (_, rule) in holding {
            for part in rule.reason.iter().filter_map(|reason| reason.part(around, figures)) {
                if !parts.contains(&part) {
                    parts.push(part);
                }
            }
        }
        let reason = Text::shared(&format!("ringfort {direction} it from {}: {}", finding.severity, sentence(finding, parts)));
        Some(Priority { level, reason })
    }
}
