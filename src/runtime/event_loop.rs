//! One loop for keys, signals, the fetch and answers. It sleeps until something happens; the clock ticks only while something
//! is loading, and nothing is drawn when nothing changed.

use std::future::poll_fn;
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use crossterm::event::{Event as TerminalEvent, EventStream};
use futures_util::{FutureExt, StreamExt};
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::mpsc;
use tokio::time::{Instant, MissedTickBehavior, interval, sleep_until};

use super::effects::Todo;
use super::keys::{ESC_WAIT, Joiner, from_terminal};
use super::terminal::{self, Screen};
use super::{RunError, Settings};
use crate::app::{Effect, Message, State, Tone, update};
use crate::fetch::{self, Event, Fetch, FetchHandle, Request};
use crate::lens::LensSet;
use crate::model::Timestamp;
use crate::priority::Rules;
use crate::ui::look::Look;
use crate::ui::theme;

/// The least time between two frames that nobody asked for with a key: 30 a second.
const FRAME: Duration = Duration::from_millis(33);
/// How often elapsed times move while something is loading.
const TICK: Duration = Duration::from_millis(250);
/// How many events of the fetch are taken in before keys are looked at again.
const BURST: usize = 32;

/// What a prepared session begins with.
type Prepared = Result<(Request, Arc<LensSet>, Rules), String>;

/// A session: the state, and what it is connected to.
pub(super) struct Session {
    pub(super) state: State,
    pub(super) look: Look,
    pub(super) screen: Screen,
    pub(super) settings: Settings,
    pub(super) handle: Option<FetchHandle>,
    pub(super) answers: mpsc::UnboundedSender<Message>,
    inbox: mpsc::UnboundedReceiver<Message>,
    joiner: Joiner,
    /// Whether the screen shows something else than the state.
    dirty: bool,
    /// Whether a slice of work is wanted.
    pub(super) work: bool,
    /// Whether an export reads the store: the fetch waits meanwhile.
    pub(super) exporting: bool,
    /// The program that the terminal is to be given to: only the loop itself has the keys.
    pub(super) wanted: Option<Vec<String>>,
}

/// What woke the loop.
enum Woken {
    Key(TerminalEvent),
    NoKeys,
    Fetch(Event),
    FetchGone,
    Answer(Message),
    Began(Result<(Request, Arc<LensSet>), String>),
    EscAlone,
    Tick,
    Frame,
    Work,
    Leave(u8),
    Stop,
    Continued,
}

impl Session {
    pub(super) fn new(state: State, look: Look, screen: Screen, settings: Settings) -> Self {
        let (answers, inbox) = mpsc::unbounded_channel();
        Self {
            state,
            look,
            screen,
            settings,
            handle: None,
            answers,
            inbox,
            joiner: Joiner::default(),
            dirty: false,
            work: false,
            exporting: false,
            wanted: None,
        }
    }

    /// Runs until the user leaves; the exit code.
    pub(super) async fn run<P>(mut self, prepare: P, mut signals: Signals, mistake: Option<String>) -> Result<u8, RunError>
    where
        P: FnOnce() -> Prepared + Send + 'static,
    {
        if let Some(mistake) = mistake {
            self.take(Message::Tell(Tone::Error, mistake));
        }
        let mut keys = EventStream::new();
        let answers = self.answers.clone();
        let themes_folder = self.settings.themes_folder.clone();
        let mut beginning = pin!(begin(prepare, answers, themes_folder).fuse());
        let mut fetch: Option<Fetch> = None;
        let mut tick = interval(TICK);
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut next_frame = Instant::now();
        let mut esc_until = Instant::now();
        loop {
            let may_fetch = !self.exporting;
            let alarm = self.alarm();
            let woken = tokio::select! {
                biased;
                woken = signals.next() => woken,
                event = keys.next() => event.map_or(Woken::NoKeys, |event| event.map_or(Woken::NoKeys, Woken::Key)),
                () = sleep_until(esc_until), if self.joiner.is_holding() => Woken::EscAlone,
                () = sleep_until(next_frame), if self.dirty => Woken::Frame,
                Some(answer) = self.inbox.recv() => Woken::Answer(answer),
                began = &mut beginning, if fetch.is_none() && self.handle.is_none() => Woken::Began(began),
                event = next(&mut fetch), if fetch.is_some() && may_fetch => event.map_or(Woken::FetchGone, Woken::Fetch),
                _ = tick.tick(), if self.state.is_loading() => Woken::Tick,
                () = sleep_until(alarm.unwrap_or(next_frame)), if alarm.is_some() => Woken::Tick,
                () = std::future::ready(()), if self.work => Woken::Work,
            };
            let mut effects = Vec::new();
            let mut now = false;
            match woken {
                Woken::Key(event) => {
                    now = true;
                    self.clock();
                    effects.extend(self.input(event));
                    while let Some(event) = waiting(&mut keys).await {
                        effects.extend(self.input(event));
                    }
                    esc_until = Instant::now() + ESC_WAIT;
                }
                Woken::EscAlone => {
                    now = true;
                    for key in self.joiner.release() {
                        effects.extend(self.take(Message::Key(key)));
                    }
                }
                Woken::Fetch(event) => {
                    self.clock();
                    effects.extend(self.take(Message::Fetch(event)));
                    for _ in 0..BURST {
                        let Some(event) = fetch.as_mut().and_then(|fetch| fetch.events.try_recv().ok()) else { break };
                        effects.extend(self.take(Message::Fetch(event)));
                    }
                }
                Woken::FetchGone => fetch = None,
                Woken::Answer(answer) => {
                    self.exporting &= !matches!(answer, Message::Exported(_));
                    effects.extend(self.take(answer));
                }
                Woken::Began(Ok(plan)) => {
                    let begun = fetch::start(plan.0, plan.1);
                    self.handle = Some(begun.handle());
                    fetch = Some(begun);
                }
                Woken::Began(Err(reason)) => return Err(RunError::Usage(reason)),
                Woken::Tick => {
                    self.clock();
                    self.dirty = true;
                }
                Woken::Work => {
                    self.work = false;
                    effects.extend(self.take(Message::Work));
                }
                Woken::Frame => {
                    now = true;
                    self.dirty = true;
                }
                Woken::Leave(code) => return Ok(code),
                Woken::Stop => effects.push(Effect::Suspend),
                Woken::Continued => {
                    terminal::enter_again()?;
                    effects.push(Effect::Redraw);
                }
                // Nobody is there any more.
                Woken::NoKeys => return Ok(self.exit_code()),
            }
            effects.extend(self.state.settle());
            for effect in effects {
                if self.carry_out(effect)? == Todo::Leave {
                    return Ok(self.exit_code());
                }
            }
            if let Some(words) = self.wanted.take() {
                // Its reader takes what is typed; the program wants that.
                drop(keys);
                let ended = self.log_in(&words, &mut signals).await?;
                keys = EventStream::new();
                now = true;
                // Nobody listens any more once the session has ended.
                let _ = self.answers.send(Message::LoggedIn(ended));
            }
            self.follow_theme();
            if self.dirty && (now || Instant::now() >= next_frame) {
                self.screen.draw(&self.state, &self.look)?;
                self.dirty = false;
                next_frame = Instant::now() + FRAME;
            }
        }
    }

    /// When something changes by itself although nothing happens.
    fn alarm(&self) -> Option<Instant> {
        let left = self.state.next_draw()?.as_millisecond() - Timestamp::now().as_millisecond();
        // A moment later rather than earlier: it must not be drawn twice.
        Instant::now().checked_add(Duration::from_millis(u64::try_from(left).unwrap_or(0) + 50))
    }

    fn input(&mut self, event: TerminalEvent) -> Vec<Effect> {
        match event {
            TerminalEvent::Key(key) => {
                let keys = from_terminal(key).map(|key| self.joiner.push(key)).unwrap_or_default();
                keys.into_iter().flat_map(|key| self.take(Message::Key(key))).collect()
            }
            TerminalEvent::Paste(text) => self.take(Message::Paste(text)),
            TerminalEvent::Resize(columns, rows) => self.take(Message::Resize(columns, rows)),
            TerminalEvent::Mouse(_) | TerminalEvent::FocusGained | TerminalEvent::FocusLost => Vec::new(),
        }
    }

    /// Lets a message change the state.
    pub(super) fn take(&mut self, message: Message) -> Vec<Effect> {
        self.dirty = true;
        update(&mut self.state, message)
    }

    fn clock(&mut self) {
        update(&mut self.state, Message::Clock(Timestamp::now()));
    }

    pub(super) fn draw_anew(&mut self) -> Result<(), RunError> {
        self.screen.forget()?;
        self.dirty = true;
        Ok(())
    }

    fn follow_theme(&mut self) {
        if self.state.theme == self.settings.theme {
            return;
        }
        self.settings.theme.clone_from(&self.state.theme);
        let (theme, mistake) = theme::load_or_default(&self.settings.theme, self.settings.themes_folder.as_deref());
        self.look = Look::new(&theme, self.settings.color, self.settings.ascii);
        self.dirty = true;
        if let Some(mistake) = mistake {
            self.take(Message::ThemeFailed(mistake.to_string()));
        }
    }

    fn exit_code(&self) -> u8 {
        self.state.coverage().exit_code(self.state.worst(), self.settings.fail_on)
    }
}

/// A terminal event that is there already. Asks with this task's own waker: the stream remembers who asked last.
async fn waiting(keys: &mut EventStream) -> Option<TerminalEvent> {
    poll_fn(|context| match keys.poll_next_unpin(context) {
        Poll::Ready(event) => Poll::Ready(event.and_then(Result::ok)),
        Poll::Pending => Poll::Ready(None),
    })
    .await
}

async fn next(fetch: &mut Option<Fetch>) -> Option<Event> {
    match fetch {
        Some(fetch) => fetch.events.recv().await,
        None => std::future::pending().await,
    }
}

/// Prepares the fetch where it may block.
async fn begin<P>(
    prepare: P,
    answers: mpsc::UnboundedSender<Message>,
    themes: Option<std::path::PathBuf>,
) -> Result<(Request, Arc<LensSet>), String>
where
    P: FnOnce() -> Prepared + Send + 'static,
{
    let prepared = tokio::task::spawn_blocking(move || {
        let prepared = prepare();
        // Nobody listens any more once the session has ended.
        let _ = answers.send(Message::Themes(theme::available(themes.as_deref())));
        if let Ok((_, lenses, rules)) = &prepared {
            let _ = answers.send(Message::Lenses(Arc::clone(lenses)));
            let _ = answers.send(Message::Rules(rules.clone()));
        }
        prepared.map(|(request, lenses, _)| (request, lenses))
    });
    let (request, lenses) = prepared.await.map_err(|error| format!("the fetch cannot be prepared: {error}"))??;
    fetch::check(&request).await.map_err(|error| error.to_string())?;
    Ok((request, lenses))
}

/// The signals that concern a screen.
pub(super) struct Signals {
    terminate: Signal,
    hang_up: Signal,
    pub(super) interrupt: Signal,
    pub(super) stop: Signal,
    continued: Signal,
}

impl Signals {
    pub(super) fn new() -> Result<Self, RunError> {
        let other = |number: rustix::process::Signal| SignalKind::from_raw(number.as_raw());
        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            hang_up: signal(SignalKind::hangup())?,
            interrupt: signal(SignalKind::interrupt())?,
            stop: signal(other(rustix::process::Signal::TSTP))?,
            continued: signal(other(rustix::process::Signal::CONT))?,
        })
    }

    /// The next one. One that asks to leave becomes an exit code as shells count: 128 and the signal's number.
    async fn next(&mut self) -> Woken {
        let leave = |kind: SignalKind| Woken::Leave(128 + kind.as_raw_value() as u8);
        tokio::select! {
            _ = self.terminate.recv() => leave(SignalKind::terminate()),
            _ = self.hang_up.recv() => leave(SignalKind::hangup()),
            _ = self.interrupt.recv() => leave(SignalKind::interrupt()),
            _ = self.stop.recv() => Woken::Stop,
            _ = self.continued.recv() => Woken::Continued,
        }
    }
}
