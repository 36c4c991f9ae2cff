//! How a child ended, as one value.

use std::time::Duration;

/// All there is to say about a child that is gone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ended {
    /// Its own end.
    pub ending: Ending,
    /// Why it was made to end, where it was.
    pub cause: Option<Cause>,
    /// Whether all that it said was heard.
    pub output: Output,
    /// It was gone, but something it had started still held its stdout; that was ended too.
    pub left_a_process: bool,
    /// The last bytes of its stderr.
    pub stderr: Vec<u8>,
}

/// The end of a process as the system reports it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// It ended by itself with this code.
    Code(i32),
    /// A signal of this number ended it.
    Signal(i32),
    /// It did not go, even after KILL: the kernel holds it.
    Held,
}

/// Whether all was heard that a child said on stdout.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Output {
    /// It was read to its end.
    Whole,
    /// This program closed it before, so that the child begins nothing more.
    Closed,
}

/// Why this program ended a child.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cause {
    /// The run was told to end.
    Asked,
    /// It took longer than this.
    Deadline(Duration),
    /// It was stopped, as by a wish to read from a terminal it does not have.
    StoppedItself,
    /// It wrote more to stderr than any helm has to say.
    TooMuchStderr,
}

impl Ended {
    /// It ended by itself, with code 0.
    pub fn succeeded(&self) -> bool {
        self.cause.is_none() && self.ending == Ending::Code(0)
    }
}
