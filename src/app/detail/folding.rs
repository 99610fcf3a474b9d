//! How sections, objects and arrays fold.

use super::rows::Cursor;
use super::{Detail, DetailAction, Section, Shape};

impl Detail {
    pub(super) fn fold(&mut self, action: DetailAction) {
        match self.cursor {
            Cursor::Json => {
                // Folding what is folded as far as it goes folds the section.
                let before = self.json().map(|json| (json.cursor(), json.row_count()));
                if let Some(json) = self.json_mut() {
                    match action {
                        DetailAction::Fold => json.fold(),
                        DetailAction::Unfold => json.unfold(),
                        _ => json.toggle(),
                    }
                }
                let stuck = before == self.json().map(|json| (json.cursor(), json.row_count()));
                if stuck && action == DetailAction::Fold && !self.raw {
                    self.folded[Section::Raw as usize] = true;
                    self.cursor = Cursor::Entry(self.entries.len() - 1);
                }
            }
            Cursor::Entry(entry) => {
                let section = self.entries[entry].section;
                let heading = self.entries[entry].shape == Shape::Heading;
                let folded = &mut self.folded[section as usize];
                *folded = match action {
                    DetailAction::Fold => true,
                    DetailAction::Unfold => false,
                    _ if heading => !*folded,
                    _ => *folded,
                };
            }
        }
        self.layout();
    }

    pub(super) fn fold_all(&mut self, fold: bool) {
        if self.raw {
            if let Some(json) = self.json_mut() {
                if fold { json.fold_all() } else { json.unfold_all() }
            }
        } else {
            self.folded = [fold; Section::COUNT];
            if fold && self.cursor == Cursor::Json {
                self.cursor = Cursor::Entry(self.entries.len() - 1);
            }
        }
        self.layout();
    }
}
