//! A dialog's frame: a box in the middle, cleared, with a title.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::widgets::{Block, Clear, Widget};

use super::look::{Look, Role};

/// Clears a box of at most this size in the middle of the screen, and draws its border; what is inside.
pub(super) fn open(buffer: &mut Buffer, screen: Rect, size: (u16, u16), title: &str, look: &Look) -> Rect {
    let (width, height) = (size.0.min(screen.width.saturating_sub(2)), size.1.min(screen.height.saturating_sub(2)));
    let area = Rect { x: screen.x + (screen.width - width) / 2, y: screen.y + (screen.height - height) / 2, width, height };
    Clear.render(area, buffer);
    let block = Block::bordered()
        .border_set(look.glyphs().border)
        .border_style(look.style(Role::BorderFocus))
        .style(look.style(Role::Text))
        .title(format!(" {title} "))
        .title_style(look.style(Role::Title));
    let inner = block.inner(area);
    block.render(area, buffer);
    Rect { x: inner.x + 1, width: inner.width.saturating_sub(2), ..inner }
}
