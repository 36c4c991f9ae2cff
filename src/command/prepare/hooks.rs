//! Asks the cluster whether the hooks may run that a plan has to run.

use std::collections::BTreeSet;

use super::facts::Gathered;
use crate::cluster::{AccessReview, ApiError, Client};
use crate::command::App;
use crate::guard::{self, Refusal, RunningHook};
use crate::inventory::Contents;
use crate::plan::Plan;
use crate::release::ObjectRef;

/// The refusal where some may not. What cannot be told is no reason to refuse: helm will say it.
pub(in crate::command) fn not_allowed(
    plan: &Plan,
    contents: &Contents,
    gathered: &Gathered,
    app: &mut App,
) -> Option<Refusal> {
    let running = guard::running_hooks(plan, contents);
    let client = gathered.inventory.client().filter(|_| !running.is_empty())?;
    match ask(client, &running, guard::verbs_for_hooks(gathered.helm.version().major)) {
        Ok(refusal) => refusal,
        Err(ApiError::Cancelled) => None,
        Err(error) => {
            app.printer.note(format_args!("whether hooks may run could not be asked: {error}"));
            None
        }
    }
}

fn ask(
    client: &Client,
    running: &[RunningHook<'_>],
    verbs: &'static [&'static str],
) -> Result<Option<Refusal>, ApiError> {
    let spelled = |hook: &ObjectRef| (hook.api_version.clone(), hook.kind.clone());
    let resources = client.resources(running.iter().map(|running| spelled(running.hook)).collect())?;
    let deed = |hook: &ObjectRef, verb: &str| {
        let (group, resource) = resources.get(&spelled(hook))?.clone();
        Some(AccessReview {
            namespace: Some(hook.namespace.clone()),
            group,
            resource,
            name: None,
            verb: verb.to_owned(),
        })
    };
    let deeds = |hook| verbs.iter().filter_map(move |verb| deed(hook, verb));
    let answers = client.may(running.iter().flat_map(|running| deeds(running.hook)).collect::<BTreeSet<_>>())?;
    let is_refused = |hook: &ObjectRef, verb: &str| {
        deed(hook, verb).is_some_and(|deed| matches!(answers.get(&deed), Some(Ok(false))))
    };
    let missing = |hook: &ObjectRef| verbs.iter().copied().filter(|verb| is_refused(hook, verb)).collect();
    Ok(guard::hooks(running, missing))
}
