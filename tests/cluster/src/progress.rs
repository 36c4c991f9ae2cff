//! What takes long is reported: the first build on a machine lasts minutes.
//!
//! Must not decide where the words go: that is the caller's [`Progress`].

use std::fmt;
use std::io::{self, Write};
use std::time::Duration;

use crate::Part;

/// Something a person who waits wants to know.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Event {
    /// A part is neither on this machine nor in the cache, and its build begins.
    Building(Part),
    /// The build goes on; reported every quarter of a minute.
    StillBuilding {
        /// What is built.
        part: Part,
        /// For how long.
        since: Duration,
    },
    /// The part is in the cache now.
    Built {
        /// What was built.
        part: Part,
        /// How long that took.
        took: Duration,
    },
    /// Another run on this machine builds the part already.
    WaitingForOtherRun(Part),
    /// All parts are there, and the cluster's processes begin.
    Starting,
}

impl fmt::Display for Event {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Building(part) => {
                let minutes = part.longest_build().as_secs().div_ceil(60);
                let unit = if minutes == 1 { "minute" } else { "minutes" };
                write!(formatter, "building {part} (once on this machine; up to {minutes} {unit}) ...")
            }
            Self::StillBuilding { part, since } => {
                write!(formatter, "building {part}: {} s so far ...", since.as_secs())
            }
            Self::Built { part, took } => write!(formatter, "{part} built in {} s", took.as_secs()),
            Self::WaitingForOtherRun(part) => write!(formatter, "another run builds {part}; waiting for it ..."),
            Self::Starting => formatter.write_str("starting ..."),
        }
    }
}

/// Takes the events of a start.
pub trait Progress: Send + Sync {
    /// Called as things happen, from the thread that waits for them.
    fn report(&self, event: Event);
}

impl<F: Fn(Event) + Send + Sync> Progress for F {
    fn report(&self, event: Event) {
        self(event);
    }
}

/// A line on standard error for each build, and nothing where all is there already.
#[derive(Clone, Copy, Debug, Default)]
pub struct StandardError;

impl Progress for StandardError {
    fn report(&self, event: Event) {
        if !matches!(event, Event::Starting) {
            // Written past `eprintln!`, which the test harness keeps to itself; nobody is there to hear of a failure.
            let _ = writeln!(io::stderr(), "throwaway cluster: {event}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_build_is_announced_with_what_it_costs_at_most() {
        let line = Event::Building(Part::ApiServer).to_string();
        assert_eq!(line, "building kube-apiserver v1.36.3 (once on this machine; up to 4 minutes) ...");
    }

    #[test]
    fn the_end_of_a_build_says_how_long_it_took() {
        let line = Event::Built { part: Part::Helm3, took: Duration::from_secs(81) }.to_string();
        assert_eq!(line, "helm v3.21.4 built in 81 s");
    }
}
