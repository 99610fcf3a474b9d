//! docs/priority.md: the rules as a table, made of the embedded file and held by a test.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use toml::{Table, Value};

/// Set it to write docs/priority.md anew.
const UPDATE: &str = "RINGFORT_UPDATE_PRIORITY";

const HEAD: &str = "\
# What ringfort orders by

The list, every export and the summary are in the order of the *priority*. It is the severity as the source states it, unless one of
these rules holds. The rules are ringfort's judgement, not AWS's: the severity itself is never changed, it stands beside the priority,
and the reason is shown. `--min-severity` and `--fail-on` go by the severity.

This page is made of [`assets/priority.toml`](../assets/priority.toml) by `tests/it/priority/document.rs`; set `RINGFORT_UPDATE_PRIORITY=1` to
write it anew. The file's head says how rules are written. A `priority.toml` in the configuration folder adds rules, or stands in the
place of those with the same id (`off = true` turns one off).

- Of the rules that hold, the highest level counts; the reason names all of them, those of the highest level first.
- A rule holds for active findings only. Where one lowers, it counts and no other.
- *Another finding tells*: an active finding that is no sample, of any source and account, about the same resource: the same ARN,
  the same EC2 id in the same account, the same function in any version, the same access key. A record behind another one of the
  same issue tells nothing by itself.
- The result does not depend on the order in which findings arrive; what goes away in a refresh counts no more.
- A step is one level; `raise` does not move what is informational or not rated.
";

fn words(value: &Value) -> String {
    match value {
        Value::Array(items) => items.iter().map(words).collect::<Vec<_>>().join(" or "),
        Value::String(text) => format!("`{text}`"),
        other => format!("`{other}`"),
    }
}

fn conditions(rule: &Table) -> String {
    let mut told = Vec::new();
    for (key, value) in rule.get("when").and_then(Value::as_table).into_iter().flatten() {
        told.push(format!("{key} {}", words(value)));
    }
    for (key, value) in rule.get("vulnerability").and_then(Value::as_table).into_iter().flatten() {
        told.push(match (key.as_str(), value) {
            ("epss-at-least", value) => format!("EPSS at least {value}"),
            ("cvss-at-least", value) => format!("CVSS at least {value}"),
            ("exploit", Value::Boolean(true)) => "an exploit is available".to_owned(),
            ("network", Value::Boolean(true)) => "exploited over a network".to_owned(),
            ("fix", Value::Boolean(true)) => "a fix is available".to_owned(),
            (key, value) => format!("{key} {value}"),
        });
    }
    if let Some(traits) = rule.get("traits") {
        told.push(format!("it tells {}", words(traits)));
    }
    if rule.get("sample").is_some() {
        told.push("it is a sample".to_owned());
    }
    if let Some(elsewhere) = rule.get("elsewhere") {
        told.push(format!("another finding tells {}", words(elsewhere)));
    }
    told.join("; ")
}

fn effect(rule: &Table) -> String {
    let text = |key: &str| rule.get(key).and_then(Value::as_str);
    if let Some(level) = text("at-least") {
        return format!("at least {level}");
    }
    if let Some(level) = text("lower-to") {
        return format!("at most {level}");
    }
    let steps = rule.get("raise").and_then(Value::as_integer).unwrap_or_default();
    format!("{steps} step{} up, to {} at most", if steps == 1 { "" } else { "s" }, text("up-to").unwrap_or("high"))
}

fn page(text: &str) -> String {
    let file: Table = text.parse().expect("TOML");
    let list = |key: &str| file[key].as_array().expect("a list").iter().map(|rule| rule.as_table().expect("a table").clone());
    let text = |rule: &Table, key: &str| rule[key].as_str().expect("a text").to_owned();
    let mut page = format!("{HEAD}\n## Rules\n\n| rule | holds where | priority | why |\n|---|---|---|---|\n");
    for rule in list("rule") {
        writeln!(page, "| `{}` | {} | {} | {} |", text(&rule, "id"), conditions(&rule), effect(&rule), text(&rule, "because"))
            .expect("memory");
    }
    page.push_str(
        "\n## What findings tell beside the traits that their sources give them\n\n| rule | findings | tell | why |\n|---|---|---|---|\n",
    );
    for tell in list("tell") {
        writeln!(page, "| `{}` | {} | `{}` | {} |", text(&tell, "id"), conditions(&tell), text(&tell, "word"), text(&tell, "because"))
            .expect("memory");
    }
    page
}

#[test]
fn the_document_says_what_the_rules_are() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let page = page(&fs::read_to_string(root.join("assets/priority.toml")).expect("readable"));
    let path = root.join("docs/priority.md");
    if std::env::var_os(UPDATE).is_some() {
        fs::write(&path, &page).expect("written");
    }
    let kept = fs::read_to_string(&path).unwrap_or_default();
    assert!(page == kept, "docs/priority.md says otherwise (set {UPDATE}=1 to write it anew)");
}
