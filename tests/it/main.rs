//! The integration tests: one crate, one file a topic. Every test binary links five SDKs, so there is one.

mod detail_screen;
mod placement;
mod themes;
