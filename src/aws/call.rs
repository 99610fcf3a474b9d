//! One call: the SDK signs, sends and retries; we take the body as the service sent it.
//!
//! The SDK's typed answer is not used: one wrong JSON type in one finding makes it reject the whole page, and its types
//! drop what they do not know. The body is there in `read_after_deserialization`, also when deserialisation failed
//! (`aws-smithy-runtime-api`, `client::interceptors`).

use std::error::Error as StdError;
use std::sync::Arc;

use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use bytes::Bytes;

use super::call_error::{Shape, classify};
use super::renew::renewing;
use super::{CallError, Capture, Meter, Pass};

/// Makes one call: `send` gets the capture to attach with `.customize().interceptor(capture)`, and sends.
///
/// The body of every 2xx answer that begins like JSON is returned, whether or not the SDK could deserialise it: what can be
/// read of it is worth more than an error. Where AWS says that the credentials have expired, the meter's account gets new ones
/// and the call is made once more.
///
/// # Errors
/// See [`CallErrorKind`](super::CallErrorKind).
pub async fn call<F, R, T, E>(meter: &Arc<Meter>, send: F) -> Result<Bytes, CallError>
where
    F: FnOnce(Capture) -> R + Clone,
    R: Future<Output = Result<T, SdkError<E, HttpResponse>>>,
    E: ProvideErrorMetadata + StdError + Send + Sync + 'static,
{
    watched(meter, || Capture::new(meter), send).await
}

/// As [`call`], for a call that has passed the gate of its account.
///
/// # Errors
/// See [`CallErrorKind`](super::CallErrorKind).
pub async fn passed_call<F, R, T, E>(meter: &Arc<Meter>, pass: Pass, send: F) -> Result<Bytes, CallError>
where
    F: FnOnce(Capture) -> R + Clone,
    R: Future<Output = Result<T, SdkError<E, HttpResponse>>>,
    E: ProvideErrorMetadata + StdError + Send + Sync + 'static,
{
    watched(meter, || Capture::with_bucket(meter, &pass.bucket), send).await
}

async fn watched<F, R, T, E>(meter: &Meter, capture: impl Fn() -> Capture, send: F) -> Result<Bytes, CallError>
where
    F: FnOnce(Capture) -> R + Clone,
    R: Future<Output = Result<T, SdkError<E, HttpResponse>>>,
    E: ProvideErrorMetadata + StdError + Send + Sync + 'static,
{
    meter.begin();
    // Boxed: the request stands in it twice, and the largest is of several kilobytes.
    let answer = Box::pin(renewing(meter.credentials(), || attempt(capture(), send))).await;
    meter.end(answer.as_ref().err());
    answer
}

async fn attempt<F, R, T, E>(capture: Capture, send: F) -> Result<Bytes, CallError>
where
    F: FnOnce(Capture) -> R,
    R: Future<Output = Result<T, SdkError<E, HttpResponse>>>,
    E: ProvideErrorMetadata + StdError + Send + Sync + 'static,
{
    let result = send(capture.clone()).await;
    let mut seen = capture.take();
    if seen.status.is_some_and(|status| (200..300).contains(&status))
        && let Some(body) = seen.body.take_if(|body| matches!(Shape::of(body), Shape::Json | Shape::Broken))
    {
        return Ok(body);
    }
    Err(classify(result.err().as_ref(), &seen))
}
