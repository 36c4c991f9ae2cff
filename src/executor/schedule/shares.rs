//! The groups of releases that get a part of the workers, and how much of it they have.

use std::collections::BTreeMap;

use super::queues::Lot;
use super::size::Supply;
use crate::executor::planned::WorkerCap;

/// All groups.
#[derive(Debug, Default)]
pub(super) struct Shares {
    known: BTreeMap<usize, usize>,
    groups: Vec<Group>,
}

#[derive(Debug)]
struct Group {
    workers: usize,
    busy: usize,
}

impl Shares {
    /// The places of some groups in here, sorted, each once. Those that are new are taken in.
    pub(super) fn groups(&mut self, shares: &[WorkerCap]) -> Vec<usize> {
        let mut places = Vec::with_capacity(shares.len());
        for share in shares {
            let next = self.groups.len();
            let place = *self.known.entry(share.group).or_insert(next);
            let workers = share.workers.get();
            match self.groups.get_mut(place) {
                Some(group) => group.workers = group.workers.min(workers),
                None => self.groups.push(Group { workers, busy: 0 }),
            }
            places.push(place);
        }
        places.sort_unstable();
        places.dedup();
        places
    }

    /// How many helms that count in all of these groups there may be; none where there is no bound.
    pub(super) fn most(&self, groups: &[usize]) -> Option<usize> {
        groups.iter().map(|group| self.groups[*group].workers).min()
    }

    /// How many of them could begin now.
    pub(super) fn room(&self, groups: &[usize]) -> Option<usize> {
        groups.iter().map(|group| self.groups[*group].workers.saturating_sub(self.groups[*group].busy)).min()
    }

    /// One has begun.
    pub(super) fn take(&mut self, groups: &[usize]) {
        for group in groups {
            self.groups[*group].busy += 1;
        }
    }

    /// One has ended.
    pub(super) fn give_back(&mut self, groups: &[usize]) {
        for group in groups {
            self.groups[*group].busy -= 1;
        }
    }
}

impl Supply {
    /// What there is of a lot that does not get all lanes, as if there were nothing else.
    pub(super) fn part(self, lot: &Lot, shares: &Shares) -> Option<Self> {
        let (most, room) = (shares.most(&lot.groups)?, shares.room(&lot.groups)?);
        let opening = self.opening.map(|_| lot.waiting);
        Some(Self { waiting: lot.waiting, opening, free: self.free.min(room), lanes: self.lanes.min(most) })
    }

    /// What decides about the size of a lot's batches: with few lanes, they are longer.
    pub(super) fn of_lot(self, lot: &Lot, shares: &Shares) -> Self {
        self.part(lot, shares).filter(|part| part.goal() > self.goal()).unwrap_or(self)
    }
}
