//! Stub.

pub mod flow;
pub mod json_view;
