//! What can be asked of the screen, and what it asks in turn.

/// What a key asks of the screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DetailAction {
    /// One entry or line down; within what is higher than the screen, one row.
    Down,
    /// One entry or line up.
    Up,
    /// Half a screen down.
    HalfDown,
    /// Half a screen up.
    HalfUp,
    /// A screen down.
    PageDown,
    /// A screen up.
    PageUp,
    /// To the first row.
    Top,
    /// To the last row.
    Bottom,
    /// To the next heading.
    NextSection,
    /// To the heading before.
    PrevSection,
    /// Fold the section, object or array at the cursor, or that the cursor is in.
    Fold,
    /// Unfold what is at the cursor.
    Unfold,
    /// Fold or unfold what is at the cursor.
    Toggle,
    /// Fold all sections; in the full JSON, all objects and arrays.
    FoldAll,
    /// Unfold all sections; in the full JSON, all objects and arrays.
    UnfoldAll,
    /// To the next match.
    NextMatch,
    /// To the match before.
    PrevMatch,
    /// The raw JSON on the whole screen, and back.
    ToggleRaw,
    /// Copy the value at the cursor; at a heading, the whole section.
    Copy,
    /// Open the finding's page in the console, or the URL at the cursor.
    OpenLink,
    /// Back: from the search, from the full JSON, then from the screen.
    Back,
}

/// What an action asks of the caller.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Nothing more.
    Stay,
    /// Leave the screen.
    Close,
    /// Put this on the clipboard; `what` names it for the message.
    Copy {
        /// What it is, such as `Resource id`.
        what: String,
        /// The text.
        text: String,
    },
    /// Open this URL.
    Open(String),
    /// There is no link to open.
    NoLink,
}
