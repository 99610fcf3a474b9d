//! Tells how the accounts' credentials stand, beside the lanes.

use tokio::sync::mpsc::Sender;
use tokio::task::JoinSet;

use super::Event;
use super::board::Deserted;
use crate::aws::{Account, Need};

/// The accounts of the scope as it was settled, watched until this is dropped.
pub(super) struct Passes {
    accounts: Vec<Account>,
    events: Sender<Event>,
    _watches: JoinSet<()>,
}

impl Passes {
    pub(super) fn watch(accounts: Vec<Account>, events: Sender<Event>) -> Self {
        let mut watches = JoinSet::new();
        for (number, account) in accounts.iter().enumerate() {
            let Some(mut pass) = account.pass() else { continue };
            let events = events.clone();
            watches.spawn(async move {
                while pass.changed().await.is_ok() {
                    let now = pass.borrow_and_update().clone();
                    if events.send(Event::Pass(number, now)).await.is_err() {
                        return;
                    }
                }
            });
        }
        Self { accounts, events, _watches: watches }
    }

    /// Says once more what a person is needed for: a watch may be late with it at the end.
    pub(super) async fn settle(&self) -> Result<(), Deserted> {
        for (number, account) in self.accounts.iter().enumerate() {
            let Some(pass) = account.pass().map(|pass| pass.borrow().clone()).filter(|pass| pass.need != Need::Nothing) else { continue };
            self.events.send(Event::Pass(number, pass)).await.map_err(|_| Deserted)?;
        }
        Ok(())
    }
}
