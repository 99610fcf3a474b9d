//! What a theme looks like on this terminal: a style for each meaning, in the colours that the terminal has.

use ratatui::style::{Color, Modifier, Style};

use super::glyphs::Glyphs;
use super::palette;
use super::theme::{Spec, Theme};
use crate::model::{LaneState, Severity, Side};

/// What something on the screen means. Themes give each meaning a style.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Role {
    /// Plain text; its background is the screen's.
    Text,
    /// Labels, hints, what matters less.
    Muted,
    /// The name of a screen or dialog.
    Title,
    /// The heading of a section or column.
    Heading,
    /// A pane's border.
    Border,
    /// The border of the pane that has the keys.
    BorderFocus,
    /// Laid over the row or cell that the cursor is on.
    Selection,
    /// Laid over characters that a search matched, after the selection.
    Match,
    /// A key to press.
    Key,
    /// A URL.
    Link,
    /// All is well.
    Good,
    /// Look at this.
    Warning,
    /// Something went wrong.
    Error,
    /// The part of a bar that nothing fills.
    BarEmpty,
    /// A line that takes text.
    Input,
    /// A severity.
    Severity(Severity),
    /// A side of the shared responsibility model.
    Side(Side),
    /// What became of a lane.
    State(LaneState),
}

impl Role {
    /// How many roles there are.
    pub(super) const COUNT: usize = Self::CHROME.len() + Severity::ALL.len() + Side::ALL.len() + LaneState::ALL.len();

    const CHROME: [Self; 15] = [
        Self::Text,
        Self::Muted,
        Self::Title,
        Self::Heading,
        Self::Border,
        Self::BorderFocus,
        Self::Selection,
        Self::Match,
        Self::Key,
        Self::Link,
        Self::Good,
        Self::Warning,
        Self::Error,
        Self::BarEmpty,
        Self::Input,
    ];

    /// Every role.
    pub fn all() -> impl Iterator<Item = Self> {
        let meanings = Severity::ALL.into_iter().map(Self::Severity).chain(Side::ALL.into_iter().map(Self::Side));
        Self::CHROME.into_iter().chain(meanings).chain(LaneState::ALL.into_iter().map(Self::State))
    }

    /// The table of a theme file that holds the role, and its key there.
    #[must_use]
    pub const fn path(self) -> (&'static str, &'static str) {
        let chrome = match self {
            Self::Severity(severity) => return ("severity", severity.slug()),
            Self::Side(side) => return ("side", side.slug()),
            Self::State(state) => return ("state", state.slug()),
            Self::Text => "text",
            Self::Muted => "muted",
            Self::Title => "title",
            Self::Heading => "heading",
            Self::Border => "border",
            Self::BorderFocus => "border-focus",
            Self::Selection => "selection",
            Self::Match => "match",
            Self::Key => "key",
            Self::Link => "link",
            Self::Good => "good",
            Self::Warning => "warning",
            Self::Error => "error",
            Self::BarEmpty => "bar-empty",
            Self::Input => "input",
        };
        ("chrome", chrome)
    }

    pub(super) const fn index(self) -> usize {
        match self {
            Self::Text => 0,
            Self::Muted => 1,
            Self::Title => 2,
            Self::Heading => 3,
            Self::Border => 4,
            Self::BorderFocus => 5,
            Self::Selection => 6,
            Self::Match => 7,
            Self::Key => 8,
            Self::Link => 9,
            Self::Good => 10,
            Self::Warning => 11,
            Self::Error => 12,
            Self::BarEmpty => 13,
            Self::Input => 14,
            Self::Severity(severity) => 15 + severity.index(),
            Self::Side(side) => 21 + side as usize,
            Self::State(state) => 24 + state as usize,
        }
    }
}

/// How many colours the terminal has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum ColorDepth {
    /// None, or none wanted: bold, reverse and underline only.
    None,
    /// The sixteen ANSI colours.
    #[default]
    Ansi16,
    /// The 256 colours of xterm.
    Ansi256,
    /// 24 bits.
    TrueColor,
}

/// A theme, resolved for a terminal: its colours, and its signs.
#[derive(Clone, Debug)]
pub struct Look {
    styles: [Style; Role::COUNT],
    glyphs: &'static Glyphs,
}

impl Look {
    /// The theme in the colours that the terminal has.
    #[must_use]
    pub fn new(theme: &Theme, depth: ColorDepth, ascii: bool) -> Self {
        let colourless = depth == ColorDepth::None && theme.has_colour();
        let monochrome = colourless.then(Theme::monochrome);
        let theme = monochrome.as_ref().unwrap_or(theme);
        let canvas = theme.spec(Role::Text);
        let mut styles = [Style::new(); Role::COUNT];
        for role in Role::all() {
            styles[role.index()] = resolve(theme.spec(role), canvas, depth);
        }
        Self { styles, glyphs: Glyphs::set(ascii) }
    }

    /// The style of a meaning.
    #[must_use]
    pub fn style(&self, role: Role) -> Style {
        self.styles[role.index()]
    }

    /// A style on the row that the cursor is on. A reversed row is reversed evenly: colours would make patches of it.
    #[must_use]
    pub fn selected(&self, style: Style) -> Style {
        let selection = self.style(Role::Selection);
        if selection.add_modifier.contains(Modifier::REVERSED) {
            let even = Style { fg: None, bg: None, ..style };
            return even.remove_modifier(Modifier::DIM).patch(selection);
        }
        style.patch(selection)
    }

    /// The signs.
    #[must_use]
    pub fn glyphs(&self) -> &'static Glyphs {
        self.glyphs
    }
}

impl Default for Look {
    /// The default theme in sixteen colours, with Unicode signs.
    fn default() -> Self {
        Self::new(&Theme::default(), ColorDepth::Ansi16, false)
    }
}

/// The style of `spec` in a terminal of this depth. Foregrounds stay readable on their background, and what stood out by its
/// background alone is reversed where the depth cannot tell the two backgrounds apart.
fn resolve(spec: Spec, canvas: Spec, depth: ColorDepth) -> Style {
    let canvas_bg = canvas.bg.map(|bg| palette::background(bg, depth));
    let bg = spec.bg.map(|bg| palette::background(bg, depth));
    let behind = bg.or(canvas_bg).unwrap_or(Color::Reset);
    let wanted_behind = spec.bg.or(canvas.bg).unwrap_or(Color::Reset);
    let fg = spec.fg.map(|fg| palette::foreground(fg, wanted_behind, behind, depth));
    let vanished = spec.bg.is_some() && spec.bg != canvas.bg && bg == canvas_bg;
    let modifiers = if vanished { spec.modifiers | Modifier::REVERSED } else { spec.modifiers };
    Style { fg, bg, ..Style::new() }.add_modifier(modifiers)
}
