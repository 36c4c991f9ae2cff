//! Carries out a plan: feeds a fixed pool, accounts for every release, settles the accounts with the cluster.
//!
//! One loop owns all state. Workers own one batch of releases each and speak to it in messages; whoever wants to see
//! what happens gets events, in order, from that one loop. Nothing here knows a terminal, a policy, or which
//! helm does the work.

mod accounts;
mod deadline;
mod doubt;
mod drive;
mod event;
mod execution;
mod journal;
mod outcome;
mod patience;
mod phase;
mod planned;
mod run;
mod schedule;
mod settle;
mod settle_restored;
mod worker;

pub use doubt::Uncertainty;
pub use event::{Event, Progress};
pub use execution::{BatchSize, ExecutorConfig, FailureHandling, Operation};
pub use journal::{Journal, NoJournal, NotRecorded};
pub use outcome::{
    NotStarted, ObservedState, Outcome, OutcomeKind, OutcomeSummary, ReleaseResult, ReporterHealth, Run,
};
pub use patience::RetryPolicy;
pub use phase::{NoProbe, ObjectProbe};
pub use planned::{Phase, Task, WorkerCap};
pub use run::{Backends, PoolError, execute};
pub use schedule::{Batch, Lane};
pub use settle::{Histories, Verification, settle};
pub use settle_restored::settle_restored;
pub use worker::{AlwaysFresh, Recheck};
