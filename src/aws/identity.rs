//! Who is asking: STS `GetCallerIdentity`, which needs no permission.

use aws_sdk_sts::Client;
use aws_types::SdkConfig;

use super::call_error::classify;
use super::{CallError, Capture, Meter};
use crate::model::{AccountId, Text};

/// The caller, as STS says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    /// The account of the credentials.
    pub account: AccountId,
    /// The principal's ARN.
    pub arn: Text,
}

/// Asks STS in the configuration's Region.
///
/// # Errors
/// As [`call`](super::call()): expired or unknown credentials, no network.
pub async fn caller(config: &SdkConfig) -> Result<Caller, CallError> {
    let capture = Capture::new(&std::sync::Arc::new(Meter::default()));
    match Client::new(config).get_caller_identity().customize().interceptor(capture.clone()).send().await {
        Ok(identity) => Ok(Caller {
            account: AccountId::new(identity.account().unwrap_or_default()),
            arn: Text::new(identity.arn().unwrap_or_default()),
        }),
        Err(error) => Err(classify(Some(&error), &capture.take())),
    }
}
