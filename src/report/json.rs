//! `json` and `ndjson`: the contract's finding objects, each on a line of its own.

use std::io::{self, Write};

use super::record::{RawJson, Record};
use super::{Context, raw};
use crate::model::Finding;

/// One array.
pub(super) fn array(out: &mut dyn Write, rows: &mut dyn Iterator<Item = &Finding>, context: &Context<'_>) -> io::Result<()> {
    let mut before: &[u8] = b"[\n";
    raw::each(rows, context, |finding, raw| {
        out.write_all(before)?;
        before = b",\n";
        object(out, finding, raw)
    })?;
    out.write_all(if before.starts_with(b"[") { b"[\n]\n" } else { b"\n]\n" })
}

/// One object a line.
pub(super) fn lines(out: &mut dyn Write, rows: &mut dyn Iterator<Item = &Finding>, context: &Context<'_>) -> io::Result<()> {
    raw::each(rows, context, |finding, raw| {
        object(out, finding, raw)?;
        out.write_all(b"\n")
    })
}

fn object(out: &mut dyn Write, finding: &Finding, raw: Option<RawJson>) -> io::Result<()> {
    serde_json::to_writer(out, &Record::new(finding, raw)).map_err(io::Error::from)
}
