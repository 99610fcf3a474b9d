//! A fetch without a screen: everything into a store, until it is done.

use super::{Event, Fetch, Identity};
use crate::model::Text;
use crate::store::Store;

/// What a fetch said besides findings and lanes; those are in the store.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// Why nothing could be fetched at all.
    pub fatal: Option<Text>,
    /// Who is asking, an identity an account, in the order in which they became known.
    pub identities: Vec<Identity>,
    /// What the user should know.
    pub notices: Vec<Text>,
}

/// Runs the fetch to its end. `on_event` sees each event before the store takes it.
pub async fn collect(mut fetch: Fetch, store: &mut Store, mut on_event: impl FnMut(&Event)) -> Outcome {
    let mut outcome = Outcome::default();
    while let Some(event) = fetch.events.recv().await {
        on_event(&event);
        match &event {
            Event::Fatal(why) => outcome.fatal = Some(why.clone()),
            Event::Identity(identity) => {
                outcome.identities.retain(|known| known.account != identity.account);
                outcome.identities.push(identity.clone());
            }
            Event::Notice(notice) => outcome.notices.push(notice.clone()),
            Event::Done => break,
            Event::Validity(..) | Event::Planned(_) | Event::Again(_) | Event::Lane(..) | Event::Batch(..) => {}
        }
        event.apply(store);
    }
    outcome
}
