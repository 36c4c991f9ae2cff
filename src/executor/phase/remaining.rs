//! The question between two phases: which objects are still there?

use crate::cluster::{ApiError, Client, ObjectPresence};
use crate::release::ObjectRef;

/// Whoever can tell. It is asked on a worker's thread and may take the time of many requests.
pub trait ObjectProbe: Send + Sync {
    /// For each object, in order: whether it is still there.
    ///
    /// One that gets no answer counts as one about which nothing can be told.
    fn look(&self, objects: &[ObjectRef]) -> Vec<ObjectPresence>;
}

impl ObjectProbe for Client {
    fn look(&self, objects: &[ObjectRef]) -> Vec<ObjectPresence> {
        self.presence(objects)
    }
}

/// Cannot look, for this reason.
#[derive(Debug, Clone)]
pub struct NoProbe(pub String);

impl ObjectProbe for NoProbe {
    fn look(&self, objects: &[ObjectRef]) -> Vec<ObjectPresence> {
        vec![ObjectPresence::Unknown(ApiError::Unsupported(self.0.clone())); objects.len()]
    }
}
