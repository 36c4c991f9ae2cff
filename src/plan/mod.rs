//! The plan: for every release in scope, whether it is purged or kept, and why.
//!
//! Pure: policies, the state of a cluster and filters in, a plan out. The same input gives the same plan,
//! whatever the order of the list or of the policy's entries. Nothing here uses helm, a cluster or the clock.

mod build;
mod decide;
mod explain;
mod model;
mod opt_out;
mod options;
#[cfg(test)]
mod order_test;
#[cfg(test)]
mod properties_test;
mod reason;
mod recheck;
mod saved_diff;
mod totals;

pub use build::{build, to_read};
pub(crate) use decide::objects_beyond;
pub(crate) use explain::{Explanation, PolicyExplanation, explain};
pub use model::{ClusterState, Filters, Plan, Subject};
pub(crate) use model::{Decision, KeepHits, KeepState, PlanEntry, SelectedRelease};
pub(crate) use opt_out::{OptOutDecision, OptOutState};
pub(crate) use options::OptionText;
pub(crate) use reason::{Reason, Source};
pub(crate) use recheck::{protected_now, recheck};
pub(crate) use saved_diff::{SavedPlanDiff, only_saved};
