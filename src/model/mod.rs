//! The normalised finding and its parts: the words that every other folder speaks.
//! In comes text that [`Text`] has made safe, and numbers; out go plain values.
//! It knows no I/O, no AWS SDK and no terminal.

mod account;
mod console;
mod coverage;
mod finding;
mod ids;
mod key;
mod placement;
mod severity;
mod shared;
mod source;
mod text;
mod time;
mod traits;

pub use account::AccountName;
pub use console::is_console;
pub use coverage::{Coverage, Lane, LaneId, LaneState, Loaded};
pub use finding::{
    Actors, Compliance, Door, Finding, NativeSeverity, Priority, RawRef, Remediation, Resource, SeenBy, Status, Vulnerability,
};
pub use ids::{AccountId, Arn, Partition, Region};
pub use key::MergeKey;
pub use placement::{Basis, Layer, LensPlace, Placement, Side, Why};
pub use severity::Severity;
pub use shared::Shared;
pub use source::Source;
pub use text::{Text, escape_invisible};
pub use time::{parse_timestamp, timestamp_from_epoch};
pub use traits::Traits;

/// A point in time, UTC.
pub type Timestamp = jiff::Timestamp;
