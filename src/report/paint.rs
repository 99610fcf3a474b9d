//! Colour in text reports: the terminal's own sixteen, and only where the caller says so.

use std::cmp::Ordering;

use crate::model::{LaneState, Severity};

/// How text reports look.
#[derive(Clone, Copy, Debug)]
pub struct Paint {
    /// Whether to colour.
    pub color: bool,
    /// Whether to use ASCII only.
    pub ascii: bool,
    /// The columns of the screen; 80 where nothing is known.
    pub width: usize,
}

impl Default for Paint {
    fn default() -> Self {
        Self { color: false, ascii: false, width: 80 }
    }
}

impl Paint {
    fn sgr(self, code: &str, text: &str) -> String {
        if self.color && !text.is_empty() { format!("\x1b[{code}m{text}\x1b[0m") } else { text.to_owned() }
    }

    pub(super) fn strong(self, text: &str) -> String {
        self.sgr("1", text)
    }

    pub(super) fn faint(self, text: &str) -> String {
        self.sgr("2", text)
    }

    pub(super) fn good(self, text: &str) -> String {
        self.sgr("32", text)
    }

    pub(super) fn bad(self, text: &str) -> String {
        self.sgr("1;31", text)
    }

    pub(super) fn severity(self, severity: Severity, text: &str) -> String {
        let code = match severity {
            Severity::Critical => "1;31",
            Severity::High => "31",
            Severity::Medium => "33",
            Severity::Low => "36",
            Severity::Informational => "2",
            Severity::Unknown => "35",
        };
        self.sgr(code, text)
    }

    /// The sign of a priority that is not the severity.
    pub(super) fn moved(self, severity: Severity, priority: Severity) -> &'static str {
        match priority.cmp(&severity) {
            Ordering::Equal => "",
            Ordering::Greater if self.ascii => "^",
            Ordering::Greater => "\u{2191}",
            Ordering::Less if self.ascii => "v",
            Ordering::Less => "\u{2193}",
        }
    }

    pub(super) fn state(self, state: LaneState, text: &str) -> String {
        let code = match state {
            LaneState::Complete => "32",
            LaneState::NotEnabled | LaneState::Pending | LaneState::Loading => "2",
            LaneState::Partial | LaneState::Unavailable => "33",
            LaneState::Denied | LaneState::Failed => "31",
        };
        self.sgr(code, text)
    }

    /// What stands where text was cut.
    pub(super) const fn ellipsis(self) -> &'static str {
        if self.ascii { "..." } else { "…" }
    }
}
