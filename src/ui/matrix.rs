//! The board of any lens against any other: groups down, groups across, a line a group. Rows and columns that do not fit scroll
//! with the cursor; the sums stay.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};
use unicode_width::UnicodeWidthStr;

use super::board::{bar, numbers, severities};
use super::look::{Look, Role};
use super::select::select;
use super::write::{cut, cut_title, put, put_right, short};
use crate::app::{Pane, State};
use crate::model::{LaneState, Severity};
use crate::query::{Matrix, axis_title};

const GAP: u16 = 2;
/// Columns of a group's cell: at least what tells a title apart, at most (where there is no more room) two severities with their
/// numbers and the sum of the rest.
const CELL: std::ops::RangeInclusive<usize> = 7..=13;

/// Rows that it takes: its heads, the groups, and their sum.
pub(super) fn rows(matrix: &Matrix) -> u16 {
    u16::try_from(matrix.down().len() + 2).unwrap_or(u16::MAX)
}

/// What of it is on the screen.
struct Frame {
    label: u16,
    all: u16,
    cell: u16,
    /// The groups across that fit.
    columns: std::ops::Range<usize>,
    /// The groups down that fit.
    rows: std::ops::Range<usize>,
    /// The highest sum of a group down.
    scale: usize,
    /// For each group across that fits, the severities in it, and the digits that their numbers need.
    severities: Vec<Vec<(Severity, usize)>>,
}

impl Frame {
    fn new(area: Rect, matrix: &Matrix, state: &State) -> Self {
        let (down, across) = (matrix.down().len(), matrix.across().len());
        let longest = matrix.down().iter().map(|group| group.title.width() as u16).max().unwrap_or(0).max(9) + 2;
        let label = longest.min(area.width * 30 / 100);
        let all = if area.width >= 100 { 20 } else { 9 };
        let room = area.width.saturating_sub(label + all);
        let column = |at: usize| severities((0..down).map(|row| matrix.cell(Some(row), Some(at))).chain([matrix.cell(None, Some(at))]));
        let needed = (0..across).map(|at| column(at).iter().map(|(_, digits)| digits + 2).sum::<usize>()).max().unwrap_or(0);
        let least = needed.clamp(*CELL.start(), *CELL.end()) as u16;
        let fitting = (usize::from(room / (least + GAP))).clamp(1, across.max(1));
        let cell = (room / fitting as u16).saturating_sub(GAP).clamp(1, 36);
        let first = state.home.column.saturating_sub(fitting);
        let height = usize::from(area.height.saturating_sub(2));
        let top = if state.home.row < down { (state.home.row + 1).saturating_sub(height) } else { down.saturating_sub(height) };
        let columns = first..(first + fitting).min(across);
        let sum = |row: usize| matrix.cell(Some(row), None).iter().sum();
        Self {
            label,
            all,
            cell,
            severities: columns.clone().map(column).collect(),
            columns,
            rows: top..(top + height).min(down),
            // What the lens has no place for would leave nothing of the other bars.
            scale: (0..down).filter(|row| !matrix.down()[*row].value.is_empty()).map(sum).max().unwrap_or(0).max(1),
        }
    }

    /// Where a column is: 0 is the sum, then the groups. Nothing if it is not on the screen.
    fn column(&self, area: Rect, column: usize) -> Option<(u16, u16)> {
        let Some(group) = column.checked_sub(1) else { return Some((area.x + self.label, self.all - GAP)) };
        let at = self.columns.contains(&group).then(|| group - self.columns.start)?;
        Some((area.x + self.label + self.all + at as u16 * (self.cell + GAP), self.cell))
    }
}

/// Draws the board.
pub(super) fn draw(buffer: &mut Buffer, area: Rect, matrix: &Matrix, state: &State, look: &Look) {
    let frame = Frame::new(area, matrix, state);
    heads(buffer, area, &frame, matrix, state, look);
    let (down, sum) = (matrix.down(), matrix.down().len());
    for (line, row) in frame.rows.clone().chain([sum]).enumerate() {
        let y = area.y + 1 + line as u16;
        if y >= area.bottom() {
            break;
        }
        let (title, role) = down.get(row).map_or(("All", Role::Heading), |group| (group.title.as_str(), Role::Text));
        let role = if down.get(row).is_some_and(|group| group.value.is_empty()) { Role::Muted } else { role };
        let width = frame.label.saturating_sub(GAP) as usize;
        put(buffer, area, area.x, y, &fit(title, width, look), look.style(role));
        for column in std::iter::once(0).chain(frame.columns.clone().map(|group| group + 1)) {
            let Some((x, width)) = frame.column(area, column) else { continue };
            let cell = Rect { x, y, width, height: 1 }.intersection(area);
            let counts = matrix.cell(Some(row).filter(|row| *row < sum), column.checked_sub(1));
            let known = column.checked_sub(1).map(|group| frame.severities[group - frame.columns.start].as_slice());
            draw_cell(buffer, cell, &counts, known, (frame.scale, row == sum), state, look);
        }
        if row == state.home.row && state.home.pane == Pane::Board && state.pages.is_empty() {
            if let Some((x, width)) = frame.column(area, state.home.column) {
                select(buffer, Rect { x: x.saturating_sub(1), y, width: width + 1, height: 1 }.intersection(area), look);
            }
            let name = Rect { x: area.x, y, width: frame.label.saturating_sub(GAP), height: 1 };
            buffer.set_style(name.intersection(area), Style::new().add_modifier(Modifier::BOLD));
        }
    }
}

/// A title, by whole words where these tell enough of it.
fn fit(title: &str, width: usize, look: &Look) -> String {
    let words = cut_title(title, width, look);
    if words != title && words.width() * 2 < width { cut(title, width, look).into_owned() } else { words }
}

fn heads(buffer: &mut Buffer, area: Rect, frame: &Frame, matrix: &Matrix, state: &State, look: &Look) {
    let head = look.style(Role::Heading);
    let lenses = state.lenses.as_ref();
    let title = axis_title(state.home.axes().0, lenses);
    let below = matrix.down().len() - frame.rows.len();
    let room = frame.label.saturating_sub(if below > 0 { 6 } else { 1 });
    put(buffer, area, area.x, area.y, &cut_title(&title, room as usize, look), head);
    if let Some((x, width)) = frame.column(area, 0) {
        put(buffer, area, x, area.y, &cut("All", width as usize, look), head);
    }
    for group in frame.columns.clone() {
        let Some((x, width)) = frame.column(area, group + 1) else { continue };
        let named = &matrix.across()[group];
        let role = if named.value.is_empty() { Role::Muted } else { Role::Heading };
        put(buffer, area, x, area.y, &fit(&named.title, width as usize, look), look.style(role));
    }
    let hidden = matrix.across().len() - frame.columns.len();
    if hidden > 0 {
        put_right(buffer, area, area.right(), area.y, &format!("+{hidden}"), look.style(Role::Muted));
    }
    if below > 0 {
        put_right(buffer, area, area.x + frame.label.saturating_sub(1), area.y, &format!("+{below}"), look.style(Role::Muted));
    }
}

/// A cell: numbers by severity in a group across, the sum with a bar in the column of sums.
fn draw_cell(
    buffer: &mut Buffer,
    cell: Rect,
    counts: &[usize; 6],
    severities: Option<&[(Severity, usize)]>,
    (scale, is_sum): (usize, bool),
    state: &State,
    look: &Look,
) {
    let glyphs = look.glyphs();
    let total: usize = counts.iter().sum();
    let mut x = cell.x;
    if !state.is_complete() {
        x = put(buffer, cell, x, cell.y, glyphs.at_least, look.style(Role::Muted));
    }
    if total == 0 {
        let (text, role) = if state.is_complete() {
            (format!("{} 0", glyphs.state(LaneState::Complete)), Role::Good)
        } else {
            ("0".to_owned(), Role::Muted)
        };
        put(buffer, cell, x, cell.y, &text, look.style(role));
        return;
    }
    let rest = Rect { x, width: cell.right().saturating_sub(x), ..cell };
    if let Some(severities) = severities {
        numbers(buffer, rest, counts, severities, look);
        return;
    }
    let number = short(total as u64);
    // A number that is cut would be another number.
    let number = if number.len() <= rest.width as usize { number } else { glyphs.ellipsis.to_owned() };
    let number = format!("{number:>0$}", (rest.width as usize).min(4));
    let style = if is_sum { look.style(Role::Heading) } else { look.style(Role::Text) };
    let after = put(buffer, rest, x, cell.y, &number, style) + 1;
    let room = Rect { x: after, width: cell.right().saturating_sub(after), ..cell };
    if !is_sum && room.width >= 3 {
        bar(buffer, room, counts, scale, look);
    }
}
