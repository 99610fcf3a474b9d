//! `ringfort lenses`: lists, checks, explains, measures; and what rules can ask for and repeat.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use ringfort::demo;
use ringfort::lens::LensSet;
use ringfort::model::{Basis, Compliance, Finding, Source, Text};
use serde_json::Value;

/// Set it to write docs/lens-coverage.md anew.
const UPDATE: &str = "RINGFORT_UPDATE_LENS_COVERAGE";

fn run(home: &Path, args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ringfort"));
    command.args(args).env_clear().env("HOME", home).env("XDG_CONFIG_HOME", home.join("config")).current_dir(home);
    command.output().expect("the binary runs")
}

/// Writes the configuration.
fn configure(home: &Path, text: &str) {
    let folder = home.join("config/ringfort");
    fs::create_dir_all(&folder).expect("a folder");
    fs::write(folder.join("config.toml"), text).expect("written");
}

fn out(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).expect("UTF-8")
}

fn json(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {}", out(output)))
}

const HEAD: &str = "id = 'mine'\ntitle = 'Mine'\npick = 'first'\n[[group]]\nkey = 'a'\ntitle = 'A'\ntext = ''\n[[group]]\nkey = 'b'\ntitle = 'B'\ntext = ''\n";

/// A rule of seven lines.
fn rule(id: &str, when: &str, group: &str) -> String {
    format!("[[rule]]\nid = '{id}'\n{when}\ngroup = '{group}'\nbasis = 'derived'\nreason = 'So.'\n\n")
}

fn review(rules: &[String]) -> (Vec<String>, Vec<String>) {
    let review = LensSet::review("mine.toml", &format!("{HEAD}{}", rules.concat()));
    let told = |all: &[ringfort::lens::Mistake]| all.iter().map(ToString::to_string).collect();
    (told(&review.mistakes), told(&review.notes))
}

fn load(text: &str) -> LensSet {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("mine.toml"), text).expect("written");
    LensSet::load(folder.path()).unwrap_or_else(|error| panic!("{error}"))
}

fn control(id: &str, requirements: &[&str]) -> Finding {
    let requirements = requirements.iter().map(|text| Text::new(text)).collect();
    let compliance = Compliance { control: Some(Text::new(id)), requirements, ..Compliance::default() };
    Finding { compliance: Some(Box::new(compliance)), ..Finding::blank(Source::SecurityHub, id) }
}

/// The groups of the lens `mine`, with basis and reason.
fn places(set: &LensSet, mut finding: Finding) -> Vec<(String, Basis, String)> {
    set.placer().place(&mut finding);
    let mine = finding.placement.lenses.iter().filter(|place| &*place.lens == "mine");
    mine.map(|place| (place.key.to_string(), place.why.basis, place.why.reason.to_string())).collect()
}

#[test]
fn the_known_types_and_controls_are_placed_as_the_document_says_and_none_by_a_guess() {
    let set = LensSet::builtin();
    let coverage = set.coverage();
    for one in coverage.iter().filter(|one| matches!(one.lens.id(), "layers" | "sides")) {
        let guessed: Vec<&str> =
            one.placed.iter().filter(|(_, reach)| *reach >= ringfort::lens::Reach::Fallback).map(|(known, _)| known.id).collect();
        assert!(guessed.is_empty(), "{} only guesses {guessed:?}", one.lens.id());
    }
    let mut page = Vec::new();
    ringfort::report::lenses::coverage_markdown(&mut page, &coverage).expect("memory");
    let page = String::from_utf8(page).expect("UTF-8");
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/lens-coverage.md");
    if std::env::var_os(UPDATE).is_some() {
        fs::write(&path, &page).expect("written");
    }
    let kept = fs::read_to_string(&path).unwrap_or_default();
    assert!(page == kept, "docs/lens-coverage.md says otherwise (set {UPDATE}=1 to write it anew)");
}

#[test]
fn a_rule_that_an_earlier_one_covers_is_a_mistake() {
    let wide = rule("wide", "when.source = 'guardduty'\nwhen.type = '*:S3/*'", "a");
    for (name, later) in [
        ("one pattern", "when.source = 'guardduty'\nwhen.type = 'Impact:S3/*'"),
        ("exact words", "when.source = 'guardduty'\nwhen.type = ['Impact:S3/X', 'Recon:S3/Y']"),
        ("more conditions", "when.source = 'guardduty'\nwhen.type = '*:S3/*'\nwhen.severity = 'low'"),
    ] {
        let (mistakes, _) = review(&[wide.clone(), rule("late", later, "b")]);
        assert!(mistakes.len() == 1 && mistakes[0].contains("`late` never counts: `wide` in line 13"), "{name}: {mistakes:?}");
        assert!(mistakes[0].starts_with("mine.toml, line "), "{mistakes:?}");
    }
    for (name, later) in [
        ("another source", "when.source = ['guardduty', 'macie']\nwhen.type = 'Impact:S3/*'"),
        ("a wider pattern", "when.source = 'guardduty'\nwhen.type = '*:S3*'"),
        ("no condition on the type", "when.source = 'guardduty'\nwhen.severity = 'low'"),
    ] {
        let (mistakes, _) = review(&[wide.clone(), rule("late", later, "b")]);
        assert!(mistakes.is_empty(), "{name}: {mistakes:?}");
    }
}

#[test]
fn a_rule_whose_words_are_all_taken_by_several_is_a_mistake_and_one_taken_word_is_a_note() {
    let rules = [
        rule("first", "when.control = 'S3.1'", "a"),
        rule("second", "when.family = 'IAM'", "a"),
        rule("dead", "when.control = ['S3.1', 'IAM.4']", "b"),
        rule("half", "when.control = ['S3.1', 'KMS.4']", "b"),
    ];
    let (mistakes, notes) = review(&rules);
    assert_eq!(mistakes.len(), 1, "{mistakes:?}");
    assert!(mistakes[0].contains("`dead` never counts") && mistakes[0].contains("`first`") && mistakes[0].contains("`second`"));
    assert!(notes.iter().any(|note| note.contains("`s3.1` never counts in `control` of the rule `half`")), "{notes:?}");
}

#[test]
fn a_rule_that_asks_a_source_for_what_it_does_not_have_is_a_mistake() {
    let (mistakes, _) = review(&[rule("never", "when.source = 'macie'\nwhen.control = 'S3.1'", "a")]);
    assert!(mistakes[0].contains("can never match: `control` is known of findings of security-hub"), "{mistakes:?}");
}

#[test]
fn overlaps_and_unknown_names_are_notes() {
    let rules = [
        rule("data", "when.source = 'guardduty'\nwhen.type = '*:S3/*'", "a"),
        rule("steal", "when.source = 'guardduty'\nwhen.type = 'Exfiltration:*'", "b"),
        rule("typo", "when.source = 'guardduty'\nwhen.type = 'Recon:EC2/Portscn'", "b"),
        rule("nothing", "when.control = 'S3.777'", "b"),
    ];
    let (mistakes, notes) = review(&rules);
    assert!(mistakes.is_empty(), "{mistakes:?}");
    assert!(notes.iter().any(|note| note.contains("`data` and `steal` in line 21 both match `Exfiltration:S3/")), "{notes:?}");
    assert!(notes.iter().any(|note| note.contains("did you mean `recon:ec2/portscan`?")), "{notes:?}");
    assert!(notes.iter().any(|note| note.contains("no known control is called `s3.777`")), "{notes:?}");
    // What names the type itself stands before what matches it by pattern on purpose.
    let rules = [
        rule("exact", "when.source = 'guardduty'\nwhen.type = 'Exfiltration:S3/AnomalousBehavior'", "b"),
        rule("data", "when.source = 'guardduty'\nwhen.type = '*:S3/*'", "a"),
    ];
    assert_eq!(review(&rules), (Vec::new(), Vec::new()));
}

#[test]
fn the_embedded_lenses_have_no_rule_that_never_counts() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/lenses");
    for file in LensSet::files(&folder).expect("readable") {
        let review = LensSet::review(&file.display().to_string(), &fs::read_to_string(&file).expect("UTF-8"));
        assert!(review.mistakes.is_empty(), "{:#?}", review.mistakes);
    }
}

#[test]
fn requirements_that_aws_states_place_and_are_repeated() {
    let set = load(
        "id = 'mine'\ntitle = 'Mine'\n[[group]]\nkey = 'nist'\ntitle = 'NIST'\ntext = ''\n[[group]]\nkey = 'pci'\ntitle = 'PCI'\ntext = ''\n\
         [[rule]]\nid = 'ours'\nwhen.family = 'S3'\ngroup = ['nist', 'pci']\nbasis = 'derived'\nreason = 'We think so.'\n\
         [[rule]]\nid = 'nist'\nwhen.requirement = 'NIST.800-53.r5 *'\ngroup = 'nist'\nbasis = 'stated'\nreason = 'AWS states {requirement}.'\n",
    );
    let found = places(&set, control("S3.8", &["NIST.800-53.r5 AC-3", "PCI DSS v4.0.1/1.4.4", "NIST.800-53.r5 SC-7"]));
    assert_eq!(
        found,
        [
            ("nist".into(), Basis::Stated, "AWS states NIST.800-53.r5 AC-3, NIST.800-53.r5 SC-7.".into()),
            ("pci".into(), Basis::Derived, "We think so.".into()),
        ],
        "what is stated wins over what is derived, group by group"
    );
    // The same control with other requirements is not mistaken for the one before.
    assert_eq!(places(&set, control("S3.8", &["NIST.800-53.r5 AC-6"]))[0].2, "AWS states NIST.800-53.r5 AC-6.");
    assert_eq!(places(&set, control("S3.8", &[]))[0].1, Basis::Derived);
}

#[test]
fn a_group_is_taken_from_what_a_condition_met() {
    let set = load(
        "id = 'mine'\ntitle = 'Mine'\n[[group]]\nkey = 'initial-access'\ntitle = 'x'\ntext = ''\n[[group]]\nkey = 'exfiltration'\ntitle = 'x'\ntext = ''\n\
         [[rule]]\nid = 'tactic'\nwhen.tactic = '*'\ngroup = '{tactic}'\nbasis = 'stated'\nreason = 'GuardDuty saw {tactic}.'\n",
    );
    let mut finding = Finding::blank(Source::GuardDuty, "x");
    let indicators = ["ATTACK_TACTIC=Exfiltration", "ATTACK_TACTIC=Initial Access", "ATTACK_TACTIC=Unheard Of", "TOR_IP"];
    finding.indicators = Some(indicators.map(Text::new).into());
    let keys: Vec<String> = places(&set, finding).into_iter().map(|(key, ..)| key).collect();
    assert_eq!(keys, ["initial-access", "exfiltration"], "a group that the lens does not have is left out");
}

#[test]
fn every_new_condition_holds_where_its_fact_is() {
    let finding = || {
        let mut finding = control("S3.8", &["PCI DSS v4.0.1/1.4.4"]);
        finding.compliance.as_mut().expect("there").standards = vec![Text::new("standards/pci-dss/v/4.0.1")];
        finding.indicators = Some([Text::new("ATTACK_TECHNIQUE=T1530 - Data from Cloud Storage"), Text::new("TOR_IP=192.0.2.1")].into());
        finding.account = ringfort::model::AccountId::new("111122223333");
        finding.region = ringfort::model::Region::new("eu-central-1");
        finding
    };
    for (when, holds) in [
        ("when.requirement = 'pci dss *'", true),
        ("when.requirement = 'NIST*'", false),
        ("when.standard = '*pci-dss*'", true),
        ("when.standard = '*cis*'", false),
        ("when.technique = 'T1530*'", true),
        ("when.technique = 'T1531*'", false),
        ("when.tactic = '*'", false),
        ("when.indicator = 'TOR_IP*'", true),
        ("when.indicator = 'TOR_IP'", false),
        ("when.account = '1111*'", true),
        ("when.account = '2222*'", false),
        ("when.region = ['us-*', 'eu-*']", true),
        ("when.region = 'us-*'", false),
    ] {
        let set = load(&format!("{HEAD}{}", rule("one", when, "a")));
        assert_eq!(!places(&set, finding()).is_empty(), holds, "{when}");
    }
}

#[test]
fn templates_are_checked() {
    for (rule, words) in [
        ("when.requirement = '*'\ngroup = '{requirement}'\nbasis = 'stated'\nreason = 'x'\n", "write `pick = \"all\"`"),
        ("when.family = 'S3'\ngroup = 'a'\nbasis = 'stated'\nreason = '{requirement}'\n", "no condition that can be repeated"),
        ("when.control = 'S3.1'\ngroup = 'a'\nbasis = 'stated'\nreason = '{contrl}'\n", "it is one of `{control}`"),
    ] {
        let (mistakes, _) = review(&[format!("[[rule]]\nid = 'x'\n{rule}")]);
        assert!(mistakes.iter().any(|mistake| mistake.contains(words)), "{rule}: {mistakes:?}");
    }
}

#[test]
fn the_list_names_each_lens_and_where_it_comes_from() {
    let home = tempfile::tempdir().expect("a folder");
    let folder = home.path().join("config/ringfort/lenses");
    fs::create_dir_all(&folder).expect("a folder");
    fs::write(folder.join("mine.toml"), format!("{HEAD}{}", rule("one", "when.severity = 'low'", "a"))).expect("written");
    fs::write(
        folder.join("sides.toml"),
        "id = 'sides'\ntitle = 'Ours'\nextend = true\n[[rule]]\nid = 'o'\nwhen.control = 'S3.1'\nside = 'aws'\nbasis = 'derived'\nreason = 'So.'\n",
    )
    .expect("written");
    let listed = out(&run(home.path(), &["lenses"]));
    for words in ["layers", "owasp-llm", "embedded", "mine.toml", "before the embedded rules"] {
        assert!(listed.contains(words), "{words}: {listed}");
    }
    let all = json(&run(home.path(), &["lenses", "list", "--format", "json"]));
    let from = |id: &str| all.as_array().expect("a list").iter().find(|lens| lens["id"] == id).expect("there")["from"].clone();
    assert_eq!((from("mine"), from("sides"), from("layers")), ("added".into(), "extends".into(), "embedded".into()));
    assert_eq!(run(home.path(), &["lenses", "check"]).status.code(), Some(0), "the user's own files are checked without a name");
}

#[test]
fn a_file_with_mistakes_is_told_line_by_line_and_ends_with_2() {
    let home = tempfile::tempdir().expect("a folder");
    let path = home.path().join("bad.toml");
    fs::write(&path, format!("{HEAD}{}", rule("one", "when.severity = 'hgh'", "c"))).expect("written");
    let output = run(home.path(), &["lenses", "check", "bad.toml"]);
    assert_eq!(output.status.code(), Some(2));
    let told = out(&output);
    assert!(told.contains("bad.toml:14: mistake: unknown severity `hgh`; did you mean `high`?"), "{told}");
    assert!(told.contains("bad.toml:15: mistake: the lens has no group `c`"), "{told}");
    fs::write(&path, "id = 'x'\ntitle = 'x'\ngruop = 1\n").expect("written");
    let told = out(&run(home.path(), &["lenses", "check", "bad.toml"]));
    assert!(told.contains("bad.toml:3:") && told.contains("did you mean `group`?"), "{told}");
    let told = json(&run(home.path(), &["lenses", "check", "bad.toml", "nowhere.toml", "--format", "json"]));
    assert_eq!((&told[0]["mistakes"][0]["line"], &told[1]["mistakes"][0]["line"]), (&Value::from(3), &Value::Null));
    let missing = run(home.path(), &["lenses", "check"]);
    assert_eq!((missing.status.code(), missing.stdout.len()), (Some(2), 0));
}

const RECORD: &str = r#"{"Id":"f","ProductArn":"arn:aws:securityhub:eu-central-1::product/aws/securityhub","SchemaVersion":"2018-10-08","Title":"General purpose buckets should block public access","Types":["Software and Configuration Checks/x"],"Severity":{"Label":"HIGH"},"Compliance":{"Status":"FAILED","SecurityControlId":"S3.8","RelatedRequirements":["NIST.800-53.r5 AC-3"]},"Resources":[{"Type":"AwsS3Bucket","Id":"arn:aws:s3:::b"}]}"#;

#[test]
fn a_finding_of_a_file_is_explained_lens_by_lens() {
    let home = tempfile::tempdir().expect("a folder");
    fs::write(home.path().join("f.json"), format!("{{\"Findings\":[{RECORD}]}}")).expect("written");
    let text = out(&run(home.path(), &["lenses", "explain", "--from", "f.json"]));
    for words in ["control S3.8", "layers: ", "sides: customer", " by ", "no place in: "] {
        assert!(text.contains(words), "{words}: {text}");
    }
    let wide = text.lines().skip(2).find(|line| line.chars().count() > 80);
    assert_eq!(wide, None, "places and reasons keep to the width");
    let all = json(&run(home.path(), &["lenses", "explain", "--from", "f.json", "--format", "json"]));
    let lenses = all[0]["lenses"].as_array().expect("lenses");
    assert_eq!(lenses.len(), LensSet::builtin().lenses().len(), "every lens is there, also without a place");
    let place = &lenses[0]["places"][0];
    assert!(lenses[0]["lens"] == "layers" && place["primary"] == true && place["rule"].is_string() && place["reason"].is_string());
    let none = json(&run(home.path(), &["lenses", "explain", "--from", "f.json", "--format", "json", "--query", "sev:low"]));
    assert_eq!(none.as_array().map(Vec::len), Some(0));
    let none = run(home.path(), &["lenses", "explain", "--from", "f.json", "--query", "sev:low"]);
    let told = String::from_utf8_lossy(&none.stderr);
    assert!(none.status.success() && out(&none).is_empty() && told.contains("no finding matches the query"), "{told}");
}

#[test]
fn what_ringfort_exports_is_explained_as_it_was_placed() {
    let home = tempfile::tempdir().expect("a folder");
    let exported =
        run(home.path(), &["export", "--demo", "--format", "ndjson", "--with-raw", "--query", "sev:critical", "--to", "x.ndjson"]);
    assert_eq!(exported.status.code(), Some(3), "the embedded estate has lanes that cannot be read");
    let lines = fs::read_to_string(home.path().join("x.ndjson")).expect("written");
    // The embedded company marks some of its resources; whoever reads its export has to mark them too.
    let marked =
        |mark: &str| -> Vec<&str> { demo::AI_DATA.iter().filter(|(known, _)| *known == mark).map(|(_, pattern)| *pattern).collect() };
    configure(home.path(), &format!("[ai-data]\ntraining = {:?}\nrag = {:?}\n", marked("training"), marked("rag")));
    let explained = run(home.path(), &["lenses", "explain", "--from", "x.ndjson", "--format", "json"]);
    assert_eq!(explained.status.code(), Some(0), "{}", String::from_utf8_lossy(&explained.stderr));
    let explained = json(&explained);
    let mut with_places = 0;
    assert_eq!(lines.lines().count(), explained.as_array().map_or(0, Vec::len));
    for (line, again) in lines.lines().zip(explained.as_array().expect("a list")) {
        let record: Value = serde_json::from_str(line).expect("JSON");
        assert_eq!((&record["id"], &record["type"]), (&again["id"], &again["type"]));
        let lenses = again["lenses"].as_array().expect("lenses");
        let keys = |id: &str| {
            let lens = lenses.iter().find(|lens| lens["lens"] == id).expect("every lens");
            lens["places"].as_array().expect("places").iter().map(|place| place["key"].clone()).collect::<Vec<_>>()
        };
        assert_eq!(keys("layers")[0], record["layer"], "{line}");
        assert_eq!(keys("sides")[0], record["side"], "{line}");
        // `lenses` of an export has every other lens that has a place for the finding, and no more.
        let places = record["lenses"].as_object().expect("an object");
        assert!(!places.contains_key("layers") && !places.contains_key("sides"));
        for lens in lenses.iter().filter_map(|lens| lens["lens"].as_str()).filter(|id| !matches!(*id, "layers" | "sides")) {
            let exported: Vec<Value> = places
                .get(lens)
                .and_then(Value::as_array)
                .map(|all| all.iter().map(|place| place["key"].clone()).collect())
                .unwrap_or_default();
            assert_eq!(keys(lens), exported, "{lens}: {line}");
            with_places += usize::from(!exported.is_empty());
        }
    }
    assert!(with_places > 3, "only {with_places}");
}

#[test]
fn what_cannot_be_explained_is_told() {
    let home = tempfile::tempdir().expect("a folder");
    fs::write(home.path().join("f.json"), format!("{RECORD}\n{{\"a\":1}}")).expect("written");
    let some = run(home.path(), &["lenses", "explain", "--from", "f.json"]);
    assert_eq!(some.status.code(), Some(3));
    assert!(String::from_utf8_lossy(&some.stderr).contains("record 2 has the shape of no service"));
    for name in ["nowhere.json", "empty.json"] {
        fs::write(home.path().join("empty.json"), "").expect("written");
        let none = run(home.path(), &["lenses", "explain", "--from", name]);
        assert_eq!((none.status.code(), none.stdout.len()), (Some(2), 0), "{name}");
    }
}

#[test]
fn a_query_names_lenses_and_groups_that_there_are() {
    let home = tempfile::tempdir().expect("a folder");
    for (query, words) in
        [("lens.owasp-lm:LLM01", "did you mean `owasp-llm`?"), ("lens.owasp-llm:LLM1", "LLM01"), ("lens.sides:custmer", "customer")]
    {
        let output = run(home.path(), &["summary", "--demo", "--query", query]);
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.code() == Some(2) && told.contains(words), "{query}: {told}");
    }
    let layer = run(home.path(), &["export", "--demo", "--format", "csv", "--query", "lens.layers:data-protection"]);
    let same = run(home.path(), &["export", "--demo", "--format", "csv", "--query", "layer:data-protection"]);
    assert!(out(&layer).lines().count() > 10);
    assert_eq!(out(&layer).lines().count(), out(&same).lines().count());
}

/// A bucket that everyone may read, as Access Analyzer lists it: without tags.
const OPEN_BUCKET: &str = r#"{"id":"f","resource":"arn:aws:s3:::Acme-Train-1","resourceType":"AWS::S3::Bucket","resourceOwnerAccount":"111122223333","findingType":"ExternalAccess","isPublic":true,"principal":{"AWS":"*"},"status":"ACTIVE","createdAt":"2026-01-01T00:00:00Z","analyzedAt":"2026-01-01T00:00:00Z","updatedAt":"2026-01-01T00:00:00Z"}"#;

#[test]
fn what_the_configuration_marks_stands_in_the_ai_lenses_and_explain_names_the_mark() {
    let home = tempfile::tempdir().expect("a folder");
    fs::write(home.path().join("f.json"), format!("{{\"findings\":[{OPEN_BUCKET}]}}")).expect("written");
    let explain = || json(&run(home.path(), &["lenses", "explain", "--from", "f.json", "--format", "json"]));
    let places = |all: &Value, id: &str| -> Vec<(String, String)> {
        let lens =
            all[0]["lenses"].as_array().and_then(|lenses| lenses.iter().find(|lens| lens["lens"] == id)).expect("every lens").clone();
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        lens["places"].as_array().expect("places").iter().map(|place| (text(&place["key"]), text(&place["reason"]))).collect()
    };
    let without = explain();
    assert!(places(&without, "ai").is_empty() && places(&without, "owasp-llm").is_empty(), "{without}");
    assert_eq!(without[0]["marks"], Value::Array(Vec::new()));

    configure(home.path(), "[ai-data]\ntraining = [\"arn:aws:s3:::acme-train-*\"]\n");
    let with = explain();
    assert_eq!(with[0]["marks"][0]["mark"], "training");
    assert_eq!(with[0]["marks"][0]["resource"], "arn:aws:s3:::Acme-Train-1");
    let ai = places(&with, "ai");
    assert!(ai[0].0 == "training-data" && ai[0].1.contains("\"arn:aws:s3:::acme-train-*\" in the configuration"), "{ai:?}");
    let keys = |id: &str| places(&with, id).into_iter().map(|(key, _)| key).collect::<Vec<_>>();
    assert_eq!(keys("owasp-llm"), ["LLM02", "LLM04"]);
    assert_eq!(keys("genai-scope"), ["5"]);
    assert_eq!(keys("owasp-agentic"), ["ASI06"]);
    assert!(keys("data-governance").contains(&"quality".to_owned()) && keys("data-governance").contains(&"protection".to_owned()));
    let text = out(&run(home.path(), &["lenses", "explain", "--from", "f.json"]));
    assert!(text.contains("marked as training data by \"arn:aws:s3:::acme-train-*\""), "{text}");
}

#[test]
fn a_mistake_in_the_marks_is_told_with_its_line_and_ends_with_2() {
    let home = tempfile::tempdir().expect("a folder");
    configure(home.path(), "theme = \"dark\"\n[ai-data]\nrag = [\"acme-kb\"]\n");
    let output = run(home.path(), &["summary", "--demo"]);
    let told = String::from_utf8_lossy(&output.stderr);
    assert_eq!((output.status.code(), output.stdout.len()), (Some(2), 0), "{told}");
    assert!(told.contains("config.toml, line 3: `ai-data.rag`: `acme-kb` is neither an ARN nor a tag"), "{told}");
}

#[test]
fn a_lens_of_the_user_s_can_ask_for_marks_and_a_wrong_one_is_a_mistake() {
    let (mistakes, _) = review(&[rule("one", "when.marked = 'trainig'", "a")]);
    assert!(mistakes[0].contains("unknown mark `trainig`; did you mean `training`?"), "{mistakes:?}");
    let told = "[[rule]]\nid = 'x'\nwhen.marked = 'rag'\ngroup = 'a'\nbasis = 'derived'\nreason = 'Marked {marked}.'\n".to_owned();
    assert_eq!(review(std::slice::from_ref(&told)), (Vec::new(), Vec::new()));
    let (mistakes, _) = review(&[told.replace("when.marked = 'rag'", "when.family = 'S3'")]);
    assert!(mistakes[0].contains("`{marked}` is no condition of the rule"), "{mistakes:?}");
    let (mistakes, _) = review(&[rule("wide", "when.marked = ['rag', 'training']", "a"), rule("late", "when.marked = 'rag'", "b")]);
    assert!(mistakes[0].contains("`late` never counts: `wide`"), "{mistakes:?}");
}

#[test]
fn the_embedded_company_s_marks_reach_findings_of_services_that_give_no_tags() {
    let home = tempfile::tempdir().expect("a folder");
    let query = "lens.ai:training-data,rag-data source:access-analyzer";
    let exported = out(&run(home.path(), &["export", "--demo", "--format", "ndjson", "--query", query]));
    let ids: Vec<String> = exported
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok()?["resources"][0]["id"].as_str().map(ToOwned::to_owned))
        .collect();
    for (_, pattern) in demo::AI_DATA {
        let known = pattern.rsplit(['*', ':']).find(|part| !part.is_empty()).expect("a name");
        assert!(ids.iter().any(|id| id.contains(known)), "nothing is marked by {pattern}: {ids:?}");
    }
}

#[test]
fn a_mistake_is_told_once_and_not_as_another_that_follows_from_it() {
    for (when, wrong) in [
        ("when.source = 'gaurdduty'", "did you mean `guardduty`?"),
        ("when.type = []", "an empty condition"),
        ("when.title = ''", "an empty condition"),
    ] {
        let (mistakes, _) = review(&[rule("one", when, "a")]);
        assert!(mistakes.len() == 1 && mistakes[0].contains(wrong), "{mistakes:?}");
    }
    let review = LensSet::review("mine.toml", &format!("id = 'mine'\ntitle = 'Mine'\n{}", rule("one", "when.type = 'x'", "a")));
    assert!(review.mistakes[0].to_string().ends_with("the lens has no group `a`; there is none yet"), "{:?}", review.mistakes);
}

/// Each rule is held against each other: thousands of them are looked through all the same.
#[test]
fn a_file_of_thousands_of_rules_is_checked() {
    let rules: Vec<String> = (0..3000).map(|number| rule(&format!("r{number}"), &format!("when.type = 'Type:{number}-*'"), "a")).collect();
    let (mistakes, _) = review(&rules);
    assert_eq!(mistakes, Vec::<String>::new());
}

/// A pipe in the folder would be waited for until somebody writes to it.
#[cfg(unix)]
#[test]
fn a_pipe_in_the_folder_is_a_mistake_and_not_waited_for() {
    let home = tempfile::tempdir().expect("a folder");
    let folder = home.path().join("config/ringfort/lenses");
    fs::create_dir_all(&folder).expect("made");
    assert!(Command::new("mkfifo").arg(folder.join("pipe.toml")).status().expect("mkfifo runs").success());
    let output = run(home.path(), &["lenses"]);
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(2), "{told}");
    assert!(told.contains("pipe.toml") && told.contains("no regular file"), "{told}");
}
