//! What the runner says while it fetches.

use crate::aws::Validity;
use crate::model::{AccountId, Arn, Lane, Text};
use crate::store::{Batch, Ingested, Store};

/// Who is asking.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// The account.
    pub account: AccountId,
    /// The principal's ARN.
    pub arn: Text,
    /// The account's name in the organization, or its alias; where it is known.
    pub name: Option<Text>,
}

impl Identity {
    /// The role or user by its own name: a role without its session, a permission set of IAM Identity Center without what
    /// surrounds it in the role's name. Empty where the ARN is not known.
    #[must_use]
    pub fn who(&self) -> &str {
        let Some(resource) = Arn::parse(&self.arn).map(|arn| arn.resource) else { return "" };
        let (kind, name) = resource.split_once('/').unwrap_or(("", resource));
        match kind {
            "assumed-role" => {
                let role = name.split('/').next().unwrap_or_default();
                let set = role.strip_prefix("AWSReservedSSO_").and_then(|set| set.rsplit_once('_'));
                set.map_or(role, |(set, _)| set)
            }
            _ => name.rsplit('/').next().unwrap_or_default(),
        }
    }
}

/// Something happened. Events of one lane arrive in order; lanes interleave.
#[derive(Debug)]
pub enum Event {
    /// An account's identity is known; said again when more of it is.
    Identity(Identity),
    /// How the credentials stand of the account with this number, in the order in which the user named them.
    Validity(usize, Validity),
    /// The lanes of the fetch, said before any of them moves. A lane's number is its place here. Said once more only where nothing
    /// could be read and all is begun anew.
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
            Self::Identity(_) | Self::Validity(..) | Self::Notice(_) | Self::Again(_) | Self::Fatal(_) | Self::Done => {}
        }
        Ingested::default()
    }
}

#[cfg(test)]
mod tests {
    use super::Identity;
    use crate::model::{AccountId, Text};

    #[test]
    fn a_principal_goes_by_the_name_that_people_gave_it() {
        for (arn, who) in [
            ("arn:aws:sts::111122223333:assumed-role/SecurityAudit/me@example.com", "SecurityAudit"),
            ("arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_Read_Only_0123456789abcdef/me", "Read_Only"),
            ("arn:aws-cn:iam::111122223333:user/team/audit/jo", "jo"),
            ("arn:aws:sts::111122223333:federated-user/jo", "jo"),
            ("arn:aws:iam::111122223333:root", "root"),
            ("", ""),
        ] {
            let identity = Identity { account: AccountId::new("111122223333"), arn: Text::new(arn), name: None };
            assert_eq!(identity.who(), who, "{arn}");
        }
    }
}
