//! Takes a lane's pages: places, compresses, and queues them until the lane's task has sent them on.
//!
//! The queue has no bound of its own. The lane's task does not poll the source while it waits for room in the channel of
//! events, so no more can wait here than the source makes of what has already arrived.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

use crate::lens::Placer;
use crate::model::{Finding, RawRef, Text};
use crate::source::PageSink;
use crate::store::{Batch, RawBlock};

/// One lane's queue.
pub(super) struct LaneSink {
    placer: Mutex<Placer>,
    waiting: Mutex<Waiting>,
    arrived: Notify,
}

#[derive(Default)]
struct Waiting {
    batches: VecDeque<Arrived>,
    whole: bool,
    total: Option<u64>,
    trouble: Vec<Text>,
    notes: Vec<Text>,
}

/// What waits to be sent on.
pub(super) enum Arrived {
    /// A page.
    Page(Batch),
    /// Findings of earlier pages, which say more now: none counts again.
    Again(Batch),
}

impl LaneSink {
    pub(super) fn new(placer: Placer) -> Self {
        Self { placer: Mutex::new(placer), waiting: Mutex::default(), arrived: Notify::new() }
    }

    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until something has arrived since the last time.
    pub(super) async fn arrived(&self) {
        self.arrived.notified().await;
    }

    pub(super) fn next(&self) -> Option<Arrived> {
        self.waiting().batches.pop_front()
    }

    pub(super) fn total_so_far(&self) -> Option<u64> {
        self.waiting().total
    }

    /// Whether everything was listed.
    pub(super) fn is_whole(&self) -> bool {
        self.waiting().whole
    }

    fn arrive(&self, arrived: Arrived) {
        self.waiting().batches.push_back(arrived);
        self.arrived.notify_one();
    }

    fn placed(&self, mut findings: Vec<Finding>) -> Vec<Finding> {
        let mut placer = self.placer.lock().unwrap_or_else(PoisonError::into_inner);
        for finding in &mut findings {
            placer.place(finding);
        }
        findings
    }

    /// All that could not be read, in one sentence.
    pub(super) fn trouble_so_far(&self) -> Option<Text> {
        let waiting = self.waiting();
        let first = waiting.trouble.first()?;
        match waiting.trouble.len() {
            1 => Some(first.clone()),
            n => Some(Text::from(format!("{first} (and {} more)", n - 1))),
        }
    }
}

impl LaneSink {
    /// All that is worth knowing though nothing is wrong, in one sentence.
    pub(super) fn note_so_far(&self) -> Option<Text> {
        let waiting = self.waiting();
        (!waiting.notes.is_empty()).then(|| Text::from(waiting.notes.iter().map(Text::as_str).collect::<Vec<_>>().join("; ")))
    }
}

impl PageSink for LaneSink {
    fn page(&self, findings: Vec<(Finding, &[u8])>) {
        let mut raw = Vec::with_capacity(findings.iter().map(|(_, json)| json.len()).sum());
        let mut page = Vec::with_capacity(findings.len());
        for (mut finding, json) in findings {
            finding.raw = RawRef { block: 0, start: raw.len() as u32, len: json.len() as u32 };
            raw.extend_from_slice(json);
            page.push(finding);
        }
        self.arrive(Arrived::Page(Batch { findings: self.placed(page), raw: RawBlock::compress(&raw) }));
    }

    fn again(&self, findings: Vec<Finding>) {
        self.arrive(Arrived::Again(Batch { findings: self.placed(findings), raw: RawBlock::default() }));
    }

    fn whole(&self) {
        self.waiting().whole = true;
    }

    fn total(&self, total: u64) {
        self.waiting().total = Some(total);
        self.arrived.notify_one();
    }

    fn note(&self, note: Text) {
        let mut waiting = self.waiting();
        if !waiting.notes.contains(&note) {
            waiting.notes.push(note);
        }
    }

    fn trouble(&self, reason: Text) {
        let mut waiting = self.waiting();
        if !waiting.trouble.contains(&reason) {
            waiting.trouble.push(reason);
        }
    }
}
