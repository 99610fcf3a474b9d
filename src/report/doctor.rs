//! `doctor`: what was checked, and what is to be done.

use std::io::{self, Write};

use serde::{Serialize, Serializer};

use super::layout::{left, width, wrap};
use super::paint::Paint;
use super::scope::Counted;
use crate::model::{LaneState, Text};

/// How a check went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It was answered.
    Works,
    /// The service is off there.
    Off,
    /// AWS does not offer the service there.
    NotOffered,
    /// It was not asked.
    NotAsked,
    /// The credentials may not ask.
    Denied,
    /// It could not be asked, or not to the end.
    Failed,
}

impl Verdict {
    /// The word of the contract.
    #[must_use]
    pub const fn slug(self) -> &'static str {
        match self {
            Self::Works => "works",
            Self::Off => "off",
            Self::NotOffered => "not-offered",
            Self::NotAsked => "not-asked",
            Self::Denied => "denied",
            Self::Failed => "failed",
        }
    }

    /// Whether somebody has to do something.
    #[must_use]
    pub const fn is_trouble(self) -> bool {
        matches!(self, Self::Denied | Self::Failed)
    }

    const fn as_state(self) -> LaneState {
        match self {
            Self::Works => LaneState::Complete,
            Self::Off | Self::NotOffered | Self::NotAsked => LaneState::NotEnabled,
            Self::Denied => LaneState::Denied,
            Self::Failed => LaneState::Failed,
        }
    }
}

impl Serialize for Verdict {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.slug())
    }
}

/// One check: credentials, identity, what tells the estate, or a source in one Region.
#[derive(Clone, Debug, Serialize)]
pub struct Check {
    /// `credentials`, `identity`, `organization`, `regions`, `accounts`, or the source.
    pub check: &'static str,
    /// The account, where it is known.
    pub account: Option<Text>,
    /// The Region, of a source.
    pub region: Option<Text>,
    /// How it went; the worst of its calls counts.
    pub result: Verdict,
    /// What was found, or what to do.
    pub detail: Option<Text>,
    /// Each kind of call that it made, or would make.
    pub calls: Vec<Call>,
    /// Whether it is a source beside the account's home Region, of which only the first call was made.
    pub first_call_only: bool,
}

/// One kind of call.
#[derive(Clone, Debug, Serialize)]
pub struct Call {
    /// The operation of the service.
    pub operation: &'static str,
    /// The IAM action that it needs.
    pub action: &'static str,
    /// How it went.
    pub result: Verdict,
    /// Why it does not work, and what to do.
    pub reason: Option<Text>,
}

#[derive(Serialize)]
struct Record<'a> {
    healthy: bool,
    checks: &'a [Check],
}

fn healthy(checks: &[Check]) -> bool {
    !checks.iter().any(|check| check.result.is_trouble())
}

/// Writes one object: whether all is well, and the checks.
///
/// # Errors
/// When `out` fails.
pub fn json(out: &mut dyn Write, checks: &[Check]) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, &Record { healthy: healthy(checks), checks })?;
    out.write_all(b"\n")
}

/// Writes a table with a line for each check, and under it what is to be known. Beside an account's home Region it says only
/// what differs, and says once what differs in the same way.
///
/// # Errors
/// When `out` fails.
pub fn text(out: &mut dyn Write, checks: &[Check], paint: Paint) -> io::Result<()> {
    for line in wrap(&headline(checks), paint.width) {
        writeln!(out, "{}", if healthy(checks) { paint.good(&line) } else { paint.bad(&line) })?;
    }
    let shown = shown(checks);
    let cells = |(check, regions): &(&Check, Vec<&str>)| {
        let region = if regions.len() > 1 { Some(Text::from(format!("{} Regions", regions.len()))) } else { check.region.clone() };
        let or_dash = |text: &Option<Text>| text.as_deref().unwrap_or("-").to_owned();
        [or_dash(&check.account), or_dash(&region), check.check.to_owned(), check.result.slug().to_owned()]
    };
    let titles = ["ACCOUNT", "REGION", "CHECK", "RESULT"].map(str::to_owned);
    let widths: Vec<usize> = (0..titles.len())
        .map(|at| shown.iter().map(|check| width(&cells(check)[at])).chain([titles[at].len()]).max().unwrap_or(0))
        .collect();
    let row = |cells: [String; 4]| cells.iter().zip(&widths).map(|(cell, width)| left(cell, *width)).collect::<Vec<_>>();
    writeln!(out, "\n{}", paint.strong(row(titles).join("  ").trim_end()))?;
    for group @ (check, regions) in &shown {
        let mut row = row(cells(group));
        let result = row.pop().unwrap_or_default();
        writeln!(out, "{}  {}", row.join("  "), paint.state(check.result.as_state(), result.trim_end()))?;
        let where_ = (regions.len() > 1).then(|| format!("in {}", regions.join(", ")));
        for line in where_
            .into_iter()
            .chain(notes(check))
            .collect::<Vec<_>>()
            .iter()
            .flat_map(|note| wrap(note, paint.width.saturating_sub(4).max(12)))
        {
            writeln!(out, "    {}", paint.faint(&line))?;
        }
    }
    let hidden = checks.len() - shown.iter().map(|(_, regions)| regions.len().max(1)).sum::<usize>();
    if hidden > 0 {
        let beside = format!(
            "In the other Regions the first call of each service was asked; {} found what the home Region's did. --format json lists all.",
            Counted(hidden, "check")
        );
        writeln!(out)?;
        for line in wrap(&beside, paint.width) {
            writeln!(out, "{}", paint.faint(&line))?;
        }
    }
    Ok(())
}

/// The checks that are worth a line, each with the Regions that it stands for, where it is one of a Region.
fn shown(checks: &[Check]) -> Vec<(&Check, Vec<&str>)> {
    let same = |one: &Check, other: &Check| one.check == other.check && one.account == other.account && one.result == other.result;
    let mut shown: Vec<(&Check, Vec<&str>)> = Vec::new();
    let (beside, home): (Vec<&Check>, Vec<&Check>) = checks.iter().partition(|check| check.first_call_only);
    for check in home.into_iter().chain(beside) {
        let region = check.region.as_deref();
        if !check.first_call_only {
            shown.push((check, region.into_iter().collect()));
        } else if !checks.iter().any(|home| !home.first_call_only && same(home, check)) {
            match shown.iter_mut().find(|(first, _)| first.first_call_only && same(first, check)) {
                Some((_, regions)) => regions.extend(region),
                None => shown.push((check, region.into_iter().collect())),
            }
        }
    }
    shown
}

fn headline(checks: &[Check]) -> String {
    let troubled = checks.iter().filter(|check| check.result.is_trouble()).count();
    let off = checks.iter().filter(|check| check.result == Verdict::Off).count();
    match (troubled, off) {
        (0, 0) => format!("All well: {} made.", Counted(checks.len(), "check")),
        (0, off) => format!(
            "All well: {} made; {} off.",
            Counted(checks.len(), "check"),
            if off == 1 { "1 service is".to_owned() } else { format!("{off} services are") }
        ),
        (troubled, _) => format!("{troubled} of {} found trouble.", Counted(checks.len(), "check")),
    }
}

fn notes(check: &Check) -> Vec<String> {
    let mut notes: Vec<String> = check.detail.iter().map(ToString::to_string).collect();
    for call in check.calls.iter().filter(|call| call.result.is_trouble()) {
        let reason = call.reason.as_deref().unwrap_or_default();
        if check.detail.as_deref() != Some(reason) {
            notes.push(format!("[{}] {reason}", call.action));
        }
    }
    let mut untried: Vec<&str> = check.calls.iter().filter(|call| call.result == Verdict::NotAsked).map(|call| call.action).collect();
    untried.retain(|action| !check.calls.iter().any(|call| call.action == *action && call.result != Verdict::NotAsked));
    if check.result == Verdict::Works && !check.first_call_only && !untried.is_empty() {
        notes.push(format!("not tried, for want of anything to ask about: {}", untried.join(", ")));
    }
    notes
}
