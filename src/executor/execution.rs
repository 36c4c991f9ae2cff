//! The settings of a run.

/// How a plan is carried out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Execution {
    /// Helm processes at the same time, from 1.
    pub workers: usize,
    /// What a failure means for the releases that wait.
    pub failures: FailureHandling,
}

/// What a failure means for the releases that wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FailureHandling {
    /// Nothing: a release's failure is its own.
    GoOn,
    /// They are not begun.
    FailFast,
}
