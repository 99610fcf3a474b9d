//! What each command does: settle, fetch, select, write.

use std::sync::Arc;

use super::args::{ExportArgs, ReportFormat};
use super::failure::Failure;
use super::fetching::{self, Fetched};
use super::output::Output;
use super::settings::Settings;
use crate::lens::LensSet;
use crate::model::{Finding, Severity, Timestamp};
use crate::query::{Query, View};
use crate::report::{self, Context, Format};
use crate::runtime;
use crate::ui::theme;

/// All that is understood before anything is fetched.
struct Prepared {
    query: Query,
    lenses: Arc<LensSet>,
}

impl Prepared {
    fn new(settings: &Settings) -> Result<Self, Failure> {
        let lenses = settings.lenses()?;
        Ok(Self { query: settings.query_over(&lenses)?, lenses: Arc::new(lenses) })
    }

    fn fetch(self, settings: &Settings) -> Result<Posture, Failure> {
        let now = Timestamp::now();
        let fetched = fetching::fetch(settings, &self.lenses, now)?;
        Ok(Posture { query: self.query, lenses: self.lenses, now, fetched })
    }
}

/// What a command that fetches works on.
struct Posture {
    query: Query,
    lenses: Arc<LensSet>,
    now: Timestamp,
    fetched: Fetched,
}

impl Posture {
    fn view(&self) -> View {
        View::new(&self.fetched.store, &self.query, self.now)
    }

    fn rows<'a>(&'a self, view: &'a View) -> impl Iterator<Item = &'a Finding> {
        view.rows().iter().filter_map(|row| self.fetched.store.visible(*row))
    }

    fn context<'a>(&'a self, settings: &'a Settings) -> Context<'a> {
        Context { query: &settings.query, ..Context::new(&self.fetched.store.coverage, self.now) }
    }

    fn exit_code(&self, view: &View, fail_on: Option<Severity>) -> u8 {
        let worst = self.rows(view).map(|finding| finding.severity).max();
        self.fetched.store.coverage.exit_code(worst, fail_on)
    }
}

/// No command: the screen. What takes time, and cannot be a mistake of the command line alone, comes after its first frame.
pub(super) fn screen(settings: Settings) -> Result<u8, Failure> {
    settings.query()?;
    let look = settings.screen()?;
    let prepare = move || {
        let understood = Prepared::new(&settings).map_err(|failure| failure.message)?;
        let rules = settings.rules().map_err(|failure| failure.message)?;
        Ok((settings.request(Timestamp::now()), understood.lenses, rules))
    };
    runtime::tui(look, prepare).map_err(|error| Failure { code: error.exit_code(), message: error.to_string() })
}

pub(super) fn summary(settings: &Settings, format: ReportFormat) -> Result<u8, Failure> {
    let posture = Prepared::new(settings)?.fetch(settings)?;
    let told = posture.fetched.check();
    let view = posture.view();
    let context = posture.context(settings);
    // JSON says itself that nothing was read; a text would only repeat the sentence on stderr.
    if told.is_ok() || format == ReportFormat::Json {
        let asked_by = posture.fetched.asked_by().filter(|_| format == ReportFormat::Text);
        Output::Stdout.fill(|out| {
            asked_by.iter().try_for_each(|who| writeln!(out, "{who}")).and_then(|()| match format {
                ReportFormat::Text => report::summary::text(out, &mut posture.rows(&view), &context, &posture.lenses, settings.paint()),
                ReportFormat::Json => report::summary::json(out, &mut posture.rows(&view), &context),
            })
        })?;
    }
    told?;
    Ok(posture.exit_code(&view, settings.fail_on))
}

pub(super) fn coverage(settings: &Settings, format: ReportFormat) -> Result<u8, Failure> {
    let posture = Prepared::new(settings)?.fetch(settings)?;
    let coverage = &posture.fetched.store.coverage;
    Output::Stdout.fill(|out| match format {
        ReportFormat::Text => report::coverage::text(out, coverage, settings.paint()),
        ReportFormat::Json => report::coverage::json(out, coverage),
    })?;
    posture.fetched.check()?;
    Ok(posture.exit_code(&posture.view(), settings.fail_on))
}

pub(super) fn export(settings: &Settings, args: &ExportArgs) -> Result<u8, Failure> {
    let format = args.format.or_else(|| Format::of_file(&args.to)).unwrap_or(Format::Json);
    if args.with_raw && !format.carries_raw() {
        return Err(Failure::usage(format!("--with-raw has no place in {format}; use --format json or --format ndjson")));
    }
    let prepared = Prepared::new(settings)?;
    let output = Output::open(&args.to, args.force)?;
    let posture = prepared.fetch(settings)?;
    // Nothing is written then: an empty list would look like a clean one.
    posture.fetched.check()?;
    let view = posture.view();
    let context = Context { store: Some(&posture.fetched.store), with_raw: args.with_raw, ..posture.context(settings) };
    let to_file = matches!(output, Output::File(_));
    output.fill(|out| report::write(format, out, &mut posture.rows(&view), &context))?;
    if to_file {
        eprintln!("ringfort: {} in {}", report::Counted(view.rows().len(), "finding"), args.to.display());
    }
    posture.fetched.tell_gaps();
    Ok(posture.exit_code(&view, settings.fail_on))
}

pub(super) fn themes(settings: &Settings) -> Result<u8, Failure> {
    let folder = settings.themes_folder();
    let mut broken = Vec::new();
    let mut lines = Vec::new();
    for name in theme::available(folder.as_deref()) {
        match theme::load(&name, folder.as_deref()) {
            Ok(theme) => lines.push(format!("{name:<16} {}", theme.title)),
            Err(error) => broken.push(error.to_string()),
        }
    }
    Output::Stdout.fill(|out| lines.iter().try_for_each(|line| writeln!(out, "{}", line.trim_end())))?;
    if broken.is_empty() { Ok(0) } else { Err(Failure::usage(broken.join("\nringfort: "))) }
}

pub(super) fn keys(settings: &Settings) -> Result<u8, Failure> {
    let keymap = settings.keymap()?;
    Output::Stdout.fill(|out| {
        for (spec, keys) in keymap.all() {
            let keys: Vec<String> = keys.iter().map(ToString::to_string).collect();
            writeln!(out, "{:<18} {:<26} {}", keys.join(" "), spec.id, spec.title)?;
        }
        Ok(())
    })?;
    Ok(0)
}
