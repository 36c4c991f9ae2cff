//! The time: for everything that is printed and written, and for the deadlines of runs and of helm processes.

#[cfg(feature = "fake-helm")]
use std::path::Path;
use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};

/// Clocks that differ by less are as good as equal.
pub(crate) const MAX_CLOCK_DIFFERENCE: SignedDuration = SignedDuration::from_mins(1);

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Clock {
    #[default]
    System,
    /// For tests, which then know what is printed and written.
    #[cfg(feature = "fake-helm")]
    StandsStill(Timestamp),
    /// The system's clock, ahead by the seconds that a test has written to this file.
    #[cfg(feature = "fake-helm")]
    Ahead(&'static Path),
}

/// Measures how long something takes.
#[derive(Debug, Clone, Copy)]
pub struct Stopwatch {
    clock: Clock,
    since: Instant,
}

/// Waits so long, and checks every so often whether the wait is to end. Returns false if it was.
pub(crate) fn wait(length: Duration, check: Duration, is_to_end: impl Fn() -> bool) -> bool {
    let until = Instant::now() + length;
    while Instant::now() < until {
        if is_to_end() {
            return false;
        }
        std::thread::sleep(check);
    }
    true
}

impl Clock {
    /// Whether it can be compared with another clock.
    pub(crate) fn is_comparable(self) -> bool {
        match self {
            #[cfg(feature = "fake-helm")]
            Clock::StandsStill(_) => false,
            _ => true,
        }
    }

    pub fn now(self) -> Timestamp {
        match self {
            Clock::System => Timestamp::now(),
            #[cfg(feature = "fake-helm")]
            Clock::StandsStill(at) => at,
            #[cfg(feature = "fake-helm")]
            Clock::Ahead(file) => Timestamp::now() + seconds(file),
        }
    }

    /// The time now, for deadlines. It goes on even if the clock stands still.
    pub fn instant(self) -> Instant {
        match self {
            #[cfg(feature = "fake-helm")]
            Clock::Ahead(file) => Instant::now() + seconds(file),
            _ => Instant::now(),
        }
    }

    /// The time now in UTC, to the millisecond, always with the same length.
    pub fn stamp(self) -> String {
        self.now().strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string()
    }

    pub fn start(self) -> Stopwatch {
        Stopwatch { clock: self, since: Instant::now() }
    }
}

impl Stopwatch {
    /// The time since the start; zero if the clock stands still.
    pub fn elapsed(self) -> Duration {
        match self.clock {
            #[cfg(feature = "fake-helm")]
            Clock::StandsStill(_) => Duration::ZERO,
            _ => self.since.elapsed(),
        }
    }
}

#[cfg(feature = "fake-helm")]
fn seconds(file: &Path) -> Duration {
    let text = std::fs::read_to_string(file).unwrap_or_default();
    Duration::from_secs(text.trim().parse().unwrap_or_default())
}
