//! All integration tests in one crate: it links five SDKs once.

mod architecture;
mod cli;
mod credentials;
mod fixtures;
mod lanes;
mod placement;
mod query;
mod reports;
mod wire;
