//! Who uses which kinds, among many: asked once for each kind, and not once for each pair of releases.

use std::collections::BTreeMap;

use super::{CrdUsage, GroupKind, Known};

/// For each kind, two of those that hold objects of it: where it is only one, it may be the one that asks.
#[derive(Debug)]
pub struct Dependents<'a, U> {
    of_kinds: BTreeMap<&'a GroupKind, (U, Option<U>)>,
}

impl<'a, U: Copy + Eq> Dependents<'a, U> {
    /// Those of a number of releases, each with what it is to the others. Whoever's ties are not known uses nothing.
    pub fn of(releases: impl IntoIterator<Item = (U, &'a CrdUsage)>) -> Self {
        let mut of_kinds = BTreeMap::<_, (U, Option<U>)>::new();
        for (user, ties) in releases {
            for kind in ties.uses.as_known().into_iter().flatten() {
                of_kinds.entry(kind).and_modify(|(_, second)| *second = second.or(Some(user))).or_insert((user, None));
            }
        }
        Self { of_kinds }
    }

    /// Whether anybody else than `own` uses a kind that `own` defines.
    pub fn need(&self, own: &U, ties: &CrdUsage) -> bool {
        let Known::Is(defined) = &ties.defines else { return false };
        let others = |(first, second): &(U, Option<U>)| first != own || second.is_some();
        defined.iter().any(|kind| self.of_kinds.get(kind).is_some_and(others))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ties(defines: &[&str], uses: &[&str]) -> CrdUsage {
        let kinds = |names: &[&str]| Known::Is(names.iter().map(|name| GroupKind::new("example.com", name)).collect());
        CrdUsage { defines: kinds(defines), uses: kinds(uses), ..CrdUsage::none() }
    }

    fn needed(all: &[CrdUsage]) -> Vec<usize> {
        let users = Dependents::of(all.iter().enumerate());
        (0..all.len()).filter(|number| users.need(number, &all[*number])).collect()
    }

    #[test]
    fn one_is_needed_where_another_uses_what_it_defines_and_not_for_its_own_sake() {
        assert_eq!(needed(&[ties(&["a"], &["a"]), ties(&[], &["b"])]), [0; 0]);
        assert_eq!(needed(&[ties(&["a"], &["a"]), ties(&[], &["b", "A"])]), [0]);
        assert_eq!(needed(&[ties(&[], &["a"]), ties(&["b", "a"], &["a"]), ties(&["b"], &[])]), [1]);
        assert_eq!(needed(&[ties(&["a"], &["b"]), ties(&["b"], &["a"])]), [0, 1]);
    }

    #[test]
    fn where_nothing_is_known_nothing_is_needed() {
        assert_eq!(needed(&[CrdUsage::unknown(), ties(&["a"], &[]), CrdUsage::unknown()]), [0; 0]);
    }
}
