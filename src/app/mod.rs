//! Stub.

pub mod detail;
pub mod flow;
pub mod json_view;
