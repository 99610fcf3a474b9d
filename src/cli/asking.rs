//! Asks for codes of MFA devices on the terminal, one at a time.

use std::fs::{File, OpenOptions};
use std::io::{self, BufRead, BufReader, IsTerminal as _, Write};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use crate::fetch::{CodeWanted, Event, FetchHandle, MfaCode, Need, Reply};
use crate::model::Text;

/// Answers a fetch that asks, beside the fetch.
pub(super) struct Asker {
    questions: Sender<(usize, CodeWanted)>,
    asking: Arc<AtomicBool>,
}

impl Asker {
    /// For this fetch.
    pub(super) fn new(handle: FetchHandle) -> Self {
        let (questions, asked) = channel();
        let asking = Arc::new(AtomicBool::new(false));
        let done = Arc::clone(&asking);
        // It may wait for a person for ever; the end of the program does not wait for it.
        thread::spawn(move || answer(&asked, &handle, &done));
        Self { questions, asking }
    }

    /// Whether the event asks for a code.
    pub(super) fn is_question(event: &Event) -> bool {
        matches!(event, Event::Validity(_, validity) if matches!(validity.need, Need::Code(_)))
    }

    /// Asks what the event asks for; whether the terminal now belongs to a question.
    pub(super) fn owns_the_terminal(&self, event: &Event) -> bool {
        if let Event::Validity(number, validity) = event
            && let Need::Code(wanted) = &validity.need
        {
            self.asking.store(true, Ordering::SeqCst);
            // The other end lives as long as this one.
            let _ = self.questions.send((*number, wanted.clone()));
        }
        self.asking.load(Ordering::SeqCst)
    }
}

fn answer(questions: &Receiver<(usize, CodeWanted)>, handle: &FetchHandle, asking: &AtomicBool) {
    while let Ok((number, wanted)) = questions.recv() {
        let reply = ask(&wanted);
        asking.store(false, Ordering::SeqCst);
        handle.reply(number, reply);
    }
}

/// Asks a person, and waits. Two questions never stand on the terminal at the same time.
pub(super) fn ask(wanted: &CodeWanted) -> Reply {
    static TURN: Mutex<()> = Mutex::new(());
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    match terminal() {
        Some((mut from, mut to)) => ask_on(wanted, &mut from, &mut to).unwrap_or(Reply::NoTerminal),
        None => Reply::NoTerminal,
    }
}

/// The terminal of whoever watches: its own device, so that stdin and stdout may be pipes; else stdin and stderr.
fn terminal() -> Option<(Box<dyn BufRead>, Box<dyn Write>)> {
    let (hears, sees) = (io::stdin().is_terminal(), io::stderr().is_terminal());
    if !hears && !sees {
        return None;
    }
    let own = || -> io::Result<(File, File)> {
        let terminal = OpenOptions::new().read(true).write(true).open("/dev/tty")?;
        Ok((terminal.try_clone()?, terminal))
    };
    match own() {
        Ok((from, to)) => Some((Box::new(BufReader::new(from)), Box::new(to))),
        Err(_) if hears && sees => Some((Box::new(BufReader::new(io::stdin())), Box::new(io::stderr()))),
        Err(_) => None,
    }
}

fn ask_on(wanted: &CodeWanted, from: &mut dyn BufRead, to: &mut dyn Write) -> io::Result<Reply> {
    let CodeWanted { profile, role, serial, mistake } = wanted;
    match mistake {
        Some(mistake) => writeln!(to, "ringfort: AWS did not take the code: {mistake}")?,
        None => writeln!(to, "ringfort: profile `{profile}` assumes {role} with an MFA code; an empty line gives up")?,
    }
    loop {
        write!(to, "MFA code of {serial}: ")?;
        to.flush()?;
        let mut line = String::new();
        if from.read_line(&mut line)? == 0 || line.trim().is_empty() {
            return Ok(Reply::Later(Text::new("run this again to give it")));
        }
        match MfaCode::parse(&line) {
            Ok(code) => return Ok(Reply::Code(code)),
            Err(mistake) => writeln!(to, "ringfort: {mistake}")?,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::ask_on;
    use crate::fetch::{CodeWanted, MfaCode, Reply};
    use crate::model::Text;

    fn asked(typed: &str, mistake: Option<&str>) -> (Reply, String) {
        let wanted = CodeWanted {
            profile: Text::new("prod"),
            role: Text::new("arn:role"),
            serial: Text::new("arn:mfa/me"),
            mistake: mistake.map(Text::new),
        };
        let mut shown = Vec::new();
        let reply = ask_on(&wanted, &mut typed.as_bytes(), &mut shown).expect("a terminal");
        (reply, String::from_utf8(shown).expect("UTF-8"))
    }

    #[test]
    fn who_asks_for_which_device_is_said_and_a_typing_mistake_is_asked_again() {
        let (reply, shown) = asked("12345\n123456\n", None);
        assert_eq!(reply, Reply::Code(MfaCode::parse("123456").expect("a code")));
        assert!(shown.contains("profile `prod` assumes arn:role") && shown.contains("six digits"), "{shown}");
        assert_eq!(shown.matches("MFA code of arn:mfa/me: ").count(), 2);
    }

    #[test]
    fn what_aws_said_is_shown_and_an_empty_line_or_the_end_gives_up() {
        for typed in ["\n", ""] {
            let (reply, shown) = asked(typed, Some("invalid"));
            assert!(matches!(reply, Reply::Later(_)) && shown.contains("did not take the code: invalid"), "{shown}");
        }
    }
}
