//! How a run ended, or that nobody knows.

use std::fmt;
use std::fs::{File, TryLockError};

use super::record::Record;

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
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

/// What can be told of the process that writes a journal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Writer {
    Alive,
    Gone,
    Unknown,
}

impl Ending {
    pub(super) fn of(record: &Record, writer: Writer) -> Self {
        match (&record.ended, writer) {
            (Some(ended), _) => match ended.signal {
                Some(signal) => Ending::Interrupted { signal },
                None => Ending::Finished { exit_code: ended.exit_code },
            },
            (None, Writer::Alive) => Ending::Running,
            (None, Writer::Gone) => Ending::Killed,
            (None, Writer::Unknown) => Ending::NotRecorded,
        }
    }

    /// One word for programs.
    pub fn as_str(self) -> &'static str {
        match self {
            Ending::Finished { .. } => "finished",
            Ending::Interrupted { .. } => "interrupted",
            Ending::Running => "running",
            Ending::Killed => "killed",
            Ending::NotRecorded => "not-recorded",
        }
    }
}

impl Writer {
    /// Whoever writes a journal holds a lock on it.
    pub(super) fn of(file: &File) -> Self {
        match file.try_lock_shared() {
            Err(TryLockError::WouldBlock) => Writer::Alive,
            Ok(()) => Writer::Gone,
            Err(TryLockError::Error(_)) => Writer::Unknown,
        }
    }

    /// That nobody holds it says nothing about another host: its locks may not be seen from here.
    pub(super) fn seen_from(self, own_host: &str, host: &str) -> Self {
        if self == Writer::Gone && own_host != host { Writer::Unknown } else { self }
    }
}

impl fmt::Display for Ending {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Ending::NotRecorded => "no end recorded",
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
        let writer = |host| Writer::of(&reader).seen_from("laptop", host);
        assert_eq!((writer("laptop"), writer("other")), (Writer::Gone, Writer::Unknown));
        reader.unlock().expect("it is ours");
        journal.as_file().lock().expect("nobody holds it");
        assert_eq!((writer("laptop"), writer("other")), (Writer::Alive, Writer::Alive));
    }
}
