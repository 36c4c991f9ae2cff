//! Earlier purges and restores by their journals, and which purges a restore restores if the command line names none. Pure.
//!
//! The cluster alone shows a purge as long as something is left of it. Once all of it has been restored, the purge before it
//! would take its place, and a second `restore` would restore releases that the user does not want. So journals, if there are
//! any, help to decide which purge was the last.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use jiff::Timestamp;

use crate::clock::MAX_CLOCK_DIFFERENCE;
use crate::run_id::RunId;

/// If a purge began longer than this after another, it did not continue it: it belongs to another session.
const MAX_GAP: Duration = Duration::from_hours(12);

/// Earlier purges and restores. Run IDs sort by time.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct RunHistory {
    /// A run that began later has its name from a clock that is wrong, and is never the last one. `None`: no bound.
    now: Option<Timestamp>,
    purges: BTreeMap<RunId, PastPurge>,
    restores: BTreeMap<RunId, PastRestore>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct PastPurge {
    policies: BTreeSet<String>,
    shard: Option<String>,
    /// Whether nothing was left to do. Otherwise it was killed or interrupted, or something failed, and it was to be run again.
    completed: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct PastRestore {
    policies: BTreeSet<String>,
    of: BTreeSet<RunId>,
}

impl RunHistory {
    pub(crate) fn at(now: Timestamp) -> Self {
        Self { now: Some(now), ..Self::default() }
    }

    /// Adds a purge by these policies, or of one shard of their namespaces.
    pub(crate) fn add_purge(&mut self, run: RunId, policies: BTreeSet<String>, shard: Option<String>, completed: bool) {
        self.purges.insert(run, PastPurge { policies, shard, completed });
    }

    /// Adds a restore by these policies, of these purges.
    pub(crate) fn add_restore(&mut self, run: RunId, policies: BTreeSet<String>, of: BTreeSet<RunId>) {
        self.restores.insert(run, PastRestore { policies, of });
    }

    /// The last purge of a policy, of those in journals and of those that have left tagged records.
    pub(crate) fn last(&self, policy: &str, tagged: &BTreeSet<RunId>) -> Option<RunId> {
        self.all(policy, tagged).into_iter().next_back()
    }

    /// The last purge of a policy, with the incomplete purges before it that it continued: to the user, all of them are one
    /// purge.
    pub(crate) fn last_session(&self, policy: &str, tagged: &BTreeSet<RunId>) -> BTreeSet<RunId> {
        let mut all = self.all(policy, tagged).into_iter().rev();
        let Some(last) = all.next() else { return BTreeSet::new() };
        let (mut session, mut later) = (BTreeSet::from([last.clone()]), last.clone());
        let mut shards = SeenShards::default();
        shards.add(self.shard(&last));
        for run in all {
            let goes_on = shards.add(self.shard(&run)) || self.is_unfinished(&run);
            if !goes_on || !is_same_session(&run, &last) || self.was_restored(policy, &run, &later) {
                break;
            }
            session.insert(run.clone());
            later = run;
        }
        session
    }

    fn all(&self, policy: &str, tagged: &BTreeSet<RunId>) -> BTreeSet<RunId> {
        let purges = self.purges.iter().filter(|(_, purge)| purge.policies.contains(policy)).map(|(run, _)| run);
        let restores = self.restores.values().filter(|restore| restore.policies.contains(policy));
        let taken_back = restores.flat_map(|restore| &restore.of);
        let all = tagged.iter().chain(purges).chain(taken_back);
        all.filter(|run| !self.is_from_the_future(run)).cloned().collect()
    }

    fn is_from_the_future(&self, run: &RunId) -> bool {
        let ahead = self.now.zip(run.started()).map(|(now, started)| started.duration_since(now));
        ahead.is_some_and(|ahead| ahead > MAX_CLOCK_DIFFERENCE)
    }

    /// Whether a purge is known not to have completed.
    pub(super) fn is_unfinished(&self, run: &RunId) -> bool {
        self.purges.get(run).is_some_and(|purge| !purge.completed)
    }

    fn shard(&self, run: &RunId) -> Option<&str> {
        self.purges.get(run)?.shard.as_deref()
    }

    /// Whether there was a restore between two purges: if so, the second purge did not continue the first.
    fn was_restored(&self, policy: &str, first: &RunId, second: &RunId) -> bool {
        let mut between = self.restores.range(first..second);
        between.any(|(_, restore)| restore.policies.contains(policy))
    }
}

/// The shards of one session: each once, and all of the same number. A run over all namespaces can follow them, which purges
/// what goes last.
#[derive(Debug, Default)]
struct SeenShards<'a> {
    of: Option<&'a str>,
    seen: BTreeSet<&'a str>,
}

impl<'a> SeenShards<'a> {
    /// Adds a shard, as in `3/16`. False if it cannot be one of these.
    fn add(&mut self, shard: Option<&'a str>) -> bool {
        let Some((shard, of)) = shard.and_then(|shard| Some((shard, shard.split_once('/')?.1))) else { return false };
        *self.of.get_or_insert(of) == of && self.seen.insert(shard)
    }
}

/// Whether the last purge may have continued this one.
pub(crate) fn is_same_session(run: &RunId, last: &RunId) -> bool {
    let between = run.started().zip(last.started()).map(|(run, last)| last.duration_since(run));
    between.is_some_and(|between| Duration::try_from(between).is_ok_and(|between| between <= MAX_GAP))
}

#[cfg(test)]
mod tests {
    use super::*;

    const WELL: bool = true;
    const NOT_WELL: bool = false;

    fn run(text: &str) -> RunId {
        format!("202611{text}-3f9a1c").parse().expect("the name of a run")
    }

    fn policies(name: &str) -> BTreeSet<String> {
        BTreeSet::from([name.to_owned()])
    }

    fn set(runs: &[&str]) -> BTreeSet<RunId> {
        runs.iter().map(|text| run(text)).collect()
    }

    /// The purges that a restore restores if these have left tags, after these purges and restores.
    fn meant(marked: &[&str], purges: &[(&str, bool)], restores: &[(&str, &[&str])]) -> BTreeSet<RunId> {
        let mut known = RunHistory::default();
        for (text, end) in purges {
            known.add_purge(run(text), policies("x"), None, *end);
        }
        for (text, of) in restores {
            known.add_restore(run(text), policies("x"), set(of));
        }
        known.last_session("x", &set(marked))
    }

    const MONDAY: &str = "23-190000";
    const MORNING: &str = "24-070000";
    const TUESDAY: &str = "24-190000";
    const AGAIN: &str = "24-191000";
    const ONCE_MORE: &str = "24-230000";

    #[test]
    fn the_last_purge_is_meant_also_where_nothing_is_left_of_it() {
        assert_eq!(meant(&[], &[], &[]), set(&[]));
        assert_eq!(meant(&[MONDAY, TUESDAY], &[], &[]), set(&[TUESDAY]));
        assert_eq!(meant(&[MONDAY], &[(TUESDAY, WELL)], &[]), set(&[TUESDAY]));
        assert_eq!(meant(&[MONDAY], &[], &[(ONCE_MORE, &[TUESDAY])]), set(&[TUESDAY]));
        assert_eq!(meant(&[TUESDAY], &[(MONDAY, WELL)], &[]), set(&[TUESDAY]));
    }

    #[test]
    fn a_purge_that_did_not_end_well_is_one_with_the_next_of_the_same_night() {
        let both = set(&[TUESDAY, AGAIN]);
        assert_eq!(meant(&[TUESDAY, AGAIN], &[(TUESDAY, NOT_WELL), (AGAIN, WELL)], &[]), both);
        assert_eq!(meant(&[TUESDAY, AGAIN], &[(TUESDAY, NOT_WELL)], &[]), both);
        assert_eq!(meant(&[TUESDAY, AGAIN], &[(TUESDAY, WELL), (AGAIN, WELL)], &[]), set(&[AGAIN]));
        assert_eq!(meant(&[TUESDAY, AGAIN], &[], &[]), set(&[AGAIN]), "what is not known is not guessed");
        let three = [(TUESDAY, NOT_WELL), (AGAIN, NOT_WELL), (ONCE_MORE, WELL)];
        assert_eq!(meant(&[], &three, &[]), set(&[TUESDAY, AGAIN, ONCE_MORE]));
        let whole_between = [(TUESDAY, NOT_WELL), (AGAIN, WELL), (ONCE_MORE, WELL)];
        assert_eq!(meant(&[], &whole_between, &[]), set(&[ONCE_MORE]));
        assert_eq!(meant(&[], &[(MONDAY, NOT_WELL), (TUESDAY, WELL)], &[]), set(&[TUESDAY]), "another evening");
    }

    #[test]
    fn what_was_restored_before_the_last_purge_is_not_part_of_it() {
        let purges = [(TUESDAY, NOT_WELL), (ONCE_MORE, WELL)];
        assert_eq!(meant(&[], &purges, &[(AGAIN, &[TUESDAY])]), set(&[ONCE_MORE]));
        let both = set(&[TUESDAY, ONCE_MORE]);
        assert_eq!(meant(&[], &purges, &[(MORNING, &[MONDAY])]), both);
        assert_eq!(meant(&[], &purges, &[("25-070000", &[TUESDAY, ONCE_MORE])]), both, "a restore goes on as well");
    }

    #[test]
    fn a_run_from_the_future_is_never_the_last_one() {
        let now = run(TUESDAY).started().expect("its name has a time");
        let mut known = RunHistory::at(now);
        known.add_purge(run(ONCE_MORE), policies("x"), None, WELL);
        assert_eq!(known.last("x", &set(&[TUESDAY, AGAIN])), Some(run(TUESDAY)), "a journal and a tag from later");
        assert_eq!(known.last_session("x", &set(&[TUESDAY, AGAIN])), set(&[TUESDAY]));
        let soon = RunHistory::at(now - MAX_CLOCK_DIFFERENCE);
        assert_eq!(soon.last("x", &set(&[TUESDAY])), Some(run(TUESDAY)), "clocks are never equal");
    }

    #[test]
    fn purges_of_parts_of_one_scope_are_one_evening() {
        let mut known = RunHistory::default();
        known.add_purge(run(MONDAY), policies("x"), Some("1/2".to_owned()), WELL);
        known.add_purge(run(TUESDAY), policies("x"), Some("1/2".to_owned()), WELL);
        known.add_purge(run(AGAIN), policies("x"), Some("2/2".to_owned()), WELL);
        assert_eq!(known.last_session("x", &set(&[])), set(&[TUESDAY, AGAIN]));
        // What goes last is taken by a run over the whole scope, after all of them.
        known.add_purge(run(ONCE_MORE), policies("x"), None, WELL);
        assert_eq!(known.last_session("x", &set(&[])), set(&[TUESDAY, AGAIN, ONCE_MORE]));
    }

    #[test]
    fn the_same_part_once_more_or_a_part_of_another_number_is_another_purge() {
        for (first, second) in [("1/2", "1/2"), ("1/2", "2/3")] {
            let mut known = RunHistory::default();
            known.add_purge(run(TUESDAY), policies("x"), Some(first.to_owned()), WELL);
            known.add_purge(run(AGAIN), policies("x"), Some(second.to_owned()), WELL);
            assert_eq!(known.last_session("x", &set(&[])), set(&[AGAIN]), "{first} {second}");
        }
    }

    #[test]
    fn each_policy_has_a_last_purge_of_its_own() {
        let mut known = RunHistory::default();
        known.add_purge(run(TUESDAY), policies("x"), None, WELL);
        known.add_purge(run(ONCE_MORE), policies("y"), None, WELL);
        assert_eq!(known.last("x", &set(&[MONDAY])), Some(run(TUESDAY)));
        assert_eq!(known.last_session("y", &set(&[])), set(&[ONCE_MORE]));
        assert_eq!(known.last("z", &set(&[])), None);
    }
}
