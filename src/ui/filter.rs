//! The filter dialog: fields at the left, the values of one with their counts at the right.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::look::{Look, Role};
use super::select::select;
use super::write::{cut, grouped, put, put_right};
use super::{dialog, picker, scroll};
use crate::app::{Column, FIELDS, Filter, State};

/// Draws the dialog; where the text cursor is.
pub(super) fn draw(buffer: &mut Buffer, screen: Rect, filter: &Filter, state: &State, look: &Look) -> Option<Position> {
    let rows = state.size.dialog_rows();
    let area = dialog::open(buffer, screen, (84, rows as u16 + 4), "Filter", look);
    let left = Rect { width: 18.min(area.width / 3), y: area.y + 2, height: area.height.saturating_sub(2), ..area };
    let right = Rect { x: left.right() + 2, width: area.right().saturating_sub(left.right() + 2), ..area };
    put(buffer, area, area.x, area.y, "Field", look.style(Role::Heading));
    for (line, (field, title)) in
        FIELDS.iter().enumerate().skip(filter.fields.top).take(left.height as usize).map(|(at, field)| (at - filter.fields.top, field))
    {
        let row = Rect { y: left.y + line as u16, height: 1, ..left };
        let in_query = filter.query.terms().iter().any(|term| term.kind == crate::query::TermKind::Field(*field));
        put(buffer, row, row.x + 2, row.y, &cut(title, row.width as usize - 2, look), look.style(Role::Text));
        if in_query {
            put(buffer, row, row.x, row.y, look.glyphs().marked, look.style(Role::Key));
        }
        if filter.fields.top + line == filter.fields.cursor {
            let role = if filter.column == Column::Fields { Role::Selection } else { Role::Heading };
            buffer.set_style(row, look.style(role));
        }
    }
    let cursor = picker::input_line(buffer, Rect { height: 1, ..right }, &filter.input, "type to narrow, space ticks, enter applies", look);
    let values = Rect { y: right.y + 2, height: right.height.saturating_sub(2), ..right };
    for (line, at) in filter.shown.iter().skip(filter.values.top).take(values.height as usize).enumerate() {
        let (value, count) = &filter.facets[*at];
        let row = Rect { y: values.y + line as u16, height: 1, ..values };
        let number = grouped(*count as u64);
        put_right(buffer, row, row.right(), row.y, &number, look.style(Role::Muted));
        let ticked = filter.query.selects(filter.field(), value);
        let (sign, role) = if ticked { (look.glyphs().marked, Role::Key) } else { (look.glyphs().dot, Role::Muted) };
        put(buffer, row, row.x, row.y, sign, look.style(role));
        let room = (row.width as usize).saturating_sub(number.len() + 4);
        put(buffer, row, row.x + 2, row.y, &cut(value, room, look), look.style(Role::Text));
        if filter.column == Column::Values && filter.values.top + line == filter.values.cursor {
            select(buffer, row, look);
        }
    }
    scroll::thumb(buffer, left, filter.fields.top, FIELDS.len(), look);
    scroll::border(buffer, values, filter.values.top, filter.shown.len(), look);
    if filter.shown.is_empty() {
        put(buffer, values, values.x, values.y, "No finding here has a value.", look.style(Role::Muted));
    }
    (filter.column == Column::Values).then_some(cursor)
}
