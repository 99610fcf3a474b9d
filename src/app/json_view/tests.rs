use std::fmt::Write as _;

use proptest::prelude::*;
use serde_json::Value;
use unicode_width::UnicodeWidthStr;

use super::{Fold, GUTTER, JsonView};

const SAMPLE: &str = r#"{"Id": "arn:1", "Score": 1.0, "Big": 1e400, "Resources": [{"Id": "i-1", "odd key": null}, {}], "Tags": {}}"#;

/// All that is shown, a line each.
fn shown(view: &JsonView) -> Vec<String> {
    let rows = (0..view.row_count()).map(|row| view.row(row)).filter(|row| row.sub == 0);
    rows.map(|row| format!("{}{}", " ".repeat(view.indent(row.line) - GUTTER), view.content(row.line).text)).collect()
}

fn at(view: &mut JsonView, text: &str) {
    let line = (0..view.line_count()).find(|line| view.content(*line).text.contains(text)).expect("the line is there");
    view.reveal(line);
}

#[test]
fn keys_keep_their_order_and_numbers_their_text() {
    let view = JsonView::new(SAMPLE);
    let expected = [
        "{",
        "  \"Id\": \"arn:1\",",
        "  \"Score\": 1.0,",
        "  \"Big\": 1e400,",
        "  \"Resources\": [",
        "    {",
        "      \"Id\": \"i-1\",",
        "      \"odd key\": null",
        "    },",
        "    {}",
        "  ],",
        "  \"Tags\": {}",
        "}",
    ];
    assert_eq!(shown(&view), expected);
}

#[test]
fn blanks_between_tokens_are_not_shown() {
    let view = JsonView::new("\n{ \"a\" :\t[ ] ,\r\n\"b\":{\n}  }\n");
    assert_eq!(shown(&view), ["{", "  \"a\": [],", "  \"b\": {}", "}"]);
    for (scalar, text) in [(" 1.0 ", "1.0"), ("null", "null"), ("\"x\"", "\"x\"")] {
        assert_eq!(shown(&JsonView::new(scalar)), [text]);
    }
}

#[test]
fn a_folded_array_says_how_much_it_holds() {
    let mut view = JsonView::new(SAMPLE);
    at(&mut view, "Resources");
    view.toggle();
    assert_eq!(shown(&view)[4], "  \"Resources\": [ 2 items ],");
    assert_eq!(view.fold_of(view.cursor()), Fold::Closed);
    view.toggle();
    assert_eq!(shown(&view).len(), 13);
}

#[test]
fn folding_from_within_takes_the_cursor_to_what_was_folded() {
    let mut view = JsonView::new(SAMPLE);
    at(&mut view, "odd key");
    view.fold();
    assert_eq!(view.path(), "$.Resources[0]");
    view.fold();
    assert_eq!(view.path(), "$.Resources");
}

#[test]
fn the_cursor_knows_its_path_and_its_value() {
    let mut view = JsonView::new(SAMPLE);
    at(&mut view, "odd key");
    assert_eq!((view.path().as_str(), view.value().as_str()), ("$.Resources[0][\"odd key\"]", "null"));
    at(&mut view, "arn:1");
    assert_eq!((view.path().as_str(), view.value().as_str()), ("$.Id", "arn:1"));
    at(&mut view, "Resources");
    assert_eq!(view.value(), r#"[{"Id": "i-1", "odd key": null}, {}]"#);
    view.reveal(usize::MAX);
    assert_eq!((view.path().as_str(), view.value().as_str()), ("$", SAMPLE));
}

#[test]
fn a_copied_string_is_decoded_unless_it_could_hide_something() {
    let mut view = JsonView::new(r#"["say \"hi\"", "a\u001b[31m", "b"]"#);
    view.reveal(1);
    assert_eq!(view.value(), "say \"hi\"");
    view.reveal(2);
    assert_eq!(view.value(), "a\\u001b[31m");
}

#[test]
fn a_match_is_found_and_shown_though_it_is_folded_away() {
    let mut view = JsonView::new(SAMPLE);
    view.fold_all();
    let found = view.find("i-1");
    assert_eq!(found.len(), 1);
    view.reveal(found[0].0);
    assert_eq!(view.path(), "$.Resources[0].Id");
    assert!(shown(&view).iter().any(|line| line.contains("i-1")));
    assert_eq!(view.find("\"Id\": \"i").len(), 1);
    assert_eq!(view.find("id").len(), 2);
}

#[test]
fn a_text_that_is_no_json_is_shown_as_it_is_with_the_reason() {
    let mut view = JsonView::new("{\"a\": 1,\n\tnot json \u{1b}[2J");
    assert!(view.broken().is_some_and(|reason| reason.contains("line 2")));
    assert_eq!(shown(&view), ["{\"a\": 1,", "    not json \\u001b[2J"]);
    view.step(1);
    assert_eq!(view.path(), "line 2");
    view.fold();
    view.toggle();
    assert_eq!(JsonView::new("").row_count(), 1);
}

#[test]
fn nesting_has_no_limit() {
    let depth = 200_000;
    let mut view = JsonView::new(&format!("{}1{}", "[".repeat(depth), "]".repeat(depth)));
    assert_eq!(view.line_count(), 2 * depth + 1);
    view.layout(40);
    view.reveal(depth);
    assert_eq!(view.path().len(), 1 + 3 * depth);
    view.fold();
    view.fold_all();
    assert_eq!(view.row_count(), 3);
}

#[test]
fn a_long_string_takes_the_rows_it_needs() {
    let mut view = JsonView::new(&format!("[\"{}漢\"]", "x".repeat(500)));
    view.layout(40);
    let content = view.content(1);
    let rows = view.split(1, &content);
    assert_eq!(view.rows_of(1).len(), rows.len());
    assert!(rows.iter().all(|range| content.text[range.clone()].width() <= 40 - view.indent(1)));
    assert_eq!(view.row(view.row_count() - 1).line, 2);
}

fn json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from)
    ];
    leaf.prop_recursive(5, 60, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::vec((any::<String>(), inner), 0..6).prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn all_lines_together_are_the_same_json(value in json(), pretty: bool) {
        let text = if pretty { serde_json::to_string_pretty(&value) } else { serde_json::to_string(&value) };
        let view = JsonView::new(&text.expect("it serialises"));
        prop_assert!(view.broken().is_none());
        let lines = shown(&view).join("\n");
        prop_assert_eq!(serde_json::from_str::<Value>(&lines).expect("still JSON"), value);
    }

    #[test]
    fn whatever_is_folded_the_cursor_is_on_a_line_that_is_shown(value in json(), moves in prop::collection::vec(0u8..8, 0..40)) {
        let mut view = JsonView::new(&value.to_string());
        for (at, action) in moves.into_iter().enumerate() {
            match action {
                0 => view.fold(),
                1 => view.unfold(),
                2 => view.toggle(),
                3 => view.fold_all(),
                4 => view.unfold_all(),
                5 => view.reveal(at * 7 % view.line_count()),
                6 => { view.step(3); }
                _ => { view.step(-2); }
            }
            let rows = view.rows_of(view.cursor());
            prop_assert!(rows.end <= view.row_count());
            prop_assert_eq!(view.row(rows.start).line, view.cursor());
            prop_assert!(view.path().starts_with('$'));
        }
    }

    #[test]
    fn no_row_is_wider_than_the_screen(value in json(), width in 12usize..60) {
        let mut view = JsonView::new(&value.to_string());
        view.layout(width);
        for row in 0..view.row_count() {
            let at = view.row(row);
            let content = view.content(at.line);
            let rows = view.split(at.line, &content);
            prop_assert_eq!(rows.len(), view.rows_of(at.line).len());
            let shown = &content.text[rows[at.sub].clone()];
            prop_assert!(view.indent(at.line) + shown.width() <= width || shown.chars().count() == 1, "{:?}", shown);
        }
    }
}

#[test]
fn a_hundred_thousand_lines_are_at_hand_at_once() {
    let mut text = String::from("[");
    for number in 0..50_000 {
        let _ = write!(text, "{}{{\"number\": {number}}}", if number == 0 { "" } else { "," });
    }
    text.push(']');
    let mut view = JsonView::new(&text);
    view.layout(120);
    view.reveal(140_000);
    assert_eq!(view.path(), "$[46666].number");
    assert_eq!(view.rows_of(140_000), 140_000..140_001);
}
