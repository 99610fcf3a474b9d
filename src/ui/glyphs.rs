//! The signs of the screen, in Unicode and in ASCII. Every sign is one column wide unless its comment says otherwise, and
//! each severity, side and state has its own shape, so that colour is never the only carrier.

use ratatui::symbols::border;

use crate::model::{LaneState, Severity, Side};

/// A set of signs.
#[derive(Debug, PartialEq, Eq)]
pub struct Glyphs {
    severity: [&'static str; 6],
    side: [&'static str; 3],
    state: [&'static str; 8],
    /// A bar's cell, empty to full in eighths.
    pub bar: [&'static str; 9],
    /// The part of a bar that nothing fills.
    pub bar_empty: &'static str,
    /// Before something that is unfolded.
    pub open: &'static str,
    /// Before something that is folded.
    pub closed: &'static str,
    /// Between breadcrumbs.
    pub crumb: &'static str,
    /// Between things on one line.
    pub dot: &'static str,
    /// Before a list's item.
    pub bullet: &'static str,
    /// Where text was cut.
    pub ellipsis: &'static str,
    /// Before a number that may still grow; two columns in ASCII.
    pub at_least: &'static str,
    /// Before the row that the cursor is on.
    pub cursor: &'static str,
    /// Before a row that is marked.
    pub marked: &'static str,
    /// Sorted ascending; grown.
    pub up: &'static str,
    /// Sorted descending; shrunk.
    pub down: &'static str,
    /// More to the left, or back.
    pub left: &'static str,
    /// More to the right, or from here to there.
    pub right: &'static str,
    /// A rule across the screen.
    pub rule: &'static str,
    /// A rule from top to bottom.
    pub pipe: &'static str,
    /// The scroll bar's thumb.
    pub thumb: &'static str,
    /// The scroll bar's track.
    pub track: &'static str,
    /// One picture after the other while something goes on.
    pub spinner: &'static [&'static str],
    /// A pane's border.
    pub border: border::Set<'static>,
}

/// The signs for terminals that show Unicode.
pub static UNICODE: Glyphs = Glyphs {
    severity: ["◆", "▲", "■", "●", "○", "?"],
    side: ["◧", "◫", "◨"],
    state: ["·", "◌", "✓", "◑", "–", "⊘", "∅", "✗"],
    bar: [" ", "▏", "▎", "▍", "▌", "▋", "▊", "▉", "█"],
    bar_empty: "░",
    open: "▾",
    closed: "▸",
    crumb: "›",
    dot: "·",
    bullet: "•",
    ellipsis: "…",
    at_least: "≥",
    cursor: "▌",
    marked: "✱",
    up: "↑",
    down: "↓",
    left: "←",
    right: "→",
    rule: "─",
    pipe: "│",
    thumb: "┃",
    track: "│",
    spinner: &["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"],
    border: border::ROUNDED,
};

/// The signs for every other terminal.
pub static ASCII: Glyphs = Glyphs {
    severity: ["C", "H", "M", "L", "I", "?"],
    side: ["<", "=", ">"],
    state: [".", "*", "+", "~", "-", "!", "/", "x"],
    bar: [" ", ".", ".", ":", ":", "=", "=", "#", "#"],
    bar_empty: ".",
    open: "v",
    closed: ">",
    crumb: ">",
    dot: "-",
    bullet: "*",
    ellipsis: "~",
    at_least: ">=",
    cursor: ">",
    marked: "*",
    up: "^",
    down: "v",
    left: "<",
    right: ">",
    rule: "-",
    pipe: "|",
    thumb: "#",
    track: "|",
    spinner: &["|", "/", "-", "\\"],
    border: border::Set {
        top_left: "+",
        top_right: "+",
        bottom_left: "+",
        bottom_right: "+",
        vertical_left: "|",
        vertical_right: "|",
        horizontal_top: "-",
        horizontal_bottom: "-",
    },
};

impl Glyphs {
    /// The set: ASCII, or Unicode.
    #[must_use]
    pub fn set(ascii: bool) -> &'static Self {
        if ascii { &ASCII } else { &UNICODE }
    }

    /// The severity's shape.
    #[must_use]
    pub fn severity(&self, severity: Severity) -> &'static str {
        self.severity[severity.index()]
    }

    /// The side's shape.
    #[must_use]
    pub fn side(&self, side: Side) -> &'static str {
        self.side[side as usize]
    }

    /// The state's shape; while a lane is loading, a picture of [`Glyphs::spinner`] may stand instead.
    #[must_use]
    pub fn state(&self, state: LaneState) -> &'static str {
        self.state[state as usize]
    }

    /// The picture of the spinner at this tick.
    #[must_use]
    pub fn spinner_at(&self, tick: usize) -> &'static str {
        self.spinner[tick % self.spinner.len()]
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use unicode_width::UnicodeWidthStr;

    use super::{ASCII, Glyphs, UNICODE};
    use crate::model::{LaneState, Severity, Side};

    fn signs(glyphs: &Glyphs) -> Vec<&'static str> {
        let single = [
            glyphs.bar_empty,
            glyphs.open,
            glyphs.closed,
            glyphs.crumb,
            glyphs.dot,
            glyphs.bullet,
            glyphs.ellipsis,
            glyphs.cursor,
            glyphs.marked,
            glyphs.up,
            glyphs.down,
            glyphs.left,
            glyphs.right,
            glyphs.rule,
            glyphs.pipe,
            glyphs.thumb,
            glyphs.track,
        ];
        let kinds = glyphs.severity.into_iter().chain(glyphs.side).chain(glyphs.state);
        single.into_iter().chain(kinds).chain(glyphs.bar).chain(glyphs.spinner.iter().copied()).collect()
    }

    #[test]
    fn every_sign_is_one_column_wide() {
        for sign in signs(&UNICODE).into_iter().chain(signs(&ASCII)) {
            assert_eq!(sign.width(), 1, "{sign:?}");
        }
    }

    #[test]
    fn the_ascii_set_is_ascii() {
        assert!(signs(&ASCII).iter().all(|sign| sign.is_ascii()));
        assert!(ASCII.at_least.is_ascii());
    }

    #[test]
    fn severities_sides_and_states_each_have_their_own_shape() {
        for glyphs in [&UNICODE, &ASCII] {
            let severities: HashSet<_> = Severity::ALL.map(|severity| glyphs.severity(severity)).into_iter().collect();
            let sides: HashSet<_> = Side::ALL.map(|side| glyphs.side(side)).into_iter().collect();
            let states: HashSet<_> = LaneState::ALL.map(|state| glyphs.state(state)).into_iter().collect();
            assert_eq!((severities.len(), sides.len(), states.len()), (6, 3, 8));
        }
    }
}
