//! The accounts of the organization: Organizations `ListAccounts` (awsJson1.1, botocore `organizations/2016-11-28`).

use std::sync::Arc;

use aws_config::SdkConfig;
use serde::Deserialize;

use super::{Api, CallError, Message, Meter, Refusal, signed};
use crate::model::{AccountId, Text};

const ORGANIZATIONS: Api = Api { id: "Organizations", signing_name: "organizations", host: "organizations", is_global: true };
const TARGET: &str = "AWSOrganizationsV20161128";
/// The most that a page may hold.
const PAGE: u32 = 20;
/// More pages than any organization has: 200 000 accounts.
const PAGES: usize = 10_000;

/// An account of the organization.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// Its id.
    pub id: AccountId,
    /// Its name, as the organization knows it.
    pub name: Text,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Page {
    #[serde(default)]
    accounts: Vec<Listed>,
    next_token: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Listed {
    id: String,
    #[serde(default)]
    name: String,
    status: Option<String>,
    state: Option<String>,
}

impl Listed {
    fn is_active(&self) -> bool {
        self.state.as_deref().or(self.status.as_deref()) == Some("ACTIVE")
    }
}

/// The active accounts of the caller's organization.
///
/// # Errors
/// A sentence that says what happened and what to do. A list that breaks off is no list.
pub async fn organization(config: &SdkConfig) -> Result<Vec<Member>, Refusal> {
    let meter = Arc::new(Meter::default());
    let mut members = Vec::new();
    let mut token: Option<String> = None;
    for _ in 0..PAGES {
        let mut input = serde_json::json!({ "MaxResults": PAGE });
        if let Some(token) = &token {
            input["NextToken"] = token.as_str().into();
        }
        let message = Message::Json(TARGET, input.to_string());
        let body = signed(config, &meter, ORGANIZATIONS, "ListAccounts", message).await.map_err(|error| why(&error))?;
        let page: Page = serde_json::from_slice(&body).map_err(|error| broken(&format!("its answer cannot be read: {error}")))?;
        let active = page.accounts.into_iter().filter(Listed::is_active);
        members.extend(active.map(|listed| Member { id: AccountId::new(&listed.id), name: Text::new(&listed.name) }));
        // A page may be empty and still have a next one.
        match page.next_token.filter(|next| !next.is_empty()) {
            None if members.is_empty() => return Err(broken("it lists no active account")),
            None => return Ok(members),
            next if next == token => return Err(broken("it repeats a page")),
            next => token = next,
        }
    }
    Err(broken("its list has no end"))
}

fn why(error: &CallError) -> Refusal {
    let reason = match error.code.as_deref() {
        Some("AWSOrganizationsNotInUseException") => {
            Text::new("the account belongs to no organization: leave out --org, or name accounts with --account")
        }
        Some(code) if code.starts_with("AccessDenied") => Text::from(format!(
            "the organization's accounts cannot be listed ({code}): organizations:ListAccounts is for the management account and for \
             delegated administrators; ask from one of those, or name accounts with --account"
        )),
        Some(code) => cannot(&format!("{code}: {}", error.message)),
        None => cannot(&error.message),
    };
    Refusal::new(error, reason)
}

fn broken(what: &str) -> Refusal {
    Refusal::broken(cannot(what))
}

fn cannot(what: &str) -> Text {
    Text::from(format!("the organization's accounts cannot be listed: {what}; try again, or name accounts with --account"))
}
