//! The sort dialog.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::look::{Look, Role};
use super::select::select;
use super::write::{cut, put};
use super::{dialog, scroll};
use crate::app::{SortDialog, State};
use crate::query::SortKey;

/// Draws the dialog.
pub(super) fn draw(buffer: &mut Buffer, screen: Rect, sort: &SortDialog, state: &State, look: &Look) {
    let rows = state.size.dialog_rows().min(SortKey::ALL.len());
    let area = dialog::open(buffer, screen, (58, rows as u16 + 2), "Sort by", look);
    for (line, key) in SortKey::ALL.iter().skip(sort.list.top).take(area.height as usize).enumerate() {
        let row = Rect { y: area.y + line as u16, height: 1, ..area };
        if let Some(current) = sort.current.filter(|current| current.key == *key) {
            let sign = if current.reversed { look.glyphs().up } else { look.glyphs().down };
            put(buffer, row, row.x, row.y, sign, look.style(Role::Key));
        }
        let x = put(buffer, row, row.x + 2, row.y, &format!("{:<12}", key.slug()), look.style(Role::Text));
        let meaning = match sort.current {
            Some(current) if current.key == *key => "again turns it round",
            _ => SortDialog::meaning(*key),
        };
        let room = row.right().saturating_sub(x + 1) as usize;
        put(buffer, row, x + 1, row.y, &cut(meaning, room, look), look.style(Role::Muted));
        if sort.list.top + line == sort.list.cursor {
            select(buffer, row, look);
        }
    }
    scroll::border(buffer, area, sort.list.top, SortKey::ALL.len(), look);
}
