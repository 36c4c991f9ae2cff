//! From one phase to the next: which objects must be gone first, and which releases must stay.

use std::collections::{BTreeMap, BTreeSet};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Instant;

use super::{Driver, NextStep};
use crate::cluster::ObjectPresence;
use crate::executor::event::Event;
use crate::executor::outcome::Outcome;
use crate::executor::phase_end::{Dependent, Leftovers, PhaseCleanup, protected};
use crate::executor::task::PhaseNumber;
use crate::executor::worker::{Message, WorkerContext};
use crate::release::{GroupKind, Known, ObjectRef};

impl Driver<'_> {
    /// Called when nothing runs.
    pub(super) fn advance_phase(&mut self) -> NextStep {
        let now = self.context.clock.instant();
        if self.draining.is_none() && self.schedule.waits_for_time(self.in_time()) {
            return NextStep::Wait;
        }
        let is_more = self.schedule.may_start_later(|_| true);
        let Some(phase) = self.schedule.phase().filter(|_| is_more) else { return NextStep::Finish };
        if self.draining.is_some() || self.schedule.waiting() > 0 {
            return NextStep::Finish;
        }
        if !self.schedule.may_start_later(self.in_time()) {
            self.stop_at_the_deadline();
            return NextStep::Finish;
        }
        let mut cleanup = self.cleanup.take().unwrap_or_else(|| self.begin_cleanup(phase, now));
        if let Some(objects) = cleanup.due(now) {
            let context = self.context.clone();
            self.pool.execute(move || probe(&context, &objects));
        }
        if !cleanup.is_over() {
            self.cleanup = Some(cleanup);
            return NextStep::Wait;
        }
        self.end_phase(phase, &cleanup.leftovers);
        self.schedule.next_phase();
        NextStep::Phase
    }

    /// Takes the answers about the objects that a phase waits for.
    pub(super) fn on_probed(&mut self, answers: Vec<ObjectPresence>) {
        let Some(cleanup) = &mut self.cleanup else { return };
        let before = cleanup.waits_for();
        cleanup.record(answers, self.context.clock.instant());
        let (objects, releases) = cleanup.waits_for();
        if let Some(first) = releases.first().filter(|_| !self.reported_waiting || before.0 != objects) {
            self.reported_waiting = true;
            let (release, others) = (self.state.id(*first), releases.len() - 1);
            self.reporter.report(&Event::Waiting { objects, release, others }, self.state.progress());
        }
    }

    fn begin_cleanup(&mut self, phase: PhaseNumber, now: Instant) -> PhaseCleanup {
        self.reported_waiting = false;
        let gone = self.releases_of(phase).filter(|index| self.is_gone(*index)).collect::<Vec<_>>();
        PhaseCleanup::begin(&self.context.tasks, &gone, now)
    }

    fn releases_of(&self, phase: PhaseNumber) -> impl Iterator<Item = usize> {
        let tasks = self.context.tasks.iter().enumerate();
        tasks.filter(move |(_, task)| task.phase == phase).map(|(index, _)| index)
    }

    fn is_gone(&self, index: usize) -> bool {
        self.state.outcome(index).is_some_and(Outcome::is_gone)
    }

    /// Leftovers are failures, and releases that they may need must stay.
    fn end_phase(&mut self, phase: PhaseNumber, leftovers: &BTreeMap<usize, Leftovers>) {
        for (index, left) in leftovers {
            let failure = left.failure(self.context.tasks[*index].options.timeout);
            self.judge(*index, Outcome::Failed(failure));
            self.drain_after_failure();
        }
        // A release that failed still exists, whatever helm has done to it before.
        let present = self.releases_of(phase).filter(|index| !self.is_gone(*index));
        let dependent = |release| Dependent { release, kinds: self.needed_kinds(release, leftovers.get(&release)) };
        let dependents = present.map(dependent).collect::<Vec<_>>();
        for (index, by) in protected(&self.context.tasks, phase, &dependents) {
            self.schedule.withdraw(index);
            let by = self.state.id(by).clone();
            self.judge(index, Outcome::StillNeeded { by });
        }
    }

    fn needed_kinds(&self, index: usize, leftovers: Option<&Leftovers>) -> Known<BTreeSet<GroupKind>> {
        let uses = self.context.tasks[index].crd_usage.uses.clone();
        match (uses, leftovers.map(Leftovers::kinds)) {
            (Known::Unknown, _) | (_, Some(None)) => Known::Unknown,
            (Known::Is(uses), None) => Known::Is(uses),
            (Known::Is(uses), Some(Some(kinds))) => Known::Is(uses.into_iter().chain(kinds).collect()),
        }
    }
}

/// On a worker's thread. A probe that panics has no answers.
fn probe(context: &WorkerContext, objects: &[ObjectRef]) {
    let answers = catch_unwind(AssertUnwindSafe(|| context.backends.probe.probe(objects))).unwrap_or_default();
    // If the loop has ended, there is no receiver.
    let _ = context.messages.send(Message::Probed(answers));
}
