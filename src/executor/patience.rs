//! How long is waited before something is tried again.

use std::time::Duration;

/// How long is waited before something is tried again. It is the same for every run; tests that wait for nothing
/// have their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RetryPolicy {
    /// Before a release is tried a second time, at most; before each further try it is twice as much.
    pub first_retry: Duration,
    /// Before any try of a release, at most.
    pub longest_retry: Duration,
    /// From the moment in which the API server is taken for gone to the first look whether it is back; before each
    /// further look it is twice as much.
    pub first_probe: Duration,
    /// Between two looks, at most.
    pub longest_probe: Duration,
    /// From that moment to the last look.
    pub probing: Duration,
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

    /// For where everything is tried again at once.
    pub const NONE: Self = Self {
        first_retry: Duration::ZERO,
        longest_retry: Duration::ZERO,
        first_probe: Duration::ZERO,
        longest_probe: Duration::ZERO,
        probing: Duration::ZERO,
    };

    /// How long a release waits that has been tried again so often already. `jitter`, from 0 to 1, is the part of the
    /// longest wait that it gets: what failed together must not come back together.
    pub(super) fn before_retry(&self, retries: u8, jitter: f64) -> Duration {
        let longest = self.first_retry.saturating_mul(1 << u32::from(retries).min(20)).min(self.longest_retry);
        longest.mul_f64(jitter.clamp(0.0, 1.0))
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
}
