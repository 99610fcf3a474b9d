//! Dependencies point one way. The tables below are the architecture; ARCHITECTURE.md draws it.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// What each folder under `src/` may name of the crate, beside itself.
const MAY_NAME: &[(&str, &[&str])] = &[
    ("model", &[]),
    ("lens", &["model"]),
    ("priority", &["model", "lens"]),
    ("store", &["model", "priority"]),
    ("query", &["model", "lens", "store"]),
    ("aws", &["model"]),
    ("source", &["model", "aws"]),
    ("fetch", &["model", "aws", "source", "lens", "store"]),
    ("report", &["model", "lens", "query", "store"]),
    ("app", &["model", "lens", "priority", "query", "store", "fetch", "report"]),
    ("ui", &["model", "lens", "query", "store", "report", "app"]),
    ("demo", &["model", "aws"]),
    ("runtime", &["model", "lens", "priority", "store", "query", "aws", "source", "fetch", "report", "app", "ui", "demo"]),
    ("cli", &["model", "lens", "priority", "store", "query", "aws", "source", "fetch", "report", "app", "ui", "demo", "runtime"]),
];

/// What `app` may name of `fetch`: what the fetch says, not how it is run.
const APP_MAY_NAME_OF_FETCH: &[&str] = &["CodeWanted", "Event", "Identity", "MfaCode", "Need", "Validity", "Reply"];

/// Crates, and the only folders that may name them.
const ONLY_IN: &[(&str, &[&str])] = &[
    ("aws_sdk_", &["aws", "source"]),
    ("aws_config", &["aws", "source"]),
    ("aws_types", &["aws", "source"]),
    ("aws_credential_types", &["aws", "source", "demo"]),
    ("aws_smithy_", &["aws", "source", "demo"]),
    ("ratatui", &["ui", "app", "runtime"]),
    ("crossterm", &["ui", "runtime", "cli"]),
    ("clap", &["cli"]),
    ("tokio", &["aws", "source", "fetch", "demo", "runtime", "cli"]),
];

fn sources() -> Vec<(String, PathBuf, String)> {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = Vec::new();
    let mut folders = vec![src.clone()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("src is readable") {
            let path = entry.expect("src is readable").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let inside = path.strip_prefix(&src).expect("under src");
                let top = inside.components().next().expect("a name").as_os_str().to_string_lossy().trim_end_matches(".rs").to_owned();
                let text = fs::read_to_string(&path).expect("UTF-8");
                found.push((top, inside.to_owned(), code(&text)));
            }
        }
    }
    found.sort();
    found
}

/// The file without comments, and without its tests, which may use anything.
fn code(text: &str) -> String {
    let text = text.split("#[cfg(test)]\nmod ").next().unwrap_or_default();
    text.lines().map(|line| line.split("//").next().unwrap_or_default()).collect::<Vec<_>>().join("\n")
}

/// The names that follow `prefix`, also in braces: `crate::{a, b::c}` gives a and b.
fn names_after(code: &str, prefix: &str) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for (at, _) in code.match_indices(prefix) {
        let before = code[..at].chars().next_back();
        if before.is_some_and(|c| c.is_alphanumeric() || c == '_' || c == ':') {
            continue;
        }
        let rest = &code[at + prefix.len()..];
        if let Some(list) = rest.strip_prefix('{') {
            let mut depth = 0;
            let mut name = String::new();
            for c in list.chars() {
                match c {
                    '{' => depth += 1,
                    '}' if depth == 0 => break,
                    '}' => depth -= 1,
                    ',' if depth == 0 => {
                        names.insert(first_name(&name));
                        name.clear();
                        continue;
                    }
                    _ => {}
                }
                name.push(c);
            }
            names.insert(first_name(&name));
        } else {
            names.insert(first_name(rest));
        }
    }
    names.remove("");
    names
}

fn first_name(text: &str) -> String {
    text.trim_start().chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect()
}

#[test]
fn every_folder_is_in_the_table() {
    let folders: BTreeSet<String> = sources().into_iter().map(|(top, ..)| top).filter(|top| top != "lib" && top != "main").collect();
    let table: BTreeSet<String> = MAY_NAME.iter().map(|(folder, _)| (*folder).to_owned()).collect();
    assert_eq!(folders, table);
}

#[test]
fn the_table_has_no_way_back() {
    for (position, (folder, may)) in MAY_NAME.iter().enumerate() {
        for other in *may {
            let back = MAY_NAME.iter().position(|(name, _)| name == other).expect("in the table");
            assert!(back < position, "{folder} may name {other}, which comes after it");
        }
    }
}

#[test]
fn folders_name_only_what_stands_below_them() {
    let mut broken = Vec::new();
    for (top, path, code) in sources() {
        let Some((_, may)) = MAY_NAME.iter().find(|(folder, _)| *folder == top) else { continue };
        for name in names_after(&code, "crate::") {
            let is_folder = MAY_NAME.iter().any(|(folder, _)| *folder == name);
            if is_folder && name != top && !may.contains(&name.as_str()) {
                broken.push(format!("{}: `{top}` may not name `{name}`", path.display()));
            }
        }
    }
    assert!(broken.is_empty(), "\n{}", broken.join("\n"));
}

#[test]
fn app_knows_what_the_fetch_says_and_not_how_it_runs() {
    for (top, path, code) in sources() {
        if top == "app" {
            for name in names_after(&code, "crate::fetch::") {
                assert!(APP_MAY_NAME_OF_FETCH.contains(&name.as_str()), "{}: `fetch::{name}`", path.display());
            }
        }
    }
}

#[test]
fn crates_of_the_outside_are_named_only_at_the_edges() {
    let mut broken = Vec::new();
    for (top, path, code) in sources() {
        for (library, folders) in ONLY_IN {
            let named = code.match_indices(library).any(|(at, _)| {
                let before = code[..at].chars().next_back().unwrap_or(' ');
                let after = code[at + library.len()..].chars().next().unwrap_or(' ');
                let ends = library.ends_with('_') || !(after.is_alphanumeric() || after == '_' || after == '-');
                let path_like =
                    library.ends_with('_') || code[at + library.len()..].starts_with("::") || code[..at].trim_end().ends_with("use");
                !(before.is_alphanumeric() || before == '_' || before == '"' || before == '-') && ends && path_like
            });
            if named && top != "lib" && top != "main" && !folders.contains(&top.as_str()) {
                broken.push(format!("{}: `{library}` is only for {}", path.display(), folders.join(", ")));
            }
        }
    }
    assert!(broken.is_empty(), "\n{}", broken.join("\n"));
}

#[test]
fn every_folder_opens_with_what_it_is() {
    for (folder, _) in MAY_NAME {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("src").join(folder).join("mod.rs");
        let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let lines: Vec<&str> = text.lines().take_while(|line| line.starts_with("//!")).collect();
        assert!(lines.len() >= 3, "{} opens with three lines: what lives here, what comes in, what it may not know", path.display());
    }
}

#[test]
fn the_scanner_sees_paths_in_braces_and_alone() {
    let code = "use crate::{model::Text, ui};\nlet x = crate::aws::call(); other_crate::no();";
    assert_eq!(names_after(code, "crate::").into_iter().collect::<Vec<_>>(), ["aws", "model", "ui"]);
}
