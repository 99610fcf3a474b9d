//! One call: the SDK signs, sends and retries; we take the body as the service sent it.
//!
//! The SDK's typed answer is not used: one wrong JSON type in one finding makes it reject the whole page, and its types
//! drop what they do not know. The body is there in `read_after_deserialization`, also when deserialisation failed
//! (`aws-smithy-runtime-api`, `client::interceptors`).

use std::error::Error as StdError;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::context::{
    AfterDeserializationInterceptorContextRef, BeforeTransmitInterceptorContextRef,
};
use aws_smithy_runtime_api::client::interceptors::{Intercept, dyn_dispatch_hint};
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::ConfigBag;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use bytes::Bytes;

use crate::model::Text;

/// Counts the calls of a lane.
#[derive(Debug, Default)]
pub struct Meter {
    calls: AtomicU32,
    attempts: AtomicU32,
}

impl Meter {
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
}

#[derive(Debug, Default)]
struct Slot {
    status: Option<u16>,
    body: Option<Bytes>,
}

/// Attach it to one operation: it counts attempts and keeps the body of the last answer.
#[derive(Clone, Debug)]
pub struct Capture {
    slot: Arc<Mutex<Slot>>,
    meter: Arc<Meter>,
}

#[dyn_dispatch_hint]
impl Intercept for Capture {
    fn name(&self) -> &'static str {
        "ringfort::Capture"
    }

    fn read_before_attempt(
        &self,
        _context: &BeforeTransmitInterceptorContextRef<'_>,
        _components: &RuntimeComponents,
        _config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        self.meter.attempts.fetch_add(1, Ordering::Relaxed);
        Ok(())
    }

    fn read_after_deserialization(
        &self,
        context: &AfterDeserializationInterceptorContextRef<'_>,
        _components: &RuntimeComponents,
        _config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let response = context.response();
        let mut slot = self.slot.lock().unwrap_or_else(PoisonError::into_inner);
        slot.status = Some(response.status().as_u16());
        slot.body = response.body().bytes().map(Bytes::copy_from_slice);
        Ok(())
    }
}

/// What kind of trouble a call had.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CallErrorKind {
    /// The service answered with an error of its own: see code, message and status.
    Service,
    /// Status 2xx, but the body is not JSON: a captive portal, a proxy's page.
    NotJson,
    /// No answer in time.
    Timeout,
    /// No connection: DNS, TLS, refused, reset.
    Connection,
    /// No credentials, or they could not be refreshed; nothing was sent.
    Credentials,
    /// The request could not be built: our mistake.
    Request,
}

/// A call that gave no usable body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallError {
    /// What kind.
    pub kind: CallErrorKind,
    /// The service's error code, such as `AccessDeniedException`.
    pub code: Option<Text>,
    /// The service's message, or the chain of causes.
    pub message: Text,
    /// The HTTP status, if there was an answer.
    pub status: Option<u16>,
}

/// Makes one call: `send` gets the capture to attach with `.customize().interceptor(capture)`, and sends.
///
/// The body of every 2xx answer that looks like JSON is returned, whether or not the SDK could deserialise it.
///
/// # Errors
/// See [`CallErrorKind`].
pub async fn call<F, R, T, E>(meter: &Arc<Meter>, send: F) -> Result<Bytes, CallError>
where
    F: FnOnce(Capture) -> R,
    R: Future<Output = Result<T, SdkError<E, HttpResponse>>>,
    E: ProvideErrorMetadata + StdError + Send + Sync + 'static,
{
    let capture = Capture { slot: Arc::default(), meter: Arc::clone(meter) };
    let slot = Arc::clone(&capture.slot);
    meter.calls.fetch_add(1, Ordering::Relaxed);
    let result = send(capture).await;
    let Slot { status, body } = std::mem::take(&mut *slot.lock().unwrap_or_else(PoisonError::into_inner));
    let _ = (status, &body);
    match result {
        Ok(_) => Ok(body.unwrap_or_default()),
        Err(error) => Err(CallError {
            kind: CallErrorKind::Service,
            code: error.code().map(Text::new),
            message: Text::new(error.message().unwrap_or_default()),
            status,
        }),
    }
}
