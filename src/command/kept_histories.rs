//! What `restore` and `prune` begin with: the histories that purges by these policies have kept.

use crate::app::{App, CommandError};
use crate::cli::UndoArguments;
use crate::cluster::Connection;
use crate::exit_code::ExitCode;
use crate::guard::{self, Scope};
use crate::inventory::HistoryStore;
use crate::journal::OperationKind;
use crate::operation::{ConfirmFlags, PreflightRequest, namespaces_in_scope, read_policies, shard, take_snapshot};
use crate::policy::PolicySet;
use crate::restore::{self, Discovered};
use crate::settings::ConnectionOptions;
use crate::shard::Shard;
use crate::target::Target;

/// What was found, and everything that is needed to do something about it.
pub(super) struct KeptHistories {
    pub(super) target: Target,
    pub(super) records: HistoryStore,
    pub(super) found: Discovered,
}

impl KeptHistories {
    /// From the command line to what these policies' purges have left.
    pub(super) fn find(
        arguments: &UndoArguments,
        options: &ConnectionOptions,
        app: &App,
    ) -> Result<Self, CommandError> {
        let policies = read_policies(&arguments.files)?;
        let shard = shard(&arguments.shard, &app.environment)?;
        let connection = Connection::resolve(options)?;
        app.listen()?;
        app.unless_interrupted(Self::query(policies, shard, connection, arguments, app))
    }

    /// The same again after a wait.
    pub(super) fn find_again(target: Target, arguments: &UndoArguments, app: &App) -> Result<Self, CommandError> {
        let Target { policies, shard, connection, .. } = target;
        app.unless_interrupted(Self::query(policies, shard, connection, arguments, app))
    }

    fn query(
        policies: PolicySet,
        shard: Option<Shard>,
        connection: Connection,
        arguments: &UndoArguments,
        app: &App,
    ) -> Result<Self, CommandError> {
        let interactivity = ConfirmFlags::from(arguments).interactivity(app);
        let (mut target, snapshot) =
            take_snapshot(PreflightRequest { policies, connection, interactivity, shard }, app)?;
        let namespace = arguments.namespace.as_deref();
        target.scope = namespaces_in_scope(namespace, arguments.all_namespaces, &target.connection, app)?;
        let records = target.inventory.histories().ok_or_else(no_api)?;
        let found = restore::discover(&target, &snapshot, &records)?;
        Ok(Self { target, records, found })
    }

    /// Right before the first change, makes sure that it is still the same cluster: connects again, and compares the identity
    /// with that of the plan, if that could be read. If not, each record is compared by its UID, which is in no other cluster.
    pub(super) fn recheck_cluster(&self, operation: OperationKind, app: &App) -> Result<(), CommandError> {
        let client = self.target.inventory.reconnected();
        let Some(planned) = &self.target.identity else { return Ok(()) };
        let now = client.identity().map_err(|error| CommandError::cluster_unverifiable(&error, operation));
        guard::same_cluster(planned, &app.unless_interrupted(now)?).map_err(CommandError::refused)
    }

    /// The scope in words, if there is something to say about it.
    pub(super) fn scope_note(&self) -> String {
        let namespace = match &self.target.scope {
            Scope::Only(namespace) => Some(format!("only the namespace {namespace}")),
            Scope::WholeFence | Scope::CannotTell => None,
        };
        let shard = self.target.shard.map(|shard| format!("shard {shard}"));
        namespace.into_iter().chain(shard).collect::<Vec<_>>().join("\n")
    }
}

fn no_api() -> CommandError {
    let text = "what purges have kept can only be seen through the API, and it could not be asked";
    let hint = "`helm rollback NAME REVISION` by hand brings back a release whose history was kept";
    CommandError::with_hint(ExitCode::Preflight, Box::from(text), hint)
}
