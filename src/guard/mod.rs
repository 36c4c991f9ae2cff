//! What may stop a purge before its first delete. Pure: facts in, refusals out.

mod cluster;
mod history;
mod hooks;
mod limits;
mod protection;
mod refusal;
mod saved_plan;
mod scope;
mod window;

pub use cluster::{ClusterFacts, Interactivity, cluster, same_cluster};
pub use history::kept_histories;
pub use hooks::{RunningHook, hooks, running_hooks, verbs_for_hooks};
pub use limits::{has_limits, limits};
pub use protection::{required_keeps, unseen_opt_outs};
pub use refusal::Refusal;
pub use saved_plan::{saved_cluster, saved_policies};
pub use scope::{Scope, ScopeError, ScopeFacts, scope};
pub use window::{WindowStatus, windows};
