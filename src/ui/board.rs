//! Layers down, sides across:
//!
//! ```text
//!   Layer                      All sides           ◧ Customer        ◫ Shared     ◨ AWS
//! 1 Data protection            ≥ 43 ▇▇▇▇▇▇▇▇▇▇     ◆2 ▲14 ■23 ●4     ▲1           ✓ 0
//! ```

use std::ops::Range;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};
use unicode_width::UnicodeWidthStr;

use super::home::wrap_in;
use super::look::{Look, Role};
use super::select::{BAR, select};
use super::write::{cut, cut_title, is_ascii, put, put_right, short};
use crate::app::{ALL_LAYERS, ALL_SIDES, Home, Pane, State};
use crate::model::{Severity, Side};

/// Rows that the board needs at least: its head, seven layers and their sum.
pub(super) const LEAST_ROWS: u16 = 9;
const GAP: u16 = 2;

/// Where the columns stand, and what is shown in each.
struct Columns {
    label: u16,
    /// Width of all sides, customer, shared, AWS.
    widths: [u16; 4],
    /// For each column, the severities that have findings in it, and the digits that their numbers need.
    severities: [Vec<(Severity, usize)>; 4],
    /// The highest sum in a cell of the column of all sides, and of the other columns.
    scale: [usize; 2],
    /// Columns of the sign before each number.
    sign: usize,
}

/// Draws the board; each layer takes as many rows as there is room for.
pub(super) fn draw(buffer: &mut Buffer, area: Rect, state: &State, look: &Look) {
    let columns = Columns::new(area.width, state, look);
    let layers = shown(area.height, state.home.row);
    heads(buffer, area, &columns, layers.len(), state, look);
    let tall = ((area.height.saturating_sub(2)) / 7).clamp(1, 4);
    let mut y = area.y + 1;
    for row in layers.clone().chain([ALL_LAYERS]) {
        let height = if row == ALL_LAYERS { tall.min(2) } else { tall }.min(area.bottom().saturating_sub(y));
        let line = Rect { y, height, ..area };
        label(buffer, line, row, &columns, state, look);
        let mut x = area.x + columns.label;
        for column in 0..4 {
            let cell = Rect { x, width: columns.widths[column], ..line };
            draw_cell(buffer, cell, (row, column), &columns, state, look);
            x += columns.widths[column] + GAP;
        }
        y += height;
    }
    cursor(buffer, area, (tall, layers), &columns, state, look);
}

/// The layers that are on the screen: on the lowest ones they scroll with the cursor, and their sum stays.
fn shown(height: u16, row: usize) -> Range<usize> {
    let room = usize::from(height.saturating_sub(2)).min(ALL_LAYERS);
    let last = if row < ALL_LAYERS { room.max(row + 1) } else { ALL_LAYERS };
    last - room..last
}

impl Columns {
    fn new(width: u16, state: &State, look: &Look) -> Self {
        let longest = state.titles.layers.iter().map(|(title, _)| title.width() as u16).max().unwrap_or(0) + 4;
        let usable = width.saturating_sub(3 * GAP);
        let (label, parts) = match width {
            0..70 => ((usable * 30 / 100).min(longest), [10, 16, 10, 6]),
            70..100 => (25.min(longest), [8, 21, 11, 7]),
            _ => ((usable * 30 / 100).min(longest), [24, 36, 22, 13]),
        };
        let rest = usable - label;
        let all: u16 = parts.iter().sum();
        let mut widths: [u16; 4] = parts.map(|part| rest * part / all);
        widths[3] = rest - widths[..3].iter().sum::<u16>();
        let severities = std::array::from_fn(|column| {
            let (_, side) = Home::cell(ALL_LAYERS, column);
            severities((0..=ALL_LAYERS).map(|row| state.home.counts(Home::cell(row, column).0, side)))
        });
        let largest = |columns: std::ops::Range<usize>| {
            columns.flat_map(|column| (0..ALL_LAYERS).map(move |row| (row, column))).map(|at| sum(state, at)).max().unwrap_or(0)
        };
        let sign = if state.is_complete() { 0 } else { look.glyphs().at_least.width() + usize::from(width >= 100) };
        Self { label, widths, severities, scale: [largest(0..1), largest(1..4)], sign }
    }
}

/// The severities that are in any of these cells, with the digits that their numbers need.
pub(super) fn severities(cells: impl Iterator<Item = [usize; 6]>) -> Vec<(Severity, usize)> {
    let highest = cells.fold([0; 6], |highest, cell| std::array::from_fn(|at| cell[at].max(highest[at])));
    let there = Severity::ALL.into_iter().map(|severity| (severity, highest[severity.index()]));
    there.filter(|(_, number)| *number > 0).map(|(severity, number)| (severity, digits(number))).collect()
}

fn digits(number: usize) -> usize {
    // 1234 is written 1.2k, which is wider than 123.
    short(number as u64).len().max(if number >= 1_000 { 4 } else { 0 })
}

fn sum(state: &State, (row, column): (usize, usize)) -> usize {
    let (layer, side) = Home::cell(row, column);
    state.home.counts(layer, side).iter().sum()
}

fn heads(buffer: &mut Buffer, area: Rect, columns: &Columns, layers: usize, state: &State, look: &Look) {
    let head = look.style(Role::Heading);
    let title = if state.home.touches { "Layer touched" } else { "Layer" };
    if layers < ALL_LAYERS {
        put(buffer, area, area.x, area.y, &cut(title, usize::from(columns.label) - 4, look), head);
        let hidden = format!("+{}", ALL_LAYERS - layers);
        put_right(buffer, area, area.x + columns.label - 1, area.y, &hidden, look.style(Role::Muted));
    } else {
        put(buffer, area, area.x + 2, area.y, &cut(title, columns.label as usize - 2, look), head);
    }
    let mut x = area.x + columns.label;
    for column in 0..4 {
        let width = columns.widths[column] as usize;
        if column == ALL_SIDES {
            put(buffer, area, x, area.y, if width < "All sides".len() { "All" } else { "All sides" }, head);
        } else {
            let side = Side::ALL[column - 1];
            let after = put(buffer, area, x, area.y, look.glyphs().side(side), look.style(Role::Side(side)));
            put(buffer, area, after + 1, area.y, &cut(&state.titles.sides[column - 1].0, width - 2, look), head);
        }
        x += columns.widths[column] + GAP;
    }
}

fn label(buffer: &mut Buffer, line: Rect, row: usize, columns: &Columns, state: &State, look: &Look) {
    let width = columns.label.saturating_sub(4) as usize;
    if row == ALL_LAYERS {
        let title = if width < "All layers".len() { "All" } else { "All layers" };
        put(buffer, line, line.x + 2, line.y, title, look.style(Role::Heading));
        if line.height >= 2 {
            legend(buffer, Rect { x: line.x + columns.label, width: line.width.saturating_sub(columns.label), ..line }, look);
        }
        return;
    }
    let (title, text) = &state.titles.layers[row];
    put(buffer, line, line.x, line.y, &(row + 1).to_string(), look.style(Role::Key));
    put(buffer, line, line.x + 2, line.y, &cut_title(title, width, look), look.style(Role::Text));
    let room = line.height.saturating_sub(2) as usize;
    for (at, part) in wrap_in(text, width, room, look).iter().enumerate() {
        put(buffer, line, line.x + 2, line.y + 1 + at as u16, part, look.style(Role::Muted));
    }
}

/// What the signs mean.
fn legend(buffer: &mut Buffer, area: Rect, look: &Look) {
    let mut x = area.x;
    for severity in Severity::ALL {
        let word = format!("{} {}", look.glyphs().severity(severity), severity.slug());
        if x + word.width() as u16 > area.right() {
            return;
        }
        put(buffer, area, x, area.y + 1, look.glyphs().severity(severity), look.style(Role::Severity(severity)));
        x = put(buffer, area, x + 2, area.y + 1, severity.slug(), look.style(Role::Muted)) + 2;
    }
}

fn draw_cell(buffer: &mut Buffer, cell: Rect, at: (usize, usize), columns: &Columns, state: &State, look: &Look) {
    let (layer, side) = Home::cell(at.0, at.1);
    let counts = state.home.counts(layer, side);
    let total: usize = counts.iter().sum();
    let glyphs = look.glyphs();
    let complete = state.is_complete();
    let mut x = cell.x;
    if !complete {
        put(buffer, cell, x, cell.y, glyphs.at_least, look.style(Role::Muted));
        x += columns.sign as u16;
    }
    if total == 0 {
        let (text, role) = if complete {
            (format!("{} 0", glyphs.state(crate::model::LaneState::Complete)), Role::Good)
        } else {
            ("0".to_owned(), Role::Muted)
        };
        put(buffer, cell, x, cell.y, &text, look.style(role));
        return;
    }
    if at.1 == ALL_SIDES {
        // A number that is cut would be another number.
        let room = cell.right().saturating_sub(x) as usize;
        let number = Some(short(total as u64)).filter(|number| number.len() <= room).unwrap_or_else(|| look.glyphs().ellipsis.to_owned());
        let number = format!("{number:>0$}", room.min(4));
        let style = if at.0 == ALL_LAYERS { look.style(Role::Heading) } else { look.style(Role::Text) };
        x = put(buffer, cell, x, cell.y, &number, style) + 1;
        let room = Rect { x, width: cell.right().saturating_sub(x), height: 1, ..cell };
        if at.0 != ALL_LAYERS && cell.height == 1 {
            // A bar of one or two signs would read as a part of the number.
            let room = if room.width < 3 { Rect::ZERO } else { room };
            bar(buffer, room, &counts, columns.scale[0], look);
        } else if cell.height >= 2 && at.0 != ALL_LAYERS {
            bar(buffer, Rect { y: cell.y + 1, height: 1, ..cell }, &counts, columns.scale[0], look);
        }
        return;
    }
    x = numbers(buffer, Rect { x, width: cell.right().saturating_sub(x), ..cell }, &counts, &columns.severities[at.1], look);
    if at.0 == ALL_LAYERS {
        return;
    }
    if cell.height >= 2 {
        bar(buffer, Rect { y: cell.y + 1, height: 1, ..cell }, &counts, columns.scale[1], look);
    } else {
        let full = columns.severities[at.1].iter().map(|(_, digits)| digits + 2).sum::<usize>() + columns.sign;
        let from = (cell.x + full as u16 + 1).max(x + 1);
        if from + 5 <= cell.right() {
            bar(buffer, Rect { x: from, width: cell.right() - from, height: 1, ..cell }, &counts, columns.scale[1], look);
        }
    }
}

/// The numbers by severity, each under the one above where there is room; else one after the other, and the last ones summed up.
/// The column after them.
pub(super) fn numbers(buffer: &mut Buffer, cell: Rect, counts: &[usize; 6], severities: &[(Severity, usize)], look: &Look) -> u16 {
    let needed = severities.iter().map(|(_, digits)| digits + 2).sum::<usize>().saturating_sub(1);
    if needed > cell.width as usize {
        return packed(buffer, cell, counts, look);
    }
    let mut x = cell.x;
    for (severity, digits) in severities {
        let width = (*digits + 1) as u16;
        let count = counts[severity.index()];
        if count == 0 {
            put(buffer, cell, x + width - 1, cell.y, look.glyphs().dot, look.style(Role::Muted));
        } else {
            let number = format!("{}{:>digits$}", look.glyphs().severity(*severity), short(count as u64));
            put(buffer, cell, x, cell.y, &number, look.style(Role::Severity(*severity)));
        }
        x += width + 1;
    }
    x.saturating_sub(1)
}

pub(super) fn packed(buffer: &mut Buffer, cell: Rect, counts: &[usize; 6], look: &Look) -> u16 {
    let mut x = cell.x;
    let mut rest: usize = counts.iter().sum();
    for severity in Severity::ALL {
        let count = counts[severity.index()];
        if count == 0 {
            continue;
        }
        let number = format!("{}{}", look.glyphs().severity(severity), short(count as u64));
        let more = rest - count;
        let more_width = if more == 0 { 0 } else { 2 + short(more as u64).len() as u16 };
        if x + number.width() as u16 + more_width > cell.right() {
            let sum = Some(format!("+{}", short(rest as u64))).filter(|sum| x + sum.len() as u16 <= cell.right());
            let sum = sum.unwrap_or_else(|| look.glyphs().ellipsis.to_owned());
            return put(buffer, cell, x, cell.y, &sum, look.style(Role::Muted));
        }
        x = put(buffer, cell, x, cell.y, &number, look.style(Role::Severity(severity)));
        rest = more;
        x += u16::from(rest > 0);
    }
    x
}

/// A bar of all severities, the worst first; in ASCII made of their letters.
pub(super) fn bar(buffer: &mut Buffer, area: Rect, counts: &[usize; 6], scale: usize, look: &Look) {
    let total: usize = counts.iter().sum();
    if total == 0 || scale == 0 || area.width == 0 {
        return;
    }
    let length = ((total * area.width as usize).div_ceil(scale)).clamp(1, area.width as usize);
    let mut drawn = 0;
    let mut seen = 0;
    for severity in Severity::ALL {
        seen += counts[severity.index()];
        let to = (seen * length + total / 2) / total;
        let sign = if is_ascii(look) { look.glyphs().severity(severity) } else { BAR };
        for x in drawn..to {
            put(buffer, area, area.x + x as u16, area.y, sign, look.style(Role::Severity(severity)));
        }
        drawn = to.max(drawn);
    }
}

/// Lays the selection over the cell that the cursor is on.
fn cursor(buffer: &mut Buffer, area: Rect, (tall, layers): (u16, Range<usize>), columns: &Columns, state: &State, look: &Look) {
    let home = &state.home;
    let x = area.x + columns.label + columns.widths[..home.column].iter().sum::<u16>() + home.column as u16 * GAP;
    let y = area.y + 1 + home.row.min(layers.end).saturating_sub(layers.start) as u16 * tall;
    // A reversed block around a bar would be louder than the bar.
    let reversed = look.style(Role::Selection).add_modifier.contains(Modifier::REVERSED);
    let height = if reversed { 1 } else { tall.min(2) };
    let width = columns.widths[home.column];
    let cell = Rect { x: x.saturating_sub(1), y, width: width + 1, height }.intersection(area);
    let focus = home.pane == Pane::Board && state.pages.is_empty();
    if focus {
        select(buffer, cell, look);
        let name = Rect { x: area.x, y, width: columns.label.saturating_sub(2), height: 1 };
        buffer.set_style(name.intersection(area), Style::new().add_modifier(Modifier::BOLD));
    }
}
