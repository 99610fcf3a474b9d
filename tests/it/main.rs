//! The integration tests: one crate, one file a topic.

mod placement;
