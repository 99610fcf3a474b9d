//! What a call passes before it is sent: the API's rate in its account and Region, and the number of calls at a time.

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::pace::{Bucket, Paces};
use crate::model::Region;

/// The limits of one account's calls. Cheap to clone; clones share the limits.
#[derive(Clone, Debug)]
pub struct Gate {
    turns: Arc<Semaphore>,
    paces: Arc<Paces>,
}

/// A call that may be sent. It takes a turn until it is dropped.
#[derive(Debug)]
pub struct Pass {
    pub(super) bucket: Arc<Bucket>,
    _turn: Option<OwnedSemaphorePermit>,
}

impl Gate {
    pub(super) fn new(turns: Arc<Semaphore>, paces: Arc<Paces>) -> Self {
        Self { turns, paces }
    }

    /// A gate that holds back nothing but what a service throttles.
    #[must_use]
    pub fn open() -> Self {
        Self::new(Arc::new(Semaphore::new(Semaphore::MAX_PERMITS)), Arc::new(Paces::unlimited()))
    }

    /// Waits until a call of this operation may be sent; `service` is the prefix of its IAM action.
    pub async fn pass(&self, region: &Region, service: &'static str, operation: &'static str) -> Pass {
        let bucket = self.paces.bucket(region, service, operation);
        bucket.take().await;
        // Nobody closes the semaphore.
        let turn = Arc::clone(&self.turns).acquire_owned().await.ok();
        Pass { bucket, _turn: turn }
    }
}
