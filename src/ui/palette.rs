//! Arithmetic with colours: contrast, and the nearest colour that a terminal has.

use ratatui::style::Color;

use super::look::ColorDepth;

/// The least contrast of text that WCAG 2.1 calls readable (level AA).
pub const READABLE: f64 = 4.5;

const ANSI: [Color; 16] = [
    Color::Black,
    Color::Red,
    Color::Green,
    Color::Yellow,
    Color::Blue,
    Color::Magenta,
    Color::Cyan,
    Color::Gray,
    Color::DarkGray,
    Color::LightRed,
    Color::LightGreen,
    Color::LightYellow,
    Color::LightBlue,
    Color::LightMagenta,
    Color::LightCyan,
    Color::White,
];

/// The names of the sixteen ANSI colours in theme files, in the order of their numbers.
pub const NAMES: [&str; 16] = [
    "black",
    "red",
    "green",
    "yellow",
    "blue",
    "magenta",
    "cyan",
    "white",
    "bright-black",
    "bright-red",
    "bright-green",
    "bright-yellow",
    "bright-blue",
    "bright-magenta",
    "bright-cyan",
    "bright-white",
];

/// xterm's own values of the sixteen; users change them, so they are an estimate.
const ANSI_RGB: [[u8; 3]; 16] = [
    [0, 0, 0],
    [205, 0, 0],
    [0, 205, 0],
    [205, 205, 0],
    [0, 0, 238],
    [205, 0, 205],
    [0, 205, 205],
    [229, 229, 229],
    [127, 127, 127],
    [255, 0, 0],
    [0, 255, 0],
    [255, 255, 0],
    [92, 92, 255],
    [255, 0, 255],
    [0, 255, 255],
    [255, 255, 255],
];

/// The steps of xterm's 6 x 6 x 6 cube.
const CUBE: [u8; 6] = [0, 95, 135, 175, 215, 255];

/// Reads a colour of a theme file: `default`, a name of the sixteen, `#rrggbb`, or a number of the 256.
#[must_use]
pub fn parse(text: &str) -> Option<Color> {
    if text == "default" {
        return Some(Color::Reset);
    }
    if let Some(number) = NAMES.iter().position(|name| *name == text) {
        return Some(ANSI[number]);
    }
    if let Some(hex) = text.strip_prefix('#') {
        let digits = hex.len() == 6 && hex.bytes().all(|b| b.is_ascii_hexdigit());
        let value = u32::from_str_radix(hex, 16).ok().filter(|_| digits)?;
        return Some(Color::from_u32(value));
    }
    text.parse().ok().map(Color::Indexed)
}

/// The colour's red, green and blue, as xterm has them; `None` for the terminal's default.
#[must_use]
pub fn rgb(color: Color) -> Option<[u8; 3]> {
    match color {
        Color::Rgb(r, g, b) => Some([r, g, b]),
        Color::Indexed(index @ 0..=15) => Some(ANSI_RGB[usize::from(index)]),
        Color::Indexed(index @ 232..) => Some([8 + 10 * (index - 232); 3]),
        Color::Indexed(index) => {
            let at = usize::from(index - 16);
            Some([CUBE[at / 36], CUBE[at / 6 % 6], CUBE[at % 6]])
        }
        Color::Reset => None,
        named => ANSI.iter().position(|ansi| *ansi == named).map(|number| ANSI_RGB[number]),
    }
}

fn linear(channel: u8) -> f64 {
    let c = f64::from(channel) / 255.0;
    if c <= 0.04045 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) }
}

/// The contrast of two colours as WCAG 2.1 defines it, 1 to 21.
#[must_use]
pub fn contrast(a: [u8; 3], b: [u8; 3]) -> f64 {
    let luminance = |[r, g, b]: [u8; 3]| 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b);
    let (a, b) = (luminance(a), luminance(b));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

/// How different two colours look: the distance in Oklab; 0.02 is just visible.
#[must_use]
pub fn distance(a: [u8; 3], b: [u8; 3]) -> f64 {
    weighted(a, b, 1.0)
}

/// The distance with `lightness` as the weight of differences in lightness.
fn weighted(a: [u8; 3], b: [u8; 3], lightness: f64) -> f64 {
    let ([l1, a1, b1], [l2, a2, b2]) = (oklab(a), oklab(b));
    let l = (l1 - l2) * lightness;
    (l * l + (a1 - a2).powi(2) + (b1 - b2).powi(2)).sqrt()
}

/// Björn Ottosson's Oklab: lightness, green-red, blue-yellow.
#[allow(clippy::many_single_char_names, reason = "the formula's own names")]
fn oklab([r, g, b]: [u8; 3]) -> [f64; 3] {
    let (r, g, b) = (linear(r), linear(g), linear(b));
    let l = (0.412_221_470_8 * r + 0.536_332_536_3 * g + 0.051_445_992_9 * b).cbrt();
    let m = (0.211_903_498_2 * r + 0.680_699_545_1 * g + 0.107_396_956_6 * b).cbrt();
    let s = (0.088_302_461_9 * r + 0.281_718_837_6 * g + 0.629_978_700_5 * b).cbrt();
    [
        0.210_454_255_3 * l + 0.793_617_785_0 * m - 0.004_072_046_8 * s,
        1.977_998_495_1 * l - 2.428_592_205_0 * m + 0.450_593_709_9 * s,
        0.025_904_037_1 * l + 0.782_771_766_2 * m - 0.808_675_766_0 * s,
    ]
}

/// The nearest background that a terminal of this depth has.
#[must_use]
pub fn background(color: Color, depth: ColorDepth) -> Color {
    nearest(color, depth, |_| true)
}

/// The nearest text colour that a terminal of this depth has and that is as readable on the background `behind` as `color`
/// was on `wanted`, the background before it was fitted to the depth.
#[must_use]
pub fn foreground(color: Color, wanted: Color, behind: Color, depth: ColorDepth) -> Color {
    let (Some(fg), Some(wanted), Some(behind)) = (rgb(color), rgb(wanted), rgb(behind)) else {
        return nearest(color, depth, |_| true);
    };
    let least = contrast(fg, wanted).min(READABLE);
    nearest(color, depth, |candidate| contrast(candidate, behind) >= least)
}

/// The nearest colour of the depth among those that are `good`; if none is, the nearest of all.
fn nearest(color: Color, depth: ColorDepth, good: impl Fn([u8; 3]) -> bool) -> Color {
    let Some(rgb_of_color) = rgb(color) else { return color };
    let candidates: Vec<Color> = match (depth, color) {
        (ColorDepth::None, _) => return Color::Reset,
        (ColorDepth::Ansi16, Color::Rgb(..) | Color::Indexed(_)) => ANSI.to_vec(),
        (ColorDepth::Ansi256, Color::Rgb(..)) => (16..=255).map(Color::Indexed).collect(),
        _ => return color,
    };
    // The sixteen are few: there the hue says more than the lightness, so that greys stay grey.
    let lightness = if depth == ColorDepth::Ansi16 { 0.7 } else { 1.0 };
    let ranked = candidates.into_iter().filter_map(|candidate| {
        let rgb = rgb(candidate)?;
        Some((!good(rgb), weighted(rgb, rgb_of_color, lightness), candidate))
    });
    ranked.min_by(|a, b| a.0.cmp(&b.0).then(a.1.total_cmp(&b.1))).map_or(color, |(_, _, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::{Color, ColorDepth, background, contrast, foreground, parse, rgb};

    #[test]
    fn colours_are_read_by_name_number_and_hex() {
        assert_eq!(parse("default"), Some(Color::Reset));
        assert_eq!(parse("white"), Some(Color::Gray));
        assert_eq!(parse("bright-white"), Some(Color::White));
        assert_eq!(parse("#1A2b3c"), Some(Color::Rgb(0x1a, 0x2b, 0x3c)));
        assert_eq!(parse("208"), Some(Color::Indexed(208)));
        for wrong in ["", "crimson", "#12345", "#+12345", "#gggggg", "256", "-1", "Red"] {
            assert_eq!(parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn contrast_is_as_wcag_says() {
        assert!((contrast([0, 0, 0], [255, 255, 255]) - 21.0).abs() < 1e-9);
        assert!((contrast([0x76, 0x76, 0x76], [255, 255, 255]) - 4.54).abs() < 0.01);
    }

    #[test]
    fn colours_of_the_cube_and_the_greys_are_themselves_in_256_colours() {
        for index in 16..=255 {
            let [r, g, b] = rgb(Color::Indexed(index)).expect("an indexed colour has a value");
            let nearest = background(Color::Rgb(r, g, b), ColorDepth::Ansi256);
            assert_eq!(rgb(nearest), Some([r, g, b]));
        }
    }

    #[test]
    fn a_pale_colour_on_white_becomes_one_that_can_be_read_on_white() {
        let white = Color::Rgb(255, 255, 255);
        let fitted = foreground(Color::Rgb(0x8a, 0x60, 0x00), white, Color::White, ColorDepth::Ansi16);
        assert!(contrast(rgb(fitted).expect("a colour"), [255, 255, 255]) >= 4.5, "{fitted:?}");
    }

    #[test]
    fn the_terminals_own_colours_are_left_alone() {
        assert_eq!(background(Color::LightRed, ColorDepth::Ansi16), Color::LightRed);
        assert_eq!(background(Color::Reset, ColorDepth::Ansi256), Color::Reset);
    }
}
