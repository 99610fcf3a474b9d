//! All integration tests in one binary: each binary links five SDK crates.

mod credentials;
mod fixtures;
mod lane_wire;
mod sources;
