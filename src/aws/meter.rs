//! What a lane's calls cost, and the interceptor that keeps an answer's body.

use std::sync::atomic::{AtomicI64, AtomicU32, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use aws_sdk_sts::config::retry::RetryPartition;
use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::context::{
    AfterDeserializationInterceptorContextRef, BeforeSerializationInterceptorContextRef, BeforeTransmitInterceptorContextRef,
};
use aws_smithy_runtime_api::client::interceptors::{Intercept, dyn_dispatch_hint};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::ConfigBag;
use bytes::Bytes;

use super::CallError;
use super::clock::{self, ClockSkew};
use super::credentials::Held;
use super::pace::Bucket;
use crate::model::{LaneId, Timestamp};

/// Counts the calls of a lane, remembers its last failure, and holds its own retry quota: the SDK's default quota is shared
/// by all clients of one service and Region in the process, so one throttled account would eat the retries of all others.
#[derive(Debug)]
pub struct Meter {
    counts: Arc<Counts>,
    failure: Mutex<Option<CallError>>,
    partition: RetryPartition,
    credentials: Option<Arc<Held>>,
}

#[derive(Debug, Default)]
struct Counts {
    calls: AtomicU32,
    attempts: AtomicU32,
    begun: OnceLock<Instant>,
    skew: AtomicI64,
    /// The last answer's `Date` in seconds since 1970; 0 where none had any.
    told: AtomicI64,
}

impl Default for Meter {
    fn default() -> Self {
        Self::named(String::from("ringfort"))
    }
}

impl Meter {
    /// A meter for one lane.
    #[must_use]
    pub fn for_lane(lane: &LaneId) -> Self {
        Self::named(lane.to_string())
    }

    /// Counts into the same meter, and keeps failures to itself.
    #[must_use]
    pub fn aside(meter: &Self) -> Self {
        let (counts, credentials) = (Arc::clone(&meter.counts), meter.credentials.clone());
        Self { counts, failure: Mutex::new(None), partition: meter.partition.clone(), credentials }
    }

    /// The calls sign with these, and may get new ones.
    pub(super) fn renewing(self, credentials: Option<Arc<Held>>) -> Self {
        Self { credentials, ..self }
    }

    pub(super) fn credentials(&self) -> Option<&Held> {
        self.credentials.as_deref()
    }

    fn named(name: String) -> Self {
        let partition = RetryPartition::custom(name).build();
        Self { counts: Arc::default(), failure: Mutex::new(None), partition, credentials: None }
    }

    /// Calls made, without retries.
    #[must_use]
    pub fn calls(&self) -> u32 {
        self.counts.calls.load(Ordering::Relaxed)
    }

    /// Retries made.
    #[must_use]
    pub fn retries(&self) -> u32 {
        self.counts.attempts.load(Ordering::Relaxed).saturating_sub(self.calls())
    }

    /// The time since the first call.
    #[must_use]
    pub fn elapsed(&self) -> Duration {
        self.counts.begun.get().map(Instant::elapsed).unwrap_or_default()
    }

    /// Why the last call failed, if it did.
    #[must_use]
    pub fn last_failure(&self) -> Option<CallError> {
        self.failure.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// How far this machine's clock is from the service's, as its last answer told; none where they agree well enough.
    #[must_use]
    pub fn clock_skew(&self) -> Option<ClockSkew> {
        ClockSkew::of_seconds(self.counts.skew.load(Ordering::Relaxed))
    }

    /// Now, as the last answer's `Date` tells it; by this machine's clock where no answer has.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        match self.counts.told.load(Ordering::Relaxed) {
            0 => Timestamp::now(),
            seconds => Timestamp::from_second(seconds).unwrap_or_else(|_| Timestamp::now()),
        }
    }

    pub(crate) fn begin(&self) {
        self.counts.begun.get_or_init(Instant::now);
        self.counts.calls.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn end(&self, failure: Option<&CallError>) {
        *self.failure.lock().unwrap_or_else(PoisonError::into_inner) = failure.cloned();
    }
}

/// What was seen on the wire in the last attempt of a call.
#[derive(Debug, Default)]
pub(super) struct Seen {
    pub(super) host: Option<String>,
    pub(super) status: Option<u16>,
    pub(super) error_type: Option<String>,
    pub(super) skew: Option<ClockSkew>,
    pub(super) body: Option<Bytes>,
}

impl Seen {
    /// Whether the service refused because there were too many calls: by the status, or by the code that stands in the header
    /// or in the first bytes of the body.
    fn is_throttled(&self) -> bool {
        const CODES: [&str; 7] = [
            "Throttl",
            "TooManyRequests",
            "LimitExceeded",
            "SlowDown",
            "BandwidthLimitExceeded",
            "PriorRequestNotComplete",
            "ProvisionedThroughputExceeded",
        ];
        /// An error's code stands near the beginning of its body.
        const HEAD: usize = 512;
        let Some(status) = self.status.filter(|status| *status >= 400) else { return false };
        let body = self.body.as_deref().unwrap_or_default();
        let head = String::from_utf8_lossy(&body[..body.len().min(HEAD)]);
        let code = self.error_type.as_deref().unwrap_or(&head);
        status == 429 || CODES.iter().any(|word| code.contains(word))
    }
}

/// Attach it to one operation: it counts attempts and keeps the body of the last answer.
#[derive(Clone, Debug)]
pub struct Capture {
    seen: Arc<Mutex<Seen>>,
    meter: Arc<Meter>,
    bucket: Option<Arc<Bucket>>,
    attempts: Arc<AtomicU32>,
}

impl Capture {
    pub(super) fn new(meter: &Arc<Meter>) -> Self {
        Self { seen: Arc::default(), meter: Arc::clone(meter), bucket: None, attempts: Arc::default() }
    }

    /// As [`Capture::new`], for a call whose rate this bucket keeps.
    pub(super) fn with_bucket(meter: &Arc<Meter>, bucket: &Arc<Bucket>) -> Self {
        Self { bucket: Some(Arc::clone(bucket)), ..Self::new(meter) }
    }

    pub(super) fn take(&self) -> Seen {
        std::mem::take(&mut *self.seen.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

#[dyn_dispatch_hint]
impl Intercept for Capture {
    fn name(&self) -> &'static str {
        "ringfort::Capture"
    }

    fn read_before_execution(
        &self,
        _context: &BeforeSerializationInterceptorContextRef<'_>,
        config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        // The retry strategy looks the quota up by what stands here when the retry loop begins.
        config.interceptor_state().store_put(self.meter.partition.clone());
        Ok(())
    }

    fn read_before_transmit(
        &self,
        context: &BeforeTransmitInterceptorContextRef<'_>,
        _components: &RuntimeComponents,
        _config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        self.meter.counts.attempts.fetch_add(1, Ordering::Relaxed);
        let is_retry = self.attempts.fetch_add(1, Ordering::Relaxed) > 0;
        if let Some(bucket) = self.bucket.as_ref().filter(|_| is_retry) {
            bucket.retried();
        }
        let host = authority(context.request().uri()).map(str::to_owned);
        *self.seen.lock().unwrap_or_else(PoisonError::into_inner) = Seen { host, ..Seen::default() };
        Ok(())
    }

    fn read_after_deserialization(
        &self,
        context: &AfterDeserializationInterceptorContextRef<'_>,
        _components: &RuntimeComponents,
        _config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let response = context.response();
        let told = clock::told(response.headers());
        let skew = told.map(clock::seconds_ahead);
        if let Some(told) = told {
            self.meter.counts.told.store(told, Ordering::Relaxed);
        }
        self.meter.counts.skew.store(skew.unwrap_or_default(), Ordering::Relaxed);
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.status = Some(response.status().as_u16());
        seen.skew = skew.and_then(ClockSkew::of_seconds);
        seen.error_type = response.headers().get("x-amzn-errortype").map(str::to_owned);
        seen.body = response.body().bytes().map(Bytes::copy_from_slice);
        if let Some(bucket) = &self.bucket {
            if seen.is_throttled() { bucket.throttled() } else { bucket.answered() }
        }
        Ok(())
    }
}

/// Host and port of a URL.
fn authority(url: &str) -> Option<&str> {
    let rest = url.split_once("://")?.1;
    rest.split(['/', '?', '#']).next().filter(|authority| !authority.is_empty())
}
