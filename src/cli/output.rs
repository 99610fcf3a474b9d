//! Where a report goes: stdout, or a file that appears when it is complete.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use super::failure::Failure;

/// A place to write to, found usable before anything is fetched.
pub(super) enum Output {
    /// Standard output.
    Stdout,
    /// A device or a pipe of that name: written straight.
    Stream(File),
    /// A file: written beside its place, and put there at the end.
    File(Pending),
}

/// A file that is not there yet.
pub(super) struct Pending {
    target: PathBuf,
    beside: PathBuf,
    replace: bool,
}

impl Output {
    /// Opens the place that `--to` names.
    ///
    /// # Errors
    /// A file that is there without `force`; a place that cannot be written.
    pub(super) fn open(to: &Path, force: bool) -> Result<Self, Failure> {
        if to == Path::new("-") {
            return Ok(Self::Stdout);
        }
        match fs::metadata(to) {
            Ok(there) if there.is_dir() => {
                Err(Failure::usage(format!("cannot write to {}: it is a folder; name a file in it", to.display())))
            }
            Ok(there) if !there.is_file() => {
                let stream = OpenOptions::new().write(true).open(to).map_err(|error| unwritable(to, &error))?;
                Ok(Self::Stream(stream))
            }
            Ok(_) if !force => {
                Err(Failure::usage(format!("{} is there already; name another file, or add --force to replace it", to.display())))
            }
            // Behind a symbolic link, the file itself is replaced.
            Ok(_) => Pending::create(&fs::canonicalize(to).map_err(|error| unwritable(to, &error))?, true).map(Self::File),
            Err(_) => Pending::create(to, force).map(Self::File),
        }
    }

    /// Lets `write` fill the place. A reader that goes away ends it quietly.
    ///
    /// # Errors
    /// When writing fails for any other reason; a file is then not left behind.
    pub(super) fn fill(self, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<(), Failure> {
        match self {
            Self::Stdout => quietly(buffered(io::stdout().lock(), write)),
            Self::Stream(stream) => quietly(buffered(stream, write)),
            Self::File(pending) => pending.fill(write),
        }
    }
}

fn buffered(out: impl Write, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    let mut out = BufWriter::with_capacity(1 << 16, out);
    let written = write(&mut out).and_then(|()| out.flush());
    // A second try at drop would fail the same way, or block.
    let _ = out.into_parts();
    written
}

fn quietly(written: io::Result<()>) -> Result<(), Failure> {
    match written {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        other => other.map_err(Failure::from),
    }
}

fn unwritable(path: &Path, error: &io::Error) -> Failure {
    Failure::usage(format!("cannot write to {}: {error}; nothing was fetched, name another place", path.display()))
}

impl Pending {
    fn create(target: &Path, replace: bool) -> Result<Self, Failure> {
        let Some(name) = target.file_name() else {
            return Err(Failure::usage(format!("{} names no file", target.display())));
        };
        let mut beside_name = std::ffi::OsString::from(".");
        beside_name.push(name);
        beside_name.push(format!(".{}.part", std::process::id()));
        let beside = target.with_file_name(beside_name);
        let pending = Self { target: target.to_owned(), beside, replace };
        // Tried and taken away again: a fetch that is broken off leaves nothing behind.
        pending.begin().and_then(|_| fs::remove_file(&pending.beside)).map_err(|error| unwritable(target, &error))?;
        Ok(pending)
    }

    fn begin(&self) -> io::Result<File> {
        OpenOptions::new().write(true).create_new(true).open(&self.beside)
    }

    fn fill(self, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<(), Failure> {
        self.begin()
            .and_then(|file| buffered(&file, write).and_then(|()| file.sync_all()))
            .and_then(|()| self.put_in_place())
            .map_err(|error| Failure::usage(format!("cannot write {}: {error}; the file was not written", self.target.display())))
    }

    fn put_in_place(&self) -> io::Result<()> {
        if self.replace {
            return fs::rename(&self.beside, &self.target);
        }
        // A link fails where a file appeared meanwhile; a rename would replace it.
        match fs::hard_link(&self.beside, &self.target) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists && !self.target.exists() => fs::rename(&self.beside, &self.target),
            linked => linked,
        }
    }
}

impl Drop for Pending {
    fn drop(&mut self) {
        // After a rename it is gone already.
        let _ = fs::remove_file(&self.beside);
    }
}

#[cfg(test)]
mod tests {
    use super::Output;
    use std::fs;

    #[test]
    fn a_file_appears_only_when_it_is_complete() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("out.json");
        let output = Output::open(&path, false).unwrap_or_else(|failure| panic!("{}", failure.message));
        assert!(!path.exists());
        let failed = output.fill(|out| out.write_all(b"half").and(Err(std::io::Error::other("disk full"))));
        assert!(failed.is_err());
        assert_eq!(fs::read_dir(folder.path()).expect("readable").count(), 0, "nothing is left behind");
        Output::open(&path, false).and_then(|output| output.fill(|out| out.write_all(b"whole"))).expect("written");
        assert_eq!(fs::read_to_string(&path).expect("there"), "whole");
        assert_eq!(fs::read_dir(folder.path()).expect("readable").count(), 1);
    }

    #[test]
    fn a_file_that_is_there_is_replaced_only_by_force() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("out.json");
        fs::write(&path, "mine").expect("written");
        let refused = Output::open(&path, false).err().expect("refused");
        assert_eq!(refused.code, 2);
        assert!(refused.message.contains("--force"), "{}", refused.message);
        Output::open(&path, true).and_then(|output| output.fill(|out| out.write_all(b"new"))).expect("written");
        assert_eq!(fs::read_to_string(&path).expect("there"), "new");
    }

    #[test]
    fn a_file_that_appears_meanwhile_is_kept() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("out.json");
        let output = Output::open(&path, false).unwrap_or_else(|failure| panic!("{}", failure.message));
        fs::write(&path, "mine").expect("written");
        assert!(output.fill(|out| out.write_all(b"new")).is_err());
        assert_eq!(fs::read_to_string(&path).expect("there"), "mine");
    }

    #[test]
    fn an_unwritable_place_is_found_at_once() {
        let folder = tempfile::tempdir().expect("a folder");
        assert!(Output::open(&folder.path().join("no/such/folder/out.json"), false).is_err());
        assert!(Output::open(folder.path(), true).is_err());
    }
}
