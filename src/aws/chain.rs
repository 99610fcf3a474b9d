//! Roles that are assumed one after another as profiles say, with the code of an MFA device where one is wanted.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use aws_config::SdkConfig;
use aws_credential_types::Credentials;
use aws_credential_types::credential_feature::AwsCredentialFeature;
use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider};
use aws_sdk_sts::Client;

use super::call_error::classify;
use super::cli_cache;
use super::members::SESSION;
use super::need::{CodeWanted, Desk, MfaCode, Need, Reply};
use super::profile::Step;
use super::{CallError, Capture, CredentialsFailure, Meter};
use crate::model::Text;

/// How long the first credentials may take: a person may have to touch a key.
const PATIENCE: Duration = Duration::from_mins(1);

/// A chain of roles, ready to be walked.
pub(super) struct Chain {
    /// The profile that the user chose.
    pub(super) profile: Text,
    /// What STS is asked with, but for the credentials.
    pub(super) config: SdkConfig,
    pub(super) base: SharedCredentialsProvider,
    pub(super) steps: Vec<Step>,
}

/// Why the chain's end was not reached.
pub(super) enum Stuck {
    /// The first credentials cannot be had.
    Base(CredentialsError),
    /// A role cannot be assumed, or a code was not given.
    Step(CredentialsFailure),
}

/// Without the configuration: the SDK's own prints the profile's keys.
impl fmt::Debug for Chain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Chain").field("profile", &self.profile).field("steps", &self.steps).finish_non_exhaustive()
    }
}

impl Chain {
    /// The credentials at the chain's end. `dead` are those that AWS takes no longer.
    pub(super) async fn walk(&self, desk: &Desk, dead: Option<&Credentials>) -> Result<Credentials, Stuck> {
        let is_dead = |session: &Credentials| dead.is_some_and(|dead| dead.access_key_id() == session.access_key_id());
        // From the last role that the AWS CLI has a session of.
        let mut at = self.steps.len();
        let mut held = None;
        while at > 0 && held.is_none() {
            held = cli_cache::session(&self.steps[at - 1]).await.filter(|session| !is_dead(session));
            at -= usize::from(held.is_none());
        }
        let mut credentials = match held {
            Some(session) => session,
            None => tokio::time::timeout(PATIENCE, self.base.provide_credentials())
                .await
                .unwrap_or_else(|_| Err(CredentialsError::provider_timed_out(PATIENCE)))
                .map_err(Stuck::Base)?,
        };
        for step in &self.steps[at..] {
            credentials = self.assume(step, credentials, desk).await.map_err(Stuck::Step)?;
        }
        credentials.get_property_mut_or_default::<Vec<AwsCredentialFeature>>().push(AwsCredentialFeature::CredentialsStsAssumeRole);
        Ok(credentials)
    }

    /// Assumes one role; asks for the code until AWS takes it or the person has enough.
    async fn assume(&self, step: &Step, with: Credentials, desk: &Desk) -> Result<Credentials, CredentialsFailure> {
        let config = self.config.clone().into_builder().credentials_provider(SharedCredentialsProvider::new(with)).build();
        let client = Client::new(&config);
        let mut mistake = None;
        loop {
            let code = match &step.serial {
                None => None,
                Some(serial) => Some(self.code(step, serial, mistake.take(), desk).await?),
            };
            let error = match ask(&client, step, code.as_ref()).await {
                Ok(credentials) => return Ok(credentials),
                Err(error) => error,
            };
            // "MultiFactorAuthentication failed with invalid MFA one time pass code."
            if code.is_some() && error.message.contains("MultiFactorAuthentication failed") {
                mistake = Some(error.message);
            } else {
                return Err(self.not_assumed(step, &error));
            }
        }
    }

    async fn code(&self, step: &Step, serial: &str, mistake: Option<Text>, desk: &Desk) -> Result<MfaCode, CredentialsFailure> {
        let (profile, role, serial) = (&self.profile, Text::new(&step.role), Text::new(serial));
        let wanted = CodeWanted { profile: profile.clone(), role, serial: serial.clone(), mistake };
        let message = match desk.ask(wanted).await {
            Reply::Code(code) => return Ok(code),
            Reply::Later(what_to_do) => format!("waiting for the MFA code of profile `{profile}` (device {serial}): {what_to_do}"),
            Reply::NoTerminal => format!(
                "profile `{profile}` needs the MFA code of {serial}, and there is no terminal to ask for it; run this in a terminal, or \
                 get a session first with `eval \"$(aws configure export-credentials --profile {profile} --format env)\"` and leave out \
                 --profile"
            ),
        };
        Err(CredentialsFailure { message: Text::from(message), refused: None, need: Need::Again })
    }

    fn not_assumed(&self, step: &Step, error: &CallError) -> CredentialsFailure {
        let (profile, role) = (&self.profile, &step.role);
        let code = error.code.as_deref().unwrap_or_default();
        let (what_to_do, refused) = if code.starts_with("AccessDenied") {
            let device = if step.serial.is_some() { ", whether `mfa_serial` is the device of this user" } else { "" };
            let check = format!("check that the role exists, trusts the source of profile `{profile}`{device}, and `external_id`");
            (check, Some(Text::new("sts:AssumeRole")))
        } else {
            (format!("check profile `{profile}`, and try again"), None)
        };
        let colon = if code.is_empty() { "" } else { ": " };
        let message = format!("{role} cannot be assumed ({code}{colon}{}); {what_to_do}", error.message);
        CredentialsFailure { message: Text::from(message), refused, need: Need::Again }
    }
}

async fn ask(client: &Client, step: &Step, code: Option<&MfaCode>) -> Result<Credentials, CallError> {
    let capture = Capture::new(&Arc::new(Meter::default()));
    let call = client
        .assume_role()
        .role_arn(&step.role)
        .role_session_name(step.session_name.as_deref().unwrap_or(SESSION))
        .set_external_id(step.external_id.clone())
        .set_duration_seconds(step.duration)
        .set_serial_number(step.serial.clone())
        .set_token_code(code.map(|code| code.as_str().to_owned()));
    let answer = Box::pin(call.customize().interceptor(capture.clone()).send()).await;
    let answer = answer.map_err(|error| classify(Some(&error), &capture.take()))?;
    let Some(given) = answer.credentials() else { return Err(CallError::odd("STS answered AssumeRole without credentials")) };
    let mut builder = Credentials::builder()
        .access_key_id(given.access_key_id())
        .secret_access_key(given.secret_access_key())
        .session_token(given.session_token())
        .provider_name("AssumeRole");
    builder.set_expiry(SystemTime::try_from(*given.expiration()).ok());
    let account = answer.assumed_role_user().and_then(|user| user.arn().split(':').nth(4)).filter(|account| !account.is_empty());
    Ok(match account {
        Some(account) => builder.account_id(account).build(),
        None => builder.build(),
    })
}
