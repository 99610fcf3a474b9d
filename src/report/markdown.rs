//! `markdown`: a report to paste into a ticket. Attackers write titles and tags: nothing of theirs becomes markup.

use std::fmt::Write as _;
use std::io::{self, Write};

use super::{Context, scope};
use crate::model::{Finding, Layer, Severity, Side, Text};
use crate::query::{Board, Counted};

/// How times are written; all are UTC.
const TIME: &str = "%Y-%m-%d %H:%M";

/// Title, scope, completeness, counts, board and a table of the findings.
pub(super) fn write(out: &mut dyn Write, rows: &mut dyn Iterator<Item = &Finding>, context: &Context<'_>) -> io::Result<()> {
    // The counts stand before the table, so the rows (references only) are held.
    let rows: Vec<&Finding> = rows.collect();
    let mut board = Board::default();
    for finding in &rows {
        board.add(finding, Counted::Primary);
    }
    let complete = context.coverage.is_complete();
    writeln!(out, "# Security posture: {}\n", escape(&scope::accounts_and_regions(context.coverage)))?;
    // Not the time of writing: the same input gives the same bytes.
    let seen = || rows.iter().filter_map(|finding| finding.last_seen);
    if let (Some(first), Some(last)) = (seen().min(), seen().max()) {
        writeln!(out, "- Last seen between {} and {} UTC", first.strftime(TIME), last.strftime(TIME))?;
    }
    if !context.query.is_empty() {
        writeln!(out, "- Query: {}", escape(context.query))?;
    }
    writeln!(out, "- {}", escape(&scope::verdict(context.coverage)))?;
    counts(out, &board, complete)?;
    layers(out, &board, complete)?;
    coverage(out, context)?;
    findings(out, &rows)
}

fn counts(out: &mut dyn Write, board: &Board, complete: bool) -> io::Result<()> {
    let bound = bound(complete);
    writeln!(out, "\n## Counts\n\n| all | {} |", Severity::ALL.map(Severity::slug).join(" | "))?;
    writeln!(out, "|---:{}|", "|---:".repeat(Severity::ALL.len()))?;
    let numbers = Severity::ALL.map(|severity| format!("{bound}{}", board.total()[severity.index()]));
    writeln!(out, "| {bound}{} | {} |", board.total().iter().sum::<usize>(), numbers.join(" | "))
}

fn layers(out: &mut dyn Write, board: &Board, complete: bool) -> io::Result<()> {
    writeln!(out, "\n## Board\n\n| layer | {} |", Side::ALL.map(Side::slug).join(" | "))?;
    writeln!(out, "|:---{}|", "|:---".repeat(Side::ALL.len()))?;
    for layer in Layer::ALL {
        let cells = Side::ALL.map(|side| {
            let mut cell = format!("{}{}", bound(complete), board.cell(layer, side).iter().sum::<usize>());
            let counts = Severity::ALL.map(|severity| (severity, board.count(layer, side, severity)));
            let parts: Vec<_> =
                counts.iter().filter(|(_, count)| *count > 0).map(|(severity, count)| format!("{count} {severity}")).collect();
            if !parts.is_empty() {
                let _ = write!(cell, " ({})", parts.join(", "));
            }
            cell
        });
        writeln!(out, "| {} {layer} | {} |", layer.number(), cells.join(" | "))?;
    }
    Ok(())
}

/// The lanes that are not complete: what the numbers do not tell.
fn coverage(out: &mut dyn Write, context: &Context<'_>) -> io::Result<()> {
    let gaps: Vec<_> = context.coverage.lanes.iter().filter(|lane| lane.state != crate::model::LaneState::Complete).collect();
    if gaps.is_empty() {
        return Ok(());
    }
    writeln!(
        out,
        "\n## Not read to the end\n\n| account | region | source | state | findings | reason |\n|:---|:---|:---|:---|---:|:---|"
    )?;
    for lane in gaps {
        let reason = lane.reason.as_ref().map(Text::as_str).unwrap_or_default();
        writeln!(
            out,
            "| {} | {} | {} | {} | {}{} | {} |",
            escape(lane.id.account.as_str()),
            escape(lane.id.region.as_str()),
            lane.id.source,
            lane.state,
            bound(lane.is_trusted()),
            lane.findings,
            escape(reason)
        )?;
    }
    Ok(())
}

fn findings(out: &mut dyn Write, rows: &[&Finding]) -> io::Result<()> {
    writeln!(out, "\n## Findings\n")?;
    if rows.is_empty() {
        return writeln!(out, "None.");
    }
    writeln!(out, "| priority | severity | finding | resource | account | region | last seen | layer | side | source |")?;
    writeln!(out, "|:---|:---|:---|:---|:---|:---|:---|:---|:---|:---|")?;
    for finding in rows {
        writeln!(
            out,
            "| {} | {} | {} | {} | {} | {} | {} | {} | {} | {} |",
            finding.priority.level,
            finding.severity,
            link(finding),
            escape(finding.resource_name()),
            escape(finding.account.as_str()),
            escape(finding.region.as_str()),
            finding.last_seen.map(|seen| seen.strftime(TIME).to_string()).unwrap_or_default(),
            finding.placement.layer,
            finding.placement.side,
            finding.source
        )?;
    }
    Ok(())
}

/// The title, leading to the finding's page in the console.
fn link(finding: &Finding) -> String {
    let title = escape(if finding.title.is_empty() { &finding.id } else { &finding.title });
    match finding.console_link().as_deref() {
        Some(url) if url.starts_with("https://") => format!("[{title}](<{}>)", percent_encode(url)),
        _ => title,
    }
}

/// Keeps a URL inside `(<...>)` and inside its table cell.
fn percent_encode(url: &str) -> String {
    let mut safe = String::with_capacity(url.len());
    for c in url.chars() {
        if matches!(c, '<' | '>' | '|' | '\\' | '`' | '"' | ' ') {
            let _ = write!(safe, "%{:02X}", c as u32);
        } else {
            safe.push(c);
        }
    }
    safe
}

const fn bound(complete: bool) -> &'static str {
    if complete { "" } else { "&ge; " }
}

/// Makes text that shows as it is in Markdown, GitHub's kind too: no markup, no HTML, no cell border, no automatic link, no
/// mention that would call a stranger.
fn escape(text: &str) -> String {
    let mut safe = String::with_capacity(text.len() + 8);
    for (at, c) in text.char_indices() {
        match c {
            '\n' | '\r' => safe.push(' '),
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '@' => safe.push_str("@<!-- -->"),
            ':' if text[at..].starts_with("://") => safe.push_str("\\:"),
            '.' if text[..at].to_ascii_lowercase().ends_with("www") => safe.push_str("\\."),
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '~' | '!' | '$' | '#' => {
                safe.push('\\');
                safe.push(c);
            }
            '-' | '+' | '=' if at == 0 => {
                safe.push('\\');
                safe.push(c);
            }
            c => safe.push(c),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::escape;
    use proptest::prelude::*;

    #[test]
    fn markup_html_mentions_and_links_are_shown_as_text() {
        assert_eq!(escape("**bold** <img src=x> | a"), "\\*\\*bold\\*\\* &lt;img src=x&gt; \\| a");
        assert_eq!(escape("[x](http://evil) www.evil @team"), "\\[x\\](http\\://evil) www\\.evil @<!-- -->team");
        assert_eq!(escape("i-0abc & role/a"), "i-0abc &amp; role/a");
    }

    proptest! {
        #[test]
        fn no_escaped_text_opens_a_tag_or_a_cell(text in any::<String>()) {
            let safe = escape(&text).replace("<!-- -->", "");
            prop_assert!(!safe.contains(['<', '>', '\n']));
            let mut bare = safe.replace("\\\\", "").replace("\\|", "");
            bare.retain(|c| c == '|');
            prop_assert_eq!(bare, "");
        }
    }
}
