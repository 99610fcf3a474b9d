//! Rules as data -> placements. The seven layers and the sides are lenses too.
//! In come rule files (embedded, or the user's) and findings; out come placements with the rule that made them.
//! It knows the model only.

mod check;
mod condition;
mod coverage;
mod error;
mod explain;
mod facts;
mod file;
mod index;
mod known;
mod marks;
mod memory;
mod placer;
#[cfg(test)]
mod reach;
mod repeat;
mod review;
mod rule;
mod set;
mod sieve;
mod when;

pub use coverage::{LensCoverage, Reach};
pub use error::{LensError, Mistake};
pub use explain::{Explained, Place};
pub use known::{Known, known};
pub use marks::{MARK_TAG, Mark, MarkPattern, Marked, MarkedBy, Marks};
pub use placer::Placer;
pub use review::Review;
pub use rule::{Group, Lens, Origin, RuleInfo};
pub use set::LensSet;

pub(crate) use error::suggest;
pub(crate) use file::{WhenSpec, Words, line_at, parse};
pub(crate) use when::{Matcher, When};
