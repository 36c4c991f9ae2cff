//! Which releases define the kinds of other releases' objects. A definition has to outlive those objects.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use super::Known;

/// The kinds that a release defines and uses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CrdUsage {
    /// Kinds that it defines, in its manifest or in its chart's `crds` folder.
    pub defines: Known<BTreeSet<GroupKind>>,
    /// Kinds that are not Kubernetes' own and that its manifest holds objects of.
    pub uses: Known<BTreeSet<GroupKind>>,
    /// The objects that an uninstall deletes; unknown if the reader left them out.
    pub objects: Known<Vec<ObjectRef>>,
}

/// A kind, whatever its version.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct GroupKind {
    group: String,
    kind: String,
}

/// What identifies an object in the API. Untrusted text.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ObjectRef {
    /// Group and version, as in a manifest: `v1`, `apps/v1`.
    pub api_version: String,
    /// Its kind.
    pub kind: String,
    /// The namespace it lies in, if its kind is namespaced.
    pub namespace: String,
    /// Its name.
    pub name: String,
}

impl Default for CrdUsage {
    /// That of a release without objects.
    fn default() -> Self {
        Self { defines: Known::Is(BTreeSet::new()), uses: Known::Is(BTreeSet::new()), objects: Known::Is(Vec::new()) }
    }
}

impl CrdUsage {
    /// That of a release with unknown content.
    pub fn unknown() -> Self {
        Self { defines: Known::Unknown, uses: Known::Unknown, objects: Known::Unknown }
    }
}

impl GroupKind {
    /// Helm ignores the case of a kind's letters.
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

/// For each kind, up to two of the releases that hold objects of it: with only one, it may be the one that defines it.
#[derive(Debug)]
pub(crate) struct Dependents<'a, U> {
    of_kinds: BTreeMap<&'a GroupKind, (U, Option<U>)>,
}

impl<'a, U: Copy + Eq> Dependents<'a, U> {
    /// Collects which releases use which kinds. A release with unknown usage uses none.
    pub(crate) fn of(releases: impl IntoIterator<Item = (U, &'a CrdUsage)>) -> Self {
        let mut of_kinds = BTreeMap::<_, (U, Option<U>)>::new();
        for (user, usage) in releases {
            for kind in usage.uses.as_known().into_iter().flatten() {
                of_kinds.entry(kind).and_modify(|(_, second)| *second = second.or(Some(user))).or_insert((user, None));
            }
        }
        Self { of_kinds }
    }

    /// Whether another release than `own` uses a kind that `own` defines.
    pub(crate) fn need(&self, own: &U, usage: &CrdUsage) -> bool {
        let Known::Is(defined) = &usage.defines else { return false };
        let others = |(first, second): &(U, Option<U>)| first != own || second.is_some();
        defined.iter().any(|kind| self.of_kinds.get(kind).is_some_and(others))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn usage(defines: &[&str], uses: &[&str]) -> CrdUsage {
        let kinds = |names: &[&str]| Known::Is(names.iter().map(|name| GroupKind::new("example.com", name)).collect());
        CrdUsage { defines: kinds(defines), uses: kinds(uses), ..CrdUsage::default() }
    }

    fn needed(all: &[CrdUsage]) -> Vec<usize> {
        let users = Dependents::of(all.iter().enumerate());
        (0..all.len()).filter(|number| users.need(number, &all[*number])).collect()
    }

    #[test]
    fn one_is_needed_where_another_uses_what_it_defines_and_not_for_its_own_sake() {
        assert_eq!(needed(&[usage(&["a"], &["a"]), usage(&[], &["b"])]), [0; 0]);
        assert_eq!(needed(&[usage(&["a"], &["a"]), usage(&[], &["b", "A"])]), [0]);
        assert_eq!(needed(&[usage(&[], &["a"]), usage(&["b", "a"], &["a"]), usage(&["b"], &[])]), [1]);
        assert_eq!(needed(&[usage(&["a"], &["b"]), usage(&["b"], &["a"])]), [0, 1]);
    }

    #[test]
    fn where_nothing_is_known_nothing_is_needed() {
        assert_eq!(needed(&[CrdUsage::unknown(), usage(&["a"], &[]), CrdUsage::unknown()]), [0; 0]);
    }
}
