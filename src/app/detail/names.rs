//! What placements are called on the screen: the lenses' own titles.

use std::collections::BTreeMap;

use crate::lens::LensSet;
use crate::model::{Layer, Side};

/// What layers, sides and the groups of other lenses are called.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Names {
    /// The layers' titles, innermost first.
    pub layers: [String; 7],
    /// The sides' titles, in the order of the board.
    pub sides: [String; 3],
    /// The other lenses' titles, by id.
    pub lenses: BTreeMap<String, String>,
    /// Their groups' titles, by lens id and group key.
    pub groups: BTreeMap<(String, String), String>,
}

impl Names {
    /// The titles that the lenses give.
    #[must_use]
    pub fn of(lenses: &LensSet) -> Self {
        let groups = lenses.lenses().iter().flat_map(|lens| lens.groups().iter().map(move |group| (lens.id(), group)));
        Self {
            layers: Layer::ALL.map(|layer| lenses.layer(layer).title.clone()),
            sides: Side::ALL.map(|side| lenses.side(side).title.clone()),
            lenses: lenses.lenses().iter().map(|lens| (lens.id().to_owned(), lens.title().to_owned())).collect(),
            groups: groups.map(|(lens, group)| ((lens.to_owned(), group.key.clone()), group.title.clone())).collect(),
        }
    }
}
