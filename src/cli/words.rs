//! Reading single values, and saying what would have been right.

use std::time::Duration;

use super::args::Feature;
use crate::model::{AccountId, Severity, Source};
use crate::report::Format;

/// The candidate that `word` was probably meant to be.
pub(super) fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let word = word.to_lowercase();
    let close = |candidate: &str| strsim::damerau_levenshtein(&word, candidate) <= 2 || (word.len() > 2 && candidate.starts_with(&word));
    let rank = |candidate: &&str| strsim::damerau_levenshtein(&word, candidate);
    candidates.into_iter().filter(|candidate| close(candidate)).min_by_key(rank)
}

/// ``there is no source `x`; did you mean `y`? Sources: a, b, c``.
pub(super) fn unknown(kind: &str, word: &str, candidates: &[&str]) -> String {
    let hint = nearest(word, candidates.iter().copied()).map(|near| format!("did you mean `{near}`? ")).unwrap_or_default();
    let word = crate::model::Text::new(word);
    format!("there is no {kind} `{word}`; {hint}choose one of: {}", candidates.join(", "))
}

pub(super) fn source(word: &str) -> Result<Source, String> {
    let word = word.trim();
    Source::from_slug(&word.to_ascii_lowercase()).ok_or_else(|| unknown("source", word, &Source::ALL.map(Source::slug)))
}

pub(super) fn severity(word: &str) -> Result<Severity, String> {
    Severity::from_word(word.trim()).ok_or_else(|| unknown("severity", word, &Severity::ALL.map(Severity::slug)))
}

pub(super) fn format(word: &str) -> Result<Format, String> {
    Format::from_slug(&word.to_ascii_lowercase()).ok_or_else(|| unknown("format", word, &Format::ALL.map(Format::slug)))
}

/// Twelve digits.
pub(super) fn account(word: &str) -> Result<AccountId, String> {
    let word = word.trim();
    if word.len() == 12 && word.bytes().all(|byte| byte.is_ascii_digit()) {
        return Ok(AccountId::new(word));
    }
    Err(format!("`{}` is no account id, which has twelve digits", crate::model::Text::new(word)))
}

/// A role's name, with its path where it has one.
pub(super) fn role(word: &str) -> Result<String, String> {
    let word = word.trim().trim_start_matches('/');
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"+=,.@_-/".contains(&byte);
    if !word.is_empty() && word.bytes().all(fits) {
        return Ok(word.to_owned());
    }
    Err(format!("`{}` is no role's name; write SecurityAudit, or path/SecurityAudit, not an ARN", crate::model::Text::new(word)))
}

pub(super) fn feature(word: &str) -> Result<Feature, String> {
    let word = word.trim();
    let found = Feature::ALL.into_iter().find(|feature| feature.slug() == word.to_ascii_lowercase());
    found.ok_or_else(|| unknown("feature", word, &Feature::ALL.map(Feature::slug)))
}

/// Reads `30s`, `5m`, `1h30m`, `500ms`.
pub(super) fn duration(word: &str) -> Result<Duration, String> {
    let wrong =
        || format!("`{}` is not a time; write a number with a unit (ms, s, m, h), such as 30s or 5m", crate::model::Text::new(word));
    let mut rest = word.trim();
    let mut total = Duration::ZERO;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit()).ok_or_else(wrong)?;
        let number: u64 = rest[..digits].parse().map_err(|_| wrong())?;
        let tail = &rest[digits..];
        let unit = tail.find(|c: char| c.is_ascii_digit()).unwrap_or(tail.len());
        let milliseconds = match &tail[..unit] {
            "ms" => 1,
            "s" => 1000,
            "m" => 60_000,
            "h" => 3_600_000,
            _ => return Err(wrong()),
        };
        total = number.checked_mul(milliseconds).and_then(|part| total.checked_add(Duration::from_millis(part))).ok_or_else(wrong)?;
        rest = &tail[unit..];
    }
    if total.is_zero() { Err(wrong()) } else { Ok(total) }
}

#[cfg(test)]
mod tests {
    use super::{duration, severity, source};
    use std::time::Duration;

    #[test]
    fn durations_have_units() {
        assert_eq!(duration("1m30s"), Ok(Duration::from_secs(90)));
        assert_eq!(duration("500ms"), Ok(Duration::from_millis(500)));
        for wrong in ["", "30", "s", "5 m", "-1s", "0s", "5x", "99999999999999999999s", "3é"] {
            assert!(duration(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_mistake_names_the_word_and_the_way_out() {
        let message = source("guarduty").expect_err("no such source");
        assert!(message.contains("`guarduty`") && message.contains("did you mean `guardduty`?"), "{message}");
        assert!(severity("hihg").expect_err("no such severity").contains("did you mean `high`?"));
    }
}
