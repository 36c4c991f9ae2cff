//! Plans in numbers, and a run without threads, clock or helm that carries them out.

use std::collections::BTreeSet;
use std::num::NonZeroUsize;
use std::time::Duration;

use proptest::collection::vec;
use proptest::prelude::*;

use crate::executor::schedule::*;
use crate::executor::task::WorkerCap;
use crate::release::{Known, Release, ReleaseId, Revision, Status};

/// What happens to a batch that was scheduled.
#[derive(Debug, Clone, Copy)]
pub(super) enum Fate {
    /// All of it is done.
    Done,
    /// So many releases are done, at least one, and the others are scheduled again.
    ComesBack(usize),
}

#[derive(Debug)]
pub(super) struct Handed {
    pub(super) worker: WorkerId,
    pub(super) batch: Vec<usize>,
    /// How many releases waited when it was scheduled, its own included.
    pub(super) waited: usize,
}

/// Groups of releases that do not get all workers, and how many they get.
const GROUPS: [usize; 2] = [1, 3];

fn task(namespace: usize, options: UninstallOptions) -> Task {
    let namespace = format!("dev-{namespace}").parse().expect("a legal name");
    let release = Release {
        id: ReleaseId { namespace, name: "web".parse().expect("a legal name") },
        revision: Revision(1),
        status: Status::Deployed,
        chart: Known::Unknown,
        updated: Known::Unknown,
        record: Known::Unknown,
        labels: Known::Unknown,
    };
    Task::new(release, options)
}

/// Releases of these namespaces, with nothing else between them.
pub(super) fn namespaces(plan: &[usize]) -> Vec<Task> {
    let options = UninstallOptions::with_timeout(Duration::from_mins(5));
    plan.iter().map(|number| task(*number, options)).collect()
}

/// A release of any phase and options, and of any of the groups.
pub(super) fn any_task() -> impl Strategy<Value = Task> {
    let share = |group: usize| WorkerCap { group, workers: NonZeroUsize::new(GROUPS[group]).expect("from 1") };
    let worker_caps = vec(0..GROUPS.len(), 0..3).prop_map(move |groups| groups.into_iter().map(share).collect());
    (0_usize..4, 0_u8..3, 0_u64..2, any::<bool>(), worker_caps).prop_map(
        |(number, phase, minutes, waits, worker_caps)| {
            let wait = if waits { Wait::Objects } else { Wait::Hooks };
            let options = UninstallOptions { wait, ..UninstallOptions::with_timeout(Duration::from_mins(1 + minutes)) };
            Task { phase: PhaseNumber(phase), worker_caps, ..task(number, options) }
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

/// Carries a plan out. `order` chooses the running worker that ends next, `fates` how it ends. Checks what holds at any time
/// and gives the batches and what was done, both in order.
pub(super) fn carry_out(
    plan: &[Task],
    workers: usize,
    size: BatchSize,
    order: &[usize],
    fates: &[Fate],
) -> (Vec<Handed>, Vec<usize>) {
    let mut schedule = Schedule::new(plan, workers, size, RetryPolicy::USUAL);
    let (mut running, mut all, mut done) = (Vec::<(WorkerId, Vec<usize>)>::new(), Vec::new(), Vec::new());
    let mut waiting = (0..plan.len()).collect::<BTreeSet<_>>();
    for step in 0.. {
        while let Some((worker, batch)) = schedule.next(|_| true) {
            all.push(Handed { worker, batch: batch.clone(), waited: waiting.len() });
            assert!(!running.iter().any(|(busy, _)| *busy == worker), "{worker:?} was busy");
            assert!(batch.iter().all(|place| waiting.remove(place)), "{batch:?} did not wait");
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
            Fate::Done => batch.len(),
            Fate::ComesBack(kept) => kept.min(batch.len()),
        };
        let (ended, back) = batch.split_at(kept);
        done.extend_from_slice(ended);
        schedule.requeue(back);
        waiting.extend(back);
        schedule.finish(worker);
    }
    (all, done)
}

/// No group has more helm processes than its cap.
fn shares_are_kept_to(plan: &[Task], running: &[(WorkerId, Vec<usize>)]) {
    for (group, most) in GROUPS.into_iter().enumerate() {
        let busy = running.iter().filter(|(_, batch)| is_of(&plan[batch[0]], group)).count();
        assert!(busy <= most, "{busy} helms for group {group}, which gets {most}");
    }
}

/// Whether a group of a release has as many helm processes as its cap.
fn is_bounded(plan: &[Task], place: usize, running: &[(WorkerId, Vec<usize>)]) -> bool {
    let helms = |group| running.iter().filter(|(_, batch)| is_of(&plan[batch[0]], group)).count();
    GROUPS.into_iter().enumerate().any(|(group, most)| is_of(&plan[place], group) && helms(group) == most)
}

fn is_of(task: &Task, group: usize) -> bool {
    task.worker_caps.iter().any(|share| share.group == group)
}
