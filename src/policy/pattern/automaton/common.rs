//! Which text do these patterns and those have in common? The shortest one, found exactly.

use std::collections::{HashSet, VecDeque};

use globset::Glob;
use regex_automata::util::primitives::StateID;

use super::overlap::alphabet;
use super::{Automaton, Text};
use crate::policy::pattern::Names;
use crate::policy::pattern::legal::Prefix;

/// Steps after which the question stays without an answer: about a second.
const MOST_STEPS: usize = 100_000;

/// What two sets of patterns have in common.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Common {
    /// This, and perhaps more.
    Text(String),
    Nothing,
    /// It takes too long to tell.
    Unclear,
}

/// A beginning that both can go on from.
struct Beginning {
    ours: StateID,
    theirs: StateID,
    prefix: Prefix,
    /// The one it is longer than by a character, and that character.
    before: Option<(usize, u8)>,
    length: usize,
}

/// Looks for the shortest legal name that one of each side matches.
pub(crate) fn common(some: &[&Glob], others: &[&Glob], names: Names) -> Common {
    match (Automaton::of(some), Automaton::of(others)) {
        (Some(ours), Some(theirs)) => walk(&ours, &theirs, names),
        _ => Common::Unclear,
    }
}

fn walk(one: &Automaton, other: &Automaton, names: Names) -> Common {
    let alphabet = alphabet(one, other, names);
    let start =
        Beginning { ours: one.start(), theirs: other.start(), prefix: Prefix::start(names), before: None, length: 0 };
    let (mut all, mut next, mut seen) = (vec![start], VecDeque::from([0]), HashSet::new());
    while let Some(at) = next.pop_front() {
        let Beginning { ours, theirs, prefix, length, .. } = all[at];
        if length > names.longest() {
            return Common::Nothing;
        }
        if length > 0 && prefix.may_end() && one.accepts(&[ours], length) && other.accepts(&[theirs], length) {
            return Common::Text(text(&all, at));
        }
        if seen.len() > MOST_STEPS {
            return Common::Unclear;
        }
        let reached = other.reached(&[theirs], length, Text::GoesOn);
        for ours in one.reached(&[ours], length, Text::GoesOn) {
            for (theirs, byte) in reached.iter().flat_map(|theirs| alphabet.iter().map(move |byte| (*theirs, *byte))) {
                if let (Some(ours), Some(theirs), Some(prefix)) =
                    (one.target(ours, byte), other.target(theirs, byte), prefix.step(byte))
                    && seen.insert((ours, theirs, prefix))
                {
                    next.push_back(all.len());
                    all.push(Beginning { ours, theirs, prefix, before: Some((at, byte)), length: length + 1 });
                }
            }
        }
    }
    Common::Nothing
}

fn text(all: &[Beginning], end: usize) -> String {
    let steps = std::iter::successors(all[end].before, |(before, _)| all[*before].before);
    let mut bytes = steps.map(|(_, byte)| byte).collect::<Vec<_>>();
    bytes.reverse();
    bytes.into_iter().map(char::from).collect()
}
