//! The user's lens files: what they can do, and what is said when one has a mistake.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use ringfort::lens::LensSet;
use ringfort::model::Layer::{DataProtection, NetworkAndEdge};
use ringfort::model::{Finding, Layer, Severity, Source, Text};

use super::{about, control, finding};

fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, text) in files {
        fs::write(folder.path().join(name), text).expect("a file");
    }
    folder
}

fn mistakes(text: &str) -> Vec<(Option<usize>, String)> {
    let folder = folder(&[("mine.toml", text)]);
    let error = LensSet::load(folder.path()).expect_err("the file has a mistake");
    assert!(error.to_string().contains("mine.toml"), "{error}");
    error.mistakes.into_iter().map(|mistake| (mistake.line, mistake.text)).collect()
}

#[test]
fn a_folder_that_is_not_there_adds_nothing() {
    let set = LensSet::load(Path::new("/nowhere/at/all")).expect("the embedded lenses");
    assert_eq!(set.lenses().len(), LensSet::builtin().lenses().len());
}

#[test]
fn a_file_can_put_its_rules_before_the_embedded_ones() {
    let folder = folder(&[(
        "layers.toml",
        "id = 'layers'\ntitle = 'Our layers'\nextend = true\n[[rule]]\nid = 'ours.s3'\nwhen.control = 's3.*'\nlayer = 'network-and-edge'\n\
         basis = 'derived'\nreason = 'We say so.'\n",
    )]);
    let set = LensSet::load(folder.path()).expect("a sound file");
    let mut placer = set.placer();
    let mut ours = control("S3.8", "");
    placer.place(&mut ours);
    assert_eq!((ours.placement.layer, &*ours.placement.why_layer.rule), (NetworkAndEdge, "ours.s3"));
    let mut other = control("EC2.2", "");
    placer.place(&mut other);
    assert_eq!(&*other.placement.why_layer.rule, "control.ec2-network");
    assert_eq!(set.layer(DataProtection).title, "Data protection");
}

#[test]
fn a_file_can_add_a_lens_and_a_star_matches_everything() {
    let folder = folder(&[(
        "teams.toml",
        "id = 'teams'\ntitle = 'Teams'\n[[group]]\nkey = 'red'\ntitle = 'Red'\ntext = ''\n[[group]]\nkey = 'blue'\ntitle = 'Blue'\ntext = ''\n\
         [[rule]]\nid = 'a'\nwhen.tag = 'team=red*'\ngroup = 'red'\nbasis = 'derived'\nreason = 'The tag.'\n\
         [[rule]]\nid = 'b'\nwhen.severity = ['HIGH', 'unknown']\ngroup = ['blue', 'red']\nbasis = 'derived'\nreason = 'All.'\n\
         [[rule]]\nid = 'fallback.c'\ngroup = 'blue'\nbasis = 'derived'\nreason = 'The rest.'\n",
    )]);
    let mut placer = LensSet::load(folder.path()).expect("a sound file").placer();
    let mut tagged = about(finding(Source::Macie, "x"), "S3Bucket", "b");
    tagged.resources[0].tags.push((Text::new("Team"), Text::new("Reds")));
    placer.place(&mut tagged);
    let of_teams = |finding: &Finding| -> Vec<(String, String)> {
        let places = finding.placement.lenses.iter().filter(|place| &*place.lens == "teams");
        places.map(|place| (place.key.to_string(), place.why.rule.to_string())).collect()
    };
    let pair = |key: &str, rule: &str| (key.to_owned(), rule.to_owned());
    assert_eq!(of_teams(&tagged), [pair("red", "a"), pair("blue", "b")]);
    let mut low = finding(Source::Macie, "x");
    low.severity = Severity::Low;
    placer.place(&mut low);
    assert_eq!(of_teams(&low), [pair("blue", "fallback.c")]);
}

#[test]
fn the_examples_of_the_documentation_are_sound() {
    let text = include_str!("../../../assets/lenses/README.md");
    let examples: Vec<(String, &str)> = text
        .split("```toml\n")
        .skip(1)
        .enumerate()
        .map(|(number, rest)| (format!("{number}.toml"), rest.split("```").next().unwrap_or_default()))
        .collect();
    assert!(examples.len() >= 2);
    let files: Vec<(&str, &str)> = examples.iter().map(|(name, text)| (name.as_str(), *text)).collect();
    let set = LensSet::load(folder(&files).path()).expect("sound examples");
    assert!(set.lens("teams").is_some());
}

#[test]
fn two_files_with_the_same_lens_are_a_mistake() {
    let text = "id = 'mine'\ntitle = 'Mine'\n";
    let folder = folder(&[("a.toml", text), ("b.toml", text)]);
    let error = LensSet::load(folder.path()).expect_err("a mistake").to_string();
    assert!(error.contains("b.toml") && error.contains("a.toml") && error.contains("another id"), "{error}");
}

#[test]
fn every_kind_of_mistake_is_told_with_its_line_and_the_way_out() {
    let head = "id = 'mine'\ntitle = 'Mine'\n[[group]]\nkey = 'g'\ntitle = 'G'\ntext = ''\n";
    let rule = "[[rule]]\nid = 'a'\ngroup = 'g'\nbasis = 'derived'\nreason = 'So.'\n";
    let cases: BTreeMap<&str, (String, usize, &str)> = BTreeMap::from([
        ("syntax", (format!("{head}[[rule]\n"), 7, "correct it")),
        ("unknown key", (format!("{head}colour = 'red'\n"), 7, "unknown field `colour`")),
        ("unknown key of a rule", (format!("{head}{rule}lair = 'x'\n"), 12, "unknown field `lair`")),
        ("unknown condition", (format!("{head}{rule}when.typ = 'x'\n"), 12, "unknown field `typ`")),
        ("wrong type", (format!("{head}{rule}when.type = 7\n"), 12, "a text in quotes")),
        ("missing key", (format!("{head}[[rule]]\nid = 'a'\ngroup = 'g'\nbasis = 'derived'\n"), 7, "missing field `reason`")),
        ("unknown source", (format!("{head}{rule}when.source = 'guardduti'\n"), 12, "did you mean `guardduty`?")),
        ("unknown severity", (format!("{head}{rule}when.severity = ['high', 'awful']\n"), 12, "it is one of `critical`")),
        ("unknown status", (format!("{head}{rule}when.status = 'activ'\n"), 12, "did you mean `active`?")),
        ("empty condition", (format!("{head}{rule}when.type = []\n"), 8, "an empty condition")),
        ("empty word", (format!("{head}{rule}when.type = ''\n"), 12, "an empty condition")),
        ("unknown basis", (format!("{head}{}", rule.replace("derived", "guessed")), 10, "unknown basis `guessed`")),
        ("no reason", (format!("{head}{}", rule.replace("So.", " ")), 11, "gives no reason")),
        ("no id", (format!("{head}{}", rule.replace("'a'", "''")), 8, "has no id")),
        ("same id twice", (format!("{head}{rule}{rule}"), 13, "there twice")),
        ("no effect", (format!("{head}{}", rule.replace("group = 'g'\n", "")), 8, "has no effect; give it `group`")),
        ("unknown group", (format!("{head}{}", rule.replace("'g'", "'h'")), 9, "no group `h`")),
        ("another lens's effect", (format!("{head}{rule}layer = 'data-protection'\n"), 12, "not `layer`")),
        ("same group twice", (format!("{head}[[group]]\nkey = 'g'\ntitle = ''\ntext = ''\n"), 8, "there twice")),
        ("unknown pick", (format!("pick = 'best'\n{head}"), 1, "`first` or `all`")),
        ("bad id", (head.replace("mine", "My Lens"), 1, "made of a-z")),
        ("nothing to extend", (format!("extend = true\n{head}"), 2, "remove `extend = true`")),
        (
            "fallback before rule",
            (format!("{head}{}{}", rule.replace("'a'", "'fallback.x'"), rule), 13, "move it before"),
        ),
        (
            "empty layer",
            (
                "id = 'layers'\ntitle = 'x'\nextend = true\n[[rule]]\nid = 'a'\nlayer = []\nbasis = 'derived'\nreason = 'So.'\n".to_owned(),
                5,
                "one layer",
            ),
        ),
        ("no group", (format!("{head}{}", rule.replace("'g'", "[]")), 8, "has no effect")),
        ("missing layers", ("id = 'layers'\ntitle = 'x'\n".to_owned(), 1, "write `extend = true`")),
        (
            "unknown layer",
            (
                "id = 'layers'\ntitle = 'x'\nextend = true\n[[rule]]\nid = 'a'\nlayer = 'data-protecton'\nbasis = 'derived'\nreason = 'So.'\n"
                    .to_owned(),
                6,
                "did you mean `data-protection`?",
            ),
        ),
        (
            "unknown side",
            (
                "id = 'sides'\ntitle = 'x'\nextend = true\n[[rule]]\nid = 'a'\nside = 'amazon'\nbasis = 'derived'\nreason = 'So.'\n".to_owned(),
                6,
                "unknown side `amazon`",
            ),
        ),
        (
            "two layers",
            (
                "id = 'layers'\ntitle = 'x'\nextend = true\n[[rule]]\nid = 'a'\nlayer = ['data-protection', 'network-and-edge']\n\
                 basis = 'derived'\nreason = 'So.'\n"
                    .to_owned(),
                6,
                "one layer",
            ),
        ),
    ]);
    for (name, (text, line, words)) in cases {
        let found = mistakes(&text);
        assert!(
            found.iter().any(|(at, mistake)| *at == Some(line) && mistake.contains(words)),
            "{name}: line {line}, {words:?} expected, found {found:?}"
        );
    }
}

#[test]
fn a_layers_file_that_leaves_findings_without_a_place_is_a_mistake() {
    let groups = Layer::ALL.map(|layer| format!("[[group]]\nkey = '{layer}'\ntitle = 'x'\ntext = ''\n"));
    let found = mistakes(&format!("id = 'layers'\ntitle = 'x'\n{}", groups.concat()));
    assert!(found[0].1.contains("`fallback.any`"), "{found:?}");
}

#[test]
fn all_mistakes_of_a_file_are_told_at_once() {
    let text = "id = 'mine'\ntitle = 'Mine'\n[[rule]]\nid = 'a'\ngroup = 'x'\nbasis = 'no'\nreason = ''\n";
    assert_eq!(mistakes(text).iter().map(|(line, _)| *line).collect::<Vec<_>>(), [Some(5), Some(6), Some(7)]);
}
