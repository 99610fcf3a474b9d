//! The AWS CLI's configuration files: which profiles there are, and what the chosen one asks for.

use aws_config::profile::ProfileSet;
use aws_types::os_shim_internal::{Env, Fs};

use super::ConfigError;
use super::call_error::causes;
use crate::model::Text;

/// What is known of the chosen profile before anything is asked of it.
#[derive(Clone, Debug, Default)]
pub(super) struct Profile {
    /// Its name.
    pub(super) name: Text,
    /// All names, sorted.
    pub(super) known: Vec<Text>,
    /// Its Region, or the Region of the profile that it takes credentials from.
    pub(super) region: Option<String>,
    /// How often a call is tried, where it says so.
    pub(super) max_attempts: Option<u32>,
    /// How it gets its credentials.
    pub(super) way: Way,
}

/// How a profile gets its credentials, as far as it decides what to do when it gets none. What needs a person stands last:
/// of a chain of profiles, that is what fails.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Way {
    /// Keys, or nothing.
    #[default]
    Plain,
    /// By assuming this role.
    Role(Text),
    /// From a program.
    Process,
    /// By assuming a role with a code that a person types: not supported by the SDK.
    Mfa,
    /// From `aws login`.
    Login,
    /// From `aws sso login`.
    Sso,
}

impl Profile {
    /// Reads the files; `name` is the profile that the user named, if any.
    pub(super) async fn load(name: Option<&str>) -> Result<Self, ConfigError> {
        let wanted = name.map(|name| name.to_owned().into());
        let set = aws_config::profile::load(&Fs::default(), &Env::default(), &aws_runtime_files(), wanted)
            .await
            .map_err(|error| ConfigError::UnreadableFiles(Text::from(causes(&error))))?;
        let mut known: Vec<Text> = set.profiles().map(Text::new).collect();
        known.sort();
        let chosen = match set.selected_profile() {
            "" => "default",
            chosen => chosen,
        };
        if chosen != "default" && set.get_profile(chosen).is_none() {
            return Err(ConfigError::UnknownProfile { name: Text::new(chosen), from_environment: name.is_none(), known });
        }
        if name.is_some() && set.get_profile(chosen).is_none() {
            return Err(ConfigError::UnknownProfile { name: Text::new(chosen), from_environment: false, known });
        }
        Ok(Self { name: Text::new(chosen), known, ..Self::default() }.follow(&set))
    }

    /// Reads the profile, then those that it takes credentials from.
    fn follow(mut self, set: &ProfileSet) -> Self {
        let mut name = self.name.to_string();
        // A chain of profiles may be a loop; the SDK reports that when it resolves the credentials.
        for _ in 0..8 {
            let Some(profile) = set.get_profile(&name) else { break };
            let has = |key: &str| profile.get(key).is_some();
            self.region = self.region.or_else(|| profile.get("region").map(str::to_owned).filter(|region| !region.is_empty()));
            self.max_attempts = self.max_attempts.or_else(|| profile.get("max_attempts")?.parse().ok());
            let way = if has("sso_session") || has("sso_start_url") {
                Way::Sso
            } else if has("login_session") {
                Way::Login
            } else if has("mfa_serial") {
                Way::Mfa
            } else if has("credential_process") {
                Way::Process
            } else {
                profile.get("role_arn").map(Text::new).map_or(Way::Plain, Way::Role)
            };
            self.way = self.way.max(way);
            match profile.get("source_profile") {
                Some(next) if next != name => name = next.to_owned(),
                _ => break,
            }
        }
        self
    }
}

/// The files in their default places, or where the environment says.
#[expect(deprecated, reason = "the type's new home is a crate that aws-config does not re-export")]
fn aws_runtime_files() -> aws_config::profile::profile_file::ProfileFiles {
    aws_config::profile::profile_file::ProfileFiles::default()
}
