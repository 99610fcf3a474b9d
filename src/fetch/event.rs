//! What the runner says while it fetches.

use crate::model::{AccountId, Lane, Text};
use crate::store::{Batch, Ingested, Store};

/// Who is asking.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// The account.
    pub account: AccountId,
    /// The principal's ARN.
    pub arn: Text,
    /// The account's alias or name, where it is known.
    pub name: Option<Text>,
}

/// Something happened. Events of one lane arrive in order; lanes interleave.
#[derive(Debug)]
pub enum Event {
    /// An account's identity is known.
    Identity(Identity),
    /// The lanes of the fetch, said first. A lane's number is its place here. Said once more only where nothing could be read
    /// and all is begun anew.
    Planned(Vec<Lane>),
    /// An order to refresh was taken: these lanes are read again. None where all is begun anew, then a plan follows, or where every
    /// lane was under way already. `Done` follows in any case, when no lane is under way.
    Again(Vec<usize>),
    /// A lane as it is now: replaces what was known of it. One that had ended and is pending is read again.
    Lane(usize, Box<Lane>),
    /// Findings of a lane arrived.
    Batch(usize, Batch),
    /// Something that the user should know, such as where the list of Regions came from.
    Notice(Text),
    /// Nothing can be fetched: what was tried, and what to do. `Done` follows.
    Fatal(Text),
    /// Every lane has ended.
    Done,
}

impl Event {
    /// Brings the store up to date; tells which rows changed.
    pub fn apply(self, store: &mut Store) -> Ingested {
        match self {
            Self::Planned(lanes) => store.plan(lanes),
            Self::Lane(number, lane) => return store.lane(number, *lane),
            Self::Batch(lane, batch) => return store.take(lane, batch),
            Self::Identity(Identity { account, name: Some(name), .. }) => drop(store.coverage.names.insert(account, name)),
            Self::Identity(_) | Self::Notice(_) | Self::Again(_) | Self::Fatal(_) | Self::Done => {}
        }
        Ingested::default()
    }
}
