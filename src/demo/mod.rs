//! The embedded estate: an invented company's findings, and the services that answer for them.
//! In comes the present time; out come accounts, Regions and an HTTP client that the real SDK clients use as if it were AWS.
//! It knows the model, the SDK's HTTP types and `aws::Embedded`; no port, no network, no files, no credentials.

mod client;
mod estate;
pub mod wire;

use aws_credential_types::Credentials;

use crate::aws::{Embedded, EmbeddedAccount};
use crate::model::{AccountId, Region, Text, Timestamp};

/// The embedded estate as it is at `now`. Returns at once: the findings are made when the first request comes.
#[must_use]
pub fn access(now: Timestamp) -> Embedded {
    let company = estate::Company::load();
    let accounts = company
        .accounts
        .iter()
        .map(|account| EmbeddedAccount {
            id: AccountId::new(&account.id),
            name: Text::new(&account.name),
            credentials: Credentials::new(account.access_key(), "not-a-secret", None, None, "ringfort-demo"),
        })
        .collect();
    Embedded { http_client: client::http_client(now), accounts }
}

/// What the invented company has under `[ai-data]` in its configuration: a mark's word and a pattern, each. Its two buckets also have
/// the tag that marks them, but not every service gives tags with its findings.
pub const AI_DATA: [(&str, &str); 3] = [
    ("training", "arn:aws:s3:::brightwater-training-*"),
    ("rag", "arn:aws:s3:::brightwater-support-handbook"),
    ("rag", "arn:aws:iam::*:role/rag-indexer"),
];

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
