//! A cursor in a list, and the part of the list that is on the screen.

/// Where the cursor is, and the first row on the screen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct List {
    /// The cursor's row.
    pub cursor: usize,
    /// The first row on the screen.
    pub top: usize,
}

impl List {
    /// Goes to a row, and scrolls as little as needed.
    pub fn go(&mut self, to: usize, len: usize, height: usize) {
        self.cursor = to.min(len.saturating_sub(1));
        self.settle(len, height);
    }

    /// Moves by rows.
    pub fn step(&mut self, rows: isize, len: usize, height: usize) {
        self.go(self.cursor.saturating_add_signed(rows), len, height);
    }

    /// The list changed above the cursor: the cursor's row is now `to`, and stays where it was on the screen.
    pub fn follow(&mut self, to: usize, len: usize, height: usize) {
        let line = self.cursor.saturating_sub(self.top);
        self.top = to.saturating_sub(line);
        self.go(to, len, height);
    }

    /// Makes cursor and screen fit the list again.
    pub fn settle(&mut self, len: usize, height: usize) {
        let height = height.max(1);
        self.cursor = self.cursor.min(len.saturating_sub(1));
        self.top = self.top.min(self.cursor).max((self.cursor + 1).saturating_sub(height)).min(len.saturating_sub(height));
    }
}

#[cfg(test)]
mod tests {
    use super::List;

    #[test]
    fn the_cursor_stays_within_and_scrolls_as_little_as_needed() {
        let mut list = List::default();
        list.step(-1, 100, 10);
        assert_eq!(list, List { cursor: 0, top: 0 });
        list.step(9, 100, 10);
        assert_eq!(list, List { cursor: 9, top: 0 });
        list.step(1, 100, 10);
        assert_eq!(list, List { cursor: 10, top: 1 });
        list.go(usize::MAX, 100, 10);
        assert_eq!(list, List { cursor: 99, top: 90 });
        list.go(0, 0, 10);
        assert_eq!(list, List::default());
    }

    #[test]
    fn following_keeps_the_line_on_the_screen() {
        let mut list = List { cursor: 5, top: 3 };
        list.follow(25, 100, 10);
        assert_eq!(list, List { cursor: 25, top: 23 });
        list.follow(0, 100, 10);
        assert_eq!(list, List { cursor: 0, top: 0 });
    }
}
