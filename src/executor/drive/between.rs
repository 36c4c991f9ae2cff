//! From one phase to the next: what has to be gone first, and what has to stay.

use std::collections::{BTreeMap, BTreeSet};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Instant;

use threadpool::ThreadPool;

use super::Drive;
use crate::cluster::ObjectPresence;
use crate::executor::event::Event;
use crate::executor::outcome::Outcome;
use crate::executor::phase::{Left, Needs, PhaseEnd, spared};
use crate::executor::planned::Phase;
use crate::executor::worker::{Message, WorkerContext};
use crate::release::{GroupKind, Known, ObjectRef};

/// What comes when nothing runs and nothing can be begun.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Next {
    /// Another phase has begun.
    Phase,
    /// Something, once its time has come or something is gone.
    Wait,
    /// Nothing more.
    Nothing,
}

impl Drive<'_> {
    pub(super) fn go_on(&mut self, pool: &ThreadPool, tools: &WorkerContext) -> Next {
        let now = Instant::now();
        if self.draining.is_none() && self.schedule.waits_for_time(self.in_time()) {
            return Next::Wait;
        }
        let is_more = self.schedule.may_begin_later(|_| true);
        let Some(phase) = self.schedule.phase().filter(|_| is_more) else { return Next::Nothing };
        if self.draining.is_some() || self.schedule.waiting() > 0 {
            return Next::Nothing;
        }
        if !self.schedule.may_begin_later(self.in_time()) {
            self.stop_at_the_deadline();
            return Next::Nothing;
        }
        let mut end = self.phase_end.take().unwrap_or_else(|| self.end_of(phase, now));
        if let Some(objects) = end.due(now) {
            let tools = tools.clone();
            pool.execute(move || look(&tools, &objects));
        }
        if !end.is_over() {
            self.phase_end = Some(end);
            return Next::Wait;
        }
        self.judge(phase, end);
        self.schedule.go_on();
        Next::Phase
    }

    /// Somebody has looked what is still there.
    pub(super) fn on_looked(&mut self, seen: Vec<ObjectPresence>) {
        let Some(end) = &mut self.phase_end else { return };
        let before = end.waits_for();
        end.take(seen, Instant::now());
        let (objects, releases) = end.waits_for();
        if let Some(first) = releases.first().filter(|_| !self.told_waiting || before.0 != objects) {
            self.told_waiting = true;
            let (release, progress) = (self.accounts.id(*first), self.accounts.progress());
            self.listener.tell(&Event::Waiting { objects, release, others: releases.len() - 1, progress });
        }
    }

    fn end_of(&mut self, phase: Phase, now: Instant) -> PhaseEnd {
        self.told_waiting = false;
        let is_gone = |place: &usize| matches!(self.accounts.outcome(*place), Some(outcome) if outcome.is_gone());
        let gone = self.places(phase).into_iter().filter(is_gone).collect::<Vec<_>>();
        PhaseEnd::begin(self.accounts.plan(), &gone, now)
    }

    fn places(&self, phase: Phase) -> Vec<usize> {
        let plan = self.accounts.plan().iter().enumerate();
        plan.filter(|(_, planned)| planned.phase == phase).map(|(place, _)| place).collect()
    }

    /// The phase is over: what has stayed of it is a failure, and what may be needed for that is spared.
    fn judge(&mut self, phase: Phase, end: PhaseEnd) {
        let left = end.into_left();
        for (place, left) in &left {
            let failure = left.failure(self.accounts.plan()[*place].options.timeout);
            self.enter(*place, Outcome::Failed(failure));
            self.drain_after_failure();
        }
        let present = self.present(phase, &left);
        for (place, by) in spared(self.accounts.plan(), phase, &present) {
            self.schedule.withdraw(place);
            let by = self.accounts.id(by).clone();
            self.enter(place, Outcome::StillNeeded { by });
        }
    }

    pub(super) fn enter(&mut self, place: usize, outcome: Outcome) {
        self.accounts.judge(place, outcome);
        let (release, attempts) = (self.accounts.id(place), self.accounts.attempts(place));
        let progress = self.accounts.progress();
        if let Some(outcome) = self.accounts.outcome(place) {
            self.listener.tell(&Event::ReleaseJudged { release, outcome, attempts, progress });
        }
    }

    /// What is still there of a phase. What failed is, whatever helm has done to it before.
    fn present(&self, phase: Phase, left: &BTreeMap<usize, Left>) -> Vec<Needs> {
        let is_present = |place: &usize| self.accounts.outcome(*place).is_none_or(|outcome| !outcome.is_gone());
        let places = self.places(phase).into_iter().filter(is_present);
        let needs = |release| Needs { release, kinds: self.kinds_needed(release, left.get(&release)) };
        places.map(needs).collect()
    }

    fn kinds_needed(&self, place: usize, left: Option<&Left>) -> Known<BTreeSet<GroupKind>> {
        let uses = self.accounts.plan()[place].ties.uses.clone();
        match (uses, left.map(Left::kinds)) {
            (Known::Unknown, _) | (_, Some(None)) => Known::Unknown,
            (Known::Is(uses), None) => Known::Is(uses),
            (Known::Is(uses), Some(Some(kinds))) => Known::Is(uses.into_iter().chain(kinds).collect()),
        }
    }
}

/// On a worker's thread. Whoever is asked and does not answer does not know.
fn look(tools: &WorkerContext, objects: &[ObjectRef]) {
    let seen = catch_unwind(AssertUnwindSafe(|| tools.means.remaining.look(objects))).unwrap_or_default();
    // The loop may have ended meanwhile, and nobody wants to know any more.
    let _ = tools.messages.send(Message::Looked(seen));
}
