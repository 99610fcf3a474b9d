//! Whose accounts are asked, and with which credentials.

use aws_credential_types::Credentials;
use aws_smithy_runtime_api::client::http::SharedHttpClient;

use super::Members;
use crate::model::{AccountId, Text};

/// Where credentials come from.
#[derive(Clone, Debug)]
pub enum Access {
    /// The standard chain of the AWS CLI. A profile that is named here beats keys in the environment.
    Profile(Option<String>),
    /// Several profiles, an account each.
    Profiles(Vec<String>),
    /// Accounts that are entered by assuming a role.
    Members(Members),
    /// Accounts that live inside this process. Nothing is read from the environment or from files.
    Embedded(Embedded),
}

/// Accounts that an HTTP client inside this process answers for.
#[derive(Clone, Debug)]
pub struct Embedded {
    /// Answers the SDK's requests.
    pub http_client: SharedHttpClient,
    /// The accounts, in the order of the plan.
    pub accounts: Vec<EmbeddedAccount>,
}

/// One account inside this process.
#[derive(Clone, Debug)]
pub struct EmbeddedAccount {
    /// The account's id.
    pub id: AccountId,
    /// Its name.
    pub name: Text,
    /// What requests are signed with: the HTTP client tells accounts apart by the access key id.
    pub credentials: Credentials,
}
