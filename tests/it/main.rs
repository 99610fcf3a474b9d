//! The library from outside, one file a topic.
#![allow(missing_docs)]

mod query;
