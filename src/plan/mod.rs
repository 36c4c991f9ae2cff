//! The plan: for every release in scope, whether it is purged or kept, and why.
//!
//! Pure: policies, the state of a cluster and filters in, a plan out. The same input gives the same plan,
//! whatever the order of the list or of the policy's entries. Nothing here uses helm, a cluster or the clock.

mod build;
mod decide;
mod explain;
mod model;
mod opt_out;
#[cfg(test)]
mod properties_test;
mod reason;
mod recheck;
mod saved_diff;
mod totals;

pub use build::{build, to_read};
pub use decide::objects_beyond;
pub use explain::{Explanation, PolicyExplanation, explain};
pub use model::{
    ClusterState, Decision, Filters, KeepHits, KeepState, Plan, PlanEntry, SelectedRelease, Subject, UnseenOptOuts,
};
pub use opt_out::{Expiry, OptOutDecision, OptOutState};
pub use reason::{NearMiss, Reason, Source};
pub use recheck::{protected_now, recheck};
pub use saved_diff::{SavedPlanDiff, only_saved};
