//! The question between two phases: which objects are still there?

use crate::cluster::{Client, LookError, Presence};
use crate::release::Address;

/// Whoever can tell. It is asked on a worker's thread and may take the time of many requests.
pub trait Remaining: Send + Sync {
    /// For each object, in order: whether it is still there.
    ///
    /// One that gets no answer counts as one about which nothing can be told.
    fn look(&self, objects: &[Address]) -> Vec<Presence>;
}

impl Remaining for Client {
    fn look(&self, objects: &[Address]) -> Vec<Presence> {
        self.presence(objects)
    }
}

/// Cannot look, for this reason.
#[derive(Debug, Clone)]
pub struct CannotLook(pub String);

impl Remaining for CannotLook {
    fn look(&self, objects: &[Address]) -> Vec<Presence> {
        vec![Presence::Unknown(LookError::Unsupported(self.0.clone())); objects.len()]
    }
}
