//! Drawing: one file a screen region, and the looks.
//! In comes the state; out come cells. The same state gives the same cells.
//! It knows app and what is below it; no fetch, no AWS, no I/O.

mod board;
mod chrome;
mod coverage;
mod dialog;
mod filter;
mod findings;
pub mod glyphs;
mod home;
mod list;
pub mod look;
pub mod palette;
mod picker;
mod sort;
mod sources;
pub mod theme;
mod write;

use ratatui::Frame;
use ratatui::layout::{Position, Rect};

use crate::app::{Dialog, LEAST, Page, State};
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
    let buffer = frame.buffer_mut();
    chrome::header(buffer, Rect { height: 1, ..screen }, state, look);
    chrome::footer(buffer, Rect { y: screen.bottom() - 1, height: 1, ..screen }, state, look);
    let body = Rect { y: screen.y + 1, height: screen.height - 2, ..screen };
    let mut cursor = draw_page(buffer, body, state, look);
    if let Some(dialog) = &state.dialog {
        cursor = draw_dialog(buffer, screen, dialog, state, look);
    }
    if let Some(cursor) = cursor.filter(|cursor| screen.contains(*cursor)) {
        frame.set_cursor_position(cursor);
    }
}

fn draw_page(buffer: &mut ratatui::buffer::Buffer, body: Rect, state: &State, look: &Look) -> Option<Position> {
    match state.pages.last() {
        None => home::draw(buffer, body, state, look),
        Some(Page::Findings(findings)) => return findings::draw(buffer, body, findings, state, look),
        Some(Page::Coverage(list)) => coverage::draw(buffer, body, list, state, look),
    }
    None
}

fn draw_dialog(buffer: &mut ratatui::buffer::Buffer, screen: Rect, dialog: &Dialog, state: &State, look: &Look) -> Option<Position> {
    match dialog {
        Dialog::Picker(picker) => return picker::draw(buffer, screen, picker, state, look),
        Dialog::Filter(filter) => return filter::draw(buffer, screen, filter, state, look),
        Dialog::Sort(sort) => sort::draw(buffer, screen, sort, state, look),
    }
    None
}
