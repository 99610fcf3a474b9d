//! Credentials: resolved once for all lanes, and explained when there are none.

use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use aws_credential_types::Credentials;
use aws_credential_types::credential_feature::AwsCredentialFeature;
use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider, future};
use thiserror::Error;
use tokio::sync::Mutex;

use super::call_error::{causes, chain};
use super::chain::Stuck;
use super::members::NotAssumed;
use super::need::{Desk, Need};
use super::profile::{Profile, Way};
use super::surroundings::{Provider, Surroundings};
use crate::model::{Text, Timestamp};

/// How long it may take to get credentials: a `credential_process` may be slow, a person may have to touch a key.
const PATIENCE: Duration = Duration::from_mins(1);

/// Credentials this close to their end are fetched anew.
const MARGIN: Duration = Duration::from_secs(90);

/// How long a failure stands before it is tried again: those who wait at the same time hear it at the same time.
const FAILURE_HOLDS: Duration = Duration::from_secs(5);

/// Credentials that are given with so little left are used to the end rather than asked for again at each call.
const AT_LEAST: Duration = Duration::from_secs(30);

/// There are no usable credentials. The message says what was tried, what happened, and what to do.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("{message}")]
pub struct CredentialsFailure {
    /// What was tried, what happened, what to do.
    pub message: Text,
    /// The IAM action that was refused, where that is the reason.
    pub refused: Option<Text>,
    /// What a person can do about it.
    pub need: Need,
}

/// Where credentials come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CredentialsOrigin {
    /// In words, such as ``environment variables`` or ``profile `prod`, SSO``.
    pub place: Text,
    /// When they end, where they do.
    pub expires: Option<Timestamp>,
}

/// How credentials are got.
#[derive(Debug)]
pub(super) enum Recipe {
    /// As the environment and the files say.
    Surroundings(Box<Surroundings>),
    /// As this provider gives them, with the credentials of another account.
    Given(SharedCredentialsProvider, Option<Arc<Held>>),
}

/// Holds the credentials for all lanes, so that a helper program, an SSO exchange or a person is asked once, and says why
/// there are none. It stands in the place of the SDK's own cache, which cannot be told that credentials are dead.
#[derive(Debug)]
pub(super) struct Held {
    recipe: Recipe,
    profile: Profile,
    explicit: bool,
    holding: Mutex<Holding>,
    desk: Desk,
}

#[derive(Debug, Default)]
struct Holding {
    /// Kept while its credentials live: providers remember tokens themselves.
    provider: Option<Provider>,
    last: Option<(Instant, Credentials)>,
    /// Whether others are to be asked for although the last ones live.
    others: bool,
    /// What AWS takes no longer.
    dead: Option<Credentials>,
    failed: Option<(Instant, CredentialsFailure)>,
}

impl Held {
    pub(super) fn new(recipe: Recipe, profile: Profile, explicit: bool) -> Self {
        Self { recipe, profile, explicit, holding: Mutex::default(), desk: Desk::new() }
    }

    pub(super) fn desk(&self) -> &Desk {
        &self.desk
    }

    pub(super) async fn get(&self) -> Result<Credentials, CredentialsFailure> {
        let mut holding = self.holding.lock().await;
        if let Some((_, credentials)) = holding.last.as_ref().filter(|(since, last)| !holding.others && is_fresh(*since, last)) {
            return Ok(credentials.clone());
        }
        if let Some((_, failure)) = holding.failed.as_ref().filter(|(at, _)| at.elapsed() < FAILURE_HOLDS) {
            return Err(failure.clone());
        }
        self.resolve(&mut holding).await
    }

    /// AWS says that the time of these is over: gets others, unless another lane got some already. While there are none the
    /// old ones are still given to whoever asks: it is for AWS to refuse them.
    pub(super) async fn replace(&self, used: &Credentials) -> Result<(), CredentialsFailure> {
        let mut holding = self.holding.lock().await;
        if !holding.last.as_ref().is_some_and(|(_, known)| is_same(known, used)) {
            return Ok(());
        }
        if let Some((_, failure)) = holding.failed.as_ref().filter(|(at, _)| at.elapsed() < FAILURE_HOLDS) {
            return Err(failure.clone());
        }
        // A provider may keep them too.
        holding.provider = None;
        holding.dead = Some(used.clone());
        self.resolve(&mut holding).await.map(drop)
    }

    async fn resolve(&self, holding: &mut Holding) -> Result<Credentials, CredentialsFailure> {
        match self.ask(holding).await {
            Ok(credentials) => {
                self.desk.good(end(&credentials));
                holding.last = Some((Instant::now(), credentials.clone()));
                (holding.others, holding.dead, holding.failed) = (false, None, None);
                Ok(credentials)
            }
            Err(failure) => {
                let live = |(since, last): &(Instant, Credentials)| last.expiry().is_some() && is_fresh(*since, last);
                if let Some((_, last)) = holding.last.clone().filter(|last| holding.others && holding.dead.is_none() && live(last)) {
                    holding.others = false;
                    return Ok(last);
                }
                self.desk.needs(failure.need.clone());
                holding.provider = None;
                holding.failed = Some((Instant::now(), failure.clone()));
                Err(failure)
            }
        }
    }

    async fn ask(&self, holding: &mut Holding) -> Result<Credentials, CredentialsFailure> {
        let Holding { provider, dead, .. } = holding;
        let provider = match (provider, &self.recipe) {
            (Some(provider), _) => provider,
            (none, Recipe::Given(given, _)) => none.insert(Provider::Plain(given.clone())),
            (none, Recipe::Surroundings(surroundings)) => none.insert(surroundings.provider(&self.profile).await),
        };
        let credentials = match provider {
            Provider::Plain(provider) => tokio::time::timeout(PATIENCE, provider.provide_credentials())
                .await
                .unwrap_or_else(|_| Err(CredentialsError::provider_timed_out(PATIENCE)))
                .map_err(|error| self.failure(&error))?,
            Provider::Roles(chain) => match chain.walk(&self.desk, dead.as_ref()).await {
                Ok(credentials) => credentials,
                Err(Stuck::Base(error)) => return Err(self.failure(&error)),
                Err(Stuck::Step(failure)) => return Err(failure),
            },
        };
        if dead.as_ref().is_some_and(|dead| is_same(dead, &credentials)) { Err(self.dead(&credentials)) } else { Ok(credentials) }
    }

    /// Lets the next call ask for the credentials again, from the files on: a person may have logged in or put another key there.
    /// Those that end by themselves are kept, unless they failed here, or, where `failed` says so, in a call. A session that a
    /// person gave a code for is kept until AWS says that it has ended.
    pub(super) async fn renew(&self, failed: bool) {
        if let Recipe::Given(_, Some(base)) = &self.recipe {
            Box::pin(base.renew(failed)).await;
        }
        let mut holding = self.holding.lock().await;
        let ends = holding.last.as_ref().is_some_and(|(_, last)| last.expiry().is_some());
        let failed = failed && self.profile.roles.is_none();
        if holding.failed.take().is_some() || failed || !ends {
            (holding.provider, holding.others) = (None, true);
        }
    }

    fn dead(&self, dead: &Credentials) -> CredentialsFailure {
        let name = &self.profile.name;
        let features = dead.get_property::<Vec<AwsCredentialFeature>>().map(Vec::as_slice).unwrap_or_default();
        if features.contains(&AwsCredentialFeature::CredentialsEnvVars) {
            // A running program's environment does not change.
            let message = "the credentials in the environment (AWS_ACCESS_KEY_ID) have expired; set new ones, and start ringfort again";
            return CredentialsFailure { message: Text::new(message), refused: None, need: Need::Nothing };
        }
        let what_to_do = match &self.profile.way {
            Way::Sso | Way::Login => format!("log in with `{}`", self.log_in()),
            Way::Process => format!("see why the `credential_process` of profile `{name}` gives old ones"),
            Way::Plain | Way::Role(_) => String::from("renew them as you got them"),
        };
        let message = format!("the credentials have expired, and there are no newer ones; {what_to_do}, and try again");
        CredentialsFailure { message: Text::from(message), refused: None, need: self.need() }
    }

    /// What a person can do to get credentials.
    fn need(&self) -> Need {
        self.profile.log_in.clone().map_or(Need::Again, Need::LogIn)
    }

    fn log_in(&self) -> String {
        self.profile.log_in.as_ref().map(|words| words.join(" ")).unwrap_or_default()
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
        Ok(CredentialsOrigin { place, expires: end(&credentials) })
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
        CredentialsFailure { message: Text::from(format!("{what}; {}", self.advice(error))), refused: None, need: self.need() }
    }

    /// Whether the whole chain was tried and had nothing. Last in it is the instance's role: where its metadata service refuses,
    /// nothing before it had credentials.
    fn is_lack(&self, error: &CredentialsError) -> bool {
        !self.explicit && (matches!(error, CredentialsError::CredentialsNotLoaded(_)) || tail(error).contains("IMDS"))
    }

    fn advice(&self, error: &CredentialsError) -> String {
        let Profile { name, way, known, .. } = &self.profile;
        match way {
            Way::Sso | Way::Login => format!("log in with `{}` and try again", self.log_in()),
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

fn is_fresh(since: Instant, credentials: &Credentials) -> bool {
    let margin = if since.elapsed() < AT_LEAST { Duration::ZERO } else { MARGIN };
    credentials.expiry().is_none_or(|expiry| expiry > SystemTime::now() + margin)
}

fn is_same(one: &Credentials, other: &Credentials) -> bool {
    one.access_key_id() == other.access_key_id() && one.session_token() == other.session_token()
}

fn end(credentials: &Credentials) -> Option<Timestamp> {
    credentials.expiry().and_then(|time| Timestamp::try_from(time).ok())
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

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::time::{Duration, SystemTime};

    use aws_credential_types::Credentials;
    use aws_credential_types::provider::error::CredentialsError;
    use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider, future};

    use super::{Held, Need, Profile, Recipe};

    /// Gives key `n` when it is asked for the nth time, or nothing.
    #[derive(Debug, Default)]
    struct Giver {
        asked: AtomicUsize,
        gives: Vec<Option<&'static str>>,
        seconds: u64,
    }

    impl ProvideCredentials for Giver {
        fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
        where
            Self: 'a,
        {
            let asked = self.asked.fetch_add(1, Ordering::SeqCst);
            let key = self.gives.get(asked).or(self.gives.last()).copied().flatten();
            let end = SystemTime::now() + Duration::from_secs(self.seconds);
            future::ProvideCredentials::ready(
                key.map(|key| Credentials::new(key, "secret", None, Some(end), "test"))
                    .ok_or_else(|| CredentialsError::provider_error("closed")),
            )
        }
    }

    fn held(gives: &[Option<&'static str>], seconds: u64) -> (Held, Arc<Giver>) {
        let giver = Arc::new(Giver { gives: gives.to_vec(), seconds, ..Giver::default() });
        let given = SharedCredentialsProvider::new(Arc::clone(&giver) as Arc<dyn ProvideCredentials>);
        (Held::new(Recipe::Given(given, None), Profile::default(), true), giver)
    }

    async fn key(held: &Held) -> String {
        held.get().await.map_or_else(|failure| failure.to_string(), |credentials| credentials.access_key_id().to_owned())
    }

    #[tokio::test]
    async fn a_failure_is_told_to_all_who_wait_until_a_person_did_something() {
        let (held, giver) = held(&[None, Some("A")], 3_600);
        assert!(key(&held).await.contains("closed") && key(&held).await.contains("closed"));
        assert_eq!(giver.asked.load(Ordering::SeqCst), 1);
        assert_eq!(held.desk().watch().borrow().need, Need::Again);
        held.renew(false).await;
        assert_eq!((key(&held).await.as_str(), giver.asked.load(Ordering::SeqCst)), ("A", 2));
        let validity = held.desk().watch().borrow().clone();
        assert!(validity.need == Need::Nothing && validity.expires.is_some(), "{validity:?}");
    }

    #[tokio::test]
    async fn those_who_meet_the_same_end_renew_once() {
        let (held, giver) = held(&[Some("A"), Some("B"), Some("C")], 3_600);
        let old = held.get().await.expect("given");
        let renewed = futures_util::future::join_all((0..9).map(|_| held.replace(&old))).await;
        assert!(renewed.iter().all(Result::is_ok));
        assert_eq!((key(&held).await.as_str(), giver.asked.load(Ordering::SeqCst)), ("B", 2));
    }

    #[tokio::test]
    async fn the_same_ones_again_are_no_renewal_and_are_still_given_to_others() {
        let (held, giver) = held(&[Some("A"), Some("A"), Some("B")], 3_600);
        let old = held.get().await.expect("given");
        let failure = held.replace(&old).await.expect_err("the same");
        assert!(failure.message.contains("no newer ones"), "{failure}");
        assert_eq!(held.replace(&old).await.expect_err("told once"), failure);
        assert_eq!((key(&held).await.as_str(), giver.asked.load(Ordering::SeqCst)), ("A", 2));
        held.renew(false).await;
        assert_eq!(key(&held).await, "B");
    }

    #[tokio::test]
    async fn a_refresh_asks_again_only_for_what_has_no_end_or_failed() {
        let (ending, giver) = held(&[Some("A"), Some("B"), None], 3_600);
        let asked = || giver.asked.load(Ordering::SeqCst);
        assert_eq!(key(&ending).await, "A");
        ending.renew(false).await;
        assert_eq!((key(&ending).await.as_str(), asked()), ("A", 1), "it ends by itself");
        ending.renew(true).await;
        assert_eq!((key(&ending).await.as_str(), asked()), ("B", 2));
        ending.renew(true).await;
        assert_eq!((key(&ending).await.as_str(), asked()), ("B", 3), "there are no others, and these live");
    }

    #[tokio::test]
    async fn what_is_given_shortly_before_its_end_is_not_asked_for_at_each_call() {
        let (held, giver) = held(&[Some("A")], 60);
        assert_eq!((key(&held).await, key(&held).await), ("A".into(), "A".into()));
        assert_eq!(giver.asked.load(Ordering::SeqCst), 1);
    }
}
