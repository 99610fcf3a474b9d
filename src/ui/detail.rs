//! The screen of one finding.
//!
//! ```text
//! ▾ What ───────────────────────────────────┃  a heading: fold mark, title, note, rule
//!   Instance is probing a port               │  sentences
//!   Severity         ▲ high                  │  label and value; values wrap, nothing is cut
//! ▸ Raw JSON  340 lines, 12 KB ──────────────│
//! $.Resources[0].Id        /port 3 of 7  42 %   footer: where in the JSON, the search, how far down
//! ```

use ratatui::Frame;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::Widget;
use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

use super::json_view::{self, Prepared};
use super::look::{Look, Role};
use super::marks::marked;
use crate::app::detail::{Detail, Entry, EntryRow, LABEL, Mark, Row, Section, Shape, Tone};

/// Draws the screen; [`Detail::resize`] must have been told the area's size.
pub fn draw(frame: &mut Frame<'_>, area: Rect, detail: &Detail, look: &Look) {
    let area = area.intersection(frame.area());
    if area.width < 2 || area.height < 2 {
        return;
    }
    let buffer = frame.buffer_mut();
    buffer.set_style(area, look.style(Role::Text));
    let body = Rect { width: area.width - 1, height: area.height - 1, ..area };
    draw_rows(buffer, body, detail, look);
    draw_scroll_bar(buffer, Rect { x: body.right(), width: 1, ..body }, detail, look);
    draw_footer(buffer, Rect { y: body.bottom(), height: 1, ..area }, detail, look);
}

fn draw_rows(buffer: &mut Buffer, body: Rect, detail: &Detail, look: &Look) {
    let cursor = detail.cursor_rows();
    let mut prepared: Option<Prepared> = None;
    for (y, number) in (body.y..body.bottom()).zip(detail.top()..) {
        let Some(row) = detail.row(number) else { break };
        let line_area = Rect { y, height: 1, ..body };
        let blank = matches!(row, Row::Entry(row) if row.blank);
        let selected = cursor.contains(&number) && !blank;
        if selected {
            buffer.set_style(line_area, look.style(Role::Selection));
        }
        let marks = detail.marks(row);
        match row {
            Row::Entry(row) => draw_entry(buffer, line_area, &detail.entries()[row.entry], row, detail, &marks, selected, look),
            Row::Json(view, at) => {
                if !prepared.as_ref().is_some_and(|prepared| prepared.is_of(at.line)) {
                    prepared = Some(Prepared::new(view, at.line));
                }
                if let Some(prepared) = &prepared {
                    json_view::row(view, at, prepared, &marks, selected, look).render(line_area, buffer);
                }
            }
        }
    }
}

#[allow(clippy::too_many_arguments, reason = "all that one row depends on")]
fn draw_entry(
    buffer: &mut Buffer,
    area: Rect,
    entry: &Entry,
    row: &EntryRow,
    detail: &Detail,
    marks: &[Mark],
    selected: bool,
    look: &Look,
) {
    let (of_label, of_value): (Vec<Mark>, Vec<Mark>) = marks.iter().cloned().partition(|mark| mark.label);
    let heading = entry.shape == Shape::Heading;
    let shown = |style: Style| if selected { look.selected(style) } else { style };
    let label_style = match entry.shape {
        Shape::Heading => look.style(Role::Heading),
        Shape::Item => look.style(Role::Title),
        Shape::Field | Shape::Prose => look.style(Role::Muted),
    };
    if let Some(range) = &row.label {
        let label = marked(&entry.label, range.clone(), shown(label_style), &of_label, look);
        put(buffer, area, LABEL, Line::from(label));
        if heading && range.start == 0 {
            let fold = if detail.is_folded(entry.section) { look.glyphs().closed } else { look.glyphs().open };
            put(buffer, area, 0, Span::styled(fold, shown(label_style)).into());
        }
    }
    let style = shown(tone_style(entry.tone, look));
    if let (true, Some(sign)) = (row.first, sign(entry.tone, look)) {
        put(buffer, area, row.indent.saturating_sub(entry.tone.sign_width()), Span::styled(sign, style).into());
    }
    let value = Line::from(marked(&entry.value, row.value.clone(), style, &of_value, look));
    let end = row.indent + value.width();
    put(buffer, area, row.indent, value);
    if heading && !row.blank {
        // The rule begins after the note, or in its place.
        let from = if row.value.is_empty() { LABEL + entry.label.width() + 1 } else { end + 1 };
        let length = usize::from(area.width).saturating_sub(from);
        put(buffer, area, from, Span::styled(look.glyphs().rule.repeat(length), shown(look.style(Role::Border))).into());
    }
}

fn put(buffer: &mut Buffer, area: Rect, column: usize, line: Line<'_>) {
    let column = u16::try_from(column).unwrap_or(u16::MAX).min(area.width);
    line.render(Rect { x: area.x + column, width: area.width - column, ..area }, buffer);
}

fn tone_style(tone: Tone, look: &Look) -> Style {
    match tone {
        Tone::Plain => Style::new(),
        Tone::Title => look.style(Role::Title),
        Tone::Muted => look.style(Role::Muted),
        Tone::Severity(severity) => look.style(Role::Severity(severity)),
        Tone::Side(side) => look.style(Role::Side(side)),
        Tone::Link => look.style(Role::Link),
        Tone::Warning => look.style(Role::Warning),
    }
}

fn sign(tone: Tone, look: &Look) -> Option<&'static str> {
    match tone {
        Tone::Severity(severity) => Some(look.glyphs().severity(severity)),
        Tone::Side(side) => Some(look.glyphs().side(side)),
        _ => None,
    }
}

fn draw_scroll_bar(buffer: &mut Buffer, area: Rect, detail: &Detail, look: &Look) {
    let (rows, shown) = (detail.row_count(), usize::from(area.height));
    if rows <= shown {
        return;
    }
    let length = (shown * shown / rows).max(1);
    let start = detail.top() * (shown - length) / (rows - shown).max(1);
    for (at, y) in (area.y..area.bottom()).enumerate() {
        let thumb = (start..start + length).contains(&at);
        let (sign, role) = if thumb { (look.glyphs().thumb, Role::BorderFocus) } else { (look.glyphs().track, Role::Border) };
        buffer.set_string(area.x, y, sign, look.style(role));
    }
}

fn draw_footer(buffer: &mut Buffer, area: Rect, detail: &Detail, look: &Look) {
    let mut right = Vec::new();
    if let Some((text, at, count)) = detail.searching() {
        let found = match (at, count) {
            (_, 0) => "not found".to_owned(),
            (0, count) => format!("{count} found"),
            (at, count) => format!("{at} of {count}"),
        };
        let style = if count == 0 { look.style(Role::Warning) } else { look.style(Role::Key) };
        right.push(Span::styled(format!("/{text} {found}  "), style));
    }
    let below = (detail.top() + detail.height()).min(detail.row_count());
    let percent = below * 100 / detail.row_count().max(1);
    right.push(Span::styled(format!("{percent} %"), look.style(Role::Muted)));
    let right = Line::from(right).right_aligned();
    let room = usize::from(area.width).saturating_sub(right.width() + 2);
    let left = match detail.json_path() {
        Some(path) => tail(&path, room, look.glyphs().ellipsis),
        None => position(detail).to_owned(),
    };
    Line::from(Span::styled(left, look.style(Role::Muted))).render(Rect { width: room as u16, ..area }, buffer);
    right.render(area, buffer);
}

/// The section that the cursor is in.
fn position(detail: &Detail) -> &'static str {
    let row = detail.row(detail.cursor_rows().start);
    match row {
        Some(Row::Entry(row)) => detail.entries()[row.entry].section.title(),
        Some(Row::Json(..)) => Section::Raw.title(),
        None => "",
    }
}

/// The end of a path that is too long: what stands at the cursor is what is asked for.
fn tail(path: &str, room: usize, ellipsis: &str) -> String {
    if path.width() <= room {
        return path.to_owned();
    }
    let mut width = ellipsis.width();
    let kept: Vec<&str> = path
        .graphemes(true)
        .rev()
        .take_while(|grapheme| {
            width += grapheme.width();
            width <= room
        })
        .collect();
    std::iter::once(ellipsis).chain(kept.into_iter().rev()).collect()
}
