//! The file of a journal.

use std::fmt;
use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use super::line::Line;

/// Nobody but its user reads a journal: it names what a team runs.
const MODE: u32 = 0o600;

/// An open journal. Held locked for as long as the run lives, which tells it from one that was killed.
#[derive(Debug)]
pub struct JournalFile {
    file: File,
    path: PathBuf,
    kind: Kind,
    /// Whether a line is there that was not written to its end.
    torn: Torn,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Regular,
    /// It cannot be locked, nor be put on a disk.
    Device,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Torn {
    Yes,
    No,
}

/// How much has to be sure of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Durability {
    /// It survives the end of this process.
    Process,
    /// It survives the end of this machine.
    Machine,
}

/// Why there is no journal, or none any more.
#[derive(Debug)]
pub struct JournalError {
    what: String,
    why: io::Error,
}

impl JournalFile {
    /// A new file where there is none.
    pub(super) fn create(path: &Path) -> Result<Self, JournalError> {
        let mut options = OpenOptions::new();
        Self::open(path, options.append(true).create_new(true).mode(MODE))
    }

    /// A file that was named: a new one, one with nothing in it, or a device.
    pub(super) fn create_named(path: &Path) -> Result<Self, JournalError> {
        let mut options = OpenOptions::new();
        Self::open(path, options.append(true).create(true).mode(MODE))
    }

    fn open(path: &Path, options: &OpenOptions) -> Result<Self, JournalError> {
        let failed = |why| JournalError::new(format!("the journal {} cannot be begun", path.display()), why);
        let file = options.open(path).map_err(failed)?;
        let facts = file.metadata().map_err(failed)?;
        let kind = if facts.is_file() { Kind::Regular } else { Kind::Device };
        if kind == Kind::Regular {
            file.lock().map_err(failed)?;
            if file.metadata().map_err(failed)?.len() > 0 {
                return Err(failed(there_is_one()));
            }
        }
        Ok(Self { file, path: path.to_owned(), kind, torn: Torn::No })
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Appends a line, in one write.
    pub(super) fn append(&mut self, line: &Line, durability: Durability) -> Result<(), JournalError> {
        let written = self.write(line).and_then(|()| match (durability, self.kind) {
            (Durability::Machine, Kind::Regular) => self.file.sync_data(),
            _ => Ok(()),
        });
        written.map_err(|why| JournalError::new(self.path.display().to_string(), why))
    }

    fn write(&mut self, line: &Line) -> io::Result<()> {
        let text = line.text()?;
        // What was torn stays one line that nobody can read, and takes no other with it.
        let text = if self.torn == Torn::Yes { format!("\n{text}") } else { text };
        self.torn = Torn::Yes;
        self.file.write_all(text.as_bytes())?;
        self.torn = Torn::No;
        Ok(())
    }
}

/// A journal is never continued: one file is one run.
pub(super) fn there_is_one() -> io::Error {
    io::Error::new(io::ErrorKind::AlreadyExists, "there is something in it already, and one file is for one run")
}

impl JournalError {
    pub(super) fn new(what: String, why: io::Error) -> Self {
        Self { what, why }
    }

    /// What the system says.
    pub fn why(&self) -> &io::Error {
        &self.why
    }
}

impl fmt::Display for JournalError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.what, self.why)
    }
}

impl std::error::Error for JournalError {}
