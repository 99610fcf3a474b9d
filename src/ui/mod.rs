//! Stub.

pub mod glyphs;
pub mod look;
pub mod palette;
pub mod theme;
