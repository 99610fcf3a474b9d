//! What a lane's calls cost, and the interceptor that keeps an answer's body.

use std::sync::atomic::{AtomicI64, AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

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
use crate::model::LaneId;

/// Counts the calls of a lane, remembers its last failure, and holds its own retry quota: the SDK's default quota is shared
/// by all clients of one service and Region in the process, so one throttled account would eat the retries of all others.
#[derive(Debug)]
pub struct Meter {
    calls: AtomicU32,
    attempts: AtomicU32,
    failure: Mutex<Option<CallError>>,
    skew: AtomicI64,
    partition: RetryPartition,
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

    fn named(name: String) -> Self {
        Self {
            calls: AtomicU32::new(0),
            attempts: AtomicU32::new(0),
            failure: Mutex::new(None),
            skew: AtomicI64::new(0),
            partition: RetryPartition::custom(name).build(),
        }
    }

    /// Calls made, without retries.
    #[must_use]
    pub fn calls(&self) -> u32 {
        self.calls.load(Ordering::Relaxed)
    }

    /// Retries made.
    #[must_use]
    pub fn retries(&self) -> u32 {
        self.attempts.load(Ordering::Relaxed).saturating_sub(self.calls())
    }

    /// Why the last call failed, if it did.
    #[must_use]
    pub fn last_failure(&self) -> Option<CallError> {
        self.failure.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// How far this machine's clock is from the service's, as its last answer told; none where they agree well enough.
    #[must_use]
    pub fn clock_skew(&self) -> Option<ClockSkew> {
        ClockSkew::of_seconds(self.skew.load(Ordering::Relaxed))
    }

    pub(super) fn begin(&self) {
        self.calls.fetch_add(1, Ordering::Relaxed);
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

/// Attach it to one operation: it counts attempts and keeps the body of the last answer.
#[derive(Clone, Debug)]
pub struct Capture {
    seen: Arc<Mutex<Seen>>,
    meter: Arc<Meter>,
}

impl Capture {
    pub(super) fn new(meter: &Arc<Meter>) -> Self {
        Self { seen: Arc::default(), meter: Arc::clone(meter) }
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
        self.meter.attempts.fetch_add(1, Ordering::Relaxed);
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
        let skew = clock::seconds_ahead(response.headers());
        self.meter.skew.store(skew.unwrap_or_default(), Ordering::Relaxed);
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.status = Some(response.status().as_u16());
        seen.skew = skew.and_then(ClockSkew::of_seconds);
        seen.error_type = response.headers().get("x-amzn-errortype").map(str::to_owned);
        seen.body = response.body().bytes().map(Bytes::copy_from_slice);
        Ok(())
    }
}

/// Host and port of a URL.
fn authority(url: &str) -> Option<&str> {
    let rest = url.split_once("://")?.1;
    rest.split(['/', '?', '#']).next().filter(|authority| !authority.is_empty())
}
