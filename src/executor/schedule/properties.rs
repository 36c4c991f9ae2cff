//! What holds for every plan, every number of lanes and whatever goes wrong on them.

use std::num::NonZeroUsize;

use proptest::collection::vec;
use proptest::prelude::*;

use super::*;

/// What becomes of a batch that was handed out.
#[derive(Debug, Clone, Copy)]
enum Fate {
    /// All of it is done.
    Done,
    /// So many are done, at least one, and the others come back.
    ComesBack(usize),
}

#[derive(Debug)]
struct Handed {
    lane: Lane,
    batch: Batch,
    /// How many waited when it was handed out, itself included.
    waited: usize,
}

fn namespaces(plan: &[usize]) -> Vec<Namespace> {
    plan.iter().map(|number| format!("dev-{number}").parse().expect("a legal name")).collect()
}

fn any_size() -> impl Strategy<Value = BatchSize> {
    let bounded = (1_usize..=64).prop_map(|most| BatchSize::AtMost(NonZeroUsize::new(most).expect("from 1")));
    prop_oneof![3 => Just(BatchSize::Auto), 1 => bounded]
}

fn any_fate() -> impl Strategy<Value = Fate> {
    prop_oneof![2 => Just(Fate::Done), 1 => (1_usize..5).prop_map(Fate::ComesBack)]
}

/// Carries a plan out. `order` says which of the running lanes ends next, `fates` how. Checks what holds at any time
/// and gives the batches and what was done, both in order.
fn carry_out(
    namespaces: &[Namespace],
    lanes: usize,
    size: BatchSize,
    order: &[usize],
    fates: &[Fate],
) -> (Vec<Handed>, Vec<usize>) {
    let mut schedule = Schedule::new(namespaces, lanes, size);
    let (mut running, mut all, mut done) = (Vec::new(), Vec::new(), Vec::new());
    let mut waiting = namespaces.len();
    for step in 0.. {
        while let Some((lane, batch)) = schedule.next() {
            let handed = batch.releases.len();
            all.push(Handed { lane, batch: batch.clone(), waited: waiting });
            assert!(!running.iter().any(|(busy, _)| *busy == lane), "{lane:?} was busy");
            waiting -= handed;
            running.push((lane, batch));
        }
        assert_eq!(schedule.running(), running.len());
        assert!(running.len() <= lanes && (waiting == 0 || running.len() == lanes), "a lane is idle, {waiting} wait");
        if running.is_empty() {
            break;
        }
        let (lane, batch) = running.swap_remove(order[step % order.len()] % running.len());
        let kept = match fates[step % fates.len()] {
            Fate::Done => batch.releases.len(),
            Fate::ComesBack(kept) => kept.min(batch.releases.len()),
        };
        let (ended, back) = batch.releases.split_at(kept);
        done.extend_from_slice(ended);
        schedule.put_back(back);
        waiting += back.len();
        schedule.finished(lane);
    }
    (all, done)
}

proptest! {
    #[test]
    fn every_release_ends_once_and_no_lane_is_idle_while_one_waits(
        plan in vec(0_usize..6, 0..120),
        lanes in 1_usize..20,
        size in any_size(),
        order in vec(any::<usize>(), 1..20),
        fates in vec(any_fate(), 1..20),
    ) {
        let namespaces = namespaces(&plan);
        let (handed, mut done) = carry_out(&namespaces, lanes, size, &order, &fates);
        done.sort_unstable();
        prop_assert_eq!(done, (0..plan.len()).collect::<Vec<_>>());
        for (number, Handed { lane, batch, waited }) in handed.into_iter().enumerate() {
            let most = match size { BatchSize::Auto => 10, BatchSize::AtMost(most) => most.get() };
            prop_assert!(lane.0 < lanes && (1..=most).contains(&batch.releases.len()), "{:?}", batch);
            let home = plan[batch.releases[0]];
            prop_assert!(batch.releases.iter().all(|place| plan[*place] == home), "{:?} spans namespaces", batch);
            prop_assert!(batch.releases.is_sorted(), "{:?} is not in the order of the plan", batch);
            let is_opening = number < lanes && plan.len() > lanes;
            let alone = lanes == 1 || is_opening || 3 * waited > 2 * lanes || batch.releases.len() == 1;
            prop_assert!(alone, "{:?} of {}", batch, waited);
        }
    }

    #[test]
    fn of_releases_that_take_the_same_time_no_lane_gets_much_more_than_its_share(
        plan in vec(0_usize..6, 1..200),
        lanes in 2_usize..20,
    ) {
        let namespaces = namespaces(&plan);
        let mut schedule = Schedule::new(&namespaces, lanes, BatchSize::Auto);
        let mut busy_until = vec![0_usize; lanes];
        let mut running = std::collections::BTreeSet::new();
        loop {
            while let Some((lane, batch)) = schedule.next() {
                busy_until[lane.0] += batch.releases.len();
                running.insert((busy_until[lane.0], lane));
            }
            let Some((now, lane)) = running.pop_first() else { break };
            busy_until[lane.0] = now;
            schedule.finished(lane);
        }
        let end = busy_until.iter().max().copied().unwrap_or_default();
        prop_assert!(end <= plan.len().div_ceil(lanes) * 3 / 2 + 3, "{} on {} lanes end at {}", plan.len(), lanes, end);
    }

    #[test]
    fn a_draining_schedule_begins_nothing_whatever_comes_back(
        plan in vec(0_usize..3, 1..40),
        lanes in 1_usize..5,
    ) {
        let mut schedule = Schedule::new(&namespaces(&plan), lanes, BatchSize::Auto);
        let (lane, batch) = schedule.next().expect("something waits");
        schedule.drain();
        schedule.put_back(&batch.releases);
        schedule.finished(lane);
        prop_assert!(schedule.next().is_none() && schedule.running() == 0);
    }
}

#[test]
fn the_fullest_namespace_goes_first_and_of_equals_the_first() {
    let plan = namespaces(&[1, 2, 2, 0, 0]);
    let (handed, _) = carry_out(&plan, 1, BatchSize::Auto, &[0], &[Fate::Done]);
    let batches = handed.into_iter().map(|handed| handed.batch.releases).collect::<Vec<_>>();
    assert_eq!(batches, [vec![1, 2], vec![3, 4], vec![0]]);
}

#[test]
fn what_comes_back_goes_again_before_the_others_of_its_namespace() {
    let plan = namespaces(&[0; 10]);
    let (handed, _) = carry_out(&plan, 1, BatchSize::Auto, &[0], &[Fate::ComesBack(1), Fate::Done]);
    let batches = handed.into_iter().map(|handed| handed.batch.releases).collect::<Vec<_>>();
    assert_eq!(batches, [(0..10).collect::<Vec<_>>(), (1..10).collect()]);
}
