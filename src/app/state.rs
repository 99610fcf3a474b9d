//! Everything that the screen is drawn from.

use std::path::PathBuf;
use std::sync::Arc;

use super::command::Context;
use super::detail::Names;
use super::export::ExportDialog;
use super::filter::Filter;
use super::finding::Opened;
use super::findings::Findings;
use super::geometry::Size;
use super::home::Home;
use super::keymap::Keymap;
use super::lens_dialog::LensDialog;
use super::list::List;
use super::login::{self, CodeDialog};
use super::message::Effect;
use super::message::Tone;
use super::picker::Picker;
use super::refresh::{self, Tally};
use super::sort::SortDialog;
use super::themes::ThemePicker;
use crate::fetch::{Event, Identity, Validity};
use crate::lens::LensSet;
use crate::model::{Coverage, Layer, Severity, Side, Text, Timestamp};
use crate::priority::Rules;
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
    /// How the credentials stand, by the accounts' numbers.
    pub validities: Vec<Validity>,
    /// What the user should know, oldest first.
    pub notices: Vec<Text>,
    /// Why nothing can be fetched.
    pub fatal: Option<Text>,
    /// When it began.
    pub started: Option<Timestamp>,
    /// When it ended.
    pub ended: Option<Timestamp>,
    /// What a refresh changes, while one is under way.
    pub(super) tally: Option<Tally>,
}

/// A screen on top of home.
#[derive(Debug)]
pub enum Page {
    /// The merged list.
    Findings(Box<Findings>),
    /// One finding.
    Finding(Box<Opened>),
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
    /// Group by a lens, or choose what the board shows.
    Lens(Box<LensDialog>),
    /// Export the view: the dialog, and the rows and query that it writes.
    Export(Box<ExportDialog>, Vec<RowId>),
    /// Choose a theme.
    Themes(ThemePicker),
    /// Type the code of an MFA device.
    Code(CodeDialog),
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
    /// What an open finding calls them, once the lenses are read.
    pub names: Option<Names>,
    /// The lenses, once they are read.
    pub lenses: Option<LensSet>,
    /// Which key asks for what.
    pub keymap: Keymap,
    /// Whether the estate is the embedded one.
    pub demo: bool,
    /// The theme that is in use.
    pub theme: String,
    /// The themes that can be chosen.
    pub themes: Vec<String>,
    /// Where relative export paths start.
    pub folder: PathBuf,
    /// The user's home folder.
    pub home_folder: Option<PathBuf>,
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
    /// The lanes' numbers as the coverage screen lists them.
    pub(super) order: Vec<usize>,
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
    /// Where relative export paths start.
    pub folder: PathBuf,
    /// The user's home folder.
    pub home_folder: Option<PathBuf>,
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
            names: None,
            lenses: None,
            keymap: start.keymap,
            demo: start.demo,
            themes: vec![start.theme.clone()],
            theme: start.theme,
            folder: start.folder,
            home_folder: start.home_folder,
            pages: Vec::new(),
            dialog: None,
            notice: None,
            waiting: Vec::new(),
            changed: Vec::new(),
            order: Vec::new(),
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
            Some(Page::Findings(findings)) if findings.preview_focus => Context::Finding,
            Some(Page::Findings(_)) => Context::Findings,
            Some(Page::Finding(_)) => Context::Finding,
            Some(Page::Coverage(_)) => Context::Coverage,
        }
    }

    pub(super) fn is_searching(&self) -> bool {
        match self.pages.last() {
            Some(Page::Findings(findings)) => {
                findings.search.is_some() || findings.preview.as_ref().is_some_and(|preview| preview.search.is_some())
            }
            Some(Page::Finding(opened)) => opened.search.is_some(),
            Some(Page::Coverage(_)) | None => false,
        }
    }

    /// The finding that the cursor is on.
    #[must_use]
    pub fn selected(&self) -> Option<RowId> {
        match self.pages.last() {
            None => self.home.selected(),
            Some(Page::Findings(findings)) => findings.selected(),
            Some(Page::Finding(opened)) => Some(opened.row),
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
            Event::Validity(number, validity) => login::take(self, *number, validity),
            Event::Planned(_) => self.fetch.progress = Progress::Loading,
            Event::Again(_) => refresh::begun(self),
            Event::Notice(text) if self.fetch.notices.contains(text) => {}
            Event::Notice(text) => {
                self.fetch.notices.push(text.clone());
                if self.notice.is_none() {
                    self.tell(Tone::Warning, text.as_str());
                }
            }
            Event::Fatal(text) => self.fetch.fatal = Some(text.clone()),
            // An order to refresh is on its way to those who were done just now.
            Event::Done if self.fetch.tally.as_ref().is_some_and(Tally::waits) => {}
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
    pub fn settle(&mut self) -> Vec<Effect> {
        self.drain();
        login::ask(self);
        let mut effects = self.settle_views();
        let height = self.size.findings_rows();
        for page in &mut self.pages {
            if let Page::Findings(findings) = page {
                findings.regroup(&self.store, self.lenses.as_ref(), height);
            }
        }
        effects.extend(self.settle_preview());
        self.settle_order();
        if self.waiting.is_empty() && self.fetch.progress == Progress::Ended {
            refresh::ended(self);
        }
        effects
    }

    fn settle_views(&mut self) -> Vec<Effect> {
        let mut effects = Vec::new();
        if self.changed.is_empty() {
            return effects;
        }
        let mut rows = std::mem::take(&mut self.changed);
        rows.sort_unstable();
        rows.dedup();
        if let Some(tally) = &mut self.fetch.tally {
            tally.touch(&rows);
        }
        let ingested = Ingested { rows };
        self.home.update(&self.store, &ingested);
        let height = self.size.findings_rows();
        for page in &mut self.pages {
            match page {
                Page::Findings(findings) => {
                    findings.update(&self.store, &ingested, height);
                    if findings.ranking {
                        effects.push(Effect::Work);
                    }
                    if let Some(preview) = &mut findings.preview {
                        effects.extend(reopen(&self.store, &ingested, preview));
                    }
                }
                Page::Finding(opened) => effects.extend(reopen(&self.store, &ingested, opened)),
                Page::Coverage(_) => {}
            }
        }
        effects
    }

    /// On a wide screen, the finding that the cursor is on stands beside the list.
    fn settle_preview(&mut self) -> Option<Effect> {
        let size = self.size.preview();
        let Some(Page::Findings(findings)) = self.pages.last() else { return None };
        let wanted = size.and_then(|_| findings.selected());
        if wanted == findings.preview.as_ref().map(|preview| preview.row) {
            return None;
        }
        let preview = wanted.and_then(|row| Opened::new(self, row, size?));
        let effect = preview.as_ref().map(|preview| Effect::Open(preview.row));
        if let Some(Page::Findings(findings)) = self.pages.last_mut() {
            findings.preview_focus &= preview.is_some();
            findings.preview = preview.map(Box::new);
        }
        effect
    }

    /// An open finding's evidence and raw JSON were read.
    pub(super) fn loaded(&mut self, row: RowId, evidence: &[(Text, Text)], raw: &Result<String, String>) {
        for page in &mut self.pages {
            let opened = match page {
                Page::Findings(findings) => findings.preview.as_mut(),
                Page::Finding(opened) => Some(opened),
                Page::Coverage(_) => None,
            };
            if let Some(opened) = opened.filter(|opened| opened.row == row) {
                match raw {
                    Ok(raw) => opened.detail.loaded(evidence.to_vec(), raw),
                    Err(reason) => opened.detail.failed(Text::new(reason)),
                }
            }
        }
    }

    /// The rules of the priority were read. Nothing is exported before, so that nobody else has the store.
    pub(super) fn rank_by(&mut self, rules: Rules) {
        if let Some(store) = Arc::get_mut(&mut self.store) {
            self.changed.extend(store.rank_by(rules).rows);
        }
    }

    /// The lenses were read.
    pub(super) fn set_lenses(&mut self, lenses: &LensSet) {
        self.names = Some(Names::of(lenses));
        self.lenses = Some(lenses.clone());
        self.home.set_lenses(lenses.clone(), &self.store);
        for page in &mut self.pages {
            if let Page::Findings(findings) = page {
                findings.renamed();
            }
        }
        self.titles = Titles {
            layers: Layer::ALL.map(|layer| lenses.layer(layer)).map(|group| (group.title.clone(), group.text.clone())),
            sides: Side::ALL.map(|side| lenses.side(side)).map(|group| (group.title.clone(), group.text.clone())),
        };
    }

    /// The lanes.
    #[must_use]
    pub fn coverage(&self) -> &Coverage {
        &self.store.coverage
    }
}

/// The record of an open finding may have changed: shows it as it is now, and asks for its JSON again.
fn reopen(store: &Store, ingested: &Ingested, opened: &mut Opened) -> Option<Effect> {
    ingested.rows.binary_search(&opened.row).ok()?;
    // What is gone is still shown as it was.
    opened.gone = store.get(opened.row).is_none();
    opened.detail.replace(store.get(opened.row)?.clone());
    Some(Effect::Open(opened.row))
}
