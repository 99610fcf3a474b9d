//! What keys do to a line of text.

use tui_input::{Input, InputRequest};

use super::key::{Code, Key};

/// Lets the key edit the line; whether its text changed.
pub(super) fn edit(input: &mut Input, key: Key) -> bool {
    request(key).and_then(|request| input.handle(request)).is_some_and(|changed| changed.value)
}

/// Puts pasted text in, on one line.
pub(super) fn paste(input: &mut Input, text: &str) -> bool {
    let mut changed = false;
    for c in crate::model::Text::new(text.trim_end_matches(['\r', '\n'])).chars() {
        changed |= input.handle(InputRequest::InsertChar(c)).is_some();
    }
    changed
}

/// What the key asks of a line of text.
pub(super) fn request(key: Key) -> Option<InputRequest> {
    if let Some(c) = key.typed() {
        return Some(InputRequest::InsertChar(c));
    }
    Some(match (key.code, key.ctrl, key.alt) {
        (Code::Backspace | Code::Char('w'), true, _) | (Code::Backspace, _, true) => InputRequest::DeletePrevWord,
        (Code::Backspace, ..) => InputRequest::DeletePrevChar,
        (Code::Delete, true, _) => InputRequest::DeleteNextWord,
        (Code::Delete, ..) => InputRequest::DeleteNextChar,
        (Code::Left, true, _) | (Code::Char('b'), _, true) => InputRequest::GoToPrevWord,
        (Code::Right, true, _) | (Code::Char('f'), _, true) => InputRequest::GoToNextWord,
        (Code::Left, ..) => InputRequest::GoToPrevChar,
        (Code::Right, ..) => InputRequest::GoToNextChar,
        (Code::Home, ..) | (Code::Char('a'), true, _) => InputRequest::GoToStart,
        (Code::End, ..) | (Code::Char('e'), true, _) => InputRequest::GoToEnd,
        (Code::Char('u'), true, _) => InputRequest::DeleteFromStart,
        (Code::Char('k'), true, _) => InputRequest::DeleteTillEnd,
        (Code::Char('y'), true, _) => InputRequest::Yank,
        _ => return None,
    })
}
