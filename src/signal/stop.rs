//! The one word that travels from the run to all of its children: go on, begin nothing more, end, end now.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

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
pub struct StopSignal(Arc<AtomicU8>);

impl StopSignal {
    /// What children have to do now.
    pub fn urgency(&self) -> Urgency {
        match self.0.load(Ordering::SeqCst) {
            0 => Urgency::Run,
            1 => Urgency::Drain,
            2 => Urgency::Terminate,
            _ => Urgency::Kill,
        }
    }

    /// Raises the urgency; a lower one changes nothing.
    pub fn raise(&self, urgency: Urgency) {
        self.0.fetch_max(urgency as u8, Ordering::SeqCst);
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
}
