//! `coverage`: the lanes, and what became of each.

use std::io::{self, Write};

use serde::ser::SerializeSeq;
use serde::{Serialize, Serializer};

use super::layout::{left, right, wrap};
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
        Self { complete: coverage.is_complete(), lanes: Lanes(&coverage.lanes) }
    }
}

struct Lanes<'a>(&'a [Lane]);

impl Serialize for Lanes<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut list = serializer.serialize_seq(Some(self.0.len()))?;
        for lane in self.0 {
            list.serialize_element(&LaneRecord::new(lane))?;
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
}

impl<'a> LaneRecord<'a> {
    fn new(lane: &'a Lane) -> Self {
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
    let region_width = coverage.lanes.iter().map(|lane| lane.id.region.as_str().len()).max().unwrap_or(0).max("REGION".len());
    let head = format!(
        "{}  {}  {}  {}  {} {} {} {}",
        left("ACCOUNT", 12),
        left("REGION", region_width),
        left("SOURCE", 15),
        left("STATE", 11),
        right("FINDINGS", 8),
        right("PAGES", 5),
        right("CALLS", 5),
        right("TIME", 6)
    );
    writeln!(out, "\n{}", paint.strong(head.trim_end()))?;
    for lane in &coverage.lanes {
        let findings = if lane.is_trusted() { lane.findings.to_string() } else { format!(">={}", lane.findings) };
        writeln!(
            out,
            "{}  {}  {}  {}  {} {} {} {}",
            left(known(lane.id.account.as_str()).unwrap_or("-"), 12),
            left(lane.id.region.as_str(), region_width),
            left(lane.id.source.slug(), 15),
            paint.state(lane.state, &left(lane.state.slug(), 11)),
            right(&findings, 8),
            right(&lane.pages.to_string(), 5),
            right(&calls(lane), 5),
            right(&format!("{:.1}s", lane.elapsed.as_secs_f64()), 6)
        )?;
        for line in note(lane).iter().flat_map(|note| wrap(note, paint.width.saturating_sub(4).max(20))) {
            writeln!(out, "    {}", paint.faint(&line))?;
        }
    }
    Ok(())
}

fn calls(lane: &Lane) -> String {
    if lane.retries == 0 { lane.calls.to_string() } else { format!("{}+{}", lane.calls, lane.retries) }
}

fn note(lane: &Lane) -> Option<String> {
    let action = lane.action.as_ref().map(|action| format!("[{action}] ")).unwrap_or_default();
    let reason = lane.reason.as_ref().map(Text::as_str).unwrap_or_default();
    Some(format!("{action}{reason}")).filter(|note| !note.is_empty())
}
