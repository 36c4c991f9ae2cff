//! The releases that wait, by what one helm process can do at a time (a namespace, a phase, the same options), and how
//! many of them it gets.
//!
//! Starting a helm process takes several times the CPU time of a small uninstall, so each should get several releases. But
//! a worker with many releases is still busy when the others have nothing left. So each gets its fair share: first of all
//! releases, then of those that wait, which is less and less, and one at the end (guided self-scheduling). With no more
//! releases than workers it is one from the start.

#[cfg(test)]
#[path = "batching_test.rs"]
mod tests;

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use crate::executor::config::BatchSize;
use crate::executor::task::{PhaseNumber, Task, WorkerCap};
use crate::release::Namespace;
use crate::uninstall_options::UninstallOptions;

/// A release is rechecked right before its batch starts, and its helm reaches it only after those before it: a release
/// that is deployed again during that time would be uninstalled. So a batch stays short even if many releases wait.
const MOST_OF_AUTO: usize = 10;

/// A queue for each namespace of each group, in the order of the plan.
#[derive(Debug, Default)]
pub(super) struct Queues {
    pub(super) groups: Vec<BatchGroup>,
    all: Vec<Queue>,
    /// For each release, its queue.
    queue_of: Vec<usize>,
}

/// Releases with the same phase, options and worker caps: one helm process can take them if they also share a namespace.
/// There are few groups: as many as a policy has rules, for each phase.
#[derive(Debug)]
pub(super) struct BatchGroup {
    pub(super) phase: PhaseNumber,
    pub(super) options: UninstallOptions,
    pub(super) caps: BTreeSet<usize>,
    /// How many releases wait.
    pub(super) waiting: usize,
    /// Its queues that are not empty.
    ranking: BTreeSet<Rank>,
}

#[derive(Debug)]
struct Queue {
    group: usize,
    releases: BTreeSet<usize>,
}

/// The namespace with the most waiting releases comes first; of several, the first one in the plan. Small namespaces fill
/// gaps at the end, where a large one would take long.
type Rank = (Reverse<usize>, usize, usize);

/// The groups of releases that do not get all workers: how many each may have, and how many it has.
#[derive(Debug, Default)]
pub(super) struct WorkerCaps(BTreeMap<usize, (usize, usize)>);

/// What there is to distribute, and among how many workers.
#[derive(Debug, Clone, Copy)]
pub(super) struct Load {
    /// Releases that wait.
    pub(super) waiting: usize,
    /// All releases of the phase, until the first worker is free again.
    pub(super) opening: Option<usize>,
    /// Workers that have nothing to do.
    pub(super) free: usize,
    /// All workers.
    pub(super) workers: usize,
}

impl Queues {
    pub(super) fn new(tasks: &[Task], caps: &mut WorkerCaps) -> Self {
        let mut queues = Self::default();
        let (mut groups, mut known) = (BTreeMap::new(), BTreeMap::<(usize, &Namespace), usize>::new());
        for (index, task) in tasks.iter().enumerate() {
            let (namespace, phase, options) = (&task.release.id.namespace, task.phase, task.options);
            let caps = caps.add(&task.worker_caps);
            let group = *groups.entry((phase, options, caps.clone())).or_insert_with(|| {
                queues.groups.push(BatchGroup { phase, options, caps, waiting: 0, ranking: BTreeSet::new() });
                queues.groups.len() - 1
            });
            let queue = *known.entry((group, namespace)).or_insert_with(|| {
                queues.all.push(Queue { group, releases: BTreeSet::new() });
                queues.all.len() - 1
            });
            queues.queue_of.push(queue);
            queues.all[queue].releases.insert(index);
            queues.groups[group].waiting += 1;
        }
        (0..queues.all.len()).for_each(|queue| queues.add_rank(queue));
        queues
    }

    /// The index of a release's group.
    pub(super) fn group_of(&self, release: usize) -> usize {
        self.all[self.queue_of[release]].group
    }

    /// Whether a release waits.
    pub(super) fn holds(&self, release: usize) -> bool {
        self.all[self.queue_of[release]].releases.contains(&release)
    }

    /// All phases, in their order.
    pub(super) fn phases(&self) -> BTreeSet<PhaseNumber> {
        self.groups.iter().map(|group| group.phase).collect()
    }

    /// How many releases of a phase wait.
    pub(super) fn waiting(&self, phase: PhaseNumber) -> usize {
        self.groups.iter().filter(|group| group.phase == phase).map(|group| group.waiting).sum()
    }

    /// Takes releases of the fullest namespace of the groups that may start; groups that are late come first. `size` is
    /// called with the number of releases that wait there. Returns the group as well.
    pub(super) fn take(
        &mut self,
        may_start: impl Fn(&BatchGroup) -> bool,
        is_late: impl Fn(&BatchGroup) -> bool,
        size: impl Fn(&BatchGroup, usize) -> usize,
    ) -> Option<(usize, Vec<usize>)> {
        let rank = |group: &BatchGroup| group.ranking.first().map(|rank| (!is_late(group), *rank));
        let ranks = self.groups.iter().filter(|group| may_start(group)).filter_map(rank);
        let (_, (Reverse(length), _, queue)) = ranks.min()?;
        let group = self.all[queue].group;
        let size = size(&self.groups[group], length).clamp(1, length);
        self.remove_rank(queue);
        let releases = &mut self.all[queue].releases;
        let taken = std::iter::from_fn(|| releases.pop_first()).take(size).collect();
        self.groups[group].waiting -= size;
        self.add_rank(queue);
        Some((group, taken))
    }

    pub(super) fn requeue(&mut self, releases: &[usize]) {
        for release in releases {
            self.update(*release, true);
        }
    }

    /// A release does not wait any more.
    pub(super) fn withdraw(&mut self, release: usize) {
        self.update(release, false);
    }

    fn update(&mut self, release: usize, waits: bool) {
        let queue = self.queue_of[release];
        self.remove_rank(queue);
        let Queue { group, releases } = &mut self.all[queue];
        let waiting = &mut self.groups[*group].waiting;
        if waits {
            *waiting += usize::from(releases.insert(release));
        } else {
            *waiting -= usize::from(releases.remove(&release));
        }
        self.add_rank(queue);
    }

    fn add_rank(&mut self, queue: usize) {
        if let Some(rank) = self.rank(queue) {
            self.groups[self.all[queue].group].ranking.insert(rank);
        }
    }

    fn remove_rank(&mut self, queue: usize) {
        if let Some(rank) = self.rank(queue) {
            self.groups[self.all[queue].group].ranking.remove(&rank);
        }
    }

    fn rank(&self, queue: usize) -> Option<Rank> {
        let releases = &self.all[queue].releases;
        releases.first().map(|first| (Reverse(releases.len()), *first, queue))
    }
}

impl WorkerCaps {
    /// Returns the groups of these caps.
    fn add(&mut self, caps: &[WorkerCap]) -> BTreeSet<usize> {
        for WorkerCap { group, workers } in caps {
            let (most, _) = self.0.entry(*group).or_insert((usize::MAX, 0));
            *most = workers.get().min(*most);
        }
        caps.iter().map(|cap| cap.group).collect()
    }

    /// How many helm processes that count in all of these groups there may be; `None` if there is no bound.
    fn most(&self, groups: &BTreeSet<usize>) -> Option<usize> {
        groups.iter().map(|group| self.0[group].0).min()
    }

    /// How many of them can start now.
    pub(super) fn room(&self, groups: &BTreeSet<usize>) -> Option<usize> {
        groups.iter().map(|group| self.0[group]).map(|(most, busy)| most.saturating_sub(busy)).min()
    }

    /// A helm process has started.
    pub(super) fn acquire(&mut self, groups: &BTreeSet<usize>) {
        for group in groups {
            self.0.entry(*group).and_modify(|(_, busy)| *busy += 1);
        }
    }

    /// A helm process has ended.
    pub(super) fn release(&mut self, groups: &BTreeSet<usize>) {
        for group in groups {
            self.0.entry(*group).and_modify(|(_, busy)| *busy -= 1);
        }
    }
}

impl Load {
    /// How many of the `queued` releases that wait in one namespace form a batch.
    pub(super) fn batch_size(self, queued: usize, size: BatchSize) -> usize {
        let most = match size {
            BatchSize::Auto => MOST_OF_AUTO,
            BatchSize::AtMost(most) => most.get(),
        };
        // Every other free worker gets something as well.
        let left_for_this = self.waiting.saturating_sub(self.free.saturating_sub(1)).max(1);
        even(queued, self.goal(), most).min(left_for_this)
    }

    /// First a fair share: namespaces are rarely as large as that, so enough is left to compensate for releases that take
    /// longer than the rest. Later half as much again: workers come back one after the other, and the last ones should
    /// find one release each, not start another round.
    fn goal(self) -> usize {
        match self.opening {
            Some(all) => all.div_ceil(self.workers),
            None => (3 * self.waiting).div_ceil(2 * self.workers).min(self.waiting),
        }
    }

    /// The load of a group that does not get all workers, as if nothing else waited, if its batches must be longer for
    /// that.
    pub(super) fn of_late_group(self, group: &BatchGroup, caps: &WorkerCaps) -> Option<Self> {
        let (most, room) = (caps.most(&group.caps)?, caps.room(&group.caps)?);
        let opening = self.opening.map(|_| group.waiting);
        let (free, workers) = (self.free.min(room), self.workers.min(most));
        Some(Self { waiting: group.waiting, opening, free, workers }).filter(|load| load.goal() > self.goal())
    }
}

/// About `goal`, but so that a namespace is divided into parts of one size: 5 by 4 are 5, not 4 and 1.
fn even(queued: usize, goal: usize, most: usize) -> usize {
    let goal = goal.clamp(1, most);
    // A quarter more than the goal is better than another helm process.
    let parts = queued.saturating_sub(goal / 4).div_ceil(goal).max(queued.div_ceil(most)).max(1);
    queued.div_ceil(parts)
}
