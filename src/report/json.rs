//! `json` and `ndjson`: the contract's finding objects, each on a line of its own.

use std::io::{self, Write};

use super::record::Record;
use super::{Context, raw};
use crate::model::Finding;

/// One array.
pub(super) fn array(out: &mut dyn Write, rows: &mut dyn Iterator<Item = &Finding>, context: &Context<'_>) -> io::Result<()> {
    out.write_all(b"[")?;
    for (number, finding) in rows.enumerate() {
        out.write_all(if number == 0 { b"\n" } else { b",\n" })?;
        object(out, finding, context)?;
    }
    out.write_all(b"\n]\n")
}

/// One object a line.
pub(super) fn lines(out: &mut dyn Write, rows: &mut dyn Iterator<Item = &Finding>, context: &Context<'_>) -> io::Result<()> {
    for finding in rows {
        object(out, finding, context)?;
        out.write_all(b"\n")?;
    }
    Ok(())
}

fn object(out: &mut dyn Write, finding: &Finding, context: &Context<'_>) -> io::Result<()> {
    let record = Record::new(finding, raw::of(finding, context));
    serde_json::to_writer(&mut *out, &record).map_err(io::Error::from)
}
