//! All integration tests in one binary: each binary links five SDK crates.

mod credentials;
mod demo;
mod endpoint;
mod wire;
