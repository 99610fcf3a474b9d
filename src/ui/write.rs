//! Writing words and numbers into cells: cutting by columns, short numbers, ages, durations.

use std::borrow::Cow;
use std::time::Duration;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

use super::look::Look;
use crate::model::Timestamp;

/// Whether the terminal shows ASCII only.
pub(super) fn is_ascii(look: &Look) -> bool {
    look.glyphs().rule.is_ascii()
}

/// The text in at most `width` columns; where it was cut stands an ellipsis.
pub(super) fn cut<'a>(text: &'a str, width: usize, look: &Look) -> Cow<'a, str> {
    if text.width() <= width {
        return text.into();
    }
    let ellipsis = look.glyphs().ellipsis;
    let Some(room) = width.checked_sub(ellipsis.width()) else { return "".into() };
    let mut kept = 0;
    let mut used = 0;
    for (at, grapheme) in text.grapheme_indices(true) {
        used += grapheme.width();
        if used > room {
            break;
        }
        kept = at + grapheme.len();
    }
    format!("{}{ellipsis}", &text[..kept]).into()
}

/// The title in at most `width` columns: shortened by whole words before anything is cut.
pub(super) fn cut_title(title: &str, width: usize, look: &Look) -> String {
    if title.width() <= width {
        return title.to_owned();
    }
    let short = title.replace(" and ", " & ").replace(", & ", ", ");
    if short.width() <= width {
        return short;
    }
    let ellipsis = look.glyphs().ellipsis;
    let mut kept = String::new();
    for word in short.split(' ') {
        let next = if kept.is_empty() { word.to_owned() } else { format!("{kept} {word}") };
        if next.trim_end_matches([',', '&']).width() + ellipsis.width() > width {
            break;
        }
        kept = next;
    }
    let kept = kept.trim_end_matches([',', '&', ' ']);
    if kept.is_empty() { cut(title, width, look).into_owned() } else { format!("{kept}{ellipsis}") }
}

/// Writes at a place, within the area; the column after the text.
pub(super) fn put(buffer: &mut Buffer, area: Rect, x: u16, y: u16, text: &str, style: Style) -> u16 {
    if y < area.y || y >= area.bottom() || x >= area.right() || x < area.x {
        return x;
    }
    buffer.set_stringn(x, y, text, (area.right() - x) as usize, style).0
}

/// Writes so that the text ends before column `right`.
pub(super) fn put_right(buffer: &mut Buffer, area: Rect, right: u16, y: u16, text: &str, style: Style) -> u16 {
    let x = right.saturating_sub(text.width() as u16).max(area.x);
    put(buffer, area, x, y, text, style);
    x
}

/// Fills the rest of a line.
pub(super) fn rule(buffer: &mut Buffer, area: Rect, from: u16, to: u16, y: u16, sign: &str, style: Style) {
    for x in from..to {
        put(buffer, area, x, y, sign, style);
    }
}

/// A number in at most four columns: `999`, `1.2k`, `12k`, `1.2M`.
pub(super) fn short(number: u64) -> String {
    match number {
        0..1_000 => number.to_string(),
        1_000..10_000 => format!("{}.{}k", number / 1_000, number % 1_000 / 100),
        10_000..1_000_000 => format!("{}k", number / 1_000),
        1_000_000..10_000_000 => format!("{}.{}M", number / 1_000_000, number % 1_000_000 / 100_000),
        _ => format!("{}M", number / 1_000_000),
    }
}

/// A number with its thousands apart: `12 345`.
pub(super) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() * 4 / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(' ');
        }
        text.push(digit);
    }
    text
}

/// Time since `then`, in at most four columns; nothing where it is not known.
pub(super) fn age(now: Timestamp, then: Option<Timestamp>) -> String {
    let Some(then) = then else { return String::new() };
    let seconds = (now.as_second() - then.as_second()).max(0);
    match seconds {
        0..60 => "now".to_owned(),
        60..3_600 => format!("{}m", seconds / 60),
        3_600..86_400 => format!("{}h", seconds / 3_600),
        86_400..31_536_000 => format!("{}d", seconds / 86_400),
        _ => format!("{}y", seconds / 31_536_000),
    }
}

/// A duration in at most five columns.
pub(super) fn duration(duration: Duration) -> String {
    let millis = duration.as_millis();
    match millis {
        0 => String::new(),
        1..100 => "0.1s".to_owned(),
        100..10_000 => format!("{}.{}s", millis / 1_000, millis % 1_000 / 100),
        10_000..60_000 => format!("{}s", millis / 1_000),
        _ => format!("{}m{:02}s", millis / 60_000, millis / 1_000 % 60),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use unicode_width::UnicodeWidthStr;

    use super::{age, cut, cut_title, duration, grouped, short};
    use crate::model::Timestamp;
    use crate::ui::look::Look;

    #[test]
    fn text_is_cut_by_columns_never_inside_a_character() {
        let look = Look::default();
        assert_eq!(cut("plain", 5, &look), "plain");
        assert_eq!(cut("plainer", 5, &look), "plai…");
        assert_eq!(cut("漢字漢字", 5, &look), "漢字…");
        assert_eq!(cut("漢字漢字", 4, &look).width(), 3);
        assert_eq!(cut("🦀🦀", 1, &look), "…");
        assert_eq!(cut("x", 0, &look), "");
    }

    #[test]
    fn titles_lose_whole_words() {
        let look = Look::default();
        assert_eq!(cut_title("Threat detection and response", 27, &look), "Threat detection & response");
        assert_eq!(cut_title("Threat detection and response", 20, &look), "Threat detection…");
        assert_eq!(cut_title("Policies, procedures, awareness", 23, &look), "Policies, procedures…");
        assert_eq!(cut_title("Infrastructure", 8, &look), "Infrast…");
    }

    #[test]
    fn numbers_stay_short() {
        for (number, text) in [(0, "0"), (999, "999"), (1_234, "1.2k"), (12_345, "12k"), (999_999, "999k"), (1_250_000, "1.2M")] {
            assert_eq!(short(number), text);
        }
        assert_eq!(grouped(1_234_567), "1 234 567");
        assert_eq!(grouped(100), "100");
    }

    #[test]
    fn times_stay_short() {
        let now = Timestamp::from_second(2_000_000_000).expect("a time");
        let ago = |seconds: i64| Timestamp::from_second(2_000_000_000 - seconds).ok();
        for (seconds, text) in [(5, "now"), (-5, "now"), (90, "1m"), (7_200, "2h"), (86_400 * 400, "1y"), (86_400 * 12, "12d")] {
            assert_eq!(age(now, ago(seconds)), text);
        }
        assert_eq!(age(now, None), "");
        for (millis, text) in [(0, ""), (20, "0.1s"), (1_250, "1.2s"), (12_000, "12s"), (75_000, "1m15s")] {
            assert_eq!(duration(Duration::from_millis(millis)), text);
        }
    }
}
