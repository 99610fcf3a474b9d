//! What holds in the end: the command line over the configuration file over the defaults, resolved in this one place.

use std::io::IsTerminal as _;
use std::path::PathBuf;

use super::args::{ColorWhen, Shared};
use super::config::{self, Config};
use super::failure::Failure;
use super::words;
use crate::app::Keymap;
use crate::aws::{Access, Members, Who, check_region};
use crate::demo;
use crate::fetch::Request;
use crate::lens::{LensSet, Mark, MarkPattern, Marks};
use crate::model::{Region, Severity, Source, Text, Timestamp};
use crate::priority::Rules;
use crate::query::{Problem, Query};
use crate::report::Paint;
use crate::runtime::{self, ColorChoice};
use crate::ui::look::ColorDepth;
use crate::ui::theme;

/// What `--region` takes for every enabled Region.
const ALL_REGIONS: &str = "all";

/// Everything that the command line and the configuration say, checked.
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of the command line")]
pub(super) struct Settings {
    pub(super) folder: Option<PathBuf>,
    pub(super) config: Config,
    pub(super) demo: bool,
    /// Whose accounts, where it is not the embedded estate.
    access: Access,
    pub(super) regions: Vec<Region>,
    /// Every enabled Region, in the place of `regions`.
    pub(super) all_regions: bool,
    pub(super) sources: Vec<Source>,
    pub(super) include_archived: bool,
    /// The text of the query, `--min-severity` included.
    pub(super) query: String,
    pub(super) theme: String,
    pub(super) color: ColorWhen,
    pub(super) ascii: bool,
    pub(super) plain: bool,
    pub(super) timeout: Option<std::time::Duration>,
    pub(super) max_concurrency: Option<usize>,
    pub(super) unlimited_rates: bool,
    pub(super) fail_on: Option<Severity>,
}

impl Settings {
    /// Reads the configuration, puts the command line on top, and checks what can be checked without the network.
    ///
    /// # Errors
    /// The first mistake, with the way out.
    pub(super) fn resolve(shared: Shared) -> Result<Self, Failure> {
        let access = access(&shared)?;
        if let Some(profile) = shared.profile.first().filter(|_| shared.demo) {
            let profile = Text::new(profile);
            return Err(Failure::usage(format!("--demo has no profile `{profile}`: leave out either --demo or --profile")));
        }
        let folder = config::folder();
        let config = folder.as_deref().map_or_else(|| Ok(Config::default()), Config::load).map_err(Failure::usage)?;
        let names = if shared.region.is_empty() { &config.regions } else { &shared.region };
        let all_regions = names.iter().any(|name| name.trim() == ALL_REGIONS);
        if let Some(other) = names.iter().find(|name| all_regions && name.trim() != ALL_REGIONS) {
            let other = Text::new(other);
            return Err(Failure::usage(format!("--region all is every Region already: leave out `{other}`, or `all`")));
        }
        let regions = if all_regions { Vec::new() } else { regions(names, &config.known_regions, shared.demo)? };
        let mut sources = if shared.source.is_empty() { config.sources.clone() } else { shared.source };
        if sources.is_empty() {
            sources = Source::ALL.to_vec();
        }
        sources.sort_unstable();
        sources.dedup();
        let typed = shared.query.or_else(|| config.query.clone()).unwrap_or_default();
        Ok(Self {
            demo: shared.demo,
            access,
            regions,
            all_regions,
            sources,
            include_archived: shared.include_archived,
            query: with_min_severity(typed.trim(), shared.min_severity),
            theme: chosen_theme(shared.theme.or_else(|| config.theme.clone()), folder.as_deref())?,
            color: shared.color.or(config.color).unwrap_or_default(),
            ascii: shared.ascii || config.ascii,
            plain: shared.plain || config.plain,
            timeout: shared.timeout.or(config.timeout),
            unlimited_rates: config.unlimited_rates,
            max_concurrency: shared.max_concurrency.or(config.max_concurrency).map(usize::from),
            fail_on: shared.fail_on,
            folder,
            config,
        })
    }

    /// The accounts that are entered through a role, if any are.
    pub(super) const fn members(&self) -> Option<&Members> {
        if let Access::Members(members) = &self.access { Some(members) } else { None }
    }

    /// The embedded lenses and the user's, with what the user marks as training or RAG data.
    ///
    /// # Errors
    /// A mistake in a lens file.
    pub(super) fn lenses(&self) -> Result<LensSet, Failure> {
        let folder = self.lens_folder().filter(|folder| folder.is_dir());
        let lenses = folder.map_or_else(|| Ok(LensSet::builtin()), |folder| LensSet::load(&folder).map_err(Failure::usage))?;
        Ok(lenses.marked(self.marks()))
    }

    /// What is marked as training or RAG data: by the configuration, and in the demo by its estate.
    fn marks(&self) -> Marks {
        let mut marks = Marks::default();
        for (mark, patterns) in &self.config.ai_data {
            marks.add(*mark, patterns.iter().cloned());
        }
        for (word, pattern) in demo::AI_DATA.into_iter().filter(|_| self.demo) {
            let mark = Mark::ALL.into_iter().find(|mark| mark.slug() == word);
            if let (Some(mark), Ok(pattern)) = (mark, MarkPattern::parse(pattern)) {
                marks.add(mark, [pattern]);
            }
        }
        marks
    }

    /// The embedded rules of the priority, and the user's `priority.toml`.
    ///
    /// # Errors
    /// A mistake in the user's file.
    pub(super) fn rules(&self) -> Result<Rules, Failure> {
        let file = self.folder.as_ref().map(|folder| folder.join("priority.toml"));
        let rules = file.map_or_else(|| Ok(Rules::builtin()), |file| Rules::load(&file).map_err(Failure::usage))?;
        Ok(rules.marked(self.marks()))
    }

    /// Where the user's own lenses are.
    pub(super) fn lens_folder(&self) -> Option<PathBuf> {
        self.folder.as_ref().map(|folder| folder.join("lenses"))
    }

    /// The query, understood.
    ///
    /// # Errors
    /// A term that makes no sense, underlined.
    pub(super) fn query(&self) -> Result<Query, Failure> {
        let (query, problems) = Query::parse(&self.query);
        problems.first().map_or(Ok(query), |problem| Err(self.underlined(problem)))
    }

    /// As [`Settings::query`], and the lenses that it names exist.
    ///
    /// # Errors
    /// A term that makes no sense, underlined.
    pub(super) fn query_over(&self, lenses: &LensSet) -> Result<Query, Failure> {
        let query = self.query()?;
        let problems = query.unknown_in(lenses);
        problems.first().map_or(Ok(query), |problem| Err(self.underlined(problem)))
    }

    fn underlined(&self, problem: &Problem) -> Failure {
        let before = self.query.get(..problem.span.start).unwrap_or_default().chars().count();
        let marked = self.query.get(problem.span.clone()).unwrap_or_default().chars().count().max(1);
        let (line, message) = (Text::new(&self.query), &problem.message);
        Failure::usage(format!("the query has a mistake: {message}\n\n    {line}\n    {}{}", " ".repeat(before), "^".repeat(marked)))
    }

    /// What the screen needs.
    ///
    /// # Errors
    /// A mistake in the user's keys.
    pub(super) fn screen(&self) -> Result<runtime::Settings, Failure> {
        let variable = |name: &str| std::env::var(name).ok();
        let choice = match self.color {
            ColorWhen::Auto => ColorChoice::Auto,
            ColorWhen::Always => ColorChoice::Always,
            ColorWhen::Never => ColorChoice::Never,
        };
        Ok(runtime::Settings {
            theme: self.theme.clone(),
            themes_folder: self.themes_folder(),
            color: if self.plain && choice == ColorChoice::Auto { ColorDepth::None } else { runtime::color_depth(choice, variable) },
            ascii: self.ascii || runtime::is_ascii_only(variable),
            keymap: self.keymap()?,
            query: self.query.clone(),
            demo: self.demo,
            fail_on: self.fail_on,
        })
    }

    /// The key map with the user's keys in place.
    ///
    /// # Errors
    /// An unknown command or key, or a key that is given twice.
    pub(super) fn keymap(&self) -> Result<Keymap, Failure> {
        let file = || self.folder.as_ref().map(|folder| folder.join("config.toml").display().to_string()).unwrap_or_default();
        Keymap::with_overrides(&self.config.keys).map_err(|mistake| Failure::usage(format!("{}: {mistake}", file())))
    }

    /// Where the user's own themes are.
    pub(super) fn themes_folder(&self) -> Option<PathBuf> {
        self.folder.as_ref().map(|folder| folder.join("themes"))
    }

    /// What is to be fetched.
    pub(super) fn request(&self, now: Timestamp) -> Request {
        let (access, regions) = if self.demo {
            let regions = if self.regions.is_empty() { demo::regions() } else { self.regions.clone() };
            (Access::Embedded(demo::access(now)), regions)
        } else {
            (self.access.clone(), self.regions.clone())
        };
        Request {
            access,
            regions,
            // The embedded estate's Regions are named above.
            all_regions: self.all_regions && !self.demo,
            sources: self.sources.clone(),
            include_archived: self.include_archived,
            timeout: self.timeout,
            max_concurrency: self.max_concurrency,
            unlimited_rates: self.unlimited_rates,
        }
    }

    /// How text on stdout looks.
    pub(super) fn paint(&self) -> Paint {
        let terminal = std::io::stdout().is_terminal();
        let color = match self.color {
            ColorWhen::Always => true,
            ColorWhen::Never => false,
            ColorWhen::Auto => terminal && !self.plain && !no_color() && std::env::var_os("TERM").is_none_or(|term| term != "dumb"),
        };
        Paint {
            color,
            ascii: self.ascii || (terminal && runtime::is_ascii_only(|name| std::env::var(name).ok())),
            width: columns(terminal),
        }
    }

    /// Whether stderr may show a line that is drawn over again.
    pub(super) fn shows_progress(&self) -> bool {
        !self.plain && std::io::stderr().is_terminal()
    }
}

/// <https://no-color.org>: set, and not empty.
pub(super) fn no_color() -> bool {
    std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty())
}

fn columns(terminal: bool) -> usize {
    let told = std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok());
    let seen = || terminal.then(crossterm::terminal::size).and_then(Result::ok).map(|(columns, _)| usize::from(columns));
    told.or_else(seen).filter(|columns| *columns >= 40).unwrap_or(80)
}

fn regions(names: &[String], known: &[String], demo: bool) -> Result<Vec<Region>, Failure> {
    let estate = if demo { demo::regions() } else { Vec::new() };
    let mut regions = Vec::with_capacity(names.len());
    for name in names.iter().map(|name| name.trim()) {
        let region = if demo {
            let names: Vec<&str> = estate.iter().map(Region::as_str).collect();
            let found = estate.iter().find(|region| region.as_str() == name).cloned();
            found.ok_or_else(|| Failure::usage(words::unknown("Region of the embedded estate", name, &names)))?
        } else if known.iter().any(|known| known == name) {
            Region::new(name)
        } else {
            check_region(name).map_err(Failure::usage)?
        };
        if !regions.contains(&region) {
            regions.push(region);
        }
    }
    Ok(regions)
}

/// The role that Organizations makes in the accounts that it creates.
const ROLE: &str = "OrganizationAccountAccessRole";

/// Whose accounts are meant.
fn access(shared: &Shared) -> Result<Access, Failure> {
    let mut profiles: Vec<String> = Vec::new();
    for profile in &shared.profile {
        if !profiles.contains(profile) {
            profiles.push(profile.clone());
        }
    }
    let option = if shared.org { "--org" } else { "--account" };
    if shared.account.is_empty() && !shared.org {
        if shared.role_name.is_some() {
            return Err(Failure::usage("--role-name is for other accounts: name them with --account, or take all with --org"));
        }
        return Ok(if profiles.len() > 1 { Access::Profiles(profiles) } else { Access::Profile(profiles.pop()) });
    }
    if shared.org && !shared.account.is_empty() {
        return Err(Failure::usage("--org is every account already: leave out either --org or --account"));
    }
    if shared.demo {
        return Err(Failure::usage(format!("--demo has its own accounts: leave out either --demo or {option}")));
    }
    if profiles.len() > 1 {
        return Err(Failure::usage(format!("{option} enters accounts from one identity: name one --profile")));
    }
    let mut ids = Vec::new();
    for id in &shared.account {
        if !ids.contains(id) {
            ids.push(id.clone());
        }
    }
    let who = if shared.org { Who::Organization } else { Who::Listed(ids) };
    let role = shared.role_name.clone().unwrap_or_else(|| ROLE.to_owned());
    Ok(Access::Members(Members { profile: profiles.pop(), role, who }))
}

fn with_min_severity(query: &str, least: Option<Severity>) -> String {
    let Some(least) = least else { return query.to_owned() };
    // In front: a quote that the query leaves open must not swallow it.
    format!("sev>={least} {query}").trim_end().to_owned()
}

fn chosen_theme(name: Option<String>, folder: Option<&std::path::Path>) -> Result<String, Failure> {
    let Some(name) = name else { return Ok(theme::DEFAULT.to_owned()) };
    let folder = folder.map(|folder| folder.join("themes"));
    let names = theme::available(folder.as_deref());
    if names.contains(&name) {
        return Ok(name);
    }
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    Err(Failure::usage(words::unknown("theme", &name, &names)))
}

#[cfg(test)]
mod tests {
    use super::with_min_severity;
    use crate::model::Severity;

    #[test]
    fn the_least_severity_is_a_term_of_the_query() {
        assert_eq!(with_min_severity("", Some(Severity::High)), "sev>=high");
        assert_eq!(with_min_severity("source:macie", Some(Severity::Low)), "sev>=low source:macie");
        assert_eq!(with_min_severity("a", None), "a");
    }
}
