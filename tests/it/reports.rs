//! Reports over hand-made findings, hostile ones among them: the contract's fields, the same bytes, nothing that runs.

use ringfort::lens::LensSet;
use ringfort::model::{
    AccountId, Basis, Coverage, Finding, Lane, LaneId, LaneState, Layer, LensPlace, NativeSeverity, Partition, Placement, Priority, RawRef,
    Region, Remediation, Resource, SeenBy, Severity, Side, Source, Text, Timestamp, Vulnerability, Why,
};
use ringfort::report::{self, Context, Format, Paint};
use ringfort::store::{Batch, RawBlock, Store};

const HOSTILE: &str = "=cmd|' /C calc'!A0 <script>alert(1)</script> [x](javascript:alert(1)) | `@ops` \u{1b}]0;pwned\u{7}\u{202e}gpj.exe";

const RAW: &str =
    "{\n  \"Id\": \"s3-1\",\n  \"Score\": 1.50e+1,\n  \"Big\": 123456789012345678901234567890,\n  \"Name\": \"a\\u0000\u{202e}b\"\n}";

fn now() -> Timestamp {
    "2026-11-21T03:20:00Z".parse().expect("a time")
}

fn place(layer: Layer, side: Side) -> Placement {
    let why = |rule: &str| Why { rule: Text::new(rule), reason: Text::new("because"), basis: Basis::Derived };
    Placement { layer, side, why_layer: why("test.layer"), why_side: why("test.side"), ..Placement::unplaced() }
}

fn threat() -> Finding {
    Finding {
        kind: "Exfiltration:S3/AnomalousBehavior".into(),
        title: "Data of bucket training-data leaves through a leaked key".into(),
        description: "An API call that copies objects".into(),
        severity: Severity::High,
        native_severity: NativeSeverity { label: None, score: Some(8.0) },
        priority: Priority { level: Severity::Critical, reason: "part of an attack sequence".into() },
        account: AccountId::new("111122223333"),
        region: Region::new("eu-central-1"),
        partition: Partition::new("aws"),
        first_seen: "2026-11-20T01:02:03Z".parse().ok(),
        last_seen: "2026-11-21T00:20:00.5Z".parse().ok(),
        resources: vec![Resource {
            kind: "S3Bucket".into(),
            id: "arn:aws:s3:::training-data".into(),
            name: "training-data".into(),
            account: AccountId::new("111122223333"),
            region: Region::default(),
            tags: vec![("team".into(), "ml".into()), ("a\u{200b}".into(), "1".into()), ("a\u{200c}".into(), "2".into())],
        }],
        placement: Placement {
            also: vec![Layer::DataProtection, Layer::IdentityAndAccess],
            lenses: vec![
                lens("frameworks", "NIST.800-53.r5:SI-4", Basis::Stated),
                lens("owasp-llm", "LLM02", Basis::Derived),
                lens("owasp-llm", "LLM03", Basis::Derived),
            ],
            ..place(Layer::ThreatDetectionAndResponse, Side::Customer)
        }
        .into(),
        console_url: Some("https://eu-central-1.console.aws.amazon.com/guardduty/home?x=(1)|2".into()),
        also_seen: vec![SeenBy { source: Source::SecurityHub, id: "arn:finding/1".into(), note: None, raw: RawRef::default() }],
        raw: RawRef { block: 0, start: 0, len: RAW.len() as u32 },
        ..Finding::blank(Source::GuardDuty, "f-1")
    }
}

fn lens(lens: &str, key: &str, basis: Basis) -> LensPlace {
    LensPlace { lens: lens.into(), key: key.into(), why: Why { rule: "test.lens".into(), reason: "because".into(), basis } }
}

fn hostile() -> Finding {
    Finding {
        title: HOSTILE.into(),
        kind: "@SUM(A1)".into(),
        severity: Severity::Medium,
        priority: Priority { level: Severity::Medium, reason: "-2+3".into() },
        resources: vec![Resource { id: "\t=1+1".into(), name: "\u{ff1d}1".into(), ..Resource::default() }],
        remediation: Remediation { text: Some("+patch".into()), url: None },
        vulnerabilities: vec![Vulnerability {
            id: "CVE-2021-44228".into(),
            cvss: Some(10.0),
            epss: Some(f64::NAN),
            exploit_available: Some(true),
            package: Some("log4j".into()),
            installed: Some("2.14.1".into()),
            fixed_in: Some("2.17.1".into()),
            ..Vulnerability::default()
        }],
        placement: place(Layer::InfrastructureProtection, Side::Shared).into(),
        ..Finding::blank(Source::Inspector, "\u{ff0b}arn")
    }
}

fn findings() -> Vec<Finding> {
    vec![
        threat(),
        hostile(),
        Finding { placement: place(Layer::DataProtection, Side::Customer).into(), ..Finding::blank(Source::Macie, "bare") },
    ]
}

fn coverage(complete: bool) -> Coverage {
    let lane = |region: &str, source, state, findings| Lane {
        state,
        findings,
        pages: 1,
        calls: 2,
        elapsed: std::time::Duration::from_millis(1234),
        ..Lane::pending(LaneId { account: AccountId::new("111122223333"), region: Region::new(region), source })
    };
    let mut lanes = vec![
        lane("eu-central-1", Source::GuardDuty, LaneState::Complete, 1),
        lane("eu-central-1", Source::Inspector, LaneState::Complete, 1),
        lane("us-east-1", Source::Macie, LaneState::NotEnabled, 0),
    ];
    if !complete {
        let mut denied = lane("us-east-1", Source::GuardDuty, LaneState::Denied, 0);
        denied.reason = Some("the credentials may not list detectors; let the policy allow it".into());
        denied.action = Some("guardduty:ListDetectors".into());
        denied.retries = 3;
        lanes.push(denied);
    }
    Coverage { lanes, ..Coverage::default() }
}

fn export(format: Format, findings: &[Finding], context: &Context<'_>) -> String {
    let mut out = Vec::new();
    report::write(format, &mut out, &mut findings.iter(), context).expect("memory takes everything");
    String::from_utf8(out).expect("UTF-8")
}

fn plain(format: Format) -> String {
    export(format, &findings(), &Context::new(&coverage(false), now()))
}

fn summary_text(complete: bool, paint: Paint) -> String {
    let mut out = Vec::new();
    let (coverage, findings) = (coverage(complete), findings());
    report::summary::text(&mut out, &mut findings.iter(), &Context::new(&coverage, now()), &LensSet::builtin(), paint).expect("written");
    String::from_utf8(out).expect("UTF-8")
}

/// What a terminal would act on, or a reader would not see.
fn is_hidden(c: char) -> bool {
    (c.is_control() && c != '\n') || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[test]
fn exports_look_like_this() {
    for format in Format::ALL {
        insta::assert_snapshot!(format!("export_{format}"), plain(format));
    }
}

#[test]
fn the_summary_looks_like_this() {
    insta::assert_snapshot!("summary_incomplete", summary_text(false, Paint::default()));
    insta::assert_snapshot!("summary_complete", summary_text(true, Paint::default()));
}

#[test]
fn the_coverage_table_looks_like_this() {
    let mut out = Vec::new();
    report::coverage::text(&mut out, &coverage(false), Paint::default()).expect("written");
    insta::assert_snapshot!("coverage_text", String::from_utf8(out).expect("UTF-8"));
}

#[test]
fn every_finding_has_the_fields_of_the_contract_and_no_others() {
    const FIELDS: [&str; 26] = [
        "id",
        "source",
        "type",
        "title",
        "description",
        "severity",
        "native_severity",
        "priority",
        "status",
        "account",
        "region",
        "partition",
        "first_seen",
        "last_seen",
        "resources",
        "actors",
        "vulnerabilities",
        "layer",
        "also_layers",
        "side",
        "why",
        "lenses",
        "remediation",
        "console_url",
        "also_seen",
        "raw",
    ];
    let all: Vec<serde_json::Value> = serde_json::from_str(&plain(Format::Json)).expect("JSON");
    assert_eq!(all.len(), 3);
    for finding in &all {
        let keys: Vec<&str> = finding.as_object().expect("an object").keys().map(String::as_str).collect();
        assert_eq!(keys, FIELDS[..25]);
        for (object, fields) in [
            ("native_severity", &["label", "score"][..]),
            ("priority", &["level", "reason"]),
            ("actors", &["principals", "access_keys", "ips", "domains"]),
            ("why", &["layer", "side"]),
            ("remediation", &["text", "url"]),
        ] {
            assert_eq!(finding[object].as_object().expect("an object").keys().collect::<Vec<_>>(), fields, "{object}");
        }
    }
    let resource = all[0]["resources"][0].as_object().expect("an object");
    assert_eq!(resource.keys().collect::<Vec<_>>(), ["type", "id", "name", "account", "region", "tags"]);
    let vulnerability = all[1]["vulnerabilities"][0].as_object().expect("an object");
    let fields = ["id", "cvss", "epss", "exploit_available", "fix_available", "package", "installed", "fixed_in"];
    assert_eq!(vulnerability.keys().collect::<Vec<_>>(), fields);
    assert_eq!(all[0]["last_seen"], "2026-11-21T00:20:00.5Z");
    assert_eq!(
        all[0]["lenses"]["owasp-llm"],
        serde_json::json!([{"key": "LLM02", "basis": "derived"}, {"key": "LLM03", "basis": "derived"}])
    );
    assert_eq!(all[2]["lenses"], serde_json::json!({}));
    assert!(all[2]["account"].is_null() && all[2]["first_seen"].is_null());
}

#[test]
fn the_same_input_gives_the_same_bytes_at_any_time() {
    let later = "2030-01-01T00:00:00Z".parse().expect("a time");
    for format in Format::ALL {
        assert_eq!(plain(format), export(format, &findings(), &Context::new(&coverage(false), later)), "{format}");
    }
}

#[test]
fn the_two_json_formats_say_the_same() {
    let array: Vec<serde_json::Value> = serde_json::from_str(&plain(Format::Json)).expect("JSON");
    let lines: Vec<serde_json::Value> = plain(Format::Ndjson).lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    assert_eq!(array, lines);
    let none = export(Format::Json, &[], &Context::new(&coverage(true), now()));
    assert_eq!(serde_json::from_str::<Vec<serde_json::Value>>(&none).expect("JSON"), Vec::<serde_json::Value>::new());
    assert_eq!(export(Format::Ndjson, &[], &Context::new(&coverage(true), now())), "");
}

#[test]
fn raw_json_keeps_its_value_on_one_line_without_hidden_characters() {
    let mut store = Store::new();
    store.ingest(Batch { findings: vec![threat()], raw: RawBlock::compress(RAW.as_bytes()) });
    let coverage = coverage(true);
    let context = Context { store: Some(&store), with_raw: true, ..Context::new(&coverage, now()) };
    let rows: Vec<Finding> = store.iter().map(|(_, finding)| finding.clone()).collect();
    let line = export(Format::Ndjson, &rows, &context);
    assert_eq!(line.lines().count(), 1);
    assert!(!line.contains(is_hidden));
    assert!(line.contains(r#""Score":1.50e+1"#) && line.contains("123456789012345678901234567890"), "{line}");
    let value: serde_json::Value = serde_json::from_str(&line).expect("JSON");
    assert_eq!(value["raw"]["Name"], "a\0\u{202e}b");
    assert!(!plain(Format::Ndjson).contains("\"raw\""));
}

#[test]
fn raw_json_stays_with_its_finding_in_any_order_and_number() {
    let mut store = Store::new();
    for page in 0..90 {
        let ids: Vec<String> = (0..100).map(|row| format!("\"{page}-{row}\"")).collect();
        let mut findings = Vec::new();
        let mut start = 0;
        for id in &ids {
            let raw = RawRef { block: 0, start, len: id.len() as u32 };
            start += raw.len;
            findings.push(Finding { raw, ..Finding::blank(Source::Macie, id.trim_matches('"')) });
        }
        store.ingest(Batch { findings, raw: RawBlock::compress(ids.concat().as_bytes()) });
    }
    let coverage = coverage(true);
    let context = Context { store: Some(&store), with_raw: true, ..Context::new(&coverage, now()) };
    let mut rows: Vec<&Finding> = store.iter().map(|(_, finding)| finding).collect();
    rows.sort_by_key(|finding| finding.id.chars().rev().collect::<String>());
    let mut out = Vec::new();
    report::write(Format::Json, &mut out, &mut rows.iter().copied(), &context).expect("written");
    let all: Vec<serde_json::Value> = serde_json::from_slice(&out).expect("JSON");
    assert_eq!(all.len(), 9000);
    assert!(all.iter().all(|finding| finding["raw"] == finding["id"]));
    assert!(all.iter().zip(rows).all(|(finding, row)| finding["id"] == row.id.as_str()));
}

#[test]
fn no_report_lets_a_hidden_character_through() {
    let texts = Format::ALL.map(plain).into_iter().chain([summary_text(false, Paint::default())]);
    for text in texts {
        assert!(!text.contains(is_hidden), "{text}");
    }
}

#[test]
fn no_csv_cell_starts_a_formula() {
    let table = plain(Format::Csv);
    let mut reader = csv::Reader::from_reader(table.as_bytes());
    let numbers = ["native_severity_score", "cvss", "epss", "resources"];
    let headers = reader.headers().expect("a header").clone();
    for row in reader.records() {
        let row = row.expect("as many cells as columns");
        for (column, cell) in headers.iter().zip(&row) {
            let first = cell.trim_start().chars().next().unwrap_or(' ');
            assert!(!"=+-@\u{ff1d}\u{ff0b}\u{ff0d}\u{ff20}".contains(first) || numbers.contains(&column), "{column}: {cell}");
        }
    }
}

#[test]
fn markdown_shows_hostile_text_as_text() {
    let page = plain(Format::Markdown);
    assert!(!page.contains("<script") && !page.replace("\\]", "").contains("](javascript"), "{page}");
    let columns = |line: &str| line.replace("\\|", "").matches('|').count();
    let table: Vec<&str> = page.lines().skip_while(|line| *line != "## Findings").filter(|line| line.starts_with('|')).collect();
    assert_eq!(table.len(), 2 + 3);
    assert!(table.iter().all(|line| columns(line) == 11), "{page}");
}

#[test]
fn the_summary_keeps_within_the_width_and_says_when_it_is_a_lower_bound() {
    for width in [80, 60, 45] {
        for ascii in [false, true] {
            let text = summary_text(false, Paint { width, ascii, color: false });
            let lines = text.lines().filter(|line| unicode_width::UnicodeWidthStr::width(*line) > width);
            assert_eq!(lines.collect::<Vec<_>>(), Vec::<&str>::new(), "{width}");
            assert!(!ascii || text.replace(['\u{fffd}', '\u{ff1d}'], "").is_ascii(), "only the findings' own text: {text}");
        }
    }
    assert!(summary_text(false, Paint::default()).contains(">= 3 findings"));
    assert!(!summary_text(true, Paint::default()).contains(">="));
}

#[test]
fn colour_adds_nothing_but_colour() {
    let colored = summary_text(false, Paint { color: true, ..Paint::default() });
    let mut bare = String::new();
    let mut rest = colored.as_str();
    while let Some((before, after)) = rest.split_once("\x1b[") {
        bare.push_str(before);
        rest = after.split_once('m').expect("a colour").1;
    }
    assert_eq!(bare + rest, summary_text(false, Paint::default()));
}

#[test]
fn the_json_summary_says_every_zero() {
    let (coverage, findings) = (coverage(false), findings());
    let mut out = Vec::new();
    report::summary::json(&mut out, &mut findings.iter(), &Context::new(&coverage, now())).expect("written");
    let summary: serde_json::Value = serde_json::from_slice(&out).expect("JSON");
    assert_eq!((&summary["complete"], &summary["findings"]), (&false.into(), &3.into()));
    assert_eq!(summary["by_severity"]["high"], 1);
    let board = summary["board"].as_array().expect("a list");
    assert_eq!(board.len(), 7 * 3 * 6);
    assert_eq!(board.iter().map(|cell| cell["count"].as_u64().expect("a number")).sum::<u64>(), 3);
    assert!(board.iter().all(|cell| cell["complete"] == false));
    assert_eq!(summary["worst"][0]["id"], "f-1");
    let lane = &summary["coverage"]["lanes"][3];
    assert_eq!(lane["action"], "guardduty:ListDetectors");
    let fields =
        ["account", "region", "source", "state", "findings", "reason", "action", "pages", "calls", "retries", "elapsed_ms", "account_name"];
    assert_eq!(lane.as_object().expect("an object").keys().collect::<Vec<_>>(), fields);
}
