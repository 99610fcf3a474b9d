//! The theme picker: moving the cursor changes the look at once; leaving without a choice brings the old one back.

/// What a key asks of the picker.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ThemeAction {
    /// One down, around the end.
    Down,
    /// One up, around the end.
    Up,
    /// To the first.
    Top,
    /// To the last.
    Bottom,
    /// Keep the theme at the cursor.
    Accept,
    /// Go back to the theme that was in use.
    Cancel,
}

/// What the picker asks of the caller.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ThemeOutcome {
    /// Look like this theme for now.
    Preview(String),
    /// Close, and look like this theme from now on.
    Keep(String),
    /// Close, and look like this theme again: it was in use before.
    Restore(String),
}

/// The state of the picker.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ThemePicker {
    names: Vec<String>,
    cursor: usize,
    original: String,
    error: Option<String>,
}

impl ThemePicker {
    /// The picker over these themes, the cursor on the one that is in use.
    #[must_use]
    pub fn new(names: Vec<String>, current: &str) -> Self {
        let cursor = names.iter().position(|name| name == current).unwrap_or(0);
        Self { names, cursor, original: current.to_owned(), error: None }
    }

    /// The themes that can be chosen.
    #[must_use]
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// The place of the cursor.
    #[must_use]
    pub fn cursor(&self) -> usize {
        self.cursor
    }

    /// Why the theme at the cursor cannot be used, if it cannot.
    #[must_use]
    pub fn error(&self) -> Option<&str> {
        self.error.as_deref()
    }

    /// The theme at the cursor cannot be used; the default one is shown.
    pub fn failed(&mut self, error: String) {
        self.error = Some(error);
    }

    /// Does what a key asks.
    pub fn apply(&mut self, action: ThemeAction) -> ThemeOutcome {
        let last = self.names.len().saturating_sub(1);
        self.cursor = match action {
            ThemeAction::Down if self.cursor >= last => 0,
            ThemeAction::Down => self.cursor + 1,
            ThemeAction::Up => self.cursor.checked_sub(1).unwrap_or(last),
            ThemeAction::Top => 0,
            ThemeAction::Bottom => last,
            ThemeAction::Cancel => return ThemeOutcome::Restore(self.original.clone()),
            ThemeAction::Accept => return ThemeOutcome::Keep(self.chosen()),
        };
        self.error = None;
        ThemeOutcome::Preview(self.chosen())
    }

    fn chosen(&self) -> String {
        self.names.get(self.cursor).unwrap_or(&self.original).clone()
    }
}

#[cfg(test)]
mod tests {
    use super::{ThemeAction as A, ThemeOutcome as O, ThemePicker};

    fn picker() -> ThemePicker {
        ThemePicker::new(["terminal", "dark", "light"].map(str::to_owned).to_vec(), "dark")
    }

    #[test]
    fn moving_previews_and_enter_keeps() {
        let mut picker = picker();
        assert_eq!(picker.apply(A::Down), O::Preview("light".into()));
        assert_eq!(picker.apply(A::Down), O::Preview("terminal".into()));
        assert_eq!(picker.apply(A::Up), O::Preview("light".into()));
        assert_eq!(picker.apply(A::Accept), O::Keep("light".into()));
    }

    #[test]
    fn leaving_brings_the_old_theme_back() {
        let mut picker = picker();
        picker.apply(A::Bottom);
        assert_eq!(picker.apply(A::Cancel), O::Restore("dark".into()));
    }

    #[test]
    fn a_mistake_is_told_until_the_cursor_moves_on() {
        let mut picker = picker();
        picker.failed("line 3: bad colour".into());
        assert_eq!(picker.error(), Some("line 3: bad colour"));
        picker.apply(A::Top);
        assert_eq!(picker.error(), None);
    }
}
