//! Before the plan: what only AWS can tell of the scope. Accounts are asked at the same time, none waits for another.

use futures_util::future::join_all;

use crate::aws::{Account, Scope, enabled_regions};
use crate::model::Text;

/// A scope that is fit for a plan, and what the user should know of how it came about.
pub(super) struct Surveyed {
    pub(super) scope: Scope,
    pub(super) notices: Vec<Text>,
}

/// Asks each account for its enabled Regions, where all are wanted.
pub(super) async fn survey(scope: Scope, all_regions: bool) -> Surveyed {
    let mut surveyed = Surveyed { scope, notices: Vec::new() };
    if all_regions {
        surveyed.ask_regions().await;
    }
    surveyed
}

impl Surveyed {
    async fn ask_regions(&mut self) {
        let answers = join_all(self.scope.accounts.iter().map(|account| async {
            // Without credentials there is nobody to ask; the lanes will say so.
            account.ready().await.ok()?;
            Some(enabled_regions(account.home()).await)
        }))
        .await;
        let several = answers.len() > 1;
        for (account, answer) in self.scope.accounts.iter_mut().zip(answers) {
            let Some(answer) = answer else { continue };
            self.notices.push(if several { Text::from(format!("{}: {}", label(account), answer.notice)) } else { answer.notice });
            account.regions = answer.regions;
        }
    }
}

/// How an account is called before its lanes exist.
fn label(account: &Account) -> String {
    match (&account.profile, account.id.is_empty()) {
        (_, false) => account.id.to_string(),
        (Some(profile), true) => format!("profile `{profile}`"),
        (None, true) => String::from("the account"),
    }
}
