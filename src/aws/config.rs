//! From the user's scope to SDK configurations, as the AWS CLI would read the environment and the files.

use std::collections::HashSet;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use aws_config::identity::IdentityCache;
use aws_config::retry::RetryConfig;
use aws_config::stalled_stream_protection::StalledStreamProtectionConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, SdkConfig};
use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider};
use aws_smithy_http_client::proxy::ProxyConfig;
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use aws_types::sdk_ua_metadata::FrameworkMetadata;
use aws_types::service_config::ServiceConfigKey;
use thiserror::Error;
use tokio::sync::{Semaphore, watch};

use super::credentials::{Held, Recipe};
use super::members::{Assumed, Members};
use super::need::{Reply, Validity};
use super::pace::Paces;
use super::profile::Profile;
use super::regions::{Suggestion, listed, partition};
use super::surroundings::Surroundings;
use super::transport::shared_http_client;
use super::{
    Access, CallError, Caller, CredentialsFailure, CredentialsOrigin, Embedded, EmbeddedAccount, Gate, Meter, caller, check_region,
    regions_of,
};
use crate::model::{AccountId, AccountName, LaneId, Region, Source, Text};

/// How often a call is tried in all, unless the environment or the profile says otherwise.
const ATTEMPTS: u32 = 4;
const CONNECT_TIMEOUT: Duration = Duration::from_millis(3100);
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(15);
const CALL_TIMEOUT: Duration = Duration::from_mins(1);
/// How long an answer may trickle before it counts as stalled.
const STALL_GRACE: Duration = Duration::from_secs(12);
/// STS throttles a burst of hundreds.
const ROLES_AT_ONCE: usize = 16;

/// A usage or configuration error, found before anything is fetched: exit code 2. The message names the thing and the way out.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum ConfigError {
    /// No such Region.
    #[error(
        "unknown Region `{name}`{suggestion}; Regions look like `eu-central-1` (for one that is newer than this ringfort, set AWS_REGION instead)"
    )]
    UnknownRegion {
        /// What was asked for.
        name: Text,
        /// The nearest Region.
        suggestion: Suggestion,
    },
    /// No Region anywhere.
    #[error(
        "no Region: name one with --region, or set AWS_REGION, or give profile `{profile}` one with `aws configure set region REGION --profile {profile}`"
    )]
    NoRegion {
        /// The profile that has none.
        profile: Text,
    },
    /// No such profile.
    #[error("no profile `{name}`{}; {}", if *.from_environment { " (from AWS_PROFILE)" } else { "" }, profiles(.known))]
    UnknownProfile {
        /// What was asked for.
        name: Text,
        /// Whether the environment (`AWS_PROFILE`) named it.
        from_environment: bool,
        /// The profiles that there are.
        known: Vec<Text>,
    },
    /// The configuration files make no sense.
    #[error("the AWS configuration files cannot be read: {0}; correct them, or point AWS_CONFIG_FILE elsewhere")]
    UnreadableFiles(Text),
    /// An endpoint that no request can be sent to.
    #[error(
        "`{0}` is no endpoint: AWS_ENDPOINT_URL, its forms for single services and `endpoint_url` in a profile want \
         http://HOST[:PORT] or https://HOST[:PORT]"
    )]
    BadEndpoint(Text),
    /// Regions of two partitions, which no credentials can serve.
    #[error("Regions `{0}` and `{1}` belong to different AWS partitions, which share no credentials: ask for them in two runs")]
    MixedPartitions(Region, Region),
}

fn profiles(known: &[Text]) -> String {
    if known.is_empty() {
        String::from("there are no profiles yet: make one with `aws configure --profile NAME`")
    } else {
        format!("there are: {}", listed(known))
    }
}

/// What the user's scope comes down to.
#[derive(Clone, Debug)]
pub struct Scope {
    /// The accounts, in the order of the plan.
    pub accounts: Vec<Account>,
    /// What is to come in the place of the one account there is, once its identity is known.
    pub members: Option<Members>,
}

/// An account that can be asked.
#[derive(Clone)]
pub struct Account {
    /// Its id; empty until the identity is known.
    pub id: AccountId,
    /// Its name, where it is known.
    pub name: Option<Text>,
    /// The profile that the user named for it.
    pub profile: Option<Text>,
    /// The ARN of the role that it is entered through, if it is.
    pub role: Option<Text>,
    /// Its Regions, in the order of the plan, each once.
    pub regions: Vec<Region>,
    config: SdkConfig,
    held: Option<Arc<Held>>,
    paces: Arc<Paces>,
}

/// Without the configuration: the SDK's own prints the profile's keys.
impl fmt::Debug for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { id, name, profile, regions, .. } = self;
        let mut shown = f.debug_struct("Account");
        shown.field("id", id).field("name", name).field("profile", profile).field("regions", regions).finish_non_exhaustive()
    }
}

impl Account {
    /// What the account is called: its own name, else the profile that the user named for it.
    #[must_use]
    pub fn called(&self) -> Option<AccountName> {
        self.name.clone().map(AccountName::Own).or_else(|| self.profile.clone().map(AccountName::Profile))
    }

    /// The configuration for a Region; all configurations share one HTTP client and one set of credentials.
    #[must_use]
    pub fn config(&self, region: &Region) -> SdkConfig {
        self.config.clone().into_builder().region(aws_types::region::Region::new(region.as_str().to_owned())).build()
    }

    /// Whether this is the first of its Regions, where what an account has once for all Regions is asked for.
    #[must_use]
    pub fn is_home(&self, region: &Region) -> bool {
        self.regions.first() == Some(region)
    }

    /// The configuration for the home Region, where the identity is asked.
    #[must_use]
    pub fn home(&self) -> &SdkConfig {
        &self.config
    }

    /// Gets the credentials, so that a lack of them is known before lanes start; tells the account id where they carry it.
    ///
    /// # Errors
    /// When there are none; the message says what was tried and what to do.
    pub async fn ready(&self) -> Result<Option<AccountId>, CredentialsFailure> {
        let Some(held) = &self.held else { return Ok(Some(self.id.clone())) };
        let credentials = held.get().await?;
        let stated = credentials.account_id().map(|id| AccountId::new(id.as_str()));
        Ok(stated.or_else(|| Some(self.id.clone()).filter(|id| !id.is_empty())))
    }

    /// The limits of its calls; `turns` are the calls that may be under way at the same time, in all accounts together.
    #[must_use]
    pub fn gate(&self, turns: Arc<Semaphore>) -> Gate {
        Gate::new(turns, Arc::clone(&self.paces))
    }

    /// Lets the next call ask for the credentials again: before lanes are read again. `failed`: calls with these failed.
    pub async fn renew(&self, failed: bool) {
        if let Some(held) = &self.held {
            held.renew(failed).await;
        }
    }

    /// The way into other accounts from this one.
    #[must_use]
    pub fn roles(&self) -> Roles<'_> {
        Roles { base: self, client: aws_sdk_sts::Client::new(&self.config), turns: Arc::new(Semaphore::new(ROLES_AT_ONCE)) }
    }

    /// Gets the credentials, and tells where they come from.
    ///
    /// # Errors
    /// As [`Account::ready`].
    pub async fn origin(&self) -> Result<CredentialsOrigin, CredentialsFailure> {
        let Some(held) = &self.held else { return Ok(CredentialsOrigin { place: Text::new("embedded in ringfort"), expires: None }) };
        let origin = held.origin().await?;
        Ok(match &self.role {
            Some(role) => CredentialsOrigin { place: role.clone(), ..origin },
            None => origin,
        })
    }

    /// A lane's meter; a call that is measured with it gets new credentials where AWS says that the old ones have expired.
    #[must_use]
    pub fn meter(&self, lane: &LaneId) -> Meter {
        Meter::for_lane(lane).renewing(self.held.clone())
    }

    /// Asks STS who the credentials belong to, as [`caller`].
    ///
    /// # Errors
    /// As [`call`](super::call()).
    pub async fn caller(&self) -> Result<Caller, CallError> {
        super::renew::renewing(self.held.as_deref(), || caller(&self.config)).await
    }

    /// Asks IAM for the account's alias; nothing where there is none, or it may not be known.
    pub async fn alias(&self) -> Option<Text> {
        super::alias::alias(&self.config).await
    }

    /// How the credentials stand, now and as that changes; `None` where they never change.
    #[must_use]
    pub fn validity(&self) -> Option<watch::Receiver<Validity>> {
        self.held.as_ref().map(|held| held.desk().watch())
    }

    /// Answers [`Need::Code`](super::Need::Code), if somebody still waits for it.
    pub fn reply(&self, reply: Reply) {
        if let Some(held) = &self.held {
            held.desk().reply(reply);
        }
    }

    /// Whether `AWS_ENDPOINT_URL`, its form for this service, or the profile sends the source's calls elsewhere.
    #[must_use]
    pub fn has_own_endpoint(&self, source: Source) -> bool {
        self.endpoint(source).is_some()
    }

    fn endpoint(&self, source: Source) -> Option<String> {
        own_endpoint(&self.config, service_id(source))
    }
}

impl Scope {
    /// Lets the accounts' calls go as fast as the services take them: for endpoints that are not AWS.
    pub fn lift_rates(&mut self) {
        for account in &mut self.accounts {
            account.paces = Arc::new(Paces::unlimited());
        }
    }
}

/// The endpoint that the environment or the profile gives a service, by its service id.
pub(super) fn own_endpoint(config: &SdkConfig, service_id: &str) -> Option<String> {
    let key = ServiceConfigKey::builder().service_id(service_id).env("AWS_ENDPOINT_URL").profile("endpoint_url").build();
    let for_service = config.service_config().zip(key.ok()).and_then(|(config, key)| config.load_config(key));
    for_service.or_else(|| config.endpoint_url().map(str::to_owned))
}

/// Accounts that are entered from another one. They share its HTTP client, its home Region and its limits.
pub struct Roles<'a> {
    base: &'a Account,
    client: aws_sdk_sts::Client,
    turns: Arc<Semaphore>,
}

impl fmt::Debug for Roles<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Roles").field("base", self.base).finish_non_exhaustive()
    }
}

impl Roles<'_> {
    /// The account that is entered by assuming this role, when its credentials are first needed.
    #[must_use]
    pub fn account(&self, id: AccountId, name: Option<Text>, role: &Text) -> Account {
        let (client, base) = (self.client.clone(), self.base.held.clone());
        let assumed = Assumed { client, base: base.clone(), role: role.clone(), turns: Arc::clone(&self.turns) };
        let recipe = Recipe::Given(SharedCredentialsProvider::new(assumed), base);
        let held = Arc::new(Held::new(recipe, Profile::default(), true));
        let config = with_credentials(self.base.config.clone(), &held);
        let paces = Arc::new(self.base.paces.anew());
        let (regions, role) = (self.base.regions.clone(), Some(role.clone()));
        Account { id, name, profile: None, role, regions, config, held: Some(held), paces }
    }
}

/// The ARN of a role; its name may carry a path.
#[must_use]
pub fn role_arn(partition: &str, account: &AccountId, role: &str) -> Text {
    Text::from(format!("arn:{partition}:iam::{account}:role/{role}"))
}

/// The service's id in the SDK's configuration.
const fn service_id(source: Source) -> &'static str {
    match source {
        Source::GuardDuty => "GuardDuty",
        Source::Inspector => "Inspector2",
        Source::AccessAnalyzer => "AccessAnalyzer",
        Source::Macie => "Macie2",
        Source::SecurityHub => "SecurityHub",
        // They ask many services; what holds for all of them holds for these.
        Source::Checks => "Direct checks",
    }
}

/// Reads the environment and the configuration files; asks nothing of the network. `regions` may be empty: then the Region of
/// the configuration is taken (`AWS_REGION`, `AWS_DEFAULT_REGION`, the profile).
///
/// # Errors
/// See [`ConfigError`].
pub async fn settle(access: &Access, regions: &[Region]) -> Result<Scope, ConfigError> {
    let mut regions = regions.to_vec();
    let mut seen = HashSet::new();
    regions.retain(|region| seen.insert(region.clone()));
    if let Some(other) = regions.iter().find(|region| region.partition() != regions[0].partition()) {
        return Err(ConfigError::MixedPartitions(regions[0].clone(), other.clone()));
    }
    settle_in(access, &Wanted::Named(regions)).await
}

/// As [`settle`], for every Region: each account has all Regions of its partition that the table knows, until its enabled ones
/// are asked for. Where nothing names a Region, the accounts are taken to lie in the partition `aws`.
///
/// # Errors
/// See [`ConfigError`].
pub async fn settle_everywhere(access: &Access) -> Result<Scope, ConfigError> {
    settle_in(access, &Wanted::All).await
}

enum Wanted {
    Named(Vec<Region>),
    All,
}

async fn settle_in(access: &Access, wanted: &Wanted) -> Result<Scope, ConfigError> {
    let names = match access {
        Access::Embedded(embedded) => {
            let regions = wanted.regions_with(Some(partition("aws").home)).unwrap_or_default();
            return Ok(Scope {
                accounts: embedded.accounts.iter().map(|account| inside(embedded, account, &regions)).collect(),
                members: None,
            });
        }
        Access::Profile(name) => vec![name.as_deref()],
        Access::Profiles(names) => names.iter().map(|name| Some(name.as_str())).collect(),
        Access::Members(members) => vec![members.profile.as_deref()],
    };
    let http_client = shared_http_client(ProxyConfig::from_env());
    let mut accounts: Vec<Account> = Vec::with_capacity(names.len());
    for name in names {
        let profile = Profile::load(name).await?;
        let region = environment_region().or_else(|| profile.region.clone());
        // A name that cannot stand in a host's name is a mistake; a Region that is only unknown may be newer than the table.
        let is_name = |region: &str| region.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
        if let Some(region) = region.as_deref().filter(|region| wanted.needs_one() && !is_name(region)) {
            return Err(check_region(region).err().unwrap_or(ConfigError::NoRegion { profile: profile.name }));
        }
        let regions = wanted.regions_with(region.as_deref()).ok_or_else(|| ConfigError::NoRegion { profile: profile.name.clone() })?;
        let home = match wanted {
            Wanted::Named(_) => regions[0].clone(),
            Wanted::All => Region::new(region.as_deref().unwrap_or(partition("aws").home)),
        };
        let account = outside(name, profile, &home, regions, http_client.clone()).await;
        if let Some(bad) = Source::ALL.into_iter().filter_map(|source| account.endpoint(source)).find(|url| !is_endpoint(url)) {
            // A URL may carry a name and a password before its host.
            return Err(ConfigError::BadEndpoint(Text::new(bad.rsplit('@').next().unwrap_or_default())));
        }
        accounts.push(account);
    }
    let members = if let Access::Members(members) = access { Some(members.clone()) } else { None };
    Ok(Scope { accounts, members })
}

impl Wanted {
    /// Whether the Region of the configuration matters.
    fn needs_one(&self) -> bool {
        matches!(self, Self::All) || matches!(self, Self::Named(regions) if regions.is_empty())
    }

    /// The Regions of an account whose configuration names this one.
    fn regions_with(&self, configured: Option<&str>) -> Option<Vec<Region>> {
        match self {
            Self::Named(regions) if !regions.is_empty() => Some(regions.clone()),
            Self::Named(_) => Some(vec![Region::new(configured?)]),
            Self::All => {
                let home = Region::new(configured.unwrap_or(partition("aws").home));
                let known = regions_of(home.partition().as_str());
                Some(if known.is_empty() { vec![home] } else { known })
            }
        }
    }
}

fn is_endpoint(url: &str) -> bool {
    let rest = url.strip_prefix("http://").or_else(|| url.strip_prefix("https://")).unwrap_or_default();
    !rest.is_empty() && !rest.starts_with(['/', '?', '#', ':']) && rest.bytes().all(|byte| byte.is_ascii_graphic())
}

fn environment_region() -> Option<String> {
    ["AWS_REGION", "AWS_DEFAULT_REGION"].iter().find_map(|name| std::env::var(name).ok().filter(|region| !region.trim().is_empty()))
}

async fn outside(name: Option<&str>, profile: Profile, home: &Region, regions: Vec<Region>, http_client: SharedHttpClient) -> Account {
    let region = aws_types::region::Region::new(home.as_str().to_owned());
    let attempts = if std::env::var_os("AWS_MAX_ATTEMPTS").is_some() || profile.max_attempts.is_some() { None } else { Some(ATTEMPTS) };
    let mut loader = aws_config::defaults(behavior())
        .region(region)
        .http_client(http_client)
        .no_credentials()
        .identity_cache(IdentityCache::no_cache())
        .timeout_config(timeouts())
        .stalled_stream_protection(StalledStreamProtectionConfig::enabled().grace_period(STALL_GRACE).build());
    if let Some(name) = name {
        loader = loader.profile_name(name);
    }
    let config = loader.load().await;
    let retry = config.retry_config().cloned().unwrap_or_else(RetryConfig::standard);
    let retry = attempts.map_or_else(|| retry.clone(), |attempts| retry.clone().with_max_attempts(attempts));
    let config = introduced(config.into_builder().retry_config(retry));
    let recipe = Recipe::Surroundings(Box::new(Surroundings { named: name.map(str::to_owned), config: config.clone() }));
    let held = Arc::new(Held::new(recipe, profile, name.is_some()));
    let config = with_credentials(config, &held);
    let (profile, paces) = (name.map(Text::new), Arc::new(Paces::published()));
    Account { id: AccountId::default(), name: None, profile, role: None, regions, config, held: Some(held), paces }
}

/// [`Held`] caches, so nothing else does.
fn with_credentials(config: SdkConfig, held: &Arc<Held>) -> SdkConfig {
    let provider = SharedCredentialsProvider::new(Arc::clone(held) as Arc<dyn ProvideCredentials>);
    config.into_builder().credentials_provider(provider).identity_cache(IdentityCache::no_cache()).build()
}

fn inside(embedded: &Embedded, account: &EmbeddedAccount, regions: &[Region]) -> Account {
    let home = regions.first().map_or(partition("aws").home, Region::as_str);
    let builder = SdkConfig::builder()
        .behavior_version(behavior())
        .region(aws_types::region::Region::new(home.to_owned()))
        .http_client(embedded.http_client.clone())
        .credentials_provider(SharedCredentialsProvider::new(account.credentials.clone()))
        .identity_cache(IdentityCache::lazy().build())
        .retry_config(RetryConfig::standard().with_max_attempts(ATTEMPTS))
        .timeout_config(timeouts())
        .stalled_stream_protection(StalledStreamProtectionConfig::disabled());
    Account {
        id: account.id.clone(),
        name: Some(account.name.clone()),
        profile: None,
        role: None,
        regions: regions.to_vec(),
        config: introduced(builder),
        held: None,
        paces: Arc::new(Paces::unlimited()),
    }
}

fn behavior() -> BehaviorVersion {
    BehaviorVersion::v2026_01_12()
}

fn timeouts() -> TimeoutConfig {
    TimeoutConfig::builder()
        .connect_timeout(CONNECT_TIMEOUT)
        .operation_attempt_timeout(ATTEMPT_TIMEOUT)
        .operation_timeout(CALL_TIMEOUT)
        .build()
}

/// Names ringfort in the user agent, as `lib/ringfort/VERSION`; the user's own app id (`AWS_SDK_UA_APP_ID`) stays.
fn introduced(builder: aws_types::sdk_config::Builder) -> SdkConfig {
    match FrameworkMetadata::new("ringfort", Some(env!("CARGO_PKG_VERSION"))) {
        Ok(name) => builder.framework_metadata(name).build(),
        Err(_) => builder.build(),
    }
}
