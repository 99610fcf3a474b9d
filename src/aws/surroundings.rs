//! From the environment and the files to a provider of credentials, as the AWS CLI would find it. Made anew after a failure:
//! what a person changes meanwhile counts.

use std::fmt;
use std::time::Duration;

use aws_config::SdkConfig;
use aws_config::default_provider::credentials::DefaultCredentialsChain;
use aws_config::ecs::EcsCredentialsProvider;
use aws_config::environment::EnvironmentVariableCredentialsProvider;
use aws_config::imds;
use aws_config::imds::credentials::ImdsCredentialsProvider;
use aws_config::meta::credentials::CredentialsProviderChain;
use aws_config::profile::ProfileFileCredentialsProvider;
use aws_config::provider_config::ProviderConfig;
use aws_credential_types::provider::SharedCredentialsProvider;

use super::chain::Chain;
use super::profile::{Base, Profile, RoleChain, Source};

/// How long one step with the instance metadata service may take. Where there is none, nothing answers; the whole is to be told
/// within a second.
const IMDS_STEP: Duration = Duration::from_millis(800);

/// What credentials are found with.
pub(super) struct Surroundings {
    /// The profile that the user named, before any keys in the environment, as with the AWS CLI's `--profile`.
    pub(super) named: Option<String>,
    /// Region, HTTP client, endpoints and limits; no credentials.
    pub(super) config: SdkConfig,
}

/// What gives credentials.
#[derive(Debug)]
pub(super) enum Provider {
    /// The SDK's own.
    Plain(SharedCredentialsProvider),
    /// Roles of profiles that the SDK cannot assume.
    Roles(Box<Chain>),
}

/// Without the configuration: the SDK's own prints the profile's keys.
impl fmt::Debug for Surroundings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Surroundings").field("named", &self.named).finish_non_exhaustive()
    }
}

impl Surroundings {
    pub(super) async fn provider(&self, profile: &Profile) -> Provider {
        let config = self.provider_config();
        // Keys in the environment come before a profile that the user did not name.
        let by_environment = self.named.is_none() && std::env::var_os("AWS_ACCESS_KEY_ID").is_some_and(|key| !key.is_empty());
        if let Some(roles) = profile.roles.clone().filter(|_| !by_environment) {
            let RoleChain { base, steps } = roles;
            let base = first(base, &config);
            return Provider::Roles(Box::new(Chain { profile: profile.name.clone(), config: self.config.clone(), base, steps }));
        }
        Provider::Plain(match &self.named {
            Some(name) => of_profile(name, &config),
            None => self.standard(config).await,
        })
    }

    fn provider_config(&self) -> ProviderConfig {
        let mut config = ProviderConfig::without_region().with_region(self.config.region().cloned());
        if let Some(version) = self.config.behavior_version() {
            config = config.with_behavior_version(Some(version));
        }
        match self.config.http_client() {
            Some(client) => config.with_http_client(client),
            None => config,
        }
    }

    /// The standard chain, but it does not wait long for an instance metadata service that is not there.
    async fn standard(&self, config: ProviderConfig) -> SharedCredentialsProvider {
        let imds = instance(&config);
        let mut chain = DefaultCredentialsChain::builder().configure(config).imds_client(imds);
        if let Some(region) = self.config.region() {
            chain = chain.region(region.clone());
        }
        SharedCredentialsProvider::new(chain.build().await)
    }
}

/// What the first role of a chain is assumed with.
fn first(base: Base, config: &ProviderConfig) -> SharedCredentialsProvider {
    match base {
        Base::Profile(name) => of_profile(&name, config),
        Base::Keys(keys) => SharedCredentialsProvider::new(keys),
        Base::Source(Source::Environment) => SharedCredentialsProvider::new(EnvironmentVariableCredentialsProvider::new()),
        Base::Source(Source::Container) => SharedCredentialsProvider::new(EcsCredentialsProvider::builder().configure(config).build()),
        Base::Source(Source::Instance) => {
            let provider = ImdsCredentialsProvider::builder().configure(config).imds_client(instance(config)).build();
            SharedCredentialsProvider::new(CredentialsProviderChain::first_try("Ec2InstanceMetadata", provider))
        }
    }
}

fn of_profile(name: &str, config: &ProviderConfig) -> SharedCredentialsProvider {
    SharedCredentialsProvider::new(ProfileFileCredentialsProvider::builder().configure(config).profile_name(name).build())
}

fn instance(config: &ProviderConfig) -> imds::Client {
    imds::Client::builder().configure(config).max_attempts(1).connect_timeout(IMDS_STEP).read_timeout(IMDS_STEP).build()
}
