//! Answers, and the errors in each service's own form.

use std::time::Duration;

use bytes::Bytes;
use serde_json::json;

use super::Service;

/// What goes back over the wire.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The headers, without length and connection: the carrier adds those.
    pub headers: Vec<(&'static str, String)>,
    /// The body.
    pub body: Bytes,
    /// How long the service takes to answer.
    pub delay: Duration,
}

/// The service has no endpoint in the Region: its host name does not resolve.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("dns error: failed to lookup address information: no such host {host}")]
pub struct Unreachable {
    /// The host that does not exist.
    pub host: String,
}

/// A good answer in JSON.
pub(super) fn good(body: Vec<u8>) -> Answer {
    Answer { status: 200, headers: vec![("content-type", "application/json".to_owned())], body: Bytes::from(body), delay: Duration::ZERO }
}

/// A good answer from a JSON value.
pub(super) fn good_json(body: &serde_json::Value) -> Answer {
    good(body.to_string().into_bytes())
}

/// A restJson error.
pub(super) fn refuse(status: u16, code: &str, message: &str) -> Answer {
    refuse_with(status, code, &json!({ "message": message, "__type": code }))
}

/// A restJson error with its own members.
pub(super) fn refuse_with(status: u16, code: &str, body: &serde_json::Value) -> Answer {
    Answer {
        status,
        headers: vec![("content-type", "application/json".to_owned()), ("x-amzn-errortype", code.to_owned())],
        body: Bytes::from(body.to_string()),
        delay: Duration::ZERO,
    }
}

/// A parameter that the service does not accept, in the service's own words.
pub(super) fn invalid(service: Service, parameter: &str, message: &str) -> Answer {
    match service {
        Service::GuardDuty => refuse_with(
            400,
            "BadRequestException",
            &json!({ "message": format!("The request is rejected because {message}."), "__type": "InvalidInputException" }),
        ),
        Service::Inspector | Service::AccessAnalyzer => refuse_with(
            400,
            "ValidationException",
            &json!({
                "message": format!("{message}."),
                "reason": if service == Service::Inspector { "FIELD_VALIDATION_FAILED" } else { "fieldValidationFailed" },
                if service == Service::Inspector { "fields" } else { "fieldList" }: [{ "name": parameter, "message": message }],
            }),
        ),
        Service::Macie => refuse(400, "ValidationException", &format!("The request failed because {message}.")),
        Service::SecurityHub => refuse_with(
            400,
            "InvalidInputException",
            &json!({ "Message": format!("Invalid parameter '{parameter}': {message}."), "Code": "InvalidInputException" }),
        ),
        Service::Sts | Service::Checked(_) => sts_error(400, "ValidationError", message),
    }
}

/// The caller's keys are unknown, or the Region is not enabled for the account: AWS says the same for both.
pub(super) fn bad_credentials(service: Service) -> Answer {
    const MESSAGE: &str = "The security token included in the request is invalid.";
    if service == Service::Sts {
        sts_error(403, "InvalidClientTokenId", MESSAGE)
    } else {
        refuse(403, "UnrecognizedClientException", MESSAGE)
    }
}

/// An STS error: awsQuery answers in XML.
pub(super) fn sts_error(status: u16, code: &str, message: &str) -> Answer {
    let body = format!(
        "<ErrorResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><Error><Type>Sender</Type><Code>{code}</Code>\
         <Message>{message}</Message></Error><RequestId>00000000-0000-4000-8000-000000000000</RequestId></ErrorResponse>"
    );
    Answer { status, headers: vec![("content-type", "text/xml".to_owned())], body: Bytes::from(body), delay: Duration::ZERO }
}
