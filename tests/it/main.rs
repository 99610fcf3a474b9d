//! Integration tests: one crate, one file a topic, so that the SDKs are linked once.

mod fixtures;
mod lanes;
mod wire;
