//! Runs of the past, found again: what their journals say, and how they ended, as far as that is known.

use std::fmt;
use std::fs::{File, TryLockError};
use std::io::Read;
use std::path::{Path, PathBuf};

use jiff::Timestamp;

use super::format::{JournalHeader, RunRecord, head, read};
use super::location::{files_in, first_line};
use crate::cluster::JournalConfigMap;
use crate::run_id::RunId;

/// No journal is longer.
const LARGEST: u64 = 256 << 20;

/// A run of the past, and how it ended.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct PastRun {
    pub(crate) id: RunId,
    pub(crate) record: RunRecord,
    pub(crate) status: RunStatus,
    pub(crate) source: JournalSource,
}

/// Where a journal was found.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum JournalSource {
    File(PathBuf),
    ConfigMap { namespace: String, name: String },
}

/// A journal that could not be read, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Unread {
    pub(crate) source: JournalSource,
    pub(crate) why: String,
}

impl PastRun {
    /// The one in a file.
    ///
    /// # Errors
    /// If it cannot be read, or is not a journal.
    pub(crate) fn in_file(path: &Path, own_host: &str) -> Result<Self, Unread> {
        let unread = |why: String| Unread { source: JournalSource::File(path.to_owned()), why };
        let file = File::open(path).map_err(|error| unread(error.to_string()))?;
        // Asked first: a process that has ended before the file is read has written all that it ever will.
        let writer = WriterState::of(&file);
        let mut bytes = Vec::new();
        file.take(LARGEST).read_to_end(&mut bytes).map_err(|error| unread(error.to_string()))?;
        let (id, record) = read(&bytes).map_err(unread)?;
        let writer = writer.seen_from(own_host, &record.head.process.host);
        let status = RunStatus::of(&record, writer);
        Ok(Self { id, record, status, source: JournalSource::File(path.to_owned()) })
    }

    /// All those in a folder, the newest first.
    ///
    /// # Errors
    /// If the folder cannot be read. One that does not exist has none.
    pub(crate) fn in_folder(folder: &Path, own_host: &str) -> Result<(Vec<Self>, Vec<Unread>), Unread> {
        let unread =
            |error: std::io::Error| Unread { source: JournalSource::File(folder.to_owned()), why: error.to_string() };
        let (mut runs, mut faults) = (Vec::new(), Vec::new());
        for (_, path) in files_in(folder).map_err(unread)? {
            match Self::in_file(&path, own_host) {
                Ok(run) => runs.push(run),
                Err(fault) => faults.push(fault),
            }
        }
        Ok((runs, faults))
    }

    /// What the journals in a folder begin with, the newest first. What cannot be read is passed over.
    pub(crate) fn heads_in(folder: &Path) -> impl Iterator<Item = (RunId, JournalHeader, PathBuf)> {
        files_in(folder).unwrap_or_default().into_iter().filter_map(|(_, path)| {
            let first = File::open(&path).and_then(first_line).ok()?;
            let (id, head) = head(&first).ok()?;
            Some((id, head, path))
        })
    }

    /// The newest in a folder that is like this one, but not it. What cannot be read is passed over.
    pub(crate) fn newest_like(like: &JournalHeader, folder: &Path, own_host: &str) -> Option<Self> {
        let alike = Self::heads_in(folder).filter(|(_, found, _)| found.is_like(like) && found.run != like.run);
        let mut alike = alike.map(|(id, found, path)| (id.begun(), found.begun(), path)).peekable();
        let second = alike.peek()?.0;
        // Names do not say which of a second's runs came first.
        let same = alike.take_while(|(begun, _, _)| *begun == second);
        let (_, _, newest) = same.max_by_key(|(_, begun, _)| *begun)?;
        Self::in_file(&newest, own_host).ok()
    }

    /// What runs are sorted by: the second by their name, within it what they say themselves.
    pub(crate) fn begun(&self) -> (Option<Timestamp>, Option<Timestamp>) {
        (self.id.begun(), self.record.head.begun())
    }

    /// The one in a ConfigMap. Whether its pod still lives is not known.
    ///
    /// # Errors
    /// If it is not a journal.
    pub(crate) fn in_config_map(found: JournalConfigMap) -> Result<Self, Unread> {
        let source = JournalSource::ConfigMap { namespace: found.namespace, name: found.name };
        match read(found.text.as_bytes()) {
            Ok((id, record)) => {
                let status = RunStatus::of(&record, WriterState::Unknown);
                Ok(Self { id, record, status, source })
            }
            Err(why) => Err(Unread { source, why }),
        }
    }
}

impl fmt::Display for JournalSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            JournalSource::File(path) => path.display().fmt(f),
            JournalSource::ConfigMap { namespace, name } => write!(f, "configmap {namespace}/{name}"),
        }
    }
}

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RunStatus {
    /// To its end, with this exit code.
    Finished {
        /// The code.
        exit_code: u8,
    },
    /// By a signal, with accounts for everything.
    Interrupted {
        /// Its number.
        signal: i32,
    },
    /// It has not: its process still writes.
    Running,
    /// Without a last word, and its process is gone.
    Killed,
    /// There is no last word, and its process cannot be looked at from here.
    NotRecorded,
}

/// What is known of the process that writes a journal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum WriterState {
    Alive,
    Gone,
    Unknown,
}

impl RunStatus {
    fn of(record: &RunRecord, writer: WriterState) -> Self {
        match (&record.finished, writer) {
            (Some(finished), _) => match finished.signal {
                Some(signal) => RunStatus::Interrupted { signal },
                None => RunStatus::Finished { exit_code: finished.exit_code },
            },
            (None, WriterState::Alive) => RunStatus::Running,
            (None, WriterState::Gone) => RunStatus::Killed,
            (None, WriterState::Unknown) => RunStatus::NotRecorded,
        }
    }

    /// One word for programs.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            RunStatus::Finished { .. } => "finished",
            RunStatus::Interrupted { .. } => "interrupted",
            RunStatus::Running => "running",
            RunStatus::Killed => "killed",
            RunStatus::NotRecorded => "not-recorded",
        }
    }
}

impl WriterState {
    /// The process that writes a journal holds a lock on it.
    fn of(file: &File) -> Self {
        match file.try_lock_shared() {
            Err(TryLockError::WouldBlock) => WriterState::Alive,
            Ok(()) => WriterState::Gone,
            Err(TryLockError::Error(_)) => WriterState::Unknown,
        }
    }

    /// On another host an unlocked file means nothing: locks may not be visible across hosts.
    fn seen_from(self, own_host: &str, host: &str) -> Self {
        if self == WriterState::Gone && own_host != host { WriterState::Unknown } else { self }
    }
}

impl fmt::Display for RunStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            RunStatus::NotRecorded => "no end recorded",
            other => other.as_str(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_lives_as_long_as_its_journal_is_held_and_another_host_cannot_be_looked_at() {
        let journal = tempfile::NamedTempFile::new().expect("a file can be made");
        let reader = journal.reopen().expect("it is there");
        let writer = |host| WriterState::of(&reader).seen_from("laptop", host);
        assert_eq!((writer("laptop"), writer("other")), (WriterState::Gone, WriterState::Unknown));
        reader.unlock().expect("it is ours");
        journal.as_file().lock().expect("nobody holds it");
        assert_eq!((writer("laptop"), writer("other")), (WriterState::Alive, WriterState::Alive));
    }
}
