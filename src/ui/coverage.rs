//! The lanes: what became of each, why, and what that cost.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use unicode_width::UnicodeWidthStr;

use super::home::wrap_in;
use super::look::{Look, Role};
use super::scroll;
use super::select::select;
use super::sources::plain;
use super::write::{cut, duration, put, put_right, rule, short};
use crate::app::{List, State};
use crate::model::{Coverage, Lane, LaneState};

/// The columns from the left: source, Region, account and its name, state; the numbers stand at the right. 0: no room for it.
struct Columns {
    source: u16,
    region: u16,
    account: u16,
    name: u16,
    state: u16,
    numbers: bool,
}

/// The width of an account's column, and of its name's.
const ACCOUNT: u16 = 14;
const NAME: u16 = 26;

impl Columns {
    /// Where there are several accounts, each lane says which is its own, at the cost of some numbers; names need a wide screen.
    fn new(area: Rect, coverage: &Coverage) -> Self {
        let several = coverage.lanes.windows(2).any(|pair| pair[0].id.account != pair[1].id.account);
        let named = coverage.lanes.iter().any(|lane| coverage.name_of(lane).is_some());
        let begin = area.x + 35;
        let account = if area.width >= 96 || (several && area.width >= 70) { begin + 1 } else { 0 };
        let name = if named && area.width >= 138 { begin + 1 + ACCOUNT } else { 0 };
        let state = begin + if account > 0 { ACCOUNT + 1 } else { 0 } + if name > 0 { NAME } else { 0 };
        let numbers = area.width >= if several { 96 } else { 70 };
        Self { source: area.x + 2, region: area.x + 19, account, name, state, numbers }
    }
}

/// Draws everything between the header and the footer.
pub(super) fn draw(buffer: &mut Buffer, area: Rect, list: &List, state: &State, look: &Look) {
    let area = Rect { x: area.x + 1, width: area.width.saturating_sub(2), ..area };
    let lanes = state.lanes_in_order();
    summary(buffer, area, state, look);
    let columns = Columns::new(area, state.coverage());
    heads(buffer, Rect { y: area.y + 1, height: 1, ..area }, &columns, look);
    let rows = Rect { y: area.y + 2, height: area.height.saturating_sub(7), ..area };
    let shown = list.top..(list.top + rows.height as usize).min(state.coverage_len());
    let told = |at: usize| state.fetch.notices.get(at.checked_sub(lanes.len())?);
    for (line, at) in (0..).zip(shown) {
        let row = Rect { y: rows.y + line, height: 1, ..rows };
        if let Some(lane) = lanes.get(at) {
            draw_lane(buffer, row, &columns, (lane, state.coverage()), look);
        } else if let Some(notice) = told(at) {
            put(buffer, row, row.x, row.y, look.glyphs().bullet, look.style(Role::Warning));
            put(buffer, row, columns.source, row.y, &cut(notice, usize::from(row.right() - columns.source), look), look.style(Role::Text));
        }
        if at == list.cursor {
            select(buffer, row, look);
        }
    }
    scroll::thumb(buffer, rows, list.top, state.coverage_len(), look);
    let below = Rect { y: rows.bottom(), height: 5, ..area }.intersection(area);
    if let Some(lane) = lanes.get(list.cursor) {
        reason(buffer, below, (lane, state.coverage()), look);
    } else if let Some(notice) = told(list.cursor) {
        about(buffer, below, " What the fetch told ", notice, None, look);
    }
}

fn summary(buffer: &mut Buffer, area: Rect, state: &State, look: &Look) {
    let mut x = area.x;
    let coverage = state.coverage();
    // Trouble first: it is what must not be cut off.
    let is_trouble =
        |state: &LaneState| matches!(state, LaneState::Partial | LaneState::Denied | LaneState::Unavailable | LaneState::Failed);
    let (trouble, rest): (Vec<_>, Vec<_>) = LaneState::ALL.into_iter().rev().partition(is_trouble);
    for lane_state in trouble.into_iter().chain(rest) {
        let count = coverage.in_state(lane_state).count();
        if count == 0 {
            continue;
        }
        let text = format!("{} {count} {}", look.glyphs().state(lane_state), plain(lane_state));
        let room = usize::from(area.right().saturating_sub(x));
        if room < text.width() {
            put_right(buffer, area, area.right(), area.y, look.glyphs().ellipsis, look.style(Role::Muted));
            break;
        }
        x = put(buffer, area, x, area.y, &text, look.style(Role::State(lane_state))) + 3;
    }
    if coverage.lanes.is_empty() {
        let text = state.fetch.fatal.as_ref().map_or("No lanes are planned yet.", |fatal| fatal.as_str());
        put(buffer, area, area.x, area.y, &cut(text, area.width as usize, look), look.style(Role::Muted));
    }
}

fn heads(buffer: &mut Buffer, area: Rect, columns: &Columns, look: &Look) {
    let style = look.style(Role::Heading);
    let titles = ["Source", "Region", "Account", "Name", "State"];
    for (x, text) in [columns.source, columns.region, columns.account, columns.name, columns.state].into_iter().zip(titles) {
        if x > 0 {
            put(buffer, area, x, area.y, text, style);
        }
    }
    for (right, text) in numbers(area, columns).into_iter().zip(["findings", "pages", "calls", "retries", "time"]) {
        if right > 0 {
            put_right(buffer, area, right, area.y, text, style);
        }
    }
}

/// Right ends of findings, pages, calls, retries and time; 0 where there is no room.
fn numbers(area: Rect, columns: &Columns) -> [u16; 5] {
    let right = area.right();
    if columns.numbers { [right - 28, right - 22, right - 15, right - 7, right] } else { [right, 0, 0, 0, 0] }
}

fn draw_lane(buffer: &mut Buffer, area: Rect, columns: &Columns, (lane, coverage): (&Lane, &Coverage), look: &Look) {
    let y = area.y;
    let (text, muted, state) = (look.style(Role::Text), look.style(Role::Muted), look.style(Role::State(lane.state)));
    put(buffer, area, area.x, y, look.glyphs().state(lane.state), state);
    put(buffer, area, columns.source, y, lane.id.source.title(), text);
    put(buffer, area, columns.region, y, lane.id.region.as_str(), text);
    if columns.account > 0 {
        put(buffer, area, columns.account, y, lane.id.account.as_str(), muted);
    }
    if let Some(name) = coverage.name_of(lane).filter(|_| columns.name > 0) {
        put(buffer, area, columns.name, y, &cut(&name.to_string(), usize::from(NAME) - 2, look), muted);
    }
    let ends = numbers(area, columns);
    let room = (ends[0] - 10).saturating_sub(columns.state) as usize;
    let mut words = plain(lane.state).to_owned();
    if let Some(action) = &lane.action {
        words = format!("{words} {action}");
    }
    put(buffer, area, columns.state, y, &cut(&words, room.max(12), look), state);
    let sign = if lane.is_trusted() { String::new() } else { format!("{} ", look.glyphs().at_least) };
    let values = [
        match lane.total.filter(|total| *total > lane.findings && !lane.is_trusted()) {
            Some(total) => format!("{}/{}", short(lane.findings), short(total)),
            None => format!("{sign}{}", short(lane.findings)),
        },
        short(u64::from(lane.pages)),
        short(u64::from(lane.calls)),
        short(u64::from(lane.retries)),
        duration(lane.elapsed),
    ];
    for (right, value) in ends.into_iter().zip(values) {
        if right > 0 {
            put_right(buffer, area, right, y, &value, muted);
        }
    }
}

/// All about the lane that the cursor is on.
fn reason(buffer: &mut Buffer, area: Rect, (lane, coverage): (&Lane, &Coverage), look: &Look) {
    let title = format!(" {} in {} ", lane.id.source.title(), lane.id.region);
    let title = match coverage.name_of(lane) {
        Some(name) if lane.id.account.is_empty() => format!("{title}of {name} "),
        Some(name) => format!("{title}of {name} ({}) ", lane.id.account),
        None if lane.id.account.is_empty() => title,
        None => format!("{title}of {} ", lane.id.account),
    };
    let text = match (&lane.reason, lane.state) {
        (Some(reason), _) => reason.to_string(),
        (None, LaneState::Complete) if lane.findings == 0 => "Read to its end.".to_owned(),
        (None, LaneState::Complete) => "Read to its end; findings are counted here before merging.".to_owned(),
        (None, LaneState::Pending) => "Waits for its turn.".to_owned(),
        (None, LaneState::Loading) => "Being read.".to_owned(),
        (None, state) => plain(state).to_owned(),
    };
    about(buffer, area, &title, &text, lane.action.as_deref(), look);
}

/// What the cursor is on, in full: as much as there is room for.
fn about(buffer: &mut Buffer, area: Rect, title: &str, text: &str, refused: Option<&str>, look: &Look) {
    rule(buffer, area, area.x, area.right(), area.y, look.glyphs().rule, look.style(Role::Border));
    put(buffer, area, area.x + 2, area.y, &cut(title, area.width.saturating_sub(4) as usize, look), look.style(Role::Heading));
    let (width, room) = (usize::from(area.width), usize::from(area.height.saturating_sub(1)));
    let mut lines = wrap_in(text, width, room - usize::from(refused.is_some()).min(room), look);
    if let Some(action) = refused {
        lines.push(cut(&format!("Refused: {action}"), width, look).into_owned());
    }
    for (line, part) in lines.into_iter().enumerate() {
        put(buffer, area, area.x, area.y + 1 + line as u16, &part, look.style(Role::Text));
    }
}
