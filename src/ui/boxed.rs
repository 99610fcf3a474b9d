//! A box in the middle of the screen, as dialogs have it.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, Clear, Padding};

use super::look::{Look, Role};
use crate::app::flow;

/// Clears a box of at most this width and for this many lines in the middle of `area`, and draws its border; tells what is
/// inside.
pub(super) fn draw(frame: &mut Frame<'_>, area: Rect, title: &str, inner_width: u16, lines: usize, look: &Look) -> Rect {
    let area = area.intersection(frame.area());
    let width = (inner_width + 4).min(area.width);
    let height = u16::try_from(lines + 2).unwrap_or(u16::MAX).min(area.height);
    let place = Rect { x: area.x + (area.width - width) / 2, y: area.y + (area.height - height) / 2, width, height };
    let title = Line::from(vec![Span::raw(" "), Span::styled(title.to_owned(), look.style(Role::Title)), Span::raw(" ")]);
    let block = Block::bordered()
        .border_set(look.glyphs().border)
        .border_style(look.style(Role::BorderFocus))
        .style(look.style(Role::Text))
        .padding(Padding::horizontal(1))
        .title(title);
    let inside = block.inner(place);
    frame.render_widget(Clear, place);
    frame.render_widget(block, place);
    inside
}

/// A label and a value that wraps beside it.
pub(super) fn field(label: &str, value: &str, width: usize, role: Role, look: &Look) -> Vec<Line<'static>> {
    const LABELS: usize = 9;
    let ranges = flow::wrap(value, width.saturating_sub(LABELS).max(4));
    let lines = ranges.into_iter().enumerate().map(|(at, range)| {
        let label = if at == 0 { label } else { "" };
        Line::from(vec![
            Span::styled(format!("{label:<LABELS$}"), look.style(Role::Muted)),
            Span::styled(value[range].to_owned(), role_style(role, look)),
        ])
    });
    lines.collect()
}

fn role_style(role: Role, look: &Look) -> ratatui::style::Style {
    if role == Role::Text { ratatui::style::Style::new() } else { look.style(role) }
}

/// Keys and what they do, on one line.
pub(super) fn keys(pairs: &[(&'static str, &'static str)], look: &Look) -> Line<'static> {
    let spans = pairs.iter().enumerate().flat_map(|(at, (key, does))| {
        let gap = if at == 0 { "" } else { "  " };
        [Span::raw(gap), Span::styled(*key, look.style(Role::Key)), Span::raw(" "), Span::styled(*does, look.style(Role::Muted))]
    });
    spans.collect::<Vec<_>>().into()
}
