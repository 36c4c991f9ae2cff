//! The time, for everything that is printed and written. Deadlines and waits use the system's clocks themselves.

use std::time::{Duration, Instant};

use jiff::Timestamp;

/// What time it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Clock {
    /// The system's clock.
    #[default]
    System,
    /// A clock that stands still, so that tests know what is printed and written.
    #[cfg(feature = "fake-helm")]
    StandsStill(Timestamp),
}

/// How long something has taken.
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
    /// The time now.
    pub fn now(self) -> Timestamp {
        match self {
            Clock::System => Timestamp::now(),
            #[cfg(feature = "fake-helm")]
            Clock::StandsStill(at) => at,
        }
    }

    /// The time now in UTC, to the millisecond, and always as long: for lines.
    pub fn stamp(self) -> String {
        self.now().strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string()
    }

    /// Starts to measure a time.
    pub fn start(self) -> Stopwatch {
        Stopwatch { clock: self, since: Instant::now() }
    }
}

impl Stopwatch {
    /// The time since the start; zero if the clock stands still.
    pub fn elapsed(self) -> Duration {
        match self.clock {
            Clock::System => self.since.elapsed(),
            #[cfg(feature = "fake-helm")]
            Clock::StandsStill(_) => Duration::ZERO,
        }
    }
}
