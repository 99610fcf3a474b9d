//! The theme picker: the names, and what the theme at the cursor makes of severities, sides and states.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::boxed;
use super::look::{Look, Role};
use crate::app::flow;
use crate::app::themes::ThemePicker;
use crate::model::{LaneState, Severity, Side};

/// As wide as it gets inside: the sample's longest line.
const WIDTH: u16 = 68;

/// Draws the picker in the middle of `area`. `look` is the theme at the cursor, so the picker is its own preview.
pub fn draw(frame: &mut Frame<'_>, area: Rect, picker: &ThemePicker, look: &Look) {
    let width = usize::from(WIDTH.min(area.width.saturating_sub(4)));
    let mut below = sample(width, look);
    let sample_lines = below.len();
    if let Some(error) = picker.error() {
        let told = flow::wrap(error, width).into_iter().map(|range| Line::styled(error[range].to_owned(), look.style(Role::Error)));
        below.extend(told);
        below.push(Line::styled("The default theme is shown instead.", look.style(Role::Warning)));
    }
    below.push(Line::default());
    below.push(boxed::keys(&[("enter", "keep"), ("esc", "as before")], look));
    // The list gives way before the sample does, until there is no choice to be seen.
    if usize::from(area.height) < below.len() + 2 + 3 {
        below.drain(..sample_lines);
    }
    let room = usize::from(area.height).saturating_sub(below.len() + 2).clamp(1, picker.names().len().max(1));
    let inside = boxed::draw(frame, area, "Themes", WIDTH, room + below.len(), look);
    let first = (picker.cursor() + 1).saturating_sub(room);
    let names = picker.names().iter().enumerate().skip(first).take(room).map(|(at, name)| {
        let chosen = at == picker.cursor();
        let mark = if chosen { look.glyphs().cursor } else { " " };
        let style = if chosen { look.style(Role::Selection) } else { ratatui::style::Style::new() };
        Line::from(vec![Span::styled(mark, look.style(Role::Key)), Span::styled(format!(" {name} "), style)])
    });
    for (line, y) in names.chain(below).zip(inside.y..inside.bottom()) {
        frame.render_widget(line, Rect { y, height: 1, ..inside });
    }
}

fn sample(width: usize, look: &Look) -> Vec<Line<'static>> {
    let glyphs = look.glyphs();
    let severities = Severity::ALL.map(|severity| (glyphs.severity(severity), severity.slug(), Role::Severity(severity)));
    let sides = Side::ALL.map(|side| (glyphs.side(side), side.slug(), Role::Side(side)));
    let states = LaneState::ALL.map(|state| (glyphs.state(state), state.slug(), Role::State(state)));
    let mut lines = vec![Line::styled(glyphs.rule.repeat(width), look.style(Role::Border))];
    for group in [&severities[..], &sides[..], &states[..]] {
        let mut line = Line::default();
        for (sign, word, role) in group {
            if line.width() + word.len() + 4 > width {
                lines.push(std::mem::take(&mut line));
            }
            line.push_span(Span::styled(format!("{sign} {word}"), look.style(*role)));
            line.push_span("  ");
        }
        lines.push(line);
    }
    lines
}
