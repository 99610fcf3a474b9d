//! Rules as data -> placements. The seven layers and the sides are lenses too.
//! In come rule files (embedded, or the user's) and findings; out come placements with the rule that made them.
//! It knows the model only.

mod check;
mod condition;
mod error;
mod facts;
mod file;
mod index;
mod memory;
mod placer;
#[cfg(test)]
mod reach;
mod rule;
mod set;

pub use error::{LensError, Mistake};
pub use placer::Placer;
pub use rule::{Group, Lens, RuleInfo};
pub use set::LensSet;
