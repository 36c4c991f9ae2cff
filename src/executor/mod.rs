//! Carries out a plan: feeds a fixed pool, accounts for every release, settles the accounts with the cluster.
//!
//! One loop owns all state. Workers own one batch of releases each and speak to it in messages; whoever wants to see
//! what happens gets events, in order, from that one loop. Nothing here knows a terminal, a policy, or which
//! helm does the work.

mod accounts;
mod as_planned;
mod doubt;
mod drive;
mod event;
mod execution;
mod ledger;
mod outcome;
mod run;
mod schedule;
mod settle;
mod worker;

pub use as_planned::{AsPlanned, StillAsPlanned};
pub use doubt::Doubt;
pub use event::{Event, Progress};
pub use execution::{BatchSize, Execution, FailureHandling};
pub use outcome::{Afterwards, NotStarted, Outcome, OutcomeKind, ReleaseResult, Run, Telling};
pub use run::{PoolError, execute};
pub use schedule::{Batch, Lane};
pub use settle::{Settled, settle};
