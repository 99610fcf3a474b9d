//! What a person does about credentials: types the code of an MFA device, logs in, or has them asked for again.

use std::fmt;

use tui_input::Input;

use super::command::Command;
use super::edit;
use super::key::Key;
use super::message::{Effect, Tone};
use super::refresh;
use super::state::{Dialog, State};
use crate::fetch::{CodeWanted, MfaCode, Need, Reply, Validity};
use crate::model::{Text, Timestamp};

/// The seconds before the end of credentials from which the screen warns.
pub const SOON: i64 = 600;

/// What is told while AWS looks at a code.
const ASKING: &str = "Asking AWS whether it takes the code";

/// The dialog that asks for the code of an MFA device.
pub struct CodeDialog {
    /// The account's number.
    number: usize,
    /// What is asked for.
    pub wanted: CodeWanted,
    /// What was typed.
    pub input: Input,
    /// What is wrong with it, or with the code before.
    pub mistake: Option<String>,
}

impl fmt::Debug for CodeDialog {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CodeDialog").field("number", &self.number).field("wanted", &self.wanted).finish_non_exhaustive()
    }
}

impl CodeDialog {
    fn new(number: usize, wanted: CodeWanted) -> Self {
        let mistake = wanted.mistake.as_ref().map(ToString::to_string);
        Self { number, wanted, input: Input::default(), mistake }
    }

    /// A key that asks for no command.
    pub(super) fn typed(&mut self, key: Key) {
        if key.typed().is_none_or(|c| c.is_ascii_digit()) {
            edit::edit(&mut self.input, key);
        }
    }

    /// Pasted text.
    pub(super) fn pasted(&mut self, text: &str) {
        let digits: String = text.chars().filter(char::is_ascii_digit).collect();
        edit::paste(&mut self.input, &digits);
    }
}

/// The credentials of an account stand so now.
pub(super) fn take(state: &mut State, number: usize, validity: &Validity) {
    let validities = &mut state.fetch.validities;
    if validities.len() <= number {
        validities.resize(number + 1, Validity::default());
    }
    validities[number] = validity.clone();
    if validity.need == Need::Nothing && validity.expires.is_some() && state.notice.as_ref().is_some_and(|notice| notice.text == ASKING) {
        state.tell(Tone::Good, "AWS took the code");
    }
    if let Some(Dialog::Code(dialog)) = &mut state.dialog
        && dialog.number == number
    {
        match &validity.need {
            Need::Code(wanted) => *dialog = CodeDialog::new(number, wanted.clone()),
            _ => state.dialog = None,
        }
    }
}

/// Asks for a code that is waited for, unless the user is busy with something else.
pub(super) fn ask(state: &mut State) {
    if state.dialog.is_some() || state.is_searching() {
        return;
    }
    let wanted = state.fetch.validities.iter().enumerate().find_map(|(number, validity)| match &validity.need {
        Need::Code(wanted) => Some((number, wanted.clone())),
        _ => None,
    });
    state.dialog = wanted.map(|(number, wanted)| Dialog::Code(CodeDialog::new(number, wanted)));
}

/// Gives the code, if it can be one.
pub(super) fn give(state: &mut State) -> Vec<Effect> {
    let Some(Dialog::Code(dialog)) = &mut state.dialog else { return Vec::new() };
    match MfaCode::parse(dialog.input.value()) {
        Ok(code) => reply(state, Reply::Code(code), Tone::Plain, ASKING),
        Err(mistake) => {
            dialog.mistake = Some(mistake.to_string());
            Vec::new()
        }
    }
}

/// Puts the code off.
pub(super) fn put_off(state: &mut State) -> Vec<Effect> {
    let key = key(state);
    reply(state, Reply::Later(Text::from(format!("press {key} to give it"))), Tone::Plain, &format!("Put off; {key} asks for it again"))
}

fn reply(state: &mut State, reply: Reply, tone: Tone, told: &str) -> Vec<Effect> {
    let Some(Dialog::Code(dialog)) = state.dialog.take() else { return Vec::new() };
    // The question is answered: it is not asked again until the fetch says so.
    if let Some(validity) = state.fetch.validities.get_mut(dialog.number) {
        validity.need = Need::Nothing;
    }
    state.tell(tone, told);
    vec![Effect::Reply(dialog.number, reply)]
}

/// What the key for logging in is called.
#[must_use]
pub fn key(state: &State) -> String {
    let first = state.keymap.first(Command::LogIn);
    first.map_or_else(|| "log in, in the palette,".to_owned(), |key| key.to_string())
}

/// What a person is needed for first.
#[must_use]
pub fn need(state: &State) -> &Need {
    state.fetch.validities.iter().map(|validity| &validity.need).find(|need| **need != Need::Nothing).unwrap_or(&Need::Nothing)
}

/// What logging in does now, in a few words; nothing where no log-in is needed.
#[must_use]
pub fn action(state: &State) -> Option<&'static str> {
    match need(state) {
        Need::Nothing => None,
        Need::Code(_) => Some("MFA code"),
        Need::LogIn(_) => Some("log in"),
        Need::Again => Some("fetch again"),
    }
}

/// Whether logging in runs the program that the reason names.
#[must_use]
pub fn runs_a_program(state: &State) -> bool {
    matches!(need(state), Need::LogIn(_))
}

/// The user wants to log in.
pub(super) fn log_in(state: &mut State) -> Vec<Effect> {
    match need(state).clone() {
        Need::Nothing => {
            state.tell(Tone::Plain, "Nothing asks for a log-in");
            Vec::new()
        }
        Need::Code(_) => {
            ask(state);
            Vec::new()
        }
        Need::LogIn(words) => vec![Effect::LogIn(words)],
        Need::Again => again(state),
    }
}

/// The program that logs in has ended.
pub(super) fn logged_in(state: &mut State, ended: Result<(), String>) -> Vec<Effect> {
    match ended {
        Ok(()) => again(state),
        Err(reason) => {
            state.tell(Tone::Error, reason);
            Vec::new()
        }
    }
}

/// Reads what could not be read again; what was loaded stays.
fn again(state: &mut State) -> Vec<Effect> {
    let effects = refresh::with_new_credentials(state);
    if !effects.is_empty() {
        state.fetch.validities.clear();
        state.tell(Tone::Good, "Fetching with new credentials; what was loaded stays");
    }
    effects
}

impl State {
    /// When credentials end, where that is known and there is one end to tell.
    #[must_use]
    pub fn credentials_end(&self) -> Option<Timestamp> {
        self.fetch.validities.iter().filter_map(|validity| validity.expires).min()
    }

    /// When the screen has to be drawn although nothing happens: when the credentials are about to end, and when they do.
    #[must_use]
    pub fn next_draw(&self) -> Option<Timestamp> {
        let end = self.credentials_end()?.as_second();
        let next = [end - SOON, end].into_iter().find(|at| *at > self.now.as_second())?;
        Timestamp::from_second(next).ok()
    }
}
