//! What can go wrong between a client and AWS.

use std::fmt::Write;
use std::time::Duration;

use jiff::SignedDuration;
use ringfort::demo::wire::{Answer, Call, Service};
use serde_json::{Value, json};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

use super::clock;
use super::http::Head;
use super::json_answer;

/// Which calls: of one service and operation, the nth (from 1), or all.
#[derive(Clone, Debug)]
pub(crate) struct When {
    service: Service,
    operation: &'static str,
    calls: std::ops::RangeInclusive<usize>,
    /// Only those about these pages of a listing, from 1.
    pages: std::ops::RangeInclusive<usize>,
}

const ALL: std::ops::RangeInclusive<usize> = 1..=usize::MAX;

impl When {
    /// Every call.
    pub(crate) fn every(service: Service, operation: &'static str) -> Self {
        Self { service, operation, calls: ALL, pages: ALL }
    }

    /// The nth call, from 1.
    pub(crate) fn nth(service: Service, operation: &'static str, n: usize) -> Self {
        Self { calls: n..=n, ..Self::every(service, operation) }
    }

    /// The nth call, from 1, and all that come after it.
    pub(crate) fn from(service: Service, operation: &'static str, n: usize) -> Self {
        Self { calls: n..=usize::MAX, ..Self::every(service, operation) }
    }

    /// The first `n` calls.
    pub(crate) fn first(service: Service, operation: &'static str, n: usize) -> Self {
        Self { calls: 1..=n, ..Self::every(service, operation) }
    }

    /// Of these, only those about page `n` of the listing, by token or by what it listed; counted by themselves.
    pub(crate) fn on_page(self, n: usize) -> Self {
        Self { pages: n..=n, ..self }
    }

    /// As [`Self::on_page`], for page `n` and all that come after it.
    pub(crate) fn since_page(self, n: usize) -> Self {
        Self { pages: n..=usize::MAX, ..self }
    }

    pub(super) fn names(&self, call: &Call, page: usize) -> bool {
        call.service == self.service && call.operation == self.operation && self.pages.contains(&page)
    }

    pub(super) fn counts(&self, number: usize) -> bool {
        self.calls.contains(&number)
    }

    pub(super) fn asks_for_pages(&self) -> bool {
        self.pages != ALL
    }
}

/// A way to go wrong.
#[derive(Clone, Debug)]
pub(crate) enum Fault {
    /// Too many requests, with the service's own code.
    Throttle,
    /// A server error with this status.
    Broken(u16),
    /// No identity-based policy allows it.
    Denied,
    /// A service control policy forbids it.
    DeniedByOrganization,
    /// The session has expired.
    Expired,
    /// The service is off, as it says so in this call.
    NotEnabled,
    /// No answer, ever.
    Hang,
    /// The answer comes this long after the request.
    Latency(Duration),
    /// The body comes in pieces with pauses between them.
    Drip(Duration),
    /// The connection is closed before anything is answered.
    Reset,
    /// The body ends before its announced length.
    Truncated,
    /// The host's name has no address.
    NoName,
    /// The host answers on its TLS port, but without TLS.
    NoTls,
    /// The host's certificate is its own word.
    Untrusted,
    /// The service's clock is this far ahead of the client's; its answers carry its time, or do not.
    Clock(SignedDuration, Dated),
    /// A page of HTML, status 200: a captive portal.
    Html,
    /// Status 200, but JSON that stops in the middle.
    BrokenJson,
    /// The first record has members of the wrong JSON type.
    WrongTypes,
    /// The answer's token is the request's own token again.
    RepeatedToken,
    /// No records but a token; what it leads to is the page that was asked for.
    EmptyPage,
    /// Nothing of what was asked for is there.
    NotFound,
    /// The answer's token is a number.
    NumberedToken,
    /// The listed records, or ids, are numbers.
    Numbers,
    /// No records at all, whatever was asked for.
    Nothing,
    /// The first record is left out, as when a finding vanishes between list and get.
    Vanished,
}

/// Whether answers say what time it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Dated {
    Yes,
    No,
}

/// What [`Fault::EmptyPage`] puts before the token of the page that it holds back.
pub(super) const AGAIN: &str = "again:";

impl Fault {
    pub(super) fn wait_before(&self) -> Option<Duration> {
        match self {
            Self::Hang => Some(Duration::from_hours(1)),
            Self::Latency(delay) => Some(*delay),
            _ => None,
        }
    }

    /// The answer that is given in the service's place.
    pub(super) fn instead(&self, service: Service, head: &Head) -> Option<Answer> {
        let error = |status: u16, code: &str, message: &str| {
            let member = if service == Service::SecurityHub { "Message" } else { "message" };
            Some(json_answer(status, code, json!({ member: message }).to_string()))
        };
        match self {
            Self::Throttle => {
                let code = match service {
                    Service::SecurityHub => "LimitExceededException",
                    Service::GuardDuty => "TooManyRequestsException",
                    _ => "ThrottlingException",
                };
                error(429, code, "Rate exceeded")
            }
            Self::Broken(status) => error(*status, "InternalServerException", "An internal error occurred"),
            Self::Denied => error(
                403,
                "AccessDeniedException",
                "User: arn:aws:iam::111122223333:user/audit is not authorized to perform: service:Action on resource: * because no \
                 identity-based policy allows the service:Action action",
            ),
            Self::DeniedByOrganization => error(
                403,
                "AccessDeniedException",
                "User: arn:aws:iam::111122223333:user/audit is not authorized to perform: service:Action on resource: * with an \
                 explicit deny in a service control policy",
            ),
            Self::Clock(ahead, _) => {
                let refusal = clock::refusal(head.signed_at.as_deref(), *ahead)?;
                if service == Service::Sts {
                    let error = format!("<Type>Sender</Type><Code>SignatureDoesNotMatch</Code><Message>{refusal}</Message>");
                    let body = format!("<ErrorResponse><Error>{error}</Error><RequestId>r</RequestId></ErrorResponse>");
                    let headers = vec![("content-type", "text/xml".to_owned())];
                    return Some(self.dated(Answer { headers, ..json_answer(403, "", body) }));
                }
                error(403, "InvalidSignatureException", &refusal).map(|answer| self.dated(answer))
            }
            Self::NotFound => error(404, "ResourceNotFoundException", "There is no such thing"),
            Self::Expired => error(403, "ExpiredTokenException", "The security token included in the request is expired"),
            Self::NotEnabled => match service {
                Service::Macie => error(403, "AccessDeniedException", "Macie is not enabled."),
                Service::SecurityHub => error(401, "InvalidAccessException", "Account 111122223333 is not subscribed to AWS Security Hub"),
                Service::GuardDuty => Some(json_answer(200, "", json!({ "detectorIds": [] }).to_string())),
                Service::AccessAnalyzer => Some(json_answer(200, "", json!({ "analyzers": [] }).to_string())),
                Service::Inspector | Service::Sts | Service::Checked(_) => error(403, "AccessDeniedException", "Inspector is not enabled"),
            },
            Self::Html => {
                let body = "<!doctype html><title>Sign in to the network</title>".to_owned();
                Some(Answer { headers: vec![("content-type", "text/html".to_owned())], ..json_answer(200, "", body) })
            }
            _ => None,
        }
    }

    fn dated(&self, mut answer: Answer) -> Answer {
        if let Self::Clock(ahead, Dated::Yes) = self {
            answer.headers.push(("date", clock::date(*ahead)));
        }
        answer
    }

    /// The service's answer, changed. `token` is the request's own, before [`resume`].
    pub(super) fn change(&self, answer: Answer, head: &Head, token: Option<&str>) -> Answer {
        let mut answer = self.dated(answer);
        if matches!(self, Self::BrokenJson) {
            answer.body.truncate(answer.body.len() / 2);
            return answer;
        }
        let Ok(mut body) = serde_json::from_slice::<Value>(&answer.body) else { return answer };
        let list = ["findings", "Findings", "findingIds"].into_iter().find(|list| body[*list].is_array()).unwrap_or("findings");
        let token_name = if list == "Findings" { "NextToken" } else { "nextToken" };
        match self {
            Self::WrongTypes => {
                if let Some(first) = body[list].get_mut(0).and_then(Value::as_object_mut) {
                    for name in ["severity", "Severity", "updatedAt", "UpdatedAt"] {
                        if let Some(member) = first.get_mut(name) {
                            *member = json!([true]);
                        }
                    }
                }
            }
            Self::RepeatedToken => body[token_name] = token.unwrap_or("a-token").into(),
            Self::NumberedToken => body[token_name] = json!(7),
            Self::Numbers => body[list] = json!([1, 2, 3]),
            Self::Nothing => body[list] = json!([]),
            Self::EmptyPage => {
                body[list] = json!([]);
                let asked: Value = serde_json::from_slice(&head.body).unwrap_or_default();
                body[token_name] = format!("{AGAIN}{}", asked[token_name].as_str().unwrap_or_default()).into();
            }
            Self::Vanished => {
                if let Some(records) = body[list].as_array_mut().filter(|records| !records.is_empty()) {
                    records.remove(0);
                }
            }
            _ => return answer,
        }
        answer.body = body.to_string().into();
        answer
    }
}

/// A token of [`Fault::EmptyPage`] becomes the token that it stands for. Returns the token as it was sent.
pub(super) fn resume(head: &mut Head) -> Option<String> {
    let mut body: Value = serde_json::from_slice(&head.body).ok()?;
    let name = ["nextToken", "NextToken"].into_iter().find(|name| body[*name].is_string())?;
    let token = body[name].as_str()?.to_owned();
    if let Some(original) = token.strip_prefix(AGAIN) {
        if original.is_empty() {
            body.as_object_mut()?.remove(name);
        } else {
            body[name] = original.into();
        }
        head.body = body.to_string().into_bytes();
    }
    Some(token)
}

/// Sends the answer; false when the connection is not to be used again.
pub(super) async fn send(stream: &mut TcpStream, answer: &Answer, fault: Option<&Fault>) -> bool {
    if matches!(fault, Some(Fault::Reset | Fault::Hang)) {
        return false;
    }
    let mut head = format!("HTTP/1.1 {} Answer\r\ncontent-length: {}\r\n", answer.status, answer.body.len());
    for (name, value) in &answer.headers {
        let _ = write!(head, "{name}: {value}\r\n");
    }
    head.push_str("\r\n");
    if stream.write_all(head.as_bytes()).await.is_err() {
        return false;
    }
    match fault {
        Some(Fault::Truncated) => {
            let _ = stream.write_all(&answer.body[..answer.body.len() / 2]).await;
            false
        }
        Some(Fault::Drip(pause)) => {
            for piece in answer.body.chunks(answer.body.len() / 4 + 1) {
                tokio::time::sleep(*pause).await;
                if stream.write_all(piece).await.is_err() {
                    return false;
                }
            }
            true
        }
        _ => stream.write_all(&answer.body).await.is_ok(),
    }
}
