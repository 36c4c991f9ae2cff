//! The wall-clock bound of the step that a child is at.

use std::time::{Duration, Instant};

use super::{Limits, Step};

/// Since when a child has been at which step.
pub(super) struct Deadline {
    limits: Limits,
    step: Step,
    since: Instant,
}

impl Deadline {
    /// For a child that begins now.
    pub(super) fn new(limits: Limits, step: Step, now: Instant) -> Self {
        Self { limits, step, since: now }
    }

    /// The bound that has been passed, where one has.
    pub(super) fn passed(&mut self, step: Step, now: Instant) -> Option<Duration> {
        if step != self.step {
            (self.step, self.since) = (step, now);
        }
        let bound = match step {
            Step::More(_) | Step::Last => self.limits.deadline,
            Step::Leaving => self.limits.leaving.min(self.limits.deadline),
        };
        (now.duration_since(self.since) > bound).then_some(bound)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BOUND: Duration = Duration::from_secs(100);

    #[test]
    fn each_step_has_all_of_the_time() {
        let start = Instant::now();
        let at = |seconds| start + Duration::from_secs(seconds);
        let mut deadline = Deadline::new(Limits::with_deadline(BOUND), Step::More(0), start);
        assert_eq!(deadline.passed(Step::More(0), at(100)), None);
        assert_eq!(deadline.passed(Step::More(1), at(100)), None);
        assert_eq!(deadline.passed(Step::More(1), at(200)), None);
        assert_eq!(deadline.passed(Step::Last, at(201)), None);
        assert_eq!(deadline.passed(Step::Last, at(301)), None);
        assert_eq!(deadline.passed(Step::Last, at(302)), Some(BOUND));
    }

    #[test]
    fn a_child_that_has_done_everything_gets_little_time_to_end() {
        let start = Instant::now();
        let limits = Limits::with_deadline(BOUND);
        let mut deadline = Deadline::new(limits, Step::Last, start);
        assert_eq!(deadline.passed(Step::Leaving, start), None);
        let bound = deadline.passed(Step::Leaving, start + limits.leaving + Duration::from_millis(1));
        assert_eq!(bound, Some(limits.leaving));
        assert!(limits.leaving < BOUND);
    }
}
