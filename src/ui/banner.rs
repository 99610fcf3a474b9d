//! Who is asking: account, alias, role, Region, and when the credentials end. As much of it as fits, the account last to go.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use unicode_width::UnicodeWidthStr;

use super::look::{Look, Role};
use super::write::{cut, put};
use crate::app::State;
use crate::app::login::SOON;

/// In less than this nothing is told.
const LEAST: u16 = 12;

/// Draws it in one line; an end that is near stands first, and stays.
pub(super) fn draw(buffer: &mut Buffer, area: Rect, state: &State, look: &Look) {
    if area.width < LEAST {
        return;
    }
    let dot = format!(" {} ", look.glyphs().dot);
    let end = end(state);
    let (mut area, mut x) = (area, area.x);
    if let Some((text, true)) = &end {
        x = put(buffer, area, area.x, area.y, &cut(text, area.width.into(), look), look.style(Role::Warning));
        let taken = (x - area.x + dot.width() as u16).min(area.width);
        area = Rect { x: area.x + taken, width: area.width - taken, ..area };
    }
    let late = end.filter(|(_, soon)| !soon).map(|(text, _)| text);
    let lines: Vec<String> = forms(state, late.as_ref()).into_iter().map(|parts| parts.join(&dot)).collect();
    let fitting = lines.iter().find(|line| line.width() <= usize::from(area.width)).or(lines.last());
    if let Some(line) = fitting.filter(|_| area.width >= LEAST) {
        let whole = Rect { x, width: area.right() - x, ..area };
        if x < area.x {
            put(buffer, whole, x, area.y, &dot, look.style(Role::Muted));
        }
        put(buffer, area, area.x, area.y, &cut(line, area.width.into(), look), look.style(Role::Muted));
    }
}

/// What is told, from the longest to the shortest.
fn forms(state: &State, end: Option<&String>) -> Vec<Vec<String>> {
    let (full, short, who) = match state.fetch.identities.as_slice() {
        [] if state.fetch.fatal.is_some() => (String::from("no credentials"), String::from("no credentials"), None),
        [] if state.is_loading() => (String::from("finding out who is asking"), String::from("who is asking?"), None),
        [] => (String::new(), String::new(), None),
        [one] => {
            let name = one.name.as_ref();
            let full = name.map_or_else(|| one.account.to_string(), |name| format!("{name} ({})", one.account));
            (full, name.map_or_else(|| one.account.to_string(), ToString::to_string), Some(one))
        }
        many => (format!("{} accounts", many.len()), format!("{} accounts", many.len()), None),
    };
    let who = who.filter(|_| !state.demo).map(|identity| identity.who().to_owned()).filter(|who| !who.is_empty());
    let (demo, regions) = (state.demo.then(|| String::from("demo estate")), regions(state));
    let line = |parts: [Option<&String>; 5]| parts.into_iter().flatten().filter(|part| !part.is_empty()).cloned().collect();
    let (demo, who, regions) = (demo.as_ref(), who.as_ref(), regions.as_ref());
    vec![
        line([demo, Some(&full), who, regions, end]),
        line([demo, Some(&full), who, regions, None]),
        line([demo, Some(&full), None, regions, None]),
        line([demo, Some(&short), who, regions, None]),
        line([demo, Some(&short), None, regions, None]),
        line([demo, Some(&short), None, None, None]),
        line([None, Some(&short), None, None, None]),
    ]
}

fn regions(state: &State) -> Option<String> {
    let mut regions: Vec<&str> = state.coverage().lanes.iter().map(|lane| lane.id.region.as_str()).collect();
    regions.sort_unstable();
    regions.dedup();
    match regions.as_slice() {
        [] => None,
        [one] => Some((*one).to_owned()),
        many => Some(format!("{} Regions", many.len())),
    }
}

/// When the credentials end, and whether that is soon.
fn end(state: &State) -> Option<(String, bool)> {
    let left = (state.credentials_end()?.as_second() - state.now.as_second()).max(0);
    Some(match left {
        0 => (String::from("credentials ended"), true),
        1..60 => (String::from("ends in 1m"), true),
        60..=SOON => (format!("ends in {}m", left / 60), true),
        _ if left < 3_600 => (format!("{}m left", left / 60), false),
        _ => (format!("{}h{:02}m left", left / 3_600, left / 60 % 60), false),
    })
}

#[cfg(test)]
mod tests {
    use ratatui::buffer::Buffer;
    use ratatui::layout::Rect;

    use super::draw;
    use crate::app::{Start, State};
    use crate::fetch::{Event, Identity, Validity};
    use crate::model::{AccountId, Lane, LaneId, Region, Source, Text, Timestamp};
    use crate::ui::look::Look;

    const NOW: i64 = 2_000_000_000;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).expect("a time")
    }

    fn asked_by(accounts: &[(&str, Option<&str>)], left: i64) -> State {
        let mut state = State::new(Start::default(), at(NOW));
        for (account, name) in accounts {
            let arn = Text::from(format!("arn:aws:sts::{account}:assumed-role/AWSReservedSSO_Audit_0123/me"));
            state.take(Event::Identity(Identity { account: AccountId::new(account), arn, name: name.map(Text::new) }));
        }
        let id = LaneId { account: AccountId::new("1"), region: Region::new("eu-west-1"), source: Source::Macie };
        state.take(Event::Planned(vec![Lane::pending(id)]));
        state.take(Event::Validity(0, Validity { expires: Some(at(NOW + left)), ..Validity::default() }));
        state
    }

    fn shown(state: &State, width: u16) -> String {
        let area = Rect { x: 0, y: 0, width, height: 1 };
        let mut buffer = Buffer::empty(area);
        draw(&mut buffer, area, state, &Look::default());
        (0..width).map(|x| buffer[(x, 0)].symbol()).collect::<String>().trim_end().to_owned()
    }

    #[test]
    fn it_gives_up_the_time_then_the_role_then_the_number_and_the_account_last() {
        let state = asked_by(&[("111122223333", Some("acme-prod"))], 4_000);
        for (width, text) in [
            (80, "acme-prod (111122223333) · Audit · eu-west-1 · 1h06m left"),
            (50, "acme-prod (111122223333) · Audit · eu-west-1"),
            (40, "acme-prod (111122223333) · eu-west-1"),
            (30, "acme-prod · Audit · eu-west-1"),
            (25, "acme-prod · eu-west-1"),
            (12, "acme-prod"),
            (11, ""),
        ] {
            assert_eq!(shown(&state, width), text, "{width}");
        }
        assert_eq!(shown(&asked_by(&[("111122223333", None)], 4_000), 30), "111122223333 · eu-west-1");
    }

    #[test]
    fn an_end_that_is_near_stands_first_and_stays() {
        let account = [("111122223333", None)];
        for (left, text) in [(600, "ends in 10m · 111122223333"), (5, "ends in 1m · 111122223333"), (0, "credentials ended")] {
            assert_eq!(shown(&asked_by(&account, left), 28), text, "{left}");
        }
        assert_eq!(shown(&asked_by(&account, 601), 28), "111122223333 · eu-west-1");
    }

    #[test]
    fn several_accounts_are_counted() {
        let state = asked_by(&[("1", None), ("2", None), ("3", None)], 4_000);
        assert_eq!(shown(&state, 24), "3 accounts · eu-west-1");
    }

    #[test]
    fn the_screen_is_drawn_by_itself_twice_and_no_more() {
        let mut state = asked_by(&[("111122223333", None)], 4_000);
        for (now, next) in [(0, Some(3_400)), (3_399, Some(3_400)), (3_400, Some(4_000)), (4_000, None)] {
            state.now = at(NOW + now);
            assert_eq!(state.next_draw().map(Timestamp::as_second), next.map(|next: i64| NOW + next), "{now}");
        }
    }
}
