//! Drawing: one file a screen region, and the looks.
//! In comes the state; out come cells. The same state gives the same cells.
//! It knows app and what is below it; no fetch, no AWS, no I/O.

mod banner;
mod board;
mod boxed;
mod chrome;
mod code;
mod coverage;
pub mod detail;
mod dialog;
pub mod export;
mod filter;
mod findings;
pub mod glyphs;
mod groups;
mod home;
mod json_view;
mod lens_dialog;
mod list;
pub mod look;
mod marks;
mod matrix;
pub mod palette;
mod picker;
mod scroll;
mod select;
mod sort;
mod sources;
pub mod theme;
pub mod themes;
mod write;

use ratatui::Frame;
use ratatui::layout::{Position, Rect};

use crate::app::{Dialog, LEAST, Opened, Page, State};
use look::{Look, Role};

/// Draws the whole screen.
pub fn draw(frame: &mut Frame<'_>, state: &State, look: &Look) {
    let screen = frame.area();
    frame.buffer_mut().set_style(screen, look.style(Role::Text));
    if screen.width < LEAST.0 || screen.height < LEAST.1 {
        let text = format!("ringfort needs {} x {}", LEAST.0, LEAST.1);
        write::put(frame.buffer_mut(), screen, screen.x, screen.y, &text, look.style(Role::Warning));
        return;
    }
    chrome::header(frame.buffer_mut(), Rect { height: 1, ..screen }, state, look);
    let last = Rect { y: screen.bottom() - 1, height: 1, ..screen };
    let body = Rect { y: screen.y + 1, height: screen.height - 2, ..screen };
    let mut cursor = draw_page(frame, body, last, state, look);
    if cursor.is_none_or(|cursor| cursor.y != last.y) {
        chrome::footer(frame.buffer_mut(), last, state, look);
    }
    if let Some(dialog) = &state.dialog {
        cursor = draw_dialog(frame, screen, dialog, state, look);
    }
    if let Some(cursor) = cursor.filter(|cursor| screen.contains(*cursor)) {
        frame.set_cursor_position(cursor);
    }
}

/// Draws the screen in front; where the text cursor is. A search in a finding has the last line.
fn draw_page(frame: &mut Frame<'_>, body: Rect, last: Rect, state: &State, look: &Look) -> Option<Position> {
    match state.pages.last() {
        None => home::draw(frame.buffer_mut(), body, state, look),
        Some(Page::Findings(findings)) => {
            let left = Rect { width: state.size.list_columns().min(body.width), ..body };
            let cursor = findings::draw(frame.buffer_mut(), left, findings, state, look);
            let (Some(preview), Some((columns, rows))) = (&findings.preview, state.size.preview()) else { return cursor };
            let role = if findings.preview_focus { Role::BorderFocus } else { Role::Border };
            for y in body.top()..body.bottom() {
                write::put(frame.buffer_mut(), body, left.right(), y, look.glyphs().pipe, look.style(role));
            }
            detail::draw(frame, Rect { x: left.right() + 2, y: body.y, width: columns, height: rows }, &preview.detail, look);
            return cursor.or_else(|| search_line(frame, last, preview, look));
        }
        Some(Page::Finding(opened)) => {
            let (columns, rows) = state.size.finding();
            detail::draw(frame, Rect { x: body.x + 1, y: body.y, width: columns, height: rows }, &opened.detail, look);
            return search_line(frame, last, opened, look);
        }
        Some(Page::Coverage(lanes)) => coverage::draw(frame.buffer_mut(), body, lanes, state, look),
    }
    None
}

fn search_line(frame: &mut Frame<'_>, last: Rect, opened: &Opened, look: &Look) -> Option<Position> {
    let area = Rect { x: last.x + 1, width: last.width.saturating_sub(2), ..last };
    Some(picker::input_line(frame.buffer_mut(), area, opened.search.as_ref()?, "search in this finding", look))
}

fn draw_dialog(frame: &mut Frame<'_>, screen: Rect, dialog: &Dialog, state: &State, look: &Look) -> Option<Position> {
    match dialog {
        Dialog::Picker(picker) => return Some(picker::draw(frame.buffer_mut(), screen, picker, state, look)),
        Dialog::Filter(filter) => return filter::draw(frame.buffer_mut(), screen, filter, state, look),
        Dialog::Sort(sort) => sort::draw(frame.buffer_mut(), screen, sort, state, look),
        Dialog::Lens(lens) => lens_dialog::draw(frame.buffer_mut(), screen, lens, state, look),
        Dialog::Export(dialog, _) => export::draw(frame, screen, dialog, look),
        Dialog::Themes(picker) => themes::draw(frame, screen, picker, look),
        Dialog::Code(dialog) => return code::draw(frame, screen, dialog, look),
    }
    None
}
