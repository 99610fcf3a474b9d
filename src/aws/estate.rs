//! The calls beside those of the sources: what tells which accounts and Regions there are, and lets ringfort into them.

use super::{CallError, CallErrorKind};
use crate::model::Text;

/// A call that finds out about the estate, and the IAM action that allows it (Service Authorization Reference).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct EstateCall {
    /// The operation, as the service's model names it.
    pub operation: &'static str,
    /// The IAM action.
    pub iam: &'static str,
}

impl EstateCall {
    /// The Regions that an account has enabled.
    pub const LIST_REGIONS: Self = Self { operation: "ListRegions", iam: "account:ListRegions" };
    /// The same, asked of EC2 where the Account API does not tell.
    pub const DESCRIBE_REGIONS: Self = Self { operation: "DescribeRegions", iam: "ec2:DescribeRegions" };
    /// The organization's accounts.
    pub const LIST_ACCOUNTS: Self = Self { operation: "ListAccounts", iam: "organizations:ListAccounts" };
    /// The way into another account.
    pub const ASSUME_ROLE: Self = Self { operation: "AssumeRole", iam: "sts:AssumeRole" };

    /// What the account is called.
    pub const LIST_ACCOUNT_ALIASES: Self = Self { operation: "ListAccountAliases", iam: "iam:ListAccountAliases" };

    /// The calls that find out what the caller's account is called, whatever the scope.
    pub const OF_IDENTITY: [Self; 1] = [Self::LIST_ACCOUNT_ALIASES];
    /// The calls that `--region all` makes in each account.
    pub const OF_REGIONS: [Self; 2] = [Self::LIST_REGIONS, Self::DESCRIBE_REGIONS];
}

/// One such call that was made, and how it went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// Which call.
    pub call: EstateCall,
    /// Why it told nothing; `None` where it told.
    pub refusal: Option<Refusal>,
}

/// Why a call told nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// Whether a permission is missing: the call's action.
    pub denied: bool,
    /// What happened, and what to do where that is known.
    pub reason: Text,
}

impl Refusal {
    /// A refusal for want of a permission, or any other failure.
    pub(super) fn new(error: &CallError, reason: impl Into<Text>) -> Self {
        Self { denied: is_denied(error), reason: reason.into() }
    }

    /// An answer that cannot be believed.
    pub(super) fn broken(reason: impl Into<Text>) -> Self {
        Self { denied: false, reason: reason.into() }
    }
}

/// Whether the credentials may not make the call: `AccessDenied*`, and EC2's own code.
fn is_denied(error: &CallError) -> bool {
    let code = error.code.as_deref().unwrap_or_default();
    error.kind == CallErrorKind::Service && (code.starts_with("AccessDenied") || code == "UnauthorizedOperation")
}
