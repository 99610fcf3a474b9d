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
    let room = usize::from(area.height.saturating_sub(2));
    let (lines, path_line) = content(dialog, width, room, look);
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

/// What gives way on a low screen, the first of these first; the rest is what one chooses by, and stays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    Gap,
    Purpose,
    Query,
    What,
    Writes,
    Format,
    Path,
    Raw,
    Said,
    Keys,
}

/// The lines that fit in `room`, and which of them is the path's.
fn content(dialog: &ExportDialog, width: usize, room: usize, look: &Look) -> (Vec<Line<'static>>, usize) {
    let mut parts = parts(dialog, width, look);
    let height = |parts: &[(Part, Vec<Line<'static>>)]| parts.iter().map(|(_, lines)| lines.len()).sum::<usize>();
    for part in [Part::Gap, Part::Purpose, Part::Query, Part::What, Part::Writes] {
        if height(&parts) > room {
            parts.retain(|(known, _)| *known != part);
        }
    }
    let before = parts.iter().position(|(part, _)| *part == Part::Path).unwrap_or(0);
    let path_line = height(&parts[..before]);
    (parts.into_iter().flat_map(|(_, lines)| lines).collect(), path_line)
}

fn parts(dialog: &ExportDialog, width: usize, look: &Look) -> Vec<(Part, Vec<Line<'static>>)> {
    let noun = if dialog.findings() == 1 { "finding" } else { "findings" };
    let what = format!("{} {noun}, exactly what the view shows", dialog.findings());
    let query = if dialog.query().is_empty() { "none: everything" } else { dialog.query() };
    let keys = match dialog.stage() {
        ExportStage::Choosing => boxed::keys(&[("enter", "write"), ("tab", "next line"), ("esc", "close")], look),
        ExportStage::Confirming => boxed::keys(&[("enter", "write over it"), ("esc", "other path")], look),
        ExportStage::Writing => Line::styled("writing", look.style(Role::Muted)),
    };
    let mut raw = Vec::new();
    if dialog.format().carries_raw() {
        let mark = if dialog.with_raw() { "[x]" } else { "[ ]" };
        let style = focused(dialog, ExportField::Raw, look);
        let label = Span::styled(format!("{:<LABELS$}", "Raw JSON"), look.style(Role::Muted));
        raw.push(vec![label, Span::styled(mark, style), Span::raw(" the sources' own JSON goes along")].into());
    }
    let gap = || (Part::Gap, vec![Line::default()]);
    vec![
        (Part::What, boxed::field("What", &what, width, Role::Text, look)),
        (Part::Query, boxed::field("Query", query, width, Role::Text, look)),
        gap(),
        (Part::Format, formats(dialog, width, look)),
        (Part::Purpose, boxed::field("", dialog.format().purpose(), width, Role::Muted, look)),
        (Part::Path, vec![path(dialog, width, look)]),
        (Part::Raw, raw),
        gap(),
        (Part::Writes, boxed::field("Writes", &dialog.shown_path(), width, Role::Text, look)),
        (Part::Said, said(dialog, width, look)),
        gap(),
        (Part::Keys, vec![keys]),
    ]
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
