//! `keep`: opts releases out of every purge. It reads no policy, because it is for people who have none.
//!
//! It checks the whole command line before the first request, and reads every ConfigMap before it writes the first one.

mod list;
mod target;

use std::error::Error;
use std::fmt;

use crate::app::{App, CommandError};
use crate::cli::KeepArguments;
use crate::cluster::{ApiError, Client, Connection, OptOutConfigMap, OptOutTarget, StoredOptOut};
use crate::exit_code::ExitCode;
use crate::inventory::{OptOut, Until};
use crate::report::{MarkChange, mark_before, mark_line};
use crate::sanitize;
use crate::settings::ConnectionOptions;
use list::{list, note_other_opt_outs, warn_of_missing};
use target::{KeepTarget, parse_reason, parse_until, plain_name};

/// Writes, lists or removes opt-outs.
pub(super) fn keep(
    arguments: &KeepArguments,
    options: &ConnectionOptions,
    app: &App,
) -> Result<ExitCode, CommandError> {
    let ended = if arguments.list {
        list(arguments, options, app)
    } else if arguments.remove {
        remove(arguments, options, app)
    } else {
        write(arguments, options, app)
    };
    app.unless_interrupted(ended)
}

/// A client, and the name of its cluster: an opt-out on another cluster than the purged one protects nothing.
fn connect(options: &ConnectionOptions, app: &App) -> Result<Client, CommandError> {
    let connection = Connection::resolve(options)?;
    app.listen()?;
    let client = Client::new(&connection, app.interrupts.stop().clone())?;
    let (context, server) = (connection.context().as_str(), connection.server());
    app.printer.info(format_args!("on {} ({})", sanitize::line(context), sanitize::line(server)));
    Ok(client)
}

/// Writes one ConfigMap for each namespace or release that was named.
fn write(arguments: &KeepArguments, options: &ConnectionOptions, app: &App) -> Result<ExitCode, CommandError> {
    let targets = KeepTarget::parse_all(&arguments.targets)?;
    let now = app.environment.clock.now();
    let until = arguments.until.as_deref().map(|text| parse_until(text, now)).transpose()?;
    let reason = arguments.reason.as_deref().map(parse_reason).transpose()?;
    let until = until.map_or(Until::Never, Until::At);
    let client = connect(options, app)?;
    let writes = targets
        .iter()
        .map(|target| Change::find(&client, target, until.clone(), reason.clone())?.unless_foreign())
        .collect::<Result<Vec<_>, _>>()?;
    let by = client.whoami().ok().and_then(plain_name);
    let mut counts = ChangeCounts::default();
    for Change { opt_out, config_map, existing, .. } in writes {
        let existing = existing.unwrap_or_default();
        match write_one(&client, &config_map, existing.as_ref(), by.as_deref()) {
            Ok(change) => {
                counts.done += 1;
                app.printer.data(&mark_line(&opt_out, change));
                if let Some(before) = existing.and_then(|existing| mark_before(&existing.opt_out, &opt_out)) {
                    app.printer.note(before);
                }
            }
            Err(error) => counts.refuse(&config_map, "written", error, app),
        }
    }
    if counts.done > 0 && until == Until::Never {
        app.printer.hint("it has no end; give it one with --until 2026-12-01, or --until 3d from now");
    }
    if counts.done > 0 {
        warn_of_missing(&client, &targets, app);
    }
    Ok(counts.exit_code())
}

fn write_one(
    client: &Client,
    config_map: &OptOutConfigMap,
    existing: Option<&StoredOptOut>,
    by: Option<&str>,
) -> Result<MarkChange, ApiError> {
    let mut config_map = config_map.clone();
    config_map.annotations.extend(by.map(|by| (OptOutConfigMap::BY.to_owned(), by.to_owned())));
    match existing {
        None => client.create_opt_out(&config_map).map(|()| MarkChange::Created),
        Some(existing) => client.update_opt_out(existing, &config_map).map(|()| MarkChange::Configured),
    }
}

/// Removes what `keep` wrote for exactly what was named, and names what keeps it in another way.
fn remove(arguments: &KeepArguments, options: &ConnectionOptions, app: &App) -> Result<ExitCode, CommandError> {
    let targets = KeepTarget::parse_all(&arguments.targets)?;
    let client = connect(options, app)?;
    let removals = targets
        .iter()
        .map(|target| Change::find(&client, target, Until::Never, None))
        .collect::<Result<Vec<_>, _>>()?;
    let mut counts = ChangeCounts::default();
    for Change { target, opt_out, existing, .. } in removals {
        // A ConfigMap for other releases is not what `keep` wrote for these, and one without the label is not `keep`'s.
        let Ok(Some(existing)) = existing else {
            counts.missing += 1;
            app.printer.error(format_args!("`keep` has written nothing for {target}"));
            continue;
        };
        match client.delete_opt_out(&existing) {
            Ok(()) => {
                counts.done += 1;
                app.printer.data(&mark_line(&opt_out, MarkChange::Deleted));
            }
            Err(error) => counts.refuse(&existing.opt_out, "removed", error, app),
        }
    }
    note_other_opt_outs(&client, &targets, app);
    Ok(counts.exit_code())
}

/// What is to be written or removed, and what is there now.
struct Change<'a> {
    target: &'a KeepTarget,
    opt_out: OptOut,
    config_map: OptOutConfigMap,
    /// The opt-out for the very same releases, or why what has its name is another one.
    existing: Result<Option<StoredOptOut>, &'static str>,
}

impl<'a> Change<'a> {
    fn find(
        client: &Client,
        target: &'a KeepTarget,
        until: Until,
        reason: Option<String>,
    ) -> Result<Self, CommandError> {
        let opt_out = OptOut::to_write(target.namespace.clone(), target.releases(), until, reason);
        let no_place = || CommandError::internal("an opt-out goes nowhere".to_owned());
        let config_map = opt_out.to_mark(None).ok_or_else(no_place)?;
        let (namespace, name) = (&target.namespace, &config_map.name);
        let not_seen =
            |error| OptOutError { what: format!("configmap/{name} in {namespace} could not be looked at"), why: error };
        let existing = match client.opt_out_target(namespace, name).map_err(not_seen)? {
            OptOutTarget::Free => Ok(None),
            OptOutTarget::Taken(stored) => match OptOut::from_mark(stored.opt_out.clone()) {
                Some(found) if found.releases == opt_out.releases => Ok(Some(stored)),
                _ => Err("is for other releases by now"),
            },
            OptOutTarget::Foreign => Err("is there without the label helm-purge=keep"),
        };
        Ok(Self { target, opt_out, config_map, existing })
    }

    /// What is not an opt-out for the very same releases stays as it is.
    fn unless_foreign(self) -> Result<Self, CommandError> {
        let Err(what) = self.existing else { return Ok(self) };
        let (namespace, name) = (&self.opt_out.namespace, &self.config_map.name);
        Err(CommandError::Error {
            code: ExitCode::Refused,
            error: Box::from(format!(
                "configmap/{name} in {namespace} {what}: it is left alone, and nothing was written"
            )),
            hint: Some(format!(
                "look at it with `kubectl get configmap -n {namespace} {name} -o yaml`; move it away first"
            )),
        })
    }
}

/// How many changes went well, and how many did not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct ChangeCounts {
    done: usize,
    refused: usize,
    /// There was nothing to remove.
    missing: usize,
}

impl ChangeCounts {
    fn refuse(&mut self, config_map: &OptOutConfigMap, verb: &str, why: ApiError, app: &App) {
        self.refused += 1;
        let OptOutConfigMap { name, namespace, .. } = config_map;
        let error = OptOutError { what: format!("configmap/{name} in {namespace} could not be {verb}"), why };
        app.printer.error_with_causes(&error, error.hint());
    }

    /// A cluster that refuses everything has another code than one that refuses a part.
    fn exit_code(self) -> ExitCode {
        match self {
            ChangeCounts { refused: 0, missing: 0, .. } => ExitCode::Done,
            ChangeCounts { done: 0, missing: 0, .. } => ExitCode::Preflight,
            _ => ExitCode::SomeFailed,
        }
    }
}

/// The cluster did not do what was asked about an opt-out.
#[derive(Debug)]
struct OptOutError {
    what: String,
    why: ApiError,
}

impl OptOutError {
    fn hint(&self) -> Option<&'static str> {
        match &self.why {
            ApiError::Forbidden(_) => Some(
                "it takes the role `edit` in that namespace; an admin can annotate the namespace: helm-purge/keep=REASON",
            ),
            ApiError::Failed(words) if words.starts_with("namespaces ") => {
                Some("the namespace stands before the slash: NAMESPACE or NAMESPACE/RELEASE")
            }
            ApiError::Failed(_)
            | ApiError::NoConnection(_)
            | ApiError::NoAnswer(_)
            | ApiError::Unsupported(_)
            | ApiError::Cancelled => None,
        }
    }
}

impl From<OptOutError> for CommandError {
    fn from(error: OptOutError) -> Self {
        let hint = error.hint().map(str::to_owned);
        CommandError::Error { code: ExitCode::Preflight, error: Box::new(error), hint }
    }
}

impl fmt::Display for OptOutError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)
    }
}

impl Error for OptOutError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&self.why)
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
