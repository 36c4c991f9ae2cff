//! Which releases are next: pure, without threads, clock or processes.

mod batching;
mod breaker;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use super::config::{BatchSize, RetryPolicy};
use super::task::{PhaseNumber, Task, WorkerId};
use crate::uninstall_options::{UninstallOptions, Wait};
use batching::{BatchGroup, Load, Queues, WorkerCaps};
use breaker::{Admission, Breaker};

pub(super) use breaker::Pause;

/// The releases that wait and the workers that are free.
#[derive(Debug)]
pub(super) struct Schedule {
    queues: Queues,
    caps: WorkerCaps,
    /// The current phase and those after it, the last one first.
    phases: Vec<PhaseNumber>,
    free: Vec<WorkerId>,
    /// For each worker the group of its batch.
    busy: Vec<Option<usize>>,
    size: BatchSize,
    /// All releases of the phase, until the first worker is free again.
    opening: Option<usize>,
    retry_policy: RetryPolicy,
    retries: RetryQueue,
    pub(super) breaker: Breaker,
    /// The time that it was last given.
    now: Option<Instant>,
}

/// When a release is tried again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Retry {
    After(Duration),
    /// When the API server is back.
    WhenBack,
}

/// The releases that are tried again, by time, and how many retries each has used.
#[derive(Debug, Default)]
struct RetryQueue {
    due: BTreeSet<(Instant, usize)>,
    used: BTreeMap<usize, u8>,
}

impl Schedule {
    /// All releases wait, in the order of the plan, and all workers are free.
    pub(super) fn new(tasks: &[Task], workers: usize, size: BatchSize, retry_policy: RetryPolicy) -> Self {
        let mut caps = WorkerCaps::default();
        let queues = Queues::new(tasks, &mut caps);
        let mut schedule = Self {
            phases: queues.phases().into_iter().rev().collect(),
            queues,
            caps,
            // Taken from the end, so that the first worker comes first.
            free: (0..workers).rev().map(WorkerId).collect(),
            busy: vec![None; workers],
            size,
            opening: None,
            retry_policy,
            retries: RetryQueue::default(),
            breaker: Breaker::new(retry_policy),
            now: None,
        };
        schedule.open_phase();
        schedule
    }

    /// The next batch and its worker, if something can start now: releases of one namespace, one phase and the same
    /// options, in the order in which helm gets them. `may_start` decides by the options.
    pub(super) fn next(&mut self, may_start: impl Fn(&UninstallOptions) -> bool) -> Option<(WorkerId, Vec<usize>)> {
        let phase = self.phase()?;
        let worker = *self.free.last()?;
        let caps = &self.caps;
        let may_start =
            |group: &BatchGroup| group.phase == phase && caps.room(&group.caps) != Some(0) && may_start(&group.options);
        let (group, releases) = match self.now.map_or(Admission::All, |now| self.breaker.admits(now)) {
            Admission::Nothing => return None,
            Admission::Probe => probe(&mut self.queues, &mut self.retries, may_start)?,
            Admission::All => {
                let (waiting, free) = (self.queues.waiting(phase), self.free.len());
                let load = Load { waiting, opening: self.opening, free, workers: self.busy.len() };
                let size = |group: &BatchGroup, queued| match group.options.wait {
                    Wait::Objects => 1,
                    Wait::Hooks => load.of_late_group(group, caps).unwrap_or(load).batch_size(queued, self.size),
                };
                self.queues.take(may_start, |group| load.of_late_group(group, caps).is_some(), size)?
            }
        };
        self.free.pop();
        self.busy[worker.0] = Some(group);
        self.caps.acquire(&self.queues.groups[group].caps);
        self.breaker.start(worker);
        Some((worker, releases))
    }

    /// These releases were scheduled and not started: they wait again, in the order of the plan.
    pub(super) fn requeue(&mut self, releases: &[usize]) {
        self.queues.requeue(releases);
    }

    /// A release is not to be scheduled any more.
    pub(super) fn withdraw(&mut self, release: usize) {
        self.queues.withdraw(release);
        self.retries.due.retain(|(_, other)| *other != release);
    }

    /// A worker is free.
    pub(super) fn finish(&mut self, worker: WorkerId) {
        self.opening = None;
        if let Some(now) = self.now {
            self.breaker.finish(worker, now);
        }
        if let Some(group) = self.busy[worker.0].take() {
            self.caps.release(&self.queues.groups[group].caps);
        }
        self.free.push(worker);
        // The lowest free worker is used first, so that few bars move.
        self.free.sort_unstable_by(|left, right| right.cmp(left));
    }

    pub(super) fn running(&self) -> usize {
        self.busy.len() - self.free.len()
    }

    /// The current phase.
    pub(super) fn phase(&self) -> Option<PhaseNumber> {
        self.phases.last().copied()
    }

    /// How many releases of the current phase wait.
    pub(super) fn waiting(&self) -> usize {
        self.phase().map_or(0, |phase| self.queues.waiting(phase))
    }

    /// Whether any waiting release of the current phase may start at all.
    pub(super) fn may_start(&self, may_start: impl Fn(&UninstallOptions) -> bool) -> bool {
        self.waiting_groups().any(|group| Some(group.phase) == self.phase() && may_start(&group.options))
    }

    /// Whether any waiting release of a later phase may start at all.
    pub(super) fn may_start_later(&self, may_start: impl Fn(&UninstallOptions) -> bool) -> bool {
        self.waiting_groups().any(|group| Some(group.phase) > self.phase() && may_start(&group.options))
    }

    fn waiting_groups(&self) -> impl Iterator<Item = &BatchGroup> {
        self.queues.groups.iter().filter(|group| group.waiting > 0)
    }

    /// The next phase starts, if there is one. Nothing of the current one may be running.
    pub(super) fn next_phase(&mut self) {
        self.phases.pop();
        self.open_phase();
    }

    fn open_phase(&mut self) {
        self.opening = self.phase().map(|phase| self.queues.waiting(phase));
    }

    /// The time is this now: retries that are due may start.
    pub(super) fn advance(&mut self, now: Instant) {
        self.now = Some(now);
        // During a pause they stay together, so that one of them can be the probe.
        if self.breaker.pause().is_none() {
            let due = self.retries.take_due(now);
            self.requeue(&due);
        }
    }

    /// A scheduled release has failed in a way in which another try may help. It gets one, and waits for it, if it has
    /// used fewer than `retries`. A failure while the API server is gone costs none, because the outage has an end of its
    /// own. `in_time` decides whether the release may still start at that time.
    pub(super) fn defer(
        &mut self,
        release: usize,
        retries: u8,
        jitter: f64,
        now: Instant,
        in_time: impl Fn(&UninstallOptions, Instant) -> bool,
    ) -> Option<Retry> {
        let used = self.retries.used.get(&release).copied().unwrap_or_default();
        let is_gone = self.breaker.pause().is_some();
        if retries == 0 || self.breaker.tripped().is_some() || (used >= retries && !is_gone) {
            return None;
        }
        let wait = if is_gone { Duration::ZERO } else { self.retry_policy.before_retry(used, jitter) };
        if !in_time(&self.queues.groups[self.queues.group_of(release)].options, now + wait) {
            return None;
        }
        if !is_gone {
            self.retries.used.insert(release, used + 1);
        }
        self.retries.due.insert((now + wait, release));
        Some(if is_gone { Retry::WhenBack } else { Retry::After(wait) })
    }

    /// Whether something that may start waits only for the time.
    pub(super) fn waits_for_time(&self, may_start: impl Fn(&UninstallOptions) -> bool) -> bool {
        !self.retries.due.is_empty() || (self.breaker.pause().is_some() && self.may_start(may_start))
    }

    /// Whether a release is not scheduled and may still be.
    pub(super) fn holds(&self, release: usize) -> bool {
        self.queues.holds(release) || self.retries.due.iter().any(|(_, other)| *other == release)
    }
}

/// One release to find out whether the API server is back: preferably one that was tried before, because it has less to
/// lose.
fn probe(
    queues: &mut Queues,
    retries: &mut RetryQueue,
    may_start: impl Fn(&BatchGroup) -> bool,
) -> Option<(usize, Vec<usize>)> {
    if let Some(release) = retries.take_first(|release| may_start(&queues.groups[queues.group_of(release)])) {
        return Some((queues.group_of(release), vec![release]));
    }
    queues.take(may_start, |_| false, |_, _| 1)
}

impl RetryQueue {
    fn take_due(&mut self, now: Instant) -> Vec<usize> {
        self.due.extract_if(.., |(until, _)| *until <= now).map(|(_, release)| release).collect()
    }

    /// Takes the first release that may start, whether or not it is due.
    fn take_first(&mut self, may_start: impl Fn(usize) -> bool) -> Option<usize> {
        let first = self.due.iter().find(|(_, release)| may_start(*release)).copied()?;
        self.due.remove(&first);
        Some(first.1)
    }
}
