//! Where journals are, and the files that they are.

use std::fmt;
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, BufRead, BufReader, Read, Write};
use std::os::unix::fs::{DirBuilderExt, FileTypeExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use rustix::fs::{Access, access};

use super::format::{JournalLine, head};
use crate::run_id::RunId;

/// A new run removes the oldest journals of a folder beyond this number.
const MAX_RETAINED: usize = 100;
const ENDING: &str = ".jsonl";
/// The first line names all releases of a run. A longer line is not from a journal.
const LONGEST_HEAD: u64 = 64 << 20;
/// Only its user may read a journal, because it names what a team runs.
const MODE: u32 = 0o600;

/// Where a journal goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum JournalLocation {
    /// Each run has a file here, with its name.
    Folder(PathBuf),
    /// For one run.
    File(PathBuf),
}

impl JournalLocation {
    /// Where journals go if the command line names no location.
    pub(crate) fn usual(state_home: &Path) -> Self {
        JournalLocation::Folder(state_home.join("helm-purge").join("runs"))
    }

    /// The location that the command line names: an existing folder, or a file.
    pub(crate) fn named(path: &Path) -> Self {
        if path.is_dir() { JournalLocation::Folder(path.to_owned()) } else { JournalLocation::File(path.to_owned()) }
    }

    /// The runs in this folder by the names of their files, the newest first. No file is opened.
    pub(crate) fn runs(&self) -> Vec<RunId> {
        let JournalLocation::Folder(folder) = self else { return Vec::new() };
        files_in(folder).unwrap_or_default().into_iter().map(|(id, _)| id).collect()
    }

    /// Makes the folder, and checks whether a journal could be started here, as far as possible without beginning one.
    pub(crate) fn check(&self) -> io::Result<()> {
        let (path, checked) = match self {
            JournalLocation::Folder(folder) => (folder, make(folder).and_then(|()| may_write(folder))),
            JournalLocation::File(file) => (file, check_file(file)),
        };
        checked.map_err(|error| failed(format_args!("cannot keep a journal in {}", path.display()), &error))
    }

    /// A new journal. In a folder this removes the oldest ones.
    pub(super) fn create(&self, id: &RunId) -> io::Result<JournalFile> {
        match self {
            JournalLocation::File(file) => JournalFile::create(file, false),
            JournalLocation::Folder(folder) => {
                let created = JournalFile::create(&folder.join(format!("{id}{ENDING}")), true)?;
                remove_old(folder);
                Ok(created)
            }
        }
    }
}

/// The files of a folder that are named like journals, the newest first. A missing folder has none.
pub(super) fn files_in(folder: &Path) -> io::Result<Vec<(RunId, PathBuf)>> {
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries?,
    };
    let named = entries.flatten().filter_map(|entry| {
        let id = entry.file_name().to_str()?.strip_suffix(ENDING)?.parse::<RunId>().ok()?;
        entry.file_type().ok()?.is_file().then(|| (id, entry.path()))
    });
    let mut named = named.collect::<Vec<_>>();
    named.sort_unstable_by(|left, right| right.cmp(left));
    Ok(named)
}

pub(super) fn first_line(file: File) -> io::Result<Vec<u8>> {
    let mut line = Vec::new();
    BufReader::new(file.take(LONGEST_HEAD)).read_until(b'\n', &mut line)?;
    Ok(line)
}

/// Makes the folder and every missing folder above it, each for its user alone.
fn make(folder: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(folder)
}

fn may_write(folder: &Path) -> io::Result<()> {
    Ok(access(folder, Access::WRITE_OK | Access::EXEC_OK)?)
}

fn check_file(file: &Path) -> io::Result<()> {
    match fs::metadata(file) {
        Ok(facts) if facts.is_file() && facts.len() > 0 => Err(not_empty()),
        // A write to a pipe waits for a reader, and a run must not wait.
        Ok(facts) if facts.is_file() || facts.file_type().is_char_device() => Ok(access(file, Access::WRITE_OK)?),
        Ok(_) => Err(io::Error::new(io::ErrorKind::InvalidInput, "it is not a file")),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty());
            may_write(folder.unwrap_or(Path::new(".")))
        }
        Err(error) => Err(error),
    }
}

/// Removes only files that are named like a journal, are one, and belong to a run that is over. Errors do not concern the
/// new run.
fn remove_old(folder: &Path) {
    for (id, path) in files_in(folder).unwrap_or_default().into_iter().skip(MAX_RETAINED) {
        let Ok(file) = File::open(&path) else { continue };
        if file.try_lock_shared().is_err() {
            continue;
        }
        let is_ours = first_line(file).is_ok_and(|line| head(&line).is_ok_and(|(found, _)| found == id));
        if is_ours {
            let _ = fs::remove_file(path);
        }
    }
}

/// An open journal. Its run holds a lock on it, so that a reader can tell whether the run was killed.
#[derive(Debug)]
pub(crate) struct JournalFile {
    file: File,
    pub(super) path: PathBuf,
    /// Any other file can neither be locked nor synced.
    is_regular: bool,
    /// The last line was not written to its end.
    is_torn: bool,
}

/// What a line must survive: the end of this process, or of this machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Durability {
    Process,
    Machine,
}

impl JournalFile {
    /// In a folder a run has a new file. A file that the user names may also be empty, or a device.
    fn create(path: &Path, is_new: bool) -> io::Result<Self> {
        Self::open(path, is_new)
            .map_err(|error| failed(format_args!("cannot start the journal {}", path.display()), &error))
    }

    fn open(path: &Path, is_new: bool) -> io::Result<Self> {
        let mut options = OpenOptions::new();
        let file = options.append(true).create(true).create_new(is_new).mode(MODE).open(path)?;
        let is_regular = file.metadata()?.is_file();
        if is_regular {
            file.lock()?;
            if file.metadata()?.len() > 0 {
                return Err(not_empty());
            }
        }
        Ok(Self { file, path: path.to_owned(), is_regular, is_torn: false })
    }

    /// Appends a line, in one write.
    pub(super) fn append(&mut self, line: &JournalLine, durability: Durability) -> io::Result<()> {
        let must_sync = durability == Durability::Machine && self.is_regular;
        let written = self.write(line).and_then(|()| if must_sync { self.file.sync_data() } else { Ok(()) });
        written.map_err(|error| failed(format_args!("{}", self.path.display()), &error))
    }

    fn write(&mut self, line: &JournalLine) -> io::Result<()> {
        let text = line.text()?;
        // A torn line stays one line that cannot be read, and the next one is whole.
        let text = if self.is_torn { format!("\n{text}") } else { text };
        self.is_torn = true;
        self.file.write_all(text.as_bytes())?;
        self.is_torn = false;
        Ok(())
    }
}

/// A journal is never continued, because one file is one run.
fn not_empty() -> io::Error {
    io::Error::new(io::ErrorKind::AlreadyExists, "it is not empty, and each run needs its own file")
}

fn failed(what: fmt::Arguments<'_>, error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("{what}: {error}"))
}

#[cfg(test)]
mod tests {
    use super::super::format::example;
    use super::*;
    use crate::journal::JournalHeader;

    fn id(number: usize) -> RunId {
        format!("20261125-1903{:02}-{number:06x}", number % 60).parse().expect("a name")
    }

    #[test]
    fn the_newest_hundred_stay_and_nothing_goes_that_is_no_journal_or_is_being_written() {
        let folder = tempfile::tempdir().expect("a folder can be made");
        let write = |name: &str, text: &str| {
            let path = folder.path().join(name);
            fs::write(&path, text).expect("a file can be written");
            path
        };
        let mut ids = (0..MAX_RETAINED + 20).map(id).collect::<Vec<_>>();
        ids.sort_unstable();
        for id in &ids {
            let head = JournalHeader { run: id.to_string(), ..example(&[]) };
            write(&format!("{id}.jsonl"), &JournalLine::RunStarted(Box::new(head)).text().expect("JSON"));
        }
        let path = |at: usize| folder.path().join(format!("{}.jsonl", ids[at]));
        let (foreign, of_another) = (path(0), path(1));
        fs::write(&foreign, "my notes\n").expect("a file can be written");
        fs::copy(path(7), &of_another).expect("a file can be copied");
        let busy = File::open(path(2)).expect("it is there");
        busy.lock().expect("nobody holds it");
        let other = write("notes.jsonl", "");
        let newest = JournalLocation::Folder(folder.path().to_owned())
            .create(&"20261126-190342-3f9a1c".parse().expect("a name"));
        assert!(newest.expect("it can be made").path.exists());
        assert!(foreign.exists() && of_another.exists() && path(2).exists() && other.exists());
        let left = files_in(folder.path()).expect("it can be read");
        assert_eq!(left.len(), MAX_RETAINED + 3);
        assert!(!path(3).exists() && path(ids.len() - 1).exists());
    }

    #[test]
    fn a_named_file_must_be_new_or_empty_and_a_device_will_do() {
        let folder = tempfile::tempdir().expect("a folder can be made");
        let file = folder.path().join("journal");
        assert_eq!(JournalLocation::named(&file), JournalLocation::File(file.clone()));
        assert_eq!(JournalLocation::named(folder.path()), JournalLocation::Folder(folder.path().to_owned()));
        let taken = "it is not empty, and each run needs its own file";
        for (text, why) in [(None, None), (Some(""), None), (Some("x"), Some(taken))] {
            if let Some(text) = text {
                fs::write(&file, text).expect("a file can be written");
            }
            let checked = JournalLocation::File(file.clone()).check().err().map(|error| error.to_string());
            let expected = why.map(|why| format!("cannot keep a journal in {}: {why}", file.display()));
            assert_eq!(checked, expected, "{text:?}");
            let created = JournalLocation::File(file.clone()).create(&id(1)).err().map(|error| error.to_string());
            let expected = why.map(|why| format!("cannot start the journal {}: {why}", file.display()));
            assert_eq!(created, expected, "{text:?}");
        }
        assert!(JournalLocation::File("/dev/null".into()).check().is_ok());
        for (location, why) in [
            (
                JournalLocation::File("/no/such/folder/journal".into()),
                "cannot keep a journal in /no/such/folder/journal: No such file or directory (os error 2)",
            ),
            (
                JournalLocation::Folder("/dev/null/runs".into()),
                "cannot keep a journal in /dev/null/runs: Not a directory (os error 20)",
            ),
        ] {
            assert_eq!(location.check().expect_err(why).to_string(), why);
        }
    }

    #[test]
    fn folder_and_file_are_for_their_user_alone() {
        use std::os::unix::fs::PermissionsExt;
        let state = tempfile::tempdir().expect("a folder can be made");
        let place = JournalLocation::usual(state.path());
        place.check().expect("it can be made");
        let file = place.create(&id(1)).expect("it can be made");
        let mode = |path: &Path| fs::metadata(path).expect("it is there").permissions().mode() & 0o777;
        assert_eq!((mode(&file.path), mode(&state.path().join("helm-purge/runs"))), (0o600, 0o700));
    }
}
