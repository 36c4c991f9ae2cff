//! Values of flags that several commands take.

use std::time::Duration;

use crate::app::CommandError;
use crate::policy::{KeepEntry, timeout_from_flag};
use crate::release::{Namespace, ReleaseId};
use crate::sanitize;

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
