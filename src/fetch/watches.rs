//! Tells how the accounts' credentials stand, beside the lanes.

use tokio::sync::mpsc::Sender;
use tokio::task::JoinSet;

use super::Event;
use super::board::Deserted;
use crate::aws::{Account, Need};

/// The accounts of the scope as it was settled, watched until this is dropped.
pub(super) struct Watches {
    accounts: Vec<Account>,
    events: Sender<Event>,
    _tasks: JoinSet<()>,
}

impl Watches {
    pub(super) fn begin(accounts: Vec<Account>, events: Sender<Event>) -> Self {
        let mut tasks = JoinSet::new();
        for (number, account) in accounts.iter().enumerate() {
            let Some(mut validity) = account.validity() else { continue };
            let events = events.clone();
            tasks.spawn(async move {
                while validity.changed().await.is_ok() {
                    let now = validity.borrow_and_update().clone();
                    if events.send(Event::Validity(number, now)).await.is_err() {
                        return;
                    }
                }
            });
        }
        Self { accounts, events, _tasks: tasks }
    }

    /// Says once more what a person is needed for: a watch may be late with it at the end.
    pub(super) async fn settle(&self) -> Result<(), Deserted> {
        for (number, account) in self.accounts.iter().enumerate() {
            let Some(validity) =
                account.validity().map(|validity| validity.borrow().clone()).filter(|validity| validity.need != Need::Nothing)
            else {
                continue;
            };
            self.events.send(Event::Validity(number, validity)).await.map_err(|_| Deserted)?;
        }
        Ok(())
    }
}
