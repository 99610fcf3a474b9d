//! The selection, laid over what is drawn already.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Color, Modifier, Style};

use super::look::{Look, Role};

/// What bars are made of. A reversed bar would be a hole.
pub(super) const BAR: &str = "▇";

/// Marks `area` as the place of the cursor. What has a background of its own, such as a search's match, keeps it; a reversed
/// selection is even, without colours that would make patches of it, and leaves bars as they are.
pub(super) fn select(buffer: &mut Buffer, area: Rect, look: &Look) {
    let selection = look.style(Role::Selection);
    let reversed = selection.add_modifier.contains(Modifier::REVERSED);
    let ground = look.style(Role::Text).bg.unwrap_or(Color::Reset);
    for position in area.intersection(buffer.area).positions() {
        let Some(cell) = buffer.cell_mut(position) else { continue };
        if cell.bg != ground && cell.bg != Color::Reset {
            continue;
        }
        if !reversed {
            cell.set_style(selection);
        } else if cell.symbol() != BAR {
            let even = Style { fg: Some(Color::Reset), bg: Some(Color::Reset), ..selection };
            cell.set_style(even.remove_modifier(Modifier::DIM));
        }
    }
}

#[cfg(test)]
mod tests {
    use ratatui::buffer::Buffer;
    use ratatui::layout::Rect;
    use ratatui::style::{Modifier, Style};

    use super::{BAR, select};
    use crate::ui::look::{ColorDepth, Look, Role};
    use crate::ui::theme;

    fn row(look: &Look) -> Buffer {
        let mut buffer = Buffer::empty(Rect::new(0, 0, 6, 1));
        buffer.set_style(buffer.area, look.style(Role::Text));
        buffer.set_string(0, 0, "ab", look.style(Role::Muted));
        buffer.set_string(2, 0, "cd", look.style(Role::Text).patch(look.style(Role::Match)));
        buffer.set_string(4, 0, BAR.repeat(2), Style::new().fg(ratatui::style::Color::Red));
        select(&mut buffer, Rect::new(0, 0, 6, 1), look);
        buffer
    }

    #[test]
    fn a_match_stays_readable_on_the_selected_row_of_every_theme() {
        for name in theme::names() {
            let Ok(theme) = theme::load(name, None) else { panic!("{name}") };
            let look = Look::new(&theme, ColorDepth::TrueColor, false);
            let buffer = row(&look);
            let (plain, marked) = (&buffer[(0, 0)], &buffer[(2, 0)]);
            assert!(marked.fg != marked.bg || marked.fg == ratatui::style::Color::Reset, "{name}");
            assert_ne!((plain.fg, plain.bg, plain.modifier), (marked.fg, marked.bg, marked.modifier), "{name}: the match is not seen");
            if look.style(Role::Match).bg.is_some() {
                assert_eq!(Some(marked.bg), look.style(Role::Match).bg, "{name}");
            }
        }
    }

    #[test]
    fn a_reversed_selection_leaves_bars_alone() {
        let look = Look::default();
        let buffer = row(&look);
        assert!(buffer[(0, 0)].modifier.contains(Modifier::REVERSED));
        assert!(!buffer[(4, 0)].modifier.contains(Modifier::REVERSED));
    }
}
