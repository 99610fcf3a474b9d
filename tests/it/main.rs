//! All integration tests in one crate: it links five SDKs once.

mod architecture;
mod cli;
mod credentials;
mod placement;
mod reports;
