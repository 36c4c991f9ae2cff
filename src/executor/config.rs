//! The settings of a run: how many workers, how long before a retry, until when.

use std::num::NonZeroUsize;
use std::time::{Duration, Instant};

use crate::clock::Clock;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ExecutorConfig {
    /// Helm processes at the same time, from 1.
    pub workers: usize,
    pub batch: BatchSize,
    /// After the first failure nothing more is started.
    pub fail_fast: bool,
    /// When the run should be over. A release that could take longer than until then, by its timeout, is not started;
    /// what was started is finished.
    pub deadline: Option<Instant>,
    pub retry_policy: RetryPolicy,
    /// Measures the times that are printed and written.
    pub clock: Clock,
}

/// How many releases of one namespace a helm process gets, to uninstall one after the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BatchSize {
    /// As many as keep all workers busy to the end.
    Auto,
    /// The same, but never more than this.
    AtMost(NonZeroUsize),
}

/// How long to wait before another try. It is the same for every run, except in tests, which do not wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RetryPolicy {
    /// At most this before the second try of a release; twice as much before each further try.
    pub first_retry: Duration,
    /// At most this before any try of a release.
    pub longest_retry: Duration,
    /// From the moment in which the API server counts as gone to the first probe; twice as much before each further one.
    pub first_probe: Duration,
    /// At most this between two probes.
    pub longest_probe: Duration,
    /// From that moment to the last probe.
    pub probing: Duration,
}

/// The time before which a release must be started.
#[derive(Debug, Clone, Copy)]
pub(super) struct RunDeadline {
    started: Instant,
    /// From the start of the run to its deadline, if it has one.
    length: Option<Duration>,
}

impl RetryPolicy {
    /// For real clusters: an API server that is restarted is back within a minute.
    pub const USUAL: Self = Self {
        first_retry: Duration::from_secs(1),
        longest_retry: Duration::from_secs(30),
        first_probe: Duration::from_secs(1),
        longest_probe: Duration::from_secs(15),
        probing: Duration::from_mins(1),
    };

    /// Without any wait, for tests.
    pub const NONE: Self = Self {
        first_retry: Duration::ZERO,
        longest_retry: Duration::ZERO,
        first_probe: Duration::ZERO,
        longest_probe: Duration::ZERO,
        probing: Duration::ZERO,
    };

    /// How long a release waits that has used this many retries. `jitter`, from 0 to 1, is the part of the longest wait
    /// that it gets: releases that failed together must not return together.
    pub(super) fn before_retry(&self, retries: u8, jitter: f64) -> Duration {
        let longest = self.first_retry.saturating_mul(1 << u32::from(retries).min(20)).min(self.longest_retry);
        longest.mul_f64(jitter.clamp(0.0, 1.0))
    }
}

impl RunDeadline {
    /// For a run that starts now.
    pub(super) fn new(at: Option<Instant>, now: Instant) -> Self {
        Self { started: now, length: at.map(|at| at.saturating_duration_since(now)) }
    }

    /// From when on a release with this timeout is not started any more: its timeout before the deadline. If the whole
    /// run is shorter than the timeout, half of the run is better than nothing.
    pub(super) fn last_start(self, timeout: Duration) -> Option<Instant> {
        self.length.map(|length| self.started + length.checked_sub(timeout).unwrap_or(length / 2))
    }

    /// Whether a release with this timeout may be started now.
    pub(super) fn allows(self, timeout: Duration, now: Instant) -> bool {
        self.last_start(timeout).is_none_or(|last| now < last)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wait_before_a_retry_doubles_up_to_a_bound_and_jitter_takes_any_part_of_it() {
        let wait = |retries, jitter| RetryPolicy::USUAL.before_retry(retries, jitter).as_millis();
        let longest = [0, 1, 2, 3, 4, 5, 9, 255].map(|retries| wait(retries, 1.0));
        assert_eq!(longest, [1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000]);
        assert_eq!([0.0, 0.25, 0.5, 7.0].map(|jitter| wait(2, jitter)), [0, 1_000, 2_000, 4_000]);
    }

    #[test]
    fn a_release_is_started_only_while_its_timeout_fits_before_the_deadline() {
        let now = Instant::now();
        let minutes = Duration::from_mins;
        let last = |length, timeout| {
            let last = RunDeadline::new(Some(now + minutes(length)), now).last_start(minutes(timeout));
            last.expect("there is a deadline") - now
        };
        assert_eq!([last(50, 5), last(50, 20), last(5, 5)], [minutes(45), minutes(30), Duration::ZERO]);
        assert_eq!(last(4, 5), minutes(2), "half of the time, not a time before the run");
    }

    #[test]
    fn a_deadline_that_is_past_allows_nothing_and_none_allows_everything() {
        let at = Instant::now();
        let now = at + Duration::from_secs(10);
        assert!(!RunDeadline::new(Some(at), now).allows(Duration::from_secs(1), now));
        assert!(RunDeadline::new(None, now).allows(Duration::from_hours(24), now));
    }
}
