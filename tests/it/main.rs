//! The integration tests: one crate, one file a topic.
#![allow(missing_docs, clippy::unwrap_used)]

mod architecture;
mod cli;
mod credentials;
mod demo;
mod detail_screen;
mod doctor;
mod emulator;
mod endpoint;
mod estate;
mod faults;
mod fixtures;
mod lane_wire;
mod lenses;
mod moto;
mod pictures;
mod placement;
mod policy;
mod query;
mod reports;
mod screens;
mod session;
mod sources;
mod svg;
mod terminal;
mod themes;
