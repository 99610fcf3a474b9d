//! Pieces of text with what a search matched laid over them.

use std::ops::Range;

use ratatui::style::{Modifier, Style};
use ratatui::text::Span;

use super::look::{Look, Role};
use crate::app::detail::Mark;

/// The bytes `range` of `text` in `style`, the marks among them laid over. Marks are in order and do not overlap.
pub(super) fn marked<'t>(text: &'t str, range: Range<usize>, style: Style, marks: &[Mark], look: &Look) -> Vec<Span<'t>> {
    let mut spans = Vec::new();
    let mut at = range.start;
    for mark in marks {
        let (start, end) = (mark.range.start.max(at), mark.range.end.min(range.end));
        let inside = text.is_char_boundary(start.min(text.len())) && text.is_char_boundary(end.min(text.len()));
        if start >= end || end > text.len() || !inside {
            continue;
        }
        spans.push(Span::styled(&text[at..start], style));
        spans.push(Span::styled(&text[start..end], mark_style(style, mark.current, look)));
        at = end;
    }
    if at < range.end {
        spans.push(Span::styled(&text[at..range.end], style));
    }
    spans.retain(|span| !span.content.is_empty());
    spans
}

/// The match that was gone to stands out against the others: underlined on a background, else reversed.
fn mark_style(under: Style, current: bool, look: &Look) -> Style {
    let mark = look.style(Role::Match);
    let style = under.patch(mark);
    match (current, mark.bg.is_some(), style.add_modifier.contains(Modifier::REVERSED)) {
        (false, ..) => style,
        (true, true, _) => style.add_modifier(Modifier::UNDERLINED),
        (true, false, false) => style.add_modifier(Modifier::REVERSED),
        (true, false, true) => style.remove_modifier(Modifier::REVERSED),
    }
}
