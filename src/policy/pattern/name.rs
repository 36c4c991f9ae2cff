//! Patterns over names: namespaces, releases, charts.

use std::fmt;

use globset::{Glob, GlobMatcher};

use super::automaton::{Automaton, CanMatch, LeavesOut};
use super::glob::{self, Wildcards};
use super::names::Names;
use super::{Written, check};
use crate::location::Location;
use crate::policy::decode::Reader;
use crate::policy::fault::ErrorReported;

/// A glob over names of one kind, which can match at least one legal name.
#[derive(Clone)]
pub struct NamePattern {
    text: String,
    place: Location,
    matcher: GlobMatcher,
}

impl NamePattern {
    /// Reads a pattern, or reports why it would not do what it seems to say.
    pub(crate) fn read(written: &Written<'_>, names: Names, reader: &mut Reader<'_>) -> Result<Self, ErrorReported> {
        let text = written.text();
        reader.spend(effort(text), written.span())?;
        // The name of a system namespace, written out, means just that.
        let names = if names == Names::Fenced && is_literal(text) { Names::Namespaces } else { names };
        let glob = check::check(written, names, reader)?;
        Ok(Self { text: text.to_owned(), place: reader.place(written.span()), matcher: glob.compile_matcher() })
    }

    /// The pattern as it is written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Where it is written.
    pub fn place(&self) -> &Location {
        &self.place
    }

    pub(crate) fn glob(&self) -> &Glob {
        self.matcher.glob()
    }

    /// Whether the whole name matches.
    pub fn matches(&self, name: &str) -> bool {
        self.matcher.is_match(name)
    }
}

impl fmt::Debug for NamePattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} at {}", self.text, self.place)
    }
}

/// What patterns leave out together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Coverage {
    Part,
    /// All names there can be, or too many to tell.
    Everything,
}

/// Whether patterns, all over names of one kind, match every name together.
pub(crate) fn coverage<'p>(patterns: impl IntoIterator<Item = &'p NamePattern>, names: Names) -> Coverage {
    let globs = patterns.into_iter().map(NamePattern::glob).collect::<Vec<_>>();
    match Automaton::of(&globs).map(|automaton| automaton.leaves_out(names)) {
        Some(LeavesOut::Something) => Coverage::Part,
        Some(LeavesOut::Nothing | LeavesOut::Unclear) | None => Coverage::Everything,
    }
}

/// Whether a text is a glob that can match a legal name.
pub(super) fn is_possible(text: &str, names: Names) -> bool {
    glob::compile(text, Wildcards::WithinNames).is_ok_and(|glob| can_match(&glob, names) == CanMatch::Yes)
}

pub(super) fn can_match(glob: &Glob, names: Names) -> CanMatch {
    Automaton::of(&[glob]).map_or(CanMatch::No, |automaton| automaton.can_match(names))
}

/// What the check of a pattern takes: as many looks at it as it has alternatives.
fn effort(text: &str) -> usize {
    // A longer one is refused at once.
    if text.len() > glob::LONGEST { 0 } else { text.len() * (1 + text.matches(',').count()) }
}

fn is_literal(text: &str) -> bool {
    !text.contains(['*', '?', '[', '{'])
}
