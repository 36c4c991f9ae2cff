//! The settings of a run.

use std::num::NonZeroUsize;
use std::time::Instant;

use super::patience::RetryPolicy;
use crate::clock::Clock;

/// How a plan is carried out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ExecutorConfig {
    /// Helm processes at the same time, from 1.
    pub workers: usize,
    /// Releases for one helm process.
    pub batch: BatchSize,
    /// What a failure means for the releases that wait.
    pub failures: FailureHandling,
    /// When the run should be over. A release is not begun any more when it could take longer than until then by its
    /// timeout; what was begun is finished.
    pub deadline: Option<Instant>,
    /// How long is waited before something is tried again.
    pub patience: RetryPolicy,
    /// By which the times are measured that are printed and written.
    pub clock: Clock,
}

/// What helm does with the releases of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operation {
    /// It uninstalls them.
    Uninstall,
    /// It rolls them back to what they were.
    Rollback,
}

/// How many releases of one namespace a helm process gets, to uninstall one after the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BatchSize {
    /// As many as keep all workers busy to the end.
    Auto,
    /// The same, but never more than this.
    AtMost(NonZeroUsize),
}

/// What a failure means for the releases that wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FailureHandling {
    /// Nothing: a release's failure is its own.
    GoOn,
    /// They are not begun.
    FailFast,
}
