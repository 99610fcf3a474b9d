//! Credentials: resolved once for all lanes, and explained when there are none.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use aws_config::default_provider::credentials::DefaultCredentialsChain;
use aws_config::imds;
use aws_config::profile::ProfileFileCredentialsProvider;
use aws_config::provider_config::ProviderConfig;
use aws_credential_types::Credentials;
use aws_credential_types::credential_feature::AwsCredentialFeature;
use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider, future};
use aws_types::region::Region;
use futures_util::future::BoxFuture;
use thiserror::Error;
use tokio::sync::Mutex;

use super::call_error::{causes, chain};
use super::members::NotAssumed;
use super::profile::{Profile, Way};
use crate::model::{Text, Timestamp};

/// How long one step with the instance metadata service may take. Where there is none, nothing answers.
const IMDS_STEP: Duration = Duration::from_millis(900);

/// How long it may take to get credentials: a `credential_process` may be slow, a person may have to touch a key.
const PATIENCE: Duration = Duration::from_mins(1);

/// Credentials this close to their end are fetched anew.
const MARGIN: Duration = Duration::from_secs(90);

/// How long a failure stands before it is tried again: those who wait at the same time hear it at the same time.
const FAILURE_HOLDS: Duration = Duration::from_secs(5);

/// There are no usable credentials. The message says what was tried, what happened, and what to do.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("{message}")]
pub struct CredentialsFailure {
    /// What was tried, what happened, what to do.
    pub message: Text,
    /// The IAM action that was refused, where that is the reason.
    pub refused: Option<Text>,
}

/// Where credentials come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CredentialsOrigin {
    /// In words, such as ``environment variables`` or ``profile `prod`, SSO``.
    pub place: Text,
    /// When they end, where they do.
    pub expires: Option<Timestamp>,
}

/// Makes a provider anew, which reads the files anew: a provider remembers what it has read.
pub(super) type Maker = Box<dyn Fn() -> BoxFuture<'static, SharedCredentialsProvider> + Send + Sync>;

/// How credentials are got.
pub(super) enum Recipe {
    /// As the environment and the files say.
    Made(Maker),
    /// With the credentials of another account.
    Through(SharedCredentialsProvider, Option<Arc<Held>>),
}

impl fmt::Debug for Recipe {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Recipe")
    }
}

/// Holds the credentials for all lanes, so that a helper program or an SSO exchange runs once, and says why there are none.
#[derive(Debug)]
pub(super) struct Held {
    recipe: Recipe,
    profile: Profile,
    explicit: bool,
    holding: Mutex<Holding>,
}

#[derive(Debug, Default)]
struct Holding {
    /// Kept as long as nobody asks for others.
    provider: Option<SharedCredentialsProvider>,
    last: Option<Credentials>,
    failed: Option<(Instant, CredentialsFailure)>,
}

impl Held {
    pub(super) fn new(recipe: Recipe, profile: Profile, explicit: bool) -> Self {
        Self { recipe, profile, explicit, holding: Mutex::default() }
    }

    pub(super) async fn get(&self) -> Result<Credentials, CredentialsFailure> {
        let mut holding = self.holding.lock().await;
        if let Some(credentials) = holding.last.as_ref().filter(|credentials| holding.provider.is_some() && is_fresh(credentials)) {
            return Ok(credentials.clone());
        }
        if let Some((_, failure)) = holding.failed.as_ref().filter(|(at, _)| at.elapsed() < FAILURE_HOLDS) {
            return Err(failure.clone());
        }
        let provider = match (&holding.provider, &self.recipe) {
            (Some(provider), _) | (None, Recipe::Through(provider, _)) => provider.clone(),
            (None, Recipe::Made(make)) => make().await,
        };
        holding.provider = Some(provider.clone());
        let result = tokio::time::timeout(PATIENCE, provider.provide_credentials())
            .await
            .unwrap_or_else(|_| Err(CredentialsError::provider_timed_out(PATIENCE)));
        match result {
            Ok(credentials) => {
                holding.last = Some(credentials.clone());
                Ok(credentials)
            }
            Err(error) => {
                // Others were asked for while these still live.
                if let Some(last) = holding.last.as_ref().filter(|last| last.expiry().is_some() && is_fresh(last)) {
                    return Ok(last.clone());
                }
                let failure = self.failure(&error);
                holding.failed = Some((Instant::now(), failure.clone()));
                Err(failure)
            }
        }
    }

    /// Lets the next call ask for the credentials again, from the files on: a person may have logged in or put another key there.
    /// Those that end by themselves are kept, unless they failed, here or in a call.
    pub(super) async fn renew(&self, failed: bool) {
        if let Recipe::Through(_, Some(base)) = &self.recipe {
            Box::pin(base.renew(failed)).await;
        }
        let mut holding = self.holding.lock().await;
        let ends = holding.last.as_ref().is_some_and(|last| last.expiry().is_some());
        if holding.failed.take().is_some() || failed || !ends {
            holding.provider = None;
        }
    }

    /// Where the credentials come from, as the provider that gave them says.
    pub(super) async fn origin(&self) -> Result<CredentialsOrigin, CredentialsFailure> {
        use AwsCredentialFeature as From;
        let credentials = self.get().await?;
        let features = credentials.get_property::<Vec<AwsCredentialFeature>>().map(Vec::as_slice).unwrap_or_default();
        let name = &self.profile.name;
        let of_profile = |how: &str| format!("profile `{name}`{how}");
        let place = features.iter().rev().find_map(|feature| {
            Some(match feature {
                From::CredentialsEnvVars => "environment variables".to_owned(),
                From::CredentialsProfile => of_profile(""),
                From::CredentialsSso | From::CredentialsProfileSso => of_profile(", SSO"),
                From::CredentialsLogin | From::CredentialsProfileLogin => of_profile(", `aws login`"),
                From::CredentialsProcess | From::CredentialsProfileProcess => of_profile(", credential_process"),
                From::CredentialsStsAssumeRole => of_profile(", an assumed role"),
                From::CredentialsProfileStsWebIdToken | From::CredentialsEnvVarsStsWebIdToken | From::CredentialsStsAssumeRoleWebId => {
                    "a web identity token".to_owned()
                }
                From::CredentialsHttp => "the container's role".to_owned(),
                From::CredentialsImds => "the instance's role".to_owned(),
                _ => return None,
            })
        });
        let place = Text::from(place.unwrap_or_else(|| of_profile(" or its surroundings")));
        Ok(CredentialsOrigin { place, expires: credentials.expiry().and_then(|time| Timestamp::try_from(time).ok()) })
    }

    fn failure(&self, error: &CredentialsError) -> CredentialsFailure {
        if let Some(not_assumed) = chain(error).find_map(|cause| cause.downcast_ref::<NotAssumed>()) {
            return not_assumed.failure();
        }
        let name = &self.profile.name;
        let what = if self.is_lack(error) {
            format!(
                "no AWS credentials were found: tried the environment (AWS_ACCESS_KEY_ID), profile `{name}` in the AWS configuration \
                 files, a web identity token, the container's role and the instance's role"
            )
        } else {
            format!("the credentials of profile `{name}` cannot be had: {}", tail(error))
        };
        CredentialsFailure { message: Text::from(format!("{what}; {}", self.advice(error))), refused: None }
    }

    /// Whether the whole chain was tried and had nothing. Last in it is the instance's role: where its metadata service refuses,
    /// nothing before it had credentials.
    fn is_lack(&self, error: &CredentialsError) -> bool {
        !self.explicit && (matches!(error, CredentialsError::CredentialsNotLoaded(_)) || tail(error).contains("IMDS"))
    }

    fn advice(&self, error: &CredentialsError) -> String {
        let Profile { name, way, known, .. } = &self.profile;
        match way {
            Way::Sso => format!("log in with `aws sso login --profile {name}` and try again"),
            Way::Login => format!("log in with `aws login --profile {name}` and try again"),
            Way::Mfa => format!(
                "profiles with `mfa_serial` are not supported: let the AWS CLI ask for the code, with \
                 `eval \"$(aws configure export-credentials --profile {name} --format env)\"`, and try again without --profile"
            ),
            Way::Process => format!("run the `credential_process` of profile `{name}` by hand to see what it says"),
            Way::Role(role) => {
                format!("check that the source of profile `{name}` may assume {role}: `aws sts get-caller-identity --profile {name}`")
            }
            Way::Plain if self.is_lack(error) || matches!(error, CredentialsError::CredentialsNotLoaded(_)) => {
                let others: Vec<&str> = known.iter().filter(|known| *known != name).map(Text::as_str).collect();
                let others =
                    if others.is_empty() { String::new() } else { format!("name a profile with --profile ({}), ", others.join(", ")) };
                format!("{others}run `aws configure` or `aws sso login`, or look around with `ringfort --demo`")
            }
            Way::Plain => format!("see what `aws sts get-caller-identity --profile {name}` says"),
        }
    }
}

impl ProvideCredentials for Held {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::new(async { self.get().await.map_err(CredentialsError::provider_error) })
    }
}

fn is_fresh(credentials: &Credentials) -> bool {
    credentials.expiry().is_none_or(|expiry| expiry > SystemTime::now() + MARGIN)
}

/// Why a call had no credentials.
pub(super) fn explain(error: &CredentialsError) -> String {
    let known = chain(error).find_map(|cause| cause.downcast_ref::<CredentialsFailure>());
    known.map_or_else(|| format!("the credentials cannot be had: {}", causes(error)), ToString::to_string)
}

/// The causes from the first that says something: a provider's own words name only its kind.
fn tail(error: &CredentialsError) -> String {
    let telling = chain(error).find(|cause| cause.downcast_ref::<CredentialsError>().is_none_or(names_a_time));
    telling.map_or_else(|| String::from("it says nothing about credentials"), causes)
}

const fn names_a_time(error: &CredentialsError) -> bool {
    matches!(error, CredentialsError::ProviderTimedOut(_))
}

/// The profile that the user named, before any keys in the environment, as with the AWS CLI's `--profile`.
pub(super) fn named(profile: &str, config: &ProviderConfig) -> SharedCredentialsProvider {
    SharedCredentialsProvider::new(ProfileFileCredentialsProvider::builder().configure(config).profile_name(profile).build())
}

/// The standard chain, but it does not wait long for an instance metadata service that is not there.
pub(super) async fn standard(region: Region, config: &ProviderConfig) -> SharedCredentialsProvider {
    let imds = imds::Client::builder().configure(config).max_attempts(1).connect_timeout(IMDS_STEP).read_timeout(IMDS_STEP).build();
    let chain = DefaultCredentialsChain::builder().configure(config.clone()).region(region).imds_client(imds).build().await;
    SharedCredentialsProvider::new(chain)
}
