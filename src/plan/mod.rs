//! The plan: for every release of the fence, whether it goes or stays, and why.
//!
//! Pure: a policy, a listing and what narrows them in, a plan out. The same input gives the same plan,
//! whatever the order of the list or of the policy's entries. Knows no helm, no cluster and no clock.

mod build;
mod content;
mod decision;
mod narrowing;
#[cfg(test)]
mod properties;
mod reason;
mod recheck;

pub use build::{build, to_read};
pub use decision::{Decision, Entry, KeepHits, Plan, Subject, Verdict};
pub use narrowing::Narrowing;
pub use reason::{Reason, Source};
pub use recheck::recheck;
