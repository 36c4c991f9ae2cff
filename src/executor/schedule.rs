//! Which release goes next: pure, without threads, clock or processes.

use std::collections::VecDeque;

/// A worker's place in the pool, given out by the loop: the pool does not say which of its threads has a job.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Lane(pub usize);

/// What one worker gets at a time: places in the plan. One release each, for now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Batch {
    /// The releases' places in the plan, in the order in which they are to go.
    pub releases: Vec<usize>,
}

/// The releases that wait and the lanes that are free.
#[derive(Debug)]
pub(super) struct Schedule {
    waiting: VecDeque<usize>,
    free: Vec<Lane>,
    lanes: usize,
    draining: bool,
}

impl Schedule {
    /// All releases wait, all lanes are free.
    pub(super) fn new(releases: usize, lanes: usize) -> Self {
        // Taken from the end, so that the first lane comes first.
        Self { waiting: (0..releases).collect(), free: (0..lanes).rev().map(Lane).collect(), lanes, draining: false }
    }

    /// What is to be begun now, where there is anything, and on which lane.
    pub(super) fn next(&mut self) -> Option<(Lane, Batch)> {
        if self.draining || self.free.is_empty() {
            return None;
        }
        let release = self.waiting.pop_front()?;
        let lane = self.free.pop()?;
        Some((lane, Batch { releases: vec![release] }))
    }

    /// A lane has nothing left to do.
    pub(super) fn finished(&mut self, lane: Lane) {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_more_is_begun_than_there_are_lanes_and_each_release_once() {
        let mut schedule = Schedule::new(5, 2);
        let mut begun = Vec::new();
        let mut running = VecDeque::new();
        loop {
            while let Some((lane, batch)) = schedule.next() {
                begun.extend(batch.releases);
                running.push_back(lane);
            }
            assert!(schedule.running() <= 2);
            match running.pop_front() {
                Some(lane) => schedule.finished(lane),
                None => break,
            }
        }
        assert_eq!(begun, [0, 1, 2, 3, 4]);
    }

    #[test]
    fn a_draining_schedule_begins_nothing() {
        let mut schedule = Schedule::new(3, 1);
        assert!(schedule.next().is_some());
        schedule.drain();
        schedule.finished(Lane(0));
        assert!(schedule.next().is_none());
        assert_eq!(schedule.running(), 0);
    }
}
