//! The one word that travels from the run to all of its children: go on, begin nothing more, end, end now.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::Instant;

/// How urgently children have to end; it only ever rises.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum CancelLevel {
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
pub struct CancelToken {
    word: Arc<AtomicU8>,
    drain_from: Option<Instant>,
}

impl CancelToken {
    /// What children have to do now.
    pub fn urgency(&self) -> CancelLevel {
        match self.word.load(Ordering::SeqCst) {
            0 if self.drain_from.is_some_and(|from| from <= Instant::now()) => CancelLevel::Drain,
            0 => CancelLevel::Run,
            1 => CancelLevel::Drain,
            2 => CancelLevel::Terminate,
            _ => CancelLevel::Kill,
        }
    }

    /// The same for someone who has to drain from some time on, whatever happens.
    #[must_use]
    pub fn draining_from(&self, drain_from: Instant) -> Self {
        Self { word: Arc::clone(&self.word), drain_from: Some(drain_from) }
    }

    /// Raises the urgency; a lower one changes nothing.
    pub fn raise(&self, urgency: CancelLevel) {
        self.word.fetch_max(urgency as u8, Ordering::SeqCst);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urgency_only_rises() {
        let signal = CancelToken::default();
        assert_eq!(signal.urgency(), CancelLevel::Run);
        for urgency in [CancelLevel::Drain, CancelLevel::Terminate, CancelLevel::Kill] {
            signal.raise(urgency);
            signal.raise(CancelLevel::Drain);
            assert_eq!(signal.urgency(), urgency);
        }
    }

    #[test]
    fn who_has_to_drain_from_some_time_on_still_hears_what_is_more_urgent() {
        let all = CancelToken::default();
        let (now, later) = (Instant::now(), Instant::now() + std::time::Duration::from_hours(1));
        let (late, in_time) = (all.draining_from(now), all.draining_from(later));
        assert_eq!(
            [&late, &in_time, &all].map(CancelToken::urgency),
            [CancelLevel::Drain, CancelLevel::Run, CancelLevel::Run]
        );
        all.raise(CancelLevel::Terminate);
        assert_eq!([&late, &in_time].map(CancelToken::urgency), [CancelLevel::Terminate; 2]);
    }
}
