//! What an account's credentials need from a person, and the desk where that is asked for and given.

use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::{oneshot, watch};

use crate::model::{Text, Timestamp};

/// How many digits a code of an MFA device has (botocore `sts/2011-06-15`, `tokenCodeType`).
const DIGITS: usize = 6;

/// What is asked of the person who has the MFA device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CodeWanted {
    /// The profile that asks for it.
    pub profile: Text,
    /// The ARN of the role that is assumed with it.
    pub role: Text,
    /// The device's serial number or ARN.
    pub serial: Text,
    /// What AWS said to the code before.
    pub mistake: Option<Text>,
}

/// What has to be done by a person before an account can be asked, or asked again.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Need {
    /// Nothing.
    #[default]
    Nothing,
    /// The code of an MFA device: somebody waits for it now.
    Code(CodeWanted),
    /// To run this program with these arguments, each as it stands here: no shell reads them.
    LogIn(Vec<String>),
    /// To get new credentials as one got the old ones, or to give the code that was put off; then to try again.
    Again,
}

/// How an account's credentials stand: what they let one do is for AWS to say, how long and what for they need a person stands here.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Validity {
    /// What they need.
    pub need: Need,
    /// When they end, where that is known.
    pub expires: Option<Timestamp>,
}

/// The code of an MFA device. It is worth nothing after half a minute, and is shown nowhere all the same.
#[derive(Clone, PartialEq, Eq)]
pub struct MfaCode(String);

impl MfaCode {
    /// Reads what a person typed; spaces are left out.
    ///
    /// # Errors
    /// When these are not six digits; the message does not repeat them.
    pub fn parse(typed: &str) -> Result<Self, Text> {
        let digits: String = typed.chars().filter(|c| !c.is_whitespace()).collect();
        if digits.len() == DIGITS && digits.bytes().all(|byte| byte.is_ascii_digit()) {
            Ok(Self(digits))
        } else {
            Err(Text::new("the code has six digits, as the device shows them"))
        }
    }

    pub(super) fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for MfaCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MfaCode(******)")
    }
}

/// What a person says to [`Need::Code`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reply {
    /// This code.
    Code(MfaCode),
    /// Not now; what is to be done later.
    Later(Text),
    /// There is nobody to ask.
    NoTerminal,
}

/// Where one account's credentials ask, and where they tell how they stand.
#[derive(Debug)]
pub(super) struct Desk {
    validity: watch::Sender<Validity>,
    waiting: Mutex<Option<oneshot::Sender<Reply>>>,
}

impl Desk {
    pub(super) fn new() -> Self {
        Self { validity: watch::Sender::new(Validity::default()), waiting: Mutex::default() }
    }

    pub(super) fn watch(&self) -> watch::Receiver<Validity> {
        self.validity.subscribe()
    }

    #[cfg(test)]
    fn now(&self) -> Validity {
        self.validity.borrow().clone()
    }

    /// There are credentials; they end at this time.
    pub(super) fn good(&self, expires: Option<Timestamp>) {
        self.tell(Validity { need: Need::Nothing, expires });
    }

    pub(super) fn needs(&self, need: Need) {
        self.tell(Validity { need, expires: None });
    }

    fn tell(&self, validity: Validity) {
        self.validity.send_if_modified(|known| {
            let changed = *known != validity;
            *known = validity;
            changed
        });
    }

    /// Asks, and waits for the reply for as long as it takes.
    pub(super) async fn ask(&self, wanted: CodeWanted) -> Reply {
        let (sender, reply) = oneshot::channel();
        *self.waiting() = Some(sender);
        let _asked = Asked(self);
        // The same mistake twice is two questions.
        self.validity.send_replace(Validity { need: Need::Code(wanted), expires: None });
        reply.await.unwrap_or(Reply::NoTerminal)
    }

    /// Gives the reply to whoever waits for it; whether somebody did.
    pub(super) fn reply(&self, reply: Reply) -> bool {
        let waiting = self.waiting().take();
        waiting.is_some_and(|sender| sender.send(reply).is_ok())
    }

    fn waiting(&self) -> MutexGuard<'_, Option<oneshot::Sender<Reply>>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A question that is open; nobody waits for the reply any more once it is dropped.
struct Asked<'a>(&'a Desk);

impl Drop for Asked<'_> {
    fn drop(&mut self) {
        self.0.waiting().take();
        self.0.tell(Validity::default());
    }
}

#[cfg(test)]
mod tests {
    use super::{CodeWanted, Desk, MfaCode, Need, Reply};
    use crate::model::Text;

    #[test]
    fn a_code_is_six_digits_and_is_shown_nowhere() {
        let code = MfaCode::parse(" 123 456\n").expect("a code");
        assert_eq!((code.as_str(), format!("{code:?}").as_str()), ("123456", "MfaCode(******)"));
        for wrong in ["", "12345", "1234567", "12345a", "١٢٣٤٥٦"] {
            let mistake = MfaCode::parse(wrong).expect_err(wrong);
            assert!(mistake.contains("six digits") && (wrong.is_empty() || !mistake.contains(wrong)), "{mistake}");
        }
    }

    #[tokio::test]
    async fn a_question_that_nobody_waits_for_any_more_is_not_asked_any_more() {
        let desk = Desk::new();
        let wanted = || CodeWanted { profile: Text::new("p"), role: Text::new("r"), serial: Text::new("s"), mistake: None };
        let (reply, given) = tokio::join!(desk.ask(wanted()), async {
            assert_eq!(desk.now().need, Need::Code(wanted()));
            desk.reply(Reply::NoTerminal)
        });
        assert_eq!((reply, given, desk.now().need), (Reply::NoTerminal, true, Need::Nothing));
        assert!(!desk.reply(Reply::NoTerminal), "nobody asked");
        let gone = tokio::time::timeout(std::time::Duration::from_millis(1), desk.ask(wanted())).await;
        assert!(gone.is_err());
        assert_eq!(desk.now().need, Need::Nothing);
    }
}
