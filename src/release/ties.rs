//! What ties a release to others: some define the kinds that objects of others are of, and have to outlive these.

use std::collections::BTreeSet;
use std::fmt;

use super::Known;

/// What a release is to others, and others to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CrdUsage {
    /// Kinds that it defines, in its manifest or in its chart's `crds` folder.
    pub defines: Known<BTreeSet<GroupKind>>,
    /// Kinds that are not Kubernetes' own and that its manifest holds objects of.
    pub uses: Known<BTreeSet<GroupKind>>,
    /// The objects that an uninstall deletes; unknown where nobody asked for them.
    pub objects: Known<Vec<ObjectRef>>,
}

/// A kind, whatever its version.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct GroupKind {
    group: String,
    kind: String,
}

/// Where to look for an object. Foreign text.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ObjectRef {
    /// Group and version, as in a manifest: `v1`, `apps/v1`.
    pub api_version: String,
    /// Its kind.
    pub kind: String,
    /// The namespace it lies in, where its kind lies in one.
    pub namespace: String,
    /// Its name.
    pub name: String,
}

impl CrdUsage {
    /// Those of a release that holds nothing.
    pub fn none() -> Self {
        Self { defines: Known::Is(BTreeSet::new()), uses: Known::Is(BTreeSet::new()), objects: Known::Is(Vec::new()) }
    }

    /// Those of a release of which nothing is known.
    pub fn unknown() -> Self {
        Self { defines: Known::Unknown, uses: Known::Unknown, objects: Known::Unknown }
    }
}

impl GroupKind {
    /// Helm finds a kind however its letters are cased.
    pub fn new(group: &str, kind: &str) -> Self {
        Self { group: group.to_ascii_lowercase(), kind: kind.to_ascii_lowercase() }
    }

    /// The group, empty for the core of Kubernetes.
    pub fn group(&self) -> &str {
        &self.group
    }
}

impl ObjectRef {
    /// Its kind, without the version.
    pub fn group_kind(&self) -> GroupKind {
        GroupKind::new(self.group(), &self.kind)
    }

    /// The group of its kind, empty for the core of Kubernetes.
    pub fn group(&self) -> &str {
        self.api_version.split_once('/').map_or("", |(group, _)| group)
    }
}

impl fmt::Display for ObjectRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}/{}", self.kind, self.namespace, self.name)
    }
}
