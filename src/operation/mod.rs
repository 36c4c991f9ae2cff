//! What `run`, `restore` and `forget` share: everything that surrounds a change of the cluster.

mod confirm;
mod execute;
mod flags;
mod journal;
mod lock;
mod preflight;
mod previous_run;
mod sequence;

pub(crate) use confirm::ConfirmFlags;
pub(crate) use execute::{execute, go_runtime, list_after, show_plan};
pub(crate) use flags::{
    duration, filters, keep_entries, namespace, namespaces_in_scope, own_release_only, release_id, shard,
};
pub(crate) use journal::OpenJournal;
pub(crate) use lock::LockOptions;
pub(crate) use preflight::{
    DEFAULT_FILE, PreflightRequest, connection_options, find_helm, read_policies, recheck_identity, take_snapshot,
};
pub(crate) use previous_run::{run_history, warn_about_unfinished_run};
pub(crate) use sequence::{OpenSession, OperationFlags, OperationSteps, perform};
