//! What a finding's screen says, section by section: nothing is left out and nothing is cut.

use jiff::Timestamp;

use super::Names;
use crate::model::{Basis, Finding, Layer, LensPlace, Resource, Severity, Side, Text, Vulnerability, Why};

/// A section of the screen, in its order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Section {
    /// What it is.
    What,
    /// Where it is.
    Where,
    /// Who did it.
    Who,
    /// What the source saw.
    Evidence,
    /// Which rules placed it in its layer and on its side.
    Why,
    /// What to do.
    Fix,
    /// The vulnerabilities that it reports.
    Vulnerabilities,
    /// The control that failed.
    Compliance,
    /// Other records of the same finding.
    AlsoSeen,
    /// Where to read on.
    Links,
    /// The source's own JSON.
    Raw,
}

impl Section {
    /// How many there are.
    pub(super) const COUNT: usize = 11;

    /// The heading.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::What => "What",
            Self::Where => "Where",
            Self::Who => "Who",
            Self::Evidence => "Evidence",
            Self::Why => "Why here",
            Self::Fix => "Fix",
            Self::Vulnerabilities => "Vulnerabilities",
            Self::Compliance => "Compliance",
            Self::AlsoSeen => "Also seen",
            Self::Links => "Links",
            Self::Raw => "Raw JSON",
        }
    }
}

/// What a value means, for its colour and its sign.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// Plain.
    Plain,
    /// The finding's title.
    Title,
    /// Matters less.
    Muted,
    /// A severity; drawn with its sign.
    Severity(Severity),
    /// A side; drawn with its sign.
    Side(Side),
    /// A URL.
    Link,
    /// Look at this.
    Warning,
}

impl Tone {
    /// Columns that the sign before the value takes.
    #[must_use]
    pub const fn sign_width(self) -> usize {
        if matches!(self, Self::Severity(_) | Self::Side(_)) { 2 } else { 0 }
    }
}

/// What an entry is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// A section's heading; the value is the note beside it.
    Heading,
    /// The heading of one of several alike within a section.
    Item,
    /// A label and a value.
    Field,
    /// Sentences without a label.
    Prose,
}

/// One thing that the cursor can stand on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its section.
    pub section: Section,
    /// What it is.
    pub shape: Shape,
    /// The label; the title of headings.
    pub label: String,
    /// The value, whole.
    pub value: String,
    /// What the value means.
    pub tone: Tone,
}

/// What is known of a part that is read when the finding is opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Part<T> {
    Loading,
    Loaded(T),
    Missing(Text),
}

/// All entries of a finding but the JSON itself.
pub(super) fn entries(finding: &Finding, evidence: &Part<Vec<(Text, Text)>>, raw_note: &str, names: &Names, now: Timestamp) -> Vec<Entry> {
    let mut page = Page { entries: Vec::new(), section: Section::What };
    what(&mut page, finding, now);
    place(&mut page, finding);
    who(&mut page, finding);
    seen(&mut page, evidence);
    why(&mut page, finding, names);
    fix(&mut page, finding);
    vulnerabilities(&mut page, finding);
    compliance(&mut page, finding);
    also_seen(&mut page, finding);
    if let Some(url) = &finding.console_link() {
        page.heading(Section::Links, "");
        page.field("Console", url, Tone::Link);
    }
    page.heading(Section::Raw, raw_note);
    page.entries
}

struct Page {
    entries: Vec<Entry>,
    section: Section,
}

impl Page {
    fn add(&mut self, shape: Shape, label: &str, value: &str, tone: Tone) {
        self.entries.push(Entry { section: self.section, shape, label: label.to_owned(), value: value.to_owned(), tone });
    }

    fn heading(&mut self, section: Section, note: &str) {
        self.section = section;
        self.add(Shape::Heading, section.title(), note, Tone::Muted);
    }

    fn field(&mut self, label: &str, value: &str, tone: Tone) {
        if !value.is_empty() {
            self.add(Shape::Field, label, value, tone);
        }
    }

    fn plain(&mut self, label: &str, value: &str) {
        self.field(label, value, Tone::Plain);
    }

    fn prose(&mut self, value: &str, tone: Tone) {
        if !value.is_empty() {
            self.add(Shape::Prose, "", value, tone);
        }
    }

    fn each(&mut self, label: &str, values: &[Text]) {
        for value in values {
            self.plain(label, value);
        }
    }
}

fn what(page: &mut Page, finding: &Finding, now: Timestamp) {
    page.heading(Section::What, "");
    page.prose(&finding.title, Tone::Title);
    if finding.sample {
        page.prose("This is a sample, made to try the service out: nothing happened.", Tone::Warning);
    }
    if let Some(damage) = &finding.damage {
        page.prose(&format!("Damaged: {damage}. The raw JSON has it as the source sent it."), Tone::Warning);
    }
    if finding.description != finding.title {
        page.prose(&finding.description, Tone::Plain);
    }
    severity(page, finding);
    let traits: Vec<String> = finding.traits.meanings().map(|(word, meaning)| format!("{word} ({meaning})")).collect();
    page.field("Traits", &traits.join("; "), Tone::Warning);
    page.plain("Type", &finding.kind);
    page.plain("Status", finding.status.slug());
    page.plain("Workflow", finding.workflow.as_deref().unwrap_or_default());
    page.plain("Source", finding.source.title());
    page.plain("Product", finding.product.as_deref().unwrap_or_default());
    for (label, time) in [("First seen", finding.first_seen), ("Last seen", finding.last_seen), ("Updated", finding.updated)] {
        if let Some(time) = time {
            page.plain(label, &format!("{} ({})", time.strftime("%Y-%m-%d %H:%M:%S UTC"), age(time, now)));
        }
    }
    if let Some(count) = finding.count {
        page.plain("Seen", &times(count));
    }
    page.plain("Id", &finding.id);
}

/// Severity and priority in a line where they agree; each with where it comes from.
fn severity(page: &mut Page, finding: &Finding) {
    let native = match (finding.native_severity.label.as_deref(), finding.native_severity.score) {
        (Some(label), Some(score)) => format!("sent as {label}, score {score}"),
        (Some(label), None) => format!("sent as {label}"),
        (None, Some(score)) => format!("sent as score {score}"),
        (None, None) => "the source sends none".to_owned(),
    };
    let (level, reason) = (finding.priority.level, &finding.priority.reason);
    if level == finding.severity {
        page.field("Severity", &format!("{}  ({reason}; {native})", finding.severity), Tone::Severity(finding.severity));
    } else {
        page.field("Severity", &format!("{}  ({native})", finding.severity), Tone::Severity(finding.severity));
        page.field("Priority", &format!("{level}  {reason}"), Tone::Severity(level));
    }
}

fn times(count: u64) -> String {
    if count == 1 { "once".to_owned() } else { format!("{count} times") }
}

/// How long ago, or how far ahead.
fn age(time: Timestamp, now: Timestamp) -> String {
    let seconds = now.as_second() - time.as_second();
    let (unit, length) = match seconds.unsigned_abs() {
        0..60 => return "just now".to_owned(),
        60..3600 => ("minute", 60),
        3600..86_400 => ("hour", 3600),
        86_400..63_072_000 => ("day", 86_400),
        _ => ("year", 31_557_600),
    };
    let count = seconds.unsigned_abs() / length;
    let plural = if count == 1 { "" } else { "s" };
    if seconds < 0 { format!("in {count} {unit}{plural}") } else { format!("{count} {unit}{plural} ago") }
}

fn place(page: &mut Page, finding: &Finding) {
    page.heading(Section::Where, &counted(finding.resources.len(), "resource"));
    page.plain("Account", finding.account.as_str());
    page.plain("Region", finding.region.as_str());
    if finding.resources.is_empty() {
        page.prose("The source names no resource.", Tone::Muted);
    }
    for (at, resource) in finding.resources.iter().enumerate() {
        if finding.resources.len() > 1 {
            page.add(Shape::Item, &format!("Resource {} of {}", at + 1, finding.resources.len()), &resource.name, Tone::Plain);
        }
        one_resource(page, resource, finding, finding.resources.len() == 1);
    }
}

fn one_resource(page: &mut Page, resource: &Resource, finding: &Finding, alone: bool) {
    if alone {
        page.plain("Resource", &resource.name);
    }
    page.plain("Kind", &resource.kind);
    if resource.id != resource.name {
        page.plain("Resource id", &resource.id);
    }
    if resource.account != finding.account {
        page.plain("Its account", resource.account.as_str());
    }
    if resource.region != finding.region {
        page.plain("Its Region", resource.region.as_str());
    }
    for (key, value) in &resource.tags {
        page.plain("Tag", &format!("{key} = {value}"));
    }
}

fn who(page: &mut Page, finding: &Finding) {
    let actors = &finding.actors;
    if actors.is_empty() {
        return;
    }
    page.heading(Section::Who, "");
    page.each("Principal", &actors.principals);
    page.each("Access key", &actors.access_keys);
    page.each("IP address", &actors.ips);
    page.each("Domain", &actors.domains);
}

fn seen(page: &mut Page, evidence: &Part<Vec<(Text, Text)>>) {
    page.heading(Section::Evidence, "");
    match evidence {
        Part::Loading => page.prose("being read", Tone::Muted),
        Part::Missing(reason) => page.prose(reason, Tone::Warning),
        Part::Loaded(facts) if facts.is_empty() => page.prose("The source gives none beyond what stands above.", Tone::Muted),
        Part::Loaded(facts) => {
            for (label, value) in facts {
                page.plain(label, value);
            }
        }
    }
}

fn why(page: &mut Page, finding: &Finding, names: &Names) {
    let placement = &finding.placement;
    page.heading(Section::Why, "");
    let layer = |layer: Layer| format!("{} {}", layer.number(), names.layers[layer as usize]);
    page.plain("Layer", &layer(placement.layer));
    reason(page, &placement.why_layer);
    for also in &placement.also {
        page.plain("Also touches", &layer(*also));
    }
    page.field("Side", &names.sides[placement.side as usize], Tone::Side(placement.side));
    reason(page, &placement.why_side);
    let mut rest: Vec<&LensPlace> = placement.lenses.iter().collect();
    while let Some(&first) = rest.first() {
        let (same, others): (Vec<_>, Vec<_>) = rest.into_iter().partition(|place| place.lens == first.lens && place.why == first.why);
        let group = |place: &&LensPlace| match names.groups.get(&(place.lens.to_string(), place.key.to_string())) {
            Some(title) if says(title, &place.key) => title.clone(),
            Some(title) => format!("{} {title}", place.key),
            None => place.key.to_string(),
        };
        let lens = names.lenses.get(first.lens.as_str()).map_or(first.lens.as_str(), String::as_str);
        page.plain("Lens", &format!("{lens}: {}", same.iter().map(group).collect::<Vec<_>>().join(", ")));
        reason(page, &first.why);
        rest = others;
    }
    let has_place = |id: &str| placement.lenses.iter().any(|place| *place.lens == *id) || matches!(id, "layers" | "sides");
    let without: Vec<&str> = names.lenses.iter().filter(|(id, _)| !has_place(id)).map(|(_, title)| title.as_str()).collect();
    page.field("No place in", &without.join("; "), Tone::Muted);
}

/// Whether a group's title says its key too, as `Training data` does of `training-data`, and `LLM prompt injection (AML.T0051)` of
/// `AML.T0051`.
fn says(title: &str, key: &str) -> bool {
    title.to_ascii_lowercase().replace(' ', "-").contains(&key.to_ascii_lowercase())
}

fn reason(page: &mut Page, why: &Why) {
    page.plain("Because", &why.reason);
    let basis = match why.basis {
        Basis::Stated => "stated by AWS",
        Basis::Derived => "derived by ringfort",
    };
    page.field("Rule", &format!("{}, {basis}", why.rule), Tone::Muted);
    if why.is_fallback() {
        page.field("Note", "No rule knows this type: its place is a guess.", Tone::Warning);
    }
}

fn fix(page: &mut Page, finding: &Finding) {
    page.heading(Section::Fix, "");
    let advice = &finding.remediation;
    let upgrades: Vec<&Vulnerability> = finding.vulnerabilities.iter().filter(|vulnerability| vulnerability.fixed_in.is_some()).collect();
    if advice.text.is_none() && advice.url.is_none() && upgrades.is_empty() {
        page.prose("The source gives no advice.", Tone::Muted);
    }
    page.prose(advice.text.as_deref().unwrap_or_default(), Tone::Plain);
    page.field("Read more", advice.url.as_deref().unwrap_or_default(), Tone::Link);
    for vulnerability in upgrades {
        let part = |text: &Option<Text>| text.as_deref().unwrap_or_default().to_owned();
        let (package, installed, fixed) = (part(&vulnerability.package), part(&vulnerability.installed), part(&vulnerability.fixed_in));
        let from = if installed.is_empty() { String::new() } else { format!(" from {installed}") };
        page.plain("Upgrade", format!("{package}{from} to {fixed}").trim_start());
    }
}

fn vulnerabilities(page: &mut Page, finding: &Finding) {
    let all = &finding.vulnerabilities;
    if all.is_empty() {
        return;
    }
    page.heading(Section::Vulnerabilities, &if all.len() > 1 { format!("{} of them", all.len()) } else { String::new() });
    for (at, vulnerability) in all.iter().enumerate() {
        if all.len() > 1 {
            page.add(Shape::Item, &format!("{} of {}", at + 1, all.len()), "", Tone::Plain);
        }
        page.plain("Vulnerability", &vulnerability.id);
        if let Some(score) = vulnerability.cvss {
            page.plain("CVSS", &score.to_string());
        }
        if let Some(chance) = vulnerability.epss {
            page.plain("EPSS", &format!("{chance} ({:.1} % chance of exploitation within 30 days)", chance * 100.0));
        }
        match vulnerability.exploit_available {
            Some(true) => page.field("Exploit", "known", Tone::Warning),
            Some(false) => page.plain("Exploit", "none known"),
            None => {}
        }
        if let Some(fix) = vulnerability.fix_available {
            page.plain("Fix", if fix { "available" } else { "none yet" });
        }
        page.plain("Package", vulnerability.package.as_deref().unwrap_or_default());
        page.plain("Installed", vulnerability.installed.as_deref().unwrap_or_default());
        page.plain("Fixed in", vulnerability.fixed_in.as_deref().unwrap_or_default());
    }
}

fn compliance(page: &mut Page, finding: &Finding) {
    let Some(compliance) = &finding.compliance else { return };
    page.heading(Section::Compliance, "");
    page.plain("Control", compliance.control.as_deref().unwrap_or_default());
    page.plain("Result", compliance.status.as_deref().unwrap_or_default());
    page.each("Because", &compliance.reasons);
    page.each("Standard", &compliance.standards);
    page.each("Required by", &compliance.requirements);
}

fn also_seen(page: &mut Page, finding: &Finding) {
    if finding.also_seen.is_empty() {
        return;
    }
    page.heading(Section::AlsoSeen, &counted(finding.also_seen.len(), "record"));
    for record in &finding.also_seen {
        page.plain(record.source.title(), &record.id);
        page.plain("Its workflow", record.note.as_deref().unwrap_or_default());
    }
}

fn counted(count: usize, noun: &str) -> String {
    match count {
        0 => String::new(),
        1 => format!("1 {noun}"),
        _ => format!("{count} {noun}s"),
    }
}

#[cfg(test)]
mod tests {
    use super::{Timestamp, age, says};

    #[test]
    fn a_key_is_told_unless_the_title_says_it() {
        for (title, key, told) in [
            ("Training data", "training-data", true),
            ("ATLAS: LLM prompt injection (AML.T0051)", "AML.T0051", true),
            ("Data quality and integrity", "quality", true),
            ("Prompt injection", "LLM01", false),
        ] {
            assert_eq!(says(title, key), told, "{title}");
        }
    }

    #[test]
    fn ages_are_told_in_the_largest_unit_that_says_enough() {
        let now = Timestamp::from_second(2_000_000_000).expect("a time");
        let ago = |seconds: i64| age(Timestamp::from_second(2_000_000_000 - seconds).expect("a time"), now);
        assert_eq!([ago(5), ago(61), ago(7300)], ["just now", "1 minute ago", "2 hours ago"]);
        assert_eq!([ago(86_400 * 400), ago(86_400 * 800), ago(-120)], ["400 days ago", "2 years ago", "in 2 minutes"]);
    }
}
