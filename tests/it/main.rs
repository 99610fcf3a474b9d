//! All integration tests, one topic a file: every test binary links five SDKs, so there is one.

mod placement;
mod themes;
