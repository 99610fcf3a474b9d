//! Which records are the same issue, and which of them stands for it.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use crate::model::{Finding, RawRef, Region, SeenBy, Source, Status, Text, Traits};

use super::RowId;

/// What becomes of one record of a group.
pub(super) struct Verdict {
    pub(super) row: RowId,
    pub(super) visible: bool,
    pub(super) also_seen: Vec<SeenBy>,
}

/// Whether `new` replaces `old`, a record with the same key that came through another door or later.
pub(super) fn is_newer(new: &Finding, old: &Finding) -> bool {
    let rank = |finding: &Finding| (finding.updated, finding.last_seen, finding.damage.is_none(), finding.raw.len);
    rank(new).cmp(&rank(old)).then_with(|| by_content(new, old)).is_gt()
}

/// Whether `new` knows of its resource what `old`, another copy of the same record, does not say. It contradicts nothing by that:
/// what any copy knows stands, whichever of them is newer.
pub(super) fn says_more(new: &Finding, old: &Finding) -> bool {
    !old.traits.contains(new.traits)
}

/// A later reading says how it is now, but whether Inspector's vulnerability is exploited it says only after it has asked, and may
/// not be told this time. CISA's entry is not taken back by that.
pub(super) fn keep_exploited(new: &mut Finding, old: &Finding) {
    if new.source == Source::Inspector {
        new.traits |= old.traits.intersection(Traits::KNOWN_EXPLOITED);
    }
}

/// Two records that are equally new but say different things: which one stands is the same whatever the order of arrival.
fn by_content(new: &Finding, old: &Finding) -> Ordering {
    macro_rules! same {
        ($($field:ident)*) => { $(new.$field == old.$field)&&* };
    }
    let is_same = same!(
        id source kind title description severity native_severity priority status account region partition group first_seen count resources
        actors vulnerabilities compliance remediation console_url analyzer product sample damage workflow standard traits placement
    );
    if is_same {
        return Ordering::Equal;
    }
    let said = |finding: &Finding| format!("{:?}", Finding { also_seen: Vec::new(), raw: RawRef::default(), ..finding.clone() });
    said(new).cmp(&said(old))
}

/// Whether these are the same records, wherever their JSON stands.
pub(super) fn is_same_view(new: &[SeenBy], old: &[SeenBy]) -> bool {
    new.len() == old.len() && new.iter().zip(old).all(|(new, old)| (new.source, &new.id, &new.note) == (old.source, &old.id, &old.note))
}

/// Decides for every record of a group. The native records stay; Security Hub's copies stand behind them. Without a native
/// record, copies of one control finding in different standards become one; two of the same standard are two findings. What
/// ringfort found itself stands behind Security Hub's record of the same, which knows what people did with it. What AWS tells
/// every account in the same words is one finding, and native.
pub(super) fn judge(records: &[(RowId, &Finding)]) -> Vec<Verdict> {
    let (copies, others): (Vec<_>, Vec<_>) = records.iter().partition(|(_, finding)| finding.source == Source::SecurityHub);
    let (checks, others): (Vec<_>, Vec<_>) = others.into_iter().partition(|(_, finding)| finding.source == Source::Checks);
    let (checks, told): (Vec<_>, Vec<_>) = checks.into_iter().partition(|(_, finding)| finding.kind.starts_with("ringfort/"));
    let (told, echoes) = echoes(told);
    let natives = [others, told].concat();
    let mut verdicts = judge_apart(&copies, &checks, &natives);
    verdicts.extend(hidden(&echoes));
    verdicts
}

type Records<'a> = Vec<(RowId, &'a Finding)>;

/// Takes out what other accounts were told too: of records with one id, the first account's stays.
fn echoes(mut told: Records<'_>) -> (Records<'_>, Records<'_>) {
    told.sort_by(|a, b| (&a.1.id, &a.1.account, a.0).cmp(&(&b.1.id, &b.1.account, b.0)));
    let mut before: Option<&Text> = None;
    told.into_iter().partition(|(_, finding)| before.replace(&finding.id) != Some(&finding.id))
}

fn judge_apart(copies: &[(RowId, &Finding)], checks: &[(RowId, &Finding)], natives: &[(RowId, &Finding)]) -> Vec<Verdict> {
    if !natives.is_empty() {
        let behind = [copies, checks].concat();
        let seen = seen_by(&behind);
        return natives
            .iter()
            .map(|(row, _)| Verdict { row: *row, visible: true, also_seen: seen.clone() })
            .chain(hidden(&behind))
            .collect();
    }
    let mut verdicts = judge_copies(copies);
    let is_told = copies.iter().any(|(_, copy)| tells_of_trouble(copy));
    if is_told {
        let seen = seen_by(checks);
        for verdict in verdicts.iter_mut().filter(|verdict| verdict.visible) {
            verdict.also_seen.extend(seen.iter().cloned());
        }
        verdicts.extend(hidden(checks));
    } else {
        verdicts.extend(checks.iter().map(|(row, _)| Verdict { row: *row, visible: true, also_seen: Vec::new() }));
    }
    verdicts
}

/// Whether Security Hub says that the control fails here, whatever people decided about it. A record of former times, or of a
/// check that passed, says nothing against what was just found.
fn tells_of_trouble(copy: &Finding) -> bool {
    let passed = copy.compliance.as_ref().is_some_and(|compliance| compliance.status.as_deref() == Some("PASSED"));
    matches!(copy.status, Status::Active | Status::Suppressed) && !passed
}

/// Copies of one control: those that differ in nothing but the standard are one, and so are those that differ in nothing but the
/// Region that reports them. Only what an account has once is reported in several.
fn judge_copies(copies: &[(RowId, &Finding)]) -> Vec<Verdict> {
    let (of_standards, consolidated): (Vec<_>, Vec<_>) = copies.iter().partition(|(_, copy)| copy.standard.is_some());
    [of_standards, consolidated].iter().flat_map(|copies| judge_regions(copies)).collect()
}

fn judge_regions(copies: &[(RowId, &Finding)]) -> Vec<Verdict> {
    let mut regions: BTreeMap<&Region, Records<'_>> = BTreeMap::new();
    for &(row, copy) in copies {
        regions.entry(&copy.region).or_default().push((row, copy));
    }
    let mut verdicts: Vec<Verdict> = regions.values().flat_map(|copies| judge_standards(copies)).collect();
    let standing: Vec<RowId> = verdicts.iter().filter(|verdict| verdict.visible).map(|verdict| verdict.row).collect();
    // Each Region has one at least. Where one has more, they are not known to be the same.
    if regions.len() < 2 || standing.len() > regions.len() {
        return verdicts;
    }
    let (mut standing, behind): (Vec<_>, Vec<_>) = copies.iter().copied().partition(|(row, _)| standing.contains(row));
    standing.sort_unstable_by(|a, b| prominence(a.1, b.1));
    let others = [standing.split_off(1), behind].concat();
    for verdict in &mut verdicts {
        verdict.visible = standing.iter().any(|(first, _)| *first == verdict.row);
        verdict.also_seen = if verdict.visible { seen_by(&others) } else { Vec::new() };
    }
    verdicts
}

fn judge_standards(copies: &[(RowId, &Finding)]) -> Vec<Verdict> {
    if !are_one_per_standard(copies) {
        return copies.iter().map(|(row, _)| Verdict { row: *row, visible: true, also_seen: Vec::new() }).collect();
    }
    let Some(&first) = copies.iter().min_by(|a, b| prominence(a.1, b.1)) else { return Vec::new() };
    let others: Vec<_> = copies.iter().copied().filter(|(row, _)| *row != first.0).collect();
    std::iter::once(Verdict { row: first.0, visible: true, also_seen: seen_by(&others) }).chain(hidden(&others)).collect()
}

fn hidden<'a>(records: &'a [(RowId, &Finding)]) -> impl Iterator<Item = Verdict> + 'a {
    records.iter().map(|(row, _)| Verdict { row: *row, visible: false, also_seen: Vec::new() })
}

fn seen_by(records: &[(RowId, &Finding)]) -> Vec<SeenBy> {
    let mut seen: Vec<SeenBy> = records
        .iter()
        .map(|(_, finding)| SeenBy { source: finding.source, id: finding.id.clone(), note: finding.workflow.clone(), raw: finding.raw })
        .collect();
    seen.sort();
    seen
}

fn are_one_per_standard(copies: &[(RowId, &Finding)]) -> bool {
    let mut standards: Vec<_> = copies.iter().map(|(_, finding)| finding.standard.as_ref()).collect();
    standards.sort_unstable();
    standards.iter().all(Option::is_some) && standards.windows(2).all(|pair| pair[0] != pair[1])
}

/// What is open first, then the worst, then the newest, then by id: the same choice whatever the order of arrival.
fn prominence(a: &Finding, b: &Finding) -> Ordering {
    let is_closed = |finding: &Finding| finding.status != Status::Active;
    is_closed(a)
        .cmp(&is_closed(b))
        .then_with(|| b.severity.cmp(&a.severity))
        .then_with(|| b.last_seen.cmp(&a.last_seen))
        .then_with(|| a.id.cmp(&b.id))
        .then_with(|| a.key.cmp(&b.key))
}
