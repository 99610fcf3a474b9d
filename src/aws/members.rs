//! Other accounts than the caller's: each is entered by assuming a role in it.

use std::fmt;
use std::sync::Arc;
use std::time::SystemTime;

use aws_credential_types::Credentials;
use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::{ProvideCredentials, future};
use aws_sdk_sts::Client;
use thiserror::Error;
use tokio::sync::Semaphore;

use super::call_error::classify;
use super::credentials::Held;
use super::need::Need;
use super::renew::renewing;
use super::{CallError, CallErrorKind, Capture, CredentialsFailure, Meter};
use crate::model::{AccountId, Text};

/// What the role's sessions are called in CloudTrail.
pub(super) const SESSION: &str = "ringfort";

/// Accounts that are entered from one identity.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Members {
    /// The profile of that identity; none: the standard chain.
    pub profile: Option<String>,
    /// The name of the role in each account, with its path where it has one.
    pub role: String,
    /// Which accounts.
    pub who: Who,
}

/// Which accounts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Who {
    /// These.
    Listed(Vec<AccountId>),
    /// All active ones of the organization.
    Organization,
}

/// Gets credentials by assuming a role, with the regional endpoint of STS: tokens of the global one can be refused in Regions
/// that are off by default.
pub(super) struct Assumed {
    pub(super) client: Client,
    /// What the client signs with.
    pub(super) base: Option<Arc<Held>>,
    /// The role's ARN.
    pub(super) role: Text,
    /// How many roles are assumed at the same time.
    pub(super) turns: Arc<Semaphore>,
}

/// Without the client, whose configuration prints the profile's keys.
impl fmt::Debug for Assumed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Assumed").field("role", &self.role).finish_non_exhaustive()
    }
}

impl Assumed {
    async fn assume(&self) -> Result<Credentials, CredentialsError> {
        let _turn = self.turns.acquire().await;
        let ask = || async {
            let capture = Capture::new(&Arc::new(Meter::default()));
            let call = self.client.assume_role().role_arn(self.role.as_str()).role_session_name(SESSION);
            let answer = Box::pin(call.customize().interceptor(capture.clone()).send()).await;
            answer.map_err(|error| classify(Some(&error), &capture.take()))
        };
        let answer = renewing(self.base.as_deref(), ask).await;
        let answer = answer.map_err(|call| CredentialsError::provider_error(NotAssumed { role: self.role.clone(), call }))?;
        let Some(given) = answer.credentials() else {
            return Err(CredentialsError::unhandled("STS answered AssumeRole without credentials"));
        };
        let expiry = SystemTime::try_from(*given.expiration()).ok();
        let token = Some(given.session_token().to_owned());
        Ok(Credentials::new(given.access_key_id(), given.secret_access_key(), token, expiry, "AssumeRole"))
    }
}

impl ProvideCredentials for Assumed {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::new(self.assume())
    }
}

/// A role that could not be assumed.
#[derive(Clone, Debug, Error)]
#[error("{role} cannot be assumed")]
pub(super) struct NotAssumed {
    role: Text,
    call: CallError,
}

impl NotAssumed {
    /// What to say of it, and which action was refused.
    pub(super) fn failure(&self) -> CredentialsFailure {
        let Self { role, call } = self;
        let code = call.code.as_deref().unwrap_or_default();
        if call.kind == CallErrorKind::Credentials {
            return CredentialsFailure { message: call.message.clone(), refused: None, need: Need::Again };
        }
        if code.starts_with("AccessDenied") {
            let message = format!(
                "{role} cannot be assumed ({code}): the role must exist and trust the caller, and the caller must be allowed \
                 sts:AssumeRole on it; --role-name names another role"
            );
            return CredentialsFailure { message: Text::from(message), refused: Some(Text::new("sts:AssumeRole")), need: Need::Again };
        }
        let reason = if code.is_empty() { call.message.to_string() } else { format!("{code}: {}", call.message) };
        CredentialsFailure { message: Text::from(format!("{role} cannot be assumed: {reason}")), refused: None, need: Need::Again }
    }
}
