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

#[cfg(test)]
mod tests {
    use ratatui::Terminal;
    use ratatui::backend::TestBackend;

    use crate::app::{Code, Effect, Key, Message, Size, Start, State, update};
    use crate::fetch::{CodeWanted, Event, MfaCode, Need, Reply, Validity};
    use crate::model::{Text, Timestamp};
    use crate::ui::look::Look;

    fn asked(columns: u16, rows: u16, mistake: Option<&str>) -> State {
        let start = Start { size: Size { columns, rows }, ..Start::default() };
        let mut state = State::new(start, Timestamp::from_second(2_000_000_000).expect("a time"));
        let wanted = CodeWanted {
            profile: Text::new("prod"),
            role: Text::new("arn:aws:iam::111122223333:role/Audit"),
            serial: Text::new("arn:aws:iam::444455556666:mfa/me"),
            mistake: mistake.map(Text::new),
        };
        state.take(Event::Validity(0, Validity { need: Need::Code(wanted), expires: None }));
        state.settle();
        state
    }

    fn press(state: &mut State, keys: &[Code]) -> Vec<Effect> {
        keys.iter().flat_map(|code| update(state, Message::Key(Key::plain(*code)))).collect()
    }

    fn drawn(state: &State) -> String {
        let mut terminal = Terminal::new(TestBackend::new(state.size.columns, state.size.rows)).expect("a terminal");
        terminal.draw(|frame| crate::ui::draw(frame, state, &Look::default())).expect("drawn");
        let buffer = terminal.backend().buffer();
        (0..state.size.rows).map(|y| (0..state.size.columns).map(|x| buffer[(x, y)].symbol()).collect::<String>() + "\n").collect()
    }

    #[test]
    fn profile_device_code_and_ways_out_fit_every_size() {
        for (columns, rows) in [(40, 10), (40, 14), (80, 24), (200, 50)] {
            let mut state = asked(columns, rows, Some("MultiFactorAuthentication failed"));
            press(&mut state, &[Code::Char('1'), Code::Char('x'), Code::Char('2')]);
            let screen = drawn(&state);
            for part in ["MFA code", "prod", "a/me", "Code     12", "failed", "esc not now"] {
                assert!(screen.contains(part), "{part} at {columns}x{rows}:\n{screen}");
            }
        }
    }

    #[test]
    fn six_digits_are_sent_and_shown_nowhere_afterwards_and_esc_puts_it_off() {
        let mut state = asked(80, 24, None);
        assert!(press(&mut state, &[Code::Char('1'), Code::Enter]).is_empty());
        assert!(drawn(&state).contains("six digits"));
        press(&mut state, &"23456".chars().map(Code::Char).collect::<Vec<_>>());
        assert!(!format!("{:?}", state.dialog).contains("123456"));
        let sent = press(&mut state, &[Code::Enter]);
        assert_eq!(sent, [Effect::Reply(0, Reply::Code(MfaCode::parse("123456").expect("a code")))]);
        state.settle();
        assert!(state.dialog.is_none() && !drawn(&state).contains("123456"), "it is asked again only when the fetch says so");

        let mut state = asked(80, 24, None);
        let sent = press(&mut state, &[Code::Esc]);
        assert_eq!(sent, [Effect::Reply(0, Reply::Later(Text::new("press L to give it")))]);
    }
}
