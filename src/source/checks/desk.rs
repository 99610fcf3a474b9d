//! One survey's desk: asks, reads the answers, keeps to bounds, and books what failed and what offends.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use futures_util::future::BoxFuture;
use futures_util::{StreamExt as _, stream};
use serde_json::Value;

use super::super::LaneContext;
use super::ask::{Call, Input, Wire};
use super::check;
use super::ledger::{Lack, Ledger};
use super::record::{Offence, Place, write};
use super::told::{self, News};
use super::value::items;
use super::xml;
use crate::aws::{CallError, CallErrorKind, signed_in_lane};
use crate::model::{AccountId, Text, Timestamp};

/// How many pages of one list are read: the largest lists have a thousand items a page.
const MOST_PAGES: usize = 20;
/// How many resources are asked about at the same time.
const AT_ONCE: usize = 4;

/// What came of a call.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Heard {
    /// An answer.
    Said(Value),
    /// The service says that there is no such thing: an answer too.
    Nothing,
    /// No answer. It is booked.
    Silence,
}

impl Heard {
    pub(super) fn said(self) -> Option<Value> {
        if let Self::Said(value) = self { Some(value) } else { None }
    }
}

pub(super) struct Desk<'l> {
    lane: &'l LaneContext,
    account: &'l AccountId,
    once: bool,
    ledger: &'l Mutex<Ledger>,
    answered: AtomicUsize,
    gone: AtomicBool,
    records: Mutex<Vec<Vec<u8>>>,
}

impl<'l> Desk<'l> {
    /// `once`: what is found here, the account has once for all Regions.
    pub(super) fn new(lane: &'l LaneContext, account: &'l AccountId, once: bool, ledger: &'l Mutex<Ledger>) -> Self {
        Self { lane, account, once, ledger, answered: AtomicUsize::new(0), gone: AtomicBool::new(false), records: Mutex::default() }
    }

    pub(super) fn ledger(&self) -> MutexGuard<'_, Ledger> {
        self.ledger.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether anything answered, and the records of what offends.
    pub(super) fn into_records(self) -> (bool, Vec<Vec<u8>>) {
        (self.answered.into_inner() > 0, self.records.into_inner().unwrap_or_else(PoisonError::into_inner))
    }

    pub(super) fn account(&self) -> &'l AccountId {
        self.account
    }

    pub(super) fn region(&self) -> &'l str {
        self.lane.door.region.as_str()
    }

    pub(super) fn partition(&self) -> Text {
        Text::shared(self.lane.door.region.partition().as_str())
    }

    /// Whether more is wanted than to know that the calls work.
    pub(super) fn wants_more(&self) -> bool {
        self.lane.sink.wants_more()
    }

    pub(super) fn now(&self) -> Timestamp {
        self.lane.meter.now()
    }

    /// The ARN of a resource of this account and Region.
    pub(super) fn arn(&self, service: &str, resource: &str) -> String {
        format!("arn:{}:{service}:{}:{}:{resource}", self.partition(), self.region(), self.account)
    }

    /// Asks once.
    pub(super) async fn ask(&self, call: &Call, input: Input) -> Option<Value> {
        self.ask_unless(call, input, |_| false).await.said()
    }

    /// Asks once; errors that mean that there is no such thing are an answer.
    pub(super) async fn ask_unless(&self, call: &Call, input: Input, is_nothing: impl Fn(&CallError) -> bool) -> Heard {
        if self.gone.load(Ordering::Relaxed) {
            return Heard::Silence;
        }
        let Call { service, action } = call;
        let message = input.message(service.wire);
        let answer = signed_in_lane(&self.lane.config, &self.lane.meter, service.api, action.operation, message).await;
        let read = answer.and_then(|body| {
            let value = match service.wire {
                Wire::Query(_) | Wire::RestXml => xml::read(&body),
                Wire::Json(_) | Wire::RestJson => serde_json::from_slice(&body).ok(),
            };
            value.ok_or_else(|| broken(service.title, action.operation))
        });
        match read {
            Ok(value) => {
                self.lane.sink.asked(*action, None);
                self.heard();
                Heard::Said(unwrapped(value, action.operation))
            }
            Err(error) if is_nothing(&error) => {
                self.lane.sink.asked(*action, None);
                self.heard();
                Heard::Nothing
            }
            Err(error) => {
                match self.ledger().failed(self.lane, call, &error) {
                    Lack::NotOffered => self.gone.store(error.kind == CallErrorKind::Dns, Ordering::Relaxed),
                    Lack::Trouble => self.lane.sink.asked(*action, Some(&error)),
                }
                Heard::Silence
            }
        }
    }

    fn heard(&self) {
        self.answered.fetch_add(1, Ordering::Relaxed);
        self.ledger().answered();
    }

    /// Reads a list to its end: `input` makes the request for a page token, `list` and `token` are where the answer has the
    /// items and the next token. `None` where not even the first page came.
    pub(super) async fn list(&self, call: &Call, list: &str, token: &str, input: impl Fn(Option<&str>) -> Input) -> Option<Vec<Value>> {
        match self.list_unless(call, list, token, input, |_| false).await {
            Heard::Said(Value::Array(all)) => Some(all),
            _ => None,
        }
    }

    /// As [`Desk::list`], with errors that mean that there is no such thing; what is said is the whole list.
    pub(super) async fn list_unless(
        &self,
        call: &Call,
        list: &str,
        token: &str,
        input: impl Fn(Option<&str>) -> Input,
        is_nothing: impl Fn(&CallError) -> bool,
    ) -> Heard {
        let mut all = Vec::new();
        let mut next: Option<String> = None;
        for page in 0..MOST_PAGES {
            let answer = match self.ask_unless(call, input(next.as_deref()), &is_nothing).await {
                Heard::Said(answer) => answer,
                _ if page > 0 => return Heard::Said(all.into()),
                nothing => return nothing,
            };
            let found = items(&answer, list);
            let was_empty = found.is_empty();
            all.extend(found);
            match answer.pointer(token).and_then(Value::as_str).filter(|token| !token.is_empty()) {
                None => return Heard::Said(all.into()),
                Some(_) if !self.lane.sink.wants_more() => return Heard::Said(all.into()),
                // Some lists end with an empty page that still has a token.
                Some(token) if was_empty && next.as_deref() == Some(token) => return Heard::Said(all.into()),
                Some(token) if next.as_deref() == Some(token) => {
                    self.trouble(call, "it repeats a page, so the list was ended there");
                    return Heard::Said(all.into());
                }
                Some(token) => next = Some(token.to_owned()),
            }
        }
        self.trouble(call, &format!("only the first {} of its list were looked at", all.len()));
        Heard::Said(all.into())
    }

    /// Asks about each of these, a few at a time, and no more than `most` of them.
    pub(super) async fn each<'a>(&self, call: &Call, mut these: Vec<Value>, most: usize, ask: impl Fn(Value) -> BoxFuture<'a, ()> + Send) {
        if !self.lane.sink.wants_more() {
            these.truncate(1);
        }
        if these.len() > most {
            self.trouble(call, &format!("only the first {most} of {} were looked at, to keep the number of calls low", these.len()));
            these.truncate(most);
        }
        let asked: Vec<BoxFuture<'a, ()>> = these.into_iter().map(ask).collect();
        stream::iter(asked).buffer_unordered(AT_ONCE).collect::<()>().await;
    }

    /// Books that something could not be looked at in full.
    pub(super) fn trouble(&self, call: &Call, what: &str) {
        let (service, operation) = (call.service.title, call.action.operation);
        self.ledger().trouble(format!("{service} {operation}: {what}"));
    }

    /// Tells the lane what is worth knowing though nothing is wrong.
    pub(super) fn note(&self, what: &str) {
        self.lane.sink.note(Text::new(what));
    }

    /// Books what AWS tells of its own part.
    pub(super) fn tells(&self, news: News) {
        self.keep(|place| told::write(news, place));
    }

    /// Books that a check does not hold.
    pub(super) fn offends(&self, id: &str, offence: Offence) {
        if let Some(check) = check::find(id) {
            self.keep(|place| write(check, offence, place));
        }
    }

    fn keep(&self, write: impl FnOnce(&Place<'_>) -> Vec<u8>) {
        let partition = self.partition();
        let region = if self.once { "global" } else { self.region() };
        let place = Place { account: self.account, region, partition: &partition, now: self.now() };
        self.records.lock().unwrap_or_else(PoisonError::into_inner).push(write(&place));
    }
}

/// awsQuery puts its answers in a `<OperationResult>`; ec2 and the REST protocols do not.
fn unwrapped(mut value: Value, operation: &str) -> Value {
    match value.get_mut(format!("{operation}Result")) {
        Some(result) => result.take(),
        None => value,
    }
}

fn broken(service: &str, operation: &str) -> CallError {
    let message = Text::from(format!("the answer of {service} to {operation} cannot be read"));
    CallError { kind: CallErrorKind::Truncated, code: None, message, status: Some(200) }
}

/// Whether the error has one of these codes.
pub(super) fn is_one_of(codes: &'static [&'static str]) -> impl Fn(&CallError) -> bool {
    move |error| error.code.as_deref().is_some_and(|code| codes.contains(&code))
}
