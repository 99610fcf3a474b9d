//! The texts of `--help`: what it does, examples, exit codes, environment.

pub(super) const ABOUT: &str = "The security posture of AWS accounts in the terminal, ring by ring";

pub(super) const LONG_ABOUT: &str = "\
ringfort fetches findings from GuardDuty, Inspector, IAM Access Analyzer, Macie and Security Hub at the same time, merges \
them into one list, and lays them out by defense layer and by responsibility side. Without a command it opens the screen.

It only reads. Every number carries its completeness: it reads `>= n` until every lane (account x Region x source) was read \
to its end.";

pub(super) const AFTER: &str = "\
Examples:
  ringfort --demo                              look around without an account
  ringfort --profile prod --region eu-west-1   open the screen on a real one
  ringfort summary --fail-on high              is it bad? where?
  ringfort export --format ndjson | jq .title  findings for other programs

Use --help for exit codes and the environment.";

pub(super) const AFTER_LONG: &str = "\
Examples:
  ringfort --demo
      Look around in an embedded estate: no network, no credentials.
  ringfort --profile prod --region eu-west-1,us-east-1
      Open the screen on a real account, with the credentials that the AWS CLI would use.
  ringfort --region all
      Every Region that the account has enabled: the Account API tells them, else EC2, else ringfort's own list; it says which.
  ringfort --profile prod --profile staging
      Several accounts, each with the Region of its profile.
  ringfort --org --role-name SecurityAudit --region all
      Every active account of the organization (organizations:ListAccounts), entered by assuming the role \
(sts:AssumeRole). The role is OrganizationAccountAccessRole if you name none; a read-only one is better. --account takes single accounts.
  ringfort summary --region eu-west-1 --fail-on high
      One screen; the exit code says whether anything is high or critical.
  ringfort export --query 'sev>=high layer:identity-and-access' --to identity.md
      A report to paste.
  ringfort export --format ndjson | jq -r '[.priority.level, .title] | @tsv'
      One finding a line, for other programs.
  ringfort coverage --format json
      What was asked, and what became of it.
  ringfort policy > ringfort-read.json
      The permissions that it needs.

Queries:
  sev>=high source:guardduty,inspector layer:identity-and-access side:customer
  region:us-* account:1111* age<7d status:active type:*S3* resource:prod-*
  tag:env=prod -tag:sandbox lens.owasp-llm:LLM01 cve:CVE-2021-* exploitable:yes
  is:public,known-exploited \"exact words\" fuzzy words  sort:last-seen
      Terms are joined by and; a comma means or; `-` in front means not; `*` is a wildcard.

Exit codes:
  0  looked everywhere that was asked, nothing at or above --fail-on
  1  something is at or above --fail-on
  2  a mistake on the command line or in a configuration file
  3  incomplete: at least one lane could not be read (a service that is off does not count)
  4  nothing could be read at all: no credentials, no network

Environment:
  AWS_PROFILE, AWS_REGION, AWS_ACCESS_KEY_ID, AWS_ENDPOINT_URL and all others of the AWS SDKs are honoured.
  NO_COLOR          no colour, unless --color always
  COLUMNS           the width of text reports where the terminal does not tell
  XDG_CONFIG_HOME   where the ringfort folder is looked for; ~/.config if it is not set

Files, all optional:
  ringfort/config.toml       defaults for these options, and keys
  ringfort/themes/*.toml     your themes
  ringfort/lenses/*.toml     your lenses, added to the embedded ones or in their place
  ringfort/priority.toml     your rules of the priority, added to the embedded ones or in their place";

pub(super) const SUMMARY: &str = "\
Examples:
  ringfort summary --demo
  ringfort summary --profile prod --region eu-west-1,us-east-1 --fail-on critical
  ringfort summary --format json | jq '.by_severity'";

pub(super) const EXPORT: &str = "\
Formats: json (one array), ndjson (one finding a line), csv (for spreadsheets), markdown (a report to paste).
Order: priority, then last seen, newest first, then id. The same input gives the same bytes.

Examples:
  ringfort export --format ndjson --with-raw
  ringfort export --query 'source:inspector sev>=high' --to vulnerabilities.csv";

pub(super) const COVERAGE: &str = "\
A lane is one account x Region x source. States: complete, partial, not-enabled, denied (with the IAM action), \
unavailable, failed.

Example:
  ringfort coverage --format json | jq -r '.lanes[] | select(.state == \"denied\") | .action'";

pub(super) const DOCTOR: &str = "\
In the home Region each kind of call is made once, for one finding at most, and in the others the first of each service; \
each source has ten seconds, or --timeout. What tells accounts and Regions (--org, --account, --region all) is checked too.
Results: works, off, not-offered, denied (with the IAM action that is missing), failed (with what to do).
Exit codes: 0 all well (off is well), 3 something is denied or failed, 4 nothing could be asked.

Examples:
  ringfort doctor --profile prod --region eu-west-1,us-east-1
  ringfort doctor --format json | jq -r '.checks[].calls[] | select(.result == \"denied\") | .action'";

pub(super) const POLICY: &str = "\
It asks nothing of AWS. sts:GetCallerIdentity is called too, and needs no permission.
Features: read (what a fetch needs), investigate (what an opened finding asks for), triage (nothing yet: ringfort only reads).
With --org or --account, RingfortOrganization and RingfortEnterAccounts are for the account that you start from, and \
the other statements for the role in each account.

Examples:
  ringfort policy > ringfort-read.json
  ringfort policy --source guardduty,security-hub
  ringfort policy --org --role-name SecurityAudit --region all
  aws iam create-policy --policy-name RingfortRead --policy-document file://ringfort-read.json";

pub(super) const LENSES: &str = "\
A lens is a way to group findings, and a file: assets/lenses/README.md tells how to write one. Yours in \
ringfort/lenses/*.toml of the configuration folder are added to the embedded ones, or stand in their place.

Examples:
  ringfort lenses
  ringfort lenses check ~/.config/ringfort/lenses/teams.toml
  ringfort lenses explain --from findings.json
  ringfort lenses coverage";

pub(super) const EXPLAIN: &str = "\
Files hold what GetFindings, ListFindings and their like answer, as the API or the AWS CLI writes it, events \
of EventBridge, or what `ringfort export --with-raw` writes as json or ndjson. Which service a record is of is told by its shape.
Exit codes: 0, 2 where nothing could be read, 3 where some records could not.

Examples:
  aws securityhub get-findings | ringfort lenses explain --from -
  ringfort lenses explain --demo --query 'sev:critical' --format json";

pub(super) const COMPLETIONS: &str = "\
Example:
  ringfort completions zsh > ~/.zfunc/_ringfort";

pub(super) const MAN: &str = "\
Example:
  ringfort man > ~/.local/share/man/man1/ringfort.1";
