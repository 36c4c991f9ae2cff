//! Reads the journals of past runs, and how they ended, as far as that is known.

use std::fmt;
use std::fs::{File, TryLockError};
use std::io::Read;
use std::path::{Path, PathBuf};

use jiff::Timestamp;

use super::format::{JournalHeader, RunFinished, RunRecord, head, read};
use super::location::{files_in, first_line};
use crate::cluster::JournalConfigMap;
use crate::run_id::RunId;

/// Everything behind this many bytes is ignored.
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
    /// The run in a file.
    pub(crate) fn in_file(path: &Path, own_host: &str) -> Result<Self, Unread> {
        let unread = |why: String| Unread { source: JournalSource::File(path.to_owned()), why };
        let file = File::open(path).map_err(|error| unread(error.to_string()))?;
        // First, because a process that has ended before the file is read has written everything.
        let lock = file.try_lock_shared();
        let mut bytes = Vec::new();
        file.take(LARGEST).read_to_end(&mut bytes).map_err(|error| unread(error.to_string()))?;
        let (id, record) = read(&bytes).map_err(unread)?;
        let status = RunStatus::of(&record, without_end(&lock, own_host == record.head.process.host));
        Ok(Self { id, record, status, source: JournalSource::File(path.to_owned()) })
    }

    /// The runs in a folder, the newest first. A missing folder has none.
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

    /// The headers of the journals in a folder, the newest first, without those that cannot be read.
    pub(crate) fn heads_in(folder: &Path) -> impl Iterator<Item = (RunId, JournalHeader, PathBuf)> {
        files_in(folder).unwrap_or_default().into_iter().filter_map(|(_, path)| {
            let first = File::open(&path).and_then(first_line).ok()?;
            let (id, head) = head(&first).ok()?;
            Some((id, head, path))
        })
    }

    /// The newest other run in a folder that is like this one, without those that cannot be read.
    pub(crate) fn newest_like(like: &JournalHeader, folder: &Path, own_host: &str) -> Option<Self> {
        let alike = Self::heads_in(folder).filter(|(_, found, _)| found.is_like(like) && found.run != like.run);
        let mut alike = alike.map(|(id, found, path)| (id.started(), found.started(), path)).peekable();
        let second = alike.peek()?.0;
        // Names do not say which of two runs in one second came first.
        let same = alike.take_while(|(begun, _, _)| *begun == second);
        let (_, _, newest) = same.max_by_key(|(_, begun, _)| *begun)?;
        Self::in_file(&newest, own_host).ok()
    }

    /// What runs are sorted by: the second in their name, then the time in their journal.
    pub(crate) fn started(&self) -> (Option<Timestamp>, Option<Timestamp>) {
        (self.id.started(), self.record.head.started())
    }

    /// The run in a ConfigMap. Whether its pod still runs is not known.
    pub(crate) fn in_config_map(found: JournalConfigMap) -> Result<Self, Unread> {
        let source = JournalSource::ConfigMap { namespace: found.namespace, name: found.name };
        match read(found.text.as_bytes()) {
            Ok((id, record)) => {
                let status = RunStatus::of(&record, RunStatus::NotRecorded);
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
    Finished {
        exit_code: u8,
    },
    /// By a signal, and its last line is there.
    Interrupted {
        signal: i32,
    },
    /// Its process still writes.
    Running,
    /// There is no last line, and its process is gone.
    Killed,
    /// There is no last line, and its process cannot be checked from here.
    NotRecorded,
}

impl RunStatus {
    fn of(record: &RunRecord, without_end: Self) -> Self {
        match &record.finished {
            Some(RunFinished { signal: Some(signal), .. }) => RunStatus::Interrupted { signal: *signal },
            Some(RunFinished { exit_code, .. }) => RunStatus::Finished { exit_code: *exit_code },
            None => without_end,
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

/// The status of a run without a last line. Its process holds a lock on the journal. On another host an unlocked file means
/// nothing, because locks may not be visible across hosts.
fn without_end(lock: &Result<(), TryLockError>, is_own_host: bool) -> RunStatus {
    match lock {
        Err(TryLockError::WouldBlock) => RunStatus::Running,
        Ok(()) if is_own_host => RunStatus::Killed,
        Ok(()) | Err(TryLockError::Error(_)) => RunStatus::NotRecorded,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_lives_as_long_as_its_journal_is_held_and_another_host_cannot_be_checked() {
        let journal = tempfile::NamedTempFile::new().expect("a file can be made");
        let reader = journal.reopen().expect("it is there");
        let status = |is_own_host| without_end(&reader.try_lock_shared(), is_own_host);
        assert_eq!((status(true), status(false)), (RunStatus::Killed, RunStatus::NotRecorded));
        reader.unlock().expect("it is ours");
        journal.as_file().lock().expect("no other process holds it");
        assert_eq!((status(true), status(false)), (RunStatus::Running, RunStatus::Running));
    }
}
