//! Asks the cluster whether this account may create the hooks that a plan has to run.

use std::collections::BTreeSet;

use crate::app::App;
use crate::cluster::{AccessReview, ApiError, Client};
use crate::guard::{self, Refusal, RunningHook};
use crate::inventory::Contents;
use crate::plan::Plan;
use crate::release::ObjectRef;
use crate::target::Target;

/// The refusal if some hooks may not be created. If the cluster does not answer, nothing is refused, because helm will say it.
pub(super) fn denied_hooks(plan: &Plan, contents: &Contents, target: &Target, app: &App) -> Option<Refusal> {
    let running = guard::running_hooks(plan, contents);
    let client = target.client().filter(|_| !running.is_empty())?;
    match ask(client, &running, guard::verbs_for_hooks(target.helm.version().major)) {
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
    let kind = |hook: &ObjectRef| (hook.api_version.clone(), hook.kind.clone());
    let resources = client.resources(running.iter().map(|running| kind(running.hook)).collect())?;
    let review = |hook: &ObjectRef, verb: &str| {
        let (group, resource) = resources.get(&kind(hook))?.clone();
        let (namespace, verb) = (Some(hook.namespace.clone()), verb.to_owned());
        Some(AccessReview { namespace, group, resource, name: None, verb })
    };
    let reviews = |hook| verbs.iter().filter_map(move |verb| review(hook, verb));
    let answers = client.may(running.iter().flat_map(|running| reviews(running.hook)).collect::<BTreeSet<_>>())?;
    let is_denied = |hook: &ObjectRef, verb: &str| {
        review(hook, verb).is_some_and(|review| matches!(answers.get(&review), Some(Ok(false))))
    };
    let missing = |hook: &ObjectRef| verbs.iter().copied().filter(|verb| is_denied(hook, verb)).collect();
    Ok(guard::hooks(running, missing))
}
