//! A sign of life where nothing else is said.

use std::time::Duration;

use super::Progress;

/// How long it may be silent.
const SILENCE: Duration = Duration::from_secs(30);

/// When something was last said of a run.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Heartbeat {
    last_word: Duration,
}

impl Heartbeat {
    /// Something is said.
    pub(super) fn heard(&mut self, progress: Progress) {
        self.last_word = progress.elapsed;
    }

    /// Whether it was silent for so long that something has to be said.
    pub(super) fn is_due(&mut self, progress: Progress) -> bool {
        let is_due = progress.elapsed.saturating_sub(self.last_word) >= SILENCE;
        if is_due {
            self.heard(progress);
        }
        is_due
    }
}
