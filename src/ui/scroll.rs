//! Where a list stands that is longer than its place.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::look::{Look, Role};
use super::write::put;

/// Draws a thumb in the column right of `area` if more than its rows are to be shown; `top` is the first that is.
pub(super) fn thumb(buffer: &mut Buffer, area: Rect, top: usize, len: usize, look: &Look) {
    let height = usize::from(area.height);
    if len <= height || height == 0 {
        return;
    }
    let size = (height * height / len).max(1);
    let from = top.min(len - height) * (height - size) / (len - height);
    let track = Rect { x: area.right(), width: 1, ..area };
    for y in (track.y..).skip(from).take(size) {
        put(buffer, track, track.x, y, look.glyphs().thumb, look.style(Role::Border));
    }
}

/// The same on the border of a dialog, for a list that is as wide as its inside.
pub(super) fn border(buffer: &mut Buffer, area: Rect, top: usize, len: usize, look: &Look) {
    thumb(buffer, Rect { width: area.width + 1, ..area }, top, len, look);
}
