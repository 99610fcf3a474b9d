//! Everything that the screen is drawn from.

use std::sync::Arc;

use super::command::Context;
use super::filter::Filter;
use super::findings::Findings;
use super::geometry::Size;
use super::home::Home;
use super::keymap::Keymap;
use super::list::List;
use super::message::Tone;
use super::picker::Picker;
use super::sort::SortDialog;
use crate::fetch::{Event, Identity};
use crate::model::{Coverage, Layer, RawRef, Severity, Side, Text, Timestamp};
use crate::query::Query;
use crate::store::{Ingested, RowId, Store};

/// What the layers and sides are called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Titles {
    /// For each layer: its title, and what it means.
    pub layers: [(String, String); 7],
    /// For each side: its title, and what it means.
    pub sides: [(String, String); 3],
}

impl Default for Titles {
    /// Made from the slugs: what is shown until the lenses are read.
    fn default() -> Self {
        let plain = |slug: &str| (sentence(slug), String::new());
        Self { layers: Layer::ALL.map(|layer| plain(layer.slug())), sides: Side::ALL.map(|side| plain(side.slug())) }
    }
}

fn sentence(slug: &str) -> String {
    if slug == "aws" {
        return "AWS".to_owned();
    }
    let words = slug.replace('-', " ");
    let mut chars = words.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

/// How far the fetch is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Progress {
    /// Nothing is known yet: credentials and Regions are being found out.
    #[default]
    Starting,
    /// Lanes are being read.
    Loading,
    /// The user stopped it; what is under way ends.
    Cancelling,
    /// Every lane has ended.
    Ended,
}

/// What is known of the fetch beside the lanes.
#[derive(Clone, Debug, Default)]
pub struct Fetching {
    /// How far it is.
    pub progress: Progress,
    /// Who is asking.
    pub identities: Vec<Identity>,
    /// What the user should know, oldest first.
    pub notices: Vec<Text>,
    /// Why nothing can be fetched.
    pub fatal: Option<Text>,
    /// When it began.
    pub started: Option<Timestamp>,
    /// When it ended.
    pub ended: Option<Timestamp>,
}

/// A screen on top of home.
#[derive(Debug)]
pub enum Page {
    /// The merged list.
    Findings(Box<Findings>),
    /// The lanes.
    Coverage(List),
}

/// A dialog on top of the screen; it has the keys.
#[derive(Debug)]
pub enum Dialog {
    /// Help or palette.
    Picker(Picker),
    /// Filter by a field.
    Filter(Box<Filter>),
    /// Sort by a key.
    Sort(SortDialog),
}

/// A line to tell, until the next key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// How it is meant.
    pub tone: Tone,
    /// What it says.
    pub text: String,
}

/// Everything that the screen is drawn from.
#[derive(Debug)]
pub struct State {
    /// The terminal's size.
    pub size: Size,
    /// The time, as of the last message.
    pub now: Timestamp,
    /// What was fetched. Shared with an export while that writes.
    pub store: Arc<Store>,
    /// How far the fetch is.
    pub fetch: Fetching,
    /// What layers and sides are called.
    pub titles: Titles,
    /// Which key asks for what.
    pub keymap: Keymap,
    /// Whether the estate is the embedded one.
    pub demo: bool,
    /// The theme that is in use.
    pub theme: String,
    /// The board.
    pub home: Home,
    /// The screens on top of it, the last one in front.
    pub pages: Vec<Page>,
    /// The dialog in front of everything.
    pub dialog: Option<Dialog>,
    /// Something to tell.
    pub notice: Option<Notice>,
    /// Events that wait until an export lets go of the store.
    waiting: Vec<Event>,
    /// Rows that changed since the views were brought up to date.
    changed: Vec<RowId>,
}

/// What a session starts with.
#[derive(Clone, Debug, Default)]
pub struct Start {
    /// The query of the command line.
    pub query: String,
    /// The key map.
    pub keymap: Keymap,
    /// Whether the estate is the embedded one.
    pub demo: bool,
    /// The theme's name.
    pub theme: String,
    /// The terminal's size.
    pub size: Size,
}

impl State {
    /// Nothing fetched, the board in front.
    #[must_use]
    pub fn new(start: Start, now: Timestamp) -> Self {
        let store = Store::new();
        Self {
            size: start.size,
            now,
            home: Home::new(Query::parse(&start.query).0, &store, now),
            store: Arc::new(store),
            fetch: Fetching { started: Some(now), ..Fetching::default() },
            titles: Titles::default(),
            keymap: start.keymap,
            demo: start.demo,
            theme: start.theme,
            pages: Vec::new(),
            dialog: None,
            notice: None,
            waiting: Vec::new(),
            changed: Vec::new(),
        }
    }

    /// Which commands make sense now.
    #[must_use]
    pub fn context(&self) -> Context {
        if self.dialog.is_some() || self.is_searching() { Context::Dialog } else { self.page_context() }
    }

    /// Which commands make sense on the screen in front, whatever dialog is on top of it.
    #[must_use]
    pub fn page_context(&self) -> Context {
        match self.pages.last() {
            None => Context::Home,
            Some(Page::Findings(_)) => Context::Findings,
            Some(Page::Coverage(_)) => Context::Coverage,
        }
    }

    fn is_searching(&self) -> bool {
        matches!(self.pages.last(), Some(Page::Findings(findings)) if findings.search.is_some())
    }

    /// The finding that the cursor is on.
    #[must_use]
    pub fn selected(&self) -> Option<RowId> {
        match self.pages.last() {
            None => self.home.selected(),
            Some(Page::Findings(findings)) => findings.selected(),
            Some(Page::Coverage(_)) => None,
        }
    }

    /// Whether every number on the screen is exact.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.store.coverage.is_complete()
    }

    /// Whether something is under way that time passes for.
    #[must_use]
    pub fn is_loading(&self) -> bool {
        self.fetch.progress != Progress::Ended
    }

    /// How long the fetch has taken, in milliseconds.
    #[must_use]
    pub fn elapsed_ms(&self) -> i64 {
        let end = self.fetch.ended.unwrap_or(self.now);
        self.fetch.started.map_or(0, |started| (end.as_millisecond() - started.as_millisecond()).max(0))
    }

    /// The highest severity found.
    #[must_use]
    pub fn worst(&self) -> Option<Severity> {
        self.home.worst_severity()
    }

    /// Tells something, until the next key.
    pub fn tell(&mut self, tone: Tone, text: impl Into<String>) {
        self.notice = Some(Notice { tone, text: text.into() });
    }

    /// The fetch said something. Views are brought up to date by [`State::settle`].
    pub fn take(&mut self, event: Event) {
        match &event {
            Event::Identity(identity) => {
                self.fetch.identities.retain(|known| known.account != identity.account);
                self.fetch.identities.push(identity.clone());
            }
            Event::Planned(_) => self.fetch.progress = Progress::Loading,
            Event::Notice(text) => self.fetch.notices.push(text.clone()),
            Event::Fatal(text) => self.fetch.fatal = Some(text.clone()),
            Event::Done => {
                self.fetch.progress = Progress::Ended;
                self.fetch.ended = Some(self.now);
            }
            Event::Lane(..) | Event::Batch(..) => {}
        }
        self.waiting.push(event);
        self.drain();
    }

    fn drain(&mut self) {
        let Some(store) = Arc::get_mut(&mut self.store) else { return };
        for event in self.waiting.drain(..) {
            self.changed.extend(event.apply(store).rows);
        }
    }

    /// Brings the views up to date with what arrived; call it once for a batch of messages.
    pub fn settle(&mut self) {
        self.drain();
        if self.changed.is_empty() {
            return;
        }
        let mut rows = std::mem::take(&mut self.changed);
        rows.sort_unstable();
        rows.dedup();
        let ingested = Ingested { rows };
        self.home.update(&self.store, &ingested);
        let height = self.size.findings_rows();
        for page in &mut self.pages {
            if let Page::Findings(findings) = page {
                findings.update(&self.store, &ingested, height);
            }
        }
    }

    /// The lanes.
    #[must_use]
    pub fn coverage(&self) -> &Coverage {
        &self.store.coverage
    }

    /// How many lanes have ended, and how many there are.
    #[must_use]
    pub fn lanes_ended(&self) -> (usize, usize) {
        let lanes = &self.coverage().lanes;
        (lanes.iter().filter(|lane| lane.state.is_final()).count(), lanes.len())
    }

    /// How many lanes are in a state that leaves a number uncertain although they have ended.
    #[must_use]
    pub fn lanes_in_trouble(&self) -> usize {
        self.coverage().lanes.iter().filter(|lane| lane.state.is_final() && !lane.is_trusted()).count()
    }

    /// Where the JSON of the row is kept.
    #[must_use]
    pub fn raw_of(&self, row: RowId) -> Option<RawRef> {
        self.store.get(row).map(|finding| finding.raw)
    }
}
