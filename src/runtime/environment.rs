//! What the terminal can show, as far as the environment tells.

use crate::ui::look::ColorDepth;

/// What the user says about colour.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ColorChoice {
    /// As the environment says.
    #[default]
    Auto,
    /// Colour also where the environment says no.
    Always,
    /// No colour.
    Never,
}

/// How many colours to use: `NO_COLOR` (no-color.org) beats all but `always`; `COLORTERM` and `TERM` tell the depth.
#[must_use]
pub fn color_depth(choice: ColorChoice, variable: impl Fn(&str) -> Option<String>) -> ColorDepth {
    let term = variable("TERM").unwrap_or_default();
    let refused = variable("NO_COLOR").is_some_and(|value| !value.is_empty());
    match choice {
        ColorChoice::Never => return ColorDepth::None,
        ColorChoice::Auto if refused || term == "dumb" => return ColorDepth::None,
        ColorChoice::Auto | ColorChoice::Always => {}
    }
    let colorterm = variable("COLORTERM").unwrap_or_default();
    if colorterm == "truecolor" || colorterm == "24bit" || term.ends_with("-direct") {
        ColorDepth::TrueColor
    } else if term.contains("256color") {
        ColorDepth::Ansi256
    } else {
        ColorDepth::Ansi16
    }
}

/// Whether the terminal shows ASCII only: the locale names another character set than UTF-8 (`LC_ALL`, `LC_CTYPE`, `LANG`, in this
/// order), or it is the console of Linux, whose font lacks most signs. Without any locale UTF-8 is assumed.
#[must_use]
pub fn is_ascii_only(variable: impl Fn(&str) -> Option<String>) -> bool {
    if variable("TERM").is_some_and(|term| term == "linux" || term == "dumb") {
        return true;
    }
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().filter_map(variable).find(|value| !value.is_empty());
    locale.is_some_and(|locale| {
        let locale = locale.to_ascii_lowercase();
        !locale.contains("utf-8") && !locale.contains("utf8")
    })
}

#[cfg(test)]
mod tests {
    use super::{ColorChoice, color_depth, is_ascii_only};
    use crate::ui::look::ColorDepth;

    fn variables<'a>(pairs: &'a [(&'a str, &'a str)]) -> impl Fn(&str) -> Option<String> + 'a {
        move |name| pairs.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
    }

    #[test]
    fn the_depth_follows_the_environment() {
        for (pairs, depth) in [
            (&[("TERM", "xterm")][..], ColorDepth::Ansi16),
            (&[("TERM", "xterm-256color")], ColorDepth::Ansi256),
            (&[("TERM", "xterm-256color"), ("COLORTERM", "truecolor")], ColorDepth::TrueColor),
            (&[("TERM", "dumb")], ColorDepth::None),
            (&[("TERM", "xterm"), ("NO_COLOR", "1")], ColorDepth::None),
            (&[("TERM", "xterm"), ("NO_COLOR", "")], ColorDepth::Ansi16),
        ] {
            assert_eq!(color_depth(ColorChoice::Auto, variables(pairs)), depth, "{pairs:?}");
        }
        assert_eq!(color_depth(ColorChoice::Always, variables(&[("NO_COLOR", "1")])), ColorDepth::Ansi16);
        assert_eq!(color_depth(ColorChoice::Never, variables(&[("COLORTERM", "truecolor")])), ColorDepth::None);
    }

    #[test]
    fn ascii_is_for_locales_that_are_not_utf_8() {
        assert!(is_ascii_only(variables(&[("LANG", "C")])));
        assert!(is_ascii_only(variables(&[("LC_ALL", "POSIX"), ("LANG", "en_GB.UTF-8")])));
        assert!(is_ascii_only(variables(&[("TERM", "linux"), ("LANG", "en_GB.UTF-8")])));
        assert!(!is_ascii_only(variables(&[("LANG", "de_DE.utf8")])));
        assert!(!is_ascii_only(variables(&[])));
    }
}
