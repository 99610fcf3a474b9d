//! The AWS CLI's configuration files: which profiles there are, and what the chosen one asks for.

use aws_config::profile::ProfileSet;
use aws_credential_types::Credentials;
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
    /// The program and the arguments that log it in, where there is one.
    pub(super) log_in: Option<Vec<String>>,
    /// The roles to assume, where the SDK cannot: it knows neither codes of MFA devices nor durations.
    pub(super) roles: Option<RoleChain>,
}

/// Roles that are assumed one after another, each with the credentials of the one before.
#[derive(Clone, Debug)]
pub(super) struct RoleChain {
    pub(super) base: Base,
    /// In the order in which they are assumed.
    pub(super) steps: Vec<Step>,
}

/// What the first role is assumed with.
#[derive(Clone, Debug)]
pub(super) enum Base {
    /// Whatever this profile gives.
    Profile(String),
    /// Keys that stand in a profile.
    Keys(Credentials),
    /// A `credential_source`.
    Source(Source),
}

/// The values of `credential_source`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Source {
    Environment,
    Instance,
    Container,
}

/// One role, as its profile says (botocore `AssumeRoleProvider._get_role_config`).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Step {
    /// The role's ARN.
    pub(super) role: String,
    pub(super) external_id: Option<String>,
    pub(super) session_name: Option<String>,
    /// How many seconds the session lives.
    pub(super) duration: Option<i32>,
    /// The MFA device's serial number or ARN.
    pub(super) serial: Option<String>,
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
        let roles = RoleChain::of(&set, chosen).filter(RoleChain::is_ours);
        Ok(Self { name: Text::new(chosen), known, roles, ..Self::default() }.follow(&set))
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
            let (way, command): (Way, &[&str]) = if has("sso_session") || has("sso_start_url") {
                (Way::Sso, &["sso", "login"])
            } else if has("login_session") {
                (Way::Login, &["login"])
            } else if has("credential_process") {
                (Way::Process, &[])
            } else {
                (profile.get("role_arn").map(Text::new).map_or(Way::Plain, Way::Role), &[])
            };
            self.way = self.way.max(way);
            if !command.is_empty() {
                let words = [&["aws"], command, &["--profile", name.as_str()]].concat();
                self.log_in = Some(words.into_iter().map(str::to_owned).collect());
            }
            match profile.get("source_profile") {
                Some(next) if next != name => name = next.to_owned(),
                _ => break,
            }
        }
        self
    }
}

impl RoleChain {
    /// The roles that the profile assumes; `None` where it assumes none, or the files make no sense: then the SDK says so.
    fn of(set: &ProfileSet, chosen: &str) -> Option<Self> {
        let mut steps = Vec::new();
        let mut visited: Vec<&str> = Vec::new();
        let mut name = chosen;
        let base = loop {
            let profile = set.get_profile(name)?;
            if visited.contains(&name) {
                return None;
            }
            visited.push(name);
            // After the first profile, keys come before a role.
            if let Some(keys) = keys(profile).filter(|_| visited.len() > 1) {
                break Base::Keys(keys);
            }
            let owned = |key: &str| profile.get(key).map(str::to_owned);
            let Some(role) = owned("role_arn").filter(|_| profile.get("web_identity_token_file").is_none()) else {
                break Base::Profile(name.to_owned());
            };
            steps.push(Step {
                role,
                external_id: owned("external_id"),
                session_name: owned("role_session_name"),
                duration: profile.get("duration_seconds").and_then(|seconds| seconds.trim().parse().ok()),
                serial: owned("mfa_serial"),
            });
            match (profile.get("source_profile"), profile.get("credential_source")) {
                (Some(next), None) if next == name => break Base::Keys(keys(profile)?),
                (Some(next), None) => name = next,
                (None, Some(source)) => break Base::Source(Source::named(source)?),
                _ => return None,
            }
        };
        steps.reverse();
        Some(Self { base, steps }).filter(|chain| !chain.steps.is_empty())
    }

    /// Whether a role needs what the SDK does not know.
    fn is_ours(&self) -> bool {
        self.steps.iter().any(|step| step.serial.is_some() || step.duration.is_some())
    }
}

impl Source {
    fn named(name: &str) -> Option<Self> {
        let sources = [("environment", Self::Environment), ("ec2instancemetadata", Self::Instance), ("ecscontainer", Self::Container)];
        sources.into_iter().find_map(|(known, source)| known.eq_ignore_ascii_case(name).then_some(source))
    }
}

fn keys(profile: &aws_config::profile::Profile) -> Option<Credentials> {
    let (id, secret) = (profile.get("aws_access_key_id")?, profile.get("aws_secret_access_key")?);
    Some(Credentials::new(id, secret, profile.get("aws_session_token").map(str::to_owned), None, "ProfileFile"))
}

/// The files in their default places, or where the environment says.
#[expect(deprecated, reason = "the type's new home is a crate that aws-config does not re-export")]
fn aws_runtime_files() -> aws_config::profile::profile_file::ProfileFiles {
    aws_config::profile::profile_file::ProfileFiles::default()
}

#[cfg(test)]
mod tests {
    use aws_types::os_shim_internal::{Env, Fs};

    use super::{Base, RoleChain, Source, aws_runtime_files};

    async fn chain(config: &str) -> Option<RoleChain> {
        let (fs, env) = (Fs::from_slice(&[("config", config)]), Env::from_slice(&[("AWS_CONFIG_FILE", "config"), ("HOME", "/none")]));
        let set = aws_config::profile::load(&fs, &env, &aws_runtime_files(), Some("a".into())).await.expect("a file");
        RoleChain::of(&set, "a")
    }

    #[tokio::test]
    async fn roles_are_assumed_from_the_source_on_in_the_order_of_the_files() {
        let file = "[profile a]\nrole_arn = A\nsource_profile = b\nmfa_serial = M\nduration_seconds = 900\n\
                    [profile b]\nrole_arn = B\nsource_profile = c\nexternal_id = X\nrole_session_name = S\n[profile c]\n";
        let chain = chain(file).await.expect("a chain");
        assert!(chain.is_ours() && matches!(&chain.base, Base::Profile(name) if name == "c"));
        let roles: Vec<_> = chain.steps.iter().map(|step| (step.role.as_str(), step.serial.as_deref(), step.duration)).collect();
        assert_eq!(roles, [("B", None, None), ("A", Some("M"), Some(900))]);
        assert_eq!((chain.steps[0].external_id.as_deref(), chain.steps[0].session_name.as_deref()), (Some("X"), Some("S")));
    }

    #[tokio::test]
    async fn keys_come_before_a_role_but_in_the_first_profile() {
        let keys = "aws_access_key_id = I\naws_secret_access_key = top-secret\n";
        let of_itself = chain(&format!("[profile a]\nrole_arn = A\nsource_profile = a\n{keys}")).await.expect("a chain");
        let of_next = format!("[profile a]\nrole_arn = A\nsource_profile = b\n[profile b]\nrole_arn = B\nsource_profile = c\n{keys}");
        let of_next = chain(&of_next).await.expect("a chain");
        for chain in [of_itself, of_next] {
            assert!(chain.steps.len() == 1 && matches!(&chain.base, Base::Keys(keys) if keys.access_key_id() == "I"));
            assert!(!chain.is_ours(), "the SDK can do that");
            assert!(!format!("{chain:?}").contains("top-secret"), "{chain:?}");
        }
    }

    #[tokio::test]
    async fn a_credential_source_is_known_in_any_case_and_nonsense_is_left_to_the_sdk() {
        let by = |source: &str| format!("[profile a]\nrole_arn = A\ncredential_source = {source}\n");
        assert!(matches!(chain(&by("ec2InstanceMetadata")).await, Some(RoleChain { base: Base::Source(Source::Instance), .. })));
        for nonsense in [
            by("moon"),
            by("Environment") + "source_profile = b\n",
            String::from("[profile a]\nrole_arn = A\n"),
            String::from("[profile a]\nrole_arn = A\nsource_profile = none\n"),
            String::from("[profile a]\nrole_arn = A\nsource_profile = b\n[profile b]\nrole_arn = B\nsource_profile = a\n"),
            String::from("[profile a]\nrole_arn = A\nweb_identity_token_file = f\n"),
        ] {
            assert!(chain(&nonsense).await.is_none(), "{nonsense}");
        }
    }
}
