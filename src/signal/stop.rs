//! The one word that travels from the run to all of its children: go on, begin nothing more, end, end now.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::Instant;

/// How urgently children have to end; it only ever rises.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Urgency {
    /// Not at all.
    Run,
    /// After the release that each has in hand. What only looks at the cluster is not meant.
    Drain,
    /// TERM, and KILL after the grace period.
    Terminate,
    /// KILL.
    Kill,
}

/// Shared by the loop, which raises it, and by the workers, which obey it.
#[derive(Debug, Clone, Default)]
pub struct StopSignal {
    word: Arc<AtomicU8>,
    drain_from: Option<Instant>,
}

impl StopSignal {
    /// What children have to do now.
    pub fn urgency(&self) -> Urgency {
        match self.word.load(Ordering::SeqCst) {
            0 if self.drain_from.is_some_and(|from| from <= Instant::now()) => Urgency::Drain,
            0 => Urgency::Run,
            1 => Urgency::Drain,
            2 => Urgency::Terminate,
            _ => Urgency::Kill,
        }
    }

    /// The same for someone who has to drain from some time on, whatever happens.
    #[must_use]
    pub fn draining_from(&self, drain_from: Instant) -> Self {
        Self { word: Arc::clone(&self.word), drain_from: Some(drain_from) }
    }

    /// Raises the urgency; a lower one changes nothing.
    pub fn raise(&self, urgency: Urgency) {
        self.word.fetch_max(urgency as u8, Ordering::SeqCst);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urgency_only_rises() {
        let signal = StopSignal::default();
        assert_eq!(signal.urgency(), Urgency::Run);
        for urgency in [Urgency::Drain, Urgency::Terminate, Urgency::Kill] {
            signal.raise(urgency);
            signal.raise(Urgency::Drain);
            assert_eq!(signal.urgency(), urgency);
        }
    }

    #[test]
    fn who_has_to_drain_from_some_time_on_still_hears_what_is_more_urgent() {
        let all = StopSignal::default();
        let (now, later) = (Instant::now(), Instant::now() + std::time::Duration::from_hours(1));
        let (late, in_time) = (all.draining_from(now), all.draining_from(later));
        assert_eq!([&late, &in_time, &all].map(StopSignal::urgency), [Urgency::Drain, Urgency::Run, Urgency::Run]);
        all.raise(Urgency::Terminate);
        assert_eq!([&late, &in_time].map(StopSignal::urgency), [Urgency::Terminate; 2]);
    }
}
