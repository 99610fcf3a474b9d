//! What a failed call means for its lane: off, forbidden, not here, or failed, each with a sentence that says what to do.
//! Codes and messages: the services' error models and what their users report.

use super::{Action, LaneContext};
use crate::aws::{CallError, CallErrorKind};
use crate::model::{LaneState, Source, Text};

use super::LaneFailure;

/// The service is off in this lane.
pub(super) fn not_enabled(reason: &str) -> LaneFailure {
    LaneFailure { state: LaneState::NotEnabled, reason: Text::new(reason), action: None }
}

/// The call that was made, for the failure's sentence.
#[derive(Clone, Copy, Debug)]
pub(super) struct Asked {
    /// Which service.
    pub(super) source: Source,
    /// The IAM action that the call needs.
    pub(super) action: &'static str,
}

/// What one call's failure means, whether or not the lane goes on: by the rules that all services share, and the codes with
/// which they say that there is no such thing to ask about.
#[must_use]
pub fn explain(lane: &LaneContext, source: Source, action: Action, error: &CallError) -> LaneFailure {
    match error.code.as_deref() {
        Some("ValidationException" | "ResourceNotFoundException" | "InvalidInputException") => {
            LaneFailure { state: LaneState::NotEnabled, reason: error.message.clone(), action: None }
        }
        _ => classify(lane, Asked { source, action: action.iam }, error),
    }
}

/// What the failure means, by the rules that all services share. Services look for their own exceptions first.
pub(super) fn classify(lane: &LaneContext, asked: Asked, error: &CallError) -> LaneFailure {
    let service = asked.source.title();
    let region = if lane.door.region.is_empty() { "this Region" } else { lane.door.region.as_str() };
    let message = &*error.message;
    let failed = |reason: String| failure(LaneState::Failed, reason);
    match error.kind {
        CallErrorKind::Credentials => {
            // It says itself what happened and what to do, service or no service.
            failed(message.to_owned())
        }
        CallErrorKind::Timeout => {
            failed(format!("{service} in {region} did not answer in time; refresh, or give it longer with --timeout"))
        }
        CallErrorKind::Dns => failed(format!("{message}: there is no network, or {service} is not offered in {region}")),
        CallErrorKind::Connection => {
            failed(format!("{service} in {region} could not be reached ({message}); check the network and any proxy, and refresh"))
        }
        CallErrorKind::Tls => failed(format!(
            "{service} in {region} could not be trusted ({message}); check the proxy, and that its certificate is known to this machine"
        )),
        CallErrorKind::Clock => failed(format!("{message}; set the clock (most systems can by NTP), and refresh")),
        CallErrorKind::Truncated => failed(format!("{message}; refresh to ask {service} again")),
        CallErrorKind::NotJson => failed(format!("{service} in {region} did not answer itself: {message}")),
        CallErrorKind::Request => failed(format!("the request to {service} could not be built ({message}); please report it")),
        CallErrorKind::Service => service_error(asked, region, error),
    }
}

fn failure(state: LaneState, reason: impl Into<Text>) -> LaneFailure {
    LaneFailure { state, reason: reason.into(), action: None }
}

fn service_error(asked: Asked, region: &str, error: &CallError) -> LaneFailure {
    let service = asked.source.title();
    let code = error.code.as_deref().unwrap_or_default();
    let message = &*error.message;
    match code {
        _ if code.starts_with("ExpiredToken") || code == "RequestExpired" => {
            failure(LaneState::Failed, "the credentials have expired; renew them, for SSO with `aws sso login`, and refresh")
        }
        "UnrecognizedClientException" | "InvalidClientTokenId" | "AuthFailure" => failure(
            LaneState::Unavailable,
            format!(
                "{region} does not know the credentials: the Region is not enabled for the account; enable it, or leave it out with --region"
            ),
        ),
        "InvalidSignatureException" | "SignatureDoesNotMatch" => failure(
            LaneState::Failed,
            format!("{service} refused the signature ({message}); check the secret key, and any proxy that changes requests"),
        ),
        "UnknownOperationException" => not_offered(service, region),
        _ if message.contains("not supported in the called region") || message.contains("is not supported in this region") => {
            not_offered(service, region)
        }
        _ if is_denied(error) => denied(asked, error),
        _ if is_throttled(code, error.status) => failure(
            LaneState::Failed,
            format!("{service} in {region} kept refusing because of too many requests; lower --max-concurrency, or refresh later"),
        ),
        _ => {
            let code = if code.is_empty() { "an error" } else { code };
            let status = error.status.map(|status| format!(", HTTP {status}")).unwrap_or_default();
            let what_to_do = if error.status.is_some_and(|status| status >= 500) { "; refresh later" } else { "" };
            let colon = if message.is_empty() { "" } else { ": " };
            failure(LaneState::Failed, format!("{service} in {region} answered {code}{status}{colon}{message}{what_to_do}"))
        }
    }
}

fn not_offered(service: &str, region: &str) -> LaneFailure {
    failure(LaneState::Unavailable, format!("{service} is not offered in {region}; leave it out with --source or --region"))
}

/// Whether the credentials may not make the call.
pub(super) fn is_denied(error: &CallError) -> bool {
    let code = error.code.as_deref().unwrap_or_default();
    error.kind == CallErrorKind::Service
        && (code.starts_with("AccessDenied")
            || code == "UnauthorizedOperation"
            || code == "NotAuthorized"
            || (error.status == Some(403) && !code.contains("Token") && !code.contains("Signature") && !code.contains("Client")))
}

fn is_throttled(code: &str, status: Option<u16>) -> bool {
    status == Some(429)
        || code.contains("Throttl")
        || matches!(
            code,
            "TooManyRequestsException"
                | "RequestLimitExceeded"
                | "LimitExceededException"
                | "SlowDown"
                | "ProvisionedThroughputExceededException"
        )
}

/// A refusal, with the action that AWS names, or the one that the call needs.
pub(super) fn denied(asked: Asked, error: &CallError) -> LaneFailure {
    let action = named_action(&error.message).unwrap_or(asked.action);
    let reason = match denying_policy(&error.message) {
        Some(policy) => format!("{policy} denies {action}; ask whoever owns it"),
        None => format!("the credentials may not call {action}; add it to the policy of the user or role"),
    };
    LaneFailure { state: LaneState::Denied, reason: Text::new(&reason), action: Some(Text::new(action)) }
}

/// The action in "User: ARN is not authorized to perform: X on resource: Y".
fn named_action(message: &str) -> Option<&str> {
    let rest = message.split("not authorized to perform: ").nth(1)?;
    let action = rest.split_whitespace().next()?.trim_end_matches(['.', ',']);
    let well_formed = action.contains(':') && action.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, ':' | '-' | '*'));
    well_formed.then_some(action)
}

/// Which policy denies, where the message says that one does explicitly.
fn denying_policy(message: &str) -> Option<&'static str> {
    let denies = message.contains("explicit deny");
    [
        ("service control policy", "a service control policy of the organization"),
        ("resource control policy", "a resource control policy of the organization"),
        ("permissions boundary", "the permissions boundary"),
        ("session policy", "the session policy"),
        ("VPC endpoint policy", "the VPC endpoint policy"),
        ("identity-based policy", "an identity-based policy"),
    ]
    .into_iter()
    .find_map(|(named, policy)| (denies && message.contains(named)).then_some(policy))
}

#[cfg(test)]
mod tests {
    use super::{denying_policy, named_action};

    #[test]
    fn the_action_is_taken_from_the_message_only_if_it_is_one() {
        let message = "User: arn:aws:iam::1:user/u is not authorized to perform: securityhub:DescribeHub on resource: * because no policy";
        assert_eq!(named_action(message), Some("securityhub:DescribeHub"));
        assert_eq!(named_action("is not authorized to perform: \u{1b}[31m:x on"), None);
        assert_eq!(named_action("no"), None);
    }

    #[test]
    fn the_policy_that_denies_is_named_only_if_it_denies_explicitly() {
        assert_eq!(denying_policy("with an explicit deny in a permissions boundary"), Some("the permissions boundary"));
        assert_eq!(denying_policy("because no service control policy allows the x action"), None);
    }
}
