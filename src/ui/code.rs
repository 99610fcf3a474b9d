//! The dialog that asks for the code of an MFA device.
//!
//! ```text
//! ╭ MFA code ──────────────────────────────────────╮
//! │ Profile  prod                                  │
//! │ Role     arn:aws:iam::111122223333:role/Audit  │  whole, wrapped
//! │ Device   arn:aws:iam::444455556666:mfa/me      │
//! │ Code     123                                   │
//! │ MultiFactorAuthentication failed with invalid  │  what AWS said to the code before
//! │ enter send  esc not now                        │
//! ╰────────────────────────────────────────────────╯
//! ```

use ratatui::Frame;
use ratatui::layout::{Position, Rect};
use ratatui::text::Line;

use super::boxed;
use super::look::{Look, Role};
use crate::app::flow;
use crate::app::login::CodeDialog;

/// As wide as it gets inside.
const WIDTH: u16 = 64;
const LABELS: u16 = 9;

/// Draws the dialog in the middle of `area`; where the text cursor is.
pub(super) fn draw(frame: &mut Frame<'_>, area: Rect, dialog: &CodeDialog, look: &Look) -> Option<Position> {
    let width = usize::from(WIDTH.min(area.width.saturating_sub(4)));
    let wanted = &dialog.wanted;
    // Where there is little room, the profile says enough.
    let least = area.height < 14;
    let mut lines = boxed::field("Profile", &wanted.profile, width, Role::Text, look);
    if !least {
        lines.extend(boxed::field("Role", &wanted.role, width, Role::Text, look));
    }
    lines.extend(boxed::field("Device", &wanted.serial, width, Role::Text, look));
    let at = lines.len();
    lines.extend(boxed::field("Code", dialog.input.value(), width, Role::Heading, look));
    if let Some(mistake) = &dialog.mistake {
        lines.extend(flow::wrap(mistake, width).into_iter().map(|range| Line::styled(mistake[range].to_owned(), look.style(Role::Error))));
    }
    lines.push(boxed::keys(&[("enter", "send"), ("esc", "not now")], look));
    let inside = boxed::draw(frame, area, "MFA code", WIDTH, lines.len(), look);
    for (line, y) in lines.iter().zip(inside.y..inside.bottom()) {
        frame.render_widget(line, Rect { y, height: 1, ..inside });
    }
    let cursor = Position { x: inside.x + LABELS + dialog.input.visual_cursor() as u16, y: inside.y + at as u16 };
    inside.contains(cursor).then_some(cursor)
}
