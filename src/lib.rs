//! ringfort: a terminal explorer of AWS security posture.
//!
//! Data flows one way: SDK response -> [`source`] (normalise, make safe) -> [`lens`] (place) -> [`store`] -> [`query`]
//! -> [`app`] -> [`ui`] or [`report`]. `tests/architecture.rs` holds the table of what may know what.

pub mod app;
pub mod aws;
pub mod cli;
pub mod demo;
pub mod fetch;
pub mod lens;
pub mod model;
pub mod priority;
pub mod query;
pub mod report;
pub mod runtime;
pub mod source;
pub mod store;
pub mod ui;
