//! Which releases go next: pure, without threads, clock or processes.

mod breaker;
#[cfg(test)]
mod breaker_test;
#[cfg(test)]
mod failing;
mod later;
#[cfg(test)]
mod properties;
mod queues;
mod retries;
mod shares;
#[cfg(test)]
mod simulation;
mod size;

use std::time::Instant;

use super::execution::BatchSize;
use super::patience::RetryPolicy;
use super::planned::{Phase, Task, WorkerCap};
use crate::options::{UninstallOptions, Wait};
use crate::release::Namespace;
use breaker::{Admission, Breaker};
pub(super) use breaker::{Gone, Pause, Sign};
use later::Later;
use queues::{Lot, Queues};
pub(super) use retries::Retry;
use shares::Shares;
use size::Supply;

/// A worker's place in the pool, given out by the loop: the pool does not say which of its threads has a job.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Lane(pub usize);

/// What one worker gets at a time: places in the plan, all of one namespace, phase and options, never empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Batch {
    /// The releases' places in the plan, in the order in which they are to go.
    pub releases: Vec<usize>,
}

/// What matters here about a release.
#[derive(Debug, Clone, Copy)]
pub(super) struct Demand<'a> {
    pub(super) namespace: &'a Namespace,
    pub(super) phase: Phase,
    pub(super) options: UninstallOptions,
    pub(super) shares: &'a [WorkerCap],
}

/// The releases that wait and the lanes that are free.
#[derive(Debug)]
pub(super) struct Schedule {
    queues: Queues,
    shares: Shares,
    /// The phase that is under way and those after it, the last one first.
    phases: Vec<Phase>,
    free: Vec<Lane>,
    /// For each lane the lot that it has something of.
    busy: Vec<Option<usize>>,
    size: BatchSize,
    draining: bool,
    /// All releases of the phase, until the first lane is free again.
    opening: Option<usize>,
    patience: RetryPolicy,
    later: Later,
    breaker: Breaker,
    /// The time, as far as it was told.
    now: Option<Instant>,
}

impl Schedule {
    /// All releases wait, given in the order of the plan, and all lanes are free.
    pub(super) fn new<'a>(
        plan: impl IntoIterator<Item = Demand<'a>>,
        lanes: usize,
        size: BatchSize,
        patience: RetryPolicy,
    ) -> Self {
        let mut shares = Shares::default();
        let queues = Queues::new(plan, &mut shares);
        let mut schedule = Self {
            phases: queues.phases().into_iter().rev().collect(),
            queues,
            shares,
            // Taken from the end, so that the first lane comes first.
            free: (0..lanes).rev().map(Lane).collect(),
            busy: vec![None; lanes],
            size,
            draining: false,
            opening: None,
            patience,
            later: Later::default(),
            breaker: Breaker::new(patience),
            now: None,
        };
        schedule.open();
        schedule
    }

    /// What is to be begun now, where there is anything, and on which lane. `may_begin` says in what manner something
    /// may still be.
    pub(super) fn next(&mut self, may_begin: impl Fn(&UninstallOptions) -> bool) -> Option<(Lane, Batch)> {
        let phase = self.phase().filter(|_| !self.draining)?;
        let lane = *self.free.last()?;
        let admission = self.now.map_or(Admission::All, |now| self.breaker.admits(now));
        let shares = &self.shares;
        let may_go = |lot: &Lot| lot.phase == phase && shares.room(&lot.groups) != Some(0) && may_begin(&lot.options);
        let (lot, releases) = match admission {
            Admission::Nothing => return None,
            Admission::Probe => retries::probe(&mut self.queues, &mut self.later, may_go)?,
            Admission::All => {
                let (size, supply) = (self.size, self.supply(phase));
                self.queues.take(
                    may_go,
                    |lot| supply.part(lot, shares).is_some_and(|part| part.goal() > supply.goal()),
                    |lot, queue| match lot.options.wait {
                        Wait::Objects => 1,
                        Wait::Hooks => supply.of_lot(lot, shares).of(queue, size),
                    },
                )?
            }
        };
        self.free.pop();
        self.busy[lane.0] = Some(lot);
        self.shares.take(&self.queues.lots()[lot].groups);
        self.breaker.begin(lane);
        Some((lane, Batch { releases }))
    }

    /// Releases that were handed out and not begun: they wait again, in the order of the plan.
    pub(super) fn put_back(&mut self, releases: &[usize]) {
        self.queues.put_back(releases);
    }

    /// A release is not to be handed out at all.
    pub(super) fn withdraw(&mut self, release: usize) {
        self.queues.withdraw(release);
        self.later.withdraw(release);
    }

    /// A lane has nothing left to do.
    pub(super) fn finished(&mut self, lane: Lane) {
        self.opening = None;
        if let Some(now) = self.now {
            self.breaker.finish(lane, now);
        }
        if let Some(lot) = self.busy[lane.0].take() {
            self.shares.give_back(&self.queues.lots()[lot].groups);
        }
        self.free.push(lane);
        // The lowest free lane is used first, so that few bars move.
        self.free.sort_unstable_by(|left, right| right.cmp(left));
    }

    /// From here on nothing is begun.
    pub(super) fn drain(&mut self) {
        self.draining = true;
    }

    pub(super) fn running(&self) -> usize {
        self.busy.len() - self.free.len()
    }

    /// The phase that is under way, while there is one.
    pub(super) fn phase(&self) -> Option<Phase> {
        self.phases.last().copied()
    }

    /// How many releases of the phase that is under way wait.
    pub(super) fn waiting(&self) -> usize {
        self.phase().map_or(0, |phase| self.queues.waiting(phase))
    }

    /// Whether anything of this phase that waits may be begun at all.
    pub(super) fn may_begin(&self, may_begin: impl Fn(&UninstallOptions) -> bool) -> bool {
        self.waiting_lots().any(|lot| Some(lot.phase) == self.phase() && may_begin(&lot.options))
    }

    /// Whether anything of a later phase that waits may be begun at all.
    pub(super) fn may_begin_later(&self, may_begin: impl Fn(&UninstallOptions) -> bool) -> bool {
        self.waiting_lots().any(|lot| Some(lot.phase) > self.phase() && may_begin(&lot.options))
    }

    fn waiting_lots(&self) -> impl Iterator<Item = &Lot> {
        self.queues.lots().iter().filter(|lot| lot.waiting > 0)
    }

    /// The next phase is under way, where there is one. Nothing of this one may be.
    pub(super) fn go_on(&mut self) {
        self.phases.pop();
        self.open();
    }

    fn open(&mut self) {
        self.opening = self.phase().map(|phase| self.queues.waiting(phase));
    }

    fn supply(&self, phase: Phase) -> Supply {
        let waiting = self.queues.waiting(phase);
        Supply { waiting, opening: self.opening, free: self.free.len(), lanes: self.busy.len() }
    }
}

impl<'a> From<&'a Task> for Demand<'a> {
    fn from(planned: &'a Task) -> Self {
        let Task { release, options, phase, shares, .. } = planned;
        Self { namespace: &release.id.namespace, phase: *phase, options: *options, shares }
    }
}
