//! How many releases one helm gets.
//!
//! To start a helm takes several times the CPU time of a small uninstall, so it should do several. But a lane that has
//! many is still busy when the others have nothing left. So each gets its fair share: at first of all releases, then
//! of those that wait, which is less and less, and one at the end (guided self-scheduling). With no more releases than
//! lanes it is one from the start.

use crate::executor::execution::BatchSize;

/// A release is looked at again just before its batch begins, and its helm reaches it only after those before it:
/// what somebody deploys meanwhile would go. So the batch stays short even where many wait.
const MOST_OF_AUTO: usize = 10;

/// What there is to share, and among how many.
#[derive(Debug, Clone, Copy)]
pub(super) struct Supply {
    /// Releases that wait.
    pub(super) waiting: usize,
    /// All releases of the plan, until the first lane is free again.
    pub(super) opening: Option<usize>,
    /// Lanes that have nothing to do.
    pub(super) free: usize,
    /// All lanes.
    pub(super) lanes: usize,
}

impl Supply {
    /// How many of the `queue` releases that wait in one namespace go together.
    pub(super) fn of(self, queue: usize, size: BatchSize) -> usize {
        let most = match size {
            BatchSize::Auto => MOST_OF_AUTO,
            BatchSize::AtMost(most) => most.get(),
        };
        // Every other free lane gets something as well.
        let left_for_this = self.waiting.saturating_sub(self.free.saturating_sub(1)).max(1);
        even(queue, self.goal(), most).min(left_for_this)
    }

    /// At first a fair share: namespaces are rarely as large as that, so enough is left to even out what takes longer
    /// than the rest. Later half as much again: lanes come back one after the other, and those that do last should
    /// find one release each, not start another round.
    pub(super) fn goal(self) -> usize {
        match self.opening {
            Some(all) => all.div_ceil(self.lanes),
            None => (3 * self.waiting).div_ceil(2 * self.lanes).min(self.waiting),
        }
    }
}

/// About `goal`, but so that a namespace falls into parts of one size: 5 by 4 are 5, not 4 and 1.
fn even(queue: usize, goal: usize, most: usize) -> usize {
    let goal = goal.clamp(1, most);
    // A quarter more than the goal is better than another helm.
    let parts = queue.saturating_sub(goal / 4).div_ceil(goal).max(queue.div_ceil(most)).max(1);
    queue.div_ceil(parts)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::num::NonZeroUsize;

    fn size(waiting: usize, lanes: usize, queue: usize) -> usize {
        Supply { waiting, opening: Some(waiting), free: lanes, lanes }.of(queue, BatchSize::Auto)
    }

    #[test]
    fn with_no_more_releases_than_lanes_each_goes_alone() {
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
            let supply = Supply { waiting, opening: None, free: 1, lanes: 16 };
            sizes.push(supply.of(waiting.min(5), BatchSize::Auto));
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
        let supply = Supply { waiting: 100, opening: Some(100), free: 4, lanes: 4 };
        assert_eq!([1, 3, 64].map(|most| supply.of(100, at_most(most))), [1, 3, 25]);
        assert_eq!(Supply { waiting: 4, opening: Some(4), free: 4, lanes: 4 }.of(4, at_most(64)), 1);
        assert_eq!(
            Supply { waiting: 100, opening: Some(100), free: 1, lanes: 1 }.of(100, at_most(64)),
            50,
            "two of 50, not 64 and 36"
        );
    }

    #[test]
    fn a_single_lane_has_nobody_to_wait_for() {
        assert_eq!(size(3, 1, 3), 3);
        assert_eq!(size(30, 1, 2), 2);
    }
}
