//! `coverage`: the lanes, and what became of each.

use std::collections::BTreeMap;
use std::io::{self, Write};

use serde::ser::SerializeSeq;
use serde::{Serialize, Serializer};

use super::layout::{self, left, right, wrap};
use super::paint::Paint;
use super::record::known;
use super::scope;
use crate::model::{Coverage, Lane, LaneState, Source, Text};

/// The contract's object.
#[derive(Serialize)]
pub(super) struct CoverageRecord<'a> {
    complete: bool,
    lanes: Lanes<'a>,
}

impl<'a> CoverageRecord<'a> {
    pub(super) fn new(coverage: &'a Coverage) -> Self {
        Self { complete: coverage.is_complete(), lanes: Lanes(coverage) }
    }
}

struct Lanes<'a>(&'a Coverage);

impl Serialize for Lanes<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut list = serializer.serialize_seq(Some(self.0.lanes.len()))?;
        for lane in &self.0.lanes {
            list.serialize_element(&LaneRecord::new(lane, self.0))?;
        }
        list.end()
    }
}

#[derive(Serialize)]
struct LaneRecord<'a> {
    account: Option<&'a str>,
    region: &'a str,
    source: Source,
    state: LaneState,
    findings: u64,
    reason: Option<&'a Text>,
    action: Option<&'a Text>,
    pages: u32,
    calls: u32,
    retries: u32,
    elapsed_ms: u64,
    account_name: Option<Text>,
}

impl<'a> LaneRecord<'a> {
    fn new(lane: &'a Lane, coverage: &Coverage) -> Self {
        Self {
            account: known(lane.id.account.as_str()),
            region: lane.id.region.as_str(),
            source: lane.id.source,
            state: lane.state,
            findings: lane.findings,
            reason: lane.reason.as_ref(),
            action: lane.action.as_ref(),
            pages: lane.pages,
            calls: lane.calls,
            retries: lane.retries,
            elapsed_ms: u64::try_from(lane.elapsed.as_millis()).unwrap_or(u64::MAX),
            account_name: coverage.name_of(lane).and_then(|name| name.own().cloned()),
        }
    }
}

/// Writes the contract's JSON, and a line break.
///
/// # Errors
/// When `out` fails.
pub fn json(out: &mut dyn Write, coverage: &Coverage) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, &CoverageRecord::new(coverage))?;
    out.write_all(b"\n")
}

/// Writes a table of lanes; the reason stands under each lane that was not read to its end.
///
/// # Errors
/// When `out` fails.
pub fn text(out: &mut dyn Write, coverage: &Coverage, paint: Paint) -> io::Result<()> {
    for line in wrap(&scope::verdict(coverage), paint.width) {
        writeln!(out, "{}", if coverage.is_complete() { paint.good(&line) } else { paint.bad(&line) })?;
    }
    if coverage.lanes.is_empty() {
        return Ok(());
    }
    let table = Table::new(coverage, paint.width);
    if !table.columns.iter().any(|column| column.title == NAME) {
        for line in legend(coverage).iter().flat_map(|names| wrap(names, paint.width)) {
            writeln!(out, "{}", paint.faint(&line))?;
        }
    }
    writeln!(out, "\n{}", paint.strong(table.row(|column| column.title.to_owned()).trim_end()))?;
    for lane in &coverage.lanes {
        let row = table.row(|column| {
            let cell = (column.cell)(coverage, lane);
            if column.title == STATE { paint.state(lane.state, &left(&cell, column.width)) } else { cell }
        });
        writeln!(out, "{}", row.trim_end())?;
        for line in note(lane).iter().flat_map(|note| wrap(note, paint.width.saturating_sub(4).max(12))) {
            writeln!(out, "    {}", paint.faint(&line))?;
        }
    }
    Ok(())
}

const STATE: &str = "STATE";
const NAME: &str = "NAME";
/// The most columns of an account's name; AWS allows 50 characters.
const NAME_MOST: usize = 24;

/// The accounts with their names, where the table has no room for them.
fn legend(coverage: &Coverage) -> Option<String> {
    let lanes = coverage.lanes.iter().filter(|lane| !lane.id.account.is_empty());
    let named: BTreeMap<&str, String> =
        lanes.filter_map(|lane| Some((lane.id.account.as_str(), coverage.name_of(lane)?.to_string()))).collect();
    let names: Vec<String> = named.iter().map(|(id, name)| format!("{id} {name}")).collect();
    (!names.is_empty()).then(|| format!("Accounts: {}", names.join(", ")))
}

fn name(coverage: &Coverage, lane: &Lane) -> String {
    coverage.name_of(lane).map_or_else(|| "-".to_owned(), |name| layout::cut(&name.to_string(), NAME_MOST, "..."))
}

/// A column of the table.
struct Column {
    title: &'static str,
    cell: fn(&Coverage, &Lane) -> String,
    width: usize,
    number: bool,
    /// Which columns go first where the screen is narrow; 0 stays.
    spare: u8,
}

/// The columns that fit, as wide as their widest cell.
struct Table {
    columns: Vec<Column>,
}

impl Table {
    fn new(coverage: &Coverage, width: usize) -> Self {
        let column = |title: &'static str, number, spare, cell: fn(&Coverage, &Lane) -> String| {
            let widest = coverage.lanes.iter().map(|lane| layout::width(&cell(coverage, lane))).max().unwrap_or(0);
            Column { title, cell, width: widest.max(title.len()), number, spare }
        };
        let mut columns = vec![
            column("ACCOUNT", false, 0, |_, lane| known(lane.id.account.as_str()).unwrap_or("-").to_owned()),
            column(NAME, false, 1, name),
            column("REGION", false, 0, |_, lane| lane.id.region.to_string()),
            column("SOURCE", false, 0, |_, lane| lane.id.source.to_string()),
            column(STATE, false, 0, |_, lane| lane.state.to_string()),
            column("FINDINGS", true, 0, |_, lane| match lane.total.filter(|total| *total > lane.findings && !lane.is_trusted()) {
                Some(total) => format!("{} of {total}", lane.findings),
                None => format!("{}{}", if lane.is_trusted() { "" } else { ">=" }, lane.findings),
            }),
            column("PAGES", true, 4, |_, lane| lane.pages.to_string()),
            column("CALLS", true, 3, |_, lane| calls(lane)),
            column("TIME", true, 2, |_, lane| format!("{:.1}s", lane.elapsed.as_secs_f64())),
        ];
        if coverage.lanes.iter().all(|lane| coverage.name_of(lane).is_none()) {
            columns.retain(|column| column.title != NAME);
        }
        while columns.iter().map(|column| column.width + GAP).sum::<usize>() > width + GAP {
            let Some(spare) = columns.iter().map(|column| column.spare).max().filter(|spare| *spare > 0) else { break };
            columns.retain(|column| column.spare != spare);
        }
        Self { columns }
    }

    fn row(&self, cell: impl Fn(&Column) -> String) -> String {
        let pad = |column: &Column| {
            let cell = cell(column);
            if column.number { right(&cell, column.width) } else { left(&cell, column.width) }
        };
        self.columns.iter().map(pad).collect::<Vec<_>>().join(&" ".repeat(GAP))
    }
}

/// Spaces between columns.
const GAP: usize = 2;

fn calls(lane: &Lane) -> String {
    if lane.retries == 0 { lane.calls.to_string() } else { format!("{}+{}", lane.calls, lane.retries) }
}

fn note(lane: &Lane) -> Option<String> {
    let action = lane.action.as_ref().map(|action| format!("[{action}] ")).unwrap_or_default();
    let reason = lane.reason.as_ref().map(Text::as_str).unwrap_or_default();
    Some(format!("{action}{reason}")).filter(|note| !note.is_empty())
}
