//! Rules as data -> what ringfort orders by: the severity, raised or lowered with a reason where it misleads.
//! In come rules (embedded, and the user's), findings, and what other findings tell of the same resource; out come priorities.
//! It knows the model, and the conditions of the lenses: no store, no AWS, no terminal.

mod check;
mod error;
mod file;
mod ranker;
mod reason;
mod resource;
mod rule;
mod told;

pub use error::RulesError;
pub use ranker::{Assessment, Ranker};
pub use resource::resource_name;
pub use rule::Rules;
pub use told::{Teller, Told};
