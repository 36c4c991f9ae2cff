//! The releases that wait, by namespace: a helm works in one namespace at a time.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use crate::release::Namespace;

/// A queue for each namespace, in the order of the plan.
#[derive(Debug)]
pub(super) struct Queues {
    of_namespaces: Vec<BTreeSet<usize>>,
    /// For each release of the plan, its queue.
    home: Vec<usize>,
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
        Self { of_namespaces: queues, waiting: home.len(), home }
    }

    /// How many releases wait.
    pub(super) fn len(&self) -> usize {
        self.waiting
    }

    /// Takes from the namespace in which most wait, of several the one that comes first in the plan: small ones fill
    /// gaps at the end, a large one would be a long tail. `size` says how many of so many.
    pub(super) fn take(&mut self, size: impl Fn(usize) -> usize) -> Option<Vec<usize>> {
        let fullest = self.of_namespaces.iter_mut().filter(|queue| !queue.is_empty()).reduce(|fullest, queue| {
            let rank = |queue: &BTreeSet<usize>| (Reverse(queue.len()), queue.first().copied());
            if rank(queue) < rank(fullest) { queue } else { fullest }
        })?;
        let size = size(fullest.len()).clamp(1, fullest.len());
        self.waiting -= size;
        Some(std::iter::from_fn(|| fullest.pop_first()).take(size).collect())
    }

    pub(super) fn put_back(&mut self, releases: &[usize]) {
        for place in releases {
            self.waiting += usize::from(self.of_namespaces[self.home[*place]].insert(*place));
        }
    }
}
