//! All integration tests in one binary: each binary links five SDK crates.

mod credentials;
mod demo;
mod emulator;
mod endpoint;
mod fixtures;
mod lanes;
mod wire;
