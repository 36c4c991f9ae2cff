//! Which releases go next: pure, without threads, clock or processes.

#[cfg(test)]
mod properties;
mod queues;
mod size;

use super::execution::BatchSize;
use crate::release::Namespace;
use queues::Queues;
use size::Share;

/// A worker's place in the pool, given out by the loop: the pool does not say which of its threads has a job.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Lane(pub usize);

/// What one worker gets at a time: places in the plan, all of one namespace, never empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Batch {
    /// The releases' places in the plan, in the order in which they are to go.
    pub releases: Vec<usize>,
}

/// The releases that wait and the lanes that are free.
#[derive(Debug)]
pub(super) struct Schedule {
    waiting: Queues,
    free: Vec<Lane>,
    lanes: usize,
    size: BatchSize,
    draining: bool,
    /// All releases, until the first lane is free again.
    opening: Option<usize>,
}

impl Schedule {
    /// All releases wait, given by their namespaces in the order of the plan, and all lanes are free.
    pub(super) fn new<'a>(plan: impl IntoIterator<Item = &'a Namespace>, lanes: usize, size: BatchSize) -> Self {
        // Taken from the end, so that the first lane comes first.
        let free = (0..lanes).rev().map(Lane).collect();
        let waiting = Queues::new(plan);
        Self { opening: Some(waiting.len()), waiting, free, lanes, size, draining: false }
    }

    /// What is to be begun now, where there is anything, and on which lane.
    pub(super) fn next(&mut self) -> Option<(Lane, Batch)> {
        if self.draining {
            return None;
        }
        let waiting = self.waiting.len();
        let share = Share { waiting, opening: self.opening, free: self.free.len(), lanes: self.lanes };
        let lane = *self.free.last()?;
        let releases = self.waiting.take(|queue| share.of(queue, self.size))?;
        self.free.pop();
        Some((lane, Batch { releases }))
    }

    /// Releases that were handed out and not begun: they wait again, in the order of the plan.
    pub(super) fn put_back(&mut self, releases: &[usize]) {
        self.waiting.put_back(releases);
    }

    /// A lane has nothing left to do.
    pub(super) fn finished(&mut self, lane: Lane) {
        self.opening = None;
        self.free.push(lane);
        // The lowest free lane is used first, so that few bars move.
        self.free.sort_unstable_by(|left, right| right.cmp(left));
    }

    /// From here on nothing is begun.
    pub(super) fn drain(&mut self) {
        self.draining = true;
    }

    pub(super) fn running(&self) -> usize {
        self.lanes - self.free.len()
    }
}
