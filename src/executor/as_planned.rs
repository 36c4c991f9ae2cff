//! The last question before releases are given to helm: are they still what the plan says?

use crate::release::Release;

/// Whoever knows what has changed since the plan was made. It is asked on a worker's thread and may take the time of
/// a request.
pub trait StillAsPlanned: Send + Sync {
    /// For each release of a batch, in its order: what has changed, where anything has. Such a release is left alone.
    ///
    /// One that gets no answer is not given to helm either.
    fn changes(&self, batch: &[&Release]) -> Vec<Option<String>>;
}

/// Takes it that nothing has changed.
#[derive(Debug, Clone, Copy, Default)]
pub struct AsPlanned;

impl StillAsPlanned for AsPlanned {
    fn changes(&self, batch: &[&Release]) -> Vec<Option<String>> {
        vec![None; batch.len()]
    }
}
