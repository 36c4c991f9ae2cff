//! What releases hold: read from the newest record of each, packed, as JSON, as YAML.
//!
//! A record is foreign text: its sizes are bounded, and whatever is not exactly what Helm would write makes the
//! release one that cannot be understood. Nothing here decides what becomes of it. No request is made here.

#[cfg(test)]
mod arbitrary_test;
mod fields;
mod gathered;
mod hooks;
mod keys;
mod manager;
mod manifest;
mod outline;
mod shape;
mod stored;
mod ties;
mod unpack;

pub(super) use gathered::GatheredContents;
pub(super) use stored::{Stored, read_stored};
pub(super) use unpack::unpack;

use std::collections::BTreeMap;

use manifest::KeepPolicy;

use crate::release::{Content, Known, Release, ReleaseId};

/// What each release holds, or why that cannot be told.
pub type Contents = BTreeMap<ReleaseId, Result<Content, String>>;

/// Whether the objects of releases are listed. There may be very many.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ObjectLists {
    /// They are: somebody will ask whether they are gone.
    Wanted,
    /// They are not.
    NotWanted,
}

/// A reason as a plan can show it: it may quote what a record holds, however long that is.
fn in_short(why: &str) -> String {
    const LONGEST: usize = 400;
    match why.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &why[..end]),
        None => why.to_owned(),
    }
}

/// Compares a record with the release it was found for, and reads what it holds.
pub(super) fn content_of(release: &Release, stored: &Stored, lists: ObjectLists) -> Result<Content, String> {
    let says = |what: &str, found: &str, listed: &str| {
        Err(format!("its record says {what} {found}, its labels say {listed}: forged, or changed just now"))
    };
    if stored.namespace != release.id.namespace.as_str() {
        let namespace = &stored.namespace;
        return Err(format!("it is stored elsewhere: its record says that it belongs to namespace {namespace}"));
    }
    if stored.name != release.id.name.as_str() {
        return says("release", &stored.name, release.id.name.as_str());
    }
    if stored.revision != release.revision.0 {
        return says("revision", &stored.revision.to_string(), &release.revision.to_string());
    }
    if stored.status != release.status.as_str() {
        return says("status", &stored.status, release.status.as_str());
    }
    let mut content = Content {
        first_deployed: stored.first_deployed,
        description: stored.description.clone(),
        made_by_hooks: stored.made_by_hooks.clone(),
        ..Content::of_chart(stored.chart.clone())
    };
    if lists == ObjectLists::NotWanted {
        content.ties.objects = Known::Unknown;
    }
    let own = release.id.namespace.as_str();
    manifest::read(&stored.manifest, own, KeepPolicy::Honoured, &mut content)?;
    // Nobody waits until what a hook has made is gone.
    let objects = std::mem::replace(&mut content.ties.objects, Known::Is(Vec::new()));
    for hook in &stored.hooks {
        manifest::read(hook, own, KeepPolicy::Ignored, &mut content).map_err(|why| format!("in a hook: {why}"))?;
    }
    content.hooks = std::mem::replace(&mut content.ties.objects, objects);
    ties::add_folder(&stored.definitions, &mut content.ties);
    Ok(content)
}
