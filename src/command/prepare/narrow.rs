//! What the command line and the environment take away from a plan.

use super::shard::shard;
use crate::cli::SelectionArguments;
use crate::cluster::Connection;
use crate::command::{App, CommandError};
use crate::guard::{self, Scope, ScopeFacts};
use crate::plan::{Filters, UnseenOptOuts};
use crate::policy::KeepEntry;
use crate::release::ReleaseId;
use crate::sanitize;
use crate::settings::Environment;

/// The flags that narrow, and this program's own release.
pub(in crate::command) fn filters(
    selection: &SelectionArguments,
    environment: &Environment,
) -> Result<Filters, CommandError> {
    let own_release = environment.own_release.as_deref().map(own_release).transpose()?;
    let entries = |flag: &'static str, texts: &[String]| {
        texts
            .iter()
            .map(|text| KeepEntry::from_flag(flag, text).map_err(CommandError::flag))
            .collect::<Result<Vec<_>, _>>()
    };
    let only = entries("--only", &selection.only)?;
    let keep = entries("--keep", &selection.keep)?;
    let unseen_opt_outs = if selection.without_opt_outs { UnseenOptOuts::GoWithout } else { UnseenOptOuts::Keep };
    let shard = shard(&selection.shard, environment)?;
    Ok(Filters { namespace: None, shard, only, keep, own_release, unseen_opt_outs })
}

/// Nothing but this program's own release.
pub(in crate::command) fn own_release_only(environment: &Environment) -> Result<Filters, CommandError> {
    let own_release = environment.own_release.as_deref().map(own_release).transpose()?;
    Ok(Filters { own_release, ..Filters::default() })
}

/// A value that cannot be understood would leave this program's own release unprotected.
fn own_release(text: &str) -> Result<ReleaseId, CommandError> {
    let parse = || {
        let (namespace, name) = text.split_once('/')?;
        Some(ReleaseId { namespace: namespace.parse().ok()?, name: name.parse().ok()? })
    };
    parse().ok_or_else(|| {
        let text = sanitize::quoted(text);
        CommandError::usage(
            format!("HELM_PURGE_SELF is {text}, which names no release"),
            "write it as NAMESPACE/RELEASE",
        )
    })
}

/// Which part of the fence is meant.
pub(in crate::command) fn find_scope(
    namespace_flag: Option<&str>,
    all_namespaces: bool,
    connection: &Connection,
    app: &App,
) -> Result<Scope, CommandError> {
    let environment = &app.environment;
    let scope = guard::scope(&ScopeFacts {
        entry_point: app.entry_point,
        namespace_flag,
        all_namespaces,
        helm_namespace: environment.helm_namespace.as_deref(),
        default_namespace: connection.default_namespace(),
        parent: &app.parent,
        plugin_name: environment.helm_plugin_name.as_deref(),
    })?;
    Ok(scope)
}
