//! Nothing is begun that the journal has not taken down.

use std::panic::{AssertUnwindSafe, catch_unwind};

use super::Drive;
use crate::executor::event::Event;
use crate::executor::journal::NotRecorded;
use crate::executor::outcome::NotStarted;
use crate::executor::schedule::{Batch, Lane};

/// Whether a batch may begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Recorded {
    /// It was taken down.
    Yes,
    /// It was not: it waits again, and nothing more is begun.
    No,
}

impl Drive<'_> {
    pub(super) fn record(&mut self, lane: Lane, batch: &Batch) -> Recorded {
        let releases = batch.releases.iter().map(|place| self.accounts.id(*place)).collect::<Vec<_>>();
        let asked = catch_unwind(AssertUnwindSafe(|| self.journal.starting(&releases)));
        let Err(NotRecorded(why)) = asked.unwrap_or_else(|_| Err(NotRecorded("it panicked".to_owned()))) else {
            return Recorded::Yes;
        };
        self.schedule.put_back(&batch.releases);
        self.schedule.finished(lane);
        self.listener.tell(&Event::NotRecorded { why: &why, progress: self.accounts.progress() });
        self.drain(NotStarted::JournalRefused);
        Recorded::No
    }
}
