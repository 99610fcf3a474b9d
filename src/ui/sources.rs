//! The strip of sources: how far each is, across its lanes.

use std::time::Duration;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use unicode_width::UnicodeWidthStr;

use super::chrome::tick;
use super::look::{Look, Role};
use super::write::{cut, duration, is_ascii, put, put_right, rule, short};
use crate::app::State;
use crate::model::{Lane, LaneState, Loaded, Source};

/// What is said of one source.
struct Summary {
    lanes: usize,
    ended: usize,
    findings: u64,
    pages: u32,
    elapsed: Duration,
    trusted: bool,
    loaded: Loaded,
    states: [usize; 8],
}

impl Summary {
    fn of<'a>(lanes: impl Iterator<Item = &'a Lane> + Clone) -> Self {
        let loaded = Loaded::of(lanes.clone());
        let mut summary =
            Self { lanes: 0, ended: 0, findings: 0, pages: 0, elapsed: Duration::ZERO, trusted: true, loaded, states: [0; 8] };
        for lane in lanes {
            summary.lanes += 1;
            summary.ended += usize::from(lane.state.is_final());
            summary.findings += lane.findings;
            summary.pages += lane.pages;
            summary.elapsed = summary.elapsed.max(lane.elapsed);
            summary.trusted &= lane.is_trusted();
            summary.states[lane.state as usize] += 1;
        }
        summary
    }

    /// How many findings were read: of how many, while the services have told of more.
    fn number(&self, look: &Look) -> String {
        let at_least = look.glyphs().at_least;
        match (self.loaded.is_behind(), self.loaded.is_exact) {
            (true, true) => format!("{}/{}", short(self.loaded.read), short(self.loaded.total)),
            (true, false) => format!("{}/{at_least}{}", short(self.loaded.read), short(self.loaded.total)),
            (false, _) if self.trusted => short(self.findings),
            (false, _) => format!("{at_least} {}", short(self.findings)),
        }
    }

    fn of_state(&self, state: LaneState) -> usize {
        self.states[state as usize]
    }

    /// The state that tells most: what is under way, then trouble, then all is well.
    fn state(&self) -> LaneState {
        let order = [
            LaneState::Loading,
            LaneState::Pending,
            LaneState::Failed,
            LaneState::Denied,
            LaneState::Partial,
            LaneState::Complete,
            LaneState::NotEnabled,
            LaneState::Unavailable,
        ];
        order.into_iter().find(|state| self.of_state(*state) > 0).unwrap_or(LaneState::Pending)
    }

    /// What became of the lanes, trouble first.
    fn words(&self) -> Vec<(LaneState, String)> {
        let order =
            [LaneState::Failed, LaneState::Denied, LaneState::Partial, LaneState::NotEnabled, LaneState::Unavailable, LaneState::Loading];
        let mut words: Vec<_> = order
            .into_iter()
            .filter(|state| self.of_state(*state) > 0)
            .map(|state| (state, format!("{} {}", self.of_state(state), plain(state))))
            .collect();
        if words.is_empty() && self.lanes > 0 {
            let state = self.state();
            words.push((state, plain(state).to_owned()));
        }
        words
    }
}

/// The state in one word for people.
pub(super) const fn plain(state: LaneState) -> &'static str {
    match state {
        LaneState::NotEnabled => "off",
        LaneState::Unavailable => "not offered",
        state => state.slug(),
    }
}

/// One line a source, below a line of heads.
pub(super) fn draw(buffer: &mut Buffer, area: Rect, state: &State, look: &Look) {
    let at = Places::new(area);
    let (heading, muted) = (look.style(Role::Heading), look.style(Role::Muted));
    put(buffer, area, area.x, area.y, "Sources", heading);
    for (right, text) in [(at.lanes, "lanes"), (at.findings, "findings"), (at.pages, "pages"), (at.time, "time")] {
        if right > 0 {
            put_right(buffer, area, right, area.y, text, muted);
        }
    }
    for (line, source) in Source::ALL.into_iter().enumerate() {
        let y = area.y + 1 + line as u16;
        if y < area.bottom() {
            draw_source(buffer, Rect { y, height: 1, ..area }, &at, source, state, look);
        }
    }
    let from = at.state + 7;
    let (ended, lanes) = state.lanes_ended();
    if lanes > 0 {
        let text = format!("{ended} of {lanes} lanes {} {}", look.glyphs().dot, duration(Duration::from_millis(state.elapsed_ms() as u64)));
        if from + text.width() as u16 <= area.right() {
            put_right(buffer, area, area.right(), area.y, text.trim_end(), muted);
        }
    }
}

/// The columns' right ends; 0 where there is no room for one.
struct Places {
    bar: u16,
    bar_width: u16,
    lanes: u16,
    findings: u16,
    pages: u16,
    time: u16,
    state: u16,
}

impl Places {
    fn new(area: Rect) -> Self {
        let name = area.x + 2 + 15;
        let bar_width = match area.width {
            0..70 => 0,
            70..110 => 10,
            _ => 20,
        };
        let bar = name + 1;
        let lanes = bar + bar_width + 7;
        let findings = lanes + 10;
        let (pages, time) = if area.width >= 70 { (findings + 7, findings + 14) } else { (0, 0) };
        Self { bar, bar_width, lanes, findings, pages, time, state: time.max(findings) + 2 }
    }
}

fn draw_source(buffer: &mut Buffer, area: Rect, at: &Places, source: Source, state: &State, look: &Look) {
    let y = area.y;
    let summary = Summary::of(state.coverage().of(source));
    let (glyphs, muted) = (look.glyphs(), look.style(Role::Muted));
    if summary.lanes == 0 {
        let (sign, word) = if state.is_loading() { (glyphs.state(LaneState::Pending), "waiting") } else { ("-", "not asked") };
        put(buffer, area, area.x, y, sign, muted);
        put(buffer, area, area.x + 2, y, source.title(), muted);
        put(buffer, area, at.state, y, word, muted);
        return;
    }
    let now = summary.state();
    let sign = if now == LaneState::Loading { glyphs.spinner_at(tick(state)) } else { glyphs.state(now) };
    put(buffer, area, area.x, y, sign, look.style(Role::State(now)));
    put(buffer, area, area.x + 2, y, source.title(), look.style(Role::Text));
    if at.bar_width > 0 {
        progress(buffer, Rect { x: at.bar, width: at.bar_width, ..area }, &summary, look);
    }
    put_right(buffer, area, at.lanes, y, &format!("{}/{}", summary.ended, summary.lanes), muted);
    put_right(buffer, area, at.findings, y, &summary.number(look), look.style(Role::Text));
    if at.pages > 0 {
        put_right(buffer, area, at.pages, y, &short(u64::from(summary.pages)), muted);
        put_right(buffer, area, at.time, y, &duration(summary.elapsed), muted);
    }
    let mut x = at.state;
    for (number, (lane_state, words)) in summary.words().into_iter().enumerate() {
        if number > 0 {
            x = put(buffer, area, x, y, ", ", muted);
        }
        let left = area.right().saturating_sub(x) as usize;
        x = put(buffer, area, x, y, &cut(&words, left, look), look.style(Role::State(lane_state)));
    }
}

/// A line that fills as lanes end and findings come; each state in its own colour.
fn progress(buffer: &mut Buffer, area: Rect, summary: &Summary, look: &Look) {
    let (full, empty) = if is_ascii(look) { ("=", "-") } else { ("━", "─") };
    rule(buffer, area, area.x, area.right(), area.y, empty, look.style(Role::BarEmpty));
    let order =
        [LaneState::Complete, LaneState::NotEnabled, LaneState::Unavailable, LaneState::Partial, LaneState::Denied, LaneState::Failed];
    let width = area.width as usize;
    let mut seen = 0;
    let mut from = area.x;
    for state in order {
        seen += summary.of_state(state);
        let to = area.x + (seen * width / summary.lanes.max(1)) as u16;
        rule(buffer, area, from, to, area.y, full, look.style(Role::State(state)));
        from = to;
    }
    // Of the lanes that are under way, as much as the services have told that there is.
    if summary.loaded.is_behind() {
        let under_way = summary.lanes - seen;
        let part = summary.loaded.read as f64 / summary.loaded.total as f64;
        let to = area.x + ((seen as f64 + under_way as f64 * part) * width as f64 / summary.lanes.max(1) as f64) as u16;
        rule(buffer, area, from, to.max(from), area.y, full, look.style(Role::State(LaneState::Loading)));
    }
}
