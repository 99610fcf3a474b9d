//! The plan of lanes, the concurrent runner, progress events.
//! In come a scope and the sources; out come events: lanes' progress and batches of placed findings.
//! It knows aws, source, lens, store and model; no query, no terminal.

mod again;
mod board;
mod checkup;
mod collect;
mod end;
mod event;
mod handle;
mod identity;
mod lane;
mod plan;
mod request;
mod runner;
mod sink;
mod survey;
mod watches;

pub use crate::aws::{CodeWanted, MfaCode, Need, Reply, Validity};
pub use checkup::{AccountCheck, Answer, Asks, CallCheck, Checkup, LaneCheck, check_up, check_up_asking};
pub use collect::{Outcome, collect};
pub use event::{Event, Identity};
pub use handle::FetchHandle;
pub use request::Request;
pub use runner::{Fetch, check, partition, start};

#[cfg(test)]
mod tests;
