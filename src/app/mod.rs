//! Stub.

pub mod detail;
pub mod export;
pub mod flow;
pub mod json_view;
pub mod themes;
