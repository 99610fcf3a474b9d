//! All integration tests, one topic a file: every test binary links five SDKs, so there is one.

mod architecture;
mod cli;
mod credentials;
mod detail_screen;
mod fixtures;
mod lanes;
mod placement;
mod query;
mod reports;
mod screens;
mod terminal;
mod themes;
mod wire;
