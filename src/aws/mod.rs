//! Configuration, credentials, identity, Regions, endpoints, and the one way to make a call.
//! In come the user's scope and the environment; out come SDK configurations, and bodies of answers byte for byte.
//! With `source` it is the only place that names an AWS crate; it knows the model.

mod access;
mod alias;
mod call;
mod call_error;
mod chain;
mod cli_cache;
mod clock;
mod config;
mod credentials;
mod enabled;
mod estate;
mod gate;
mod identity;
mod members;
mod meter;
mod need;
mod organization;
mod pace;
mod profile;
mod regions;
mod renew;
mod signed;
mod surroundings;
mod transport;

pub use access::{Access, Embedded, EmbeddedAccount};
pub use call::{call, passed_call};
pub use call_error::{CallError, CallErrorKind};
pub use clock::ClockSkew;
pub use config::{Account, ConfigError, Roles, Scope, role_arn, settle, settle_everywhere};
pub use credentials::{CredentialsFailure, CredentialsOrigin};
pub use enabled::{Enabled, enabled_regions};
pub use estate::{Asked, EstateCall, Refusal};
pub use gate::{Gate, Pass};
pub use identity::{Caller, caller};
pub use members::{Members, Who};
pub use meter::{Capture, Meter};
pub use need::{CodeWanted, MfaCode, Need, Reply, Validity};
pub use organization::{Member, organization};
pub use regions::{check_region, is_offered, regions_of};
pub use signed::{Api, Get, Message, passed_signed, signed};

#[cfg(test)]
mod call_tests;
#[cfg(test)]
pub(crate) mod testing;
