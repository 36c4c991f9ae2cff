//! What `plan` and `run` share: everything up to the plan. A dry run is the same plan, not carried out.

pub(in crate::command) mod facts;
mod going;
pub(in crate::command) mod hooks;
pub(in crate::command) mod look_around;
pub(in crate::command) mod narrow;
pub(in crate::command) mod policies;
pub(in crate::command) mod saved_plan;
pub(in crate::command) mod shard;

use std::collections::BTreeMap;

use crate::cli::{ConnectionArguments, RunArguments, SelectionArguments};
use crate::cluster::{Connection, Identity};
use crate::command::{App, CommandError};
use crate::guard::{self, ClusterFacts, Interactivity, Refusal, Scope, WindowStatus};
use crate::helm::Helm;
use crate::inventory::{Contents, ObjectLists, ReleaseSource};
use crate::plan::{self, Filters, Plan, SavedPlanDiff};
use crate::policy::PolicySet;
use crate::release::{CrdUsage, ObjectKinds, ReleaseId};
use crate::report::PlanView;
use crate::saved_plan::SavedPlan;
use crate::settings::{ConnectionOptions, Environment, KubeconfigFiles};
use facts::{Asked, Gathered, gather};
use narrow::{filters, find_scope};
use policies::read_policies;

/// A plan, and everything that is needed to show it and to carry it out.
pub(in crate::command) struct Prepared {
    pub(in crate::command) policies: PolicySet,
    pub(in crate::command) connection: Connection,
    pub(in crate::command) identity: Option<Identity>,
    pub(in crate::command) helm: Helm,
    pub(in crate::command) inventory: ReleaseSource,
    pub(in crate::command) plan: Plan,
    /// What the releases that go are to each other, where there are several phases.
    pub(in crate::command) ties: BTreeMap<ReleaseId, CrdUsage>,
    /// The kinds of the objects of all releases that go.
    pub(in crate::command) kinds: ObjectKinds,
    pub(in crate::command) filters: Filters,
    pub(in crate::command) refusals: Vec<Refusal>,
    pub(in crate::command) scope: Scope,
    pub(in crate::command) now: jiff::Timestamp,
    /// The first end of an open window.
    pub(in crate::command) deadline: Option<jiff::Timestamp>,
    /// What a saved plan was to do besides.
    pub(in crate::command) saved: Option<(SavedPlan, SavedPlanDiff)>,
}

/// What the environment and the command line say about the connection; a flag wins.
pub(in crate::command) fn connection_wish(
    environment: &Environment,
    arguments: &ConnectionArguments,
) -> ConnectionOptions {
    let mut wish = environment.connection.clone();
    if let Some(file) = &arguments.kubeconfig {
        wish.kubeconfig = KubeconfigFiles::Flag(file.clone());
    }
    if let Some(context) = &arguments.context {
        wish.context = Some(context.clone());
    }
    wish
}

/// From the command line to the plan.
pub(in crate::command) fn prepare(
    selection: &SelectionArguments,
    saved: Option<SavedPlan>,
    wish: &ConnectionOptions,
    attendance: Interactivity,
    app: &mut App,
) -> Result<Prepared, CommandError> {
    let policies = read_policies(&selection.files)?;
    if let Some(saved) = &saved {
        guard::saved_policies(saved, &policies).map_err(|refusal| CommandError::Refused(vec![refusal]))?;
    }
    let policies = if selection.keep_history { policies.keeping_history() } else { policies };
    let filters = filters(selection, &app.environment)?;
    let connection = Connection::resolve(wish)?;
    app.listen()?;
    let looked = look(policies, connection, filters, selection, saved, attendance, app);
    app.unless_interrupted(looked)
}

/// The part that asks helm and the cluster.
fn look(
    policies: PolicySet,
    connection: Connection,
    mut filters: Filters,
    selection: &SelectionArguments,
    saved: Option<SavedPlan>,
    attendance: Interactivity,
    app: &mut App,
) -> Result<Prepared, CommandError> {
    let asked = Asked { policies: &policies, connection: &connection, attendance };
    let gathered = gather(asked, app)?;
    if let Some(saved) = &saved {
        let facts = ClusterFacts { connection: &connection, identity: gathered.identity.as_ref() };
        guard::saved_cluster(saved, &facts).map_err(|refusal| CommandError::Refused(vec![refusal]))?;
    }
    let namespace = selection.namespace.as_deref();
    let scope = find_scope(namespace, selection.all_namespaces, &connection, app)?;
    if let Scope::Only(namespace) = &scope {
        filters.namespace = Some(namespace.clone());
    }
    // A part of the fence is a way to share the work, and none around a limit.
    let of_all = (filters.shard.is_some() && guard::has_limits(policies.as_slice(), selection.max_releases))
        .then(|| filters.of_all_shards());
    let unread = Contents::new();
    let widest = of_all.as_ref().unwrap_or(&filters);
    let to_read = plan::to_read(policies.as_slice(), gathered.facts(&unread), widest);
    let contents = gathered.inventory.contents(&to_read, ObjectLists::NotWanted)?;
    let chosen = saved.as_ref().map(|saved| saved.chosen.as_slice());
    let build = |filters: &Filters| {
        let mut plan = plan::build(policies.as_slice(), gathered.facts(&contents), filters);
        let since = chosen.map(|chosen| plan::only_saved(&mut plan, chosen, &gathered.listing, filters));
        (plan, since)
    };
    let (plan, since) = build(&filters);
    let limited = of_all.as_ref().map(|of_all| build(of_all).0);
    let limits = guard::limits(limited.as_ref().unwrap_or(&plan), policies.as_slice(), selection.max_releases);
    let saved = saved.zip(since);
    let ties = going::ties(&plan, &contents, &gathered.inventory)?;
    let kinds = going::kinds(&plan, &contents);
    let WindowStatus { deadline, mut refusals } = guard::windows(policies.as_slice(), gathered.now);
    refusals.extend(guard::required_keeps(&plan));
    refusals.extend(guard::unseen_opt_outs(&plan, &gathered.protection, filters.unseen_opt_outs));
    refusals.extend(guard::kept_histories(&plan, gathered.inventory.why_helm()));
    refusals.extend(hooks::not_allowed(&plan, &contents, &gathered, app));
    refusals.extend(limits);
    let Gathered { helm, identity, inventory, now, .. } = gathered;
    Ok(Prepared {
        policies,
        connection,
        identity,
        helm,
        inventory,
        plan,
        ties,
        kinds,
        filters,
        refusals,
        scope,
        now,
        deadline,
        saved,
    })
}

impl Prepared {
    /// The plan as it is shown.
    pub(in crate::command) fn view<'a>(&'a self, workers: usize, scope: &'a str) -> PlanView<'a> {
        PlanView {
            policies: &self.policies,
            connection: &self.connection,
            identity: self.identity.as_ref(),
            filters: &self.filters,
            helm: &self.helm,
            plan: &self.plan,
            refusals: &self.refusals,
            now: self.now,
            workers,
            scope,
        }
    }

    /// How many workers there are: the flag's, or the policy's.
    pub(in crate::command) fn workers(&self, arguments: &RunArguments) -> usize {
        arguments.workers.map_or_else(|| self.policies.workers(), usize::from)
    }

    /// The scope in words, where there is something to say about it.
    pub(in crate::command) fn scope_note(&self) -> String {
        let notes =
            [self.scope_words(), self.shard_words(), self.saved.as_ref().map_or_else(String::new, saved_plan::note)];
        notes.into_iter().filter(|note| !note.is_empty()).collect::<Vec<_>>().join("\n")
    }

    fn shard_words(&self) -> String {
        let (here, all) = (self.plan.namespaces_in_shard, self.plan.namespaces_in_fence);
        self.filters.shard.map_or_else(String::new, |shard| format!("shard {shard}: {here} of {all} namespaces"))
    }

    fn scope_words(&self) -> String {
        match &self.scope {
            Scope::WholeFence => String::new(),
            Scope::Only(namespace) if self.policies.outer_fence().matches(namespace).is_none() => {
                format!("only the namespace {namespace}, which is outside the fence of this policy")
            }
            Scope::Only(namespace) => format!("only the namespace {namespace}"),
            Scope::CannotTell => {
                "the whole fence; whether -n was given cannot be told, helm keeps it for itself".to_owned()
            }
        }
    }
}
