//! The releases that wait, by namespace: a helm works in one namespace at a time.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use crate::release::Namespace;

/// How many wait in a queue, most first, and the first of them, which is in no other queue.
type Rank = (Reverse<usize>, usize);

/// A queue for each namespace, in the order of the plan.
#[derive(Debug)]
pub(super) struct Queues {
    of_namespaces: Vec<BTreeSet<usize>>,
    /// For each release of the plan, its queue.
    home: Vec<usize>,
    /// Of every queue in which something waits.
    ranks: BTreeSet<Rank>,
    waiting: usize,
}

impl Queues {
    pub(super) fn new<'a>(plan: impl IntoIterator<Item = &'a Namespace>) -> Self {
        let mut known = BTreeMap::new();
        let mut queues: Vec<BTreeSet<usize>> = Vec::new();
        let mut home = Vec::new();
        for (place, namespace) in plan.into_iter().enumerate() {
            let queue = *known.entry(namespace).or_insert_with(|| {
                queues.push(BTreeSet::new());
                queues.len() - 1
            });
            queues[queue].insert(place);
            home.push(queue);
        }
        let ranks = queues.iter().filter_map(rank).collect();
        Self { of_namespaces: queues, waiting: home.len(), home, ranks }
    }

    /// How many releases wait.
    pub(super) fn len(&self) -> usize {
        self.waiting
    }

    /// Takes from the namespace in which most wait, of several the one that comes first in the plan: small ones fill
    /// gaps at the end, a large one would be a long tail. `size` says how many of so many.
    pub(super) fn take(&mut self, size: impl Fn(usize) -> usize) -> Option<Vec<usize>> {
        let (_, first) = self.ranks.pop_first()?;
        let fullest = &mut self.of_namespaces[self.home[first]];
        let size = size(fullest.len()).clamp(1, fullest.len());
        let taken = std::iter::from_fn(|| fullest.pop_first()).take(size).collect();
        self.ranks.extend(rank(fullest));
        self.waiting -= size;
        Some(taken)
    }

    pub(super) fn put_back(&mut self, releases: &[usize]) {
        for place in releases {
            let queue = &mut self.of_namespaces[self.home[*place]];
            if let Some(before) = rank(queue) {
                self.ranks.remove(&before);
            }
            self.waiting += usize::from(queue.insert(*place));
            self.ranks.extend(rank(queue));
        }
    }
}

/// None where nothing waits.
fn rank(queue: &BTreeSet<usize>) -> Option<Rank> {
    Some((Reverse(queue.len()), *queue.first()?))
}
