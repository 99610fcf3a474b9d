//! Reading the time formats of the services (see the wire formats in each service's model).

use super::Timestamp;

/// Reads an RFC 3339 time with `Z` or an offset, with or without a colon in it, up to nanoseconds. The epoch itself counts
/// as absent: the services' default for a missing member.
#[must_use]
pub fn parse_timestamp(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    text.parse::<Timestamp>().ok().filter(|time| time.as_second() != 0)
}

/// Reads epoch seconds with fraction. Zero, negative and absurd values (a millisecond value taken for seconds) count as
/// absent.
#[must_use]
pub fn timestamp_from_epoch(seconds: f64) -> Option<Timestamp> {
    if !seconds.is_finite() || seconds <= 0.0 {
        return None;
    }
    // Beyond the year 5138 it can only be milliseconds.
    let millis = if seconds >= 1.0e11 { seconds } else { seconds * 1000.0 };
    Timestamp::from_millisecond(millis.round() as i64).ok()
}

#[cfg(test)]
mod tests {
    use super::{Timestamp, parse_timestamp, timestamp_from_epoch};

    #[test]
    fn every_wire_form_is_read() {
        for text in ["2023-05-01T10:00:00Z", "2023-05-01T12:00:00+02:00", "2023-05-01T12:00:00+0200", "2023-05-01T10:00:00.000000000Z"] {
            assert_eq!(parse_timestamp(text).map(Timestamp::as_second), Some(1_682_935_200), "{text}");
        }
        assert_eq!(timestamp_from_epoch(1_682_935_200.25).map(Timestamp::as_millisecond), Some(1_682_935_200_250));
        assert_eq!(timestamp_from_epoch(1_682_935_200_250.0).map(Timestamp::as_millisecond), Some(1_682_935_200_250));
    }

    #[test]
    fn nonsense_and_the_epoch_are_absent() {
        for text in ["", "yesterday", "1970-01-01T00:00:00Z"] {
            assert_eq!(parse_timestamp(text), None, "{text}");
        }
        for seconds in [0.0, -5.0, f64::NAN, f64::INFINITY, 1e300] {
            assert_eq!(timestamp_from_epoch(seconds), None, "{seconds}");
        }
    }
}
