//! The lanes as they are now, and the one door for events: what is sent of a lane is never older than what was sent before.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::mpsc::Sender;

use super::Event;
use super::again::{Known, Knowns};
use crate::aws::ClockSkew;
use crate::model::{AccountId, Lane, Text};
use crate::store::Batch;

/// The lanes, and where events go.
#[derive(Debug)]
pub(super) struct Board {
    lanes: Mutex<Knowns>,
    accounts: Mutex<HashMap<AccountId, u64>>,
    clock_told: AtomicBool,
    events: Sender<Event>,
}

/// Nobody listens any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Deserted;

impl Board {
    pub(super) fn new(lanes: Vec<Lane>, events: Sender<Event>) -> Self {
        let lanes = Mutex::new(lanes.into_iter().map(Known::new).collect());
        Self { lanes, accounts: Mutex::default(), clock_told: AtomicBool::new(false), events }
    }

    fn lanes(&self) -> MutexGuard<'_, Knowns> {
        self.lanes.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn snapshot(&self) -> Vec<Lane> {
        self.lanes().iter().map(|known| known.lane().clone()).collect()
    }

    pub(super) fn lane(&self, number: usize) -> Option<Lane> {
        self.lanes().get(number).map(|known| known.lane().clone())
    }

    /// Changes a lane and tells; waits for room in the channel first.
    pub(super) async fn update(&self, number: usize, change: impl FnOnce(&mut Lane)) -> Result<(), Deserted> {
        self.tell(number, |known| known.change(change)).await
    }

    /// A lane that has ended is to be read again.
    pub(super) async fn again(&self, number: usize) -> Result<(), Deserted> {
        self.tell(number, Known::again).await
    }

    async fn tell(&self, number: usize, change: impl FnOnce(&mut Known)) -> Result<(), Deserted> {
        let permit = self.events.reserve().await.map_err(|_| Deserted)?;
        let mut lanes = self.lanes();
        if let Some(known) = lanes.get_mut(number) {
            change(known);
            // Sent under the lock, so that the order of events is the order of changes.
            permit.send(Event::Lane(number, Box::new(known.lane().clone())));
        }
        Ok(())
    }

    /// Sends a page on, then counts it: a lane's counts are never ahead of what was sent.
    pub(super) async fn batch(&self, number: usize, batch: Batch) -> Result<(), Deserted> {
        let findings = batch.findings.len() as u64;
        {
            let mut accounts = self.accounts.lock().unwrap_or_else(PoisonError::into_inner);
            for finding in &batch.findings {
                *accounts.entry(finding.account.clone()).or_default() += 1;
            }
        }
        self.say(Event::Batch(number, batch)).await?;
        if let Some(known) = self.lanes().get_mut(number) {
            known.count(findings);
        }
        Ok(())
    }

    /// The account that most findings are about, if more than half are.
    pub(super) fn prevailing_account(&self) -> Option<AccountId> {
        let accounts = self.accounts.lock().unwrap_or_else(PoisonError::into_inner);
        let all: u64 = accounts.values().sum();
        let (account, count) = accounts.iter().max_by_key(|(_, count)| **count)?;
        (count * 2 > all && !account.is_empty()).then(|| account.clone())
    }

    /// Says once that the clock is wrong, however many lanes notice.
    pub(super) async fn tell_clock(&self, skew: ClockSkew) -> Result<(), Deserted> {
        if self.clock_told.swap(true, Ordering::Relaxed) {
            return Ok(());
        }
        let notice = format!("this machine's clock is {skew}: calls are signed with AWS's time instead, but ages are wrong; set the clock");
        self.say(Event::Notice(Text::from(notice))).await
    }

    pub(super) async fn say(&self, event: Event) -> Result<(), Deserted> {
        self.events.send(event).await.map_err(|_| Deserted)
    }

    /// Waits until nobody listens any more.
    pub(super) async fn deserted(&self) {
        self.events.closed().await;
    }
}
