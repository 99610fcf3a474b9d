//! What the user may say: commands, options, and how each value is read.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand, ValueEnum};

use super::{help, words};
use crate::model::{AccountId, Severity, Source};
use crate::report::Format;

/// The security posture of AWS accounts in the terminal, ring by ring.
#[derive(Debug, Parser)]
#[command(name = "ringfort", version, about = help::ABOUT, long_about = help::LONG_ABOUT, after_help = help::AFTER, after_long_help = help::AFTER_LONG)]
#[command(max_term_width = 100, args_override_self = false, subcommand_help_heading = "Commands")]
pub(super) struct Cli {
    #[command(flatten)]
    pub(super) shared: Shared,
    #[command(subcommand)]
    pub(super) command: Option<Command>,
}

/// The commands; without one, the screen opens.
#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// One screen: layers x sides x severity, coverage, the worst findings
    #[command(after_help = help::SUMMARY)]
    Summary {
        /// How to write it
        #[arg(long, value_enum, default_value_t = ReportFormat::Text)]
        format: ReportFormat,
        #[command(flatten)]
        shared: Shared,
    },
    /// Write the findings that the query selects
    #[command(after_help = help::EXPORT)]
    Export {
        #[command(flatten)]
        export: ExportArgs,
        #[command(flatten)]
        shared: Shared,
    },
    /// What was asked, account x Region x source, and what became of it
    #[command(after_help = help::COVERAGE)]
    Coverage {
        /// How to write it
        #[arg(long, value_enum, default_value_t = ReportFormat::Text)]
        format: ReportFormat,
        #[command(flatten)]
        shared: Shared,
    },
    /// Credentials, identity, and each API asked once: what works, what is off, what is missing
    #[command(after_help = help::DOCTOR)]
    Doctor {
        /// How to write it
        #[arg(long, value_enum, default_value_t = ReportFormat::Text)]
        format: ReportFormat,
        #[command(flatten)]
        shared: Shared,
    },
    /// The least IAM policy that allows every call to the chosen sources
    #[command(after_help = help::POLICY)]
    Policy {
        /// What ringfort is to be used for: read, investigate, triage; repeat it, or separate by commas
        #[arg(long, value_name = "FEATURE", value_delimiter = ',', value_parser = words::feature, default_value = "read,investigate")]
        feature: Vec<Feature>,
        #[command(flatten)]
        shared: Shared,
    },
    /// List the lenses; check, explain, measure them
    #[command(after_help = help::LENSES)]
    Lenses {
        #[command(subcommand)]
        command: Option<Box<LensesCommand>>,
        /// How to write the list [default: text]
        #[arg(long, value_enum)]
        format: Option<ReportFormat>,
        #[command(flatten)]
        shared: Shared,
    },
    /// List the themes that --theme takes
    Themes {
        #[command(flatten)]
        shared: Shared,
    },
    /// List the keys of the screen, with your own in place
    Keys {
        #[command(flatten)]
        shared: Shared,
    },
    /// Write completions for a shell
    #[command(after_help = help::COMPLETIONS)]
    Completions {
        /// Which shell
        #[arg(value_enum)]
        shell: clap_complete::Shell,
    },
    /// Write the manual page
    #[command(after_help = help::MAN)]
    Man,
}

/// What can be done with lenses.
#[derive(Debug, Subcommand)]
pub(super) enum LensesCommand {
    /// List the lenses: groups, rules, embedded or yours
    List {
        /// How to write it
        #[arg(long, value_enum, default_value_t = ReportFormat::Text)]
        format: ReportFormat,
        #[command(flatten)]
        shared: Shared,
    },
    /// Check lens files: mistakes with their lines, rules that never count, rules that overlap
    Check {
        /// The files; without any, those in your configuration folder
        #[arg(value_name = "FILE")]
        files: Vec<PathBuf>,
        /// How to write it
        #[arg(long, value_enum, default_value_t = ReportFormat::Text)]
        format: ReportFormat,
        #[command(flatten)]
        shared: Shared,
    },
    /// Say for each finding where every lens puts it, by which rule, and why
    #[command(after_help = help::EXPLAIN)]
    Explain {
        /// A file with findings: the services' own JSON, or an export --with-raw; `-` is stdin. Without one, they are fetched
        #[arg(long, value_name = "FILE")]
        from: Vec<PathBuf>,
        /// How to write it
        #[arg(long, value_enum, default_value_t = ReportFormat::Text)]
        format: ReportFormat,
        #[command(flatten)]
        shared: Shared,
    },
    /// Say what share of the known types and controls each lens places, and by what kind of rule
    Coverage {
        /// How to write it
        #[arg(long, value_enum, default_value_t = TableFormat::Text)]
        format: TableFormat,
        #[command(flatten)]
        shared: Shared,
    },
}

/// What `export` alone takes.
#[derive(Debug, Default, Args)]
pub(super) struct ExportArgs {
    /// The format; from the ending of --to, else json
    #[arg(long, value_name = "FORMAT", value_parser = words::format, hide_possible_values = true)]
    pub(super) format: Option<Format>,
    /// Where to write; `-` is stdout. The file appears when it is complete
    #[arg(long, value_name = "FILE", default_value = "-", hide_default_value = true)]
    pub(super) to: PathBuf,
    /// Let --to replace a file that is there
    #[arg(long)]
    pub(super) force: bool,
    /// Add the source's own JSON to each finding (json, ndjson)
    #[arg(long)]
    pub(super) with_raw: bool,
}

/// What every command takes, before or after its name.
#[derive(Clone, Debug, Default, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of the command line")]
pub(super) struct Shared {
    /// A profile of the AWS configuration; repeat it for several accounts
    #[arg(long, value_name = "NAME", help_heading = "Scope")]
    pub(super) profile: Vec<String>,
    /// An account to enter through --role-name; repeat it, or separate by commas
    #[arg(long, value_name = "ID", value_delimiter = ',', value_parser = words::account, help_heading = "Scope")]
    pub(super) account: Vec<AccountId>,
    /// Every active account of the organization, entered through --role-name
    #[arg(long, help_heading = "Scope")]
    pub(super) org: bool,
    /// The role to assume in each account; --help tells the default
    #[arg(long, value_name = "NAME", value_parser = words::role, help_heading = "Scope")]
    pub(super) role_name: Option<String>,
    /// A Region; repeat it, or separate by commas. `all`: every enabled one
    #[arg(long, value_name = "REGION", value_delimiter = ',', help_heading = "Scope")]
    pub(super) region: Vec<String>,
    /// The embedded estate: no network, no credentials
    #[arg(long, help_heading = "Scope")]
    pub(super) demo: bool,

    /// A source: guardduty, inspector, access-analyzer, macie, security-hub, checks; repeat it, or separate by commas
    #[arg(long, value_name = "SOURCE", value_delimiter = ',', value_parser = words::source, help_heading = "What")]
    pub(super) source: Vec<Source>,
    /// Only findings that this query selects, such as 'sev>=high region:us-* age<7d'
    #[arg(long, value_name = "QUERY", allow_hyphen_values = true, help_heading = "What")]
    pub(super) query: Option<String>,
    /// Only findings of this severity or above: critical, high, medium, low, informational
    #[arg(long, value_name = "SEVERITY", value_parser = words::severity, help_heading = "What")]
    pub(super) min_severity: Option<Severity>,
    /// Archived, suppressed and resolved findings too
    #[arg(long, help_heading = "What")]
    pub(super) include_archived: bool,

    /// The theme; `ringfort themes` lists them
    #[arg(long, value_name = "NAME", help_heading = "Look")]
    pub(super) theme: Option<String>,
    /// Colours: auto, always, never
    #[arg(long, value_enum, value_name = "WHEN", hide_possible_values = true, help_heading = "Look")]
    pub(super) color: Option<ColorWhen>,
    /// Only ASCII characters
    #[arg(long, help_heading = "Look")]
    pub(super) ascii: bool,
    /// Nothing that moves: no progress line, no animation, no colour
    #[arg(long, help_heading = "Look")]
    pub(super) plain: bool,

    /// Stop fetching after this time, such as 30s or 5m; what had arrived stays
    #[arg(long, value_name = "DURATION", value_parser = words::duration, help_heading = "Limits")]
    pub(super) timeout: Option<Duration>,
    /// How many calls may be under way at the same time
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=512), help_heading = "Limits")]
    pub(super) max_concurrency: Option<u16>,
    /// Exit with 1 if a selected finding has this severity or above
    #[arg(long, value_name = "SEVERITY", value_parser = words::severity, help_heading = "Gates")]
    pub(super) fail_on: Option<Severity>,
}

impl Shared {
    /// Takes what was said after the command's name on top of what was said before it.
    pub(super) fn and(self, after: Self) -> Self {
        Self {
            profile: [self.profile, after.profile].concat(),
            account: [self.account, after.account].concat(),
            org: self.org || after.org,
            role_name: after.role_name.or(self.role_name),
            region: [self.region, after.region].concat(),
            demo: self.demo || after.demo,
            source: [self.source, after.source].concat(),
            query: after.query.or(self.query),
            min_severity: after.min_severity.or(self.min_severity),
            include_archived: self.include_archived || after.include_archived,
            theme: after.theme.or(self.theme),
            color: after.color.or(self.color),
            ascii: self.ascii || after.ascii,
            plain: self.plain || after.plain,
            timeout: after.timeout.or(self.timeout),
            max_concurrency: after.max_concurrency.or(self.max_concurrency),
            fail_on: after.fail_on.or(self.fail_on),
        }
    }
}

/// How `summary`, `coverage` and `doctor` are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum ReportFormat {
    /// For people
    Text,
    /// For programs
    Json,
}

/// How `lenses coverage` is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum TableFormat {
    /// For people
    Text,
    /// For programs
    Json,
    /// For documentation
    Markdown,
}

/// What a policy is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Feature {
    /// What a fetch needs.
    Read,
    /// What an opened finding asks for beside it.
    Investigate,
    /// Changing findings.
    Triage,
}

impl Feature {
    /// Every feature that there is.
    pub(super) const ALL: [Self; 3] = [Self::Read, Self::Investigate, Self::Triage];

    /// The name on the command line.
    pub(super) const fn slug(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Investigate => "investigate",
            Self::Triage => "triage",
        }
    }
}

/// When to use colour.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum ColorWhen {
    /// On a terminal, unless `NO_COLOR` is set
    #[default]
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

#[cfg(test)]
mod tests {
    use super::{Cli, Command};
    use clap::{CommandFactory, Parser};

    #[test]
    fn the_command_line_is_well_formed() {
        Cli::command().debug_assert();
    }

    #[test]
    fn options_before_and_after_the_command_add_up() {
        let cli = Cli::parse_from(["ringfort", "--region", "a", "--demo", "summary", "--region", "b,c", "--source", "macie"]);
        let Some(Command::Summary { shared, .. }) = cli.command else { panic!("summary was asked for") };
        let shared = cli.shared.and(shared);
        assert_eq!(shared.region, ["a", "b", "c"]);
        assert!(shared.demo);
        assert_eq!(shared.source.len(), 1);
    }
}
