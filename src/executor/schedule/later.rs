//! The releases that are tried again, each when its time has come, and how often each has been.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Instant;

#[derive(Debug, Default)]
pub(super) struct Later {
    due: BTreeSet<(Instant, usize)>,
    /// How many of its retries a release has used.
    used: BTreeMap<usize, u8>,
}

impl Later {
    pub(super) fn put_off(&mut self, release: usize, until: Instant) {
        self.due.insert((until, release));
    }

    pub(super) fn used(&self, release: usize) -> u8 {
        self.used.get(&release).copied().unwrap_or_default()
    }

    pub(super) fn use_one(&mut self, release: usize) {
        *self.used.entry(release).or_default() += 1;
    }

    /// Takes those out whose time has come.
    pub(super) fn take_due(&mut self, now: Instant) -> Vec<usize> {
        let taken = self.due.extract_if(.., |(until, _)| *until <= now);
        taken.map(|(_, release)| release).collect()
    }

    /// Takes the first one out of which this is true, whether or not its time has come.
    pub(super) fn take_first(&mut self, may_go: impl Fn(usize) -> bool) -> Option<usize> {
        let first = self.due.iter().find(|(_, release)| may_go(*release)).copied()?;
        self.due.remove(&first);
        Some(first.1)
    }

    /// A release is not to be tried again.
    pub(super) fn withdraw(&mut self, release: usize) {
        self.due.retain(|(_, other)| *other != release);
    }

    pub(super) fn holds(&self, release: usize) -> bool {
        self.due.iter().any(|(_, other)| *other == release)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.due.is_empty()
    }
}
