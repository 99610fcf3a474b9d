//! One lane's task: waits for its turn, reads the source, sends on what arrives, and ends the lane whatever happens.

use std::any::Any;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use tokio::sync::watch;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::Event;
use super::board::{Board, Deserted};
use super::end::{Circumstances, End, conclude};
use super::identity::Standing;
use super::sink::{Arrived, LaneSink};
use crate::aws::{Account, CallError, Gate, Meter};
use crate::lens::LensSet;
use crate::model::{AccountId, Door, Lane, LaneState, Text};
use crate::source::{FindingSource, LaneContext};

/// Progress of one lane is told at most this often, and at least each [`HEARTBEAT`].
const PROGRESS: Duration = Duration::from_millis(100);
const HEARTBEAT: Duration = Duration::from_secs(1);
/// How long a lane whose credentials were refused waits to hear whether they are good elsewhere.
const IDENTITY_PATIENCE: Duration = Duration::from_secs(5);

/// When everything has to end.
#[derive(Clone, Copy, Debug)]
pub(super) struct Deadline {
    pub(super) at: Instant,
    pub(super) after: Duration,
}

/// All that one lane's task needs.
pub(super) struct Job {
    pub(super) number: usize,
    pub(super) lane: Lane,
    pub(super) source: Arc<dyn FindingSource>,
    pub(super) account: Account,
    pub(super) include_archived: bool,
    pub(super) lenses: Arc<LensSet>,
    pub(super) board: Arc<Board>,
    pub(super) gate: Gate,
    pub(super) cancel: CancellationToken,
    pub(super) deadline: Option<Deadline>,
    pub(super) standing: watch::Receiver<Standing>,
}

/// What the runner has to know of a lane that has ended.
#[derive(Clone, Debug, Default)]
pub(super) struct Ended {
    /// The last call that failed, where nothing had arrived.
    pub(super) failure: Option<CallError>,
}

impl Job {
    /// Runs the lane to its end.
    pub(super) async fn run(mut self) -> Ended {
        self.read().await.unwrap_or_default()
    }

    async fn read(&mut self) -> Result<Ended, Deserted> {
        let meter = Arc::new(self.account.meter(&self.lane.id));
        let sink = Arc::new(LaneSink::new(self.lenses.placer()));
        let context = LaneContext {
            config: self.account.config(&self.lane.id.region),
            door: Door { account: self.account_now(), region: self.lane.id.region.clone() },
            is_home: self.account.is_home(&self.lane.id.region),
            include_archived: self.include_archived,
            meter: Arc::clone(&meter),
            gate: self.gate.clone(),
            sink: Arc::clone(&sink) as _,
        };
        let end = self.follow(&context, &sink).await?;
        self.flush(&sink).await?;

        if let Some(skew) = meter.clock_skew() {
            self.board.tell_clock(skew).await?;
        }
        let refused = meter.last_failure().is_some_and(|call| call.refuses_credentials());
        let circumstances = Circumstances {
            trouble: sink.trouble_so_far(),
            note: sink.note_so_far(),
            last_failure: meter.last_failure(),
            own_endpoint: self.account.has_own_endpoint(self.lane.id.source),
            standing: if refused || end.finds_nobody() { self.standing_soon().await } else { Standing::Unknown },
        };
        let failure = circumstances.last_failure.clone();
        let mut empty_handed = false;
        self.board
            .update(self.number, |lane| {
                progress(lane, &sink, &meter);
                conclude(lane, end, circumstances);
                empty_handed = lane.pages == 0 && lane.state == LaneState::Failed;
            })
            .await?;
        Ok(Ended { failure: failure.filter(|_| empty_handed) })
    }

    /// Polls the source, and sends on what it gives. While there is no room for events the source is not polled.
    async fn follow(&self, context: &LaneContext, sink: &LaneSink) -> Result<End, Deserted> {
        let source = &self.source;
        let mut read = std::pin::pin!(AssertUnwindSafe(async { source.read(context).await }).catch_unwind());
        let mut told = Instant::now();
        let mut untold = false;
        let mut begun = false;
        let mut arrived = false;
        loop {
            let next = told + if untold { PROGRESS } else { HEARTBEAT };
            tokio::select! {
                biased;
                _ = self.stopped(), if sink.is_whole() => return Ok(End::Read),
                stop = self.stopped() => return Ok(End::Stopped(stop.reason(context.meter.calls() > 0))),
                result = &mut read => return Ok(match result {
                    Ok(Ok(())) => End::Read,
                    Ok(Err(failure)) => End::Failure(failure),
                    Err(panic) => End::Panicked(panic_message(&*panic)),
                }),
                () = sink.arrived() => (untold, arrived) = (true, true),
                () = tokio::time::sleep_until(next) => untold = true,
            }
            self.flush(sink).await?;
            if context.meter.calls() == 0 && !arrived {
                // It waits for its turn: there is nothing to tell.
                (told, untold) = (Instant::now(), false);
            } else if untold && (!begun || told.elapsed() >= PROGRESS) {
                self.board.update(self.number, |lane| progress(lane, sink, &context.meter)).await?;
                (told, untold, begun) = (Instant::now(), false, true);
            }
        }
    }

    /// Sends on what waits; the lane's counts follow what was sent, never ahead of it.
    async fn flush(&self, sink: &LaneSink) -> Result<(), Deserted> {
        while let Some(arrived) = sink.next() {
            match arrived {
                Arrived::Page(batch) => self.board.batch(self.number, batch).await?,
                Arrived::Again(batch) => self.board.say(Event::Batch(self.number, batch)).await?,
            }
        }
        Ok(())
    }

    /// The account as far as it is known by now.
    fn account_now(&self) -> AccountId {
        self.board.lane(self.number).map_or_else(|| self.lane.id.account.clone(), |lane| lane.id.account)
    }

    async fn standing_soon(&mut self) -> Standing {
        let known = self.standing.wait_for(|standing| *standing != Standing::Unknown);
        match tokio::time::timeout(IDENTITY_PATIENCE, known).await {
            Ok(Ok(standing)) => *standing,
            _ => Standing::Unknown,
        }
    }

    async fn stopped(&self) -> Stop {
        let late = async {
            match self.deadline {
                Some(deadline) => {
                    tokio::time::sleep_until(deadline.at).await;
                    deadline.after
                }
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            biased;
            () = self.cancel.cancelled() => Stop::Cancelled,
            after = late => Stop::OutOfTime(after),
        }
    }
}

enum Stop {
    Cancelled,
    OutOfTime(Duration),
}

impl Stop {
    fn reason(&self, begun: bool) -> Text {
        match self {
            Self::Cancelled if !begun => Text::new("cancelled before it began"),
            Self::Cancelled => Text::new("cancelled"),
            Self::OutOfTime(_) if !begun => Text::new("not reached before the time limit: raise --timeout"),
            Self::OutOfTime(after) => Text::from(format!("timed out after {} s: raise --timeout", after.as_secs_f64())),
        }
    }
}

fn progress(lane: &mut Lane, sink: &LaneSink, meter: &Meter) {
    lane.state = LaneState::Loading;
    lane.total = sink.total_so_far();
    lane.calls = meter.calls();
    lane.retries = meter.retries();
    lane.elapsed = meter.elapsed();
}

fn panic_message(panic: &(dyn Any + Send)) -> Text {
    let message = panic.downcast_ref::<&str>().copied().or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    Text::new(message.unwrap_or("a panic without a message"))
}
