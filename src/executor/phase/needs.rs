//! What a phase has to spare: a release that is still there may need what defines its kinds, and who serves them. Pure.

use std::collections::{BTreeMap, BTreeSet};

use crate::executor::planned::{Phase, Task};
use crate::release::{GroupKind, Known};

/// A release of a phase that is over, which is still there, or objects of it are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::executor) struct Needs {
    /// Its place in the plan.
    pub(in crate::executor) release: usize,
    /// The kinds that somebody has to serve until it is gone.
    pub(in crate::executor) kinds: Known<BTreeSet<GroupKind>>,
}

/// The releases of the phases after `over` that have to stay, each with the first one that may need it.
///
/// Those that define such a kind. Those of the last phase as well where nothing in the plan defines it, and where they
/// define nothing: somebody has put them there for a reason, and the definitions may have come by another way. Where
/// the kinds are not known, everything that defines any.
pub(in crate::executor) fn spared(plan: &[Task], over: Phase, present: &[Needs]) -> BTreeMap<usize, usize> {
    let Some(last) = plan.iter().map(|planned| planned.phase).max() else { return BTreeMap::new() };
    let needed = Needed::of(plan, present);
    let later = plan.iter().enumerate().filter(|(_, planned)| planned.phase > over);
    later.filter_map(|(place, planned)| Some((place, needed.by(planned, planned.phase == last)?))).collect()
}

/// For each thing that may be needed, the first release that needs it.
#[derive(Debug, Default)]
struct Needed<'a> {
    kinds: BTreeMap<&'a GroupKind, usize>,
    /// Any kind.
    any: Option<usize>,
    /// A kind that nothing in the plan defines.
    from_elsewhere: Option<usize>,
    /// It cannot be told what.
    unknown: Option<usize>,
}

impl<'a> Needed<'a> {
    fn of(plan: &[Task], present: &'a [Needs]) -> Self {
        let defined = plan.iter().filter_map(|planned| planned.ties.defines.as_known()).flatten();
        let defined = defined.collect::<BTreeSet<_>>();
        let mut needed = Self::default();
        for Needs { release, kinds } in present {
            let Some(kinds) = kinds.as_known() else {
                needed.unknown.get_or_insert(*release);
                continue;
            };
            for kind in kinds {
                needed.kinds.entry(kind).or_insert(*release);
                needed.any.get_or_insert(*release);
                if !defined.contains(kind) {
                    needed.from_elsewhere.get_or_insert(*release);
                }
            }
        }
        needed
    }

    fn by(&self, planned: &Task, is_last: bool) -> Option<usize> {
        let (of_kinds, defines) = match planned.ties.defines.as_known() {
            None => (self.any, true),
            Some(kinds) => (kinds.iter().filter_map(|kind| self.kinds.get(kind)).min().copied(), !kinds.is_empty()),
        };
        let of_unknown = self.unknown.filter(|_| defines || is_last);
        let of_last = if defines { self.from_elsewhere } else { self.any };
        of_kinds.or(of_unknown).or(of_last.filter(|_| is_last))
    }
}

#[cfg(test)]
#[path = "needs_test.rs"]
mod tests;
