//! A request quota that the endpoint enforces, as AWS does: a token bucket for each Region.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use ringfort::demo::wire::{Call, Service};

/// Calls of one operation, and how many of them were refused.
#[derive(Debug)]
pub(crate) struct Quota {
    service: Service,
    operation: &'static str,
    rate: f64,
    burst: f64,
    buckets: Mutex<HashMap<String, (f64, Instant)>>,
    counts: Mutex<Counts>,
}

/// What became of the calls.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Counts {
    pub(crate) admitted: u32,
    pub(crate) refused: u32,
    pub(crate) first: Option<Instant>,
    pub(crate) last: Option<Instant>,
}

impl Quota {
    /// So many calls a second, and so many at once after a pause.
    pub(crate) fn new(service: Service, operation: &'static str, rate: f64, burst: f64) -> Self {
        Self { service, operation, rate, burst, buckets: Mutex::default(), counts: Mutex::default() }
    }

    pub(crate) fn counts(&self) -> Counts {
        *self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether the call is within the quota.
    pub(super) fn admits(&self, call: &Call) -> bool {
        if call.service != self.service || call.operation != self.operation {
            return true;
        }
        let now = Instant::now();
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        let (tokens, filled) = buckets.entry(call.region.clone()).or_insert((self.burst, now));
        *tokens = (*tokens + (now - *filled).as_secs_f64() * self.rate).min(self.burst);
        *filled = now;
        let admitted = *tokens >= 1.0;
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        counts.first.get_or_insert(now);
        counts.last = Some(now);
        if admitted {
            *tokens -= 1.0;
            counts.admitted += 1;
        } else {
            counts.refused += 1;
        }
        admitted
    }
}
