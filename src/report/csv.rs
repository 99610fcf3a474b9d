//! `csv`: one row a finding, stable columns, nothing that a spreadsheet would take for a formula.

use std::borrow::Cow;
use std::io::{self, Write};

use ::csv::{QuoteStyle, WriterBuilder};

use crate::model::{Finding, Text, Vulnerability};

/// Where several values share a cell.
const BETWEEN: &str = "; ";

/// What a cell holds.
enum Cell<'a> {
    /// Anything from outside: a leading apostrophe keeps it text.
    Text(Cow<'a, str>),
    /// A number of our own making.
    Number(Option<f64>),
    /// A word of our own: a slug, a time, a count.
    Word(String),
}

impl<'a> Cell<'a> {
    fn text(text: &'a str) -> Self {
        Self::Text(Cow::Borrowed(text))
    }

    fn maybe(text: Option<&'a Text>) -> Self {
        Self::text(text.map_or("", Text::as_str))
    }

    fn list<T: AsRef<str>>(items: impl IntoIterator<Item = T>) -> Self {
        let mut all = String::new();
        for item in items {
            if !all.is_empty() {
                all.push_str(BETWEEN);
            }
            all.push_str(item.as_ref());
        }
        Self::Text(Cow::Owned(all))
    }

    fn word(word: &impl ToString) -> Self {
        Self::Word(word.to_string())
    }

    fn render(self) -> String {
        match self {
            Self::Text(text) => inert(&text).into_owned(),
            Self::Number(number) => number.filter(|number| number.is_finite()).map(|number| number.to_string()).unwrap_or_default(),
            Self::Word(word) => word,
        }
    }
}

type Column = (&'static str, for<'a> fn(&'a Finding) -> Cell<'a>);

/// The columns, in order. New ones are added at the end: others count on the places of these.
const COLUMNS: &[Column] = &[
    ("id", |f| Cell::text(&f.id)),
    ("source", |f| Cell::word(&f.source)),
    ("type", |f| Cell::text(&f.kind)),
    ("title", |f| Cell::text(&f.title)),
    ("description", |f| Cell::text(&f.description)),
    ("severity", |f| Cell::word(&f.severity)),
    ("native_severity_label", |f| Cell::maybe(f.native_severity.label.as_ref())),
    ("native_severity_score", |f| Cell::Number(f.native_severity.score)),
    ("priority", |f| Cell::word(&f.priority.level)),
    ("priority_reason", |f| Cell::text(&f.priority.reason)),
    ("status", |f| Cell::word(&f.status)),
    ("account", |f| Cell::text(f.account.as_str())),
    ("region", |f| Cell::text(f.region.as_str())),
    ("partition", |f| Cell::text(f.partition.as_str())),
    ("first_seen", |f| f.first_seen.as_ref().map_or(Cell::text(""), Cell::word)),
    ("last_seen", |f| f.last_seen.as_ref().map_or(Cell::text(""), Cell::word)),
    ("layer", |f| Cell::word(&f.placement.layer)),
    ("also_layers", |f| Cell::list(f.placement.also.iter().map(|layer| layer.slug()))),
    ("side", |f| Cell::word(&f.placement.side)),
    ("why_layer", |f| Cell::text(&f.placement.why_layer.rule)),
    ("why_side", |f| Cell::text(&f.placement.why_side.rule)),
    ("lenses", |f| Cell::list(f.placement.lenses.iter().map(|place| format!("{}:{}", place.lens, place.key)))),
    ("resource_type", |f| Cell::text(f.resource().map_or("", |resource| &resource.kind))),
    ("resource_id", |f| Cell::text(f.resource().map_or("", |resource| &resource.id))),
    ("resource_name", |f| Cell::text(f.resource_name())),
    ("resource_tags", |f| Cell::list(f.resource().iter().flat_map(|r| &r.tags).map(|(key, value)| format!("{key}={value}")))),
    ("resources", |f| Cell::word(&f.resources.len())),
    ("principals", |f| Cell::list(&f.actors.principals)),
    ("access_keys", |f| Cell::list(&f.actors.access_keys)),
    ("ips", |f| Cell::list(&f.actors.ips)),
    ("domains", |f| Cell::list(&f.actors.domains)),
    ("vulnerabilities", |f| Cell::list(f.vulnerabilities.iter().map(|vulnerability| &vulnerability.id))),
    ("cvss", |f| Cell::Number(highest(f, |vulnerability| vulnerability.cvss))),
    ("epss", |f| Cell::Number(highest(f, |vulnerability| vulnerability.epss))),
    ("exploit_available", |f| any(f, |vulnerability| vulnerability.exploit_available)),
    ("fix_available", |f| any(f, |vulnerability| vulnerability.fix_available)),
    ("packages", |f| Cell::list(f.vulnerabilities.iter().filter_map(package))),
    ("remediation", |f| Cell::maybe(f.remediation.text.as_ref())),
    ("remediation_url", |f| Cell::maybe(f.remediation.url.as_ref())),
    ("console_url", |f| Cell::list(f.console_link())),
    ("also_seen", |f| Cell::list(f.also_seen.iter().map(|seen| format!("{}:{}", seen.source, seen.id)))),
];

fn highest(finding: &Finding, score: impl Fn(&Vulnerability) -> Option<f64>) -> Option<f64> {
    finding.vulnerabilities.iter().filter_map(score).max_by(f64::total_cmp)
}

/// Yes if any says yes, no if one says no, empty where nothing is known.
fn any(finding: &Finding, says: impl Fn(&Vulnerability) -> Option<bool>) -> Cell<'_> {
    finding.vulnerabilities.iter().filter_map(says).max().as_ref().map_or(Cell::text(""), Cell::word)
}

fn package(vulnerability: &Vulnerability) -> Option<String> {
    let name = vulnerability.package.as_ref()?;
    let installed = vulnerability.installed.as_ref().map(|version| format!(" {version}")).unwrap_or_default();
    let fixed = vulnerability.fixed_in.as_ref().map(|version| format!(" (fixed in {version})")).unwrap_or_default();
    Some(format!("{name}{installed}{fixed}"))
}

/// Keeps spreadsheets from running a cell: `=`, `+`, `-`, `@`, tab and line breaks at the start, and their look-alikes, which
/// some take for the same, also behind spaces.
fn inert(cell: &str) -> Cow<'_, str> {
    let starts_formula = |c: char| {
        matches!(c, '=' | '+' | '-' | '@' | '|' | '%' | '\t' | '\r' | '\n')
            || matches!(
                c,
                '\u{FF1D}' | '\u{FF0B}' | '\u{FF0D}' | '\u{FF20}' | '\u{FE62}' | '\u{FE63}' | '\u{FE66}' | '\u{FE6B}' | '\u{2212}'
            )
    };
    let dangerous = cell.starts_with(starts_formula) || cell.trim_start().starts_with(starts_formula);
    if dangerous { Cow::Owned(format!("'{cell}")) } else { Cow::Borrowed(cell) }
}

/// A header and a row a finding; all but numbers quoted, so that other separators than ours do not split a cell.
pub(super) fn write(out: &mut dyn Write, rows: &mut dyn Iterator<Item = &Finding>) -> io::Result<()> {
    let mut table = WriterBuilder::new().quote_style(QuoteStyle::NonNumeric).from_writer(out);
    table.write_record(COLUMNS.iter().map(|(name, _)| *name)).map_err(io_error)?;
    for finding in rows {
        for (_, cell) in COLUMNS {
            table.write_field(cell(finding).render()).map_err(io_error)?;
        }
        table.write_record(None::<&[u8]>).map_err(io_error)?;
    }
    table.flush()
}

fn io_error(error: ::csv::Error) -> io::Error {
    match error.into_kind() {
        ::csv::ErrorKind::Io(error) => error,
        other => io::Error::other(format!("{other:?}")),
    }
}

#[cfg(test)]
mod tests {
    use super::{Cell, inert};
    use proptest::prelude::*;

    #[test]
    fn a_formula_becomes_text() {
        for formula in ["=1+1", "+cmd", "-2", "@SUM(A1)", "\t=1", "\r=1", "＝1", "＋1", "－1", "＠a", "  =1", "\u{3000}=1"] {
            assert_eq!(inert(formula), format!("'{formula}"));
        }
        for plain in ["", "arn:aws:s3:::a", "a=b", "'quoted", "ö"] {
            assert_eq!(inert(plain), plain);
        }
    }

    #[test]
    fn numbers_of_our_own_stay_numbers() {
        assert_eq!(Cell::Number(Some(-1.5)).render(), "-1.5");
        assert_eq!(Cell::Number(Some(f64::NAN)).render(), "");
    }

    proptest! {
        #[test]
        fn no_text_cell_starts_a_formula(start in "[=+\\-@\t\r＝＋－＠ ]{0,3}", rest in any::<String>()) {
            let cell = Cell::Text(format!("{start}{rest}").into()).render();
            let first = cell.trim_start().chars().next();
            prop_assert!(!matches!(first, Some('=' | '+' | '-' | '@' | '\t' | '\r' | '＝' | '＋' | '－' | '＠')), "{cell:?}");
        }
    }
}
