//! What an account is called.

use std::fmt;

use super::Text;

/// An account's name, and whose word it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AccountName {
    /// The account's own: from AWS Organizations, its alias, or the embedded estate.
    Own(Text),
    /// Only what the user calls the way in: a profile of the AWS configuration.
    Profile(Text),
}

impl AccountName {
    /// The account's own name; a profile is none.
    #[must_use]
    pub const fn own(&self) -> Option<&Text> {
        match self {
            Self::Own(name) => Some(name),
            Self::Profile(_) => None,
        }
    }
}

impl fmt::Display for AccountName {
    /// The name; a profile is marked as one.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Own(name) => fmt::Display::fmt(name, f),
            Self::Profile(name) => write!(f, "profile {name}"),
        }
    }
}
