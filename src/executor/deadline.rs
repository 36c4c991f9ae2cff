//! The deadline of a run: what could go beyond it is not begun any more.

use std::time::{Duration, Instant};

/// When a run should be over, where that matters.
#[derive(Debug, Clone, Copy)]
pub(super) struct Deadline(Option<Span>);

/// From the start of a run to its deadline.
#[derive(Debug, Clone, Copy)]
struct Span {
    begun: Instant,
    length: Duration,
}

impl Deadline {
    /// For a run that begins now.
    pub(super) fn new(at: Option<Instant>, now: Instant) -> Self {
        Self(at.map(|at| Span { begun: now, length: at.saturating_duration_since(now) }))
    }

    /// From when on a release with this timeout is not begun any more: as long before the deadline. Where there is
    /// less time than that at all, half of it is better than none.
    pub(super) fn last_start(self, timeout: Duration) -> Option<Instant> {
        self.0.map(|Span { begun, length }| begun + length.checked_sub(timeout).unwrap_or(length / 2))
    }

    /// Whether a release with this timeout may be begun now.
    pub(super) fn allows(self, timeout: Duration, now: Instant) -> bool {
        self.last_start(timeout).is_none_or(|last| now < last)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_release_is_begun_only_while_its_timeout_fits_before_the_deadline() {
        let now = Instant::now();
        let minutes = Duration::from_mins;
        let last = |length, timeout| {
            let last = Deadline::new(Some(now + minutes(length)), now).last_start(minutes(timeout));
            last.expect("there is a deadline") - now
        };
        assert_eq!([last(50, 5), last(50, 20), last(5, 5)], [minutes(45), minutes(30), Duration::ZERO]);
        assert_eq!(last(4, 5), minutes(2), "half of the time, not a time before the run");
    }

    #[test]
    fn a_deadline_that_is_past_allows_nothing_and_none_allows_everything() {
        let at = Instant::now();
        let now = at + Duration::from_secs(10);
        assert!(!Deadline::new(Some(at), now).allows(Duration::from_secs(1), now));
        assert!(Deadline::new(None, now).allows(Duration::from_hours(24), now));
    }
}
