//! The lens dialog: what the list is grouped by, or what the board has down and across.

use super::list::List;
use crate::lens::LensSet;
use crate::query::{Field, GroupKey, Query, axes, axis_title};

/// A grouping that is offered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// What it groups by; nothing for a list without groups.
    pub key: Option<GroupKey>,
    /// What it is called.
    pub title: String,
    /// What it is for.
    pub text: String,
}

/// What is chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Chosen {
    /// What the list is grouped by.
    Group,
    /// What the board has down.
    Down,
    /// What the board has across.
    Across,
}

/// The dialog.
#[derive(Clone, Debug)]
pub struct LensDialog {
    /// What the cursor chooses.
    pub chosen: Chosen,
    /// What is offered.
    pub choices: Vec<Choice>,
    /// The cursor for down, or for the list's groups.
    pub first: List,
    /// The cursor for across.
    pub second: List,
}

impl LensDialog {
    /// For a list with this query.
    #[must_use]
    pub fn for_list(query: &Query, lenses: Option<&LensSet>, height: usize) -> Self {
        let mut choices = vec![Choice { key: None, title: "No groups".to_owned(), text: "one list".to_owned() }];
        choices.extend(axes(lenses).into_iter().map(|key| choice(key, lenses)));
        choices.extend([Field::Type, Field::Resource, Field::Status].map(|field| choice(GroupKey::Field(field), lenses)));
        let mut dialog = Self { chosen: Chosen::Group, choices, first: List::default(), second: List::default() };
        dialog.first = dialog.at(query.group(), height);
        dialog
    }

    /// For a board with these axes.
    #[must_use]
    pub fn for_board(down: &GroupKey, across: &GroupKey, lenses: Option<&LensSet>, height: usize) -> Self {
        let choices = axes(lenses).into_iter().map(|key| choice(key, lenses)).collect();
        let mut dialog = Self { chosen: Chosen::Down, choices, first: List::default(), second: List::default() };
        (dialog.first, dialog.second) = (dialog.at(Some(down), height), dialog.at(Some(across), height));
        dialog
    }

    fn at(&self, key: Option<&GroupKey>, height: usize) -> List {
        let place = self.choices.iter().position(|choice| choice.key.as_ref() == key).unwrap_or(0);
        let mut list = List::default();
        list.go(place, self.choices.len(), height);
        list
    }

    /// Moves the cursor.
    pub fn step(&mut self, rows: isize, height: usize) {
        let len = self.choices.len();
        let list = if self.chosen == Chosen::Across { &mut self.second } else { &mut self.first };
        list.step(rows, len, height);
    }

    /// Gives the keys to the other list of a board.
    pub fn next(&mut self) {
        self.chosen = match self.chosen {
            Chosen::Group => Chosen::Group,
            Chosen::Down => Chosen::Across,
            Chosen::Across => Chosen::Down,
        };
    }

    /// What the first list's cursor is on.
    #[must_use]
    pub fn down(&self) -> Option<&GroupKey> {
        self.choices.get(self.first.cursor)?.key.as_ref()
    }

    /// What the second list's cursor is on.
    #[must_use]
    pub fn across(&self) -> Option<&GroupKey> {
        self.choices.get(self.second.cursor)?.key.as_ref()
    }
}

fn choice(key: GroupKey, lenses: Option<&LensSet>) -> Choice {
    let lens = |id: &str| lenses.and_then(|lenses| lenses.lens(id));
    let (title, text) = match &key {
        GroupKey::Field(Field::Layer) => ("Defense layers".to_owned(), lens("layers").map(|lens| lens.text().to_owned())),
        GroupKey::Field(Field::Side) => ("Sides".to_owned(), lens("sides").map(|lens| lens.text().to_owned())),
        GroupKey::Field(field) => (axis_title(&key, lenses), Some(field.info().help.to_owned())),
        GroupKey::Lens(id) => (axis_title(&key, lenses), lens(id).map(|lens| lens.text().to_owned())),
        GroupKey::Tag(_) => (axis_title(&key, lenses), None),
    };
    Choice { key: Some(key), title, text: text.unwrap_or_default() }
}
