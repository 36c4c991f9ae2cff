//! From the plan to what the executor gets: each release with its options, its phase and its share of the workers.

use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::time::{Duration, Instant};

use crate::clock::Clock;
use crate::command::prepare::Prepared;
use crate::executor::{Phase, Task, WorkerCap};
use crate::options::{History, UninstallOptions};
use crate::plan::SelectedRelease;
use crate::policy::{self, PolicySet};
use crate::release::{CrdUsage, Release, ReleaseId};

/// What a plan says of how its releases go.
pub(in crate::command) struct Ways<'a> {
    going: BTreeMap<&'a ReleaseId, &'a SelectedRelease>,
    ties: &'a BTreeMap<ReleaseId, CrdUsage>,
    policies: &'a PolicySet,
    overrides: Overrides,
}

/// Values of the command line, for all releases, instead of those of the policies.
#[derive(Debug, Clone, Copy, Default)]
pub(in crate::command) struct Overrides {
    pub(in crate::command) timeout: Option<Duration>,
    pub(in crate::command) retries: Option<u8>,
}

impl<'a> Ways<'a> {
    pub(in crate::command) fn of(prepared: &'a Prepared, overrides: Overrides) -> Self {
        let going = prepared.plan.selected().map(|(release, selected)| (&release.id, selected)).collect();
        Self { going, ties: &prepared.ties, policies: &prepared.policies, overrides }
    }

    /// How a release goes; nothing for one that the plan does not have.
    pub(in crate::command) fn planned(&self, release: Release) -> Option<Task> {
        let going = self.going.get(&release.id)?;
        let ties = self.ties.get(&release.id).cloned().unwrap_or_else(CrdUsage::none);
        let (options, phase) = (self.options(going), Phase(going.phase.number()));
        Some(Task { options, retries: self.retries(going), phase, shares: self.shares(going), ties, release })
    }

    fn options(&self, going: &SelectedRelease) -> UninstallOptions {
        let of_policy = going.options.uninstall;
        UninstallOptions {
            timeout: self.overrides.timeout.unwrap_or(of_policy.timeout),
            history: if of_policy.keeps_history() { History::Keep(going.policy) } else { History::Drop },
            ..of_policy
        }
    }

    fn retries(&self, going: &SelectedRelease) -> u8 {
        let of_policy = || self.policies.as_slice().get(going.policy).map_or(0, |policy| policy.retries.get());
        self.overrides.retries.unwrap_or_else(of_policy)
    }

    /// A rule may have a part of the workers; so has a policy, where others allow more.
    fn shares(&self, going: &SelectedRelease) -> Vec<WorkerCap> {
        let Some(policy) = self.policies.as_slice().get(going.policy) else { return Vec::new() };
        let rules_before = self.policies.iter().take(going.policy).map(|policy| policy.rules.len() + 1).sum::<usize>();
        let of_policy = (policy.workers.get() < self.policies.workers()).then_some((rules_before, policy.workers));
        let rule = policy.rules.get(going.rule).and_then(|rule| rule.workers);
        let of_rule = rule.map(|workers| (rules_before + 1 + going.rule, workers));
        let share = |(group, workers): (usize, policy::Workers)| {
            Some(WorkerCap { group, workers: NonZeroUsize::new(workers.get())? })
        };
        of_policy.into_iter().chain(of_rule).filter_map(share).collect()
    }
}

/// When the run has to be over: at the end of a window, or when somebody said so, whichever is first.
pub(in crate::command) fn first_end(prepared: &Prepared, wished: Option<Instant>, clock: Clock) -> Option<Instant> {
    let left = prepared.deadline.map(|deadline| deadline.duration_since(clock.now()));
    let of_window = left.map(|left| Instant::now() + Duration::try_from(left).unwrap_or_default());
    match (of_window, wished) {
        (Some(window), Some(wished)) => Some(window.min(wished)),
        (window, wished) => window.or(wished),
    }
}
