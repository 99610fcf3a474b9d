//! A row of the JSON tree: fold mark, indent, and the line's parts by their kind.

use std::ops::Range;

use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::look::{Look, Role};
use super::marks::marked;
use crate::app::detail::Mark;
use crate::app::json_view::{Content, Fold, GUTTER, JsonView, Part, RowRef};

/// A line put together once for all its rows.
pub(super) struct Prepared {
    line: usize,
    content: Content,
    rows: Vec<Range<usize>>,
}

impl Prepared {
    pub(super) fn new(view: &JsonView, line: usize) -> Self {
        let content = view.content(line);
        let rows = view.split(line, &content);
        Self { line, content, rows }
    }

    pub(super) fn is_of(&self, line: usize) -> bool {
        self.line == line
    }
}

/// The row as spans, `selected` if the cursor is on its line.
pub(super) fn row<'p>(view: &JsonView, at: RowRef, prepared: &'p Prepared, marks: &[Mark], selected: bool, look: &Look) -> Line<'p> {
    let shown = |style: Style| if selected { look.selected(style) } else { style };
    let glyphs = look.glyphs();
    let fold = match view.fold_of(at.line) {
        Fold::Open if at.sub == 0 => glyphs.open,
        Fold::Closed if at.sub == 0 => glyphs.closed,
        _ => " ",
    };
    let mut spans = vec![
        Span::styled(format!("{fold:<GUTTER$}"), shown(look.style(Role::Muted))),
        Span::styled(" ".repeat(view.indent(at.line) - GUTTER), shown(Style::new())),
    ];
    let Some(row) = prepared.rows.get(at.sub) else { return spans.into() };
    for (part, range) in &prepared.content.parts {
        let (start, end) = (range.start.max(row.start), range.end.min(row.end));
        if start < end {
            spans.extend(marked(&prepared.content.text, start..end, shown(style(*part, look)), marks, look));
        }
    }
    spans.into()
}

fn style(part: Part, look: &Look) -> Style {
    match part {
        Part::Key => look.style(Role::Heading),
        Part::Number => look.style(Role::Key),
        Part::Word => look.style(Role::Warning),
        Part::Mark | Part::Note => look.style(Role::Muted),
        Part::String | Part::Plain => Style::new(),
    }
}
