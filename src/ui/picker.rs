//! Help and palette.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use unicode_width::UnicodeWidthStr;

use super::look::{Look, Role};
use super::select::select;
use super::write::{cut, put, put_right};
use super::{dialog, scroll};
use crate::app::{Picker, Purpose, State};

/// Draws the dialog; where the text cursor is.
pub(super) fn draw(buffer: &mut Buffer, screen: Rect, picker: &Picker, state: &State, look: &Look) -> Position {
    let rows = state.size.dialog_rows();
    let title = match picker.purpose {
        Purpose::Help => format!("Keys in {}", picker.context.slug()),
        Purpose::Palette => "Commands".to_owned(),
    };
    let area = dialog::open(buffer, screen, (76, rows as u16 + 4), &title, look);
    let cursor = input_line(buffer, Rect { height: 1, ..area }, &picker.input, "type to narrow, enter runs it", look);
    let list = Rect { y: area.y + 2, height: area.height.saturating_sub(2), ..area };
    for (line, entry) in picker.entries.iter().skip(picker.list.top).take(list.height as usize).enumerate() {
        let y = list.y + line as u16;
        let row = Rect { y, height: 1, ..list };
        let keys_width = 14;
        let (keys_x, title_x) = match picker.purpose {
            Purpose::Help => (row.x, row.x + keys_width + 2),
            Purpose::Palette => (row.right(), row.x),
        };
        // The id gives way before the title does.
        let id_width = entry.id.width() as u16 + 2;
        let has_id = picker.purpose == Purpose::Help && title_x + entry.title.width() as u16 + id_width <= row.right();
        let id_width = if has_id { id_width } else { 0 };
        let room = match picker.purpose {
            Purpose::Help => row.right().saturating_sub(title_x + id_width),
            Purpose::Palette => row.width.saturating_sub(entry.keys.width() as u16 + 2),
        };
        put(buffer, row, title_x, y, &cut(entry.title, room as usize, look), look.style(Role::Text));
        for mark in entry.marks.iter().filter(|mark| **mark < room as usize) {
            buffer.set_style(Rect { x: title_x + *mark as u16, y, width: 1, height: 1 }, look.style(Role::Match));
        }
        match picker.purpose {
            Purpose::Help => {
                put(buffer, row, keys_x, y, &cut(&entry.keys, keys_width as usize, look), look.style(Role::Key));
                if id_width > 0 {
                    put_right(buffer, row, row.right(), y, entry.id, look.style(Role::Muted));
                }
            }
            Purpose::Palette => {
                put_right(buffer, row, keys_x, y, &entry.keys, look.style(Role::Key));
            }
        }
        if picker.list.top + line == picker.list.cursor {
            select(buffer, row, look);
        }
    }
    scroll::border(buffer, list, picker.list.top, picker.entries.len(), look);
    if picker.entries.is_empty() {
        put(buffer, list, list.x, list.y, "No command matches.", look.style(Role::Muted));
    }
    cursor
}

/// A line of text that is being edited; where the text cursor is.
pub(super) fn input_line(buffer: &mut Buffer, area: Rect, input: &tui_input::Input, hint: &str, look: &Look) -> Position {
    let x = put(buffer, area, area.x, area.y, look.glyphs().crumb, look.style(Role::Key)) + 1;
    let line = Rect { x, width: area.right().saturating_sub(x), ..area };
    let width = line.width as usize;
    buffer.set_style(line, look.style(Role::Input));
    if input.value().is_empty() {
        put(buffer, line, x, area.y, &cut(hint, width, look), look.style(Role::Muted));
        return Position::new(x, area.y);
    }
    let scroll = input.visual_scroll(width);
    let mut skipped = 0;
    let shown: String = input
        .value()
        .chars()
        .skip_while(|c| {
            let skip = skipped < scroll;
            skipped += unicode_width::UnicodeWidthChar::width(*c).unwrap_or(0);
            skip
        })
        .collect();
    put(buffer, line, x, area.y, &shown, look.style(Role::Input));
    Position::new(x + input.visual_cursor().saturating_sub(scroll) as u16, area.y)
}
