//! Before the plan: what only AWS can tell of the scope. Accounts are asked at the same time, none waits for another.

use std::time::Duration;

use futures_util::future::join_all;

use crate::aws::{Account, Asked, Caller, Enabled, EstateCall, Members, Scope, Who, enabled_regions, organization, role_arn};
use crate::model::{AccountId, Arn, Text};

/// How long STS may take to tell two profiles apart.
const PATIENCE: Duration = Duration::from_secs(5);

/// A scope that is fit for a plan, and what the user should know of how it came about.
pub(super) struct Surveyed {
    pub(super) scope: Scope,
    pub(super) notices: Vec<Text>,
    /// The account that members are entered from, unless it is one of the accounts itself.
    pub(super) base: Option<Account>,
    /// How the organization was asked for its accounts, if it was.
    pub(super) organization: Option<Asked>,
    /// What was found out about the Regions of each account, where all are wanted; `None` for one without credentials.
    pub(super) regions: Vec<Option<Enabled>>,
    /// Why it cannot be known which accounts there are: then there are none.
    pub(super) no_accounts: Option<Text>,
}

/// Finds the accounts behind profiles and roles, and their enabled Regions where all are wanted.
pub(super) async fn survey(scope: Scope, all_regions: bool) -> Surveyed {
    let members = scope.members.clone();
    let mut surveyed = Surveyed::of(scope);
    if let Some(members) = members {
        surveyed.no_accounts = surveyed.enter(&members).await.err();
    } else if surveyed.scope.accounts.len() > 1 {
        surveyed.tell_apart().await;
    }
    if all_regions {
        surveyed.ask_regions().await;
    }
    surveyed
}

impl Surveyed {
    /// The scope as it is, nothing asked.
    pub(super) const fn of(scope: Scope) -> Self {
        Self { scope, notices: Vec::new(), base: None, organization: None, regions: Vec::new(), no_accounts: None }
    }

    /// Puts the members in the place of the account that they are entered from.
    async fn enter(&mut self, members: &Members) -> Result<(), Text> {
        let Some(base) = self.scope.accounts.pop() else { return Ok(()) };
        self.base = Some(base.clone());
        base.ready().await.map_err(|failure| failure.message)?;
        let wanted = async {
            match &members.who {
                Who::Listed(ids) => Ok(ids.iter().map(|id| (id.clone(), None)).collect::<Vec<_>>()),
                Who::Organization => {
                    organization(base.home()).await.map(|members| members.into_iter().map(|one| (one.id, Some(one.name))).collect())
                }
            }
        };
        let (wanted, caller) = tokio::join!(wanted, identity(&base));
        let home = base.regions.first().map(|region| region.partition().to_string()).unwrap_or_default();
        let partition = caller.as_ref().and_then(|caller| Some(Arn::parse(&caller.arn)?.partition.to_owned())).unwrap_or(home);
        let roles = base.roles();
        if members.who == Who::Organization {
            self.organization = Some(Asked { call: EstateCall::LIST_ACCOUNTS, refusal: wanted.as_ref().err().cloned() });
        }
        for (id, name) in wanted.map_err(|refusal| refusal.reason)? {
            if caller.as_ref().is_some_and(|caller| caller.account == id) {
                // The caller's own account needs no role.
                let mut own = base.clone();
                (own.id, own.name) = (id, name);
                self.scope.accounts.push(own);
                self.base = None;
            } else {
                let role = role_arn(&partition, &id, &members.role);
                self.scope.accounts.push(roles.account(id, name, &role));
            }
        }
        Ok(())
    }

    /// One account through two profiles is asked once.
    async fn tell_apart(&mut self) {
        let ids = join_all(self.scope.accounts.iter().map(account_id)).await;
        let mut kept: Vec<Account> = Vec::new();
        for (mut account, id) in std::mem::take(&mut self.scope.accounts).into_iter().zip(ids) {
            account.id = id.unwrap_or_default();
            let Some(first) = kept.iter_mut().find(|known| !known.id.is_empty() && known.id == account.id) else {
                kept.push(account);
                continue;
            };
            let (id, with, too) = (&first.id, profile(first), profile(&account));
            self.notices.push(Text::from(format!("profiles `{with}` and `{too}` are both account {id}: it is asked once, with `{with}`")));
            let more: Vec<_> = account.regions.into_iter().filter(|region| !first.regions.contains(region)).collect();
            first.regions.extend(more);
        }
        self.scope.accounts = kept;
    }

    async fn ask_regions(&mut self) {
        let answers = join_all(self.scope.accounts.iter().map(|account| async {
            // Without credentials there is nobody to ask; the lanes will say so.
            account.ready().await.ok()?;
            Some(enabled_regions(account.home()).await)
        }))
        .await;
        let several = answers.len() > 1;
        for (account, answer) in self.scope.accounts.iter_mut().zip(&answers) {
            let Some(answer) = answer else { continue };
            let notice = &answer.notice;
            self.notices.push(if several { Text::from(format!("{}: {notice}", label(account))) } else { notice.clone() });
            account.regions.clone_from(&answer.regions);
        }
        self.regions = answers;
    }
}

async fn identity(account: &Account) -> Option<Caller> {
    tokio::time::timeout(PATIENCE, account.caller()).await.ok()?.ok()
}

/// The account behind the credentials, where they or STS tell it.
async fn account_id(account: &Account) -> Option<AccountId> {
    match account.ready().await.ok()? {
        Some(id) => Some(id),
        None => identity(account).await.map(|caller| caller.account),
    }
}

fn profile(account: &Account) -> &str {
    account.profile.as_deref().unwrap_or("default")
}

/// How an account is called before its lanes exist.
fn label(account: &Account) -> String {
    if account.id.is_empty() { format!("profile `{}`", profile(account)) } else { account.id.to_string() }
}
