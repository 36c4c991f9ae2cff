//! The guards that need only the plan, the policies, the time and the rights of the account: hooks, kept histories,
//! limits, required keep entries, unreadable opt-outs, windows. Pure.
//!
//! The check finds a hook that must not be created before the first delete. Otherwise the release stays `uninstalling` with
//! Helm 4, or fails after others are gone with Helm 3, and each night the same happens again.

use std::collections::BTreeSet;
use std::fmt::Display;

use jiff::Timestamp;

use super::Refusal;
use crate::inventory::{Contents, Protection};
use crate::plan::{KeepHits, KeepState, Plan, PlanEntry, Source};
use crate::policy::{KeepCondition, Limits, Policy, WindowState};
use crate::release::{Namespace, ObjectRef, ReleaseId};
use crate::sanitize;
use crate::uninstall_options::Hooks;

/// More hooks that must not be created are counted, not named.
const NAMED_HOOKS: usize = 5;

/// A release that is purged, and an object that one of its hooks creates.
pub(crate) type RunningHook<'a> = (&'a ReleaseId, &'a ObjectRef);

/// The hooks that will run. A hook that does not say what it creates fails on its own.
pub(crate) fn running_hooks<'a>(plan: &'a Plan, contents: &'a Contents) -> Vec<RunningHook<'a>> {
    let of_release = |release: &'a ReleaseId| {
        let content = contents.get(release).and_then(|content| content.as_ref().ok());
        let hooks = content.and_then(|content| content.hooks.as_known());
        hooks.into_iter().flatten().map(move |hook| (release, hook))
    };
    let runs = plan.selected().filter(|(_, selected)| selected.options.uninstall.hooks == Hooks::Run);
    runs.flat_map(|(release, _)| of_release(&release.id)).collect()
}

/// What helm does with a hook, by its major version. Both were tried right by right: Helm 3 fails without `get` before
/// it creates anything. Helm 4 creates hooks by `patch` and waits by listing.
pub(crate) fn verbs_for_hooks(helm: u64) -> &'static [&'static str] {
    if helm < 4 {
        &["create", "get", "watch", "delete"]
    } else {
        &["create", "patch", "get", "list", "watch", "delete"]
    }
}

/// Refuses if a right is missing. `missing` are the verbs that are known to be denied for a hook.
pub(crate) fn hooks(running: &[RunningHook<'_>], missing: impl Fn(&ObjectRef) -> Vec<&'static str>) -> Option<Refusal> {
    let lacking = running.iter().filter_map(|(release, hook)| {
        let verbs = missing(hook);
        let text = || format!("{release}: {} {} ({})", hook.kind, hook.name, verbs.join(", "));
        (!verbs.is_empty()).then(|| sanitize::line(&text()))
    });
    let lacking = lacking.collect::<Vec<_>>();
    let named = lacking.iter().take(NAMED_HOOKS).map(|hook| format!("\n{hook}")).collect::<Vec<_>>().concat();
    let more = lacking.len().saturating_sub(NAMED_HOOKS);
    let more = if more > 0 { format!("\nand {more} more") } else { String::new() };
    (!lacking.is_empty()).then(|| Refusal {
        guard: "hooks",
        message: format!("this account cannot create the hooks of these releases:{named}{more}"),
        hint: "grant the permissions (`helm purge rbac` prints those for Jobs), or set `hooks: skip` in the policy",
    })
}

/// Without the API nothing can verify that a record still has the history, or remove older records. With those, `helm upgrade
/// --install` fails at some revisions. `why_helm` is why helm makes the lists, if it does.
pub(crate) fn kept_histories(plan: &Plan, why_helm: Option<&str>) -> Option<Refusal> {
    let why = why_helm?;
    plan.restorable().next().map(|_| Refusal {
        guard: "keep-history",
        message: format!("`keepHistory` needs direct access to the API server, which is not available: {why}"),
        hint: "give helm-purge direct access to the API server, or purge without `keepHistory`",
    })
}

/// A release that is named without a wildcard must exist. If some releases could not be read, it may be one of them.
pub(crate) fn missing_releases(plan: &Plan) -> Vec<Refusal> {
    let unread = plan.entries.iter().filter(|entry| entry.release().is_none()).map(|entry| entry.subject.namespace());
    let unread = unread.collect::<Vec<_>>();
    let may_be_in = |namespace: Option<&Namespace>, request: &str| {
        namespace.is_none_or(|namespace| request.split('/').next() == Some(namespace.as_str()))
    };
    let missing = plan.missing.iter().filter(|request| !unread.iter().any(|namespace| may_be_in(*namespace, request)));
    let refusal = |request: &String| Refusal {
        guard: "releases",
        message: format!("there is no release {request} in scope"),
        hint: "`plan` without arguments lists the releases in scope",
    };
    missing.map(refusal).collect()
}

/// Compares what the rules of each policy select with its limits, also if another policy selects it too, and the whole
/// plan with `--max-releases`. That flag can only be stricter.
pub(crate) fn limits(plan: &Plan, policies: &[Policy], max_releases: Option<u32>) -> Vec<Refusal> {
    let of_policy = |(index, policy): (usize, &Policy)| {
        let chosen = plan.selected().filter(|(_, selected)| selected.policies.contains(&index));
        let chosen = chosen.map(|(release, _)| &release.id).collect::<Vec<_>>();
        let namespaces = chosen.iter().map(|id| &id.namespace).collect::<BTreeSet<_>>();
        let in_scope = plan.releases_of_policies.get(index).copied().unwrap_or_default();
        exceeded(&policy.limits, chosen.len(), namespaces.len(), in_scope)
    };
    let refusals = policies.iter().enumerate().flat_map(of_policy);
    let flag = max_releases.and_then(|limit| too_many_releases(plan.chosen().count(), limit, "--max-releases"));
    refusals.chain(flag).collect()
}

/// Whether anything limits how much is purged.
pub(crate) fn has_limits(policies: &[Policy], max_releases: Option<u32>) -> bool {
    max_releases.is_some() || policies.iter().any(|policy| !policy.limits.is_empty())
}

fn exceeded(limits: &Limits, chosen: usize, namespaces: usize, in_scope: usize) -> Vec<Refusal> {
    let releases = limits.releases.as_ref().and_then(|limit| too_many_releases(chosen, limit.value, &limit.place));
    let namespaces = limits.namespaces.iter().filter(|limit| exceeds(namespaces, limit.value)).map(|limit| {
        let what = format!("releases in {namespaces} namespaces would be purged");
        beyond("limits.maxNamespaces", &what, limit.value, &limit.place)
    });
    let share = limits.percent.iter().filter(|limit| exceeds_share(chosen, in_scope, limit.value)).map(|limit| {
        let what = format!("{chosen} of the {in_scope} releases in scope would be purged");
        beyond("limits.maxPercent", &what, format_args!("{} percent", limit.value), &limit.place)
    });
    releases.into_iter().chain(namespaces).chain(share).collect()
}

fn too_many_releases(chosen: usize, limit: u32, source: impl Display) -> Option<Refusal> {
    let what = || format!("{chosen} releases would be purged");
    exceeds(chosen, limit).then(|| beyond("limits.maxReleases", &what(), limit, source))
}

fn beyond(guard: &'static str, what: &str, limit: impl Display, source: impl Display) -> Refusal {
    let message = format!("{what}, the limit is {limit} ({source})");
    Refusal {
        guard,
        message,
        hint: "raise the limit in a reviewed change, or narrow the run: name releases, or use -n",
    }
}

fn exceeds(count: usize, limit: u32) -> bool {
    usize::try_from(limit).is_ok_and(|limit| count > limit)
}

/// In whole numbers: no rounding can let one more release through.
fn exceeds_share(chosen: usize, in_scope: usize, percent: u32) -> bool {
    let chosen = chosen as u128 * 100;
    chosen > in_scope as u128 * u128::from(percent)
}

/// Entries of `keep` that must name a release and name none: a name was changed, or this is the wrong cluster. An entry
/// that is over need not name any.
pub(crate) fn required_keeps(plan: &Plan) -> Vec<Refusal> {
    let is_missing = |keep: &&KeepHits| {
        let is_over = matches!(keep.state, KeepState::Over(_));
        keep.requirement == KeepCondition::Required && keep.hits == 0 && !is_over
    };
    let refusal = |keep: &KeepHits| match &keep.source {
        Source::Policy(place) => Some(Refusal {
            guard: "keep.required",
            message: format!("the required keep entry `{}` matches no release in scope ({place})", keep.entry),
            hint: "check that this is the right cluster; if the release no longer exists, remove `required: true`",
        }),
        Source::Flag(_) => None,
    };
    plan.keep_hits.iter().filter(is_missing).filter_map(refusal).collect()
}

/// If opt-outs can be read in no namespace with releases, a plan would keep everything, and say so only entry by entry.
pub(crate) fn unreadable_opt_outs(plan: &Plan, protection: &Protection, without_opt_outs: bool) -> Option<Refusal> {
    let why = &protection.unreadable_opt_outs.first()?.why;
    let unseen = protection.unreadable_opt_outs.iter().map(|entry| &entry.namespace).collect::<BTreeSet<_>>();
    let mut namespaces =
        plan.entries.iter().filter_map(PlanEntry::release).map(|release| &release.id.namespace).peekable();
    let none_seen = namespaces.peek().is_some() && namespaces.all(|namespace| unseen.contains(namespace));
    (none_seen && !without_opt_outs).then(|| Refusal {
        guard: "opt-outs",
        message: format!("cannot read opt-outs in any namespace of the plan: {why}"),
        hint: "allow the account to list ConfigMaps and to get its namespaces, or pass --without-opt-outs",
    })
}

/// The windows of all policies at one moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct WindowStatus {
    /// The first end of an open window. A run starts no release after that.
    pub deadline: Option<Timestamp>,
    /// One for each closed window.
    pub refusals: Vec<Refusal>,
}

/// A window must be open by both clocks, at `now` and at `latest`.
pub(crate) fn windows(policies: &[Policy], now: Timestamp, latest: Timestamp) -> WindowStatus {
    let mut status = WindowStatus { deadline: None, refusals: Vec::new() };
    for policy in policies {
        let Some(window) = &policy.window else { continue };
        let by_clock = [now, latest].map(|now| (now, window.at(now, &policy.time_zone)));
        let (now, state) = if let (_, WindowState::Open(_)) = by_clock[0] { &by_clock[1] } else { &by_clock[0] };
        match *state {
            WindowState::Open(until) => {
                status.deadline = Some(status.deadline.map_or(until, |known| known.min(until)));
            }
            WindowState::Closed(next) => {
                let opens = next.map_or_else(|| "never opens".to_owned(), |opens| opens_text(opens, policy));
                let (now, place) = (on_clock(*now, policy), &window.place);
                status.refusals.push(Refusal {
                    guard: "window",
                    message: format!("the window is closed: it is {now}, and it {opens} ({place})"),
                    hint: "wait until it opens, or change `window` in a reviewed change",
                });
            }
        }
    }
    status
}

fn opens_text(opens: Timestamp, policy: &Policy) -> String {
    format!("opens {} ({})", on_clock(opens, policy), opens.strftime("%H:%M UTC"))
}

/// On the clock of the policy's zone: `Tue 24 Nov 19:00 Europe/Amsterdam`.
fn on_clock(time: Timestamp, policy: &Policy) -> String {
    let zoned = time.to_zoned(policy.time_zone.get().clone());
    format!("{} {}", zoned.strftime("%a %-d %b %H:%M"), policy.time_zone)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_ends_with_the_window_that_closes_first() {
        let policy = |window: &str| {
            let text = format!(
                "apiVersion: helm-purge/v1\nkind: PurgePolicy\nmetadata: {{name: x}}\nclusters: [dev]\n\
                 namespaces: ['dev-*']\nwindow: {window}\n"
            );
            Policy::read("policy.yaml", text.as_bytes()).unwrap_or_else(|errors| panic!("{errors}"))
        };
        let now = "2026-11-24T20:00:00Z".parse().expect("a time");
        let deadline = |windows: [&str; 2]| windows_deadline(&windows.map(policy), now);
        let early = "2026-11-24T21:00:00Z".parse().ok();
        let (short, long) = ("{days: [tue], from: '19:00', to: '21:00'}", "{days: [tue], from: '19:00', to: '23:00'}");
        assert_eq!([deadline([short, long]), deadline([long, short])], [early, early]);
    }

    fn windows_deadline(policies: &[Policy], now: Timestamp) -> Option<Timestamp> {
        let status = windows(policies, now, now);
        assert_eq!(status.refusals, []);
        status.deadline
    }

    #[test]
    fn a_share_is_exceeded_by_the_first_release_beyond_it() {
        assert!(!exceeds_share(5, 10, 50));
        assert!(exceeds_share(6, 10, 50));
        assert!(exceeds_share(1, 0, 50), "nothing can be half of nothing");
        assert!(!exceeds_share(0, 0, 50));
        assert!(!exceeds_share(1, 3, 34));
        assert!(exceeds_share(1, 3, 33));
    }
}
