//! What `run`, `restore` and `prune` share: everything that surrounds a change of the cluster.

mod confirm;
mod execute;
mod filters;
mod flags;
mod journal;
mod lock;
mod planned_change;
mod preflight;
mod previous_run;
mod sequence;

pub(crate) use confirm::ConfirmFlags;
pub(crate) use execute::{execute, executor_config, go_runtime, list_after};
pub(crate) use filters::{filters, namespaces_in_scope, own_release_only, shard};
pub(crate) use flags::{duration, keep_entries, namespace, release_id};
pub(crate) use journal::OpenJournal;
pub(crate) use lock::LockOptions;
pub(crate) use planned_change::PlannedChange;
pub(crate) use preflight::{PreflightRequest, connection_options, find_helm, read_policies, take_snapshot};
pub(crate) use previous_run::{run_history, warn_about_unfinished_run};
pub(crate) use sequence::{OperationFlags, OperationSteps, perform};
