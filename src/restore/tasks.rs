//! From the plan of a restore to what the executor gets.

use std::sync::Arc;
use std::time::Duration;

use super::plan::{RestoreEntry, RestorePlan};
use super::precheck::{PendingDeletions, RollbackPrecheck};
use crate::cluster::Client;
use crate::executor::{PhaseNumber, Recheck, Task};
use crate::helm::{GoRuntime, HelmRollback};
use crate::inventory::HistoryStore;
use crate::policy;
use crate::signal::CancelToken;
use crate::target::Target;
use crate::uninstall_options::{UninstallOptions, Wait};

/// The purge backwards: the releases that went last come first, and are ready before those that need them.
pub(crate) fn tasks(target: &Target, plan: &RestorePlan, timeout: Option<Duration>) -> Vec<Task> {
    let first = plan.going().map(|entry| entry.phase).min();
    let task = |entry: &RestoreEntry| {
        let policy = target.policy(&entry.candidate.tag.policy);
        let defaults = policy.map(|policy| policy.defaults.uninstall).unwrap_or_default();
        let mut options = UninstallOptions::with_timeout(timeout.unwrap_or(defaults.timeout));
        options.hooks = defaults.hooks;
        if Some(entry.phase) > first {
            options.wait = Wait::Objects;
        }
        let phase = PhaseNumber(policy::Phase::Last as u8 - entry.phase as u8);
        let retries = policy.map_or(0, |policy| policy.retries);
        Task { retries, phase, ..Task::new(entry.candidate.now.clone(), options) }
    };
    plan.going().map(task).collect()
}

/// Rolls releases back to the revisions of the plan.
pub(crate) fn rollback(target: &Target, plan: &RestorePlan, go_runtime: GoRuntime) -> HelmRollback {
    let revision = |entry: &RestoreEntry| (entry.candidate.purged.id.clone(), entry.candidate.purged.revision);
    let revisions = plan.going().map(revision).collect();
    HelmRollback::new(target.helm.clone(), target.connection.clone(), go_runtime, revisions)
}

/// Checks releases right before these tasks start.
pub(crate) fn precheck(
    plan: &RestorePlan,
    tasks: &[Task],
    client: Client,
    records: HistoryStore,
    stop: CancelToken,
) -> Arc<dyn Recheck> {
    let pending = |entry: &RestoreEntry| {
        let purged = entry.candidate.purged.clone();
        let timeout = tasks.iter().find(|task| task.release.id == purged.id).map(|task| task.options.timeout);
        let objects = entry.candidate.content.crd_usage.objects.as_known().cloned().unwrap_or_default();
        (purged.id.clone(), PendingDeletions { purged, objects, timeout: timeout.unwrap_or_default() })
    };
    let pending = plan.going().map(pending).collect();
    Arc::new(RollbackPrecheck { client, records, pending, stop })
}
