//! How many releases one helm process gets.

use super::*;
use std::num::NonZeroUsize;

fn size(waiting: usize, workers: usize, queue: usize) -> usize {
    Load { waiting, opening: Some(waiting), free: workers, workers }.batch_size(queue, BatchSize::Auto)
}

#[test]
fn with_no_more_releases_than_workers_each_goes_alone() {
    for waiting in 1..=16 {
        assert_eq!(size(waiting, 16, waiting), 1, "{waiting}");
    }
    assert_eq!(size(1, 1, 1), 1);
}

#[test]
fn the_more_wait_the_more_go_together_up_to_a_bound() {
    let sizes = [17, 40, 60, 100, 200, 5000].map(|waiting| size(waiting, 16, waiting));
    assert_eq!(sizes, [2, 3, 4, 7, 10, 10]);
}

#[test]
fn what_is_left_after_the_opening_is_gone_in_one_more_round() {
    let (mut waiting, mut sizes) = (20, Vec::new());
    while waiting > 0 {
        let load = Load { waiting, opening: None, free: 1, workers: 16 };
        sizes.push(load.batch_size(waiting.min(5), BatchSize::Auto));
        waiting -= sizes.last().copied().unwrap_or_default();
    }
    assert!(sizes.len() <= 16, "{sizes:?}");
}

#[test]
fn a_namespace_falls_into_even_parts() {
    assert_eq!([5, 6, 7, 9, 10].map(|queue| even(queue, 4, 8)), [5, 3, 4, 5, 4]);
    assert_eq!([1, 2, 3].map(|queue| even(queue, 1, 8)), [1, 1, 1]);
    assert_eq!([3, 8, 9, 10].map(|queue| even(queue, 100, 8)), [3, 8, 5, 5]);
}

#[test]
fn a_number_is_a_bound_and_batches_still_shrink() {
    let at_most = |most| BatchSize::AtMost(NonZeroUsize::new(most).expect("it is not zero"));
    let load = Load { waiting: 100, opening: Some(100), free: 4, workers: 4 };
    assert_eq!([1, 3, 64].map(|most| load.batch_size(100, at_most(most))), [1, 3, 25]);
    assert_eq!(Load { waiting: 4, opening: Some(4), free: 4, workers: 4 }.batch_size(4, at_most(64)), 1);
    assert_eq!(
        Load { waiting: 100, opening: Some(100), free: 1, workers: 1 }.batch_size(100, at_most(64)),
        50,
        "two of 50, not 64 and 36"
    );
}

#[test]
fn a_single_worker_waits_for_no_other() {
    assert_eq!(size(3, 1, 3), 3);
    assert_eq!(size(30, 1, 2), 2);
}
