//! Which parts a cluster is started with.
//!
//! Must not say how they are started.

use std::num::NonZeroU8;

use crate::Part;

/// How much of a cluster is wanted; less starts sooner.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Components {
    /// etcd, kube-apiserver and kube-controller-manager: objects come and go, pods stay `Pending`.
    ControlPlane,
    /// The control plane, kube-scheduler, and kwok with this many nodes: pods "run", Jobs complete, claims bind.
    Nodes(NonZeroU8),
}

impl Components {
    /// The control plane and three nodes.
    #[must_use]
    pub const fn with_nodes() -> Self {
        Self::Nodes(NonZeroU8::MIN.saturating_add(2))
    }

    /// What has to be found or built.
    #[must_use]
    pub fn parts(self) -> Vec<Part> {
        let mut parts = vec![Part::Etcd, Part::ApiServer, Part::ControllerManager];
        if self.nodes() > 0 {
            parts.extend([Part::Scheduler, Part::Kwok]);
        }
        parts
    }

    /// How many nodes.
    #[must_use]
    pub const fn nodes(self) -> u8 {
        match self {
            Self::ControlPlane => 0,
            Self::Nodes(count) => count.get(),
        }
    }
}
