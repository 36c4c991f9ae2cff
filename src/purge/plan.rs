//! What `plan` and `run` share: everything up to the plan. A dry run ends there.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use crate::app::{App, CommandError};
use crate::cli::SelectionArguments;
use crate::cluster::{AccessReview, ApiError, Client, Connection};
use crate::guard::{self, ClusterFacts, Interactivity, Refusal, RunningHook, Scope, WindowStatus};
use crate::inventory::{Contents, ObjectLists, ReleaseSource};
use crate::journal::OperationKind;
use crate::operation::{ConfirmFlags, PreflightRequest, filters, namespaces_in_scope, read_policies, take_snapshot};
use crate::plan::{self, Filters, Plan, SavedPlanDiff};
use crate::release::{CrdUsage, ObjectKinds, ObjectRef, Release, ReleaseId, VersionedKind};
use crate::report::{PlanView, ScopeNote, plural};
use crate::sanitize;
use crate::saved_plan::SavedPlan;
use crate::settings::ConnectionOptions;
use crate::target::{PlannedChange, Target};

/// A plan, and everything that is needed to show it and to carry it out.
pub(crate) struct PreparedPurge {
    pub(crate) target: Target,
    pub(crate) plan: Plan,
    /// What the chosen releases need of each other, if there are several phases.
    pub(crate) dependencies: BTreeMap<ReleaseId, CrdUsage>,
    /// The kinds of the objects of all chosen releases.
    pub(crate) api_resources: ObjectKinds,
    pub(crate) filters: Filters,
    pub(crate) refusals: Vec<Refusal>,
    /// When the first open window ends.
    pub(crate) deadline: Option<Timestamp>,
    /// What a saved plan contains that is not purged today.
    pub(crate) saved: Option<(SavedPlan, SavedPlanDiff)>,
    /// What the user types for this program.
    command: &'static str,
}

/// From the command line to the plan. Without flags for a confirmation, it is only shown.
pub(crate) fn prepare(
    selection: &SelectionArguments,
    saved: Option<SavedPlan>,
    options: &ConnectionOptions,
    confirm: Option<ConfirmFlags<'_>>,
    app: &App,
) -> Result<PreparedPurge, CommandError> {
    let policies = read_policies(&selection.files)?;
    if let Some(saved) = &saved {
        guard::saved_policies(saved, &policies).map_err(CommandError::refused)?;
    }
    let policies = if selection.keep_history { policies.keeping_history() } else { policies };
    let connection = Connection::resolve(options)?;
    let namespace = selection.namespace.as_deref();
    let scope = namespaces_in_scope(namespace, selection.all_namespaces, &connection, app)?;
    let filters = filters(selection, &scope, &app.environment)?;
    confirm.map_or(Ok(()), |confirm| confirm.check_target(&policies, &connection, app))?;
    let interactivity = confirm.map_or(Interactivity::Attended, |confirm| confirm.interactivity(app));
    app.listen()?;
    let request = PreflightRequest { policies, connection, interactivity, shard: filters.shard };
    app.unless_interrupted(query_and_plan(request, (scope, filters), selection, saved, app))
}

/// Queries helm and the cluster, and makes the plan.
fn query_and_plan(
    request: PreflightRequest,
    (scope, filters): (Scope, Filters),
    selection: &SelectionArguments,
    saved: Option<SavedPlan>,
    app: &App,
) -> Result<PreparedPurge, CommandError> {
    let (mut target, snapshot) = take_snapshot(request, app)?;
    if let Some(saved) = &saved {
        let facts = ClusterFacts { connection: &target.connection, identity: target.identity.as_ref() };
        guard::saved_cluster(saved, &facts).map_err(CommandError::refused)?;
    }
    target.scope = scope;
    let policies = target.policies.as_slice();
    // A shard must not be a way around a limit, so the limits count the releases of all shards.
    let all_shards = (filters.shard.is_some() && guard::has_limits(policies, selection.max_releases))
        .then(|| Filters { shard: None, ..filters.clone() });
    let unread = Contents::new();
    let to_read = plan::to_read(policies, snapshot.with(&unread, &target), all_shards.as_ref().unwrap_or(&filters));
    let contents = target.inventory.contents(&to_read, ObjectLists::NotWanted)?;
    let build = |filters: &Filters| {
        let mut plan = plan::build(policies, snapshot.with(&contents, &target), filters);
        let diff = saved.as_ref().map(|saved| plan::only_saved(&mut plan, &saved.chosen, &snapshot.listing, filters));
        (plan, diff)
    };
    let (plan, diff) = build(&filters);
    let missing = guard::missing_releases(&plan);
    if !missing.is_empty() {
        return Err(CommandError::Refused(missing));
    }
    for request in plan.unmatched.iter().map(|request| sanitize::quoted(request)) {
        app.printer.warn(format_args!("{request} matches no release in scope"));
    }
    if plan.releases_with_unknown_labels > 0 {
        let releases = plural(plan.releases_with_unknown_labels, "release");
        app.printer.warn(format_args!("the labels of {releases} in scope are unknown, so `-l` does not match them"));
    }
    let limited = all_shards.as_ref().map(|all_shards| build(all_shards).0);
    let limits = guard::limits(limited.as_ref().unwrap_or(&plan), policies, selection.max_releases);
    let dependencies = dependencies(&plan, &contents, &target.inventory)?;
    let api_resources = api_resources(&plan, &contents);
    let WindowStatus { deadline, mut refusals } = guard::windows(policies, target.now, target.latest());
    refusals.extend(guard::required_keeps(&plan));
    refusals.extend(guard::unreadable_opt_outs(&plan, &snapshot.protection, filters.without_opt_outs));
    refusals.extend(guard::kept_histories(&plan, target.inventory.why_helm()));
    refusals.extend(denied_hooks(&plan, &contents, &target, app));
    refusals.extend(limits);
    let saved = saved.zip(diff);
    let command = app.entry_point.command();
    Ok(PreparedPurge { target, plan, dependencies, api_resources, filters, refusals, deadline, saved, command })
}

/// What the chosen releases need of each other, which matters only if some must wait for others. The objects of a phase are
/// looked up when the phase ends, so the objects that a later phase waits for must be known.
fn dependencies(
    plan: &Plan,
    contents: &Contents,
    inventory: &ReleaseSource,
) -> Result<BTreeMap<ReleaseId, CrdUsage>, CommandError> {
    let Some(last) = plan.several_phases() else { return Ok(BTreeMap::new()) };
    let waited_for = plan.selected().filter(|(_, selected)| selected.phase < last).map(|(release, _)| release);
    let with_objects = inventory.contents(&waited_for.collect::<Vec<_>>(), ObjectLists::Wanted)?;
    let usage = |release: &Release| {
        let content = with_objects.get(&release.id).or_else(|| contents.get(&release.id));
        content
            .and_then(|content| content.as_ref().ok())
            .map_or_else(CrdUsage::unknown, |content| content.crd_usage.clone())
    };
    Ok(plan.selected().map(|(release, _)| (release.id.clone(), usage(release))).collect())
}

/// The kinds that helm must know to uninstall the chosen releases.
fn api_resources(plan: &Plan, contents: &Contents) -> ObjectKinds {
    let mut kinds = ObjectKinds::default();
    for release in plan.chosen() {
        match contents.get(&release.id) {
            Some(Ok(content)) => kinds.add_all(&content.kinds),
            Some(Err(_)) | None => return ObjectKinds::unknown(),
        }
    }
    kinds
}

impl PreparedPurge {
    /// For the lock and the journal.
    pub(crate) fn change(&self) -> PlannedChange<'_> {
        let releases = self.plan.chosen().collect();
        PlannedChange { operation: OperationKind::Purge, target: &self.target, releases, restored_runs: &[] }
    }

    /// The plan as it is shown.
    pub(crate) fn view<'a>(&'a self, workers: usize, scope: &'a ScopeNote) -> PlanView<'a> {
        let Self { target, filters, plan, refusals, command, .. } = self;
        PlanView { target, filters, plan, refusals, workers, scope, timeout: None, only: None, command }
    }

    /// A note about the scope, the shard and the saved plan.
    pub(crate) fn scope_note(&self) -> ScopeNote {
        let scope = match &self.target.scope {
            Scope::Whole => None,
            Scope::Only(namespace) if self.target.policies.outer_scope().matches(namespace).is_none() => {
                Some(format!("only the namespace {namespace}, which is out of scope of this policy"))
            }
            Scope::Only(namespace) => Some(format!("only the namespace {namespace}")),
            Scope::Unknown => {
                Some("the whole scope; cannot tell whether you passed -n, because helm does not pass it on".to_owned())
            }
        };
        let (here, all) = (self.plan.namespaces_in_shard, self.plan.namespaces_in_scope);
        let shard = self.filters.shard.map(|shard| format!("shard {shard}: {here} of {all} namespaces"));
        let narrowed = scope.into_iter().chain(shard).collect();
        ScopeNote { narrowed, saved_plan: self.saved.as_ref().map(saved_plan_note) }
    }
}

/// How much of a saved plan is purged today.
fn saved_plan_note((saved, diff): &(SavedPlan, SavedPlanDiff)) -> String {
    let (planned, file) = (plural(saved.chosen.len(), "release"), sanitize::line(&saved.file));
    let made = saved.created.strftime("%Y-%m-%dT%H:%M:%SZ");
    let counts = [(diff.changed.len(), "changed or kept since"), (diff.gone.len(), "already gone")];
    let counts = counts.into_iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!(", {count} {what}"));
    let others = match diff.not_planned {
        0 => String::new(),
        others => format!("; {} that the policy selects today but the plan does not, kept", plural(others, "release")),
    };
    format!("saved plan of {made} in {file}: {planned}{}{others}", counts.collect::<String>())
}

/// The refusal if this account cannot create some hooks. If the cluster does not answer, nothing is refused, because helm
/// reports it.
fn denied_hooks(plan: &Plan, contents: &Contents, target: &Target, app: &App) -> Option<Refusal> {
    let running = guard::running_hooks(plan, contents);
    let client = target.client().filter(|_| !running.is_empty())?;
    match review_hooks(client, &running, guard::verbs_for_hooks(target.helm.version.major)) {
        Ok(refusal) => refusal,
        Err(ApiError::Cancelled) => None,
        Err(error) => {
            app.printer.note(format_args!("cannot check the permissions for hooks: {error}"));
            None
        }
    }
}

fn review_hooks(
    client: &Client,
    running: &[RunningHook<'_>],
    verbs: &'static [&'static str],
) -> Result<Option<Refusal>, ApiError> {
    let kind = |hook: &ObjectRef| VersionedKind { api_version: hook.api_version.clone(), kind: hook.kind.clone() };
    let resources = client.resources(running.iter().map(|(_, hook)| kind(hook)).collect())?;
    let review = |hook: &ObjectRef, verb: &str| {
        let (group, resource) = resources.get(&kind(hook))?.clone();
        let (namespace, verb) = (Some(hook.namespace.clone()), verb.to_owned());
        Some(AccessReview { namespace, group, resource, name: None, verb })
    };
    let reviews = |hook| verbs.iter().filter_map(move |verb| review(hook, verb));
    let answers = client.review_access(running.iter().flat_map(|(_, hook)| reviews(hook)).collect::<BTreeSet<_>>())?;
    let is_denied = |hook: &ObjectRef, verb: &str| {
        review(hook, verb).is_some_and(|review| matches!(answers.get(&review), Some(Ok(false))))
    };
    let missing = |hook: &ObjectRef| verbs.iter().copied().filter(|verb| is_denied(hook, verb)).collect();
    Ok(guard::hooks(running, missing))
}
