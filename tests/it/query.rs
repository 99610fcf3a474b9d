//! The query language as users write it, and the view's promises.

use std::time::Duration;

use proptest::prelude::*;
use ringfort::model::{
    AccountId, Actors, Compliance, Finding, Layer, LensPlace, MergeKey, Region, Resource, Severity, Side, Source, Status, Text, Timestamp,
    Traits, Vulnerability, Why,
};
use ringfort::query::{Board, Counted, Field, GroupKey, Query, Sort, SortKey, View, contract, facets, grouped};
use ringfort::store::{Batch, Ingested, RawBlock, RowId, Store};

const NOW: i64 = 1_770_000_000;
const DAY: i64 = 86400;

fn now() -> Timestamp {
    Timestamp::from_second(NOW).expect("a time")
}

fn days_ago(days: i64) -> Option<Timestamp> {
    Timestamp::from_second(NOW - days * DAY).ok()
}

fn ingest(store: &mut Store, findings: Vec<Finding>) -> Ingested {
    store.ingest(Batch { findings, raw: RawBlock::default() })
}

fn resource(kind: &str, id: &str, name: &str, tags: &[(&str, &str)]) -> Resource {
    Resource {
        kind: kind.into(),
        id: id.into(),
        name: name.into(),
        tags: tags.iter().map(|(key, value)| (Text::new(key), Text::new(value))).collect(),
        ..Resource::default()
    }
}

/// Four findings that differ in everything that a query can ask.
fn estate() -> Store {
    let mut threat = Finding::blank(Source::GuardDuty, "gd-1");
    threat.kind = "Exfiltration:S3/AnomalousBehavior".into();
    threat.title = "An IAM entity copied data out of bucket prod-customers".into();
    threat.severity = Severity::High;
    threat.priority.level = Severity::Critical;
    (threat.account, threat.region) = (AccountId::new("111122223333"), Region::new("us-east-1"));
    (threat.first_seen, threat.last_seen, threat.count) = (days_ago(10), days_ago(0), Some(12));
    threat.placement.layer = Layer::ThreatDetectionAndResponse;
    threat.placement.also = vec![Layer::DataProtection];
    threat.traits = Traits::SEQUENCE | Traits::PUBLIC;
    threat.resources = vec![resource("AwsS3Bucket", "arn:aws:s3:::prod-customers", "prod-customers", &[("env", "prod"), ("team", "crm")])];
    threat.actors = Actors {
        principals: vec!["arn:aws:iam::111122223333:user/build-bot".into()],
        access_keys: vec!["AKIAIOSFODNN7EXAMPLE".into()],
        ips: vec!["203.0.113.7".into()],
        domains: vec!["drop.example".into()],
    };

    let mut package = Finding::blank(Source::Inspector, "arn:aws:inspector2:eu-west-1:444455556666:finding/abc");
    package.kind = "PACKAGE_VULNERABILITY".into();
    package.title = "CVE-2021-44228 - log4j-core".into();
    package.description = "Remote code execution in a logging library.".into();
    package.severity = Severity::Critical;
    package.priority.level = Severity::Critical;
    (package.account, package.region) = (AccountId::new("444455556666"), Region::new("eu-west-1"));
    (package.first_seen, package.last_seen) = (days_ago(3), days_ago(1));
    package.placement.layer = Layer::InfrastructureProtection;
    package.placement.side = Side::Shared;
    package.traits = Traits::PUBLIC | Traits::KNOWN_EXPLOITED;
    package.placement.lenses = vec![LensPlace {
        lens: "owasp-llm".into(),
        key: "LLM03".into(),
        why: Why { rule: "x".into(), reason: "x".into(), basis: ringfort::model::Basis::Derived },
    }];
    package.resources = vec![resource("AWS_EC2_INSTANCE", "i-0abc", "batch-worker", &[("env", "dev"), ("sandbox", "")])];
    package.vulnerabilities = vec![Vulnerability {
        id: "CVE-2021-44228".into(),
        cvss: Some(10.0),
        epss: Some(0.97),
        exploit_available: Some(true),
        fix_available: Some(true),
        package: Some("log4j-core".into()),
        ..Vulnerability::default()
    }];

    let mut control = Finding::blank(Source::SecurityHub, "sh-1");
    control.kind = "Software and Configuration Checks".into();
    control.title = "S3 general purpose buckets should block public access".into();
    control.severity = Severity::Medium;
    control.priority.level = Severity::Medium;
    (control.account, control.region) = (AccountId::new("111122223333"), Region::new("us-west-2"));
    (control.first_seen, control.last_seen) = (days_ago(200), days_ago(2));
    control.product = Some("Security Hub".into());
    control.placement.layer = Layer::DataProtection;
    control.compliance = Some(Box::new(Compliance { control: Some("S3.8".into()), ..Compliance::default() }));
    control.resources = vec![resource("AwsS3Bucket", "arn:aws:s3:::logs", "logs", &[])];
    control.sample = true;

    let mut broken = Finding::blank(Source::Macie, "mc-1");
    broken.kind = "SensitiveData:S3Object/Personal".into();
    broken.title = "Grüße aus dem Bucket".into();
    broken.severity = Severity::Unknown;
    broken.status = Status::Archived;
    broken.damage = Some("no severity".into());
    broken.placement.layer = Layer::DataProtection;
    broken.traits = Traits::SENSITIVE;

    let mut store = Store::new();
    ingest(&mut store, vec![threat, package, control, broken]);
    store
}

/// The ids of what the query selects, by their first letters, in order.
fn select(store: &Store, text: &str) -> String {
    let (query, problems) = Query::parse(text);
    assert!(problems.is_empty(), "{text}: {problems:?}");
    let short = |row: &RowId| match store.get(*row).expect("a row").source {
        Source::GuardDuty => 'g',
        Source::Inspector => 'i',
        Source::SecurityHub => 's',
        Source::Macie => 'm',
        Source::AccessAnalyzer => 'a',
        Source::Checks => 'c',
    };
    let view = View::new(store, &query, now());
    let mut live = View::default();
    live.update(store, &Ingested { rows: (0..store.capacity() as u32).map(RowId).collect() });
    live.set_query(store, &query, now());
    live.advance(store, Duration::MAX);
    assert_eq!(view.rows(), live.rows(), "{text}");
    view.rows().iter().map(short).collect()
}

#[test]
fn each_term_selects_what_it_says() {
    let store = estate();
    for (text, expected) in [
        ("", "gism"),
        ("sev>=high", "gi"),
        ("sev>high", "i"),
        ("sev<=medium", "sm"),
        ("sev:high,medium", "gs"),
        ("severity:crit", "i"),
        ("-sev:unknown", "gis"),
        ("priority:critical", "gi"),
        ("source:guardduty,inspector", "gi"),
        ("source:gd", "g"),
        ("-source:hub,macie", "gi"),
        ("seen-by:sh", "s"),
        ("layer:1", "sm"),
        ("layer:data", "sm"),
        ("touches:data-protection", "gsm"),
        ("also:data -layer:data", "g"),
        ("side:shared", "i"),
        ("status:active", "gis"),
        ("account:1111*", "gs"),
        ("account:444455556666", "i"),
        ("region:us-*", "gs"),
        ("region:us-east-1,eu-*", "gi"),
        ("type:*s3*", "gm"),
        ("type:PACKAGE_VULNERABILITY", "i"),
        ("title:bucket", "gsm"),
        ("title:*access", "s"),
        ("title:GRÜßE", "m"),
        ("id:gd-1", "g"),
        ("control:S3.*", "s"),
        ("product:\"Security Hub\"", "s"),
        ("resource:prod-*", "g"),
        ("resource:arn:aws:s3:::*", "gs"),
        ("resource:i-0???", "i"),
        ("resource-type:*bucket", "gs"),
        ("tag:env=prod", "g"),
        ("tag:env", "gi"),
        ("tag:env=*", "gi"),
        ("tag:prod", "g"),
        ("-tag:sandbox", "gsm"),
        ("principal:build-bot", "g"),
        ("principal:*:user/*", "g"),
        ("key:AKIA*", "g"),
        ("ip:203.0.113.*", "g"),
        ("domain:*.example", "g"),
        ("actor:203.*", "g"),
        ("actor:*bot", "g"),
        ("cve:CVE-2021-*", "i"),
        ("package:log4j*", "i"),
        ("age<7d", "i"),
        ("age>=7d", "gs"),
        ("age>26w", "s"),
        ("last-seen<36h", "gi"),
        ("last-seen>2026-01-31", "gi"),
        ("last-seen:2026-01-31", "s"),
        ("first-seen<2026-01-01", "s"),
        ("cvss>=9", "i"),
        ("epss>50%", "i"),
        ("count>10", "g"),
        ("count:12,13", "g"),
        ("fixable:yes", "i"),
        ("exploitable:no", "gsm"),
        ("trait:public", "gi"),
        ("is:known-exploited", "i"),
        ("is:kev", "i"),
        ("is:seq", "g"),
        ("is:sensitive,sequence", "gm"),
        ("is:public -is:sequence", "i"),
        ("-traits:*", "s"),
        ("damaged:yes", "m"),
        ("sample:yes", "s"),
        ("lens.owasp-llm:llm03", "i"),
        ("-lens.owasp-llm:*", "gsm"),
        ("\"copied data\"", "g"),
        ("\"LOGGING library\"", "i"),
        ("-\"bucket\"", "i"),
        ("-bucket", "i"),
        ("log4j", "i"),
        ("lg4jcr", "i"),
        ("AWS::S3::Nothing", ""),
        ("Recon:EC2/Portscan", ""),
        ("arn:aws:nothing", ""),
        ("s3:GetObject", ""),
        ("-https://x.example/", "gism"),
        ("Exfiltration:S3/Anomalous", "g"),
        ("sev>=medium region:us-* sample:no", "g"),
        ("sort:last-seen", "gism"),
        ("sort:-last-seen", "sigm"),
        ("sort:severity", "igsm"),
        ("sort:title", "gims"),
        ("sort:-title", "smig"),
        ("sort:region", "igsm"),
        ("sort:source", "gims"),
        ("sort:layer", "smig"),
        ("sort:resource", "isgm"),
        ("sort:cvss", "igsm"),
    ] {
        assert_eq!(select(&store, text), expected, "{text}");
    }
}

#[test]
fn a_mistake_is_named_with_the_way_out_and_the_rest_counts() {
    let store = estate();
    for (text, at, message, rest) in [
        ("sorce:macie sev:high", "sorce", "there is no field `sorce`: did you mean `source`?", "g"),
        ("sev:high foo:bar", "foo", "there is no field `foo`; to look for the text itself, put it in quotes", "g"),
        ("source:guardduti sev:high", "guardduti", "there is no source `guardduti`: did you mean `guardduty`?", "g"),
        ("sev>=hihg source:gd", "hihg", "there is no severity `hihg`: did you mean `high`?", "g"),
        (
            "source:gd,nobody",
            "nobody",
            "there is no source `nobody`: it is one of guardduty, inspector, access-analyzer, macie, security-hub, checks",
            "g",
        ),
        ("layer:8 sev:high", "8", "there is no layer 8: they are numbered 1 to 7", "g"),
        (
            "layer:protection sev:high",
            "protection",
            "`protection` could be data-protection or application-protection or infrastructure-protection",
            "g",
        ),
        ("source: sev:high", "source:", "source needs a value, such as `source:guardduty,inspector`", "g"),
        ("region>us sev:high", "region>us", "region has no order, so `>` does not fit: try `region:us-*`", "g"),
        ("age:7d sev:high", "7d", "age is compared: try `age<7d` or `age>7d`", "g"),
        ("age<soon sev:high", "soon", "`soon` is no duration: a number and s, m, h, d, w or y, such as `age<7d`", "g"),
        ("last-seen<soon", "soon", "`soon` is no date and no time ago: try `last-seen>2026-01-31` or `last-seen<7d`", "gism"),
        ("cvss>many sev:high", "many", "`many` is no number: try `cvss>=9`", "g"),
        ("is:secret sev:high", "secret", "there is no trait `secret`: it is one of public, sensitive, known-exploited, sequence", "g"),
        ("fixable:perhaps sev:high", "perhaps", "`perhaps` is neither yes nor no: try `fixable:yes`", "g"),
        ("account:1111 sev:high", "1111", "`1111` is no account: it has 12 digits: try `account:1111*`", "g"),
        ("sort:sevrity sev:high", "sevrity", "there is no order `sevrity`: did you mean `severity`?", "g"),
        ("-sort:title", "title", "an order cannot be taken away; the other way round is `sort:-title`", "gism"),
        ("sort:title sort:severity", "sort:severity", "sort is there twice: leave one out (the last one counts)", "igsm"),
        ("group:regoin", "regoin", "nothing is grouped by `regoin`: did you mean `region`?", "gism"),
        ("sev:high - ", "-", "a minus takes away what the term after it describes; there is none", "g"),
    ] {
        let (query, problems) = Query::parse(text);
        assert_eq!(problems.len(), 1, "{text}: {problems:?}");
        assert_eq!((&text[problems[0].span.clone()], problems[0].message.as_str()), (at, message), "{text}");
        let view = View::new(&store, &query, now());
        assert_eq!(view.rows().len(), rest.len(), "{text}");
    }
}

#[test]
fn an_unknown_lens_is_told_by_who_knows_the_lenses() {
    let (query, problems) = Query::parse("lens.owasp-lm:LLM01 group:lens.frameworks");
    assert!(problems.is_empty());
    let told: Vec<_> = query.unknown_lenses(["owasp-llm", "frameworks"]).into_iter().map(|problem| problem.message).collect();
    assert_eq!(told, ["there is no lens `owasp-lm`: did you mean `owasp-llm`?"]);
}

#[test]
fn terms_tell_where_they_stand() {
    let text = r#"-source:gd "exact words" word sort:title"#;
    let (query, _) = Query::parse(text);
    let spans: Vec<_> = query.terms().iter().map(|term| &text[term.span.clone()]).collect();
    assert_eq!(spans, ["-source:gd", "\"exact words\"", "word", "sort:title"]);
    assert_eq!(query.words(), ["word"]);
    assert_eq!(query.sort(), Some(Sort::by(SortKey::Title)));
}

#[test]
fn a_query_is_changed_through_its_text() {
    let query = |text: &str| Query::parse(text).0;
    for (result, expected) in [
        (query("").with_term("sev>=high"), "sev>=high"),
        (query(" sev>=high ").with_term("word"), "sev>=high word"),
        (query("a source:gd sev:high -source:macie b").without_field(Field::Source), "a sev:high b"),
        (query("sev:high").toggled(Field::Source, "macie"), "sev:high source:macie"),
        (query("source:macie sev:high").toggled(Field::Source, "guardduty"), "source:macie,guardduty sev:high"),
        (query("source:macie,guardduty x").toggled(Field::Source, "Macie"), "source:guardduty x"),
        (query("source:macie x").toggled(Field::Source, "macie"), "x"),
        (query("-source:macie").toggled(Field::Source, "macie"), "-source:macie source:macie"),
        (query("").toggled(Field::Product, "Security Hub, \"x\""), "product:\"Security Hub, \"\"x\"\"\""),
        (query("layer:1 x").with_only(Field::Layer, "identity-and-access"), "x layer:identity-and-access"),
        (query("sort:title x").with_sort(Sort { key: SortKey::LastSeen, reversed: true }), "x sort:-last-seen"),
        (query("sort:title sev:high").with_sort(Sort::default()), "sev:high"),
        (query("sort:title x").with_sort(Sort::default()), "x sort:priority"),
        (query("x group:type").with_group(Some(&GroupKey::Tag("env".into()))), "x group:tag.env"),
        (query("x group:type").with_group(None), "x"),
        (query("x -y \"z\" sev:high").without_words(), "-y \"z\" sev:high"),
        (query("x sev:high broken:1").without_term_at(11), "x sev:high"),
    ] {
        assert_eq!(result.text, expected);
    }
    let value = "Security Hub, \"x\"";
    assert!(query("").toggled(Field::Product, value).selects(Field::Product, value));
}

#[test]
fn the_board_counts_by_primary_layer_or_by_all_that_are_touched() {
    let store = estate();
    let view = View::new(&store, &Query::default(), now());
    let board = Board::of(&store, view.rows());
    assert_eq!(board.count(Layer::DataProtection, Side::Customer, Severity::Medium), 1);
    assert_eq!(board.count(Layer::DataProtection, Side::Customer, Severity::High), 0);
    assert_eq!(board.total(), &[1, 1, 1, 0, 0, 1]);
    assert_eq!(board.side(Side::Shared), [1, 0, 0, 0, 0, 0]);
    assert_eq!(board.largest_cell(), 2);
    let touches = Board::counted(&store, view.rows(), Counted::Touches);
    assert_eq!(touches.layer(Layer::DataProtection), [0, 1, 1, 0, 0, 1]);
    assert_eq!(touches.total(), board.total());
}

#[test]
fn facets_and_groups_list_what_is_there() {
    let store = estate();
    let view = View::new(&store, &Query::default(), now());
    let own = |pairs: &[(&str, usize)]| pairs.iter().map(|(value, count)| ((*value).to_owned(), *count)).collect::<Vec<_>>();
    assert_eq!(facets(&store, view.rows(), Field::Severity), own(&[("critical", 1), ("high", 1), ("medium", 1), ("unknown", 1)]));
    assert_eq!(facets(&store, view.rows(), Field::Account), own(&[("111122223333", 2), ("444455556666", 1)]));
    assert_eq!(facets(&store, view.rows(), Field::Touches)[0], ("data-protection".to_owned(), 3));
    assert_eq!(facets(&store, view.rows(), Field::Resource).len(), 3);
    let traits = [("public", 2), ("sensitive", 1), ("known-exploited", 1), ("sequence", 1)];
    assert_eq!(facets(&store, view.rows(), Field::Trait), own(&traits));
    let groups: Vec<_> =
        grouped(&store, view.rows(), &GroupKey::Tag("ENV".into())).into_iter().map(|(value, rows)| (value, rows.len())).collect();
    assert_eq!(groups, own(&[("dev", 1), ("prod", 1), ("", 2)]));
    let groups = grouped(&store, view.rows(), &GroupKey::Lens("owasp-llm".into()));
    assert_eq!((groups[0].0.as_str(), groups.len()), ("LLM03", 2));
}

#[test]
fn a_better_match_comes_first_and_equal_ones_keep_the_order() {
    let store = estate();
    // A whole word beats scattered letters.
    assert_eq!(select(&store, "logs").chars().next(), Some('s'));
    // All three buckets match alike: priority decides.
    assert_eq!(select(&store, "bucket title:bucket source:gd,hub"), "gs");
    // An order that is asked for wins over the score.
    assert_eq!(select(&store, "s3 sort:-last-seen source:gd,hub"), "sg");
}

#[test]
fn matched_characters_are_marked() {
    let marks = |query: &str, text: &str| Query::parse(query).0.marks(text);
    assert_eq!(marks("ärg", "Der Ärger"), [4, 5, 6]);
    assert_eq!(marks("\"an\"", "banana"), [1, 2, 3, 4]);
    assert_eq!(marks("-an", "banana"), [0; 0]);
    assert_eq!(marks("xyz", "banana"), [0; 0]);
    assert_eq!(marks("sev>=high", "high"), [0; 0]);
}

#[test]
fn ranking_advances_in_slices_and_shows_the_best_so_far() {
    let mut store = Store::new();
    let findings = (0..500).map(|number| {
        let mut finding = Finding::blank(Source::Macie, &format!("f{number:03}"));
        finding.title = Text::new(&if number == 100 { "needle".to_owned() } else { format!("n-e-e-d-l-e {number}") });
        finding
    });
    ingest(&mut store, findings.collect());
    let mut view = View::default();
    view.set_query(&store, &Query::parse("needle").0, now());
    assert_eq!(view.rows().len(), 500);
    let mut steps = 0;
    loop {
        let progress = view.advance(&store, Duration::ZERO);
        steps += 1;
        assert_eq!((progress.total, view.rows().len()), (500, 500));
        let is_best_first = view.rows()[0] == RowId(100);
        assert!(if progress.done <= 100 { !is_best_first } else { is_best_first || progress.done < 200 }, "the best so far is shown soon");
        if progress.is_done() {
            break;
        }
    }
    assert!(steps > 10);
    assert_eq!(view.rows(), View::new(&store, &Query::parse("needle").0, now()).rows());
}

// ---- properties ----

const TITLES: [&str; 6] = ["Public bucket", "Root login", "CVE-2021-1 - openssl", "role Admin unused", "Grüße", ""];
const QUERIES: [&str; 16] = [
    "",
    "sev>=medium",
    "-source:macie status:active",
    "region:us-* sort:title",
    "resource:*a* sort:-resource",
    "title:o sort:type",
    "\"bucket\" sort:last-seen",
    "-login sort:-last-seen",
    "tag:env=a",
    "age<3d sort:account",
    "r",
    "ro",
    "rol a",
    "b sev>=low",
    "pb sort:severity",
    "touches:2 sample:no sort:-first-seen",
];

prop_compose! {
    fn any_finding()(
        key in 0..40_u32, source in 0..5_usize, severity in 0..6_usize, priority in 0..3_usize, status in 0..4_usize,
        title in 0..6_usize, seen in prop::option::of(0..5_i64), updated in 0..3_i64, name in "[ab]{0,2}", region in 0..3_usize,
        layer in 0..7_usize, group in prop::option::of(0..6_u32), sample in any::<bool>(),
    ) -> Finding {
        let mut finding = Finding::blank(Source::ALL[source], &format!("id{}", key % 7));
        finding.key = MergeKey::new(&format!("key{key}"));
        // Equal keys are the same record, so they name the same group.
        finding.group = group.filter(|_| key % 3 == 0).map(|_| MergeKey::new(&format!("group{}", key % 6)));
        finding.severity = Severity::ALL[severity];
        finding.priority.level = Severity::ALL[priority];
        finding.status = Status::ALL[status];
        finding.title = TITLES[title].into();
        finding.kind = Text::new(&format!("Kind:{}", layer % 3));
        finding.last_seen = seen.and_then(days_ago);
        finding.first_seen = seen.and_then(|seen| days_ago(seen + 1));
        finding.updated = days_ago(10 - updated);
        finding.region = Region::new(["us-east-1", "eu-west-1", ""][region]);
        finding.account = AccountId::new(["111122223333", "444455556666"][region % 2]);
        finding.placement.layer = Layer::ALL[layer];
        finding.placement.also = if layer == 3 { vec![Layer::IdentityAndAccess] } else { Vec::new() };
        finding.resources = vec![resource("T", &format!("arn:aws:s3:::x{name}"), &name, &[("env", &name)])];
        finding.sample = sample;
        finding
    }
}

fn is_subsequence(word: &str, text: &str) -> bool {
    let text = text.to_lowercase();
    let mut rest = text.chars();
    word.chars().all(|want| rest.any(|have| have == want))
}

/// What the view should select, from the findings one by one.
fn naive(store: &Store, query: &Query) -> Vec<RowId> {
    let mut rows: Vec<_> = store.iter().filter(|(_, finding)| query.matches(finding, now()) && query.matches_words(finding)).collect();
    let sort = query.sort().unwrap_or_default();
    rows.sort_by(|a, b| sort.compare(a.1, b.1));
    rows.into_iter().map(|(row, _)| row).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn parsing_never_panics_and_spans_are_in_the_text(text in any::<String>()) {
        let (query, problems) = Query::parse(&text);
        for span in query.terms().iter().map(|term| &term.span).chain(problems.iter().map(|problem| &problem.span)) {
            prop_assert!(text.get(span.clone()).is_some());
        }
    }

    #[test]
    fn parsing_never_panics_on_near_queries(text in "(-?(sev|age|tag|source|layer|lens.x|sort|group|cvss|last-seen|account|é)?(:|>=|<|=|::)?[a-z0-9é*?\",=%.-]{0,6} ?){0,5}") {
        let (query, problems) = Query::parse(&text);
        let _ = query.marks("some text");
        prop_assert!(problems.iter().all(|problem| text.get(problem.span.clone()).is_some() && !problem.message.is_empty()));
        let again = query.toggled(Field::Source, "macie").toggled(Field::Source, "macie");
        prop_assert_eq!(again.selects(Field::Source, "macie"), query.selects(Field::Source, "macie"));
    }

    #[test]
    fn any_value_can_be_toggled_in_and_out(value in any::<String>().prop_map(|value| Text::new(&value).to_string())) {
        let query = Query::default().toggled(Field::Resource, &value);
        prop_assert!(query.problems().is_empty(), "{:?}", query.text);
        prop_assert!(query.selects(Field::Resource, &value), "{:?}", query.text);
        let mut finding = Finding::blank(Source::Macie, "x");
        finding.resources = vec![resource("", "", &value, &[])];
        prop_assert!(value.is_empty() || query.matches(&finding, now()), "{:?}", query.text);
        prop_assert_eq!(query.toggled(Field::Resource, &value).text, "");
    }

    #[test]
    fn a_view_is_what_asking_each_finding_gives(findings in prop::collection::vec(any_finding(), 0..60), text in prop::sample::select(&QUERIES[..])) {
        let mut store = Store::new();
        ingest(&mut store, findings);
        let (query, _) = Query::parse(text);
        let expected = naive(&store, &query);
        let mut rows = View::new(&store, &query, now()).rows().to_vec();
        if !query.words().is_empty() && query.sort().is_none() {
            rows.sort_by(|a, b| contract(store.get(*a).unwrap(), store.get(*b).unwrap()));
        }
        prop_assert_eq!(rows, expected);
    }

    #[test]
    fn batches_one_by_one_give_what_all_at_once_gives(
        batches in prop::collection::vec(prop::collection::vec(any_finding(), 0..12), 1..6),
        texts in prop::collection::vec(prop::sample::select(&QUERIES[..]), 1..4),
        slices in prop::collection::vec(0..3_u8, 6),
    ) {
        let mut store = Store::new();
        let mut view = View::default();
        let mut queries = texts.iter().cycle().map(|text| Query::parse(text).0);
        let mut query = Query::default();
        for (batch, slices) in batches.into_iter().zip(slices) {
            let ingested = ingest(&mut store, batch);
            view.update(&store, &ingested);
            for _ in 0..slices {
                view.advance(&store, Duration::ZERO);
            }
            let mut shown = view.rows().to_vec();
            let mut expected = naive(&store, &query);
            shown.sort_unstable();
            expected.sort_unstable();
            prop_assert_eq!(shown, expected, "the set is exact at any time");
            if slices == 2 {
                query = queries.next().unwrap();
                view.set_query(&store, &query, now());
            }
        }
        while !view.advance(&store, Duration::ZERO).is_done() {}
        let fresh = View::new(&store, &query, now());
        prop_assert_eq!(view.rows(), fresh.rows());
    }

    #[test]
    fn what_a_later_reading_takes_away_leaves_the_view(
        readings in prop::collection::vec((prop::collection::vec(any_finding(), 0..12), 0..2_usize, any::<bool>()), 1..6),
        text in prop::sample::select(&QUERIES[..]),
    ) {
        let mut store = Store::new();
        let (query, _) = Query::parse(text);
        let mut view = View::new(&store, &query, now());
        for (findings, lane, is_read) in readings {
            store.begin(lane);
            let changed = store.take(lane, Batch { findings, raw: RawBlock::default() });
            view.update(&store, &changed);
            if is_read {
                let changed = store.end(lane);
                view.update(&store, &changed);
            }
            view.advance(&store, Duration::MAX);
            let fresh = View::new(&store, &query, now());
            prop_assert_eq!(view.rows(), fresh.rows());
            prop_assert!(view.rows().iter().all(|row| store.visible(*row).is_some()));
        }
    }

    #[test]
    fn narrowing_a_search_gives_what_a_fresh_one_gives(
        findings in prop::collection::vec(any_finding(), 0..40),
        words in prop::collection::vec("[abr-]{0,3}( [aou])?", 1..8),
    ) {
        let mut store = Store::new();
        ingest(&mut store, findings);
        let mut view = View::default();
        for word in words {
            let (query, _) = Query::parse(&word);
            view.set_query(&store, &query, now());
            view.advance(&store, Duration::MAX);
            let fresh = View::new(&store, &query, now());
            prop_assert_eq!(view.rows(), fresh.rows(), "{}", word);
        }
    }

    #[test]
    fn fuzzy_words_find_every_subsequence_and_nothing_else(titles in prop::collection::vec("[abAB ä:]{0,6}", 1..30), word in "[abä:]{1,3}") {
        prop_assume!(Query::parse(&word).0.words() == [word.clone()]);
        let mut store = Store::new();
        let findings = titles.iter().enumerate().map(|(number, title)| {
            let mut finding = Finding::blank(Source::Macie, &number.to_string());
            finding.title = Text::new(title);
            finding
        });
        ingest(&mut store, findings.collect());
        let mut rows = View::new(&store, &Query::parse(&word).0, now()).rows().to_vec();
        rows.sort_unstable();
        let expected: Vec<_> = store.iter().filter(|(_, finding)| is_subsequence(&word, &finding.title) || is_subsequence(&word, "macie")).map(|(row, _)| row).collect();
        prop_assert_eq!(rows, expected);
    }
}
