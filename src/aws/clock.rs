//! A clock that is wrong: how far, as AWS's answers tell it.

use std::fmt;
use std::time::SystemTime;

use aws_smithy_runtime_api::http::Headers;
use aws_smithy_types::DateTime;
use aws_smithy_types::date_time::Format;

/// Signatures are good for five minutes to either side; the SDK calls a clock wrong from four on (`aws-runtime`,
/// `service_clock_skew.rs`).
const TOLERANCE: u64 = 4 * 60;

/// How far this machine's clock is from AWS's: always more than a signature forgives. As text it is the rest of a sentence
/// about the clock, such as `3 h 5 min behind`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClockSkew {
    /// By how many seconds AWS is ahead of this machine.
    seconds: i64,
}

impl ClockSkew {
    pub(super) fn of_seconds(seconds: i64) -> Option<Self> {
        (seconds.unsigned_abs() > TOLERANCE).then_some(Self { seconds })
    }

    /// From the words of a refusal: "Signature expired: OURS is now earlier than LIMIT (THEIRS - 5 min.)", or "Signature not
    /// yet current: OURS is still later than LIMIT (THEIRS + 5 min.)".
    pub(super) fn of_message(message: &str) -> Option<Self> {
        let words = message.split(|c: char| !c.is_ascii_alphanumeric());
        let mut times = words.filter_map(|word| jiff::civil::DateTime::strptime("%Y%m%dT%H%M%SZ", word).ok());
        let (ours, theirs) = (times.next()?, times.next_back()?);
        Self::of_seconds(theirs.duration_since(ours).as_secs())
    }
}

impl fmt::Display for ClockSkew {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let minutes = (self.seconds.unsigned_abs() + 30) / 60;
        let (days, hours, minutes) = (minutes / 1440, minutes / 60 % 24, minutes % 60);
        let parts = [(days, "d"), (hours, "h"), (minutes, "min")];
        let mut said = parts.into_iter().filter(|(number, _)| *number > 0).map(|(number, unit)| format!("{number} {unit}"));
        let far = said.by_ref().take(2).collect::<Vec<_>>().join(" ");
        write!(f, "{far} {}", if self.seconds > 0 { "behind" } else { "ahead" })
    }
}

/// Whether the words say that the time is why a signature is refused.
pub(super) fn blames_time(code: &str, message: &str) -> bool {
    code == "RequestTimeTooSkewed" || message.contains("Signature expired") || message.contains("Signature not yet current")
}

/// The answer's time in seconds since 1970; none for an answer without a time, or from a cache.
pub(super) fn told(headers: &Headers) -> Option<i64> {
    if headers.get("age").is_some() {
        return None;
    }
    Some(DateTime::from_str(headers.get("date")?, Format::HttpDate).ok()?.secs())
}

/// By how many seconds this time is ahead of ours.
pub(super) fn seconds_ahead(told: i64) -> i64 {
    told - DateTime::from(SystemTime::now()).secs()
}

#[cfg(test)]
mod tests {
    use super::ClockSkew;

    fn said(seconds: i64) -> Option<String> {
        ClockSkew::of_seconds(seconds).map(|skew| skew.to_string())
    }

    #[test]
    fn a_skew_is_said_in_two_units_and_only_if_signatures_suffer() {
        assert_eq!(said(-200), None);
        assert_eq!(said(i64::MIN).map(|text| text.ends_with("ahead")), Some(true));
        assert_eq!(said(11_099).as_deref(), Some("3 h 5 min behind"));
        assert_eq!(said(-600).as_deref(), Some("10 min ahead"));
        assert_eq!(said(2 * 86_400 + 3600 + 60).as_deref(), Some("2 d 1 h behind"));
    }

    #[test]
    fn a_refusal_tells_the_skew_by_its_times() {
        let late = "Signature expired: 20260105T090000Z is now earlier than 20260105T115500Z (20260105T120000Z - 5 min.)";
        assert_eq!(ClockSkew::of_message(late).map(|skew| skew.to_string()).as_deref(), Some("3 h behind"));
        let early = "Signature not yet current: 20260105T090000Z is still later than 20260105T080500Z (20260105T080000Z + 5 min.)";
        assert_eq!(ClockSkew::of_message(early).map(|skew| skew.to_string()).as_deref(), Some("1 h ahead"));
        assert_eq!(ClockSkew::of_message("Signature expired"), None);
    }
}
