//! The releases that wait, by what one helm can do at a time: one namespace, in one options.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use super::Demand;
use super::shares::Shares;
use crate::executor::planned::Phase;
use crate::options::UninstallOptions;
use crate::release::Namespace;

/// A queue for each namespace of each lot, in the order of the plan.
#[derive(Debug, Default)]
pub(super) struct Queues {
    lots: Vec<Lot>,
    of_namespaces: Vec<Queue>,
    /// For each release of the plan, its queue.
    home: Vec<usize>,
}

/// What may go with one helm, but for the namespace. There are few: as many as a policy has rules, for each phase.
#[derive(Debug)]
pub(super) struct Lot {
    pub(super) phase: Phase,
    pub(super) options: UninstallOptions,
    /// The groups that its helms count in.
    pub(super) groups: Vec<usize>,
    /// How many releases wait.
    pub(super) waiting: usize,
    /// Its queues with something in them.
    ranking: BTreeSet<Rank>,
}

#[derive(Debug)]
struct Queue {
    lot: usize,
    releases: BTreeSet<usize>,
}

/// The namespace in which most wait comes first, of several the one that comes first in the plan: small ones fill gaps
/// at the end, a large one would be a long tail.
type Rank = (Reverse<usize>, usize, usize);

impl Queues {
    pub(super) fn new<'a>(plan: impl IntoIterator<Item = Demand<'a>>, shares: &mut Shares) -> Self {
        let mut queues = Self::default();
        let (mut lots, mut known) = (BTreeMap::new(), BTreeMap::<(usize, &Namespace), usize>::new());
        for (place, demand) in plan.into_iter().enumerate() {
            let Demand { namespace, phase, options, shares: wanted } = demand;
            let groups = shares.groups(wanted);
            let lot = *lots.entry((phase, options, groups.clone())).or_insert_with(|| {
                queues.lots.push(Lot { phase, options, groups, waiting: 0, ranking: BTreeSet::new() });
                queues.lots.len() - 1
            });
            let queue = *known.entry((lot, namespace)).or_insert_with(|| {
                queues.of_namespaces.push(Queue { lot, releases: BTreeSet::new() });
                queues.of_namespaces.len() - 1
            });
            queues.home.push(queue);
            queues.of_namespaces[queue].releases.insert(place);
            queues.lots[lot].waiting += 1;
        }
        for queue in 0..queues.of_namespaces.len() {
            queues.enrol(queue);
        }
        queues
    }

    pub(super) fn lots(&self) -> &[Lot] {
        &self.lots
    }

    /// The lot that a release is of, and its place.
    pub(super) fn lot_of(&self, place: usize) -> (usize, &Lot) {
        let lot = self.of_namespaces[self.home[place]].lot;
        (lot, &self.lots[lot])
    }

    /// Whether a release waits.
    pub(super) fn hold(&self, place: usize) -> bool {
        self.of_namespaces[self.home[place]].releases.contains(&place)
    }

    /// All phases, in their order.
    pub(super) fn phases(&self) -> BTreeSet<Phase> {
        self.lots.iter().map(|lot| lot.phase).collect()
    }

    /// How many releases of a phase wait.
    pub(super) fn waiting(&self, phase: Phase) -> usize {
        self.lots.iter().filter(|lot| lot.phase == phase).map(|lot| lot.waiting).sum()
    }

    /// Takes from the fullest namespace of the lots that may go, those first for which it is time. `size` says how
    /// many of so many.
    pub(super) fn take(
        &mut self,
        may_go: impl Fn(&Lot) -> bool,
        is_late: impl Fn(&Lot) -> bool,
        size: impl Fn(&Lot, usize) -> usize,
    ) -> Option<(usize, Vec<usize>)> {
        let rank = |lot: &Lot| lot.ranking.first().map(|rank| (!is_late(lot), *rank));
        let ranks = self.lots.iter().filter(|lot| may_go(lot)).filter_map(rank);
        let (_, (Reverse(length), _, queue)) = ranks.min()?;
        let lot = self.of_namespaces[queue].lot;
        let size = size(&self.lots[lot], length).clamp(1, length);
        self.strike(queue);
        let releases = &mut self.of_namespaces[queue].releases;
        let taken = std::iter::from_fn(|| releases.pop_first()).take(size).collect();
        self.lots[lot].waiting -= size;
        self.enrol(queue);
        Some((lot, taken))
    }

    pub(super) fn put_back(&mut self, releases: &[usize]) {
        for place in releases {
            self.change(*place, |waiting| usize::from(waiting.insert(*place)), |count, change| count + change);
        }
    }

    /// A release does not wait any more.
    pub(super) fn withdraw(&mut self, place: usize) {
        self.change(place, |waiting| usize::from(waiting.remove(&place)), |count, change| count - change);
    }

    fn change(
        &mut self,
        place: usize,
        change: impl FnOnce(&mut BTreeSet<usize>) -> usize,
        count: impl FnOnce(usize, usize) -> usize,
    ) {
        let queue = self.home[place];
        self.strike(queue);
        let changed = change(&mut self.of_namespaces[queue].releases);
        let lot = &mut self.lots[self.of_namespaces[queue].lot];
        lot.waiting = count(lot.waiting, changed);
        self.enrol(queue);
    }

    fn enrol(&mut self, queue: usize) {
        if let Some(rank) = self.rank(queue) {
            self.lots[self.of_namespaces[queue].lot].ranking.insert(rank);
        }
    }

    fn strike(&mut self, queue: usize) {
        if let Some(rank) = self.rank(queue) {
            self.lots[self.of_namespaces[queue].lot].ranking.remove(&rank);
        }
    }

    fn rank(&self, queue: usize) -> Option<Rank> {
        let releases = &self.of_namespaces[queue].releases;
        releases.first().map(|first| (Reverse(releases.len()), *first, queue))
    }
}
