//! One opt-out that is written or removed, what the cluster has in its place, and the result.

use super::target::KeepTarget;
use crate::app::{App, CommandError};
use crate::cluster::{ApiError, Client, Connection, OptOutConfigMap, OptOutTarget, StoredOptOut};
use crate::exit_code::ExitCode;
use crate::inventory::OptOut;
use crate::sanitize;
use crate::settings::ConnectionOptions;

/// A client, and the name of its cluster: an opt-out on another cluster than the purged one protects nothing.
pub(super) fn connect(options: &ConnectionOptions, app: &App) -> Result<Client, CommandError> {
    let connection = Connection::resolve(options)?;
    app.listen()?;
    let client = Client::new(&connection, app.interrupts.stop().clone())?;
    let (context, server) = (connection.context.as_str(), &connection.server);
    app.printer.info(format_args!("on {} ({})", sanitize::line(context), sanitize::line(server)));
    Ok(client)
}

/// An opt-out that is written or removed, and what the cluster has in its place.
pub(super) struct Change<'a> {
    pub(super) target: &'a KeepTarget,
    pub(super) opt_out: OptOut,
    pub(super) config_map: OptOutConfigMap,
    /// The opt-out for the same releases, or why the object of that name is not one.
    pub(super) existing: Result<Option<StoredOptOut>, &'static str>,
}

impl<'a> Change<'a> {
    pub(super) fn find(
        client: &Client,
        target: &'a KeepTarget,
        until: Option<String>,
        reason: Option<String>,
    ) -> Result<Self, CommandError> {
        let opt_out = OptOut::to_write(target.namespace.clone(), target.releases(), until, reason);
        let no_place = || CommandError::internal("an opt-out goes nowhere".to_owned());
        let config_map = opt_out.to_config_map().ok_or_else(no_place)?;
        let (namespace, name) = (&target.namespace, &config_map.name);
        let not_read =
            |error| OptOutError { what: format!("configmap/{name} in {namespace} could not be looked at"), why: error };
        let existing = match client.opt_out_target(namespace, name).map_err(not_read)? {
            OptOutTarget::Free => Ok(None),
            OptOutTarget::Taken(stored) => match OptOut::from_config_map(stored.opt_out.clone()) {
                Some(found) if found.releases == opt_out.releases => Ok(Some(stored)),
                _ => Err("is for other releases by now"),
            },
            OptOutTarget::Foreign => Err("is there without the label helm-purge=keep"),
        };
        Ok(Self { target, opt_out, config_map, existing })
    }

    /// An error if another object has the name, because `keep` must not change that object.
    pub(super) fn unless_foreign(self) -> Result<Self, CommandError> {
        let Err(what) = self.existing else { return Ok(self) };
        let (namespace, name) = (&self.opt_out.namespace, &self.config_map.name);
        let error = format!("configmap/{name} in {namespace} {what}: it is left alone, and nothing was written");
        let hint = format!("look at it with `kubectl get configmap -n {namespace} {name} -o yaml`; move it away first");
        Err(CommandError::with_hint(ExitCode::Refused, error.into(), hint))
    }
}

/// How many changes went well, and how many did not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct ChangeCounts {
    pub(super) done: usize,
    pub(super) refused: usize,
    /// There was nothing to remove.
    pub(super) missing: usize,
}

impl ChangeCounts {
    /// Counts a change, and prints its line or its error. Returns whether it was made.
    pub(super) fn add(
        &mut self,
        changed: Result<String, ApiError>,
        config_map: &OptOutConfigMap,
        verb: &str,
        app: &App,
    ) -> bool {
        let OptOutConfigMap { name, namespace, .. } = config_map;
        match changed {
            Ok(line) => {
                self.done += 1;
                app.printer.data(&line);
                true
            }
            Err(why) => {
                self.refused += 1;
                let error = OptOutError { what: format!("configmap/{name} in {namespace} could not be {verb}"), why };
                app.printer.error_with_causes(&error, error.hint());
                false
            }
        }
    }

    /// A cluster that refuses everything has another code than one that refuses a part.
    pub(super) fn exit_code(self) -> ExitCode {
        match self {
            ChangeCounts { refused: 0, missing: 0, .. } => ExitCode::Done,
            ChangeCounts { done: 0, missing: 0, .. } => ExitCode::Preflight,
            _ => ExitCode::SomeFailed,
        }
    }
}

/// A request about an opt-out that failed.
#[derive(Debug, thiserror::Error)]
#[error("{what}")]
pub(super) struct OptOutError {
    pub(super) what: String,
    #[source]
    pub(super) why: ApiError,
}

impl OptOutError {
    fn hint(&self) -> Option<&'static str> {
        match &self.why {
            ApiError::Forbidden(_) => Some(
                "it takes the role `edit` in that namespace; an admin can annotate the namespace: helm-purge/keep=REASON",
            ),
            ApiError::Failed(message) if message.starts_with("namespaces ") => {
                Some("the namespace stands before the slash: NAMESPACE or NAMESPACE/RELEASE")
            }
            _ => None,
        }
    }
}

impl From<OptOutError> for CommandError {
    fn from(error: OptOutError) -> Self {
        let hint = error.hint().map(str::to_owned);
        CommandError::preflight(error, hint)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_not_there_is_a_failure_and_a_cluster_that_refuses_everything_is_another() {
        let code = |done, refused, missing| ChangeCounts { done, refused, missing }.exit_code();
        assert_eq!(code(2, 0, 0), ExitCode::Done);
        assert_eq!(
            (code(1, 1, 0), code(0, 0, 1), code(1, 0, 1)),
            (ExitCode::SomeFailed, ExitCode::SomeFailed, ExitCode::SomeFailed)
        );
        assert_eq!(code(0, 2, 0), ExitCode::Preflight);
    }
}
