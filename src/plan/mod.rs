//! The plan: for every release of the fence, whether it goes or stays, and why.
//!
//! Pure: a policy, a listing and what narrows them in, a plan out. The same input gives the same plan,
//! whatever the order of the list or of the policy's entries. Knows no helm, no cluster and no clock.

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
    ClusterState, Decision, Filters, KeepHits, KeepState, Kinds, Plan, PlanEntry, SelectedRelease, Subject,
    UnseenOptOuts,
};
pub use opt_out::{Expiry, OptOutDecision, OptOutState};
pub use reason::{NearMiss, Reason, Source};
pub use recheck::{protected_now, recheck};
pub use saved_diff::{SavedPlanDiff, only_saved};
