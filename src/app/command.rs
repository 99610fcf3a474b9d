//! Everything that a key or the palette can ask for: one table, read by the key map, the help, the palette and the footer.

/// Where the user is: which commands make sense.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Context {
    /// The board.
    Home,
    /// The merged list.
    Findings,
    /// One finding.
    Finding,
    /// The lanes.
    Coverage,
    /// A dialog: its list and its buttons. Characters go to its text field.
    Dialog,
}

impl Context {
    /// Every context.
    pub const ALL: [Self; 5] = [Self::Home, Self::Findings, Self::Finding, Self::Coverage, Self::Dialog];

    /// The word for it.
    #[must_use]
    pub const fn slug(self) -> &'static str {
        match self {
            Self::Home => "home",
            Self::Findings => "findings",
            Self::Finding => "finding",
            Self::Coverage => "coverage",
            Self::Dialog => "dialog",
        }
    }
}

/// What can be asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "the table says what each one does")]
pub enum Command {
    Down,
    Up,
    Top,
    Bottom,
    PageDown,
    PageUp,
    Left,
    Right,
    Enter,
    Back,
    NextPane,
    PreviousPane,
    Layer(u8),
    Touches,
    Search,
    NextMatch,
    PreviousMatch,
    Filter,
    Sort,
    Lens,
    Reverse,
    Export,
    Copy,
    Console,
    Raw,
    ToggleFold,
    FoldAll,
    UnfoldAll,
    Coverage,
    Refresh,
    RefreshAll,
    Cancel,
    LogIn,
    Themes,
    Palette,
    Help,
    Quit,
    QuitNow,
    Suspend,
    Redraw,
    DialogDown,
    DialogUp,
    DialogPageDown,
    DialogPageUp,
    DialogAccept,
    DialogClose,
    DialogNext,
    DialogPrevious,
    DialogToggle,
}

/// A line of the table.
#[derive(Clone, Copy, Debug)]
pub struct Spec {
    /// What it asks for.
    pub command: Command,
    /// Its name in the user's configuration.
    pub id: &'static str,
    /// What it does, for the help and the palette.
    pub title: &'static str,
    /// One or two words for the footer; empty: not there.
    pub hint: &'static str,
    /// Its keys, unless the user's configuration says otherwise.
    pub keys: &'static [&'static str],
    /// Where it makes sense.
    pub contexts: &'static [Context],
}

use Context::{Coverage as C, Dialog as D, Finding as O, Findings as F, Home as H};

const PAGES: &[Context] = &[H, F, O, C];

const fn spec(
    command: Command,
    id: &'static str,
    title: &'static str,
    hint: &'static str,
    keys: &'static [&'static str],
    contexts: &'static [Context],
) -> Spec {
    Spec { command, id, title, hint, keys, contexts }
}

/// The table. Its order is the order of the help and of the footer.
pub const COMMANDS: &[Spec] = &[
    spec(Command::Enter, "move.enter", "Go in: open the cell, the finding, the lane", "open", &["enter"], PAGES),
    spec(Command::Back, "move.back", "Go back", "back", &["esc", "backspace"], PAGES),
    spec(Command::Search, "view.search", "Search: fuzzy words and typed terms", "search", &["/"], PAGES),
    spec(Command::Filter, "findings.filter", "Filter by a field and its values", "filter", &["f"], &[H, F]),
    spec(Command::Sort, "findings.sort", "Sort by ...", "sort", &["s"], &[F]),
    spec(Command::Lens, "view.lens", "Group by a lens; at home, choose rows and columns", "lens", &["v"], &[H, F]),
    spec(Command::Reverse, "findings.reverse", "Reverse the order", "", &["S"], &[F]),
    spec(Command::Raw, "finding.raw", "Raw JSON, as the source sent it", "raw", &["J"], &[F, O]),
    spec(Command::ToggleFold, "finding.fold", "Fold or unfold", "fold", &["space"], &[F, O]),
    spec(Command::FoldAll, "finding.fold-all", "Fold everything", "", &["z"], &[F, O]),
    spec(Command::UnfoldAll, "finding.unfold-all", "Unfold everything", "", &["Z"], &[F, O]),
    spec(Command::NextMatch, "finding.next-match", "Next match of the search", "", &["n"], &[O]),
    spec(Command::PreviousMatch, "finding.previous-match", "Previous match of the search", "", &["N"], &[O]),
    spec(Command::Export, "view.export", "Export what the view shows", "export", &["e"], PAGES),
    spec(Command::Coverage, "app.coverage", "Coverage: what became of every lane", "coverage", &["c"], PAGES),
    spec(Command::NextPane, "move.next-pane", "Next pane; in a finding, the next section", "pane", &["tab"], &[H, F, O]),
    spec(Command::PreviousPane, "move.previous-pane", "In a finding, the section before", "", &["shift-tab"], &[O]),
    spec(Command::Touches, "home.touches", "Count by primary layer, or by every layer touched", "touches", &["b"], &[H]),
    spec(
        Command::Copy,
        "finding.copy",
        "Copy to the clipboard (OSC 52): the finding's id; in a finding, the value",
        "copy",
        &["y"],
        &[H, F, O],
    ),
    spec(
        Command::Console,
        "finding.console",
        "Copy the link: to the finding in the AWS console, or the URL at the cursor",
        "link",
        &["o"],
        &[H, F, O],
    ),
    spec(Command::Down, "move.down", "Down", "", &["j", "down"], PAGES),
    spec(Command::Up, "move.up", "Up", "", &["k", "up"], PAGES),
    spec(Command::Left, "move.left", "Left: cell, pane, fold, account", "", &["h", "left"], PAGES),
    spec(Command::Right, "move.right", "Right: cell, pane, unfold, account", "", &["l", "right"], PAGES),
    spec(Command::Top, "move.top", "First", "", &["g", "home"], PAGES),
    spec(Command::Bottom, "move.bottom", "Last", "", &["G", "end"], PAGES),
    spec(Command::PageDown, "move.page-down", "Half a screen down", "", &["ctrl-d", "pgdn"], PAGES),
    spec(Command::PageUp, "move.page-up", "Half a screen up", "", &["ctrl-u", "pgup"], PAGES),
    spec(Command::Layer(1), "layer.1", "Layer 1", "", &["1"], &[H, F]),
    spec(Command::Layer(2), "layer.2", "Layer 2", "", &["2"], &[H, F]),
    spec(Command::Layer(3), "layer.3", "Layer 3", "", &["3"], &[H, F]),
    spec(Command::Layer(4), "layer.4", "Layer 4", "", &["4"], &[H, F]),
    spec(Command::Layer(5), "layer.5", "Layer 5", "", &["5"], &[H, F]),
    spec(Command::Layer(6), "layer.6", "Layer 6", "", &["6"], &[H, F]),
    spec(Command::Layer(7), "layer.7", "Layer 7", "", &["7"], &[H, F]),
    spec(Command::Layer(0), "layer.all", "All layers", "", &["0"], &[H, F]),
    spec(Command::Refresh, "app.refresh", "Refresh the lanes of what is selected", "refresh", &["r"], PAGES),
    spec(Command::RefreshAll, "app.refresh-all", "Refresh all lanes; what is shown stays meanwhile", "", &["R"], PAGES),
    spec(Command::Cancel, "app.cancel", "Cancel the fetch; what arrived stays", "", &["X"], PAGES),
    spec(Command::LogIn, "app.log-in", "Log in, or give the MFA code, and fetch what was missing", "", &["L"], PAGES),
    spec(Command::Themes, "app.themes", "Themes, previewed live", "", &["T"], PAGES),
    spec(Command::Palette, "app.palette", "Palette: every command by name", "commands", &[":"], PAGES),
    spec(Command::Help, "app.help", "Help: the keys that work here", "help", &["?"], PAGES),
    spec(Command::Quit, "app.quit", "Back; at home: quit", "quit", &["q"], PAGES),
    spec(Command::QuitNow, "app.quit-now", "Quit at once", "", &["ctrl-c"], &[H, F, O, C, D]),
    spec(Command::Suspend, "app.suspend", "Suspend; fg brings it back", "", &["ctrl-z"], &[H, F, O, C, D]),
    spec(Command::Redraw, "app.redraw", "Draw the whole screen anew", "", &["ctrl-l"], &[H, F, O, C, D]),
    spec(Command::DialogDown, "dialog.down", "Down", "", &["down", "ctrl-n"], &[D]),
    spec(Command::DialogUp, "dialog.up", "Up", "", &["up", "ctrl-p"], &[D]),
    spec(Command::DialogPageDown, "dialog.page-down", "A screen down", "", &["pgdn"], &[D]),
    spec(Command::DialogPageUp, "dialog.page-up", "A screen up", "", &["pgup"], &[D]),
    spec(Command::DialogAccept, "dialog.accept", "Choose", "choose", &["enter"], &[D]),
    spec(Command::DialogClose, "dialog.close", "Close", "close", &["esc"], &[D]),
    spec(Command::DialogNext, "dialog.next", "Next field", "", &["tab"], &[D]),
    spec(Command::DialogPrevious, "dialog.previous", "Previous field", "", &["shift-tab"], &[D]),
    spec(Command::DialogToggle, "dialog.toggle", "Mark", "", &["ctrl-t"], &[D]),
];

impl Command {
    /// Its line in the table.
    #[must_use]
    pub fn spec(self) -> &'static Spec {
        COMMANDS.iter().find(|spec| spec.command == self).unwrap_or(&COMMANDS[0])
    }
}
