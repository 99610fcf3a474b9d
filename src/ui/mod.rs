//! Stub.

pub mod detail;
pub mod glyphs;
mod json_view;
pub mod look;
mod marks;
pub mod palette;
pub mod theme;
