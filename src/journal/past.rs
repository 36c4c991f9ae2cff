//! Runs of the past, found again.

use std::fmt;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use jiff::Timestamp;

use super::ending::{Ending, Writer};
use super::head::JournalHeader;
use super::place::{files_in, first_line};
use super::read::{head, read};
use super::record::Record;
use crate::cluster::JournalConfigMap;
use crate::run_id::RunId;

/// No journal is longer.
const LARGEST: u64 = 256 << 20;

/// A run that somebody has made, and how it ended.
#[derive(Debug, Clone, PartialEq)]
pub struct PastRun {
    /// Its name.
    pub id: RunId,
    /// What its journal says.
    pub record: Record,
    /// How it ended.
    pub ending: Ending,
    /// Where the journal is.
    pub source: Source,
}

/// Where a journal was found.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Source {
    /// In a file.
    File(PathBuf),
    /// In a ConfigMap.
    ConfigMap {
        /// Its namespace.
        namespace: String,
        /// Its name.
        name: String,
    },
}

/// A journal that could not be read, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unread {
    /// Where.
    pub source: Source,
    /// Why.
    pub why: String,
}

impl PastRun {
    /// The one in a file.
    ///
    /// # Errors
    /// Where it cannot be read, or is none.
    pub fn in_file(path: &Path, own_host: &str) -> Result<Self, Unread> {
        let unread = |why: String| Unread { source: Source::File(path.to_owned()), why };
        let file = File::open(path).map_err(|error| unread(error.to_string()))?;
        // Asked first: whoever has gone before it is read has written all that it ever will.
        let writer = Writer::of(&file);
        let mut bytes = Vec::new();
        file.take(LARGEST).read_to_end(&mut bytes).map_err(|error| unread(error.to_string()))?;
        let (id, record) = read(&bytes).map_err(|why| unread(why.to_string()))?;
        let writer = writer.seen_from(own_host, &record.head.process.host);
        let ending = Ending::of(&record, writer);
        Ok(Self { id, record, ending, source: Source::File(path.to_owned()) })
    }

    /// All those in a folder, the newest first.
    ///
    /// # Errors
    /// Where the folder cannot be read. One that is not there has none.
    pub fn in_folder(folder: &Path, own_host: &str) -> Result<(Vec<Self>, Vec<Unread>), Unread> {
        let unread = |error: std::io::Error| Unread { source: Source::File(folder.to_owned()), why: error.to_string() };
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
    pub fn heads_in(folder: &Path) -> impl Iterator<Item = (RunId, JournalHeader, PathBuf)> {
        files_in(folder).unwrap_or_default().into_iter().filter_map(|(_, path)| {
            let first = File::open(&path).and_then(first_line).ok()?;
            let (id, head) = head(&first).ok()?;
            Some((id, head, path))
        })
    }

    /// The newest in a folder that is like this one, but not it. What cannot be read is passed over.
    pub fn newest_like(like: &JournalHeader, folder: &Path, own_host: &str) -> Option<Self> {
        let alike = Self::heads_in(folder).filter(|(_, found, _)| found.is_like(like) && found.run != like.run);
        let mut alike = alike.map(|(id, found, path)| (id.begun(), found.begun(), path)).peekable();
        let second = alike.peek()?.0;
        // Names do not say which of a second's runs came first.
        let same = alike.take_while(|(begun, _, _)| *begun == second);
        let (_, _, newest) = same.max_by_key(|(_, begun, _)| *begun)?;
        Self::in_file(&newest, own_host).ok()
    }

    /// What runs are sorted by: the second by their name, within it what they say themselves.
    pub fn begun(&self) -> (Option<Timestamp>, Option<Timestamp>) {
        (self.id.begun(), self.record.head.begun())
    }

    /// The one in a ConfigMap. Nobody can tell whether its pod still lives.
    ///
    /// # Errors
    /// Where it is none.
    pub fn in_config_map(found: JournalConfigMap) -> Result<Self, Unread> {
        let source = Source::ConfigMap { namespace: found.namespace, name: found.name };
        match read(found.text.as_bytes()) {
            Ok((id, record)) => {
                let ending = Ending::of(&record, Writer::Unknown);
                Ok(Self { id, record, ending, source })
            }
            Err(why) => Err(Unread { source, why: why.to_string() }),
        }
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Source::File(path) => path.display().fmt(f),
            Source::ConfigMap { namespace, name } => write!(f, "configmap {namespace}/{name}"),
        }
    }
}
