//! What the executor needs from the outside: helm, the two questions about the cluster, and the journal.

use std::sync::Arc;

use super::event::Journal;
use crate::cluster::{ApiError, ObjectPresence};
use crate::helm::Action;
use crate::inventory::Freshness;
use crate::release::{ObjectRef, Release};

#[derive(Clone)]
pub struct Backends {
    pub action: Arc<dyn Action>,
    pub recheck: Arc<dyn Recheck>,
    pub probe: Arc<dyn ObjectProbe>,
    pub journal: Arc<dyn Journal>,
}

/// The last check before releases are passed to helm: are they still as planned? It runs on a worker's thread and may
/// take the time of a request.
pub trait Recheck: Send + Sync {
    /// One answer for each release of a batch, in its order. A release without an answer is not passed to helm.
    fn recheck(&self, batch: &[&Release]) -> Vec<Freshness>;
}

/// The check between two phases: which objects still exist? It runs on a worker's thread and may take the time of many
/// requests.
pub trait ObjectProbe: Send + Sync {
    /// One answer for each object, in order. An object without an answer counts as unknown.
    fn probe(&self, objects: &[ObjectRef]) -> Vec<ObjectPresence>;
}

/// Assumes that nothing has changed since the plan.
#[derive(Debug, Clone, Copy, Default)]
pub struct AlwaysFresh;

/// Knows nothing about objects, for this reason.
#[derive(Debug, Clone)]
pub struct NoProbe(pub String);

impl Recheck for AlwaysFresh {
    fn recheck(&self, batch: &[&Release]) -> Vec<Freshness> {
        vec![Freshness::AsPlanned; batch.len()]
    }
}

impl ObjectProbe for NoProbe {
    fn probe(&self, objects: &[ObjectRef]) -> Vec<ObjectPresence> {
        vec![ObjectPresence::Unknown(ApiError::Unsupported(self.0.clone())); objects.len()]
    }
}
