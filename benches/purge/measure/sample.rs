//! What a run took.
//!
//! Must not judge.

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};

/// Of memory.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct Bytes(pub(crate) u64);

/// One run.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Sample {
    pub(crate) wall: Duration,
    /// Of the process and all its descendants, user and system.
    pub(crate) cpu: Duration,
    /// Of the process alone, as last seen, in ticks of 10 ms.
    pub(crate) own_cpu: Duration,
    /// The most that the process alone had at once, as last seen.
    pub(crate) own_memory: Bytes,
    /// The most that any one of its processes had at once.
    pub(crate) largest: Bytes,
    /// The most that all of them had at once, as far as was seen. Pages that two of them share count twice.
    pub(crate) together: Bytes,
    /// How many there were, as far as they lived long enough to be seen.
    pub(crate) processes: u32,
    pub(crate) requests: Requests,
}

/// What the API server had to do, in its own numbers.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Requests {
    pub(crate) dispatched: f64,
    pub(crate) rejected: f64,
    /// In its queues, for fairness; the seconds of all requests together.
    pub(crate) waited: f64,
}

/// One number of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reading {
    Wall,
    Cpu,
    Largest,
}

impl Requests {
    pub(crate) fn since(self, before: Self) -> Self {
        Self {
            dispatched: self.dispatched - before.dispatched,
            rejected: self.rejected - before.rejected,
            waited: self.waited - before.waited,
        }
    }
}

impl Reading {
    pub(crate) fn of(self, sample: &Sample) -> f64 {
        match self {
            Self::Wall => sample.wall.as_secs_f64(),
            Self::Cpu => sample.cpu.as_secs_f64(),
            Self::Largest => sample.largest.megabytes(),
        }
    }
}

impl Bytes {
    pub(crate) fn megabytes(self) -> f64 {
        f64::from(u32::try_from(self.0 / 1000).unwrap_or(u32::MAX)) / 1000.0
    }
}

impl fmt::Display for Reading {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Wall => "time",
            Self::Cpu => "CPU time",
            Self::Largest => "memory",
        })
    }
}

impl fmt::Display for Bytes {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:.0} MB", self.megabytes())
    }
}
