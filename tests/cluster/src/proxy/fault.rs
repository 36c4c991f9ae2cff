//! What can happen to a request, and to which of many.
//!
//! Must not do it.

use std::time::Duration;

use super::Answer;

/// What happens to a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// It is passed on, so much later.
    Delay(Duration),
    /// It is passed on when [`Proxy::let_go`](super::Proxy::let_go) is called.
    Hold,
    /// It is never passed on and never answered, as long as the caller waits.
    Stall,
    /// It is not passed on: the connection ends.
    HangUp,
    /// It is passed on and done; of the answer's body so many bytes arrive, then the connection ends. With 0, nothing of
    /// the answer arrives.
    Cut(usize),
    /// It is not passed on: this is the answer.
    Answer(Answer),
}

/// Which of the requests of a pattern, counted from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which {
    /// All of them.
    Every,
    /// This one.
    Only(usize),
    /// This one and all behind it.
    From(usize),
    /// This one and all before it.
    UpTo(usize),
}

impl Which {
    pub(super) fn has(self, number: usize) -> bool {
        match self {
            Self::Every => true,
            Self::Only(only) => number == only,
            Self::From(first) => number >= first,
            Self::UpTo(last) => number <= last,
        }
    }
}
