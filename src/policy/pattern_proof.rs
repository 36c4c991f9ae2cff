//! Questions about globs and names, answered exactly: which legal name do they match, leave out, have in common?
//!
//! Works on the same regular expression that globset matches with. The first question needs no
//! determinization, so its cost is the length of the glob; the others have a limit of steps.

use std::collections::HashSet;
use std::hash::Hash;

use globset::Glob;
use regex_automata::nfa::thompson::{NFA, State, WhichCaptures};
use regex_automata::util::look::Look;
use regex_automata::util::primitives::StateID;
use regex_automata::util::syntax;

use super::glob::{self, Wildcards};
use crate::release::{Namespace, ReleaseName};

/// Matched by their exact name only: a glob that happens to match them was not meant for them.
pub(crate) const SYSTEM_NAMESPACES: &[&str] = &["kube-system", "kube-public", "kube-node-lease"];

/// Bytes of memory for the automaton of one file's patterns.
const LARGEST: usize = 32 * 1024 * 1024;

/// What patterns are over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum PatternKind {
    /// Namespaces that a glob of the scope can match: all but those of the system.
    ScopedNamespace,
    Namespace,
    Release,
    Chart,
    /// Kubeconfig contexts: any text.
    Context,
    /// URLs of API servers.
    Server,
}

/// What a search for a legal name has found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum SearchResult {
    /// The shortest name; there may be more.
    Name(String),
    Nothing,
    /// It takes too long to tell.
    Unclear,
}

/// Whether a text is a glob that can match a legal name.
pub(super) fn is_possible(text: &str, names: PatternKind) -> bool {
    glob::compile(text, Wildcards::WithinNames).is_ok_and(
        |glob| matches!(first_match(&glob, names), SearchResult::Name(name) if name.len() <= names.longest()),
    )
}

/// The shortest name that the glob matches; longer than any legal name if only such names match.
pub(super) fn first_match(glob: &Glob, names: PatternKind) -> SearchResult {
    Automaton::new(&[glob]).map_or(SearchResult::Nothing, |automaton| automaton.first_match(names))
}

/// Whether globs together match every possible name, as far as the search can prove it.
pub(super) fn match_everything(globs: &[&Glob], names: PatternKind) -> bool {
    let left_out = Automaton::new(globs).map(|automaton| automaton.first_left_out(names));
    !matches!(left_out, Some(SearchResult::Name(_)))
}

/// The shortest name that one of each side matches.
pub(super) fn intersection(some: &[&Glob], others: &[&Glob], names: PatternKind) -> SearchResult {
    /// About a second.
    const MOST_STEPS: usize = 100_000;
    match (Automaton::new(some), Automaton::new(others)) {
        (Some(ours), Some(theirs)) => {
            let limits = SearchLimits { steps: MOST_STEPS, length: names.longest() };
            ours.intersection(&theirs, names, limits, usize::MAX).0
        }
        _ => SearchResult::Unclear,
    }
}

impl PatternKind {
    /// One name, as messages call it.
    pub(super) fn noun(self) -> &'static str {
        match self {
            PatternKind::ScopedNamespace | PatternKind::Namespace => "namespace",
            PatternKind::Release => "release",
            PatternKind::Chart => "chart",
            PatternKind::Context => "context",
            PatternKind::Server => "server",
        }
    }

    /// The rule in words.
    pub(super) fn rule(self) -> String {
        let characters = match self {
            PatternKind::ScopedNamespace | PatternKind::Namespace => "lower-case letters, digits and `-`",
            PatternKind::Release => "lower-case letters, digits, `-` and `.`",
            PatternKind::Chart => "letters, digits, `-`, `_` and `.`",
            PatternKind::Context | PatternKind::Server => return "it can have any characters".to_owned(),
        };
        format!("a {} consists of {characters}, at most {} of them", self.noun(), self.longest())
    }

    /// The length of the longest name.
    pub(super) fn longest(self) -> usize {
        match self {
            PatternKind::ScopedNamespace | PatternKind::Namespace => Namespace::MAX_LENGTH,
            PatternKind::Release => ReleaseName::MAX_LENGTH,
            PatternKind::Chart => 250,
            PatternKind::Context | PatternKind::Server => usize::MAX,
        }
    }

    /// Whether a character can stand in a name.
    fn has(self, byte: u8) -> bool {
        match self {
            PatternKind::ScopedNamespace | PatternKind::Namespace => matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-'),
            PatternKind::Release => matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.'),
            PatternKind::Chart => byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'),
            PatternKind::Context | PatternKind::Server => true,
        }
    }

    /// The same for characters that are equivalent at any position of a name.
    fn class(self, byte: u8) -> u8 {
        let is_special = match self {
            PatternKind::ScopedNamespace => SYSTEM_NAMESPACES.iter().any(|name| name.as_bytes().contains(&byte)),
            PatternKind::Namespace | PatternKind::Release => matches!(byte, b'-' | b'.'),
            PatternKind::Server => SCHEME.contains(&byte),
            PatternKind::Chart | PatternKind::Context => false,
        };
        if is_special { byte } else { 0 }
    }
}

/// The beginning of a name, as far as it matters for what may follow: a small automaton of the rules of
/// `crate::release` and of Helm. A test compares the two.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Prefix {
    names: PatternKind,
    last: LastCharacter,
    /// The beginning itself, as long as a system namespace starts with it.
    system: Option<&'static str>,
    /// For servers: how much of `https://` this is.
    scheme: usize,
}

/// What the last character allows to come next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum LastCharacter {
    /// There is none, or it was the dot between two labels.
    None,
    /// The name may end here.
    Letter,
    Dash,
}

const SCHEME: &[u8] = b"https://";

impl Prefix {
    /// Before the first character.
    pub(super) fn start(names: PatternKind) -> Self {
        let system = (names == PatternKind::ScopedNamespace).then_some("");
        Self { names, last: LastCharacter::None, system, scheme: 0 }
    }

    /// With one more character, if a name can continue with it.
    pub(super) fn step(self, byte: u8) -> Option<Self> {
        if !self.names.has(byte) {
            return None;
        }
        let last = match self.names {
            PatternKind::Server if self.scheme < SCHEME.len() => {
                return (SCHEME[self.scheme] == byte).then_some(Self { scheme: self.scheme + 1, ..self });
            }
            PatternKind::Server | PatternKind::Context | PatternKind::Chart => LastCharacter::Letter,
            // Labels with dots between them.
            _ => match (self.last, byte) {
                (LastCharacter::Letter, b'.') => LastCharacter::None,
                (_, b'.') | (LastCharacter::None, b'-') => return None,
                (_, b'-') => LastCharacter::Dash,
                _ => LastCharacter::Letter,
            },
        };
        let longer = |before: &str| {
            let fits = |name: &&&str| name.starts_with(before) && name.as_bytes().get(before.len()) == Some(&byte);
            SYSTEM_NAMESPACES.iter().find(fits).map(|name| &name[..=before.len()])
        };
        Some(Self { last, system: self.system.and_then(longer), ..self })
    }

    /// Whether a name may end here.
    pub(super) fn may_end(self) -> bool {
        let is_system = self.system.is_some_and(|name| SYSTEM_NAMESPACES.contains(&name));
        self.last == LastCharacter::Letter && !is_system
    }
}

/// One or more globs, any of which may match.
#[derive(Debug)]
pub(super) struct Automaton {
    nfa: NFA,
}

/// Whether more characters follow.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Rest {
    Characters,
    End,
}

/// When a search gives up: after this many steps, or without a name up to this length.
#[derive(Clone, Copy)]
struct SearchLimits {
    steps: usize,
    length: usize,
}

impl Automaton {
    /// `None` if the globs together are too large.
    pub(super) fn new(globs: &[&Glob]) -> Option<Self> {
        let patterns = globs.iter().map(|glob| glob.regex()).collect::<Vec<_>>();
        // As globset itself compiles it.
        let syntax = syntax::Config::new().utf8(false).dot_matches_new_line(true);
        let config = NFA::config().utf8(false).which_captures(WhichCaptures::None).nfa_size_limit(Some(LARGEST));
        let nfa = NFA::compiler().syntax(syntax).configure(config).build_many(&patterns).ok()?;
        Some(Self { nfa })
    }

    pub(super) fn first_match(&self, names: PatternKind) -> SearchResult {
        let alphabet = alphabet(&[self], names);
        let limits = SearchLimits { steps: usize::MAX, length: usize::MAX };
        let accepts = |state: &StateID, length| self.accepts(&[*state], length);
        let next = |state: &StateID, length| {
            let reached = self.reached(&[*state], length, Rest::Characters).into_iter();
            reached.flat_map(|state| alphabet.iter().filter_map(move |byte| Some((*byte, self.target(state, *byte)?))))
        };
        search(self.nfa.start_anchored(), names, limits, accepts, |state, length| next(state, length).collect()).0
    }

    /// The shortest name that no glob matches.
    pub(super) fn first_left_out(&self, names: PatternKind) -> SearchResult {
        let alphabet = alphabet(&[self], names);
        let limits = SearchLimits { steps: 2_000, length: names.longest() };
        let next = |states: &Vec<StateID>, length| {
            let reached = self.reached(states, length, Rest::Characters);
            let targets = |byte: &u8| {
                let mut targets = reached.iter().filter_map(|state| self.target(*state, *byte)).collect::<Vec<_>>();
                targets.sort_unstable();
                targets.dedup();
                (*byte, targets)
            };
            alphabet.iter().map(targets).collect()
        };
        search(vec![self.nfa.start_anchored()], names, limits, |states, length| !self.accepts(states, length), next).0
    }

    /// Whether a name can match both, or that takes too long to tell; and its effort, in the measure of the budget.
    pub(super) fn overlaps(&self, other: &Self, names: PatternKind) -> (bool, usize) {
        const EFFORT_OF_STEP: usize = 4;
        let limits = SearchLimits { steps: 2_000, length: usize::MAX };
        let (found, steps) = self.intersection(other, names, limits, names.longest());
        (found != SearchResult::Nothing, steps * EFFORT_OF_STEP)
    }

    /// The shortest name of up to `longest` characters that both match, and the steps it took.
    fn intersection(
        &self,
        other: &Self,
        names: PatternKind,
        limits: SearchLimits,
        longest: usize,
    ) -> (SearchResult, usize) {
        let alphabet = alphabet(&[self, other], names);
        let accepts = |(ours, theirs): &(StateID, StateID), length| {
            length <= longest && self.accepts(&[*ours], length) && other.accepts(&[*theirs], length)
        };
        let next = |(ours, theirs): &(StateID, StateID), length| {
            let mut next = Vec::new();
            let reached = other.reached(&[*theirs], length, Rest::Characters);
            for ours in self.reached(&[*ours], length, Rest::Characters) {
                for (theirs, byte) in reached.iter().flat_map(|state| alphabet.iter().map(move |byte| (state, *byte))) {
                    let targets = self.target(ours, byte).zip(other.target(*theirs, byte));
                    next.extend(targets.map(|targets| (byte, targets)));
                }
            }
            next
        };
        search((self.nfa.start_anchored(), other.nfa.start_anchored()), names, limits, accepts, next)
    }

    /// Whether a name of this length may end in one of these states.
    fn accepts(&self, states: &[StateID], length: usize) -> bool {
        let reached = self.reached(states, length, Rest::End);
        reached.into_iter().any(|state| matches!(self.nfa.state(state), State::Match { .. }))
    }

    /// Every state that can be reached from these without reading a character.
    fn reached(&self, states: &[StateID], length: usize, rest: Rest) -> Vec<StateID> {
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
                State::Look { look: Look::Start, next } if length == 0 => open.push(*next),
                State::Look { look: Look::End, next } if rest == Rest::End => open.push(*next),
                // globset writes no other.
                State::Look { .. } => {}
                _ => reached.push(state),
            }
        }
        reached
    }

    /// The state that one character leads to.
    fn target(&self, state: StateID, byte: u8) -> Option<StateID> {
        match self.nfa.state(state) {
            State::ByteRange { trans } => trans.matches_byte(byte).then_some(trans.next),
            State::Sparse(transitions) => transitions.matches_byte(byte),
            State::Dense(transitions) => transitions.matches_byte(byte),
            _ => None,
        }
    }
}

/// One character for all that neither the globs nor the rule of the names tell apart: a letter if there is one.
fn alphabet(automata: &[&Automaton], names: PatternKind) -> Vec<u8> {
    let mut all = (b'!'..=b'~').filter(|byte| names.has(*byte)).collect::<Vec<_>>();
    all.sort_by_key(|byte| !byte.is_ascii_lowercase());
    let mut seen = HashSet::new();
    let classes = |byte| automata.iter().map(|one| one.nfa.byte_classes().get(byte)).collect::<Vec<_>>();
    all.retain(|byte| seen.insert((classes(*byte), names.class(*byte))));
    all
}

/// A beginning of names that a search has reached.
struct SearchNode<S> {
    state: S,
    prefix: Prefix,
    length: usize,
    /// The node it is longer than by one character, and that character.
    before: Option<(usize, u8)>,
}

/// Searches the shortest legal name that is accepted, breadth first from a state; also returns the number of steps.
fn search<S: Clone + Eq + Hash>(
    start: S,
    names: PatternKind,
    limits: SearchLimits,
    accepts: impl Fn(&S, usize) -> bool,
    next: impl Fn(&S, usize) -> Vec<(u8, S)>,
) -> (SearchResult, usize) {
    let mut nodes = vec![SearchNode { state: start, prefix: Prefix::start(names), length: 0, before: None }];
    let (mut seen, mut at) = (HashSet::new(), 0);
    while let Some(SearchNode { state, prefix, length, .. }) = nodes.get(at) {
        let (prefix, length) = (*prefix, *length);
        if length > limits.length {
            return (SearchResult::Nothing, seen.len());
        }
        if length > 0 && prefix.may_end() && accepts(state, length) {
            return (SearchResult::Name(name(&nodes, at)), seen.len());
        }
        if seen.len() > limits.steps {
            return (SearchResult::Unclear, seen.len());
        }
        for (byte, state) in next(state, length) {
            if let Some(prefix) = prefix.step(byte)
                && seen.insert((state.clone(), prefix))
            {
                nodes.push(SearchNode { state, prefix, length: length + 1, before: Some((at, byte)) });
            }
        }
        at += 1;
    }
    (SearchResult::Nothing, seen.len())
}

fn name<S>(nodes: &[SearchNode<S>], end: usize) -> String {
    let steps = std::iter::successors(nodes[end].before, |(before, _)| nodes[*before].before);
    let mut bytes = steps.map(|(_, byte)| byte).collect::<Vec<_>>();
    bytes.reverse();
    bytes.into_iter().map(char::from).collect()
}

#[cfg(test)]
#[path = "pattern_proof_test.rs"]
mod tests;
