//! `lenses`: lists them, checks files, measures what they place, and explains findings.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::args::{LensesCommand, ReportFormat, Shared, TableFormat};
use super::failure::Failure;
use super::fetching;
use super::output::Output;
use super::settings::Settings;
use crate::lens::{LensSet, Mistake, Review};
use crate::model::{Finding, Text, Timestamp};
use crate::query::{Query, View};
use crate::report;
use crate::source::recognise;

/// Runs what stands after `lenses`; without anything, lists them.
pub(super) fn lenses(command: Option<Box<LensesCommand>>, format: Option<ReportFormat>, shared: Shared) -> Result<u8, Failure> {
    match command.map(|command| *command) {
        None => list(&Settings::resolve(shared)?, format.unwrap_or(ReportFormat::Text)),
        Some(_) if format.is_some() => {
            Err(Failure::usage("--format stands after the command, as in `ringfort lenses coverage --format json`"))
        }
        Some(LensesCommand::List { format, shared: after }) => list(&Settings::resolve(shared.and(after))?, format),
        Some(LensesCommand::Check { files, format, shared: after }) => check(&Settings::resolve(shared.and(after))?, &files, format),
        Some(LensesCommand::Explain { from, format, shared: after }) => explain(&Settings::resolve(shared.and(after))?, &from, format),
        Some(LensesCommand::Coverage { format, shared: after }) => coverage(&Settings::resolve(shared.and(after))?, format),
    }
}

fn list(settings: &Settings, format: ReportFormat) -> Result<u8, Failure> {
    let lenses = settings.lenses()?;
    Output::Stdout.fill(|out| match format {
        ReportFormat::Text => report::lenses::list_text(out, &lenses, settings.paint()),
        ReportFormat::Json => report::lenses::list_json(out, &lenses),
    })?;
    Ok(0)
}

/// Without files, those of the user's configuration.
fn check(settings: &Settings, files: &[PathBuf], format: ReportFormat) -> Result<u8, Failure> {
    let folder = settings.lens_folder();
    let files = if files.is_empty() {
        let own = folder.as_deref().map(LensSet::files).transpose().map_err(Failure::usage)?.unwrap_or_default();
        if own.is_empty() {
            let place = folder.map_or_else(|| "the configuration folder".to_owned(), |folder| folder.display().to_string());
            return Err(Failure::usage(format!("there are no lens files in {place}; name a file to check")));
        }
        own
    } else {
        files.to_vec()
    };
    let mut reviews: Vec<(String, Review)> = files.iter().map(|file| (file.display().to_string(), review(file))).collect();
    tell_twins(&mut reviews);
    Output::Stdout.fill(|out| match format {
        ReportFormat::Text => report::lenses::review_text(out, &reviews, settings.paint()),
        ReportFormat::Json => report::lenses::review_json(out, &reviews),
    })?;
    Ok(if reviews.iter().all(|(_, review)| review.mistakes.is_empty()) { 0 } else { 2 })
}

fn review(file: &Path) -> Review {
    let name = file.display().to_string();
    match fs::read_to_string(file) {
        Ok(text) => LensSet::review(&name, &text),
        Err(error) => {
            let text = format!("cannot be read: {error}; name a lens file");
            Review { mistakes: vec![Mistake { file: name, line: None, text }], ..Review::default() }
        }
    }
}

/// Of two files with the same lens neither could be used.
fn tell_twins(reviews: &mut [(String, Review)]) {
    for at in 1..reviews.len() {
        let (before, rest) = reviews.split_at_mut(at);
        let (file, review) = &mut rest[0];
        if let Some((other, _)) = before.iter().find(|(_, known)| !known.id.is_empty() && known.id == review.id) {
            let text = format!("the lens `{}` is in {other} too; give one of them another id", review.id);
            review.mistakes.push(Mistake { file: file.clone(), line: None, text });
        }
    }
}

fn coverage(settings: &Settings, format: TableFormat) -> Result<u8, Failure> {
    let lenses = settings.lenses()?;
    let coverage = lenses.coverage();
    Output::Stdout.fill(|out| match format {
        TableFormat::Text => report::lenses::coverage_text(out, &coverage, settings.paint()),
        TableFormat::Json => report::lenses::coverage_json(out, &coverage),
        TableFormat::Markdown => report::lenses::coverage_markdown(out, &coverage),
    })?;
    Ok(0)
}

/// Findings from files; without any, those that are fetched.
fn explain(settings: &Settings, from: &[PathBuf], format: ReportFormat) -> Result<u8, Failure> {
    let lenses = settings.lenses()?;
    let query = settings.query_over(&lenses)?;
    let now = Timestamp::now();
    if from.is_empty() {
        let lenses = Arc::new(lenses);
        let fetched = fetching::fetch(settings, &lenses, now)?;
        fetched.check()?;
        let view = View::new(&fetched.store, &query, now);
        tell_none(view.rows().is_empty());
        let mut rows = view.rows().iter().filter_map(|row| fetched.store.visible(*row));
        write(settings, &mut rows, &lenses, format)?;
        fetched.tell_gaps();
        return Ok(fetched.store.coverage.exit_code(None, None));
    }
    let mut placer = lenses.placer();
    let mut findings = Vec::new();
    let mut trouble = false;
    for file in from {
        let name = Text::new(&file.display().to_string());
        let text = read(file).map_err(|error| Failure::usage(format!("cannot read {name}: {error}; name a file with findings")))?;
        let found = recognise(&text);
        for reason in &found.trouble {
            eprintln!("ringfort: {name}: {reason}");
        }
        trouble |= !found.trouble.is_empty();
        findings.extend(found.findings.into_iter().map(|(finding, _)| finding));
    }
    for finding in &mut findings {
        placer.place(finding);
    }
    let nothing = findings.is_empty();
    findings.retain(|finding| is_selected(&query, finding, now));
    if nothing {
        return Err(Failure::usage(
            "no finding could be read; explain takes the services' own JSON, and what `ringfort export --with-raw` writes",
        ));
    }
    tell_none(findings.is_empty());
    write(settings, &mut findings.iter(), &lenses, format)?;
    Ok(if trouble { 3 } else { 0 })
}

/// An empty text does not say why it is.
fn tell_none(none: bool) {
    if none {
        eprintln!("ringfort: no finding matches the query");
    }
}

fn is_selected(query: &Query, finding: &Finding, now: Timestamp) -> bool {
    query.matches(finding, now) && query.matches_words(finding)
}

/// A file's text, or what stdin gives where it is called `-`.
fn read(file: &Path) -> std::io::Result<String> {
    let bytes = if file == Path::new("-") {
        let mut bytes = Vec::new();
        std::io::Read::read_to_end(&mut std::io::stdin().lock(), &mut bytes)?;
        bytes
    } else {
        fs::read(file)?
    };
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

fn write(settings: &Settings, rows: &mut dyn Iterator<Item = &Finding>, lenses: &LensSet, format: ReportFormat) -> Result<(), Failure> {
    Output::Stdout.fill(|out| match format {
        ReportFormat::Text => report::lenses::explain_text(out, rows, lenses, settings.paint()),
        ReportFormat::Json => report::lenses::explain_json(out, rows, lenses),
    })
}
