//! Rows of findings: the columns that fit, and one row in them.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};
use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

use super::look::{Look, Role};
use super::write::{age, cut, put, put_right};
use crate::model::{Finding, Severity, Source, Text, Timestamp};
use crate::query::View;

/// Which columns there are; widths in columns, 0 where there is no room.
pub(super) struct Columns {
    pub(super) severity: u16,
    pub(super) age: u16,
    pub(super) source: u16,
    pub(super) title: u16,
    pub(super) resource: u16,
    pub(super) place: u16,
}

impl Columns {
    /// What fits; the source and the place only where `all` are wanted.
    pub(super) fn new(width: u16, all: bool) -> Self {
        let severity = if width < 60 { 1 } else { 10 };
        let age = 4;
        let source = match width {
            60..120 if all => 9,
            120.. if all => 15,
            90.. if !all => 9,
            _ => 0,
        };
        let resource = match width {
            0..56 => 0,
            56..72 => 14,
            72..100 => 18,
            100..130 => 24,
            _ => 32,
        };
        let place = match width {
            96..130 if all => 14,
            130.. if all => 28,
            _ => 0,
        };
        let taken: u16 = [severity, age, source, resource, place].iter().filter(|width| **width > 0).map(|width| width + 2).sum();
        Self { severity, age, source, title: width.saturating_sub(taken), resource, place }
    }

    /// The heads of the columns.
    pub(super) fn heads(&self, buffer: &mut Buffer, area: Rect, look: &Look) {
        let style = look.style(Role::Heading);
        let mut x = area.x;
        for (width, text) in [
            (self.severity, if self.severity > 1 { "Severity" } else { "" }),
            (self.age, "Seen"),
            (self.source, "Source"),
            (self.title, "Title"),
            (self.resource, "Resource"),
            (self.place, if self.place > 20 { "Account and Region" } else { "Region" }),
        ] {
            if width > 0 {
                put(buffer, area, x, area.y, &cut(text, width as usize, look), style);
                x += width + 2;
            }
        }
    }
}

/// The severity in at most eight columns.
pub(super) const fn word(severity: Severity) -> &'static str {
    match severity {
        Severity::Informational => "info",
        severity => severity.slug(),
    }
}

const fn name(source: Source, width: u16) -> &'static str {
    match source {
        Source::AccessAnalyzer if width < 15 => "Analyzer",
        Source::SecurityHub if width < 12 => "Sec Hub",
        Source::Checks if width < 15 => "Checks",
        source => source.title(),
    }
}

/// One finding on one line; `view` marks what a search matched.
pub(super) fn draw_row(
    buffer: &mut Buffer,
    area: Rect,
    columns: &Columns,
    finding: &Finding,
    view: Option<&View>,
    now: Timestamp,
    look: &Look,
) {
    let y = area.y;
    let (text, muted) = (look.style(Role::Text), look.style(Role::Muted));
    let severity = look.style(Role::Severity(finding.severity));
    let mut x = area.x;
    let after = put(buffer, area, x, y, look.glyphs().severity(finding.severity), severity);
    let after = if columns.severity > 1 { put(buffer, area, after + 1, y, word(finding.severity), severity) } else { after };
    let priority = finding.priority.level;
    // Where only the sign of the severity stands, the gap after it takes that of the priority.
    if priority != finding.severity && after < x + columns.severity.max(2) {
        let (sign, role) =
            if priority > finding.severity { (look.glyphs().up, Role::Severity(priority)) } else { (look.glyphs().down, Role::Muted) };
        put(buffer, area, after, y, sign, look.style(role));
    }
    x += columns.severity + 2;
    put_right(buffer, area, x + columns.age, y, &age(now, finding.last_seen.or(finding.first_seen)), muted);
    x += columns.age + 2;
    if columns.source > 0 {
        let after = put(buffer, area, x, y, name(finding.source, columns.source), text);
        let seen = finding.also_seen.len();
        if seen > 0 && after + 3 <= x + columns.source + 1 {
            put(buffer, area, after, y, &format!(" +{seen}"), muted);
        }
        x += columns.source + 2;
    }
    let title = if finding.damage.is_some() { Text::new(&format!("[damaged] {}", finding.title)) } else { finding.title.clone() };
    let emphasis = if finding.severity >= Severity::High { text.add_modifier(Modifier::BOLD) } else { text };
    marked(buffer, Rect { x, y, width: columns.title, height: 1 }, &title, view, emphasis, look);
    x += columns.title + 2;
    if columns.resource > 0 {
        let name = finding
            .resource()
            .map_or_else(Text::empty, |resource| if resource.name.is_empty() { resource.id.clone() } else { resource.name.clone() });
        marked(buffer, Rect { x, y, width: columns.resource, height: 1 }, &name, view, text, look);
        x += columns.resource + 2;
    }
    if columns.place > 0 {
        let place = if columns.place > 20 { format!("{} {}", finding.account, finding.region) } else { finding.region.to_string() };
        put(buffer, area, x, y, &cut(place.trim(), columns.place as usize, look), muted);
    }
}

/// Text with what a search matched in it marked.
fn marked(buffer: &mut Buffer, area: Rect, text: &Text, view: Option<&View>, style: Style, look: &Look) {
    let shown = cut(text, area.width as usize, look);
    put(buffer, area, area.x, area.y, &shown, style);
    let marks = view.map(|view| view.marks(text)).unwrap_or_default();
    if marks.is_empty() {
        return;
    }
    let kept =
        if shown.len() == text.len() { usize::MAX } else { shown.chars().count().saturating_sub(look.glyphs().ellipsis.chars().count()) };
    let (mut x, mut at) = (area.x, 0);
    for grapheme in text.graphemes(true) {
        let chars = grapheme.chars().count();
        if at + chars > kept || x >= area.right() {
            break;
        }
        let width = grapheme.width() as u16;
        if marks.iter().any(|mark| (at..at + chars).contains(mark)) {
            buffer.set_style(Rect { x, y: area.y, width, height: 1 }.intersection(area), look.style(Role::Match));
        }
        x += width;
        at += chars;
    }
}
