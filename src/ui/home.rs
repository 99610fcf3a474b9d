//! The home screen:
//!
//! ```text
//! +- board ------------------+- worst -+    at 140 columns and more
//! |                          |         |
//! +- sources ----------------+         |
//! +--------------------------+---------+
//!
//! +- board ------------------+              below that
//! +- sources ----------------+
//! +- worst ------------------+
//! ```

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::look::{Look, Role};
use super::select::select;
use super::write::{cut, put, put_right, rule};
use super::{board, list, matrix, sources};
use crate::app::login;
use crate::app::{Pane, State, Width};
use crate::model::Source;

/// Rows of the strip of sources: its heads, and a row each.
const SOURCES: u16 = 1 + Source::ALL.len() as u16;

/// Draws everything between the header and the footer.
pub(super) fn draw(buffer: &mut Buffer, area: Rect, state: &State, look: &Look) {
    let area = inset(area);
    if state.size.width() == Width::Split {
        let left = area.width * 62 / 100;
        let [board, worst] = [Rect { width: left, ..area }, Rect { x: area.x + left + 3, width: area.width - left - 3, ..area }];
        for y in area.top() + 1..area.bottom() {
            put(buffer, area, area.x + left + 1, y, look.glyphs().pipe, look.style(Role::Border));
        }
        stacked(buffer, board, state, look, false);
        draw_worst(buffer, Rect { y: worst.y + 1, height: worst.height.saturating_sub(1), ..worst }, state, look);
    } else {
        stacked(buffer, area, state, look, true);
    }
}

fn inset(area: Rect) -> Rect {
    Rect { x: area.x + 1, width: area.width.saturating_sub(2), ..area }
}

/// Board and sources, one above the other, and the worst findings below if wanted.
fn stacked(buffer: &mut Buffer, area: Rect, state: &State, look: &Look, with_worst: bool) {
    let airy = area.height >= 28;
    let gap = u16::from(airy);
    let has_sources = area.height >= board::LEAST_ROWS + SOURCES;
    let below = if has_sources { SOURCES + gap } else { 0 };
    let least_worst = if with_worst { 4 + gap } else { 0 };
    let room = area.height.saturating_sub(below + gap);
    let tall = ((room.saturating_sub(least_worst + 2)) / 7).clamp(1, if with_worst { 2 } else { 4 });
    let top = area.y + gap;
    let rows = if let Some(counts) = state.home.matrix() {
        let rows = matrix::rows(counts).min(room.saturating_sub(least_worst).max(board::LEAST_ROWS)).min(area.height - gap);
        matrix::draw(buffer, Rect { y: top, height: rows, ..area }, counts, state, look);
        rows
    } else {
        let rows = (1 + 7 * tall + tall.min(2)).min(area.height);
        board::draw(buffer, Rect { y: top, height: rows.min(area.height - gap), ..area }, state, look);
        rows
    };
    let mut y = top + rows;
    if has_sources {
        y += gap;
        sources::draw(buffer, Rect { y, height: SOURCES.min(area.bottom().saturating_sub(y)), ..area }, state, look);
        y += SOURCES;
    }
    if with_worst && y + gap + 2 <= area.bottom() {
        draw_worst(buffer, Rect { y: y + gap, height: area.bottom() - y - gap, ..area }, state, look);
    }
}

/// The worst findings, a line each.
fn draw_worst(buffer: &mut Buffer, area: Rect, state: &State, look: &Look) {
    let focus = state.home.pane == Pane::Worst;
    let after = put(buffer, area, area.x, area.y, "Worst first", look.style(Role::Heading));
    rule(
        buffer,
        area,
        after + 1,
        area.right(),
        area.y,
        look.glyphs().rule,
        look.style(if focus { Role::BorderFocus } else { Role::Border }),
    );
    let rows = state.home.view.rows();
    if rows.is_empty() {
        let area = Rect { y: area.y + 1, height: area.height.saturating_sub(1), ..area };
        nothing(buffer, area, state, look);
        return;
    }
    let height = area.height.saturating_sub(1) as usize;
    let top = (state.home.worst + 1).saturating_sub(height);
    let columns = list::Columns::new(area.width, false);
    for (line, row) in rows.iter().take(state.home.worst_len()).skip(top).take(height).enumerate() {
        let y = area.y + 1 + line as u16;
        let Some(finding) = state.store.get(*row) else { continue };
        list::draw_row(buffer, Rect { y, height: 1, ..area }, &columns, finding, None, state.now, look);
        if focus && top + line == state.home.worst {
            select(buffer, Rect { y, height: 1, ..area }, look);
        }
    }
    let shown = rows.len().min(height);
    if rows.len() > shown {
        put_right(buffer, area, area.right(), area.y, &format!(" {} more ", rows.len() - shown), look.style(Role::Muted));
    }
}

/// Why there are no findings.
pub(super) fn nothing(buffer: &mut Buffer, area: Rect, state: &State, look: &Look) {
    let (text, role) = if let Some(fatal) = &state.fetch.fatal {
        let hint = if login::runs_a_program(state) { format!(" ({} does that here)", login::key(state)) } else { String::new() };
        (format!("{fatal}{hint}"), Role::Error)
    } else if state.is_loading() {
        ("Nothing has arrived yet.".to_owned(), Role::Muted)
    } else if state.is_complete() {
        ("Nothing: every lane was read to its end.".to_owned(), Role::Good)
    } else {
        ("Nothing that could be read; coverage tells what could not.".to_owned(), Role::Warning)
    };
    for (line, part) in wrap_in(&text, area.width as usize, area.height as usize, look).iter().enumerate() {
        put(buffer, area, area.x, area.y + line as u16, part, look.style(role));
    }
}

/// Breaks a sentence into lines at spaces.
pub(super) fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split(' ') {
        let line = lines.last_mut().map_or("", |line| line.as_str());
        let fits =
            line.is_empty() || unicode_width::UnicodeWidthStr::width(line) + 1 + unicode_width::UnicodeWidthStr::width(word) <= width;
        if fits {
            if let Some(line) = lines.last_mut() {
                if !line.is_empty() {
                    line.push(' ');
                }
                line.push_str(word);
            }
        } else {
            lines.push(word.to_owned());
        }
    }
    lines
}

/// The same, in at most so many rows and nowhere wider; where something is left out stands an ellipsis.
pub(super) fn wrap_in(text: &str, width: usize, rows: usize, look: &Look) -> Vec<String> {
    let mut lines = wrap(text, width);
    if lines.len() > rows && rows > 0 {
        let rest = lines.split_off(rows - 1).join(" ");
        lines.push(rest);
    }
    lines.iter().take(rows).map(|line| cut(line, width, look).into_owned()).collect()
}
