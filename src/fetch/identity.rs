//! Finds out who is asking, beside the lanes and never in their way.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;

use super::board::{Board, Deserted};
use super::{Event, Identity};
use crate::aws::{Account, CallError};
use crate::model::{AccountId, Text};

/// How long STS may take; the lanes do not wait for it.
const PATIENCE: Duration = Duration::from_secs(20);
/// How long IAM may take.
const ALIAS_PATIENCE: Duration = Duration::from_secs(5);

/// What is known of an account's credentials.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Standing {
    /// STS has not answered yet, or cannot be asked.
    #[default]
    Unknown,
    /// STS knows the caller.
    Good,
    /// STS refuses the credentials.
    Refused,
    /// STS could not be reached, or did not answer.
    Unasked,
}

/// One account's identity task.
pub(super) struct Inquiry {
    pub(super) account: Account,
    /// The account id that the credentials carry, if they do.
    pub(super) stated: Option<AccountId>,
    /// The account's lanes.
    pub(super) lanes: Vec<usize>,
    pub(super) board: Arc<Board>,
    pub(super) standing: watch::Sender<Standing>,
}

impl Inquiry {
    /// Asks STS. Returns what went wrong, if anything did.
    pub(super) async fn run(self) -> Result<Option<CallError>, Deserted> {
        if let Some(account) = self.stated.clone().filter(|account| !account.is_empty()) {
            rename(&self.board, &self.lanes, &account).await?;
        }
        let alias = self.account.name.is_none().then(|| tokio::spawn(alias(self.account.clone())));
        let answer = tokio::time::timeout(PATIENCE, self.account.caller()).await;
        let why = match answer {
            Ok(Ok(caller)) => {
                self.standing.send_replace(Standing::Good);
                let identity = Identity { account: caller.account.clone(), arn: caller.arn, name: self.account.name.clone() };
                self.board.say(Event::Identity(identity.clone())).await?;
                rename(&self.board, &self.lanes, &caller.account).await?;
                if let Some(alias) = alias {
                    // Nobody waits for it; where it comes after the end, only a screen is still there to show it.
                    let board = Arc::clone(&self.board);
                    tokio::spawn(async move {
                        if let Ok(Some(name)) = alias.await {
                            let _ = board.say(Event::Identity(Identity { name: Some(name), ..identity })).await;
                        }
                    });
                }
                return Ok(None);
            }
            Ok(Err(error)) => {
                self.standing.send_replace(if error.refuses_credentials() { Standing::Refused } else { Standing::Unasked });
                Some(error)
            }
            Err(_) => {
                self.standing.send_replace(Standing::Unasked);
                None
            }
        };
        let said = why.as_ref().map_or("it did not answer in time", |error| error.message.as_str());
        if let Some(account) = self.stated.filter(|account| !account.is_empty()) {
            let identity = Identity { account: account.clone(), arn: Text::empty(), name: self.account.name.clone() };
            self.board.say(Event::Identity(identity)).await?;
            // An account inside this process is known by definition.
            if self.account.id.is_empty() {
                let notice = format!("STS did not confirm the identity ({said}); account {account} is what the credentials say");
                self.board.say(Event::Notice(Text::from(notice))).await?;
            }
        } else {
            let notice = format!("STS did not tell the identity ({said}); the account is not known yet, the findings do not need it");
            self.board.say(Event::Notice(Text::from(notice))).await?;
        }
        Ok(why)
    }
}

async fn alias(account: Account) -> Option<Text> {
    tokio::time::timeout(ALIAS_PATIENCE, account.alias()).await.ok()?
}

/// Gives the lanes their account.
pub(super) async fn rename(board: &Board, lanes: &[usize], account: &AccountId) -> Result<(), Deserted> {
    for &number in lanes {
        if board.lane(number).is_some_and(|lane| lane.id.account != *account) {
            board.update(number, |lane| lane.id.account = account.clone()).await?;
        }
    }
    Ok(())
}
