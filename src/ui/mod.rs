//! Stub.

mod boxed;
pub mod detail;
pub mod export;
pub mod glyphs;
mod json_view;
pub mod look;
mod marks;
pub mod palette;
pub mod theme;
pub mod themes;
