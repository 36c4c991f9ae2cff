//! A release that an executor has to handle.

use std::num::NonZeroUsize;

use crate::release::{CrdUsage, Release};
use crate::uninstall_options::UninstallOptions;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Task {
    /// The release as the plan saw it.
    pub release: Release,
    pub options: UninstallOptions,
    /// How often it is tried again if that may help.
    pub retries: u8,
    pub phase: PhaseNumber,
    /// The groups it belongs to that do not get all workers.
    pub worker_caps: Vec<WorkerCap>,
    /// What it is to the others. It only matters if there are several phases.
    pub crd_usage: CrdUsage,
}

/// Phases run one after the other, from the lowest. A phase ends when the objects of its releases are gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct PhaseNumber(pub u8);

/// A group of releases that does not get all workers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct WorkerCap {
    /// Distinguishes it from the other groups.
    pub group: usize,
    /// How many helm processes all its releases may have at a time. If releases disagree, the smallest number counts.
    pub workers: NonZeroUsize,
}

/// The number of a worker, given out by the loop: the pool does not say which of its threads has a job.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct WorkerId(pub usize);

impl Task {
    /// In the only phase, without retries or worker caps.
    pub fn new(release: Release, options: UninstallOptions) -> Self {
        let (phase, worker_caps) = (PhaseNumber::default(), Vec::new());
        Self { release, options, retries: 0, phase, worker_caps, crd_usage: CrdUsage::default() }
    }
}
