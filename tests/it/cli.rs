//! The real binary: what it says to mistakes, what it writes, and its exit codes.

use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};

/// The binary in an environment of its own: no AWS configuration, no terminal, an empty home.
fn ringfort(home: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ringfort"));
    command.args(args).env_clear().stdin(Stdio::null());
    command.env("HOME", home).env("XDG_CONFIG_HOME", home.join("config")).env("AWS_EC2_METADATA_DISABLED", "true");
    command.current_dir(home);
    command
}

fn run(args: &[&str]) -> Output {
    let home = tempfile::tempdir().expect("a folder");
    ringfort(home.path(), args).output().expect("the binary runs")
}

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).expect("UTF-8")
}

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).expect("UTF-8")
}

fn configured(config: &str, args: &[&str]) -> Output {
    let home = tempfile::tempdir().expect("a folder");
    let folder = home.path().join("config/ringfort");
    fs::create_dir_all(&folder).expect("a folder");
    fs::write(folder.join("config.toml"), config).expect("written");
    ringfort(home.path(), args).output().expect("the binary runs")
}

#[test]
fn a_mistake_is_a_sentence_with_the_way_out_and_exit_code_2() {
    for (args, parts) in [
        (&["--nonsense"][..], &["--nonsense"][..]),
        (&["sumary"], &["sumary", "summary"]),
        (&["summary", "--demo", "--source", "guarduty"], &["`guarduty`", "did you mean `guardduty`?"]),
        (&["summary", "--region", "eu-centrl-1"], &["eu-centrl-1", "eu-central-1"]),
        (&["summary", "--demo", "--region", "mars-1"], &["mars-1", "choose one of"]),
        (&["summary", "--demo", "--theme", "drak"], &["`drak`", "did you mean `dark`?"]),
        (&["export", "--demo", "--format", "yaml"], &["`yaml`", "json, ndjson, csv, markdown"]),
        (&["summary", "--demo", "--fail-on", "hihg"], &["`hihg`", "did you mean `high`?"]),
        (&["summary", "--demo", "--min-severity", "worst"], &["`worst`", "critical"]),
        (&["summary", "--demo", "--timeout", "30"], &["`30`", "30s"]),
        (&["summary", "--demo", "--max-concurrency", "0"], &["0", "--max-concurrency"]),
        (&["summary", "--demo", "--query", "sev>=nope"], &["the query has a mistake", "^"]),
        (&["summary", "--demo", "--query", "lens.owasp-lm:LLM01"], &["owasp-lm", "^"]),
        (&["export", "--demo", "--format", "csv", "--with-raw"], &["--with-raw", "ndjson"]),
        (&["summary", "--demo", "--profile", "prod"], &["--demo", "`prod`"]),
        (&["export", "--demo", "--to", "no/such/folder/x.json"], &["no/such/folder/x.json", "nothing was fetched"]),
        (&["--demo"], &["terminal", "ringfort summary"]),
    ] {
        let output = run(args);
        assert_eq!(output.status.code(), Some(2), "{args:?}: {}", stderr(&output));
        assert_eq!(stdout(&output), "", "{args:?}");
        for part in parts {
            assert!(stderr(&output).contains(part), "{args:?}: {:?} lacks {part:?}", stderr(&output));
        }
    }
}

#[test]
fn a_mistake_in_the_configuration_names_file_line_and_key() {
    let output = configured("theme = \"dark\"\nregionz = []\n", &["themes"]);
    assert_eq!(output.status.code(), Some(2));
    for part in ["config.toml, line 2", "`regionz`", "did you mean `regions`?"] {
        assert!(stderr(&output).contains(part), "{:?} lacks {part:?}", stderr(&output));
    }
}

#[test]
fn a_broken_lens_file_is_a_mistake_before_anything_is_fetched() {
    let home = tempfile::tempdir().expect("a folder");
    let folder = home.path().join("config/ringfort/lenses");
    fs::create_dir_all(&folder).expect("a folder");
    fs::write(folder.join("mine.toml"), "this is not = [ a lens").expect("written");
    let output = ringfort(home.path(), &["summary", "--demo"]).output().expect("the binary runs");
    assert_eq!(output.status.code(), Some(2), "{}", stderr(&output));
    assert!(stderr(&output).contains("mine.toml"), "{}", stderr(&output));
}

#[test]
fn help_teaches_commands_exit_codes_and_environment() {
    let help = stdout(&run(&["--help"]));
    for part in ["summary", "export", "coverage", "--demo", "Exit codes", "AWS_ENDPOINT_URL", "Examples", "NO_COLOR"] {
        assert!(help.contains(part), "help lacks {part:?}");
    }
    for command in ["summary", "export", "coverage", "doctor", "policy", "themes", "keys", "completions", "man"] {
        let output = run(&[command, "--help"]);
        assert_eq!(output.status.code(), Some(0));
        assert!(stdout(&output).contains("Usage: ringfort"), "{command}");
    }
    insta::assert_snapshot!("help_short", stdout(&run(&["-h"])));
}

#[test]
fn help_names_every_source_and_breaks_its_sentences_at_the_edge_only() {
    let mut pages = vec![vec!["--help"]];
    pages.extend(["summary", "export", "coverage", "doctor", "policy", "lenses"].map(|command| vec![command, "--help"]));
    pages.extend(["list", "check", "explain", "coverage"].map(|command| vec!["lenses", command, "--help"]));
    for page in pages {
        let help = stdout(&run(&page));
        let lines: Vec<&str> = help.lines().collect();
        let sources = help.split("A source: ").nth(1).unwrap_or_else(|| panic!("{page:?}")).replace(char::is_whitespace, "");
        assert!(sources.starts_with("guardduty,inspector,access-analyzer,macie,security-hub,checks;"), "{page:?}: {sources}");
        for pair in lines.windows(2) {
            let indent = |line: &str| line.len() - line.trim_start().len();
            let goes_on = pair[0].ends_with(char::is_alphabetic) && pair[1].trim_start().starts_with(char::is_lowercase);
            let next = pair[1].split_whitespace().next().unwrap_or_default();
            if indent(pair[0]) == indent(pair[1]) && [0, 6].contains(&indent(pair[0])) && goes_on {
                assert!(pair[0].len() + 1 + next.len() > 100, "{page:?} breaks off before the edge:\n{}\n{}", pair[0], pair[1]);
            }
        }
    }
}

#[test]
fn completions_and_the_manual_know_the_commands() {
    for shell in ["bash", "zsh", "fish"] {
        let script = stdout(&run(&["completions", shell]));
        assert!(script.contains("ringfort") && script.contains("coverage") && script.contains("min-severity"), "{shell}");
    }
    let page = stdout(&run(&["man"]));
    for part in [".TH", "SH COMMANDS", ".SS export", "with\\-raw", "Exit codes"] {
        assert!(page.contains(part), "the manual lacks {part:?}");
    }
}

#[test]
fn themes_and_keys_are_listed() {
    let themes = stdout(&run(&["themes"]));
    for name in ["terminal", "dark", "light", "high-contrast", "monochrome"] {
        assert!(themes.lines().any(|line| line.starts_with(name)), "{themes}");
    }
    assert!(stdout(&run(&["keys"])).contains("enter"));
    let keys = stdout(&configured("[keys]\n\"view.search\" = \"ctrl-f\"\n", &["keys"]));
    assert!(keys.lines().any(|line| line.contains("ctrl-f") && line.contains("view.search")), "{keys}");
}

#[test]
fn the_demo_is_looked_at_with_every_command_and_its_gaps_are_told() {
    let summary = run(&["--demo", "summary", "--format", "json"]);
    let value: serde_json::Value = serde_json::from_slice(&summary.stdout).expect("JSON");
    assert_eq!(value["complete"], false, "one lane of the estate is denied");
    assert!(value["findings"].as_u64().expect("a number") > 200);
    assert_eq!(summary.status.code(), Some(3));

    let coverage = run(&["coverage", "--demo", "--format", "json"]);
    assert_eq!(coverage.status.code(), Some(3));
    let value: serde_json::Value = serde_json::from_slice(&coverage.stdout).expect("JSON");
    let states: Vec<&str> = value["lanes"].as_array().expect("a list").iter().filter_map(|lane| lane["state"].as_str()).collect();
    for state in ["complete", "not-enabled", "denied"] {
        assert!(states.contains(&state), "no lane is {state}");
    }

    let text = run(&["summary", "--demo"]);
    assert!(stdout(&text).contains(">="), "{}", stdout(&text));
    assert!(!stdout(&text).contains('\x1b'), "no colour but on a terminal");
}

#[test]
fn a_gate_that_is_hit_wins_over_incomplete() {
    assert_eq!(run(&["summary", "--demo", "--fail-on", "critical"]).status.code(), Some(1));
    assert_eq!(run(&["summary", "--demo", "--fail-on", "critical", "--query", "title:no-such-title-anywhere"]).status.code(), Some(3));
}

#[test]
fn without_credentials_nothing_can_be_read() {
    let output = run(&["export", "--region", "eu-central-1", "--timeout", "20s"]);
    assert_eq!(output.status.code(), Some(4), "{}", stderr(&output));
    assert_eq!(stdout(&output), "");
    assert!(stderr(&output).contains("credentials"), "{}", stderr(&output));
}

#[test]
fn an_export_has_every_finding_once_in_the_order_of_the_contract() {
    let output = run(&["export", "--demo", "--format", "ndjson", "--with-raw"]);
    let rows: Vec<serde_json::Value> = stdout(&output).lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    assert!(rows.len() > 200);
    assert!(rows.iter().all(|row| row["raw"].is_object()));
    let level = |row: &serde_json::Value| {
        let levels = ["critical", "high", "medium", "low", "informational", "unknown"];
        levels.iter().position(|level| row["priority"]["level"] == *level).expect("a level")
    };
    for pair in rows.windows(2) {
        let newest_first = |row: &serde_json::Value| std::cmp::Reverse(row["last_seen"].as_str().map(str::to_owned));
        let order = |row| (level(row), newest_first(row));
        assert!(order(&pair[0]) <= order(&pair[1]) || level(&pair[0]) == level(&pair[1]), "{} {}", pair[0]["id"], pair[1]["id"]);
    }
    let mut keys: Vec<(String, String)> = rows.iter().map(|row| (row["source"].to_string(), row["id"].to_string())).collect();
    keys.sort();
    keys.dedup();
    assert_eq!(keys.len(), rows.len(), "each finding once");
}

#[test]
fn export_to_a_file_writes_it_whole_and_never_over_another() {
    let home = tempfile::tempdir().expect("a folder");
    let file = home.path().join("out.csv");
    let export = |force: &[&str]| {
        let args = [&["export", "--demo", "--region", "eu-central-1", "--source", "guardduty", "--to", "out.csv"], force].concat();
        ringfort(home.path(), &args).output().expect("the binary runs")
    };
    let first = export(&[]);
    assert!(matches!(first.status.code(), Some(0 | 3)), "{}", stderr(&first));
    let table = fs::read_to_string(&file).expect("written");
    assert!(table.starts_with("\"id\",\"source\""), "the ending chose the format: {table}");
    let second = export(&[]);
    assert_eq!(second.status.code(), Some(2));
    assert!(stderr(&second).contains("--force"));
    assert!(matches!(export(&["--force"]).status.code(), Some(0 | 3)));
}

#[test]
fn a_reader_that_goes_away_ends_it_quietly() {
    let home = tempfile::tempdir().expect("a folder");
    let mut child = ringfort(home.path(), &["export", "--demo", "--format", "ndjson", "--with-raw"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary runs");
    drop(child.stdout.take());
    let output = child.wait_with_output().expect("it ends");
    assert_eq!(output.status.code(), Some(3));
    assert!(!stderr(&output).contains("panic") && !stderr(&output).contains("cannot write"), "{}", stderr(&output));
}

#[test]
fn the_estate_is_one_region_and_one_source_where_asked() {
    let output = run(&["--source", "guardduty", "coverage", "--demo", "--region", "eu-central-1", "--format", "json"]);
    let value: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let lanes = value["lanes"].as_array().expect("a list");
    assert!(!lanes.is_empty());
    assert!(lanes.iter().all(|lane| lane["region"] == "eu-central-1" && lane["source"] == "guardduty"));
}
