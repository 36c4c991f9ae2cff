//! Plans in numbers, and a run without threads, clock or helm that carries them out.

use std::collections::BTreeSet;
use std::num::NonZeroUsize;
use std::time::Duration;

use proptest::collection::vec;
use proptest::prelude::*;

use super::*;

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
    pub(super) lane: Lane,
    pub(super) batch: Batch,
    /// How many waited when it was handed out, itself included.
    pub(super) waited: usize,
}

/// A release of a plan, in numbers.
#[derive(Debug, Clone)]
pub(super) struct Item {
    pub(super) namespace: Namespace,
    pub(super) phase: Phase,
    pub(super) options: UninstallOptions,
    pub(super) shares: Vec<WorkerCap>,
}

/// Groups of releases that do not get all workers, and how many they get.
const GROUPS: [usize; 2] = [1, 3];

impl Item {
    pub(super) fn demand(&self) -> Demand<'_> {
        Demand { namespace: &self.namespace, phase: self.phase, options: self.options, shares: &self.shares }
    }
}

fn namespace(number: usize) -> Namespace {
    format!("dev-{number}").parse().expect("a legal name")
}

/// Releases of these namespaces, with nothing else between them.
pub(super) fn namespaces(plan: &[usize]) -> Vec<Item> {
    let options = UninstallOptions::with_timeout(Duration::from_mins(5));
    let item =
        |number: &usize| Item { namespace: namespace(*number), phase: Phase::default(), options, shares: Vec::new() };
    plan.iter().map(item).collect()
}

/// A release of any phase and options, and of any of the groups.
pub(super) fn any_item() -> impl Strategy<Value = Item> {
    let share = |group: usize| WorkerCap { group, workers: NonZeroUsize::new(GROUPS[group]).expect("from 1") };
    let shares = vec(0..GROUPS.len(), 0..3).prop_map(move |groups| groups.into_iter().map(share).collect());
    (0_usize..4, 0_u8..3, 0_u64..2, any::<bool>(), shares).prop_map(|(number, phase, minutes, waits, shares)| {
        let wait = if waits { Wait::Objects } else { Wait::Hooks };
        let options = UninstallOptions { wait, ..UninstallOptions::with_timeout(Duration::from_mins(1 + minutes)) };
        Item { namespace: namespace(number), phase: Phase(phase), options, shares }
    })
}

pub(super) fn any_size() -> impl Strategy<Value = BatchSize> {
    let bounded = (1_usize..=64).prop_map(|most| BatchSize::AtMost(NonZeroUsize::new(most).expect("from 1")));
    prop_oneof![3 => Just(BatchSize::Auto), 1 => bounded]
}

pub(super) fn any_fate() -> impl Strategy<Value = Fate> {
    prop_oneof![2 => Just(Fate::Done), 1 => (1_usize..5).prop_map(Fate::ComesBack)]
}

/// Carries a plan out. `order` says which of the running lanes ends next, `fates` how. Checks what holds at any time
/// and gives the batches and what was done, both in order.
pub(super) fn carry_out(
    plan: &[Item],
    lanes: usize,
    size: BatchSize,
    order: &[usize],
    fates: &[Fate],
) -> (Vec<Handed>, Vec<usize>) {
    let mut schedule = Schedule::new(plan.iter().map(Item::demand), lanes, size, RetryPolicy::USUAL);
    let (mut running, mut all, mut done) = (Vec::<(Lane, Batch)>::new(), Vec::new(), Vec::new());
    let mut waiting = (0..plan.len()).collect::<BTreeSet<_>>();
    for step in 0.. {
        while let Some((lane, batch)) = schedule.next(|_| true) {
            all.push(Handed { lane, batch: batch.clone(), waited: waiting.len() });
            assert!(!running.iter().any(|(busy, _)| *busy == lane), "{lane:?} was busy");
            assert!(batch.releases.iter().all(|place| waiting.remove(place)), "{batch:?} did not wait");
            running.push((lane, batch));
        }
        assert_eq!(schedule.running(), running.len());
        assert!(running.len() <= lanes, "{} lanes are busy", running.len());
        shares_are_kept_to(plan, &running);
        let may_go =
            |place: &&usize| Some(plan[**place].phase) == schedule.phase() && !is_bounded(plan, **place, &running);
        let idle = waiting.iter().find(may_go).filter(|_| running.len() < lanes);
        assert_eq!(idle, None, "a lane is idle while it waits");
        if running.is_empty() {
            assert_eq!(schedule.waiting(), 0, "a phase is stuck");
            schedule.go_on();
            if schedule.phase().is_none() {
                break;
            }
            continue;
        }
        let (lane, batch) = running.swap_remove(order[step % order.len()] % running.len());
        let kept = match fates[step % fates.len()] {
            Fate::Done => batch.releases.len(),
            Fate::ComesBack(kept) => kept.min(batch.releases.len()),
        };
        let (ended, back) = batch.releases.split_at(kept);
        done.extend_from_slice(ended);
        schedule.put_back(back);
        waiting.extend(back);
        schedule.finished(lane);
    }
    (all, done)
}

/// No group has more helms than it gets.
fn shares_are_kept_to(plan: &[Item], running: &[(Lane, Batch)]) {
    for (group, most) in GROUPS.into_iter().enumerate() {
        let busy = running.iter().filter(|(_, batch)| is_of(&plan[batch.releases[0]], group)).count();
        assert!(busy <= most, "{busy} helms for group {group}, which gets {most}");
    }
}

/// Whether a group of a release has as many helms as it gets.
fn is_bounded(plan: &[Item], place: usize, running: &[(Lane, Batch)]) -> bool {
    let helms = |group| running.iter().filter(|(_, batch)| is_of(&plan[batch.releases[0]], group)).count();
    GROUPS.into_iter().enumerate().any(|(group, most)| is_of(&plan[place], group) && helms(group) == most)
}

fn is_of(item: &Item, group: usize) -> bool {
    item.shares.iter().any(|share| share.group == group)
}
