//! Rules as data -> placements. The seven layers and the sides are lenses too.
//! In come rule files (embedded, or the user's) and findings; out come placements with the rule that made them.
//! It knows the model only.

use std::path::Path;

use thiserror::Error;

use crate::model::{Finding, Layer, Side};

/// A lens file cannot be used. The message names the file, the line and the mistake, and says what to do.
#[derive(Debug, Error)]
#[error("{0}")]
pub struct LensError(pub String);

/// A group of a lens, such as one layer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// The key in queries and JSON.
    pub key: String,
    /// The title on the screen.
    pub title: String,
    /// What it means, a sentence or two.
    pub text: String,
}

/// All lenses, compiled.
#[derive(Clone, Debug)]
pub struct LensSet {}

impl LensSet {
    /// The embedded lenses.
    #[must_use]
    pub fn builtin() -> Self {
        Self {}
    }

    /// The embedded lenses, with the user's `*.toml` files from `folder` added or in their place.
    pub fn load(_folder: &Path) -> Result<Self, LensError> {
        Ok(Self {})
    }

    /// A placer for one thread.
    #[must_use]
    pub fn placer(&self) -> Placer {
        Placer {}
    }

    /// The layer's title and text.
    #[must_use]
    pub fn layer(&self, layer: Layer) -> Group {
        Group { key: layer.slug().into(), title: layer.slug().into(), text: String::new() }
    }

    /// The side's title and text.
    #[must_use]
    pub fn side(&self, side: Side) -> Group {
        Group { key: side.slug().into(), title: side.slug().into(), text: String::new() }
    }
}

/// Places findings; remembers what it has placed, since findings repeat.
#[derive(Debug)]
pub struct Placer {}

impl Placer {
    /// Sets the finding's placement.
    pub fn place(&mut self, _finding: &mut Finding) {}
}
