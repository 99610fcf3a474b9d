//! Why a call gave no usable body, read from the SDK's error, its chain of causes, and the answer itself.

use std::error::Error as StdError;
use std::io;

use aws_credential_types::provider::error::CredentialsError;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use serde_json::Value;

use super::clock::{ClockSkew, blames_time};
use super::meter::Seen;
use crate::model::Text;

/// What kind of trouble a call had.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CallErrorKind {
    /// The service answered with an error of its own: see code, message and status.
    Service,
    /// An answer that is not the service's: a captive portal, a proxy's page, an empty body.
    NotJson,
    /// The answer broke off before its end.
    Truncated,
    /// No answer in time.
    Timeout,
    /// No connection: refused, reset, unreachable.
    Connection,
    /// The host's name has no address: no network, or the service is not offered in the Region.
    Dns,
    /// No TLS with the host: an unknown certificate, or no TLS at all.
    Tls,
    /// No credentials, or they could not be refreshed; nothing was sent.
    Credentials,
    /// The service refused the signature because this machine's clock is wrong; the message says by how much.
    Clock,
    /// The request could not be built: our mistake.
    Request,
}

impl CallErrorKind {
    /// Whether the service was never reached.
    #[must_use]
    pub const fn is_unreachable(self) -> bool {
        matches!(self, Self::Timeout | Self::Connection | Self::Dns | Self::Tls | Self::NotJson | Self::Truncated)
    }
}

/// A call that gave no usable body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallError {
    /// What kind.
    pub kind: CallErrorKind,
    /// The service's error code, such as `AccessDeniedException`.
    pub code: Option<Text>,
    /// The service's message, or what happened to the call, with the host where that helps. Never a secret.
    pub message: Text,
    /// The HTTP status, if there was an answer.
    pub status: Option<u16>,
}

impl CallError {
    /// Whether the service refused the credentials themselves: unknown, expired, or not valid in this Region.
    #[must_use]
    pub fn refuses_credentials(&self) -> bool {
        let refusals = [
            "AuthFailure",
            "ExpiredToken",
            "ExpiredTokenException",
            "InvalidAccessKeyId",
            "InvalidClientTokenId",
            "InvalidSignatureException",
            "SignatureDoesNotMatch",
            "UnrecognizedClientException",
        ];
        self.kind != CallErrorKind::Clock && self.code.as_deref().is_some_and(|code| refusals.contains(&code))
    }

    /// Whether the credentials' time is over.
    #[must_use]
    pub fn is_expired(&self) -> bool {
        self.code.as_deref().is_some_and(|code| code.starts_with("ExpiredToken") || code == "RequestExpired")
    }

    /// An answer that makes no sense.
    pub(super) fn odd(message: &str) -> Self {
        plain(CallErrorKind::NotJson, message.to_owned())
    }
}

/// What a body looks like from outside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    Json,
    Broken,
    Empty,
    Other,
}

impl Shape {
    pub(super) fn of(body: &[u8]) -> Self {
        let body = body.trim_ascii();
        match (body.first(), body.last()) {
            (None, _) => Self::Empty,
            (Some(b'{'), Some(b'}')) | (Some(b'['), Some(b']')) if body.len() > 1 => Self::Json,
            (Some(b'{' | b'['), _) => Self::Broken,
            _ => Self::Other,
        }
    }
}

/// `error` is what the SDK said; it is absent when the SDK was content with an answer that we are not content with.
pub(super) fn classify<E>(error: Option<&SdkError<E, HttpResponse>>, seen: &Seen) -> CallError
where
    E: ProvideErrorMetadata + StdError + Send + Sync + 'static,
{
    // Without a body the answer broke off, or its time was over, while it was read.
    if let Some(status) = seen.status.filter(|_| seen.body.is_some()) {
        return answered(error.and_then(|error| Some((error.code()?, error.message()))), status, seen);
    }
    let at = seen.host.as_deref().unwrap_or("the service");
    let Some(error) = error else { return plain(CallErrorKind::NotJson, format!("{at} gave no answer that could be kept")) };
    if let Some(credentials) = chain(error).find_map(|cause| cause.downcast_ref::<CredentialsError>()) {
        return plain(CallErrorKind::Credentials, super::credentials::explain(credentials));
    }
    match error {
        SdkError::ConstructionFailure(_) => plain(CallErrorKind::Request, format!("the request could not be built: {}", causes(error))),
        SdkError::TimeoutError(_) => plain(CallErrorKind::Timeout, format!("{at} did not answer in time")),
        SdkError::ResponseError(context) => CallError {
            status: Some(context.raw().status().as_u16()),
            ..plain(CallErrorKind::Truncated, format!("the answer of {at} broke off: {}", deepest(error)))
        },
        SdkError::DispatchFailure(failure) if failure.is_timeout() => {
            plain(CallErrorKind::Timeout, format!("{at} did not accept a connection in time"))
        }
        _ => unreached(error, at),
    }
}

/// The service, or something in its place, answered.
fn answered(metadata: Option<(&str, Option<&str>)>, status: u16, seen: &Seen) -> CallError {
    let host = seen.host.as_deref().unwrap_or("the service");
    let body = seen.body.as_deref().unwrap_or_default();
    let shape = Shape::of(body);
    let json: Option<Value> = (shape == Shape::Json).then(|| serde_json::from_slice(body).ok()).flatten();
    let member = |names: &[&str]| json.as_ref().and_then(|json| names.iter().find_map(|name| json.get(name)?.as_str()));
    let code = metadata
        .map(|(code, _)| code)
        .or(seen.error_type.as_deref())
        .or_else(|| member(&["code", "__type", "Code"]))
        .map(bare_code)
        .filter(|code| !code.is_empty());
    let message = metadata.and_then(|(_, message)| message).or_else(|| member(&["message", "Message", "errorMessage"]));
    let wrong_clock = code.and_then(|code| wrong_clock(code, message.unwrap_or_default(), seen.skew, host));
    let (kind, message) = match shape {
        _ if wrong_clock.is_some() => (CallErrorKind::Clock, wrong_clock.unwrap_or_default()),
        _ if code.is_some() => (CallErrorKind::Service, message.unwrap_or_default().to_owned()),
        Shape::Json => (CallErrorKind::Service, message.map_or_else(|| format!("{host} answered with status {status}"), str::to_owned)),
        Shape::Broken => (CallErrorKind::Truncated, format!("the answer of {host} broke off after {} bytes", body.len())),
        Shape::Empty if (300..400).contains(&status) => (
            CallErrorKind::NotJson,
            format!("{host} answered with a redirection (status {status}): a captive portal or a proxy stands in between"),
        ),
        Shape::Empty if status >= 300 => (CallErrorKind::Service, format!("{host} answered with status {status} and nothing else")),
        Shape::Empty => (CallErrorKind::NotJson, format!("{host} answered with an empty body")),
        Shape::Other => (
            CallErrorKind::NotJson,
            format!("{host} answered with status {status} and a page that is not from AWS: a captive portal or a proxy stands in between"),
        ),
    };
    CallError { kind, code: code.map(Text::new), message: Text::new(without_secrets(&message)), status: Some(status) }
}

/// That a signature is refused for its time, in words. A wrong key is refused with the same codes.
fn wrong_clock(code: &str, message: &str, skew: Option<ClockSkew>, host: &str) -> Option<String> {
    let blamed = blames_time(code, message);
    let about_signature = ["InvalidSignatureException", "SignatureDoesNotMatch", "AuthFailure", "RequestExpired"].contains(&code);
    let known = skew.filter(|_| blamed || about_signature).or_else(|| ClockSkew::of_message(message).filter(|_| blamed));
    match known {
        Some(skew) => Some(format!("this machine's clock is {skew}, so {host} refuses its signatures")),
        None => blamed.then(|| format!("this machine's clock is not {host}'s, which refuses its signatures")),
    }
}

/// `x-amzn-errortype` may carry `Code:http://...`; `__type` may carry `namespace#Code`.
pub(super) fn bare_code(code: &str) -> &str {
    let code = code.split(':').next().unwrap_or_default();
    code.rsplit('#').next().unwrap_or_default().trim()
}

/// A refused signature quotes the whole request, the session token with it, after its first sentence.
fn without_secrets(message: &str) -> &str {
    let end = ["The Canonical String", "The String-to-Sign", "x-amz-security-token", "X-Amz-Security-Token"]
        .iter()
        .filter_map(|mark| message.find(mark))
        .min();
    message[..end.unwrap_or(message.len())].trim_end()
}

/// Nothing answered. hyper names DNS in the words of its connector; rustls wraps its errors in an `io::Error` of the kind
/// `InvalidData`, or says `tls handshake eof` (hyper-util `client/legacy/connect/http.rs`, tokio-rustls `common/mod.rs`).
fn unreached(error: &(dyn StdError + 'static), at: &str) -> CallError {
    let says = |words: &str| chain(error).any(|cause| cause.to_string().contains(words));
    let io_kind = |kind: io::ErrorKind| chain(error).any(|cause| cause.downcast_ref::<io::Error>().is_some_and(|io| io.kind() == kind));
    if says("dns error") {
        plain(CallErrorKind::Dns, format!("the name {at} has no address"))
    } else if io_kind(io::ErrorKind::InvalidData) || says("tls handshake eof") || says("invalid peer certificate") {
        plain(CallErrorKind::Tls, format!("no TLS with {at}: {}", deepest(error)))
    } else {
        let what = if io_kind(io::ErrorKind::ConnectionRefused) {
            format!("{at} refused the connection")
        } else if io_kind(io::ErrorKind::ConnectionReset) || io_kind(io::ErrorKind::BrokenPipe) {
            format!("{at} reset the connection")
        } else {
            format!("no connection to {at}: {}", deepest(error))
        };
        plain(CallErrorKind::Connection, what)
    }
}

fn plain(kind: CallErrorKind, message: String) -> CallError {
    CallError { kind, code: None, message: Text::from(message), status: None }
}

/// The error and what caused it, the deepest cause last.
pub(super) fn chain<'a>(error: &'a (dyn StdError + 'static)) -> impl Iterator<Item = &'a (dyn StdError + 'static)> {
    let mut next = Some(error);
    std::iter::from_fn(move || {
        let error = next?;
        // An `io::Error` gives the source of what it wraps, not what it wraps.
        let wrapped = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        next = wrapped.map_or_else(|| error.source(), |wrapped| Some(wrapped));
        Some(error)
    })
}

/// All causes, in words, without repetition.
pub(super) fn causes(error: &(dyn StdError + 'static)) -> String {
    let mut words: Vec<String> = Vec::new();
    for cause in chain(error).map(ToString::to_string) {
        if !words.iter().any(|known| known.contains(&cause)) {
            words.push(cause);
        }
    }
    words.join(": ")
}

fn deepest(error: &(dyn StdError + 'static)) -> String {
    chain(error).last().map(ToString::to_string).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::CallErrorKind;

    #[test]
    fn kinds_of_failure_that_never_reached_the_service_are_told_from_its_own_words() {
        assert!(CallErrorKind::Dns.is_unreachable() && CallErrorKind::Tls.is_unreachable());
        assert!(!CallErrorKind::Service.is_unreachable() && !CallErrorKind::Credentials.is_unreachable());
    }
}
