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

pub use config::{BatchSize, ExecutorConfig, RetryPolicy};
pub(crate) use driver::PoolError;
pub use driver::execute;
pub use event::{Event, NoJournal};
pub(crate) use event::{Journal, Progress};
pub(crate) use outcome::{NotStarted, ObservedState, OutcomeSummary, ReleaseResult};
pub use outcome::{Outcome, OutcomeKind, Run};
pub use ports::{AlwaysFresh, Backends, NoProbe};
pub(crate) use ports::{ObjectProbe, Recheck};
pub use task::{PhaseNumber, Task};
pub(crate) use task::{WorkerCap, WorkerId};
pub use verify::{HistoryChecks, verify_purge};
pub(crate) use verify::{Verification, verify_restore};
