//! The lenses that there are.

use std::io::{self, Write};

use serde::Serialize;

use super::super::layout::{left, right, width};
use super::super::paint::Paint;
use super::pretty;
use crate::lens::{Lens, LensSet, Origin};

/// A line a lens.
///
/// # Errors
/// When `out` fails.
pub fn list_text(out: &mut dyn Write, lenses: &LensSet, paint: Paint) -> io::Result<()> {
    let all = lenses.lenses();
    let widest = |text: fn(&Lens) -> &str, least: usize| all.iter().map(|lens| width(text(lens))).max().unwrap_or(0).max(least);
    let (ids, titles) = (widest(Lens::id, 4), widest(Lens::title, 5));
    let head = format!("{}  {}  {}  {}  From", left("Lens", ids), left("Title", titles), right("Groups", 6), right("Rules", 5));
    writeln!(out, "{}", paint.strong(&head))?;
    for lens in all {
        let (id, title) = (left(lens.id(), ids), left(lens.title(), titles));
        let (groups, rules) = (lens.groups().len().to_string(), lens.rules().count().to_string());
        writeln!(out, "{id}  {title}  {}  {}  {}", right(&groups, 6), right(&rules, 5), paint.faint(&origin(lens)))?;
    }
    Ok(())
}

fn origin(lens: &Lens) -> String {
    match lens.origin() {
        Origin::Embedded => "embedded".to_owned(),
        Origin::File { path, replaces: false, .. } => path.display().to_string(),
        Origin::File { path, extends: true, .. } => format!("{}, before the embedded rules", path.display()),
        Origin::File { path, .. } => format!("{}, in place of the embedded lens", path.display()),
    }
}

#[derive(Serialize)]
struct LensRecord<'a> {
    id: &'a str,
    title: &'a str,
    text: &'a str,
    from: &'static str,
    file: Option<String>,
    groups: Vec<GroupRecord<'a>>,
    rules: Vec<RuleRecord<'a>>,
}

#[derive(Serialize)]
struct GroupRecord<'a> {
    key: &'a str,
    title: &'a str,
    text: &'a str,
}

#[derive(Serialize)]
struct RuleRecord<'a> {
    id: &'a str,
    basis: crate::model::Basis,
    reason: &'a str,
    fallback: bool,
}

/// An array of the lenses with their groups and rules.
///
/// # Errors
/// When `out` fails.
pub fn list_json(out: &mut dyn Write, lenses: &LensSet) -> io::Result<()> {
    pretty(out, &lenses.lenses().iter().map(record).collect::<Vec<_>>())
}

fn record(lens: &Lens) -> LensRecord<'_> {
    let (from, file) = match lens.origin() {
        Origin::Embedded => ("embedded", None),
        Origin::File { path, extends: true, .. } => ("extends", Some(path)),
        Origin::File { path, replaces: true, .. } => ("replaces", Some(path)),
        Origin::File { path, .. } => ("added", Some(path)),
    };
    LensRecord {
        id: lens.id(),
        title: lens.title(),
        text: lens.text(),
        from,
        file: file.map(|path| path.display().to_string()),
        groups: lens.groups().iter().map(|group| GroupRecord { key: &group.key, title: &group.title, text: &group.text }).collect(),
        rules: lens
            .rules()
            .map(|rule| RuleRecord { id: rule.id, basis: rule.basis, reason: rule.reason, fallback: rule.fallback })
            .collect(),
    }
}
