//! The README's pictures, drawn from the real screens: `cargo test --test it pictures -- --ignored` writes them anew.

use std::path::Path;
use std::time::Duration;

use crate::session::Session;
use crate::svg::picture;

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/assets/screens");

/// Opens the estate in true colour, presses keys one by one, and keeps what is shown in the end.
fn shoot(name: &str, title: &str, (columns, rows): (u16, u16), arguments: &[&str], keys: &[&str]) {
    let arguments: Vec<&str> = ["--demo"].into_iter().chain(arguments.iter().copied()).collect();
    let mut session = Session::start_with(columns, rows, &arguments, &[("COLORTERM", "truecolor")]);
    session.wait_for_the_end();
    for key in keys {
        session.press(key);
        while session.take(Duration::from_millis(400)) {}
    }
    while session.take(Duration::from_millis(400)) {}
    std::fs::write(Path::new(FOLDER).join(format!("{name}.svg")), picture(session.screen.screen(), title)).unwrap();
    session.press("\x03");
    session.wait_for_exit();
}

#[test]
#[ignore = "writes the README's pictures into assets/screens"]
fn the_pictures_of_the_readme() {
    std::fs::create_dir_all(FOLDER).unwrap();
    let theme = ["--theme", "dark"];
    shoot("home", "The board: seven layers, three sides, counts by severity", (120, 40), &theme, &[]);
    shoot("findings", "The findings, searched", (120, 30), &theme, &["0", "\r", "/", "prompt", "\r"]);
    shoot("finding", "A finding: what, where, who, evidence, why here", (120, 40), &theme, &["0", "\r", "/", "sequence", "\r", "\r"]);
    shoot("raw", "The raw JSON of a finding", (120, 30), &theme, &["0", "\r", "/", "sequence", "\r", "\r", "J"]);
    let below: Vec<&str> = ["0", "\r", "/", "prompt", "\r", "\r"].into_iter().chain(["\x04"; 2]).collect();
    shoot("ai", "The AI lens: the parts of AI workloads, by side", (120, 30), &theme, &["v", "j", "j", "\r"]);
    let owasp: Vec<&str> = ["0", "\r", "v"].into_iter().chain(["j"; 11]).chain(["\r", " "]).collect();
    shoot("owasp", "The findings by item of the OWASP Top 10 for LLM applications", (120, 30), &theme, &owasp);
    shoot("why", "Why a finding stands where it stands, lens by lens", (120, 40), &theme, &below);
    shoot("coverage", "Coverage: every lane and what became of it", (120, 30), &theme, &["c"]);
    shoot("small", "The board at 80 x 24", (80, 24), &[], &[]);
}

#[test]
fn a_screen_becomes_a_picture_with_its_text_and_colours() {
    let mut parser = vt100::Parser::new(2u16.try_into().unwrap(), 20u16.try_into().unwrap(), 0);
    parser.process(b"\x1b[31;1m<red>\x1b[0m plain");
    let svg = picture(parser.screen(), "a & b");
    assert!(svg.contains(r##"fill="#e5534b" font-weight="bold""##), "{svg}");
    assert!(svg.contains("&lt;red&gt;") && svg.contains("plain") && svg.contains("a &amp; b"), "{svg}");
    assert!(svg.starts_with("<svg") && svg.trim_end().ends_with("</svg>"));
}
