//! The summary as text:
//!
//! ```text
//! <accounts> in <Regions>                                        <time>
//! <verdict: complete or not>
//! <total and counts by severity>
//!                                  customer             shared      aws
//!                                C  H  M  L  I        H  M  L        -
//! 1 Data protection              2 14 30  1  0        1  2  0        0
//! ...
//! <source>   <lanes by state>                                 <findings>
//! ...
//! <the worst findings, a line each>
//! ```

use std::io::{self, Write};

use super::super::layout::{cut, left, right, width, wrap};
use super::super::paint::Paint;
use super::super::{Context, scope};
use super::gather;
use crate::lens::LensSet;
use crate::model::{Coverage, Finding, Layer, Loaded, Severity, Side, Source, Timestamp};
use crate::query::Board;

/// How many of the worst findings a screen names.
const WORST: usize = 5;

/// Columns between the blocks of the board.
const GAP: usize = 3;

/// The narrowest that layer titles get.
const LABEL_MIN: usize = 20;

/// Writes one screen; lines keep within the width that `paint` tells.
///
/// # Errors
/// When `out` fails.
pub fn text(
    out: &mut dyn Write,
    rows: &mut dyn Iterator<Item = &Finding>,
    context: &Context<'_>,
    lenses: &LensSet,
    paint: Paint,
) -> io::Result<()> {
    let (board, worst) = gather(rows, WORST);
    head(out, &board, context, paint)?;
    grid(out, &board, context.coverage.is_complete(), lenses, paint)?;
    sources(out, context.coverage, paint)?;
    if !worst.rows().is_empty() {
        writeln!(out, "\n{}", paint.strong("Worst first"))?;
    }
    for finding in worst.rows() {
        writeln!(out, "{}", line(finding, context.generated, paint))?;
    }
    Ok(())
}

fn head(out: &mut dyn Write, board: &Board, context: &Context<'_>, paint: Paint) -> io::Result<()> {
    for line in wrap(&scope::accounts_and_regions(context.coverage), paint.width) {
        writeln!(out, "{}", paint.strong(&line))?;
    }
    if !context.query.is_empty() {
        writeln!(out, "{}", paint.faint(&cut(&format!("only {}", context.query), paint.width, paint.ellipsis())))?;
    }
    let complete = context.coverage.is_complete();
    for line in wrap(&scope::verdict(context.coverage), paint.width) {
        writeln!(out, "{}", if complete { paint.good(&line) } else { paint.bad(&line) })?;
    }
    writeln!(out)?;
    let total = board.total();
    let findings = format!("{}{}", scope::at_least(complete), scope::Counted(total.iter().sum(), "finding"));
    let mut used = width(&findings);
    write!(out, "{}", paint.strong(&findings))?;
    for severity in Severity::ALL {
        let number = total[severity.index()];
        if severity == Severity::Unknown && number == 0 {
            continue;
        }
        let part = format!("{number} {severity}");
        let gap = if used + 2 + width(&part) > paint.width { "\n" } else { "  " };
        used = if gap == "\n" { 0 } else { used + 2 } + width(&part);
        write!(out, "{gap}{}", if number > 0 { paint.severity(severity, &part) } else { paint.faint(&part) })?;
    }
    writeln!(out)
}

/// One side of the board: which severities it shows, and how wide their numbers are.
struct Block {
    side: Side,
    columns: Vec<(Severity, usize)>,
    bound: &'static str,
}

impl Block {
    fn new(board: &Board, side: Side, complete: bool) -> Self {
        let most = |severity: Severity| Layer::ALL.into_iter().map(|layer| board.count(layer, side, severity)).max().unwrap_or(0);
        let columns = Severity::ALL.into_iter().filter(|severity| most(*severity) > 0);
        let columns = columns.map(|severity| (severity, most(severity).to_string().len().max(2))).collect();
        Self { side, columns, bound: if complete { "" } else { ">=" } }
    }

    fn width(&self) -> usize {
        let numbers: usize = self.columns.iter().map(|(_, digits)| digits + 1).sum();
        (numbers.max(2) + self.bound.len()).max(self.side.slug().len() + 1)
    }

    fn letters(&self) -> String {
        let letters: String = self.columns.iter().map(|(severity, digits)| right(letter(*severity), digits + 1)).collect();
        right(&letters, self.width())
    }

    fn cell(&self, counts: &[usize; 6], paint: Paint) -> String {
        let mut plain = self.bound.to_owned();
        let mut painted = paint.faint(self.bound);
        if self.columns.is_empty() {
            plain.push_str(" 0");
            painted.push_str(&paint.faint(" 0"));
        }
        for (severity, digits) in &self.columns {
            let number = counts[severity.index()];
            let text = right(&number.to_string(), digits + 1);
            painted.push_str(&if number > 0 { paint.severity(*severity, &text) } else { paint.faint(&text) });
            plain.push_str(&text);
        }
        left("", self.width().saturating_sub(width(&plain))) + &painted
    }
}

const fn letter(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "C",
        Severity::High => "H",
        Severity::Medium => "M",
        Severity::Low => "L",
        Severity::Informational => "I",
        Severity::Unknown => "?",
    }
}

/// The board. Sides that do not fit beside each other stand below each other.
fn grid(out: &mut dyn Write, board: &Board, complete: bool, lenses: &LensSet, paint: Paint) -> io::Result<()> {
    let blocks: Vec<Block> = Side::ALL.into_iter().map(|side| Block::new(board, side, complete)).collect();
    let mut bands: Vec<Vec<&Block>> = Vec::new();
    let mut used = usize::MAX;
    for block in &blocks {
        let needed = GAP + block.width();
        if used.saturating_add(needed) > paint.width {
            bands.push(Vec::new());
            used = LABEL_MIN;
        }
        used += needed;
        if let Some(band) = bands.last_mut() {
            band.push(block);
        }
    }
    for band in bands {
        let blocks_width: usize = band.iter().map(|block| GAP + block.width()).sum();
        let titles: Vec<String> = Layer::ALL.into_iter().map(|layer| format!("{} {}", layer.number(), lenses.layer(layer).title)).collect();
        let widest = titles.iter().map(|title| width(title)).max().unwrap_or(0);
        let label = widest.min(paint.width.saturating_sub(blocks_width).max(LABEL_MIN));
        let gap = left("", GAP);
        let sides: String = band.iter().map(|block| gap.clone() + &right(block.side.slug(), block.width())).collect();
        let letters: String = band.iter().map(|block| gap.clone() + &block.letters()).collect();
        writeln!(out, "\n{}{}", left("", label), paint.strong(&sides))?;
        writeln!(out, "{}{}", left("", label), paint.faint(&letters))?;
        for (layer, title) in Layer::ALL.into_iter().zip(&titles) {
            let cells: String = band.iter().map(|block| gap.clone() + &block.cell(board.cell(layer, block.side), paint)).collect();
            writeln!(out, "{}{cells}", left(&cut(title, label, paint.ellipsis()), label))?;
        }
    }
    Ok(())
}

/// A line a source: what became of its lanes, what it gave.
fn sources(out: &mut dyn Write, coverage: &Coverage, paint: Paint) -> io::Result<()> {
    let asked: Vec<Source> = Source::ALL.into_iter().filter(|source| coverage.of(*source).next().is_some()).collect();
    if asked.is_empty() {
        return Ok(());
    }
    writeln!(out, "\n{}  {}", paint.strong("Coverage"), paint.faint("findings before merging, lanes"))?;
    for source in asked {
        let lanes: Vec<_> = coverage.of(source).collect();
        let trusted = lanes.iter().all(|lane| lane.is_trusted());
        let found: u64 = lanes.iter().map(|lane| lane.findings).sum();
        let found = right(&format!("{}{found}", scope::at_least(trusted)), 9);
        let loaded = Loaded::of(lanes.iter().copied());
        let mut states = scope::states(&lanes);
        if loaded.is_behind() {
            states = format!("{states}; {} of {}{} read", loaded.read, scope::at_least(loaded.is_exact), loaded.total);
        }
        let indent = 16 + 10 + 2;
        for (number, line) in wrap(&states, paint.width.saturating_sub(indent).max(12)).iter().enumerate() {
            let worst = lanes.iter().map(|lane| lane.state).find(|state| *state != crate::model::LaneState::Complete);
            let line = worst.map_or_else(|| line.clone(), |state| paint.state(state, line));
            if number == 0 {
                writeln!(out, "{}{found}   {line}", left(source.title(), 16))?;
            } else {
                writeln!(out, "{}{line}", left("", indent))?;
            }
        }
    }
    Ok(())
}

/// `critical  title of the finding   resource   Region   3h`; with an arrow where the priority is not the severity.
fn line(finding: &Finding, now: Timestamp, paint: Paint) -> String {
    let severity = finding.severity;
    let level = format!("{}{}", short(severity), paint.moved(severity, finding.priority.level));
    let age = finding.last_seen.map_or_else(|| "-".to_owned(), |seen| age(now.as_second() - seen.as_second()));
    let region = finding.region.as_str();
    let room = paint.width.saturating_sub(9 + 2 + width(region) + 1 + 4 + 2).max(12);
    let resource = cut(finding.resource_name(), room / 3, paint.ellipsis());
    let title = if finding.title.is_empty() { &finding.id } else { &finding.title };
    let title = cut(title, room.saturating_sub(width(&resource) + 1), paint.ellipsis());
    let middle = left(&format!("{title} {}", paint.faint(&resource)), room + paint.faint(&resource).len() - resource.len());
    format!("{} {middle} {} {}", paint.severity(severity, &left(&level, 9)), paint.faint(region), right(&age, 4))
}

const fn short(severity: Severity) -> &'static str {
    match severity {
        Severity::Informational => "info",
        other => other.slug(),
    }
}

/// Seconds as one number with a unit, such as `3h` or `12d`.
fn age(seconds: i64) -> String {
    match seconds {
        ..60 => "now".to_owned(),
        60..3600 => format!("{}m", seconds / 60),
        3600..86_400 => format!("{}h", seconds / 3600),
        86_400..8_640_000 => format!("{}d", seconds / 86_400),
        _ => format!("{}mo", seconds / 2_592_000),
    }
}
