//! The plan: for every release of the fence, whether it goes or stays, and why.
//!
//! Pure: a policy, a listing and what narrows them in, a plan out. The same input gives the same plan,
//! whatever the order of the list or of the policy's entries. Knows no helm, no cluster and no clock.

mod build;
mod case;
mod content;
mod decision;
mod explain;
mod facts;
mod filters;
mod opt_out;
mod order;
#[cfg(test)]
mod properties;
mod reason;
mod recheck;
mod rules;
mod saved;
mod shards;
mod tally;

pub use build::{build, to_read};
pub use content::objects_beyond;
pub use decision::{Decision, Entry, KeepHits, KeepState, Kinds, Plan, SelectedRelease, Subject, Verdict};
pub use explain::{
    Explanation, KeepExplanation, PolicyExplanation, Presence, RuleExplanation, ScopeExplanation, explain,
};
pub use facts::ClusterState;
pub use filters::{Filters, UnseenOptOuts};
pub use opt_out::{Ends, OptOutNote, OptOutState};
pub use reason::{NearMiss, Reason, Source};
pub use recheck::{protected_now, recheck};
pub use saved::{SavedPlanDiff, only_saved};
