//! The merged list under headings: a line a group with its counts by severity, and below an open one its findings.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use unicode_width::UnicodeWidthStr;

use super::board::{bar, numbers, severities};
use super::list;
use super::look::{Look, Role};
use super::select::select;
use super::write::{cut_title, put, put_right, short};
use crate::app::{Findings, Group, Grouping, Line, State};
use crate::model::{LaneState, Severity};

/// Draws the lines that are on the screen.
pub(super) fn draw(
    buffer: &mut Buffer,
    area: Rect,
    columns: &list::Columns,
    grouping: &Grouping,
    findings: &Findings,
    state: &State,
    look: &Look,
) {
    // What the lens has no place for would leave nothing of the other bars.
    let placed = grouping.groups.iter().filter(|group| !group.value.is_empty());
    let scale = placed.map(|group| group.rows.len()).max().unwrap_or(0).max(1);
    let known = severities(grouping.groups.iter().map(|group| group.counts));
    let longest = grouping.groups.iter().map(|group| group.title.width()).max().unwrap_or(0) as u16;
    for line in 0..area.height as usize {
        let (at, y) = (findings.list.top + line, area.y + line as u16);
        let row = Rect { y, height: 1, ..area };
        match grouping.line(at) {
            None => break,
            Some(Line::Heading(number)) => heading(buffer, row, &grouping.groups[number], (longest, scale), &known, state, look),
            Some(Line::Row(_, id)) => {
                if let Some(finding) = state.store.get(id) {
                    list::draw_row(buffer, row, columns, finding, None, state.now, look);
                }
            }
        }
        if at == findings.list.cursor {
            let whole = Rect { x: area.x.saturating_sub(1), y, width: area.width + 2, height: 1 };
            select(buffer, whole, look);
            put(buffer, whole, whole.x, y, look.glyphs().cursor, look.style(Role::Selection));
        }
    }
}

fn heading(
    buffer: &mut Buffer,
    row: Rect,
    group: &Group,
    (longest, scale): (u16, usize),
    known: &[(Severity, usize)],
    state: &State,
    look: &Look,
) {
    let glyphs = look.glyphs();
    let total = group.rows.len();
    let fold = if group.open { glyphs.open } else { glyphs.closed };
    put(buffer, row, row.x, row.y, fold, look.style(Role::Key));
    let label = longest.min(row.width * 45 / 100);
    let role = if group.value.is_empty() || total == 0 { Role::Muted } else { Role::Heading };
    put(buffer, row, row.x + 2, row.y, &cut_title(&group.title, label as usize, look), look.style(role));
    let complete = state.is_complete();
    let number = row.x + 2 + label + 8;
    if total == 0 && complete {
        put_right(buffer, row, number, row.y, &format!("{} 0", glyphs.state(LaneState::Complete)), look.style(Role::Good));
        return;
    }
    let sign = if complete { String::new() } else { format!("{} ", glyphs.at_least) };
    put_right(buffer, row, number, row.y, &format!("{sign}{}", short(total as u64)), look.style(Role::Text));
    let room = row.right().saturating_sub(number + 2);
    let counts = Rect { x: number + 2, width: room.min(30), ..row };
    numbers(buffer, counts, &group.counts, known, look);
    if room >= 42 {
        bar(buffer, Rect { x: counts.right() + 2, width: (room - 32).min(40), ..row }, &group.counts, scale, look);
    }
}
