//! The lens dialog: one list of groupings, or two for a board's rows and columns.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::home::wrap_in;
use super::look::{Look, Role};
use super::select::select;
use super::write::{cut, put};
use super::{dialog, scroll};
use crate::app::{Chosen, LensDialog, List, State};

/// Draws the dialog.
pub(super) fn draw(buffer: &mut Buffer, screen: Rect, lens: &LensDialog, state: &State, look: &Look) {
    // What the choice is for stands below the list.
    let rows = (state.size.dialog_rows().min(lens.choices.len()) as u16).max(1);
    let title = if lens.chosen == Chosen::Group { "Group by" } else { "What the board shows" };
    let is_board = lens.chosen != Chosen::Group;
    let area = dialog::open(buffer, screen, (68, rows + 7 + u16::from(is_board) * 2), title, look);
    // On a low screen the gaps give way first, then what the choice is for.
    let low = area.height < 8;
    let top = area.y + u16::from(is_board) * if low { 1 } else { 2 };
    let room = area.bottom().saturating_sub(top + 1);
    let told = room.saturating_sub(2).min(2);
    let gap = u16::from(room >= told + 3);
    let height = room.saturating_sub(told + gap).min(rows);
    if is_board {
        let half = area.width / 2;
        let halves = [(area.x, "Rows", Chosen::Down, &lens.first), (area.x + half, "Columns", Chosen::Across, &lens.second)];
        for (x, head, which, list) in halves {
            let role = if lens.chosen == which { Role::Heading } else { Role::Muted };
            put(buffer, area, x, area.y, head, look.style(role));
            let part = Rect { x, y: top, width: half.saturating_sub(2), height };
            column(buffer, part, lens, list, lens.chosen == which, look);
        }
    } else {
        column(buffer, Rect { y: top, height, ..area }, lens, &lens.first, true, look);
    }
    let on = if lens.chosen == Chosen::Across { &lens.second } else { &lens.first };
    let text = lens.choices.get(on.cursor).map(|choice| choice.text.as_str()).unwrap_or_default();
    let below = Rect { y: top + height + gap, height: told, ..area };
    for (line, part) in wrap_in(text, below.width as usize, told.into(), look).iter().enumerate() {
        put(buffer, below, below.x, below.y + line as u16, part, look.style(Role::Muted));
    }
    let keys = if is_board { "tab the other list, enter shows it" } else { "enter groups, esc leaves it" };
    put(buffer, area, area.x, area.bottom().saturating_sub(1), keys, look.style(Role::Muted));
}

fn column(buffer: &mut Buffer, area: Rect, lens: &LensDialog, list: &List, focus: bool, look: &Look) {
    // The list scrolls by the dialog's height, which may be less here.
    let top = list.top.max((list.cursor + 1).saturating_sub(area.height as usize));
    for (line, choice) in lens.choices.iter().enumerate().skip(top).take(area.height as usize) {
        let row = Rect { y: area.y + (line - top) as u16, height: 1, ..area };
        put(buffer, row, row.x + 2, row.y, &cut(&choice.title, row.width.saturating_sub(2) as usize, look), look.style(Role::Text));
        if line == list.cursor {
            put(buffer, row, row.x, row.y, look.glyphs().marked, look.style(Role::Key));
            if focus {
                select(buffer, row, look);
            }
        }
    }
    scroll::thumb(buffer, area, top, lens.choices.len(), look);
}
