//! Reading the values of a query: words of a few, durations, times, numbers, yes and no. Errors are sentences for the user.

use std::ops::Range;

use jiff::{SignedDuration, civil, tz::TimeZone};

use super::pattern::Pattern;
use crate::model::{Timestamp, parse_timestamp};

/// A way in which a value can name a word, which has a title.
type Way<'a> = dyn Fn(&str, &str) -> bool + 'a;

/// The positions of the words that `value` names: exactly one, or all that a wildcard takes.
///
/// A word is named by itself, its number (of a layer), its initials, or an unambiguous beginning of it or of one of its parts.
pub(super) fn words(value: &str, what: &str, known: &[(&str, &str)], numbered: bool) -> Result<Vec<usize>, String> {
    let value = value.to_lowercase();
    if value.contains(['*', '?']) {
        let pattern = Pattern::glob(&value);
        let found = positions(known, |word, _| pattern.matches(word));
        return if found.is_empty() { Err(unknown(&value, what, known)) } else { Ok(found) };
    }
    if numbered && let Ok(number) = value.parse::<usize>() {
        return if (1..=known.len()).contains(&number) {
            Ok(vec![number - 1])
        } else {
            Err(format!("there is no {what} {number}: they are numbered 1 to {}", known.len()))
        };
    }
    let plain = value.replace(['-', '_', ' '], "");
    let ways: [&Way; 4] = [
        &|word, _| word.replace('-', "") == plain,
        &|_, title| title.chars().filter(char::is_ascii_uppercase).collect::<String>().eq_ignore_ascii_case(&plain),
        &|word, _| word.starts_with(&value) || word.replace('-', "").starts_with(&plain),
        &|word, _| word.split('-').any(|part| part.starts_with(&value)),
    ];
    for way in ways {
        match positions(known, way).as_slice() {
            [] => {}
            [one] => return Ok(vec![*one]),
            several => {
                let names: Vec<_> = several.iter().map(|position| known[*position].0).collect();
                return Err(format!("`{value}` could be {}", names.join(" or ")));
            }
        }
    }
    Err(unknown(&value, what, known))
}

fn positions(known: &[(&str, &str)], test: impl Fn(&str, &str) -> bool) -> Vec<usize> {
    known.iter().enumerate().filter(|(_, (word, title))| test(word, title)).map(|(position, _)| position).collect()
}

fn unknown(value: &str, what: &str, known: &[(&str, &str)]) -> String {
    let all: Vec<_> = known.iter().map(|(word, _)| *word).collect();
    match nearest(value, all.iter().copied()) {
        Some(near) => format!("there is no {what} `{value}`: did you mean `{near}`?"),
        None => format!("there is no {what} `{value}`: it is one of {}", all.join(", ")),
    }
}

/// The known name that was probably meant.
pub(super) fn nearest<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let name = name.to_lowercase();
    // A mistake in three characters.
    let is_near = |distance: usize, known: &str| {
        let shorter = known.chars().count().min(name.chars().count());
        distance <= (shorter / 3).max(1) && distance < shorter
    };
    known
        .map(|known| (strsim::damerau_levenshtein(&name, known), known))
        .filter(|(distance, known)| is_near(*distance, known))
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, known)| known)
}

/// A duration: a number and one of `s m h d w y` (minutes, weeks, years of 365 days).
pub(super) fn duration(value: &str) -> Option<SignedDuration> {
    let split = value.find(|c: char| !(c.is_ascii_digit() || c == '.'))?;
    let number: f64 = value[..split].parse().ok()?;
    let unit = match value[split..].to_ascii_lowercase().as_str() {
        "s" | "sec" | "second" | "seconds" => 1.0,
        "m" | "min" | "minute" | "minutes" => 60.0,
        "h" | "hour" | "hours" => 3600.0,
        "d" | "day" | "days" => 86400.0,
        "w" | "week" | "weeks" => 7.0 * 86400.0,
        "y" | "year" | "years" => 365.0 * 86400.0,
        _ => return None,
    };
    // A thousand years: more overflows the arithmetic of times, and means "ever" anyway.
    Some(SignedDuration::from_secs_f64((number * unit).min(3.2e10)))
}

/// A date (its whole day, UTC) or a time in RFC 3339 (its second).
pub(super) fn time(value: &str) -> Option<Range<Timestamp>> {
    let (start, length) = match value.parse::<civil::Date>() {
        Ok(date) if value.len() <= 10 => (date.to_zoned(TimeZone::UTC).ok()?.timestamp(), SignedDuration::from_hours(24)),
        _ => (parse_timestamp(&value.to_uppercase())?, SignedDuration::from_secs(1)),
    };
    Some(start..start.checked_add(length).ok()?)
}

/// A number; `50%` is 0.5.
pub(super) fn number(value: &str) -> Option<f64> {
    let number = match value.strip_suffix('%') {
        Some(percent) => percent.parse::<f64>().ok()? / 100.0,
        None => value.parse().ok()?,
    };
    number.is_finite().then_some(number)
}

/// Yes or no.
pub(super) fn yes_no(value: &str) -> Option<bool> {
    match value.to_ascii_lowercase().as_str() {
        "yes" | "y" | "true" | "1" => Some(true),
        "no" | "n" | "false" | "0" => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{duration, nearest, number, time, words, yes_no};

    const SOURCES: [(&str, &str); 3] =
        [("guardduty", "GuardDuty"), ("access-analyzer", "Access Analyzer"), ("security-hub", "Security Hub")];

    #[test]
    fn a_word_is_named_in_any_way_that_is_not_ambiguous() {
        for (value, expected) in [
            ("guardduty", 0),
            ("Guard", 0),
            ("gd", 0),
            ("aa", 1),
            ("accessanalyzer", 1),
            ("access_analyzer", 1),
            ("analyzer", 1),
            ("hub", 2),
            ("sec", 2),
            ("SH", 2),
        ] {
            assert_eq!(words(value, "source", &SOURCES, false), Ok(vec![expected]), "{value}");
        }
        assert_eq!(words("*-*", "source", &SOURCES, false), Ok(vec![1, 2]));
        assert_eq!(words("2", "layer", &SOURCES, true), Ok(vec![1]));
    }

    #[test]
    fn a_word_that_names_nothing_gets_help() {
        let layers = [("data-protection", ""), ("application-protection", "")];
        for (value, expected) in [
            ("protection", "`protection` could be data-protection or application-protection"),
            ("data-protecton", "there is no layer `data-protecton`: did you mean `data-protection`?"),
            ("zzz", "there is no layer `zzz`: it is one of data-protection, application-protection"),
            ("3", "there is no layer 3: they are numbered 1 to 2"),
        ] {
            assert_eq!(words(value, "layer", &layers, true), Err(expected.to_owned()), "{value}");
        }
    }

    #[test]
    fn durations_times_numbers_and_flags_are_read() {
        assert_eq!(duration("90m").map(|d| d.as_secs()), Some(5400));
        assert_eq!(duration("1.5d").map(|d| d.as_secs()), Some(129_600));
        for bad in ["", "7", "d", "7x", "-1d", "1e9d", "٣d"] {
            assert_eq!(duration(bad), None, "{bad}");
        }
        let day = time("2026-01-31").expect("a date");
        assert_eq!(day.end.as_second() - day.start.as_second(), 86400);
        assert_eq!(time("2026-01-31T10:00:00Z").map(|t| t.start.as_second()), Some(1_769_853_600));
        assert_eq!((time("31.1.2026"), time("9999-12-31")), (None, None));
        assert_eq!((number("50%"), number("9.8"), number("inf"), number("x")), (Some(0.5), Some(9.8), None, None));
        assert_eq!((yes_no("YES"), yes_no("0"), yes_no("maybe")), (Some(true), Some(false), None));
    }

    #[test]
    fn the_nearest_name_is_near() {
        assert_eq!(nearest("sorce", ["source", "side"].into_iter()), Some("source"));
        assert_eq!(nearest("recon", ["region", "account"].into_iter()), None);
    }
}
