//! Carries out a plan: feeds a fixed pool, accounts for every release, settles the accounts with the cluster.
//!
//! One loop owns all state. Workers own one release each and speak to it in messages; whoever wants to see
//! what happens gets events, in order, from that one loop. Nothing here knows a terminal, a policy, or which
//! helm does the work.

mod drive;
mod event;
mod execution;
mod outcome;
mod run;
mod schedule;
mod settle;
mod worker;

pub use event::{Event, Progress};
pub use execution::{Execution, FailureHandling};
pub use outcome::{Afterwards, NotStarted, Outcome, OutcomeKind, ReleaseResult, Run, Telling};
pub use run::{PoolError, execute};
pub use schedule::{Batch, Lane};
pub use settle::{Settled, settle};
