//! From the plan to what the executor gets: each release with its options, its phase and its worker caps.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use super::plan::PreparedPurge;
use crate::clock::Clock;
use crate::executor::{PhaseNumber, Task, WorkerCap};
use crate::options::{History, UninstallOptions};
use crate::plan::SelectedRelease;
use crate::policy::PolicySet;
use crate::release::{CrdUsage, Release, ReleaseId};

/// Makes the task of each release.
pub(crate) struct TaskBuilder<'a> {
    selected: BTreeMap<&'a ReleaseId, &'a SelectedRelease>,
    dependencies: &'a BTreeMap<ReleaseId, CrdUsage>,
    policies: &'a PolicySet,
    overrides: TaskOverrides,
}

/// What the command line says about all releases, instead of what the policies say.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct TaskOverrides {
    pub(crate) timeout: Option<Duration>,
    pub(crate) retries: Option<u8>,
}

impl<'a> TaskBuilder<'a> {
    pub(crate) fn new(prepared: &'a PreparedPurge, overrides: TaskOverrides) -> Self {
        let selected = prepared.plan.selected().map(|(release, selected)| (&release.id, selected)).collect();
        Self { selected, dependencies: &prepared.dependencies, policies: &prepared.target.policies, overrides }
    }

    /// The task of a release. None if the plan does not have the release.
    pub(crate) fn task(&self, release: Release) -> Option<Task> {
        let selected = self.selected.get(&release.id)?;
        let crd_usage = self.dependencies.get(&release.id).cloned().unwrap_or_default();
        let (options, phase) = (self.options(selected), PhaseNumber(selected.phase.number()));
        let (retries, worker_caps) = (self.retries(selected), self.worker_caps(selected));
        Some(Task { release, options, retries, phase, worker_caps, crd_usage })
    }

    fn options(&self, selected: &SelectedRelease) -> UninstallOptions {
        let of_policy = selected.options.uninstall;
        UninstallOptions {
            timeout: self.overrides.timeout.unwrap_or(of_policy.timeout),
            history: if of_policy.keeps_history() { History::Keep(selected.policy) } else { History::Drop },
            ..of_policy
        }
    }

    fn retries(&self, selected: &SelectedRelease) -> u8 {
        let of_policy = || self.policies.as_slice().get(selected.policy).map_or(0, |policy| policy.retries);
        self.overrides.retries.unwrap_or_else(of_policy)
    }

    /// A rule may have a part of the workers; so has a policy, if others allow more.
    fn worker_caps(&self, selected: &SelectedRelease) -> Vec<WorkerCap> {
        let Some(policy) = self.policies.as_slice().get(selected.policy) else { return Vec::new() };
        let rules_before =
            self.policies.iter().take(selected.policy).map(|policy| policy.rules.len() + 1).sum::<usize>();
        let of_policy = (policy.workers.get() < self.policies.workers()).then_some((rules_before, policy.workers));
        let rule = policy.rules.get(selected.rule).and_then(|rule| rule.workers);
        let of_rule = rule.map(|workers| (rules_before + 1 + selected.rule, workers));
        of_policy.into_iter().chain(of_rule).map(|(group, workers)| WorkerCap { group, workers }).collect()
    }
}

/// When the run must be over: at the end of a window or at the time that a flag names, whichever is first.
pub(crate) fn deadline(prepared: &PreparedPurge, requested: Option<Instant>, clock: Clock) -> Option<Instant> {
    let left = prepared.deadline.map(|deadline| deadline.duration_since(clock.now()));
    let of_window = left.map(|left| Instant::now() + Duration::try_from(left).unwrap_or_default());
    of_window.into_iter().chain(requested).min()
}
