//! The plan of lanes, the concurrent runner, progress events.
//! In come a scope and the sources; out come events: lanes' progress and batches of placed findings.
//! It knows aws, source, lens, store and model; no query, no terminal.

mod event;

pub use event::{Event, Identity};
