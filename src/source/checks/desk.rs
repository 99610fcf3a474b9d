//! One survey's desk: asks, reads the answers, keeps to bounds, and books what failed and what offends.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use futures_util::future::BoxFuture;
use futures_util::{StreamExt as _, stream};
use serde_json::Value;

use super::super::LaneContext;
use super::ask::{Call, Input};
use super::ledger::{Lack, Ledger};
use super::record::{Offence, Place, write};
use super::told::{self, News};
use super::value::items;
use super::xml;
use super::{Out, check};
use crate::aws::{CallError, CallErrorKind};
use crate::model::{AccountId, Region, Text, Timestamp};

/// How many records are handed on together.
const PAGE: usize = 50;
/// How many pages of one list are read. A page may hold far fewer items than it could.
const MOST_PAGES: usize = 100;
/// How many resources of one kind are asked about at the same time.
const AT_ONCE: usize = 12;

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

/// Why there is no list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unlisted {
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

/// A list, as far as it could be read.
#[derive(Debug)]
pub(super) struct List {
    pub(super) items: Vec<Value>,
    /// Whether it was read to its end: only then may anybody say that something is not in it.
    pub(super) is_whole: bool,
}

impl List {
    /// Whether there is nothing to list.
    pub(super) fn is_empty(&self) -> bool {
        self.is_whole && self.items.is_empty()
    }
}

pub(super) struct Desk<'l> {
    out: &'l Out<'l>,
    once: bool,
    ledger: &'l Mutex<Ledger>,
    answered: AtomicUsize,
    gone: AtomicBool,
    records: Mutex<Vec<Vec<u8>>>,
}

impl<'l> Desk<'l> {
    /// `once`: what is found here, the account has once for all Regions.
    pub(super) fn new(out: &'l Out<'l>, once: bool, ledger: &'l Mutex<Ledger>) -> Self {
        Self { out, once, ledger, answered: AtomicUsize::new(0), gone: AtomicBool::new(false), records: Mutex::default() }
    }

    pub(super) fn ledger(&self) -> MutexGuard<'_, Ledger> {
        self.ledger.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn lane(&self) -> &'l LaneContext {
        self.out.lane
    }

    pub(super) fn account(&self) -> &'l AccountId {
        self.out.account
    }

    pub(super) fn region(&self) -> &'l str {
        self.lane().door.region.as_str()
    }

    pub(super) fn partition(&self) -> Text {
        Text::shared(self.lane().door.region.partition().as_str())
    }

    /// Whether more is wanted than to know that the calls work.
    pub(super) fn wants_more(&self) -> bool {
        self.lane().sink.wants_more()
    }

    pub(super) fn now(&self) -> Timestamp {
        self.lane().meter.now()
    }

    /// The ARN of a resource of this account and Region.
    pub(super) fn arn(&self, service: &str, resource: &str) -> String {
        format!("arn:{}:{service}:{}:{}:{resource}", self.partition(), self.region(), self.account())
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
        let Call { service, action, .. } = call;
        let message = input.message(service.wire);
        let answer = self.lane().signed(*action, service.api, message).await;
        let read = answer.and_then(|body| {
            let value = if service.wire.is_xml() { xml::read(&body) } else { serde_json::from_slice(&body).ok() };
            let answer = unwrapped(value.ok_or_else(|| broken(call, ""))?, action.operation);
            call.lacks(&answer).map_or(Ok(answer), |lack| Err(broken(call, lack)))
        });
        match read {
            Ok(value) => {
                self.lane().sink.asked(*action, None);
                self.heard();
                Heard::Said(value)
            }
            Err(error) if is_nothing(&error) => {
                self.lane().sink.asked(*action, None);
                self.heard();
                Heard::Nothing
            }
            Err(error) => {
                match self.ledger().failed(self.lane(), call, &error) {
                    Lack::NotOffered => self.gone.store(error.kind == CallErrorKind::Dns, Ordering::Relaxed),
                    Lack::Trouble => self.lane().sink.asked(*action, Some(&error)),
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
    pub(super) async fn list(&self, call: &Call, list: &str, token: &str, input: impl Fn(Option<&str>) -> Input) -> Option<List> {
        self.list_unless(call, list, token, input, |_| false).await.ok()
    }

    /// As [`Desk::list`], with errors that mean that there is no such thing.
    pub(super) async fn list_unless(
        &self,
        call: &Call,
        list: &str,
        token: &str,
        input: impl Fn(Option<&str>) -> Input,
        is_nothing: impl Fn(&CallError) -> bool,
    ) -> Result<List, Unlisted> {
        let mut all = Vec::new();
        let mut is_whole = true;
        let part = |items| Ok(List { items, is_whole: false });
        let mut tokens: Vec<String> = Vec::new();
        for page in 0..MOST_PAGES {
            let next = tokens.last().map(String::as_str);
            let answer = match self.ask_unless(call, input(next), &is_nothing).await {
                Heard::Said(answer) => answer,
                Heard::Nothing if page > 0 => {
                    self.trouble(call, "its list broke off between two pages");
                    return part(all);
                }
                Heard::Silence if page > 0 => return part(all),
                Heard::Nothing => return Err(Unlisted::Nothing),
                Heard::Silence => return Err(Unlisted::Silence),
            };
            let found = items(&answer, list);
            let (was_empty, count) = (found.is_empty(), all.len() + found.len());
            all.extend(found.into_iter().filter(|item| item.is_object() || call.service.wire.is_xml()));
            if all.len() < count {
                is_whole = false;
                self.trouble(call, "what it lists is in part no list of objects, and that part was passed over");
            }
            match answer.pointer(token) {
                None | Some(Value::Null) => return Ok(List { items: all, is_whole }),
                Some(Value::String(token)) if token.is_empty() => return Ok(List { items: all, is_whole }),
                Some(_) if !self.lane().sink.wants_more() => return part(all),
                // Some lists end with an empty page that still has a token.
                Some(Value::String(token)) if was_empty && next == Some(token) => return Ok(List { items: all, is_whole }),
                Some(Value::String(token)) if tokens.contains(token) => {
                    self.trouble(call, "it repeats a page, so the list was ended there");
                    return part(all);
                }
                Some(Value::String(token)) => tokens.push(token.clone()),
                Some(_) => {
                    self.trouble(call, "the token of its next page is no text, so the list was ended there");
                    return part(all);
                }
            }
        }
        self.trouble(call, &format!("only the first {} of its list were looked at", all.len()));
        part(all)
    }

    /// Asks about each of these, a few at a time, and no more than `most` of them.
    pub(super) async fn each<'a>(&self, call: &Call, mut these: Vec<Value>, most: usize, ask: impl Fn(Value) -> BoxFuture<'a, ()> + Send) {
        if !self.lane().sink.wants_more() {
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
        self.lane().sink.note(Text::new(what));
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
        let region = if self.once { Region::GLOBAL } else { self.region() };
        let place = Place { account: self.account(), region, partition: &partition, now: self.now() };
        let mut records = self.records.lock().unwrap_or_else(PoisonError::into_inner);
        records.push(write(&place));
        if records.len() == PAGE {
            self.out.page(std::mem::take(&mut *records));
        }
    }
}

/// A survey that is stopped, because time is up for instance, loses nothing of what it found: what a desk still holds goes on
/// when the desk does. Where the service answered at all that is a page, also an empty one.
impl Drop for Desk<'_> {
    fn drop(&mut self) {
        let records = self.records.get_mut().unwrap_or_else(PoisonError::into_inner);
        if *self.answered.get_mut() > 0 || !records.is_empty() {
            self.out.page(std::mem::take(records));
        }
    }
}

/// awsQuery puts its answers in a `<OperationResult>`; ec2 and the REST protocols do not.
fn unwrapped(mut value: Value, operation: &str) -> Value {
    match value.get_mut(format!("{operation}Result")) {
        Some(result) => result.take(),
        None => value,
    }
}

/// An answer that is none: it cannot be read, or what every answer has is not in it.
fn broken(call: &Call, lack: &str) -> CallError {
    let (service, operation) = (call.service.title, call.action.operation);
    let message = Text::from(match lack.rsplit('/').next() {
        Some(member) if !member.is_empty() => format!("the answer of {service} to {operation} has no {member}"),
        _ => format!("the answer of {service} to {operation} cannot be read"),
    });
    CallError { kind: CallErrorKind::Truncated, code: None, message, status: Some(200) }
}

/// Whether the error has one of these codes.
pub(super) fn is_one_of(codes: &'static [&'static str]) -> impl Fn(&CallError) -> bool {
    move |error| error.code.as_deref().is_some_and(|code| codes.contains(&code))
}
