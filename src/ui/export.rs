//! The export dialog.
//!
//! ```text
//! ╭ Export ────────────────────────────────────╮
//! │ 42 findings, exactly what the view shows   │
//! │ Format   csv  markdown  json  ndjson       │
//! │ File     ringfort-all-20260301-0905.csv    │  the path that is edited
//! │ Writes   /home/me/ringfort-all-...         │  whole, wrapped
//! │ enter write  tab next  esc close           │  or the question, or the error, above it
//! ╰────────────────────────────────────────────╯
//! ```

use ratatui::Frame;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::boxed;
use super::look::{Look, Role};
use crate::app::export::{ExportDialog, ExportField, ExportStage};
use crate::app::flow;
use crate::report::Format;

/// As wide as it gets inside.
const WIDTH: u16 = 72;
const LABELS: usize = 9;

/// Draws the dialog in the middle of `area`.
pub fn draw(frame: &mut Frame<'_>, area: Rect, dialog: &ExportDialog, look: &Look) {
    let width = usize::from(WIDTH.min(area.width.saturating_sub(4)));
    let (lines, path_line) = content(dialog, width, look);
    let inside = boxed::draw(frame, area, "Export", WIDTH, lines.len(), look);
    for (line, y) in lines.iter().zip(inside.y..inside.bottom()) {
        frame.render_widget(line, Rect { y, height: 1, ..inside });
    }
    if dialog.field() == ExportField::Path && *dialog.stage() == ExportStage::Choosing {
        let room = width.saturating_sub(LABELS + 1);
        let column = dialog.input().visual_cursor().saturating_sub(dialog.input().visual_scroll(room)) + LABELS;
        let at = Position { x: inside.x + column as u16, y: inside.y + path_line as u16 };
        if inside.contains(at) {
            frame.set_cursor_position(at);
        }
    }
}

/// The lines, and which of them is the path's.
fn content(dialog: &ExportDialog, width: usize, look: &Look) -> (Vec<Line<'static>>, usize) {
    let noun = if dialog.findings() == 1 { "finding" } else { "findings" };
    let mut lines = boxed::field("What", &format!("{} {noun}, exactly what the view shows", dialog.findings()), width, Role::Text, look);
    let query = if dialog.query().is_empty() { "none: everything" } else { dialog.query() };
    lines.extend(boxed::field("Query", query, width, Role::Text, look));
    lines.push(Line::default());
    lines.extend(formats(dialog, width, look));
    lines.extend(boxed::field("", dialog.format().purpose(), width, Role::Muted, look));
    let path_line = lines.len();
    lines.push(path(dialog, width, look));
    if dialog.format().carries_raw() {
        let mark = if dialog.with_raw() { "[x]" } else { "[ ]" };
        let style = focused(dialog, ExportField::Raw, look);
        let label = Span::styled(format!("{:<LABELS$}", "Raw JSON"), look.style(Role::Muted));
        lines.push(vec![label, Span::styled(mark, style), Span::raw(" the sources' own JSON goes along")].into());
    }
    lines.push(Line::default());
    lines.extend(boxed::field("Writes", &dialog.shown_path(), width, Role::Text, look));
    lines.extend(said(dialog, width, look));
    lines.push(Line::default());
    lines.push(match dialog.stage() {
        ExportStage::Choosing => boxed::keys(&[("enter", "write"), ("tab", "next line"), ("esc", "close")], look),
        ExportStage::Confirming => boxed::keys(&[("enter", "write over it"), ("esc", "choose another path")], look),
        ExportStage::Writing => Line::styled("writing", look.style(Role::Muted)),
    });
    (lines, path_line)
}

fn formats(dialog: &ExportDialog, width: usize, look: &Look) -> Vec<Line<'static>> {
    let mut lines = Vec::new();
    let mut spans = vec![Span::styled(format!("{:<LABELS$}", "Format"), look.style(Role::Muted))];
    let mut column = LABELS;
    for format in Format::ALL {
        let chosen = format == dialog.format();
        let text = if chosen { format!("[{}]", format.slug()) } else { format!(" {} ", format.slug()) };
        if column + text.len() > width && spans.len() > 1 {
            lines.push(Line::from(std::mem::replace(&mut spans, vec![Span::raw(" ".repeat(LABELS))])));
            column = LABELS;
        }
        column += text.len();
        let style = if chosen { focused(dialog, ExportField::Format, look) } else { look.style(Role::Muted) };
        spans.push(Span::styled(text, style));
    }
    lines.push(spans.into());
    lines
}

/// The part of the path around its cursor.
fn path(dialog: &ExportDialog, width: usize, look: &Look) -> Line<'static> {
    let room = width.saturating_sub(LABELS + 1).max(1);
    let value = dialog.input().value();
    let scroll = dialog.input().visual_scroll(room);
    let start = if scroll == 0 { 0 } else { flow::fill(value, scroll).first().map_or(0, |range| range.end) };
    let rest = &value[start..];
    let shown = flow::fill(rest, room).first().map_or("", |range| &rest[range.clone()]).to_owned();
    let style = look.style(Role::Input);
    Line::from(vec![Span::styled(format!("{:<LABELS$}", "File"), look.style(Role::Muted)), Span::styled(format!("{shown:<room$}"), style)])
}

fn focused(dialog: &ExportDialog, field: ExportField, look: &Look) -> Style {
    let chosen = dialog.field() == field && *dialog.stage() == ExportStage::Choosing;
    if chosen { look.style(Role::Key).patch(look.style(Role::Selection)) } else { look.style(Role::Key) }
}

/// The question, or what went wrong.
fn said(dialog: &ExportDialog, width: usize, look: &Look) -> Vec<Line<'static>> {
    let (text, role) = match (dialog.stage(), dialog.error()) {
        (ExportStage::Confirming, _) => ("This file is there already. Write over it?", Role::Warning),
        (_, Some(error)) => (error, Role::Error),
        _ => return Vec::new(),
    };
    flow::wrap(text, width).into_iter().map(|range| Line::styled(text[range].to_owned(), look.style(role))).collect()
}
