//! May the hooks run that a purge has to run? Pure.
//!
//! A hook that may not be made is the worst moment to learn that: with Helm 4 the release stays `uninstalling`, with
//! Helm 3 it fails after others have gone, and the next night it is the same again.

use super::Refusal;
use crate::inventory::Contents;
use crate::options::Hooks;
use crate::plan::Plan;
use crate::release::{ObjectRef, ReleaseId};

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
    let runs = plan.going().filter(|(_, going)| going.options.uninstall.hooks == Hooks::Run);
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
