//! Makes the executor's tasks from the plan: each release with its options, its phase and its worker caps.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use super::plan::PreparedPurge;
use crate::clock::Clock;
use crate::executor::{PhaseNumber, Task, WorkerCap};
use crate::plan::SelectedRelease;
use crate::policy::PolicySet;
use crate::release::Release;
use crate::uninstall_options::UninstallOptions;

/// Options of the command line that replace those of the policies.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct TaskOverrides {
    pub(crate) timeout: Option<Duration>,
    pub(crate) retries: Option<u8>,
}

/// The task of each of these releases, if the plan has selected it.
pub(crate) fn tasks(prepared: &PreparedPurge, overrides: TaskOverrides, chosen: Vec<Release>) -> Vec<Task> {
    let policies = &prepared.target.policies;
    let selected = prepared.plan.selected().map(|(release, selected)| (&release.id, selected));
    let selected = selected.collect::<BTreeMap<_, _>>();
    let task = |release: Release| {
        let selected = selected.get(&release.id)?;
        let uninstall = selected.options.uninstall;
        let options = UninstallOptions { timeout: overrides.timeout.unwrap_or(uninstall.timeout), ..uninstall };
        let of_policy = || policies.as_slice().get(selected.policy).map_or(0, |policy| policy.retries);
        let retries = overrides.retries.unwrap_or_else(of_policy);
        let crd_usage = prepared.dependencies.get(&release.id).cloned().unwrap_or_default();
        let (phase, worker_caps) = (PhaseNumber(selected.phase as u8), worker_caps(policies, selected));
        Some(Task { release, options, retries, phase, worker_caps, crd_usage })
    };
    chosen.into_iter().filter_map(task).collect()
}

/// A rule can limit its releases to some of the workers; so can a policy, if another policy allows more.
fn worker_caps(policies: &PolicySet, selected: &SelectedRelease) -> Vec<WorkerCap> {
    let Some(policy) = policies.as_slice().get(selected.policy) else { return Vec::new() };
    let rules_before = policies.iter().take(selected.policy).map(|policy| policy.rules.len() + 1).sum::<usize>();
    let of_policy = (policy.workers.get() < policies.workers()).then_some((rules_before, policy.workers));
    let rule = policy.rules.get(selected.rule).and_then(|rule| rule.max_workers);
    let of_rule = rule.map(|workers| (rules_before + 1 + selected.rule, workers));
    of_policy.into_iter().chain(of_rule).map(|(group, workers)| WorkerCap { group, workers }).collect()
}

/// When the run must be over: at the end of a window or at the time that a flag names, whichever is first.
pub(crate) fn deadline(prepared: &PreparedPurge, requested: Option<Instant>, clock: Clock) -> Option<Instant> {
    let left = prepared.deadline.map(|deadline| deadline.duration_since(clock.now()));
    let of_window = left.map(|left| clock.instant() + Duration::try_from(left).unwrap_or_default());
    of_window.into_iter().chain(requested).min()
}
