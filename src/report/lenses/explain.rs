//! Why findings stand where they do, lens by lens.

use std::io::{self, Write};

use serde::{Serialize, Serializer, ser::SerializeSeq};

use super::super::layout::{width, wrap};
use super::super::paint::Paint;
use crate::lens::{Explained, LensSet};
use crate::model::{Basis, Finding, Severity, Source, Text, Why};

/// For each finding its places in each lens with group, rule, basis and reason.
///
/// # Errors
/// When `out` fails.
pub fn explain_text(out: &mut dyn Write, findings: &mut dyn Iterator<Item = &Finding>, lenses: &LensSet, paint: Paint) -> io::Result<()> {
    for (at, finding) in findings.enumerate() {
        if at > 0 {
            writeln!(out)?;
        }
        let severity = paint.severity(finding.severity, finding.severity.slug());
        writeln!(out, "{}  {severity}", paint.strong(&finding.title))?;
        let control = finding.control().map(|control| format!("  control {control}")).unwrap_or_default();
        writeln!(out, "{}  {}{control}  {}", finding.source, finding.kind, paint.faint(&finding.id))?;
        marks(out, finding, lenses, paint)?;
        let explained = lenses.explain(finding);
        for one in explained.iter().filter(|one| !one.places.is_empty()) {
            places(out, one, paint)?;
        }
        let without: Vec<&str> = explained.iter().filter(|one| one.places.is_empty()).map(|one| one.lens.id()).collect();
        if !without.is_empty() {
            for line in wrap(&format!("no place in: {}", without.join(", ")), paint.width.saturating_sub(2)) {
                writeln!(out, "  {}", paint.faint(&line))?;
            }
        }
    }
    Ok(())
}

/// Which of its resources the user marks, and by what.
fn marks(out: &mut dyn Write, finding: &Finding, lenses: &LensSet, paint: Paint) -> io::Result<()> {
    for marked in lenses.marks().of(finding) {
        let resource = finding.resources.get(marked.resource).map_or("", |resource| &*resource.id);
        let told = format!("marked as {} by {}: {resource}", marked.mark.title(), marked.by);
        for line in wrap(&told, paint.width.saturating_sub(2)) {
            writeln!(out, "  {line}")?;
        }
    }
    Ok(())
}

/// Places that one rule gives stand together.
fn places(out: &mut dyn Write, explained: &Explained, paint: Paint) -> io::Result<()> {
    let mut told: Vec<(&Why, Vec<(usize, String)>)> = Vec::new();
    for place in &explained.places {
        let title = explained.lens.group(&place.key).map(|group| group.title.as_str());
        let title = title.filter(|title| slug(title) != place.key).map(|title| format!(" ({title})")).unwrap_or_default();
        let touches = if place.primary { "" } else { "touches " };
        let columns = width(touches) + width(&place.key) + width(&title);
        let said = (columns, format!("{touches}{}{title}", paint.strong(&place.key)));
        match told.iter_mut().find(|(why, _)| **why == place.why) {
            Some((_, all)) => all.push(said),
            None => told.push((&place.why, vec![said])),
        }
    }
    for (why, places) in told {
        listed(out, explained.lens.id(), &places, paint.width)?;
        let guess = if why.is_fallback() { paint.bad(", a guess") } else { String::new() };
        writeln!(out, "    {} by {}{guess}", why.basis, why.rule)?;
        for line in wrap(&why.reason, paint.width.saturating_sub(4)) {
            writeln!(out, "    {}", paint.faint(&line))?;
        }
    }
    Ok(())
}

/// `lens: one, another` in lines of at most so many columns; each part comes with the columns that it takes.
fn listed(out: &mut dyn Write, lens: &str, parts: &[(usize, String)], columns: usize) -> io::Result<()> {
    write!(out, "  {lens}:")?;
    let mut used = 2 + width(lens) + 1;
    for (at, (part, text)) in parts.iter().enumerate() {
        let comma = if at + 1 < parts.len() { "," } else { "" };
        let needed = 1 + part + comma.len();
        if at > 0 && used + needed > columns {
            write!(out, "\n   ")?;
            used = 3;
        }
        write!(out, " {text}{comma}")?;
        used += needed;
    }
    writeln!(out)
}

/// A title as its key would be written: what then needs no saying.
fn slug(title: &str) -> String {
    title.to_lowercase().replace(',', "").replace(' ', "-")
}

#[derive(Serialize)]
struct FindingRecord<'a> {
    id: &'a Text,
    source: Source,
    #[serde(rename = "type")]
    kind: &'a Text,
    control: Option<&'a Text>,
    title: &'a Text,
    severity: Severity,
    marks: Vec<MarkRecord<'a>>,
    lenses: Vec<LensRecord<'a>>,
}

#[derive(Serialize)]
struct MarkRecord<'a> {
    mark: &'static str,
    resource: Option<&'a Text>,
    by: String,
}

#[derive(Serialize)]
struct LensRecord<'a> {
    lens: &'a str,
    places: Vec<PlaceRecord<'a>>,
}

#[derive(Serialize)]
struct PlaceRecord<'a> {
    key: &'a str,
    title: Option<&'a str>,
    primary: bool,
    rule: &'a Text,
    basis: Basis,
    fallback: bool,
    reason: &'a Text,
}

/// An array of the findings; each has all lenses, also those in which it has no place.
///
/// # Errors
/// When `out` fails.
pub fn explain_json(out: &mut dyn Write, findings: &mut dyn Iterator<Item = &Finding>, lenses: &LensSet) -> io::Result<()> {
    let mut serializer = serde_json::Serializer::pretty(&mut *out);
    let mut list = serializer.serialize_seq(None)?;
    for finding in findings {
        list.serialize_element(&Record { finding, lenses })?;
    }
    SerializeSeq::end(list)?;
    writeln!(out)
}

struct Record<'a> {
    finding: &'a Finding,
    lenses: &'a LensSet,
}

impl Serialize for Record<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let finding = self.finding;
        let explained = self.lenses.explain(finding);
        let lenses = explained.iter().map(|one| LensRecord {
            lens: one.lens.id(),
            places: one
                .places
                .iter()
                .map(|place| PlaceRecord {
                    key: &place.key,
                    title: one.lens.group(&place.key).map(|group| group.title.as_str()),
                    primary: place.primary,
                    rule: &place.why.rule,
                    basis: place.why.basis,
                    fallback: place.why.is_fallback(),
                    reason: &place.why.reason,
                })
                .collect(),
        });
        let marks = self.lenses.marks().of(finding).into_iter().map(|marked| MarkRecord {
            mark: marked.mark.slug(),
            resource: finding.resources.get(marked.resource).map(|resource| &resource.id),
            by: marked.by.to_string(),
        });
        let record = FindingRecord {
            id: &finding.id,
            source: finding.source,
            kind: &finding.kind,
            control: finding.control(),
            title: &finding.title,
            severity: finding.severity,
            marks: marks.collect(),
            lenses: lenses.collect(),
        };
        record.serialize(serializer)
    }
}
