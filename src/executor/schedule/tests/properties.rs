//! What is true for every plan, every number of workers and every failure of a worker.

use std::collections::BTreeSet;
use std::num::NonZeroUsize;
use std::time::Duration;

use proptest::collection::vec;
use proptest::prelude::*;

use super::simulation::{Fate, Handed, any_fate, any_size, any_task, carry_out, namespaces};
use crate::executor::schedule::*;
use crate::executor::task::WorkerCap;

proptest! {
    #[test]
    fn whatever_releases_need_each_goes_once_with_its_like_and_in_its_phase(
        plan in vec(any_task(), 0..80),
        workers in 1_usize..12,
        size in any_size(),
        order in vec(any::<usize>(), 1..20),
        fates in vec(any_fate(), 1..20),
    ) {
        let (handed, mut done) = carry_out(&plan, workers, size, &order, &fates);
        let phases = done.iter().map(|place| plan[*place].phase).collect::<Vec<_>>();
        prop_assert!(phases.is_sorted(), "{:?}", phases);
        done.sort_unstable();
        prop_assert_eq!(done, (0..plan.len()).collect::<Vec<_>>());
        for Handed { batch, .. } in handed {
            let alike = |place: &usize| {
                let task = &plan[*place];
                let groups = task.worker_caps.iter().map(|cap| cap.group).collect::<BTreeSet<_>>();
                (task.release.id.namespace.clone(), task.phase, task.options, groups)
            };
            let kinds = batch.iter().map(alike).collect::<BTreeSet<_>>();
            prop_assert_eq!(kinds.len(), 1);
            let waits = plan[batch[0]].options.wait == Wait::Objects;
            prop_assert!(!waits || batch.len() == 1, "one that waits has a helm to itself");
        }
    }

    #[test]
    fn what_cannot_begin_or_was_withdrawn_is_not_handed_out(
        plan in vec(any_task(), 1..60),
        workers in 1_usize..12,
        withdrawn in vec(any::<bool>(), 60),
    ) {
        let mut schedule = Schedule::new(&plan, workers, BatchSize::Auto, RetryPolicy::USUAL);
        (0..plan.len()).filter(|place| withdrawn[*place]).for_each(|place| schedule.withdraw(place));
        let short = |options: &UninstallOptions| options.timeout == Duration::from_mins(1);
        let mut handed = BTreeSet::new();
        while schedule.phase().is_some() {
            while let Some((worker, batch)) = schedule.next(short) {
                handed.extend(batch);
                schedule.finish(worker);
            }
            schedule.next_phase();
        }
        let expected = (0..plan.len()).filter(|place| !withdrawn[*place] && short(&plan[*place].options));
        prop_assert_eq!(handed, expected.collect::<BTreeSet<_>>());
    }

    #[test]
    fn every_release_ends_once_and_no_lane_is_idle_while_one_waits(
        plan in vec(0_usize..6, 0..120),
        workers in 1_usize..20,
        size in any_size(),
        order in vec(any::<usize>(), 1..20),
        fates in vec(any_fate(), 1..20),
    ) {
        let namespaces = namespaces(&plan);
        let (handed, mut done) = carry_out(&namespaces, workers, size, &order, &fates);
        done.sort_unstable();
        prop_assert_eq!(done, (0..plan.len()).collect::<Vec<_>>());
        for (number, Handed { worker, batch, waited }) in handed.into_iter().enumerate() {
            let most = match size { BatchSize::Auto => 10, BatchSize::AtMost(most) => most.get() };
            prop_assert!(worker.0 < workers && (1..=most).contains(&batch.len()), "{:?}", batch);
            let home = plan[batch[0]];
            prop_assert!(batch.iter().all(|place| plan[*place] == home), "{:?} spans namespaces", batch);
            prop_assert!(batch.is_sorted(), "{:?} is not in the order of the plan", batch);
            let is_opening = number < workers && plan.len() > workers;
            let alone = workers == 1 || is_opening || 3 * waited > 2 * workers || batch.len() == 1;
            prop_assert!(alone, "{:?} of {}", batch, waited);
        }
    }

    #[test]
    fn of_releases_that_take_the_same_time_no_lane_gets_much_more_than_its_share(
        plan in vec(0_usize..6, 1..200),
        workers in 2_usize..20,
    ) {
        let namespaces = namespaces(&plan);
        let mut schedule = Schedule::new(&namespaces, workers, BatchSize::Auto, RetryPolicy::USUAL);
        let mut busy_until = vec![0_usize; workers];
        let mut running = BTreeSet::new();
        loop {
            while let Some((worker, batch)) = schedule.next(|_| true) {
                busy_until[worker.0] += batch.len();
                running.insert((busy_until[worker.0], worker));
            }
            let Some((now, worker)) = running.pop_first() else { break };
            busy_until[worker.0] = now;
            schedule.finish(worker);
        }
        let end = busy_until.iter().max().copied().unwrap_or_default();
        prop_assert!(end <= plan.len().div_ceil(workers) * 3 / 2 + 3, "{} on {} workers end at {}", plan.len(), workers, end);
    }
}

#[test]
fn the_fullest_namespace_goes_first_and_of_equals_the_first() {
    let plan = namespaces(&[1, 2, 2, 0, 0]);
    let (handed, _) = carry_out(&plan, 1, BatchSize::Auto, &[0], &[Fate::Done]);
    let batches = handed.into_iter().map(|handed| handed.batch).collect::<Vec<_>>();
    assert_eq!(batches, [vec![1, 2], vec![3, 4], vec![0]]);
}

#[test]
fn what_is_restored_goes_again_before_the_others_of_its_namespace() {
    let plan = namespaces(&[0; 10]);
    let (handed, _) = carry_out(&plan, 1, BatchSize::Auto, &[0], &[Fate::ComesBack(1), Fate::Done]);
    let batches = handed.into_iter().map(|handed| handed.batch).collect::<Vec<_>>();
    assert_eq!(batches, [(0..10).collect::<Vec<_>>(), (1..10).collect()]);
}

#[test]
fn a_group_with_few_workers_begins_early_and_in_long_batches() {
    let few = vec![WorkerCap { group: 0, workers: NonZeroUsize::MIN }];
    let plan = (0..40).map(|number| {
        let mut item = namespaces(&[number % 10]).remove(0);
        item.worker_caps = if number % 10 == 9 { few.clone() } else { Vec::new() };
        item
    });
    let plan = plan.collect::<Vec<_>>();
    let mut schedule = Schedule::new(&plan, 16, BatchSize::Auto, RetryPolicy::USUAL);
    let (_, first) = schedule.next(|_| true).expect("everything waits");
    assert_eq!(first, [9, 19, 29, 39], "one after the other anyway");
}
