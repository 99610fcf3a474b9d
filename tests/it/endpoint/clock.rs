//! A service whose clock is not the client's: it looks at the time of each signature as AWS does.

use jiff::{SignedDuration, Timestamp};

const TOLERANCE: SignedDuration = SignedDuration::from_mins(5);
const SIGNED: &str = "%Y%m%dT%H%M%SZ";

/// What it refuses a signature of this time with; `None` when the time will do.
pub(super) fn refusal(signed_at: Option<&str>, ahead: SignedDuration) -> Option<String> {
    let ours = jiff::civil::DateTime::strptime(SIGNED, signed_at?).ok()?.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp();
    let theirs = Timestamp::now() + ahead;
    let at = |time: Timestamp| time.strftime(SIGNED).to_string();
    if ours < theirs - TOLERANCE {
        let limit = at(theirs - TOLERANCE);
        return Some(format!("Signature expired: {} is now earlier than {limit} ({} - 5 min.)", at(ours), at(theirs)));
    }
    let limit = at(theirs + TOLERANCE);
    (ours > theirs + TOLERANCE)
        .then(|| format!("Signature not yet current: {} is still later than {limit} ({} + 5 min.)", at(ours), at(theirs)))
}

/// The `Date` header of its answers.
pub(super) fn date(ahead: SignedDuration) -> String {
    (Timestamp::now() + ahead).strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()
}
