//! The embedded estate: an invented company's findings, and the services that answer for them.
//! In comes the present time; out come accounts, Regions and an HTTP client that the real SDK clients use as if it were AWS.
//! It knows the model and the SDK's HTTP types; no port, no network, no files, no credentials.

mod client;
mod estate;
pub mod wire;

use aws_credential_types::Credentials;
use aws_smithy_runtime_api::client::http::SharedHttpClient;

use crate::model::{AccountId, Region, Text, Timestamp};

/// How to reach the embedded estate.
#[derive(Clone, Debug)]
pub struct Access {
    /// Answers in the place of AWS.
    pub http_client: SharedHttpClient,
    /// The accounts of the estate.
    pub accounts: Vec<Account>,
}

/// An account of the embedded estate.
#[derive(Clone, Debug)]
pub struct Account {
    /// Its id.
    pub id: AccountId,
    /// What the company calls it.
    pub name: Text,
    /// What tells the emulator whose request it is; good for nothing else.
    pub credentials: Credentials,
}

/// The embedded estate as it is at `now`. Returns at once: the findings are made when the first request comes.
#[must_use]
pub fn access(now: Timestamp) -> Access {
    let company = estate::Company::load();
    let accounts = company
        .accounts
        .iter()
        .map(|account| Account {
            id: AccountId::new(&account.id),
            name: Text::new(&account.name),
            credentials: Credentials::new(account.access_key(), "not-a-secret", None, None, "ringfort-demo"),
        })
        .collect();
    Access { http_client: client::http_client(now), accounts }
}

/// The Regions of the embedded estate.
#[must_use]
pub fn regions() -> Vec<Region> {
    estate::Company::load().regions.iter().map(|name| Region::new(name)).collect()
}

/// The embedded estate as the emulator's world: for tests that look behind the wire.
#[must_use]
pub fn world(now: Timestamp) -> wire::World {
    estate::world(now)
}
