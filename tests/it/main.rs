//! All integration tests in one crate: it links five SDKs once.

mod architecture;
mod cli;
mod credentials;
mod demo;
mod detail_screen;
mod endpoint;
mod fixtures;
mod lane_wire;
mod placement;
mod query;
mod reports;
mod sources;
mod themes;
mod wire;
