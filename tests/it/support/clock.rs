//! A clock that a test moves, for this program and its parts.

use std::fs;
use std::path::Path;
use std::time::Duration;

/// A file with the seconds by which the program's clock is ahead of the system's.
pub(crate) struct MovableClock {
    file: &'static Path,
    _folder: tempfile::TempDir,
}

impl MovableClock {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder can be made");
        let file = Box::leak(folder.path().join("seconds").into_boxed_path());
        Self { file, _folder: folder }
    }

    pub(crate) fn path(&self) -> &'static Path {
        self.file
    }

    /// Puts the clock ahead of the system's by this much.
    pub(crate) fn move_to(&self, ahead: Duration) {
        let next = self.file.with_extension("next");
        fs::write(&next, ahead.as_secs().to_string()).expect("a file can be written");
        fs::rename(next, self.file).expect("a file can be moved");
    }
}
