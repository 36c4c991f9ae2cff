//! The last question before releases are given to helm: are they still what the plan says?

use crate::inventory::Freshness;
use crate::release::Release;

/// Whoever knows what has changed since the plan was made. It is asked on a worker's thread and may take the time of
/// a request.
pub trait Recheck: Send + Sync {
    /// For each release of a batch, in its order: whether it is. Only such a release is given to helm.
    ///
    /// One that gets no answer is not given to helm either.
    fn standings(&self, batch: &[&Release]) -> Vec<Freshness>;
}

/// Takes it that nothing has changed.
#[derive(Debug, Clone, Copy, Default)]
pub struct AlwaysFresh;

impl Recheck for AlwaysFresh {
    fn standings(&self, batch: &[&Release]) -> Vec<Freshness> {
        vec![Freshness::AsPlanned; batch.len()]
    }
}
