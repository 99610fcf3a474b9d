//! Writing an export: into a file beside the wanted one, which then takes its name, so that nothing is ever half-written.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use crate::app::Exported;
use crate::app::export::ExportRequest;
use crate::model::{Text, Timestamp};
use crate::report::{self, Context};
use crate::store::{RowId, Store};

/// Writes the rows in their order.
pub(super) fn write(request: &ExportRequest, rows: &[RowId], query: &str, store: &Store, now: Timestamp) -> Exported {
    if !request.overwrite && request.path.symlink_metadata().is_ok() {
        return Exported::Exists;
    }
    // What is gone since the export was asked for is not there to be written.
    let rows: Vec<RowId> = rows.iter().copied().filter(|row| store.get(*row).is_some()).collect();
    let context = Context { store: Some(store), with_raw: request.with_raw, coverage: &store.coverage, query, generated: now };
    match write_file(request, &rows, store, &context) {
        Ok(()) => Exported::Written(rows.len(), request.path.clone()),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists && !request.overwrite => Exported::Exists,
        Err(error) => Exported::Failed(told(&request.path, &error)),
    }
}

fn write_file(request: &ExportRequest, rows: &[RowId], store: &Store, context: &Context<'_>) -> io::Result<()> {
    if request.path.is_dir() {
        return Err(io::Error::new(io::ErrorKind::IsADirectory, "it is a folder"));
    }
    let (file, part) = beside(&request.path)?;
    let mut out = BufWriter::new(file);
    let mut findings = rows.iter().filter_map(|row| store.get(*row));
    let written = report::write(request.format, &mut out, &mut findings, context).and_then(|()| out.flush()).and_then(|()| {
        if request.overwrite {
            fs::rename(&part, &request.path)
        } else {
            // Unlike renaming, linking fails if somebody made the file meanwhile.
            fs::hard_link(&part, &request.path).or_else(|error| match error.kind() {
                io::ErrorKind::AlreadyExists => Err(error),
                _ => fs::rename(&part, &request.path),
            })
        }
    });
    // After renaming it is gone; after linking or a failure it has to go.
    let _ = fs::remove_file(&part);
    written
}

/// A new file in the same folder.
fn beside(path: &Path) -> io::Result<(File, PathBuf)> {
    let name = path.file_name().ok_or_else(|| io::Error::new(io::ErrorKind::InvalidInput, "the path names no file"))?;
    let part = path.with_file_name(format!(".{}.{}.part", name.to_string_lossy(), std::process::id()));
    let file = OpenOptions::new().write(true).create_new(true).open(&part)?;
    Ok((file, part))
}

fn told(path: &Path, error: &io::Error) -> String {
    let way_out = match error.kind() {
        io::ErrorKind::NotFound => "make the folder, or choose another",
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => "choose a folder that you may write to",
        io::ErrorKind::StorageFull => "make room, or choose another disk",
        _ => "choose another path",
    };
    Text::new(&format!("{} cannot be written ({error}): {way_out}.", path.display())).to_string()
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::write;
    use crate::app::Exported;
    use crate::app::export::ExportRequest;
    use crate::model::Timestamp;
    use crate::report::Format;
    use crate::store::Store;

    fn request(path: std::path::PathBuf, overwrite: bool) -> ExportRequest {
        ExportRequest { format: Format::Json, path, with_raw: false, overwrite }
    }

    #[test]
    fn a_file_that_is_there_is_kept_unless_the_user_said_otherwise() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("out.json");
        fs::write(&path, "mine").expect("written");
        let store = Store::new();
        let now = Timestamp::UNIX_EPOCH;
        assert_eq!(write(&request(path.clone(), false), &[], "", &store, now), Exported::Exists);
        assert_eq!(fs::read_to_string(&path).expect("read"), "mine");
        assert_eq!(write(&request(path.clone(), true), &[], "", &store, now), Exported::Written(0, path.clone()));
        assert_ne!(fs::read_to_string(&path).expect("read"), "mine");
        assert_eq!(fs::read_dir(folder.path()).expect("listed").count(), 1, "nothing is left beside it");
    }

    #[test]
    fn a_folder_that_is_not_there_is_named_with_the_way_out() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("missing").join("out.json");
        let Exported::Failed(reason) = write(&request(path, false), &[], "", &Store::new(), Timestamp::UNIX_EPOCH) else {
            panic!("it cannot be written");
        };
        assert!(reason.contains("missing") && reason.contains("make the folder"), "{reason}");
    }
}
