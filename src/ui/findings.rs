//! The merged list: query, heads, the rows that are on the screen, count. Only those rows are touched, however many there are.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::{Modifier, Style};
use unicode_width::UnicodeWidthStr;

use super::look::{Look, Role};
use super::select::select;
use super::write::{cut, grouped, put, put_right};
use super::{groups, home, list, scroll};
use crate::app::{Findings, Line, State};
use crate::query::{Query, TermKind};

/// Draws everything between the header and the footer; where the text cursor is, if there is one.
pub(super) fn draw(buffer: &mut Buffer, area: Rect, findings: &Findings, state: &State, look: &Look) -> Option<Position> {
    let inner = Rect { x: area.x + 1, width: area.width.saturating_sub(2), ..area };
    let cursor = query_line(buffer, Rect { height: 1, ..inner }, findings, look);
    let columns = list::Columns::new(inner.width, true);
    columns.heads(buffer, Rect { y: inner.y + 1, height: 1, ..inner }, look);
    let rows = Rect { y: inner.y + 2, height: inner.height.saturating_sub(3), ..inner };
    draw_rows(buffer, rows, &columns, findings, state, look);
    count_line(buffer, Rect { y: inner.bottom().saturating_sub(1), height: 1, ..inner }, findings, state, look);
    cursor
}

fn draw_rows(buffer: &mut Buffer, area: Rect, columns: &list::Columns, findings: &Findings, state: &State, look: &Look) {
    let rows = findings.view.rows();
    if let Some(grouping) = &findings.grouping {
        groups::draw(buffer, area, columns, grouping, findings, state, look);
        scroll::thumb(buffer, area, findings.list.top, findings.len(), look);
        return;
    }
    if rows.is_empty() {
        empty(buffer, area, findings, state, look);
        return;
    }
    let searched = findings.query.terms().iter().any(|term| matches!(term.kind, TermKind::Word(_) | TermKind::Phrase(_)));
    let view = searched.then_some(&findings.view);
    for (line, row) in rows.iter().skip(findings.list.top).take(area.height as usize).enumerate() {
        let y = area.y + line as u16;
        let Some(finding) = state.store.get(*row) else { continue };
        list::draw_row(buffer, Rect { y, height: 1, ..area }, columns, finding, view, state.now, look);
        if findings.list.top + line == findings.list.cursor {
            let whole = Rect { x: area.x.saturating_sub(1), y, width: area.width + 2, height: 1 };
            select(buffer, whole, look);
            put(buffer, whole, whole.x, y, look.glyphs().cursor, look.style(Role::Selection));
        }
    }
    scroll::thumb(buffer, area, findings.list.top, findings.len(), look);
}

fn empty(buffer: &mut Buffer, area: Rect, findings: &Findings, state: &State, look: &Look) {
    let area = Rect { y: area.y + 1, height: area.height.saturating_sub(1), ..area };
    if state.store.is_empty() || findings.query.is_empty() {
        home::nothing(buffer, area, state, look);
        return;
    }
    let text = if state.is_complete() {
        "No finding matches the query; every lane was read to its end."
    } else if state.is_loading() {
        "No finding matches the query so far."
    } else {
        "No finding that could be read matches the query; coverage tells what could not be read."
    };
    for (line, part) in home::wrap(text, area.width as usize).into_iter().enumerate() {
        put(buffer, area, area.x, area.y + line as u16, &part, look.style(Role::Muted));
    }
}

/// The query as chips, or as a line of text while it is edited. What makes no sense is underlined.
fn query_line(buffer: &mut Buffer, area: Rect, findings: &Findings, look: &Look) -> Option<Position> {
    let Some(search) = &findings.search else {
        if findings.query.text.trim().is_empty() {
            put(buffer, area, area.x, area.y, "everything, worst first", look.style(Role::Muted));
        } else {
            chips(buffer, area, findings, look);
        }
        return None;
    };
    let x = put(buffer, area, area.x, area.y, "/ ", look.style(Role::Key));
    let width = area.right().saturating_sub(x) as usize;
    let scroll = search.input.visual_scroll(width);
    let line = Rect { x, width: width as u16, ..area };
    buffer.set_style(line, look.style(Role::Input));
    write_query(buffer, line, &findings.query, findings, scroll, look);
    Some(Position::new(x + (search.input.visual_cursor().saturating_sub(scroll)) as u16, area.y))
}

/// The text of the query from a column on, with broken parts underlined.
fn write_query(buffer: &mut Buffer, area: Rect, query: &Query, findings: &Findings, scroll: usize, look: &Look) {
    use unicode_segmentation::UnicodeSegmentation;
    let mut column = 0;
    for (at, grapheme) in query.text.grapheme_indices(true) {
        let width = grapheme.width();
        if column >= scroll {
            let broken = findings.problems.iter().any(|problem| problem.span.contains(&at));
            let style = look.style(Role::Input).patch(if broken { problem_style(look) } else { Style::new() });
            put(buffer, area, area.x + (column - scroll) as u16, area.y, grapheme, style);
        }
        column += width;
    }
}

fn problem_style(look: &Look) -> Style {
    look.style(Role::Error).add_modifier(Modifier::UNDERLINED)
}

fn chips(buffer: &mut Buffer, area: Rect, findings: &Findings, look: &Look) {
    let query = &findings.query;
    let mut spans: Vec<(std::ops::Range<usize>, bool)> = query.terms().iter().map(|term| (term.span.clone(), false)).collect();
    for problem in &findings.problems {
        match spans.iter_mut().find(|(span, _)| span.start <= problem.span.start && problem.span.end <= span.end) {
            Some((_, broken)) => *broken = true,
            None => spans.push((problem.span.clone(), true)),
        }
    }
    spans.sort_by_key(|(span, _)| span.start);
    let mut x = area.x;
    for (span, broken) in spans {
        let text = query.text.get(span).unwrap_or_default();
        let style = if broken { problem_style(look) } else { look.style(Role::Input) };
        let left = area.right().saturating_sub(x) as usize;
        if left < 4 {
            put(buffer, area, area.right().saturating_sub(1), area.y, look.glyphs().ellipsis, look.style(Role::Muted));
            break;
        }
        x = put(buffer, area, x, area.y, &cut(&format!(" {text} "), left, look), style) + 1;
    }
}

/// Where the cursor is in how many, and the first mistake in the query.
fn count_line(buffer: &mut Buffer, area: Rect, findings: &Findings, state: &State, look: &Look) {
    let glyphs = look.glyphs();
    let shown = findings.view.rows().len();
    let sign = if state.is_complete() { String::new() } else { format!("{} ", glyphs.at_least) };
    let place = if shown == 0 { 0 } else { findings.list.cursor + 1 };
    let mut text = format!("{} of {sign}{}", grouped(place as u64), grouped(shown as u64));
    if let Some(grouping) = &findings.grouping {
        let (Line::Heading(at) | Line::Row(at, _)) = grouping.line(findings.list.cursor).unwrap_or(Line::Heading(0));
        let number = (at + 1).min(grouping.groups.len());
        text = format!("group {number} of {} {} {sign}{}", grouping.groups.len(), glyphs.dot, grouped(shown as u64));
    }
    if shown != state.store.len() {
        text = format!("{text} {} {sign}{} in all", glyphs.dot, grouped(state.store.len() as u64));
    }
    if findings.ranking {
        text = format!("{text} {} ranking", glyphs.dot);
    }
    let room = usize::from(area.width).saturating_sub(text.width() + 2);
    // A word that is not whole yet is no mistake yet.
    let (told, role) = if let Some(found) = findings.search.as_ref().and_then(|search| search.completion(state.lenses.as_ref())) {
        (cut(&format!("tab: {}", found.words.join("  ")), room, look).into_owned(), Role::Muted)
    } else if let Some(problem) = findings.problems.first() {
        // A mistake gives the count its meaning: it is told first, and as much of it as fits.
        (cut(&problem.message, area.width.into(), look).into_owned(), Role::Error)
    } else {
        (String::new(), Role::Muted)
    };
    put(buffer, area, area.x, area.y, &told, look.style(role));
    if told.width() <= room {
        put_right(buffer, area, area.right(), area.y, &text, look.style(Role::Muted));
    }
}
