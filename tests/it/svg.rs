//! A terminal screen as an SVG picture: what the README shows is what the program drew.

use std::fmt::Write as _;

/// Width and height of a cell, in SVG units, for a font of `FONT_SIZE`.
const CELL: (f64, f64) = (8.4, 18.0);
const FONT_SIZE: f64 = 14.0;
const MARGIN: f64 = 12.0;
const BACKGROUND: &str = "#16181d";
const FOREGROUND: &str = "#d5d8de";

/// The sixteen colours that a terminal's own palette gives.
const ANSI: [&str; 16] = [
    "#2a2e37", "#e5534b", "#57ab5a", "#c69026", "#539bf5", "#b083f0", "#39c5cf", "#adbac7", "#768390", "#ff938a", "#6bc46d", "#daaa3f",
    "#6cb6ff", "#dcbdfb", "#56d4dd", "#f0f3f6",
];

fn colour(colour: vt100::Color, default: &str) -> String {
    match colour {
        vt100::Color::Default => default.to_owned(),
        vt100::Color::Idx(index @ 0..16) => ANSI[usize::from(index)].to_owned(),
        vt100::Color::Idx(index @ 16..232) => {
            let index = index - 16;
            let level = |value: u8| if value == 0 { 0 } else { 55 + 40 * value };
            format!("#{:02x}{:02x}{:02x}", level(index / 36), level(index / 6 % 6), level(index % 6))
        }
        vt100::Color::Idx(index) => {
            let grey = 8 + 10 * (index - 232);
            format!("#{grey:02x}{grey:02x}{grey:02x}")
        }
        vt100::Color::Rgb(r, g, b) => format!("#{r:02x}{g:02x}{b:02x}"),
    }
}

#[derive(Clone, PartialEq)]
#[allow(clippy::struct_excessive_bools)] // As many as a terminal has.
struct Look {
    fg: String,
    bg: String,
    bold: bool,
    dim: bool,
    italic: bool,
    underline: bool,
}

impl Look {
    fn of(cell: &vt100::Cell) -> Self {
        let (mut fg, mut bg) = (colour(cell.fgcolor(), FOREGROUND), colour(cell.bgcolor(), BACKGROUND));
        if cell.inverse() {
            std::mem::swap(&mut fg, &mut bg);
        }
        Self { fg, bg, bold: cell.bold(), dim: cell.dim(), italic: cell.italic(), underline: cell.underline() }
    }
}

/// Draws the screen.
pub(crate) fn picture(screen: &vt100::Screen, title: &str) -> String {
    let (rows, columns) = (screen.size().0.get(), screen.size().1.get());
    let (width, height) = (f64::from(columns).mul_add(CELL.0, 2.0 * MARGIN), f64::from(rows).mul_add(CELL.1, 2.0 * MARGIN));
    let mut svg = String::new();
    let _ = writeln!(
        svg,
        r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0} {height:.0}" role="img" aria-label="{}" font-family="ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace" font-size="{FONT_SIZE}">"#,
        escape(title)
    );
    let _ = writeln!(svg, r#"<rect width="{width:.0}" height="{height:.0}" rx="8" fill="{BACKGROUND}"/>"#);
    for row in 0..rows {
        let mut column = 0;
        while column < columns {
            let Some(first) = screen.cell(row, column) else { break };
            let look = Look::of(first);
            let start = column;
            let mut text = String::new();
            while column < columns {
                let Some(cell) = screen.cell(row, column) else { break };
                if Look::of(cell) != look {
                    break;
                }
                if !cell.is_wide_continuation() {
                    text.push_str(if cell.has_contents() { cell.contents() } else { " " });
                }
                column += 1;
            }
            run(&mut svg, row, start, column - start, &look, &text);
        }
    }
    svg.push_str("</svg>\n");
    svg
}

fn run(svg: &mut String, row: u16, start: u16, cells: u16, look: &Look, text: &str) {
    let (x, y) = (f64::from(start).mul_add(CELL.0, MARGIN), f64::from(row).mul_add(CELL.1, MARGIN));
    let width = f64::from(cells) * CELL.0;
    if look.bg != BACKGROUND {
        let _ = writeln!(svg, r#"<rect x="{x:.1}" y="{y:.1}" width="{width:.1}" height="{:.1}" fill="{}"/>"#, CELL.1, look.bg);
    }
    if text.trim().is_empty() {
        return;
    }
    let mut style = String::new();
    for (on, attribute) in [
        (look.bold, r#" font-weight="bold""#),
        (look.dim, r#" opacity="0.65""#),
        (look.italic, r#" font-style="italic""#),
        (look.underline, r#" text-decoration="underline""#),
    ] {
        if on {
            style.push_str(attribute);
        }
    }
    let baseline = CELL.1.mul_add(0.75, y);
    let _ = writeln!(
        svg,
        r#"<text x="{x:.1}" y="{baseline:.1}" fill="{}"{style} textLength="{width:.1}" lengthAdjust="spacingAndGlyphs" xml:space="preserve">{}</text>"#,
        look.fg,
        escape(text)
    );
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
