//! A release that is to go, and all that is to be known about how.

use std::num::NonZeroUsize;

use crate::options::UninstallOptions;
use crate::release::{CrdUsage, Release};

/// A release of a plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Task {
    /// Which, and as what the plan saw it.
    pub release: Release,
    /// How helm uninstalls it.
    pub options: UninstallOptions,
    /// How often it is tried again where that may help.
    pub retries: u8,
    /// When it goes.
    pub phase: Phase,
    /// The groups it belongs to that do not get all workers; none where it may have any.
    pub shares: Vec<WorkerCap>,
    /// What it is to the others. Matters only where there are several phases.
    pub ties: CrdUsage,
}

/// When a release goes: phases go one after the other, from the lowest, and one is over when the objects of its
/// releases are gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Phase(pub u8);

/// A group of releases that gets a part of the workers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct WorkerCap {
    /// What tells it from the other groups.
    pub group: usize,
    /// So many helm processes at a time for all of its releases; the least, where they do not agree.
    pub workers: NonZeroUsize,
}

impl Task {
    /// One that goes with all others, has nothing to do with any, and is tried once.
    pub fn with_all_others(release: Release, options: UninstallOptions) -> Self {
        Self { release, options, retries: 0, phase: Phase::default(), shares: Vec::new(), ties: CrdUsage::default() }
    }
}
