//! Two questions about globs and names, answered exactly: can it match one, does it leave one out.
//!
//! Works on the very regular expression that globset matches with. The first question needs no
//! determinization, so its cost is the length of the glob; the second is cut off.

mod common;
mod overlap;

#[cfg(test)]
mod automaton_test;

use std::collections::{HashSet, VecDeque};

use globset::Glob;
use regex_automata::nfa::thompson::{NFA, State, WhichCaptures};
use regex_automata::util::primitives::StateID;
use regex_automata::util::syntax;

use super::legal::{self, Prefix};
use super::names::Names;

pub(crate) use common::{Common, common};
pub(crate) use overlap::{Overlap, Together};

/// Bytes of memory for the automaton of one file's patterns.
const LARGEST: usize = 32 * 1024 * 1024;

/// Steps after which "does it leave one out" stays without an answer.
const MOST_STEPS: usize = 2_000;

/// One or more globs, any of which may match.
#[derive(Debug)]
pub(super) struct Automaton {
    nfa: NFA,
}

/// Whether a glob can match a legal name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum CanMatch {
    Yes,
    /// Only names that are too long, from this length on.
    OnlyTooLong(usize),
    No,
}

/// Whether globs leave a legal name out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum LeavesOut {
    Something,
    Nothing,
    /// It takes too long to tell.
    Unclear,
}

/// Whether more characters follow.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Text {
    GoesOn,
    Ends,
}

impl Automaton {
    /// Nothing where the globs together are too large.
    pub(super) fn of(globs: &[&Glob]) -> Option<Self> {
        let patterns = globs.iter().map(|glob| glob.regex()).collect::<Vec<_>>();
        // As globset itself compiles it.
        let syntax = syntax::Config::new().utf8(false).dot_matches_new_line(true);
        let config = NFA::config().utf8(false).which_captures(WhichCaptures::None).nfa_size_limit(Some(LARGEST));
        let nfa = NFA::compiler().syntax(syntax).configure(config).build_many(&patterns).ok()?;
        Some(Self { nfa })
    }

    /// Looks for the shortest legal name that matches.
    pub(super) fn can_match(&self, names: Names) -> CanMatch {
        let alphabet = self.alphabet(names);
        let mut seen = HashSet::new();
        let mut next = VecDeque::from([(self.start(), Prefix::start(names), 0_usize)]);
        while let Some((state, prefix, length)) = next.pop_front() {
            if length > 0 && prefix.may_end() && self.accepts(&[state], length) {
                return if length > names.longest() { CanMatch::OnlyTooLong(length) } else { CanMatch::Yes };
            }
            for reached in self.reached(&[state], length, Text::GoesOn) {
                for &byte in &alphabet {
                    if let (Some(target), Some(prefix)) = (self.target(reached, byte), prefix.step(byte))
                        && seen.insert((target, prefix))
                    {
                        next.push_back((target, prefix, length + 1));
                    }
                }
            }
        }
        CanMatch::No
    }

    /// Looks for the shortest legal name that no glob matches.
    pub(super) fn leaves_out(&self, names: Names) -> LeavesOut {
        let alphabet = self.alphabet(names);
        let mut seen: HashSet<(Vec<StateID>, Prefix)> = HashSet::new();
        let mut next = VecDeque::from([(vec![self.start()], Prefix::start(names), 0_usize)]);
        while let Some((states, prefix, length)) = next.pop_front() {
            if length > names.longest() {
                return LeavesOut::Nothing;
            }
            if length > 0 && prefix.may_end() && !self.accepts(&states, length) {
                return LeavesOut::Something;
            }
            if seen.len() > MOST_STEPS {
                return LeavesOut::Unclear;
            }
            let reached = self.reached(&states, length, Text::GoesOn);
            for &byte in &alphabet {
                let Some(prefix) = prefix.step(byte) else { continue };
                let mut targets = reached.iter().filter_map(|state| self.target(*state, byte)).collect::<Vec<_>>();
                targets.sort_unstable();
                targets.dedup();
                if seen.insert((targets.clone(), prefix)) {
                    next.push_back((targets, prefix, length + 1));
                }
            }
        }
        LeavesOut::Nothing
    }

    /// One character for all that neither the globs nor the rule of the names tell apart.
    fn alphabet(&self, names: Names) -> Vec<u8> {
        let mut seen = HashSet::new();
        names.alphabet().filter(|byte| seen.insert((self.class(*byte), legal::class(names, *byte)))).collect()
    }

    /// Where a name starts.
    fn start(&self) -> StateID {
        self.nfa.start_anchored()
    }

    /// The same for characters that the globs do not tell apart.
    fn class(&self, byte: u8) -> u8 {
        self.nfa.byte_classes().get(byte)
    }

    /// Whether a name of this length may end in one of these states.
    fn accepts(&self, states: &[StateID], length: usize) -> bool {
        let reached = self.reached(states, length, Text::Ends);
        reached.into_iter().any(|state| matches!(self.nfa.state(state), State::Match { .. }))
    }

    /// Every state that can be had from these without reading a character.
    fn reached(&self, states: &[StateID], length: usize, text: Text) -> Vec<StateID> {
        let mut reached = Vec::new();
        let mut seen = HashSet::new();
        let mut open = states.to_vec();
        while let Some(state) = open.pop() {
            if !seen.insert(state) {
                continue;
            }
            match self.nfa.state(state) {
                State::Union { alternates } => open.extend(alternates.iter().copied()),
                State::BinaryUnion { alt1, alt2 } => open.extend([*alt1, *alt2]),
                State::Capture { next, .. } => open.push(*next),
                State::Look { look, next } => {
                    use regex_automata::util::look::Look;
                    let holds = match look {
                        Look::Start => length == 0,
                        Look::End => text == Text::Ends,
                        // globset writes no other.
                        _ => false,
                    };
                    open.extend(holds.then_some(*next));
                }
                _ => reached.push(state),
            }
        }
        reached
    }

    /// Where one character leads from one state.
    fn target(&self, state: StateID, byte: u8) -> Option<StateID> {
        match self.nfa.state(state) {
            State::ByteRange { trans } => trans.matches_byte(byte).then_some(trans.next),
            State::Sparse(transitions) => transitions.matches_byte(byte),
            State::Dense(transitions) => transitions.matches_byte(byte),
            _ => None,
        }
    }
}
