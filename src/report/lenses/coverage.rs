//! How much of what is known each lens places.

use std::io::{self, Write};

use serde::Serialize;

use super::super::layout::{left, right, width, wrap};
use super::super::paint::Paint;
use super::pretty;
use crate::lens::{LensCoverage, Reach, known};
use crate::model::Source;

/// The lenses that must place everything.
const WHOLE: [&str; 2] = ["layers", "sides"];

/// How many are known, by source.
fn totals() -> Vec<(Source, usize)> {
    let count = |source| known().iter().filter(|known| known.source == source).count();
    Source::ALL.into_iter().map(|source| (source, count(source))).filter(|(_, count)| *count > 0).collect()
}

fn share(part: usize, whole: usize) -> String {
    // Rounded down: nothing is called 100 % that is not.
    let tenths = (part * 1000).checked_div(whole).unwrap_or(0);
    format!("{}.{} %", tenths / 10, tenths % 10)
}

/// What a lens that should place everything only guesses or leaves out.
fn left_over<'a>(coverage: &'a LensCoverage) -> impl Iterator<Item = &'a str> {
    let whole = WHOLE.contains(&coverage.lens.id());
    coverage.placed.iter().filter(move |(_, reach)| whole && *reach >= Reach::Fallback).map(|(known, _)| known.id)
}

/// A line a lens, and what `layers` and `sides` only guess.
///
/// # Errors
/// When `out` fails.
pub fn coverage_text(out: &mut dyn Write, all: &[LensCoverage], paint: Paint) -> io::Result<()> {
    let parts: Vec<String> = totals().iter().map(|(source, count)| format!("{} {count}", source.title())).collect();
    writeln!(out, "{} types and controls are known: {}", known().len(), parts.join(", "))?;
    writeln!(out)?;
    let ids = all.iter().map(|one| width(one.lens.id())).max().unwrap_or(0).max(4);
    let heads = Reach::ALL.map(|reach| right(reach.slug(), 14)).concat();
    writeln!(out, "{}", paint.strong(&format!("{}{heads}", left("Lens", ids))))?;
    for one in all {
        let counts = one.counts(None);
        let whole = counts.iter().sum();
        let cells: String = counts.iter().map(|count| right(&format!("{count}  {:>7}", share(*count, whole)), 14)).collect();
        writeln!(out, "{}{cells}", left(one.lens.id(), ids))?;
    }
    writeln!(out)?;
    for line in wrap(MEANING, paint.width) {
        writeln!(out, "{}", paint.faint(&line))?;
    }
    for one in all {
        let guessed: Vec<&str> = left_over(one).collect();
        if !guessed.is_empty() {
            writeln!(out)?;
            for line in wrap(&format!("Only guessed in {}: {}", one.lens.id(), guessed.join(", ")), paint.width) {
                writeln!(out, "{line}")?;
            }
        }
    }
    Ok(())
}

const MEANING: &str = "exact: a rule names it; prefix: a wider rule (a pattern, the control's service, the kind of resource, words of the title); \
fallback: a guess by prefix or source, shown as one; none: the lens has no place for it, which is right where it is about something else.";

#[derive(Serialize)]
struct LensRecord {
    lens: String,
    #[serde(flatten)]
    counts: Counts,
    sources: Vec<SourceRecord>,
    guessed: Vec<&'static str>,
}

#[derive(Serialize)]
struct SourceRecord {
    source: Source,
    #[serde(flatten)]
    counts: Counts,
}

#[derive(Serialize)]
struct Counts {
    known: usize,
    exact: usize,
    prefix: usize,
    fallback: usize,
    none: usize,
}

impl From<[usize; 4]> for Counts {
    fn from([exact, prefix, fallback, none]: [usize; 4]) -> Self {
        Self { known: exact + prefix + fallback + none, exact, prefix, fallback, none }
    }
}

/// An array of the lenses, with their counts by source, and the ids that are placed by a guess.
///
/// # Errors
/// When `out` fails.
pub fn coverage_json(out: &mut dyn Write, all: &[LensCoverage]) -> io::Result<()> {
    let record = |one: &LensCoverage| LensRecord {
        lens: one.lens.id().to_owned(),
        counts: one.counts(None).into(),
        sources: totals().into_iter().map(|(source, _)| SourceRecord { source, counts: one.counts(Some(source)).into() }).collect(),
        guessed: one.placed.iter().filter(|(_, reach)| *reach == Reach::Fallback).map(|(known, _)| known.id).collect(),
    };
    pretty(out, &all.iter().map(record).collect::<Vec<_>>())
}

/// A page for the documentation: a table of all lenses, and one by source for each.
///
/// # Errors
/// When `out` fails.
pub fn coverage_markdown(out: &mut dyn Write, all: &[LensCoverage]) -> io::Result<()> {
    writeln!(out, "# What the lenses place\n")?;
    writeln!(
        out,
        "`ringfort lenses coverage --format markdown` writes this page, and a test holds it. Measured are the {} types and controls",
        known().len()
    )?;
    writeln!(out, "that are known, listed in [`assets/lenses/known/`](../assets/lenses/known/).\n")?;
    writeln!(out, "- **exact**: a rule names this type or control.")?;
    writeln!(out, "- **prefix**: a wider rule: a pattern, the control's service, the kind of the resource, words of the title.")?;
    writeln!(out, "- **fallback**: a guess by prefix or source. The screen and the exports show it as one.")?;
    writeln!(out, "- **none**: the lens has no place for it, which is right where it is about something else.\n")?;
    let heads = "| exact | prefix | fallback | none |\n";
    writeln!(out, "| lens {heads}|---|---:|---:|---:|---:|")?;
    for one in all {
        let counts = one.counts(None);
        row(out, &format!("[`{0}`](#{0})", one.lens.id()), counts)?;
    }
    for one in all {
        writeln!(out, "\n## {}\n\n{}\n", one.lens.id(), one.lens.title())?;
        writeln!(out, "| source {heads}|---|---:|---:|---:|---:|")?;
        for (source, _) in totals() {
            row(out, source.title(), one.counts(Some(source)))?;
        }
        let guessed: Vec<String> = left_over(one).map(|id| format!("`{id}`")).collect();
        if !guessed.is_empty() {
            writeln!(out, "\nOnly guessed: {}", guessed.join(", "))?;
        }
    }
    Ok(())
}

fn row(out: &mut dyn Write, name: &str, counts: [usize; 4]) -> io::Result<()> {
    let whole = counts.iter().sum();
    write!(out, "| {name}")?;
    for count in counts {
        write!(out, " | {count} ({})", share(count, whole))?;
    }
    writeln!(out, " |")
}

#[cfg(test)]
mod tests {
    use super::share;

    #[test]
    fn a_share_is_never_rounded_up_to_all() {
        assert_eq!((share(999, 1000).as_str(), share(9999, 10_000).as_str(), share(1, 1).as_str()), ("99.9 %", "99.9 %", "100.0 %"));
        assert_eq!(share(0, 0), "0.0 %");
    }
}
