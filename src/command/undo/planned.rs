//! From the plan of a restore to what the executor gets.

use std::sync::Arc;
use std::time::Duration;

use super::before::{Awaited, BeforeRollback};
use super::look::LookedBack;
use crate::cluster::Client;
use crate::command::App;
use crate::command::undertaking::carry_out::go_runtime;
use crate::executor::{Backends, Journal, NoProbe, Phase, Recheck, Task};
use crate::helm::HelmRollback;
use crate::options::{UninstallOptions, Wait};
use crate::policy::{self, Policy};
use crate::undo::{RestoreEntry, RestorePlan};

/// The way of the purge backwards: what went last comes first, and is ready before what needs it.
pub(super) fn planned(looked: &LookedBack, plan: &RestorePlan, timeout: Option<Duration>) -> Vec<Task> {
    let first = plan.going().map(|entry| entry.phase).min();
    let planned = plan.going().map(|entry| {
        let mut options = options(looked, entry, timeout);
        if Some(entry.phase) > first {
            options.wait = Wait::Objects;
        }
        let phase = Phase(policy::Phase::Last.number() - entry.phase.number());
        let retries = policy_of(looked, entry).map_or(0, |policy| policy.retries.get());
        Task { retries, phase, ..Task::with_all_others(entry.candidate.now.clone(), options) }
    });
    planned.collect()
}

fn policy_of<'a>(looked: &'a LookedBack, entry: &RestoreEntry) -> Option<&'a Policy> {
    looked.policies.iter().find(|policy| policy.name == entry.candidate.mark.policy)
}

fn options(looked: &LookedBack, entry: &RestoreEntry, timeout: Option<Duration>) -> UninstallOptions {
    let defaults = policy_of(looked, entry).map(|policy| policy.defaults.uninstall).unwrap_or_default();
    let timeout = timeout.unwrap_or(defaults.timeout);
    UninstallOptions { hooks: defaults.hooks, ..UninstallOptions::with_timeout(timeout) }
}

/// Who does it, and who is asked right before.
pub(super) fn means(
    looked: &LookedBack,
    plan: &RestorePlan,
    planned: &[Task],
    client: Client,
    journal: Arc<dyn Journal>,
    app: &App,
) -> Backends {
    let awaited = |entry: &RestoreEntry| {
        let id = entry.candidate.kept.id.clone();
        let patience = planned.iter().find(|planned| planned.release.id == id).map(|planned| planned.options.timeout);
        let objects = entry.candidate.content.ties.objects.as_known().cloned().unwrap_or_default();
        let kept = entry.candidate.kept.clone();
        (id, Awaited { kept, objects, patience: patience.unwrap_or_default() })
    };
    let still: Arc<dyn Recheck> = Arc::new(BeforeRollback {
        client,
        records: looked.records.clone(),
        awaited: plan.going().map(awaited).collect(),
        stop: app.interrupts.stop().clone(),
    });
    let target = |entry: &RestoreEntry| (entry.candidate.kept.id.clone(), entry.candidate.kept.revision);
    let targets = plan.going().map(target).collect();
    let (helm, connection) = (looked.gathered.helm.clone(), looked.connection.clone());
    let rollback = HelmRollback::new(helm, connection, go_runtime(&app.environment), targets);
    let remaining = NoProbe("nothing has to be gone for a restore".to_owned());
    Backends { action: Arc::new(rollback), still, remaining: Arc::new(remaining), journal }
}
