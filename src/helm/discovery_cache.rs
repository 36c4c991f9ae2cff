//! Helm's cache of the kinds that the cluster has.
//!
//! A helm process reads its whole cache again for each release. On a cluster without custom kinds that is a quarter of the CPU
//! time of an uninstall, and more with each definition that is installed. So a run gets its own cache with only the kinds
//! that it needs. A helm process that meets a kind that is not in its cache asks the API server for all of them, and stores
//! these. Layout and names are those of client-go's cache of discovery documents, as its source has them
//! (`discovery/cached/disk`).
//!
//! A release that holds a resource of a kind whose definition is gone cannot be uninstalled, nor can anything else of
//! it, unless the kind is still in the cache: then the resource counts as deleted. [`warm`] fills the default cache
//! before the first delete, while all definitions exist, once for all children.

#[cfg(test)]
#[path = "discovery_cache_test.rs"]
mod tests;

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Component, Path, PathBuf};
use std::time::Duration;

use serde_json::{Value, json};

use super::arguments;
use super::binary::Helm;
use super::child::{ChildLimits, run};
use crate::cluster::{Connection, ServedKinds};
use crate::release::ReleaseId;
use crate::signal::CancelToken;

const WARM_DEADLINE: Duration = Duration::from_secs(30);

/// Lets helm show the objects of one release, for which it has to know all kinds. Its output is not needed, and a failure
/// will show with the first uninstall.
pub(crate) fn warm(helm: &Helm, connection: &Connection, release: &ReleaseId, stop: &CancelToken) {
    let arguments = arguments::status(connection, release, &helm.version);
    let limits = ChildLimits::with_deadline(WARM_DEADLINE);
    let _ = run(&helm.query(arguments, connection), limits, stop, &mut |_: &[u8]| {});
}

/// Writes what the API server offers into a folder that a helm process gets as its cache.
///
/// # Errors
/// If the folder cannot be written, or the server's address makes no name for a folder.
pub(crate) fn write_discovery_cache(folder: &Path, server: &str, offered: &[ServedKinds]) -> io::Result<()> {
    let folder = folder.join("discovery").join(folder_of(server)?);
    for kinds in offered {
        let of_version = folder.join(&kinds.api_version);
        fs::create_dir_all(&of_version)?;
        fs::write(of_version.join("serverresources.json"), serde_json::to_vec(&kinds.list)?)?;
    }
    fs::write(folder.join("servergroups.json"), groups(offered).to_string())
}

/// Whether a helm process of this version uninstalls with what is in its cache. Older versions than 3.16 request everything first.
pub(crate) fn uses_discovery_cache(version: &semver::Version) -> bool {
    *version >= semver::Version::new(3, 16, 0)
}

/// The name that client-go makes of a server's address: without the scheme, and with `_` for characters that a file
/// system may refuse. A path in the address is a path here. An address that client-go may normalize has no name.
fn folder_of(address: &str) -> io::Result<PathBuf> {
    let no_name = || io::Error::new(io::ErrorKind::InvalidInput, format!("{address} is not a valid folder name"));
    let host = address.strip_prefix("https://").or_else(|| address.strip_prefix("http://")).ok_or_else(no_name)?;
    let is_plain = |character: char| character.is_ascii_alphanumeric() || "_-/.:[]".contains(character);
    let name = host.replace([':', '[', ']', '-'], "_");
    let leads_down = Path::new(&name).components().all(|part| matches!(part, Component::Normal(_)));
    if host.is_empty() || !host.chars().all(is_plain) || !leads_down { Err(no_name()) } else { Ok(name.into()) }
}

/// The list of groups, with only those versions whose kinds are known.
fn groups(offered: &[ServedKinds]) -> Value {
    let mut groups = BTreeMap::<&str, Vec<Value>>::new();
    for ServedKinds { api_version, .. } in offered {
        let (group, version) = api_version.split_once('/').unwrap_or(("", api_version));
        groups.entry(group).or_default().push(json!({"groupVersion": api_version, "version": version}));
    }
    let group = |(name, versions): (&str, Vec<Value>)| {
        let preferred = versions.first().cloned();
        json!({"name": name, "versions": versions, "preferredVersion": preferred})
    };
    let groups = groups.into_iter().map(group).collect::<Vec<_>>();
    json!({"kind": "APIGroupList", "apiVersion": "v1", "groups": groups})
}
