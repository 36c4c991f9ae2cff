//! How far a child has come, as whoever listens to it can tell.

/// What a child is at. Its deadline starts anew with each step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// A piece of work, counted from 0, with more behind it.
    More(usize),
    /// The last piece of work.
    Last,
    /// All its work is done, it only has to end.
    Leaving,
}

/// Whoever listens to a child's stdout.
pub trait Listen {
    /// Bytes came. All of them do, in order, whatever is kept of them.
    fn hear(&mut self, bytes: &[u8]);

    /// What the child is at, by what was heard so far.
    fn step(&self) -> Step;
}

/// Hears a child that does one thing.
pub(super) struct OneStep<'a>(pub(super) &'a mut dyn FnMut(&[u8]));

impl Listen for OneStep<'_> {
    fn hear(&mut self, bytes: &[u8]) {
        (self.0)(bytes);
    }

    fn step(&self) -> Step {
        Step::Last
    }
}
