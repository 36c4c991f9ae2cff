//! A list of releases, and what it says of one of them. Pure.

use std::collections::BTreeMap;

use crate::cluster::NamespaceFacts;
use crate::release::{Namespace, Release, ReleaseId};

/// Every release that was listed, sorted by namespace and name, each once.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Listing {
    /// Those that were understood.
    pub releases: Vec<Release>,
    /// Those that were not.
    pub unreadable: Vec<Unreadable>,
    /// Namespaces that could not be looked at. Nothing in them is purged.
    pub unlisted: Vec<Unlisted>,
    /// The namespaces of the fence, where namespaces may be listed. Of one that is not in here nothing is known.
    pub namespaces: BTreeMap<Namespace, NamespaceFacts>,
}

/// A namespace of the fence that refused to be looked at.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Unlisted {
    /// Which.
    pub namespace: Namespace,
    /// In the API server's words.
    pub why: String,
}

/// An entry that could not be understood. It is never purged.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Unreadable {
    /// Its namespace, where that much is known: without it no fence can claim the entry.
    pub namespace: Option<Namespace>,
    /// What stands where its name should be. Foreign text.
    pub name: String,
    /// What could not be understood.
    pub why: String,
}

/// What a list says of a release.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Found<'a> {
    /// It is there.
    Release(&'a Release),
    /// Something of it is there that could not be understood.
    Unreadable(&'a Unreadable),
    /// Its namespace could not be looked at.
    Unlisted(&'a Unlisted),
    /// It is not there.
    Nothing,
}

impl Listing {
    /// Looks for a release; what leaves a doubt goes before what is clear.
    pub fn find(&self, id: &ReleaseId) -> Found<'_> {
        let is_it =
            |entry: &&Unreadable| entry.namespace.as_ref() == Some(&id.namespace) && entry.name == id.name.as_str();
        if let Some(entry) = self.unreadable.iter().find(is_it) {
            return Found::Unreadable(entry);
        }
        if let Some(entry) = self.unlisted.iter().find(|entry| entry.namespace == id.namespace) {
            return Found::Unlisted(entry);
        }
        let at = self.releases.binary_search_by(|release| release.id.cmp(id));
        at.map_or(Found::Nothing, |at| Found::Release(&self.releases[at]))
    }

    /// What this list says against a planned release; one that is not in it is gone, which is no change.
    pub fn change_of(&self, planned: &Release) -> Option<String> {
        match self.find(&planned.id) {
            Found::Release(now) => planned.difference(now),
            Found::Unreadable(entry) => Some(entry.why.clone()),
            Found::Unlisted(entry) => Some(entry.why.clone()),
            Found::Nothing => None,
        }
    }
}
