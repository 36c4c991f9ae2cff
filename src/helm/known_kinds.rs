//! Helm's memory of what kinds there are, filled with those that a run needs and no others.
//!
//! A helm reads all of that memory anew for each release: a quarter of what an uninstall takes of the CPU on a cluster
//! without any kinds of its own, and more with each that is installed. A helm that meets a kind that is not in it asks
//! the API server for all of them, and remembers these. Layout and names are those of client-go's cache of discovery
//! documents, as read in its source (`discovery/cached/disk`).

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Component, Path, PathBuf};

use serde_json::{Value, json};

use super::Helm;
use crate::cluster::{ServedKinds, ServerUrl};

/// Writes down what the API server offers, in a folder that a helm is given as its cache.
///
/// # Errors
/// Where it cannot be written, or the server's address makes no name for a folder.
pub fn remember_kinds(folder: &Path, server: &ServerUrl, offered: &[ServedKinds]) -> io::Result<()> {
    let folder = folder.join("discovery").join(folder_of(server.as_str())?);
    for kinds in offered {
        let of_version = folder.join(&kinds.api_version);
        fs::create_dir_all(&of_version)?;
        fs::write(of_version.join("serverresources.json"), serde_json::to_vec(&kinds.list)?)?;
    }
    fs::write(folder.join("servergroups.json"), groups(offered).to_string())
}

impl Helm {
    /// Whether it takes what it remembers for true when it uninstalls. Before 3.16 it asks for everything first.
    pub fn believes_its_memory(&self) -> bool {
        believes_its_memory(self.version())
    }
}

fn believes_its_memory(version: &semver::Version) -> bool {
    *version >= semver::Version::new(3, 16, 0)
}

/// The name that client-go makes of a server's address: without the scheme, and `_` for whatever a file system may not
/// like. What is a path in the address is a path here. An address that it may spell anew has no name.
fn folder_of(address: &str) -> io::Result<PathBuf> {
    let no_name = || io::Error::new(io::ErrorKind::InvalidInput, format!("{address} makes no name for a folder"));
    let host = address.strip_prefix("https://").or_else(|| address.strip_prefix("http://")).ok_or_else(no_name)?;
    let is_plain = |character: char| character.is_ascii_alphanumeric() || "_-/.:[]".contains(character);
    let name = host.replace([':', '[', ']', '-'], "_");
    let leads_down = Path::new(&name).components().all(|part| matches!(part, Component::Normal(_)));
    if host.is_empty() || !host.chars().all(is_plain) || !leads_down { Err(no_name()) } else { Ok(name.into()) }
}

/// The list of groups, with only those versions of which the kinds are there.
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

#[cfg(test)]
#[path = "known_kinds_test.rs"]
mod tests;
