//! What may stop a purge before its first delete, as far as the plan, the policies and the time tell it: hooks, kept
//! histories, limits, required keep entries, opt-outs that cannot be read, windows. Pure.
//!
//! A hook that may not be made is the worst moment to learn that: with Helm 4 the release stays `uninstalling`, with
//! Helm 3 it fails after others have gone, and the next night it is the same again.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::Refusal;
use crate::inventory::{Contents, Protection};
use crate::options::Hooks;
use crate::plan::{KeepState, Plan, Source, Subject, UnseenOptOuts};
use crate::policy::{KeepCondition, Limits, Policy, WindowState};
use crate::release::{Namespace, ObjectRef, ReleaseId};

/// A hook of a release that goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RunningHook<'a> {
    /// The release.
    pub release: &'a ReleaseId,
    /// What the hook makes.
    pub hook: &'a ObjectRef,
}

/// The hooks that will run. One that does not say what it is will fail by itself.
pub fn running_hooks<'a>(plan: &'a Plan, contents: &'a Contents) -> Vec<RunningHook<'a>> {
    let of_release = |release: &'a ReleaseId| {
        let content = contents.get(release).and_then(|content| content.as_ref().ok());
        let hooks = content.and_then(|content| content.hooks.as_known());
        hooks.into_iter().flatten().map(move |hook| RunningHook { release, hook })
    };
    let runs = plan.selected().filter(|(_, selected)| selected.options.uninstall.hooks == Hooks::Run);
    runs.flat_map(|(release, _)| of_release(&release.id)).collect()
}

/// What helm does with a hook, by its major version. Both were tried right by right: Helm 3 fails without `get` before
/// it makes anything, Helm 4 makes hooks by `patch` and waits by listing.
pub fn verbs_for_hooks(helm: u64) -> &'static [&'static str] {
    if helm < 4 {
        &["create", "get", "watch", "delete"]
    } else {
        &["create", "patch", "get", "list", "watch", "delete"]
    }
}

/// Refuses where a right is missing. `missing` are the verbs that are known to be refused for a hook.
pub fn hooks(running: &[RunningHook<'_>], missing: impl Fn(&ObjectRef) -> Vec<&'static str>) -> Option<Refusal> {
    let lacking = running.iter().filter_map(|RunningHook { release, hook }| {
        let verbs = missing(hook);
        (!verbs.is_empty()).then(|| format!("{release}: {} {} ({})", hook.kind, hook.name, verbs.join(", ")))
    });
    let lacking = lacking.collect::<Vec<_>>();
    (!lacking.is_empty()).then_some(Refusal::HooksNotAllowed { lacking })
}

/// Without the API nobody can tell whether a history was really kept, and its older records would stay, with which
/// `helm upgrade --install` fails at some revisions. `why_helm` is why the API could not be asked, where it could not.
pub fn kept_histories(plan: &Plan, why_helm: Option<&str>) -> Option<Refusal> {
    let why = why_helm?.to_owned();
    plan.restorable().next().map(|_| Refusal::HistoryCannotBeKept { why })
}

/// Compares what goes by each policy with its limits, and the whole plan with `--max-releases`, which can only be
/// stricter.
pub fn limits(plan: &Plan, policies: &[Policy], max_releases: Option<u32>) -> Vec<Refusal> {
    let of_policy = |(index, policy): (usize, &Policy)| {
        let chosen = plan.selected().filter(|(_, selected)| selected.policy == index).map(|(release, _)| &release.id);
        let chosen = chosen.collect::<Vec<_>>();
        let namespaces = chosen.iter().map(|id| &id.namespace).collect::<BTreeSet<_>>();
        exceeded(&policy.limits, chosen.len(), namespaces.len(), plan.seen)
    };
    let mut refusals = policies.iter().enumerate().flat_map(of_policy).collect::<Vec<_>>();
    let chosen = plan.chosen().count();
    if let Some(limit) = max_releases.filter(|limit| exceeds(chosen, *limit)) {
        refusals.push(Refusal::TooManyReleases { chosen, limit, source: "--max-releases".to_owned() });
    }
    refusals
}

/// Whether there is any limit to how much may go.
pub fn has_limits(policies: &[Policy], max_releases: Option<u32>) -> bool {
    max_releases.is_some() || policies.iter().any(|policy| !policy.limits.is_empty())
}

fn exceeded(limits: &Limits, chosen: usize, namespaces: usize, seen: usize) -> Vec<Refusal> {
    let mut refusals = Vec::new();
    if let Some(limit) = &limits.releases
        && exceeds(chosen, limit.value)
    {
        let source = limit.place.to_string();
        refusals.push(Refusal::TooManyReleases { chosen, limit: limit.value, source });
    }
    if let Some(limit) = &limits.namespaces
        && exceeds(namespaces, limit.value)
    {
        let source = limit.place.to_string();
        refusals.push(Refusal::TooManyNamespaces { chosen: namespaces, limit: limit.value, source });
    }
    if let Some(limit) = &limits.percent {
        let percent = limit.value;
        if exceeds_share(chosen, seen, percent) {
            let source = limit.place.to_string();
            refusals.push(Refusal::TooLargeAShare { chosen, seen, limit: percent, source });
        }
    }
    refusals
}

fn exceeds(count: usize, limit: u32) -> bool {
    usize::try_from(limit).is_ok_and(|limit| count > limit)
}

/// In whole numbers: no rounding can let one more through.
fn exceeds_share(chosen: usize, seen: usize, percent: u32) -> bool {
    let chosen = chosen as u128 * 100;
    chosen > seen as u128 * u128::from(percent)
}

/// Entries of `keep` that have to name something and name nothing: a name was changed, or the wrong cluster is looked
/// at. One that is over does not have to.
pub fn required_keeps(plan: &Plan) -> Vec<Refusal> {
    let is_missing = |keep: &&crate::plan::KeepHits| {
        let is_over = matches!(keep.state, KeepState::Over(_));
        keep.requirement == KeepCondition::Required && keep.hits == 0 && !is_over
    };
    let missing = plan.keep_hits.iter().filter(is_missing);
    let refusal = |keep: &crate::plan::KeepHits| match &keep.source {
        Source::Policy(place) => Some(Refusal::RequiredKeepMissing { entry: keep.entry.clone(), place: place.clone() }),
        Source::Flag(_) => None,
    };
    missing.filter_map(refusal).collect()
}

/// Where opt-outs can be seen in none of the namespaces that hold releases, everything would be kept without a word,
/// every night.
pub fn unseen_opt_outs(plan: &Plan, protection: &Protection, wish: UnseenOptOuts) -> Option<Refusal> {
    let of_releases = |entry: &crate::plan::PlanEntry| match &entry.subject {
        Subject::Release(release) => Some(release.id.namespace.clone()),
        Subject::Unreadable(_) | Subject::Unlisted(_) => None,
    };
    let asked = plan.entries.iter().filter_map(of_releases).collect::<BTreeSet<Namespace>>();
    let unseen = protection.unseen_opt_outs.iter().map(|entry| &entry.namespace).collect::<BTreeSet<_>>();
    let why = protection.unseen_opt_outs.first().map(|entry| entry.why.clone())?;
    let none_seen = !asked.is_empty() && asked.iter().all(|namespace| unseen.contains(namespace));
    (none_seen && wish == UnseenOptOuts::Keep).then_some(Refusal::OptOutsUnseen { why })
}

/// How the windows of all policies stand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WindowStatus {
    /// The first end of an open window: what is not begun by then is not begun.
    pub deadline: Option<Timestamp>,
    /// The windows that are closed.
    pub refusals: Vec<Refusal>,
}

/// Looks at the windows at a moment.
pub fn windows(policies: &[Policy], now: Timestamp) -> WindowStatus {
    let mut hours = WindowStatus { deadline: None, refusals: Vec::new() };
    for policy in policies {
        let Some(window) = &policy.window else { continue };
        match window.at(now, &policy.time_zone) {
            WindowState::Open(until) => {
                hours.deadline = Some(hours.deadline.map_or(until, |known| known.min(until)));
            }
            WindowState::Closed(next) => hours.refusals.push(Refusal::WindowClosed {
                place: window.place.clone(),
                now: shown(now, policy),
                opens: next.map(|opens| format!("{} ({})", shown(opens, policy), opens.strftime("%H:%M UTC"))),
            }),
        }
    }
    hours
}

/// On the clock of the policy's zone: `Tue 24 Nov 19:00 Europe/Amsterdam`.
fn shown(time: Timestamp, policy: &Policy) -> String {
    let zoned = time.to_zoned(policy.time_zone.get().clone());
    format!("{} {}", zoned.strftime("%a %-d %b %H:%M"), policy.time_zone)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_is_exceeded_by_the_first_release_beyond_it() {
        assert!(!exceeds_share(5, 10, 50));
        assert!(exceeds_share(6, 10, 50));
        assert!(exceeds_share(1, 0, 50), "what cannot be seen cannot be half of anything");
        assert!(!exceeds_share(0, 0, 50));
        assert!(!exceeds_share(1, 3, 34));
        assert!(exceeds_share(1, 3, 33));
    }
}
