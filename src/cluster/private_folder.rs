//! A folder that only this user can read, and that goes with this process; where that was killed, with the next.
//!
//! It holds credentials, so none may be left lying about.

use std::fs::{self, File};
use std::io;
use std::path::Path;
use std::time::Duration;

use tempfile::TempDir;

/// What all such folders are called, at the beginning.
const PREFIX: &str = "helm-purge-";
/// A folder may be as old as this and still be in the making.
const BEING_MADE: Duration = Duration::from_mins(1);
/// Locked for as long as the folder's owner, or a child of it, lives.
const LOCK: &str = "lock";

/// The folder, and the lock that says that it is in use.
#[derive(Debug)]
pub(super) struct PrivateFolder {
    folder: TempDir,
    _lock: File,
}

impl PrivateFolder {
    /// Makes a folder, and removes those that killed runs have left behind.
    pub(super) fn make() -> io::Result<Self> {
        let made = tempfile::Builder::new().prefix(PREFIX).tempdir()?;
        let lock = File::create_new(made.path().join(LOCK))?;
        lock.lock()?;
        // Children inherit it: a helm that outlives a killed run still needs the folder.
        rustix::io::fcntl_setfd(&lock, rustix::io::FdFlags::empty())?;
        if let Some(parent) = made.path().parent() {
            remove_abandoned(parent);
        }
        Ok(Self { folder: made, _lock: lock })
    }

    pub(super) fn path(&self) -> &Path {
        self.folder.path()
    }
}

/// Whatever stands in the way is not this run's business.
fn remove_abandoned(parent: &Path) {
    for entry in fs::read_dir(parent).into_iter().flatten().flatten() {
        let is_ours = entry.file_name().to_str().is_some_and(|name| name.starts_with(PREFIX));
        if is_ours && is_abandoned(&entry.path()) {
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

/// A folder with a lock that nobody holds. One without a lock is somebody else's, and one with a new lock is
/// being made just now: between the file and the lock on it there is a moment.
fn is_abandoned(folder: &Path) -> bool {
    let Ok(lock) = File::open(folder.join(LOCK)) else { return false };
    let age = lock.metadata().and_then(|facts| facts.modified()).ok().and_then(|at| at.elapsed().ok());
    age.is_some_and(|age| age > BEING_MADE) && lock.try_lock().is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_abandoned_when_nobody_holds_its_lock() {
        let folder = PrivateFolder::make().expect("a folder can be made");
        assert!(!is_abandoned(folder.path()));
        let left = tempfile::tempdir().expect("a folder can be made");
        assert!(!is_abandoned(left.path()), "without a lock it may be anything");
        let lock = File::create(left.path().join(LOCK)).expect("a file can be written");
        assert!(!is_abandoned(left.path()), "it may be locked in a moment");
        lock.set_modified(std::time::SystemTime::now() - 2 * BEING_MADE).expect("it is ours");
        assert!(is_abandoned(left.path()));
        lock.lock().expect("nobody holds it");
        assert!(!is_abandoned(left.path()), "somebody lives in it");
    }
}
