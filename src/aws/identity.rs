//! Who is asking: STS `GetCallerIdentity`, which needs no permission.

use std::sync::Arc;

use aws_sdk_sts::Client;
use aws_types::SdkConfig;

use super::call_error::classify;
use super::{CallError, Capture, Meter};
use crate::model::{AccountId, Region, Text};

/// The Region that no account can turn off.
const HOME: &str = "us-east-1";

/// The caller, as STS says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    /// The account of the credentials.
    pub account: AccountId,
    /// The principal's ARN.
    pub arn: Text,
}

/// Asks STS in the configuration's Region. A Region that the account has not enabled refuses good credentials: so refused
/// ones are tried once more where every account of the `aws` partition is at home.
///
/// # Errors
/// As [`call`](super::call()): expired or unknown credentials, no network.
pub async fn caller(config: &SdkConfig) -> Result<Caller, CallError> {
    let region = Region::new(config.region().map(AsRef::as_ref).unwrap_or_default());
    match ask(config).await {
        Err(error)
            if error.refuses_credentials() && !error.is_expired() && region.as_str() != HOME && region.partition().as_str() == "aws" =>
        {
            let home = config.clone().into_builder().region(aws_types::region::Region::new(HOME)).build();
            ask(&home).await.map_err(|_| error)
        }
        answer => answer,
    }
}

async fn ask(config: &SdkConfig) -> Result<Caller, CallError> {
    let capture = Capture::new(&Arc::new(Meter::default()));
    match Client::new(config).get_caller_identity().customize().interceptor(capture.clone()).send().await {
        Ok(identity) => Ok(Caller {
            account: AccountId::new(identity.account().unwrap_or_default()),
            arn: Text::new(identity.arn().unwrap_or_default()),
        }),
        Err(error) => Err(classify(Some(&error), &capture.take())),
    }
}
