//! The types and controls that AWS documents, as lists: what lenses are measured against, and what words of rules are checked
//! against. The services add to them all the time, so a name that is not here is no mistake.

use std::sync::OnceLock;

use crate::model::{Compliance, Finding, Resource, Source, Text};

/// A type of finding, or a control, that is known to exist.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Known {
    /// Which service it is of.
    pub source: Source,
    /// The control's id for Security Hub, the type for the others.
    pub id: &'static str,
    /// Its title; may be empty.
    pub title: &'static str,
    /// The kind of its main resource, where it is about one kind; may be empty.
    pub resource: &'static str,
    /// A remark; may be empty.
    pub note: &'static str,
}

/// The first line of each list.
const HEAD: &str = "source\tid\ttitle\tresource\tnote";

/// The embedded lists.
const LISTS: [&str; 6] = [
    include_str!("../../assets/lenses/known/guardduty.tsv"),
    include_str!("../../assets/lenses/known/inspector.tsv"),
    include_str!("../../assets/lenses/known/access-analyzer.tsv"),
    include_str!("../../assets/lenses/known/macie.tsv"),
    include_str!("../../assets/lenses/known/security-hub.tsv"),
    include_str!("../../assets/lenses/known/checks.tsv"),
];

/// All that are known, in the order of the lists.
#[must_use]
pub fn known() -> &'static [Known] {
    static KNOWN: OnceLock<Vec<Known>> = OnceLock::new();
    KNOWN.get_or_init(|| LISTS.iter().flat_map(|list| list.lines()).filter_map(read).collect())
}

/// A line of a list; nothing for heads, remarks and empty lines.
fn read(line: &'static str) -> Option<Known> {
    if line == HEAD || line.starts_with('#') {
        return None;
    }
    let mut columns = line.split('\t');
    let source = Source::from_slug(columns.next()?)?;
    let id = columns.next().filter(|id| !id.is_empty())?;
    let mut next = || columns.next().unwrap_or_default();
    Some(Known { source, id, title: next(), resource: next(), note: next() })
}

impl Known {
    /// A finding of this type or control, of which nothing else is known.
    #[must_use]
    pub fn finding(&self) -> Finding {
        let mut finding = Finding { title: Text::new(self.title), ..Finding::blank(self.source, self.id) };
        if self.source == Source::SecurityHub {
            finding.kind = Text::new("Software and Configuration Checks/Industry and Regulatory Standards");
            finding.product = Some(Text::new("Security Hub"));
            finding.compliance = Some(Box::new(Compliance { control: Some(Text::new(self.id)), ..Compliance::default() }));
        } else {
            finding.kind = Text::new(self.id);
        }
        if !self.resource.is_empty() {
            finding.resources.push(Resource { kind: Text::new(self.resource), ..Resource::default() });
        }
        finding
    }
}

#[cfg(test)]
mod tests {
    use super::{HEAD, LISTS, known, read};
    use std::collections::HashSet;

    #[test]
    fn every_line_of_every_list_is_read_and_stands_there_once() {
        let mut seen = HashSet::new();
        for list in LISTS {
            assert_eq!(list.lines().next(), Some(HEAD));
            for line in list.lines().skip(1).filter(|line| !line.starts_with('#')) {
                let known = read(line).unwrap_or_else(|| panic!("`{line}` is no line of a list"));
                assert_eq!(line.split('\t').count(), 5, "{line}");
                assert!(seen.insert((known.source, known.id, known.resource)), "`{line}` is there twice");
            }
        }
        assert_eq!(known().len(), seen.len());
    }
}
