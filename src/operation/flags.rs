//! Values of flags and variables that several commands share.

use std::time::Duration;

use crate::app::{App, CommandError};
use crate::cli::{SelectionArguments, ShardArguments};
use crate::cluster::Connection;
use crate::exit_code::ExitCode;
use crate::guard::{self, Scope, ScopeFacts};
use crate::plan::{Filters, UnseenOptOuts};
use crate::policy::{KeepEntry, timeout_from_flag};
use crate::release::{Namespace, ReleaseId};
use crate::sanitize;
use crate::settings::Environment;
use crate::shard::Shard;

const SHARD_HINT: &str = "in a pod of an Indexed Job it is there by itself; by hand, say --shard 3/16, counted from 1";

/// The flags that leave out releases, and this program's own release.
pub(crate) fn filters(selection: &SelectionArguments, environment: &Environment) -> Result<Filters, CommandError> {
    let own_release = own_release_only(environment)?;
    let only = keep_entries("--only", &selection.only)?;
    let keep = keep_entries("--keep", &selection.keep)?;
    let unseen_opt_outs = if selection.without_opt_outs { UnseenOptOuts::GoWithout } else { UnseenOptOuts::Keep };
    let shard = shard(&selection.shard, environment)?;
    Ok(Filters { shard, only, keep, unseen_opt_outs, ..own_release })
}

/// Only this program's own release. A value that is not a release's name would leave it unprotected.
pub(crate) fn own_release_only(environment: &Environment) -> Result<Filters, CommandError> {
    let own_release = |text: &str| {
        release_id(text).ok_or_else(|| {
            let text = format!("HELM_PURGE_SELF is {}, which names no release", sanitize::quoted(text));
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
    let of = match (arguments.shard, arguments.shards) {
        (Some(shard), Some(of)) if shard.of() != of => {
            let text = format!("--shard {shard} and --shards {of} say different things");
            return Err(CommandError::usage(text, "leave one of them away"));
        }
        (shard, None) | (shard @ Some(_), _) => return Ok(shard),
        (None, Some(of)) => of,
    };
    let Some(text) = &environment.completion_index else {
        let text = format!("of {of} shards, none is this one: JOB_COMPLETION_INDEX is not set");
        return Err(CommandError::usage(text, SHARD_HINT));
    };
    let digits = Some(text).filter(|text| text.bytes().all(|byte| byte.is_ascii_digit()));
    let Some(index) = digits.and_then(|text| text.parse().ok()) else {
        let text = format!("JOB_COMPLETION_INDEX is {}, which is no number of a pod", sanitize::quoted(text));
        return Err(CommandError::usage(text, SHARD_HINT));
    };
    let shard = Shard::of_index(index, of).map_err(|error| {
        let hint = format!("let the Job have as many completions as there are shards, {of}");
        CommandError::usage(format!("JOB_COMPLETION_INDEX is {index}, counted from 0: {error}"), hint)
    })?;
    Ok(Some(shard))
}

/// Reads the namespace that a flag names.
pub(crate) fn namespace(flag: &str, text: &str) -> Result<Namespace, CommandError> {
    text.parse().map_err(|error| {
        let text = sanitize::quoted(text);
        CommandError::usage(format!("{flag}: {text} is no namespace: {error}"), "name one that exists")
    })
}

/// Reads a duration such as `5m`.
pub(crate) fn duration(flag: &str, text: Option<&str>) -> Result<Option<Duration>, CommandError> {
    text.map(|text| timeout_from_flag(flag, text)).transpose().map_err(CommandError::flag)
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

    fn of(shards: Option<u32>, shard: Option<&str>, index: Option<&str>) -> Result<Option<String>, String> {
        let shards = shards.and_then(std::num::NonZeroU32::new);
        let arguments = ShardArguments { shards, shard: shard.map(|text| text.parse().expect("a shard")) };
        let environment = Environment { completion_index: index.map(str::to_owned), ..Environment::default() };
        let found = super::shard(&arguments, &environment);
        found.map(|found| found.map(|shard| shard.to_string())).map_err(|stopped| match stopped {
            CommandError::Error { error, .. } => error.to_string(),
            other => panic!("a command line is wrong: {other:?}"),
        })
    }

    #[test]
    fn a_pod_of_an_indexed_job_takes_the_shard_after_its_index_and_a_shard_that_is_named_wins() {
        assert_eq!(of(None, None, Some("3")), Ok(None), "nobody asked for a part");
        assert_eq!(of(Some(16), None, Some("0")), Ok(Some("1/16".to_owned())));
        assert_eq!(of(Some(16), None, Some("15")), Ok(Some("16/16".to_owned())));
        assert_eq!(of(None, Some("3/16"), Some("9")), Ok(Some("3/16".to_owned())));
        assert_eq!(of(Some(16), Some("3/16"), Some("9")), Ok(Some("3/16".to_owned())));
    }

    #[test]
    fn a_part_that_cannot_be_told_is_an_error_and_never_all_of_it() {
        for (shards, shard, index, says) in [
            (16, None, None, "of 16 shards, none is this one: JOB_COMPLETION_INDEX is not set"),
            (16, None, Some("16"), "JOB_COMPLETION_INDEX is 16, counted from 0: there is no shard 17 of 16"),
            (
                16,
                None,
                Some("4294967295"),
                "JOB_COMPLETION_INDEX is 4294967295, counted from 0: there is no shard 4294967296 of 16",
            ),
            (16, None, Some("99999999999"), "JOB_COMPLETION_INDEX is `99999999999`, which is no number of a pod"),
            (16, None, Some("-1"), "JOB_COMPLETION_INDEX is `-1`, which is no number of a pod"),
            (16, None, Some("+1"), "JOB_COMPLETION_INDEX is `+1`, which is no number of a pod"),
            (16, None, Some("one"), "JOB_COMPLETION_INDEX is `one`, which is no number of a pod"),
            (8, Some("3/16"), Some("3"), "--shard 3/16 and --shards 8 say different things"),
        ] {
            assert_eq!(of(Some(shards), shard, index), Err(says.to_owned()), "{shards} {shard:?} {index:?}");
        }
    }
}
