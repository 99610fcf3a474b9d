//! How the screen divides: what drawing and moving by pages must agree on.

/// The least columns and rows that anything fits in.
pub const LEAST: (u16, u16) = (40, 10);

/// The width of the screen, as far as the layout cares.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Width {
    /// 40 to 79 columns.
    Compact,
    /// 80 to 139 columns: one pane.
    One,
    /// 140 columns and more: list and finding side by side.
    Split,
}

/// Size of the terminal, in columns and rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size {
    /// Columns.
    pub columns: u16,
    /// Rows.
    pub rows: u16,
}

impl Default for Size {
    fn default() -> Self {
        Self { columns: 80, rows: 24 }
    }
}

impl Size {
    /// Whether it is too small to show anything.
    #[must_use]
    pub const fn is_too_small(self) -> bool {
        self.columns < LEAST.0 || self.rows < LEAST.1
    }

    /// Which of the three widths it is.
    #[must_use]
    pub const fn width(self) -> Width {
        match self.columns {
            0..80 => Width::Compact,
            80..140 => Width::One,
            _ => Width::Split,
        }
    }

    /// Rows of the merged list: all but the header, the query, the columns' heads, the count and the footer.
    #[must_use]
    pub const fn findings_rows(self) -> usize {
        self.rows.saturating_sub(FINDINGS_CHROME) as usize
    }

    /// Columns of the merged list.
    #[must_use]
    pub const fn list_columns(self) -> u16 {
        match self.width() {
            Width::Split => (self.columns as u32 * 56 / 100) as u16,
            _ => self.columns,
        }
    }

    /// Columns and rows of a finding on its own screen.
    #[must_use]
    pub const fn finding(self) -> (u16, u16) {
        (self.columns.saturating_sub(1), self.rows.saturating_sub(2))
    }

    /// Columns and rows of a finding beside the merged list, where there is room.
    #[must_use]
    pub fn preview(self) -> Option<(u16, u16)> {
        (self.width() == Width::Split).then(|| (self.columns - self.list_columns() - 2, self.rows.saturating_sub(2)))
    }

    /// Rows of the table of lanes: all but the header, the summary, the heads, the reason (four rows) and the footer.
    #[must_use]
    pub const fn coverage_rows(self) -> usize {
        self.rows.saturating_sub(COVERAGE_CHROME) as usize
    }

    /// Rows of a dialog's list.
    #[must_use]
    pub const fn dialog_rows(self) -> usize {
        let rows = self.rows.saturating_sub(DIALOG_CHROME) as usize;
        if rows > 24 { 24 } else { rows }
    }
}

/// Rows of the findings screen that are not rows of the list.
pub const FINDINGS_CHROME: u16 = 5;
/// Rows of the coverage screen that are not rows of the table.
pub const COVERAGE_CHROME: u16 = 9;
/// Rows of the screen that a dialog's list leaves free.
pub const DIALOG_CHROME: u16 = 8;
