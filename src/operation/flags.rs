//! Values of flags and variables that several commands share.

use std::time::Duration;

use crate::app::{App, CommandError};
use crate::cli::{SelectionArguments, ShardArguments};
use crate::cluster::Connection;
use crate::exit_code::ExitCode;
use crate::guard::{self, Scope, ScopeFacts};
use crate::plan::Filters;
use crate::policy::{KeepEntry, LabelSelector, timeout_from_flag};
use crate::release::{Namespace, ReleaseId};
use crate::sanitize;
use crate::settings::Environment;
use crate::shard::{Shard, ShardFlag};

const SHARD_HINT: &str = "Kubernetes sets it in each pod of an Indexed Job; elsewhere, pass the shard as --shard 3/16";

/// The flags that leave out releases, and this program's own release.
pub(crate) fn filters(
    selection: &SelectionArguments,
    scope: &Scope,
    environment: &Environment,
) -> Result<Filters, CommandError> {
    let own_release = own_release_only(environment)?;
    let requested = requested_releases(&selection.releases, scope)?;
    let selector = selection.selector.as_deref().map(|text| LabelSelector::from_flag("-l", text)).transpose();
    let selector = selector.map_err(CommandError::flag)?;
    let skip = keep_entries("--skip", &selection.skip)?;
    let shard = shard(&selection.shard, environment)?;
    let namespace = match scope {
        Scope::Only(namespace) => Some(namespace.clone()),
        Scope::Whole | Scope::Unknown => None,
    };
    Ok(Filters {
        namespace,
        shard,
        requested,
        selector,
        skip,
        without_opt_outs: selection.without_opt_outs,
        ..own_release
    })
}

/// Only this program's own release. A value that is not a release's name would leave it unprotected.
pub(crate) fn own_release_only(environment: &Environment) -> Result<Filters, CommandError> {
    let own_release = |text: &str| {
        release_id(text).ok_or_else(|| {
            let text = format!("HELM_PURGE_SELF is {}, which is not a valid release", sanitize::quoted(text));
            CommandError::usage(text, "write it as NAMESPACE/RELEASE")
        })
    };
    let own_release = environment.own_release.as_deref().map(own_release).transpose()?;
    Ok(Filters { own_release, ..Filters::default() })
}

/// The namespaces that `-n`, `-A` and Helm's own `-n` select.
pub(crate) fn namespaces_in_scope(
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
        default_namespace: &connection.default_namespace,
        parent: &app.parent,
        plugin_name: environment.helm_plugin_name.as_deref(),
    });
    scope.map_err(|text| CommandError::Error { code: ExitCode::Usage, error: text.into(), hint: None })
}

/// The shard of this process, if several processes share the namespaces.
pub(crate) fn shard(arguments: &ShardArguments, environment: &Environment) -> Result<Option<Shard>, CommandError> {
    let of = match arguments.shard {
        None => return Ok(None),
        Some(ShardFlag::Shard(shard)) => return Ok(Some(shard)),
        Some(ShardFlag::Auto(of)) => of,
    };
    let Some(text) = &environment.completion_index else {
        let text = format!("--shard auto/{of} needs JOB_COMPLETION_INDEX, which is not set");
        return Err(CommandError::usage(text, SHARD_HINT));
    };
    let digits = Some(text).filter(|text| text.bytes().all(|byte| byte.is_ascii_digit()));
    let Some(index) = digits.and_then(|text| text.parse().ok()) else {
        let text = format!("JOB_COMPLETION_INDEX is {}, which is not a valid index", sanitize::quoted(text));
        return Err(CommandError::usage(text, SHARD_HINT));
    };
    let shard = Shard::of_index(index, of).map_err(|error| {
        let hint = format!("set `completions` of the Job to the number of shards, {of}");
        CommandError::usage(format!("JOB_COMPLETION_INDEX is {index}, counted from 0: {error}"), hint)
    })?;
    Ok(Some(shard))
}

/// Reads the namespace that a flag names.
pub(crate) fn namespace(flag: &str, text: &str) -> Result<Namespace, CommandError> {
    text.parse().map_err(|error| {
        let text = sanitize::quoted(text);
        CommandError::usage(
            format!("{flag}: {text} is not a valid namespace name: {error}"),
            "give a namespace that exists",
        )
    })
}

/// Reads a duration such as `5m`.
pub(crate) fn duration(flag: &str, text: Option<&str>) -> Result<Option<Duration>, CommandError> {
    text.map(|text| timeout_from_flag(flag, text)).transpose().map_err(CommandError::flag)
}

/// Reads the releases that the command line names. With `-n`, a name or glob alone is one of that namespace.
pub(crate) fn requested_releases(texts: &[String], scope: &Scope) -> Result<Vec<KeepEntry>, CommandError> {
    let with_namespace = |text: &String| match scope {
        Scope::Only(namespace) if !text.contains('/') => format!("{namespace}/{text}"),
        _ => text.clone(),
    };
    keep_entries("RELEASE", &texts.iter().map(with_namespace).collect::<Vec<_>>())
}

/// Reads globs of releases.
pub(crate) fn keep_entries(flag: &'static str, texts: &[String]) -> Result<Vec<KeepEntry>, CommandError> {
    texts.iter().map(|text| KeepEntry::from_flag(flag, text).map_err(CommandError::flag)).collect()
}

/// Reads `NAMESPACE/RELEASE`.
pub(crate) fn release_id(text: &str) -> Option<ReleaseId> {
    let (namespace, name) = text.split_once('/')?;
    Some(ReleaseId { namespace: namespace.parse().ok()?, name: name.parse().ok()? })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(flag: Option<&str>, index: Option<&str>) -> Result<Option<String>, String> {
        let arguments = ShardArguments { shard: flag.map(|text| text.parse().expect("a shard")) };
        let environment = Environment { completion_index: index.map(str::to_owned), ..Environment::default() };
        let found = super::shard(&arguments, &environment);
        found.map(|found| found.map(|shard| shard.to_string())).map_err(|stopped| match stopped {
            CommandError::Error { error, .. } => error.to_string(),
            other => panic!("a command line is wrong: {other:?}"),
        })
    }

    #[test]
    fn a_pod_of_an_indexed_job_has_the_shard_after_its_index_unless_a_shard_is_named() {
        assert_eq!(of(None, Some("3")), Ok(None), "no flag, no shard");
        assert_eq!(of(Some("auto/16"), Some("0")), Ok(Some("1/16".to_owned())));
        assert_eq!(of(Some("auto/16"), Some("15")), Ok(Some("16/16".to_owned())));
        assert_eq!(of(Some("3/16"), Some("9")), Ok(Some("3/16".to_owned())));
    }

    #[test]
    fn an_index_that_is_not_valid_is_an_error_and_never_means_all_shards() {
        for (index, expected) in [
            (None, "--shard auto/16 needs JOB_COMPLETION_INDEX, which is not set"),
            (Some("16"), "JOB_COMPLETION_INDEX is 16, counted from 0: there is no shard 17 of 16"),
            (
                Some("4294967295"),
                "JOB_COMPLETION_INDEX is 4294967295, counted from 0: there is no shard 4294967296 of 16",
            ),
            (Some("99999999999"), "JOB_COMPLETION_INDEX is `99999999999`, which is not a valid index"),
            (Some("-1"), "JOB_COMPLETION_INDEX is `-1`, which is not a valid index"),
            (Some("+1"), "JOB_COMPLETION_INDEX is `+1`, which is not a valid index"),
            (Some("one"), "JOB_COMPLETION_INDEX is `one`, which is not a valid index"),
        ] {
            assert_eq!(of(Some("auto/16"), index), Err(expected.to_owned()), "{index:?}");
        }
    }
}
