//! What journals tell of earlier purges and restores, and which purges a restore means that names none. Pure.
//!
//! The cluster alone tells of a purge as long as something is left of it. Once all of it has been restored, its place would
//! be taken by the one before, and a second `restore` would bring back what nobody has asked for. So journals, where there
//! are any, have a say in which one was the last.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use crate::run_id::RunId;

/// A purge that was begun so long after another did not go on from it: it was another evening's.
const ONE_NIGHT: Duration = Duration::from_hours(12);

/// Earlier purges and restores. Names of runs sort by time.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RunHistory {
    purges: BTreeMap<RunId, Purge>,
    restores: BTreeMap<RunId, Restore>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Purge {
    policies: BTreeSet<String>,
    shard: Option<String>,
    end: PurgeEnd,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Restore {
    policies: BTreeSet<String>,
    of: BTreeSet<RunId>,
}

/// How a purge ended, as far as that matters to whoever takes it back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PurgeEnd {
    /// With nothing left to do.
    Well,
    /// Killed, interrupted, or with something that failed: it was to be run again.
    NotWell,
}

impl RunHistory {
    /// A purge by these policies, or of one part of their fence.
    pub fn add_purge(&mut self, run: RunId, policies: BTreeSet<String>, shard: Option<String>, end: PurgeEnd) {
        self.purges.insert(run, Purge { policies, shard, end });
    }

    /// A restore by these policies, of these purges.
    pub fn add_restore(&mut self, run: RunId, policies: BTreeSet<String>, of: BTreeSet<RunId>) {
        self.restores.insert(run, Restore { policies, of });
    }

    /// The last purge of a policy, of those that journals tell of and of those that have left marks.
    pub fn last(&self, policy: &str, marked: &BTreeSet<RunId>) -> Option<RunId> {
        self.all(policy, marked).into_iter().next_back()
    }

    /// The last purge of a policy, with those before it that did not end well and that it went on from: together they are
    /// what somebody takes for one.
    pub fn meant(&self, policy: &str, marked: &BTreeSet<RunId>) -> BTreeSet<RunId> {
        let mut all = self.all(policy, marked).into_iter().rev();
        let Some(last) = all.next() else { return BTreeSet::new() };
        let (mut meant, mut later) = (BTreeSet::from([last.clone()]), last.clone());
        let mut parts = Parts::default();
        parts.take(self.shard(&last));
        for run in all {
            let goes_on = parts.take(self.shard(&run)) || self.is_unfinished(&run);
            if !goes_on || !is_of_one_night(&run, &last) || self.was_restored(policy, &run, &later) {
                break;
            }
            meant.insert(run.clone());
            later = run;
        }
        meant
    }

    fn all(&self, policy: &str, marked: &BTreeSet<RunId>) -> BTreeSet<RunId> {
        let purges = self.purges.iter().filter(|(_, purge)| purge.policies.contains(policy)).map(|(run, _)| run);
        let restores = self.restores.values().filter(|restore| restore.policies.contains(policy));
        let taken_back = restores.flat_map(|restore| &restore.of);
        marked.iter().chain(purges).chain(taken_back).cloned().collect()
    }

    /// Whether a purge is known not to have ended well.
    pub(super) fn is_unfinished(&self, run: &RunId) -> bool {
        self.purges.get(run).is_some_and(|purge| purge.end == PurgeEnd::NotWell)
    }

    fn shard(&self, run: &RunId) -> Option<&str> {
        self.purges.get(run)?.shard.as_deref()
    }

    /// Whether there was a restore between two purges: the second one went on from nothing then.
    fn was_restored(&self, policy: &str, first: &RunId, second: &RunId) -> bool {
        let mut between = self.restores.range(first..second);
        between.any(|(_, restore)| restore.policies.contains(policy))
    }
}

/// The parts of a fence that several have shared on one evening: each once, and all of the same number. A run over the whole
/// fence may follow them, which takes what goes last.
#[derive(Debug, Default)]
struct Parts<'a> {
    of: Option<&'a str>,
    taken: BTreeSet<&'a str>,
}

impl<'a> Parts<'a> {
    /// Takes a part, as in `3/16`, where it can be one of these.
    fn take(&mut self, shard: Option<&'a str>) -> bool {
        let Some((shard, of)) = shard.and_then(|shard| Some((shard, shard.split_once('/')?.1))) else { return false };
        *self.of.get_or_insert(of) == of && self.taken.insert(shard)
    }
}

/// Whether a purge may have been the beginning of what the last one went on with.
pub fn is_of_one_night(run: &RunId, last: &RunId) -> bool {
    let between = run.begun().zip(last.begun()).map(|(run, last)| last.duration_since(run));
    between.is_some_and(|between| Duration::try_from(between).is_ok_and(|between| between <= ONE_NIGHT))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(text: &str) -> RunId {
        format!("202611{text}-3f9a1c").parse().expect("the name of a run")
    }

    fn policies(name: &str) -> BTreeSet<String> {
        BTreeSet::from([name.to_owned()])
    }

    fn set(runs: &[&str]) -> BTreeSet<RunId> {
        runs.iter().map(|text| run(text)).collect()
    }

    /// What is meant where these have left marks, after these purges and restores.
    fn meant(marked: &[&str], purges: &[(&str, PurgeEnd)], restores: &[(&str, &[&str])]) -> BTreeSet<RunId> {
        let mut known = RunHistory::default();
        for (text, end) in purges {
            known.add_purge(run(text), policies("x"), None, *end);
        }
        for (text, of) in restores {
            known.add_restore(run(text), policies("x"), set(of));
        }
        known.meant("x", &set(marked))
    }

    const MONDAY: &str = "23-190000";
    const MORNING: &str = "24-070000";
    const TUESDAY: &str = "24-190000";
    const AGAIN: &str = "24-191000";
    const ONCE_MORE: &str = "24-230000";

    #[test]
    fn the_last_purge_is_meant_also_where_nothing_is_left_of_it() {
        use PurgeEnd::Well;
        assert_eq!(meant(&[], &[], &[]), set(&[]));
        assert_eq!(meant(&[MONDAY, TUESDAY], &[], &[]), set(&[TUESDAY]));
        assert_eq!(meant(&[MONDAY], &[(TUESDAY, Well)], &[]), set(&[TUESDAY]));
        assert_eq!(meant(&[MONDAY], &[], &[(ONCE_MORE, &[TUESDAY])]), set(&[TUESDAY]));
        assert_eq!(meant(&[TUESDAY], &[(MONDAY, Well)], &[]), set(&[TUESDAY]));
    }

    #[test]
    fn a_purge_that_did_not_end_well_is_one_with_the_next_of_the_same_night() {
        use PurgeEnd::{NotWell, Well};
        let both = set(&[TUESDAY, AGAIN]);
        assert_eq!(meant(&[TUESDAY, AGAIN], &[(TUESDAY, NotWell), (AGAIN, Well)], &[]), both);
        assert_eq!(meant(&[TUESDAY, AGAIN], &[(TUESDAY, NotWell)], &[]), both);
        assert_eq!(meant(&[TUESDAY, AGAIN], &[(TUESDAY, Well), (AGAIN, Well)], &[]), set(&[AGAIN]));
        assert_eq!(meant(&[TUESDAY, AGAIN], &[], &[]), set(&[AGAIN]), "what is not known is not guessed");
        let three = [(TUESDAY, NotWell), (AGAIN, NotWell), (ONCE_MORE, Well)];
        assert_eq!(meant(&[], &three, &[]), set(&[TUESDAY, AGAIN, ONCE_MORE]));
        let whole_between = [(TUESDAY, NotWell), (AGAIN, Well), (ONCE_MORE, Well)];
        assert_eq!(meant(&[], &whole_between, &[]), set(&[ONCE_MORE]));
        assert_eq!(meant(&[], &[(MONDAY, NotWell), (TUESDAY, Well)], &[]), set(&[TUESDAY]), "another evening");
    }

    #[test]
    fn what_was_restored_before_the_last_purge_is_not_part_of_it() {
        use PurgeEnd::{NotWell, Well};
        let purges = [(TUESDAY, NotWell), (ONCE_MORE, Well)];
        assert_eq!(meant(&[], &purges, &[(AGAIN, &[TUESDAY])]), set(&[ONCE_MORE]));
        let both = set(&[TUESDAY, ONCE_MORE]);
        assert_eq!(meant(&[], &purges, &[(MORNING, &[MONDAY])]), both);
        assert_eq!(meant(&[], &purges, &[("25-070000", &[TUESDAY, ONCE_MORE])]), both, "a restore goes on as well");
    }

    #[test]
    fn purges_of_parts_of_one_fence_are_one_evening() {
        let mut known = RunHistory::default();
        known.add_purge(run(MONDAY), policies("x"), Some("1/2".to_owned()), PurgeEnd::Well);
        known.add_purge(run(TUESDAY), policies("x"), Some("1/2".to_owned()), PurgeEnd::Well);
        known.add_purge(run(AGAIN), policies("x"), Some("2/2".to_owned()), PurgeEnd::Well);
        assert_eq!(known.meant("x", &set(&[])), set(&[TUESDAY, AGAIN]));
        // What goes last is taken by a run over the whole fence, after all of them.
        known.add_purge(run(ONCE_MORE), policies("x"), None, PurgeEnd::Well);
        assert_eq!(known.meant("x", &set(&[])), set(&[TUESDAY, AGAIN, ONCE_MORE]));
    }

    #[test]
    fn the_same_part_once_more_or_a_part_of_another_number_is_another_purge() {
        for (first, second) in [("1/2", "1/2"), ("1/2", "2/3")] {
            let mut known = RunHistory::default();
            known.add_purge(run(TUESDAY), policies("x"), Some(first.to_owned()), PurgeEnd::Well);
            known.add_purge(run(AGAIN), policies("x"), Some(second.to_owned()), PurgeEnd::Well);
            assert_eq!(known.meant("x", &set(&[])), set(&[AGAIN]), "{first} {second}");
        }
    }

    #[test]
    fn each_policy_has_a_last_purge_of_its_own() {
        let mut known = RunHistory::default();
        known.add_purge(run(TUESDAY), policies("x"), None, PurgeEnd::Well);
        known.add_purge(run(ONCE_MORE), policies("y"), None, PurgeEnd::Well);
        assert_eq!(known.last("x", &set(&[MONDAY])), Some(run(TUESDAY)));
        assert_eq!(known.meant("y", &set(&[])), set(&[ONCE_MORE]));
        assert_eq!(known.last("z", &set(&[])), None);
    }
}
