//! Configuration, credentials, identity, Regions, endpoints, and the one way to make a call.
//! In come the user's scope and the environment; out come SDK configurations, and bodies of answers byte for byte.
//! With `source` it is the only place that names an AWS crate; it knows the model.

mod call;

pub use call::{CallError, CallErrorKind, Capture, Meter, call};
