//! Carries out tasks: feeds a fixed pool of workers, records an outcome for every release, and verifies the outcomes
//! against the cluster.
//!
//! One loop owns all state. Each worker owns one batch of releases and sends messages to the loop. The loop reports
//! events, in order. Nothing here knows a terminal, a policy, or which helm does the work.

mod config;
mod driver;
mod event;
mod outcome;
mod phase_end;
mod ports;
mod run_state;
mod schedule;
mod task;
mod verify;
mod worker;

#[cfg(test)]
mod tests;

pub use config::{BatchSize, ExecutorConfig, Operation, RetryPolicy};
pub use driver::{PoolError, execute};
pub use event::{Event, Journal, NoJournal, Progress};
pub use outcome::{NotStarted, ObservedState, Outcome, OutcomeKind, OutcomeSummary, ReleaseResult, Run, Uncertainty};
pub use ports::{AlwaysFresh, Backends, NoProbe, ObjectProbe, Recheck};
pub use task::{PhaseNumber, Task, WorkerCap, WorkerId};
pub use verify::{HistoryChecks, Verification, verify_purge, verify_restore};
