//! Plans in numbers, and a run without threads, clock or helm that carries them out.

use std::collections::BTreeSet;
use std::num::NonZeroUsize;
use std::time::Duration;

use proptest::collection::vec;
use proptest::prelude::*;

use crate::executor::schedule::*;
use crate::executor::task::WorkerCap;
use crate::release::Namespace;

/// What becomes of a batch that was handed out.
#[derive(Debug, Clone, Copy)]
pub(super) enum Fate {
    /// All of it is done.
    Done,
    /// So many are done, at least one, and the others come back.
    ComesBack(usize),
}

#[derive(Debug)]
pub(super) struct Handed {
    pub(super) worker: WorkerId,
    pub(super) batch: Batch,
    /// How many waited when it was handed out, itself included.
    pub(super) waited: usize,
}

/// A release of a plan, in numbers.
#[derive(Debug, Clone)]
pub(super) struct Item {
    pub(super) namespace: Namespace,
    pub(super) phase: PhaseNumber,
    pub(super) options: UninstallOptions,
    pub(super) worker_caps: Vec<WorkerCap>,
}

/// Groups of releases that do not get all workers, and how many they get.
const GROUPS: [usize; 2] = [1, 3];

impl Item {
    pub(super) fn demand(&self) -> Demand<'_> {
        Demand { namespace: &self.namespace, phase: self.phase, options: self.options, worker_caps: &self.worker_caps }
    }
}

fn namespace(number: usize) -> Namespace {
    format!("dev-{number}").parse().expect("a legal name")
}

/// Releases of these namespaces, with nothing else between them.
pub(super) fn namespaces(plan: &[usize]) -> Vec<Item> {
    let options = UninstallOptions::with_timeout(Duration::from_mins(5));
    let item = |number: &usize| Item {
        namespace: namespace(*number),
        phase: PhaseNumber::default(),
        options,
        worker_caps: Vec::new(),
    };
    plan.iter().map(item).collect()
}

/// A release of any phase and options, and of any of the groups.
pub(super) fn any_item() -> impl Strategy<Value = Item> {
    let share = |group: usize| WorkerCap { group, workers: NonZeroUsize::new(GROUPS[group]).expect("from 1") };
    let worker_caps = vec(0..GROUPS.len(), 0..3).prop_map(move |groups| groups.into_iter().map(share).collect());
    (0_usize..4, 0_u8..3, 0_u64..2, any::<bool>(), worker_caps).prop_map(
        |(number, phase, minutes, waits, worker_caps)| {
            let wait = if waits { Wait::Objects } else { Wait::Hooks };
            let options = UninstallOptions { wait, ..UninstallOptions::with_timeout(Duration::from_mins(1 + minutes)) };
            Item { namespace: namespace(number), phase: PhaseNumber(phase), options, worker_caps }
        },
    )
}

pub(super) fn any_size() -> impl Strategy<Value = BatchSize> {
    let bounded = (1_usize..=64).prop_map(|most| BatchSize::AtMost(NonZeroUsize::new(most).expect("from 1")));
    prop_oneof![3 => Just(BatchSize::Auto), 1 => bounded]
}

pub(super) fn any_fate() -> impl Strategy<Value = Fate> {
    prop_oneof![2 => Just(Fate::Done), 1 => (1_usize..5).prop_map(Fate::ComesBack)]
}

/// Carries a plan out. `order` says which of the running workers ends next, `fates` how. Checks what holds at any time
/// and gives the batches and what was done, both in order.
pub(super) fn carry_out(
    plan: &[Item],
    workers: usize,
    size: BatchSize,
    order: &[usize],
    fates: &[Fate],
) -> (Vec<Handed>, Vec<usize>) {
    let mut schedule = Schedule::new(plan.iter().map(Item::demand), workers, size, RetryPolicy::USUAL);
    let (mut running, mut all, mut done) = (Vec::<(WorkerId, Batch)>::new(), Vec::new(), Vec::new());
    let mut waiting = (0..plan.len()).collect::<BTreeSet<_>>();
    for step in 0.. {
        while let Some((worker, batch)) = schedule.next(|_| true) {
            all.push(Handed { worker, batch: batch.clone(), waited: waiting.len() });
            assert!(!running.iter().any(|(busy, _)| *busy == worker), "{worker:?} was busy");
            assert!(batch.releases.iter().all(|place| waiting.remove(place)), "{batch:?} did not wait");
            running.push((worker, batch));
        }
        assert_eq!(schedule.running(), running.len());
        assert!(running.len() <= workers, "{} workers are busy", running.len());
        shares_are_kept_to(plan, &running);
        let may_go =
            |place: &&usize| Some(plan[**place].phase) == schedule.phase() && !is_bounded(plan, **place, &running);
        let idle = waiting.iter().find(may_go).filter(|_| running.len() < workers);
        assert_eq!(idle, None, "a worker is idle while it waits");
        if running.is_empty() {
            assert_eq!(schedule.waiting(), 0, "a phase is stuck");
            schedule.next_phase();
            if schedule.phase().is_none() {
                break;
            }
            continue;
        }
        let (worker, batch) = running.swap_remove(order[step % order.len()] % running.len());
        let kept = match fates[step % fates.len()] {
            Fate::Done => batch.releases.len(),
            Fate::ComesBack(kept) => kept.min(batch.releases.len()),
        };
        let (ended, back) = batch.releases.split_at(kept);
        done.extend_from_slice(ended);
        schedule.requeue(back);
        waiting.extend(back);
        schedule.finish(worker);
    }
    (all, done)
}

/// No group has more helms than it gets.
fn shares_are_kept_to(plan: &[Item], running: &[(WorkerId, Batch)]) {
    for (group, most) in GROUPS.into_iter().enumerate() {
        let busy = running.iter().filter(|(_, batch)| is_of(&plan[batch.releases[0]], group)).count();
        assert!(busy <= most, "{busy} helms for group {group}, which gets {most}");
    }
}

/// Whether a group of a release has as many helms as it gets.
fn is_bounded(plan: &[Item], place: usize, running: &[(WorkerId, Batch)]) -> bool {
    let helms = |group| running.iter().filter(|(_, batch)| is_of(&plan[batch.releases[0]], group)).count();
    GROUPS.into_iter().enumerate().any(|(group, most)| is_of(&plan[place], group) && helms(group) == most)
}

fn is_of(item: &Item, group: usize) -> bool {
    item.worker_caps.iter().any(|share| share.group == group)
}
