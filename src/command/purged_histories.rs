//! What `restore` and `forget` begin with: the histories of the releases that these policies have purged.

use crate::app::{App, CommandError};
use crate::cli::HistoryArguments;
use crate::cluster::Connection;
use crate::exit_code::ExitCode;
use crate::inventory::HistoryStore;
use crate::journal::OperationKind;
use crate::operation::{
    ConfirmFlags, PreflightRequest, namespaces_in_scope, read_policies, recheck_identity, shard, take_snapshot,
};
use crate::policy::PolicySet;
use crate::restore::{Discovered, Discovery};
use crate::settings::ConnectionOptions;
use crate::shard::Shard;
use crate::target::Target;

/// The histories that were found, and what a restore or a forget of them needs.
pub(super) struct PurgedHistories {
    pub(super) target: Target,
    pub(super) records: HistoryStore,
    pub(super) found: Discovered,
}

impl PurgedHistories {
    pub(super) fn find(
        arguments: &HistoryArguments,
        options: &ConnectionOptions,
        app: &App,
    ) -> Result<Self, CommandError> {
        let policies = read_policies(&arguments.files)?;
        let shard = shard(&arguments.shard, &app.environment)?;
        let connection = Connection::resolve(options)?;
        if !arguments.dry_run {
            ConfirmFlags::from(arguments).check_target(&policies, &connection, app)?;
        }
        app.listen()?;
        Self::query(policies, shard, connection, arguments, app)
    }

    /// Finds them again after a wait.
    pub(super) fn find_again(target: Target, arguments: &HistoryArguments, app: &App) -> Result<Self, CommandError> {
        Self::query(target.policies, target.shard, target.connection, arguments, app)
    }

    fn query(
        policies: PolicySet,
        shard: Option<Shard>,
        connection: Connection,
        arguments: &HistoryArguments,
        app: &App,
    ) -> Result<Self, CommandError> {
        let interactivity = ConfirmFlags::from(arguments).interactivity(app);
        let request = PreflightRequest { policies, connection, interactivity, shard };
        let found = take_snapshot(request, app).and_then(|(mut target, snapshot)| {
            let namespace = arguments.namespace.as_deref();
            target.scope = namespaces_in_scope(namespace, arguments.all_namespaces, &target.connection, app)?;
            let records = target.inventory.histories().ok_or_else(no_api)?;
            let found = Discovery { target: &target, snapshot: &snapshot, records: &records }.discover()?;
            Ok(Self { target, records, found })
        });
        app.unless_interrupted(found)
    }

    /// Right before the first change, connects again and makes sure that it is still the same cluster.
    pub(super) fn recheck_cluster(&self, operation: OperationKind, app: &App) -> Result<(), CommandError> {
        let client = self.target.inventory.reconnected();
        app.unless_interrupted(recheck_identity(&self.target, client, operation))
    }
}

fn no_api() -> CommandError {
    let text = "what purges have kept can only be seen through the API, and it could not be asked";
    let hint = "`helm rollback NAME REVISION` by hand brings back a release whose history was kept";
    CommandError::with_hint(ExitCode::Preflight, Box::from(text), hint)
}
