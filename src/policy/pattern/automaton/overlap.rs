//! Can a name match this pattern and one of those as well? Answered exactly, or not at all.

use std::collections::{HashSet, VecDeque};

use super::{Automaton, Text};
use crate::policy::pattern::legal::{self, Prefix};
use crate::policy::pattern::{NamePattern, Names};

/// Steps after which the question stays without an answer.
const MOST_STEPS: usize = 2_000;

/// What a step takes, in the measure of the checks of patterns.
const EFFORT_OF_STEP: usize = 4;

/// Some patterns over names of one kind, any of which may match.
#[derive(Debug)]
pub(crate) struct Together {
    /// Nothing where they are too large.
    automaton: Option<Automaton>,
    names: Names,
}

/// Whether a name can match both.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Overlap {
    /// One can, or it takes too long to tell.
    Possible,
    None,
}

impl Together {
    pub(crate) fn of<'p>(patterns: impl IntoIterator<Item = &'p NamePattern>, names: Names) -> Self {
        let globs = patterns.into_iter().map(NamePattern::glob).collect::<Vec<_>>();
        Self { automaton: Automaton::of(&globs), names }
    }

    /// Looks for the shortest name that matches both, and says what effort that was.
    pub(crate) fn overlap(&self, pattern: &NamePattern) -> (Overlap, usize) {
        let (Some(ours), Some(theirs)) = (&self.automaton, Automaton::of(&[pattern.glob()])) else {
            return (Overlap::Possible, 0);
        };
        let (overlap, steps) = overlap(ours, &theirs, self.names);
        (overlap, steps * EFFORT_OF_STEP)
    }
}

pub(super) fn overlap(one: &Automaton, other: &Automaton, names: Names) -> (Overlap, usize) {
    let alphabet = alphabet(one, other, names);
    let mut seen = HashSet::new();
    let mut next = VecDeque::from([(one.start(), other.start(), Prefix::start(names), 0_usize)]);
    while let Some((ours, theirs, prefix, length)) = next.pop_front() {
        let is_match =
            length > 0 && prefix.may_end() && one.accepts(&[ours], length) && other.accepts(&[theirs], length);
        if is_match && length <= names.longest() || seen.len() > MOST_STEPS {
            return (Overlap::Possible, seen.len());
        }
        let reached = other.reached(&[theirs], length, Text::GoesOn);
        for ours in one.reached(&[ours], length, Text::GoesOn) {
            for (theirs, byte) in reached.iter().flat_map(|theirs| alphabet.iter().map(move |byte| (*theirs, *byte))) {
                if let (Some(ours), Some(theirs), Some(prefix)) =
                    (one.target(ours, byte), other.target(theirs, byte), prefix.step(byte))
                    && seen.insert((ours, theirs, prefix))
                {
                    next.push_back((ours, theirs, prefix, length + 1));
                }
            }
        }
    }
    (Overlap::None, seen.len())
}

/// One character for all that neither the globs nor the rule of the names tell apart: a letter where one will do.
pub(super) fn alphabet(one: &Automaton, other: &Automaton, names: Names) -> Vec<u8> {
    let mut all = names.alphabet().collect::<Vec<_>>();
    all.sort_by_key(|byte| !byte.is_ascii_lowercase());
    let mut seen = HashSet::new();
    let class = |byte| (one.class(byte), other.class(byte), legal::class(names, byte));
    all.retain(|byte| seen.insert(class(*byte)));
    all
}
