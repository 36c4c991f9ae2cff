//! The guards: what can stop a purge before its first delete. Pure: facts in, refusals out.

mod checks;
mod clock;
mod cluster;
mod refusal;
mod scope;

pub(crate) use checks::{
    RunningHook, WindowStatus, has_limits, hooks, kept_histories, limits, missing_releases, required_keeps,
    running_hooks, unreadable_opt_outs, verbs_for_hooks, windows,
};
pub(crate) use clock::{clocks, clocks_text};
pub(crate) use cluster::{
    ClusterFacts, Interactivity, cluster, named_too_weakly, needs_identity, same_cluster, saved_cluster, saved_policies,
};
pub(crate) use refusal::Refusal;
pub(crate) use scope::{Scope, ScopeFacts, scope};
